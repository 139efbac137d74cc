/* spool.c - the feed's file: tables, turns, waiting messages, quarantine and sums. */
#include "intake/spool/spool.h"

#include "host/crypto.h"
#include "intake/spool/doubts.h"
#include "intake/spool/quarantine.h"
#include "intake/spool/told_aside.h"
#include "intake/spool/words.h"
#include "intake/spool/snapshot.h"

/* Waiting messages are appended and deleted by range, answers by age; recent and known are
 * recall.c's. */
static const char schema[] =
    "create table if not exists message (n integer primary key, messages integer not null,"
    " raw blob not null, records blob not null);"
    "create table if not exists recent (n integer primary key, entries blob not null);"
    "create table if not exists known (key blob primary key, value blob not null) without rowid;"
    "create table if not exists answer (n integer primary key, at integer not null,"
    " entries blob not null);"
    "create table if not exists link (local blob primary key,"
    " subject blob not null, route integer not null, reference_of text not null,"
    " own integer not null) without rowid;" QUARANTINE_SCHEMA WORDS_SCHEMA
    "create table if not exists sent (n integer primary key, at integer not null,"
    " bytes integer not null, dropped integer not null default 0, ends blob not null);"
    "create table if not exists gap (first integer primary key, last integer not null,"
    " at integer not null);"
    "create table if not exists tally (what text not null, name text not null,"
    " n integer not null, primary key (what, name)) without rowid;" SNAPSHOT_SCHEMA
    "create table if not exists cursor (one integer primary key check (one = 1), bytes blob not "
    "null);"
    "create table if not exists fetch (one integer primary key check (one = 1), since integer not "
    "null, tries integer not null, again integer not null, code text not null);"
    "create table if not exists total (one integer primary key check (one = 1), taken, published,"
    " unchanged, duplicates, not_carried, quarantined, refused_environment, refused_later, events,"
    " lost_ids, feed_seq);"
    "insert or ignore into total values (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
    "0);" QUARANTINE_SCHEMA_LATER WORDS_SCHEMA_LATER LINES_SCHEMA DOUBTS_SCHEMA TOLD_ASIDE_SCHEMA;

/* A checkpoint moves its pages into the file while a turn waits: at 16 MiB it comes once in some
 * hundred turns, so that it stays out of the 99th percentile. */
static const char tuning[] = "pragma wal_autocheckpoint = 4096;"
                             "pragma journal_size_limit = 33554432;"
                             "pragma cache_size = -6144;";

#define TALLY_NAME_MAX 48
#define TALLY_NAMES_MAX 1000
#define GATHERED_MAX ((size_t)256 * 1024 * 1024)
#define GATHERED_KEPT ((size_t)1024 * 1024)

