/* csv.c - rows of separated values with a header row (RFC 4180).
 *
 * A unit is a file: its first record names the columns, each further record is one message. One
 * message carries its header: `one` is the header's bytes and the row's, so that a row that was
 * set aside can be read again on its own. Columns are found by name, without regard to case, with
 * runs of white space as one blank; never by position.
 * The separator is what a first line "sep=;" says, which spreadsheets write and open() puts before a
 * unit whose mapping names one; else the comma, or, where the header has none, the most frequent of
 * semicolon, tab and bar. Cells that a row lacks at its end are empty, unless the file ends in it.
 * Cells are read without blanks at their ends, ="text" as text, and '123 as 123.
 * Bytes that are not UTF-8 are read as windows-1252, which is what exports that do not say are;
 * UTF-16 and UTF-32 are made UTF-8 by open().
 * Limits: CSV_COLUMNS_MAX columns, HEADER_MAX bytes of header, since each row carries it.
 * Threads: any; errors: csv.quote, csv.header, csv.columns, csv.column, csv.short, csv.rows, csv.limit,
 * csv.path; csv.render: csv_write.c (ERR_REJECT). */
#include "format/csv.h"

#include "base/charset.h"
#include "format/csv_write.h"

#define CSV_COLUMNS_MAX 2048
#define HEADER_MAX ((size_t)64 * 1024)
#define NAME_SHOWN_MAX 40
#define ALIKE_MIN 4 /* letters that two names share at their ends, to be taken for one another */

/* A cell as it stands: its bytes without the outer quotes. */
struct cell {
    uint32_t at, n;
    bool quoted, doubled; /* doubled: holds "" that stand for one quote */
    bool last;            /* of its record */
};

struct doc {
    struct slice text;
    bool is_utf8;
    uint8_t separator;
    size_t columns, filled; /* cells that the row has, no more than columns */
    struct slice *names; /* normalised */
    struct cell *titles, *cells;
};

struct path {
    struct slice name, shown; /* normalised; as the mapping writes it */
};

/* A text from which records are read. */
struct text {
    struct slice s;
    uint8_t separator;
};

