/* hl7v2_render.c - a message from a map of paths to texts.
 *
 * Every key is compiled as a path and becomes one entry with a numeric address; the entries are
 * sorted by address and written with the delimiters that lie between two neighbours. So nothing is
 * built up, and trailing delimiters cannot appear. The text is UTF-8, clean (base/clean.h), and
 * what is parsed back is what text_clean makes of the values. */
#include <stdlib.h>

#include "base/clean.h"
#include "format/hl7v2_doc.h"

#define ENTRIES_MAX 20000
#define SCRATCH_MAX ((size_t)32 * 1024 * 1024)

/* group: the place of its segment in the message. repetition to sub are from 0. */
struct entry {
    uint32_t id, group, field, repetition, component, sub;
    struct slice text;
    bool cleared;
};

struct writer {
    struct arena a;
    struct hl7v2_delimiters delimiters;
    struct entry *entries;
    size_t count;
};

static bool render_refuse(const struct node *n, struct err *e, const char *why)
{
    return err_set(e, ERR_REJECT, "hl7v2.render", 0, "cannot write '%.*s': %s",
                   (int)(n->key.n < 40 ? n->key.n : 40), (const char *)n->key.p, why);
}

/* The text of a node; false when it has none. */
static bool node_text(const struct node *n, struct slice *text, bool *cleared)
{
    *cleared = n->kind == NODE_NULL;
    *text = (struct slice){ NULL, 0 };
    switch (n->kind) {
    case NODE_NULL:
        return true;
    case NODE_BOOL:
        *text = n->truth ? SLICE("Y") : SLICE("N"); /* table 0136 */
        return true;
    case NODE_TEXT:
    case NODE_NUMBER:
        *text = n->text;
        return true;
    default:
        return false;
    }
}

static uint32_t from_zero(uint32_t number)
{
    return number ? number - 1 : 0;
}

struct group {
    uint32_t id, segment;
};
/* Segments stand in the order in which the map first mentions them, MSH first. */
struct groups {
    struct group *list;
    uint32_t count;
};

static bool segment_group(struct groups *g, const struct path *p, uint32_t *group)
{
    uint32_t segment = from_zero(p->segment), latest = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        if (g->list[i].id != p->id)
            continue;
        if (g->list[i].segment == segment) {
            *group = i;
            return true;
        }
        if (g->list[i].segment > latest)
            latest = g->list[i].segment;
    }
    if (latest > segment) /* OBX(2) before OBX(1): the wire order would be the other one */
        return false;
    g->list[g->count].id = p->id;
    g->list[g->count].segment = segment;
    *group = g->count++;
    return true;
}

/* MSH-1 and MSH-2 as the map gives them: one delimiter, and four or five. */
static bool set_delimiters(struct writer *w, const struct node *n, const struct path *p,
                           struct err *e)
{
    struct slice text;
    bool cleared;
    if (!node_text(n, &text, &cleared) || cleared)
        return render_refuse(n, e, "no marks");
    if (p->field == 1 && text.n == 1) {
        w->delimiters.field = text.p[0];
        return true;
    }
    if (p->field == 2 && (text.n == 4 || text.n == 5)) {
        uint8_t truncation = text.n == 5 ? text.p[4] : HL7V2_NO_DELIMITER;
        w->delimiters = (struct hl7v2_delimiters){ w->delimiters.field, text.p[0], text.p[1],
                                                   text.p[2],           text.p[3], truncation };
        return true;
    }
    return render_refuse(n, e, "not one mark in MSH-1, or not four or five in MSH-2");
}

/* The entry's text, clean and in UTF-8. */
static bool entry_text(struct writer *w, const struct node *n, struct entry *x, struct err *e)
{
    if (!node_text(n, &x->text, &x->cleared))
        return render_refuse(n, e, "neither a text nor null");
    if (!slice_is_utf8(x->text))
        return render_refuse(n, e, "not UTF-8");
    if (x->text.n == 0)
        return true;
    x->text = text_clean(&w->a, x->text);
    return x->text.p ? true : err_memory(e);
}

static bool add_entry(struct writer *w, struct groups *g, const struct node *n, struct err *e)
{
    struct path *p = NULL;
    if (!hl7v2_compile(&w->a, n->key, &p, e))
        return false;
    if (!p->id || !p->field || p->condition_count)
        return render_refuse(n, e, "not the path of one field");
    if (p->id == HL7V2_MSH && p->field <= 2)
        return set_delimiters(w, n, p, e);
    struct entry *x = &w->entries[w->count];
    *x = (struct entry){ p->id,
                         0,
                         p->field,
                         from_zero(p->repetition),
                         from_zero(p->component),
                         from_zero(p->subcomponent),
                         { NULL, 0 },
                         false };
    if (p->field > HL7V2_FIELDS_MAX || x->repetition >= HL7V2_FIELDS_MAX)
        return render_refuse(n, e, "its number is over 1000");
    if (!entry_text(w, n, x, e))
        return false;
    if (!segment_group(g, p, &x->group))
        return render_refuse(n, e, "an earlier segment with this id is named after a later one");
    if (x->cleared || x->text.n > 0)
        w->count++;
    return true;
}

