/* db.c - SQLite behind db.h, and a layer below it that writes a commit with one call.
 *
 * Every commit is synced (WAL with synchronous=FULL), because an answer to a partner promises that
 * the message is safe. The lock file stays on disk: removing it would race with the next opener. */
#include "host/db.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/arena.h"

#define BUSY_MS 5000

struct db {
    sqlite3 *sql;
    int lock; /* -1 of a reader */
    struct db_query *queries;
    struct db_query *begin, *commit; /* of a writer */
};

struct db_query {
    struct db *d;
    sqlite3_stmt *statement;
    struct db_query *next;
    int bind_result; /* the first failed binding, told by the next step */
};

/* A new file has pages of 4 KiB: most commits touch the ends of several small tables, and a page is
 * written as a whole. WAL holds 2,000 pages (8 MiB) before it is moved into the file, and is cut to
 * 16 MiB after a burst. cache_size counts KiB when negative. */
static const char writer_settings[] = "pragma page_size = 4096;"
                                      "pragma journal_mode = wal;"
                                      "pragma synchronous = full;"
                                      "pragma mmap_size = 0;"
                                      "pragma cache_size = -8192;"
                                      "pragma wal_autocheckpoint = 2000;"
                                      "pragma journal_size_limit = 16777216;"
                                      "pragma foreign_keys = on;"
                                      "pragma trusted_schema = off;"
                                      "pragma temp_store = memory;";
static const char reader_settings[] = "pragma mmap_size = 0;"
                                      "pragma cache_size = -2048;"
                                      "pragma query_only = on;"
                                      "pragma trusted_schema = off;"
                                      "pragma temp_store = memory;"
                                      "select count(*) from sqlite_schema;";

/* ---- the WAL, written in one piece ----
 *
 * SQLite writes a commit page by page, two system calls each. All of them append to the WAL and
 * none counts before the sync that ends it, so a writer's are gathered here and written with one
 * call: when SQLite syncs, or looks at the file in any other way. A layer between SQLite and its
 * own file system (sqlite.org/vfs.html); every other file passes through untouched. */

/* its own file system takes less than 128 KiB at once */
#define GATHER_BYTES ((size_t)120 * 1024)
#define GATHERING "concordat-gathering"

struct wal_file {
    sqlite3_file face; /* first: what SQLite sees */
    sqlite3_file *real;
    uint8_t *gathered;
    size_t n;
    sqlite3_int64 at; /* of the first gathered byte */
    bool is_synced;   /* nothing was written since the last sync */
};

static struct wal_file *wal_of(sqlite3_file *f)
{
    return (struct wal_file *)(void *)f;
}

static int wal_flush(struct wal_file *w)
{
    size_t n = w->n;
    w->n = 0; /* also when it fails: then the commit fails, and the next one overwrites its pages */
    return n ? w->real->pMethods->xWrite(w->real, w->gathered, (int)n, w->at) : SQLITE_OK;
}

static int wal_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    struct wal_file *w = wal_of(f);
    size_t size = (size_t)n;
    w->is_synced = false;
    bool follows = at == w->at + (sqlite3_int64)w->n && size <= GATHER_BYTES - w->n;
    int result = follows ? SQLITE_OK : wal_flush(w);
    if (result != SQLITE_OK)
        return result;
    if (!w->gathered)
        w->gathered = mem_alloc(GATHER_BYTES);
    if (!w->gathered || size > GATHER_BYTES)
        return w->real->pMethods->xWrite(w->real, bytes, n, at);
    if (w->n == 0)
        w->at = at;
    memcpy(w->gathered + w->n, bytes, size);
    w->n += size;
    return SQLITE_OK;
}

static int wal_read(sqlite3_file *f, void *bytes, int n, sqlite3_int64 at)
{
    struct wal_file *w = wal_of(f);
    int result = wal_flush(w);
    return result == SQLITE_OK ? w->real->pMethods->xRead(w->real, bytes, n, at) : result;
}

static int wal_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct wal_file *w = wal_of(f);
    int result = wal_flush(w);
    w->is_synced = false;
    return result == SQLITE_OK ? w->real->pMethods->xTruncate(w->real, size) : result;
}

