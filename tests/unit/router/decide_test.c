/* decide_test.c - what goes in comes out once: disclosed with its audit entry, in one commit
 * (law 3). */
#include <CUnit/CUnit.h>

#include "record/wire.h"
#include "world.h"

static void who_is_known_is_told(void)
{
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    const struct audit_read *r = world_entry("event", 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL_FATAL(r->decision_count, 1);
    CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].outcome, "disclose"));
    CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].recipient, "council/social"));
    CU_ASSERT_TRUE(slice_equal_text(r->source, "hosp/wards"));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    CU_ASSERT_EQUAL(world_count("disclosures.district.grants", NULL), 0);
}

static void who_is_not_known_is_not_told_but_audited(void)
{
    world_admit("dora", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    const struct audit_read *r = world_entry("event", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL_FATAL(r->decision_count, 1);
    CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].outcome, "withhold"));
    CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].reason, "no-relationship"));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
}

static void the_audited_hash_is_that_of_the_disclosed_bytes(void)
{
    struct slice sent = { NULL, 0 };
    uint8_t hash[HASH_BYTES];
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_EQUAL_FATAL(world_count("disclosures.council.social", &sent), 1);
    sha256(sent, hash);
    const struct audit_read *r = world_entry("event", 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(memcmp(r->decisions[0].hash, hash, HASH_BYTES), 0);
}

static void what_a_feed_sends_twice_is_dropped(void)
{
    struct say s = { .who = "ada", .episode = "v1", .feed = "pas", .feed_seq = 3 };
    world_known("ada");
    s.id = "0000019f000000000000000000000003";
    world_say(&s);
    s.feed_seq = 4;
    s.id = "0000019f000000000000000000000004";
    world_say(&s);
    world_say(&s);
    s.feed_seq = 3;
    s.id = "0000019f000000000000000000000003";
    world_say(&s);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_PTR_NOT_NULL(world_entry("duplicate", 1));
    CU_ASSERT_PTR_NULL(world_entry("duplicate", 2));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 2);
}

/* A number below another feed's, agency's or partition's is no repetition: each of the four is
 * decided, once, without a doubt noted. */
static void feeds_and_partitions_count_apart(void)
{
    static const char *const decided[] = { "0000019f000000000000000000000009",
                                           "0000019f000000000000000000000002",
                                           "0000019f000000000000000000000008" };
    struct router_counts n;
    CU_ASSERT_NOT_EQUAL_FATAL(world_partition("ada"), world_partition("dora"));
    world_known("ada");
    world_known("dora");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_say(&(struct say){ .who = "ada", .feed = "pas", .feed_seq = 9, .id = decided[0] });
    world_say(&(struct say){ .who = "ada", .feed = "other", .feed_seq = 2, .id = decided[1] });
    world_say(&(struct say){ .who = "ada",
                             .source = "council/social",
                             .type = "Caseload",
                             .kind = "declared",
                             .feed = "pas",
                             .feed_seq = 1 });
    world_say(&(struct say){ .who = "dora", .feed = "pas", .feed_seq = 8, .id = decided[2] });
    CU_ASSERT_TRUE_FATAL(world_run());
    router_counts(world.router, &n);
    CU_ASSERT_EQUAL(n.events, 2 + 4);
    CU_ASSERT_EQUAL(n.duplicates + n.refused, 0);
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 3);
    world_read();
    CU_ASSERT_EQUAL(world.entry_count, 2 + 4);
    size_t told = 0;
    for (size_t i = 0; i < world.entry_count; i++) {
        const struct audit_read *r = &world.entries[i].r;
        CU_ASSERT_TRUE(slice_equal_text(r->kind, "event"));
        CU_ASSERT_EQUAL(r->note.n, 0);
        for (size_t k = 0; k < 3; k++)
            told += slice_equal_text(r->event_id, decided[k]) && r->decision_count == 1 &&
                    slice_equal_text(r->decisions[0].outcome, "disclose");
    }
    CU_ASSERT_EQUAL(told, 3);
}

static void the_same_event_under_another_number_is_dropped(void)
{
    static const char id[] = "0000019f00000000000000000000abcd";
    world_known("ada");
    world_say(&(struct say){ .who = "ada", .feed = "pas", .feed_seq = 1, .id = id });
    world_say(&(struct say){ .who = "ada", .feed = "pas", .feed_seq = 2, .id = id });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_PTR_NOT_NULL(world_entry("duplicate", 0));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
}

