/* csv.c - rows of comma-separated values with a header row (RFC 4180).
 *
 * A unit is a file: its first record names the columns, each further record is one message. One
 * message carries its header: `one` is the header's bytes and the row's, so that a row that was
 * set aside can be read again on its own. Columns are found by name, without regard to case, with
 * runs of white space as one blank; never by position.
 * Bytes that are not UTF-8 are read as windows-1252, which is what exports that do not say are.
 * Limits: CSV_COLUMNS_MAX columns. Threads: any; errors: csv.quote, csv.header, csv.columns,
 * csv.short, csv.rows, csv.path, csv.render (ERR_REJECT). */
#include "format/csv.h"

#include "base/charset.h"

#define CSV_COLUMNS_MAX 2048

/* A cell as it stands: its bytes without the outer quotes. */
struct cell {
    uint32_t at, n;
    bool quoted, doubled; /* doubled: holds "" that stand for one quote */
    bool last;            /* of its record */
};

struct doc {
    struct slice text;
    bool is_utf8;
    size_t columns;
    struct slice *names; /* normalised */
    struct cell *titles, *cells;
};

struct path {
    struct slice name; /* normalised */
};

static size_t bom_length(struct slice s)
{
    return slice_starts(s, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
}

/* Passes over the separator or line end after a cell: CRLF, LF or CR, or the end of the bytes. */
static bool end_cell(struct slice s, size_t *at, struct cell *c, struct err *e)
{
    c->last = true;
    if (*at >= s.n)
        return true;
    uint8_t byte = s.p[*at];
    if (byte != ',' && byte != '\r' && byte != '\n')
        return err_set(e, ERR_REJECT, "csv.quote", *at, "cannot read a cell: text after its quote");
    c->last = byte != ',';
    *at += 1;
    if (byte == '\r' && *at < s.n && s.p[*at] == '\n')
        *at += 1;
    return true;
}

static bool quoted_cell(struct slice s, size_t *at, struct cell *c, struct err *e)
{
    size_t open = *at, i = open + 1;
    c->quoted = true;
    for (;;) {
        size_t hit = slice_find(slice_from(s, i), '"');
        if (hit == slice_from(s, i).n)
            return err_set(e, ERR_REJECT, "csv.quote", open,
                           "cannot read a cell: its quote never ends");
        i += hit + 1;
        if (i >= s.n || s.p[i] != '"')
            break;
        c->doubled = true; /* RFC 4180 section 2.7: a doubled quote inside quotes is one quote */
        i++;
    }
    c->at = (uint32_t)(open + 1);
    c->n = (uint32_t)(i - 1 - c->at);
    *at = i;
    return end_cell(s, at, c, e);
}

static bool next_cell(struct slice s, size_t *at, struct cell *c, struct err *e)
{
    *c = (struct cell){ 0 };
    if (*at < s.n && s.p[*at] == '"')
        return quoted_cell(s, at, c, e);
    size_t i = *at;
    while (i < s.n && s.p[i] != ',' && s.p[i] != '\r' && s.p[i] != '\n')
        i++;
    c->at = (uint32_t)*at;
    c->n = (uint32_t)(i - *at);
    *at = i;
    return end_cell(s, at, c, e);
}

/* Passes over one record. */
static bool skip_record(struct slice s, size_t *at, struct err *e)
{
    struct cell c;
    do {
        if (!next_cell(s, at, &c, e))
            return false;
    } while (!c.last);
    return true;
}

static void skip_blank_lines(struct slice s, size_t *at)
{
    while (*at < s.n && (s.p[*at] == '\r' || s.p[*at] == '\n'))
        *at += 1;
}

static bool csv_split(struct arena *a, struct slice unit, size_t *at, struct slice *one,
                      struct err *e)
{
    if (unit.n > UINT32_MAX)
        return err_set(e, ERR_REJECT, "csv.limit", 0, "cannot read a file of 4 GiB or more");
    size_t first = bom_length(unit), body = first;
    if (first == unit.n)
        return false;
    if (!skip_record(unit, &body, e))
        return false;
    if (*at < body)
        *at = body;
    skip_blank_lines(unit, at);
    if (*at >= unit.n)
        return false;
    size_t start = *at;
    if (!skip_record(unit, at, e))
        return false;
    struct slice row = slice_of(unit.p + start, *at - start);
    uint8_t *both = arena_alloc(a, body - first + row.n);
    if (!both)
        return err_memory(e);
    memcpy(both, unit.p + first, body - first);
    memcpy(both + (body - first), row.p, row.n);
    *one = slice_of(both, body - first + row.n);
    return true;
}

/* One record's cells into an array of the arena. */
static bool read_record(struct arena *a, struct slice s, size_t *at, struct cell **out,
                        size_t *count, struct err *e)
{
    size_t room = 0, n = 0;
    struct cell *cells = NULL;
    do {
        if (n == CSV_COLUMNS_MAX)
            return err_set(e, ERR_REJECT, "csv.columns", *at, "cannot read more than %d columns",
                           CSV_COLUMNS_MAX);
        cells = arena_grow(a, cells, &room, n, sizeof *cells);
        if (!cells)
            return err_memory(e);
        if (!next_cell(s, at, &cells[n], e))
            return false;
    } while (!cells[n++].last);
    *out = cells;
    *count = n;
    return true;
}

/* The cell's text: quotes undone, UTF-8. .p NULL when memory ran out. */
static struct slice cell_text(struct arena *a, const struct doc *d, const struct cell *c)
{
    struct slice raw = slice_of(d->text.p + c->at, c->n);
    if (c->doubled) {
        uint8_t *plain = arena_alloc(a, raw.n);
        size_t n = 0;
        for (size_t i = 0; plain && i < raw.n; i++) {
            plain[n++] = raw.p[i];
            if (raw.p[i] == '"')
                i++;
        }
        raw = slice_of(plain, n);
    }
    return d->is_utf8 || !raw.p ? raw : charset_to_utf8(a, CHARSET_LATIN1, raw);
}

/* Lower case, runs of white space as one blank, none at the ends. */
static struct slice normalised(struct arena *a, struct slice s)
{
    s = slice_trim(s);
    uint8_t *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < s.n; i++) {
        uint8_t byte = s.p[i];
        bool white = byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
        if (white && out[n - 1] == ' ')
            continue;
        if (byte >= 'A' && byte <= 'Z')
            byte = (uint8_t)(byte + 'a' - 'A');
        out[n++] = white ? ' ' : byte;
    }
    return slice_of(out, n);
}

