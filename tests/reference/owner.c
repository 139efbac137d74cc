/* owner.c - no event of one agency changes a fact that another made (law 12).
 *
 * Random stories of several agencies about one person, told to the engine twice: all of it, and of
 * each agency only its own honest words. What an agency made known must come out the same. Among
 * the words are forged ones: they take back or replace what another has said, before it or after
 * it, or use its id. The other is another agency; or, of words about sharing, another service of
 * the same agency; or the very service, by an event of another kind. And each line of facts.yaml,
 * and each end, names some roles in `by:`. What an event makes known, which end ends what, and what
 * the facts answer, also when named people have settled a question, is worked out from a table
 * here, line by line. SEED and CASES as in main.c. */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "owner.h"
#include "record/wire.h"
#include "sharing/facts/person.h"
#include "sharing/load/bundle_load.h"

/* ---- the story ---- */

static const char *const roles[] = { "acute-trust", "adult-social-care", "landlord", "gp" };

/* Whether one may take back the other. */
static bool is_own(const struct told *x, const struct told *t)
{
    return x->line == t->line &&
           (owner_lines[t->line].is_word ? x->service == t->service
                                         : agency_of(x->service) == agency_of(t->service));
}

/* Whether naming it is no word of one's own. What only took something back is known by agency
 * alone, and there is nothing of it to take: who names it says a word of its own. */
static bool is_others(const struct told *x, const struct told *t)
{
    bool only_took_back = x->target >= 0 && !x->forged && !x->replaces;
    return !x->forged && !is_own(x, t) &&
           !(only_took_back && agency_of(x->service) == agency_of(t->service));
}

static int pick_own(const struct story *s, struct ref_random *r, const struct told *t)
{
    int from = (int)ref_below(r, (size_t)s->count + 1);
    for (int i = 0; i < s->count; i++) {
        const struct told *x = &s->told[(from + i) % s->count];
        if (x->stands && !x->forged && is_own(x, t))
            return (from + i) % s->count;
    }
    return -1;
}

/* What is not its own, told before or to be told after. */
static int pick_others(const struct story *s, struct ref_random *r, const struct told *t,
                       int length)
{
    int at = (int)ref_below(r, (size_t)length);
    return at < s->count && !is_others(&s->told[at], t) ? -1 : at;
}

static void look_like(const struct story *s, struct told *t)
{
    struct told alike = *t;
    alike.line = s->told[t->target].line;
    if (is_others(&s->told[t->target], &alike))
        *t = alike;
}

static void tell(struct story *s, struct ref_random *r, int length)
{
    struct told t = { .line = ref_below(r, LINES),
                      .service = (int)ref_below(r, SERVICES),
                      .target = -1,
                      .stands = true };
    /* Few moments, so that many words are of the same one. */
    t.at_ms = T0 + (int64_t)ref_below(r, 4) * HOUR_MS;
    t.to = ref_chance(r, 40)   ? TO_ALL
           : ref_chance(r, 20) ? TO_FOREIGN
                               : (int)ref_below(r, SERVICES);
    if (ref_chance(r, 40)) {
        t.target = pick_others(s, r, &t, length);
        t.forged = t.target >= 0 && t.target != s->count;
        t.target = t.forged ? t.target : -1;
        t.reuses = t.forged && t.target < s->count && ref_chance(r, 30);
        /* Mostly it looks as much like the other as it can. */
        if (t.forged && t.target < s->count && ref_chance(r, 80))
            look_like(s, &t);
    } else if (s->count && ref_chance(r, 30)) {
        t.target = pick_own(s, r, &t);
    }
    t.replaces = ref_chance(r, 50);
    if (t.target >= 0 && !t.forged) {
        s->told[t.target].stands = false;
        t.stands = t.replaces;
        t.at_ms = s->told[t.target].at_ms;
    }
    s->told[s->count++] = t;
}

/* What was to be told by another turned out to be its own, or forged itself. */
static bool is_sound(const struct story *s)
{
    for (int i = 0; i < s->count; i++) {
        const struct told *t = &s->told[i];
        if (t->forged && !is_others(&s->told[t->target], t))
            return false;
    }
    return true;
}

