/* unread.c - a list of people, opened by signs and ended by people's words. */
#include "audit/unread.h"

#include <stdio.h>

static void unread_put(char *to, size_t room, struct slice text)
{
    (void)snprintf(to, room, "%.*s", SHOWN(text));
}

static struct unread_person *unread_first(const struct unread_list *l,
                                          const uint8_t subject[ID_BYTES])
{
    uint64_t hash = hash_bytes(slice_of(subject, ID_BYTES));
    return (struct unread_person *)chains_first(&l->by_subject, hash);
}

static struct unread_person *unread_next(const struct unread_person *x)
{
    return (struct unread_person *)chains_next(&x->by_subject);
}

static bool alike_is(const struct unread_alike *a, struct slice source, struct slice code)
{
    return slice_equal_text(source, a->source) && slice_equal_text(code, a->code);
}

static struct unread_person *unread_find(const struct unread_list *l,
                                         const uint8_t subject[ID_BYTES], struct slice source,
                                         struct slice code)
{
    for (struct unread_person *x = unread_first(l, subject); x; x = unread_next(x)) {
        bool same_person = memcmp(x->subject, subject, ID_BYTES) == 0;
        if (same_person && alike_is(x->alike, source, code))
            return x;
    }
    return NULL;
}

static bool unread_waits(const struct unread_list *l, const uint8_t subject[ID_BYTES])
{
    for (const struct unread_person *x = unread_first(l, subject); x; x = unread_next(x))
        if (memcmp(x->subject, subject, ID_BYTES) == 0)
            return true;
    return false;
}

/* NULL without memory. */
static struct unread_alike *alike_of(struct unread_list *l, struct slice source, struct slice code)
{
    struct unread_alike *a = l->alikes;
    while (a && !alike_is(a, source, code))
        a = a->next;
    if (a)
        return a;
    a = mem_alloc(sizeof *a);
    if (!a)
        return NULL;
    unread_put(a->source, sizeof a->source, source);
    unread_put(a->code, sizeof a->code, code);
    a->next = l->alikes;
    l->alikes = a;
    return a;
}

static void leave_alike(struct unread_list *l, struct unread_alike *gone)
{
    struct unread_alike **at = &l->alikes;
    gone->people--;
    if (gone->people > 0)
        return;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    mem_free(gone);
}

/* NULL without memory. */
static struct unread_person *unread_add(struct unread_list *l, int partition,
                                        const struct audit_read *r, struct slice code)
{
    bool is_new = !unread_waits(l, r->subject);
    uint64_t hash = hash_bytes(slice_of(r->subject, ID_BYTES));
    struct unread_person *x = mem_alloc(sizeof *x);
    struct unread_alike *alike = x ? alike_of(l, r->source, code) : NULL;
    bool is_added = alike && chains_add(&l->by_subject, &x->by_subject, hash);
    if (!is_added) {
        mem_free(x);
        return NULL;
    }
    x->alike = alike;
    x->partition = partition;
    x->since_ms = r->decided_ms;
    memcpy(x->subject, r->subject, ID_BYTES);
    x->next = l->first;
    if (x->next)
        x->next->before = x;
    l->first = x;
    alike->people++;
    if (is_new)
        l->people++;
    return x;
}

/* "CODE REFERENCE" */
static void take_sign(struct unread_list *l, int partition, const struct audit_read *r)
{
    size_t blank = slice_find(r->note, ' ');
    struct slice code = slice_head(r->note, blank);
    struct unread_person *x = unread_find(l, r->subject, r->source, code);
    if (!x)
        x = unread_add(l, partition, r, code);
    if (!x) {
        l->lost = true;
        return;
    }
    unread_put(x->reference, sizeof x->reference, slice_from(r->note, blank + 1));
    x->last_ms = r->decided_ms;
}

static void unread_drop(struct unread_list *l, struct unread_person *gone)
{
    if (gone->before)
        gone->before->next = gone->next;
    else
        l->first = gone->next;
    if (gone->next)
        gone->next->before = gone->before;
    chains_remove(&l->by_subject, &gone->by_subject);
    leave_alike(l, gone->alike);
    if (!unread_waits(l, gone->subject))
        l->people--;
    mem_free(gone);
}

