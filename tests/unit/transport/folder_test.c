/* folder_test.c - files taken in and written out, in a folder of its own. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "host/temp_file.h"
#include "rig.h"
#include "transport/folder.h"
#include "transport/folder_state.h"

static struct rig r;
static char in_path[100], out_path[100];

static void fresh(void)
{
    rig_init(&r, &transport_folder);
    snprintf(in_path, sizeof in_path, "%s/in", r.scratch.dir);
    snprintf(out_path, sizeof out_path, "%s/out", r.scratch.dir);
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

static void open_outbox(void)
{
    rig_set(&r, "write", out_path);
    rig_set(&r, "suffix", ".csv");
    CU_ASSERT_FATAL(rig_open(&r));
}

static void puts_a_kept_file_into_done(void)
{
    open_inbox();
    rig_write(&r, "in/a.csv", "rows");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT(r.ran_well);
    CU_ASSERT_STRING_EQUAL(r.names, "a.csv ");
    CU_ASSERT_STRING_EQUAL(r.bytes, "rows ");
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv"), "rows");
    CU_ASSERT_FALSE(rig_has(&r, "in/a.csv"));
}

static void sees_a_file_that_comes_while_it_waits(void)
{
    open_inbox();
    rig_write(&r, "in/a.csv", "first");
    rig_start(&r);
    rig_await(&r, 1);
    rig_write(&r, "moved-in", "second");
    char from[200];
    snprintf(from, sizeof from, "%s", rig_path(&r, "moved-in"));
    CU_ASSERT_FATAL(rename(from, rig_path(&r, "in/b.csv")) == 0);
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/b.csv"), "second");
}

static void takes_files_in_the_order_of_their_names(void)
{
    open_inbox();
    rig_write(&r, "in/c", "3");
    rig_write(&r, "in/a", "1");
    rig_write(&r, "in/b", "2");
    rig_start(&r);
    rig_await(&r, 3);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.bytes, "1 2 3 ");
}

static void append_to(int fd, const char *text)
{
    CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* However long its writer pauses: another file that came later is taken in the meantime. */
static void leaves_a_file_that_somebody_has_open_for_writing(void)
{
    open_inbox();
    int fd = open(rig_path(&r, "in/a.csv"), O_WRONLY | O_CREAT, 0600);
    append_to(fd, "half");
    rig_start(&r);
    rig_write(&r, "in/b.csv", "other");
    rig_await(&r, 1);
    append_to(fd, "+half");
    rig_write(&r, "in/c.csv", "third");
    rig_await(&r, 2);
    CU_ASSERT_TRUE(rig_has(&r, "in/a.csv"));
    close(fd);
    rig_await(&r, 3);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "b.csv c.csv a.csv ");
    CU_ASSERT_STRING_EQUAL(r.bytes, "other third half+half ");
}

/* As a writer behind a network share does, whom nobody here can see. */
static void puts_back_what_grew_and_takes_it_whole(void)
{
    open_inbox();
    rig_write(&r, "in/a.csv", "half");
    rig_start(&r);
    rig_await(&r, 1);
    rig_write(&r, "in/b.csv", "next");
    rig_await(&r, 2); /* so that a.csv lies in done/ */
    int fd = open(rig_path(&r, "in/done/a.csv"), O_WRONLY | O_APPEND);
    CU_ASSERT_FATAL(fd >= 0);
    append_to(fd, "+half");
    close(fd);
    rig_write(&r, "in/c.csv", "third");
    rig_await(&r, 4);
    rig_stop(&r);
    CU_ASSERT_PTR_NOT_NULL(strstr(r.bytes, "half+half "));
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv"), "half+half");
}

static void leaves_names_of_what_is_not_whole(void)
{
    static const char *const names[] = {
        "in/a.csv.part", "in/a.CSV.FilePart", "in/a.csv.tmp", "in/a.csv~",           "in/~$a.csv",
        "in/.a.csv",     "in/a.crdownload",   "in/a.swp",     "in/a.csv.inprogress",
    };
    open_inbox();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        rig_write(&r, names[i], "half");
    rig_write(&r, "in/z.csv", "whole");
    rig_start(&r);
    rig_await(&r, 1);
    rig_write(&r, "in/zz.part.csv", "whole too");
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "z.csv zz.part.csv ");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CU_ASSERT_TRUE(rig_has(&r, names[i]));
}

