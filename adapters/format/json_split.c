/* json_split.c - takes a unit of JSON apart: one value, a list of messages, or one a line.
 *
 * It looks only at brackets, commas and quotes. What stands between them is json_parse's to judge.
 */
#include "format/json_doc.h"

#include "base/charset.h"

#define TEXT_MARK 0x1e /* RFC 7464: before each text of a sequence */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == TEXT_MARK;
}

static void skip_blanks(struct slice s, size_t *at)
{
    while (*at < s.n && is_blank(s.p[*at]))
        *at += 1;
}

/* The closing quote of the text that begins with a quote at i. */
static size_t text_end(struct slice s, size_t i)
{
    i++;
    while (i < s.n && s.p[i] != '"')
        i += s.p[i] == '\\' ? 2 : 1;
    return i;
}

/* The end of the value that begins at i, or where the text stops being one. */
static size_t value_end(struct slice s, size_t i, bool in_list)
{
    size_t depth = 0;
    for (; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool closes = c == '}' || c == ']';
        bool separates = c == (in_list ? ',' : '\n');
        if (depth == 0 && (closes || separates))
            break;
        if (c == '"')
            i = text_end(s, i);
        else if (c == '{' || c == '[')
            depth++;
        else if (closes)
            depth--;
        if (closes && depth == 0)
            return i + 1;
    }
    return i < s.n ? i : s.n;
}

/* Whether all from i on is blank. */
static bool ends_at(struct slice s, size_t i)
{
    skip_blanks(s, &i);
    return i == s.n;
}

/* What a cut has found of its unit. */
enum { NOT_BEGUN, LIST_OPEN, IN_LIST, LINES };

/* *at stands after '[', or after a message of the list. */
static bool next_in_list(struct slice unit, struct cut *c, struct slice *one, struct err *e)
{
    size_t i = c->at;
    skip_blanks(unit, &i);
    bool begun = c->note == IN_LIST;
    if (begun && i < unit.n && unit.p[i] == ']') {
        c->at = unit.n;
        if (!ends_at(unit, i + 1))
            (void)err_set(e, ERR_REJECT, "json.batch", i + 1,
                          "cannot read a list of messages: text after its end");
        return false;
    }
    if (begun && i < unit.n && unit.p[i] == ',')
        i++;
    skip_blanks(unit, &i);
    size_t end = value_end(unit, i, true), after = end;
    skip_blanks(unit, &after);
    bool closed = after < unit.n && (unit.p[after] == ',' || unit.p[after] == ']');
    if (i == end || !closed)
        return err_set(e, ERR_REJECT, "json.batch", after,
                       "cannot read a list of messages: want a message, then ',' or ']'");
    *one = slice_of(unit.p + i, end - i);
    c->at = end;
    c->note = IN_LIST;
    return true;
}

/* One value a line, or one in all. What stands after a value on its line makes it no JSON: parse()
 * gets both and says so. */
static bool next_json_line(struct slice unit, size_t *at, struct slice *one)
{
    size_t start = *at;
    skip_blanks(unit, &start);
    if (start == unit.n)
        return false;
    size_t end = value_end(unit, start, false), line = end;
    while (line < unit.n && memchr(" \t\r", unit.p[line], 3))
        line++;
    bool has_more_on_line = line < unit.n && unit.p[line] != '\n';
    if (end == start || has_more_on_line)
        end = unit.n;
    *one = slice_of(unit.p + start, end - start);
    bool last = ends_at(unit, end);
    if (*at == 0 && last && unit.p[0] != TEXT_MARK)
        *one = unit; /* alone in its unit it is the unit, byte for byte */
    *at = last ? unit.n : end;
    return true;
}

/* How the unit is taken apart, seen once. */
static void begin_cut(struct slice unit, struct cut *c)
{
    size_t first = slice_starts(unit, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
    skip_blanks(unit, &first);
    bool is_list = first < unit.n && unit.p[first] == '[';
    c->note = is_list ? LIST_OPEN : LINES;
    c->at = is_list ? first + 1 : 0;
}

/* A list of messages (application/cloudevents-batch+json), or one value a line (NDJSON). */
bool json_split(struct arena *a, struct slice unit, struct cut *c, struct slice *one, struct err *e)
{
    (void)a;
    if (c->note == NOT_BEGUN)
        begin_cut(unit, c);
    if (c->note != LINES)
        return next_in_list(unit, c, one, e);
    if (c->at == 0 && charset_begins(unit) != CHARSET_UTF8) {
        *one = unit;
        c->at = unit.n;
        return unit.n > 0;
    }
    return next_json_line(unit, &c->at, one);
}
