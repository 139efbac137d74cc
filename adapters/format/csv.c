/* csv.c - rows of separated values with a header row (RFC 4180).
 *
 * A unit is a file: its first record names the columns, each further record is one message. The
 * header is read once a unit and is the head of its rows, so that each costs what it is long.
 * Columns are found by name, without regard to case, with runs of white space as one blank; never
 * by position. The separator is what a first line "sep=;" says, which spreadsheets write and open()
 * puts before a unit whose mapping names one; else the comma, or, where the header has none, the
 * most frequent of semicolon, tab and bar. Cells that a row lacks at its end are empty, unless the
 * file ends in it. Cells are read without blanks at their ends, ="text" as text, and '123 as 123.
 * Bytes that are not UTF-8 are read as windows-1252, which is what exports that do not say are;
 * UTF-16 and UTF-32 are made UTF-8 by open().
 * Limits: CSV_COLUMNS_MAX columns, HEADER_MAX bytes of header, NAME_MAX_BYTES of a column's name.
 * Threads: any; errors: csv.quote, csv.header, csv.columns, csv.column, csv.short, csv.rows,
 * csv.limit, csv.path; csv.render: csv_write.c (ERR_REJECT). */
#include "format/csv.h"

#include "base/charset.h"
#include "base/ids.h"
#include "format/csv_blank.h"
#include "format/csv_name.h"
#include "format/csv_write.h"

#define CSV_COLUMNS_MAX 2048
#define HEADER_MAX ((size_t)64 * 1024)
#define NAME_MAX_BYTES 1024
#define NAME_SHOWN_MAX 40
#define ALIKE_MIN 4 /* letters that two names share at their ends, to be taken for one another */

/* A cell as it stands: its bytes without the outer quotes. */
struct cell {
    uint32_t at, n;
    bool quoted, doubled; /* doubled: holds "" that stand for one quote */
    bool last;            /* of its record */
};

/* A file's header. slots: open addressing over the names, column + 1; 0 is empty. */
struct csv_head {
    struct head head; /* from behind the byte order mark to the end of the record of names */
    uint8_t separator;
    bool is_utf8;
    size_t columns;
    struct slice *names, *titles; /* normalised; as they stand */
    uint32_t *slots, slot_mask;
};

struct doc {
    const struct csv_head *h;
    struct slice row;
    bool is_utf8;
    size_t before; /* bytes of the header: offsets count them */
    size_t filled; /* cells that the row has, no more than columns */
    struct cell *cells;
};

struct path {
    struct slice name, shown; /* normalised; as the mapping writes it */
    uint64_t hash;            /* of name */
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
    if (s.n < 6 || !slice_equal_nocase(slice_head(s, 4), SLICE("sep=")))
        return 0;
    uint8_t end = s.p[5];
    if (end != '\r' && end != '\n')
        return 0;
    *separator = s.p[4];
    bool is_crlf = end == '\r' && s.n > 6 && s.p[6] == '\n';
    return is_crlf ? 7 : 6;
}

/* By the header's separators outside of quotes: a comma anywhere, else the most frequent, else the
 * comma. */
static uint8_t guess_separator(struct slice s)
{
    static const uint8_t separators[] = { ';', '\t', '|' };
    size_t counts[sizeof separators] = { 0 }, most = 0;
    uint8_t best = ',';
    bool quoted = false;
    for (size_t i = 0; i < s.n && i < HEADER_MAX; i++) {
        uint8_t c = s.p[i];
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (c == ',')
            return ',';
        if (c == '\r' || c == '\n')
            break;
        const uint8_t *hit = memchr(separators, c, sizeof separators);
        if (hit)
            counts[hit - separators]++;
    }
    for (size_t i = 0; i < sizeof separators; i++) {
        if (counts[i] <= most)
            continue;
        most = counts[i];
        best = separators[i];
    }
    return best;
}

/* A unit or a message from its header on: *at moves there. */
static struct text csv_text(struct slice s, size_t *at)
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

