/* kafka_ask_test.c - questions to a library that blocks: who waits for an answer, and what becomes
 * of one that comes too late. The library is a gate that the test opens. */
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/wait.h"
#include "bus/kafka_ask.h"

#define LONG_MS 60000
#define SOON_S 10.0 /* a second, on a machine that is ten times slower */
#define ASKING 16

static struct {
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool opens; /* questions are answered */
    int put, answered, dropped;
} library;
static struct kafka_asker *asker;
static int with_it; /* questions that are with the library: under the asker's lock */

struct question {
    int is, answer;
};

static void note(int *what)
{
    pthread_mutex_lock(&library.lock);
    ++*what;
    pthread_cond_broadcast(&library.change);
    pthread_mutex_unlock(&library.lock);
}

static void put(void *of)
{
    struct question *q = of;
    note(&library.put);
    pthread_mutex_lock(&library.lock);
    while (!library.opens)
        pthread_cond_wait(&library.change, &library.lock);
    pthread_mutex_unlock(&library.lock);
    q->answer = 2 * q->is;
    note(&library.answered);
}

static void drop(void *of)
{
    const struct question *q = of;
    if (q->answer == 2 * q->is)
        note(&library.dropped);
}

static void wait_for(const int *what, int n)
{
    int64_t end_ns = wait_end_ns(LONG_MS);
    pthread_mutex_lock(&library.lock);
    while (*what < n && wait_until(&library.change, &library.lock, end_ns))
        ;
    CU_ASSERT_EQUAL(*what, n);
    pthread_mutex_unlock(&library.lock);
}

static void open_gate(void)
{
    pthread_mutex_lock(&library.lock);
    library.opens = true;
    pthread_cond_broadcast(&library.change);
    pthread_mutex_unlock(&library.lock);
}

static bool ask(struct question *q, int wait_ms)
{
    const struct kafka_question how = { sizeof *q, put, drop, &with_it };
    return kafka_ask(asker, &how, q, wait_ms);
}

struct asking {
    pthread_t thread;
    struct question q;
    bool answered;
};

static void *run(void *ctx)
{
    struct asking *x = ctx;
    x->answered = ask(&x->q, LONG_MS);
    return NULL;
}

static void begin_all(struct asking list[ASKING])
{
    for (int i = 0; i < ASKING; i++) {
        list[i] = (struct asking){ .q = { .is = i + 1 } };
        CU_ASSERT_EQUAL_FATAL(pthread_create(&list[i].thread, NULL, run, &list[i]), 0);
    }
}

static void fresh(void)
{
    library.opens = false;
    library.put = library.answered = library.dropped = with_it = 0;
    pthread_mutex_init(&library.lock, NULL);
    wait_init(&library.change);
    asker = kafka_asker_new();
    CU_ASSERT_PTR_NOT_NULL_FATAL(asker);
}

static void gone(void)
{
    open_gate();
    CU_ASSERT_TRUE(!asker || kafka_asker_settles(asker, &with_it, LONG_MS));
    kafka_asker_release(asker);
}

static void each_gets_its_own_answer(void)
{
    struct asking list[ASKING];
    begin_all(list);
    wait_for(&library.put, ASKING); /* none waits behind another */
    CU_ASSERT_FALSE(kafka_asker_settles(asker, &with_it, 0));
    open_gate();
    for (int i = 0; i < ASKING; i++) {
        pthread_join(list[i].thread, NULL);
        CU_ASSERT(list[i].answered && list[i].q.answer == 2 * (i + 1));
    }
    CU_ASSERT_TRUE(kafka_asker_settles(asker, &with_it, 0));
    CU_ASSERT_EQUAL(library.dropped, 0);
}

static void all_leave_soon_once_they_are_to_hurry_and_late_answers_are_dropped(void)
{
    struct asking list[ASKING];
    begin_all(list);
    wait_for(&library.put, ASKING);
    int64_t from_ns = clock_mono_ns();
    kafka_asker_hurry(asker);
    for (int i = 0; i < ASKING; i++) {
        pthread_join(list[i].thread, NULL);
        CU_ASSERT(!list[i].answered && list[i].q.answer == 0);
    }
    CU_ASSERT((double)(clock_mono_ns() - from_ns) / 1e9 < SOON_S);
    CU_ASSERT_TRUE(kafka_asker_hurries(asker));
    CU_ASSERT_FALSE(kafka_asker_settles(asker, &with_it, 0));
    open_gate();
    CU_ASSERT_TRUE(kafka_asker_settles(asker, &with_it, LONG_MS));
    CU_ASSERT_EQUAL(library.dropped, ASKING);
}

static void what_answers_is_heard_while_all_hurry(void)
{
    struct question q = { .is = 21 };
    kafka_asker_hurry(asker);
    open_gate();
    CU_ASSERT(ask(&q, LONG_MS) && q.answer == 42);
}

/* Answers race with who gives up: each question has one of the two. */
static void an_answer_is_heard_or_dropped_and_never_both(void)
{
    int heard = 0;
    open_gate();
    for (int i = 1; i <= 500; i++) {
        struct question q = { .is = i };
        heard += ask(&q, 0) && q.answer == 2 * i;
    }
    CU_ASSERT_TRUE(kafka_asker_settles(asker, &with_it, LONG_MS));
    CU_ASSERT_EQUAL(library.answered, 500);
    CU_ASSERT_EQUAL(heard + library.dropped, 500);
}

/* The library does not give its thread back: that comes back to what is still there. */
static void it_may_end_before_an_answer_comes(void)
{
    struct question q = { .is = 1 };
    CU_ASSERT_FALSE(ask(&q, 0));
    wait_for(&library.put, 1);
    kafka_asker_release(asker);
    asker = NULL;
    open_gate();
    wait_for(&library.dropped, 1);
}

static CU_TestInfo cases[] = {
    { "each gets its own answer", each_gets_its_own_answer },
    { "all leave soon once they are to hurry, and late answers are dropped",
      all_leave_soon_once_they_are_to_hurry_and_late_answers_are_dropped },
    { "what answers is heard while all hurry", what_answers_is_heard_while_all_hurry },
    { "an answer is heard or dropped, and never both",
      an_answer_is_heard_or_dropped_and_never_both },
    { "it may end before an answer comes", it_may_end_before_an_answer_comes },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_kafka_ask = { "kafka_ask", NULL, NULL, fresh, gone, cases };
