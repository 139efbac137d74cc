/* passed_over.c - gaps that people let deliveries pass over, and what lay in them. */
#include "commands/passed_over.h"

#include <stdlib.h>
#include <string.h>

#include "audit/walk.h"

static size_t find_text(struct slice in, const char *text)
{
    const uint8_t *at = memmem(in.p, in.n, text, strlen(text));
    return at ? (size_t)(at - in.p) : in.n;
}

/* What stands behind the first `text`; empty: it is not there. */
static struct slice behind(struct slice in, const char *text)
{
    size_t at = find_text(in, text);
    return at < in.n ? slice_from(in, at + strlen(text)) : SLICE("");
}

/* "skip delivery:NAME, up to 4 records: SERVICE from 3 to 6 by PERSON: REASON" (skip.c). */
bool passed_over_take(struct passed_over_list *l, const struct audit_read *r, struct err *e)
{
    if (!slice_equal_text(r->kind, audit_kind_name(AUDIT_HOLD_ACT)) ||
        !slice_starts(r->note, SLICE("skip delivery:")))
        return true;
    struct slice rest = behind(r->note, " records: ");
    struct slice service = slice_head(rest, find_text(rest, " from "));
    rest = behind(rest, " by ");
    struct slice by = slice_head(rest, find_text(rest, ": "));
    if (service.n == 0 || by.n == 0)
        return true;
    struct passed_over *grown = arena_grow(l->a, l->list, &l->room, l->count, sizeof *grown);
    if (!grown)
        return err_memory(e);
    l->list = grown;
    grown[l->count] = (struct passed_over){ .service = arena_copy(l->a, service),
                                            .by = arena_copy(l->a, by),
                                            .at_ms = r->accepted_ms };
    l->count++;
    return (grown[l->count - 1].service.p && grown[l->count - 1].by.p) || err_memory(e);
}

static int by_key(const void *x, const void *y)
{
    const struct disclosed *a = x, *b = y;
    return memcmp(a->key, b->key, ID_BYTES);
}

static bool read_left(struct passed_over *p, struct bus *b, struct arena *a, struct err *e)
{
    const char *topic = topic_disclosures(a, p->service);
    const struct bus_record *record = NULL;
    struct walk w;
    if (!topic)
        return err_memory(e);
    bool good = walk_open(&w, b, topic, 0, 0, e);
    if (!good && slice_equal_text(slice_text(e->code), "bus.topic")) {
        err_clear(e); /* a service that has left, with its topic */
        return true;
    }
    while (good) {
        good = walk_next(&w, &record, e);
        if (!good || !record)
            break;
        struct disclosed one = { .at = record->offset };
        uint8_t hash[HASH_BYTES];
        sha256(record->value, hash);
        disclosed_key(&one, p->service, hash);
        good = disclosed_add(&p->left, &one, e);
    }
    walk_close(&w);
    if (p->left.count > 1)
        qsort(p->left.list, p->left.count, sizeof *p->left.list, by_key);
    return good;
}

bool passed_over_read(struct passed_over_list *l, struct bus *b, struct err *e)
{
    for (size_t i = 0; i < l->count; i++)
        if (!read_left(&l->list[i], b, l->a, e))
            return false;
    return true;
}

static bool is_left(const struct passed_over *p, const struct audit_decision *d)
{
    struct disclosed wanted = { .at = 0 };
    disclosed_key(&wanted, d->recipient, d->hash);
    return p->left.count > 0 &&
           bsearch(&wanted, p->left.list, p->left.count, sizeof wanted, by_key);
}

const struct passed_over *passed_over_find(const struct passed_over_list *l,
                                           const struct audit_read *r,
                                           const struct audit_decision *d)
{
    const struct passed_over *first = NULL;
    if (d->disclosure.n == 0)
        return NULL;
    for (size_t i = 0; i < l->count; i++) {
        const struct passed_over *p = &l->list[i];
        bool fits = slice_equal(p->service, d->recipient) && r->decided_ms <= p->at_ms;
        if (fits && (!first || p->at_ms < first->at_ms))
            first = p;
    }
    return first && !is_left(first, d) ? first : NULL;
}

void passed_over_release(struct passed_over_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        disclosed_release(&l->list[i].left);
    l->count = 0;
}
