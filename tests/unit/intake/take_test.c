/* take_test.c - the endings of law 2, and what travels. */
#include <CUnit/CUnit.h>

#include "base/clock.h"

#include "world.h"

static struct world w;

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void done(void)
{
    world_done(&w);
}

#define ADMITTED                                                                                   \
    "{\"id\":\"m1\",\"type\":\"admitted\",\"at\":\"2026-02-03T14:30:00Z\",\"environment\":"        \
    "\"live\","                                                                                    \
    "\"visit\":\"V1\",\"nhs\":\"" NHS_ADA "\",\"status\":\"01\",\"local\":\"H1\",\"ward\":\"W4\"}"

static bool balances(const struct feed_counts *c)
{
    return c->taken ==
           c->published + c->unchanged + c->duplicates + c->not_carried + c->quarantined;
}

static void publishes_what_it_has_answered(void)
{
    struct world_event events[4];
    CU_ASSERT_EQUAL(world_say(&w, ADMITTED), ANSWER_KEPT);
    CU_ASSERT(slice_equal(w.answer.reply, SLICE("{\"status\":\"accepted\"}")));
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken, 1);
    CU_ASSERT_EQUAL(c.published, 1);
    CU_ASSERT_EQUAL(c.events, 1);
    CU_ASSERT_EQUAL(c.waiting, 0);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 1);
    CU_ASSERT_EQUAL(events[0].key.n, ID_BYTES);
}

static void fills_the_header(void)
{
    static const struct {
        const char *path, *want;
    } texts[] = {
        { "header.type", "HospitalStay" },
        { "header.kind", "admitted" },
        { "header.source_agency", "hospital" },
        { "header.source_service", "hospital/wards" },
        { "header.source_system", "PAS" },
        { "header.source_feed", "pas" },
        { "header.source_message_id", "m1" },
        { "header.environment", "live" },
        { "header.contact_team", "Ward clerk" },
        { "header.contact_phone", "01632 960000" },
        { "header.timeliness", "realtime" },
        { "header.identity_confidence", "verified" },
        { "header.episode", "V1" },
        { "subject.nhs_number", NHS_ADA },
        { "stay.ward", "W4" },
    };
    struct world_event events[4];
    world_say(&w, ADMITTED);
    world_counts(&w);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 1);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_STRING_EQUAL(world_text(&w, &events[0], texts[i].path), texts[i].want);
    int64_t number = view_long_at(&events[0].v, "header.feed_seq");
    CU_ASSERT_EQUAL(number & 0xffffffff, 1);
    CU_ASSERT_NOT_EQUAL(number & (int64_t)1 << 62, 0);
    CU_ASSERT_EQUAL(view_long_at(&events[0].v, "header.observed"), world_now_ms());
    CU_ASSERT_EQUAL(view_text_at(&events[0].v, "header.mapping").n, 16);
    struct slice id = view_text_at(&events[0].v, "header.id");
    CU_ASSERT(slice_equal(slice_head(id, 12), SLICE("019c23e90640")));
}

static void sends_the_stored_answer_again(void)
{
    world_say(&w, ADMITTED);
    CU_ASSERT_EQUAL(world_say(&w, ADMITTED), ANSWER_KEPT);
    CU_ASSERT(slice_equal(w.answer.reply, SLICE("{\"status\":\"accepted\"}")));
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken, 2);
    CU_ASSERT_EQUAL(c.published, 1);
    CU_ASSERT_EQUAL(c.duplicates, 1);
    CU_ASSERT_EQUAL(c.events, 1);
}

static void forgets_what_was_sent_after_14_days(void)
{
    world_say(&w, ADMITTED);
    world_set_ms(world_now_ms() + DEDUP_KEPT_MS);
    world_say(&w, ADMITTED);
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 1);
    world_set_ms(world_now_ms() + 1);
    world_say(&w, ADMITTED);
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 1);
    CU_ASSERT_EQUAL(world_counts(&w).published, 2);
}

static void takes_the_same_id_with_another_body(void)
{
    world_say(&w, ADMITTED);
    world_say(&w, "{\"id\":\"m1\",\"type\":\"admitted\",\"environment\":\"live\",\"visit\":\"V2\","
                  "\"local\":\"H2\"}");
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 2);
    CU_ASSERT_EQUAL(c.duplicates, 0);
    CU_ASSERT_EQUAL(world_say(&w, ADMITTED), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 1);
}

static void quarantines_what_cannot_be_read(void)
{
    CU_ASSERT_EQUAL(world_say(&w, "{\"id\":"), ANSWER_REFUSED);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w.answer.why);
    CU_ASSERT_EQUAL(w.answer.why->fate, ERR_REJECT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.quarantined, 1);
    CU_ASSERT(balances(&c));
    CU_ASSERT_EQUAL(world_say(&w, "{\"id\":"), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 1);
}

