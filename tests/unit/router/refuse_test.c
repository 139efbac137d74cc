/* refuse_test.c - what must not be decided: audited with its code, never a crash, never a stop. */
#include <CUnit/CUnit.h>

#include "world.h"

static struct pseudonym pseudonym_of(const char *who, const char *service)
{
    struct subject_key key;
    struct pseudonym p;
    world_key(who, &key);
    struct recipient_id to = { (uint16_t)bundle_service(world.bundle, slice_text(service)) };
    judge_pseudonym(&world.keys, world.bundle, to, &key, &p);
    return p;
}

/* Runs, and returns the only refusal's code. */
static const char *refusal(void)
{
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    const struct audit_read *r = world_entry("refused", 0);
    CU_ASSERT_PTR_NULL(world_entry("refused", 1));
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
    return r ? arena_text(&world.arena, r->note) : "nothing was refused";
}

static void each_wrong_event_is_refused_by_its_code(void)
{
    const struct pseudonym of_council = pseudonym_of("ada", "council/social");
    const int elsewhere = 1 + (world_partition("ada") + 1) % PARTITIONS;
    const struct {
        const char *code;
        struct say s;
    } rows[] = {
        { "event.agency", { .who = "ada", .topic = "events.council" } },
        { "event.agency", { .who = "ada", .source = "council/social", .topic = "events.hosp" } },
        { "unknown-source", { .who = "ada", .source = "hosp/nobody" } },
        { "event.partition", { .who = "ada", .partition = elsewhere } },
        { "wrong-environment", { .who = "ada", .environment = "live" } },
        { "event.reference",
          { .who = "ada", .reference = &of_council, .reference_of = "council/social" } },
        { "event.reference",
          { .who = "ada", .reference = &of_council, .reference_of = "no/body" } },
        { "event.partition",
          { .who = "cara",
            .source = "council/social",
            .type = "Caseload",
            .kind = "declared",
            .reference = &of_council,
            .reference_of = "council/social" } },
        { "event.type",
          { .who = "ada", .set = (const char *[]){ "header.type", "Consent", NULL } } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&rows[i].s);
        const char *code = refusal();
        CU_ASSERT_STRING_EQUAL(code, rows[i].code);
        CU_ASSERT_EQUAL(world_count("facts", NULL), 0);
        world_done();
        world_fresh();
    }
}

static void hostile_bytes_are_refused(void)
{
    struct subject_key key;
    struct slice good = world_event(&(struct say){ .who = "ada" });
    world_key("ada", &key);
    const struct slice on = slice_of(key.b, ID_BYTES);
    uint8_t *broken = arena_alloc(&world.arena, good.n);
    size_t sent = 0;
    for (size_t n = 0; n < good.n; n += 3, sent++)
        world_publish("events.hosp", world_partition("ada"), on, slice_head(good, n));
    for (size_t at = 0; at < good.n; at += 5, sent++) {
        memcpy(broken, good.p, good.n);
        broken[at] ^= 0xff;
        world_publish("events.hosp", world_partition("ada"), on, slice_of(broken, good.n));
    }
    world_publish("events.hosp", 0, SLICE("short key"), good);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_EQUAL(world.entry_count, sent + 1);
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

static void what_comes_after_a_refusal_is_decided(void)
{
    world_known("ada");
    world_publish("events.hosp", world_partition("ada"), SLICE("x"), SLICE("junk"));
    world_admit("ada", "v1");
    CU_ASSERT_STRING_EQUAL(refusal(), "wire.short");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
}

static void a_refused_event_moves_its_feed_on(void)
{
    struct say s = { .who = "ada",
                     .feed = "pas",
                     .feed_seq = 7,
                     .environment = "live",
                     .id = "0000019f000000000000000000000007" };
    world_say(&s);
    world_say(&s);
    CU_ASSERT_STRING_EQUAL(refusal(), "wrong-environment");
    CU_ASSERT_PTR_NOT_NULL(world_entry("duplicate", 0));
}

static void another_agency_cannot_move_a_feed_on(void)
{
    world_say(
        &(struct say){ .who = "ada", .feed = "pas", .feed_seq = 99, .topic = "events.council" });
    world_say(&(struct say){ .who = "ada", .feed = "pas", .feed_seq = 1 });
    CU_ASSERT_STRING_EQUAL(refusal(), "event.agency");
    CU_ASSERT_PTR_NOT_NULL(world_entry("event", 0));
}

static void an_event_by_pseudonym_meets_its_person(void)
{
    const struct pseudonym of_council = pseudonym_of("ada", "council/social");
    world_say(&(struct say){ .who = "ada",
                             .source = "council/social",
                             .type = "Caseload",
                             .kind = "declared",
                             .reference = &of_council,
                             .reference_of = "council/social" });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

static void no_payload_of_a_refused_event_reaches_the_audit(void)
{
    static const char name[] = "Zaphod-Beeblebrox";
    struct slice entry = { NULL, 0 };
    world_say(&(struct say){ .who = "ada", .environment = "live", .id = name, .episode = name });
    CU_ASSERT_STRING_EQUAL(refusal(), "wrong-environment");
    CU_ASSERT_EQUAL_FATAL(world_count("audit", &entry), 1);
    CU_ASSERT_PTR_NULL(memmem(entry.p, entry.n, name, strlen(name)));
}

static CU_TestInfo cases[] = {
    { "each wrong event is refused by its code", each_wrong_event_is_refused_by_its_code },
    { "hostile bytes are refused", hostile_bytes_are_refused },
    { "what comes after a refusal is decided", what_comes_after_a_refusal_is_decided },
    { "a refused event moves its feed on", a_refused_event_moves_its_feed_on },
    { "another agency cannot move a feed on", another_agency_cannot_move_a_feed_on },
    { "an event by pseudonym meets its person", an_event_by_pseudonym_meets_its_person },
    { "no payload of a refused event reaches the audit",
      no_payload_of_a_refused_event_reaches_the_audit },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_refuse = { "refuse", world_load, world_unload, world_fresh, world_done, cases };
