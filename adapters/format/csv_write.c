/* csv_write.c - one row under its header, for people or for machines (RFC 4180).
 *
 * Both get texts as they leave in any format (base/clean.h). What machines get is read back by
 * csv.c as the same cells, but for what that reads as a spreadsheet's writing: blanks at the ends
 * of a cell,
 * ="text", and the quote before '123. People open it in a spreadsheet, which runs what looks like a
 * formula: such a cell gets a quote before it, as OWASP's "CSV injection" advises, and so does what
 * stands behind a separator in it, since programs split there that pass over quotes. A column's
 * name is written as the mapping has it or not at all: two names that are one to a reader are
 * refused. Threads: any; errors: csv.render (ERR_REJECT). */
#include "format/csv_write.h"

#include "base/clean.h"
#include "format/csv_name.h"

#define SCRATCH_MAX ((size_t)32 << 20)

struct row {
    struct arena a;
    bool for_people;
    struct buf *out;
};

static bool needs_quotes(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n')
            return true;
    return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

/* Of a name also what a reader would take for the separator of the file. */
static bool misleads_reader(struct slice name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == ';' || name.p[i] == '|')
            return true;
    return slice_equal_nocase(slice_head(name, 4), SLICE("sep="));
}

/* ---- formulas ---- */

static bool is_split_at(uint8_t c)
{
    return c == ',' || c == ';' || c == '|' || c == '\n';
}

/* A telephone number, a number below nothing: no name of a cell or function can be written so. */
static bool is_number(struct slice s)
{
    static const char allowed[] = "0123456789 +-().";
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(allowed, s.p[i], sizeof allowed - 1))
            return false;
    return true;
}

/* Whether a spreadsheet may run it. Blanks and quotes before it are no protection: programs skip
 * them. */
static bool is_formula(struct slice piece)
{
    static const struct slice starts[] = {
        SLICE_INIT("="),
        SLICE_INIT("+"),
        SLICE_INIT("-"),
        SLICE_INIT("@"),
        SLICE_INIT("\xef\xbc\x9d"),
        SLICE_INIT("\xef\xbc\x8b"),
        SLICE_INIT("\xef\xbc\x8d"),
        SLICE_INIT("\xef\xbc\xa0"), /* of full width */
    };
    struct slice s = piece;
    while (s.n) {
        size_t n = s.p[0] == '"' ? 1 : slice_blank_length(s);
        if (n == 0)
            break;
        s = slice_from(s, n);
    }
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (slice_starts(s, starts[i]))
            return !is_number(piece);
    return false;
}

/* The pieces of a text, each with a quote before it if it needs one. */
static struct slice disarmed_text(struct arena *a, struct slice s)
{
    uint8_t *out = arena_alloc(a, 2 * s.n + 1);
    if (!out)
        return slice_of(NULL, 0);
    uint8_t *to = out;
    while (s.n) {
        size_t n = 0;
        while (n < s.n && !is_split_at(s.p[n]))
            n++;
        if (is_formula(slice_head(s, n)))
            *to++ = '\'';
        if (n < s.n)
            n++; /* the separator with it */
        memcpy(to, s.p, n);
        to += n;
        s = slice_from(s, n);
    }
    return slice_of(out, (size_t)(to - out));
}

/* ---- the row ---- */

static struct slice csv_written_text(struct row *r, struct slice s)
{
    s = text_clean(&r->a, s);
    return s.p && r->for_people ? disarmed_text(&r->a, s) : s;
}

static void put_cell(struct buf *out, struct slice s, bool quoted)
{
    if (!quoted) {
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

static bool csv_refuse(const struct node *n, const char *why, struct err *e)
{
    struct slice name = slice_head(n->key, 40);
    return err_set(e, ERR_REJECT, "csv.render", 0, "cannot write column '%.*s': %s", SHOWN(name),
                   why);
}

static bool put_column_names(struct row *r, const struct node *filled, struct err *e)
{
    struct slice *names = ARENA_ARRAY(&r->a, filled->count + 1, struct slice);
    size_t count = 0;
    for (const struct node *n = filled->first; names && n; n = n->next) {
        if (n->kind == NODE_LIST || n->kind == NODE_MAP)
            return csv_refuse(n, "not one text", e);
        struct slice clean = text_clean(&r->a, n->key), name = csv_written_text(r, n->key);
        struct slice read = name.p ? csv_name(&r->a, name) : name;
        if (!clean.p || !read.p)
            return err_memory(e);
        if (!slice_equal(clean, n->key))
            return csv_refuse(n, "its name has a control character, or one that is not seen", e);
        if (slice_is_one_of(read, names, count))
            return csv_refuse(n, "another column has the same name", e);
        names[count++] = read;
        put_cell(r->out, name, needs_quotes(name) || misleads_reader(name));
        buf_text(r->out, n->next ? "," : "\r\n");
    }
    return names ? true : err_memory(e);
}

static bool put_cells(struct row *r, const struct node *filled, struct err *e)
{
    for (const struct node *n = filled->first; n; n = n->next) {
        struct slice text = n->truth ? SLICE("true") : SLICE("false");
        if (n->kind != NODE_BOOL)
            text = csv_written_text(r, n->text);
        if (!text.p)
            return err_memory(e);
        bool is_blank_line = filled->count == 1 && !text.n; /* which a reader passes over */
        put_cell(r->out, text, is_blank_line || needs_quotes(text));
        buf_text(r->out, n->next ? "," : "\r\n");
    }
    return true;
}

bool csv_render(const struct node *filled, const struct format_options *o, struct slice id,
                struct buf *out, struct err *e)
{
    (void)id; /* a row carries its id in a column that the mapping names */
    if (filled->kind != NODE_MAP || !filled->first)
        return err_set(e, ERR_REJECT, "csv.render", 0, "cannot write a row without columns");
    struct row r = { .for_people = o->readers != READERS_MACHINES, .out = out };
    arena_init(&r.a, SCRATCH_MAX);
    bool good = put_column_names(&r, filled, e) && put_cells(&r, filled, e);
    arena_release(&r.a);
    return good && buf_done(out, e);
}
