/* former.c - reads a body of an earlier form field by field, and puts in the fields it lacks. */
#include "sharing/facts/former.h"

#include "base/cursor.h"
#include "record/wire.h"

/* Fields in their order: t text or bytes, n number, b a byte, [...] a list, 0 what is put in (no
 * list, not true), * all the rest. */
static const struct former {
    const char *schema;
    uint64_t fingerprint;
    const char *fields;
} formers[] = {
    /* Without FactSettlement.agency. */
    { "Facts", 0xce7a4612f6ce52b3,
      "nbn[tttttntnb][ttbnnttttt][tbntt][tbntt][ttntt][ttt][tttttnbbnt[tttttbn]btnt]"
      "[ttttntttb][bntt][ttttttnnt]nt[bttbntt0]*" },
    /* Nor FactReceiver.let_go and wait. */
    { "Facts", 0x3537cd5093228507,
      "nbn[tttttntnb][ttbnnttttt][tbntt][tbntt][ttntt][ttt][tttttnbbnt[ttttt00]btnt]"
      "[ttttntttb][bntt][ttttttnnt]nt[bttbntt0]*" },
    /* Without waiting. */
    { "Notice", 0x03265546dd225b16, "*0" },
};

struct taking {
    struct cursor in;
    size_t from; /* what stands before it is in out */
    struct buf *out;
    struct err *e;
};

static const struct former *find_former(const struct schema *s, uint64_t fingerprint)
{
    for (size_t i = 0; i < sizeof formers / sizeof formers[0]; i++)
        if (formers[i].fingerprint == fingerprint && slice_equal_text(s->name, formers[i].schema))
            return &formers[i];
    return NULL;
}

bool former_is_read(const struct schema *s, uint64_t fingerprint)
{
    return fingerprint == plan_fingerprint(s->plan) || find_former(s, fingerprint) != NULL;
}

static void put_in(struct taking *t)
{
    buf_put(t->out, slice_of(t->in.s.p + t->from, t->in.at - t->from));
    buf_byte(t->out, 0);
    t->from = t->in.at;
}

/* The ']' that ends a list. */
static const char *list_end(const char *fields)
{
    size_t depth = 1;
    while (depth > 0) {
        depth += *fields == '[';
        depth -= *fields == ']';
        fields++;
    }
    return fields - 1;
}

static bool take_list(struct taking *t, const char *fields);

static bool take_field(struct taking *t, const char *field)
{
    int64_t n;
    struct slice text;
    switch (*field) {
    case 't':
        return cursor_run(&t->in, &text, t->e);
    case 'n':
        return cursor_long(&t->in, &n, t->e);
    case 'b':
        return cursor_take(&t->in, 1, &text, t->e);
    case '[':
        return take_list(t, field + 1);
    case '*':
        return cursor_take(&t->in, cursor_left(&t->in), &text, t->e);
    default:
        put_in(t);
        return true;
    }
}

static bool take_fields(struct taking *t, const char *fields)
{
    for (; *fields && *fields != ']'; fields++) {
        if (!take_field(t, fields))
            return false;
        if (*fields == '[')
            fields = list_end(fields + 1);
    }
    return true;
}

/* Blocks with their size in bytes (a negative count) were never written. */
static bool take_list(struct taking *t, const char *fields)
{
    int64_t n = 1;
    while (n != 0) {
        if (!cursor_long(&t->in, &n, t->e))
            return false;
        if (n < 0)
            return err_set(t->e, ERR_REJECT, "record.form", t->in.at, "cannot read a list");
        for (int64_t i = 0; i < n; i++)
            if (!take_fields(t, fields))
                return false;
    }
    return true;
}

static bool take_over(const struct former *f, struct arena *a, struct slice *body, struct err *e)
{
    struct buf out;
    struct taking t = { .in = cursor_of(*body), .out = &out, .e = e };
    buf_init(&out, 2 * body->n + 1);
    bool done = take_fields(&t, f->fields);
    if (done) {
        buf_put(&out, slice_of(body->p + t.from, t.in.at - t.from));
        done = buf_done(&out, e);
    }
    if (done) {
        *body = arena_copy(a, buf_slice(&out));
        done = body->p || err_memory(e);
    }
    buf_release(&out);
    return done;
}

bool former_open(const struct schema *s, struct arena *a, struct slice framed, struct slice *body,
                 struct err *e)
{
    uint64_t fingerprint = 0;
    if (!wire_open(framed, &fingerprint, body, e))
        return false;
    if (fingerprint == plan_fingerprint(s->plan))
        return true;
    const struct former *f = find_former(s, fingerprint);
    if (!f)
        return err_set(e, ERR_REJECT, "record.form", 2, "cannot read a record of another form");
    return take_over(f, a, body, e);
}
