/* hl7v2_find.c - walking from a compiled path to the bytes of its leaf. */
#include "format/hl7v2_doc.h"

/* The n-th piece of s (from 0) between marks; false when there are fewer. */
static bool piece(const struct doc *d, struct hl7v2_span s, uint8_t mark, size_t n,
                  struct hl7v2_span *out)
{
    for (;; n--) {
        uint32_t end = s.at + (uint32_t)slice_find(hl7v2_bytes(d, s), mark);
        if (n == 0) {
            *out = (struct hl7v2_span){ s.at, end };
            return true;
        }
        if (end == s.end)
            return false;
        s.at = end + 1;
    }
}

/* Nothing but marks and blanks. */
static bool is_hollow(const struct doc *d, struct hl7v2_span s)
{
    for (uint32_t i = s.at; i < s.end; i++) {
        uint8_t c = d->raw.p[i];
        if (c != d->marks.component && c != d->marks.subcomponent && !hl7v2_is_space(c))
            return false;
    }
    return true;
}

static inline bool is_cleared(const struct doc *d, struct hl7v2_span s)
{
    const uint8_t *p = d->raw.p + s.at;
    return s.end - s.at == 2 && p[0] == '"' && p[1] == '"';
}

/* The n-th part of s (from 0) between marks, without blanks; false when there are fewer. Byte by
 * byte: below a field parts are short, and a search of its own for each mark would take longer. */
static inline bool part(const struct doc *d, struct hl7v2_span s, uint8_t mark, uint32_t n,
                        struct hl7v2_span *out)
{
    const uint8_t *p = d->raw.p;
    uint32_t at = s.at;
    for (; n > 0; n--) {
        while (at < s.end && p[at] != mark)
            at++;
        if (at++ == s.end)
            return false;
    }
    uint32_t end = at;
    while (end < s.end && p[end] != mark)
        end++;
    *out = hl7v2_trimmed(d, (struct hl7v2_span){ at, end });
    return true;
}

/* The leaf at component.subcomponent of one repetition; `""` at a higher level counts for all below. */
static bool leaf_of(const struct doc *d, struct hl7v2_span s, uint32_t component, uint32_t sub,
                    struct hl7v2_span *out)
{
    struct hl7v2_span leaf = hl7v2_trimmed(d, s);
    if (!is_cleared(d, leaf) &&
        !part(d, leaf, d->marks.component, component ? component - 1 : 0, &leaf))
        return false;
    if (!is_cleared(d, leaf) && !part(d, leaf, d->marks.subcomponent, sub ? sub - 1 : 0, &leaf))
        return false;
    *out = leaf;
    return leaf.end > leaf.at;
}

static bool condition_holds(struct arena *a, const struct doc *d, struct hl7v2_span repetition,
                            const struct hl7v2_condition *c)
{
    struct hl7v2_span leaf;
    struct slice value = { NULL, 0 };
    if (leaf_of(d, repetition, c->component, c->subcomponent, &leaf))
        value = slice_trim(hl7v2_decode(a, d, hl7v2_bytes(d, leaf)));
    for (size_t i = 0; i < c->word_count; i++)
        if (slice_equal_nocase(value, c->words[i])) /* as senders write an authority: NHS, nhs */
            return !c->differs;
    return c->differs;
}

static bool is_accepted(struct arena *a, const struct doc *d, struct hl7v2_span repetition,
                        const struct path *p)
{
    if (p->condition_count > 0 && is_hollow(d, repetition))
        return false;
    for (size_t i = 0; i < p->condition_count; i++)
        if (!condition_holds(a, d, repetition, &p->conditions[i]))
            return false;
    return true;
}

/* The n-th repetition (from 0) that p accepts. */
static bool repetition_of(struct arena *a, const struct doc *d, struct hl7v2_span field,
                          const struct path *p, size_t n, struct hl7v2_span *out)
{
    if (p->repetition)
        return n == 0 && piece(d, field, d->marks.repetition, p->repetition - 1, out);
    if (p->condition_count == 0)
        return piece(d, field, d->marks.repetition, n, out);
    for (struct hl7v2_span rest = field;; rest.at = out->end + 1) {
        if (!piece(d, rest, d->marks.repetition, 0, out))
            return false;
        if (is_accepted(a, d, *out, p) && n-- == 0)
            return true;
        if (out->end == field.end)
            return false;
    }
}