static int compare_places(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int by_address(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->group != b->group)
        return compare_places(a->group, b->group);
    if (a->field != b->field)
        return compare_places(a->field, b->field);
    if (a->repetition != b->repetition)
        return compare_places(a->repetition, b->repetition);
    if (a->component != b->component)
        return compare_places(a->component, b->component);
    return compare_places(a->sub, b->sub);
}

static void put_delimiters(struct buf *out, uint8_t delimiter, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        buf_byte(out, delimiter);
}

static void render_header(struct buf *out, const struct hl7v2_delimiters *m)
{
    buf_text(out, "MSH");
    buf_byte(out, m->field);
    buf_byte(out, m->component);
    buf_byte(out, m->repetition);
    buf_byte(out, m->escape);
    buf_byte(out, m->subcomponent);
    if (m->truncation != HL7V2_NO_DELIMITER)
        buf_byte(out, m->truncation);
}

/* The delimiters between the leaf before (NULL: the segment has none yet) and x. */
static void put_way(struct buf *out, const struct hl7v2_delimiters *m, const struct entry *before,
                    const struct entry *x)
{
    struct entry from = { .field = x->id == HL7V2_MSH ? 2 : 0 };
    if (before)
        from = *before;
    if (x->field != from.field) {
        put_delimiters(out, m->field, x->field - from.field);
        from.repetition = from.component = from.sub = 0;
    }
    if (x->repetition != from.repetition) {
        put_delimiters(out, m->repetition, x->repetition - from.repetition);
        from.component = from.sub = 0;
    }
    if (x->component != from.component) {
        put_delimiters(out, m->component, x->component - from.component);
        from.sub = 0;
    }
    put_delimiters(out, m->subcomponent, x->sub - from.sub);
}

static void put_entry(struct buf *out, const struct hl7v2_delimiters *m, const struct entry *before,
                      const struct entry *x)
{
    if (before && before->group != x->group)
        before = NULL;
    if (!before && x->id != HL7V2_MSH) {
        const uint8_t id[] = { (uint8_t)(x->id >> 16), (uint8_t)(x->id >> 8), (uint8_t)x->id };
        buf_byte(out, '\r');
        buf_put(out, slice_of(id, 3));
    }
    put_way(out, m, before, x);
    if (x->cleared)
        buf_text(out, "\"\"");
    else
        hl7v2_encode(out, m, x->text);
}

/* The reader goes by MSH-18: what we write must be what it says. */
static bool check_charset(const struct writer *w, struct err *e)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct entry *x = &w->entries[i];
        if (x->id == HL7V2_MSH && x->field == 18 && slice_starts(x->text, SLICE("8859/")))
            return err_set(e, ERR_REJECT, "hl7v2.render", 0,
                           "cannot write 'MSH-18': this character set is only read");
    }
    return true;
}

static bool write_entries(struct writer *w, struct buf *out, struct err *e)
{
    struct hl7v2_delimiters again;
    size_t start = out->n;
    qsort(w->entries, w->count, sizeof *w->entries, by_address);
    render_header(out, &w->delimiters);
    for (size_t i = 0; i < w->count; i++) {
        if (i > 0 && by_address(&w->entries[i - 1], &w->entries[i]) == 0)
            return err_set(e, ERR_REJECT, "hl7v2.render", 0,
                           "cannot write two values to one place");
        put_entry(out, &w->delimiters, i ? &w->entries[i - 1] : NULL, &w->entries[i]);
    }
    buf_byte(out, '\r');
    if (!buf_done(out, e))
        return false;
    if (!hl7v2_delimiters_read(slice_from(buf_slice(out), start), 0, &again, e))
        return false;
    return check_charset(w, e);
}

/* Adds MSH-10 where the map does not give it, then every key of the map. */
static bool collect_entries(struct writer *w, const struct node *filled, struct slice id,
                            struct err *e)
{
    struct groups g = { arena_array(&w->a, filled->count + 1, sizeof *g.list), 1 };
    w->entries = ARENA_ARRAY(&w->a, filled->count + 1, struct entry);
    if (!g.list || !w->entries)
        return err_memory(e);
    g.list[0].id = HL7V2_MSH;
    bool has_id = node_get(filled, "MSH-10") || node_get(filled, "MSH-10.1");
    if (id.n > 0 && !has_id)
        w->entries[w->count++] = (struct entry){ .id = HL7V2_MSH, .field = 10, .text = id };
    for (const struct node *n = filled->first; n; n = n->next)
        if (!add_entry(w, &g, n, e))
            return false;
    return true;
}

bool hl7v2_render(const struct node *filled, const struct format_options *o, struct slice id,
                  struct buf *out, struct err *e)
{
    (void)o;
    if (!filled || filled->kind != NODE_MAP || filled->count > ENTRIES_MAX)
        return err_set(e, ERR_REJECT, "hl7v2.render", 0, "cannot write: no map of at most %d paths",
                       ENTRIES_MAX);
    struct writer w = { .delimiters = HL7V2_USUAL_DELIMITERS };
    arena_init(&w.a, SCRATCH_MAX);
    bool done = collect_entries(&w, filled, id, e) && write_entries(&w, out, e);
    arena_release(&w.a);
    return done;
}
