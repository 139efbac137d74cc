/* hl7v2_find.c - walking from a compiled path to the bytes of its leaf.
 *
 * Numbers of a path are from 1, 0 where the path has none; those of the functions here are from 0.
 * */
#include "format/hl7v2_doc.h"

/* Which one a number of a path means, from 0: the first where the path has none. */
static inline uint32_t index_of_number(uint32_t number)
{
    return number ? number - 1 : 0;
}

/* The n-th piece of s between delimiters; false when there are fewer. */
static bool field_piece(const struct doc *d, struct hl7v2_span s, uint8_t delimiter, size_t n,
                        struct hl7v2_span *out)
{
    for (;; n--) {
        uint32_t end = s.at + (uint32_t)slice_find(hl7v2_bytes(d, s), delimiter);
        if (n == 0) {
            *out = (struct hl7v2_span){ s.at, end };
            return true;
        }
        if (end == s.end)
            return false;
        s.at = end + 1;
    }
}

/* Nothing but delimiters and blanks. */
static bool is_hollow(const struct doc *d, struct hl7v2_span s)
{
    for (uint32_t i = s.at; i < s.end; i++) {
        uint8_t c = d->raw.p[i];
        if (c != d->delimiters.component && c != d->delimiters.subcomponent && !hl7v2_is_space(c))
            return false;
    }
    return true;
}

static inline bool is_cleared(const struct doc *d, struct hl7v2_span s)
{
    const uint8_t *p = d->raw.p + s.at;
    return s.end - s.at == 2 && p[0] == '"' && p[1] == '"';
}

/* The same without blanks at its ends, byte by byte: below a field pieces are short, and a search
 * for each delimiter would take longer. */
static inline bool leaf_piece(const struct doc *d, struct hl7v2_span s, uint8_t delimiter,
                              uint32_t n, struct hl7v2_span *out)
{
    const uint8_t *p = d->raw.p;
    uint32_t at = s.at;
    for (; n > 0; n--) {
        while (at < s.end && p[at] != delimiter)
            at++;
        if (at == s.end)
            return false;
        at++;
    }
    uint32_t end = at;
    while (end < s.end && p[end] != delimiter)
        end++;
    *out = hl7v2_trimmed(d, (struct hl7v2_span){ at, end });
    return true;
}

/* The leaf at component.subcomponent (numbers of a path) of one repetition; `""` at a higher level
 * counts for all below. */