/* The n-th repetition of an each: paths ask for the same one many times, and then for the next. */
static bool repetition_at(struct arena *a, const struct doc *d, const struct hl7v2_segment *s,
                          const struct path *base, size_t nth, struct hl7v2_span *out)
{
    struct hl7v2_place *last = d->last;
    struct hl7v2_span rest = hl7v2_field(d, s, base->field);
    size_t skip = nth;
    if (last->base == base && last->segment == s && nth >= last->nth && !base->repetition) {
        *out = last->at;
        if (nth == last->nth)
            return true;
        if (last->at.end == rest.end)
            return false;
        rest.at = last->at.end + 1;
        skip = nth - last->nth - 1;
    }
    if (!repetition_of(a, d, rest, base, skip, out))
        return false;
    *last = (struct hl7v2_place){ base, s, nth, *out };
    return true;
}

static bool is_empty_field(const struct doc *d, struct hl7v2_span field)
{
    field = hl7v2_trimmed(d, field);
    return field.at == field.end;
}

static const struct hl7v2_segment *segment_of(const struct doc *d, const struct path *p)
{
    return hl7v2_segment_at(d, p->id, p->segment ? p->segment - 1 : 0);
}

static size_t count_segments(const struct doc *d, const struct path *p)
{
    const struct hl7v2_segment *s = segment_of(d, p);
    return !s ? 0 : p->segment ? 1 : d->kinds[s->kind].count;
}

size_t hl7v2_count(const struct doc *d, const struct path *p)
{
    if (p->field == 0)
        return count_segments(d, p);
    const struct hl7v2_segment *s = segment_of(d, p);
    struct hl7v2_span rest = { 0, 0 }, one;
    if (s)
        rest = hl7v2_field(d, s, p->field);
    if (is_empty_field(d, rest))
        return 0;
    if (p->repetition)
        return piece(d, rest, d->marks.repetition, p->repetition - 1, &one);
    struct arena scratch; /* only for values with escapes that a selector looks at */
    arena_init(&scratch, HL7V2_MESSAGE_MAX * 3);
    size_t n = 0;
    while (piece(d, rest, d->marks.repetition, 0, &one)) {
        n += is_accepted(&scratch, d, one, p);
        if (one.end == rest.end)
            break;
        rest.at = one.end + 1;
    }
    arena_release(&scratch);
    return n;
}

static struct found raw_of(const struct doc *d, struct hl7v2_span s)
{
    return (struct found){ FOUND_PRESENT, hl7v2_bytes(d, s), s.at, s.end - s.at };
}

/* The value at p's component in one repetition. */
static struct found value_of(struct arena *a, const struct doc *d, struct hl7v2_span repetition,
                             const struct path *p)
{
    struct hl7v2_span leaf;
    if (!leaf_of(d, repetition, p->component, p->subcomponent, &leaf))
        return (struct found){ .how = FOUND_ABSENT };
    struct found f = raw_of(d, leaf);
    if (is_cleared(d, leaf)) {
        f.how = FOUND_CLEARED;
        f.value = (struct slice){ NULL, 0 };
    } else {
        f.value = hl7v2_decode(a, d, f.value);
    }
    return f;
}

/* p's field in segment s: the n-th repetition that p accepts. */
static struct found find_in_segment(struct arena *a, const struct doc *d,
                                    const struct hl7v2_segment *s, const struct path *p, size_t n)
{
    if (!s)
        return (struct found){ .how = FOUND_ABSENT };
    if (p->field == 0) /* the segment itself: that it is there */
        return p->component ? (struct found){ .how = FOUND_ABSENT }
                            : raw_of(d, (struct hl7v2_span){ s->at, s->end });
    struct hl7v2_span field = hl7v2_field(d, s, p->field), repetition;
    if (s->id == HL7V2_MSH && p->field <= 2)
        return raw_of(d, field);
    if (field.at == field.end) /* most are */
        return (struct found){ .how = FOUND_ABSENT };
    if (!repetition_of(a, d, field, p, n, &repetition))
        return (struct found){ .how = FOUND_ABSENT };
    return value_of(a, d, repetition, p);
}

struct found hl7v2_find(struct arena *a, const struct doc *d, const struct path *p,
                        const struct path *base, size_t nth)
{
    struct hl7v2_span repetition;
    if (p->id && !base && p->field == 0 && !p->segment)
        return find_in_segment(a, d, hl7v2_segment_at(d, p->id, nth), p, 0);
    if (p->id)
        return find_in_segment(a, d, segment_of(d, p), p, base ? 0 : nth);
    if (!base)
        return (struct found){ .how = FOUND_ABSENT };
    if (base->field == 0)
        return find_in_segment(a, d, hl7v2_segment_at(d, base->id, base->segment
                                                      ? base->segment - 1 : nth), p, 0);
    const struct hl7v2_segment *s = segment_of(d, base);
    if (p->field || !s)
        return find_in_segment(a, d, s, p, 0);
    if (!repetition_at(a, d, s, base, nth, &repetition))
        return (struct found){ .how = FOUND_ABSENT };
    return value_of(a, d, repetition, p);
}

