/* embedded_own_test.c - what the embedded bus promises beyond the conformance suite: one writing
 * process, readers beside it, a wake-up without polling, a full disk. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "../host/scratch.h"
#include "base/clock.h"
#include "bus/bus.h"
#include "host/db.h"

static struct scratch scratch;
static char url[128];
static struct bus *b;
static struct err e;

static const struct bus_topic topics[] = { { .name = "in", .partitions = 1 },
                                           { .name = "keep", .partitions = 1, .compacted = true } };
#define TOPICS (sizeof topics / sizeof topics[0])
static const char *const fetched[] = { "in", NULL };

static bool open_as(bool read_only, struct bus **out)
{
    struct bus_options o = { .url = url, .prefix = "r.", .client = "test", .read_only = read_only };
    err_clear(&e);
    return bus_open(&o, out, &e);
}

static bool publish(struct bus *to, const char *value, struct err *why)
{
    struct bus_record r = { .topic = "in", .key = SLICE("k"), .value = slice_text(value) };
    return bus_publish(to, &r, 1, why);
}

static void fresh(void)
{
    scratch_make(&scratch);
    snprintf(url, sizeof url, "embedded:%s/bus.db", scratch.dir);
    CU_ASSERT_TRUE_FATAL(open_as(false, &b));
    CU_ASSERT_TRUE_FATAL(bus_topics(b, topics, TOPICS, &e));
}

static void gone(void)
{
    bus_close(&b);
    scratch_remove(&scratch);
}

static void refuses_a_second_writer_with_a_clear_sentence(void)
{
    struct bus *second;
    CU_ASSERT_FALSE_FATAL(open_as(false, &second));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.locked");
    CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "another process is writing this bus"));
}

/* The number of records that can be read. */
static size_t count_of(struct bus *beside, const char *topic)
{
    struct bus_reader *r;
    size_t all = 0, n = 0;
    CU_ASSERT_TRUE_FATAL(bus_reader_open(beside, topic, 0, 0, &r, &e));
    for (bool end = false; !end; all += n) {
        const struct bus_record *got;
        CU_ASSERT_TRUE_FATAL(bus_reader_next(r, 0, &got, &n, &end, &e));
    }
    bus_reader_close(&r);
    return all;
}

static void lets_readers_see_what_the_writer_commits(void)
{
    struct bus *beside;
    CU_ASSERT_TRUE_FATAL(open_as(true, &beside));
    CU_ASSERT_EQUAL(count_of(beside, "in"), 0);
    CU_ASSERT_TRUE(publish(b, "v", &e));
    CU_ASSERT_EQUAL(count_of(beside, "in"), 1);
    bus_close(&b);
    CU_ASSERT_EQUAL(count_of(beside, "in"), 1);
    bus_close(&beside);
}

