/* conformance.c - the suite that every backend of the bus passes. */
#include "conformance.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "between.h"
#include "conformance_fixture.h"

#define MANY 2500

/* ---- publishing and reading ---- */

static void keeps_the_order_of_each_partition(void)
{
    for (int i = 0; i < 20; i++)
        publish("in", i % 2, "k", arena_format(&f.a, "%d", i));
    CU_ASSERT_STRING_EQUAL(read_values("in", 0, 0), "0 2 4 6 8 10 12 14 16 18 ");
    CU_ASSERT_STRING_EQUAL(read_values("in", 1, 0), "1 3 5 7 9 11 13 15 17 19 ");
}

static void gives_key_value_offset_and_time_back(void)
{
    int64_t before = clock_wall_ms();
    publish("in", 1, "key", "value");
    publish("in", 1, "", "");
    struct bus_reader *r;
    const struct bus_record *got = NULL;
    size_t n = 0;
    bool end = false;
    CU_ASSERT_TRUE_FATAL(must(bus_reader_open(f.b, "in", 1, 0, &r, &f.e)));
    while (n == 0 && !end)
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(r, 1000, &got, &n, &end, &f.e)));
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT_STRING_EQUAL(got[0].topic, "in");
    CU_ASSERT_EQUAL(got[0].partition, 1);
    CU_ASSERT_EQUAL(got[1].offset, 1);
    CU_ASSERT_TRUE(slice_equal_text(got[0].key, "key"));
    CU_ASSERT_TRUE(slice_equal_text(got[0].value, "value"));
    CU_ASSERT_TRUE(slice_is_empty(got[1].key) && slice_is_empty(got[1].value));
    CU_ASSERT_TRUE(got[0].accepted_ms >= before && got[0].accepted_ms <= clock_wall_ms());
    CU_ASSERT_TRUE(got[1].accepted_ms >= got[0].accepted_ms);
    bus_reader_close(&r);
}

static int64_t time_at(int64_t offset)
{
    struct bus_reader *r;
    const struct bus_record *got = NULL;
    size_t n = 0;
    bool end = false;
    CU_ASSERT_TRUE_FATAL(must(bus_reader_open(f.b, "in", 1, offset, &r, &f.e)));
    while (n == 0 && !end)
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(r, PATIENCE_MS, &got, &n, &end, &f.e)));
    CU_ASSERT_EQUAL_FATAL(n > 0, true);
    int64_t at_ms = got[0].accepted_ms;
    bus_reader_close(&r);
    return at_ms;
}

static void says_when_it_took_what_was_published(void)
{
    const struct bus_record r = record("in", 1, "key", "value");
    int64_t at_ms[2] = { 0 }, last = 0;
    CU_ASSERT_TRUE_FATAL(must(bus_publish_at(f.b, &r, &at_ms[0], &f.e)));
    do {
        publish("in", 1, "other", "value");
        last++;
    } while (time_at(last) == at_ms[0]);
    CU_ASSERT_TRUE_FATAL(must(bus_publish_at(f.b, &r, &at_ms[1], &f.e)));
    CU_ASSERT_EQUAL(at_ms[0], time_at(0));
    CU_ASSERT_EQUAL(at_ms[1], time_at(last + 1));
    CU_ASSERT_TRUE(at_ms[1] > at_ms[0]);
}

static void says_the_end_of_an_empty_partition_at_once(void)
{
    struct bus_reader *r;
    const struct bus_record *got;
    size_t n;
    bool end = false;
    int64_t start = clock_mono_ns();
    CU_ASSERT_TRUE_FATAL(must(bus_reader_open(f.b, "in", 0, 0, &r, &f.e)));
    CU_ASSERT_TRUE(must(bus_reader_next(r, 2 * PATIENCE_MS, &got, &n, &end, &f.e)));
    CU_ASSERT_TRUE(end);
    CU_ASSERT_EQUAL(n, 0);
    CU_ASSERT_TRUE(clock_mono_ns() - start < PATIENCE_MS * (int64_t)1000000);
    bus_reader_close(&r);
}

static void says_the_end_only_when_all_was_read(void)
{
    publish_numbers("in", MANY);
    CU_ASSERT_STRING_EQUAL(read_values("in", 0, 0), numbers(MANY));
    CU_ASSERT_STRING_EQUAL(read_values("in", 0, MANY - 2), "2498 2499 ");
}

