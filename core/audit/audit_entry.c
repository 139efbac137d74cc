/* audit_entry.c - makes the framed entry of one input: internal/AuditEntry, field by field.
 *
 * Hand-encoded in the schema's order; a test reads every entry back through the compiled plan. */
#include "audit/audit_entry.h"

#include "record/wire.h"
#include "sharing/rules/clause.h"
#include "sharing/rules/prohibition.h"

#define ENTRY_VERSION 2
#define SOURCE_MAX_BYTES 512 /* longer than any topic of it */

const char *audit_kind_name(enum audit_kind k)
{
    static const char *const names[] = {
        [AUDIT_EVENT] = "event",     [AUDIT_DUPLICATE] = "duplicate", [AUDIT_REFUSED] = "refused",
        [AUDIT_RECEIPT] = "receipt", [AUDIT_HOLD_ACT] = "hold-act",   [AUDIT_BUNDLE] = "bundle",
        [AUDIT_UNREAD] = "unread",
    };
    return names[k];
}

static void entry_fixed(struct buf *out, const uint8_t *bytes, size_t n)
{
    buf_put(out, slice_of(bytes, n));
}

/* SHA-256 of s; zeros when there is nothing to hash. */
static void entry_hash(struct buf *out, struct slice s)
{
    uint8_t hash[HASH_BYTES] = { 0 };
    if (!slice_is_empty(s))
        sha256(s, hash);
    entry_fixed(out, hash, HASH_BYTES);
}

static void entry_id(struct buf *out, const struct event_id *id)
{
    char hex[ID_HEX];
    id_hex(id->b, hex);
    avro_put_text(out, slice_of(hex, ID_HEX - 1));
}

/* An array ends with a block of no items. */
static void entry_end(struct buf *out, size_t count)
{
    if (count > 0)
        avro_put_long(out, 0);
}

