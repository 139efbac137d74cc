/* delivery_asides.c - what has not gone, listed; and what a named person does with it. */
#include "delivery/asides.h"

#include "base/clock.h"
#include "base/wait.h"
#include "delivery/inside.h"
#include "host/db.h"

#include <errno.h>
#include <string.h>

static struct slice state_name(int64_t state, bool in_trouble)
{
    if (state == QUEUED_PARKED)
        return SLICE("parked");
    if (state == QUEUED_DROPPED)
        return SLICE("given up");
    return in_trouble ? SLICE("tried again") : SLICE("behind another");
}

/* What ends it, where somebody has to see to it. */
static const char *ends_by(int64_t state, bool unrendered)
{
    if (state != QUEUED_PARKED)
        return NULL;
    return unrendered ? "until it starts with another mapping, or drop" : "until again or drop";
}

static struct aside as_aside(struct db_query *q, bool whole)
{
    return (struct aside){
        .id = db_blob(q, 0),
        .state = state_name(db_int(q, 1), !db_is_null(q, 4)),
        .tries = db_int(q, 2),
        .due_ms = db_int(q, 3),
        .at_ms = db_int(q, 4),
        .code = db_blob(q, 5),
        .sentence = db_blob(q, 6),
        .said = db_blob(q, 7),
        .words = whole ? db_blob(q, 8) : slice_of(NULL, 0),
        .bytes = whole ? db_blob(q, 9) : slice_of(NULL, 0),
        .until = ends_by(db_int(q, 1), db_int(q, 10) != 0),
    };
}

bool delivery_asides_each(const char *database, struct slice id,
                          bool (*each)(void *ctx, const struct aside *a), void *ctx, struct err *e)
{
    struct db *db;
    struct db_query *q;
    bool row = false;
    if (!db_open_reader(database, &db, e))
        return false;
    bool good = db_prepare(
        db,
        "select q.id, q.state, q.tries, q.due_ms, t.since_ms, t.code, t.sentence,"
        " t.said, t.words, q.bytes, length(t.mapping) > 0 from queue q left join trouble t"
        " on t.seq = q.seq where q.state <> 1 and (t.seq is not null or"
        " exists(select 1 from trouble u join queue w on w.seq = u.seq"
        " where w.subject = q.subject)) and (?1 = '' or q.id = ?1)"
        " order by q.seq",
        &q, e);
    if (good)
        db_bind_text(q, 1, id);
    while (good) {
        good = db_step(q, &row, e);
        if (!good || !row)
            break;
        struct aside a = as_aside(q, !slice_is_empty(id));
        if (!each(ctx, &a)) {
            db_reset(q);
            break;
        }
    }
    db_close(&db);
    return good;
}

void asides_answer(struct delivery *d)
{
    pthread_mutex_lock(&d->lock);
    const struct way_back *w = d->asked;
    if (w) {
        d->asked_failed = (struct err){ .fate = ERR_NONE };
        if (store_take_back(d->store, w, &d->asked_done, &d->asked_failed) && !w->drop)
            d->quiet_until_ms = 0;
        d->asked = NULL;
        pthread_cond_broadcast(&d->answered);
    }
    pthread_mutex_unlock(&d->lock);
}

bool delivery_take_back(struct delivery *d, const struct way_back *w, int64_t wait_ms,
                        uint64_t *done, struct err *e)
{
    int64_t end_ns = wait_end_ns(wait_ms);
    pthread_mutex_lock(&d->lock);
    bool good = !d->asked;
    if (good) {
        d->asked = w;
        while (d->asked == w && wait_until(&d->answered, &d->lock, end_ns))
            ;
        good = d->asked != w;
        if (!good)
            d->asked = NULL;
    }
    *done = good ? d->asked_done : 0;
    struct err failed = d->asked_failed;
    pthread_mutex_unlock(&d->lock);
    if (!good)
        return err_set(e, ERR_RETRY, "delivery.busy", 0,
                       "the delivery waits for its partner and can do nothing else now: give the "
                       "command again");
    if (failed.fate != ERR_NONE)
        *e = failed;
    return failed.fate == ERR_NONE;
}

bool delivery_take_back_alone(const char *database, const struct way_back *w, uint64_t *done,
                              struct err *e)
{
    struct store *s;
    if (!store_open(database, &s, e))
        return false;
    bool good = store_take_back(s, w, done, e);
    store_close(&s);
    return good;
}