static bool name_columns(struct arena *a, struct doc *d, struct err *e)
{
    d->names = ARENA_ARRAY(a, d->columns, struct slice);
    if (!d->names)
        return err_memory(e);
    for (size_t i = 0; i < d->columns; i++) {
        d->names[i] = normalised(a, cell_text(a, d, &d->titles[i]));
        if (!d->names[i].p)
            return err_memory(e);
        for (size_t k = 0; k < i; k++)
            if (d->names[i].n && slice_equal(d->names[i], d->names[k]))
                return err_set(e, ERR_REJECT, "csv.header", d->titles[i].at,
                               "cannot tell columns %zu and %zu apart: same name", k + 1, i + 1);
    }
    return true;
}

static bool csv_parse(struct arena *a, struct slice one, struct doc **out, struct err *e)
{
    struct doc *d = ARENA_NEW(a, struct doc);
    if (!d)
        return err_memory(e);
    if (one.n > UINT32_MAX)
        return err_set(e, ERR_REJECT, "csv.limit", 0, "cannot read a row of 4 GiB or more");
    d->text = one;
    d->is_utf8 = slice_is_utf8(one);
    size_t at = bom_length(one), cells = 0;
    if (!read_record(a, one, &at, &d->titles, &d->columns, e) || !name_columns(a, d, e))
        return false;
    skip_blank_lines(one, &at);
    size_t row = at;
    if (row >= one.n)
        return err_set(e, ERR_REJECT, "csv.short", row,
                       "cannot read a row: only a header is there");
    if (!read_record(a, one, &at, &d->cells, &cells, e))
        return false;
    if (cells != d->columns)
        return err_set(e, ERR_REJECT, "csv.columns", row,
                       "cannot read a row: %zu cells under %zu columns", cells, d->columns);
    skip_blank_lines(one, &at);
    if (at < one.n)
        return err_set(e, ERR_REJECT, "csv.rows", at, "cannot read a message: more than one row");
    *out = d;
    return true;
}