static size_t bom_length(struct slice s)
{
    return slice_starts(s, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
}

/* "sep=;" and its line end; 0: there is none. */
static size_t sep_line(struct slice s, uint8_t *separator)
{
    if (s.n < 6 || !slice_equal_nocase(slice_head(s, 4), SLICE("sep=")) ||
        (s.p[5] != '\r' && s.p[5] != '\n'))
        return 0;
    *separator = s.p[4];
    return s.p[5] == '\r' && s.n > 6 && s.p[6] == '\n' ? 7 : 6;
}

/* By the header's marks outside of quotes. */
static uint8_t guess_separator(struct slice s)
{
    static const uint8_t marks[] = { ';', '\t', '|' };
    size_t counts[sizeof marks] = { 0 }, best = sizeof marks;
    bool quoted = false;
    for (size_t i = 0; i < s.n && i < HEADER_MAX; i++) {
        uint8_t c = s.p[i];
        quoted = quoted != (c == '"');
        if (quoted)
            continue;
        if (c == ',')
            return ',';
        if (c == '\r' || c == '\n')
            break;
        const uint8_t *hit = memchr(marks, c, sizeof marks);
        if (hit)
            counts[hit - marks]++;
    }
    for (size_t i = 0; i < sizeof marks; i++)
        if (counts[i] && (best == sizeof marks || counts[i] > counts[best]))
            best = i;
    return best < sizeof marks ? marks[best] : ',';
}

/* A unit or a message from its header on: *at moves there. */
static struct text text_of(struct slice s, size_t *at)
{
    uint8_t separator = 0;
    *at = bom_length(s);
    *at += sep_line(slice_from(s, *at), &separator);
    return (struct text){ s, separator ? separator : guess_separator(slice_from(s, *at)) };
}

/* Passes over the separator or line end after a cell: CRLF, LF or CR, or the end of the bytes. */
static bool end_cell(const struct text *t, size_t *at, struct cell *c, struct err *e)
{
    struct slice s = t->s;
    c->last = true;
    if (*at >= s.n)
        return true;
    uint8_t byte = s.p[*at];
    if (byte != t->separator && byte != '\r' && byte != '\n')
        return err_set(e, ERR_REJECT, "csv.quote", *at, "cannot read a cell: text after its quote");
    c->last = byte != t->separator;
    *at += 1;
    if (byte == '\r' && *at < s.n && s.p[*at] == '\n')
        *at += 1;
    return true;
}

static bool quoted_cell(const struct text *t, size_t *at, struct cell *c, struct err *e)
{
    struct slice s = t->s;
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
    while (i < s.n && s.p[i] == ' ')
        i++; /* padding behind the quote */
    *at = i;
    return end_cell(t, at, c, e);
}

static bool next_cell(const struct text *t, size_t *at, struct cell *c, struct err *e)
{
    struct slice s = t->s;
    size_t i = *at;
    *c = (struct cell){ 0 };
    while (i < s.n && s.p[i] == ' ')
        i++; /* padding before the quote */
    if (i < s.n && s.p[i] == '"') {
        *at = i;
        return quoted_cell(t, at, c, e);
    }
    while (i < s.n && s.p[i] != t->separator && s.p[i] != '\r' && s.p[i] != '\n')
        i++;
    c->at = (uint32_t)*at;
    c->n = (uint32_t)(i - *at);
    *at = i;
    return end_cell(t, at, c, e);
}

/* Passes over one record. */
static bool skip_record(const struct text *t, size_t *at, struct err *e)
{
    struct cell c;
    do {
        if (!next_cell(t, at, &c, e))
            return false;
    } while (!c.last);
    return true;
}

static void skip_blank_lines(struct slice s, size_t *at)
{
    while (*at < s.n && (s.p[*at] == '\r' || s.p[*at] == '\n'))
        *at += 1;
}

/* The record of names: *at moves past it. */
static bool skip_header(const struct text *t, size_t *at, struct err *e)
{
    size_t first = *at;
    if (!skip_record(t, at, e))
        return false;
    return *at - first <= HEADER_MAX ||
           err_set(e, ERR_REJECT, "csv.limit", first,
                   "cannot read a header of more than %zu bytes", HEADER_MAX);
}

static bool csv_split(struct arena *a, struct slice unit, size_t *at, struct slice *one,
                      struct err *e)
{
    size_t bom = bom_length(unit), body;
    if (unit.n > UINT32_MAX)
        return err_set(e, ERR_REJECT, "csv.limit", 0, "cannot read a file of 4 GiB or more");
    if (bom == unit.n)
        return false;
    struct text t = text_of(unit, &body);
    if (!skip_header(&t, &body, e))
        return false;
    if (*at < body)
        *at = body;
    skip_blank_lines(unit, at);
    if (*at >= unit.n)
        return false;
    size_t start = *at;
    if (!skip_record(&t, at, e))
        return false;
    struct slice row = slice_of(unit.p + start, *at - start);
    uint8_t *both = arena_alloc(a, body - bom + row.n);
    if (!both)
        return err_memory(e);
    memcpy(both, unit.p + bom, body - bom);
    memcpy(both + (body - bom), row.p, row.n);
    *one = slice_of(both, body - bom + row.n);
    return true;
}

/* UTF-8, with the separator of the mapping said in a first line. */
static bool csv_open(struct arena *a, const struct format_options *o, struct slice unit,
                     struct slice *text, struct err *e)
{
    enum charset_kind kind = charset_begins(unit);
    *text = charset_to_utf8(a, kind, unit);
    if (!text->p && unit.n)
        return err_memory(e);
    uint8_t unused;
    size_t bom = bom_length(*text);
    if (!o->separator || sep_line(slice_from(*text, bom), &unused))
        return true;
    struct slice rest = slice_from(*text, bom);
    uint8_t *both = arena_alloc(a, rest.n + 6);
    if (!both)
        return err_memory(e);
    memcpy(both, "sep=", 4);
    both[4] = o->separator;
    both[5] = '\n';
    if (rest.n)
        memcpy(both + 6, rest.p, rest.n);
    *text = slice_of(both, rest.n + 6);
    return true;
}

/* One record's cells into an array of the arena. */
static bool read_record(struct arena *a, const struct text *t, size_t *at, struct cell **out,
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
        if (!next_cell(t, at, &cells[n], e))
            return false;
    } while (!cells[n++].last);
    *out = cells;
    *count = n;
    return true;
}

