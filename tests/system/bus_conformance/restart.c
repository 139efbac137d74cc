/* restart.c - bus_restart URL: copies numbers through the bus while its broker is killed and
 * returns.
 *
 * One thread publishes 0, 1, 2, .. to "in", sending again what failed; the worker copies "in" to
 * "out" in transactions. A line on standard output asks for the next kill. At the end "out" must
 * be "in", and "in" must hold every number, repeats only after a failure and never a gap: what a
 * reader that drops what it has seen depends on.
 * Exit 0 when that holds, 1 when not, 2 when it could not run. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "bus/bus.h"

#define KILLS 2
#define EACH 400 /* numbers between one kill and the next */
#define NUMBERS ((KILLS + 1) * EACH)
#define PATIENCE_NS ((int64_t)600 * 1000000000)

static const struct bus_topic topics[] = { { .name = "in", .partitions = 1 },
                                           { .name = "out", .partitions = 1 } };
static const char *const fetched[] = { "in", NULL };

struct run {
    struct bus *b;
    struct bus_worker *w;
    int64_t until_ns;
    atomic_bool published; /* all of them */
    int failures, rejoins;
};

static void *publish_all(void *of)
{
    struct run *run = of;
    for (int i = 0; i < NUMBERS && clock_mono_ns() < run->until_ns;) {
        char text[16];
        struct err e = { 0 };
        snprintf(text, sizeof text, "%d", i);
        struct bus_record r = { .topic = "in", .key = SLICE("k"), .value = slice_text(text) };
        if (!bus_publish(run->b, &r, 1, &e)) {
            fprintf(stderr, "publish %d: %s\n", i, e.text);
            run->failures++;
        } else if (++i % EACH == 0 && i < NUMBERS) {
            printf("kill after %d\n", i);
            fflush(stdout);
        }
    }
    atomic_store(&run->published, true);
    return NULL;
}

static bool join(struct run *run)
{
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 1 };
    while (clock_mono_ns() < run->until_ns) {
        struct err e = { 0 };
        if (bus_join(run->b, &j, &run->w, &e))
            return true;
        fprintf(stderr, "join: %s\n", e.text);
    }
    return false;
}

/* Copies what one fetch brings; *next is where the copy is then, *idle that nothing came. */
static bool copy_some(struct run *run, int64_t *next, bool *idle, struct err *e)
{
    const struct bus_record *in;
    size_t n = 0;
    bool fetched_some = bus_fetch(run->w, 200, &in, &n, e);
    *idle = fetched_some && n == 0;
    if (!fetched_some || n == 0)
        return fetched_some;
    struct bus_record *out = mem_alloc(n * sizeof *out);
    struct bus_position done = { .topic = "in", .next = in[n - 1].offset + 1 };
    for (size_t i = 0; out && i < n; i++)
        out[i] = (struct bus_record){ .topic = "out", .key = in[i].key, .value = in[i].value };
    bool ok = out && bus_commit(run->w, out, n, &done, 1, e);
    if (ok)
        *next = done.next;
    mem_free(out);
    return ok;
}

/* A fatal error ends a real worker's process; here it joins again. Done when all is published, at
 * least so much is copied (a publish sent again makes it more), and nothing more comes. */
static bool copy_all(struct run *run)
{
    int64_t next = 0;
    while (clock_mono_ns() < run->until_ns) {
        struct err e = { 0 };
        bool published = atomic_load(&run->published), idle = false;
        if (copy_some(run, &next, &idle, &e)) {
            if (published && idle && next >= NUMBERS)
                return true;
            continue;
        }
        fprintf(stderr, "copy: %s\n", e.text);
        if (e.fate != ERR_FATAL)
            continue;
        run->rejoins++;
        bus_leave(&run->w);
        if (!join(run))
            return false;
    }
    return false;
}

static bool read_all(struct bus *b, const char *topic, struct buf *text)
{
    struct bus_reader *r;
    struct err e = { 0 };
    int64_t until_ns = clock_mono_ns() + PATIENCE_NS;
    bool end = false, ok = bus_reader_open(b, topic, 0, 0, &r, &e);
    while (ok && !end && clock_mono_ns() < until_ns) {
        const struct bus_record *got;
        size_t n;
        ok = bus_reader_next(r, 200, &got, &n, &end, &e);
        for (size_t i = 0; ok && i < n; i++) {
            buf_put(text, got[i].value);
            buf_byte(text, ' ');
        }
    }
    if (r)
        bus_reader_close(&r);
    if (!ok)
        fprintf(stderr, "read %s: %s\n", topic, e.text);
    return ok && end;
}

/* Every number, none ahead of its turn. */
static bool has_no_gap(struct buf *text, int *repeats)
{
    long next = 0;
    buf_byte(text, '\0');
    for (char *at = (char *)text->p, *end; *at && next <= NUMBERS; at = end + 1) {
        long number = strtol(at, &end, 10);
        if (number > next)
            return false;
        *repeats += number < next;
        next += number == next;
    }
    return next == NUMBERS;
}

static bool judge(struct run *run)
{
    struct buf in, out;
    int repeats = 0;
    buf_init(&in, (size_t)16 * 1024 * 1024);
    buf_init(&out, (size_t)16 * 1024 * 1024);
    bool ok = read_all(run->b, "in", &in) && read_all(run->b, "out", &out);
    bool same = ok && slice_equal(buf_slice(&in), buf_slice(&out));
    bool whole = ok && has_no_gap(&in, &repeats);
    fprintf(stderr, "%d numbers, %d failed publishes, %d repeats, %d rejoins: copy %s, gaps %s\n",
            NUMBERS, run->failures, repeats, run->rejoins, same ? "exact" : "DIFFERS",
            whole ? "none" : "FOUND");
    buf_release(&in);
    buf_release(&out);
    return same && whole;
}

int main(int argc, char **argv)
{
    struct err e = { 0 };
    struct run run = { .until_ns = clock_mono_ns() + PATIENCE_NS };
    char prefix[40];
    pthread_t thread;
    snprintf(prefix, sizeof prefix, "restart-%ld.", (long)getpid());
    struct bus_options o = { .url = argc == 2 ? argv[1] : "",
                             .prefix = prefix,
                             .client = "restart" };
    if (!bus_open(&o, &run.b, &e) || !bus_topics(run.b, topics, 2, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    if (!join(&run) || pthread_create(&thread, NULL, publish_all, &run) != 0)
        return 2;
    bool copied = copy_all(&run);
    pthread_join(thread, NULL);
    bus_leave(&run.w);
    bool good = judge(&run);
    bus_close(&run.b);
    return copied && good ? 0 : 1;
}
