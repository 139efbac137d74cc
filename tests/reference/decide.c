/* decide.c - who gets what of an event, straight from the text, clause after clause.
 *
 * Every service that some clause names for this kind and source is a candidate, its agreement in
 * force or not. Each of its clauses is asked gate after gate; the first shut gate is its reason. */
#include "reference.h"

/* ---- reasons ---- */

static const struct {
    const char *code;
    int rank;
} reasons[] = {
#define X(name, code, rank, ...) { code, rank },
#include "sharing/rules/reasons.def"
#undef X
};
#define REASONS (sizeof reasons / sizeof reasons[0])

size_t ref_reason(const char *code)
{
    for (size_t i = 0; i < REASONS; i++)
        if (ref_same(reasons[i].code, code))
            return i;
    return SIZE_MAX;
}

size_t ref_reason_first(size_t a, size_t b)
{
    return reasons[b].rank < reasons[a].rank ? b : a;
}

size_t ref_reason_last(size_t a, size_t b)
{
    return reasons[b].rank > reasons[a].rank ? b : a;
}

const char *ref_reason_code(size_t reason)
{
    return reasons[reason].code;
}

/* ---- words ---- */

static bool has_word(const struct ref_words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (ref_same(w->at[i], word))
            return true;
    return false;
}

/* A service by its name, or by a role among the parties (all agencies without parties). */
static bool names_service(const struct ref_bundle *b, const struct ref_words *w,
                          const struct ref_words *parties, int service)
{
    const struct ref_service *s = &b->services[service];
    if (parties && !has_word(parties, b->agencies[s->agency]))
        return false;
    return has_word(w, s->name) || has_word(w, s->role);
}

static bool has_kind(const struct ref_kinds *k, const struct ref_event *ev)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->at[i].schema == ev->schema && k->at[i].kind == ev->kind)
            return true;
    return false;
}

/* A category's name stands also for all below it. */
static bool names_category(const char *word, struct slice category)
{
    size_t i = 0;
    while (i < category.n && word[i] == (char)category.p[i])
        i++;
    return word[i] == '\0' && (i == category.n || category.p[i] == '.');
}

/* Or its last part alone. */
static bool ends_with(const char *word, struct slice category)
{
    size_t n = strlen(word);
    return category.n > n && category.p[category.n - n - 1] == '.' &&
           slice_equal_text(slice_from(category, category.n - n), word);
}

/* Whether any category of the region's language is named so. */
static bool is_any(const struct ref_case *c, const char *word,
                   bool (*is)(const char *word, struct slice category))
{
    for (unsigned i = 0; i < catalogue_category_count(c->catalogue); i++)
        if (is(word, catalogue_category(c->catalogue, i)))
            return true;
    return false;
}

/* A list may leave out its []. */
static bool is_path(const char *word, struct slice path)
{
    bool is_list = slice_ends(path, SLICE("[]"));
    return slice_equal_text(path, word) ||
           (is_list && slice_equal_text(slice_head(path, path.n - 2), word));
}

static const char field[] = "field ";

bool ref_is_category(const struct ref_case *c, const char *word)
{
    return strncmp(word, field, sizeof field - 1) != 0 &&
           (is_any(c, word, names_category) || is_any(c, word, ends_with));
}

struct ref_set ref_meant(const struct ref_case *c, const char *word)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    bool is_field = strncmp(word, field, sizeof field - 1) == 0;
    bool is_category = !is_field && is_any(c, word, names_category);
    bool is_ending = !is_field && !is_category && is_any(c, word, ends_with);
    struct ref_set set = { { false } };
    for (size_t i = 0; i < plan_slots(p); i++) {
        const struct slot *s = plan_slot_at(p, i);
        struct slice category = catalogue_category(c->catalogue, s->category);
        set.has[i] = is_category ? names_category(word, category)
                     : is_ending ? ends_with(word, category)
                                 : is_path(word + (is_field ? sizeof field - 1 : 0), s->path);
    }
    return set;
}