static void reads_on_after_the_end(void)
{
    struct bus_reader *r;
    const struct bus_record *got;
    size_t n = 0;
    bool end = false;
    CU_ASSERT_TRUE_FATAL(must(bus_reader_open(f.b, "in", 0, 0, &r, &f.e)));
    while (!end)
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(r, 100, &got, &n, &end, &f.e)));
    publish("in", 0, "k", "later");
    for (n = 0, end = false; n == 0 && !end;)
        CU_ASSERT_TRUE_FATAL(must(bus_reader_next(r, 1000, &got, &n, &end, &f.e)));
    CU_ASSERT_EQUAL_FATAL(n, 1);
    CU_ASSERT_TRUE(slice_equal_text(got[0].value, "later"));
    bus_reader_close(&r);
}

static void keeps_the_last_value_of_each_key(void)
{
    publish("keep", 0, "a", "a1");
    publish("keep", 0, "b", "b1");
    publish("keep", 0, "a", "a2");
    const char *values = read_values("keep", 0, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(values, "b1 "));
    CU_ASSERT_TRUE(strlen(values) >= 3 && strcmp(values + strlen(values) - 3, "a2 ") == 0);
    CU_ASSERT_STRING_EQUAL(read_values("keep", 0, 2), "a2 ");
}

static void carries_a_record_of_one_mebibyte(void)
{
    size_t big = (size_t)1024 * 1024;
    char *value = arena_array(&f.a, big + 1, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(value);
    memset(value, 'x', big);
    publish("in", 0, "k", value);
    join_as("router-0");
    CU_ASSERT_EQUAL(strlen(fetch_values(1)), big + 1);
    CU_ASSERT_TRUE(must(commit_one(value, 1)));
    CU_ASSERT_EQUAL(strlen(read_values("out", 0, 0)), big + 1);
}

static void refuses_a_record_that_is_too_big(void)
{
    size_t big = BUS_RECORD_MAX_BYTES + 1;
    struct bus_record r = record("in", 0, "", "");
    r.value = slice_of(arena_array(&f.a, big, 1), big);
    CU_ASSERT_FALSE_FATAL(bus_publish(f.b, &r, 1, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.size");
    CU_ASSERT_EQUAL(f.e.fate, ERR_REJECT);
}

struct publisher {
    pthread_t thread;
    int number;
    bool ok;
};

#define PUBLISHERS 8
#define EACH 25

static void *publish_some(void *ctx)
{
    struct publisher *p = ctx;
    p->ok = true;
    for (int i = 0; i < EACH && p->ok; i++) {
        char value[40];
        struct err e = { 0 };
        snprintf(value, sizeof value, "%c%02d", 'a' + p->number, i);
        struct bus_record r = record("in", p->number % 2, "k", value);
        p->ok = bus_publish(f.b, &r, 1, &e);
    }
    return NULL;
}

/* The values of one thread, in the order in which they were read. */
static bool in_order(const char *values, char who)
{
    int next = 0;
    for (const char *v = values; (v = strchr(v, who)); v++, next++)
        if (v[1] != '0' + next / 10 || v[2] != '0' + next % 10)
            return false;
    return next == EACH;
}

static void takes_publishers_of_eight_threads(void)
{
    struct publisher p[PUBLISHERS];
    for (int i = 0; i < PUBLISHERS; i++) {
        p[i] = (struct publisher){ .number = i };
        CU_ASSERT_EQUAL_FATAL(pthread_create(&p[i].thread, NULL, publish_some, &p[i]), 0);
    }
    for (int i = 0; i < PUBLISHERS; i++)
        pthread_join(p[i].thread, NULL);
    const char *values[2] = { read_values("in", 0, 0), read_values("in", 1, 0) };
    for (int i = 0; i < PUBLISHERS; i++) {
        CU_ASSERT_TRUE(p[i].ok);
        bool whole = in_order(values[i % 2], (char)('a' + i));
        if (!whole)
            fprintf(stderr, "\n    of thread '%c': %s\n", 'a' + i, values[i % 2]);
        CU_ASSERT_TRUE(whole);
    }
}

/* ---- topics ---- */

static void refuses_a_topic_with_other_partitions(void)
{
    struct bus_topic other = { .name = "in", .partitions = 3 };
    CU_ASSERT_FALSE_FATAL(bus_topics(f.b, &other, 1, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.topic");
    CU_ASSERT_PTR_NOT_NULL(strstr(f.e.text, "'in'"));
    err_clear(&f.e);
    CU_ASSERT_TRUE(must(bus_topics(f.b, topics, TOPICS, &f.e)));
}

static void lists_the_topics_of_its_prefix(void)
{
    char others[50];
    snprintf(others, sizeof others, "other-%s", f.prefix);
    struct bus_options o = { .url = f.url, .prefix = others, .client = "conformance" };
    bus_close(&f.b);
    CU_ASSERT_TRUE_FATAL(must(bus_open(&o, &f.b, &f.e)));
    CU_ASSERT_TRUE_FATAL(must(bus_topics(f.b, topics, 1, &f.e)));
    bus_close(&f.b);
    open_bus();
    const struct bus_topic *list;
    size_t n;
    CU_ASSERT_TRUE_FATAL(must(bus_list(f.b, &f.a, &list, &n, &f.e)));
    CU_ASSERT_EQUAL_FATAL(n, TOPICS);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < TOPICS; k++)
            if (strcmp(list[i].name, topics[k].name) == 0) {
                CU_ASSERT_EQUAL(list[i].partitions, topics[k].partitions);
                CU_ASSERT_EQUAL(list[i].compacted, topics[k].compacted);
            }
}

static void refuses_topics_and_partitions_that_are_not_there(void)
{
    static const char *const none[] = { "in", "none", NULL };
    struct bus_record unknown = record("none", 0, "k", "v"), beyond = record("in", 2, "k", "v");
    struct bus_join j = { .id = "router-0", .topics = none, .partitions = 2 };
    struct bus_reader *r;
    CU_ASSERT_FALSE_FATAL(bus_publish(f.b, &unknown, 1, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.topic");
    err_clear(&f.e);
    CU_ASSERT_FALSE_FATAL(bus_publish(f.b, &beyond, 1, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.topic");
    err_clear(&f.e);
    CU_ASSERT_FALSE_FATAL(bus_join(f.b, &j, &f.w, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.topic");
    err_clear(&f.e);
    CU_ASSERT_FALSE_FATAL(bus_reader_open(f.b, "none", 0, 0, &r, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.topic");
}

/* ---- the worker ---- */

static void fetches_what_was_there_and_what_comes(void)
{
    publish("in", 0, "k", "before");
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "before ");
    publish("more", 1, "k", "after");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "after ");
}

static void commits_outputs_and_positions_as_one(void)
{
    publish_numbers("in", 3);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(3), "0 1 2 ");
    CU_ASSERT_EQUAL(committed("in", NULL), 0);
    CU_ASSERT_TRUE(must(commit_one("x", 1)));
    CU_ASSERT_TRUE(must(commit_one("y", 2)));
    CU_ASSERT_EQUAL(committed("in", NULL), 2);
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), "x y ");
    reopen_bus();
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "2 ");
}

static void goes_back_after_a_failed_commit(void)
{
    publish_numbers("in", 3);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(3), "0 1 2 ");
    CU_ASSERT_TRUE(must(commit_one("good", 1)));
    between_commits(between_say_no, NULL);
    CU_ASSERT_FALSE_FATAL(commit_one("lost", 3));
    CU_ASSERT_EQUAL(f.e.fate, ERR_RETRY);
    err_clear(&f.e);
    between_commits(NULL, NULL);
    CU_ASSERT_EQUAL(committed("in", NULL), 1);
    CU_ASSERT_STRING_EQUAL(fetch_values(2), "1 2 ");
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), "good ");
    CU_ASSERT_TRUE(must(commit_one("again", 3)));
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), "good again ");
}

static void goes_back_to_the_start_if_nothing_was(void)
{
    publish_numbers("in", 2);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(2), "0 1 ");
    between_commits(between_say_no, NULL);
    CU_ASSERT_FALSE_FATAL(commit_one("lost", 2));
    between_commits(NULL, NULL);
    err_clear(&f.e);
    CU_ASSERT_STRING_EQUAL(fetch_values(2), "0 1 ");
}

