/* reopen_test.c - what named people refuse, and reopen: who may, with whom, and what waits
 * again. */
#include <CUnit/CUnit.h>

#include "acting.h"
#include "sharing/facts/refusal.h"

static const char id[] = ACTING_ID;
static const char other_id[] = "0000019f0000000000000000000000bb";

static void say_ready(const char *event)
{
    world_say(
        &(struct say){ .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .id = event });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

/* The reason of the last decision on an event for council/social; "" of none. */
static struct slice last_reason(void)
{
    size_t n = 0;
    while (world_entry("event", n))
        n++;
    const struct audit_read *r = n ? world_entry("event", n - 1) : NULL;
    for (size_t i = 0; r && i < r->decision_count; i++)
        if (slice_equal_text(r->decisions[i].recipient, SOCIAL))
            return r->decisions[i].reason;
    return SLICE("");
}

/* Whoever it is sent to may refuse it, and not by a key that is not theirs or no more. */
static void a_refusal_takes_a_key_that_counts(void)
{
    static const char *const words[] = { "refuse", "refuse-episode" };
    for (size_t i = 0; i < 2; i++) {
        world_done();
        world_fresh();
        acting_hold();
        struct act typed = acting_make(words[i], id, SOCIAL);
        typed.typed = SLICE("omar");
        acting_submit(&typed);
        CU_ASSERT_TRUE(acting_refused("act.unsigned"));
        acting_say(words[i], id, "vera", NULL);
        CU_ASSERT_TRUE(acting_refused("act.person"));
        acting_say(words[i], id, "pia", NULL);
        CU_ASSERT_TRUE(acting_refused("act.role"));
        struct act forged = acting_make(words[i], id, SOCIAL);
        acting_sign(&forged, "omar");
        forged.verb = slice_text(words[1 - i]); /* one verb signed, the other handed in */
        acting_submit(&forged);
        CU_ASSERT_TRUE(acting_refused("act.signature"));
        say_ready(other_id);
        CU_ASSERT_TRUE(slice_equal_text(last_reason(), "unknown"));
        acting_say(words[i], id, "njeri", NULL);
        acting_release("omar");
        CU_ASSERT_EQUAL(acting_delivered(), 0);
        say_ready("0000019f0000000000000000000000cc");
        CU_ASSERT_TRUE(slice_equal_text(last_reason(), i ? "hold-refused" : "unknown"));
        world_agree();
    }
}

/* Nothing can be said of what follows in none; the hold stands as it did. */
static void what_is_of_no_episode_is_not_refused_with_one(void)
{
    world_known("ada");
    world_say(&(struct say){ .who = "ada", .kind = "ready_for_discharge", .id = id });
    CU_ASSERT_TRUE_FATAL(world_run());
    acting_say("refuse-episode", id, "njeri", NULL);
    CU_ASSERT_TRUE(acting_refused("act.episode"));
    acting_release("omar");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void the_recipients_own_people_do_not_reopen(void)
{
    acting_hold();
    acting_say("refuse", id, "rosa", NULL);
    acting_say("reopen", id, "njeri", NULL);
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    acting_say("reopen", id, "njeri", "karl");
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    struct act typed = acting_make("reopen", id, SOCIAL);
    typed.typed = SLICE("omar");
    acting_submit(&typed);
    CU_ASSERT_TRUE(acting_refused("act.unsigned"));
    acting_say("reopen", id, "vera", NULL);
    CU_ASSERT_TRUE(acting_refused("act.person"));
    acting_say("reopen", id, "pia", NULL);
    CU_ASSERT_TRUE(acting_refused("act.role"));
    acting_release("omar");
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    struct act x = acting_make("reopen", id, SOCIAL);
    acting_sign(&x, "omar");
    acting_submit(&x);
    CU_ASSERT_TRUE(acting_held_again());
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    acting_say("refuse", id, "rosa", NULL);
    acting_submit(&x); /* it took back that refusal, not this one */
    CU_ASSERT_TRUE(acting_refused("act.again"));
    acting_release("omar");
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

/* What two must release two must reopen, however the words come: one by one or at once. */
static void two_keys_of_two_people_reopen_what_two_must_release(void)
{
    for (int at_once = 0; at_once < 2; at_once++) {
        world_done();
        world_fresh();
        acting_hold_restricted();
        acting_say("refuse", id, "njeri", NULL);
        acting_say("reopen", id, "njeri", at_once ? "karl" : NULL);
        CU_ASSERT_FALSE(acting_held_again());
        acting_say("reopen", id, "karl", NULL);
        CU_ASSERT_TRUE(acting_refused("act.own-agency"));
        CU_ASSERT_FALSE(acting_held_again());
        if (at_once) {
            world_restart();
            acting_say("reopen", id, "karl", "rosa");
        } else {
            acting_say("reopen", id, "njeri", NULL);
            CU_ASSERT_FALSE(acting_held_again());
            world_restart();
            acting_say("reopen", id, "rosa", NULL);
        }
        CU_ASSERT_TRUE(acting_held_again());
        CU_ASSERT_EQUAL(acting_delivered(), 0);
        acting_release("omar"); /* and it is held as it was: two must release it */
        CU_ASSERT_EQUAL(acting_delivered(), 0);
        acting_release("rosa");
        CU_ASSERT_EQUAL(acting_delivered(), 1);
        world_agree();
    }
}

/* One of what waited was held for what two must release, and the other is named. */
static void an_episode_is_reopened_by_as_many_as_any_of_it_needs(void)
{
    static const char *const unknown[] = { "header.unknown_restriction", "7", NULL };
    acting_hold();
    world_say(&(struct say){
        .who = "ada", .kind = "admitted", .episode = "v1", .id = other_id, .set = unknown });
    CU_ASSERT_TRUE_FATAL(world_run());
    acting_say("refuse-episode", id, "njeri", NULL);
    acting_say("reopen", id, "omar", NULL);
    const struct audit_read *r = world_entry("hold-act", 1);
    CU_ASSERT_TRUE_FATAL(r && slice_ends(r->note, SLICE(HOLD_FIRST_OF_TWO)));
    world_restart();
    acting_say("reopen", other_id, "rosa", NULL);
    r = world_entry("hold-act", 2);
    CU_ASSERT_TRUE(r && r->decision_count == 2);
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

static void what_follows_in_a_refused_episode_is_named_and_waits(void)
{
    acting_hold();
    acting_say("refuse-episode", id, "njeri", NULL);
    say_ready(other_id);
    CU_ASSERT_TRUE(slice_equal_text(last_reason(), "hold-refused"));
    acting_say("reopen", other_id, "omar", NULL);
    const struct audit_read *r = world_entry("hold-act", 1);
    CU_ASSERT_TRUE_FATAL(r && r->decision_count == 2);
    CU_ASSERT_TRUE(slice_ends(r->note, SLICE(REOPENED_AS ACTING_ID ":" SOCIAL ")")));
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_TRUE(slice_equal_text(r->decisions[i].outcome, "hold"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    struct act x = acting_make("release", other_id, SOCIAL);
    acting_sign(&x, "omar");
    acting_submit(&x);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

/* Events of no episode are of none together. */
static void an_episode_without_a_name_is_that_event_alone(void)
{
    const struct refusal whole = { .is_whole_episode = true };
    CU_ASSERT_FALSE(refusal_covers_episode(&whole, SLICE("")));
    world_known("ada");
    world_say(&(struct say){ .who = "ada", .kind = "ready_for_discharge", .id = id });
    CU_ASSERT_TRUE_FATAL(world_run());
    acting_say("refuse-episode", id, "njeri", NULL);
    world_say(&(struct say){ .who = "ada", .kind = "ready_for_discharge", .id = other_id });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_TRUE(slice_equal_text(last_reason(), "unknown"));
    struct act x = acting_make("release", other_id, SOCIAL);
    acting_sign(&x, "omar");
    acting_submit(&x);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void one_outsider_alone_does_not_reopen_what_two_must(void)
{
    acting_hold_restricted();
    acting_say("refuse", id, "njeri", NULL);
    acting_say("reopen", id, "omar", NULL);
    CU_ASSERT_FALSE(acting_held_again());
    acting_say("reopen", id, "omar", NULL);
    const struct audit_read *r = world_entry("hold-act", 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, "the same person", 15));
    CU_ASSERT_FALSE(acting_held_again());
    acting_say("reopen", id, "karl", NULL);
    CU_ASSERT_TRUE(acting_held_again());
    world_agree();
}

static CU_TestInfo cases[] = {
    { "a refusal takes a key that counts", a_refusal_takes_a_key_that_counts },
    { "what is of no episode is not refused with one",
      what_is_of_no_episode_is_not_refused_with_one },
    { "the recipient's own people do not reopen", the_recipients_own_people_do_not_reopen },
    { "two keys of two people reopen what two must release",
      two_keys_of_two_people_reopen_what_two_must_release },
    { "an episode is reopened by as many as any of it needs",
      an_episode_is_reopened_by_as_many_as_any_of_it_needs },
    { "what follows in a refused episode is named and waits",
      what_follows_in_a_refused_episode_is_named_and_waits },
    { "an episode without a name is that event alone",
      an_episode_without_a_name_is_that_event_alone },
    { "one outsider alone does not reopen what two must",
      one_outsider_alone_does_not_reopen_what_two_must },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_reopen = { "reopen", acting_load, world_unload, world_fresh, world_done, cases };
