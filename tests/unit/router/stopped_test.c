/* stopped_test.c - what the recipient's own door stopped, or took out: nobody has it, so it is
 * held, or goes anew, when its way opens again (law 2). */
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

/* removed NULL: nothing was. */
static void receipt_of(const char *outcome, const char *code, const char *removed)
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
    avro_put_text(&b, slice_text(outcome));
    avro_put_text(&b, slice_text(code));
    avro_put_long(&b, 1790000000000);
    if (removed) {
        avro_put_long(&b, 1);
        avro_put_text(&b, slice_text(removed));
    }
    avro_put_long(&b, 0);
    buf_put(&b, slice_of(hash, HASH_BYTES));
    world_key("ada", &key);
    judge_pseudonym(&world.keys, world.bundle, to, &key, &p);
    world_publish("receipts.council", world_partition("ada"), slice_of(p.b, ID_BYTES),
                  buf_slice(&b));
    buf_release(&b);
    run();
}

static void receipt(const char *code)
{
    receipt_of("stopped", code, NULL);
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

/* ---- what was taken out ---- */

static void hide(const char *kind)
{
    world_say(&(struct say){ .who = "ada",
                             .type = "Restriction",
                             .kind = kind,
                             .set = (const char *[]){ "restriction.kind", "location", NULL } });
    run();
}

/* What the last disclosure tells at that path. */
static const char *told(const char *path)
{
    struct slice last = { NULL, 0 }, body;
    struct view v;
    uint64_t fingerprint;
    CU_ASSERT_FATAL(world_count("disclosures.council.social", &last) > 0);
    CU_ASSERT_FATAL(wire_open(last, &fingerprint, &body, &world.e));
    const struct schema *s = catalogue_fingerprint(world.catalogue, fingerprint);
    CU_ASSERT_FATAL(s && plan_view(s->plan, &world.arena, body, &v, &world.e));
    return arena_text(&world.arena, view_text_at(&v, path));
}

/* With a postcode, which a hidden location takes, and perhaps a ward, which it does not. */
static void stay_with(const char *const *set)
{
    world_known("ada");
    world_say(&(struct say){ .who = "ada", .id = STAY, .episode = "v1", .set = set });
    run();
    CU_ASSERT_EQUAL_FATAL(sent(), 1);
}

static void stay(void)
{
    stay_with((const char *[]){ "stay.ward", "Ward 7", "person.postcode", "WX1 1AA", NULL });
}

static void what_was_taken_out_is_sent_when_the_restriction_ends(void)
{
    stay();
    CU_ASSERT_STRING_EQUAL(told("person.postcode"), "WX1 1AA");
    hide("raised");
    receipt_of("reduced", "", "person.postcode");
    CU_ASSERT_EQUAL(sent(), 1);
    world_restart();
    hide("lifted");
    CU_ASSERT_EQUAL_FATAL(sent(), 2);
    CU_ASSERT_STRING_EQUAL(told("person.postcode"), "WX1 1AA");
    CU_ASSERT_STRING_EQUAL(told("header.action"), "replaces");
    receipt_of("accepted", "", NULL);
    hide("lifted");
    CU_ASSERT_EQUAL(sent(), 2);
    both_agree();
}

static void a_category_that_was_taken_out_is_each_field_of_it(void)
{
    stay();
    hide("raised");
    receipt_of("reduced", "", "location");
    receipt_of("reduced", "", "location");
    hide("lifted");
    CU_ASSERT_EQUAL(sent(), 2);
    both_agree();
}

static void what_left_whole_is_not_sent_again(void)
{
    stay();
    hide("raised");
    receipt_of("accepted", "", NULL);
    hide("lifted");
    CU_ASSERT_EQUAL(sent(), 1);
    both_agree();
}

static void nor_for_the_sake_of_what_it_never_told(void)
{
    stay();
    hide("raised");
    receipt_of("reduced", "", "no.such");
    receipt_of("reduced", "", "identity.nhs-number");
    hide("lifted");
    CU_ASSERT_EQUAL(sent(), 1);
    both_agree();
}

static void a_receipt_that_comes_after_the_lift_sends_it(void)
{
    stay();
    hide("raised");
    hide("lifted");
    CU_ASSERT_EQUAL(sent(), 1);
    struct slice before = { NULL, 0 }, after = before;
    CU_ASSERT_FATAL(world_count("restrictions.council.social", &before) > 0);
    receipt_of("reduced", "", "person.postcode");
    CU_ASSERT_EQUAL(sent(), 2);
    CU_ASSERT_FATAL(world_count("restrictions.council.social", &after) > 0);
    CU_ASSERT_FALSE(slice_equal(before, after)); /* the door hears how it stands now */
    receipt_of("reduced", "", "no.such");
    CU_ASSERT_EQUAL(sent(), 2);
    both_agree();
}

/* By what that door goes by all of it was restricted: what may go by the router's facts goes now.
 */
static void where_nothing_was_left_it_counts_as_not_sent(void)
{
    stay();
    hide("raised");
    receipt_of("stopped", "delivery.nothing-left", NULL);
    CU_ASSERT_EQUAL(sent(), 2);
    CU_ASSERT_STRING_EQUAL(told("stay.ward"), "Ward 7");
    CU_ASSERT_STRING_EQUAL(told("person.postcode"), "");
    hide("lifted");
    CU_ASSERT_EQUAL(sent(), 3);
    CU_ASSERT_STRING_EQUAL(told("person.postcode"), "WX1 1AA");
    both_agree();
}

/* As one whose schemas are older than the router's takes all of it out, each time. */
static void a_door_that_always_takes_it_out_is_not_sent_to_for_ever(void)
{
    stay();
    hide("raised");
    for (int i = 0; i < 8; i++)
        receipt_of("stopped", "delivery.nothing-left", NULL);
    CU_ASSERT_EQUAL(sent(), 4);
    hide("lifted");
    CU_ASSERT_EQUAL(sent(), 5);
    CU_ASSERT_STRING_EQUAL(told("person.postcode"), "WX1 1AA");
    both_agree();
}

static CU_TestInfo cases[] = {
    { "what was taken out is sent when the restriction ends",
      what_was_taken_out_is_sent_when_the_restriction_ends },
    { "a category that was taken out is each field of it",
      a_category_that_was_taken_out_is_each_field_of_it },
    { "what left whole is not sent again", what_left_whole_is_not_sent_again },
    { "nor for the sake of what it never told", nor_for_the_sake_of_what_it_never_told },
    { "a receipt that comes after the lift sends it",
      a_receipt_that_comes_after_the_lift_sends_it },
    { "where nothing was left it counts as not sent",
      where_nothing_was_left_it_counts_as_not_sent },
    { "a door that always takes it out is not sent to for ever",
      a_door_that_always_takes_it_out_is_not_sent_to_for_ever },
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
