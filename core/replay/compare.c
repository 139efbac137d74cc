/* compare.c - says in what a replayed entry differs from the recorded one. */
#include "replay/compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct where {
    const struct findings *f;
    int partition;
    int64_t sequence;
    struct slice recipient; /* empty: the entry itself */
    bool says_all;          /* version 1 said less of a decision, and more of what was withheld */
};

static void tell_difference(const struct where *w, bool same, const char *what)
{
    if (same)
        return;
    bool of_one = !slice_is_empty(w->recipient);
    finding(w->f, "audit %d number %" PRId64 ": the %s%s%.*s is not what a replay gives",
            w->partition, w->sequence, what, of_one ? " for " : "", (int)w->recipient.n,
            (const char *)w->recipient.p);
}

static bool same_list(const struct slice *a, size_t n, const struct slice *b, size_t m)
{
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!slice_equal(a[i], b[i]))
            return false;
    return true;
}

static void compare_recorded(const struct where *w, const struct audit_decision *a,
                             const struct audit_decision *b)
{
    bool same_event = slice_equal(a->event_id, b->event_id) && a->caught_up == b->caught_up;
    bool same_type = slice_equal(a->schema, b->schema) && slice_equal(a->kind, b->kind) &&
                     slice_equal(a->source, b->source);
    bool same_prohibitions =
        same_list(a->prohibitions, a->prohibition_count, b->prohibitions, b->prohibition_count);
    bool same_withheld = same_list(a->withheld, a->withheld_count, b->withheld, b->withheld_count);
    tell_difference(w, same_event, "event decided");
    tell_difference(w, !w->says_all || same_type, "type, kind and source of the event decided");
    tell_difference(w, slice_equal(a->recipient, b->recipient), "recipient");
    tell_difference(w, slice_equal(a->outcome, b->outcome), "outcome");
    tell_difference(w, slice_equal(a->reason, b->reason), "reason");
    tell_difference(w, same_list(a->clauses, a->clause_count, b->clauses, b->clause_count),
                    "deciding clause");
    tell_difference(w, same_prohibitions, "prohibition applied");
    tell_difference(w, same_list(a->released, a->released_count, b->released, b->released_count),
                    "list of released categories");
    tell_difference(w, !w->says_all || same_withheld, "list of withheld categories");
    tell_difference(w, same_list(a->obliged, a->obliged_count, b->obliged, b->obliged_count),
                    "list of what travels changed");
    tell_difference(w, slice_equal(a->disclosure, b->disclosure), "disclosure id");
    tell_difference(w, hash_equal(a->hash, b->hash), "hash of the disclosed bytes");
}

static bool same_claims(const struct audit_read *a, const struct audit_read *b)
{
    if (a->claim_count != b->claim_count)
        return false;
    for (size_t i = 0; i < a->claim_count; i++) {
        bool same = slice_equal(a->claims[i].service, b->claims[i].service) &&
                    slice_equal(a->claims[i].before, b->claims[i].before) &&
                    slice_equal(a->claims[i].after, b->claims[i].after) &&
                    a->claims[i].caught_up == b->claims[i].caught_up;
        if (!same)
            return false;
    }
    return true;
}

void compare_entries(const struct findings *f, int partition, const struct audit_read *recorded,
                     const struct audit_read *again)
{
    const struct audit_read *a = recorded, *b = again;
    struct where w = { f, partition, a->sequence, SLICE_INIT(""), a->version > 1 };
    tell_difference(&w, slice_equal(a->kind, b->kind), "kind of entry");
    tell_difference(&w, a->accepted_ms == b->accepted_ms, "time of acceptance");
    tell_difference(&w, a->decided_ms == b->decided_ms, "decision time");
    tell_difference(&w, hash_equal(a->event_hash, b->event_hash), "hash of the input");
    tell_difference(&w, memcmp(a->subject, b->subject, ID_BYTES) == 0, "subject");
    bool same_event = slice_equal(a->event_id, b->event_id) && slice_equal(a->schema, b->schema) &&
                      slice_equal(a->event_kind, b->event_kind) &&
                      slice_equal(a->source, b->source);
    tell_difference(&w, same_event, "description of the event");
    bool same_note = slice_equal(a->note, b->note) && slice_equal(a->disclosure, b->disclosure);
    tell_difference(&w, same_note, "note");
    tell_difference(&w, hash_equal(a->facts_before, b->facts_before), "hash of the facts before");
    tell_difference(&w, hash_equal(a->facts_after, b->facts_after), "hash of the facts after");
    tell_difference(&w, same_claims(a, b), "claims");
    tell_difference(&w, a->decision_count == b->decision_count, "number of decisions");
    for (size_t i = 0; i < a->decision_count && i < b->decision_count; i++) {
        w.recipient = a->decisions[i].recipient;
        compare_recorded(&w, &a->decisions[i], &b->decisions[i]);
    }
}
