/* hold_test.c - what waits for a human, and what the human's word does. */
#include <CUnit/CUnit.h>

#include "record/wire.h"
#include "world.h"

static const char id[] = "0000019f0000000000000000000000aa";

static void hold_ada(void)
{
    world_known("ada");
    world_say(
        &(struct say){ .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .id = id });
    CU_ASSERT_TRUE_FATAL(world_run());
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

static CU_TestInfo cases[] = {
    { "what cannot be told is held", what_cannot_be_told_is_held },
    { "a release discloses the held event", a_release_discloses_the_held_event },
    { "a refusal withholds it for good", a_refusal_withholds_it_for_good },
    { "a second release finds it gone", a_second_release_finds_it_gone },
    { "a hold outlives a restart", a_hold_outlives_a_restart },
    { "a wrong act is refused", a_wrong_act_is_refused },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hold = { "hold", world_load, world_unload, world_fresh, world_done, cases };
