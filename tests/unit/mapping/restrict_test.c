/* restrict_test.c - what a message that cannot be mapped restricts all the same. */
#include "helper.h"

#include <CUnit/CUnit.h>

#define HEAD                                                                                       \
    "in: {format: hl7v2, id: [MSH-10], type: [MSH-9.1, MSH-9.2], not_carried: {MSH-9.2: [A60]}}\n" \
    "common:\n"                                                                                    \
    "  header.occurred: {from: EVN-2, as: hl7-time}\n"                                             \
    "  header.environment: {from: MSH-11, table: {P: live, T: test}, else: refuse}\n"              \
    "  header.unknown_restriction: \"ZU8-4[1!=0|1|2]\"\n"                                          \
    "  subject.local_id: PID-3.1\n"                                                                \
    "events:\n"                                                                                    \
    "  - {on: {ZU8-4: [0]}, emit: Restriction.lifted, fields: {restriction.kind: {text: "          \
    "location}}}\n"
#define RAISES                                                                                     \
    "  - on: {ZU8-4: [1]}\n"                                                                       \
    "    emit: Restriction.raised\n"                                                               \
    "    fields: {restriction.kind: {text: location}, restriction.code: ZU8-4}\n"
#define ADMITS "  - {on: {MSH-9.2: A01}, emit: HospitalStay.admitted}\n"
#define MESSAGE(environment, time, code)                                                           \
    "MSH|^~\\&|P|Z|R|R|2026||ADT^A01|C1|" environment "|2.4\rEVN||" time                           \
    "\rPID|||A1\rZU8||||" code "\r"

#define OBSERVED_MS INT64_C(1790000000000)

static struct mapped_restrictions restrict_by(const char *yaml, const char *message)
{
    struct mapped_restrictions out = { .count = 0 };
    struct doc *d = NULL;
    const struct mapping *m = helper_mapping(yaml);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    err_clear(&hp.e);
    CU_ASSERT_FATAL(mapping_format(m)->parse(&hp.scratch, NULL, slice_text(message), &d, &hp.e) ||
                    d);
    err_clear(&hp.e);
    CU_ASSERT_FATAL(mapping_in_restrictions(m, &hp.scratch, d, OBSERVED_MS, &out, &hp.e));
    return out;
}

static int64_t occurred(const struct mapped_event *event)
{
    return build_get_long(&event->build, (size_t)plan_header(event->build.plan)->occurred);
}

static void a_no_counts_whatever_else_cannot_be_read(void)
{
    struct mapped_restrictions out = restrict_by(HEAD ADMITS RAISES, MESSAGE("P", "NOTATIME", "1"));
    CU_ASSERT_EQUAL_FATAL(out.count, 1);
    CU_ASSERT_FALSE(out.list[0].is_unread);
    CU_ASSERT_EQUAL(out.list[0].ordinal, 1); /* the admission would be the first */
    CU_ASSERT_EQUAL(occurred(&out.list[0].event), OBSERVED_MS);
    HELPER_IS(&out.list[0].event, "restriction.kind", "location");
    HELPER_IS(&out.list[0].event, "subject.local_id", "A1");
}

static void its_own_time_counts_where_it_can_be_read(void)
{
    struct mapped_restrictions out = restrict_by(HEAD RAISES, MESSAGE("P", "20260202101500", "1"));
    CU_ASSERT_EQUAL_FATAL(out.count, 1);
    CU_ASSERT_EQUAL(occurred(&out.list[0].event), INT64_C(1770027300000));
}

/* As old as a database's nought it would be older than any yes, and undo none. */
static void a_no_dated_by_a_nought_counts_from_when_it_came(void)
{
    static const char *const noughts[] = { "0001-01-01T00:00:00Z", "18991230",
                                           "18991231235959",       "19000101000000",
                                           "190001010000+0000",    "19700101000000",
                                           "197001010000Z",        "19700101010000+0100" };
    static const char *const times[] = { "19700101", "19000101", "197001010001", "19700102000000" };
    for (size_t i = 0; i < 12; i++) {
        const char *time = i < 8 ? noughts[i] : times[i - 8];
        struct mapped_restrictions out =
            restrict_by(HEAD RAISES, arena_format(&hp.scratch, MESSAGE("P", "%s", "1"), time));
        CU_ASSERT_EQUAL_FATAL(out.count, 1);
        CU_ASSERT_EQUAL(occurred(&out.list[0].event) == OBSERVED_MS, i < 8);
    }
}