static void takes_a_name_in_any_letters_and_what_its_pattern_asks_for(void)
{
    rig_set(&r, "pattern", "*.csv");
    open_inbox();
    rig_write(&r, "in/A.CSV", "1");
    rig_write(&r, "in/b.txt", "2");
    rig_write(&r, "in/c.Csv", "3");
    rig_start(&r);
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "A.CSV c.Csv ");
}

static void takes_a_name_in_the_making_where_the_pattern_asks_for_it(void)
{
    rig_set(&r, "pattern", "*.tmp");
    open_inbox();
    rig_write(&r, "in/a.tmp", "1");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "a.tmp ");
}

static void makes_the_folders_that_are_missing(void)
{
    static char deep[200];
    snprintf(deep, sizeof deep, "%s/from/the/council", r.scratch.dir);
    rig_set(&r, "read", deep);
    rig_set(&r, "settle", "0");
    CU_ASSERT_FATAL(rig_open(&r));
    rig_write(&r, "from/the/council/a.csv", "1");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_TRUE(rig_has(&r, "from/the/council/done/a.csv"));
}

static void puts_a_refused_file_aside_and_says_why(void)
{
    struct err why = { .fate = ERR_NONE };
    err_set(&why, ERR_REJECT, "csv.quote", 7, "cannot read the row: a quote is open");
    open_inbox();
    r.fates[0] = ANSWER_REFUSED;
    r.why = &why;
    rig_write(&r, "in/a.csv", "secret");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/refused/a.csv"), "secret");
    const char *text = rig_read(&r, "in/refused/a.csv.why");
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "cannot read the row: a quote is open [csv.quote"));
    CU_ASSERT_PTR_NULL(strstr(text, "secret"));
}

static void leaves_a_file_that_cannot_be_kept_and_tries_again(void)
{
    open_inbox();
    r.fates[0] = r.fates[1] = ANSWER_LATER;
    rig_write(&r, "in/a.csv", "rows");
    rig_start(&r);
    rig_await(&r, 3);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "a.csv a.csv a.csv ");
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv"), "rows");
}

static void keeps_both_files_of_one_name(void)
{
    open_inbox();
    rig_write(&r, "in/done/a.csv", "monday");
    rig_write(&r, "in/a.csv", "tuesday");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv"), "monday");
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv.1"), "tuesday");
}

static void passes_over_what_is_no_file_for_it(void)
{
    open_inbox();
    rig_set(&r, "pattern", "*.csv");
    rig_write(&r, "in/notes.txt", "no");
    rig_write(&r, "in/.hidden.csv", "no");
    CU_ASSERT_FATAL(mkdir(rig_path(&r, "in/folder.csv"), 0700) == 0);
    CU_ASSERT_FATAL(symlink("/etc/passwd", rig_path(&r, "in/link.csv")) == 0);
    rig_write(&r, "in/z.csv", "yes");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "z.csv ");
    CU_ASSERT_TRUE(rig_has(&r, "in/notes.txt"));
    CU_ASSERT_TRUE(rig_has(&r, "in/link.csv"));
}

static void refuses_a_file_that_is_too_large_unread(void)
{
    open_inbox();
    rig_set(&r, "size_max", "4");
    rig_write(&r, "in/a.csv", "12345");
    rig_write(&r, "in/b.csv", "1234");
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "b.csv ");
    CU_ASSERT_TRUE(rig_has(&r, "in/refused/a.csv"));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig_read(&r, "in/refused/a.csv.why"), "folder.size"));
}

static bool send(const char *name, const char *text)
{
    struct outgoing m = { .bytes = slice_text(text),
                          .id = slice_text(name),
                          .name = slice_text(name) };
    struct buf answer;
    buf_init(&answer, 100);
    r.e = (struct err){ .fate = ERR_NONE };
    struct handing came;
    transport_folder.send(r.state, &m, &answer, &came);
    bool ok = came.fate == HANDING_TAKEN;
    r.e = came.why;
    buf_release(&answer);
    return ok;
}

static void writes_a_whole_file_under_its_name(void)
{
    open_outbox();
    CU_ASSERT_TRUE(send("abc123", "row 1"));
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "out/abc123.csv"), "row 1");
    CU_ASSERT_FALSE(rig_has(&r, "out/.abc123.csv.tmp"));
}

static void replaces_the_file_of_the_same_id(void)
{
    open_outbox();
    CU_ASSERT_TRUE(send("abc123", "row 1, longer"));
    CU_ASSERT_TRUE(send("abc123", "row 1"));
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "out/abc123.csv"), "row 1");
}

