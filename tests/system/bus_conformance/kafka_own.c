/* kafka_own.c - what the Kafka backend promises beyond the conformance suite. */
#include "kafka_own.h"

#include "base/clock.h"
#include "conformance_fixture.h"

struct sight {
    struct bus_reader *r;
    size_t n;
    bool end, ok;
};

/* The output may still be on its way to the broker: until it is there, the end is the end. */
static bool look(void *ctx)
{
    struct sight *s = ctx;
    const struct bus_record *got;
    int64_t until_ns = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    s->ok = bus_reader_open(f.b, "out", 0, 0, &s->r, &f.e);
    while (s->ok && s->end && s->n == 0 && clock_mono_ns() < until_ns)
        s->ok = bus_reader_next(s->r, 100, &got, &s->n, &s->end, &f.e);
    return true;
}

/* Under read_committed the broker itself calls the last stable offset the end. */
static void does_not_say_the_end_before_an_open_transaction_is_decided(void)
{
    struct sight s = { .end = true };
    const struct bus_record *got = NULL;
    size_t n = 0;
    join_as("router-0");
    f.w->between = look;
    f.w->between_ctx = &s;
    CU_ASSERT_TRUE_FATAL(must(commit_one("decided", 1)));
    CU_ASSERT_TRUE_FATAL(must(s.ok));
    CU_ASSERT_EQUAL(s.n, 0);
    CU_ASSERT_FALSE(s.end);
    while (n == 0 && !s.end)
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(s.r, 1000, &got, &n, &s.end, &f.e)));
    CU_ASSERT_EQUAL_FATAL(n, 1);
    CU_ASSERT_TRUE(slice_equal_text(got[0].value, "decided"));
    bus_reader_close(&s.r);
}

static void refuses_to_read_from_beyond_the_end(void)
{
    struct bus_reader *r;
    CU_ASSERT_FALSE_FATAL(bus_reader_open(f.b, "in", 0, 1, &r, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.position");
}

CU_TestInfo kafka_own_cases[] = { { "does not say the end before an open transaction is decided",
                                    does_not_say_the_end_before_an_open_transaction_is_decided },
                                  { "refuses to read from beyond the end",
                                    refuses_to_read_from_beyond_the_end },
                                  CU_TEST_INFO_NULL };
