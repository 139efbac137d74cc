/* out_value.c - one value of a record as a text for people or for a partner. */
#include "base/clean.h"
#include "mapping/inside.h"

static const char *const precisions[] = {
    "year", "month", "day", "minute", "second", "millisecond"
};

static enum time_precision precision_of(struct slice name)
{
    for (unsigned i = 0; i < sizeof precisions / sizeof precisions[0]; i++)
        if (slice_equal_text(name, precisions[i]))
            return (enum time_precision)i;
    return TIME_SECOND;
}

static void set_moment(struct out_value *out, int64_t ms, enum time_precision p)
{
    out->is_time = true;
    out->moment = (struct moment){ .ms = ms, .precision = p };
    out->moment.local = london_from_ms(ms);
}

static void out_slot_value(const struct view *v, const struct value_ref *ref, size_t slot,
                           struct out_value *out)
{
    out->is_null = view_is_null(v, slot);
    out->type = ref->type;
    if (out->is_null)
        return;
    if (ref->is_time) {
        struct slice precision = { .n = 0 };
        if (ref->precision >= 0)
            precision = view_text(v, (size_t)ref->precision);
        set_moment(out, view_long(v, slot), precision_of(precision));
    } else if (ref->type == SLOT_BOOLEAN) {
        out->text = view_long(v, slot) ? SLICE("true") : SLICE("false");
    } else if (ref->type != SLOT_INT && ref->type != SLOT_LONG) {
        out->text = view_text(v, slot);
    }
}

static bool number_text(struct arena *a, const struct view *v, size_t slot, struct out_value *out,
                        struct err *e)
{
    char *digits = arena_format(a, "%lld", (long long)view_long(v, slot));
    out->text = slice_text(digits);
    return digits ? true : err_memory(e);
}

static bool out_list_value(struct out_run *r, const struct value_ref *ref, struct out_value *out,
                           struct err *e)
{
    const struct slice *texts = NULL;
    size_t n = 0;
    out->is_null = view_is_null(r->v, (size_t)ref->slot);
    if (out->is_null)
        return true;
    if (!view_strings(r->v, (size_t)ref->slot, r->a, &texts, &n, e))
        return false;
    struct buf joined;
    buf_init(&joined, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        buf_text(&joined, i ? ", " : "");
        buf_put(&joined, texts[i]);
    }
    out->is_null = n == 0;
    out->text = arena_copy(r->a, buf_slice(&joined));
    bool good = buf_done(&joined, e) && (out->text.p || n == 0 || err_memory(e));
    buf_release(&joined);
    return good;
}

static bool out_member_value(struct out_run *r, const struct value_ref *ref, struct out_value *out,
                             struct err *e)
{
    const struct view *items = NULL;
    const struct slice *texts = NULL;
    size_t n = 0;
    out->is_null = true;
    if (view_is_null(r->v, (size_t)ref->slot))
        return true;
    if (ref->member < 0) {
        if (!view_strings(r->v, (size_t)ref->slot, r->a, &texts, &n, e))
            return false;
        out->is_null = ref->index >= n;
        if (!out->is_null)
            out->text = texts[ref->index];
        return true;
    }
    if (!view_items(r->v, (size_t)ref->slot, r->a, &items, &n, e))
        return false;
    if (ref->index < n)
        out_slot_value(&items[ref->index], ref, (size_t)ref->member, out);
    return true;
}

static bool ref_is_cleared(const struct out_run *r, const struct value_ref *ref)
{
    return slice_is_one_of(ref->path, r->cleared, r->cleared_count);
}

/* The recipient's own id of the person. It is refused rather than cleaned, since by another id the
 * recipient finds nothing, or somebody else. */
static bool own_id(const struct out_run *r, struct out_value *out, struct err *e)
{
    out->text = r->own->local_id;
    out->is_null = slice_is_empty(out->text);
    return text_is_clean(out->text) || err_set(e, ERR_REJECT, "map.own-id", 0,
                                               "the id by which the recipient knows the person has "
                                               "characters that may not be sent");
}

bool out_value(struct out_run *r, const struct value_ref *ref, struct out_value *out, struct err *e)
{
    *out = (struct out_value){ .type = SLOT_STRING };
    switch (ref->kind) {
    case VALUE_NULL:
        out->is_null = true;
        return true;
    case VALUE_OWN_ID:
        return own_id(r, out, e);
    case VALUE_NOW:
        set_moment(out, r->own->now_ms, TIME_SECOND);
        return true;
    case VALUE_LIST:
        if (!out_list_value(r, ref, out, e))
            return false;
        break;
    case VALUE_MEMBER:
        return out_member_value(r, ref, out, e);
    case VALUE_ITEM:
        if (r->item)
            out_slot_value(r->item, ref, (size_t)ref->member, out);
        else
            out->text = r->item_text;
        return true;
    case VALUE_SLOT:
        out_slot_value(r->v, ref, (size_t)ref->slot, out);
        break;
    }
    out->is_cleared = out->is_null && ref_is_cleared(r, ref);
    bool is_number = ref->type == SLOT_INT || ref->type == SLOT_LONG;
    if (is_number && !out->is_null && !out->is_time)
        return number_text(r->a, r->v, (size_t)ref->slot, out, e);
    return true;
}

bool out_text(struct out_run *r, const struct out_value *v, enum conversion as, struct slice *text,
              struct err *e)
{
    struct moment m = v->moment;
    if (!v->is_time && !conversion_is_time(as)) {
        *text = conversion_text(as, r->a, v->text);
        return text->p || v->text.n == 0;
    }
    if (!v->is_time && !time_from_iso(v->text, &m))
        return false;
    *text = conversion_write_time(conversion_is_time(as) ? as : AS_ISO_TIME, r->a, &m);
    return text->p ? true : err_memory(e);
}

bool out_template(struct out_run *r, const struct template *t, struct buf *to, bool *fits,
                  struct err *e)
{
    size_t start = to->n;
    *fits = true;
    for (size_t i = 0; *fits && i < t->count; i++) {
        const struct template_piece *piece = &t->pieces[i];
        struct out_value v;
        struct slice text;
        if (!piece->is_value) {
            buf_put(to, piece->literal);
            continue;
        }
        if (!out_value(r, &piece->value, &v, e))
            return false;
        *fits = !v.is_null || piece->is_optional;
        if (v.is_null)
            continue;
        if (!out_text(r, &v, piece->as, &text, e)) {
            if (e->fate != ERR_NONE)
                return false;
            text = v.text; /* for people: better as it came than not at all */
        }
        buf_put(to, text);
    }
    if (!*fits && !to->failed)
        to->n = start;
    return true;
}