static void lets_readers_find_topics_made_later(void)
{
    static const struct bus_topic later = { .name = "later", .partitions = 1 };
    struct bus *beside;
    struct bus_reader *r;
    CU_ASSERT_TRUE_FATAL(open_as(true, &beside));
    CU_ASSERT_FALSE_FATAL(bus_reader_open(beside, "later", 0, 0, &r, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.topic");
    err_clear(&e);
    CU_ASSERT_TRUE(bus_topics(b, &later, 1, &e));
    CU_ASSERT_TRUE(bus_reader_open(beside, "later", 0, 0, &r, &e));
    bus_reader_close(&r);
    bus_close(&beside);
}

static void refuses_to_write_when_opened_to_read(void)
{
    struct bus *beside;
    struct bus_worker *w;
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 1 };
    CU_ASSERT_TRUE_FATAL(open_as(true, &beside));
    CU_ASSERT_FALSE_FATAL(publish(beside, "v", &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.locked");
    err_clear(&e);
    CU_ASSERT_FALSE_FATAL(bus_join(beside, &j, &w, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.locked");
    bus_close(&beside);
}

static void refuses_to_read_a_file_that_is_not_there(void)
{
    struct bus *none;
    struct bus_options o = { .url = "embedded:/nonexistent/bus.db", .read_only = true };
    CU_ASSERT_FALSE_FATAL(bus_open(&o, &none, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.fatal");
}

static void *publish_later(void *ctx)
{
    struct err why = { 0 };
    bool *ok = ctx;
    *ok = publish(b, "v", &why);
    return NULL;
}

/* The fetch may begin before or after the publish: it must return at once either way. */
static void wakes_a_waiting_fetch_by_a_publish(void)
{
    struct bus_worker *w;
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 1 };
    const struct bus_record *in;
    size_t n;
    pthread_t thread;
    bool published = false;
    int64_t start = clock_mono_ns();
    CU_ASSERT_TRUE_FATAL(bus_join(b, &j, &w, &e));
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, publish_later, &published), 0);
    CU_ASSERT_TRUE(bus_fetch(w, 60000, &in, &n, &e));
    CU_ASSERT_EQUAL(n, 1);
    CU_ASSERT_TRUE(clock_mono_ns() - start < (int64_t)30 * 1000000000);
    pthread_join(thread, NULL);
    CU_ASSERT_TRUE(published);
    bus_leave(&w);
}

static void remembers_everything_when_opened_again(void)
{
    CU_ASSERT_TRUE(publish(b, "one", &e));
    bus_close(&b);
    CU_ASSERT_TRUE_FATAL(open_as(false, &b));
    CU_ASSERT_TRUE(publish(b, "two", &e));
    CU_ASSERT_EQUAL(count_of(b, "in"), 2);
}

static void deletes_earlier_values_of_a_compacted_topic(void)
{
    static const char *const keys[] = { "a", "b", "a", "a", "b" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct bus_record r = { .topic = "keep", .key = slice_text(keys[i]) };
        CU_ASSERT_TRUE_FATAL(bus_publish(b, &r, 1, &e));
    }
    CU_ASSERT_EQUAL(count_of(b, "keep"), 2);
    bus_close(&b);
    CU_ASSERT_TRUE_FATAL(open_as(false, &b));
    CU_ASSERT_EQUAL(count_of(b, "keep"), 2);
}

static bool write_line(const char *path, unsigned from)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    fprintf(file, "0 %u 1", from);
    return fclose(file) == 0;
}

/* Mounts a file system of two mebibytes over the folder, seen by this process alone. */
static bool mount_small(void)
{
    unsigned uid = geteuid(), gid = getegid();
    FILE *groups;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) || !(groups = fopen("/proc/self/setgroups", "w")))
        return false;
    fputs("deny", groups);
    return fclose(groups) == 0 && write_line("/proc/self/uid_map", uid) &&
           write_line("/proc/self/gid_map", gid) &&
           mount("none", scratch.dir, "tmpfs", 0, "size=2m,mode=700") == 0;
}

/* In a process of its own, on a file system of two mebibytes of its own. 0: as it should be;
 * 77: this machine does not let us. */
static int fill_a_disk(void)
{
    struct err why = { 0 };
    struct bus *small;
    char value[64 * 1024];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    bus_close(&b);
    if (!mount_small())
        return 77;
    if (!open_as(false, &small) || !bus_topics(small, topics, TOPICS, &e))
        return 1;
    size_t published = 0;
    while (published < 100 && publish(small, value, &why))
        published++;
    if (published == 0 || !why.code || strcmp(why.code, "bus.full") != 0 || why.fate != ERR_RETRY)
        return 2;
    return count_of(small, "in") == published ? 0 : 3;
}

static void says_that_the_disk_is_full_and_keeps_what_it_has(void)
{
    int status = 0;
    bus_close(&b);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(fill_a_disk());
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE_FATAL(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        printf("\n    skipped: a full disk needs a user namespace, not allowed here\n");
    else
        CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

/* What retention does on a broker, and what a restored file does. */
static void lose(const char *sql)
{
    struct db *d = NULL;
    bus_close(&b);
    CU_ASSERT_TRUE_FATAL(db_open(scratch_path(&scratch, "bus.db"), "", &d, &e));
    CU_ASSERT_TRUE_FATAL(db_run(d, sql, &e));
    db_close(&d);
    CU_ASSERT_TRUE_FATAL(open_as(false, &b));
}

static void reads_on_only_where_records_are(void)
{
    const struct {
        int64_t from;
        const char *code, *says; /* NULL: it reads */
    } rows[] = {
        { 0, NULL, "" },
        { 3, NULL, "" },
        { 6, NULL, "" },
        { 7, "bus.position", "partition 0 of topic 'in' from offset 7: it ends at 6" },
        { 2, "bus.aged", "at 2: it begins at 3; up to 1 records are gone" },
    };
    for (int i = 0; i < 6; i++)
        CU_ASSERT_TRUE_FATAL(publish(b, "v", &e));
    lose("DELETE FROM records WHERE (row & ((1 << 40) - 1)) < 3");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bus_reader *r = NULL;
        bool good = bus_reader_open(b, "in", 0, rows[i].from, &r, &e);
        CU_ASSERT_EQUAL(good, rows[i].code == NULL);
        if (!good && rows[i].code) {
            CU_ASSERT_STRING_EQUAL(e.code, rows[i].code);
            CU_ASSERT_PTR_NOT_NULL(strstr(e.text, rows[i].says));
            CU_ASSERT_PTR_NULL(strstr(e.text, "skip SITE")); /* of a part that is not known here */
            CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
        }
        bus_reader_close(&r);
        err_clear(&e);
    }
}

static void a_worker_stops_before_a_gap(void)
{
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 1 };
    const struct bus_record *got = NULL;
    struct bus_worker *w = NULL;
    size_t n = 0;
    for (int i = 0; i < 6; i++)
        CU_ASSERT_TRUE_FATAL(publish(b, "v", &e));
    lose("DELETE FROM records WHERE (row & ((1 << 40) - 1)) < 3");
    CU_ASSERT_FALSE_FATAL(bus_join(b, &j, &w, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bus.aged");
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "'in' 0 at 0: it begins at 3; up to 3"));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "concordat skip SITE router"));
    err_clear(&e);
    j.past_gaps = true;
    CU_ASSERT_TRUE_FATAL(bus_join(b, &j, &w, &e));
    CU_ASSERT_TRUE(bus_fetch(w, 0, &got, &n, &e));
    CU_ASSERT_EQUAL(n, 3);
    bus_leave(&w);
}

