/* project.c - the event as one recipient gets it.
 *
 * Law 7: the bytes depend on the decision and on what is released, on nothing else. So every slot
 * whose category is not released is null, and the header is replaced, never edited. */
#include "sharing/judge/project.h"

#include "record/wire.h"
#include "sharing/decide/oblige.h"

#define HEADER_ROOM 1024 /* of replaced header fields, the longest together */
#define HEADER_SLOTS 11

void project_id(const struct bundle *b, const struct event *ev, uint16_t recipient, unsigned again,
                struct disclosure_id *out)
{
    char hex[ID_HEX];
    const uint8_t times[] = { 0, (uint8_t)again, (uint8_t)(again >> 8) };
    uint8_t hash[HASH_BYTES];
    id_hex(ev->id.b, hex);
    const struct slice zero = slice_of("", 1);
    const struct slice hashed[] = {
        b->region,       zero, b->agencies[ev->agency].name, zero,
        slice_text(hex), zero, b->services[recipient].name,  slice_of(times, sizeof times)
    };
    sha256_slices(hashed, again ? 8 : 7, hash);
    disclosure_id_from(hash, out);
}

/* Parts of "agreement/version/clause". */
static void split_clause(struct slice name, struct slice *agreement, int64_t *version,
                         struct slice *clause)
{
    size_t first = slice_find(name, '/');
    struct slice rest = slice_from(name, first + 1);
    size_t second = slice_find(rest, '/');
    *agreement = slice_head(name, first);
    *clause = slice_from(rest, second + 1);
    *version = 0;
    (void)slice_to_i64(slice_head(rest, second), version);
}

/* Encoded values of the replaced slots lie one after the other in one buffer. */
struct header {
    struct replacement *list;
    size_t count;
    struct buf bytes;
    size_t from;
};

static void begin_slot(struct header *h)
{
    h->from = h->bytes.n;
}

static void end_slot(struct header *h, int slot)
{
    h->list[h->count++] =
        (struct replacement){ (size_t)slot, slice_of(h->bytes.p + h->from, h->bytes.n - h->from) };
}

static void put_text_slot(struct header *h, int slot, struct slice text)
{
    begin_slot(h);
    avro_put_opt_text(&h->bytes, text);
    end_slot(h, slot);
}

static void put_number_slot(struct header *h, int slot, int64_t value)
{
    begin_slot(h);
    avro_put_long(&h->bytes, 1);
    avro_put_long(&h->bytes, value);
    end_slot(h, slot);
}

/* Whether the recipient may be told that this path was cleared. */
static bool may_hear(const struct project *p, struct slice path)
{
    const struct plan *plan = p->event->view->plan;
    int slot = plan_field(plan, path);
    return slot >= 0 && categories_has(p->released, p->portions[slot]);
}

static bool put_cleared_paths(const struct project *p, struct header *h, struct err *e)
{
    const struct slice *paths = NULL;
    size_t n = 0, kept = 0;
    int slot = p->event->slots->cleared;
    if (!view_strings(p->event->view, (size_t)slot, p->arena, &paths, &n, e))
        return false;
    begin_slot(h);
    for (size_t i = 0; i < n; i++)
        kept += may_hear(p, paths[i]);
    if (kept)
        avro_put_long(&h->bytes, (int64_t)kept);
    for (size_t i = 0; i < n; i++)
        if (may_hear(p, paths[i]))
            avro_put_text(&h->bytes, paths[i]);
    avro_put_long(&h->bytes, 0);
    end_slot(h, slot);
    return true;
}

static void put_action(const struct project *p, struct header *h)
{
    int slot = p->event->slots->action;
    const struct slot *s = plan_slot_at(p->event->view->plan, (size_t)slot);
    for (size_t i = 0; i < s->symbol_count; i++) {
        if (!slice_equal(s->symbols[i], p->action))
            continue;
        begin_slot(h);
        avro_put_long(&h->bytes, (int64_t)i);
        end_slot(h, slot);
    }
}

static bool fill_disclosure_header(const struct project *p, const struct disclosure *d,
                                   struct header *h, struct err *e)
{
    const struct header_slots *s = p->event->slots;
    struct slice agreement, clause;
    int64_t version = 0;
    char reference[ID_HEX];
    id_hex(d->key.b, reference);
    split_clause(p->clause, &agreement, &version, &clause);
    begin_slot(h);
    avro_put_text(&h->bytes, slice_text(d->id.text));
    end_slot(h, s->id);
    begin_slot(h);
    avro_put_text(&h->bytes, p->event->kind_name); /* of a retraction: of what is taken back */
    end_slot(h, s->kind);
    put_text_slot(h, s->original, p->original);
    put_text_slot(h, s->agreement, agreement);
    put_number_slot(h, s->agreement_version, version);
    put_text_slot(h, s->clause, clause);
    put_text_slot(h, s->notice, p->tell);
    put_action(p, h);
    put_text_slot(h, s->reference, slice_text(reference));
    put_number_slot(h, s->route, subject_partition(&p->in->subject, p->in->bundle->partitions));
    return put_cleared_paths(p, h, e) && buf_done(&h->bytes, e);
}

static size_t count_obliged(const struct project *p)
{
    size_t n = 0;
    if (!oblige_any(p->obliged))
        return 0;
    for (size_t i = 0; i < plan_slots(p->event->view->plan); i++)
        if (oblige_form(p->obliged, p->portions[i]) != OBLIGE_COUNT)
            n++;
    return n;
}

static void put_changed_slots(const struct project *p, struct header *h)
{
    for (size_t i = 0; i < plan_slots(p->event->view->plan); i++) {
        enum obligation o = oblige_form(p->obliged, p->portions[i]);
        if (o == OBLIGE_COUNT)
            continue;
        begin_slot(h);
        oblige_put(p->in->bundle, p->event->view, i, o, &h->bytes);
        end_slot(h, (int)i);
    }
}

bool project_disclosure(const struct project *p, struct disclosure *out, struct err *e)
{
    const struct bundle *b = p->in->bundle;
    const struct view *v = p->event->view;
    size_t changed = count_obliged(p);
    struct header h = { .list = ARENA_ARRAY(p->arena, HEADER_SLOTS + changed, struct replacement) };
    struct buf bytes;
    size_t room = HEADER_ROOM + p->tell.n + v->bytes.n + changed * oblige_room(b);
    out->to.n = p->recipient;
    project_id(b, p->event, p->recipient, p->again, &out->id);
    judge_pseudonym(p->in->keys, b, out->to, &p->in->subject, &out->key);
    if (!h.list)
        return err_memory(e);
    if (!buf_in_arena(p->arena, room, &h.bytes, e))
        return false;
    if (!buf_in_arena(p->arena, room + v->bytes.n, &bytes, e))
        return false;
    if (!fill_disclosure_header(p, out, &h, e))
        return false;
    if (changed > 0)
        put_changed_slots(p, &h);
    if (!buf_done(&h.bytes, e))
        return false;
    wire_put_header(&bytes, plan_fingerprint(v->plan));
    plan_project(v, p->portions, p->released, h.list, h.count, &bytes);
    out->bytes = buf_slice(&bytes);
    sha256(out->bytes, out->hash);
    return buf_done(&bytes, e);
}