static void a_yes_waits_for_its_message(void)
{
    struct mapped_restrictions out = restrict_by(HEAD ADMITS, MESSAGE("P", "NOTATIME", "0"));
    CU_ASSERT_EQUAL(out.count, 0);
}

static void what_of_a_no_cannot_be_read_is_unread(void)
{
    static const char kinds[] =
        "  - on: {ZU8-4: [1, 2]}\n"
        "    emit: Restriction.raised\n"
        "    fields: {restriction.kind: {from: ZU8-4, table: {1: location}, "
        "else: refuse}}\n";
    const char *yaml = arena_format(&hp.scratch, "%s%s", HEAD, kinds);
    struct mapped_restrictions out = restrict_by(yaml, MESSAGE("P", "NOTATIME", "2"));
    CU_ASSERT_EQUAL_FATAL(out.count, 1);
    CU_ASSERT_TRUE(out.list[0].is_unread);
    CU_ASSERT_TRUE(slice_equal_text(
        build_get_text(&out.list[0].event.build,
                       (size_t)plan_header(out.list[0].event.build.plan)->local_id),
        "A1"));
}

static void a_code_that_nobody_knows_is_unread_whatever_rule_fits(void)
{
    struct mapped_restrictions out = restrict_by(HEAD ADMITS RAISES, MESSAGE("P", "NOTATIME", "7"));
    CU_ASSERT_EQUAL_FATAL(out.count, 1);
    CU_ASSERT_TRUE(out.list[0].is_unread);
    out = restrict_by(HEAD ADMITS RAISES, MESSAGE("P", "NOTATIME", ""));
    CU_ASSERT_EQUAL(out.count, 0);
}

static void of_another_environment_or_of_none_that_can_be_told_it_says_nothing(void)
{
    struct mapped_restrictions out = restrict_by(HEAD RAISES, MESSAGE("X", "NOTATIME", "1"));
    CU_ASSERT_EQUAL(out.count, 0);
    out = restrict_by(HEAD RAISES, MESSAGE("T", "NOTATIME", "1"));
    CU_ASSERT_EQUAL(out.count, 1);
    CU_ASSERT_TRUE(slice_equal_text(out.environment, "test"));
}

/* Behind a VT with a header: whatever rule there is may have said no there. */
static void of_what_breaks_off_what_it_does_not_say_is_unread(void)
{
    struct mapped_restrictions out = restrict_by(
        HEAD ADMITS RAISES, MESSAGE("P", "20260202", "0") "NTE|\x0bMSH|^~\\&|X\rZU8||||1\r");
    CU_ASSERT_EQUAL_FATAL(out.count, 1);
    CU_ASSERT_TRUE(out.list[0].is_unread);
    HELPER_IS(&out.list[0].event, "subject.local_id", "A1");
    out = restrict_by(HEAD ADMITS RAISES, MESSAGE("P", "20260202", "1") "NTE|\x0bMSH|^~\\&|X\r");
    CU_ASSERT_EQUAL_FATAL(out.count, 1);
    CU_ASSERT_FALSE(out.list[0].is_unread);
    out = restrict_by(HEAD ADMITS RAISES, MESSAGE("P", "20260202", "0") "NTE|\x0b\r");
    CU_ASSERT_EQUAL(out.count, 0);
    out = restrict_by(HEAD ADMITS, MESSAGE("P", "20260202", "0") "NTE|\x0bMSH|^~\\&|X\r");
    CU_ASSERT_EQUAL(out.count, 0);
}

