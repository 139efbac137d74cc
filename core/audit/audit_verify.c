/* audit_verify.c - whether the audit on the bus is whole, and whether it and the bus say the same.
 *
 * It may run beside a router, so the order of reading matters. First come the committed notes: the
 * chain that is read after them must pass through them. Then comes the audit with its inputs, then
 * the disclosures, and last what the audit has gained meanwhile. A disclosure must be in the audit
 * by the end, and a decision of the first reading must have its disclosure by then. */
#include <inttypes.h>

#include "audit/disclosed.h"
#include "audit/walk.h"

#define ROUTER_GROUP "router"

struct verify {
    struct findings f;
    struct bus *bus;
    const struct bundle *bundle;
    int number;                         /* of the partition at hand */
    struct audit_chain *chains, *notes; /* by partition: as read; as committed */
    int64_t *offsets;                   /* where the second reading goes on */
    bool again;                         /* the second reading */
    struct walk_inputs inputs;
    struct disclosed_list audited, seen;
    struct disclosed_begin *begins; /* by number of the service */
    struct expired_list expired;
    struct arena arena, names;
};

static void check_chain(const struct verify *v, struct audit_chain *c, const struct audit_read *r)
{
    if (r->sequence != c->next)
        finding(&v->f, "audit %d number %" PRId64 ": number %" PRId64 " was to be here", v->number,
                r->sequence, c->next);
    if (!hash_equal(r->previous, c->head))
        finding(&v->f,
                "audit %d number %" PRId64 ": the chain is broken before it: the entry before "
                "was changed, or others are missing",
                v->number, r->sequence);
    if (r->decided_ms < c->decided_ms)
        finding(&v->f,
                "audit %d number %" PRId64 ": decided at an earlier time than the one before",
                v->number, r->sequence);
    /* Go on from what it says, so that one break is told once. */
    c->next = r->sequence;
    memcpy(c->head, r->previous, HASH_BYTES);
}

static void check_note(const struct verify *v, const struct audit_chain *c)
{
    const struct audit_chain *note = &v->notes[v->number];
    if (note->next > 0 && c->next == note->next && !hash_equal(c->head, note->head))
        finding(&v->f, "audit %d number %" PRId64 ": it is not the entry that was committed",
                v->number, c->next - 1);
}

/* The input of an entry is not on the bus: it expired, or that is a finding. */
static bool check_absent(struct verify *v, const struct audit_read *r, struct err *e)
{
    bool expired = false;
    if (r->input_partition == v->number &&
        !walk_inputs_expired(&v->inputs, r->input_topic, r->input_offset, &expired, e))
        return false;
    if (expired)
        return expired_add(&v->expired, r->input_topic, r->accepted_ms, e);
    finding(&v->f,
            "audit %d number %" PRId64 ": its input is not on the bus, or was audited before",
            v->number, r->sequence);
    return true;
}

static bool check_input(struct verify *v, const struct audit_read *r, struct err *e)
{
    const struct bus_record *in = NULL;
    uint64_t passed = 0;
    uint8_t hash[HASH_BYTES];
    if (!walk_inputs_at(&v->inputs, r->input_topic, r->input_offset, &in, &passed, e))
        return false;
    if (passed > 0)
        finding(&v->f,
                "audit %d number %" PRId64 ": %" PRIu64 " inputs before its own were never "
                "audited",
                v->number, r->sequence, passed);
    if (!in || r->input_partition != v->number)
        return check_absent(v, r, e);
    sha256(in->value, hash);
    if (!hash_equal(hash, r->event_hash) || in->accepted_ms != r->accepted_ms)
        finding(&v->f, "audit %d number %" PRId64 ": its input on the bus is not the one audited",
                v->number, r->sequence);
    return true;
}

static int number_of(const struct bundle *b, struct slice service)
{
    for (size_t i = 0; i < b->service_count; i++)
        if (slice_equal(b->services[i].name, service))
            return (int)i;
    return -1;
}

static bool check_decisions(struct verify *v, const struct audit_read *r, int64_t ms, struct err *e)
{
    struct disclosed one = { .place = v->number, .at = r->sequence, .ms = ms, .is_late = v->again };
    v->f.report->decisions += r->decision_count;
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        bool disclosed = slice_equal_text(d->outcome, decision_outcome_name(OUTCOME_DISCLOSE));
        if (disclosed != (d->disclosure.n > 0))
            finding(&v->f, "audit %d number %" PRId64 ": outcome and disclosure do not fit",
                    v->number, r->sequence);
        if (d->disclosure.n == 0)
            continue;
        disclosed_key(&one, d->recipient, d->hash);
        one.service = number_of(v->bundle, d->recipient);
        (void)disclosure_id_parse(d->disclosure, &one.id);
        if (!disclosed_add(&v->audited, &one, e))
            return false;
    }
    return true;
}

static bool check_entry(struct verify *v, const struct bus_record *record, struct err *e)
{
    const struct slice framed = record->value;
    struct audit_chain *chain = &v->chains[v->number];
    struct audit_read r;
    bool good = true;
    v->f.report->entries++;
    if (audit_read(v->bundle->catalogue, &v->arena, framed, &r, e)) {
        check_chain(v, chain, &r);
        v->f.report->events += slice_equal_text(r.kind, audit_kind_name(AUDIT_EVENT));
        if (!v->again)
            good = check_input(v, &r, e);
        good = good && check_decisions(v, &r, record->accepted_ms, e);
    } else if (e->fate == ERR_REJECT) {
        finding(&v->f, "audit %d number %" PRId64 ": cannot be read", v->number, chain->next);
        err_clear(e);
    } else {
        return false;
    }
    audit_chain_add(chain, framed, r.decided_ms);
    check_note(v, chain);
    return good;
}

