/* holds_test.c - what waits for a human, as entries of the audit open and end it. */
#include <CUnit/CUnit.h>

#include "audit/holds.h"

#define EVENT "0123456789abcdef0123456789abcdef"
#define TEAM "wexshire-council/hospital-team"
#define NOON_MS INT64_C(1790000000000)
#define HOUR_MS INT64_C(3600000)

static const struct hold_limit limits[] = { { SLICE_INIT("unknown"), 4 * HOUR_MS },
                                            { SLICE_INIT("default"), 48 * HOUR_MS } };
static const struct bundle bundle = { .hold_limits = limits, .hold_limit_count = 2 };
static struct holds h;

static void fresh(void)
{
    holds_init(&h, &bundle);
}

static void done(void)
{
    holds_release(&h);
}

static void say(const char *outcome, const char *reason, int64_t at_ms)
{
    const struct slice clause = SLICE("hospital-discharge/3/stay");
    const struct audit_decision d = { .event_id = SLICE(EVENT),
                                      .recipient = SLICE(TEAM),
                                      .outcome = slice_text(outcome),
                                      .reason = slice_text(reason),
                                      .clauses = &clause,
                                      .clause_count = 1 };
    const struct audit_read r = { .kind = SLICE("event"),
                                  .schema = SLICE("HospitalStay"),
                                  .event_kind = SLICE("admitted"),
                                  .source = SLICE("wexbridge-hospital/wards"),
                                  .decided_ms = at_ms,
                                  .decisions = &d,
                                  .decision_count = 1 };
    CU_ASSERT_TRUE(holds_take(&h, 2, &r));
}

static void act(const char *note)
{
    const struct audit_read r = { .kind = SLICE("hold-act"), .note = slice_text(note) };
    CU_ASSERT_TRUE(holds_take(&h, 2, &r));
}

static const struct held *the_hold(void)
{
    return holds_find(&h, SLICE(EVENT ":" TEAM));
}

static void a_decision_to_hold_opens_one(void)
{
    say("hold", "unknown", NOON_MS);
    const struct held *x = the_hold();
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    CU_ASSERT_STRING_EQUAL(x->what, "HospitalStay.admitted");
    CU_ASSERT_STRING_EQUAL(x->source, "wexbridge-hospital/wards");
    CU_ASSERT_STRING_EQUAL(x->clause, "hospital-discharge/3/stay");
    CU_ASSERT_EQUAL(x->partition, 2);
    CU_ASSERT_EQUAL(x->since_ms, NOON_MS);
}

static void another_decision_on_it_ends_it(void)
{
    static const char *const outcomes[] = { "disclose", "withhold" };
    for (int i = 0; i < 2; i++) {
        say("hold", "unknown", NOON_MS);
        say(outcomes[i], "disclosed", NOON_MS + 1);
        CU_ASSERT_PTR_NULL(the_hold());
    }
}

static void held_again_it_keeps_its_age(void)
{
    say("hold", "unknown", NOON_MS);
    say("hold", "unknown", NOON_MS + HOUR_MS);
    CU_ASSERT_EQUAL(the_hold()->since_ms, NOON_MS);
}