/* A word that replaces what is still to be told counts until that comes. */
static bool is_waiting(const struct story *s, int at)
{
    bool any = false;
    for (int i = 0; i < at; i++)
        any |= s->told[i].forged && s->told[i].target >= at;
    return any;
}

static void settle_something(struct story *s, struct ref_random *r)
{
    s->settled_at = (int)ref_below(r, (size_t)s->count + 1);
    if (is_waiting(s, s->settled_at))
        s->settled_at = s->count;
    s->settled = (struct sharing_question){ .is_objection = ref_chance(r, 50),
                                            .who = (uint16_t)ref_below(r, SERVICES) };
    if (!s->settled.is_objection)
        s->settled.purpose = PURPOSE;
    s->settled_yes = ref_chance(r, 50);
}

static void make_story(struct story *s, struct ref_random *r)
{
    do {
        int length = 4 + (int)ref_below(r, STORY_MAX - 4);
        memset(s, 0, sizeof *s);
        for (size_t i = 0; i < LINES; i++)
            for (size_t n = 0; n < ROLES; n++)
                s->by[i][n] = n == 0 || ref_chance(r, 70);
        for (int i = 0; i < SERVICES; i++)
            s->role[i] = (unsigned)ref_below(r, ROLES);
        while (s->count < length)
            tell(s, r, length);
        settle_something(s, r);
    } while (!is_sound(s));
}

/* ---- the engine ---- */

static const char agreement[] =
    "agreement: g\nreference: G-1\nversion: 1\ntitle: G\nparties: [a0, a1]\npurpose: p\nbasis:\n"
    "  a0: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: health-or-social-care}\n"
    "  a1: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: health-or-social-care}\n"
    "confidentiality: implied-consent\n"
    "in_force: {from: 2026-01-01, until: 2099-12-31, review_by: 2099-01-31}\n"
    "controllers: [a0, a1]\nprocessor: a0\ndpia: D\nprivacy_notice: https://example.org/n\n"
    "retention_at_recipient: R\nonward_sharing: none\ncontacts: {rights: a, breach: b}\n"
    "on_termination: T\napproved_by:\n"
    "  - {agency: a0, role: caldicott-guardian, on: 2026-01-01}\n"
    "  - {agency: a1, role: caldicott-guardian, on: 2026-01-01}\n"
    "clauses:\n  - {id: c, share: {HospitalStay: [admitted]}, from: a0/s0, to: a1/s2, "
    "release: [stay.ward]}\n";

static const char *roles_of(struct arena *a, const struct story *s, size_t line)
{
    const char *by = "";
    for (size_t n = 0; n < ROLES; n++)
        if (s->by[line][n])
            by = arena_format(a, "%s%s%s", by, *by ? ", " : "", roles[n]);
    return by;
}

static char *add_line(struct arena *a, const struct story *s, size_t i, char *facts)
{
    const char *closed_by = "";
    if (!owner_lines[i].effect)
        return facts;
    if (i == CASE || i == REFERRED)
        closed_by = arena_format(a, ", closed_by: {%s: [%s], by: [%s]}", owner_lines[i].type,
                                 owner_lines[i + 1].kind, roles_of(a, s, i + 1));
    return arena_format(a, "%s  - {on: {%s: [%s]}, by: [%s], %s%s}\n", facts, owner_lines[i].type,
                        owner_lines[i].kind, roles_of(a, s, i), owner_lines[i].effect, closed_by);
}

