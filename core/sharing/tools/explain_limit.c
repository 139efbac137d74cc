/* explain_limit.c - what a clause can share of its events, and what prohibitions take of that. */
#include "sharing/tools/explain_limit.h"

#include "sharing/rules/prohibition.h"
#include "sharing/tools/explain.h"
#include "sharing/tools/explain_words.h"
#include "sharing/tools/when_logic.h"
#include "sharing/tools/when_words.h"

#define DAY_MS ((int64_t)86400000)

/* What the clause releases of what its event types have. only: counts kinds that this prohibition
 * is for; NULL: counts all. */
static struct categories events_have(const struct bundle *b, const struct clause *c,
                                     const struct prohibition *only)
{
    struct categories any = { { 0 } };
    for (size_t i = 0; i < c->kind_count; i++) {
        struct categories of;
        size_t s = 0;
        if (only && !prohibition_is_for(only, c->kinds[i]))
            continue;
        while (b->compiled->kind_base[s + 1] <= c->kinds[i])
            s++;
        bundle_portions_of(b, s, &of);
        categories_join(&any, &of);
    }
    categories_keep(&any, &c->release);
    return any;
}

struct categories explain_shared(const struct bundle *b, const struct clause *c)
{
    return events_have(b, c, NULL);
}

static struct services services_of_both(const struct services *a, const struct services *b)
{
    struct services s = *a;
    for (size_t w = 0; w < SERVICES_WORDS; w++)
        s.bits[w] &= b->bits[w];
    return s;
}

static bool services_overlap(const struct services *a, const struct services *b)
{
    static const struct services nobody;
    struct services s = services_of_both(a, b);
    return memcmp(&s, &nobody, sizeof s) != 0;
}

/* Writes the word and those services of the clause that the prohibition means; nothing when it
 * means all of them. */
static void put_side(const struct bundle *b, const char *word, const struct services *of,
                     const struct services *by, struct buf *out)
{
    struct services some = services_of_both(of, by);
    if (memcmp(&some, of, sizeof some) == 0)
        return;
    buf_text(out, word);
    (void)explain_services(b, &some, out);
}

static void put_kinds(const struct bundle *b, const struct clause *c, const struct prohibition *p,
                      struct buf *out)
{
    size_t forbidden = 0;
    for (size_t i = 0; i < c->kind_count; i++)
        if (prohibition_is_for(p, c->kinds[i]))
            forbidden++;
    if (forbidden == c->kind_count)
        return;
    buf_text(out, " in news of (");
    explain_kinds(b, c->kinds, c->kind_count, p, out);
    buf_text(out, ")");
}

/* Who is told this is told whom to ask, where the agency of each has a desk for it. */
static void put_desk(const struct bundle *b, const struct clause *c, const struct prohibition *p,
                     struct buf *out)
{
    if (!prohibition_takes_contact(b, p))
        return;
    for (size_t i = 0; i < b->service_count; i++)
        if (services_have(&c->to, (unsigned)i) && services_have(&p->to, (unsigned)i) &&
            !bundle_desk(b, (uint16_t)i))
            return;
    buf_text(out, " and may ask the restricted desk of its own agency or region");
}

static void put_condition(const struct bundle *b, const struct clause *c,
                          const struct prohibition *p, struct buf *out)
{
    if (p->when) {
        buf_text(out, ", if ");
        when_words(b, p->when, out);
        if (when_can_be(b->catalogue, p->when, WHEN_IS_UNKNOWN))
            buf_text(out, ", or if that cannot be told");
    }
    if (p->tell.n) {
        buf_text(out, "; the recipient is then told \"");
        explain_word(p->tell, out);
        buf_text(out, "\"");
        put_desk(b, c, p, out);
    }
}

struct categories explain_taken(const struct bundle *b, const struct clause *c,
                                const struct prohibition *p, const struct categories *of)
{
    bool meets = services_overlap(&c->to, &p->to) && services_overlap(&c->from, &p->from);
    if (!meets)
        return (struct categories){ { 0 } };
    struct categories what = events_have(b, c, p);
    categories_keep(&what, &p->withhold);
    categories_keep(&what, of);
    return what;
}

void explain_limit(const struct bundle *b, const struct clause *c, const struct prohibition *p,
                   const struct categories *what, const char *whole, struct buf *out)
{
    buf_text(out, "never");
    if (whole) {
        buf_text(out, whole);
    } else {
        buf_text(out, " (");
        explain_categories(b, what, NULL, out);
        buf_text(out, ")");
    }
    put_side(b, " with ", &c->to, &p->to, out);
    put_side(b, " from ", &c->from, &p->from, out);
    put_kinds(b, c, p, out);
    put_condition(b, c, p, out);
    buf_format(out, " [%.*s]", SHOWN(p->id));
}

/* The kind that the days count from, and each other way for its episode to end. */
static void put_ends(const struct bundle *b, const struct clause *c, struct buf *out)
{
    const struct schema *s = NULL;
    bool any = false;
    for (size_t i = 0; !any && i < c->kind_count; i++) {
        size_t n = 0;
        while (b->compiled->kind_base[n + 1] <= c->kinds[i])
            n++;
        s = b->compiled->schemas[n];
        any = schema_has_kind(s, c->lasting_kind);
    }
    any = false;
    for (size_t i = 0; s && i < s->kind_count; i++) {
        if (!schema_is_alike(s, s->kinds[i], c->lasting_kind))
            continue;
        buf_text(out, any ? " or \"" : "\"");
        explain_word(s->kinds[i], out);
        buf_text(out, "\"");
        any = true;
    }
}

void explain_lasting(const struct bundle *b, const struct clause *c, struct buf *out)
{
    long long days = (long long)(c->lasting_ms / DAY_MS);
    if (slice_is_empty(c->lasting_kind))
        return;
    buf_format(out, "until %lld day%s after ", days, days == 1 ? "" : "s");
    put_ends(b, c, out);
    buf_text(out, " came in, sooner if it all begins again");
}

void explain_term(const struct agreement *g, struct buf *out)
{
    buf_text(out, "from ");
    explain_day(g->from_ms, out);
    buf_text(out, " to ");
    explain_day(g->until_ms - 1, out);
    buf_text(out, ", both days included");
}

void explain_missing(const struct bundle *b, const struct agreement *g, struct buf *out)
{
    size_t left = 0;
    bool is_first = true;
    for (size_t i = 0; i < g->wanted_count; i++)
        if (!agreement_approved_by(g, g->wanted[i]))
            left++;
    for (size_t i = 0; i < g->wanted_count; i++) {
        if (agreement_approved_by(g, g->wanted[i]))
            continue;
        if (!is_first)
            buf_text(out, left == 1 ? " and " : ", ");
        explain_agency(b, g->wanted[i], out);
        is_first = false;
        left--;
    }
}
