/* disclosed.c - law 3: no disclosure without its audited decision, and none audited that is not
 * there. */
#include "audit/disclosed.h"

#include <inttypes.h>
#include <stdlib.h>

void disclosed_key(struct disclosed *c, struct slice recipient, const uint8_t hash[HASH_BYTES])
{
    uint8_t all[HASH_BYTES];
    const struct slice hashed[] = { recipient, slice_of("", 1), slice_of(hash, HASH_BYTES) };
    sha256_slices(hashed, 3, all);
    memcpy(c->key, all, ID_BYTES);
}

bool disclosed_add(struct disclosed_list *l, const struct disclosed *c, struct err *e)
{
    void *list = l->list;
    if (!mem_room(&list, &l->room, l->count, sizeof *l->list))
        return err_memory(e);
    l->list = list;
    l->list[l->count++] = *c;
    return true;
}

void disclosed_release(struct disclosed_list *l)
{
    mem_free(l->list);
    *l = (struct disclosed_list){ .list = NULL };
}

/* Of equal keys late ones come last: they may stay without a partner. */
static int in_order(const void *x, const void *y)
{
    const struct disclosed *a = x, *b = y;
    int order = memcmp(a->key, b->key, ID_BYTES);
    if (order)
        return order;
    return (int)a->is_late - (int)b->is_late;
}

static void disclosed_sort(struct disclosed_list *l)
{
    if (l->count > 1)
        qsort(l->list, l->count, sizeof *l->list, in_order);
}

static void say_unaudited(const struct findings *f, const struct bundle *b,
                          const struct disclosed *c)
{
    struct slice name = b->services[c->place].name;
    finding(f, "disclosure to %.*s at offset %" PRId64 ": no decision in the audit covers it",
            (int)name.n, (const char *)name.p, c->at);
}

/* ---- those audited that are not there ---- */

/* A disclosure and its entry are of one transaction, which ends within ten seconds
 * (transaction.timeout.ms), stamped by brokers whose clocks may differ. */
#define TOGETHER_MS ((int64_t)60 * 1000)

static void say_missing(const struct findings *f, const struct disclosed *c)
{
    finding(f, "audit %d number %" PRId64 ": disclosure %s was decided but is not on its topic",
            c->place, c->at, c->id.text);
}

/* By recipient and partition, as the audit has them: they came on the topic in that order too. Of
 * one entry those that are not there stand first, since they may have come before those that are.
 */
static int as_audited(const void *x, const void *y)
{
    const struct disclosed *a = x, *b = y;
    if (a->service != b->service)
        return (a->service > b->service) - (a->service < b->service);
    if (a->place != b->place)
        return (a->place > b->place) - (a->place < b->place);
    if (a->at != b->at)
        return (a->at > b->at) - (a->at < b->at);
    return (int)a->is_there - (int)b->is_there;
}

/* Whether c came before all that its topic still has, and so has expired. reached: one of its lane
 * that came before it is there. */
static bool is_before(const struct disclosed_begin *topic, const struct disclosed *c, bool reached)
{
    if (topic->first == 0 || reached)
        return false;
    return !topic->has_first || c->ms <= topic->first_ms + TOGETHER_MS;
}

/* Of the audited ones that are not there, those that expired go to expired. The others are
 * findings.
 */
static bool check_missing(const struct findings *f, struct disclosed_list *l,
                          const struct disclosed_begin *begins, struct expired_list *expired,
                          struct err *e)
{
    const struct disclosed *before = NULL;
    bool reached = false;
    if (l->count > 1)
        qsort(l->list, l->count, sizeof *l->list, as_audited);
    for (size_t i = 0; i < l->count; i++) {
        const struct disclosed *c = &l->list[i];
        const struct disclosed_begin *topic = c->service >= 0 ? &begins[c->service] : NULL;
        bool same_lane = before && before->service == c->service && before->place == c->place;
        before = c;
        if (!same_lane)
            reached = false;
        if (c->is_there)
            reached = true;
        if (c->is_there || c->is_late)
            continue;
        if (!topic || !is_before(topic, c, reached))
            say_missing(f, c);
        else if (!expired_add(expired, slice_text(topic->topic), c->ms, e))
            return false;
    }
    return true;
}

/* ---- both ways ---- */

/* Marks those audited that are there, and says which are there and not audited. */
static void match_disclosures(const struct findings *f, const struct bundle *b,
                              struct disclosed_list *audited, const struct disclosed_list *seen)
{
    size_t i = 0, k = 0;
    while (i < audited->count || k < seen->count) {
        int order = 0;
        if (i == audited->count)
            order = 1;
        else if (k == seen->count)
            order = -1;
        else
            order = memcmp(audited->list[i].key, seen->list[k].key, ID_BYTES);
        if (order > 0)
            say_unaudited(f, b, &seen->list[k]);
        if (order == 0)
            audited->list[i].is_there = true;
        if (order <= 0)
            i++;
        if (order >= 0)
            k++;
    }
}

bool disclosed_compare(const struct findings *f, const struct bundle *b,
                       struct disclosed_list *audited, struct disclosed_list *seen,
                       const struct disclosed_begin *begins, struct expired_list *expired,
                       struct err *e)
{
    disclosed_sort(audited);
    disclosed_sort(seen);
    match_disclosures(f, b, audited, seen);
    return check_missing(f, audited, begins, expired, e);
}
