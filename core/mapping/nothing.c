/* nothing.c - what databases, spreadsheets and programs write where they have nothing, or cannot
 * show what they have. Every cell of every row is checked, so the first byte decides most. */
#include "mapping/inside.h"

static const char none[] =
    "it may mean that nothing is there: name it under 'empty:', or write 'empty: []'";

static size_t skip_digits(struct slice s, size_t i, uint8_t also)
{
    while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == also))
        i++;
    return i;
}

/* 9.99E+09 */
static bool has_power(struct slice s)
{
    size_t start = s.n && s.p[0] == '-' ? 1 : 0;
    size_t e = skip_digits(s, start, '.');
    if (e == start || e + 2 >= s.n)
        return false;
    if (s.p[e] != 'E' && s.p[e] != 'e')
        return false;
    if (s.p[e + 1] != '+' && s.p[e + 1] != '-')
        return false;
    return skip_digits(s, e + 2, 0) == s.n;
}

static bool is_letter_of_error(uint8_t c)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool is_digit = c >= '0' && c <= '9';
    return is_letter || is_digit || c == '_' || c == '/';
}

/* "#REF!", "#NAME?", "#GETTING_DATA!", "####": what a spreadsheet cannot work out or show. */
static bool is_cell_error(struct slice s)
{
    size_t i = 1;
    if (slice_equal_nocase(s, SLICE("#N/A")))
        return true;
    while (i < s.n && is_letter_of_error(s.p[i]))
        i++;
    if (i > 1) {
        bool is_last = i + 1 == s.n;
        return is_last && (s.p[i] == '!' || s.p[i] == '?');
    }
    while (i < s.n && s.p[i] == '#')
        i++;
    return i == s.n && s.n >= 4;
}

struct day {
    int year, month, day;
};

/* One to four digits from *at on, moved behind them; how many they are, 0 when they are others. */
static size_t read_day_number(struct slice s, size_t *at, int *out)
{
    size_t start = *at, end = skip_digits(s, start, 0);
    *out = 0;
    if (end - start > 4)
        return 0;
    for (size_t i = start; i < end; i++)
        *out = *out * 10 + (s.p[i] - '0');
    *at = end;
    return end - start;
}

static bool take_separator(struct slice s, size_t *at)
{
    if (*at == s.n || !memchr("-/.", s.p[*at], 3))
        return false;
    ++*at;
    return true;
}

/* 2026-02-03 or 03/02/2026, whether there is such a day or not; a time may follow. */
static bool read_day(struct slice s, struct day *out)
{
    size_t at = 0;
    int first, last;
    size_t first_digits = read_day_number(s, &at, &first);
    if (!first_digits || !take_separator(s, &at))
        return false;
    size_t month_digits = read_day_number(s, &at, &out->month);
    if (!month_digits || month_digits > 2 || !take_separator(s, &at))
        return false;
    size_t last_digits = read_day_number(s, &at, &last);
    if (first_digits == 4 && last_digits >= 1 && last_digits <= 2) {
        out->year = first;
        out->day = last;
    } else if (first_digits <= 2 && last_digits == 4) {
        out->year = last;
        out->day = first;
    } else {
        return false;
    }
    return at == s.n || s.p[at] == ' ' || s.p[at] == 'T';
}

/* 0000-00-00, 00/01/1900, 0001-01-01: a number or nothing, shown as a day that never was. */
static bool is_no_day(struct slice s)
{
    struct day d;
    if (!read_day(s, &d))
        return false;
    return d.year <= 1 || d.month == 0 || d.day == 0;
}

const char *nothing_or_cut(struct slice value)
{
    static const char *const words[] = { "NULL", "null", "NaN", "nan", "NaT", "undefined" };
    static const char *const forms[] = { "\\N",          "(null)", "<null>", "[null]",
                                         "invalid date", "<na>",   "(none)", "<none>" };
    if (!value.n)
        return NULL;
    uint8_t first = value.p[0];
    if (first == '-' || (first >= '0' && first <= '9')) {
        if (has_power(value))
            return "a spreadsheet has cut its digits";
        return is_no_day(value) ? none : NULL;
    }
    if (first == '#')
        return is_cell_error(value) ? none : NULL;
    bool may_be_a_word = first && strchr("NnuIi\\(<[", first) && value.n <= 12;
    if (!may_be_a_word)
        return NULL;
    if (slice_is_one_of_texts(value, words, sizeof words / sizeof words[0]))
        return none;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (slice_equal_nocase(value, slice_text(forms[i])))
            return none;
    return NULL;
}

/* 9999-12-31 stands for "no end", 1899-12-30 for a spreadsheet's nought, 00000000 for no day. */
static bool is_unlikely_day(struct slice s)
{
    struct day d;
    if (slice_equal_text(s, "00000000") || slice_equal_text(s, "99991231"))
        return true;
    if (!read_day(s, &d))
        return false;
    bool is_no_end = d.year == 9999;
    bool is_nought = d.year == 1899 && d.month == 12 && d.day >= 30;
    return is_no_end || is_nought;
}

const char *nothing_there(struct slice value)
{
    static const char *const words[] = {
        "null", "none",      "nan", "nat", "na",  "n/a",          "n.a.",
        "nil",  "undefined", "-",   "--",  "---", "\xe2\x80\x93", "\xe2\x80\x94" /* dashes */
    };
    const char *doubt = nothing_or_cut(value);
    if (doubt || value.n > 30)
        return doubt;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_equal_nocase(value, slice_text(words[i])))
            return none;
    return is_unlikely_day(value) ? none : NULL;
}