static void add(struct ref_set *s, struct ref_set more)
{
    for (size_t i = 0; i < REF_SLOTS_MAX; i++)
        s->has[i] |= more.has[i];
}

static struct ref_set named_by(const struct ref_case *c, const struct ref_words *w)
{
    struct ref_set set = { { false } };
    for (size_t n = 0; n < w->n; n++)
        add(&set, ref_meant(c, w->at[n]));
    return set;
}

static void take_away(struct ref_set *s, struct ref_set less)
{
    for (size_t i = 0; i < REF_SLOTS_MAX; i++)
        s->has[i] &= !less.has[i];
}

static bool is_empty(const struct ref_set *s)
{
    for (size_t i = 0; i < REF_SLOTS_MAX; i++)
        if (s->has[i])
            return false;
    return true;
}

/* What events of this type have, apart from what always travels and what never does. */
static struct ref_set fields_of_type(const struct ref_case *c)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    struct ref_set set = { { false } };
    for (size_t i = 0; i < plan_slots(p); i++) {
        struct slice name = catalogue_category(c->catalogue, plan_slot_at(p, i)->category);
        set.has[i] = !slice_equal_text(name, "always") && !slice_equal_text(name, "never");
    }
    return set;
}

/* ---- the agreement ---- */

static bool is_approved(const struct ref_agreement *g)
{
    for (size_t i = 0; i < g->parties.n; i++)
        if (!has_word(&g->approved, g->parties.at[i]))
            return false;
    return true;
}

static bool has_begun(const struct ref_agreement *g, int64_t at_ms)
{
    return ref_day_start(g->from) <= at_ms;
}

static bool is_past_its_end(const struct ref_agreement *g, int64_t at_ms)
{
    return at_ms >= ref_day_end(g->extended_until ? g->extended_until : g->until);
}

static bool is_stopped(const struct ref_bundle *b, const struct ref_agreement *g, int64_t at_ms)
{
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct ref_agreement *o = &b->agreements[i];
        bool is_meant = o == g || (ref_same(o->name, g->name) && o->is_stopped_in_all_versions);
        int64_t since = 0;
        if (is_meant && o->stopped && ref_time(o->stopped, &since) && at_ms >= since)
            return true;
    }
    return false;
}

static bool is_superseded(const struct ref_bundle *b, const struct ref_agreement *g, int64_t at_ms)
{
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct ref_agreement *o = &b->agreements[i];
        if (ref_same(o->name, g->name) && o->version > g->version && is_approved(o) &&
            has_begun(o, at_ms))
            return true;
    }
    return false;
}

/* Whether a kind opens what the clause's end closes; a caseload's "declared" opens whatever
 * ends. */
static bool begins(const struct ref_case *c, size_t schema, size_t kind)
{
    const struct schema *s = catalogue_at(c->catalogue, schema);
    for (size_t i = 0; i < c->bundle->beginning.n; i++)
        if (c->bundle->beginning.at[i].schema == schema && c->bundle->beginning.at[i].kind == kind)
            return true;
    return slice_equal_text(s->name, "Caseload") && slice_equal_text(s->kinds[kind], "declared");
}

/* Whether an earlier event is of the type and agency of the one at hand, and stands. */
static bool is_alike(const struct ref_case *c, const struct ref_past *x)
{
    return !x->retracted && x->schema == c->event->schema &&
           x->agency == c->bundle->services[c->event->source].agency;
}

static bool is_of_the_episode(const struct ref_case *c, const struct ref_past *x)
{
    return is_alike(c, x) && ref_same(x->episode, c->event->episode ? c->event->episode : "");
}

