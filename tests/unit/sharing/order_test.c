/* order_test.c - the same events in any order of arrival leave the same facts.
 *
 * Random stories are told by a sender who knows what it takes back: the naive model below reads
 * them in the sender's order. The judge gets them shuffled. A sender that names what it takes back
 * may be shuffled in every way; one that does not, so that each retraction comes after its
 * original. Whatever was shared on the way is followed by its retraction, and nothing else is. SEED
 * in the environment repeats one story. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/wire.h"
#include "sharing/facts/person.h"
#include "sharing/rules/when.h"
#include "sharing/rules/words.h"
#include "world.h"

#define STORIES 500
#define SHUFFLES 10
#define TOLD_MAX 12

enum told_kind {
    ADMITTED,
    GRANTED,
    DISCHARGED,
    DECLARED,
    ENDED,
    RAISED,
    LIFTED,
    REVOKED,
    OBJECTED,
    UNOBJECTED,
    DIED,
    TEAM_GRANTED,
    TEAM_REVOKED,
    TEAM_OBJECTED,
    TEAM_UNOBJECTED,
    TOLD_KINDS
};
static const struct {
    const char *event, *source, *fields;
} kinds[TOLD_KINDS] = {
    [ADMITTED] = { "HospitalStay.admitted", WARDS, "header.episode=V1" },
    [DISCHARGED] = { "HospitalStay.discharged", WARDS, "header.episode=V1" },
    [DECLARED] = { "Caseload.declared", TEAM, "header.episode=C1" },
    [ENDED] = { "Caseload.ended", TEAM, "header.episode=C1" },
    [RAISED] = { "Restriction.raised", WARDS, "restriction.kind=location" },
    [LIFTED] = { "Restriction.lifted", WARDS, "restriction.kind=location" },
    [GRANTED] = { "Consent.granted", HUB, "consent.purpose=housing-adaptation" },
    [REVOKED] = { "Consent.revoked", HUB, "consent.purpose=housing-adaptation" },
    [OBJECTED] = { "Consent.objection_recorded", HUB, "consent.purpose=individual-care" },
    [UNOBJECTED] = { "Consent.objection_lifted", HUB, "consent.purpose=individual-care" },
    [TEAM_GRANTED] = { "Consent.granted", TEAM, "consent.purpose=housing-adaptation" },
    [TEAM_REVOKED] = { "Consent.revoked", TEAM, "consent.purpose=housing-adaptation" },
    [TEAM_OBJECTED] = { "Consent.objection_recorded", TEAM, "consent.purpose=individual-care" },
    [TEAM_UNOBJECTED] = { "Consent.objection_lifted", TEAM, "consent.purpose=individual-care" },
    [DIED] = { "Person.died", WARDS, "death.formality=formal" },
};

/* One message of the sender's story. target: the one that it replaces or takes back; -1: none. */
struct told {
    enum told_kind kind;
    const char *action;
    int at, target;
    int named;   /* the target, or an earlier version of it */
    bool stands; /* in the end, for the model */
};
struct story {
    struct told told[TOLD_MAX];
    int count;
    bool names; /* the sender names originals */
    bool is_narrow;
};

static uint64_t state;
static unsigned roll(unsigned sides)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % sides;
}

/* ---- the sender ---- */

static int last_standing(const struct story *s, enum told_kind kind)
{
    for (int i = s->count; i-- > 0;)
        if (s->told[i].stands && s->told[i].kind == kind)
            return i;
    return -1;
}

/* Every second story is of two kinds only, so that corrections are corrected in their turn. */
static enum told_kind pick_kind(const struct story *s)
{
    return (enum told_kind)(s->is_narrow ? roll(2) : roll(TOLD_KINDS));
}

