/* holds.c - a list in the order of the audit, opened and ended by decisions. */
#include "audit/holds.h"

#include <stdio.h>

void holds_init(struct holds *h, const struct bundle *b)
{
    *h = (struct holds){ .bundle = b };
}

#define ANY_PARTITION (-1)

static struct held *holds_find_in(const struct holds *h, int partition, struct slice hold,
                                  bool is_refused)
{
    struct chain_link *l = chains_first(&h->by_name, hash_bytes(hold));
    for (; l; l = chains_next(l)) {
        struct held *x = (struct held *)l;
        if (x->is_refused == is_refused && slice_equal_text(hold, x->hold) &&
            (partition == ANY_PARTITION || partition == x->partition))
            return x;
    }
    return NULL;
}

static struct held *holds_find_one(const struct holds *h, struct slice hold, bool is_refused)
{
    return holds_find_in(h, ANY_PARTITION, hold, is_refused);
}

static void leave_held(struct holds *h, struct held *x)
{
    if (x->before)
        x->before->next = x->next;
    else if (x->is_refused)
        h->refused = x->next;
    else
        h->first = x->next;
    if (x->next)
        x->next->before = x->before;
    else if (!x->is_refused)
        h->last = x->before;
    x->next = x->before = NULL;
}

static void join_end(struct holds *h, struct held *x)
{
    x->before = h->last;
    if (h->last)
        h->last->next = x;
    else
        h->first = x;
    h->last = x;
}

static void join_refused(struct holds *h, struct held *x)
{
    x->next = h->refused;
    if (x->next)
        x->next->before = x;
    h->refused = x;
}

static void held_put(char *to, size_t room, struct slice text)
{
    (void)snprintf(to, room, "%.*s", (int)text.n, (const char *)text.p);
}

static void held_name(char *to, size_t room, struct slice left, char between, struct slice right)
{
    (void)snprintf(to, room, "%.*s%c%.*s", (int)left.n, (const char *)left.p, between, (int)right.n,
                   (const char *)right.p);
}

static struct held *new_held(const struct holds *h, int partition, const struct audit_read *r,
                             const struct audit_decision *d)
{
    struct held *x = mem_alloc(sizeof *x);
    if (!x)
        return NULL;
    held_name(x->what, sizeof x->what, r->schema, '.', r->event_kind);
    held_put(x->source, sizeof x->source, r->source);
    held_put(x->reason, sizeof x->reason, d->reason);
    if (d->clause_count)
        held_put(x->clause, sizeof x->clause, d->clauses[0]);
    memcpy(x->subject, r->subject, ID_BYTES);
    x->partition = partition;
    x->since_ms = r->decided_ms;
    x->due_ms = r->decided_ms + bundle_hold_limit(h->bundle, d->reason);
    return x;
}

/* "release HOLD by NAME: REASON (first of two)" */
struct said {
    struct slice act, by;
    char hold[HOLD_NAME_MAX];
    bool is_first; /* of two */
};

static void read_note(struct slice note, struct said *out)
{
    size_t word = slice_find(note, ' ');
    struct slice rest = slice_from(note, word + 1);
    size_t blank = slice_find(rest, ' ');
    struct slice by = slice_from(rest, blank + sizeof " by " - 1);
    out->act = slice_head(note, word);
    out->by = slice_head(by, slice_find(by, ':'));
    out->is_first = slice_ends(note, SLICE(HOLD_FIRST_OF_TWO));
    held_put(out->hold, sizeof out->hold, slice_head(rest, blank));
}

static void take_first(const struct holds *h, int partition, const struct said *said)
{
    struct slice hold = slice_text(said->hold);
    struct held *x = holds_find_in(h, partition, hold, false);
    if (!x)
        x = holds_find_in(h, partition, hold, true);
    if (!x)
        return;
    held_put(x->first, sizeof x->first, said->by);
    held_put(x->first_act, sizeof x->first_act, said->act);
}

static void end_hold(struct holds *h, struct held *gone)
{
    if (!gone)
        return;
    leave_held(h, gone);
    chains_remove(&h->by_name, &gone->by_name);
    mem_free(gone);
}

/* What was refused is kept beside what is held. A word speaks of its own partition: what it is
 * carried over to says so again there, and between partitions there is no order. */
static void refuse_one(struct holds *h, int partition, const struct said *said, const char *hold,
                       const struct audit_read *r)
{
    struct held *x = holds_find_in(h, partition, slice_text(hold), false);
    if (!x)
        return;
    leave_held(h, x);
    x->is_refused = true;
    join_refused(h, x);
    x->refused_ms = r->decided_ms;
    x->refused_at = r->sequence;
    x->is_whole_episode = slice_equal_text(said->act, "refuse-episode");
    *x->first = '\0';
    held_put(x->refused_by, sizeof x->refused_by, said->by);
}

/* Marks the named hold refused, and with a whole episode all that waited of it. */
static void take_refusal(struct holds *h, int partition, const struct said *said,
                         const struct audit_read *r)
{
    char name[HOLD_NAME_MAX];
    refuse_one(h, partition, said, said->hold, r);
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        held_name(name, sizeof name, d->event_id, ':', d->recipient);
        if (slice_equal_text(d->reason, "hold-refused"))
            refuse_one(h, partition, said, name, r);
    }
}

/* With all that was refused with it. */
static void reopen_one(struct holds *h, int partition, const char *hold)
{
    const struct held *named = holds_find_in(h, partition, slice_text(hold), true);
    if (!named)
        return;
    const int64_t refused_at = named->refused_at;
    for (struct held *x = h->refused, *next; x; x = next) {
        next = x->next;
        if (x->partition == partition && x->refused_at == refused_at)
            end_hold(h, x);
    }
}