/* Such an end counts unless its episode was opened again after it. */
static bool is_end(const struct ref_case *c, const struct ref_clause *clause,
                   const struct ref_past *all, size_t n, const struct ref_past *end)
{
    const struct schema *s = catalogue_at(c->catalogue, end->schema);
    if (!is_of_the_episode(c, end) ||
        !schema_is_alike(s, s->kinds[end->kind], slice_text(clause->lasting_kind)))
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_of_the_episode(c, &all[i]) && begins(c, all[i].schema, all[i].kind) &&
            all[i].occurred_ms > end->occurred_ms)
            return false;
    return true;
}

/* Another episode was begun after every end of this one. */
static bool is_readmitted(const struct ref_case *c, const struct ref_clause *clause,
                          const struct ref_past *all, size_t n, const struct ref_past *again)
{
    if (!is_alike(c, again) || is_of_the_episode(c, again) ||
        !begins(c, again->schema, again->kind))
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_end(c, clause, all, n, &all[i]) && all[i].occurred_ms >= again->occurred_ms)
            return false;
    return true;
}

/* The episode ended, and any of its ends was decided so long ago; or it all began again. The event
 * at hand may be an end or a beginning itself. */
static bool is_lapsed(struct arena *a, const struct ref_case *c, const struct ref_clause *clause)
{
    const struct ref_event *ev = c->event;
    size_t n = c->facts->past_count;
    struct ref_past *all = ARENA_ARRAY(a, n + 1, struct ref_past);
    bool has_ended = false, is_late = false, is_again = false;
    if (!clause->lasting_kind)
        return false;
    for (size_t i = 0; i < n; i++)
        all[i] = c->facts->past[i];
    all[n++] = (struct ref_past){ .agency = c->bundle->services[ev->source].agency,
                                  .schema = ev->schema,
                                  .kind = ev->kind,
                                  .episode = ev->episode ? ev->episode : "",
                                  .occurred_ms = ev->occurred_ms,
                                  .decided_ms = c->at_ms };
    for (size_t i = 0; i < n; i++) {
        bool ends = is_end(c, clause, all, n, &all[i]);
        has_ended |= ends;
        is_late |= ends && c->at_ms >= all[i].decided_ms + clause->lasting_days * REF_DAY_MS;
        is_again |= is_readmitted(c, clause, all, n, &all[i]);
    }
    return has_ended && (is_late || is_again);
}

/* The agreement's own confidentiality basis. Consent may be given for the recipient, or, when the
 * person was never asked about that one, for the source: then it answers who was told. */
static struct ref_verdict guard(const struct ref_case *c, const struct ref_agreement *g, int to)
{
    int asked = ref_consent_was_asked(c, g->purpose, to) ? to : c->event->source;
    if (ref_same(g->confidentiality, "implied-consent")) {
        enum ref_truth stands = ref_objection_stands(c, to, to);
        return (struct ref_verdict){ stands == REF_TRUE    ? REF_FALSE
                                     : stands == REF_FALSE ? REF_TRUE
                                                           : REF_UNKNOWN,
                                     ref_reason("objection"), 0 };
    }
    if (ref_same(g->confidentiality, "explicit-consent"))
        return (struct ref_verdict){ ref_consent_stands(c, to, g->purpose, asked),
                                     ref_reason("no-consent"), 0 };
    return (struct ref_verdict){ REF_TRUE, 0, 0 };
}

/* ---- one clause ---- */

struct answer {
    enum { SHUT, UNSURE, SURE } stands;
    size_t why;
};

static struct answer shut(const char *code)
{
    return (struct answer){ SHUT, ref_reason(code) };
}

static struct answer ask_condition(const struct ref_case *c, const struct ref_clause *clause,
                                   int to)
{
    const struct ref_agreement *g = &c->bundle->agreements[clause->agreement];
    struct ref_verdict when = ref_evaluate(c, to, clause->when), door = guard(c, g, to);
    if (when.truth == REF_FALSE && door.truth == REF_FALSE)
        return (struct answer){ SHUT, ref_reason_first(when.why, door.why) };
    if (when.truth == REF_FALSE)
        return (struct answer){ SHUT, when.why };
    if (door.truth == REF_FALSE)
        return (struct answer){ SHUT, door.why };
    if (is_past_its_end(g, c->at_ms))
        return (struct answer){ UNSURE, ref_reason("agreement-ended") };
    if ((when.truth == REF_UNKNOWN || door.truth == REF_UNKNOWN) && !c->is_released)
        return (struct answer){ UNSURE, ref_reason("unknown") };
    return (struct answer){ SURE, ref_reason("disclosed") };
}