static const struct bundle *load(struct arena *a, const struct story *s, const struct catalogue *c)
{
    struct ref_files *files = ARENA_NEW(a, struct ref_files);
    char *region = arena_format(a, "region: r\npartitions: 1\nagencies:\n");
    char *facts = arena_format(a, "facts:\n");
    for (int i = 0; i < SERVICES; i++)
        region = i % 2 ? arena_format(a, "%s      s%d: {role: %s}\n", region, i, roles[s->role[i]])
                       : arena_format(a,
                                      "%s  a%d:\n    nhs_number: entitled\n    services:\n"
                                      "      s%d: {role: %s}\n",
                                      region, i / 2, i, roles[s->role[i]]);
    for (size_t i = 0; i < LINES; i++)
        facts = add_line(a, s, i, facts);
    files->at = ARENA_ARRAY(a, 4, struct ref_file);
    files->at[0] = (struct ref_file){ "region.yaml", slice_text(region) };
    files->at[1] = (struct ref_file){ "facts.yaml", slice_text(facts) };
    files->at[2] = (struct ref_file){ "prohibitions/p.yaml", SLICE("prohibitions: []\n") };
    files->at[3] = (struct ref_file){ "agreements/g.yaml", slice_text(agreement) };
    files->n = 4;
    struct bundle_source *source = ARENA_NEW(a, struct bundle_source);
    struct problems p = { .count = 0 };
    char text[400];
    *source = ref_source(files);
    const struct bundle *b = bundle_load_from(a, source, c, &p);
    for (size_t i = 0; i < p.count && !b; i++)
        printf("%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return b;
}

static struct event_id id_of(const struct story *s, int n)
{
    struct event_id id = { { 0x0a } };
    if (s->told[n].reuses)
        n = s->told[n].target;
    id.b[ID_BYTES - 1] = (uint8_t)(n + 1);
    return id;
}

static bool set(struct build *b, const char *path, const char *text, struct err *e)
{
    int slot = plan_slot(b->plan, slice_text(path));
    return slot < 0 || build_text(b, (size_t)slot, slice_text(text), e);
}

/* Who says it, and what it takes back. */
static bool set_header(struct arena *a, const struct story *s, int n, struct build *b,
                       struct err *e)
{
    const struct told *t = &s->told[n];
    bool names = t->target >= 0 && !t->reuses;
    struct event_id own = id_of(s, n), its = id_of(s, t->target < 0 ? n : t->target);
    char id[ID_HEX], original[ID_HEX];
    int agency = agency_of(t->service);
    id_hex(own.b, id);
    id_hex(its.b, original);
    return set(b, "header.id", id, e) && set(b, "header.type", owner_lines[t->line].type, e) &&
           set(b, "header.kind", owner_lines[t->line].kind, e) &&
           set(b, "header.action",
               !names        ? "asserts"
               : t->replaces ? "replaces"
                             : "retracts",
               e) &&
           (!names || set(b, "header.original", original, e)) &&
           set(b, "header.source_agency", arena_format(a, "a%d", agency), e) &&
           set(b, "header.source_service", arena_format(a, "a%d/s%d", agency, t->service), e);
}

static bool set_rest(struct arena *a, const struct told *t, struct build *b, struct err *e)
{
    size_t occurred = (size_t)plan_slot(b->plan, SLICE("header.occurred"));
    const char *to = t->to == TO_FOREIGN ? "beyond/service"
                                         : arena_format(a, "a%d/s%d", agency_of(t->to), t->to);
    return set(b, "header.environment", "live", e) &&
           set(b, "header.identity_confidence", "verified", e) &&
           build_long(b, occurred, t->at_ms, e) && set(b, "consent.purpose", "p", e) &&
           set(b, "restriction.kind", "location", e) && set(b, "death.formality", "formal", e) &&
           (t->to == TO_ALL ||
            (set(b, "consent.recipient", to, e) && set(b, "referral.to", to, e)));
}

static bool build_told(struct arena *a, const struct story *s, const struct catalogue *c, int n,
                       struct slice *framed, struct view *out, struct err *e)
{
    const struct plan *p = catalogue_named(c, slice_text(owner_lines[s->told[n].line].type))->plan;
    struct build b;
    struct buf bytes;
    buf_init(&bytes, 1u << 16);
    wire_put_header(&bytes, plan_fingerprint(p));
    bool ok = build_init(&b, p, a, e) && set_header(a, s, n, &b, e) &&
              set_rest(a, &s->told[n], &b, e) && build_done(&b, &bytes, e);
    *framed = arena_copy(a, buf_slice(&bytes));
    buf_release(&bytes);
    return ok && plan_view(p, a, slice_from(*framed, WIRE_HEADER_BYTES), out, e);
}

/* As the word of named people leaves the facts: it overrules what is said otherwise now. */
static void settle(struct arena *a, const struct story *s, struct person *p, int64_t at_ms)
{
    struct settlement *one = ARENA_NEW(a, struct settlement);
    *one =
        (struct settlement){ .is_objection = s->settled.is_objection,
                             .purpose = s->settled.purpose,
                             .recipient = s->settled.who,
                             .yes = s->settled_yes,
                             .at_ms = at_ms,
                             .overruled = facts_words(p, &s->settled, !s->settled_yes, at_ms, a) };
    p->settlements = one;
    p->settlement_count = 1;
}

/* only: that agency's honest words; -1: everything, and what named people settle. */
static bool run_story(struct arena *a, const struct story *s, const struct bundle *b, int only,
                      struct person *out, unsigned *refused, struct err *e)
{
    static struct judge_keys keys;
    struct judged judged;
    keys.recipients.set = true;
    *out = person_unknown;
    for (int n = 0; n < s->count; n++) {
        const struct told *t = &s->told[n];
        if (only < 0 && n == s->settled_at)
            settle(a, s, out, T0 + 100 * HOUR_MS);
        if (only >= 0 && (t->forged || agency_of(t->service) != only))
            continue;
        struct judge_input in = { .bundle = b,
                                  .keys = &keys,
                                  .decided_ms = T0 + 100 * HOUR_MS + n * 1000 };
        struct person *before = ARENA_NEW(a, struct person);
        *before = *out;
        in.facts = before;
        memset(in.subject.b, 0x5a, ID_BYTES);
        if (!build_told(a, s, b->catalogue, n, &in.framed, &in.event, e) ||
            !judge_event(&in, a, &judged, e))
            return false;
        *refused += judged.error && slice_equal_text(slice_text(judged.error), "event.not-yours");
        *refused += judged.overstepped;
        *out = *judged.after;
    }
    return true;
}

/* ---- what an agency made known ---- */

/* A sum of what each fact says; the order of the lists counts for nothing. */
static void add(uint64_t *sum, const struct event_id *by, uint64_t says)
{
    *sum += (hash_bytes(slice_of(by->b, ID_BYTES)) | 1) * (says + 1);
}

static uint64_t sum_of(const struct person *p, const struct bundle *b, int agency)
{
    struct slice name = b->agencies[agency].name;
    uint64_t sum = 0;
#define OWN(x) slice_equal(source_agency((x).source), name)
    for (size_t i = 0; i < p->consent_count; i++)
        if (OWN(p->consents[i]))
            add(&sum, &p->consents[i].by,
                10u * (unsigned)(p->consents[i].recipient + 2) + p->consents[i].granted);
    for (size_t i = 0; i < p->objection_count; i++)
        if (OWN(p->objections[i]))
            add(&sum, &p->objections[i].by,
                300 + 10u * (unsigned)(p->objections[i].recipient + 2) + p->objections[i].stands);
    for (size_t i = 0; i < p->restriction_count; i++)
        if (OWN(p->restrictions[i]))
            add(&sum, &p->restrictions[i].by, 400 + p->restrictions[i].stands);
    for (size_t i = 0; i < p->death_count; i++)
        if (OWN(p->deaths[i]))
            add(&sum, &p->deaths[i].by, 500);
    for (size_t i = 0; i < p->responsible_count; i++)
        if (OWN(p->responsible[i]))
            add(&sum, &p->responsible[i].by, 700 + (unsigned)(p->responsible[i].service + 2));
    for (size_t i = 0; i < p->relationship_count; i++)
        if (p->relationships[i].agency == agency)
            add(&sum, &p->relationships[i].opened_by,
                600 + 10u * p->relationships[i].with + p->relationships[i].is_open);
    return sum;
#undef OWN
}

static size_t facts_by(const struct person *p, const struct event_id *id)
{
    size_t n = 0;
#define COUNT(list, count, by)                                                                     \
    for (size_t i = 0; i < p->count; i++)                                                          \
        n += memcmp(p->list[i].by.b, id->b, ID_BYTES) == 0;
    COUNT(consents, consent_count, by)
    COUNT(objections, objection_count, by)
    COUNT(restrictions, restriction_count, by)
    COUNT(deaths, death_count, by)
    COUNT(responsible, responsible_count, by)
    COUNT(relationships, relationship_count, opened_by)
#undef COUNT
    return n;
}

static const char *check(struct arena *a, const struct story *s, const struct catalogue *c,
                         unsigned *refused, struct err *e)
{
    struct person all, own;
    unsigned none = 0;
    const struct bundle *b = load(a, s, c);
    if (!b || !run_story(a, s, b, -1, &all, refused, e))
        return "it cannot be told";
    for (int agency = 0; agency < AGENCIES; agency++) {
        if (!run_story(a, s, b, agency, &own, &none, e))
            return "it cannot be told";
        if (sum_of(&all, b, agency) != sum_of(&own, b, agency))
            return "what was not said by its owner changed what one made known";
    }
    for (int n = 0; n < s->count; n++) {
        struct event_id id = id_of(s, n);
        if (!s->told[n].forged && facts_by(&all, &id) != owner_wanted(s, &s->told[n]))
            return "an event made known what its role may not say, or not what it may";
    }
    return none ? "an honest event was refused" : owner_wrong_answer(a, s, b, &all);
}

static void print_story(const struct story *s)
{
    for (int n = 0; n < s->count; n++) {
        const struct told *t = &s->told[n];
        printf("  %2d a%d/s%d (%s) %s.%s at %lld%s", n, agency_of(t->service), t->service,
               roles[s->role[t->service]], owner_lines[t->line].type, owner_lines[t->line].kind,
               (long long)(t->at_ms - T0) / HOUR_MS,
               t->to == TO_FOREIGN ? " to somebody outside" : "");
        if (t->to >= 0)
            printf(" to s%d", t->to);
        if (t->target >= 0)
            printf(" %s %d%s",
                   t->reuses     ? "uses the id of"
                   : t->replaces ? "replaces"
                                 : "takes back",
                   t->target, t->forged ? ", which is not its own" : "");
        printf("%s\n", t->forged || owner_is_permitted(s, t) ? "" : ", which its role may not say");
    }
    printf("  before %d named people settle %s s%d: %s\n", s->settled_at,
           s->settled.is_objection ? "the objection to" : "the consent for", s->settled.who,
           s->settled_yes ? "yes" : "no");
}

static unsigned long number_from(const char *name, unsigned long usual)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : usual;
}