#define SEALS                                                                                      \
    "in: {format: hl7v2, id: [MSH-10], type: [MSH-9.1, MSH-9.2]}\n"                                \
    "common:\n"                                                                                    \
    "  header.environment: {from: MSH-11, as: upper, table: {P: live}, else: refuse}\n"            \
    "  header.occurred: {from: MSH-7, as: hl7-time}\n"                                             \
    "  subject.local_id: PID-3.1\n"                                                                \
    "  header.unknown_restriction: \"PD1-12[1!=Y|N]\"\n"                                           \
    "events:\n"                                                                                    \
    "  - on: {PD1-12: Y}\n"                                                                        \
    "    emit: Restriction.raised\n"                                                               \
    "    fields: {restriction.kind: {from: PD1-12, table: {Y: record}, else: refuse}}\n"           \
    "  - {on: {PD1-12: N}, emit: Restriction.lifted, fields: {restriction.kind: {text: "           \
    "record}}}\n"
#define SEALED(code)                                                                               \
    "MSH|^~\\&|P|Z|R|R|20260202||ADT^A31|C1|P|2.4\rPID|||A1\rPD1||||||||||||" code "\r"

static struct mapped map(const char *yaml, const char *message)
{
    struct mapped out = { .event_count = 0 };
    const struct mapping *m = helper_mapping(yaml);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(message), &out));
    return out;
}

static void small_letters_of_a_code_say_the_same(void)
{
    static const char *const sealed[] = { "Y", "y", "y\xc2\xa0" };
    for (size_t i = 0; i < sizeof sealed / sizeof sealed[0]; i++) {
        struct mapped out = map(SEALS, arena_format(&hp.scratch, SEALED("%s"), sealed[i]));
        CU_ASSERT_EQUAL_FATAL(out.event_count, 1);
        HELPER_IS(&out.events[0], "header.kind", "raised");
        HELPER_IS(&out.events[0], "restriction.kind", "record");
    }
    struct mapped out = map(SEALS, SEALED("n"));
    CU_ASSERT_EQUAL_FATAL(out.event_count, 1);
    HELPER_IS(&out.events[0], "header.kind", "lifted");
    CU_ASSERT_EQUAL(out.miss_count, 0);
}

static void a_value_that_no_condition_knows_is_counted_by_its_path(void)
{
    struct mapped out = map(SEALS, SEALED("X9"));
    CU_ASSERT_EQUAL_FATAL(out.miss_count, 1);
    CU_ASSERT_TRUE(slice_equal_text(out.misses[0].path, "PD1-12"));
    CU_ASSERT_TRUE(slice_equal_text(out.misses[0].form, "A9"));
    out = map(SEALS, SEALED(""));
    CU_ASSERT_EQUAL(out.miss_count, 0);
}

/* Whatever the message is about, and whether a rule fits it. */
static void a_code_that_nobody_knows_is_told_without_a_record(void)
{
    struct mapped out = map(SEALS, SEALED("X"));
    CU_ASSERT_EQUAL(out.outcome, MAPPED_NOT_CARRIED);
    CU_ASSERT_TRUE(slice_equal_text(out.unknown, "X"));
    CU_ASSERT_TRUE(slice_equal_text(out.unknown_path, "PD1-12[1!=Y|N]"));
    CU_ASSERT_TRUE(slice_equal_text(out.environment, "live"));
    struct mapped_restrictions all = restrict_by(SEALS, SEALED("X"));
    CU_ASSERT_EQUAL_FATAL(all.count, 1);
    CU_ASSERT_TRUE(all.list[0].is_unread && all.list[0].is_doubtful);
    CU_ASSERT_TRUE(slice_equal_text(all.environment, "live"));
}

static void what_is_known_cleared_or_not_there_is_no_unknown_code(void)
{
    static const char *const benign[] = { "N", "n", "", "\"\"", " " };
    for (size_t i = 0; i < sizeof benign / sizeof benign[0]; i++) {
        const char *message = arena_format(&hp.scratch, SEALED("%s"), benign[i]);
        CU_ASSERT_EQUAL(map(SEALS, message).unknown.n, 0);
        CU_ASSERT_EQUAL(restrict_by(SEALS, message).count, 0);
    }
}