static void commits_nothing_where_it_names_no_topic(void)
{
    struct bus_record r[] = { record("out", 0, "k", "lost"), record("none", 0, "k", "lost") };
    struct bus_position p = position("in", 1, "");
    publish("in", 0, "k", "v");
    join_as("router-0");
    CU_ASSERT_FALSE_FATAL(bus_commit(f.w, r, 2, &p, 1, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.topic");
    err_clear(&f.e);
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), "");
    CU_ASSERT_EQUAL(committed("in", NULL), 0);
}

static void keeps_notes_and_positions_of_topics_it_does_not_fetch(void)
{
    char long_note[1001];
    const char *note;
    memset(long_note, 'n', 1000);
    long_note[1000] = '\0';
    struct bus_position p[] = { position("in", 7, long_note), position("audit", 41, "head=abc") };
    join_as("router-0");
    CU_ASSERT_EQUAL(committed("audit", &note), 0);
    CU_ASSERT_STRING_EQUAL(note, "");
    CU_ASSERT_TRUE(must(bus_commit(f.w, NULL, 0, p, 2, &f.e)));
    reopen_bus();
    join_as("router-0");
    CU_ASSERT_EQUAL(committed("in", &note), 7);
    CU_ASSERT_STRING_EQUAL(note, long_note);
    CU_ASSERT_EQUAL(committed("audit", &note), 41);
    CU_ASSERT_STRING_EQUAL(note, "head=abc");
}