static struct answer ask_clause(struct arena *a, const struct ref_case *c,
                                const struct ref_clause *clause, int to)
{
    const struct ref_agreement *g = &c->bundle->agreements[clause->agreement];
    if (!is_approved(g))
        return shut("no-party-approval");
    if (!has_begun(g, c->at_ms))
        return shut("not-in-force");
    if (is_stopped(c->bundle, g, c->at_ms))
        return shut("agreement-stopped");
    if (is_superseded(c->bundle, g, c->at_ms))
        return shut("superseded");
    if (is_lapsed(a, c, clause))
        return shut("lapsed");
    return ask_condition(c, clause, to);
}

static bool is_named(const struct ref_case *c, const struct ref_clause *clause, int to)
{
    const struct ref_words *parties = &c->bundle->agreements[clause->agreement].parties;
    return has_kind(&clause->share, c->event) &&
           names_service(c->bundle, &clause->from, parties, c->event->source) &&
           names_service(c->bundle, &clause->to, parties, to);
}

/* ---- all clauses ---- */

/* What is released plain by some clause travels plain. Otherwise flag beats all, then the alias,
 * then the year, then the day. */
static void oblige(const struct ref_case *c, struct ref_decision *d)
{
    static const enum ref_obligation order[] = { REF_FLAG, REF_ALIAS, REF_YEAR, REF_DATE };
    struct ref_set left = d->released;
    for (size_t n = 0; n < d->clause_count && !is_empty(&left); n++) {
        const struct ref_clause *clause = &c->bundle->clauses[d->clauses[n]];
        struct ref_set plain = named_by(c, &clause->release);
        for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
            take_away(&plain, named_by(c, &clause->oblige[o]));
        take_away(&left, plain);
    }
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT && !is_empty(&left); o++) {
        struct ref_set wanted = { { false } };
        for (size_t n = 0; n < d->clause_count; n++)
            add(&wanted, named_by(c, &c->bundle->clauses[d->clauses[n]].oblige[order[o]]));
        for (size_t i = 0; i < REF_SLOTS_MAX; i++)
            d->obliged[order[o]].has[i] = wanted.has[i] && left.has[i];
        take_away(&left, wanted);
    }
}

/* Takes what prohibitions withhold; each is asked about what the clauses would release. */
static void prohibit(struct arena *a, const struct ref_case *c, struct ref_decision *d)
{
    const struct ref_bundle *b = c->bundle;
    struct ref_set would = d->would = d->released;
    d->prohibitions = ARENA_ARRAY(a, b->prohibition_count + 1, size_t);
    for (size_t i = 0; i < b->prohibition_count; i++) {
        const struct ref_prohibition *p = &b->prohibitions[i];
        bool takes = false;
        if ((p->share.n && !has_kind(&p->share, c->event)) ||
            (p->from.n && !names_service(b, &p->from, NULL, c->event->source)) ||
            (p->to.n && !names_service(b, &p->to, NULL, d->to)) ||
            ref_evaluate(c, d->to, p->when).truth == REF_FALSE)
            continue;
        struct ref_set withhold = named_by(c, &p->withhold);
        for (size_t n = 0; n < REF_SLOTS_MAX; n++) {
            takes |= withhold.has[n] && would.has[n];
            d->released.has[n] &= !withhold.has[n];
        }
        if (!takes)
            continue;
        d->prohibitions[d->prohibition_count++] = i;
        if (!d->tell)
            d->tell = p->tell;
    }
}

/* Why nothing is left of what clauses would release: a prohibition's own reason where without those
 * that have one something would be left, the first of reasons.def. */
