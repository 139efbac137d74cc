/* csv_fuzz.c - any bytes as a CSV file, of any encoding and separator: nothing crashes, splitting
 * ends, every filled cell is found by the name of its column, which the file then has, a column
 * that it has not is told in a sentence, and a row that is written is clean and, for machines, read
 * back as the same cells. */
#include <assert.h>

#include "base/clean.h"
#include "format/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct arena *a;
    const struct doc *d;
    struct node *map;
};

static void look_up(void *ctx, const struct leaf *l)
{
    struct seen *s = ctx;
    struct err e = { .fate = ERR_NONE };
    struct path *p = NULL;
    if (!l->path.p || !format_csv.compile(s->a, l->path, &p, &e))
        return; /* a column without a name */
    struct found f = format_csv.find(s->a, s->d, p, NULL, 0);
    assert(format_csv.has(s->a, s->d, p, &e));
    assert(f.how == FOUND_PRESENT && f.at == l->at && f.length == l->length);
    assert(slice_is_utf8(f.value));
    node_put(s->map, l->path, node_new_text(s->a, f.value));
}

/* The cell under the same name: clean, and without blanks at its ends. What a spreadsheet's marks
 * are around is read without them. */
static void compare(const struct seen *s, const struct doc *d, const struct node *cell)
{
    struct err e = { .fate = ERR_NONE };
    struct path *p = NULL;
    struct slice want = slice_trim(text_clean(s->a, cell->text));
    if (!format_csv.compile(s->a, cell->key, &p, &e) || slice_starts(want, SLICE("=\"")) ||
        slice_starts(want, SLICE("'")))
        return;
    struct found f = format_csv.find(s->a, d, p, NULL, 0);
    assert(f.how == (want.n ? FOUND_PRESENT : FOUND_ABSENT) && slice_equal(f.value, want));
}

static void is_clean(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        assert(s.p[i] >= ' ' || s.p[i] == '\n' || (s.p[i] == '\r' && s.p[i + 1] == '\n'));
    assert(slice_is_utf8(s) && slice_find(s, 0x7f) == s.n);
}

static void write_and_read(struct seen *s, enum format_readers readers)
{
    struct err e = { .fate = ERR_NONE };
    const struct format_options o = { .readers = readers };
    struct buf b;
    struct slice one;
    struct cut c = { .at = 0 };
    struct doc *d = NULL;
    buf_init(&b, 1 << 20);
    if (s->map->first && format_csv.render(s->map, &o, SLICE("id"), &b, &e)) {
        is_clean(buf_slice(&b));
        bool split = format_csv.split(s->a, buf_slice(&b), &c, &one, &e);
        assert(split || e.fate == ERR_RETRY);
        bool parsed = split && format_csv.parse(s->a, c.head, one, &d, &e);
        assert(parsed || e.fate == ERR_RETRY);
        for (const struct node *n = s->map->first; parsed && n; n = n->next)
            if (readers == READERS_MACHINES)
                compare(s, d, n);
    }
    buf_release(&b);
}

static void take_row(struct arena *a, const struct head *head, struct slice one)
{
    struct err e = { .fate = ERR_NONE };
    struct seen s = { .a = a, .map = node_new(a, NODE_MAP) };
    struct doc *d = NULL;
    if (!format_csv.parse(a, head, one, &d, &e))
        return;
    s.d = d;
    format_csv.leaves(a, d, look_up, &s);
    struct path *p = NULL;
    if (format_csv.compile(a, SLICE("no such column here"), &p, &e) && !format_csv.has(a, d, p, &e))
        assert(e.fate == ERR_REJECT && e.text[0] && slice_is_utf8(slice_text(e.text)));
    err_clear(&e);
    write_and_read(&s, READERS_MACHINES);
    write_and_read(&s, READERS_PEOPLE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err e = { .fate = ERR_NONE };
    struct slice one;
    struct cut c = { .at = 0 };
    size_t before = 0;
    if (size > 8192)
        return 0;
    arena_init(&a, (size_t)64 << 20);
    static const uint8_t separators[] = { 0, ',', ';', '\t', '|' };
    struct format_options o = { .separator = separators[size % sizeof separators] };
    struct slice unit;
    if (!format_csv.open(&a, &o, slice_of(data, size), &unit, &e))
        unit = slice_of(data, size);
    for (int i = 0; i < 200 && format_csv.split(&a, unit, &c, &one, &e); i++) {
        assert(c.at > before && c.at <= unit.n);
        before = c.at;
        take_row(&a, c.head, one);
    }
    take_row(&a, NULL, slice_of(data, size));
    arena_release(&a);
    return 0;
}