static bool leaf_of(const struct doc *d, struct hl7v2_span s, uint32_t component, uint32_t sub,
                    struct hl7v2_span *out)
{
    const struct hl7v2_delimiters *m = &d->delimiters;
    struct hl7v2_span leaf = hl7v2_trimmed(d, s);
    if (!is_cleared(d, leaf)) {
        if (!leaf_piece(d, leaf, m->component, index_of_number(component), &leaf))
            return false;
    }
    if (!is_cleared(d, leaf)) {
        if (!leaf_piece(d, leaf, m->subcomponent, index_of_number(sub), &leaf))
            return false;
    }
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
        return n == 0 && field_piece(d, field, d->delimiters.repetition, p->repetition - 1, out);
    if (p->condition_count == 0)
        return field_piece(d, field, d->delimiters.repetition, n, out);
    for (struct hl7v2_span rest = field;; rest.at = out->end + 1) {
        if (!field_piece(d, rest, d->delimiters.repetition, 0, out))
            return false;
        if (is_accepted(a, d, *out, p)) {
            if (n == 0)
                return true;
            n--;
        }
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
    bool is_same_field = last->base == base && last->segment == s;
    if (is_same_field && nth >= last->nth && !base->repetition) {
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
    return hl7v2_segment_at(d, p->id, index_of_number(p->segment));
}

static size_t count_segments(const struct doc *d, const struct path *p)
{
    const struct hl7v2_segment *s = segment_of(d, p);
    if (!s)
        return 0;
    return p->segment ? 1 : d->kinds[s->kind].count;
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
        return field_piece(d, rest, d->delimiters.repetition, p->repetition - 1, &one);
    struct arena scratch; /* only for values with escapes that a selector looks at */
    arena_init(&scratch, HL7V2_MESSAGE_MAX * 3);
    size_t n = 0;
    while (field_piece(d, rest, d->delimiters.repetition, 0, &one)) {
        if (is_accepted(&scratch, d, one, p))
            n++;
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
static struct found value_at(struct arena *a, const struct doc *d, struct hl7v2_span repetition,
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
    const struct found none = { .how = FOUND_ABSENT };
    if (!s)
        return none;
    if (p->field == 0) { /* the segment itself: that it is there */
        if (p->component)
            return none;
        return raw_of(d, (struct hl7v2_span){ s->at, s->end });
    }
    struct hl7v2_span field = hl7v2_field(d, s, p->field), repetition;
    if (s->id == HL7V2_MSH && p->field <= 2)
        return raw_of(d, field);
    if (field.at == field.end) /* most are */
        return none;
    if (!repetition_of(a, d, field, p, n, &repetition))
        return none;
    return value_at(a, d, repetition, p);
}

/* p of the whole message (it names its segment). Without base nth is which segment, or which
 * repetition. */
static struct found find_absolute(struct arena *a, const struct doc *d, const struct path *p,
                                  const struct path *base, size_t nth)
{
    bool repeats_segments = !base && p->field == 0 && !p->segment;
    if (repeats_segments)
        return find_in_segment(a, d, hl7v2_segment_at(d, p->id, nth), p, 0);
    return find_in_segment(a, d, segment_of(d, p), p, base ? 0 : nth);
}

struct found hl7v2_find(struct arena *a, const struct doc *d, const struct path *p,
                        const struct path *base, size_t nth)
{
    struct hl7v2_span repetition;
    if (p->id)
        return find_absolute(a, d, p, base, nth);
    if (!base)
        return (struct found){ .how = FOUND_ABSENT };
    if (base->field == 0) { /* an each of segments */
        size_t n = base->segment ? base->segment - 1 : nth;
        return find_in_segment(a, d, hl7v2_segment_at(d, base->id, n), p, 0);
    }
    const struct hl7v2_segment *s = segment_of(d, base);
    if (p->field || !s)
        return find_in_segment(a, d, s, p, 0);
    if (!repetition_at(a, d, s, base, nth, &repetition))
        return (struct found){ .how = FOUND_ABSENT };
    return value_at(a, d, repetition, p);
}

/* ---- what paths do not show ---- */

/* Whether p reads that repetition (from 0) of that segment of its id (from 0). The first is always
 * looked at. */
static bool reads_there(struct arena *a, const struct doc *d, const struct path *p, size_t segment,
                        size_t nth, struct hl7v2_span repetition)
{
    if (index_of_number(p->segment) != segment)
        return false;
    if (p->condition_count > 0)
        return nth == 0 || is_accepted(a, d, repetition, p);
    return index_of_number(p->repetition) == nth;
}

/* Whether the leaf is empty with something behind it, or has sub-components: `^1`, `&1`, `0&1`. A
 * coded value with its text (`Y^Yes^HL70136`) is not misshapen. */
static bool is_misshapen(const struct doc *d, struct hl7v2_span repetition, const struct path *p)
{
    struct hl7v2_span whole = hl7v2_trimmed(d, repetition), first, leaf, more;
    if (p->subcomponent)
        return false;
    if (!leaf_piece(d, whole, d->delimiters.component, index_of_number(p->component), &first))
        return false;
    if (!leaf_of(d, repetition, p->component, 0, &leaf))
        return !is_hollow(d, p->component ? first : whole);
    if (!leaf_piece(d, first, d->delimiters.subcomponent, 1, &more))
        return false;
    return !is_hollow(d, (struct hl7v2_span){ more.at, first.end });
}

static bool is_same_value(const struct doc *d, struct hl7v2_span x, struct hl7v2_span y)
{
    struct slice one = hl7v2_bytes(d, hl7v2_trimmed(d, x));
    struct slice other = hl7v2_bytes(d, hl7v2_trimmed(d, y));
    return slice_equal_nocase(one, other);
}

static bool is_same_field(const struct path *x, const struct path *y)
{
    return x->id == y->id && x->field == y->field;
}

/* The last segment, from 0, in which one of all reads p's field. */
static uint32_t last_segment(const struct path *p, const struct path *const *all, size_t n)
{
    uint32_t last = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t segment = index_of_number(all[i]->segment);
        if (is_same_field(all[i], p) && segment > last)
            last = segment;
    }
    return last;
}

/* Whether a repetition behind the last segment that is read would be passed over there, too: all
 * paths of that one refuse it (`ARV(3)-3[1!=NO]`). */
static bool is_passed_over(struct arena *a, const struct doc *d, struct hl7v2_span repetition,
                           size_t segment, const struct path *p, const struct path *const *all,
                           size_t n)
{
    uint32_t last = last_segment(p, all, n);
    if (segment <= last)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool is_of_last = is_same_field(all[i], p) && index_of_number(all[i]->segment) == last;
        if (is_of_last && is_accepted(a, d, repetition, all[i]))
            return false;
    }
    return true;
}

/* Whether one of all reads that repetition of p's field. */
static bool is_read_there(struct arena *a, const struct doc *d, struct hl7v2_span repetition,
                          size_t segment, size_t nth, const struct path *p,
                          const struct path *const *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_same_field(all[i], p) && reads_there(a, d, all[i], segment, nth, repetition))
            return true;
    return false;
}

/* p's field of one segment. first: the first repetition of that field in this segment or one
 * before; at 0: there was none. What says the same as the first hides nothing. */
static bool field_hides(struct arena *a, const struct doc *d, struct hl7v2_span field,
                        struct hl7v2_span *first, size_t segment, const struct path *p,
                        const struct path *const *all, size_t n)
{
    struct hl7v2_span rest = field, one;
    for (size_t nth = 0; field_piece(d, rest, d->delimiters.repetition, 0, &one); nth++) {
        bool is_first = first->at == 0;
        if (is_first)
            *first = one;
        bool is_empty = is_hollow(d, one) || is_cleared(d, hl7v2_trimmed(d, one));
        bool is_read = is_empty || is_read_there(a, d, one, segment, nth, p, all, n);
        bool is_new = is_first || !is_same_value(d, one, *first);
        if (!is_read && is_new && !is_passed_over(a, d, one, segment, p, all, n))
            return true;
        if (reads_there(a, d, p, segment, nth, one) && is_misshapen(d, one, p))
            return true;
        if (one.end == field.end)
            return false;
        rest.at = one.end + 1;
    }
    return false;
}

bool hl7v2_hides(struct arena *a, const struct doc *d, const struct path *p,
                 const struct path *const *all, size_t n)
{
    const struct hl7v2_segment *end = d->segments + hl7v2_first_end(d);
    struct hl7v2_span first = { 0, 0 };
    if (!p->id || !p->field)
        return false;
    for (size_t i = 0;; i++) {
        const struct hl7v2_segment *s = hl7v2_segment_at(d, p->id, i);
        if (!s || s >= end)
            return false;
        struct hl7v2_span field = hl7v2_field(d, s, p->field);
        bool is_empty = field.at >= field.end;
        if (!is_empty && field_hides(a, d, field, &first, i, p, all, n))
            return true;
    }
}