static void a_worker_beyond_the_end_begins_anew(void)
{
    struct bus_join j = { .id = "router-0", .topics = fetched, .partitions = 1 };
    const struct bus_position done = { .topic = "in", .next = 6 };
    const struct bus_record *got = NULL;
    struct bus_worker *w = NULL;
    size_t n = 0;
    for (int i = 0; i < 6; i++)
        CU_ASSERT_TRUE_FATAL(publish(b, "v", &e));
    CU_ASSERT_TRUE_FATAL(bus_join(b, &j, &w, &e));
    CU_ASSERT_TRUE_FATAL(bus_commit(w, NULL, 0, &done, 1, &e));
    bus_leave(&w);
    lose("DELETE FROM records WHERE (row & ((1 << 40) - 1)) > 3");
    CU_ASSERT_TRUE_FATAL(bus_join(b, &j, &w, &e));
    CU_ASSERT_TRUE(bus_fetch(w, 0, &got, &n, &e));
    CU_ASSERT_EQUAL(n, 4);
    bus_leave(&w);
}

/* An end that is kept tells later whether the lane is what it was. */
static void an_end_tells_whether_a_lane_is_what_it_was(void)
{
    struct bus_end then;
    bool yes = false;
    for (int i = 0; i < 4; i++)
        CU_ASSERT_TRUE_FATAL(publish(b, "v", &e));
    CU_ASSERT_TRUE_FATAL(bus_end(b, "in", 0, &then, &e));
    CU_ASSERT_EQUAL(then.next, 4);
    CU_ASSERT_TRUE_FATAL(publish(b, "more", &e));
    CU_ASSERT_TRUE(bus_still_has(b, "in", 0, &then, &yes, &e) && yes);
    lose("DELETE FROM records WHERE (row & ((1 << 40) - 1)) > 2");
    CU_ASSERT_TRUE(bus_still_has(b, "in", 0, &then, &yes, &e) && !yes);
    CU_ASSERT_TRUE_FATAL(publish(b, "another", &e)); /* it has grown as far again */
    CU_ASSERT_TRUE_FATAL(publish(b, "another", &e));
    CU_ASSERT_TRUE(bus_still_has(b, "in", 0, &then, &yes, &e) && !yes);
}

static CU_TestInfo cases[] = {
    { "refuses a second writer with a clear sentence",
      refuses_a_second_writer_with_a_clear_sentence },
    { "lets readers see what the writer commits", lets_readers_see_what_the_writer_commits },
    { "lets readers find topics made later", lets_readers_find_topics_made_later },
    { "refuses to write when opened to read", refuses_to_write_when_opened_to_read },
    { "refuses to read a file that is not there", refuses_to_read_a_file_that_is_not_there },
    { "wakes a waiting fetch by a publish", wakes_a_waiting_fetch_by_a_publish },
    { "remembers everything when opened again", remembers_everything_when_opened_again },
    { "deletes earlier values of a compacted topic", deletes_earlier_values_of_a_compacted_topic },
    { "reads on only where records are", reads_on_only_where_records_are },
    { "a worker stops before a gap", a_worker_stops_before_a_gap },
    { "a worker beyond the end begins anew", a_worker_beyond_the_end_begins_anew },
    { "an end tells whether a lane is what it was", an_end_tells_whether_a_lane_is_what_it_was },
    { "says that the disk is full and keeps what it has",
      says_that_the_disk_is_full_and_keeps_what_it_has },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_embedded_own = { "embedded_own", NULL, NULL, fresh, gone, cases };
