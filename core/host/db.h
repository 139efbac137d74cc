/* db.h - SQLite, wrapped: one connection a file and writer, synchronous=FULL, WAL.
 *
 * A connection is used by one thread at a time (the caller's mutex). mmap is off; never a second
 * writing connection to one file: SQLite before 3.51.3 can damage it when two of them write or
 * checkpoint at once (its WAL-reset bug). db_open takes a lock file "<path>.lock" (flock), and
 * refuses with db.locked when another process holds it. Errors: db.open, db.locked, db.sql
 * (ERR_FATAL), db.full (ERR_RETRY: the disk is full or takes no write), db.busy. */
#ifndef CONCORDAT_HOST_DB_H
#define CONCORDAT_HOST_DB_H

#include "base/err.h"
#include "base/slice.h"

struct db;
struct db_query;

/* Opens for writing, creates if needed, runs schema (SQL text, idempotent). */
MUST_CHECK bool db_open(const char *path, const char *schema, struct db **out, struct err *e);
/* Opens read-only beside a writer. Keep transactions short: 1,000 rows. db.open when absent. */
MUST_CHECK bool db_open_reader(const char *path, struct db **out, struct err *e);
void db_close(struct db **d);

/* Statements without results: begin immediate, commit, rollback, pragma. */
MUST_CHECK bool db_run(struct db *d, const char *sql, struct err *e);
MUST_CHECK bool db_begin(struct db *d, struct err *e);
MUST_CHECK bool db_commit(struct db *d, struct err *e); /* on failure it has rolled back */
void db_rollback(struct db *d);

/* A statement compiled once and used many times. Owned by d, closed with it. */
MUST_CHECK bool db_prepare(struct db *d, const char *sql, struct db_query **out, struct err *e);
/* Bindings count from 1 and borrow until the next db_reset. An empty slice binds an empty
 * blob/text. */
void db_bind_int(struct db_query *q, int n, int64_t value);
void db_bind_blob(struct db_query *q, int n, struct slice value);
void db_bind_text(struct db_query *q, int n, struct slice value);
/* *row tells whether a row is there. After the last row, or an error, the statement is reset. */
MUST_CHECK bool db_step(struct db_query *q, bool *row, struct err *e);
/* Runs a query and resets it. *out is the first column of its first row; 0 where it has no row. */
MUST_CHECK bool db_first_int(struct db_query *q, int64_t *out, struct err *e);
/* Runs a statement that returns no rows, then resets it. */
MUST_CHECK bool db_do(struct db_query *q, struct err *e);
/* Columns count from 0; slices live until the next step or reset. */
int64_t db_int(struct db_query *q, int column);
struct slice db_blob(struct db_query *q, int column);
bool db_is_null(struct db_query *q, int column);
void db_reset(struct db_query *q);
/* Whether the file has that table: one of an older program may lack some. */
MUST_CHECK bool db_has_table(struct db *d, const char *table, bool *has, struct err *e);
int64_t db_changes(struct db *d);

#endif