static const char *const texts[SPOOL_QUERY_COUNT] = {
    [SPOOL_MESSAGES] = "insert into message values (?1, ?2, ?3, ?4)",
    [SPOOL_ANSWERS] = "insert into answer values (?1, ?2, ?3)",
    [SPOOL_ANSWER_ONE] = "select at, entries from answer where n = ?1",
    [SPOOL_OLDEST_ANSWERS] = "select n, at, entries from answer order by n limit 1",
    [SPOOL_DROP_ANSWERS] = "delete from answer where n = ?1",
    [SPOOL_LINK_GET] = "select subject, route, reference_of, own from link where local = ?1",
    [SPOOL_LINK_PUT] = "insert or replace into link values (?1, ?2, ?3, ?4, ?5)",
    [SPOOL_TALLY] = "insert into tally values (?1, ?2, 1)"
                    " on conflict (what, name) do update set n = n + 1",
    [SPOOL_TALLY_ADD] = "update tally set n = n + 1 where what = ?1 and name = ?2",
    [SPOOL_TALLY_COUNT] = "select count(*) from tally",
    [SPOOL_TOTALS] = "update total set taken = ?1, published = ?2, unchanged = ?3, duplicates = ?4,"
                     " not_carried = ?5, quarantined = ?6, refused_environment = ?7,"
                     " refused_later = ?8, events = ?9, lost_ids = ?10, feed_seq = ?11",
    [SPOOL_BATCH] = "select n, records, length(raw) from message where n > ?1 order by n limit ?2",
    [SPOOL_FORGET] = "delete from message where n <= ?1",
    [SPOOL_SENT] = "insert or replace into sent values (?1, ?2, ?3, 0, ?4)",
    [SPOOL_SENT_BEFORE] = "select n, ends from sent where n < ?1 order by n desc limit 1",
    [SPOOL_SENT_OLDEST] = "select n, at, bytes from sent where n > ?1 order by n limit 1",
    [SPOOL_SENT_DROP] = "update sent set dropped = 1 where n = ?1",
    [SPOOL_SENT_DELETE] = "delete from sent where n = ?1",
    [SPOOL_SENT_AGED] = "delete from sent where n = (select min(n) from sent) and at < ?1",
    [SPOOL_SENT_CUT] = "delete from sent where n > ?1",
    [SPOOL_GAP] = "insert or replace into gap values (?1, ?2, ?3)",
    [SPOOL_CURSOR] = "insert or replace into cursor values (1, ?1)",
    [SPOOL_DOUBT_PUT] = "insert into doubt values (?1)",
    [SPOOL_DOUBT_FIRST] = "select n from doubt order by n limit 1",
    [SPOOL_DOUBT_ROW] = "select records, length(raw) from message where n = ?1",
    [SPOOL_DOUBT_SETTLE] = "update message set records = ?2, messages = messages + ?3"
                           " where n = ?1",
    [SPOOL_DOUBT_EMPTY] = "delete from message where n = ?1",
    [SPOOL_DOUBT_END] = "delete from doubt where n = ?1",
    [SPOOL_FETCH] = "insert or replace into fetch values (1, ?1, ?2, ?3, ?4)",
    [SPOOL_SIZES] = "select coalesce(sum(length(raw) + length(records)), 0) from message"
                    " where n > ?1 and n <= ?2",
};

/* The first row's numbers; zeroes where there is no row. */
static bool read_numbers(struct db *d, const char *sql, int64_t *out, int count, struct err *e)
{
    struct db_query *q = NULL;
    bool row = false;
    if (!db_prepare(d, sql, &q, e) || !db_step(q, &row, e))
        return false;
    for (int i = 0; i < count; i++)
        out[i] = row ? db_int(q, i) : 0;
    if (row)
        db_reset(q);
    return true;
}

/* Each opening numbers under a random word of its own (step/marks.h reads it so): numbers of a
 * state that came back, of another host or of a clock that went back are never those that were
 * given before. Rows that wait keep theirs. */
static int64_t opening(void)
{
    uint32_t word;
    random_bytes((uint8_t *)&word, sizeof word);
    return (int64_t)(word & 0x3fffffff) << 32 | (int64_t)1 << 62;
}

static bool read_state(struct spool *s, struct err *e)
{
    int64_t v[11], rows[5], oldest[3];
    if (!read_numbers(s->db,
                      "select taken, published, unchanged, duplicates, not_carried,"
                      " quarantined, refused_environment, refused_later, events, lost_ids,"
                      " feed_seq from total",
                      v, 11, e) ||
        !read_numbers(s->db,
                      "select coalesce(sum(size), 0),"
                      " coalesce(sum(case when n > upto then size end), 0), coalesce(min(n), 0),"
                      " (select coalesce(max(n), 0) from sent),"
                      " (select coalesce(max(n), 0) from sent where dropped = 1) from"
                      " (select n, length(raw) + length(records) as size,"
                      " (select coalesce(max(n), 0) from sent) as upto from message)",
                      rows, 5, e) ||
        !read_numbers(s->db,
                      "select n, at, (select sum(length(entries)) from answer) from answer"
                      " order by n limit 1",
                      oldest, 3, e))
        return false;
    struct feed_counts *c = &s->kept.counts;
    uint64_t *const to[] = {
        &c->taken,       &c->published,   &c->unchanged,           &c->duplicates,
        &c->not_carried, &c->quarantined, &c->refused_environment, &c->refused_later,
        &c->events,      &c->lost_ids
    };
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++)
        *to[i] = (uint64_t)v[i];
    s->kept.feed_seq = opening();
    s->waiting_bytes = rows[1];
    s->kept_bytes = rows[0] - rows[1];
    s->first = rows[2] ? rows[2] : v[0] + 1;
    s->sent = rows[3];
    s->dropped = rows[4];
    s->oldest_answer_ms = oldest[0] ? oldest[1] : INT64_MAX;
    s->answers_bytes = oldest[2];
    s->recall.pruned = oldest[0] ? oldest[0] - 1 : 0;
    return true;
}

