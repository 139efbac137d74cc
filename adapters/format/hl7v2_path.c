/* hl7v2_path.c - compiling the texts of paths.
 *
 *   path      := segment [ field ] | field | ".": position        position := component [ "." sub ]
 *   segment   := letter letter-or-digit letter-or-digit [ "(" n ")" ]
 *   field     := "-" n [ "(" n ")" | "[" condition { "," condition } "]" ] [ "." position ]
 *   condition := component [ "." sub ] ( "=" | "!=" ) word { "|" word }
 *
 * Words go up to the next "|", "," or "]". */
#include "format/hl7v2_doc.h"

#define CONDITIONS_MAX 8
#define WORDS_MAX 64

struct reader {
    struct arena *a;
    struct slice text;
    size_t at;
};

static bool path_refuse(const struct reader *r, struct err *e, const char *wanted)
{
    return err_set(e, ERR_REJECT, "hl7v2.path", r->at, "want %s at this place", wanted);
}

static bool next_is(const struct reader *r, char c)
{
    return r->at < r->text.n && r->text.p[r->at] == (uint8_t)c;
}

static bool path_accept(struct reader *r, char c)
{
    if (!next_is(r, c))
        return false;
    r->at++;
    return true;
}

/* A number from 1 to the most that a message may have of anything. */
static bool path_read_number(struct reader *r, uint32_t *out, struct err *e)
{
    size_t end = r->at;
    while (end < r->text.n && r->text.p[end] >= '0' && r->text.p[end] <= '9')
        end++;
    uint64_t n = 0;
    bool is_number = slice_to_u64(slice_of(r->text.p + r->at, end - r->at), &n);
    if (!is_number || n == 0 || n > HL7V2_SEGMENTS_MAX)
        return path_refuse(r, e, "a number from 1 to 10000");
    r->at = end;
    *out = (uint32_t)n;
    return true;
}

static bool read_component(struct reader *r, uint32_t *component, uint32_t *sub, struct err *e)
{
    if (!path_read_number(r, component, e))
        return false;
    return !path_accept(r, '.') || path_read_number(r, sub, e);
}

static bool read_count(struct reader *r, uint32_t *out, struct err *e)
{
    if (!path_accept(r, '('))
        return true;
    return path_read_number(r, out, e) && (path_accept(r, ')') || path_refuse(r, e, "')'"));
}

static bool path_read_word(struct reader *r, struct hl7v2_condition *c, struct err *e)
{
    size_t from = r->at;
    while (r->at < r->text.n && !next_is(r, '|') && !next_is(r, ',') && !next_is(r, ']'))
        r->at++;
    if (c->word_count == WORDS_MAX)
        return path_refuse(r, e, "at most 64 words");
    struct slice word = arena_copy(r->a, slice_of(r->text.p + from, r->at - from));
    if (!word.p)
        return err_memory(e);
    c->words[c->word_count++] = word;
    return true;
}

static bool read_condition(struct reader *r, struct hl7v2_condition *c, struct err *e)
{
    if (!read_component(r, &c->component, &c->subcomponent, e))
        return false;
    c->differs = path_accept(r, '!');
    if (!path_accept(r, '='))
        return path_refuse(r, e, "'=' or '!='");
    c->words = ARENA_ARRAY(r->a, WORDS_MAX, struct slice);
    if (!c->words)
        return err_memory(e);
    do {
        if (!path_read_word(r, c, e))
            return false;
    } while (path_accept(r, '|'));
    return true;
}

static bool read_conditions(struct reader *r, struct path *p, struct err *e)
{
    p->conditions = ARENA_ARRAY(r->a, CONDITIONS_MAX, struct hl7v2_condition);
    if (!p->conditions)
        return err_memory(e);
    do {
        if (p->condition_count == CONDITIONS_MAX)
            return path_refuse(r, e, "at most 8 conditions");
        if (!read_condition(r, &p->conditions[p->condition_count++], e))
            return false;
    } while (path_accept(r, ','));
    return path_accept(r, ']') || path_refuse(r, e, "']'");
}

static bool path_read_field(struct reader *r, struct path *p, struct err *e)
{
    if (!path_read_number(r, &p->field, e))
        return false;
    if (path_accept(r, '['))
        return read_conditions(r, p, e);
    return read_count(r, &p->repetition, e);
}

static bool read_segment(struct reader *r, struct path *p, struct err *e)
{
    p->id = hl7v2_id_read(r->text);
    if (!p->id || r->text.p[0] > 'Z')
        return path_refuse(r, e, "a segment id, '-' or '.'");
    r->at = 3;
    return read_count(r, &p->segment, e);
}

/* Refuses paths that the grammar allows and no message has. */
static bool check_header(const struct reader *r, const struct path *p, struct err *e)
{
    if (p->id != HL7V2_MSH)
        return true;
    if (p->segment > 1)
        return path_refuse(r, e, "only one MSH");
    bool is_whole = !p->component && !p->repetition && !p->condition_count;
    bool is_delimiters = p->field == 1 || p->field == 2;
    if (is_delimiters && !is_whole)
        return path_refuse(r, e, "no part of MSH-1 or MSH-2");
    return true;
}

bool hl7v2_compile(struct arena *a, struct slice text, struct path **out, struct err *e)
{
    struct reader r = { a, text, 0 };
    struct path *p = ARENA_NEW(a, struct path);
    if (!p)
        return err_memory(e);
    bool has_position = next_is(&r, '.');
    bool has_segment = !has_position && !next_is(&r, '-');
    if (has_segment && !read_segment(&r, p, e))
        return false;
    if (path_accept(&r, '-')) {
        if (!path_read_field(&r, p, e))
            return false;
        has_position = next_is(&r, '.');
    }
    if (has_position) {
        r.at++; /* the dot */
        if (!read_component(&r, &p->component, &p->subcomponent, e))
            return false;
    }
    if (r.at != text.n)
        return path_refuse(&r, e, "the end");
    *out = p;
    return check_header(&r, p, e);
}

bool hl7v2_place(struct arena *a, const struct path *p, const struct path **whole,
                 struct slice *name, struct err *e)
{
    struct path *all = ARENA_NEW(a, struct path);
    char *text =
        arena_format(a, "%c%c%c-%u.%u.%u", (int)(p->id >> 16 & 0xff), (int)(p->id >> 8 & 0xff),
                     (int)(p->id & 0xff), p->field, p->component, p->subcomponent);
    if (!all || !text)
        return err_memory(e);
    *all = *p;
    all->condition_count = 0;
    *whole = p->condition_count ? all : p;
    *name = slice_text(text);
    return true;
}
