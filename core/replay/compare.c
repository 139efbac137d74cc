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

static void differs(const struct where *w, bool same, const char *what)
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
    bool same = n == m;
    for (size_t i = 0; same && i < n; i++)
        same = slice_equal(a[i], b[i]);
    return same;
}

static void compare_decision(const struct where *w, const struct audit_decision *a,
                             const struct audit_decision *b)
{
    differs(w, slice_equal(a->event_id, b->event_id) && a->caught_up == b->caught_up,
            "event decided");
    differs(w,
            !w->says_all || (slice_equal(a->schema, b->schema) && slice_equal(a->kind, b->kind) &&
                             slice_equal(a->source, b->source)),
            "type, kind and source of the event decided");
    differs(w, slice_equal(a->recipient, b->recipient), "recipient");
    differs(w, slice_equal(a->outcome, b->outcome), "outcome");
    differs(w, slice_equal(a->reason, b->reason), "reason");
    differs(w, same_list(a->clauses, a->clause_count, b->clauses, b->clause_count),
            "deciding clause");
    differs(w,
            same_list(a->prohibitions, a->prohibition_count, b->prohibitions, b->prohibition_count),
            "prohibition applied");
    differs(w, same_list(a->released, a->released_count, b->released, b->released_count),
            "list of released categories");
    differs(w,
            !w->says_all ||
                same_list(a->withheld, a->withheld_count, b->withheld, b->withheld_count),
            "list of withheld categories");
    differs(w, same_list(a->obliged, a->obliged_count, b->obliged, b->obliged_count),
            "list of what travels changed");
    differs(w, slice_equal(a->disclosure, b->disclosure), "disclosure id");
    differs(w, hash_equal(a->hash, b->hash), "hash of the disclosed bytes");
}

static bool same_claims(const struct audit_read *a, const struct audit_read *b)
{
    bool same = a->claim_count == b->claim_count;
    for (size_t i = 0; same && i < a->claim_count; i++)
        same = slice_equal(a->claims[i].service, b->claims[i].service) &&
               slice_equal(a->claims[i].before, b->claims[i].before) &&
               slice_equal(a->claims[i].after, b->claims[i].after) &&
               a->claims[i].caught_up == b->claims[i].caught_up;
    return same;
}

void compare_entries(const struct findings *f, int partition, const struct audit_read *recorded,
                     const struct audit_read *again)
{
    const struct audit_read *a = recorded, *b = again;
    struct where w = { f, partition, a->sequence, SLICE_INIT(""), a->version > 1 };
    differs(&w, slice_equal(a->kind, b->kind), "kind of entry");
    differs(&w, a->accepted_ms == b->accepted_ms, "time of acceptance");
    differs(&w, a->decided_ms == b->decided_ms, "decision time");
    differs(&w, hash_equal(a->event_hash, b->event_hash), "hash of the input");
    differs(&w, memcmp(a->subject, b->subject, ID_BYTES) == 0, "subject");
    differs(&w, slice_equal(a->event_id, b->event_id) && slice_equal(a->schema, b->schema) &&
                    slice_equal(a->event_kind, b->event_kind) && slice_equal(a->source, b->source),
            "description of the event");
    differs(&w, slice_equal(a->note, b->note) && slice_equal(a->disclosure, b->disclosure), "note");
    differs(&w, hash_equal(a->facts_before, b->facts_before), "hash of the facts before");
    differs(&w, hash_equal(a->facts_after, b->facts_after), "hash of the facts after");
    differs(&w, same_claims(a, b), "claims");
    differs(&w, a->decision_count == b->decision_count, "number of decisions");
    for (size_t i = 0; i < a->decision_count && i < b->decision_count; i++) {
        w.recipient = a->decisions[i].recipient;
        compare_decision(&w, &a->decisions[i], &b->decisions[i]);
    }
}
