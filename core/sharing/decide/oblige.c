/* oblige.c - years of dates, days of times, flags and reviewed names in the place of values. */
#include "sharing/decide/oblige.h"

#include "base/clock.h"

#define LENGTH_ROOM 16 /* of a union's branch and a text's length, or of a number */

const enum obligation oblige_least_first[OBLIGE_COUNT] = { OBLIGE_FLAG, OBLIGE_ALIAS, OBLIGE_YEAR,
                                                           OBLIGE_DATE };

static size_t rank_of(enum obligation o)
{
    size_t n = 0;
    while (n < OBLIGE_COUNT && oblige_least_first[n] != o)
        n++;
    return n;
}

bool oblige_says_more(enum obligation a, enum obligation b)
{
    return rank_of(a) > rank_of(b);
}

enum obligation oblige_form(const struct categories obliged[OBLIGE_COUNT], unsigned portion)
{
    enum obligation o = 0;
    while (o < OBLIGE_COUNT && !categories_has(&obliged[o], portion))
        o++;
    return o;
}

bool oblige_any(const struct categories obliged[OBLIGE_COUNT])
{
    enum obligation o = 0;
    while (o < OBLIGE_COUNT && categories_is_empty(&obliged[o]))
        o++;
    return o < OBLIGE_COUNT;
}

/* The London year or day; what is less precise stays so. */
static struct civil cut_civil(struct civil c, enum obligation o)
{
    struct civil day = { .year = c.year, .month = c.month, .day = c.day };
    if (o == OBLIGE_YEAR) {
        day.month = 1;
        day.day = 1;
    }
    return day;
}

static struct slice cut_text(struct slice text, enum obligation o, char out[TIME_TEXT_MAX])
{
    enum time_precision most = o == OBLIGE_YEAR ? TIME_YEAR : TIME_DAY;
    struct moment m;
    if (!time_from_iso(text, &m))
        return (struct slice){ 0 };
    if (m.precision > TIME_DAY)
        m.local = cut_civil(london_from_ms(m.ms), OBLIGE_DATE);
    if (m.precision > most)
        m.precision = most;
    return time_to_iso(&m, out);
}

static void put_cut_time(int64_t ms, enum obligation o, struct buf *out)
{
    struct civil day = cut_civil(london_from_ms(ms), o);
    bool doubtful = false;
    avro_put_long(out, 1);
    avro_put_long(out, london_to_ms(&day, &doubtful));
}

void oblige_put(const struct bundle *b, const struct view *v, size_t slot, enum obligation o,
                struct buf *out)
{
    const struct slot *s = plan_slot_at(v->plan, slot);
    char text[TIME_TEXT_MAX];
    if (view_is_null(v, slot) || !obligation_fits(s, o))
        avro_put_null(out);
    else if (s->type == SLOT_LONG)
        put_cut_time(view_long(v, slot), o, out);
    else if (o == OBLIGE_FLAG)
        avro_put_opt_text(out, SLICE(OBLIGATION_FLAG));
    else if (o == OBLIGE_ALIAS)
        avro_put_opt_text(out, alias_find(b, s->category, view_text(v, slot)));
    else
        avro_put_opt_text(out, cut_text(view_text(v, slot), o, text));
}

size_t oblige_room(const struct bundle *b)
{
    return LENGTH_ROOM + TIME_TEXT_MAX + b->compiled->alias_bytes_max;
}