static void tell(struct story *s, int step)
{
    struct told t = { pick_kind(s), "asserts", 10 * step, -1, -1, true };
    unsigned what = roll(5);
    int target = last_standing(s, t.kind);
    if (what < 2 && target >= 0) {
        t.target = t.named = target;
        s->told[target].stands = false;
        t.action = what ? "retracts" : "replaces";
        t.stands = what == 0;
        while (what && s->told[t.named].target >= 0 && roll(2))
            t.named = s->told[t.named].target;
        if (what == 0) /* corrected: the same moment, a little after, or before where it is named */
            t.at = s->told[target].at + (int)roll(s->names ? 3 : 2) - (s->names ? 1 : 0);
    }
    s->told[s->count++] = t;
}

static void make_story(struct story *s, unsigned seed)
{
    state = seed * 2654435761u + 88172645463325252u;
    *s = (struct story){ .names = roll(2), .is_narrow = roll(2) };
    /* No more of one kind than words are kept (draft.h): what fell out cannot come back. */
    int steps = 4 + (int)roll(s->is_narrow ? 5 : TOLD_MAX - 4);
    for (int step = 1; step <= steps; step++)
        tell(s, step);
}

/* ---- the naive model: reads the sender's story ---- */

static int latest(const struct story *s, enum told_kind kind)
{
    int at = -1000;
    for (int i = 0; i < s->count; i++)
        if (s->told[i].stands && s->told[i].kind == kind && s->told[i].at > at)
            at = s->told[i].at;
    return at;
}

/* What two agencies have written down: whoever says no last, or whose no another's yes follows. */
enum answer { NO_WORD, YES, NO, CONFLICT };
static enum answer model_words(const struct story *s, const enum told_kind yes[2],
                               const enum told_kind no[2])
{
    int last_yes = -1000, last_no = -1000;
    for (int i = 0; i < 2; i++) {
        int yes_at = latest(s, yes[i]), no_at = latest(s, no[i]);
        if (yes_at > no_at && yes_at > last_yes)
            last_yes = yes_at;
        if (no_at >= yes_at && no_at > last_no)
            last_no = no_at;
    }
    if (last_no > -1000)
        return last_yes > last_no ? CONFLICT : NO;
    return last_yes > -1000 ? YES : NO_WORD;
}

static unsigned model(const struct story *s)
{
    const enum told_kind pairs[][2] = { { ADMITTED, DISCHARGED },
                                        { DECLARED, ENDED },
                                        { RAISED, LIFTED } };
    const enum told_kind grants[2] = { GRANTED, TEAM_GRANTED },
                         revokes[2] = { REVOKED, TEAM_REVOKED },
                         lifts[2] = { UNOBJECTED, TEAM_UNOBJECTED },
                         objects[2] = { OBJECTED, TEAM_OBJECTED };
    enum answer consent = model_words(s, grants, revokes);
    enum answer objection = model_words(s, lifts, objects);
    unsigned answers = 0;
    for (unsigned i = 0; i < 3; i++)
        answers |= (unsigned)(latest(s, pairs[i][0]) > latest(s, pairs[i][1])) << i;
    return answers | (unsigned)(consent == YES) << 3 | (unsigned)(objection == NO) << 4 |
           (unsigned)(latest(s, DIED) > 0) << 5 | (unsigned)(consent == CONFLICT) << 6 |
           (unsigned)(objection == CONFLICT) << 7;
}

/* ---- the judge's facts ---- */

static bool is_open(const char *kind)
{
    for (size_t i = 0; i < world.facts.relationship_count; i++)
        if (world.facts.relationships[i].is_open &&
            slice_equal_text(world.facts.relationships[i].kind, kind))
            return true;
    return false;
}

