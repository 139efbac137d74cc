/* conformance_fixture.c - the bus under test, and sentences to build tests from. */
#include "conformance_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "between.h"

/* ---- the fixture ---- */

struct bus_fixture f;

const struct bus_topic topics[TOPICS] = {
    { .name = "in", .partitions = 2 },
    { .name = "more", .partitions = 2 },
    { .name = "out", .partitions = 2 },
    { .name = "audit", .partitions = 2 },
    { .name = "keep", .partitions = 1, .compacted = true },
};

void conformance_use(const char *url)
{
    f.url = url;
}

bool must(bool ok)
{
    if (!ok)
        fprintf(stderr, "\n    %s: %s\n", f.e.code ? f.e.code : "?", f.e.text);
    return ok;
}

void open_bus(void)
{
    struct bus_options o = { .url = f.url, .prefix = f.prefix, .client = "conformance" };
    CU_ASSERT_TRUE_FATAL(must(bus_open(&o, &f.b, &f.e)));
}

void reopen_bus(void)
{
    bus_leave(&f.w);
    bus_close(&f.b);
    open_bus();
}

void conformance_set_up(void)
{
    snprintf(f.prefix, sizeof f.prefix, "t%ld-%d.", (long)getpid(), ++f.tests);
    err_clear(&f.e);
    arena_init(&f.a, (size_t)16 * 1024 * 1024);
    buf_init(&f.text, (size_t)16 * 1024 * 1024);
    open_bus();
    CU_ASSERT_TRUE_FATAL(must(bus_topics(f.b, topics, TOPICS, &f.e)));
}

void conformance_tear_down(void)
{
    between_commits(NULL, NULL);
    bus_leave(&f.w);
    bus_close(&f.b);
    arena_release(&f.a);
    buf_release(&f.text);
}

/* ---- sentences to build tests from ---- */

struct bus_record record(const char *topic, int partition, const char *key, const char *value)
{
    return (struct bus_record){
        .topic = topic, .partition = partition, .key = slice_text(key), .value = slice_text(value)
    };
}

void publish(const char *topic, int partition, const char *key, const char *value)
{
    struct bus_record r = record(topic, partition, key, value);
    CU_ASSERT_TRUE_FATAL(must(bus_publish(f.b, &r, 1, &f.e)));
}

/* n records "0".."n-1" into partition 0 of topic. */
void publish_numbers(const char *topic, int n)
{
    struct bus_record *r = ARENA_ARRAY(&f.a, (size_t)n, struct bus_record);
    for (int i = 0; i < n; i++)
        r[i] = record(topic, 0, "k", arena_format(&f.a, "%d", i));
    CU_ASSERT_TRUE_FATAL(must(bus_publish(f.b, r, (size_t)n, &f.e)));
}

const char *numbers(int n)
{
    struct buf b;
    buf_init(&b, (size_t)1024 * 1024);
    for (int i = 0; i < n; i++)
        buf_format(&b, "%d ", i);
    const char *text = arena_text(&f.a, buf_slice(&b));
    buf_release(&b);
    return text;
}

void join_as(const char *id)
{
    static const char *const fetched[] = { "in", "more", NULL };
    struct bus_join j = { .id = id, .topics = fetched, .partitions = 2 };
    CU_ASSERT_TRUE_FATAL(must(bus_join(f.b, &j, &f.w, &f.e)));
}

/* Fetches until wanted records are in, and returns their values in order. */
const char *fetch_values(int wanted)
{
    int64_t until = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    const struct bus_record *r;
    size_t n;
    buf_reset(&f.text);
    for (int got = 0; got < wanted && clock_mono_ns() < until; got += (int)n) {
        CU_ASSERT_TRUE_FATAL(must(bus_fetch(f.w, 1000, &r, &n, &f.e)));
        for (size_t i = 0; i < n; i++) {
            buf_put(&f.text, r[i].value);
            buf_byte(&f.text, ' ');
        }
    }
    return arena_text(&f.a, buf_slice(&f.text));
}

/* All values of a partition from an offset to its end. */
const char *read_values(const char *topic, int partition, int64_t from)
{
    struct bus_reader *r;
    int64_t until = clock_mono_ns() + PATIENCE_MS * (int64_t)1000000;
    CU_ASSERT_TRUE_FATAL(must(bus_reader_open(f.b, topic, partition, from, &r, &f.e)));
    buf_reset(&f.text);
    for (bool end = false; !end && clock_mono_ns() < until;) {
        const struct bus_record *got;
        size_t n;
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(r, 200, &got, &n, &end, &f.e)));
        for (size_t i = 0; i < n; i++) {
            buf_put(&f.text, got[i].value);
            buf_byte(&f.text, ' ');
        }
    }
    bus_reader_close(&r);
    return arena_text(&f.a, buf_slice(&f.text));
}

struct bus_position position(const char *topic, int64_t next, const char *note)
{
    return (struct bus_position){ .topic = topic, .next = next, .note = slice_text(note) };
}

/* One output "value" into out/0 and in/0 done up to next. */
bool commit_one(const char *value, int64_t next)
{
    struct bus_record r = record("out", 0, "k", value);
    struct bus_position p = position("in", next, "");
    return bus_commit(f.w, &r, 1, &p, 1, &f.e);
}

int64_t committed(const char *topic, const char **note)
{
    struct bus_position p;
    CU_ASSERT_TRUE_FATAL(must(bus_committed(f.w, topic, 0, &f.a, &p, &f.e)));
    if (note)
        *note = arena_text(&f.a, p.note);
    return p.next;
}
