/* unread.c - a list of people, opened by signs and ended by people's words. */
#include "audit/unread.h"

#include <stdio.h>

static void put(char *to, size_t room, struct slice text)
{
    (void)snprintf(to, room, "%.*s", SHOWN(text));
}

static bool is_of(const struct unread_person *x, const uint8_t subject[ID_BYTES],
                  struct slice source, struct slice code)
{
    return memcmp(x->subject, subject, ID_BYTES) == 0 && slice_equal_text(source, x->source) &&
           slice_equal_text(code, x->code);
}

static struct unread_person **find(struct unread_list *l, const uint8_t subject[ID_BYTES],
                                   struct slice source, struct slice code)
{
    struct unread_person **at = &l->first;
    while (*at && !is_of(*at, subject, source, code))
        at = &(*at)->next;
    return at;
}

static bool waits(const struct unread_list *l, const uint8_t subject[ID_BYTES])
{
    const struct unread_person *x = l->first;
    while (x && memcmp(x->subject, subject, ID_BYTES) != 0)
        x = x->next;
    return x != NULL;
}

/* "CODE REFERENCE" */
static void take_sign(struct unread_list *l, int partition, const struct audit_read *r)
{
    size_t blank = slice_find(r->note, ' ');
    struct slice code = slice_head(r->note, blank);
    struct unread_person *x = *find(l, r->subject, r->source, code);
    if (!x) {
        x = mem_alloc(sizeof *x);
        l->lost = l->lost || !x;
        if (!x)
            return;
        *x = (struct unread_person){ .next = l->first,
                                     .partition = partition,
                                     .since_ms = r->decided_ms };
        memcpy(x->subject, r->subject, ID_BYTES);
        l->people += !waits(l, r->subject);
        put(x->source, sizeof x->source, r->source);
        put(x->code, sizeof x->code, code);
        l->first = x;
    }
    put(x->reference, sizeof x->reference, slice_from(r->note, blank + 1));
    x->last_ms = r->decided_ms;
}

/* "looked unread:AGENCY/FEED:CODE by NAME: REASON" */
static void take_word(struct unread_list *l, const struct audit_read *r)
{
    static const char start[] = "looked unread:";
    if (!slice_starts(r->note, slice_text(start)) ||
        slice_ends(r->note, slice_text(LOOKED_AT_NOTHING)))
        return;
    struct slice on = slice_from(r->note, sizeof start - 1);
    on = slice_head(on, slice_find(on, ' '));
    size_t colon = slice_find(on, ':');
    struct unread_person **at =
        find(l, r->subject, slice_head(on, colon), slice_from(on, colon + 1)), *gone = *at;
    if (!gone)
        return;
    *at = gone->next;
    mem_free(gone);
    l->people -= !waits(l, r->subject);
}

int64_t unread_oldest_ms(const struct unread_list *l)
{
    int64_t oldest_ms = 0;
    for (const struct unread_person *x = l->first; x; x = x->next)
        if (!oldest_ms || x->since_ms < oldest_ms)
            oldest_ms = x->since_ms;
    return oldest_ms;
}

bool unread_take(void *list, int partition, const struct audit_read *r)
{
    struct unread_list *l = list;
    if (slice_equal_text(r->kind, audit_kind_name(AUDIT_UNREAD)))
        take_sign(l, partition, r);
    else if (slice_equal_text(r->kind, audit_kind_name(AUDIT_HOLD_ACT)))
        take_word(l, r);
    return !l->lost;
}

bool unread_is_alike(const struct unread_person *a, const struct unread_person *b)
{
    return strcmp(a->source, b->source) == 0 && strcmp(a->code, b->code) == 0;
}

size_t unread_count(const struct unread_list *l, const struct unread_person *like)
{
    size_t n = 0;
    for (const struct unread_person *x = l->first; x; x = x->next)
        n += unread_is_alike(x, like);
    return n;
}

bool unread_is_list(const struct unread_list *l, const struct unread_person *like)
{
    for (const struct unread_person *a = l->first; a; a = a->next) {
        size_t n = 0;
        if (!unread_is_alike(a, like))
            continue;
        for (const struct unread_person *b = l->first; b; b = b->next)
            n += unread_is_alike(b, like) && b->since_ms >= a->since_ms &&
                 b->since_ms < a->since_ms + UNREAD_ALIKE_MS;
        if (n > UNREAD_ALIKE_MAX)
            return true;
    }
    return false;
}

bool unread_is_first(const struct unread_list *l, const struct unread_person *x)
{
    const struct unread_person *first = l->first;
    while (first != x && !unread_is_alike(first, x))
        first = first->next;
    return first == x;
}

void unread_release(struct unread_list *l)
{
    while (l->first) {
        struct unread_person *gone = l->first;
        l->first = gone->next;
        mem_free(gone);
    }
    l->people = 0;
}