bool spool_open(const char *path, struct spool *s, struct err *e)
{
    *s = (struct spool){ .db = NULL };
    buf_init(&s->raws, GATHERED_MAX);
    buf_init(&s->records, GATHERED_MAX);
    buf_init(&s->answers, GATHERED_MAX);
    bool good = db_open(path, schema, &s->db, e);
    good = good && db_run(s->db, tuning, e);
    good = good && recall_open(&s->recall, s->db, e);
    good = good && read_state(s, e);
    good = good && spool_read_cursor(s, e);
    uint32_t opening = (uint32_t)(s->kept.feed_seq >> 32);
    good = good && lines_open(&s->lines, s->db, opening, s->kept.counts.taken > 0, e);
    for (int i = 0; good && i < SPOOL_QUERY_COUNT; i++)
        good = db_prepare(s->db, texts[i], &s->q[i], e);
    if (!good)
        spool_close(s);
    return good;
}

void spool_close(struct spool *s)
{
    recall_close(&s->recall);
    buf_release(&s->raws);
    buf_release(&s->records);
    buf_release(&s->answers);
    db_close(&s->db);
}

bool spool_begin(struct spool *s, struct err *e)
{
    s->turn = s->kept;
    s->turn_bytes = s->answers_turn = 0;
    return recall_begin(&s->recall, e) && db_begin(s->db, e);
}

static bool write_totals(struct spool *s, struct err *e)
{
    struct db_query *q = s->q[SPOOL_TOTALS];
    const struct feed_counts *c = &s->turn.counts;
    const uint64_t v[] = { c->taken,
                           c->published,
                           c->unchanged,
                           c->duplicates,
                           c->not_carried,
                           c->quarantined,
                           c->refused_environment,
                           c->refused_later,
                           c->events,
                           c->lost_ids,
                           (uint64_t)s->turn.feed_seq };
    for (int i = 0; i < (int)(sizeof v / sizeof v[0]); i++)
        db_bind_int(q, i + 1, (int64_t)v[i]);
    return db_do(q, e);
}

static int64_t number(const struct spool *s)
{
    return (int64_t)s->turn.counts.taken;
}

/* Empties; gives the memory of a very large message back. */
static void clear(struct buf *b)
{
    if (b->room > GATHERED_KEPT)
        buf_release(b);
    buf_reset(b);
}

static void clear_gathered(struct spool *s)
{
    clear(&s->raws);
    clear(&s->records);
    clear(&s->answers);
    s->messages = 0;
    s->head = NULL;
    s->has_doubts = false;
}

static bool write_doubts(struct spool *s, struct err *e)
{
    if (!s->has_doubts)
        return true;
    s->has_doubts = false;
    db_bind_int(s->q[SPOOL_DOUBT_PUT], 1, number(s));
    return db_do(s->q[SPOOL_DOUBT_PUT], e);
}

static bool write_messages(struct spool *s, struct err *e)
{
    if (s->raws.n + s->records.n == 0)
        return true;
    struct db_query *q = s->q[SPOOL_MESSAGES];
    db_bind_int(q, 1, number(s));
    db_bind_int(q, 2, s->messages);
    db_bind_blob(q, 3, buf_slice(&s->raws));
    db_bind_blob(q, 4, buf_slice(&s->records));
    bool good = db_do(q, e) && write_doubts(s, e);
    clear(&s->raws);
    clear(&s->records);
    s->messages = 0;
    s->head = NULL;
    return good;
}