static void refuses_a_name_that_leaves_the_folder(void)
{
    static const char *const names[] = { "", "../up", "a/b", ".hidden", "a b", "caf\xc3\xa9" };
    open_outbox();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CU_ASSERT_FALSE(send(names[i], "x"));
        CU_ASSERT_EQUAL(r.e.fate, ERR_REJECT);
        CU_ASSERT_STRING_EQUAL(r.e.code, "folder.name");
    }
}

static void tries_again_when_the_outbox_is_gone(void)
{
    open_outbox();
    CU_ASSERT_FATAL(rmdir(out_path) == 0);
    CU_ASSERT_FALSE(send("abc123", "row 1"));
    CU_ASSERT_EQUAL(r.e.fate, ERR_RETRY);
    CU_ASSERT_STRING_EQUAL(r.e.code, "folder.connect");
}

/* A killed process left them; one that another process is writing is locked. */
static void deletes_what_was_left_half_written(void)
{
    CU_ASSERT_FATAL(mkdir(out_path, 0700) == 0);
    rig_write(&r, "out/.abc.csv.tmp", "half");
    rig_write(&r, "out/.abc.txt.tmp", "another's");
    rig_write(&r, "out/.a b.csv.tmp", "another's");
    rig_write(&r, "out/abc.csv", "whole");
    int outbox = open(out_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int written = temp_file_open(outbox, ".now.csv.tmp", 0600);
    CU_ASSERT_FATAL(outbox >= 0 && written >= 0);
    open_outbox();
    CU_ASSERT_FALSE(rig_has(&r, "out/.abc.csv.tmp"));
    CU_ASSERT(rig_has(&r, "out/.abc.txt.tmp"));
    CU_ASSERT(rig_has(&r, "out/.a b.csv.tmp"));
    CU_ASSERT(rig_has(&r, "out/.now.csv.tmp"));
    CU_ASSERT(rig_has(&r, "out/abc.csv"));
    (void)close(written);
    (void)close(outbox);
}

/* stop() was called before: run() ends after its first look. */
static bool ran_one_look_without_files(void)
{
    struct rlimit before, none;
    CU_ASSERT_FATAL(getrlimit(RLIMIT_NOFILE, &before) == 0);
    none = before;
    none.rlim_cur = 3; /* all of these are open; poll() wants as many as it looks at */
    struct intake up = { .take = NULL };
    r.t->stop(r.state);
    (void)setrlimit(RLIMIT_NOFILE, &none);
    bool ran = r.t->run(r.state, up, &r.e);
    (void)setrlimit(RLIMIT_NOFILE, &before);
    return ran;
}

static void looks_again_when_the_system_was_out_of_files(void)
{
    open_inbox();
    rig_write(&r, "in/a.csv", "rows");
    CU_ASSERT(ran_one_look_without_files());
    CU_ASSERT_EQUAL(r.e.fate, ERR_NONE);
    CU_ASSERT(rig_has(&r, "in/a.csv"));
    r.t->close(r.state);
    CU_ASSERT_FATAL(rig_open(&r));
    rig_start(&r);
    rig_await(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(rig_read(&r, "in/done/a.csv"), "rows");
}

/* Root reads everything, so the thread looks at files as somebody else. */
static void *run_as_nobody(void *ctx)
{
    (void)ctx;
    (void)setfsuid(65534);
    r.ran_well = r.t->run(r.state, rig_intake(&r), &r.e);
    return NULL;
}

static void says_which_file_it_may_not_read_and_takes_the_others(void)
{
    open_inbox();
    rig_write(&r, "in/a.csv", "secret");
    rig_write(&r, "in/b.csv", "rows");
    CU_ASSERT_FATAL(chmod(r.scratch.dir, 0711) == 0 && chmod(in_path, 0777) == 0);
    CU_ASSERT_FATAL(chmod(rig_path(&r, "in/done"), 0777) == 0);
    CU_ASSERT_FATAL(chmod(rig_path(&r, "in/a.csv"), 0) == 0);
    CU_ASSERT_FATAL(chmod(rig_path(&r, "in/b.csv"), 0644) == 0);
    r.runs = pthread_create(&r.thread, NULL, run_as_nobody, NULL) == 0;
    rig_await_in_vain(&r, 2);
    CU_ASSERT_STRING_EQUAL(r.fetch_code, "folder.unreadable");
    rig_await(&r, 1);
    CU_ASSERT_STRING_EQUAL(r.names, "b.csv ");
    CU_ASSERT_FATAL(chmod(rig_path(&r, "in/a.csv"), 0644) == 0);
    rig_await(&r, 2);
    rig_await_fetched(&r, 1);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.fetch_code, "");
    CU_ASSERT_STRING_EQUAL(r.names, "b.csv a.csv ");
}

/* Puts a file into the inbox at once, with that mode. */
static void put_whole(const char *name, mode_t mode)
{
    char hidden[120], path[120];
    rig_write(&r, "in/.made", "rows");
    snprintf(hidden, sizeof hidden, "%s", rig_path(&r, "in/.made"));
    snprintf(path, sizeof path, "%s/%s", in_path, name);
    CU_ASSERT_FATAL(chmod(hidden, mode) == 0 && rename(hidden, path) == 0);
}

/* Sets up an inbox for run_as_nobody, in which a file that cannot be read is not soon tried
 * again. */
static void open_patient_inbox(void)
{
    rig_set(&r, "retry", "1h");
    rig_set(&r, "read", in_path);
    rig_set(&r, "settle", "0");
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_FATAL(chmod(r.scratch.dir, 0711) == 0 && chmod(in_path, 0777) == 0);
    CU_ASSERT_FATAL(chmod(rig_path(&r, "in/done"), 0777) == 0);
}

/* Where several cannot be read, one that went away is not what is told. */
static void tells_of_a_file_that_still_lies_there(void)
{
    open_patient_inbox();
    put_whole("bb.csv", 0);
    r.runs = pthread_create(&r.thread, NULL, run_as_nobody, NULL) == 0;
    rig_await_in_vain(&r, 1);
    put_whole("aa.csv", 0);
    put_whole("c1.csv", 0644);
    rig_await(&r, 1);
    CU_ASSERT_FATAL(unlink(rig_path(&r, "in/aa.csv")) == 0);
    put_whole("c2.csv", 0644);
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT_STRING_EQUAL(r.names, "c1.csv c2.csv ");
    CU_ASSERT_STRING_EQUAL(r.fetch_code, "folder.unreadable");
    CU_ASSERT_PTR_NOT_NULL(strstr(r.fetch_text, "'bb***v'"));
}

/* A look that does not try the file again, since its time has not come, ends no trouble. */
static void a_file_that_may_not_be_read_stays_told_between_its_tries(void)
{
    open_patient_inbox();
    put_whole("a.csv", 0);
    r.runs = pthread_create(&r.thread, NULL, run_as_nobody, NULL) == 0;
    rig_await_in_vain(&r, 1);
    put_whole("b.csv", 0644);
    rig_await(&r, 1);
    rig_await_in_vain(&r, 2);
    rig_stop(&r);
    CU_ASSERT_EQUAL(r.fetched, 0);
    CU_ASSERT_STRING_EQUAL(r.fetch_code, "folder.unreadable");
}

static void wants_at_least_one_folder(void)
{
    CU_ASSERT_FALSE(rig_open(&r));
    CU_ASSERT_STRING_EQUAL(r.e.code, "folder.option");
    r.e = (struct err){ .fate = ERR_NONE };
    rig_set(&r, "read", "/proc/nowhere/at/all");
    CU_ASSERT_FALSE(rig_open(&r));
    CU_ASSERT_STRING_EQUAL(r.e.code, "folder.open");
}

static void wants_the_folder_that_its_direction_needs(void)
{
    static const struct {
        const char *key;
        bool receives, sends;
    } rows[] = { { NULL, false, false }, { "read", true, false }, { "write", false, true } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_set(&r, "read", "");
        rig_set(&r, "write", "");
        if (rows[i].key)
            rig_set(&r, rows[i].key, "/somewhere");
        r.e = (struct err){ .fate = ERR_NONE };
        CU_ASSERT_EQUAL(r.t->check(r.state, true, &r.e), rows[i].receives);
        CU_ASSERT_EQUAL(r.t->check(r.state, false, &r.e), rows[i].sends);
        CU_ASSERT_STRING_EQUAL(r.e.code, "folder.option");
    }
}

/* A file is as old as its move. What was refused stays, and so does a folder. */
static void deletes_what_was_taken_long_ago_where_the_site_says_so(void)
{
    rig_set(&r, "done_age", "2h");
    open_inbox();
    rig_write(&r, "in/a.csv", "rows");
    rig_write(&r, "in/b.csv", "rows");
    const struct timespec long_ago[] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    CU_ASSERT_FATAL(utimensat(AT_FDCWD, rig_path(&r, "in/b.csv"), long_ago, 0) == 0);
    rig_start(&r);
    rig_await(&r, 2);
    rig_stop(&r);
    CU_ASSERT(((const struct folder *)r.state)->let_go_ns != 0); /* it has looked */
    CU_ASSERT_FATAL(mkdir(rig_path(&r, "in/done/kept"), 0700) == 0);
    rig_write(&r, "in/refused/c.csv", "rows");
    const int64_t now_ms = clock_wall_ms(), hour_ms = 3600000;
    CU_ASSERT_EQUAL(folder_let_go(r.state, now_ms + hour_ms), 0);
    CU_ASSERT(rig_has(&r, "in/done/a.csv") && rig_has(&r, "in/done/b.csv"));
    CU_ASSERT_EQUAL(folder_let_go(r.state, now_ms + 2 * hour_ms + 60000), 2);
    CU_ASSERT(!rig_has(&r, "in/done/a.csv") && !rig_has(&r, "in/done/b.csv"));
    CU_ASSERT(rig_has(&r, "in/done/kept") && rig_has(&r, "in/refused/c.csv"));
}

static void wants_no_age_below_an_hour(void)
{
    rig_set(&r, "read", in_path);
    rig_set(&r, "done_age", "59m");
    CU_ASSERT_FALSE(r.t->check(r.state, true, &r.e));
    CU_ASSERT_STRING_EQUAL(r.e.code, "folder.option");
    r.e = (struct err){ .fate = ERR_NONE };
    rig_set(&r, "done_age", "1h");
    CU_ASSERT(r.t->check(r.state, true, &r.e));
    rig_set(&r, "done_age", "0s");
    CU_ASSERT(r.t->check(r.state, true, &r.e));
}

static CU_TestInfo cases[] = {
    { "puts a kept file into done", puts_a_kept_file_into_done },
    { "sees a file that comes while it waits", sees_a_file_that_comes_while_it_waits },
    { "takes files in the order of their names", takes_files_in_the_order_of_their_names },
    { "leaves a file that somebody has open for writing",
      leaves_a_file_that_somebody_has_open_for_writing },
    { "puts back what grew and takes it whole", puts_back_what_grew_and_takes_it_whole },
    { "leaves names of what is not whole", leaves_names_of_what_is_not_whole },
    { "takes a name in any letters", takes_a_name_in_any_letters_and_what_its_pattern_asks_for },
    { "takes a name in the making where the pattern asks for it",
      takes_a_name_in_the_making_where_the_pattern_asks_for_it },
    { "makes the folders that are missing", makes_the_folders_that_are_missing },
    { "puts a refused file aside and says why", puts_a_refused_file_aside_and_says_why },
    { "leaves a file that cannot be kept and tries again",
      leaves_a_file_that_cannot_be_kept_and_tries_again },
    { "keeps both files of one name", keeps_both_files_of_one_name },
    { "passes over what is no file for it", passes_over_what_is_no_file_for_it },
    { "refuses a file that is too large, unread", refuses_a_file_that_is_too_large_unread },
    { "writes a whole file under its name", writes_a_whole_file_under_its_name },
    { "replaces the file of the same id", replaces_the_file_of_the_same_id },
    { "refuses a name that leaves the folder", refuses_a_name_that_leaves_the_folder },
    { "tries again when the outbox is gone", tries_again_when_the_outbox_is_gone },
    { "deletes what was left half written", deletes_what_was_left_half_written },
    { "looks again when the system was out of files",
      looks_again_when_the_system_was_out_of_files },
    { "deletes what was taken long ago where the site says so",
      deletes_what_was_taken_long_ago_where_the_site_says_so },
    { "wants no age below an hour", wants_no_age_below_an_hour },
    { "says which file it may not read, and takes the others",
      says_which_file_it_may_not_read_and_takes_the_others },
    { "tells of a file that still lies there", tells_of_a_file_that_still_lies_there },
    { "a file that may not be read stays told between its tries",
      a_file_that_may_not_be_read_stays_told_between_its_tries },
    { "wants at least one folder", wants_at_least_one_folder },
    { "wants the folder that its direction needs", wants_the_folder_that_its_direction_needs },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_folder = { "folder", NULL, NULL, fresh, done, cases };