static void quarantines_but_accepts_what_cannot_be_mapped(void)
{
    static const char odd[] = "{\"id\":\"m2\",\"type\":\"admitted\",\"environment\":\"live\","
                              "\"local\":\"H1\",\"to\":\"the moon\"}";
    CU_ASSERT_EQUAL(world_say(&w, odd), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 1);
    CU_ASSERT_EQUAL(world_counts(&w).published, 0);
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "map.value"), 1);
}

static void announces_a_quarantine_without_payload(void)
{
    struct bus_reader *r = NULL;
    const struct bus_record *records = NULL;
    size_t n = 0;
    bool end = false;
    world_say(&w, "not json, but a secret");
    world_counts(&w);
    CU_ASSERT_FATAL(bus_reader_open(w.bus, "quarantine.hospital", 0, 0, &r, &w.e));
    CU_ASSERT_FATAL(bus_reader_next(r, 0, &records, &n, &end, &w.e));
    CU_ASSERT_EQUAL_FATAL(n, 1);
    struct view v;
    const struct schema *s = catalogue_named(w.schemas, SLICE("Quarantine"));
    CU_ASSERT_FATAL(plan_view(s->plan, &w.a, slice_from(records[0].value, 10), &v, &w.e));
    CU_ASSERT(slice_equal(view_text_at(&v, "feed"), SLICE("pas")));
    CU_ASSERT(slice_equal(view_text_at(&v, "reference"), SLICE("1")));
    CU_ASSERT_PTR_NULL(memmem(records[0].value.p, records[0].value.n, "secret", 6));
    bus_reader_close(&r);
}

static void refuses_the_other_environment_and_keeps_nothing(void)
{
    static const char *const wrong[] = {
        "{\"id\":\"t1\",\"type\":\"admitted\",\"environment\":\"test\",\"local\":\"H1\"}",
        "{\"id\":\"t2\",\"type\":\"admitted\",\"environment\":\"moon\",\"local\":\"H1\"}",
        /* also where what it restricts cannot be seen */
        "{\"id\":\"t3\",\"type\":\"gossip\",\"environment\":\"test\",\"local\":\"H1\",\"hide\":["
        "\"place\"]}",
        "{\"id\":\"t4\",\"type\":\"gossip\",\"environment\":\"moon\",\"local\":\"H1\",\"hide\":["
        "\"place\"]}",
    };
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(world_say(&w, wrong[i]), ANSWER_REFUSED);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.refused_environment, 4);
    CU_ASSERT_EQUAL(c.taken, 0);
    CU_ASSERT_EQUAL(c.quarantined, 0);
}

static void counts_what_is_not_carried_by_type(void)
{
    CU_ASSERT_EQUAL(world_say(&w, "{\"id\":\"g1\",\"type\":\"gossip\"}"), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_say(&w, "{\"id\":\"g2\",\"type\":\"gossip\"}"), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).not_carried, 2);
    CU_ASSERT_EQUAL(world_counts(&w).unknown, 0);
    CU_ASSERT_EQUAL(world_tally(&w, "not_carried", "gossip"), 2);
    CU_ASSERT_EQUAL(world_say(&w, "{\"id\":\"g3\",\"type\":\"gossips\"}"), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).not_carried, 3);
    CU_ASSERT_EQUAL(world_counts(&w).unknown, 1);
}

static void counts_by_path_what_was_read_and_is_not_kept(void)
{
    CU_ASSERT_EQUAL(world_say(&w,
                              "{\"id\":\"k1\",\"type\":\"admitted\",\"at\":\"2026-02-03T10:00Z\","
                              "\"environment\":\"live\",\"visit\":\"V1\",\"local\":\"L1\","
                              "\"nhs\":9990000019,\"ward\":\"W1\"}"),
                    ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 1);
    CU_ASSERT_EQUAL(c.lost_ids, 1);
    CU_ASSERT_EQUAL(c.not_kept, 1);
    CU_ASSERT_EQUAL(world_tally(&w, "not kept", "nhs"), 1);
}

static void counts_a_type_that_is_no_code_without_its_text(void)
{
    static const struct {
        const char *type, *counted;
    } rows[] = { { "Ada Lovelace", "(no code)" }, { "", "(no code)" }, { "ADT^A99", "ADT^A99" } };
    char text[200];
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "{\"id\":\"x%zu\",\"type\":\"%s\"}", i, rows[i].type);
        CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
        CU_ASSERT(world_tally(&w, "not_carried", rows[i].counted) > 0);
    }
    CU_ASSERT_EQUAL(world_tally(&w, "not_carried", "Ada Lovelace"), 0);
}

static void counts_no_more_names_than_a_thousand(void)
{
    char text[100];
    for (int i = 0; i < 1100; i++) {
        snprintf(text, sizeof text, "{\"id\":\"y%d\",\"type\":\"t%d\"}", i, i);
        world_say(&w, text);
    }
    CU_ASSERT_EQUAL(world_tally(&w, "not_carried", "(others)"), 101);
    CU_ASSERT_EQUAL(world_tally(&w, "not_carried", "t998"), 1);
    CU_ASSERT_EQUAL(world_counts(&w).not_carried, 1100);
}

