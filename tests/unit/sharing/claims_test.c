/* claims_test.c - who claims a person must mean the one whom others mean.
 *
 * The region is the example's: hospital and council may use NHS numbers, the district may not. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/facts/claimed.h"
#include "sharing/rules/when.h"
#include "sharing/facts/person.h"
#include "sharing/judge/notice.h"
#include "world.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define BORN(hash) "header.identity_confidence=verified;header.birth_hash=" hash
#define STAY_BORN(hash) "header.episode=V1;stay.class=inpatient;" BORN(hash)
#define CASE_BORN(hash) "header.episode=C1;" BORN(hash)

static const char *outcome_of(const struct decision *d)
{
    return !d ? "(nothing)" : d->outcome == OUTCOME_DISCLOSE ? "disclose" : d->reason;
}

static bool caught_up(const char *service, const char *wanted)
{
    const char *got = outcome_of(world_decision(&world, service, true));
    if (strcmp(got, wanted) == 0)
        return true;
    printf("for %s: wanted %s to catch up, got %s\n", service, wanted, got);
    return false;
}

/* ---- one table: claimant's date, source's date, another's ---- */

struct row {
    const char *claim, *stay, *other; /* fields; NULL: that agency says nothing at all */
    const char *wanted;
};
static const struct row rows[] = {
    { CASE_BORN("aa"), STAY_BORN("aa"), NULL, "disclose" },
    { CASE_BORN("bb"), STAY_BORN("aa"), NULL, "identity-disagrees" },
    { "header.episode=C1", STAY_BORN("aa"), NULL, "identity-unverified" },
    { CASE_BORN("aa"), "header.episode=V1;stay.class=inpatient", NULL, "disclose" },
    { "header.episode=C1", "header.episode=V1;stay.class=inpatient", NULL, "disclose" },
    { CASE_BORN("aa"), "header.episode=V1;stay.class=inpatient", BORN("aa"), "disclose" },
    { CASE_BORN("aa"), "header.episode=V1;stay.class=inpatient", BORN("bb"), "identity-disagrees" },
    { "header.episode=C1", "header.episode=V1;stay.class=inpatient", BORN("bb"),
      "identity-unverified" },
    /* Where the two agree, what a third agency got wrong stops nothing between them. */
    { CASE_BORN("aa"), STAY_BORN("aa"), BORN("bb"), "disclose" },
    { CASE_BORN("bb"), STAY_BORN("aa"), BORN("bb"), "identity-disagrees" },
};

/* Three agencies speak in each of the six orders; what became of the admission is the same. */
static bool say_one(int who, const struct row *r)
{
    if (who == 0)
        return world_say(&world, "Caseload.declared", TEAM, r->claim);
    if (who == 1)
        return world_say(&world, "HospitalStay.admitted", WARDS, r->stay);
    return !r->other || world_say(&world, "Person.address_changed", EASTWEX, r->other);
}

static const char *held_reason(void)
{
    uint16_t team = (uint16_t)bundle_service(world.bundle, SLICE(TEAM));
    for (size_t i = 0; i < world.facts.hold_count; i++)
        if (world.facts.holds[i].service == team)
            return arena_text(&world.arena, world.facts.holds[i].reason);
    return NULL;
}

static bool comes_out_the_same(const struct row *r)
{
    static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    bool same = true;
    for (size_t n = 0; n < 6; n++) {
        bool sent = false;
        world.facts = person_unknown;
        for (int i = 0; i < 3; i++) {
            if (!say_one(orders[n][i], r))
                return false;
            sent |= world_count(&world, TEAM) > 0;
        }
        /* What was sent before another's date came is not called back; it may wait at its door. */
        bool late = orders[n][2] == 2 && r->other && strcmp(r->wanted, "disclose") != 0 && sent;
        const char *reason = held_reason(), *got = sent ? "disclose" : reason ? reason : "nothing";
        bool good = late || strcmp(got, r->wanted) == 0;
        if (!good)
            printf("row %zu, order %zu: wanted %s, got %s\n", (size_t)(r - rows), n, r->wanted,
                   got);
        same &= good;
    }
    return same;
}

static void the_birth_dates_decide_in_every_order_of_arrival(void)
{
    int third = bundle_agency(world.bundle, SLICE("eastwex-district"));
    CU_ASSERT_FATAL(third >= 0);
    /* The example has two agencies that may use NHS numbers; here it has three. */
    struct agency *agencies = (struct agency *)(uintptr_t)world.bundle->agencies;
    agencies[third].entitled = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT(comes_out_the_same(&rows[i]));
    agencies[third].entitled = false;
}