bool spool_commit(struct spool *s, struct err *e)
{
    if (!write_messages(s, e) || !spool_put_answers(s, e) || !recall_step(&s->recall, e) ||
        !lines_store(&s->lines, e) || !write_totals(s, e) || !db_commit(s->db, e)) {
        spool_rollback(s);
        return false;
    }
    recall_committed(&s->recall);
    lines_stored(&s->lines, true);
    s->kept = s->turn;
    s->waiting_bytes += s->turn_bytes;
    s->answers_bytes += s->answers_turn;
    return true;
}

void spool_rollback(struct spool *s)
{
    db_rollback(s->db);
    recall_rolled_back(&s->recall);
    lines_stored(&s->lines, false);
    clear_gathered(s);
}

static void put_raw(struct spool *s, struct slice raw, uint32_t flag)
{
    uint32_t n = (uint32_t)raw.n | flag;
    buf_put(&s->raws, slice_of(&n, sizeof n));
    buf_put(&s->raws, raw);
}

bool spool_put(struct spool *s, enum spool_kind kind, struct slice head, struct slice raw,
               struct slice records, struct err *e)
{
    size_t before = s->raws.n;
    if (head.n && s->head != head.p)
        put_raw(s, head, SPOOL_HEAD);
    s->head = head.n ? head.p : s->head;
    put_raw(s, raw, 0);
    buf_put(&s->records, records);
    s->messages += kind == SPOOL_EVENTS;
    s->turn_bytes += (int64_t)(s->raws.n - before + records.n);
    if (!buf_done(&s->raws, e) || !buf_done(&s->records, e))
        return false;
    return s->raws.n + s->records.n < SPOOL_ROW_BYTES || write_messages(s, e);
}

/* Names go to status and metrics: what a message has where its type should be may be anything. */
static bool is_code(struct slice name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "^_.:/-[]()=|!<>, ";
    if (name.n == 0 || name.n > TALLY_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!memchr(allowed, name.p[i], sizeof allowed - 1))
            return false;
    return true;
}

static bool tally_is_full(struct spool *s, bool *full, struct err *e)
{
    int64_t names = 0;
    if (!db_first_int(s->q[SPOOL_TALLY_COUNT], &names, e))
        return false;
    *full = names >= TALLY_NAMES_MAX;
    return true;
}

bool spool_tally(struct spool *s, const char *what, struct slice name, struct err *e)
{
    struct slice code = is_code(name) ? name : SLICE("(no code)");
    struct db_query *add = s->q[SPOOL_TALLY_ADD], *q = s->q[SPOOL_TALLY];
    bool full = false;
    db_bind_text(add, 1, slice_text(what));
    db_bind_text(add, 2, code);
    if (!db_do(add, e))
        return false;
    if (db_changes(s->db) > 0)
        return true;
    if (!tally_is_full(s, &full, e))
        return false;
    db_bind_text(q, 1, slice_text(what));
    db_bind_text(q, 2, full ? SLICE("(others)") : code);
    return db_do(q, e);
}

bool spool_batch(struct spool *s, int64_t after, struct arena *a, struct spool_row *rows,
                 size_t max, size_t *n, struct err *e)
{
    struct db_query *q = s->q[SPOOL_BATCH];
    *n = 0;
    db_bind_int(q, 1, after);
    db_bind_int(q, 2, (int64_t)max);
    bool row = true;
    while (*n < max && db_step(q, &row, e) && row) {
        struct slice records = db_blob(q, 1);
        struct spool_row *r = &rows[*n];
        *r = (struct spool_row){ db_int(q, 0), arena_copy(a, records),
                                 (int64_t)records.n + db_int(q, 2) };
        if (!r->records.p)
            break; /* the arena is full: the rest goes with the next batch */
        ++*n;
    }
    if (row)
        db_reset(q);
    if (e->fate != ERR_NONE)
        return false;
    return *n > 0 || !row ? true : err_memory(e);
}

bool spool_forget(struct spool *s, int64_t n, struct err *e)
{
    struct db_query *q = s->q[SPOOL_FORGET];
    db_bind_int(q, 1, n);
    return db_do(q, e);
}
