/* owner_table.c - what comes of a story, worked out from the honest words that stand; see
 * owner.h. */
#include "owner.h"

const struct line owner_lines[LINES] = {
    [CASE] = { "Caseload", "declared", "opens: {relationship: open-case, with: source}", false, 1 },
    [CASE_ENDED] = { "Caseload", "ended", NULL, false, 0 },
    [REFERRED] = { "DischargePlan", "referred",
                   "opens: {relationship: referral, with: field referral.to}, "
                   "responsible: {function: care, service: field referral.to}",
                   false, 2 },
    [WITHDRAWN] = { "DischargePlan", "withdrawn", NULL, false, 0 },
    [GRANTED] = { "Consent", "granted",
                  "grants: {scope: field consent.purpose, to: field consent.recipient}", true, 1 },
    [REVOKED] = { "Consent", "revoked",
                  "revokes: {scope: field consent.purpose, to: field consent.recipient}", true, 1 },
    [OBJECTED] = { "Consent", "objection_recorded", "objects: {to: field consent.recipient}", true,
                   1 },
    [OBJECTION_LIFTED] = { "Consent", "objection_lifted",
                           "lifts_objection: {to: field consent.recipient}", true, 1 },
    [RAISED] = { "Restriction", "raised", "restricts: field restriction.kind", true, 1 },
    [LIFTED] = { "Restriction", "lifted", "lifts: field restriction.kind", true, 1 },
    [DIED] = { "Person", "died", "dies: field death.formality", false, 1 },
};

bool owner_is_permitted(const struct story *s, const struct told *t)
{
    return !t->forged && s->by[t->line][s->role[t->service]];
}

/* What the table says: the facts of each honest event that stands, where its role may say so.
 * Nothing comes of a yes to somebody outside the region, or of a referral to nobody; and no
 * relationship of one to somebody outside. */
size_t owner_wanted(const struct story *s, const struct told *t)
{
    bool is_yes = t->line == GRANTED || t->line == OBJECTION_LIFTED;
    if (!t->stands || !owner_is_permitted(s, t) || (is_yes && t->to == TO_FOREIGN) ||
        (t->line == REFERRED && t->to == TO_ALL))
        return 0;
    return owner_lines[t->line].facts - (t->line == REFERRED && t->to == TO_FOREIGN);
}

/* An end of its own agency, of a role that closed_by names, of no earlier time. */
static bool is_over(const struct story *s, const struct told *t)
{
    bool any = false;
    for (int i = 0; i < s->count; i++) {
        const struct told *x = &s->told[i];
        any |= x->line == t->line + 1 && x->stands && owner_is_permitted(s, x) &&
               x->at_ms >= t->at_ms && agency_of(x->service) == agency_of(t->service);
    }
    return any;
}

/* ---- what is asked of the facts ---- */

static enum truth related(const struct story *s, size_t line, int who)
{
    bool any = false;
    for (int i = 0; i < s->count; i++) {
        const struct told *t = &s->told[i];
        any |= t->line == line && t->stands && owner_is_permitted(s, t) && !is_over(s, t) &&
               (line == CASE ? t->service : t->to) == who;
    }
    return any ? TRUTH_TRUE : TRUTH_FALSE;
}

/* The last word of all; two of one moment that differ leave it unknown. */
static enum truth responsible(const struct story *s, int who)
{
    const struct told *last = NULL;
    bool is_agreed = false;
    for (int i = 0; i < s->count; i++) {
        const struct told *t = &s->told[i];
        if (t->line != REFERRED || t->to == TO_ALL || !t->stands || !owner_is_permitted(s, t) ||
            (last && t->at_ms < last->at_ms))
            continue;
        is_agreed = !last || t->at_ms > last->at_ms || (is_agreed && t->to == last->to);
        last = t;
    }
    if (!last || !is_agreed)
        return TRUTH_UNKNOWN;
    return last->to == who ? TRUTH_TRUE : TRUTH_FALSE;
}