/* A checkpoint begins with a sync of what the last commit has synced. */
static int wal_sync(sqlite3_file *f, int flags)
{
    struct wal_file *w = wal_of(f);
    int result = wal_flush(w);
    if (result != SQLITE_OK || w->is_synced)
        return result;
    result = w->real->pMethods->xSync(w->real, flags);
    w->is_synced = result == SQLITE_OK;
    return result;
}

static int wal_size(sqlite3_file *f, sqlite3_int64 *out)
{
    struct wal_file *w = wal_of(f);
    int result = wal_flush(w);
    return result == SQLITE_OK ? w->real->pMethods->xFileSize(w->real, out) : result;
}

static int wal_close(sqlite3_file *f)
{
    struct wal_file *w = wal_of(f);
    int result = wal_flush(w), closed = w->real->pMethods->xClose(w->real);
    mem_free(w->gathered);
    w->gathered = NULL;
    return result == SQLITE_OK ? closed : result;
}

/* Locks are taken on the database file, never on its WAL. */
static int wal_lock(sqlite3_file *f, int kind)
{
    (void)f;
    (void)kind;
    return SQLITE_OK;
}

static int wal_is_reserved(sqlite3_file *f, int *out)
{
    (void)f;
    *out = 0;
    return SQLITE_OK;
}

static int wal_control(sqlite3_file *f, int op, void *arg)
{
    struct wal_file *w = wal_of(f);
    return w->real->pMethods->xFileControl(w->real, op, arg);
}

static int wal_sector_size(sqlite3_file *f)
{
    struct wal_file *w = wal_of(f);
    return w->real->pMethods->xSectorSize(w->real);
}

static int wal_characteristics(sqlite3_file *f)
{
    struct wal_file *w = wal_of(f);
    return w->real->pMethods->xDeviceCharacteristics(w->real);
}

static const sqlite3_io_methods wal_methods = {
    .iVersion = 1,
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xLock = wal_lock,
    .xUnlock = wal_lock,
    .xCheckReservedLock = wal_is_reserved,
    .xFileControl = wal_control,
    .xSectorSize = wal_sector_size,
    .xDeviceCharacteristics = wal_characteristics,
};

static int open_file(sqlite3_vfs *layer, const char *path, sqlite3_file *f, int flags, int *out)
{
    sqlite3_vfs *real = layer->pAppData;
    if (!(flags & SQLITE_OPEN_WAL))
        return real->xOpen(real, path, f, flags, out);
    struct wal_file *w = wal_of(f);
    *w = (struct wal_file){ .real = (sqlite3_file *)(void *)(w + 1) };
    int result = real->xOpen(real, path, w->real, flags, out);
    w->face.pMethods = w->real->pMethods ? &wal_methods : NULL;
    return result;
}

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

/* SQLite counts its memory under one lock for all connections: a feed's turn would wait for the
 * bus. It keeps the pointer to the layer, whose every part but the opening of a WAL is its own. */
static void set_library(void)
{
    static sqlite3_vfs layer;
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* before its first use */
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    layer = *real;
    layer.zName = GATHERING;
    layer.pAppData = real;
    layer.xOpen = open_file;
    layer.szOsFile += (int)sizeof(struct wal_file);
    sqlite3_vfs_register(&layer, 0);
}

/* ---- errors ---- */

/* A write that the disk does not take is waited out whatever its errno: a quota, a file at its
 * largest size, a device that comes back. SQLite rolled back and took nothing; a failed fsync stays
 * fatal. */
static bool is_disk_full(int result)
{
    return (result & 0xff) == SQLITE_FULL || result == SQLITE_IOERR_WRITE ||
           result == SQLITE_IOERR_SHMSIZE || result == SQLITE_IOERR_TRUNCATE;
}

