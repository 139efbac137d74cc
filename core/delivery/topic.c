/* topic.c - reads a service's disclosures into the queue, and notices when the topic is another
 * than before. */
#include "bus/topics.h"
#include "delivery/arrival.h"
#include "delivery/inside.h"

#include <inttypes.h>

static bool topic_aged(const struct delivery *d, const struct bus_end *end, struct err *e)
{
    return err_set(e, ERR_FATAL, "bus.aged", 0,
                   "cannot go on in '%s' at %" PRId64 ": it begins at %" PRId64 "; up to %" PRId64
                   " disclosures are gone (concordat skip SITE delivery:%s)",
                   d->disclosures, d->next, end->first, end->first - d->next, d->o.name);
}

static bool topic_begin_anew(struct delivery *d, const struct bus_end *end, const char *why,
                             struct err *e)
{
    log_line(LOG_WARN, &d->who, "delivery.anew",
             "'%s' is not the topic that was read up to %" PRId64
             ": %s; it is read from its start, and what was taken is known by its id",
             d->disclosures, d->next, why);
    d->next = end->first;
    told_release(&d->told);
    d->told_over = false;
    return store_begin_anew(d->store, d->next, delivery_now_ms(d), e);
}

/* Reads on behind the last record that the queue holds; that one is read again, to be compared. */
bool topic_open(struct delivery *d, struct err *e)
{
    struct bus_end end;
    if (!store_progress(d->store, &d->next, e))
        return false;
    if (!bus_end(d->o.bus, d->disclosures, 0, &end, e))
        return false;
    if (d->next > end.next && !topic_begin_anew(d, &end, "it ends before that", e))
        return false;
    if (d->next < end.first)
        return topic_aged(d, &end, e);
    if (!look_back(d, e))
        return false;
    d->compares = d->next > end.first;
    int64_t from = d->compares ? d->next - 1 : d->next;
    return bus_reader_open(d->o.bus, d->disclosures, 0, from, &d->reader, e);
}

/* Compares with the receipts. A disclosure that had ended is not sent again; when its receipt is
 * gone from the bus, the receipt is published again. */
static bool compare_receipts(struct delivery *d, struct arrived *one, struct err *e)
{
    bool known;
    struct slice outcome;
    if (!d->told || !one->id.n || one->receipt.n)
        return true;
    const char *said = told_outcome(d->told, one->id);
    if (!store_known(d->store, one->id, &d->arena, &known, &outcome, e))
        return false;
    if (!known)
        one->ended = said;
    bool had_ended = known && outcome.n > 0;
    one->again = had_ended && d->told_stays && !said;
    if (!one->again)
        return true;
    const char *word = arena_text(&d->arena, outcome);
    if (!word)
        return err_memory(e);
    return arrival_receipt(&d->o, &d->arena, word, "delivery.again", one, e);
}

/* Whether r, which stands where the last record was taken, is that record. A record without an id
 * counts as it. */
static bool is_the_last(struct delivery *d, const struct bus_record *r, bool *yes, struct err *e)
{
    struct arrived one;
    struct slice outcome;
    arena_reset(&d->arena);
    *yes = true;
    if (!arrival_read(&d->o, d->store, &d->arena, r, &one, e))
        return false;
    if (!one.id.n)
        return true;
    return store_known(d->store, one.id, &d->arena, yes, &outcome, e);
}

/* Moves records into the queue, with the progress that they make. */
static bool keep_records(struct delivery *d, const struct bus_record *r, size_t n, struct err *e)
{
    arena_reset(&d->arena);
    struct arrived *list = ARENA_ARRAY(&d->arena, n, struct arrived);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < n; i++) {
        if (!arrival_read(&d->o, d->store, &d->arena, &r[i], &list[i], e))
            return false;
        if (!compare_receipts(d, &list[i], e))
            return false;
        list[i].may_have_left = d->may_have_left;
    }
    return store_take(d->store, list, n, r[n - 1].offset + 1, e);
}

/* Compares the first record with the last one that was taken, and leaves it out. *same false: the
 * topic is another, and is to be read anew. */
static bool compare_last(struct delivery *d, const struct bus_record **r, size_t *n, bool *same,
                         struct err *e)
{
    struct bus_end end;
    *same = true;
    if (!d->compares || *n == 0)
        return true;
    d->compares = false;
    if ((*r)->offset != d->next - 1)
        return true;
    if (!is_the_last(d, *r, same, e))
        return false;
    ++*r;
    --*n;
    if (*same)
        return true;
    if (!bus_end(d->o.bus, d->disclosures, 0, &end, e))
        return false;
    return topic_begin_anew(d, &end, "another record stands before that", e);
}

/* Records that could not be kept are read again: the reader is past them, so it is closed. */
bool topic_take(struct delivery *d, int wait_ms, bool *busy, struct err *e)
{
    const struct bus_record *r;
    size_t n;
    bool end, same = true;
    if (!d->reader && !topic_open(d, e))
        return false;
    if (!look_back_again(d, e))
        return false;
    bool good = bus_reader_next(d->reader, wait_ms, &r, &n, &end, e);
    good = good && compare_last(d, &r, &n, &same, e);
    if (good && !same) {
        bus_reader_close(&d->reader);
        *busy = true;
        return true;
    }
    if (good && n > 0)
        good = keep_records(d, r, n, e);
    if (good && end)
        good = look_back_over(d, e);
    if (!good)
        bus_reader_close(&d->reader);
    *busy = good && n > 0;
    return good;
}
