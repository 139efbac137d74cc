/* folder_still_test.c - when a file is taken for whole, and from which folder. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "rig.h"
#include "transport/folder.h"
#include "transport/folder_state.h"

static struct rig r;
static char in_path[100];

static void fresh(void)
{
    rig_init(&r, &transport_folder);
    snprintf(in_path, sizeof in_path, "%s/in", r.scratch.dir);
}

static void done(void)
{
    rig_done(&r);
}

static void open_inbox(void)
{
    rig_set(&r, "read", in_path);
    rig_set(&r, "settle", "0");
    rig_set(&r, "retry", "1ms");
    CU_ASSERT_FATAL(rig_open(&r));
}

static void set_written(const char *path, time_t at_s)
{
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = at_s } };
    CU_ASSERT_FATAL(utimensat(AT_FDCWD, path, times, 0) == 0);
}

/* stop() was called before: run() ends after its first look. */
static void one_look(void)
{
    struct intake nobody = rig_intake(&r);
    nobody.take = NULL;
    eventfd_t value;
    r.t->stop(r.state);
    CU_ASSERT_TRUE_FATAL(r.t->run(r.state, nobody, &r.e));
    CU_ASSERT_FATAL(eventfd_read(((struct folder *)r.state)->wake.fd, &value) == 0);
}

static const struct folder_file *the_file(void)
{
    const struct folder *s = r.state;
    CU_ASSERT_EQUAL_FATAL(s->count, 1);
    return s->files;
}

/* Of the same size, and of the same time as it says; a kernel's clock goes by ticks. */
static void rewrite(const char *name, const char *text, const struct folder_file *before)
{
    struct stat st;
    do {
        rig_write(&r, name, text);
        set_written(rig_path(&r, name), before->written.tv_sec);
        CU_ASSERT_FATAL(stat(rig_path(&r, name), &st) == 0);
    } while (st.st_ctim.tv_sec == before->changed.tv_sec &&
             st.st_ctim.tv_nsec == before->changed.tv_nsec);
}

/* A copy that goes on and sets the time of what it copies each time. */
static void never_believes_a_files_own_time(void)
{
    open_inbox();
    rig_set(&r, "settle", "1h");
    rig_write(&r, "in/a.csv", "a\n");
    set_written(rig_path(&r, "in/a.csv"), 1700000000);
    one_look();
    int64_t first_ns = the_file()->still_since_ns;
    one_look();
    CU_ASSERT_EQUAL(the_file()->still_since_ns, first_ns); /* it rests */
    rewrite("in/a.csv", "b\n", the_file());
    one_look();
    CU_ASSERT(the_file()->still_since_ns > first_ns);
    CU_ASSERT_FALSE(the_file()->lay_there);
    CU_ASSERT_TRUE(rig_has(&r, "in/a.csv"));
}

static void says_how_long_a_file_must_still_rest(void)
{
    const int64_t s_ns = 1000000000, now_ns = 100 * s_ns, wall_ms = 5000000;
    static const struct {
        int64_t seen_s, changed_ms, not_before_s;
        bool lay_there, still;
        int64_t wait_s;
    } rows[] = {
        { 98, 5000000, 0, false, true, 0 },  /* unchanged for two seconds */
        { 99, 5000000, 0, false, false, 1 }, /* for one */
        { 100, 4998000, 0, true, true, 0 },  /* lay there when we began */
        { 100, 4999000, 0, true, false, 2 }, /* but changed a second ago */
        { 100, 4000000, 0, false, false,
          2 }, /* came while we looked: a server's clock may be behind */
        { 100, 9000000, 0, true, false, 2 },  /* or ahead */
        { 90, 4000000, 107, true, false, 7 }, /* could not be kept a moment ago */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct folder_file f = { .still_since_ns = rows[i].seen_s * s_ns,
                                 .not_before_ns = rows[i].not_before_s * s_ns,
                                 .lay_there = rows[i].lay_there,
                                 .changed = { .tv_sec = rows[i].changed_ms / 1000 } };
        int64_t wait_ns = -1;
        CU_ASSERT_EQUAL(folder_file_is_still(&f, 2000, now_ns, wall_ms, &wait_ns), rows[i].still);
        CU_ASSERT_EQUAL(wait_ns, rows[i].wait_s * s_ns);
    }
}

static void move(const char *from, const char *to)
{
    char source[200];
    snprintf(source, sizeof source, "%s", rig_path(&r, from));
    CU_ASSERT_FATAL(rename(source, rig_path(&r, to)) == 0);
}

/* As an administrator does, or a share that is mounted late. */
static void takes_from_the_folder_that_stands_in_place_of_its_own(void)
{
    open_inbox();
    rig_write(&r, "in/a.csv", "1");
    rig_start(&r);
    rig_await(&r, 1);
    move("in", "old");
    CU_ASSERT_FATAL(mkdir(in_path, 0700) == 0);
    rig_write(&r, "in/b.csv", "2");
    rig_await(&r, 2);
    rig_write(&r, "in/c.csv", "3"); /* the new one is watched */
    rig_await(&r, 3);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "a.csv b.csv c.csv ");
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "old/done/a.csv"), "1");
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/b.csv"), "2");
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/c.csv"), "3");
}

/* Deleting sends no word of its own: the next look finds it. */
static void says_that_its_folder_is_gone_and_goes_on_when_it_is_back(void)
{
    open_inbox();
    one_look();
    CU_ASSERT_FATAL(rmdir(rig_path(&r, "in/done")) == 0 && rmdir(rig_path(&r, "in/refused")) == 0 &&
                    rmdir(in_path) == 0);
    one_look();
    CU_ASSERT_STRING_EQUAL(r.fetch_code, "folder.open");
    CU_ASSERT_FALSE(rig_has(&r, "in")); /* ours would be in the way of whoever replaces it */
    CU_ASSERT_FATAL(mkdir(in_path, 0700) == 0);
    rig_write(&r, "in/a.csv", "1");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.fetch_code, "");
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv"), "1");
}

static void makes_done_and_refused_again_when_somebody_has_moved_them(void)
{
    open_inbox();
    r.fates[1] = ANSWER_REFUSED;
    move("in/done", "in/archive");
    CU_ASSERT_FATAL(rmdir(rig_path(&r, "in/refused")) == 0);
    rig_write(&r, "in/a.csv", "1");
    rig_start(&r);
    rig_await(&r, 1);
    rig_write(&r, "in/b.csv", "2");
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv"), "1");
    CU_ASSERT_FALSE(rig_has(&r, "in/archive/a.csv"));
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/refused/b.csv"), "2");
}

static CU_TestInfo cases[] = {
    { "never believes a file's own time", never_believes_a_files_own_time },
    { "takes from the folder that stands in place of its own",
      takes_from_the_folder_that_stands_in_place_of_its_own },
    { "says that its folder is gone and goes on when it is back",
      says_that_its_folder_is_gone_and_goes_on_when_it_is_back },
    { "makes done and refused again when somebody has moved them",
      makes_done_and_refused_again_when_somebody_has_moved_them },
    { "says how long a file must still rest", says_how_long_a_file_must_still_rest },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_folder_still = { "folder_still", NULL, NULL, fresh, done, cases };