static bool csv_compile(struct arena *a, struct slice text, struct path **out, struct err *e)
{
    struct path *p = ARENA_NEW(a, struct path);
    if (!p)
        return err_memory(e);
    p->name = normalised(a, text);
    if (!p->name.p)
        return err_memory(e);
    if (!p->name.n)
        return err_set(e, ERR_REJECT, "csv.path", 0, "cannot find a column without a name");
    *out = p;
    return true;
}

static bool is_blank(struct slice s)
{
    return slice_is_empty(slice_trim(s));
}

static struct found csv_find(struct arena *a, const struct doc *d, const struct path *p,
                             const struct path *base, size_t nth)
{
    struct found none = { .how = FOUND_ABSENT };
    (void)base;
    if (nth > 0)
        return none; /* a cell has no repetitions */
    for (size_t i = 0; i < d->columns; i++) {
        if (!slice_equal(d->names[i], p->name))
            continue;
        const struct cell *c = &d->cells[i];
        struct slice value = cell_text(a, d, c);
        if (!value.p || is_blank(value))
            return none;
        return (struct found){ FOUND_PRESENT, value, c->at, c->n };
    }
    return none;
}

static size_t csv_count(const struct doc *d, const struct path *p)
{
    for (size_t i = 0; i < d->columns; i++)
        if (slice_equal(d->names[i], p->name))
            return is_blank(slice_of(d->text.p + d->cells[i].at, d->cells[i].n)) ? 0 : 1;
    return 0;
}

static void csv_leaves(struct arena *a, const struct doc *d,
                       void (*each)(void *ctx, const struct leaf *l), void *ctx)
{
    for (size_t i = 0; i < d->columns; i++) {
        const struct cell *c = &d->cells[i];
        if (is_blank(slice_of(d->text.p + c->at, c->n)))
            continue;
        struct leaf l = { slice_trim(cell_text(a, d, &d->titles[i])), c->at, c->n };
        each(ctx, &l);
    }
}

static bool needs_quotes(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\r' || s.p[i] == '\n')
            return true;
    return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void put_cell(struct buf *out, struct slice s)
{
    if (!needs_quotes(s)) {
        buf_put(out, s);
        return;
    }
    buf_byte(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_byte(out, '"');
        buf_byte(out, s.p[i]);
    }
    buf_byte(out, '"');
}

static bool csv_render(const struct node *filled, struct slice id, struct buf *out, struct err *e)
{
    (void)id; /* a row carries its id in a column that the mapping names */
    if (filled->kind != NODE_MAP || !filled->first)
        return err_set(e, ERR_REJECT, "csv.render", 0, "cannot write a row without columns");
    for (const struct node *n = filled->first; n; n = n->next) {
        if (n->kind == NODE_LIST || n->kind == NODE_MAP)
            return err_set(e, ERR_REJECT, "csv.render", 0,
                           "cannot write column '%.*s': not one text", (int)n->key.n,
                           (const char *)n->key.p);
        put_cell(out, n->key);
        buf_text(out, n->next ? "," : "\r\n");
    }
    for (const struct node *n = filled->first; n; n = n->next) {
        if (n->kind == NODE_BOOL)
            buf_text(out, n->truth ? "true" : "false");
        else
            put_cell(out, n->text);
        buf_text(out, n->next ? "," : "\r\n");
    }
    return buf_done(out, e);
}

const struct format format_csv = {
    .name = "csv",
    .split = csv_split,
    .parse = csv_parse,
    .compile = csv_compile,
    .count = csv_count,
    .find = csv_find,
    .leaves = csv_leaves,
    .render = csv_render,
};