static unsigned ask_facts(void)
{
    const struct person *p = &world.facts;
    const struct facts_context in = { .bundle = world.bundle, .facts = p };
    uint16_t grants = (uint16_t)bundle_service(world.bundle, SLICE(GRANTS));
    return (unsigned)is_open("inpatient") | (unsigned)is_open("open-case") << 1 |
           (unsigned)(facts_restricted(&in, SLICE("location")) == TRUTH_TRUE) << 2 |
           (unsigned)(facts_consent(p,
                                    &(struct sharing_question){
                                        .purpose = SLICE("housing-adaptation"), .who = grants },
                                    world.now_ms) == TRUTH_TRUE)
               << 3 |
           (unsigned)(facts_objection(p, &(struct sharing_question){ .is_objection = true,
                                                                     .who = grants }) == TRUTH_TRUE)
               << 4 |
           (unsigned)(facts_restricted(&in, SLICE(WORDS_DECEASED)) == TRUTH_TRUE) << 5 |
           (unsigned)(facts_consent(p,
                                    &(struct sharing_question){
                                        .purpose = SLICE("housing-adaptation"), .who = grants },
                                    world.now_ms) == TRUTH_UNKNOWN)
               << 6 |
           (unsigned)(facts_objection(
                          p, &(struct sharing_question){ .is_objection = true, .who = grants }) ==
                      TRUTH_UNKNOWN)
               << 7;
}

/* Order does not matter: a sum of what each fact says, id by id. */
static uint64_t fact(const void *id, uint64_t says)
{
    return (hash_bytes(slice_of(id, ID_BYTES)) | 1) * (says + 1);
}

static uint64_t sum_facts(void)
{
    const struct person *p = &world.facts;
    uint64_t sum = 0;
    for (size_t i = 0; i < p->relationship_count; i++)
        sum += fact(&p->relationships[i].opened_by, 2 + p->relationships[i].is_open) ^
               fact(&p->relationships[i].closed_by, p->relationships[i].with);
    for (size_t i = 0; i < p->consent_count; i++)
        sum += fact(&p->consents[i].by, 4 + p->consents[i].granted);
    for (size_t i = 0; i < p->objection_count; i++)
        sum += fact(&p->objections[i].by, 6 + p->objections[i].stands);
    for (size_t i = 0; i < p->restriction_count; i++)
        sum += fact(&p->restrictions[i].by, 8 + p->restrictions[i].stands);
    for (size_t i = 0; i < p->responsible_count; i++)
        sum += fact(&p->responsible[i].by, 10 + (uint64_t)p->responsible[i].service);
    for (size_t i = 0; i < p->death_count; i++)
        sum += fact(&p->deaths[i].by, 3);
    for (size_t i = 0; i < p->event_count; i++)
        sum += fact(&p->events[i].id,
                    20 + 2u * p->events[i].closed + (p->events[i].retracted ? 1u : 0u));
    return sum;
}

/* ---- who holds what (law 10) ---- */

#define HELD_MAX 400
static struct holding {
    uint16_t service;
    struct disclosure_id id;
    struct event_id event;
    bool is_taken_back;
} held[HELD_MAX];
static size_t held_count;

static struct holding *find_holding(uint16_t service, struct slice id)
{
    for (size_t i = 0; i < held_count; i++)
        if (held[i].service == service && slice_equal_text(id, held[i].id.text))
            return &held[i];
    return NULL;
}

/* A retraction is of something that its recipient holds, and carries nothing. */
static bool receive(const struct decision *d)
{
    const struct disclosure *got = &world.out.disclosures[d->disclosure];
    struct view v;
    struct slice body;
    uint64_t fingerprint;
    if (!wire_open(got->bytes, &fingerprint, &body, &world.e) ||
        !plan_view(catalogue_fingerprint(world.catalogue, fingerprint)->plan, &world.arena, body,
                   &v, &world.e) ||
        find_holding(d->to.n, slice_text(got->id.text)) || held_count == HELD_MAX)
        return false;
    if (!slice_equal_text(view_text_at(&v, "header.action"), "retracts")) {
        held[held_count++] = (struct holding){ d->to.n, got->id, d->event, false };
        return true;
    }
    struct holding *h = find_holding(d->to.n, view_text_at(&v, "header.original"));
    bool ok = h && !h->is_taken_back && categories_is_empty(&d->released);
    if (h)
        h->is_taken_back = true;
    return ok;
}

static bool receive_all(void)
{
    for (size_t i = 0; i < world.out.decision_count; i++)
        if (world.out.decisions[i].disclosure >= 0 && !receive(&world.out.decisions[i]))
            return false;
    return true;
}