/* Then its person's are held whatever comes, until a known one does. */
static void a_restriction_of_unknown_kind_stands_for_its_code(void)
{
    const char *yaml =
        arena_format(&hp.scratch, "%s%s", SEALS,
                     "  - on: {PD1-12: {other: [Y, N]}}\n"
                     "    emit: Restriction.raised\n"
                     "    fields: {restriction.kind: {text: unknown}, restriction.code: PD1-12}\n");
    struct mapped out = map(yaml, SEALED("X"));
    CU_ASSERT_EQUAL(out.event_count, 1);
    CU_ASSERT_EQUAL(out.unknown.n, 0);
}

static void of_what_is_not_carried_a_no_counts_and_nothing_else(void)
{
    static const char a60[] =
        "MSH|^~\\&|P|Z|R|R|2026||ADT^A60|C1|P|2.4\rEVN||20260202\rPID|||A1\rZU8||||%s\r";
    static const char all[] = "  - {emit: HospitalStay.admitted}\n";
    const char *yaml = arena_format(&hp.scratch, "%s%s%s", HEAD, all, RAISES);
    struct mapped out = map(yaml, arena_format(&hp.scratch, a60, "1"));
    CU_ASSERT_EQUAL_FATAL(out.event_count, 1);
    HELPER_IS(&out.events[0], "restriction.kind", "location");
    CU_ASSERT_TRUE(out.is_named);
    struct mapped_restrictions told = restrict_by(yaml, arena_format(&hp.scratch, a60, "1"));
    CU_ASSERT_EQUAL_FATAL(told.count, 1);
    CU_ASSERT_EQUAL(told.list[0].ordinal, 0); /* as it is mapped: its id is the same */
    out = map(yaml, arena_format(&hp.scratch, a60, "0"));
    CU_ASSERT_EQUAL(out.event_count, 0);
    CU_ASSERT_EQUAL(out.outcome, MAPPED_NOT_CARRIED);
    out = map(yaml, arena_format(&hp.scratch, a60, "7"));
    CU_ASSERT_TRUE(slice_equal_text(out.unknown, "7"));
}

static bool is_hidden(const char *yaml, const char *message)
{
    struct mapped out = { .event_count = 0 };
    const struct mapping *m = helper_mapping(yaml);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    err_clear(&hp.e);
    bool mapped = helper_in(m, slice_text(message), &out);
    struct mapped_restrictions all = restrict_by(yaml, message);
    bool unread = false;
    for (size_t i = 0; i < all.count; i++)
        unread = unread || all.list[i].is_unread;
    CU_ASSERT_EQUAL(mapped, !unread);
    return !mapped;
}

static void what_a_restriction_does_not_show_is_unread(void)
{
    static const char *const hidden[] = {
        "N~Y", "~Y", "^Y", "&Y", "N&Y", "Y~N", "N\rPD1||||||||||||Y", "\"\"~Y", "N~N~Y"
    };
    static const char *const plain[] = { "N",
                                         "N~",
                                         "N~N",
                                         "n~N",
                                         "N~\"\"",
                                         "N^No^HL70136",
                                         "Y^^L",
                                         "\"\"",
                                         "~",
                                         "N\rPD1|||GP",
                                         "N\rPD1||||||||||||",
                                         "N\rPD1||||||||||||N",
                                         "Y\rPD1||||||||||||y" };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        CU_ASSERT_TRUE(is_hidden(SEALS, arena_format(&hp.scratch, SEALED("%s"), hidden[i])));
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        CU_ASSERT_FALSE(is_hidden(SEALS, arena_format(&hp.scratch, SEALED("%s"), plain[i])));
}

/* It is quarantined in any case (map.type); whoever it may be about is held. */
static void a_type_of_another_shape_counts_as_one_that_restricts(void)
{
    static const char yaml[] =
        "in: {format: json, id: id, type: type}\n"
        "common: {header.environment: {text: live}, header.occurred: {from: at, as: iso-time},\n"
        "  subject.local_id: who}\n"
        "events:\n"
        "  - {on: {type: hide, how.hidden: \"true\"}, emit: Restriction.raised, fields: "
        "{restriction.kind: {text: "
        "location}}}\n";
    static const char *const types[] = { "[\"hide\"]", "{\"code\":\"hide\"}", "\"move\"" };
    for (size_t i = 0; i < 6; i++) {
        struct mapped_restrictions all = restrict_by(
            yaml, arena_format(&hp.scratch,
                               "{\"id\":\"1\",\"who\":\"A1\",\"type\":%s,\"how\":{\"hidden\":%s}}",
                               types[i / 2], i % 2 ? "false" : "true"));
        CU_ASSERT_EQUAL(all.count, i < 4 && i % 2 == 0);
        if (all.count)
            HELPER_IS(&all.list[0].event, "subject.local_id", "A1");
    }
}

