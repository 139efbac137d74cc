/* words.c - what the person has said about sharing, as several agencies wrote it down. */
#include "reference.h"

/* A word without a purpose counts only when it takes consent away. */
static bool is_about(const struct ref_consent *f, const char *purpose, int who)
{
    return (ref_same(f->purpose, purpose) || (ref_same(f->purpose, "") && !f->granted)) &&
           (f->to < 0 || f->to == who);
}

bool ref_consent_was_asked(const struct ref_case *c, const char *purpose, int who)
{
    for (size_t i = 0; i < c->facts->consent_count; i++)
        if (is_about(&c->facts->consents[i], purpose, who))
            return true;
    return false;
}

/* Mental Capacity Act 2005: who lacks capacity cannot say yes; for who has it nobody else can. */
static bool relies(const struct ref_consent *f)
{
    bool is_own = !ref_same(f->basis, "best-interests");
    return is_own ? !ref_same(f->capacity, "lacks-capacity")
                  : !ref_same(f->capacity, "has-capacity");
}

static bool holds(const struct ref_consent *f, int64_t at_ms)
{
    return f->granted && relies(f) && at_ms < f->until_ms;
}

/* A yes that was none when it was said, and so takes back nothing. */
static bool never_held(const struct ref_consent *f)
{
    return f->granted && !(relies(f) && f->at_ms < f->until_ms);
}

/* ---- words of several agencies ---- */

/* Whether people have said that this word counts no more for that service: others than those alone
 * to whose own agency it would go. */
static bool counts_no_more(const struct ref_case *c, int to, const char *purpose, int who, size_t n)
{
    bool gone = false;
    for (size_t i = 0; i < c->facts->settlement_count; i++) {
        const struct ref_settlement *s = &c->facts->settlements[i];
        bool same = purpose ? s->purpose && ref_same(s->purpose, purpose) : !s->purpose;
        bool own = s->by >= 0 && (size_t)s->by == c->bundle->services[to].agency;
        gone |= same && !own && s->to == who && s->overrules[n];
    }
    return gone;
}

/* What one agency has said last, and when: -1 no, 0 a yes that does not hold, 1 yes, 2 nothing. */
struct opinion {
    int says;
    int64_t at_ms;
};

static void hear(struct opinion *o, int says, int64_t at_ms, bool counts)
{
    if (at_ms > o->at_ms)
        *o = (struct opinion){ 2, at_ms };
    if (at_ms == o->at_ms && counts && says < o->says)
        o->says = says;
}

static struct opinion of_consent(const struct ref_case *c, size_t agency, int to,
                                 const char *purpose, int who)
{
    struct opinion o = { 2, INT64_MIN }, without = o;
    for (size_t i = 0; i < c->facts->consent_count; i++) {
        const struct ref_consent *f = &c->facts->consents[i];
        bool counts = !counts_no_more(c, to, purpose, who, f->number);
        int says = !f->granted ? -1 : holds(f, c->at_ms);
        if (!is_about(f, purpose, who) || c->bundle->services[f->source].agency != agency)
            continue;
        hear(&o, says, f->at_ms, counts);
        if (!never_held(f))
            hear(&without, says, f->at_ms, counts);
    }
    if (o.says == 0 && without.says == -1)
        o.says = -1;
    return o;
}

static struct opinion of_objection(const struct ref_case *c, size_t agency, int to, int who)
{
    struct opinion o = { 2, INT64_MIN };
    for (size_t i = 0; i < c->facts->objection_count; i++) {
        const struct ref_objection *f = &c->facts->objections[i];
        if ((f->to < 0 || f->to == who) && c->bundle->services[f->source].agency == agency)
            hear(&o, f->stands ? -1 : 1, f->at_ms, !counts_no_more(c, to, NULL, who, f->number));
    }
    return o;
}

/* Somebody says yes after everybody who says otherwise: a no among those makes it a conflict. */
static enum ref_truth agreed(const struct ref_case *c, int to, const char *purpose, int who,
                             bool *any_no)
{
    int64_t yes = INT64_MIN, other = INT64_MIN;
    *any_no = false;
    for (size_t agency = 0; agency < c->bundle->agency_count; agency++) {
        struct opinion o =
            purpose ? of_consent(c, agency, to, purpose, who) : of_objection(c, agency, to, who);
        if (o.says == 1 && o.at_ms > yes)
            yes = o.at_ms;
        if (o.says < 1 && o.at_ms > other)
            other = o.at_ms;
        *any_no |= o.says == -1;
    }
    if (yes == INT64_MIN || yes <= other)
        return REF_FALSE;
    return *any_no ? REF_UNKNOWN : REF_TRUE;
}

enum ref_truth ref_consent_stands(const struct ref_case *c, int to, const char *purpose, int who)
{
    bool any_no;
    return agreed(c, to, purpose, who, &any_no);
}

enum ref_truth ref_objection_stands(const struct ref_case *c, int to, int who)
{
    bool any_no;
    enum ref_truth lifted = agreed(c, to, NULL, who, &any_no);
    if (!any_no)
        return REF_FALSE;
    return lifted == REF_UNKNOWN ? REF_UNKNOWN : REF_TRUE;
}
