/* unread_test.c - the sign that something of a message could not be read, and the word that ends
 * it. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "audit/unread.h"
#include "base/clock.h"
#include "record/wire.h"
#include "sharing/acts/act.h"
#include "sharing/judge/notice.h"
#include "world.h"

#define CODE "map.value"

#define T0 1790000000000

/* service NULL: under the subject's own key; else under that service's pseudonym. */
struct sign {
    const char *agency, *topic, *who, *code, *service;
    struct slice reference;
    int64_t when_ms;
};

static void say_sign(const struct sign *x)
{
    struct subject_key key;
    struct pseudonym p;
    struct buf b;
    const struct schema *s = catalogue_named(world.catalogue, SLICE("Unread"));
    world_key(x->who, &key);
    if (x->service) {
        int to = bundle_service(world.bundle, slice_text(x->service));
        judge_pseudonym(&world.keys, world.bundle, (struct recipient_id){ (uint16_t)to }, &key, &p);
    }
    const uint8_t *under = x->service ? p.b : key.b;
    buf_init(&b, (size_t)4 << 20);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, slice_text(x->agency));
    avro_put_text(&b, SLICE("adt"));
    avro_put_text(&b, slice_text(x->code));
    avro_put_text(&b, x->reference);
    avro_put_long(&b, x->when_ms);
    avro_put_text(&b, slice_text(x->service));
    world_publish(x->topic, world_partition(x->who), slice_of(under, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

/* Each is of another message. */
static void sign_of(const char *agency, const char *topic, const char *who, const char *code,
                    struct slice reference)
{
    static int64_t signs;
    say_sign(&(struct sign){ .agency = agency,
                             .topic = topic,
                             .who = who,
                             .code = code,
                             .reference = reference,
                             .when_ms = T0 + ++signs });
}

static void sign(const char *agency, const char *topic, const char *who, const char *code)
{
    sign_of(agency, topic, who, code, SLICE("17"));
}

static void put(const struct act *x, const char *to)
{
    struct subject_key key;
    struct buf file, b;
    const struct schema *s = catalogue_named(world.catalogue, SLICE("PersonAct"));
    world_key(to, &key);
    buf_init(&file, ACT_BYTES_MAX);
    buf_init(&b, 2 * ACT_BYTES_MAX);
    act_put_file(x, &file);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, buf_slice(&file));
    world_publish("control", world_partition(to), slice_of(key.b, ID_BYTES), buf_slice(&b));
    buf_release(&file);
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

/* who NULL: on all of that feed and code; the record is to's. */
static void looked_at(const char *who, const char *to, int64_t at_ms)
{
    struct act x = { .region = world.bundle->region,
                     .verb = SLICE("looked"),
                     .on = SLICE("unread:hosp/adt:" CODE),
                     .reason = SLICE("rang the ward"),
                     .typed = SLICE("Nurse Njeri"),
                     .at_ms = at_ms };
    if (who)
        world_key(who, &x.subject);
    put(&x, to);
}

static void looked(const char *who, const char *to)
{
    looked_at(who, to, clock_wall_ms() + 1000);
}

static void admit(const char *who)
{
    world_known(who);
    world_admit(who, "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static size_t got(void)
{
    return world_count("disclosures.council.social", NULL);
}

static void both_agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

static void it_holds_what_any_source_says_of_the_person(void)
{
    sign("hosp", "events.hosp", "ada", CODE);
    CU_ASSERT_PTR_NOT_NULL(world_entry("unread", 0));
    admit("ada");
    CU_ASSERT_EQUAL(got(), 0);
    admit("ben");
    CU_ASSERT_EQUAL(got(), 1);
    both_agree();
}

static void it_outlives_a_restart(void)
{
    sign("hosp", "events.hosp", "ada", CODE);
    world_restart();
    admit("ada");
    CU_ASSERT_EQUAL(got(), 0);
}

static void another_agency_cannot_send_it(void)
{
    sign("hosp", "events.council", "ada", CODE);
    const struct audit_read *r = world_entry("refused", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_TRUE(slice_equal_text(r->note, "unread.agency"));
    admit("ada");
    CU_ASSERT_EQUAL(got(), 1);
    both_agree();
}

static void whoever_has_looked_lets_what_waits_go(void)
{
    sign("hosp", "events.hosp", "ada", CODE);
    admit("ada");
    looked("ada", "ada");
    CU_ASSERT_EQUAL(got(), 1);
    looked("ada", "ada");
    const struct audit_read *r = world_entry("hold-act", 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_TRUE(slice_ends(r->note, SLICE(LOOKED_AT_NOTHING)));
    both_agree();
}

#define STAYS 4
/* One moment, and ids that go down: three are alike, the last ends the episode. */
static const char *const stay_ids[STAYS] = {
    "01a07dcc5e00f000000000000000000a",
    "01a07dcc5e00e000000000000000000a",
    "01a07dcc5e00d000000000000000000a",
    "01a07dcc5e00c000000000000000000a",
};

static void say_stays(void)
{
    for (size_t i = 0; i < STAYS; i++)
        world_say(&(struct say){ .who = "ada",
                                 .episode = "v1",
                                 .kind = i < STAYS - 1 ? "admitted" : "discharged",
                                 .id = stay_ids[i],
                                 .occurred_ms = 1790000001000 });
}

/* Whichever they are, and whatever has come since. */
static void all_that_waited_goes_in_the_order_in_which_it_came(void)
{
    size_t n = 0;
    world_known("ada");
    sign("hosp", "events.hosp", "ada", CODE);
    say_stays();
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(got(), 0);
    looked("ada", "ada");
    CU_ASSERT_EQUAL(got(), STAYS);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    for (size_t i = 0; i < r->decision_count; i++) {
        CU_ASSERT_TRUE(slice_equal_text(r->decisions[i].outcome, "disclose"));
        n += n < STAYS && slice_equal_text(r->decisions[i].event_id, stay_ids[n]);
    }
    CU_ASSERT_EQUAL(r->decision_count, STAYS);
    CU_ASSERT_EQUAL(n, STAYS);
    both_agree();
}

static void what_nothing_lets_go_any_more_waits_for_nobody(void)
{
    world_known("ada");
    sign("hosp", "events.hosp", "ada", CODE);
    say_stays();
    CU_ASSERT_TRUE_FATAL(world_run());
    world_say(&(struct say){
        .source = "council/social", .type = "Caseload", .kind = "ended", .who = "ada" });
    CU_ASSERT_TRUE_FATAL(world_run());
    looked("ada", "ada");
    CU_ASSERT_EQUAL(got(), 0);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL_FATAL(r->decision_count, STAYS);
    CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].reason, "no-relationship"));
    both_agree();
}

static void of_two_codes_both_must_be_looked_at(void)
{
    sign("hosp", "events.hosp", "ada", CODE);
    sign("hosp", "events.hosp", "ada", "map.other");
    admit("ada");
    looked("ada", "ada");
    CU_ASSERT_EQUAL(got(), 0);
    both_agree();
}

static void a_word_on_all_counts_for_each_that_it_comes_to(void)
{
    sign("hosp", "events.hosp", "ada", CODE);
    sign("hosp", "events.hosp", "ben", CODE);
    admit("ada");
    admit("ben");
    looked(NULL, "ada");
    CU_ASSERT_EQUAL(got(), 1);
    looked(NULL, "ben");
    CU_ASSERT_EQUAL(got(), 2);
    both_agree();
}

/* Two of them fill more than a record takes. */
static void a_sign_of_long_texts_is_refused_and_stops_nothing(void)
{
    size_t n = 2200000;
    char *text = arena_alloc(&world.arena, n);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, '7', n);
    sign_of("hosp", "events.hosp", "ada", "a", slice_of(text, n));
    sign_of("hosp", "events.hosp", "ada", "b", slice_of(text, n));
    const struct audit_read *r = world_entry("refused", 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_TRUE(slice_equal_text(r->note, "unread.text"));
    admit("ada");
    CU_ASSERT_EQUAL(got(), 1);
    both_agree();
}

/* However many codes one agency makes up. */
static void another_agencys_sign_finds_room(void)
{
    char code[20];
    for (int i = 0; i < 20; i++) {
        (void)snprintf(code, sizeof code, "map.%d", i);
        sign("council", "events.council", "ada", code);
    }
    sign("hosp", "events.hosp", "ada", CODE);
    looked("ada", "ada");
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_FALSE(slice_ends(r->note, SLICE(LOOKED_AT_NOTHING)));
}

static void what_came_after_the_word_was_given_waits(void)
{
    looked("ada", "ada");
    sign("hosp", "events.hosp", "ada", CODE);
    admit("ada");
    CU_ASSERT_EQUAL(got(), 0);
}

/* As a command does whose clock is behind the bus': by the time of the sign. */
static void a_word_as_old_as_the_last_sign_ends_it(void)
{
    struct unread_list l = { .first = NULL };
    sign("hosp", "events.hosp", "ada", CODE);
    sign("hosp", "events.hosp", "ada", CODE);
    sign("hosp", "events.hosp", "ada", "map.other");
    admit("ada");
    for (size_t i = 0; i < world.entry_count; i++)
        CU_ASSERT_TRUE_FATAL(unread_take(&l, world.entries[i].partition, &world.entries[i].r));
    for (const struct unread_person *x = l.first; x; x = x->next)
        if (strcmp(x->alike->code, CODE) == 0)
            looked_at("ada", "ada", unread_last_ms(&l, x->alike) - 1);
    CU_ASSERT_TRUE(slice_ends(world_entry("hold-act", 0)->note, SLICE(LOOKED_AT_NOTHING)));
    for (const struct unread_person *x = l.first; x; x = x->next)
        if (strcmp(x->alike->code, CODE) == 0)
            looked_at("ada", "ada", unread_last_ms(&l, x->alike));
    CU_ASSERT_FALSE(slice_ends(world_entry("hold-act", 1)->note, SLICE(LOOKED_AT_NOTHING)));
    CU_ASSERT_EQUAL(got(), 0);
    unread_release(&l);
}

/* ---- what is queued already (law 6) ---- */

/* How many disclosures wait, as the last notice to the social worker's door says. */
static size_t waiting(void)
{
    struct slice last;
    struct notice_view n;
    if (!world_count("restrictions.council.social", &last))
        return 0;
    CU_ASSERT_TRUE_FATAL(notice_read(world.catalogue, &world.arena, last, &n, &world.e));
    return n.waiting_count;
}

static void what_is_queued_waits_at_the_door_until_somebody_has_looked(void)
{
    admit("ada");
    CU_ASSERT_EQUAL_FATAL(got(), 1);
    CU_ASSERT_EQUAL(waiting(), 0);
    sign("hosp", "events.hosp", "ada", CODE);
    CU_ASSERT_EQUAL(waiting(), 1);
    sign("hosp", "events.hosp", "ada", "map.other");
    looked("ada", "ada");
    CU_ASSERT_EQUAL(waiting(), 1);
    world_restart();
    sign("hosp", "events.hosp", "ada", "map.other");
    CU_ASSERT_EQUAL(waiting(), 1);
    both_agree();
}

static void what_waited_goes_once_when_somebody_has_looked(void)
{
    admit("ada");
    sign("hosp", "events.hosp", "ada", CODE);
    CU_ASSERT_EQUAL(waiting(), 1);
    looked("ada", "ada");
    CU_ASSERT_EQUAL(waiting(), 0);
    CU_ASSERT_EQUAL(got(), 1);
    both_agree();
}

static void a_person_that_has_nothing_queued_gets_no_notice(void)
{
    sign("hosp", "events.hosp", "ada", CODE);
    CU_ASSERT_EQUAL(world_count("restrictions.council.social", NULL), 0);
}

/* ---- the list ---- */

static void say(struct unread_list *l, uint8_t who, int64_t at_ms, const char *kind,
                const char *note)
{
    struct audit_read r = { .kind = slice_text(kind),
                            .source = SLICE("hosp/adt"),
                            .decided_ms = at_ms,
                            .note = slice_text(note) };
    r.subject[0] = who;
    CU_ASSERT_TRUE(unread_take(l, 0, &r));
}

static bool is_list(struct unread_list *l)
{
    unread_gather(l);
    return l->first->alike->is_list;
}

static void many_within_ten_minutes_are_one_list(void)
{
    struct unread_list l = { .first = NULL };
    for (uint8_t i = 0; i < UNREAD_ALIKE_MAX; i++)
        say(&l, i, 1000 + i, "unread", CODE " 1");
    CU_ASSERT_FALSE(is_list(&l));
    say(&l, UNREAD_ALIKE_MAX, 1000 + UNREAD_ALIKE_MS, "unread", CODE " 2");
    CU_ASSERT_FALSE(is_list(&l));
    say(&l, UNREAD_ALIKE_MAX + 1, 999 + UNREAD_ALIKE_MS, "unread", CODE " 3");
    CU_ASSERT_TRUE(is_list(&l));
    CU_ASSERT_EQUAL(l.first->alike->people, UNREAD_ALIKE_MAX + 2);
    say(&l, 0, 2000, "hold-act", "looked unread:hosp/adt:" CODE " by Nurse Njeri: seen");
    CU_ASSERT_EQUAL(l.first->alike->people, UNREAD_ALIKE_MAX + 1);
    unread_release(&l);
}

/* As the rule reads: so many from one of them on, within that time. */
static bool is_list_by_the_rule(const struct unread_list *l)
{
    for (const struct unread_person *a = l->first; a; a = a->next) {
        size_t n = 0;
        for (const struct unread_person *b = l->first; b; b = b->next)
            n += b->since_ms >= a->since_ms && b->since_ms < a->since_ms + UNREAD_ALIKE_MS;
        if (n > UNREAD_ALIKE_MAX)
            return true;
    }
    return false;
}

/* Some 21 people within the time, so that it goes one way as often as the other; in no order. */
static void in_whatever_order_they_come_they_are_counted_alike(void)
{
    size_t lists = 0;
    uint64_t seed = 7;
    for (int round = 0; round < 300; round++) {
        struct unread_list l = { .first = NULL };
        for (uint8_t i = 0; i < 60; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            say(&l, i, 1000 + (int64_t)(seed >> 33) % (UNREAD_ALIKE_MS * 4), "unread", CODE " 1");
        }
        CU_ASSERT_EQUAL(is_list(&l), is_list_by_the_rule(&l));
        lists += l.first->alike->is_list;
        unread_release(&l);
    }
    CU_ASSERT(lists > 50 && lists < 250);
}

#define READY "0000019f0000000000000000000000dd"

static void release_ready(const char *person, int64_t at_ms)
{
    struct act x = { .region = world.bundle->region,
                     .verb = SLICE("release"),
                     .on = SLICE(READY ":council/social"),
                     .reason = SLICE("rang the ward"),
                     .typed = slice_text(person),
                     .at_ms = at_ms };
    world_key("ada", &x.subject);
    put(&x, "ada");
}

/* Held for another reason: whoever lets it go does so although the person may be restricted. */
static void of_whom_something_is_unread_two_release(void)
{
    for (int is_unread = 0; is_unread < 2; is_unread++) {
        world_done();
        world_fresh();
        world_known("ada");
        world_say(&(struct say){
            .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .id = READY });
        CU_ASSERT_TRUE_FATAL(world_run());
        if (is_unread)
            sign("hosp", "events.hosp", "ada", CODE);
        release_ready("Karl", clock_wall_ms() - 2000);
        CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), !is_unread);
        release_ready("Rosa", clock_wall_ms() - 1000);
        CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
        both_agree();
    }
}

/* ---- a message that somebody has looked at ---- */

static void sign_again(const char *reference, const char *service, int64_t when_ms)
{
    say_sign(&(struct sign){ .agency = "hosp",
                             .topic = "events.hosp",
                             .who = "ada",
                             .code = CODE,
                             .service = service,
                             .reference = slice_text(reference),
                             .when_ms = when_ms });
}

static void move(const char *episode)
{
    world_admit("ada", episode);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

/* By a link, by a spool that came back, or because the message was taken again. */
static void looked_at_once_it_holds_nobody_again(void)
{
    sign_again("17", NULL, T0);
    admit("ada");
    CU_ASSERT_EQUAL(got(), 0);
    looked("ada", "ada");
    CU_ASSERT_EQUAL(got(), 1);
    sign_again("17", "hosp/wards", T0);
    sign_again("17", NULL, T0);
    sign_again("23", NULL, T0);
    CU_ASSERT_PTR_NOT_NULL(world_entry("duplicate", 2));
    move("v2");
    CU_ASSERT_EQUAL(got(), 2);
    world_restart();
    sign_again("17", "hosp/wards", T0);
    move("v3");
    CU_ASSERT_EQUAL(got(), 3);
    CU_ASSERT_EQUAL(waiting(), 0);
    both_agree();
}

static void another_message_of_that_feed_and_code_holds(void)
{
    admit("ada");
    sign_again("17", NULL, T0);
    looked("ada", "ada");
    sign_again("18", NULL, T0 + 1);
    CU_ASSERT_EQUAL(waiting(), 1);
    move("v2");
    CU_ASSERT_EQUAL(got(), 1);
    sign_again("17", "hosp/wards", T0); /* known, and ends nothing */
    move("v3");
    CU_ASSERT_EQUAL(got(), 1);
    looked("ada", "ada");
    CU_ASSERT_EQUAL(got(), 3);
    both_agree();
}

/* Two that came before anybody looked: both are known, whichever the list named. */
static void of_two_messages_that_were_looked_at_at_once_neither_holds_again(void)
{
    world_known("ada");
    sign_again("17", NULL, T0);
    sign_again("18", NULL, T0 + 1);
    looked("ada", "ada");
    sign_again("17", "hosp/wards", T0);
    sign_again("18", "hosp/wards", T0 + 1);
    move("v1");
    CU_ASSERT_EQUAL(got(), 1);
    both_agree();
}

/* What comes again while a word is under way is no newer than what that was given of. */
static void what_is_said_again_waits_no_longer_than_what_was_said(void)
{
    sign_again("17", NULL, T0);
    int64_t said_ms = world_entry("unread", 0)->decided_ms;
    while (clock_wall_ms() <= said_ms)
        ;
    sign_again("23", NULL, T0);
    admit("ada");
    CU_ASSERT_EQUAL(got(), 0);
    looked_at("ada", "ada", said_ms);
    CU_ASSERT_EQUAL(got(), 1);
    both_agree();
}

/* The list tells the message where it lies now. */
static void one_that_lies_elsewhere_now_is_listed_there(void)
{
    struct unread_list l = { .first = NULL };
    sign_again("17", NULL, T0);
    sign_again("23", NULL, T0);
    looked("ben", "ben");
    for (size_t i = 0; i < world.entry_count; i++)
        CU_ASSERT_TRUE_FATAL(unread_take(&l, world.entries[i].partition, &world.entries[i].r));
    CU_ASSERT_EQUAL(l.people, 1);
    CU_ASSERT_STRING_EQUAL(l.first->reference, "23");
    unread_release(&l);
    both_agree();
}

static CU_TestInfo cases[] = {
    { "looked at once, it holds nobody again", looked_at_once_it_holds_nobody_again },
    { "another message of that feed and code holds", another_message_of_that_feed_and_code_holds },
    { "of two messages that were looked at at once neither holds again",
      of_two_messages_that_were_looked_at_at_once_neither_holds_again },
    { "what is said again waits no longer than what was said",
      what_is_said_again_waits_no_longer_than_what_was_said },
    { "one that lies elsewhere now is listed there", one_that_lies_elsewhere_now_is_listed_there },
    { "of whom something is unread two release", of_whom_something_is_unread_two_release },
    { "it holds what any source says of the person", it_holds_what_any_source_says_of_the_person },
    { "it outlives a restart", it_outlives_a_restart },
    { "another agency cannot send it", another_agency_cannot_send_it },
    { "whoever has looked lets what waits go", whoever_has_looked_lets_what_waits_go },
    { "law 9: all that waited goes in the order in which it came",
      all_that_waited_goes_in_the_order_in_which_it_came },
    { "what nothing lets go any more waits for nobody",
      what_nothing_lets_go_any_more_waits_for_nobody },
    { "of two codes both must be looked at", of_two_codes_both_must_be_looked_at },
    { "a word on all counts for each that it comes to",
      a_word_on_all_counts_for_each_that_it_comes_to },
    { "a sign of long texts is refused, and stops nothing",
      a_sign_of_long_texts_is_refused_and_stops_nothing },
    { "another agency's sign finds room", another_agencys_sign_finds_room },
    { "what came after the word was given waits", what_came_after_the_word_was_given_waits },
    { "a word as old as the last sign ends it", a_word_as_old_as_the_last_sign_ends_it },
    { "law 6: what is queued waits at the door until somebody has looked",
      what_is_queued_waits_at_the_door_until_somebody_has_looked },
    { "law 6: what waited goes once when somebody has looked",
      what_waited_goes_once_when_somebody_has_looked },
    { "law 6: a person that has nothing queued gets no notice",
      a_person_that_has_nothing_queued_gets_no_notice },
    { "many within ten minutes are one list", many_within_ten_minutes_are_one_list },
    { "in whatever order they come they are counted alike",
      in_whatever_order_they_come_they_are_counted_alike },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_unread = { "unread", world_load, world_unload, world_fresh, world_done, cases };
