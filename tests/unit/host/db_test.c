/* db_test.c - one writer, readers beside it, bindings, and what a full disk says. */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "host/db.h"
#include "scratch.h"

static const char schema[] =
    "create table if not exists t (id integer primary key, b blob, x text unique) strict;";

static struct scratch scratch;
static struct err e;
static struct db *d;

static void fresh(void)
{
    err_clear(&e);
    d = NULL;
    scratch_make(&scratch);
    if (!db_open(scratch_path(&scratch, "t.db"), schema, &d, &e))
        abort();
}

static void done(void)
{
    db_close(&d);
    scratch_remove(&scratch);
}

static int64_t number(struct db *from, const char *sql)
{
    struct db_query *q = NULL;
    bool row = false;
    int64_t n = -1;
    if (db_prepare(from, sql, &q, &e) && db_step(q, &row, &e) && row) {
        n = db_int(q, 0);
        db_reset(q);
    }
    return n;
}

static void returns_what_was_bound(void)
{
    struct db_query *put = NULL, *get = NULL;
    bool row = false;
    CU_ASSERT_TRUE_FATAL(db_prepare(d, "insert into t values (?, ?, ?)", &put, &e));
    CU_ASSERT_TRUE_FATAL(db_prepare(d, "select id, b, x from t", &get, &e));
    db_bind_int(put, 1, INT64_MIN);
    db_bind_blob(put, 2, SLICE("a\0b"));
    db_bind_text(put, 3, SLICE("\xc3\xa9"));
    CU_ASSERT_TRUE(db_do(put, &e));
    CU_ASSERT_EQUAL(db_changes(d), 1);
    CU_ASSERT_TRUE(db_step(get, &row, &e));
    CU_ASSERT_TRUE_FATAL(row);
    CU_ASSERT_EQUAL(db_int(get, 0), INT64_MIN);
    CU_ASSERT_TRUE(slice_equal(db_blob(get, 1), SLICE("a\0b")));
    CU_ASSERT_TRUE(slice_equal(db_blob(get, 2), SLICE("\xc3\xa9")));
    CU_ASSERT_TRUE(db_step(get, &row, &e));
    CU_ASSERT_FALSE(row);
    CU_ASSERT_TRUE(db_step(get, &row, &e)); /* it was reset: it runs again */
    CU_ASSERT_TRUE(row);
    db_reset(get);
}

static void tells_the_empty_from_the_absent(void)
{
    struct db_query *put = NULL;
    CU_ASSERT_TRUE_FATAL(db_prepare(d, "insert into t values (?, ?, ?)", &put, &e));
    db_bind_int(put, 1, 1);
    db_bind_blob(put, 2, (struct slice){ NULL, 0 });
    db_bind_text(put, 3, (struct slice){ NULL, 0 });
    CU_ASSERT_TRUE(db_do(put, &e));
    db_bind_int(put, 1, 2);
    CU_ASSERT_TRUE(db_do(put, &e)); /* 2 and 3 were forgotten by the reset */
    CU_ASSERT_EQUAL(number(d, "select count(*) from t where b = x'' and x = ''"), 1);
    CU_ASSERT_EQUAL(number(d, "select count(*) from t where b is null and x is null"), 1);
}

static void says_when_a_column_is_null(void)
{
    struct db_query *q = NULL;
    bool row = false;
    CU_ASSERT_TRUE_FATAL(db_prepare(d, "select null, 7, x''", &q, &e));
    CU_ASSERT_TRUE(db_step(q, &row, &e));
    CU_ASSERT_TRUE(db_is_null(q, 0));
    CU_ASSERT_FALSE(db_is_null(q, 1));
    CU_ASSERT_FALSE(db_is_null(q, 2));
    CU_ASSERT_EQUAL(db_blob(q, 2).n, 0);
    db_reset(q);
}