/* ---- how it ends ---- */

static void a_correction_of_the_claimant_lets_go_what_waited(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, TEAM, "identity-disagrees"));
    SAY("HospitalStay.expected_discharge_changed", WARDS, STAY_BORN("aa"));
    SAY("HospitalStay.expected_discharge_changed", WARDS, STAY_BORN("aa"));
    CU_ASSERT_EQUAL(world.facts.hold_count, 3);
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 3); /* also what a later one of its kind followed */
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
}

static void a_correction_of_the_source_lets_go_what_waited(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("bb"));
    CU_ASSERT(world_decided(&world, TEAM, "identity-disagrees"));
    SAY("HospitalStay.moved", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    CU_ASSERT(caught_up(TEAM, "disclose"));
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
}

static void a_claim_that_is_taken_back_takes_its_birth_date_along(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    SAY("Caseload.declared", TEAM, "at=200;" CASE_BORN("bb"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, TEAM, "identity-disagrees"));
    SAY("Caseload.declared", TEAM, "at=200;header.action=retracts;" CASE_BORN("bb"));
    CU_ASSERT(caught_up(TEAM, "disclose"));
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
}

static void what_waits_says_how_it_is_in_doubt_now(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1");
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, TEAM, "identity-unverified"));
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    CU_ASSERT(caught_up(TEAM, "identity-disagrees"));
    CU_ASSERT_EQUAL(world.facts.hold_count, 1);
    CU_ASSERT_STRING_EQUAL(held_reason(), "identity-disagrees");
}

static void a_named_person_lets_one_event_go(void)
{
    struct judge_input in;
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    CU_ASSERT_EQUAL_FATAL(world.facts.hold_count, 1);
    struct hold hold = world.facts.holds[0];
    in = world.in;
    in.facts = &world.facts;
    in.release = &hold;
    CU_ASSERT_FATAL(world_judge(&world, &in, &world.out));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT_EQUAL(world.out.after->hold_count, 0);
    SAY("HospitalStay.moved", WARDS, STAY_BORN("aa")); /* the doubt itself stands */
    CU_ASSERT(world_decided(&world, TEAM, "identity-disagrees"));
}

/* The team has mistyped a number: somebody else's stay is held for it, until it says so. */
static void hold_for_the_wrong_person(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    SAY("HospitalStay.moved", WARDS, STAY_BORN("aa"));
    SAY("HospitalStay.moved", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, TEAM, "identity-disagrees"));
    CU_ASSERT_EQUAL(world.facts.hold_count, 3);
}

static void a_claim_that_is_taken_back_ends_what_waited_for_it(void)
{
    hold_for_the_wrong_person();
    SAY("Caseload.declared", TEAM, "header.action=retracts;" CASE_BORN("bb"));
    CU_ASSERT(caught_up(TEAM, "no-relationship"));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
}

static void a_claim_that_ends_ends_what_waited_for_it(void)
{
    hold_for_the_wrong_person();
    SAY("Caseload.ended", TEAM, CASE_BORN("bb"));
    CU_ASSERT(caught_up(TEAM, "no-relationship"));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    CU_ASSERT_EQUAL(world.facts.hold_count, 0);
    SAY("HospitalStay.moved", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, TEAM, "no-relationship"));
}

/* And the person it meant is judged: whatever stands of them catches up. */
static void under_the_right_number_the_claim_counts(void)
{
    hold_for_the_wrong_person();
    SAY("Caseload.declared", TEAM, "header.action=retracts;" CASE_BORN("bb"));
    world.facts = person_unknown;
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("bb"));
    CU_ASSERT(world_decided(&world, TEAM, "no-relationship"));
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    CU_ASSERT(caught_up(TEAM, "disclose"));
}

static void another_claim_in_doubt_goes_on_holding(void)
{
    hold_for_the_wrong_person();
    SAY("Caseload.declared", TEAM, "header.episode=C2;" BORN("bb"));
    SAY("Caseload.ended", TEAM, CASE_BORN("bb"));
    CU_ASSERT_EQUAL(world.facts.hold_count, 3);
}

/* ---- what waits at a door (law 6) ---- */

/* Whether the last event told that door that the disclosure waits. */
static bool waits(const char *service, const struct disclosure_id *id)
{
    struct notice_view n;
    CU_ASSERT_FATAL(world_notice(&world, service, &n));
    return slices_have(n.waiting, n.waiting_count, id->text);
}