#define SECOND "\rPID|||B2\rPD1||||||||||||"

/* As in a merge: what each PID has behind it is of that person. */
static void of_two_persons_each_has_what_stands_behind_its_own_pid(void)
{
    static const char *const hidden[] = { "N" SECOND "Y", "Y" SECOND "Y", "N" SECOND "X",
                                          "N" SECOND "N~Y",
                                          "N" SECOND "N\rPID|||C3\rPD1||||||||||||Y" };
    static const char *const plain[] = { "N" SECOND "N", "Y" SECOND "N", "Y" SECOND "",
                                         "N\rPID|||B2" };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        CU_ASSERT_TRUE(is_hidden(SEALS, arena_format(&hp.scratch, SEALED("%s"), hidden[i])));
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        CU_ASSERT_FALSE(is_hidden(SEALS, arena_format(&hp.scratch, SEALED("%s"), plain[i])));
}

static void whoever_a_message_that_is_set_aside_is_about_is_told(void)
{
    struct mapped_restrictions all = restrict_by(SEALS, SEALED("N" SECOND "Y"));
    CU_ASSERT_EQUAL_FATAL(all.count, 2);
    CU_ASSERT_TRUE(all.list[0].is_unread && all.list[1].is_unread);
    HELPER_IS(&all.list[0].event, "subject.local_id", "B2");
    HELPER_IS(&all.list[1].event, "subject.local_id", "A1");
    all = restrict_by(SEALS, SEALED("X" SECOND "N"));
    CU_ASSERT_EQUAL(all.count, 2);
    all = restrict_by(SEALS, SEALED("N" SECOND "N"));
    CU_ASSERT_EQUAL(all.count, 0);
}

/* More than are told apart may hide one. */
static void a_message_about_too_many_persons_is_set_aside(void)
{
    char *message = arena_format(&hp.scratch, SEALED("N"));
    for (int i = 0; i < 64; i++)
        message = arena_format(&hp.scratch, "%sPID|||B%d\r", message, i);
    CU_ASSERT_FALSE(is_hidden(SEALS, message));
    CU_ASSERT_TRUE(is_hidden(SEALS, arena_format(&hp.scratch, "%sPID|||C\r", message)));
}

