/* store.c - the delivery database. */
#include "delivery/store_inside.h"

static const char schema[] =
    "create table if not exists progress("
    "  only integer primary key check (only = 0), next integer not null);"
    "insert or ignore into progress values(0, 0);"
    "create table if not exists anew("
    "  only integer primary key check (only = 0), at_ms integer not null);"
    "create table if not exists queue("
    "  seq integer primary key autoincrement, id text not null unique, subject blob not null,"
    "  head integer not null, original text not null, retracts integer not null,"
    "  route integer not null, bytes blob not null, tries integer not null default 0,"
    "  maybe integer not null default 0, due_ms integer not null default 0,"
    "  state integer not null default 0, receipt blob);"
    "create index if not exists queue_subject on queue(subject, seq);"
    "create index if not exists queue_turn on queue(seq) where head = 1;"
    "create index if not exists queue_due on queue(due_ms) where head = 1;"
    "create index if not exists queue_original on queue(original) where retracts = 1;"
    "create table if not exists own("
    "  id text primary key, reference blob not null, route integer not null,"
    "  outcome text not null, arrived integer not null) without rowid;"
    "create table if not exists trouble("
    "  seq integer primary key, since_ms integer not null, last_ms integer not null,"
    "  code text not null, sentence text not null, said text not null, words text not null,"
    "  mapping blob not null, errors integer not null);"
    "create table if not exists down("
    "  only integer primary key check (only = 0), since_ms integer not null, code text not null,"
    "  site integer not null);"
    "create table if not exists heard("
    "  lane integer primary key, next integer not null, stamp integer not null);"
    "create table if not exists counts(name text primary key, n integer not null) without rowid;";