/* The library's own sentence names tables and columns, never values. */
static bool db_refuse(const struct db *d, int result, struct err *e)
{
    if (is_disk_full(result))
        return err_set(e, ERR_RETRY, "db.full", 0,
                       "the disk of the state folder is full, or takes no write");
    if ((result & 0xff) == SQLITE_CANTOPEN && err_is_shortage(sqlite3_system_errno(d->sql)))
        return err_set(e, ERR_RETRY, "db.files", 0,
                       "the program has no open files left for its database");
    switch (result & 0xff) {
    case SQLITE_NOMEM:
        return err_memory(e);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, ERR_RETRY, "db.busy", 0, "another process keeps the database locked");
    default:
        return err_set(e, ERR_FATAL, "db.sql", (size_t)result, "cannot use the database: %s",
                       sqlite3_errmsg(d->sql));
    }
}

/* ---- opening ---- */

static bool take_lock(struct db *d, const char *path, struct err *e)
{
    char name[4096];
    if ((size_t)snprintf(name, sizeof name, "%s.lock", path) >= sizeof name)
        return err_set(e, ERR_FATAL, "db.open", 0,
                       "the path of a database in the state folder is too long");
    d->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (d->lock < 0)
        return err_errno(e, ERR_FATAL, "db.open", errno, "cannot open lock file", name);
    if (flock(d->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK)
        return err_errno(e, ERR_FATAL, "db.open", errno, "cannot lock", name);
    return err_set(e, ERR_FATAL, "db.locked", 0, "another process uses '%s': a part runs once",
                   path);
}

/* SQLite would make the file readable for all; its WAL takes the mode of the file. */
static bool make_private(const char *path, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "db.open", errno, "cannot open", path);
    close(fd);
    return true;
}

static bool connect_file(struct db *d, const char *path, int flags, const char *layer,
                         struct err *e)
{
    pthread_once(&library_once, set_library);
    int result = sqlite3_open_v2(path, &d->sql, flags | SQLITE_OPEN_NOMUTEX, layer);
    if (result != SQLITE_OK)
        return err_set(e, ERR_FATAL, "db.open", 0, "cannot open '%s': %s", path,
                       sqlite3_errstr(result));
    sqlite3_extended_result_codes(d->sql, 1);
    sqlite3_busy_timeout(d->sql, BUSY_MS);
    return true;
}

/* A failure here counts as one of opening, unless the disk is full or another process holds the
 * file. */
static bool run_settings(struct db *d, const char *path, const char *settings, struct err *e)
{
    int result = sqlite3_exec(d->sql, settings, NULL, NULL, NULL);
    if (result == SQLITE_OK)
        return true;
    if (is_disk_full(result) || (result & 0xff) == SQLITE_BUSY)
        return db_refuse(d, result, e);
    return err_set(e, ERR_FATAL, "db.open", (size_t)result, "cannot open '%s': %s", path,
                   sqlite3_errmsg(d->sql));
}

static struct db *new_db(void)
{
    struct db *d = mem_alloc(sizeof *d);
    if (d)
        d->lock = -1;
    return d;
}

bool db_open(const char *path, const char *schema, struct db **out, struct err *e)
{
    struct db *d = new_db();
    if (!d)
        return err_memory(e);
    bool good = take_lock(d, path, e);
    good = good && make_private(path, e);
    good = good && connect_file(d, path, SQLITE_OPEN_READWRITE, GATHERING, e);
    good = good && run_settings(d, path, writer_settings, e);
    good = good && db_run(d, schema, e);
    good = good && db_prepare(d, "begin immediate", &d->begin, e);
    good = good && db_prepare(d, "commit", &d->commit, e);
    if (!good) {
        db_close(&d);
        return false;
    }
    *out = d;
    return true;
}

bool db_open_reader(const char *path, struct db **out, struct err *e)
{
    struct db *d = new_db();
    if (!d)
        return err_memory(e);
    if (connect_file(d, path, SQLITE_OPEN_READONLY, NULL, e) &&
        run_settings(d, path, reader_settings, e)) {
        *out = d;
        return true;
    }
    db_close(&d);
    return false;
}

void db_close(struct db **d)
{
    struct db *old = *d;
    if (!old)
        return;
    *d = NULL;
    for (struct db_query *q = old->queries; q;) {
        struct db_query *next = q->next;
        sqlite3_finalize(q->statement);
        mem_free(q);
        q = next;
    }
    sqlite3_close(old->sql);
    if (old->lock >= 0)
        close(old->lock);
    mem_free(old);
}