/* ---- what paths do not show ---- */

/* Whether p reads that repetition (from 0) of that segment of its id (from 0). The first is always looked at. */
static bool reads_there(struct arena *a, const struct doc *d, const struct path *p, size_t segment,
                        size_t nth, struct hl7v2_span repetition)
{
    if ((p->segment ? p->segment - 1 : 0) != segment)
        return false;
    if (p->condition_count > 0)
        return nth == 0 || is_accepted(a, d, repetition, p);
    return (p->repetition ? p->repetition - 1 : 0) == nth;
}

/* A leaf that is nothing with something behind it, or one with sub-components: `^1`, `&1`, `0&1`. The text of a
 * coded value (`Y^Yes^HL70136`) is none of its code. */
static bool is_misshapen(const struct doc *d, struct hl7v2_span repetition, const struct path *p)
{
    struct hl7v2_span whole = hl7v2_trimmed(d, repetition), first, leaf, more;
    uint32_t component = p->component ? p->component - 1 : 0;
    if (p->subcomponent || !part(d, whole, d->marks.component, component, &first))
        return false;
    if (!leaf_of(d, repetition, p->component, 0, &leaf))
        return !is_hollow(d, p->component ? first : whole);
    return part(d, first, d->marks.subcomponent, 1, &more) &&
           !is_hollow(d, (struct hl7v2_span){ more.at, first.end });
}

static bool is_same(const struct doc *d, struct hl7v2_span x, struct hl7v2_span y)
{
    return slice_equal_nocase(hl7v2_bytes(d, hl7v2_trimmed(d, x)), hl7v2_bytes(d, hl7v2_trimmed(d, y)));
}

static uint32_t last_segment(const struct path *p, const struct path *const *all, size_t n)
{
    uint32_t last = 1;
    for (size_t i = 0; i < n; i++)
        if (all[i]->id == p->id && all[i]->field == p->field && all[i]->segment > last)
            last = all[i]->segment;
    return last;
}

/* Behind the last segment that is read: whether that one's paths would all pass it over (`ARV(3)-3[1!=NO]`). */
static bool is_passed_over(struct arena *a, const struct doc *d, struct hl7v2_span repetition, size_t segment,
                           const struct path *p, const struct path *const *all, size_t n)
{
    uint32_t last = last_segment(p, all, n);
    for (size_t i = 0; i < n; i++)
        if (all[i]->id == p->id && all[i]->field == p->field &&
            (all[i]->segment ? all[i]->segment : 1) == last && is_accepted(a, d, repetition, all[i]))
            return false;
    return segment >= last;
}

/* Of one segment: p's field there. first: what stood there first, in this segment or in one before; at 0 nothing. */
static bool field_hides(struct arena *a, const struct doc *d, struct hl7v2_span field,
                        struct hl7v2_span *first, size_t segment, const struct path *p,
                        const struct path *const *all, size_t n)
{
    struct hl7v2_span rest = field, one;
    for (size_t nth = 0; piece(d, rest, d->marks.repetition, 0, &one); nth++, rest.at = one.end + 1) {
        bool is_read = is_hollow(d, one) || is_cleared(d, hl7v2_trimmed(d, one));
        bool is_first = first->at == 0;
        *first = is_first ? one : *first;
        for (size_t i = 0; i < n && !is_read; i++)
            is_read = all[i]->id == p->id && all[i]->field == p->field &&
                      reads_there(a, d, all[i], segment, nth, one);
        if ((!is_read && (is_first || !is_same(d, one, *first)) &&
             !is_passed_over(a, d, one, segment, p, all, n)) ||
            (reads_there(a, d, p, segment, nth, one) && is_misshapen(d, one, p)))
            return true;
        if (one.end == field.end)
            return false;
    }
    return false;
}

bool hl7v2_hides(struct arena *a, const struct doc *d, const struct path *p,
                 const struct path *const *all, size_t n)
{
    const struct hl7v2_segment *s, *end = d->segments + hl7v2_first_end(d);
    struct hl7v2_span first = { 0, 0 };
    for (size_t i = 0; p->id && p->field && (s = hl7v2_segment_at(d, p->id, i)) != NULL && s < end; i++) {
        struct hl7v2_span field = hl7v2_field(d, s, p->field);
        if (field.at < field.end && field_hides(a, d, field, &first, i, p, all, n))
            return true;
    }
    return false;
}
