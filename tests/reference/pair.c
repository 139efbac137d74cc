/* pair.c - whether a candidate discloses anything that the bundle in force does not; and what the
 * comparison of their files says of that. */
#include "pair.h"

#include <stdlib.h>

/* ---- the files ---- */

static int by_name(const void *x, const void *y)
{
    const struct pack_file *a = x, *b = y;
    return strcmp(a->name, b->name);
}

/* The pack of one of them; false: it cannot be loaded. */
static bool pack_of(struct arena *a, const struct ref_case *c, uint64_t shuffle, struct pack *out)
{
    struct ref_files files;
    if (!ref_load(a, c, shuffle, false))
        return false;
    ref_write_bundle(a, c, shuffle, &files);
    struct pack_file *list = ARENA_ARRAY(a, files.n + 1, struct pack_file);
    for (size_t i = 0; i < files.n; i++) {
        list[i] = (struct pack_file){ .name = files.at[i].name, .bytes = files.at[i].bytes };
        sha256(list[i].bytes, list[i].hash);
    }
    qsort(list, files.n, sizeof *list, by_name);
    *out = (struct pack){ .number = 1, .files = list, .file_count = files.n };
    return true;
}

static struct ref_case candidate_case(const struct pair *p)
{
    struct ref_case c = p->of;
    c.bundle = p->candidate;
    return c;
}

bool pair_widens(struct arena *a, const struct pair *p, const struct widening **out)
{
    struct ref_case candidate = candidate_case(p);
    struct pack before, after;
    struct err e = { .fate = ERR_NONE };
    if (!pack_of(a, &p->of, 0, &before) || !pack_of(a, &candidate, p->shuffle, &after))
        return false;
    if (!pack_widens(a, p->of.catalogue, &before, &after, out, &e))
        abort();
    return true;
}

/* ---- the decisions ---- */

/* One recipient's decision by both. */
struct both {
    struct arena *arena;
    const struct ref_case *old_case, *new_case;
    struct ref_decision old_one, new_one;
};

static int form_of(const struct ref_decision *d, size_t slot)
{
    for (int o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        if (d->obliged[o].has[slot])
            return o;
    return REF_OBLIGATIONS_COUNT;
}

/* As it is tells all; a day tells the year; that it is there is told by all but a name that may be
 * missing from the table. */
static bool tells_more(const struct both *b, int now, int was)
{
    const char *more = b->new_case->bundle->more_aliases,
               *before = b->old_case->bundle->more_aliases;
    if (was == REF_OBLIGATIONS_COUNT || now == was)
        return now == REF_ALIAS && was == REF_ALIAS && more != before;
    if (was == REF_DATE)
        return now != REF_YEAR && now != REF_FLAG;
    return was == REF_ALIAS || was == REF_FLAG || now != REF_FLAG;
}

static bool is_stopped_anew(const struct both *b)
{
    size_t now = 0, was = 0;
    for (size_t i = 0; i < b->new_case->bundle->agreement_count; i++)
        now += b->new_case->bundle->agreements[i].stopped != NULL;
    for (size_t i = 0; i < b->old_case->bundle->agreement_count; i++)
        was += b->old_case->bundle->agreements[i].stopped != NULL;
    return now > was;
}

/* A stop may free what its agreement obliged to: one person must be able to order it
 * (pack_widens.h). */
static const char *find_field(const struct both *b)
{
    const struct plan *p = catalogue_at(b->old_case->catalogue, b->old_case->event->schema)->plan;
    const char *service = b->new_case->bundle->services[b->new_one.to].name;
    bool may_be_plainer = is_stopped_anew(b);
    for (size_t i = 0; i < plan_slots(p); i++) {
        if (!b->new_one.released.has[i])
            continue;
        struct slice path = plan_slot_at(p, i)->path;
        if (!b->old_one.released.has[i])
            return arena_format(b->arena, "%.*s to %s", SHOWN(path), service);
        if (!may_be_plainer && tells_more(b, form_of(&b->new_one, i), form_of(&b->old_one, i)))
            return arena_format(b->arena, "%.*s to %s, more plainly", SHOWN(path), service);
    }
    return NULL;
}

/* What it was told is missing; of the same fields, before prohibitions took some. */
static bool loses_notice(const struct both *b)
{
    return b->old_one.tell && !b->new_one.tell &&
           memcmp(&b->old_one.would, &b->new_one.would, sizeof b->old_one.would) == 0;
}

static const char *compare(struct arena *a, const struct ref_case *old_case,
                           const struct ref_case *new_case, int to)
{
    struct both b = { .arena = a, .old_case = old_case, .new_case = new_case };
    const char *service = new_case->bundle->services[to].name;
    if (!ref_decide_one(a, new_case, to, &b.new_one) || b.new_one.outcome != REF_DISCLOSE)
        return NULL;
    if (!ref_decide_one(a, old_case, to, &b.old_one) || b.old_one.outcome != REF_DISCLOSE)
        return arena_format(a, "the event to %s", service);
    if (loses_notice(&b))
        return arena_format(a, "to %s without notice", service);
    return find_field(&b);
}

/* As it is decided at once, and as a human would release it. What is only held is not disclosed:
 * that a hold arises where a surer clause is gone is no widening, a human sees it. */
const char *pair_discloses_more(struct arena *a, const struct pair *p)
{
    struct ref_case was = p->of, now = candidate_case(p);
    for (int released = 0; released < 2; released++) {
        was.is_released = now.is_released = released;
        for (size_t to = 0; to < p->of.bundle->service_count; to++) {
            const char *what = compare(a, &was, &now, (int)to);
            if (what)
                return what;
        }
    }
    return NULL;
}