static void publishes_only_what_has_changed(void)
{
    static const struct {
        const char *ward;
        uint64_t published, unchanged;
    } steps[] = {
        { "W1", 1, 0 },
        { "W1", 1, 1 },
        { "W2", 2, 1 },
        { "W1", 3, 1 },
    };
    char text[200];
    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof text,
                 "{\"id\":\"c%zu\",\"type\":\"moved\",\"environment\":\"live\","
                 "\"visit\":\"V1\",\"local\":\"H1\",\"ward\":\"%s\"}",
                 i, steps[i].ward);
        CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
        struct feed_counts c = world_counts(&w);
        CU_ASSERT_EQUAL(c.published, steps[i].published);
        CU_ASSERT_EQUAL(c.unchanged, steps[i].unchanged);
        CU_ASSERT(balances(&c));
    }
}

static void learns_a_first_value_quietly(void)
{
    static const char *const days[] = { "2026-02-05", "2026-02-05", "2026-02-09" };
    static const uint64_t published[] = { 0, 0, 1 };
    char text[200];
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text,
                 "{\"id\":\"q%zu\",\"type\":\"changed\",\"environment\":\"live\","
                 "\"visit\":\"V1\",\"local\":\"H1\",\"expected\":\"%s\"}",
                 i, days[i]);
        world_say(&w, text);
        CU_ASSERT_EQUAL(world_counts(&w).published, published[i]);
    }
}

static void numbers_records_anew_after_a_restart(void)
{
    struct world_event events[4];
    world_say(&w, ADMITTED);
    world_counts(&w);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    world_say(&w,
              "{\"id\":\"m9\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H2\"}");
    world_counts(&w);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 2);
    CU_ASSERT_EQUAL(events[1].seq & UINT32_MAX, events[0].seq & UINT32_MAX);
    CU_ASSERT_NOT_EQUAL(events[1].seq >> 32, events[0].seq >> 32);
}

static void answers_a_whole_turn(void)
{
    char text[200][120];
    struct arrival in[200];
    struct answer out[200];
    for (size_t i = 0; i < 200; i++) {
        snprintf(text[i], sizeof text[i],
                 "{\"id\":\"n%zu\",\"type\":\"admitted\","
                 "\"environment\":\"live\",\"local\":\"H%zu\"}",
                 i, i);
        in[i] = (struct arrival){ .bytes = slice_text(text[i]) };
    }
    struct intake up = feed_intake(w.feed);
    up.take(up.ctx, in, out, 200);
    for (size_t i = 0; i < 200; i++)
        CU_ASSERT(out[i].fate == ANSWER_KEPT && out[i].reply.n > 0);
    CU_ASSERT_EQUAL(world_counts(&w).published, 200);
}

static void publishes_the_schemas_first(void)
{
    struct bus_reader *r = NULL;
    const struct bus_record *records = NULL;
    size_t n = 0, seen = 0;
    bool end = false;
    world_say(&w, ADMITTED);
    world_counts(&w);
    CU_ASSERT_FATAL(bus_reader_open(w.bus, "schemas", 0, 0, &r, &w.e));
    while (!end) {
        CU_ASSERT_FATAL(bus_reader_next(r, 0, &records, &n, &end, &w.e));
        seen += n;
    }
    CU_ASSERT_EQUAL(seen, catalogue_count(w.schemas));
    bus_reader_close(&r);
}

static CU_TestInfo cases[] = {
    { "publishes what it has answered", publishes_what_it_has_answered },
    { "fills the header", fills_the_header },
    { "sends the stored answer again", sends_the_stored_answer_again },
    { "forgets what was sent after 14 days", forgets_what_was_sent_after_14_days },
    { "takes the same id with another body", takes_the_same_id_with_another_body },
    { "quarantines what cannot be read", quarantines_what_cannot_be_read },
    { "quarantines but accepts what cannot be mapped",
      quarantines_but_accepts_what_cannot_be_mapped },
    { "announces a quarantine without payload", announces_a_quarantine_without_payload },
    { "refuses the other environment and keeps nothing",
      refuses_the_other_environment_and_keeps_nothing },
    { "counts what is not carried by type", counts_what_is_not_carried_by_type },
    { "counts a type that is no code without its text",
      counts_a_type_that_is_no_code_without_its_text },
    { "counts by path what was read and is not kept",
      counts_by_path_what_was_read_and_is_not_kept },
    { "counts no more names than a thousand", counts_no_more_names_than_a_thousand },
    { "publishes only what has changed", publishes_only_what_has_changed },
    { "learns a first value quietly", learns_a_first_value_quietly },
    { "numbers records anew after a restart", numbers_records_anew_after_a_restart },
    { "answers a whole turn", answers_a_whole_turn },
    { "publishes the schemas first", publishes_the_schemas_first },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_take = { "take", NULL, NULL, fresh, done, cases };
