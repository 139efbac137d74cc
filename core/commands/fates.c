/* fates.c - joins disclosures with what their doors said. */
#include "commands/fates.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/walk.h"
#include "base/clock.h"
#include "commands/passed_over.h"
#include "delivery/delivery.h"
#include "record/wire.h"

struct collecting {
    struct arena *a;
    const struct site *site;
    struct fates *out;
    struct passed_over_list passed;
    struct walk_inputs inputs;
    struct err *e;
    bool failed;
};

static bool keep_failed(struct collecting *c)
{
    c->failed = true;
    return err_memory(c->e);
}

static struct fate *add_fate(struct collecting *c, struct slice disclosure, struct slice state)
{
    struct fates *f = c->out;
    struct fate *grown = arena_grow(c->a, f->list, &f->room, f->count, sizeof *grown);
    struct slice id = arena_copy(c->a, disclosure), name = arena_copy(c->a, state);
    if (!grown || !id.p || !name.p) {
        (void)keep_failed(c);
        return NULL;
    }
    f->list = grown;
    grown[f->count] = (struct fate){ .disclosure = id, .state = name, .order = f->count + 1 };
    return &grown[f->count++];
}

/* What the partner answered. */
static bool keep_answer(struct collecting *c, struct fate *f, struct slice code, struct slice said)
{
    f->code = arena_copy(c->a, code);
    f->said = arena_copy(c->a, said);
    if (!f->code.p || !f->said.p)
        return keep_failed(c);
    return true;
}

/* ---- receipts ---- */

static bool copy_names(struct arena *a, const struct slice *from, size_t n, struct fate *out)
{
    struct slice *list = ARENA_ARRAY(a, n + 1, struct slice);
    for (size_t i = 0; list && i < n; i++)
        list[i] = arena_copy(a, from[i]);
    out->removed = list;
    out->removed_count = list ? n : 0;
    return list != NULL;
}

/* Reads what the receipt itself says. It may have gone from the bus since it was audited: then
 * nothing is read. */
static bool read_receipt(struct collecting *c, const struct audit_read *r, struct fate *out)
{
    const struct bus_record *in = NULL;
    uint64_t passed = 0, fingerprint = 0;
    struct slice body;
    struct view v;
    const struct slice *removed = NULL;
    size_t n = 0;
    struct err ignored = { .fate = ERR_NONE };
    if (!walk_inputs_at(&c->inputs, r->input_topic, r->input_offset, &in, &passed, c->e))
        return false;
    if (!in || !wire_open(in->value, &fingerprint, &body, &ignored))
        return true;
    const struct schema *s = catalogue_fingerprint(c->site->catalogue, fingerprint);
    bool is_receipt = s && slice_equal_text(s->name, "Receipt");
    int slot = is_receipt ? plan_slot(s->plan, SLICE("removed[]")) : -1;
    if (slot < 0)
        return true;
    if (!plan_view(s->plan, c->a, arena_copy(c->a, body), &v, &ignored))
        return true;
    if (!view_strings(&v, (size_t)slot, c->a, &removed, &n, &ignored))
        return true;
    out->at_ms = view_long_at(&v, "at");
    out->is_whole = true;
    return copy_names(c->a, removed, n, out) || err_memory(c->e);
}

static bool take_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct collecting *c = ctx;
    c->failed = !passed_over_take(&c->passed, r, c->e);
    if (c->failed)
        return false;
    if (!slice_equal_text(r->kind, audit_kind_name(AUDIT_RECEIPT)) || !r->disclosure.n)
        return true;
    if (c->inputs.partition != partition) {
        struct bus *b = c->inputs.bus;
        walk_inputs_release(&c->inputs);
        walk_inputs_init(&c->inputs, b, partition);
    }
    /* the note of a receipt: its outcome, a code, what the partner answered */
    size_t cut = slice_find(r->note, ' ');
    struct slice rest = slice_from(r->note, cut < r->note.n ? cut + 1 : cut);
    struct slice code = slice_head(rest, slice_find(rest, ' '));
    struct slice said = slice_from(rest, code.n < rest.n ? code.n + 1 : code.n);
    bool never = slice_equal_text(code, "delivery.not-delivered");
    struct fate *f =
        add_fate(c, r->disclosure, never ? SLICE("not-deliverable") : slice_head(r->note, cut));
    if (!f)
        return false;
    f->recipient = arena_copy(c->a, r->source);
    f->at_ms = r->accepted_ms;
    if (!f->recipient.p)
        return keep_failed(c);
    if (!keep_answer(c, f, code, said))
        return false;
    c->failed = !read_receipt(c, r, f);
    return !c->failed;
}