static struct disclosure_id sent_admission(const char *born)
{
    struct view v;
    const struct disclosure *d = NULL;
    CU_ASSERT_FATAL(world_say(&world, "HospitalStay.admitted", WARDS, born));
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    return d->id;
}

static void what_is_queued_waits_from_a_disagreement_to_its_end(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    struct disclosure_id first = sent_admission(STAY_BORN("aa"));
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    CU_ASSERT(waits(TEAM, &first));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    CU_ASSERT_FALSE(waits(TEAM, &first));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0); /* the door has it: it is not sent twice */
}

static void what_the_source_corrects_makes_the_claimant_wait(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    struct disclosure_id first = sent_admission(STAY_BORN("aa"));
    SAY("HospitalStay.moved", WARDS, STAY_BORN("bb"));
    CU_ASSERT(world_decided(&world, TEAM, "identity-disagrees"));
    CU_ASSERT(waits(TEAM, &first));
}

/* Of one kind only the last two are kept as they came. */
static void of_many_of_a_kind_all_wait(void)
{
    struct notice_view n;
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    for (int i = 0; i < 4; i++)
        SAY("HospitalStay.moved", WARDS, STAY_BORN("aa"));
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT_EQUAL(n.waiting_count, 4);
    CU_ASSERT_EQUAL(world.facts.hold_count, 0); /* each is a disclosure as before, and no hold */
}

static void what_rests_on_another_word_does_not_wait(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";header.episode=D1;" BORN("aa"));
    struct disclosure_id first = sent_admission(STAY_BORN("aa"));
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    CU_ASSERT_FALSE(waits(TEAM, &first));
}

static void what_a_named_person_let_go_waits_for_a_later_doubt_alone(void)
{
    static const struct unread_message seen = { .agency = SLICE_INIT("wexbridge-hospital"),
                                                .feed = SLICE_INIT("adt"),
                                                .code = SLICE_INIT("map.value") };
    struct judge_input in;
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    struct hold hold = world.facts.holds[0];
    in = world.in;
    in.facts = &world.facts;
    in.release = &hold;
    CU_ASSERT_FATAL(world_judge(&world, &in, &world.out) && world.out.disclosure_count == 1);
    struct disclosure_id first = world.out.disclosures[0].id;
    world.facts = *world.out.after;
    for (int i = 0; i < 2; i++) {
        SAY("Consent.granted", HUB,
            "consent.purpose=individual-care;header.episode=X1;" BORN("aa"));
        CU_ASSERT_FALSE(waits(TEAM, &first));
    }
    in = world.in;
    in.facts = &world.facts;
    const struct event_id sign = { { 1 } };
    CU_ASSERT_FATAL(judge_unread(&in, &seen, &sign, &world.arena, &world.out, &world.e));
    CU_ASSERT(waits(TEAM, &first));
}

/* ---- what a claim in doubt does not do ---- */

