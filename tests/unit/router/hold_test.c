/* hold_test.c - what waits for a human, and what the human's word does. */
#include <CUnit/CUnit.h>

#include "audit/holds.h"
#include "base/clock.h"
#include "record/wire.h"
#include "signers.h"

static const char id[] = "0000019f0000000000000000000000aa";

static void hold_ada(void)
{
    world_known("ada");
    world_say(
        &(struct say){ .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .id = id });
    CU_ASSERT_TRUE_FATAL(world_run());
}

/* As it is given today where nobody can sign. */
static void give(const char *word, const char *service, const char *person)
{
    static int64_t minute;
    struct act x = { .region = world.bundle->region,
                     .verb = slice_text(word),
                     .on = slice_text(arena_format(&world.arena, "%s:%s", id, service)),
                     .reason = SLICE("rang the ward"),
                     .typed = slice_text(person),
                     .at_ms = clock_wall_ms() + ++minute };
    world_key("ada", &x.subject);
    world_publish("control", world_partition("ada"), slice_of(x.subject.b, ID_BYTES),
                  act_record(&x));
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void act(const char *word, const char *service, const char *person, const char *who)
{
    struct buf b;
    struct subject_key key;
    char hold[100];
    const struct schema *s = catalogue_named(world.catalogue, SLICE("HoldAct"));
    snprintf(hold, sizeof hold, "%s:%s", id, service);
    world_key(who, &key);
    buf_init(&b, 4096);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, slice_text(hold));
    avro_put_text(&b, slice_text(word));
    avro_put_text(&b, slice_text(person));
    avro_put_text(&b, SLICE("rang the ward"));
    avro_put_long(&b, 1790000000000);
    buf_put(&b, slice_of(key.b, ID_BYTES));
    world_publish("control", world_partition("ada"), slice_of(key.b, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static const struct audit_decision *decision(const struct audit_read *r)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL_FATAL(r->decision_count, 1);
    return &r->decisions[0];
}

static void both_agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

static void what_cannot_be_told_is_held(void)
{
    hold_ada();
    world_read();
    const struct audit_decision *d = decision(world_entry("event", 1));
    CU_ASSERT_TRUE(slice_equal_text(d->outcome, "hold"));
    CU_ASSERT_TRUE(slice_equal_text(d->reason, "unknown"));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    both_agree();
}

static void a_release_discloses_the_held_event(void)
{
    hold_ada();
    act("release", "council/social", "Nurse Njeri", "ada");
    const struct audit_read *r = world_entry("hold-act", 0);
    const struct audit_decision *d = decision(r);
    CU_ASSERT_TRUE(slice_equal_text(d->outcome, "disclose"));
    CU_ASSERT_TRUE(slice_equal_text(r->event_id, id));
    CU_ASSERT_TRUE(slice_equal_text(r->note,
                                    "release 0000019f0000000000000000000000aa:council/social "
                                    "by Nurse Njeri: rang the ward"));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    both_agree();
}

static void a_refusal_withholds_it_for_good(void)
{
    hold_ada();
    act("refuse", "council/social", "Nurse Njeri", "ada");
    const struct audit_decision *d = decision(world_entry("hold-act", 0));
    CU_ASSERT_TRUE(slice_equal_text(d->outcome, "withhold"));
    CU_ASSERT_TRUE(slice_equal_text(d->reason, "hold-refused"));
    act("release", "council/social", "Nurse Njeri", "ada");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    both_agree();
}

static void ready_again(const char *kind, const char *event)
{
    static const char *const fit[] = { "stay.medically_fit", "true", NULL };
    world_say(&(struct say){
        .who = "ada", .kind = kind, .episode = "v1", .id = event, .set = event ? fit : NULL });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void a_refusal_outlives_what_comes_and_a_restart(void)
{
    hold_ada();
    act("refuse", "council/social", "Nurse Njeri", "ada");
    world_restart();
    ready_again("admitted", NULL);
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1); /* the admission */
    world_restart();
    world_known("ada"); /* a gate opens: what may be caught up is */
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    world_read();
    CU_ASSERT_PTR_NULL(world_entry("hold-act", 1));
    both_agree();
}

static void reopened_it_is_held_again(void)
{
    hold_ada();
    act("refuse", "council/social", "Nurse Njeri", "ada");
    give("reopen", "council/social", "Dr Ortiz");
    const struct audit_decision *d = decision(world_entry("hold-act", 1));
    CU_ASSERT_TRUE(slice_equal_text(d->outcome, "hold"));
    CU_ASSERT_TRUE(slice_equal_text(d->reason, "unknown"));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    give("reopen", "council/social", "Dr Ortiz");
    const struct audit_read *r = world_entry("hold-act", 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->decision_count, 0);
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, "it was not refused", 18));
    act("release", "council/social", "Dr Ortiz", "ada");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    both_agree();
}

static void two_reopen_what_two_must_release(void)
{
    static const char *const hidden[] = { "restriction.kind", "location", NULL };
    hold_ada();
    act("refuse", "council/social", "Nurse Njeri", "ada");
    world_say(
        &(struct say){ .who = "ada", .type = "Restriction", .kind = "raised", .set = hidden });
    CU_ASSERT_TRUE_FATAL(world_run());
    give("reopen", "council/social", "Dr Ortiz");
    give("reopen", "council/social", "dr ortiz");
    for (size_t i = 1; i < 3; i++) {
        const struct audit_read *r = world_entry("hold-act", i);
        CU_ASSERT_PTR_NOT_NULL_FATAL(r);
        CU_ASSERT_EQUAL(r->decision_count, 0);
    }
    give("reopen", "council/social", "Sam Okoro");
    CU_ASSERT_TRUE(slice_equal_text(decision(world_entry("hold-act", 3))->outcome, "hold"));
    both_agree();
}

