/* pager_test.c - who is paged, and when again: the clock is the test's. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "daemon/pager.h"
#include "scratch.h"

#define EVENT "0123456789abcdef0123456789abcdef"
#define TEAM "wexshire-council/hospital-team"
#define NOON_MS INT64_C(1790000000000)
#define HOUR_MS INT64_C(3600000)
#define DUE_MS (NOON_MS + 4 * HOUR_MS)

static const struct hold_limit limits[] = { { SLICE_INIT("default"), 4 * HOUR_MS } };
static const struct bundle bundle = { .hold_limits = limits, .hold_limit_count = 1 };
static struct holds h;

static void fresh(void)
{
    holds_init(&h, &bundle);
}

static void done(void)
{
    holds_release(&h);
}

static void decide(const char *team, const char *outcome, const char *reason, int64_t at_ms)
{
    const struct audit_decision d = { .event_id = SLICE(EVENT),
                                      .recipient = slice_text(team),
                                      .outcome = slice_text(outcome),
                                      .reason = slice_text(reason) };
    const struct audit_read r = {
        .kind = SLICE("event"), .decided_ms = at_ms, .decisions = &d, .decision_count = 1
    };
    CU_ASSERT_TRUE(holds_take(&h, 0, &r));
}

static void nobody_is_paged_before_the_deadline(void)
{
    decide(TEAM, "hold", "unknown", NOON_MS);
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS), 0);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS - 1), 0);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS), 1);
}

static void a_page_comes_again_each_hour_while_it_waits(void)
{
    decide(TEAM, "hold", "unknown", NOON_MS);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS), 1);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + 2000), 0);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + HOUR_MS - 1), 0);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + HOUR_MS), 1);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + HOUR_MS + 2000), 0);
    /* An hour from the last page, not from the first. */
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + 5 * HOUR_MS / 2), 1);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + 3 * HOUR_MS), 0);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + 7 * HOUR_MS / 2), 1);
}

static void each_hold_has_an_hour_of_its_own(void)
{
    decide(TEAM, "hold", "unknown", NOON_MS);
    decide("brightcare/rota", "hold", "unknown", NOON_MS + HOUR_MS / 2);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS), 1);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + HOUR_MS / 2), 1);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + HOUR_MS), 1);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + 3 * HOUR_MS), 2);
}

static void what_a_human_has_ended_is_not_paged_again(void)
{
    decide(TEAM, "hold", "unknown", NOON_MS);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS), 1);
    decide(TEAM, "withhold", "hold-refused", DUE_MS + 1);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + 2 * HOUR_MS), 0);
}

/* What one page writes to the log. */
static const char *paged(char *text, size_t room)
{
    struct scratch s;
    scratch_make(&s);
    int saved = dup(STDERR_FILENO);
    int fd = open(scratch_path(&s, "log"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    CU_ASSERT_FATAL(saved >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    size_t n = pager_page(&h, DUE_MS);
    ssize_t got = pread(fd, text, room - 1, 0);
    (void)dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
    scratch_remove(&s);
    CU_ASSERT_EQUAL(n, 1);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

static void a_page_names_the_hold_and_never_a_protected_reason(void)
{
    char text[1000];
    decide(TEAM, "hold", "unknown", NOON_MS);
    const char *page = paged(text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "level=error"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "code=held.overdue"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, EVENT ":" TEAM));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "(unknown)"));
    done();
    fresh();
    decide(TEAM, "hold", "of-a-later-version", NOON_MS);
    page = paged(text, sizeof text);
    CU_ASSERT_PTR_NULL(strstr(page, "later-version"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "(prohibited)"));
}

static void cannot_be_read(const char *feed, unsigned number, int64_t at_ms)
{
    struct audit_read r = { .kind = SLICE("unread"),
                            .source = slice_text(feed),
                            .note = SLICE("map.value 12"),
                            .decided_ms = at_ms };
    memcpy(r.subject, &number, sizeof number);
    CU_ASSERT_TRUE(holds_take(&h, 0, &r));
}

static void many_that_cannot_be_read_are_one_page(void)
{
    char text[1000];
    for (unsigned i = 1; i <= 24; i++)
        cannot_be_read("ward/pas", i, DUE_MS);
    const char *page = paged(text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "code=held.unread"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(page, "of ward/pas that may restrict cannot be read (map.value)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "the events of 24 people wait"));
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + 2000), 0);
    CU_ASSERT_EQUAL(pager_page(&h, DUE_MS + HOUR_MS), 0);
}

/* A look every two seconds, and one more person before each. */
static void many_that_come_one_by_one_are_one_page_too(void)
{
    size_t pages = 0;
    for (unsigned i = 1; i <= 300; i++) {
        cannot_be_read("ward/pas", i, NOON_MS + i * 2000);
        pages += pager_page(&h, NOON_MS + i * 2000);
    }
    CU_ASSERT_EQUAL(pages, 1);
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS + 2000 + 599999), 0);
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS + 2000 + 600000), 1); /* all others, together */
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS + HOUR_MS), 0);
}

static void another_feed_and_a_clock_set_back_wait_for_no_page(void)
{
    cannot_be_read("ward/pas", 1, NOON_MS);
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS), 1);
    cannot_be_read("ward/labs", 1, NOON_MS);
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS + 1), 1);
    cannot_be_read("ward/pas", 2, NOON_MS);
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS + 2), 0);
    CU_ASSERT_EQUAL(pager_page(&h, NOON_MS - HOUR_MS), 1);
}

static CU_TestInfo cases[] = {
    { "nobody is paged before the deadline", nobody_is_paged_before_the_deadline },
    { "a page comes again each hour while it waits", a_page_comes_again_each_hour_while_it_waits },
    { "each hold has an hour of its own", each_hold_has_an_hour_of_its_own },
    { "what a human has ended is not paged again", what_a_human_has_ended_is_not_paged_again },
    { "a page names the hold and never a protected reason",
      a_page_names_the_hold_and_never_a_protected_reason },
    { "many that cannot be read are one page", many_that_cannot_be_read_are_one_page },
    { "many that come one by one are one page, too", many_that_come_one_by_one_are_one_page_too },
    { "another feed, and a clock set back, wait for no page",
      another_feed_and_a_clock_set_back_wait_for_no_page },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_pager = { "pager", NULL, NULL, fresh, done, cases };