/* "... (refused as HOLD)": that hold; empty: it was named itself. */
static struct slice refused_as(struct slice note)
{
    size_t at = note.n;
    while (at && note.p[at - 1] != ' ')
        at--;
    struct slice hold = slice_from(note, at);
    bool is_there = slice_ends(slice_head(note, at), SLICE(REOPENED_AS));
    if (!is_there || !slice_ends(hold, SLICE(")")))
        return SLICE("");
    return slice_head(hold, hold.n - 1);
}

/* What was named, or what that was refused as, and whatever else waits again. */
static void take_reopening(struct holds *h, int partition, const struct said *said,
                           const struct audit_read *r)
{
    char name[HOLD_NAME_MAX];
    held_put(name, sizeof name, refused_as(r->note));
    bool is_named = holds_find_in(h, partition, slice_text(said->hold), true);
    reopen_one(h, partition, is_named ? said->hold : name);
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        held_name(name, sizeof name, d->event_id, ':', d->recipient);
        if (slice_equal_text(d->outcome, "hold"))
            reopen_one(h, partition, name);
    }
}

/* A word on what no facts hold: it ended without a decision, while its service was out of the
 * region. */
static void take_gone(struct holds *h, int partition, const struct said *said,
                      const struct audit_read *r)
{
    struct held *x = holds_find_in(h, partition, slice_text(said->hold), false);
    if (x && memcmp(x->subject, r->subject, ID_BYTES) == 0)
        end_hold(h, x);
}

static void holds_take_word(struct holds *h, int partition, const struct audit_read *r)
{
    struct said said;
    read_note(r->note, &said);
    if (said.is_first)
        take_first(h, partition, &said);
    else if (!r->decision_count && slice_ends(r->note, SLICE(HOLD_WAS_GONE)))
        take_gone(h, partition, &said, r);
    else if (r->decision_count && slice_starts(said.act, SLICE("refuse")))
        take_refusal(h, partition, &said, r);
    else if (r->decision_count && slice_equal_text(said.act, "reopen"))
        take_reopening(h, partition, &said, r);
}

static void open_one(struct holds *h, const char *name, int partition, const struct audit_read *r,
                     const struct audit_decision *d)
{
    struct held *x = new_held(h, partition, r, d);
    bool is_added = x && chains_add(&h->by_name, &x->by_name, hash_bytes(slice_text(name)));
    if (!is_added) {
        mem_free(x);
        h->lost = true;
        return;
    }
    held_put(x->hold, sizeof x->hold, slice_text(name));
    join_end(h, x);
}

/* It waits as long as before, and for something else: whoever said something first did not see
 * that. */
static void hold_for(struct holds *h, struct held *x, const struct audit_decision *d)
{
    if (slice_equal_text(d->reason, x->reason))
        return;
    held_put(x->reason, sizeof x->reason, d->reason);
    x->due_ms = x->since_ms + bundle_hold_limit(h->bundle, d->reason);
    *x->first = '\0';
}

static void holds_take_decision(struct holds *h, int partition, const struct audit_read *r,
                                const struct audit_decision *d)
{
    char name[HOLD_NAME_MAX];
    bool is_hold = slice_equal_text(d->outcome, "hold");
    held_name(name, sizeof name, d->event_id, ':', d->recipient);
    struct held *x = holds_find_one(h, slice_text(name), false);
    if (x && !is_hold)
        end_hold(h, x);
    else if (x && is_hold)
        hold_for(h, x, d);
    else if (is_hold)
        open_one(h, name, partition, r, d);
}

bool holds_take(void *holds, int partition, const struct audit_read *r)
{
    struct holds *h = holds;
    if (!unread_take(&h->unread, partition, r))
        return false;
    if (slice_equal_text(r->kind, audit_kind_name(AUDIT_HOLD_ACT)))
        holds_take_word(h, partition, r);
    for (size_t i = 0; i < r->decision_count; i++)
        holds_take_decision(h, partition, r, &r->decisions[i]);
    return !h->lost;
}

const struct held *holds_find(const struct holds *h, struct slice hold)
{
    return holds_find_one(h, hold, false);
}

const struct held *holds_find_refused(const struct holds *h, struct slice hold)
{
    return holds_find_one(h, hold, true);
}

bool holds_kept_back(const struct holds *h, struct slice hold, const struct audit_read *r,
                     const struct held **by)
{
    char name[HOLD_NAME_MAX];
    bool is_kept = false;
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        held_name(name, sizeof name, d->event_id, ':', d->recipient);
        is_kept |= slice_equal_text(d->reason, "hold-refused") && slice_equal_text(hold, name);
    }
    for (const struct held *x = h->refused; is_kept && x; x = x->next)
        if (memmem(r->note.p, r->note.n, x->hold, strlen(x->hold)))
            *by = x;
    return is_kept;
}

void holds_count_one(const struct held *x, int64_t now_ms, struct holds_count *out)
{
    out->open++;
    if (now_ms >= x->due_ms)
        out->overdue++;
    if (!out->oldest_ms || x->since_ms < out->oldest_ms)
        out->oldest_ms = x->since_ms;
}

void holds_count(const struct holds *h, int64_t now_ms, struct holds_count *out)
{
    *out = (struct holds_count){ .open = 0 };
    for (const struct held *x = h->first; x; x = x->next)
        holds_count_one(x, now_ms, out);
}

void holds_release(struct holds *h)
{
    while (h->first)
        end_hold(h, h->first);
    while (h->refused)
        end_hold(h, h->refused);
    chains_release(&h->by_name);
    unread_release(&h->unread);
}
