/* explain_words.c - names in words; nothing is invented, so that a new name explains itself. */
#include "sharing/tools/explain_words.h"

#include "base/clock.h"

static bool is_acronym(struct slice word)
{
    static const char *const acronyms[] = { "nhs", "uprn", "gp", "chc", "ods", "id" };
    return slice_is_one_of_texts(word, acronyms, sizeof acronyms / sizeof acronyms[0]);
}

/* One word, with the capitals it is written with. */
static void put_one_word(struct slice word, struct buf *out)
{
    size_t capitals = is_acronym(word) ? word.n : slice_equal_text(word, "caldicott");
    for (size_t i = 0; i < word.n; i++)
        buf_byte(out, (uint8_t)(i < capitals ? word.p[i] - 'a' + 'A' : word.p[i]));
}

void explain_word(struct slice word, struct buf *out)
{
    for (size_t at = 0; at < word.n;) {
        size_t end = at;
        while (end < word.n && word.p[end] != '-' && word.p[end] != '_')
            end++;
        put_one_word(slice_of(word.p + at, end - at), out);
        if (end < word.n)
            buf_byte(out, ' ');
        at = end + 1;
    }
}

void explain_type(struct slice name, struct buf *out)
{
    for (size_t i = 0; i < name.n; i++) {
        bool capital = name.p[i] >= 'A' && name.p[i] <= 'Z';
        if (capital && i)
            buf_byte(out, ' ');
        buf_byte(out, (uint8_t)(capital ? name.p[i] - 'A' + 'a' : name.p[i]));
    }
}

/* Fields of the header that do not say by their names what they are. */
static const char *header_words(struct slice path)
{
    static const struct {
        const char *path, *words;
    } fields[] = { { "header.occurred", "the time when it happened" },
                   { "header.observed", "the time when it was recorded" },
                   { "header.original", "what it replaces" } };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (slice_equal_text(path, fields[i].path))
            return fields[i].words;
    return NULL;
}

void explain_path(struct slice path, struct buf *out)
{
    const char *words = header_words(path);
    if (words) {
        buf_text(out, words);
        return;
    }
    if (slice_ends(path, SLICE("[]")))
        path.n -= 2;
    size_t dot = slice_find(path, '.');
    struct slice group = slice_head(path, dot), rest = slice_from(path, dot + 1);
    bool is_plural = slice_ends(group, SLICE("s"));
    buf_text(out, "the ");
    if (rest.n && !slice_equal_text(group, "header") && !slice_equal_text(group, "subject")) {
        explain_word(group, out);
        buf_text(out, is_plural ? "' " : "'s ");
    }
    explain_word(rest.n ? rest : path, out);
}

void explain_day(int64_t ms, struct buf *out)
{
    static const char *const months[] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };
    struct civil day = london_from_ms(ms);
    buf_format(out, "%d %s %d", day.day, months[day.month - 1], day.year);
}

void explain_agency(const struct bundle *b, uint16_t agency, struct buf *out)
{
    const struct agency *a = &b->agencies[agency];
    if (a->title.n)
        buf_put(out, a->title);
    else
        explain_word(a->name, out);
}

/* The service alone, without its agency. */
static void put_service(const struct bundle *b, uint16_t service, struct buf *out)
{
    const struct service *s = &b->services[service];
    if (s->title.n)
        buf_put(out, s->title);
    else
        explain_word(slice_from(s->name, b->agencies[s->agency].name.n + 1), out);
}

void explain_service(const struct bundle *b, uint16_t service, struct buf *out)
{
    explain_agency(b, b->services[service].agency, out);
    buf_text(out, " (");
    put_service(b, service, out);
    buf_text(out, ")");
}

static bool has_any(const struct agency *a, const struct services *set)
{
    for (unsigned i = 0; i < a->service_count; i++)
        if (services_have(set, a->first_service + i))
            return true;
    return false;
}

static void put_agency_services(const struct bundle *b, uint16_t agency, const struct services *set,
                                struct buf *out)
{
    const struct agency *a = &b->agencies[agency];
    bool any = false;
    explain_agency(b, agency, out);
    for (unsigned i = a->first_service; i < a->first_service + (unsigned)a->service_count; i++) {
        if (!services_have(set, i))
            continue;
        buf_text(out, any ? ", " : " (");
        put_service(b, (uint16_t)i, out);
        any = true;
    }
    buf_text(out, ")");
}

size_t explain_services(const struct bundle *b, const struct services *set, struct buf *out)
{
    size_t left = 0, all;
    for (size_t a = 0; a < b->agency_count; a++)
        left += has_any(&b->agencies[a], set);
    all = left;
    for (size_t a = 0; a < b->agency_count; a++) {
        if (!has_any(&b->agencies[a], set))
            continue;
        buf_text(out, left == all ? "" : left == 1 ? " and " : ", ");
        put_agency_services(b, (uint16_t)a, set, out);
        left--;
    }
    if (!all)
        buf_text(out, "nobody");
    return all;
}

void explain_kinds(const struct bundle *b, const uint32_t *kinds, size_t n,
                   const struct prohibition *only, struct buf *out)
{
    const struct compiled *k = b->compiled;
    bool any_type = false;
    for (size_t s = 0; s < catalogue_count(b->catalogue); s++) {
        bool any = false;
        for (uint32_t kind = k->kind_base[s]; kind < k->kind_base[s + 1]; kind++) {
            if (!kinds_have(kinds, n, kind) || (only && !prohibition_is_for(only, kind)))
                continue;
            if (!any) {
                buf_text(out, any_type ? "; " : "");
                explain_type(k->schemas[s]->name, out);
            }
            buf_text(out, any ? ", " : ": ");
            explain_word(k->schemas[s]->kinds[kind - k->kind_base[s]], out);
            any = any_type = true;
        }
    }
}