/* What was taken back is taken back from everybody, and nothing else is. */
static bool is_settled(void)
{
    for (size_t n = 0; n < held_count; n++)
        for (size_t i = 0; i < world.facts.event_count; i++) {
            const struct episode_event *x = &world.facts.events[i];
            if (memcmp(x->id.b, held[n].event.b, ID_BYTES) == 0 &&
                held[n].is_taken_back != facts_taken_back(&world.facts, x))
                return false;
        }
    return true;
}

/* ---- telling it shuffled ---- */

static bool say(const struct story *s, int i)
{
    const struct told *t = &s->told[i];
    char fields[300], original[60] = "";
    if (t->target >= 0 && s->names)
        (void)snprintf(original, sizeof original, ";header.original=%032x", t->named + 1);
    (void)snprintf(fields, sizeof fields, "%s;at=%d;header.action=%s%s", kinds[t->kind].fields,
                   t->at, t->action, original);
    world.serial = (unsigned)i; /* its id is i + 1 in every order */
    return world_say(&world, kinds[t->kind].event, kinds[t->kind].source, fields);
}

static void shuffle(const struct story *s, int order[TOLD_MAX])
{
    for (int i = 0; i < s->count; i++)
        order[i] = i;
    for (int i = s->count - 1; i > 0; i--) {
        int j = (int)roll((unsigned)i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    /* Where originals are not named, they come before what takes them back. */
    for (int i = 0; !s->names && i < s->count; i++)
        for (int j = i + 1; j < s->count; j++)
            if (order[j] == s->told[order[i]].target) {
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
                i = -1;
                break;
            }
}

static void print_story(const struct story *s, const int *order, unsigned seed)
{
    printf("\nstory %u%s:\n", seed, s->names ? " (names originals)" : "");
    for (int n = 0; n < s->count; n++) {
        const struct told *t = &s->told[order[n]];
        printf("  %2d %-9s %-28s at %d", order[n] + 1, t->action, kinds[t->kind].event, t->at);
        printf(t->target < 0 ? "\n" : " of %d, named %d\n", t->target + 1, t->named + 1);
    }
}

/* Whether the story in that order leaves what the model says, and the same facts as before. */
static bool check_order(const struct story *s, const int *order, uint64_t *sum, size_t *shared)
{
    struct arena_saved saved = arena_save(&world.arena);
    world.facts = person_unknown;
    world.now_ms = T0 + 1000 * HOUR; /* after all has occurred */
    bool ok = true;
    held_count = 0;
    for (int i = 0; ok && i < s->count; i++)
        ok = say(s, order[i]) && receive_all();
    ok = ok && is_settled();
    *shared += held_count;
    uint64_t now = sum_facts();
    unsigned answers = ask_facts();
    if (answers != model(s))
        printf("answers %x, the model's %x", answers, model(s));
    ok = ok && answers == model(s) && (*sum == 0 || *sum == now);
    *sum = now;
    arena_rewind(&world.arena, saved);
    return ok;
}

static void facts_do_not_depend_on_the_order_of_arrival(void)
{
    const char *only = getenv("SEED");
    unsigned first = only ? (unsigned)strtoul(only, NULL, 10) : 1;
    size_t shared = 0;
    for (unsigned seed = first; seed < (only ? first + 1 : STORIES); seed++) {
        struct story s;
        int order[TOLD_MAX];
        uint64_t sum = 0;
        bool ok = true;
        make_story(&s, seed);
        for (int i = 0; i < s.count; i++)
            order[i] = i;
        for (int n = 0; ok && n < SHUFFLES; n++) {
            if (n > 0)
                shuffle(&s, order);
            ok = check_order(&s, order, &sum, &shared);
        }
        if (!ok)
            print_story(&s, order, seed);
        CU_ASSERT_FATAL(ok);
    }
    CU_ASSERT(only || shared > STORIES / 2); /* something was at stake */
}

static CU_TestInfo tests[] = {
    { "facts do not depend on the order of arrival, and retractions follow what was shared",
      facts_do_not_depend_on_the_order_of_arrival },
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo suite_order = { "order", NULL, NULL, world_setup, world_teardown, tests };