static void a_decision_says_whose_no_it_was(void)
{
    hold_ada();
    give("refuse-episode", "council/social", "Nurse Njeri");
    ready_again("ready_for_discharge", "0000019f0000000000000000000000ab");
    const struct audit_read *r = world_entry("event", 2);
    const struct audit_decision *d = decision(r);
    CU_ASSERT_TRUE(slice_equal_text(d->reason, "hold-refused"));
    CU_ASSERT_TRUE(
        slice_starts(r->note, SLICE("refused from council/social by Nurse Njeri at 20")));
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, id, sizeof id - 1));
    both_agree();
}

static void a_second_release_finds_it_gone(void)
{
    hold_ada();
    act("release", "council/social", "Nurse Njeri", "ada");
    act("release", "council/social", "Dr Ortiz", "ada");
    const struct audit_read *r = world_entry("hold-act", 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->decision_count, 0);
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, "the hold was gone", 17));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    both_agree();
}

static void a_hold_outlives_a_restart(void)
{
    hold_ada();
    world_restart();
    act("release", "council/social", "Nurse Njeri", "ada");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    both_agree();
}

/* What the list, the sums and the pager go by are decisions. */
static size_t listed(void)
{
    struct holds h;
    struct holds_count n;
    holds_init(&h, world.bundle);
    CU_ASSERT_TRUE(audit_each(world.bus, world.catalogue, PARTITIONS, holds_take, &h, &world.e));
    holds_count(&h, clock_wall_ms(), &n);
    holds_release(&h);
    return n.open;
}

static void taken_back_or_corrected_it_ends_by_a_decision(void)
{
    static const char *const reasons[] = { "retracted", "replaced" };
    for (size_t i = 0; i < 2; i++) {
        const char *set[] = { "header.action", i ? "replaces" : "retracts", "header.original", id,
                              NULL };
        world_done();
        world_fresh();
        hold_ada();
        world_read();
        CU_ASSERT_EQUAL(listed(), 1);
        world_say(&(struct say){
            .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .set = set });
        CU_ASSERT_TRUE_FATAL(world_run());
        world_read();
        const struct audit_read *r = &world.entries[world.entry_count - 1].r;
        CU_ASSERT_FATAL(r->decision_count > 0);
        CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].event_id, id));
        CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].outcome, "withhold"));
        CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].reason, reasons[i]));
        CU_ASSERT_EQUAL(listed(), i); /* the correction waits as what it corrects did */
        CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
        both_agree();
    }
}

static void a_wrong_act_is_refused(void)
{
    static const struct {
        const char *word, *service, *person, *who, *code;
    } rows[] = {
        { "release", "council/social", "", "ada", "act.person" },
        { "release", "council/nobody", "Nurse Njeri", "ada", "act.hold" },
        { "release", "council/social", "Nurse Njeri", "cara", "act.partition" },
    };
    hold_ada();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        act(rows[i].word, rows[i].service, rows[i].person, rows[i].who);
        const struct audit_read *r = world_entry("refused", i);
        CU_ASSERT_PTR_NOT_NULL_FATAL(r);
        CU_ASSERT_TRUE(slice_equal_text(r->note, rows[i].code));
    }
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    both_agree();
}

/* Where nobody is named, by typed names: however they are spaced and capitalised. */
static void two_typed_names_are_two_people(void)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    hold_ada();
    world_say(&(struct say){ .who = "ada", .type = "Restriction", .kind = "raised", .set = kind });
    CU_ASSERT_TRUE_FATAL(world_run());
    act("release", "council/social", "Njeri Ndungu", "ada");
    act("release", "council/social", "NJERI  NDUNGU", "ada");
    act("release", "council/social", "njeri n.dungu", "ada");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    act("release", "council/social", "Sam Okoro", "ada");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    both_agree();
}

static void an_unknown_code_of_the_sender_needs_two_typed_names(void)
{
    static const char *const code[] = { "header.unknown_restriction", "7", NULL };
    world_known("ada");
    world_say(
        &(struct say){ .who = "ada", .kind = "admitted", .episode = "v1", .id = id, .set = code });
    CU_ASSERT_TRUE_FATAL(world_run());
    act("release", "council/social", "Njeri Ndungu", "ada");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    act("release", "council/social", "Sam Okoro", "ada");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    both_agree();
}

static CU_TestInfo cases[] = {
    { "what cannot be told is held", what_cannot_be_told_is_held },
    { "a release discloses the held event", a_release_discloses_the_held_event },
    { "a refusal withholds it for good", a_refusal_withholds_it_for_good },
    { "a refusal outlives what comes and a restart", a_refusal_outlives_what_comes_and_a_restart },
    { "reopened it is held again", reopened_it_is_held_again },
    { "two reopen what two must release", two_reopen_what_two_must_release },
    { "a decision says whose no it was", a_decision_says_whose_no_it_was },
    { "a second release finds it gone", a_second_release_finds_it_gone },
    { "a hold outlives a restart", a_hold_outlives_a_restart },
    { "taken back or corrected it ends by a decision",
      taken_back_or_corrected_it_ends_by_a_decision },
    { "a wrong act is refused", a_wrong_act_is_refused },
    { "two typed names are two people", two_typed_names_are_two_people },
    { "an unknown code of the sender needs two typed names",
      an_unknown_code_of_the_sender_needs_two_typed_names },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hold = { "hold", world_load, world_unload, world_fresh, world_done, cases };