static void refuses_a_binding_that_does_not_exist(void)
{
    struct db_query *q = NULL;
    CU_ASSERT_TRUE_FATAL(db_prepare(d, "insert into t values (?, null, null)", &q, &e));
    db_bind_int(q, 2, 1);
    CU_ASSERT_FALSE(db_do(q, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "db.sql");
    CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
    CU_ASSERT_EQUAL(number(d, "select count(*) from t"), 0);
    err_clear(&e);
    db_bind_int(q, 1, 1);
    CU_ASSERT_TRUE(db_do(q, &e));
}

static void refuses_sql_that_is_wrong(void)
{
    struct db_query *q = NULL;
    CU_ASSERT_FALSE(db_prepare(d, "select nothing from nowhere", &q, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "db.sql");
    err_clear(&e);
    CU_ASSERT_TRUE(db_run(d, "insert into t values (1, null, 'x')", &e));
    CU_ASSERT_FALSE(db_run(d, "insert into t values (2, null, 'x')", &e));
    CU_ASSERT_STRING_EQUAL(e.code, "db.sql");
}

static void keeps_what_was_committed_only(void)
{
    CU_ASSERT_TRUE(db_begin(d, &e));
    CU_ASSERT_TRUE(db_run(d, "insert into t values (1, null, null)", &e));
    CU_ASSERT_TRUE(db_commit(d, &e));
    CU_ASSERT_TRUE(db_begin(d, &e));
    CU_ASSERT_TRUE(db_run(d, "insert into t values (2, null, null)", &e));
    db_rollback(d);
    db_rollback(d);
    CU_ASSERT_EQUAL(number(d, "select sum(id) from t"), 1);
    CU_ASSERT_FALSE(db_commit(d, &e)); /* there is none */
    db_close(&d);
    err_clear(&e);
    CU_ASSERT_TRUE_FATAL(db_open(scratch_path(&scratch, "t.db"), schema, &d, &e));
    CU_ASSERT_EQUAL(number(d, "select sum(id) from t"), 1);
}

static void syncs_every_commit_and_caps_its_cache(void)
{
    struct db_query *q = NULL;
    bool row = false;
    CU_ASSERT_EQUAL(number(d, "pragma synchronous"), 2);
    CU_ASSERT_EQUAL(number(d, "pragma cache_size"), -8192);
    CU_ASSERT_TRUE_FATAL(db_prepare(d, "pragma journal_mode", &q, &e));
    CU_ASSERT_TRUE(db_step(q, &row, &e));
    CU_ASSERT_TRUE(slice_equal(db_blob(q, 0), SLICE("wal")));
    db_reset(q);
}

static void makes_files_that_others_cannot_read(void)
{
    static const char *const names[] = { "t.db", "t.db-wal", "t.db.lock" };
    struct stat st;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CU_ASSERT_EQUAL(stat(scratch_path(&scratch, names[i]), &st), 0);
        CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
    }
}

/* 0: db.locked, as it should be. */
static int open_in_child(void)
{
    struct db *second = NULL;
    struct err why = { .fate = ERR_NONE };
    if (db_open(scratch_path(&scratch, "t.db"), schema, &second, &why))
        return 1;
    return strcmp(why.code, "db.locked") == 0 && why.fate == ERR_FATAL ? 0 : 2;
}

static void refuses_a_second_writer_in_another_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(open_in_child());
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void refuses_a_second_writer_in_this_process(void)
{
    CU_ASSERT_EQUAL(open_in_child(), 0);
    db_close(&d);
    CU_ASSERT_TRUE(db_open(scratch_path(&scratch, "t.db"), schema, &d, &e));
}

/* Rows i, i + 1 .. of 10,000 bytes each, in the open transaction. */
static bool put_rows(int i, int n)
{
    static uint8_t bytes[10000];
    struct db_query *q = NULL;
    bool ok = db_prepare(d, "insert into t (id, b) values (?, ?)", &q, &e);
    memset(bytes, 'b', sizeof bytes);
    for (; ok && n > 0; n--, i++) {
        db_bind_int(q, 1, i);
        db_bind_blob(q, 2, slice_of(bytes, sizeof bytes));
        ok = db_do(q, &e);
    }
    return ok;
}

#define ALL_BYTES "select sum(length(b)) from t"

/* Larger than what is gathered, than the page cache, and than the WAL before it is moved. */
static void commits_and_rolls_back_of_any_size(void)
{
    struct db *reader = NULL;
    CU_ASSERT_TRUE_FATAL(db_open_reader(scratch_path(&scratch, "t.db"), &reader, &e));
    for (int n = 1; n <= 2000; n += 333) {
        CU_ASSERT_TRUE(db_begin(d, &e) && put_rows(n * 10000, n));
        CU_ASSERT_EQUAL(number(d, ALL_BYTES), n * 10000);
        CU_ASSERT_EQUAL(number(reader, "select count(*) from t"), 0);
        db_rollback(d);
        CU_ASSERT_EQUAL(number(d, "select count(*) from t"), 0);
        CU_ASSERT_TRUE(db_begin(d, &e) && put_rows(n * 10000, n) && db_commit(d, &e));
        CU_ASSERT_EQUAL(number(reader, ALL_BYTES), n * 10000);
        CU_ASSERT_EQUAL(number(reader, "select count(*) from t"), n);
        CU_ASSERT_TRUE(db_run(d, "delete from t", &e));
    }
    db_close(&reader);
}

/* What was committed is in the file, not in the memory of the writer. */
static void keeps_the_commits_of_a_writer_that_dies(void)
{
    db_close(&d);
    pid_t child = fork();
    if (child == 0) {
        bool ok = db_open(scratch_path(&scratch, "t.db"), schema, &d, &e);
        for (int i = 0; ok && i < 100; i += 10)
            ok = db_begin(d, &e) && put_rows(i, 10) && db_commit(d, &e);
        ok = ok && db_begin(d, &e) && put_rows(1000, 50);
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT_TRUE_FATAL(db_open(scratch_path(&scratch, "t.db"), schema, &d, &e));
    CU_ASSERT_EQUAL(number(d, ALL_BYTES), 100 * 10000);
    CU_ASSERT_EQUAL(number(d, "select count(*) from pragma_integrity_check"), 1);
}

static void lets_readers_read_beside_the_writer(void)
{
    struct db *reader = NULL;
    CU_ASSERT_TRUE(db_run(d, "insert into t values (5, null, null)", &e));
    CU_ASSERT_TRUE_FATAL(db_open_reader(scratch_path(&scratch, "t.db"), &reader, &e));
    CU_ASSERT_TRUE(db_begin(d, &e));
    CU_ASSERT_TRUE(db_run(d, "insert into t values (6, null, null)", &e));
    CU_ASSERT_EQUAL(number(reader, "select count(*) from t"), 1);
    CU_ASSERT_TRUE(db_commit(d, &e));
    CU_ASSERT_EQUAL(number(reader, "select count(*) from t"), 2);
    CU_ASSERT_FALSE(db_run(reader, "delete from t", &e));
    db_close(&reader);
    db_close(&reader);
}

static void says_db_open_for_what_is_no_database(void)
{
    struct db *reader = NULL;
    CU_ASSERT_FALSE(db_open_reader(scratch_path(&scratch, "absent"), &reader, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "db.open");
    err_clear(&e);
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    scratch_write(&scratch, "junk", junk, sizeof junk, 0600);
    CU_ASSERT_FALSE(db_open(scratch.path, schema, &reader, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "db.open");
    CU_ASSERT_PTR_NULL(reader);
}

/* A cap on pages stands for a disk that is full: SQLite gives the same answer. */
static void asks_to_retry_when_the_disk_is_full(void)
{
    struct db_query *q = NULL;
    CU_ASSERT_TRUE_FATAL(db_run(d, "pragma max_page_count = 10", &e));
    CU_ASSERT_TRUE_FATAL(db_prepare(d, "insert into t (b) values (zeroblob(1000000))", &q, &e));
    CU_ASSERT_TRUE(db_begin(d, &e));
    CU_ASSERT_FALSE(db_do(q, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "db.full");
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    db_rollback(d);
    CU_ASSERT_EQUAL(number(d, "select count(*) from t"), 0);
}

/* What a quota or a limit on files says; the errno alone is not to be trusted after the
 * rollback. */
static void asks_to_retry_when_a_file_cannot_grow(void)
{
    struct rlimit before, tight = { .rlim_cur = 4096 };
    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight.rlim_max = before.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    (void)setrlimit(RLIMIT_FSIZE, &tight);
    bool is_run = db_run(d, "insert into t (b) values (zeroblob(100000))", &e);
    (void)setrlimit(RLIMIT_FSIZE, &before);
    (void)signal(SIGXFSZ, handler);
    CU_ASSERT_FALSE(is_run);
    CU_ASSERT_STRING_EQUAL(e.code, "db.full");
    err_clear(&e);
    CU_ASSERT_TRUE(db_run(d, "insert into t (b) values (zeroblob(100000))", &e));
    CU_ASSERT_EQUAL(number(d, "select count(*) from t"), 1);
}

static CU_TestInfo cases[] = {
    { "returns what was bound", returns_what_was_bound },
    { "tells the empty from the absent", tells_the_empty_from_the_absent },
    { "commits and rolls back of any size", commits_and_rolls_back_of_any_size },
    { "keeps the commits of a writer that dies", keeps_the_commits_of_a_writer_that_dies },
    { "says when a column is null", says_when_a_column_is_null },
    { "refuses a binding that does not exist", refuses_a_binding_that_does_not_exist },
    { "refuses SQL that is wrong", refuses_sql_that_is_wrong },
    { "keeps what was committed only", keeps_what_was_committed_only },
    { "syncs every commit and caps its cache", syncs_every_commit_and_caps_its_cache },
    { "makes files that others cannot read", makes_files_that_others_cannot_read },
    { "refuses a second writer in another process", refuses_a_second_writer_in_another_process },
    { "refuses a second writer in this process", refuses_a_second_writer_in_this_process },
    { "lets readers read beside the writer", lets_readers_read_beside_the_writer },
    { "says db.open for what is no database", says_db_open_for_what_is_no_database },
    { "asks to retry when the disk is full", asks_to_retry_when_the_disk_is_full },
    { "asks to retry when a file cannot grow", asks_to_retry_when_a_file_cannot_grow },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_db = { "db", NULL, NULL, fresh, done, cases };