static bool is_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* What spreadsheets put around a text so that it stays one: ="00123", '00123. */
static struct slice unwrapped(struct slice s)
{
    if (s.n >= 3 && s.p[0] == '=' && s.p[1] == '"' && s.p[s.n - 1] == '"')
        return slice_trim(slice_of(s.p + 2, s.n - 3));
    return s.n && s.p[0] == '\'' && is_digits(slice_from(s, 1)) ? slice_from(s, 1) : s;
}

/* The cell's text: quotes undone, UTF-8, no blanks at its ends. .p NULL when memory ran out. */
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
    if (!d->is_utf8 && raw.p)
        raw = charset_to_utf8(a, CHARSET_LATIN1, raw);
    return raw.p ? unwrapped(slice_trim(raw)) : raw;
}

struct slice csv_name(struct arena *a, struct slice s)
{
    s = text_plain(a, s);
    uint8_t *out = s.p ? arena_alloc(a, s.n + 1) : NULL;
    for (size_t i = 0; out && i < s.n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] + 'a' - 'A') : s.p[i];
    return slice_of(out, s.n);
}

static bool name_columns(struct arena *a, struct doc *d, struct err *e)
{
    d->names = ARENA_ARRAY(a, d->columns, struct slice);
    if (!d->names)
        return err_memory(e);
    for (size_t i = 0; i < d->columns; i++) {
        d->names[i] = csv_name(a, cell_text(a, d, &d->titles[i]));
        if (!d->names[i].p)
            return err_memory(e);
        for (size_t k = 0; k < i; k++)
            if (d->names[i].n && slice_equal(d->names[i], d->names[k]))
                return err_set(e, ERR_REJECT, "csv.header", d->titles[i].at,
                               "cannot tell columns %zu and %zu apart: same name", k + 1, i + 1);
    }
    return true;
}

/* A row with fewer cells than names lacks the empty ones at its end; not so one with which the file
 * ends, which may be half of a row. Cells past the names hold nothing, or whose are they? */
static bool check_cells(struct doc *d, size_t cells, size_t row, struct err *e)
{
    d->filled = cells < d->columns ? cells : d->columns;
    uint8_t last = d->text.p[d->text.n - 1];
    if (cells < d->columns && last != '\r' && last != '\n')
        return err_set(e, ERR_REJECT, "csv.columns", row,
                       "cannot read a row: the file ends after %zu of %zu cells", cells, d->columns);
    for (size_t i = d->columns; i < cells; i++)
        if (!slice_is_empty(slice_trim(slice_of(d->text.p + d->cells[i].at, d->cells[i].n))))
            return err_set(e, ERR_REJECT, "csv.columns", row,
                           "cannot read a row: %zu cells under %zu columns", cells, d->columns);
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
    size_t at, cells = 0;
    struct text t = text_of(one, &at);
    d->separator = t.separator;
    size_t header = at;
    if (!skip_header(&t, &at, e))
        return false;
    at = header;
    if (!read_record(a, &t, &at, &d->titles, &d->columns, e) || !name_columns(a, d, e))
        return false;
    skip_blank_lines(one, &at);
    size_t row = at;
    if (row >= one.n)
        return err_set(e, ERR_REJECT, "csv.short", row,
                       "cannot read a row: only a header is there");
    if (!read_record(a, &t, &at, &d->cells, &cells, e) || !check_cells(d, cells, row, e))
        return false;
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
    p->name = csv_name(a, text);
    p->shown = arena_copy(a, slice_trim(text));
    if (!p->name.p || !p->shown.p)
        return err_memory(e);
    if (!p->name.n)
        return err_set(e, ERR_REJECT, "csv.path", 0, "cannot find a column without a name");
    *out = p;
    return true;
}

