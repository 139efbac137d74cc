/* stopped_test.c - what the recipient's own door stopped: nobody has it, so it is held, or goes
 * anew, when its way opens again (law 2). */
#include <CUnit/CUnit.h>

#include "record/wire.h"
#include "world.h"

#define STAY "0190000000000000000000000000d004"
#define SOCIAL "council/social"

static void run(void)
{
    CU_ASSERT_TRUE_FATAL(world_run());
}

static void word(const char *source, const char *kind)
{
    world_say(
        &(struct say){ .who = "ada",
                       .source = source,
                       .type = "Consent",
                       .kind = kind,
                       .set = (const char *[]){ "consent.purpose", "individual-care", NULL } });
    run();
}

/* The last decision on the stay for the social worker; NULL: none. */
static const struct audit_decision *last_decision(void)
{
    const struct audit_decision *last = NULL;
    world_read();
    for (size_t i = 0; i < world.entry_count; i++)
        for (size_t n = 0; n < world.entries[i].r.decision_count; n++)
            if (slice_equal_text(world.entries[i].r.decisions[n].event_id, STAY))
                last = &world.entries[i].r.decisions[n];
    return last;
}

static const char *decided(void)
{
    const struct audit_decision *d = last_decision();
    return d ? arena_format(&world.arena, "%.*s %.*s", SHOWN(d->outcome), SHOWN(d->reason)) : "";
}

static void receipt(const char *code)
{
    static const uint8_t hash[HASH_BYTES];
    const struct schema *s = catalogue_named(world.catalogue, SLICE("Receipt"));
    const struct audit_decision *d = last_decision();
    struct recipient_id to = { (uint16_t)bundle_service(world.bundle, SLICE(SOCIAL)) };
    struct subject_key key;
    struct pseudonym p;
    struct buf b;
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    buf_init(&b, 4096);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, d->disclosure);
    avro_put_text(&b, SLICE(SOCIAL));
    avro_put_text(&b, SLICE("stopped"));
    avro_put_text(&b, slice_text(code));
    avro_put_long(&b, 1790000000000);
    avro_put_long(&b, 0);
    buf_put(&b, slice_of(hash, HASH_BYTES));
    world_key("ada", &key);
    judge_pseudonym(&world.keys, world.bundle, to, &key, &p);
    world_publish("receipts.council", world_partition("ada"), slice_of(p.b, ID_BYTES),
                  buf_slice(&b));
    buf_release(&b);
    run();
}

static size_t sent(void)
{
    return world_count("disclosures.council.social", NULL);
}

static void both_agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

/* It was disclosed; the hub's no closed its way before it left. */
static void stop(const char *code)
{
    world_known("ada");
    world_say(&(struct say){ .who = "ada",
                             .id = STAY,
                             .episode = "v1",
                             .set = (const char *[]){ "stay.ward", "Ward 7", NULL } });
    run();
    CU_ASSERT_STRING_EQUAL(decided(), "disclose disclosed");
    word("hosp/hub", "objection_recorded");
    receipt(code);
    CU_ASSERT_EQUAL(sent(), 1);
    both_agree();
}

static void a_yes_of_who_said_no_brings_it_back(void)
{
    stop("delivery.stopped");
    word("hosp/hub", "objection_lifted");
    CU_ASSERT_STRING_EQUAL(decided(), "disclose disclosed");
    CU_ASSERT_EQUAL(sent(), 2);
    both_agree();
    word("hosp/hub", "objection_lifted");
    CU_ASSERT_EQUAL(sent(), 2);
}

static void a_yes_of_another_has_it_held(void)
{
    stop("delivery.stopped");
    word("council/social", "objection_lifted");
    CU_ASSERT_STRING_EQUAL(decided(), "hold conflicting-objection");
    CU_ASSERT_EQUAL(sent(), 1);
    both_agree();
}

/* The way was opened again while the receipt was under way. */
static void a_receipt_that_comes_after_the_yes_brings_it_back(void)
{
    world_known("ada");
    world_say(&(struct say){ .who = "ada",
                             .id = STAY,
                             .episode = "v1",
                             .set = (const char *[]){ "stay.ward", "Ward 7", NULL } });
    run();
    word("hosp/hub", "objection_recorded");
    word("hosp/hub", "objection_lifted");
    CU_ASSERT_EQUAL(sent(), 1);
    receipt("delivery.stopped");
    CU_ASSERT_EQUAL(sent(), 2);
    both_agree();
}

/* Somebody dropped it, or it was taken back. */
static void what_ended_otherwise_does_not_come_back(void)
{
    stop("delivery.dropped");
    word("hosp/hub", "objection_lifted");
    CU_ASSERT_EQUAL(sent(), 1);
    both_agree();
}

static CU_TestInfo cases[] = {
    { "a yes of who said no brings it back", a_yes_of_who_said_no_brings_it_back },
    { "a yes of another has it held", a_yes_of_another_has_it_held },
    { "a receipt that comes after the yes brings it back",
      a_receipt_that_comes_after_the_yes_brings_it_back },
    { "what ended otherwise does not come back", what_ended_otherwise_does_not_come_back },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_stopped = {
    "stopped", world_load, world_unload, world_fresh, world_done, cases
};