static void refuses_a_note_that_is_not_text(void)
{
    struct bus_position p = position("in", 1, "");
    p.note = slice_of("a\0b", 3);
    join_as("router-0");
    CU_ASSERT_FALSE_FATAL(bus_commit(f.w, NULL, 0, &p, 1, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.note");
}

static void gives_a_group_its_own_positions(void)
{
    struct bus_position p = position("in", 5, "");
    join_as("router-0");
    CU_ASSERT_TRUE(must(bus_commit(f.w, NULL, 0, &p, 1, &f.e)));
    bus_leave(&f.w);
    join_as("router-1");
    CU_ASSERT_EQUAL(committed("in", NULL), 5);
    bus_leave(&f.w);
    join_as("hub-inbox");
    CU_ASSERT_EQUAL(committed("in", NULL), 0);
}

static void tells_tools_what_a_group_has_committed(void)
{
    struct bus_position p = position("audit", 41, "head=abc");
    CU_ASSERT_TRUE(must(bus_group_committed(f.b, "router", "audit", 0, &f.a, &p, &f.e)));
    CU_ASSERT_TRUE(p.next == 0 && slice_is_empty(p.note));
    join_as("router-0");
    p = position("audit", 41, "head=abc");
    CU_ASSERT_TRUE(must(bus_commit(f.w, NULL, 0, &p, 1, &f.e)));
    CU_ASSERT_TRUE(must(bus_group_committed(f.b, "router", "audit", 0, &f.a, &p, &f.e)));
    CU_ASSERT_EQUAL(p.next, 41);
    CU_ASSERT_TRUE(slice_equal_text(p.note, "head=abc"));
    CU_ASSERT_FALSE_FATAL(bus_group_committed(f.b, "router", "none", 0, &f.a, &p, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.topic");
}

static void fences_the_first_of_two_workers_of_one_name(void)
{
    publish_numbers("in", 1);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "0 ");
    struct bus_worker *first = f.w;
    join_as("router-0");
    struct bus_record r = record("out", 0, "k", "zombie");
    struct bus_position p = position("in", 1, "");
    CU_ASSERT_FALSE_FATAL(bus_commit(first, &r, 1, &p, 1, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.fenced");
    CU_ASSERT_EQUAL(f.e.fate, ERR_FATAL);
    err_clear(&f.e);
    bus_leave(&first);
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "0 ");
    CU_ASSERT_TRUE(must(commit_one("heir", 1)));
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), "heir ");
}

/* Copies in/0 to out/0, failing every third commit: each must arrive once and in order. */
static void copies_exactly_once_though_commits_fail(void)
{
    int done = 0;
    publish_numbers("in", MANY);
    join_as("router-0");
    for (int turn = 0; done < MANY && turn < 200; turn++) {
        const struct bus_record *in;
        size_t n;
        CU_ASSERT_TRUE_FATAL(must(bus_fetch(f.w, 1000, &in, &n, &f.e)));
        if (n == 0)
            continue;
        struct bus_record *out = ARENA_ARRAY(&f.a, n, struct bus_record);
        for (size_t i = 0; i < n; i++)
            out[i] = (struct bus_record){ .topic = "out", .key = in[i].key, .value = in[i].value };
        struct bus_position p = position("in", in[n - 1].offset + 1, "");
        between_commits(turn % 3 == 1 ? between_say_no : NULL, NULL);
        if (bus_commit(f.w, out, n, &p, 1, &f.e))
            done += (int)n;
        err_clear(&f.e);
    }
    CU_ASSERT_EQUAL(done, MANY);
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), numbers(MANY));
}