const char *explain_obligation(enum obligation o)
{
    static const char *const words[] = { [OBLIGE_YEAR] = "year only",
                                         [OBLIGE_DATE] = "day only",
                                         [OBLIGE_FLAG] = "only that there is any",
                                         [OBLIGE_ALIAS] =
                                             "by its name in the reviewed list, else not at all" };
    return words[o];
}

static void put_obligations(unsigned portion, const struct categories *obliged, struct buf *out)
{
    bool any = false;
    for (int o = 0; obliged && o < OBLIGE_COUNT; o++) {
        if (!categories_has(&obliged[o], portion))
            continue;
        buf_format(out, "%s%s", any ? ", " : " (", explain_obligation((enum obligation)o));
        any = true;
    }
    buf_text(out, any ? ")" : "");
}

static unsigned first_portion(const struct categories *set)
{
    unsigned n = 0;
    while (!categories_has(set, n))
        n++;
    return n;
}

struct categories explain_alike(const struct bundle *b, const struct categories *set,
                                const struct categories *obliged)
{
    unsigned first = first_portion(set);
    struct categories alike = { { 0 } };
    for (unsigned i = first; i < bundle_portion_count(b); i++) {
        bool same = categories_has(set, i);
        for (int o = 0; obliged && o < OBLIGE_COUNT; o++)
            same &= categories_has(&obliged[o], i) == categories_has(&obliged[o], first);
        if (same)
            categories_add(&alike, i);
    }
    return alike;
}

/* After the group's own word "leave from, leave until"; what is of another "the person's names". */
static void put_fields(const struct bundle *b, const struct categories *set, struct buf *out)
{
    bool any = false;
    for (unsigned i = 0; i < bundle_portion_count(b); i++) {
        struct slice category = catalogue_category(b->catalogue, bundle_portion_category(b, i));
        struct slice path = bundle_portion_path(b, i);
        size_t dot = slice_find(path, '.');
        if (!categories_has(set, i))
            continue;
        buf_text(out, any ? ", " : "");
        if (slice_equal(slice_head(path, dot), slice_head(category, slice_find(category, '.'))))
            explain_word(slice_from(path, dot + 1), out);
        else
            explain_path(path, out);
        any = true;
    }
}

/* Some portions of one category, all obliged alike; word: its own, empty for the group's. */
static void put_portions(const struct bundle *b, struct slice word, unsigned category,
                         const struct categories *set, const char *before, struct buf *out)
{
    struct categories own = bundle_portions_of_category(b, SIZE_MAX, category), but = own;
    categories_drop(&but, set);
    bool is_whole = categories_is_empty(&but);
    bool is_rest = categories_has(set, category) && categories_has(&own, category);
    buf_text(out, word.n || (!is_whole && !is_rest) ? before : "");
    if (!is_whole && !is_rest) {
        put_fields(b, set, out);
        return;
    }
    explain_word(word, out);
    buf_text(out, is_whole ? "" : " except ");
    put_fields(b, &but, out);
}

/* What of a category stands in the set. */
static struct categories portions_in(const struct bundle *b, unsigned category,
                                     const struct categories *set)
{
    struct categories own = bundle_portions_of_category(b, SIZE_MAX, category);
    categories_keep(&own, set);
    return own;
}

/* The names of one group that stand in the set, the group's word first. */
static void put_group(const struct bundle *b, struct slice group, const struct categories *set,
                      const struct categories *obliged, struct buf *out)
{
    bool any = false;
    for (unsigned i = 0; i < catalogue_category_count(b->catalogue); i++) {
        struct slice name = catalogue_category(b->catalogue, i);
        size_t dot = slice_find(name, '.');
        struct categories left = portions_in(b, i, set);
        if (!slice_equal(slice_head(name, dot), group))
            continue;
        while (!categories_is_empty(&left)) {
            struct categories alike = explain_alike(b, &left, obliged);
            if (!any)
                explain_word(group, out);
            put_portions(b, slice_from(name, dot + 1), i, &alike, any ? ", " : ": ", out);
            put_obligations(first_portion(&alike), obliged, out);
            categories_drop(&left, &alike);
            any = true;
        }
    }
}

/* Whether one of its group stood before it. */
static bool is_told(const struct bundle *b, const struct categories *set, unsigned category)
{
    struct slice name = catalogue_category(b->catalogue, category);
    struct slice group = slice_head(name, slice_find(name, '.'));
    for (unsigned i = 0; i < category; i++) {
        struct slice other = catalogue_category(b->catalogue, i);
        struct categories own = portions_in(b, i, set);
        if (!categories_is_empty(&own) &&
            slice_equal(slice_head(other, slice_find(other, '.')), group))
            return true;
    }
    return false;
}

void explain_categories(const struct bundle *b, const struct categories *set,
                        const struct categories *obliged, struct buf *out)
{
    bool any = false;
    for (unsigned i = 0; i < catalogue_category_count(b->catalogue); i++) {
        struct slice name = catalogue_category(b->catalogue, i);
        struct categories own = portions_in(b, i, set);
        if (categories_is_empty(&own) || is_told(b, set, i))
            continue;
        buf_text(out, any ? "; " : "");
        put_group(b, slice_head(name, slice_find(name, '.')), set, obliged, out);
        any = true;
    }
    if (!any)
        buf_text(out, "nothing");
}