static bool verify_partition(struct verify *v, struct err *e)
{
    struct walk w;
    const struct bus_record *record = NULL;
    bool good = walk_open(&w, v->bus, TOPIC_AUDIT, v->number, v->offsets[v->number], e);
    walk_inputs_init(&v->inputs, v->bus, v->number);
    while (good) {
        good = walk_next(&w, &record, e);
        if (!good || !record)
            break;
        arena_reset(&v->arena);
        v->offsets[v->number] = record->offset + 1;
        good = check_entry(v, record, e);
    }
    walk_inputs_release(&v->inputs);
    walk_close(&w);
    return good;
}

static bool read_audit(struct verify *v, struct err *e)
{
    for (v->number = 0; v->number < v->bundle->partitions; v->number++)
        if (!verify_partition(v, e))
            return false;
    return true;
}

static bool read_notes(struct verify *v, struct err *e)
{
    struct bus_position at;
    for (int i = 0; i < v->bundle->partitions; i++) {
        if (!bus_group_committed(v->bus, ROUTER_GROUP, TOPIC_AUDIT, i, &v->names, &at, e))
            return false;
        if (!audit_note_read(at.note, &v->notes[i], e))
            return false;
    }
    return true;
}

static void check_ends(const struct verify *v)
{
    for (int i = 0; i < v->bundle->partitions; i++)
        if (v->chains[i].next < v->notes[i].next)
            finding(&v->f, "audit %d: %" PRId64 " entries are missing at its end", i,
                    v->notes[i].next - v->chains[i].next);
}

/* Notes where the topic begins. Asked after it was read, so that what has gone meanwhile counts as
 * gone. */
static bool read_begin(struct verify *v, struct disclosed_begin *begin, struct err *e)
{
    struct bus_end end;
    if (!bus_end(v->bus, begin->topic, 0, &end, e))
        return false;
    begin->first = end.first;
    return true;
}

static bool read_disclosures(struct verify *v, size_t service, struct err *e)
{
    struct slice name = v->bundle->services[service].name;
    struct disclosed_begin *begin = &v->begins[service];
    struct walk w;
    const struct bus_record *record = NULL;
    begin->topic = topic_disclosures(&v->names, name);
    if (!begin->topic)
        return err_memory(e);
    bool good = walk_open(&w, v->bus, begin->topic, 0, 0, e);
    if (!good && slice_equal_text(slice_text(e->code), "bus.topic")) {
        err_clear(e); /* the service has no topic yet: whatever is audited for it is missing */
        return true;
    }
    while (good) {
        good = walk_next(&w, &record, e);
        if (!good || !record)
            break;
        if (!begin->has_first)
            begin->first_ms = record->accepted_ms;
        begin->has_first = true;
        struct disclosed one = { .place = (int)service, .at = record->offset };
        uint8_t hash[HASH_BYTES];
        sha256(record->value, hash);
        disclosed_key(&one, name, hash);
        v->f.report->disclosures++;
        good = disclosed_add(&v->seen, &one, e);
    }
    walk_close(&w);
    return good && read_begin(v, begin, e);
}

static bool verify_all(struct verify *v, struct err *e)
{
    if (!read_notes(v, e))
        return false;
    if (!read_audit(v, e))
        return false;
    check_ends(v);
    for (size_t i = 0; i < v->bundle->service_count; i++)
        if (!read_disclosures(v, i, e))
            return false;
    v->again = true;
    return read_audit(v, e);
}

static bool make_tables(struct verify *v, struct err *e)
{
    size_t n = (size_t)v->bundle->partitions;
    v->chains = ARENA_ARRAY(&v->names, n, struct audit_chain);
    v->notes = ARENA_ARRAY(&v->names, n, struct audit_chain);
    v->offsets = ARENA_ARRAY(&v->names, n, int64_t);
    v->begins = ARENA_ARRAY(&v->names, v->bundle->service_count + 1, struct disclosed_begin);
    return (v->chains && v->notes && v->offsets && v->begins) || err_memory(e);
}

bool audit_verify(struct bus *b, const struct bundle *bundle, struct arena *a,
                  void (*say)(void *ctx, const char *sentence), void *ctx, struct audit_report *out,
                  struct err *e)
{
    struct verify v = { .f = { say, ctx, out }, .bus = b, .bundle = bundle, .expired = { .a = a } };
    *out = (struct audit_report){ .entries = 0 };
    arena_init(&v.arena, WALK_ARENA_BYTES);
    arena_init(&v.names, WALK_ARENA_BYTES);
    bool good = make_tables(&v, e) && verify_all(&v, e);
    good = good && disclosed_compare(&v.f, bundle, &v.audited, &v.seen, v.begins, &v.expired, e);
    out->expired = v.expired.list;
    out->expired_count = v.expired.count;
    disclosed_release(&v.audited);
    disclosed_release(&v.seen);
    arena_release(&v.arena);
    arena_release(&v.names);
    return good;
}