/* ---- statements ---- */

bool db_run(struct db *d, const char *sql, struct err *e)
{
    int result = sqlite3_exec(d->sql, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? true : db_refuse(d, result, e);
}

bool db_begin(struct db *d, struct err *e)
{
    return db_do(d->begin, e);
}

bool db_commit(struct db *d, struct err *e)
{
    if (db_do(d->commit, e))
        return true;
    db_rollback(d);
    return false;
}

/* SQLite rolls back by itself after some errors; a second one would be an error of its own. */
void db_rollback(struct db *d)
{
    if (!sqlite3_get_autocommit(d->sql))
        sqlite3_exec(d->sql, "rollback", NULL, NULL, NULL);
}

bool db_prepare(struct db *d, const char *sql, struct db_query **out, struct err *e)
{
    struct db_query *q = mem_alloc(sizeof *q);
    if (!q)
        return err_memory(e);
    int result =
        sqlite3_prepare_v3(d->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->statement, NULL);
    if (result != SQLITE_OK) {
        mem_free(q);
        return db_refuse(d, result, e);
    }
    q->d = d;
    q->next = d->queries;
    d->queries = q;
    *out = q;
    return true;
}

static void query_note(struct db_query *q, int result)
{
    if (q->bind_result == SQLITE_OK)
        q->bind_result = result;
}

/* A NULL pointer would bind NULL. */
static const void *never_null(struct slice s)
{
    return s.n ? (const void *)s.p : "";
}

void db_bind_int(struct db_query *q, int n, int64_t value)
{
    query_note(q, sqlite3_bind_int64(q->statement, n, value));
}

void db_bind_blob(struct db_query *q, int n, struct slice value)
{
    query_note(q, sqlite3_bind_blob64(q->statement, n, never_null(value), value.n, SQLITE_STATIC));
}

void db_bind_text(struct db_query *q, int n, struct slice value)
{
    query_note(q, sqlite3_bind_text64(q->statement, n, never_null(value), value.n, SQLITE_STATIC,
                                      SQLITE_UTF8));
}

/* Also forgets the bindings, so that no statement keeps a pointer to what has ended. */
void db_reset(struct db_query *q)
{
    sqlite3_reset(q->statement);
    sqlite3_clear_bindings(q->statement);
    q->bind_result = SQLITE_OK;
}

bool db_step(struct db_query *q, bool *row, struct err *e)
{
    *row = false;
    int result = q->bind_result;
    if (result == SQLITE_OK)
        result = sqlite3_step(q->statement);
    if (result == SQLITE_ROW) {
        *row = true;
        return true;
    }
    bool good = result == SQLITE_DONE ? true : db_refuse(q->d, result, e);
    db_reset(q);
    return good;
}

bool db_do(struct db_query *q, struct err *e)
{
    bool row = false;
    bool good = db_step(q, &row, e);
    if (row)
        db_reset(q);
    return good;
}

bool db_first_int(struct db_query *q, int64_t *out, struct err *e)
{
    bool row = false;
    *out = 0;
    if (!db_step(q, &row, e))
        return false;
    if (row) {
        *out = db_int(q, 0);
        db_reset(q);
    }
    return true;
}

int64_t db_int(struct db_query *q, int column)
{
    return sqlite3_column_int64(q->statement, column);
}

struct slice db_blob(struct db_query *q, int column)
{
    const void *p = sqlite3_column_blob(q->statement, column);
    return slice_of(p, (size_t)sqlite3_column_bytes(q->statement, column));
}

bool db_is_null(struct db_query *q, int column)
{
    return sqlite3_column_type(q->statement, column) == SQLITE_NULL;
}

int64_t db_changes(struct db *d)
{
    return sqlite3_changes64(d->sql);
}

bool db_has_table(struct db *d, const char *table, bool *has, struct err *e)
{
    struct db_query *q = NULL;
    if (!db_prepare(d, "select 1 from sqlite_schema where name = ?1", &q, e))
        return false;
    db_bind_text(q, 1, slice_text(table));
    if (!db_step(q, has, e))
        return false;
    if (*has)
        db_reset(q);
    return true;
}
