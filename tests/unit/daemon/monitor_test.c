/* monitor_test.c - the admin listener beside the threads whose figures it shows. */
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "bus/backend.h"
#include "daemon/monitor.h"
#include "daemon/pager.h"
#include "host/http_client.h"
#include "office.h"

static struct office office;
static struct keeper *keeper;
static struct tally *tally;
static struct pager *pager;
static struct monitor *monitor;
static const struct feed *const no_feeds[1];

static struct bus *tally_bus; /* the office's, unless a test says otherwise */

static void fresh(void)
{
    office_open(&office);
    tally_bus = office.bus;
}

static void done(void)
{
    monitor_stop(&monitor);
    pager_stop(&pager);
    tally_close(&tally);
    keeper_close(&keeper);
    office_close(&office);
}

static void on_lost(void *ctx, const struct err *why)
{
    (void)ctx;
    CU_ASSERT_STRING_EQUAL(why->text, "");
}

static void start(void)
{
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FATAL(keeper_open(office.site, office.bus, &keeper, &e) &&
                    keeper_start(keeper, on_lost, NULL, &e));
    CU_ASSERT_FATAL(tally_open(office.site, tally_bus, &tally, &e) &&
                    pager_start(tally, &pager, &e));
    const struct monitor_options o = { .listen = "127.0.0.1:0",
                                       .of = { .site = office.site, .tally = tally },
                                       .keeper = keeper,
                                       .feeds = no_feeds };
    CU_ASSERT_FATAL(monitor_start(&o, &monitor, &e));
}

/* Its status; the beginning of its body. 0: no answer. */
static int ask(const char *path, char body[1000])
{
    struct err e = { .fate = ERR_NONE };
    struct http_client *client = NULL;
    struct buf answer;
    char url[300];
    int status = 0;
    buf_init(&answer, 1 << 20);
    snprintf(url, sizeof url, "http://%s%s", monitor_where(monitor), path);
    const struct http_call call = { .method = "GET", .url = url, .timeout_ms = 60000 };
    if (!http_client_open(&client, &e) || !http_client_do(client, &call, &status, &answer, &e))
        status = 0;
    snprintf(body, 1000, "%.*s", (int)(answer.n < 999 ? answer.n : 999), (const char *)answer.p);
    http_client_close(&client);
    buf_release(&answer);
    return status;
}

static void *ask_often(void *out)
{
    char body[1000];
    int *good = out;
    for (int i = 0; i < 10; i++) {
        *good += ask("/metrics", body) == 200 && strstr(body, "concordat_build_info{");
        *good += ask("/health/ready", body) == 200 && strcmp(body, "ready\n") == 0;
    }
    return NULL;
}

static void many_may_ask_at_once(void)
{
    pthread_t threads[3];
    int good[3] = { 0 };
    start();
    for (int i = 0; i < 3; i++)
        CU_ASSERT_FATAL(pthread_create(&threads[i], NULL, ask_often, &good[i]) == 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(good[i], 20);
    }
}

/* A bus whose readers do not come back until they are let go. */
struct silent {
    struct bus bus;
    struct bus_reader reader;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_asked, is_over;
};
static struct silent silent;

static bool open_reader(struct bus *b, const char *topic, int partition, int64_t from,
                        struct bus_reader **out, struct err *e)
{
    (void)topic;
    (void)partition;
    (void)from;
    (void)e;
    *out = &((struct silent *)b)->reader;
    return true;
}

static bool wait_for_ever(struct bus_reader *r, int wait_ms, const struct bus_record **out,
                          size_t *n, bool *end, struct err *e)
{
    (void)r;
    (void)wait_ms;
    (void)out;
    (void)n;
    (void)end;
    pthread_mutex_lock(&silent.lock);
    silent.is_asked = true;
    pthread_cond_broadcast(&silent.changed);
    while (!silent.is_over)
        pthread_cond_wait(&silent.changed, &silent.lock);
    pthread_mutex_unlock(&silent.lock);
    return err_set(e, ERR_RETRY, "bus.down", 0, "cannot read: a test said so");
}

static void close_reader(struct bus_reader *r)
{
    (void)r;
}

static const struct bus_ops silent_ops = { .reader_open = open_reader,
                                           .reader_next = wait_for_ever,
                                           .reader_close = close_reader };

static void set_silent(bool is_over)
{
    pthread_mutex_lock(&silent.lock);
    silent.is_over = is_over;
    pthread_cond_broadcast(&silent.changed);
    while (!is_over && !silent.is_asked)
        pthread_cond_wait(&silent.changed, &silent.lock);
    pthread_mutex_unlock(&silent.lock);
}

static void a_bus_that_does_not_answer_keeps_nobody_waiting(void)
{
    char body[1000];
    silent = (struct silent){ .bus = { .ops = &silent_ops }, .reader = { .ops = &silent_ops } };
    pthread_mutex_init(&silent.lock, NULL);
    pthread_cond_init(&silent.changed, NULL);
    tally_bus = &silent.bus;
    start();
    set_silent(false);
    CU_ASSERT_EQUAL(ask("/health/live", body), 200);
    CU_ASSERT_EQUAL(ask("/metrics", body), 200);
    CU_ASSERT_EQUAL(ask("/health/ready", body), 200); /* it may still answer within half a minute */
    set_silent(true);
    done();
    pthread_cond_destroy(&silent.changed);
    pthread_mutex_destroy(&silent.lock);
    fresh();
}

static void before_its_bundle_has_begun_it_is_not_ready(void)
{
    char body[1000];
    struct edition later = *editions_newest(&office.site->rules);
    later.from_ms = clock_wall_ms() + 3600000;
    later.earlier = NULL;
    atomic_init(&office.site->rules.newest, NULL);
    editions_add(&office.site->rules, &later);
    start();
    CU_ASSERT_EQUAL(ask("/health/ready", body), 503);
    CU_ASSERT_STRING_EQUAL(body, "no bundle is in force yet\n");
    CU_ASSERT_EQUAL(ask("/health/live", body), 200);
    done();
    fresh();
}

static void with_a_bundle_that_wants_a_restart_it_is_not_ready(void)
{
    char body[1000];
    struct edition due = *editions_newest(&office.site->rules);
    office.site->waiting = &due;
    start();
    CU_ASSERT_EQUAL(ask("/health/ready", body), 503);
    CU_ASSERT_STRING_EQUAL(body, "the bundle in force needs a restart of this process\n");
    CU_ASSERT_EQUAL(ask("/metrics", body), 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(body, "concordat_ready 0\n"));
    done();
    fresh();
}

static CU_TestInfo cases[] = {
    { "many may ask at once", many_may_ask_at_once },
    { "a bus that does not answer keeps nobody waiting",
      a_bus_that_does_not_answer_keeps_nobody_waiting },
    { "before its bundle has begun it is not ready", before_its_bundle_has_begun_it_is_not_ready },
    { "with a bundle that wants a restart it is not ready",
      with_a_bundle_that_wants_a_restart_it_is_not_ready },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_monitor = { "monitor", office_install, office_uninstall, fresh, done, cases };