static void the_deadline_goes_by_the_reason(void)
{
    static const struct {
        const char *reason;
        int64_t hours;
    } rows[] = { { "unknown", 4 }, { "identity-unverified", 48 }, { "agreement-ended", 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say("hold", rows[i].reason, NOON_MS);
        CU_ASSERT_EQUAL(the_hold()->due_ms, NOON_MS + rows[i].hours * HOUR_MS);
        say("withhold", "hold-refused", NOON_MS);
    }
}

static void what_is_past_its_deadline_is_counted(void)
{
    struct holds_count n;
    say("hold", "unknown", NOON_MS);
    holds_count(&h, NOON_MS + 4 * HOUR_MS - 1, &n);
    CU_ASSERT_TRUE(n.open == 1 && n.overdue == 0 && n.oldest_ms == NOON_MS);
    holds_count(&h, NOON_MS + 4 * HOUR_MS, &n);
    CU_ASSERT_TRUE(n.open == 1 && n.overdue == 1);
}

static void the_first_of_two_words_is_told_and_ends_nothing(void)
{
    say("hold", "unknown", NOON_MS);
    act("release " EVENT ":" TEAM " by Njeri Ndungu: rang the ward: it is she" HOLD_FIRST_OF_TWO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(the_hold());
    CU_ASSERT_STRING_EQUAL(the_hold()->first, "Njeri Ndungu");
}

/* Who is asked sees what it waits for now; who spoke before did not. */
static void held_for_something_else_it_says_so(void)
{
    say("hold", "unknown", NOON_MS);
    act("release " EVENT ":" TEAM " by Njeri Ndungu: rang the ward" HOLD_FIRST_OF_TWO);
    say("hold", "conflicting-consent", NOON_MS + HOUR_MS);
    CU_ASSERT_STRING_EQUAL(the_hold()->reason, "conflicting-consent");
    CU_ASSERT_STRING_EQUAL(the_hold()->first, "");
    CU_ASSERT_EQUAL(the_hold()->since_ms, NOON_MS);
    CU_ASSERT_EQUAL(the_hold()->due_ms, NOON_MS + 48 * HOUR_MS);
}

static void the_first_of_two_is_told_with_what_they_said(void)
{
    say("hold", "conflicting-consent", NOON_MS);
    act("settle-no " EVENT ":" TEAM " by Njeri Ndungu: rang her" HOLD_FIRST_OF_TWO);
    CU_ASSERT_STRING_EQUAL(the_hold()->first_act, "settle-no");
    act("release " EVENT ":" TEAM " by Omar Aziz: rang her" HOLD_FIRST_OF_TWO);
    CU_ASSERT_STRING_EQUAL(the_hold()->first_act, "release");
}

static void word(const char *note, const char *outcome, const char *reason)
{
    const struct audit_decision d = { .event_id = SLICE(EVENT),
                                      .recipient = SLICE(TEAM),
                                      .outcome = slice_text(outcome),
                                      .reason = slice_text(reason) };
    const struct audit_read r = { .kind = SLICE("hold-act"),
                                  .note = slice_text(note),
                                  .decided_ms = NOON_MS + HOUR_MS,
                                  .decisions = &d,
                                  .decision_count = 1 };
    CU_ASSERT_TRUE(holds_take(&h, 2, &r));
}

static void what_was_refused_is_told_until_it_is_reopened(void)
{
    const struct slice name = SLICE(EVENT ":" TEAM);
    say("hold", "unknown", NOON_MS);
    word("refuse-episode " EVENT ":" TEAM " by Njeri Ndungu: never", "withhold", "hold-refused");
    CU_ASSERT_PTR_NULL(the_hold());
    const struct held *x = holds_find_refused(&h, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    CU_ASSERT_STRING_EQUAL(x->refused_by, "Njeri Ndungu");
    CU_ASSERT_EQUAL(x->refused_ms, NOON_MS + HOUR_MS);
    CU_ASSERT_TRUE(x->is_whole_episode);
    act("reopen " EVENT ":" TEAM " by Sam Okoro: a mistake" HOLD_FIRST_OF_TWO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(holds_find_refused(&h, name));
    CU_ASSERT_STRING_EQUAL(holds_find_refused(&h, name)->first, "Sam Okoro");
    word("reopen " EVENT ":" TEAM " by Jo Finch: a mistake", "hold", "unknown");
    CU_ASSERT_PTR_NULL(holds_find_refused(&h, name));
    CU_ASSERT_PTR_NOT_NULL(the_hold());
}

#define OTHER "0198c0de00000000000000000000beef"

/* Decisions on both by one word. */
static void word_on_two(const char *note, const char *outcome, const char *reason)
{
    const struct audit_decision d[] = {
        { .event_id = SLICE(EVENT),
          .recipient = SLICE(TEAM),
          .outcome = slice_text(outcome),
          .reason = slice_text(reason) },
        { .event_id = SLICE(OTHER),
          .recipient = SLICE(TEAM),
          .outcome = slice_text(outcome),
          .reason = slice_text(reason) },
    };
    const struct audit_read r = { .kind = SLICE("hold-act"),
                                  .note = slice_text(note),
                                  .sequence = 7,
                                  .decisions = d,
                                  .decision_count = 2 };
    CU_ASSERT_TRUE(holds_take(&h, 2, &r));
}

static void refuse_two(void)
{
    word_on_two("", "hold", "unknown");
    word_on_two("refuse-episode " EVENT ":" TEAM " by Njeri Ndungu: never", "withhold",
                "hold-refused");
    CU_ASSERT_PTR_NULL(h.first);
}

static void what_waited_in_a_refused_episode_is_refused_and_reopened_with_it(void)
{
    refuse_two();
    const struct held *x = holds_find_refused(&h, SLICE(OTHER ":" TEAM));
    CU_ASSERT_TRUE_FATAL(x && x->is_whole_episode && holds_find_refused(&h, SLICE(EVENT ":" TEAM)));
    CU_ASSERT_STRING_EQUAL(x->refused_by, "Njeri Ndungu");
    word_on_two("reopen " OTHER ":" TEAM " by Jo Finch: a mistake", "hold", "unknown");
    CU_ASSERT_PTR_NULL(h.refused);
    CU_ASSERT_TRUE(h.first && h.first->next);
}

/* One whose hold comes to nothing, for it was corrected; the other is not told of. */
static void what_was_named_otherwise_is_reopened_by_its_own_name(void)
{
    refuse_two();
    word("reopen 0198c0de0000000000000000000000cc:" TEAM
         " by Jo Finch: a mistake (refused as " EVENT ":" TEAM ")",
         "withhold", "replaced");
    CU_ASSERT_PTR_NULL(h.refused);
}

static void what_follows_in_a_refused_episode_is_found(void)
{
    const struct slice follows = SLICE("0198c0de0000000000000000000000cc:" TEAM);
    const struct held *by = NULL;
    const struct audit_decision d = { .event_id = slice_head(follows, 32),
                                      .recipient = SLICE(TEAM),
                                      .outcome = SLICE("withhold"),
                                      .reason = SLICE("hold-refused") };
    const struct audit_read r = { .kind = SLICE("event"),
                                  .decisions = &d,
                                  .decision_count = 1,
                                  .note = SLICE("refused from x by y at z (" OTHER ":" TEAM ")") };
    refuse_two();
    CU_ASSERT_TRUE(holds_kept_back(&h, follows, &r, &by));
    CU_ASSERT_TRUE(by && strcmp(by->hold, OTHER ":" TEAM) == 0);
    CU_ASSERT_FALSE(holds_kept_back(&h, SLICE(EVENT ":" TEAM), &r, &by));
}

static void a_word_on_what_is_not_held_changes_nothing(void)
{
    act("release " EVENT ":" TEAM " by Njeri Ndungu: late" HOLD_FIRST_OF_TWO);
    act("release");
    act("");
    CU_ASSERT_PTR_NULL(h.first);
}

/* It ended without a decision: its service was out of the region. */
static void a_word_on_what_was_gone_ends_it(void)
{
    static const char gone[] = "release " EVENT ":" TEAM " by omar: r (the hold was gone)";
    const struct audit_read other = { .kind = SLICE("hold-act"),
                                      .note = SLICE_INIT(gone),
                                      .subject = { 1 } };
    say("hold", "unknown", NOON_MS);
    CU_ASSERT_TRUE(holds_take(&h, 2, &other)); /* looked for it among another person's */
    CU_ASSERT_TRUE(
        holds_take(&h, 3, &(struct audit_read){ .kind = other.kind, .note = other.note }));
    CU_ASSERT_PTR_NOT_NULL(the_hold());
    act(gone);
    CU_ASSERT_PTR_NULL(the_hold());
}

/* Whoever gives that as a reason ends nothing by it. */
static void a_reason_that_reads_so_ends_nothing(void)
{
    const struct audit_decision d = { .event_id = SLICE(EVENT),
                                      .recipient = SLICE(TEAM),
                                      .outcome = SLICE("hold"),
                                      .reason = SLICE("unknown") };
    const struct audit_read r = { .kind = SLICE("hold-act"),
                                  .note = SLICE("release " EVENT ":" TEAM
                                                " by omar: r (the hold was gone)"),
                                  .decided_ms = NOON_MS + 1,
                                  .decisions = &d,
                                  .decision_count = 1 };
    say("hold", "unknown", NOON_MS);
    CU_ASSERT_TRUE(holds_take(&h, 2, &r));
    CU_ASSERT_PTR_NOT_NULL_FATAL(the_hold());
    CU_ASSERT_EQUAL(the_hold()->since_ms, NOON_MS);
}

static CU_TestInfo cases[] = {
    { "a word on what was gone ends it", a_word_on_what_was_gone_ends_it },
    { "a reason that reads so ends nothing", a_reason_that_reads_so_ends_nothing },
    { "a decision to hold opens one", a_decision_to_hold_opens_one },
    { "another decision on it ends it", another_decision_on_it_ends_it },
    { "held again it keeps its age", held_again_it_keeps_its_age },
    { "the deadline goes by the reason", the_deadline_goes_by_the_reason },
    { "what is past its deadline is counted", what_is_past_its_deadline_is_counted },
    { "the first of two words is told and ends nothing",
      the_first_of_two_words_is_told_and_ends_nothing },
    { "held for something else it says so", held_for_something_else_it_says_so },
    { "the first of two is told with what they said",
      the_first_of_two_is_told_with_what_they_said },
    { "what was refused is told until it is reopened",
      what_was_refused_is_told_until_it_is_reopened },
    { "what waited in a refused episode is refused and reopened with it",
      what_waited_in_a_refused_episode_is_refused_and_reopened_with_it },
    { "what was named otherwise is reopened by its own name",
      what_was_named_otherwise_is_reopened_by_its_own_name },
    { "what follows in a refused episode is found", what_follows_in_a_refused_episode_is_found },
    { "a word on what is not held changes nothing", a_word_on_what_is_not_held_changes_nothing },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_holds = { "holds", NULL, NULL, fresh, done, cases };