static size_t why_prohibited(const struct ref_case *c, const struct ref_decision *d)
{
    struct ref_set others_left = d->would;
    size_t own = SIZE_MAX;
    for (size_t n = 0; n < d->prohibition_count; n++) {
        const struct ref_prohibition *p = &c->bundle->prohibitions[d->prohibitions[n]];
        if (!p->reason)
            take_away(&others_left, named_by(c, &p->withhold));
        else if (ref_reason(p->reason) < own)
            own = ref_reason(p->reason);
    }
    if (!d->prohibition_count)
        return ref_reason("nothing-released");
    return own == SIZE_MAX || is_empty(&others_left) ? ref_reason("prohibited") : own;
}

/* The clauses that stand, the surest only; the best of them, and the reason that is told. */
static int ask_all(struct arena *a, const struct ref_case *c, struct ref_decision *d, size_t *why)
{
    const struct ref_bundle *b = c->bundle;
    size_t told[3] = { SIZE_MAX, SIZE_MAX, SIZE_MAX }, candidates = 0;
    int best = SHUT;
    for (int pass = 0; pass < 2; pass++) {
        d->clause_count = 0;
        d->clauses = ARENA_ARRAY(a, b->clause_count + 1, size_t);
        for (size_t i = 0; i < b->clause_count; i++) {
            if (!is_named(c, &b->clauses[i], d->to))
                continue;
            struct answer one = ask_clause(a, c, &b->clauses[i], d->to);
            size_t *told_here = &told[one.stands];
            *told_here = *told_here == SIZE_MAX ? one.why : ref_reason_last(*told_here, one.why);
            best = (int)one.stands > best ? (int)one.stands : best;
            candidates++;
            if (pass == 1 && (int)one.stands == best && best != SHUT)
                d->clauses[d->clause_count++] = i;
        }
    }
    *why = told[best];
    return candidates ? best : -1;
}

static void release(const struct ref_case *c, struct ref_decision *d)
{
    struct ref_set all = fields_of_type(c);
    for (size_t n = 0; n < d->clause_count; n++) {
        struct ref_set some = named_by(c, &c->bundle->clauses[d->clauses[n]].release);
        for (size_t i = 0; i < REF_SLOTS_MAX; i++)
            d->released.has[i] |= some.has[i] && all.has[i];
    }
}

static void withhold_all(struct ref_decision *d, enum ref_outcome outcome, size_t why)
{
    memset(&d->released, 0, sizeof d->released);
    d->outcome = outcome;
    d->reason = ref_reason_code(why);
}

/* Its sender restricts it in words that nobody here knows. */
static bool is_restricted_unread(const struct ref_case *c)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    int slot = plan_slot(p, SLICE("header.unknown_restriction"));
    return c->event->values[slot].sort != REF_NULL;
}

/* Held because it cannot be told: somebody's yes stands beside another's no, and a clause asks. */
static const char *why_not_agreed(const struct ref_case *c, const struct ref_decision *d)
{
    bool consent = false, objection = false;
    for (size_t i = 0; i < d->clause_count; i++) {
        const struct ref_clause *clause = &c->bundle->clauses[d->clauses[i]];
        const struct ref_agreement *g = &c->bundle->agreements[clause->agreement];
        bool open = guard(c, g, d->to).truth == REF_UNKNOWN;
        consent |= open && ref_same(g->confidentiality, "explicit-consent");
        objection |= open && ref_same(g->confidentiality, "implied-consent");
        if (clause->when)
            ref_conflicts(c, d->to, clause->when, &consent, &objection);
    }
    return consent ? "conflicting-consent" : objection ? "conflicting-objection" : "unknown";
}

/* Held because it cannot be told: it is the claims in doubt if it would be otherwise decided were
 * they all so, or were none. */