static void entry_names(struct buf *out, const struct bundle *b, const uint32_t *list, size_t n,
                        struct slice (*name)(const struct bundle *b, uint32_t one))
{
    avro_put_long(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        avro_put_text(out, name(b, list[i]));
    entry_end(out, n);
}

/* "year:identity.birth-date" of everything released only changed. */
static void entry_obliged(struct buf *out, const struct bundle *b, const struct decision *d)
{
    for (enum obligation o = 0; o < OBLIGE_COUNT; o++)
        bundle_put_names_as(b, d->schema, &d->obliged[o], slice_text(obligation_name(o)), out);
    avro_put_long(out, 0);
}

/* What sort of event it is of, where the entry does not say so itself. */
static void entry_own_event(struct buf *out, const struct bundle *b, const struct decision *d,
                            const struct event_id *entry)
{
    bool is_own = entry && memcmp(entry->b, d->event.b, sizeof entry->b) == 0;
    if (is_own || slice_is_empty(d->kind)) {
        for (int i = 0; i < 3; i++)
            avro_put_text(out, SLICE(""));
        return;
    }
    avro_put_text(out, catalogue_at(b->catalogue, d->schema)->name);
    avro_put_text(out, d->kind);
    avro_put_text(out, d->source);
}

static void entry_decision(struct buf *out, const struct bundle *b, const struct decision *d,
                           const struct disclosure *disclosures, const struct event_id *entry)
{
    static const uint8_t none[HASH_BYTES];
    const struct disclosure *sent = d->disclosure >= 0 ? &disclosures[d->disclosure] : NULL;
    entry_id(out, &d->event);
    avro_put_text(out, b->services[d->to.n].name);
    avro_put_text(out, slice_text(decision_outcome_name(d->outcome)));
    avro_put_text(out, slice_text(d->reason));
    entry_names(out, b, d->clauses, d->clause_count, clause_name);
    bundle_put_names(b, d->schema, &d->released, out);
    bundle_put_names(b, d->schema, &d->withheld, out);
    entry_names(out, b, d->prohibitions, d->prohibition_count, prohibition_name);
    avro_put_text(out, slice_text(sent ? sent->id.text : NULL));
    entry_fixed(out, sent ? sent->hash : none, HASH_BYTES);
    buf_byte(out, d->caught_up);
    entry_obliged(out, b, d);
    entry_own_event(out, b, d, entry);
}

/* "agency/service" of an event, whether its header names the service alone or in full; nothing
 * where it is longer than any name. */
static void entry_source(struct buf *out, const struct view *event, const struct header_slots *h)
{
    struct slice agency = view_text(event, (size_t)h->source_agency);
    struct slice service = view_text(event, (size_t)h->source_service);
    if (service.n > SOURCE_MAX_BYTES) {
        avro_put_text(out, SLICE(""));
        return;
    }
    bool is_full = slice_find(service, '/') < service.n;
    if (is_full) {
        avro_put_text(out, service);
        return;
    }
    avro_put_long(out, (int64_t)(agency.n + 1 + service.n));
    buf_put(out, agency);
    buf_byte(out, '/');
    buf_put(out, service);
}

static void entry_place(struct buf *out, const struct bus_record *in)
{
    avro_put_text(out, slice_text(in->topic));
    avro_put_long(out, in->partition);
    avro_put_long(out, in->offset);
    avro_put_long(out, in->accepted_ms);
}

/* Texts of an event are taken over only when they can be nothing but what they should be: a
 * refused event may hold anything anywhere, and no payload may reach the audit. */
static struct slice event_id(const struct view *event, const struct header_slots *h)
{
    struct event_id id;
    struct slice text = view_text(event, (size_t)h->id);
    return id_from_hex(text, id.b) ? text : SLICE("");
}

static struct slice event_kind(const struct bundle *b, const struct view *event,
                               const struct header_slots *h)
{
    const struct schema *schema = catalogue_named(b->catalogue, slice_text(plan_name(event->plan)));
    struct slice kind = view_text(event, (size_t)h->kind);
    return schema && schema_has_kind(schema, kind) ? kind : SLICE("");
}

static void entry_event(struct buf *out, const struct bundle *b, const struct audit_subject *s)
{
    static const struct subject_key nobody;
    const struct header_slots *h = s->event ? plan_header(s->event->plan) : NULL;
    const struct subject_key *subject = s->subject ? s->subject : &nobody;
    avro_put_text(out, h ? event_id(s->event, h) : SLICE(""));
    uint8_t hash[HASH_BYTES];
    sha256(s->input->value, hash); /* also of no bytes at all */
    entry_fixed(out, hash, HASH_BYTES);
    entry_fixed(out, subject->b, ID_BYTES);
    avro_put_text(out, h ? slice_text(plan_name(s->event->plan)) : s->schema);
    avro_put_text(out, h ? event_kind(b, s->event, h) : SLICE(""));
    if (h)
        entry_source(out, s->event, h);
    else
        avro_put_text(out, s->source);
}

static void entry_decisions(struct buf *out, const struct bundle *b, const struct audit_subject *s)
{
    const struct judged *j = s->judged;
    const struct header_slots *h = s->event ? plan_header(s->event->plan) : NULL;
    struct event_id id;
    bool has_event = h && id_from_hex(view_text(s->event, (size_t)h->id), id.b);
    size_t n = j ? j->decision_count : 0;
    avro_put_long(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        entry_decision(out, b, &j->decisions[i], j->disclosures, has_event ? &id : NULL);
    entry_end(out, n);
}

static void entry_claims(struct buf *out, const struct bundle *b, const struct judged *j)
{
    size_t n = j ? j->claim_count : 0;
    avro_put_long(out, (int64_t)n);
    for (size_t i = 0; i < n; i++) {
        avro_put_text(out, b->services[j->claims[i].service].name);
        avro_put_text(out, slice_text(claimed_state_name(j->claims[i].before)));
        avro_put_text(out, slice_text(claimed_state_name(j->claims[i].after)));
        avro_put_long(out, j->claims[i].caught_up);
    }
    entry_end(out, n);
}

bool audit_entry(const struct bundle *b, struct audit_chain *c, const struct audit_subject *s,
                 struct buf *out, struct err *e)
{
    const struct schema *schema = catalogue_named(b->catalogue, SLICE("AuditEntry"));
    if (!schema)
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find the schema 'AuditEntry'");
    size_t start = out->n;
    wire_put_header(out, plan_fingerprint(schema->plan));
    avro_put_long(out, ENTRY_VERSION);
    avro_put_long(out, c->next);
    entry_fixed(out, c->head, HASH_BYTES);
    avro_put_text(out, slice_text(audit_kind_name(s->kind)));
    entry_place(out, s->input);
    avro_put_long(out, s->decided_ms);
    entry_event(out, b, s);
    entry_fixed(out, b->hash, HASH_BYTES);
    avro_put_text(out, SLICE(ENGINE_VERSION));
    entry_hash(out, s->facts_before);
    entry_hash(out, s->facts_after);
    entry_decisions(out, b, s);
    avro_put_text(out, s->note);
    avro_put_text(out, s->disclosure);
    entry_claims(out, b, s->judged);
    if (!buf_done(out, e))
        return false;
    audit_chain_add(c, slice_from(buf_slice(out), start), s->decided_ms);
    return true;
}
