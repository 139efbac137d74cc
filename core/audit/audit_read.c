/* audit_read.c - an entry read back through the compiled plan, for why, held, status, verify and
 * replay. */
#include "audit/audit_read.h"

#include "audit/first_form.h"
#include "record/wire.h"

/* Of entries of version 1, which are on the bus for ever. */
#define FIRST_FORM UINT64_C(0xc13392544874d1c7)

static bool copy_fixed(const struct view *v, const char *path, uint8_t *out, size_t n)
{
    struct slice bytes = view_text_at(v, path);
    if (bytes.n != n)
        return false;
    memcpy(out, bytes.p, n);
    return true;
}

static bool read_strings(const struct view *v, const char *path, struct arena *a,
                         const struct slice **out, size_t *n, struct err *e)
{
    int slot = plan_slot(v->plan, slice_text(path));
    if (slot < 0)
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find '%s' in an entry", path);
    return view_strings(v, (size_t)slot, a, out, n, e);
}

static bool read_decision(const struct view *v, struct arena *a, struct audit_decision *d,
                          struct err *e)
{
    d->event_id = view_text_at(v, "event_id");
    d->recipient = view_text_at(v, "recipient");
    d->outcome = view_text_at(v, "outcome");
    d->reason = view_text_at(v, "reason");
    d->disclosure = view_text_at(v, "disclosure");
    d->caught_up = view_long_at(v, "caught_up") != 0;
    d->schema = view_text_at(v, "schema");
    d->kind = view_text_at(v, "kind");
    d->source = view_text_at(v, "source");
    if (!copy_fixed(v, "hash", d->hash, HASH_BYTES))
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot read a decision's hash");
    return read_strings(v, "clauses[]", a, &d->clauses, &d->clause_count, e) &&
           read_strings(v, "released[]", a, &d->released, &d->released_count, e) &&
           read_strings(v, "withheld[]", a, &d->withheld, &d->withheld_count, e) &&
           read_strings(v, "prohibitions[]", a, &d->prohibitions, &d->prohibition_count, e) &&
           read_strings(v, "obliged[]", a, &d->obliged, &d->obliged_count, e);
}

static bool read_decisions(const struct view *v, struct arena *a, struct audit_read *out,
                           struct err *e)
{
    const struct view *items = NULL;
    size_t n = 0;
    int slot = plan_slot(v->plan, SLICE("decisions[]"));
    if (slot < 0)
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find the decisions of an entry");
    if (!view_items(v, (size_t)slot, a, &items, &n, e))
        return false;
    struct audit_decision *list = ARENA_ARRAY(a, n, struct audit_decision);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        if (!read_decision(&items[i], a, &list[i], e))
            return false;
    for (size_t i = 0; i < n; i++) {
        bool is_own = slice_equal(list[i].event_id, out->event_id);
        if (!is_own || !slice_is_empty(list[i].schema))
            continue;
        list[i].schema = out->schema;
        list[i].kind = out->event_kind;
        list[i].source = out->source;
    }
    out->decisions = list;
    out->decision_count = n;
    return true;
}

static bool read_claims(const struct view *v, struct arena *a, struct audit_read *out,
                        struct err *e)
{
    const struct view *items = NULL;
    size_t n = 0;
    int slot = plan_slot(v->plan, SLICE("claims[]"));
    if (slot < 0)
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find the claims of an entry");
    if (!view_items(v, (size_t)slot, a, &items, &n, e))
        return false;
    struct audit_claim *list = ARENA_ARRAY(a, n, struct audit_claim);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        list[i] =
            (struct audit_claim){ .service = view_text_at(&items[i], "service"),
                                  .before = view_text_at(&items[i], "before"),
                                  .after = view_text_at(&items[i], "after"),
                                  .caught_up = (uint64_t)view_long_at(&items[i], "caught_up") };
    out->claims = list;
    out->claim_count = n;
    return true;
}

static bool read_hashes(const struct view *v, struct audit_read *out)
{
    return copy_fixed(v, "previous", out->previous, HASH_BYTES) &&
           copy_fixed(v, "event_hash", out->event_hash, HASH_BYTES) &&
           copy_fixed(v, "subject", out->subject, ID_BYTES) &&
           copy_fixed(v, "bundle", out->bundle_hash, HASH_BYTES) &&
           copy_fixed(v, "facts_before", out->facts_before, HASH_BYTES) &&
           copy_fixed(v, "facts_after", out->facts_after, HASH_BYTES);
}

static bool open_entry(const struct catalogue *c, struct arena *a, struct slice framed,
                       struct view *out, struct err *e)
{
    uint64_t fingerprint = 0;
    struct slice body;
    if (!wire_open(framed, &fingerprint, &body, e))
        return false;
    if (fingerprint == FIRST_FORM) {
        const struct schema *now = catalogue_named(c, SLICE("AuditEntry"));
        if (!now)
            return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find the schema of an entry");
        if (!first_form_entry(a, body, &body, e))
            return false;
        return plan_view(now->plan, a, body, out, e);
    }
    const struct schema *s = catalogue_fingerprint(c, fingerprint);
    if (!s || !slice_equal_text(s->name, "AuditEntry"))
        return err_set(e, ERR_REJECT, "audit.read", 2, "cannot read an entry: of another schema");
    return plan_view(s->plan, a, body, out, e);
}

bool audit_read(const struct catalogue *c, struct arena *a, struct slice framed,
                struct audit_read *out, struct err *e)
{
    struct view v;
    *out = (struct audit_read){ .sequence = 0 };
    if (!open_entry(c, a, framed, &v, e))
        return false;
    out->version = (int)view_long_at(&v, "version");
    out->sequence = view_long_at(&v, "sequence");
    out->kind = view_text_at(&v, "kind");
    out->input_topic = view_text_at(&v, "input.topic");
    out->input_partition = (int)view_long_at(&v, "input.partition");
    out->input_offset = view_long_at(&v, "input.offset");
    out->accepted_ms = view_long_at(&v, "accepted");
    out->decided_ms = view_long_at(&v, "decided");
    out->event_id = view_text_at(&v, "event_id");
    out->schema = view_text_at(&v, "schema");
    out->event_kind = view_text_at(&v, "kind_of_event");
    out->source = view_text_at(&v, "source");
    out->note = view_text_at(&v, "note");
    out->disclosure = view_text_at(&v, "disclosure");
    if (!read_hashes(&v, out))
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot read an entry's hashes");
    if (!read_decisions(&v, a, out, e))
        return false;
    return read_claims(&v, a, out, e);
}