static const char *why_unsure(struct arena *a, const struct ref_case *c, int to)
{
    struct ref_case with = *c, without = *c;
    struct ref_decision yes, no;
    with.doubt = REF_DOUBT_COUNTS;
    without.doubt = REF_DOUBT_FALLS;
    if (c->doubt != REF_IN_DOUBT || !ref_decide_one(a, &with, to, &yes) ||
        !ref_decide_one(a, &without, to, &no) || ref_claim_worst(c, to) == REF_CLAIM_COUNTS ||
        (yes.outcome == no.outcome && ref_same(yes.reason, no.reason) &&
         yes.clause_count == no.clause_count &&
         memcmp(&yes.released, &no.released, sizeof yes.released) == 0))
        return "unknown";
    return ref_claim_worst(c, to) == REF_CLAIM_DISAGREES ? "identity-disagrees"
                                                         : "identity-unverified";
}

/* A release answers what its hold said: where words are in conflict, and that was not it, it is
 * held for that. Where clauses alone would let it go, nothing rests on the conflict. */
static const char *unnamed_conflict(struct arena *a, const struct ref_case *c, int to)
{
    struct ref_case as_it_is = *c;
    struct ref_decision now;
    if (!c->is_released || !c->held_for || ref_same(c->held_for, "conflicting-consent") ||
        ref_same(c->held_for, "conflicting-objection"))
        return NULL;
    as_it_is.is_released = false;
    if (!ref_decide_one(a, &as_it_is, to, &now) || now.outcome != REF_HOLD ||
        ref_same(now.reason, "sender-restriction-unknown") ||
        ref_same(now.reason, "unread-message"))
        return NULL;
    const char *why = why_not_agreed(&as_it_is, &now);
    return ref_same(why, "unknown") ? NULL : why;
}

bool ref_decide_one(struct arena *a, const struct ref_case *c, int to, struct ref_decision *d)
{
    size_t why = SIZE_MAX;
    const char *conflict = NULL;
    *d = (struct ref_decision){ .to = to };
    int stands = ask_all(a, c, d, &why);
    if (stands < 0 || to == c->event->source)
        return false;
    if (ref_is_refused(c, to)) { /* above every other gate */
        d->clause_count = 0;
        withhold_all(d, REF_WITHHOLD, ref_reason("hold-refused"));
        d->withheld = fields_of_type(c);
        return true;
    }
    release(c, d);
    if (stands != SHUT)
        prohibit(a, c, d);
    if (stands == SHUT)
        withhold_all(d, REF_WITHHOLD, why);
    else if (is_empty(&d->released))
        withhold_all(d, REF_WITHHOLD, why_prohibited(c, d));
    else if (stands == UNSURE) {
        if (ref_same(ref_reason_code(why), "unknown"))
            why = ref_reason(why_unsure(a, c, to));
        if (ref_same(ref_reason_code(why), "unknown"))
            why = ref_reason(why_not_agreed(c, d));
        withhold_all(d, REF_HOLD, why);
    } else if (is_restricted_unread(c) && !c->is_released)
        withhold_all(d, REF_HOLD, ref_reason("sender-restriction-unknown"));
    else if (c->facts->has_unread && !c->is_released)
        withhold_all(d, REF_HOLD, ref_reason("unread-message"));
    else if ((conflict = unnamed_conflict(a, c, to)) != NULL)
        withhold_all(d, REF_HOLD, ref_reason(conflict));
    else
        d->reason = "disclosed";
    oblige(c, d);
    d->withheld = fields_of_type(c);
    for (size_t i = 0; i < REF_SLOTS_MAX; i++)
        d->withheld.has[i] &= !d->released.has[i];
    return true;
}

void ref_decide(struct arena *a, const struct ref_case *c, struct ref_decision **out, size_t *n)
{
    *out = ARENA_ARRAY(a, c->bundle->service_count + 1, struct ref_decision);
    *n = 0;
    for (size_t to = 0; to < c->bundle->service_count; to++)
        if (ref_decide_one(a, c, (int)to, &(*out)[*n]))
            ++*n;
}