/* ---- what waits here ---- */

static bool take_waiting(void *ctx, const struct delivery_waiting *w)
{
    struct collecting *c = ctx;
    struct slice state = SLICE("queued");
    if (w->parked)
        state = SLICE("parked");
    else if (w->maybe)
        state = SLICE("sent");
    struct fate *f = add_fate(c, w->disclosure, state);
    if (!f)
        return false;
    return keep_answer(c, f, w->code, w->said);
}

static bool read_waiting(struct collecting *c, const struct site *s)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (access(s->deliveries[i].database, F_OK) == 0 &&
            !delivery_each_waiting(s->deliveries[i].database, take_waiting, c, c->e))
            return false;
    return !c->failed;
}

/* ---- what was passed over ---- */

static bool is_here(const struct site *s, struct slice service)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (slice_equal(s->deliveries[i].service, service) &&
            access(s->deliveries[i].database, F_OK) == 0)
            return true;
    return false;
}

/* Whatever else is known of it counts more: it stands first. */
static bool take_decisions(void *ctx, int partition, const struct audit_read *r)
{
    struct collecting *c = ctx;
    (void)partition;
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        const struct passed_over *p = passed_over_find(&c->passed, r, d);
        struct fate *f = p ? add_fate(c, d->disclosure, SLICE("skipped")) : NULL;
        if (p && !f)
            return false;
        if (!f)
            continue;
        f->recipient = p->service;
        f->by = p->by;
        f->at_ms = p->at_ms;
        f->is_whole = is_here(c->site, p->service);
        f->order = 0;
    }
    return true;
}

static bool read_passed_over(struct collecting *c, struct bus *b)
{
    const struct site *s = c->site;
    if (c->passed.count == 0)
        return true;
    if (!passed_over_read(&c->passed, b, c->e))
        return false;
    if (!audit_each(b, s->catalogue, s->bundle->partitions, take_decisions, c, c->e))
        return false;
    return !c->failed;
}

/* ---- looking up ---- */

static int by_disclosure(const void *x, const void *y)
{
    const struct fate *a = x, *b = y;
    int way = slice_compare(a->disclosure, b->disclosure);
    return way ? way : (a->order > b->order) - (a->order < b->order);
}

bool fates_read(struct arena *a, const struct site *s, struct bus *b, struct fates *out,
                struct err *e)
{
    struct collecting c = { .a = a, .site = s, .out = out, .passed = { .a = a }, .e = e };
    if (!read_waiting(&c, s))
        return false;
    walk_inputs_init(&c.inputs, b, 0);
    bool good = audit_each(b, s->catalogue, s->bundle->partitions, take_entry, &c, e);
    walk_inputs_release(&c.inputs);
    good = good && !c.failed && read_passed_over(&c, b);
    passed_over_release(&c.passed);
    if (out->count)
        qsort(out->list, out->count, sizeof *out->list, by_disclosure);
    return good;
}

struct fate fates_of(const struct fates *f, struct slice disclosure, struct slice recipient)
{
    size_t low = 0, high = f->count; /* the last of its disclosure stands before `low` */
    while (low < high) {
        size_t at = low + (high - low) / 2;
        if (slice_compare(f->list[at].disclosure, disclosure) <= 0)
            low = at + 1;
        else
            high = at;
    }
    for (; low > 0 && slice_equal(f->list[low - 1].disclosure, disclosure); low--)
        if (slice_is_empty(f->list[low - 1].recipient) ||
            slice_equal(f->list[low - 1].recipient, recipient))
            return f->list[low - 1];
    return (struct fate){ .disclosure = disclosure, .state = SLICE_INIT("queued") };
}