/* The column of that name; d->columns when there is none. */
static size_t column_of(const struct doc *d, const struct path *p)
{
    size_t i = 0;
    while (i < d->columns && !slice_equal(d->names[i], p->name))
        i++;
    return i;
}

static struct found csv_find(struct arena *a, const struct doc *d, const struct path *p,
                             const struct path *base, size_t nth)
{
    struct found none = { .how = FOUND_ABSENT };
    size_t i = column_of(d, p);
    (void)base;
    if (nth > 0 || i >= d->filled)
        return none; /* a cell has no repetitions */
    const struct cell *c = &d->cells[i];
    struct slice value = cell_text(a, d, c);
    return value.n ? (struct found){ FOUND_PRESENT, value, c->at, c->n } : none;
}

static size_t csv_count(const struct doc *d, const struct path *p)
{
    size_t i = column_of(d, p);
    return i < d->filled &&
           !slice_is_empty(slice_trim(slice_of(d->text.p + d->cells[i].at, d->cells[i].n)));
}

/* How many letters two names share at their beginnings and ends. */
static size_t likeness(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n, front = 0, back = 0;
    while (front < n && a.p[front] == b.p[front])
        front++;
    while (back < n - front && a.p[a.n - 1 - back] == b.p[b.n - 1 - back])
        back++;
    return front + back;
}

/* The name most like the one that is wanted: of a file without a header it would be somebody's data,
 * so one that is not alike, or not like a name, is never shown. */
static struct slice nearest(struct arena *a, const struct doc *d, const struct path *p)
{
    struct slice best = { NULL, 0 };
    size_t most = ALIKE_MIN - 1;
    for (size_t i = 0; i < d->columns; i++) {
        size_t alike = likeness(d->names[i], p->name);
        bool is_name = d->names[i].n <= NAME_SHOWN_MAX;
        for (size_t k = 0; is_name && k < d->names[i].n; k++)
            is_name = d->names[i].p[k] < '0' || d->names[i].p[k] > '9';
        if (!is_name || alike <= most)
            continue;
        most = alike;
        best = cell_text(a, d, &d->titles[i]);
    }
    return best;
}

static bool csv_has(struct arena *a, const struct doc *d, const struct path *p, struct err *e)
{
    if (column_of(d, p) < d->columns)
        return true;
    if (d->columns == 1)
        return err_set(e, ERR_REJECT, "csv.column", 0,
                       "no column '%.*s': the file has one column only, so its separator is none of , ; "
                       "tab |",
                       SHOWN(p->shown));
    struct slice near = nearest(a, d, p);
    const char *mark = d->separator == '\t' ? "tab" : ";";
    bool plain = d->separator == ',', bar = d->separator == '|';
    return err_set(e, ERR_REJECT, "csv.column", 0, "no column '%.*s'; the file has %s%.*s%s%zu%s%s%s",
                   SHOWN(p->shown), near.n ? "'" : "", SHOWN(near), near.n ? "' among its " : "",
                   d->columns, near.n ? "" : " columns, none like it", plain ? "" : ", read by ",
                   plain ? "" : bar ? "|" : mark);
}

static void csv_leaves(struct arena *a, const struct doc *d,
                       void (*each)(void *ctx, const struct leaf *l), void *ctx)
{
    for (size_t i = 0; i < d->filled; i++) {
        const struct cell *c = &d->cells[i];
        if (slice_is_empty(cell_text(a, d, c)))
            continue;
        struct leaf l = { cell_text(a, d, &d->titles[i]), c->at, c->n };
        each(ctx, &l);
    }
}

const struct format format_csv = {
    .name = "csv",
    .open = csv_open,
    .split = csv_split,
    .parse = csv_parse,
    .compile = csv_compile,
    .count = csv_count,
    .find = csv_find,
    .has = csv_has,
    .leaves = csv_leaves,
    .render = csv_render,
    .asks_who_reads = true,
};