/* Law 5: the time of acceptance, never backwards within a partition. */
static void decision_time_never_goes_back(void)
{
    char who[16];
    int64_t last[PARTITIONS] = { 0 };
    for (int i = 0; i < 200; i++) {
        snprintf(who, sizeof who, "person %d", i % 20);
        world_admit(who, "v");
    }
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_EQUAL(world.entry_count, 200);
    for (size_t i = 0; i < world.entry_count; i++) {
        const struct world_entry *w = &world.entries[i];
        CU_ASSERT_TRUE(w->r.decided_ms >= last[w->partition]);
        CU_ASSERT_TRUE(w->r.decided_ms >= w->r.accepted_ms);
        last[w->partition] = w->r.decided_ms;
    }
}

static void thousands_come_out_as_many(void)
{
    char who[16], episode[16];
    for (int i = 0; i < 3000; i++) {
        snprintf(who, sizeof who, "person %d", i % 250);
        snprintf(episode, sizeof episode, "v%d", i / 250);
        if (i == 250)
            CU_ASSERT_TRUE_FATAL(world_run());
        if (i < 250)
            world_say(&(struct say){
                .source = "council/social", .type = "Caseload", .kind = "declared", .who = who });
        else
            world_admit(who, episode);
    }
    CU_ASSERT_TRUE_FATAL(world_run());
    struct router_counts n;
    router_counts(world.router, &n);
    CU_ASSERT_EQUAL(n.events, 3000);
    CU_ASSERT_EQUAL(n.disclosed, 2750);
    CU_ASSERT_EQUAL(n.refused + n.duplicates + n.held, 0);
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 2750);
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world.report.entries, 3000);
    CU_ASSERT_EQUAL(world.report.disclosures, 2750);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

static struct slice make_receipt(const char *recipient, const char *disclosure)
{
    struct buf b;
    static const uint8_t hash[HASH_BYTES];
    const struct schema *s = catalogue_named(world.catalogue, SLICE("Receipt"));
    buf_init(&b, 4096);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, slice_text(disclosure));
    avro_put_text(&b, slice_text(recipient));
    avro_put_text(&b, SLICE("stopped"));
    avro_put_text(&b, SLICE("door.restricted"));
    avro_put_long(&b, 1790000000000);
    avro_put_long(&b, 0);
    buf_put(&b, slice_of(hash, HASH_BYTES));
    struct slice framed = arena_copy(&world.arena, buf_slice(&b));
    buf_release(&b);
    return framed;
}

static void a_receipt_is_audited_under_its_person(void)
{
    struct subject_key key;
    struct pseudonym p;
    world_key("ada", &key);
    struct recipient_id social = { (uint16_t)bundle_service(world.bundle,
                                                            SLICE("council/social")) };
    judge_pseudonym(&world.keys, world.bundle, social, &key, &p);
    world_publish("receipts.council", world_partition("ada"), slice_of(p.b, ID_BYTES),
                  make_receipt("council/social", "aaaabbbbccccddddeeee"));
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    const struct audit_read *r = world_entry("receipt", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(memcmp(r->subject, key.b, ID_BYTES), 0);
    CU_ASSERT_TRUE(slice_equal_text(r->note, "stopped door.restricted"));
    CU_ASSERT_TRUE(slice_equal_text(r->disclosure, "aaaabbbbccccddddeeee"));
    CU_ASSERT_TRUE(slice_equal_text(r->source, "council/social"));
}

static CU_TestInfo cases[] = {
    { "who is known is told", who_is_known_is_told },
    { "who is not known is not told, but it is audited", who_is_not_known_is_not_told_but_audited },
    { "the audited hash is that of the disclosed bytes",
      the_audited_hash_is_that_of_the_disclosed_bytes },
    { "what a feed sends twice is dropped", what_a_feed_sends_twice_is_dropped },
    { "feeds and partitions count apart", feeds_and_partitions_count_apart },
    { "the same event under another number is dropped",
      the_same_event_under_another_number_is_dropped },
    { "decision time never goes back", decision_time_never_goes_back },
    { "thousands come out as many", thousands_come_out_as_many },
    { "a receipt is audited under its person", a_receipt_is_audited_under_its_person },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_decide = { "decide", world_load, world_unload, world_fresh, world_done, cases };
