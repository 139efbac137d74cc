/* conversion.c - the conversions of the mapping language, both ways, by name. */
#include "mapping/inside.h"

static const struct {
    const char *name;
    enum conversion as;
} names[] = {
    { "text", AS_TEXT },         { "hl7-time", AS_HL7_TIME },
    { "iso-time", AS_ISO_TIME }, { "uk-date", AS_UK_DATE },
    { "date", AS_DATE },         { "nhs-number", AS_NHS_NUMBER },
    { "postcode", AS_POSTCODE }, { "trim", AS_TRIM },
    { "upper", AS_UPPER },       { "lower", AS_LOWER },
    { "boolean", AS_BOOLEAN },   { "count", AS_COUNT },
    { "words", AS_WORDS },       { "epoch-seconds", AS_EPOCH_S },
    { "epoch-ms", AS_EPOCH_MS },
};

const char *mapping_conversion(size_t i)
{
    return i < sizeof names / sizeof names[0] ? names[i].name : NULL;
}

enum conversion conversion_named(struct slice name)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_equal_text(name, names[i].name))
            return names[i].as;
    return AS_NONE;
}

bool conversion_is_time(enum conversion as)
{
    return as >= AS_HL7_TIME && as <= AS_DATE;
}

bool conversion_read_time(enum conversion as, struct slice text, struct moment *out)
{
    switch (as) {
    case AS_HL7_TIME:
        return moment_from_hl7(text, out);
    case AS_UK_DATE:
        return moment_from_uk(text, out);
    case AS_EPOCH_S:
    case AS_EPOCH_MS:
        return moment_from_epoch(text, as == AS_EPOCH_S, out);
    case AS_DATE:
        return moment_from_iso(text, out) || moment_from_hl7(text, out);
    default:
        return moment_from_iso(text, out);
    }
}

static struct slice other_case(struct arena *a, struct slice s, uint8_t from, uint8_t to)
{
    uint8_t *out = arena_alloc(a, s.n + 1);
    for (size_t i = 0; out && i < s.n; i++) {
        bool fold = s.p[i] >= from && s.p[i] <= to;
        out[i] = fold ? (uint8_t)(s.p[i] ^ 0x20) : s.p[i];
    }
    return slice_of(out, s.n);
}

/* Upper case, one blank before the last three characters; what is none is only tidied. */
static struct slice postcode_text(struct arena *a, struct slice s)
{
    uint8_t *out = arena_alloc(a, s.n + 2);
    size_t n = 0;
    if (!out)
        return slice_of(NULL, 0);
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == ' ')
            continue;
        out[n++] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
    }
    if (n >= 5 && n <= 7) {
        memmove(out + n - 2, out + n - 3, 3);
        out[n - 3] = ' ';
        n++;
    }
    return slice_of(out, n);
}

static struct slice truth_text(struct slice s)
{
    static const char *const yes[] = { "true", "yes", "y", "1" };
    static const char *const no[] = { "false", "no", "n", "0" };
    for (size_t i = 0; i < 4; i++) {
        if (slice_equal_nocase(s, slice_text(yes[i])))
            return SLICE("true");
        if (slice_equal_nocase(s, slice_text(no[i])))
            return SLICE("false");
    }
    return slice_of(NULL, 0);
}

/* A code as people read it: "ready_for_discharge" with blanks, true as yes. */
static struct slice words_text(struct arena *a, struct slice s)
{
    if (slice_equal_text(s, "true"))
        return SLICE("yes");
    if (slice_equal_text(s, "false"))
        return SLICE("no");
    uint8_t *out = arena_alloc(a, s.n + 1);
    for (size_t i = 0; out && i < s.n; i++)
        out[i] = s.p[i] == '_' || s.p[i] == '-' ? ' ' : s.p[i];
    return slice_of(out, s.n);
}

struct slice conversion_text(enum conversion as, struct arena *a, struct slice text)
{
    struct nhs_number number;
    switch (as) {
    case AS_NHS_NUMBER:
        if (!nhs_number_parse(text, &number))
            return slice_of(NULL, 0);
        return arena_copy(a, slice_of(number.digit, 10));
    case AS_POSTCODE:
        return postcode_text(a, slice_trim(text));
    case AS_TRIM:
        return slice_trim(text);
    case AS_UPPER:
        return other_case(a, text, 'a', 'z');
    case AS_LOWER:
        return other_case(a, text, 'A', 'Z');
    case AS_BOOLEAN:
        return truth_text(slice_trim(text));
    case AS_WORDS:
        return words_text(a, text);
    default:
        return text;
    }
}

/* The moment in London's civil time; a date has no hour to move. */
static struct civil local_of(const struct moment *m)
{
    bool is_local = m->precision <= TIME_DAY || !m->has_offset;
    return is_local ? m->local : london_from_ms(m->ms);
}

static char *hl7_text(struct arena *a, const struct moment *m, const struct civil *c)
{
    switch (m->precision) {
    case TIME_YEAR:
        return arena_format(a, "%04d", c->year);
    case TIME_MONTH:
        return arena_format(a, "%04d%02d", c->year, c->month);
    case TIME_DAY:
        return arena_format(a, "%04d%02d%02d", c->year, c->month, c->day);
    case TIME_MINUTE:
        return arena_format(a, "%04d%02d%02d%02d%02d", c->year, c->month, c->day, c->hour,
                            c->minute);
    default:
        return arena_format(a, "%04d%02d%02d%02d%02d%02d", c->year, c->month, c->day, c->hour,
                            c->minute, c->second);
    }
}

static char *uk_text(struct arena *a, const struct moment *m, const struct civil *c)
{
    if (m->precision == TIME_YEAR)
        return arena_format(a, "%04d", c->year);
    if (m->precision == TIME_MONTH)
        return arena_format(a, "%02d/%04d", c->month, c->year);
    if (m->precision == TIME_DAY)
        return arena_format(a, "%02d/%02d/%04d", c->day, c->month, c->year);
    return arena_format(a, "%02d/%02d/%04d %02d:%02d", c->day, c->month, c->year, c->hour,
                        c->minute);
}

struct slice conversion_write_time(enum conversion as, struct arena *a, const struct moment *m)
{
    struct civil c = local_of(m);
    struct moment day = *m;
    char text[TIME_TEXT_MAX];
    switch (as) {
    case AS_HL7_TIME:
        return slice_text(hl7_text(a, m, &c));
    case AS_UK_DATE:
        return slice_text(uk_text(a, m, &c));
    case AS_EPOCH_S:
    case AS_EPOCH_MS:
        return slice_text(
            arena_format(a, "%lld", (long long)(as == AS_EPOCH_S ? m->ms / 1000 : m->ms)));
    case AS_DATE:
        if (day.precision > TIME_DAY)
            day.precision = TIME_DAY;
        day.local = c;
        return arena_copy(a, time_to_iso(&day, text));
    default:
        return arena_copy(a, time_to_iso(m, text));
    }
}