static const char *const sql[] = {
    [Q_PROGRESS] = "select next from progress",
    [Q_MOVE] = "update progress set next = ?1",
    [Q_QUEUE] =
        "insert into queue(id, subject, original, retracts, route, bytes, state, receipt, head)"
        " values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " not exists(select 1 from queue where subject = ?2) or (?4 and ?3 <> ''"
        " and not exists(select 1 from queue where id = ?3) and exists(select 1 from queue h"
        " join trouble t on t.seq = h.seq"
        " where h.subject = ?2 and h.head = 1 and t.code = '" STORE_DOUBT "')))",
    [Q_OWN] = "insert or ignore into own values(?1, ?2, ?3, ?4, ?5)",
    [Q_DUE] =
        "select seq, id, subject, bytes, route, tries, original, state, receipt, maybe, retracts,"
        " coalesce((select errors from trouble t where t.seq = queue.seq), 0),"
        " coalesce((select said from trouble t where t.seq = queue.seq), '')"
        " from queue where head = 1 and seq > ?1 and due_ms <= ?2 and (state <> 2 or exists"
        " (select 1 from queue r where r.retracts = 1 and r.original = queue.id))"
        " order by seq limit 1",
    [Q_NEXT_DUE] = "select min(due_ms) from queue where head = 1 and state <> 2",
    [Q_RETRACTION] = "select 1 from queue where original = ?1 and retracts = 1 limit 1",
    [Q_NEVER_LEFT] = "select 1 from own where id = ?1 and outcome = 'stopped' and arrived = 0",
    [Q_ROUTE] = "select route from own where reference = ?1 limit 1",
    [Q_TRYING] = "update queue set maybe = 1 where seq = ?1",
    [Q_AGAIN] = "update queue set tries = tries + 1, due_ms = ?2, maybe = ?3 where seq = ?1",
    [Q_PARK] = "update queue set tries = tries + 1, due_ms = 0, maybe = ?2, state = 2"
               " where seq = ?1",
    [Q_TROUBLE] =
        "insert into trouble values(?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict(seq) do update"
        " set last_ms = ?2, code = ?3, sentence = ?4, said = ?5, words = ?6, mapping = ?7,"
        " errors = errors + ?8",
    [Q_TROUBLE_OVER] = "delete from trouble where seq = ?1",
    [Q_UNPARK_RENDERED] = "update queue set state = 0, due_ms = 0 where state = 2 and seq in"
                          " (select seq from trouble where length(mapping) > 0 and mapping <> ?1)",
    [Q_SOONER] = "update queue set due_ms = min(max(due_ms - ?1, 0), ?2) where due_ms > 0",
    [Q_TROUBLED] = "select sum(q.state = 0), min(case when q.state = 0 then t.since_ms end),"
                   " max(case when q.state = 0 then q.tries end), sum(q.state = 2)"
                   " from trouble t join queue q on q.seq = t.seq where q.state <> 1",
    [Q_DOWN] = "insert or replace into down values(0, ?1, ?2, ?3)",
    [Q_DOWN_SINCE] = "select since_ms from down",
    [Q_UP] = "delete from down",
    [Q_TO_TRY] = "select exists(select 1 from queue q where q.state = 0 and not exists(select 1"
                 " from queue p where p.subject = q.subject and p.state = 2))",
    [Q_ASIDES] = "select q.seq, q.id, t.code, t.since_ms from queue q"
                 " left join trouble t on t.seq = q.seq where q.state in (0, 2) and q.seq > ?1"
                 " order by q.seq limit 1",
    [Q_TAKE_AGAIN] = "update queue set state = 0, due_ms = 0, tries = 0 where seq = ?1",
    [Q_AGAIN_ANEW] = "update trouble set errors = 0 where seq = ?1",
    [Q_DROP] = "update queue set state = 3, due_ms = 0 where seq = ?1",
    [Q_END] = "update queue set state = 1, due_ms = 0, receipt = ?2 where seq = ?1",
    [Q_OWN_END] = "update own set outcome = ?2, arrived = max(arrived, ?3) where id = ?1",
    [Q_FORGET] = "delete from queue where seq = ?1",
    [Q_NEW_HEAD] = "update queue set head = 1"
                   " where seq = (select min(seq) from queue where subject = ?1)",
    [Q_LET_PASS] =
        "update queue set head = 1 where subject = ?1 and retracts = 1 and original <> ''"
        " and not exists(select 1 from queue o where o.id = queue.original)",
    [Q_KNOWN] = "select own.outcome, queue.id is not null from own left join queue using (id)"
                " where own.id = ?1",
    [Q_ANEW] = "insert or replace into anew values(0, ?1)",
    [Q_HISTORY] = "select not exists(select 1 from own), (select at_ms from anew)",
    [Q_HEARD] = "select next, stamp from heard where lane = ?1",
    [Q_HEAR] = "insert or replace into heard values(?1, ?2, ?3)",
    [Q_SETTLED] = "select own.outcome, queue.seq, queue.maybe, own.reference from own"
                  " left join queue using (id) where own.id = ?1",
    [Q_MAY_HAVE_LEFT] = "update own set arrived = 1 where id in (select id from queue)",
    [Q_COUNT] = "insert into counts values(?1, ?2) on conflict(name) do update set n = n + ?2",
};

bool store_open(const char *path, struct store **out, struct err *e)
{
    struct store *s = mem_alloc(sizeof *s);
    if (!s)
        return err_memory(e);
    bool good = db_open(path, schema, &s->db, e);
    for (size_t i = 0; i < Q_COUNT_ALL && good; i++)
        good = db_prepare(s->db, sql[i], &s->query[i], e);
    if (!good) {
        store_close(&s);
        return false;
    }
    *out = s;
    return true;
}

void store_close(struct store **s)
{
    if (!*s)
        return;
    db_close(&(*s)->db);
    mem_free(*s);
    *s = NULL;
}

bool store_progress(struct store *s, int64_t *next, struct err *e)
{
    struct db_query *q = s->query[Q_PROGRESS];
    bool row;
    if (!db_step(q, &row, e))
        return false;
    *next = row ? db_int(q, 0) : 0;
    db_reset(q);
    return true;
}

bool store_begin_anew(struct store *s, int64_t next, int64_t now_ms, struct err *e)
{
    if (!db_begin(s->db, e))
        return false;
    db_bind_int(s->query[Q_MOVE], 1, next);
    db_bind_int(s->query[Q_ANEW], 1, now_ms);
    if (db_do(s->query[Q_MOVE], e) && db_do(s->query[Q_ANEW], e))
        return db_commit(s->db, e);
    db_rollback(s->db);
    return false;
}

bool store_history(struct store *s, bool *fresh, int64_t *anew_ms, struct err *e)
{
    struct db_query *q = s->query[Q_HISTORY];
    bool row = false;
    if (!db_step(q, &row, e))
        return false;
    *fresh = row && db_int(q, 0) != 0;
    *anew_ms = row ? db_int(q, 1) : 0;
    db_reset(q);
    return true;
}

bool store_known(struct store *s, struct slice id, struct arena *a, bool *known,
                 struct slice *outcome, struct err *e)
{
    struct db_query *q = s->query[Q_KNOWN];
    *outcome = (struct slice){ 0 };
    db_bind_text(q, 1, id);
    if (!db_step(q, known, e) || !*known)
        return e->fate == ERR_NONE;
    bool waits = db_int(q, 1) != 0; /* its receipt is on its way yet */
    *outcome = waits ? SLICE("") : arena_copy(a, db_blob(q, 0));
    db_reset(q);
    return outcome->p || err_memory(e);
}

bool store_count(struct store *s, const char *name, int64_t n, struct err *e)
{
    struct db_query *q = s->query[Q_COUNT];
    db_bind_text(q, 1, slice_text(name));
    db_bind_int(q, 2, n);
    return db_do(q, e);
}

bool store_skip(struct store *s, int64_t to, struct err *e)
{
    int64_t from;
    if (!store_progress(s, &from, e) || !db_begin(s->db, e))
        return false;
    db_bind_int(s->query[Q_MOVE], 1, to);
    if (db_do(s->query[Q_MOVE], e) && store_count(s, "skipped", to > from ? to - from : 0, e))
        return db_commit(s->db, e);
    db_rollback(s->db);
    return false;
}

static bool count_taken(struct store *s, const struct arrived *r, struct err *e)
{
    bool refused = r->receipt.n || !r->id.n;
    return store_count(s, "taken", 1, e) && (!refused || store_count(s, "refused", 1, e));
}

static bool queue_one(struct store *s, const struct arrived *r, struct err *e)
{
    struct db_query *queue = s->query[Q_QUEUE];
    db_bind_text(queue, 1, r->id);
    db_bind_blob(queue, 2, r->subject);
    db_bind_text(queue, 3, r->original);
    db_bind_int(queue, 4, r->retracts);
    db_bind_int(queue, 5, r->route);
    db_bind_blob(queue, 6, r->bytes);
    db_bind_int(queue, 7, r->receipt.n ? QUEUED_ENDED : QUEUED_WAITING);
    db_bind_blob(queue, 8, r->receipt);
    return db_do(queue, e);
}

static bool take_one(struct store *s, const struct arrived *r, struct err *e)
{
    struct db_query *own = s->query[Q_OWN];
    if (!r->id.n)
        return count_taken(s, r, e);
    if (r->again)
        return queue_one(s, r, e) && store_count(s, "duplicates", 1, e);
    db_bind_text(own, 1, r->id);
    db_bind_blob(own, 2, r->subject);
    db_bind_int(own, 3, r->route);
    struct slice outcome = r->receipt.n ? SLICE("refused") : SLICE("");
    if (r->ended)
        outcome = slice_text(r->ended);
    db_bind_text(own, 4, outcome);
    db_bind_int(own, 5, r->may_have_left);
    if (!db_do(own, e))
        return false;
    if (db_changes(s->db) == 0)
        return store_count(s, "duplicates", 1, e);
    if (r->ended)
        return store_count(s, "taken", 1, e) && store_count(s, r->ended, 1, e) &&
               store_count(s, "returned", 1, e);
    return queue_one(s, r, e) && count_taken(s, r, e);
}

bool store_take(struct store *s, const struct arrived *list, size_t n, int64_t next, struct err *e)
{
    if (!db_begin(s->db, e))
        return false;
    bool good = true;
    for (size_t i = 0; i < n && good; i++)
        good = take_one(s, &list[i], e);
    if (good) {
        db_bind_int(s->query[Q_MOVE], 1, next);
        good = db_do(s->query[Q_MOVE], e);
    }
    if (!good) {
        db_rollback(s->db);
        return false;
    }
    return db_commit(s->db, e);
}

bool store_due(struct store *s, int64_t after_seq, int64_t now_ms, struct arena *a,
               struct queued *out, bool *found, struct err *e)
{
    struct db_query *q = s->query[Q_DUE];
    db_bind_int(q, 1, after_seq);
    db_bind_int(q, 2, now_ms);
    if (!db_step(q, found, e))
        return false;
    if (!*found)
        return true;
    *out = (struct queued){
        .seq = db_int(q, 0),
        .id = arena_copy(a, db_blob(q, 1)),
        .subject = arena_copy(a, db_blob(q, 2)),
        .bytes = arena_copy(a, db_blob(q, 3)),
        .route = db_int(q, 4),
        .tries = db_int(q, 5),
        .original = arena_copy(a, db_blob(q, 6)),
        .state = (enum queued_state)db_int(q, 7),
        .receipt = arena_copy(a, db_blob(q, 8)),
        .maybe = db_int(q, 9) != 0,
        .retracts = db_int(q, 10) != 0,
        .errors = db_int(q, 11),
        .said = arena_copy(a, db_blob(q, 12)),
    };
    db_reset(q);
    bool is_whole = out->id.p && out->subject.p && out->bytes.p && out->original.p &&
                    out->receipt.p && out->said.p;
    return is_whole || err_memory(e);
}

bool store_next_due(struct store *s, int64_t *due_ms, struct err *e)
{
    struct db_query *q = s->query[Q_NEXT_DUE];
    bool row;
    if (!db_step(q, &row, e))
        return false;
    *due_ms = row && !db_is_null(q, 0) ? db_int(q, 0) : INT64_MAX;
    db_reset(q);
    return true;
}

static bool has_row(struct db_query *q, struct slice id, bool *yes, struct err *e)
{
    db_bind_text(q, 1, id);
    if (!db_step(q, yes, e))
        return false;
    db_reset(q);
    return true;
}

bool store_is_retracted(struct store *s, struct slice id, bool *yes, struct err *e)
{
    return has_row(s->query[Q_RETRACTION], id, yes, e);
}

bool store_never_left(struct store *s, struct slice id, bool *yes, struct err *e)
{
    return has_row(s->query[Q_NEVER_LEFT], id, yes, e);
}

bool store_route(struct store *s, struct slice subject, int64_t *route, struct err *e)
{
    struct db_query *q = s->query[Q_ROUTE];
    bool row;
    db_bind_blob(q, 1, subject);
    if (!db_step(q, &row, e))
        return false;
    *route = row ? db_int(q, 0) : -1;
    db_reset(q);
    return true;
}

bool store_trying(struct store *s, int64_t seq, struct err *e)
{
    db_bind_int(s->query[Q_TRYING], 1, seq);
    return db_do(s->query[Q_TRYING], e);
}

static bool store_put_trouble(struct store *s, const struct store_trouble *t, struct err *e)
{
    struct db_query *q = s->query[Q_TROUBLE];
    db_bind_int(q, 1, t->seq);
    db_bind_int(q, 2, t->at_ms);
    db_bind_text(q, 3, slice_text(t->code));
    db_bind_text(q, 4, slice_text(t->sentence));
    db_bind_text(q, 5, slice_text(t->said->codes));
    db_bind_text(q, 6, slice_text(t->said->words));
    db_bind_blob(q, 7, t->mapping);
    db_bind_int(q, 8, t->answered);
    return db_do(q, e);
}

/* change: bound already, of the row itself. */
static bool put_with_trouble(struct store *s, struct db_query *change,
                             const struct store_trouble *t, struct err *e)
{
    if (!db_begin(s->db, e))
        return false;
    if (!db_do(change, e) || !store_put_trouble(s, t, e)) {
        db_rollback(s->db);
        return false;
    }
    return db_commit(s->db, e);
}

bool store_again(struct store *s, const struct store_trouble *t, int64_t due_ms, struct err *e)
{
    struct db_query *q = s->query[Q_AGAIN];
    db_bind_int(q, 1, t->seq);
    db_bind_int(q, 2, due_ms);
    db_bind_int(q, 3, t->maybe);
    return put_with_trouble(s, q, t, e);
}

bool store_let_pass(struct store *s, struct slice subject, struct err *e)
{
    db_bind_blob(s->query[Q_LET_PASS], 1, subject);
    return db_do(s->query[Q_LET_PASS], e);
}

bool store_park(struct store *s, const struct store_trouble *t, struct err *e)
{
    struct db_query *q = s->query[Q_PARK];
    db_bind_int(q, 1, t->seq);
    db_bind_int(q, 2, t->maybe);
    return put_with_trouble(s, q, t, e);
}

bool store_unpark_rendered(struct store *s, struct slice mapping, int64_t *n, struct err *e)
{
    db_bind_blob(s->query[Q_UNPARK_RENDERED], 1, mapping);
    if (!db_do(s->query[Q_UNPARK_RENDERED], e))
        return false;
    *n = db_changes(s->db);
    return true;
}

bool store_sooner(struct store *s, int64_t by_ms, int64_t latest_ms, struct err *e)
{
    db_bind_int(s->query[Q_SOONER], 1, by_ms);
    db_bind_int(s->query[Q_SOONER], 2, latest_ms);
    return db_do(s->query[Q_SOONER], e);
}

bool store_troubled(struct store *s, struct store_troubled *out, struct err *e)
{
    struct db_query *q = s->query[Q_TROUBLED];
    bool row;
    if (!db_step(q, &row, e))
        return false;
    *out = (struct store_troubled){ .waiting = 0 };
    if (!row)
        return true;
    *out = (struct store_troubled){
        .waiting = db_int(q, 0),
        .since_ms = db_int(q, 1),
        .tries = db_int(q, 2),
        .parked = db_int(q, 3),
    };
    db_reset(q);
    return true;
}

bool store_down(struct store *s, int64_t since_ms, const char *code, bool site, struct err *e)
{
    if (!since_ms)
        return db_do(s->query[Q_UP], e);
    db_bind_int(s->query[Q_DOWN], 1, since_ms);
    db_bind_text(s->query[Q_DOWN], 2, slice_text(code));
    db_bind_int(s->query[Q_DOWN], 3, site);
    return db_do(s->query[Q_DOWN], e);
}

bool store_down_since(struct store *s, int64_t *since_ms, struct err *e)
{
    struct db_query *q = s->query[Q_DOWN_SINCE];
    bool row;
    if (!db_step(q, &row, e))
        return false;
    *since_ms = row ? db_int(q, 0) : 0;
    if (row)
        db_reset(q);
    return true;
}

bool store_has_to_try(struct store *s, bool *yes, struct err *e)
{
    struct db_query *q = s->query[Q_TO_TRY];
    bool row;
    if (!db_step(q, &row, e))
        return false;
    *yes = row && db_int(q, 0);
    if (row)
        db_reset(q);
    return true;
}

/* The next row that waits, and whether it is selected. A row without trouble of its own is
 * selected by its id only. */
static bool next_aside(struct store *s, const struct selection *which, int64_t *seq, bool *selected,
                       bool *found, struct err *e)
{
    struct db_query *q = s->query[Q_ASIDES];
    db_bind_int(q, 1, *seq);
    if (!db_step(q, found, e))
        return false;
    if (!*found)
        return true;
    *seq = db_int(q, 0);
    bool has_trouble = !db_is_null(q, 3);
    bool may_be = which->id_count || has_trouble;
    *selected = may_be && selection_takes(which, db_blob(q, 1), db_blob(q, 2), db_int(q, 3));
    db_reset(q);
    return true;
}

static bool take_back_one(struct store *s, int64_t seq, bool drop, struct err *e)
{
    struct db_query *row = s->query[drop ? Q_DROP : Q_TAKE_AGAIN];
    db_bind_int(row, 1, seq);
    db_bind_int(s->query[Q_AGAIN_ANEW], 1, seq);
    return db_do(row, e) && db_do(s->query[Q_AGAIN_ANEW], e);
}

bool store_take_back(struct store *s, const struct way_back *w, uint64_t *done, struct err *e)
{
    int64_t seq = 0;
    bool good = true;
    *done = 0;
    if (!db_begin(s->db, e))
        return false;
    while (good) {
        bool found = false, selected = false;
        good = next_aside(s, &w->which, &seq, &selected, &found, e);
        if (!good || !found)
            break;
        if (!selected)
            continue;
        good = take_back_one(s, seq, w->drop, e);
        if (good)
            ++*done;
    }
    if (!good) {
        db_rollback(s->db);
        return false;
    }
    return db_commit(s->db, e);
}

bool store_ended(struct store *s, const struct queued *row, const char *outcome,
                 struct slice receipt, struct err *e)
{
    struct db_query *end = s->query[Q_END], *own = s->query[Q_OWN_END];
    bool stopped = slice_equal_text(SLICE("stopped"), outcome);
    if (!db_begin(s->db, e))
        return false;
    db_bind_int(end, 1, row->seq);
    db_bind_blob(end, 2, receipt);
    db_bind_text(own, 1, row->id);
    db_bind_text(own, 2, slice_text(outcome));
    db_bind_int(own, 3, row->maybe || !stopped);
    if (!db_do(end, e) || !db_do(own, e) || !store_count(s, outcome, 1, e)) {
        db_rollback(s->db);
        return false;
    }
    return db_commit(s->db, e);
}

bool store_hear(struct store *s, int64_t lane, const struct bus_end *end, struct err *e)
{
    struct db_query *q = s->query[Q_HEAR];
    db_bind_int(q, 1, lane);
    db_bind_int(q, 2, end->next);
    db_bind_int(q, 3, (int64_t)end->stamp);
    return db_do(q, e);
}

bool store_delete(struct store *s, int64_t seq, struct slice subject, struct err *e)
{
    db_bind_int(s->query[Q_FORGET], 1, seq);
    db_bind_int(s->query[Q_TROUBLE_OVER], 1, seq);
    db_bind_blob(s->query[Q_NEW_HEAD], 1, subject);
    return db_do(s->query[Q_FORGET], e) && db_do(s->query[Q_TROUBLE_OVER], e) &&
           db_do(s->query[Q_NEW_HEAD], e);
}

bool store_forget(struct store *s, const struct queued *row, const struct bus_end *heard,
                  struct err *e)
{
    if (!db_begin(s->db, e))
        return false;
    if (!store_delete(s, row->seq, row->subject, e) ||
        (heard && !store_hear(s, row->route, heard, e))) {
        db_rollback(s->db);
        return false;
    }
    return db_commit(s->db, e);
}