/* The record of names: *at moves past it. */
static bool skip_header(const struct text *t, size_t *at, struct err *e)
{
    size_t first = *at;
    if (!skip_record(t, at, e))
        return false;
    if (*at - first > HEADER_MAX)
        return err_set(e, ERR_REJECT, "csv.limit", first,
                       "cannot read a header of more than %zu bytes", HEADER_MAX);
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
static bool csv_read_record(struct arena *a, const struct text *t, size_t *at, struct cell **out,
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
static struct slice without_wrapping(struct slice s)
{
    static const struct slice begins = SLICE_INIT("=\""), ends = SLICE_INIT("\"");
    bool is_formula = s.n > begins.n && slice_starts(s, begins) && slice_ends(s, ends);
    if (is_formula)
        return slice_trim(slice_of(s.p + begins.n, s.n - begins.n - ends.n));
    struct slice behind_quote = slice_from(s, 1);
    if (slice_starts(s, SLICE("'")) && is_digits(behind_quote))
        return behind_quote;
    return s;
}

/* A cell's text: quotes undone, UTF-8, no blanks at its ends. .p NULL when memory ran out. */
static struct slice csv_cell_text(struct arena *a, struct slice record, bool is_utf8,
                                  const struct cell *c)
{
    struct slice raw = slice_of(record.p + c->at, c->n);
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
    if (!is_utf8 && raw.p)
        raw = charset_to_utf8(a, CHARSET_LATIN1, raw);
    return raw.p ? without_wrapping(slice_trim(raw)) : raw;
}

/* Where a column of that name stands in the table, or would. */
static uint32_t *column_slot(const struct csv_head *h, struct slice name, uint64_t hash)
{
    size_t i = hash & h->slot_mask;
    while (h->slots[i] && !slice_equal(h->names[h->slots[i] - 1], name))
        i = (i + 1) & h->slot_mask;
    return &h->slots[i];
}

static bool name_column(struct arena *a, struct csv_head *h, const struct cell *title, size_t i,
                        struct err *e)
{
    if (title->n > NAME_MAX_BYTES)
        return err_set(e, ERR_REJECT, "csv.limit", title->at,
                       "cannot read a column's name of more than %d bytes", NAME_MAX_BYTES);
    h->titles[i] = csv_cell_text(a, h->head.bytes, h->is_utf8, title);
    h->names[i] = h->titles[i].p ? csv_name(a, h->titles[i]) : h->titles[i];
    if (!h->names[i].p)
        return err_memory(e);
    if (!h->names[i].n)
        return true;
    uint32_t *slot = column_slot(h, h->names[i], hash_bytes(h->names[i]));
    if (*slot)
        return err_set(e, ERR_REJECT, "csv.header", title->at,
                       "cannot tell columns %u and %zu apart: same name", *slot, i + 1);
    *slot = (uint32_t)i + 1;
    return true;
}

static bool name_columns(struct arena *a, struct csv_head *h, const struct cell *titles,
                         struct err *e)
{
    uint32_t slots = 16;
    while (slots < h->columns * 2)
        slots *= 2;
    h->slot_mask = slots - 1;
    h->slots = ARENA_ARRAY(a, slots, uint32_t);
    h->names = ARENA_ARRAY(a, h->columns, struct slice);
    h->titles = ARENA_ARRAY(a, h->columns, struct slice);
    if (!h->slots || !h->names || !h->titles)
        return err_memory(e);
    for (size_t i = 0; i < h->columns; i++)
        if (!name_column(a, h, &titles[i], i, e))
            return false;
    return true;
}

/* text begins with the header, behind any byte order mark; *end is where it ends. */
static bool fill_head(struct arena *a, struct csv_head *h, struct slice text, size_t *end,
                      struct err *e)
{
    struct cell *titles = NULL;
    struct text t = csv_text(text, end);
    size_t record = *end;
    if (!skip_header(&t, end, e))
        return false;
    h->head.bytes = slice_head(text, *end);
    h->separator = t.separator;
    h->is_utf8 = slice_is_utf8(h->head.bytes);
    t.s = h->head.bytes;
    if (!csv_read_record(a, &t, &record, &titles, &h->columns, e))
        return false;
    return name_columns(a, h, titles, e);
}

/* The header that unit begins with; *at moves behind it. */
static bool csv_read_head(struct arena *a, struct slice unit, size_t *at, struct csv_head **out,
                          struct err *e)
{
    struct csv_head *h = ARENA_NEW(a, struct csv_head);
    size_t bom = bom_length(unit), end = 0, first = bom;
    if (!h)
        return err_memory(e);
    csv_skip_blank(unit, ',', &first);
    if (first < unit.n)
        bom = first;
    if (!fill_head(a, h, slice_from(unit, bom), &end, e)) {
        if (e->fate == ERR_REJECT)
            e->at += bom;
        return false;
    }
    *at = bom + end;
    *out = h;
    return true;
}

static bool csv_split(struct arena *a, struct slice unit, struct cut *c, struct slice *one,
                      struct err *e)
{
    if (unit.n > UINT32_MAX)
        return err_set(e, ERR_REJECT, "csv.limit", 0, "cannot read a file of 4 GiB or more");
    if (!c->head) {
        struct csv_head *h = NULL;
        if (bom_length(unit) == unit.n)
            return false;
        if (!csv_read_head(a, unit, &c->at, &h, e))
            return false;
        c->head = &h->head;
    }
    const struct text t = { unit, ((const struct csv_head *)c->head)->separator };
    csv_skip_blank(unit, t.separator, &c->at);
    if (c->at >= unit.n)
        return false;
    size_t end = c->at;
    if (!skip_record(&t, &end, e))
        return false;
    *one = slice_of(unit.p + c->at, end - c->at);
    c->at = end;
    return true;
}

/* A row may lack empty cells at its end. The last row of a file without a line end may not, for it
 * may be cut in half. Cells past the names must be empty, since nobody can tell whose they are. */
static bool check_cells(struct doc *d, size_t cells, size_t at, struct err *e)
{
    size_t columns = d->h->columns;
    d->filled = cells < columns ? cells : columns;
    uint8_t last = d->row.p[d->row.n - 1];
    if (cells < columns && last != '\r' && last != '\n')
        return err_set(e, ERR_REJECT, "csv.columns", at,
                       "cannot read a row: the file ends after %zu of %zu cells", cells, columns);
    for (size_t i = columns; i < cells; i++)
        if (!slice_is_blank(slice_of(d->row.p + d->cells[i].at, d->cells[i].n)))
            return err_set(e, ERR_REJECT, "csv.columns", at,
                           "cannot read a row: %zu cells under %zu columns", cells, columns);
    return true;
}

/* The one record of the row, from at on. */
static bool csv_read_row(struct arena *a, struct doc *d, size_t at, struct err *e)
{
    const struct text t = { d->row, d->h->separator };
    size_t cells = 0, begins = at;
    if (!csv_read_record(a, &t, &at, &d->cells, &cells, e))
        return false;
    if (!check_cells(d, cells, begins, e))
        return false;
    csv_skip_blank(d->row, t.separator, &at);
    if (at < d->row.n)
        return err_set(e, ERR_REJECT, "csv.rows", at, "cannot read a message: more than one row");
    return true;
}

static bool csv_parse(struct arena *a, const struct head *head, struct slice one, struct doc **out,
                      struct err *e)
{
    struct doc *d = ARENA_NEW(a, struct doc);
    struct csv_head *own = NULL;
    size_t at = 0;
    if (!d)
        return err_memory(e);
    if (one.n > UINT32_MAX - HEADER_MAX)
        return err_set(e, ERR_REJECT, "csv.limit", 0, "cannot read a row of 4 GiB or more");
    if (!head && !csv_read_head(a, one, &at, &own, e))
        return false;
    d->h = head ? (const struct csv_head *)head : own;
    d->row = head ? one : slice_from(one, at);
    size_t before = head ? head->bytes.n : at;
    at = 0;
    csv_skip_blank(d->row, d->h->separator, &at);
    if (at >= d->row.n)
        return err_set(e, ERR_REJECT, "csv.short", before + at,
                       "cannot read a row: only a header is there");
    d->is_utf8 = d->h->is_utf8 && slice_is_utf8(d->row);
    d->before = before;
    if (!csv_read_row(a, d, at, e)) {
        if (e->fate == ERR_REJECT)
            e->at += before;
        return false;
    }
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
    p->hash = hash_bytes(p->name);
    *out = p;
    return true;
}

/* The column of that name; as many as there are when there is none. */
static size_t column_of(const struct csv_head *h, const struct path *p)
{
    uint32_t slot = *column_slot(h, p->name, p->hash);
    return slot ? slot - 1 : h->columns;
}

static struct found csv_find(struct arena *a, const struct doc *d, const struct path *p,
                             const struct path *base, size_t nth)
{
    struct found none = { .how = FOUND_ABSENT };
    size_t i = column_of(d->h, p);
    (void)base;
    if (nth > 0 || i >= d->filled)
        return none; /* a cell has no repetitions */
    const struct cell *c = &d->cells[i];
    struct slice value = csv_cell_text(a, d->row, d->is_utf8, c);
    if (!value.n)
        return none;
    return (struct found){ FOUND_PRESENT, value, (uint32_t)(d->before + c->at), c->n };
}

static size_t csv_count(const struct doc *d, const struct path *p)
{
    size_t i = column_of(d->h, p);
    if (i >= d->filled)
        return 0;
    bool is_blank = slice_is_blank(slice_of(d->row.p + d->cells[i].at, d->cells[i].n));
    return is_blank ? 0 : 1;
}

/* The name most like the wanted one, for the error; empty when none is. In a file without a header
 * the first row is somebody's data, so what shares too little, is long or has a digit is never
 * shown. */
static struct slice nearest_name(const struct csv_head *h, const struct path *p)
{
    struct slice best = { NULL, 0 };
    size_t most = ALIKE_MIN - 1;
    for (size_t i = 0; i < h->columns; i++) {
        size_t alike = csv_name_shared(h->names[i], p->name);
        bool is_name = h->names[i].n <= NAME_SHOWN_MAX;
        for (size_t k = 0; is_name && k < h->names[i].n; k++)
            is_name = h->names[i].p[k] < '0' || h->names[i].p[k] > '9';
        if (!is_name || alike <= most)
            continue;
        most = alike;
        best = h->titles[i];
    }
    return best;
}

/* The end of a sentence about a file: by what it was read, where that is not the comma. */
static const char *separator_shown(uint8_t separator)
{
    switch (separator) {
    case ',':
        return "";
    case '\t':
        return ", read by tab";
    case '|':
        return ", read by |";
    default:
        return ", read by ;";
    }
}

static bool csv_has(struct arena *a, const struct doc *d, const struct path *p, struct err *e)
{
    const struct csv_head *h = d->h;
    (void)a;
    if (column_of(h, p) < h->columns)
        return true;
    if (h->columns == 1)
        return err_set(
            e, ERR_REJECT, "csv.column", 0,
            "no column '%.*s': the file has one column only, so its separator is none of , ; "
            "tab |",
            SHOWN(p->shown));
    struct slice near = nearest_name(h, p);
    const char *by = separator_shown(h->separator);
    if (near.n)
        return err_set(e, ERR_REJECT, "csv.column", 0,
                       "no column '%.*s'; the file has '%.*s' among its %zu%s", SHOWN(p->shown),
                       SHOWN(near), h->columns, by);
    return err_set(e, ERR_REJECT, "csv.column", 0,
                   "no column '%.*s'; the file has %zu columns, none like it%s", SHOWN(p->shown),
                   h->columns, by);
}

static void csv_leaves(struct arena *a, const struct doc *d,
                       void (*each)(void *ctx, const struct leaf *l), void *ctx)
{
    for (size_t i = 0; i < d->filled; i++) {
        const struct cell *c = &d->cells[i];
        if (slice_is_empty(csv_cell_text(a, d->row, d->is_utf8, c)))
            continue;
        struct leaf l = { d->h->titles[i], (uint32_t)(d->before + c->at), c->n };
        each(ctx, &l);
    }
}

const struct format format_csv = {
    .name = "csv",
    .manual = "rows of a file whose first line names the columns; a path is the name of a column",
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