/* ---- in words ---- */

static bool has_state(const struct fate *f, const char *state)
{
    return slice_equal_text(f->state, state);
}

/* A code of a delivery has a dot, and tells nothing of a person. A reason of a rule may. */
static struct slice code_shown(const struct fate *f, bool hide)
{
    bool is_open = !f->code.n || slice_find(f->code, '.') < f->code.n;
    return is_open ? f->code : reason_shown(f->code, !hide);
}

static void put_names(const struct fate *f, struct buf *out)
{
    for (size_t i = 0; i < f->removed_count; i++) {
        buf_text(out, i ? ", " : " ");
        buf_put(out, f->removed[i]);
    }
}

static void put_reduction(const struct fate *f, bool hide, struct buf *out)
{
    buf_text(out, "; REDUCED at the door, which took out");
    if (hide)
        buf_text(out, " what is shown with --protected");
    else if (!f->is_whole)
        buf_text(out, " something");
    else
        put_names(f, out);
}

static void put_passed_over(const struct fate *f, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    struct slice at = time_ms_to_iso(f->at_ms, time);
    buf_format(out,
               "; PASSED OVER, as its delivery had not read it when it aged out, by the skip of "
               "%.*s %.*s%s",
               SHOWN(f->by), SHOWN(at),
               f->is_whole ? "" : ", unless it waits where its delivery runs");
}

void fates_sentence(const struct fate *f, bool hide, struct buf *out)
{
    static const struct {
        const char *state, *words;
        bool has_ended, has_code;
    } rows[] = {
        { "queued", "QUEUED, not received yet", false, true },
        { "sent", "SENT, and no answer came yet", false, true },
        { "answered", "SENT, and not taken yet", false, true },
        { "parked", "SET ASIDE at the door until a person looks at it", false, true },
        { "accepted", "accepted", true, false },
        { "reduced", "accepted", true, false },
        { "refused", "REFUSED by its recipient", true, true },
        { "not-deliverable", "NOT DELIVERED, its delivery has no mapping of that kind,", true,
          false },
        { "stopped", "STOPPED at the door", true, true },
    };
    char time[TIME_TEXT_MAX];
    struct slice code = code_shown(f, hide), at = time_ms_to_iso(f->at_ms, time);
    bool was_answered = has_state(f, "sent") && f->said.n > 0;
    struct slice state = was_answered ? SLICE("answered") : f->state;
    size_t i = 0;
    if (has_state(f, "skipped")) {
        put_passed_over(f, out);
        return;
    }
    while (i + 1 < sizeof rows / sizeof rows[0] && !slice_equal_text(state, rows[i].state))
        i++;
    if (has_state(f, "reduced"))
        put_reduction(f, hide, out);
    buf_format(out, "; %s", rows[i].words);
    if (rows[i].has_code && code.n)
        buf_format(out, " (%.*s%s%.*s)", SHOWN(code), f->said.n ? ", answered " : "",
                   SHOWN(f->said));
    if (rows[i].has_ended)
        buf_format(out, " %.*s", (int)at.n, (const char *)at.p);
}

void fates_json(const struct fate *f, bool hide, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    buf_text(out, ",\"delivery\":{\"state\":");
    buf_json(out, f->state);
    buf_text(out, ",\"code\":");
    buf_json(out, code_shown(f, hide));
    buf_text(out, ",\"answered\":");
    buf_json(out, f->said);
    buf_text(out, ",\"at\":");
    buf_json(out, f->at_ms ? time_ms_to_iso(f->at_ms, time) : SLICE(""));
    if (f->by.n) {
        buf_text(out, ",\"by\":");
        buf_json(out, f->by);
    }
    buf_text(out, ",\"removed\":");
    if (hide || (has_state(f, "reduced") && !f->is_whole)) {
        buf_text(out, "null}");
        return;
    }
    buf_byte(out, '[');
    for (size_t i = 0; i < f->removed_count; i++) {
        buf_text(out, i ? "," : "");
        buf_json(out, f->removed[i]);
    }
    buf_text(out, "]}");
}