/* Unseen they would bound nothing: a yes to one service would be one to all. */
static void what_bounds_a_yes_is_seen_or_it_is_none(void)
{
    static const char yaml[] =
        "in: {format: json, id: id, type: type}\n"
        "common: {header.environment: {text: live}, header.occurred: {from: at, as: iso-time},\n"
        "  subject.local_id: who}\n"
        "events:\n"
        "  - {on: {type: consent}, emit: Consent.granted, fields: {consent.purpose: {text: p},\n"
        "    consent.recipient: c.to, consent.expires: {from: c.until, as: iso-time}}}\n"
        "  - {on: {type: lift}, emit: Consent.objection_lifted, fields: {consent.recipient: "
        "o.to}}\n"
        "  - {on: {type: move}, emit: HospitalStay.moved, fields: {stay.ward: c.to}}\n";
    static const char *const hidden[] = { "'consent','c':{'to':['a/b']}",
                                          "'consent','c':{'to':{'id':'a/b'}}",
                                          "'consent','c':[{'to':'a/b'}]",
                                          "'consent','c':{'to':'a/b','until':['2026-03-01']}",
                                          "'consent','c':{'until':{'on':'2026-03-01'}}",
                                          "'lift','o':{'to':['a/b']}" };
    static const char *const plain[] = { "'consent','c':{'to':'a/b','until':'2026-03-01'}",
                                         "'consent','c':{'to':null,'until':''}",
                                         "'consent','c':{}",
                                         "'consent'",
                                         "'consent','o':{'to':['a/b']}",
                                         "'lift','o':{'to':'a/b'}",
                                         "'move','c':{'to':['a/b']}" };
    const size_t count = sizeof hidden / sizeof hidden[0];
    for (size_t i = 0; i < count + sizeof plain / sizeof plain[0]; i++) {
        char *message =
            arena_format(&hp.scratch, "{'id':'1','at':'2026-02-02','who':'A1','type':%s}",
                         i < count ? hidden[i] : plain[i - count]);
        for (char *c = message; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        CU_ASSERT_EQUAL(is_hidden(yaml, message), i < count);
    }
}

#define LISTS                                                                                      \
    "in: {format: hl7v2, id: [MSH-10], type: [MSH-9.1, MSH-9.2]}\n"                                \
    "common:\n"                                                                                    \
    "  header.environment: {from: MSH-11, as: upper, table: {P: live}, else: refuse}\n"            \
    "  header.occurred: {from: MSH-7, as: hl7-time}\n"                                             \
    "  subject.local_id: PID-3.1\n"                                                                \
    "  header.unknown_restriction: {from: [\"ARV-3[1!=LOC|NO]\", \"ARV(2)-3[1!=NO]\"]}\n"          \
    "events:\n"                                                                                    \
    "  - {on: {ARV-3: LOC, ARV-2: {not: [D]}}, emit: Restriction.raised, "                         \
    "fields: {restriction.kind: {text: location}}}\n"

static void a_further_segment_that_says_no_more_hides_nothing(void)
{
    static const char *const hidden[] = { "NO|A,NO|A,LOC", "LOC|D,NO|A,LOC", "NO|A,NO|A,X" };
    static const char *const plain[] = { "NO|A,NO|A,NO", "LOC|A,NO|A,NO", "LOC|A,NO|A,LOC",
                                         "NO|A,NO" };
    for (size_t i = 0; i < 7; i++) {
        struct slice rest = slice_text(i < 3 ? hidden[i] : plain[i - 3]);
        const char *message = "MSH|^~\\&|P|Z|R|R|20260202||ADT^A31|C1|P|2.4\rPID|||A1\r";
        while (rest.n) {
            struct slice one = slice_head(rest, slice_find(rest, ','));
            struct slice code = slice_head(one, slice_find(one, '|'));
            message = arena_format(&hp.scratch, "%sARV||%.*s|%.*s\r", message,
                                   SHOWN(slice_from(one, code.n + (code.n < one.n))), SHOWN(code));
            rest = slice_from(rest, one.n < rest.n ? one.n + 1 : one.n);
        }
        CU_ASSERT_EQUAL(is_hidden(LISTS, message), i < 3);
    }
}

static void a_member_of_another_shape_is_unread(void)
{
    static const char yaml[] =
        "in: {format: json, id: id, type: type}\n"
        "common: {header.environment: {text: live}, header.occurred: {from: at, as: iso-time},\n"
        "  subject.local_id: who, header.unknown_restriction: {from: \"security[0].code\", other: "
        "[N, R]}}\n"
        "events:\n"
        "  - {on: {\"security[0].code\": R}, emit: Restriction.raised, fields: {restriction.kind: "
        "{text: record}}}\n"
        "  - {on: {type: hide, how.hidden: \"true\"}, emit: Restriction.raised, fields: "
        "{restriction.kind: {text: "
        "location}}}\n";
    static const char *const hidden[] = { "'security':{'code':'R'}",
                                          "'security':['R']",
                                          "'security':'R'",
                                          "'security':[{'code':['R']}]",
                                          "'security':[{'code':{'x':'R'}}]",
                                          "'security':[{'code':'N'},{'code':'R'}]",
                                          "'security':[[{'code':'R'}]]",
                                          "'type':'hide','how':true",
                                          "'type':'hide','how':[{'hidden':true}]",
                                          "'security':[{'coding':[{'code':'R'}]}]",
                                          "'security':[{'codes':['R']}]",
                                          "'security':[{'Code':'R'}]",
                                          "'security':[{'code':'N'},{'codes':'R'}]" };
    static const char *const plain[] = { "'security':[{'code':'N'}]",
                                         "'security':[]",
                                         "'security':null",
                                         "'security':''",
                                         "'security':[{'code':'N'},{},null]",
                                         "'security':[{'code':null}]",
                                         "'security':[{'code':[]}]",
                                         "'how':true",
                                         "'type':'hide','how':{}",
                                         "'security':[{'codes':[]}]",
                                         "'security':[{'code':'N','system':'v3'}]" };
    const size_t count = sizeof hidden / sizeof hidden[0];
    for (size_t i = 0; i < count + sizeof plain / sizeof plain[0]; i++) {
        const char *members = i < count ? hidden[i] : plain[i - count];
        char *message = arena_format(&hp.scratch, "{'id':'1','at':'2026-02-02','who':'A1',%s%s}",
                                     members, strstr(members, "'type'") ? "" : ",'type':'x'");
        for (char *c = message; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        CU_ASSERT_EQUAL(is_hidden(yaml, message), i < count);
    }
}

/* place=code of each, (code) where a restriction stands for it, :most where several paths look
 * there. */
static const char *codes_of(const struct mapped *m)
{
    const char *text = "";
    for (size_t i = 0; i < m->code_count; i++) {
        const struct mapped_code *c = &m->codes[i];
        text = arena_format(&hp.scratch, "%s%.*s%s=%s%.*s%s;", text, SHOWN(c->place),
                            c->most > 1 ? ":2" : "", c->stands ? "(" : "", SHOWN(c->code),
                            c->stands ? ")" : "");
    }
    return text;
}

static void each_place_says_whether_its_code_is_known(void)
{
    static const char yaml[] =
        "in: {format: hl7v2, id: [MSH-10], type: [MSH-9.1, MSH-9.2]}\n"
        "common:\n"
        "  header.environment: {from: MSH-11, as: upper, table: {P: live}, else: refuse}\n"
        "  header.occurred: {from: MSH-7, as: hl7-time}\n"
        "  subject.local_id: PID-3.1\n"
        "  header.unknown_restriction: {from: [\"PD1-12[1!=Y|N]\", PD1-11, \"ARV-3[1!=LOC|NO]\","
        " \"ARV(2)-3[1!=NO]\"], other: [A]}\n"
        "events:\n"
        "  - {on: {PD1-11: S}, emit: Restriction.raised, fields: {restriction.kind: {text: "
        "unknown},"
        " restriction.code: PD1-11}}\n";
    static const char *const said[][2] = {
        { "|", "" },
        { "| X\xc2\xa0", "PD1-12.0.0=x;" },
        { "|Y", "PD1-12.0.0=;" },
        { "|\"\"", "PD1-12.0.0=;" },
        { "B|X", "PD1-12.0.0=x;PD1-11.0.0=b;" },
        { "A|N", "PD1-12.0.0=;PD1-11.0.0=;" },
        { "S|n", "PD1-12.0.0=;PD1-11.0.0=(s);" },
        { "|\rARV|||NO\rARV|||Q", "ARV-3.0.0:2=;ARV-3.0.0:2=q;" },
        { "|X\rARV|||Q", "PD1-12.0.0=x;ARV-3.0.0:2=q;" },
    };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct mapped out =
            map(yaml, arena_format(&hp.scratch,
                                   "MSH|^~\\&|P|Z|R|R|20260202||ADT^A31|C1|P|2.4\rPID|||A1\r"
                                   "PD1|||||||||||%s\r",
                                   said[i][0]));
        CU_ASSERT_STRING_EQUAL(codes_of(&out), said[i][1]);
        CU_ASSERT_EQUAL(out.unknown.n > 0, strpbrk(said[i][1], "xbq") != NULL);
    }
}

static void the_items_of_a_list_are_one_place(void)
{
    static const char yaml[] =
        "in: {format: json, id: id, type: type}\n"
        "common: {header.environment: {text: live}, header.occurred: {from: at, as: iso-time},\n"
        "  subject.local_id: who, header.unknown_restriction: {from: [\"on[0].code\", "
        "\"on[1].code\", mark],"
        " other: [N]}}\n"
        "events:\n"
        "  - {on: {mark: R}, emit: Restriction.raised, fields: {restriction.kind: {text: "
        "record}}}\n";
    struct mapped out = map(
        yaml, "{\"id\":\"1\",\"type\":\"x\",\"at\":\"2026-02-02\",\"who\":\"A1\",\"mark\":\"Q\","
              "\"on\":[{\"code\":\"N\"},{\"code\":\"Z\"}]}");
    CU_ASSERT_STRING_EQUAL(codes_of(&out), ".on.code:2=;.on.code:2=z;.mark=q;");
    CU_ASSERT_TRUE(slice_equal_text(out.unknown, "Z"));
}

/* Else what the first of them said would be no news of the second. */
static void whoever_has_no_number_is_not_taken_for_another_without(void)
{
    static const char text[] = "{\"id\":\"1\",\"type\":\"note\",\"at\":\"2026-02-02T10:00:00Z\","
                               "\"environment\":\"live\",\"patient\":"
                               "{\"hospitalNumber\":\"%s\",\"meta\":{\"security\":[{\"code\":\"R\"}"
                               ",{\"code\":\"R\"},{\"code\":\"R\"}]}}}";
    const struct mapping *m = helper_system("nhs/transfer-hub-json/in.yaml");
    struct mapped one, other;
    CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(arena_format(&hp.scratch, text, "A1")), &one));
    CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(arena_format(&hp.scratch, text, "B2")), &other));
    CU_ASSERT_FATAL(one.event_count == 4 && other.event_count == 4);
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT(one.events[i].changed_by_subject && other.events[i].changed_by_subject);
}

