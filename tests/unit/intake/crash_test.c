/* crash_test.c - kill -9 of a process that takes under load: nothing acknowledged is lost. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "world.h"

#define ROUNDS 8
#define TURN 5

static struct world w;

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    bus_close(&w.bus); /* the child opens its own */
}

static void done(void)
{
    world_done(&w);
}

/* Takes turn after turn until it is killed; says each number on the pipe after its answer. */
static void take_for_ever(int round, int pipe_out)
{
    struct intake up;
    if (!world_open_bus(&w) || !world_open_feed(&w))
        _exit(3);
    up = feed_intake(w.feed);
    for (int n = 0;; n += TURN) {
        char text[TURN][200];
        struct arrival in[TURN];
        struct answer out[TURN];
        for (int i = 0; i < TURN; i++) {
            snprintf(text[i], sizeof text[i],
                     "{\"id\":\"r%d-%d\",\"type\":\"admitted\","
                     "\"environment\":\"live\",\"local\":\"H%d\"}",
                     round, n + i, (n + i) % 50);
            in[i] = (struct arrival){ .bytes = slice_text(text[i]) };
        }
        up.take(up.ctx, in, out, TURN);
        for (int i = 0; i < TURN; i++)
            if (out[i].fate != ANSWER_KEPT || write(pipe_out, "+", 1) != 1)
                _exit(4);
    }
}

/* Kills the child after at least so many acknowledgements; returns how many there were. */
static uint64_t run_and_kill(int round, uint64_t after)
{
    int ends[2];
    char bytes[256];
    uint64_t acknowledged = 0;
    CU_ASSERT_FATAL(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        take_for_ever(round, ends[1]);
    }
    close(ends[1]);
    for (ssize_t n; (n = read(ends[0], bytes, sizeof bytes)) > 0;) {
        acknowledged += (uint64_t)n;
        if (acknowledged >= after)
            kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CU_ASSERT(WIFSIGNALED(status));
    close(ends[0]);
    return acknowledged;
}

/* Without repeats 1, 2, 3 ... in each opening: no number is missing, and a repeat is the same
 * record. */
static uint64_t distinct_in_order(const struct world_event *events, size_t n)
{
    uint64_t distinct = 0;
    int64_t last = 0;
    for (size_t i = 0; i < n; last = events[i++].seq) {
        bool is_repeat = events[i].seq == last;
        int64_t before = events[i].seq >> 32 == last >> 32 ? last & UINT32_MAX : 0;
        CU_ASSERT(is_repeat || (events[i].seq & UINT32_MAX) == before + 1);
        if (is_repeat)
            CU_ASSERT(slice_equal(events[i].v.bytes, events[i - 1].v.bytes));
        distinct += !is_repeat;
    }
    return distinct;
}

static void loses_nothing_acknowledged(void)
{
    uint64_t acknowledged = 0;
    srandom(7);
    for (int round = 0; round < ROUNDS; round++)
        acknowledged += run_and_kill(round, 1 + (uint64_t)random() % 300);
    CU_ASSERT_FATAL(world_open_bus(&w));
    CU_ASSERT_FATAL(world_open_feed(&w));
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.published >= acknowledged);
    CU_ASSERT_EQUAL(c.taken, c.published);
    CU_ASSERT_EQUAL(c.waiting, 0);
    size_t most = 2 * (size_t)c.events + 10000;
    struct world_event *events = mem_alloc(most * sizeof *events);
    CU_ASSERT_PTR_NOT_NULL_FATAL(events);
    size_t n = world_events(&w, events, most);
    CU_ASSERT_EQUAL(distinct_in_order(events, n), c.events);
    mem_free(events);
}

static CU_TestInfo cases[] = { { "loses nothing acknowledged", loses_nothing_acknowledged },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_crash = { "crash", NULL, NULL, fresh, done, cases };