int main(void)
{
    unsigned long cases = number_from("OWNER_CASES", 3000);
    unsigned long seed = number_from("REFERENCE_SEED", 20261130);
    struct ref_random r = { .state = seed };
    struct arena life, scratch;
    struct problems p = { .count = 0 };
    struct err e = { .fate = ERR_NONE };
    unsigned refused = 0;
    arena_init(&life, (size_t)256 << 20);
    arena_init(&scratch, (size_t)256 << 20);
    const struct catalogue *c = catalogue_load(&life, SOURCE_DIR "/schemas", &p);
    const char *wrong = c ? NULL : "the schemas do not load";
    unsigned long n = 0;
    for (; n < cases && !wrong; n++) {
        struct story s;
        arena_reset(&scratch);
        make_story(&s, &r);
        wrong = check(&scratch, &s, c, &refused, &e);
        if (wrong) {
            printf("FAILED: seed %lu, case %lu: %s %s\n", seed, n, wrong, e.text);
            print_story(&s);
        }
    }
    printf("%lu stories of %d agencies, %u forged words not taken: %s\n", n, AGENCIES, refused,
           wrong ? "FAILED" : "nobody spoke for another");
    problems_release(&p);
    arena_release(&scratch);
    arena_release(&life);
    return wrong || refused < cases ? 1 : 0;
}
