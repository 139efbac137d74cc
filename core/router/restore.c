/* restore.c - reads a partition's chain and facts back before it decides anything.
 *
 * The chain is at one place, the note of the committed position of (`audit`, p), and is
 * cross-checked with the last entry on the bus: a note that was lost (Kafka forgets offsets,
 * KIP-211) is made again from that entry; one that does not fit it is never overruled, it stops
 * the router. */
#include "router/restore.h"

#include <inttypes.h>

#include "audit/walk.h"
#include "record/wire.h"
#include "sharing/facts/former.h"

#define RESTORE_ARENA_BYTES ((size_t)64 * 1024 * 1024)

struct last {
    bool found;
    struct audit_chain chain; /* after it */
};

/* An offset is never below the entry's sequence number (a broker's markers only add to it), so
 * that number is where to start looking. */
static bool read_last(struct bus *b, const struct catalogue *c, int partition, int64_t from,
                      struct last *out, struct err *e)
{
    struct walk w;
    struct arena a;
    const struct bus_record *record = NULL;
    struct audit_read entry;
    struct bus_end end;
    *out = (struct last){ .found = false };
    if (!bus_end(b, TOPIC_AUDIT, partition, &end, e))
        return false;
    if (from < end.first)
        from = end.first;
    if (from > end.next)
        from = end.next; /* it is missing: the caller says so */
    arena_init(&a, RESTORE_ARENA_BYTES);
    bool good = walk_open(&w, b, TOPIC_AUDIT, partition, from, e);
    while (good) {
        good = walk_next(&w, &record, e);
        if (!good || !record)
            break;
        arena_reset(&a);
        good = audit_read(c, &a, record->value, &entry, e);
        if (!good)
            break;
        out->found = true;
        out->chain.next = entry.sequence;
        memcpy(out->chain.head, entry.previous, HASH_BYTES);
        out->chain.decided_ms = entry.decided_ms;
        audit_chain_add(&out->chain, record->value, entry.decided_ms);
    }
    walk_close(&w);
    arena_release(&a);
    return good;
}

static bool same_place(const struct audit_chain *a, const struct audit_chain *b)
{
    return a->next == b->next && memcmp(a->head, b->head, HASH_BYTES) == 0;
}

static bool restore_chain(struct bus *b, struct bus_worker *w, const struct bundle *bundle,
                          int partition, struct arena *a, struct audit_chain *out, struct err *e)
{
    struct bus_position at;
    struct last last;
    if (!bus_committed(w, TOPIC_AUDIT, partition, a, &at, e))
        return false;
    if (!audit_note_read(at.note, out, e))
        return false;
    if (at.next != out->next && !slice_is_empty(at.note))
        return err_set(e, ERR_FATAL, "audit.chain", 0,
                       "cannot go on with the audit of partition %d: its position says %" PRId64
                       ", its note %" PRId64,
                       partition, at.next, out->next);
    if (!read_last(b, bundle->catalogue, partition, out->next > 0 ? out->next - 1 : 0, &last, e))
        return false;
    if (slice_is_empty(at.note)) {
        *out = last.chain; /* zeros when the audit is empty, as at the very start */
        return true;
    }
    bool is_whole = !last.found;
    if (out->next > 0)
        is_whole = last.found && same_place(out, &last.chain);
    if (is_whole)
        return true;
    return err_set(
        e, ERR_FATAL, "audit.chain", 0,
        "cannot go on with the audit of partition %d: its last entry is not the one that "
        "was committed (number %" PRId64 ")",
        partition, out->next - 1);
}

/* Asked at the start: later it would stop the partition at the first event of such a person. */
static bool has_form(const struct catalogue *c, int partition, struct slice value, struct err *e)
{
    uint64_t form = 0;
    struct slice body;
    const struct schema *facts = catalogue_named(c, SLICE("Facts"));
    if (!wire_open(value, &form, &body, e))
        return false;
    if (catalogue_fingerprint(c, form))
        return true;
    if (facts && former_is_read(facts, form))
        return true;
    return err_set(e, ERR_FATAL, "facts.form", 0,
                   "cannot restore facts of partition %d: a record of form %016" PRIx64
                   ", which this version of the program does not have; the version that wrote it "
                   "can go on with it",
                   partition, form);
}

static bool restore_facts(struct bus *b, const struct catalogue *c, int partition,
                          struct memory *out, struct err *e)
{
    struct walk w;
    const struct bus_record *record = NULL;
    bool good = walk_open(&w, b, TOPIC_FACTS, partition, 0, e);
    while (good) {
        good = walk_next(&w, &record, e);
        if (!good || !record)
            break;
        if (record->key.n != ID_BYTES)
            good = err_set(e, ERR_FATAL, "facts.key", 0,
                           "cannot restore facts of partition %d: a key of %zu bytes", partition,
                           record->key.n);
        good = good && has_form(c, partition, record->value, e);
        good = good && memory_restore(out, record->key.p, record->value, e);
    }
    walk_close(&w);
    return good;
}

bool restore_partition(struct bus *b, struct bus_worker *w, const struct bundle *bundle,
                       int partition, struct partition *out, struct err *e)
{
    struct arena a;
    arena_init(&a, RESTORE_ARENA_BYTES);
    bool good = restore_chain(b, w, bundle, partition, &a, &out->chain, e);
    good = good && restore_facts(b, bundle->catalogue, partition, &out->memory, e);
    arena_release(&a);
    return good;
}