/* "looked unread:AGENCY/FEED:CODE by NAME: REASON" */
static void unread_take_word(struct unread_list *l, const struct audit_read *r)
{
    static const char start[] = "looked unread:";
    if (!slice_starts(r->note, slice_text(start)))
        return;
    if (slice_ends(r->note, slice_text(LOOKED_AT_NOTHING)))
        return;
    struct slice on = slice_from(r->note, sizeof start - 1);
    on = slice_head(on, slice_find(on, ' '));
    size_t colon = slice_find(on, ':');
    struct unread_person *x =
        unread_find(l, r->subject, slice_head(on, colon), slice_from(on, colon + 1));
    if (x)
        unread_drop(l, x);
}

int64_t unread_oldest_ms(const struct unread_list *l)
{
    int64_t oldest_ms = 0;
    for (const struct unread_person *x = l->first; x; x = x->next)
        if (!oldest_ms || x->since_ms < oldest_ms)
            oldest_ms = x->since_ms;
    return oldest_ms;
}

int64_t unread_last_ms(const struct unread_list *l, const struct unread_alike *of)
{
    int64_t last_ms = 0;
    for (const struct unread_person *x = l->first; x; x = x->next)
        if (x->alike == of && x->last_ms > last_ms)
            last_ms = x->last_ms;
    return last_ms;
}

bool unread_take(void *list, int partition, const struct audit_read *r)
{
    struct unread_list *l = list;
    if (slice_equal_text(r->kind, audit_kind_name(AUDIT_UNREAD)))
        take_sign(l, partition, r);
    else if (slice_equal_text(r->kind, audit_kind_name(AUDIT_HOLD_ACT)))
        unread_take_word(l, r);
    return !l->lost;
}

/* Of two lists from the newer to the older. */
static struct unread_person *merge_people(struct unread_person *a, struct unread_person *b)
{
    struct unread_person *first = NULL, **end = &first;
    while (a && b) {
        struct unread_person **newer = a->since_ms >= b->since_ms ? &a : &b;
        *end = *newer;
        end = &(*end)->older;
        *newer = *end;
    }
    *end = a ? a : b;
    return first;
}

#define RUNS 64 /* of 1, 2, 4, 8 ... people */

/* A merge sort that counts in twos: runs[i] is NULL or a sorted list of 2^i people. One more
 * person merges with runs[0], the result with runs[1], and so on up to the first that is NULL. */
static struct unread_person *sort_people(struct unread_person *all)
{
    struct unread_person *runs[RUNS] = { NULL }, *sorted = NULL;
    while (all) {
        struct unread_person *run = all;
        size_t i = 0;
        all = all->older;
        run->older = NULL;
        while (runs[i]) {
            run = merge_people(runs[i], run);
            runs[i] = NULL;
            i++;
        }
        runs[i] = run;
    }
    for (size_t i = 0; i < RUNS; i++)
        sorted = merge_people(runs[i], sorted);
    return sorted;
}

/* Whether more than UNREAD_ALIKE_MAX people came within UNREAD_ALIKE_MS. sorted: from the newer to
 * the older; far is UNREAD_ALIKE_MAX people behind it, and both move on together. */
static bool is_list(const struct unread_person *sorted)
{
    const struct unread_person *far = sorted;
    for (size_t n = 0; far && n < UNREAD_ALIKE_MAX; n++)
        far = far->older;
    for (; far; far = far->older) {
        if (sorted->since_ms < far->since_ms + UNREAD_ALIKE_MS)
            return true;
        sorted = sorted->older;
    }
    return false;
}

void unread_gather(struct unread_list *l)
{
    for (struct unread_alike *a = l->alikes; a; a = a->next)
        a->first = NULL;
    struct unread_person *x = l->first;
    while (x && x->next)
        x = x->next;
    for (; x; x = x->before) {
        x->older = x->alike->first;
        x->alike->first = x;
    }
    for (struct unread_alike *a = l->alikes; a; a = a->next) {
        struct unread_person *first = a->first;
        a->is_list = is_list(sort_people(first));
        a->first = first;
    }
}

void unread_release(struct unread_list *l)
{
    while (l->first)
        unread_drop(l, l->first);
    while (l->alikes) { /* of which nobody is left, memory having ended */
        struct unread_alike *gone = l->alikes;
        l->alikes = gone->next;
        mem_free(gone);
    }
    chains_release(&l->by_subject);
}
