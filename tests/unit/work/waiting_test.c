/* waiting_test.c - who waits for a human, read from the audit and listed: four times the people are
 * at most some four times the work. Sorting makes it a little more. */
#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/holds.h"
#include "commands/held_unread.h"
#include "daemon/pager.h"
#include "host/log.h"
#include "work.h"

#define FEW 500
#define TIMES 4
#define RATIO_MAX 5.0
#define NOON_MS INT64_C(1790000000000)

static const struct hold_limit limits[] = { { SLICE_INIT("default"), 0 } };
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

static void put_subject(struct audit_read *r, size_t number)
{
    for (size_t i = 0; i < sizeof number; i++)
        r->subject[i] = (uint8_t)(number >> (8 * i));
}

static void sign(size_t number, int64_t at_ms)
{
    struct audit_read r = { .kind = SLICE("unread"),
                            .source = SLICE("ward/pas"),
                            .note = SLICE("map.value 12"),
                            .decided_ms = at_ms };
    put_subject(&r, number);
    CU_ASSERT_TRUE_FATAL(holds_take(&h, 0, &r));
}

static void word(size_t number)
{
    struct audit_read r = { .kind = SLICE("hold-act"),
                            .note =
                                SLICE("looked unread:ward/pas:map.value by Nurse Njeri: seen") };
    put_subject(&r, number);
    CU_ASSERT_TRUE_FATAL(holds_take(&h, 0, &r));
}

static void decide(size_t number, const char *outcome)
{
    char event[33];
    snprintf(event, sizeof event, "%032zx", number);
    const struct audit_decision d = { .event_id = slice_text(event),
                                      .recipient = SLICE("council/team"),
                                      .outcome = slice_text(outcome),
                                      .reason = SLICE("unknown") };
    const struct audit_read r = {
        .kind = SLICE("event"), .decided_ms = NOON_MS, .decisions = &d, .decision_count = 1
    };
    CU_ASSERT_TRUE_FATAL(holds_take(&h, 0, &r));
}

/* What it prints is not wanted here. */
static size_t print(void)
{
    fflush(stdout);
    int saved = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY);
    CU_ASSERT_FATAL(saved >= 0 && nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0);
    size_t lines = held_unread_print(&h.unread);
    fflush(stdout);
    (void)dup2(saved, STDOUT_FILENO);
    close(saved);
    close(nowhere);
    return lines;
}

/* People who came one each so many seconds; the fewer within ten minutes the longer the list. */
static uint64_t work_of_list(size_t people, int64_t apart_ms)
{
    work_done = 0;
    for (size_t i = 0; i < people; i++)
        sign(i, NOON_MS + (int64_t)i * apart_ms);
    (void)print();
    for (size_t i = 0; i < people; i++)
        word(i);
    CU_ASSERT_PTR_NULL(h.unread.first);
    return work_done;
}

static void expect_linear(const char *what, uint64_t few, uint64_t many)
{
    double ratio = (double)many / (double)few;
    if (ratio > RATIO_MAX || few < FEW)
        printf("%s: %" PRIu64 " and %" PRIu64 "\n", what, few, many);
    CU_ASSERT(ratio <= RATIO_MAX && few > FEW);
}

static void a_list_of_people_apart(void)
{
    uint64_t few = work_of_list(FEW, 40000);
    expect_linear("40 s apart", few, work_of_list(FEW * TIMES, 40000));
}

static void a_list_of_people_at_once(void)
{
    uint64_t few = work_of_list(FEW, 1);
    expect_linear("at once", few, work_of_list(FEW * TIMES, 1));
}

/* One page at once, then the others within ten minutes of it, at each look. */
static uint64_t work_of_pages(size_t people)
{
    log_set_level((enum log_level) - 1);
    sign(0, NOON_MS);
    (void)pager_page(&h, NOON_MS);
    for (size_t i = 1; i < people; i++)
        sign(i, NOON_MS + 1);
    work_done = 0;
    (void)pager_page(&h, NOON_MS + 2);
    uint64_t work = work_done;
    done();
    fresh();
    return work;
}

static void a_look_of_the_pager(void)
{
    uint64_t few = work_of_pages(FEW);
    expect_linear("a look", few, work_of_pages(FEW * TIMES));
}

static uint64_t work_of_holds(size_t events)
{
    work_done = 0;
    for (size_t i = 0; i < events; i++)
        decide(i, "hold");
    for (size_t i = events; i > 0; i--)
        decide(i - 1, "permit");
    CU_ASSERT_PTR_NULL(h.first);
    return work_done;
}

static void what_is_held(void)
{
    uint64_t few = work_of_holds(FEW);
    expect_linear("held", few, work_of_holds(FEW * TIMES));
}

static CU_TestInfo cases[] = {
    { "a list of people apart", a_list_of_people_apart },
    { "a list of people at once", a_list_of_people_at_once },
    { "a look of the pager", a_look_of_the_pager },
    { "what is held", what_is_held },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_waiting = { "waiting", NULL, NULL, fresh, done, cases };
