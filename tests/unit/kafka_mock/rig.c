/* rig.c - see rig.h. */
#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "host/log.h"

#define ALL (-1) /* brokers */

struct rig rig;
static rd_kafka_t *host; /* whom the mock belongs to; it sends nothing */
static char prefix[20];  /* each test has topics and workers of its own */

int rig_open(void)
{
    char why[200] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL);
    log_set_level(LOG_ERROR);
    host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    rig.cluster = host ? rd_kafka_mock_cluster_new(host, 2) : NULL;
    return rig.cluster ? 0 : 1;
}

int rig_close(void)
{
    rd_kafka_mock_cluster_destroy(rig.cluster);
    rd_kafka_destroy(host);
    return 0;
}

/* Name with the test's prefix; lives until the next call. */
static const char *full(const char *name)
{
    static char text[100];
    snprintf(text, sizeof text, "%s%s", prefix, name);
    return text;
}

static void make_topic(const char *name)
{
    CU_ASSERT_EQUAL_FATAL(rd_kafka_mock_topic_create(rig.cluster, full(name), 1, 1), WHY(NO_ERROR));
}

void rig_fresh(void)
{
    static int tests;
    char url[200];
    snprintf(prefix, sizeof prefix, "t%d.", ++tests);
    snprintf(url, sizeof url, "kafka://%s", rd_kafka_mock_cluster_bootstraps(rig.cluster));
    err_clear(&rig.e);
    arena_init(&rig.a, (size_t)16 * 1024 * 1024);
    make_topic("in");
    make_topic("out");
    struct bus_options o = { .url = url, .prefix = prefix, .client = "test" };
    CU_ASSERT_TRUE_FATAL(rig_must(bus_open(&o, &rig.bus, &rig.e)));
}

void rig_done(void)
{
    bus_leave(&rig.worker);
    bus_close(&rig.bus);
    for (enum request r = PRODUCE; r <= SEND_POSITIONS; r++)
        rd_kafka_mock_clear_request_errors(rig.cluster, (int16_t)r);
    arena_release(&rig.a);
}

void rig_spoil(const char *topic, rd_kafka_resp_err_t why)
{
    rd_kafka_mock_topic_set_error(rig.cluster, full(topic), why);
}

void rig_fail(enum request request, const rd_kafka_resp_err_t *why)
{
    size_t n = 0;
    while (why[n])
        n++;
    rd_kafka_mock_push_request_errors_array(rig.cluster, (int16_t)request, n, why);
}

void rig_move_leader(const char *topic, int broker)
{
    CU_ASSERT_EQUAL(rd_kafka_mock_partition_set_leader(rig.cluster, full(topic), 0, broker),
                    WHY(NO_ERROR));
}

void rig_slow(int ms)
{
    CU_ASSERT_EQUAL(rd_kafka_mock_broker_set_rtt(rig.cluster, ALL, ms), WHY(NO_ERROR));
}

void rig_away(bool away)
{
    CU_ASSERT_EQUAL(away ? rd_kafka_mock_broker_set_down(rig.cluster, ALL)
                         : rd_kafka_mock_broker_set_up(rig.cluster, ALL),
                    WHY(NO_ERROR));
}

void rig_move_coordinator(const char *kind, const char *of, int broker)
{
    CU_ASSERT_EQUAL(rd_kafka_mock_coordinator_set(rig.cluster, kind, full(of), broker),
                    WHY(NO_ERROR));
}

bool rig_must(bool good)
{
    if (!good)
        fprintf(stderr, "\n    %s: %s\n", rig.e.code ? rig.e.code : "?", rig.e.text);
    return good;
}

bool rig_publish(const char *value)
{
    struct bus_record r = { .topic = "in", .key = SLICE("k"), .value = slice_text(value) };
    err_clear(&rig.e);
    return bus_publish(rig.bus, &r, 1, &rig.e);
}

static void add_values(struct buf *text, const struct bus_record *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_put(text, r[i].value);
        buf_byte(text, ' ');
    }
}

static const char *take_text(struct buf *text)
{
    const char *copy = arena_text(&rig.a, buf_slice(text));
    buf_release(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    return copy;
}

const char *rig_read(const char *topic)
{
    struct bus_reader *r = NULL;
    struct buf text;
    bool end = false, good = bus_reader_open(rig.bus, topic, 0, 0, &r, &rig.e);
    int64_t until_ns = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    buf_init(&text, (size_t)1024 * 1024);
    while (good && !end && clock_mono_ns() < until_ns) {
        const struct bus_record *got = NULL;
        size_t n = 0;
        good = bus_reader_next(r, 100, &got, &n, &end, &rig.e);
        add_values(&text, got, good ? n : 0);
    }
    bus_reader_close(&r);
    CU_ASSERT_TRUE(rig_must(good));
    return take_text(&text);
}

bool rig_join(void)
{
    static const char *const fetched[] = { "in", NULL };
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 1 };
    err_clear(&rig.e);
    return bus_join(rig.bus, &j, &rig.worker, &rig.e);
}

const char *rig_fetch(int wanted)
{
    struct buf text;
    bool good = true;
    int64_t until_ns = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    buf_init(&text, (size_t)1024 * 1024);
    for (size_t got = 0; good && got < (size_t)wanted && clock_mono_ns() < until_ns;) {
        const struct bus_record *r = NULL;
        size_t n = 0;
        good = bus_fetch(rig.worker, 100, &r, &n, &rig.e);
        add_values(&text, r, good ? n : 0);
        got += n;
    }
    CU_ASSERT_TRUE(rig_must(good));
    return take_text(&text);
}

bool rig_commit(const char *value, int64_t next)
{
    struct bus_record r = { .topic = "out", .value = slice_text(value) };
    struct bus_position p = { .topic = "in", .next = next, .note = SLICE("") };
    err_clear(&rig.e);
    return bus_commit(rig.worker, &r, 1, &p, 1, &rig.e);
}

bool rig_failed(enum err_fate fate, const char *code)
{
    bool so = rig.e.fate == fate && rig.e.code && strcmp(rig.e.code, code) == 0;
    if (!so)
        fprintf(stderr, "\n    %s: %s\n", rig.e.code ? rig.e.code : "?", rig.e.text);
    return so;
}
