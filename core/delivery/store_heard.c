/* store_heard.c - the delivery database and what the bus says of its service's receipts. */
#include "delivery/store_inside.h"

#include <string.h>

bool store_heard(struct store *s, int lane, struct bus_end *out, struct err *e)
{
    struct db_query *q = s->query[Q_HEARD];
    bool row = false;
    *out = (struct bus_end){ .next = 0 };
    db_bind_int(q, 1, lane);
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    out->next = db_int(q, 0);
    out->stamp = (uint64_t)db_int(q, 1);
    db_reset(q);
    return true;
}

bool store_hear_all(struct store *s, const struct bus_end *ends, int count, struct err *e)
{
    const struct bus_end nobody = { .next = 0 };
    if (!db_begin(s->db, e))
        return false;
    bool good = store_hear(s, STORE_OTHERS, &nobody, e);
    for (int i = 0; i < count && good; i++)
        good = store_hear(s, i, &ends[i], e);
    if (good)
        return db_commit(s->db, e);
    db_rollback(s->db);
    return false;
}

/* What the file has of a disclosure that had ended. seq 0: it is not in the queue. */
struct file_has {
    bool known, maybe;
    int64_t seq;
    char outcome[16];
    uint8_t subject[ID_BYTES];
    size_t subject_n;
};

static bool ask_file(struct store *s, struct slice id, struct file_has *out, struct err *e)
{
    struct db_query *q = s->query[Q_SETTLED];
    *out = (struct file_has){ .seq = 0 };
    db_bind_text(q, 1, id);
    if (!db_step(q, &out->known, e))
        return false;
    if (!out->known)
        return true;
    struct slice outcome = slice_head(db_blob(q, 0), sizeof out->outcome - 1);
    struct slice subject = slice_head(db_blob(q, 3), sizeof out->subject);
    if (outcome.n)
        memcpy(out->outcome, outcome.p, outcome.n);
    if (subject.n)
        memcpy(out->subject, subject.p, subject.n);
    out->subject_n = subject.n;
    out->seq = db_int(q, 1);
    out->maybe = db_int(q, 2) != 0;
    db_reset(q);
    return true;
}

/* Ends a disclosure as its receipt says. The sums go by that too. */
static bool end_as_told(struct store *s, const struct told_end *t, const struct file_has *has,
                        struct err *e)
{
    struct db_query *own = s->query[Q_OWN_END];
    bool stopped = strcmp(t->outcome, "stopped") == 0;
    db_bind_text(own, 1, slice_text(t->id));
    db_bind_text(own, 2, slice_text(t->outcome));
    db_bind_int(own, 3, has->maybe || !stopped);
    if (has->outcome[0] && !store_count(s, has->outcome, -1, e))
        return false;
    if (!db_do(own, e))
        return false;
    if (!store_count(s, t->outcome, 1, e))
        return false;
    return store_count(s, "returned", 1, e);
}

static bool is_taken(const char *outcome)
{
    return strcmp(outcome, "accepted") == 0 || strcmp(outcome, "reduced") == 0;
}

/* What the partner took by this file stays so, and its receipt goes out, whatever another file says
 * of it. */
static bool settle_one(struct store *s, const struct told_end *t, int64_t *news, struct err *e)
{
    struct file_has has;
    if (!ask_file(s, slice_text(t->id), &has, e))
        return false;
    bool is_same = has.known && strcmp(has.outcome, t->outcome) == 0;
    if (!is_same)
        ++*news;
    bool stays_taken = is_taken(has.outcome) && !is_taken(t->outcome);
    if (stays_taken)
        return true;
    bool differs = has.known && !is_same;
    if (differs && !end_as_told(s, t, &has, e))
        return false;
    if (has.seq == 0)
        return true;
    return store_delete(s, has.seq, slice_of(has.subject, has.subject_n), e);
}

/* Notes that another file has spoken: what waits may have left by that. */
static bool note_others(struct store *s, struct err *e)
{
    const struct bus_end others = { .next = 1 };
    if (!db_do(s->query[Q_MAY_HAVE_LEFT], e))
        return false;
    return store_hear(s, STORE_OTHERS, &others, e);
}

bool store_settle(struct store *s, const struct told_end *list, size_t n, int64_t gone,
                  int64_t *news, struct err *e)
{
    bool good = true;
    *news = 0;
    if (!db_begin(s->db, e))
        return false;
    for (size_t i = 0; i < n && good; i++)
        good = settle_one(s, &list[i], news, e);
    if (good && gone > 0)
        good = store_count(s, "untold", gone, e);
    if (good && *news + gone > 0)
        good = note_others(s, e);
    if (good)
        return db_commit(s->db, e);
    db_rollback(s->db);
    return false;
}