/* What a word says to a question. */
enum said { NOTHING, YES, NO };
static enum said says(const struct story *s, int n, const struct sharing_question *q)
{
    const struct told *t = &s->told[n];
    size_t yes = q->is_objection ? OBJECTION_LIFTED : GRANTED;
    if (!owner_is_permitted(s, t) ||
        (t->line != yes && t->line != (q->is_objection ? OBJECTED : REVOKED)))
        return NOTHING;
    if (t->to == TO_FOREIGN)
        return t->line == yes ? NOTHING : NO;
    return t->to != TO_ALL && t->to != q->who ? NOTHING : t->line == yes ? YES : NO;
}

/* Whether a word stood when so many were told. */
static bool stood(const struct story *s, int n, int count)
{
    const struct told *t = &s->told[n];
    bool is_there = n < count && !t->forged && (t->target < 0 || t->replaces);
    for (int i = n + 1; i < count; i++)
        is_there &= s->told[i].forged || s->told[i].target != n;
    return is_there;
}

/* The last moment at which an agency says anything. */
static int64_t last_moment(const struct story *s, const struct sharing_question *q, int agency,
                           int count)
{
    int64_t last_ms = 0;
    for (int i = 0; i < count; i++)
        if (stood(s, i, count) && agency_of(s->told[i].service) == agency && says(s, i, q) &&
            s->told[i].at_ms > last_ms)
            last_ms = s->told[i].at_ms;
    return last_ms;
}

static bool is_settled(const struct story *s, const struct sharing_question *q, int n)
{
    int at = s->settled_at;
    return at < s->count && q->is_objection == s->settled.is_objection &&
           q->who == s->settled.who && stood(s, n, at) &&
           says(s, n, q) == (s->settled_yes ? NO : YES) &&
           s->told[n].at_ms == last_moment(s, q, agency_of(s->told[n].service), at);
}

/* The last word of an agency, a no before a yes of that moment. */
static enum said last_word(const struct story *s, const struct sharing_question *q, int agency,
                           int64_t last_ms)
{
    enum said word = NOTHING;
    for (int i = 0; i < s->count; i++)
        if (stood(s, i, s->count) && agency_of(s->told[i].service) == agency &&
            s->told[i].at_ms == last_ms && !is_settled(s, q, i) && says(s, i, q) > word)
            word = says(s, i, q);
    return word;
}

/* A yes of one agency never undoes another's no. */
static enum truth shared(const struct story *s, const struct sharing_question *q)
{
    int64_t last_ms[NO + 1] = { 0 };
    for (int agency = 0; agency < AGENCIES; agency++) {
        int64_t at_ms = last_moment(s, q, agency, s->count);
        enum said word = last_word(s, q, agency, at_ms);
        last_ms[word] = at_ms > last_ms[word] ? at_ms : last_ms[word];
    }
    if (q->is_objection && !last_ms[NO])
        return TRUTH_TRUE;
    if (last_ms[YES] <= last_ms[NO])
        return TRUTH_FALSE;
    return last_ms[NO] ? TRUTH_UNKNOWN : TRUTH_TRUE;
}

static enum truth opposite(enum truth t)
{
    return t == TRUTH_UNKNOWN ? t : t == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

/* NULL, or what is wrong with the first answer that is none of the table's. */
const char *owner_wrong_answer(struct arena *a, const struct story *s, const struct bundle *b,
                               const struct person *p)
{
    int64_t at_ms = T0 + 200 * HOUR_MS;
    for (uint16_t who = 0; who < SERVICES; who++) {
        const struct facts_context in = { .bundle = b,
                                          .facts = p,
                                          .source = who,
                                          .recipient = who,
                                          .decided_ms = at_ms,
                                          .arena = a };
        struct sharing_question q = { .purpose = PURPOSE, .who = who };
        if (facts_consent(p, &q, at_ms) != shared(s, &q))
            return "consent is not what each agency said of it";
        q = (struct sharing_question){ .is_objection = true, .who = who };
        if (facts_objection(p, &q) != opposite(shared(s, &q)))
            return "an objection is not what each agency said of it";
        if (facts_related(&in, SLICE("open-case"), who) != related(s, CASE, who) ||
            facts_related(&in, SLICE("referral"), who) != related(s, REFERRED, who))
            return "what is open is not what its own agency opened and did not end";
        if (facts_responsible(&in, SLICE("care"), who) != responsible(s, who))
            return "who is responsible is not what was said last";
    }
    return NULL;
}