/* A process that dies by SIGKILL between writing and committing, or behind it; never returns. */
static void die_of_a_commit(bool behind, const char *value, int64_t next)
{
    struct bus_options o = { .url = f.url, .prefix = f.prefix, .client = "dying" };
    static const char *const fetched[] = { "in", NULL };
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 2 };
    struct bus_record r = record("out", 0, "k", value);
    struct bus_position p = position("in", next, value);
    if (bus_open(&o, &f.b, &f.e) && bus_join(f.b, &j, &f.w, &f.e)) {
        between_commits(behind ? NULL : between_die, NULL);
        if (bus_commit(f.w, &r, 1, &p, 1, &f.e))
            (void)raise(SIGKILL);
        must(false);
    }
    _exit(3);
}

static void leaks_nothing_of_a_process_killed_in_a_transaction(void)
{
    int status = 0;
    const char *note;
    publish_numbers("in", 2);
    join_as("router-0");
    CU_ASSERT_TRUE(must(commit_one("before", 1)));
    bus_leave(&f.w);
    bus_close(&f.b); /* no thread or connection may live across the fork */
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        die_of_a_commit(false, "leaked", 2);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    open_bus();
    join_as("router-0");
    CU_ASSERT_EQUAL(committed("in", &note), 1);
    CU_ASSERT_STRING_EQUAL(note, "");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "1 ");
    CU_ASSERT_TRUE(must(commit_one("after", 2)));
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), "before after ");
}

static void returns_from_an_idle_fetch_with_nothing(void)
{
    const struct bus_record *r;
    size_t n = 1;
    join_as("router-0");
    CU_ASSERT_TRUE(must(bus_fetch(f.w, 20, &r, &n, &f.e)));
    CU_ASSERT_EQUAL(n, 0);
}

static void has_the_position_of_a_process_killed_behind_its_commit(void)
{
    int status = 0;
    const char *note;
    publish_numbers("in", 2);
    bus_close(&f.b); /* no thread or connection may live across the fork */
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        die_of_a_commit(true, "kept", 1);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    open_bus();
    join_as("router-0");
    CU_ASSERT_EQUAL(committed("in", &note), 1);
    CU_ASSERT_STRING_EQUAL(note, "kept");
    CU_ASSERT_STRING_EQUAL(fetch_values(1), "1 ");
    CU_ASSERT_STRING_EQUAL(read_values("out", 0, 0), "kept ");
}

#define STOP_NS ((int64_t)2 * 1000000000)

/* In the middle of what it has fetched and not committed. */
static void stops_within_two_seconds_in_the_middle(void)
{
    publish_numbers("in", 3);
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(3), "0 1 2 ");
    int64_t begun_ns = clock_mono_ns();
    bus_leave(&f.w);
    bus_close(&f.b);
    CU_ASSERT_TRUE(clock_mono_ns() - begun_ns < STOP_NS);
    open_bus();
    join_as("router-0");
    CU_ASSERT_STRING_EQUAL(fetch_values(3), "0 1 2 ");
}

/* Each kind of bus: how its address begins, and one at which there is none. */
static const struct {
    const char *begins, *absent;
} kinds[] = {
    { "'embedded:'", "embedded:/not/there/bus.db" },
    { "'kafka://'", "kafka://127.0.0.1:1" },
};
#define KINDS (sizeof kinds / sizeof kinds[0])
#ifdef __SANITIZE_THREAD__
/* librdkafka starts its threads by thrd_create, which TSan does not follow */
#define KINDS_OPENED 1
#else
#define KINDS_OPENED KINDS
#endif