static CU_TestInfo cases[] = {
    { "whoever has no number is not taken for another without",
      whoever_has_no_number_is_not_taken_for_another_without },
    { "each place says whether its code is known", each_place_says_whether_its_code_is_known },
    { "the items of a list are one place", the_items_of_a_list_are_one_place },
    { "what a restriction does not show is unread", what_a_restriction_does_not_show_is_unread },
    { "of two persons each has what stands behind its own PID",
      of_two_persons_each_has_what_stands_behind_its_own_pid },
    { "whoever a message that is set aside is about is told",
      whoever_a_message_that_is_set_aside_is_about_is_told },
    { "a message about too many persons is set aside",
      a_message_about_too_many_persons_is_set_aside },
    { "a further segment that says no more hides nothing",
      a_further_segment_that_says_no_more_hides_nothing },
    { "a type of another shape counts as one that restricts",
      a_type_of_another_shape_counts_as_one_that_restricts },
    { "a member of another shape is unread", a_member_of_another_shape_is_unread },
    { "a code that nobody knows is told without a record",
      a_code_that_nobody_knows_is_told_without_a_record },
    { "what is known, cleared or not there is no unknown code",
      what_is_known_cleared_or_not_there_is_no_unknown_code },
    { "a restriction of unknown kind stands for its code",
      a_restriction_of_unknown_kind_stands_for_its_code },
    { "of what is not carried a no counts, and nothing else",
      of_what_is_not_carried_a_no_counts_and_nothing_else },
    { "small letters of a code say the same", small_letters_of_a_code_say_the_same },
    { "a value that no condition knows is counted by its path",
      a_value_that_no_condition_knows_is_counted_by_its_path },
    { "of what breaks off, what it does not say is unread",
      of_what_breaks_off_what_it_does_not_say_is_unread },
    { "a no counts whatever else cannot be read", a_no_counts_whatever_else_cannot_be_read },
    { "its own time counts where it can be read", its_own_time_counts_where_it_can_be_read },
    { "what bounds a yes is seen or it is none", what_bounds_a_yes_is_seen_or_it_is_none },
    { "a no dated by a nought counts from when it came",
      a_no_dated_by_a_nought_counts_from_when_it_came },
    { "a yes waits for its message", a_yes_waits_for_its_message },
    { "what of a no cannot be read is unread", what_of_a_no_cannot_be_read_is_unread },
    { "a code that nobody knows is unread whatever rule fits",
      a_code_that_nobody_knows_is_unread_whatever_rule_fits },
    { "of another environment, or of none that can be told, it says nothing",
      of_another_environment_or_of_none_that_can_be_told_it_says_nothing },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_restrict = { "restrict", helper_load, helper_end, helper_fresh, NULL, cases };
