/* ask_test.c - conditions asked once for everybody say what they say to each service alone. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/decide/truths.h"
#include "small.h"

static bool row_fits(struct truths *s, const struct facts_context *in, const struct when *w,
                     uint32_t ask)
{
    const uint8_t *row = truths_row(s, ask);
    bool same = row != NULL;
    for (uint16_t i = 0; same && i < in->bundle->service_count; i++) {
        struct facts_context alone = *in;
        alone.recipient = i;
        same = row[s->column[i]] == when_weigh(w->root, &alone);
    }
    return same;
}

static bool clause_fits(const struct clause *c, const struct facts_context *in)
{
    size_t first = 0;
    while (in->bundle->compiled->kind_base[first + 1] <= c->kinds[0])
        first++;
    return first == in->schema;
}

/* Every condition of the bundle's clauses about the event's type. */
static size_t compare_rows(const struct judge_input *event)
{
    const struct bundle *b = event->bundle;
    struct facts_context in = { .bundle = b,
                                .facts = event->facts,
                                .event = &event->event,
                                .schema = (size_t)bundle_schema(b, event->event.plan),
                                .decided_ms = event->decided_ms,
                                .arena = &world.arena };
    struct truths s;
    size_t compared = 0;
    CU_ASSERT_FATAL(truths_begin(&s, &in, &world.e));
    for (size_t i = 0; i < b->clause_count; i++) {
        if (!b->clauses[i].when || !clause_fits(&b->clauses[i], &in))
            continue;
        CU_ASSERT(row_fits(&s, &in, b->clauses[i].when, b->compiled->rules[i].when));
        compared++;
    }
    return compared;
}

static const char *const events[][3] = {
    { "HospitalStay.admitted", WARDS, "header.episode=V1;person.birth_date=1941-11-01" },
    { "SocialCare.package_started", TEAM, "header.episode=S1;service.provider=" ROTA },
    { "DischargePlan.referred", HUB, "referral.to=" TEAM },
    { "Homelessness.referred", HUB, "referral.chosen=" EASTWEX },
    { "HousingCase.adaptation_requested", HUB, "case.to=" GRANTS },
};

static void a_row_says_what_asking_about_each_service_says(void)
{
    size_t compared = 0;
    for (int twice = 0; twice < 2; twice++)
        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
            CU_ASSERT_FATAL(world_say(&world, events[i][0], events[i][1], events[i][2]));
            compared += compare_rows(&world.in);
        }
    CU_ASSERT(compared > 20);
}

/* Then there is no stranger who could stand for the others. */
static void it_does_so_when_the_facts_name_every_service(void)
{
    size_t n = world.bundle->service_count, compared = 0;
    struct consent_fact *list = ARENA_ARRAY(&world.arena, n, struct consent_fact);
    CU_ASSERT_FATAL(list != NULL);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct consent_fact){ .purpose = SLICE("housing-adaptation"),
                                         .recipient = (int32_t)i,
                                         .granted = i % 2 == 0,
                                         .occurred_ms = T0,
                                         .until_ms = NEVER_MS };
    world.facts.consents = list;
    world.facts.consent_count = n;
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct judge_input in;
        CU_ASSERT_FATAL(world_build(&world, events[i][0], events[i][1], events[i][2], &in));
        compared += compare_rows(&in);
    }
    CU_ASSERT(compared > 10);
}

static void equal_conditions_are_one_also_inside_others(void)
{
    static const char clauses[] =
        "  - {id: a, share: {HospitalStay: [admitted]}, from: acute-trust, to: adult-social-care,\n"
        "     release: [identity.name], when: 'known(recipient) && age() >= 18'}\n"
        "  - {id: b, share: {HospitalStay: [moved]}, from: acute-trust, to: adult-social-care,\n"
        "     release: [stay.times], when: 'known(recipient) && age() >= 18'}\n"
        "  - {id: c, share: {HospitalStay: [moved]}, from: acute-trust, to: adult-social-care,\n"
        "     release: [stay.site], when: '!(age() >= 18)'}\n";
    CU_ASSERT_FATAL(small_clauses(&(struct small_terms){ 0 }, clauses));
    const struct compiled *k = world.bundle->compiled;
    CU_ASSERT_EQUAL(k->rules[0].when, k->rules[1].when);
    CU_ASSERT_NOT_EQUAL(k->rules[0].when, k->rules[2].when);
    CU_ASSERT_EQUAL(k->ask_count, 4); /* known, age, both, not age */
}

static void a_gate_is_told_apart_by_its_rank(void)
{
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        int rank = reason_rank((enum reason)i);
        CU_ASSERT(rank >= 0 && rank < 256 - WEIGHT_ENDED);
        if (rank > 0)
            CU_ASSERT_EQUAL(reason_of_rank((unsigned)rank), i);
    }
    CU_ASSERT_EQUAL(reason_of_rank(0), REASON_NO_CLAUSE);
}

static void a_not_turns_a_weight_round(void)
{
    CU_ASSERT_EQUAL(weight_not(WEIGHT_UNKNOWN), WEIGHT_UNKNOWN);
    CU_ASSERT_EQUAL(weight_not(WEIGHT_TRUE_BUT(OBJECTION)), WEIGHT_FALSE(OBJECTION));
    CU_ASSERT(weight_is_true(weight_not(WEIGHT_FALSE(NO_CONSENT))));
    /* !(a && b) is !a || !b, with the same gate */
    for (unsigned a = 1; a < 256; a++)
        for (unsigned b = 1; b < 256; b++)
            if (weight_not(weight_lesser((uint8_t)a, (uint8_t)b)) !=
                weight_greater(weight_not((uint8_t)a), weight_not((uint8_t)b)))
                CU_FAIL("De Morgan");
}

static void a_name_is_found_among_many(void)
{
    enum { COUNT = 500 };
    struct slice *list = ARENA_ARRAY(&world.arena, COUNT + 1, struct slice);
    struct names names;
    CU_ASSERT_FATAL(list != NULL);
    for (int i = 0; i < COUNT; i++)
        list[i] = slice_text(arena_format(&world.arena, "agency-%d/service", i));
    list[COUNT] = list[7]; /* the first of equals is found */
    CU_ASSERT_FATAL(names_index(&names, &world.arena, list, sizeof *list, COUNT + 1));
    for (int i = 0; i < COUNT; i++)
        CU_ASSERT_EQUAL(names_find(&names, list[i]), i);
    CU_ASSERT_EQUAL(names_find(&names, SLICE("agency-500/service")), -1);
    CU_ASSERT_EQUAL(names_find(&(struct names){ 0 }, SLICE("a")), -1);
}

static CU_TestInfo tests[] = {
    { "a row says what asking about each service says",
      a_row_says_what_asking_about_each_service_says },
    { "it does so when the facts name every service",
      it_does_so_when_the_facts_name_every_service },
    { "equal conditions are one, also inside others", equal_conditions_are_one_also_inside_others },
    { "a gate is told apart by its rank", a_gate_is_told_apart_by_its_rank },
    { "a not turns a weight round, and tells the same gate", a_not_turns_a_weight_round },
    { "a name is found among many", a_name_is_found_among_many },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_ask = { "ask", NULL, NULL, world_setup, world_teardown, tests };