static void each_kind_has_a_row_here(void)
{
    struct bus_options o = { .url = "none:", .prefix = f.prefix, .client = "conformance" };
    struct bus *none = NULL;
    size_t named = 0, quotes = 0;
    CU_ASSERT_FALSE_FATAL(bus_open(&o, &none, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.code, "bus.url");
    for (size_t i = 0; i < KINDS; i++)
        named += strstr(f.e.text, kinds[i].begins) != NULL;
    for (const char *c = f.e.text; *c; c++)
        quotes += *c == '\'';
    if (named != KINDS || quotes != 2 * KINDS)
        fprintf(stderr, "\n    tests/unit/bus/conformance.c lacks a row: %s\n", f.e.text);
    CU_ASSERT(named == KINDS && quotes == 2 * KINDS);
    err_clear(&f.e);
}

/* It does not open, or says that nobody answers; and it stops all the same. */
static void an_absent_bus_is_told(void)
{
    for (size_t i = 0; i < KINDS_OPENED; i++) {
        struct bus_options o = { .url = kinds[i].absent, .prefix = "t.", .client = "conformance" };
        struct bus *none = NULL;
        struct err e = { 0 };
        if (bus_open(&o, &none, &e))
            CU_ASSERT_FALSE(bus_answers(none, 200));
        CU_ASSERT(none || (e.code && e.fate != ERR_NONE && e.text[0]));
        int64_t begun_ns = clock_mono_ns();
        bus_close(&none);
        CU_ASSERT_TRUE(clock_mono_ns() - begun_ns < STOP_NS);
    }
}

CU_TestInfo conformance_cases[] = {
    { "each kind of bus has a row here", each_kind_has_a_row_here },
    { "an absent bus is told", an_absent_bus_is_told },
    { "stops within two seconds in the middle", stops_within_two_seconds_in_the_middle },
    { "has the position of a process killed behind its commit",
      has_the_position_of_a_process_killed_behind_its_commit },
    { "keeps the order of each partition", keeps_the_order_of_each_partition },
    { "gives key, value, offset and time back", gives_key_value_offset_and_time_back },
    { "says when it took what was published", says_when_it_took_what_was_published },
    { "says the end of an empty partition at once", says_the_end_of_an_empty_partition_at_once },
    { "says the end only when all was read", says_the_end_only_when_all_was_read },
    { "reads on after the end", reads_on_after_the_end },
    { "keeps the last value of each key", keeps_the_last_value_of_each_key },
    { "carries a record of one mebibyte", carries_a_record_of_one_mebibyte },
    { "refuses a record that is too big", refuses_a_record_that_is_too_big },
    { "takes publishers of eight threads", takes_publishers_of_eight_threads },
    { "refuses a topic with other partitions", refuses_a_topic_with_other_partitions },
    { "lists the topics of its prefix", lists_the_topics_of_its_prefix },
    { "refuses topics and partitions that are not there",
      refuses_topics_and_partitions_that_are_not_there },
    { "fetches what was there and what comes", fetches_what_was_there_and_what_comes },
    { "returns from an idle fetch with nothing", returns_from_an_idle_fetch_with_nothing },
    { "commits outputs and positions as one", commits_outputs_and_positions_as_one },
    { "goes back after a failed commit", goes_back_after_a_failed_commit },
    { "goes back to the start when nothing was committed", goes_back_to_the_start_if_nothing_was },
    { "commits nothing of a commit that names no topic", commits_nothing_where_it_names_no_topic },
    { "keeps notes, and positions of topics it does not fetch",
      keeps_notes_and_positions_of_topics_it_does_not_fetch },
    { "refuses a note that is not text", refuses_a_note_that_is_not_text },
    { "gives a group its own positions", gives_a_group_its_own_positions },
    { "tells tools what a group has committed", tells_tools_what_a_group_has_committed },
    { "fences the first of two workers of one name", fences_the_first_of_two_workers_of_one_name },
    { "copies exactly once though commits fail", copies_exactly_once_though_commits_fail },
    { "leaks nothing of a process killed in a transaction",
      leaks_nothing_of_a_process_killed_in_a_transaction },
    CU_TEST_INFO_NULL
};
