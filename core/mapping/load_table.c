/* load_table.c - code tables: a CSV file beside the mapping with columns native and shared (others
 * are for people), or a map in the mapping itself. */
#include "mapping/inside.h"

#define TABLE_BYTES_MAX ((size_t)4 << 20)
#define TABLE_ROWS_MAX 100000

struct table_reader {
    struct loader *l;
    const char *path; /* of the table */
    const struct format *csv;
    struct path *native, *shared;
    bool reversed;
    struct slice text;
};

static uint32_t table_line(struct slice text, size_t at)
{
    uint32_t line = 1;
    for (size_t i = 0; i < at && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

static bool table_say(const struct table_reader *r, size_t at, const char *sentence)
{
    return problems_say(r->l->reader.problems, "map.table", r->path, table_line(r->text, at), 1,
                        "%s", sentence);
}

/* One row; a row with an empty cell in either column is a problem. */
static bool table_read_row(struct table_reader *r, const struct head *head, struct slice row,
                           size_t at, struct table_entry *out)
{
    struct err e = { 0 };
    struct doc *d = NULL;
    if (!r->csv->parse(r->l->reader.arena, head, row, &d, &e))
        return table_say(r, at, e.text);
    struct found native = r->csv->find(r->l->reader.arena, d, r->native, NULL, 0);
    struct found shared = r->csv->find(r->l->reader.arena, d, r->shared, NULL, 0);
    if (native.how != FOUND_PRESENT || shared.how != FOUND_PRESENT)
        return table_say(
            r, at,
            "a row of the table has an empty cell: want texts in the columns native and shared");
    struct slice from = slice_trim(native.value), to = slice_trim(shared.value);
    *out = (struct table_entry){ from, to, table_line(r->text, at) };
    if (r->reversed) {
        out->from = to;
        out->to = from;
    }
    return true;
}

/* No fewer than there are rows. */
static size_t table_lines(struct slice text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n' || text.p[i] == '\r';
    return n;
}

static void read_rows(struct table_reader *r, struct table *t)
{
    struct err e = { 0 };
    struct slice row;
    struct cut c = { .at = 0 };
    size_t start = 0;
    while (r->csv->split(r->l->reader.arena, r->text, &c, &row, &e)) {
        size_t row_at = start ? start : slice_find(r->text, '\n') + 1;
        if (t->count == TABLE_ROWS_MAX) {
            table_say(r, row_at, "the table has more than 100000 rows");
            return;
        }
        if (table_read_row(r, c.head, row, row_at, &t->entries[t->count]))
            t->count++;
        start = c.at;
    }
    if (e.fate != ERR_NONE)
        table_say(r, e.at, e.text);
}

static void check_codes_twice(const struct table_reader *r, const struct table *t)
{
    for (size_t i = 0; !r->reversed && i < t->count; i++)
        if (table_find(t, t->entries[i].from) != &t->entries[i].to)
            problems_say(r->l->reader.problems, "map.table", r->path, t->entries[i].line, 1,
                         "the code '%.*s' stands twice in this table", (int)t->entries[i].from.n,
                         (const char *)t->entries[i].from.p);
}

static const struct table *load_file(struct loader *l, const struct node *n, bool reversed)
{
    struct err e = { 0 };
    struct table_reader r = { .l = l, .reversed = reversed };
    struct table *t = ARENA_NEW(l->reader.arena, struct table);
    char *path =
        arena_format(l->reader.arena, "%s%.*s", l->folder, (int)n->text.n, (const char *)n->text.p);
    r.path = path;
    r.csv = registry_format(l->adapters, SLICE("csv"));
    if (!t || !path)
        return strict_memory(&l->reader), NULL;
    t->file = path;
    if (!r.csv || !r.csv->split)
        return strict_say(&l->reader, n, "map.table",
                          "this program cannot read tables: it was built without the format csv"),
               NULL;
    if (!tree_read_file(l->reader.arena, path, TABLE_BYTES_MAX, &r.text, &e))
        return strict_say(&l->reader, n, "map.table", "%s", e.text), NULL;
    static const struct format_options as_it_shows;
    struct slice came = r.text;
    if (r.csv->open && !r.csv->open(l->reader.arena, &as_it_shows, came, &r.text, &e))
        return strict_memory(&l->reader), NULL;
    if (!r.csv->compile(l->reader.arena, SLICE("native"), &r.native, &e) ||
        !r.csv->compile(l->reader.arena, SLICE("shared"), &r.shared, &e))
        return strict_memory(&l->reader), NULL;
    if (l->file_count == sizeof l->files / sizeof l->files[0])
        return strict_say(&l->reader, n, "map.table",
                          "the mapping names more than 63 files of tables"),
               NULL;
    l->files[l->file_count++] = came;
    t->entries = ARENA_ARRAY(l->reader.arena, table_lines(r.text) + 1, struct table_entry);
    if (!t->entries)
        return strict_memory(&l->reader), NULL;
    read_rows(&r, t);
    if (!table_index(t, l->reader.arena))
        return strict_memory(&l->reader), NULL;
    check_codes_twice(&r, t);
    return t;
}

static const struct table *load_inline(struct loader *l, const struct node *n)
{
    struct table *t = ARENA_NEW(l->reader.arena, struct table);
    if (t)
        t->entries = ARENA_ARRAY(l->reader.arena, n->count + 1, struct table_entry);
    if (!t || !t->entries)
        return strict_memory(&l->reader), NULL;
    t->file = l->reader.file;
    for (const struct node *c = n->first; c; c = c->next)
        if (strict_is(&l->reader, c, NODE_TEXT, "a word of a table"))
            t->entries[t->count++] = (struct table_entry){ c->key, c->text, c->line };
    return table_index(t, l->reader.arena) ? t : (strict_memory(&l->reader), NULL);
}

const struct table *load_table(struct loader *l, const struct node *n, bool reversed)
{
    if (n->kind == NODE_MAP)
        return load_inline(l, n); /* left what comes, right what goes, in both directions */
    if (strict_is(&l->reader, n, NODE_TEXT, "a table"))
        return load_file(l, n, reversed);
    return NULL;
}