static void the_word_of_the_hub_needs_no_birth_date_of_the_team(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";header.episode=D1;" BORN("aa"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

static void a_provider_named_by_mistake_gets_nothing(void)
{
    SAY("SocialCare.package_started", TEAM,
        "service.provider=" ROTA ";header.episode=S1;" BORN("bb"));
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    CU_ASSERT(world_decided(&world, ROTA, "identity-disagrees"));
}

static void a_mistyped_number_takes_nobody_elses_responsibility(void)
{
    static const struct birth_fact births[] = { { 0, SLICE_INIT("aa"), 0, { { 1 } } },
                                                { 1, SLICE_INIT("bb"), 0, { { 2 } } } };
    const uint16_t team = (uint16_t)bundle_service(world.bundle, SLICE(TEAM)),
                   other = (uint16_t)bundle_service(world.bundle, SLICE(HUB));
    const struct responsible_fact words[] = { { .function = SLICE("adult-social-care"),
                                                .service = other,
                                                .occurred_ms = 1,
                                                .source = SLICE(HUB) },
                                              { .function = SLICE("adult-social-care"),
                                                .service = team,
                                                .occurred_ms = 2,
                                                .source = SLICE(TEAM) } };
    const struct person p = {
        .births = births, .birth_count = 2, .responsible = words, .responsible_count = 2
    };
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    const struct facts_context in = {
        .bundle = world.bundle, .facts = &p, .event = &world.in.event, .source = other
    };
    CU_ASSERT_STRING_EQUAL(arena_text(&world.arena, world.bundle->agencies[1].name),
                           "wexshire-council");
    CU_ASSERT_EQUAL(facts_responsible(&in, words[0].function, team), TRUTH_UNKNOWN);
    CU_ASSERT_EQUAL(facts_responsible(&in, words[0].function, other), TRUTH_TRUE);
}

/* That the last two of them agree makes the three no word of one mind, in whatever order they
 * stand. */
static void of_three_words_of_one_moment_two_are_not_the_answer(void)
{
    const int hub = bundle_service(world.bundle, SLICE(HUB)),
              team = bundle_service(world.bundle, SLICE(TEAM));
    const uint16_t who = (uint16_t)team;
    for (int odd = 0; odd < 3; odd++) {
        struct responsible_fact words[3];
        for (int i = 0; i < 3; i++)
            words[i] = (struct responsible_fact){ .function = SLICE("adult-social-care"),
                                                  .occurred_ms = 7,
                                                  .service = i == odd ? hub : team,
                                                  .source = SLICE(HUB) };
        const struct person p = { .responsible = words, .responsible_count = 3 };
        const struct facts_context in = { .bundle = world.bundle,
                                          .facts = &p,
                                          .all_claims_count = true };
        CU_ASSERT_EQUAL(facts_responsible(&in, words[0].function, who), TRUTH_UNKNOWN);
        words[odd].occurred_ms = 6;
        CU_ASSERT_EQUAL(facts_responsible(&in, words[0].function, who), TRUTH_TRUE);
    }
}

/* ---- what is told of claims ---- */

static const struct claim_change *change_of(const char *service)
{
    int n = bundle_service(world.bundle, slice_text(service));
    for (size_t i = 0; i < world.out.claim_count; i++)
        if (world.out.claims[i].service == n)
            return &world.out.claims[i];
    return NULL;
}

static bool changed(const char *service, enum claim_state before, enum claim_state after,
                    uint32_t at_once)
{
    const struct claim_change *c = change_of(service);
    return c && c->before == before && c->after == after && c->caught_up == at_once;
}

static void each_change_of_a_claim_is_told(void)
{
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    CU_ASSERT(changed(WARDS, CLAIM_NONE, CLAIM_UNCHECKED, 0));
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    CU_ASSERT(changed(TEAM, CLAIM_NONE, CLAIM_AGREES, 1));
    CU_ASSERT(changed(WARDS, CLAIM_UNCHECKED, CLAIM_AGREES, 0));
    SAY("HospitalStay.moved", WARDS, STAY_BORN("bb"));
    CU_ASSERT(changed(TEAM, CLAIM_AGREES, CLAIM_DISAGREES, 0));
    SAY("HospitalStay.moved", WARDS, STAY_BORN("bb"));
    CU_ASSERT_EQUAL(world.out.claim_count, 0);
    SAY("Caseload.ended", TEAM, CASE_BORN("bb"));
    CU_ASSERT(changed(TEAM, CLAIM_DISAGREES, CLAIM_NONE, 0));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";header.episode=D1;" BORN("bb"));
    CU_ASSERT_PTR_NULL(change_of(TEAM)); /* named by another: no word of its own */
}

/* ---- agencies without NHS numbers ---- */

#define REFERENCE                                                                                  \
    "subject.reference=5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a;header.identity_confidence=verified"

static const char *tenancy(const char *how)
{
    static const char clause[] = "HousingCase.tenancy_started";
    CU_ASSERT(world_say(&world, clause, "wexbridge-district/repairs", how));
    const struct facts_context in = { .bundle = world.bundle,
                                      .facts = &world.facts,
                                      .event = &world.in.event,
                                      .source =
                                          (uint16_t)bundle_service(world.bundle, SLICE(WARDS)) };
    enum truth t =
        facts_related(&in, SLICE("tenancy"),
                      (uint16_t)bundle_service(world.bundle, SLICE("wexbridge-district/repairs")));
    return t == TRUTH_TRUE ? "counts" : t == TRUTH_UNKNOWN ? "is held" : "is not there";
}

static void a_landlords_claim_counts_by_a_link_only(void)
{
    CU_ASSERT_STRING_EQUAL(tenancy("header.episode=T1;" BORN("aa")), "is held");
    CU_ASSERT_STRING_EQUAL(tenancy("header.episode=T2;" REFERENCE), "counts");
}

/* What others claim of the same landlord: who holds the region's key bears it out, who has a link,
 * or is the source itself, does not. */
static void only_who_may_use_numbers_bears_a_claim_out(void)
{
    const uint16_t district = (uint16_t)bundle_agency(world.bundle, SLICE("wexbridge-district")),
                   eastwex = (uint16_t)bundle_agency(world.bundle, SLICE("eastwex-district")),
                   council = (uint16_t)bundle_agency(world.bundle, SLICE("wexshire-council")),
                   repairs =
                       (uint16_t)bundle_service(world.bundle, SLICE("wexbridge-district/repairs")),
                   other = (uint16_t)bundle_service(world.bundle, SLICE(HUB));
    const int hospital = world.bundle->services[bundle_service(world.bundle, SLICE(WARDS))].agency;
    const struct row {
        struct relationship by;
        int source;
        bool linked, counts;
    } rows_[] = {
        { { .agency = council, .with = repairs, .is_open = true }, hospital, false, true },
        { { .agency = council, .with = repairs }, hospital, false, false },
        { { .agency = council, .with = other, .is_open = true }, hospital, false, false },
        { { .agency = eastwex, .with = repairs, .is_open = true }, hospital, true, false },
        { { .agency = eastwex, .with = repairs, .is_open = true }, eastwex, false, false },
    };
    CU_ASSERT_FALSE_FATAL(world.bundle->agencies[district].entitled ||
                          world.bundle->agencies[eastwex].entitled);
    for (size_t i = 0; i < sizeof rows_ / sizeof rows_[0]; i++) {
        const struct birth_fact link = { .agency = eastwex };
        const struct relationship all[] = {
            { .agency = district, .with = repairs, .is_open = true }, rows_[i].by
        };
        const struct person p = { .relationships = all,
                                  .relationship_count = 2,
                                  .births = &link,
                                  .birth_count = rows_[i].linked };
        enum claimed wanted = rows_[i].counts ? CLAIMED_COUNTS : CLAIMED_UNVERIFIED;
        CU_ASSERT_EQUAL(claimed_relationship(world.bundle, &p, &all[0], rows_[i].source), wanted);
    }
}

static CU_TestInfo tests[] = {
    { "the birth dates decide, in every order of arrival",
      the_birth_dates_decide_in_every_order_of_arrival },
    { "a correction of the claimant lets go what waited",
      a_correction_of_the_claimant_lets_go_what_waited },
    { "a correction of the source lets go what waited",
      a_correction_of_the_source_lets_go_what_waited },
    { "a claim that is taken back takes its birth date along",
      a_claim_that_is_taken_back_takes_its_birth_date_along },
    { "a claim that is taken back ends what waited for it",
      a_claim_that_is_taken_back_ends_what_waited_for_it },
    { "a claim that ends ends what waited for it", a_claim_that_ends_ends_what_waited_for_it },
    { "under the right number the claim counts", under_the_right_number_the_claim_counts },
    { "another claim in doubt goes on holding", another_claim_in_doubt_goes_on_holding },
    { "what waits says how it is in doubt now", what_waits_says_how_it_is_in_doubt_now },
    { "a named person lets one event go", a_named_person_lets_one_event_go },
    { "law 6: what is queued waits from a disagreement to its end",
      what_is_queued_waits_from_a_disagreement_to_its_end },
    { "law 6: what the source corrects makes the claimant wait",
      what_the_source_corrects_makes_the_claimant_wait },
    { "law 6: of many of a kind all wait", of_many_of_a_kind_all_wait },
    { "law 6: what rests on another word does not wait", what_rests_on_another_word_does_not_wait },
    { "law 6: what a named person let go waits for a later doubt alone",
      what_a_named_person_let_go_waits_for_a_later_doubt_alone },
    { "the word of the hub needs no birth date of the team",
      the_word_of_the_hub_needs_no_birth_date_of_the_team },
    { "a provider named by mistake gets nothing", a_provider_named_by_mistake_gets_nothing },
    { "a mistyped number takes nobody else's responsibility",
      a_mistyped_number_takes_nobody_elses_responsibility },
    { "of three words of one moment two are not the answer",
      of_three_words_of_one_moment_two_are_not_the_answer },
    { "each change of a claim is told", each_change_of_a_claim_is_told },
    { "a landlord's claim counts by a link only", a_landlords_claim_counts_by_a_link_only },
    { "only who may use numbers bears a claim out", only_who_may_use_numbers_bears_a_claim_out },
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo suite_claims = { "claims", NULL, NULL, world_setup, world_teardown, tests };
