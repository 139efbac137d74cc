/* waiting_test.c - what is queued and waits at its door (law 6): until when, and what becomes of
 * it. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/facts/draft.h"
#include "sharing/facts/person.h"
#include "sharing/judge/notice.h"
#include "sharing/judge/run.h"
#include "world.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define BORN(hash) "header.identity_confidence=verified;header.birth_hash=" hash
#define STAY "header.episode=V1;stay.class=inpatient"
#define STAY_BORN(hash) STAY ";" BORN(hash)
#define CASE_BORN(hash) "header.episode=C1;" BORN(hash)
#define TAKE_BACK "header.action=retracts;"

/* "waits", "withdrawn" (cancelled, whatever may have arrived), "cancelled", "goes"; "-": no
 * notice. */
static const char *at_door(const struct disclosure_id *id)
{
    struct notice_view n;
    if (!world_notice(&world, TEAM, &n))
        return "-";
    bool waits = slices_have(n.waiting, n.waiting_count, id->text),
         cancelled = slices_have(n.cancelled, n.cancelled_count, id->text);
    return waits && cancelled ? "withdrawn" : waits ? "waits" : cancelled ? "cancelled" : "goes";
}

static struct disclosure_id sent(const char *event, const char *fields)
{
    struct view v;
    const struct disclosure *d = NULL;
    SAY(event, WARDS, fields);
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &d));
    return d->id;
}

/* The team has mistyped a number: of nobody else a birth date is known, so its claim counts
 * unchecked, and a stranger's admission goes to it; then the hospital tells the birth date. */
static struct disclosure_id queue_a_strangers(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    struct disclosure_id d = sent("HospitalStay.admitted", STAY);
    SAY("HospitalStay.registered", WARDS, STAY_BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "waits");
    return d;
}

static void withdraw(void)
{
    SAY("Caseload.declared", TEAM, TAKE_BACK CASE_BORN("bb"));
}

/* ---- a doubt that ends in a no ---- */

static void what_waited_is_withdrawn_with_the_claim(void)
{
    struct disclosure_id d = queue_a_strangers();
    withdraw();
    CU_ASSERT_STRING_EQUAL(at_door(&d), "withdrawn");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("Consent.granted", HUB, "consent.purpose=individual-care;header.episode=X1;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "withdrawn"); /* and stays so */
}

static void what_waited_is_withdrawn_when_the_claim_ends(void)
{
    struct disclosure_id d = queue_a_strangers();
    SAY("Caseload.ended", TEAM, CASE_BORN("bb"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "withdrawn");
}

static void a_doubt_that_ends_in_a_yes_lets_it_go(void)
{
    struct disclosure_id d = queue_a_strangers();
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "goes");
    SAY("Caseload.ended", TEAM, CASE_BORN("aa")); /* an end calls nothing back */
    SAY("Consent.granted", HUB, "consent.purpose=individual-care;header.episode=X1;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "goes");
}

/* Of one kind only the last two are kept as they came. */
static void so_is_what_is_on_file_no_more_as_a_whole(void)
{
    struct disclosure_id d[4];
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    for (int i = 0; i < 4; i++)
        d[i] = sent("HospitalStay.moved", STAY);
    SAY("HospitalStay.registered", WARDS, STAY_BORN("aa"));
    for (int i = 0; i < 4; i++)
        CU_ASSERT_STRING_EQUAL(at_door(&d[i]), "waits");
    SAY("Caseload.ended", TEAM, CASE_BORN("bb"));
    for (int i = 0; i < 4; i++)
        CU_ASSERT_STRING_EQUAL(at_door(&d[i]), "withdrawn");
}

static void so_is_one_of_which_nothing_is_on_file_as_a_whole(void)
{
    struct disclosure_id d = queue_a_strangers();
    for (size_t i = 0; i < world.facts.event_count; i++)
        ((struct episode_event *)(uintptr_t)&world.facts.events[i])->bytes = (struct slice){ 0 };
    withdraw();
    CU_ASSERT_STRING_EQUAL(at_door(&d), "withdrawn");
}

static void what_was_withdrawn_goes_anew_to_whoever_claims_rightly(void)
{
    struct view v;
    const struct disclosure *again = NULL;
    struct disclosure_id d = queue_a_strangers();
    withdraw();
    SAY("Caseload.declared", TEAM, "header.episode=C2;" BORN("aa"));
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, &again));
    CU_ASSERT_STRING_NOT_EQUAL(again->id.text, d.text);
    SAY("Consent.granted", HUB, "consent.purpose=individual-care;header.episode=X1;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "withdrawn");
    CU_ASSERT_STRING_EQUAL(at_door(&again->id), "goes");
    SAY("Caseload.declared", TEAM, "header.episode=C3;" BORN("aa"));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0); /* once */
}

/* What may have arrived goes again before its retraction; not so what would be held. */
static void what_waits_and_is_taken_back_never_leaves(void)
{
    struct disclosure_id d = queue_a_strangers();
    SAY("HospitalStay.admitted", WARDS, TAKE_BACK STAY);
    CU_ASSERT_STRING_EQUAL(at_door(&d), "withdrawn");
}

static void what_was_taken_back_in_no_doubt_is_cancelled_alone(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    struct disclosure_id d = sent("HospitalStay.admitted", STAY_BORN("aa"));
    SAY("HospitalStay.admitted", WARDS, TAKE_BACK STAY_BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "cancelled");
}

/* ---- who hears of it ---- */

/* The word on who is responsible outlives the case; another's takes its place. */
static void a_word_of_who_is_responsible_tells_the_doors(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    struct disclosure_id d = sent("HospitalStay.admitted", STAY_BORN("aa"));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";header.episode=D1;" BORN("aa"));
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "goes"); /* the hub says the same */
    SAY("DischargePlan.referred", HUB,
        TAKE_BACK "referral.to=" TEAM ";header.episode=D1;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "waits");
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";header.episode=D2;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "goes");
}

static void claims_that_come_and_go_in_no_doubt_tell_no_door(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    struct disclosure_id d = sent("HospitalStay.admitted", STAY_BORN("aa"));
    SAY("DischargePlan.referred", HUB, "referral.to=" TEAM ";header.episode=D1;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "-");
    SAY("Caseload.ended", TEAM, CASE_BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "-");
}

/* Who has had nothing, and knows the person no more, is told nothing of them. */
static void who_knows_the_person_no_more_hears_of_nothing(void)
{
    struct notice_view n;
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    SAY("Restriction.raised", WARDS, "restriction.kind=location");
    CU_ASSERT(world_notice(&world, TEAM, &n));
    SAY("Caseload.ended", TEAM, CASE_BORN("aa"));
    CU_ASSERT_EQUAL(world.facts.relationship_count, 1); /* and it is on file yet */
    SAY("Restriction.lifted", WARDS, "restriction.kind=location");
    CU_ASSERT_FALSE(world_notice(&world, TEAM, &n));
}

/* What went by a claim that has ended since never waited: another's doubt does not call it back. */
static void what_did_not_wait_is_not_withdrawn(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
    struct disclosure_id d = sent("HospitalStay.admitted", STAY_BORN("aa"));
    SAY("Caseload.ended", TEAM, CASE_BORN("aa"));
    SAY("HousingCase.tenancy_started", "wexbridge-district/repairs",
        "header.episode=T1;" BORN("aa"));
    SAY("Consent.granted", HUB, "consent.purpose=individual-care;header.episode=X1;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "goes");
}

/* ---- what named people let go ---- */

static struct disclosure_id let_go(const char *reason)
{
    struct judge_input in = world.in;
    CU_ASSERT_EQUAL_FATAL(world.facts.hold_count, 1);
    struct hold hold = world.facts.holds[0];
    hold.reason = slice_text(reason);
    in.facts = &world.facts;
    in.release = &hold;
    CU_ASSERT_FATAL(world_judge(&world, &in, &world.out) && world.out.disclosure_count == 1);
    struct disclosure_id d = world.out.disclosures[0].id;
    world.facts = *world.out.after;
    return d;
}

static void what_was_let_go_waits_for_a_doubt_that_is_new(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1");
    SAY("HospitalStay.admitted", WARDS, STAY_BORN("aa"));
    struct disclosure_id d = let_go("identity-unverified");
    SAY("Caseload.declared", TEAM, "header.episode=C2");
    CU_ASSERT_STRING_EQUAL(at_door(&d), "goes"); /* the doubt is the one that was known */
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "waits");
}

static void what_is_let_go_by_the_act_that_makes_the_doubt_goes(void)
{
    SAY("Caseload.declared", TEAM, CASE_BORN("bb"));
    SAY("HospitalStay.admitted", WARDS,
        "header.episode=V1;stay.class=inpatient;"
        "header.identity_confidence=unverified;header.birth_hash=aa");
    CU_ASSERT_FATAL(world.facts.hold_count > 0);
    struct judge_input in = world.in;
    struct hold hold = world.facts.holds[0];
    for (size_t i = 0; i < world.facts.hold_count; i++)
        if (world.facts.holds[i].service == bundle_service(world.bundle, SLICE(TEAM)))
            hold = world.facts.holds[i];
    in.facts = &world.facts;
    in.release = &hold;
    CU_ASSERT_FATAL(world_judge(&world, &in, &world.out));
    CU_ASSERT_EQUAL_FATAL(world.out.disclosure_count, 1);
    struct disclosure_id d = world.out.disclosures[0].id;
    CU_ASSERT_STRING_NOT_EQUAL(at_door(&d), "waits");
}

/* Of one event each service's is let go by an act of its own. */
static void what_one_act_lets_go_is_of_one_service(void)
{
    const struct event_id events[] = { { { 1 } }, { { 2 } } };
    struct receiver receivers[2][2] = {
        { { .service = 0, .let_go = true }, { .service = 1, .let_go = true } },
        { { .service = 0, .let_go = true }, { .service = 1, .let_go = true } }
    };
    const struct episode_event list[] = {
        { .id = events[0], .receivers = receivers[0], .receiver_count = 2 },
        { .id = events[1], .receivers = receivers[1], .receiver_count = 2 }
    };
    const struct person facts = { .events = list, .event_count = 2 };
    const struct hold now = { .event = events[0], .service = 1 };
    const struct judge_input in = { .bundle = world.bundle, .facts = &facts, .release = &now };
    struct run r;
    CU_ASSERT_FATAL(run_begin(&r, &in, &world.arena, &world.e) && run_forget_let_go(&r));
    const struct episode_event *after = r.draft.events.items;
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(after[i / 2].receivers[i % 2].let_go, i == 1);
}

static size_t holds_for_team(void)
{
    size_t n = 0;
    for (size_t i = 0; i < world.facts.hold_count; i++)
        n += world.facts.holds[i].service == bundle_service(world.bundle, SLICE(TEAM));
    return n;
}

/* A correction may bring a refusal upon what was reopened: then no person's release is waited
 * for. */
static void what_is_refused_does_not_wait_though_it_was_reopened(void)
{
    for (int refused = 0; refused < 2; refused++) {
        world.facts = person_unknown;
        SAY("Caseload.declared", TEAM, CASE_BORN("aa"));
        SAY("HospitalStay.admitted", WARDS,
            "header.episode=V1;stay.class=inpatient;"
            "header.identity_confidence=unverified;header.birth_hash=cc");
        CU_ASSERT_EQUAL_FATAL(holds_for_team(), 1);
        for (size_t i = 0; i < world.facts.hold_count; i++)
            ((struct hold *)(uintptr_t)&world.facts.holds[i])->reopened = true;
        const struct event_id *event = &world.facts.holds[0].event;
        const struct refusal no = { .service = SLICE(TEAM),
                                    .agency = SLICE("wexbridge-hospital"),
                                    .event = *event,
                                    .by = SLICE("Sam Okoro"),
                                    .versions = slice_of(event->b, ID_BYTES) };
        world.facts.refusals = &no;
        world.facts.refusal_count = (size_t)refused;
        SAY("HospitalStay.registered", WARDS, "header.episode=V2;" BORN("cc"));
        CU_ASSERT_EQUAL(holds_for_team(), !refused);
        CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    }
}

/* ---- limits ---- */

static void what_waits_outlives_every_limit(void)
{
    struct disclosure_id d = queue_a_strangers();
    for (unsigned i = 0; i < EVENTS_MAX + 8; i++)
        SAY("HospitalStay.registered", WARDS, "header.episode=V7;");
    CU_ASSERT_EQUAL(world.facts.event_count, EVENTS_MAX + 1); /* and the claim */
    SAY("HospitalStay.discharged", WARDS, STAY);
    world.now_ms += 200 * 24 * HOUR;
    SAY("Consent.granted", HUB, "consent.purpose=individual-care;header.episode=X1;" BORN("aa"));
    CU_ASSERT_STRING_EQUAL(at_door(&d), "waits");
    withdraw();
    CU_ASSERT_STRING_EQUAL(at_door(&d), "withdrawn");
}

static size_t count_of(const struct draft *d, const char *kind)
{
    const struct episode_event *x = d->events.items;
    size_t n = 0;
    for (size_t i = 0; i < d->events.count; i++)
        n += slice_equal_text(x[i].kind, kind);
    return n;
}

/* The discharge is what a clause counts its days from. */
static void a_record_that_is_too_big_keeps_what_waits_and_what_days_count_from(void)
{
    struct draft d;
    (void)queue_a_strangers();
    uint16_t hospital = world.bundle->services[bundle_service(world.bundle, SLICE(WARDS))].agency;
    SAY("HospitalStay.discharged", WARDS, "header.episode=V2;" BORN("aa"));
    world.facts.hold_count = 0;
    CU_ASSERT_FATAL(draft_init(&d, &world.arena, &world.facts, &world.e));
    for (int i = 0; i < 8; i++)
        CU_ASSERT_FATAL(draft_shrink(&d, world.bundle, hospital, SIZE_MAX, &world.e));
    CU_ASSERT_EQUAL(count_of(&d, "admitted"), 1);
    CU_ASSERT_EQUAL(count_of(&d, "discharged"), 1);
    CU_ASSERT_EQUAL(count_of(&d, "registered"), 0);
}

static CU_TestInfo tests[] = {
    { "law 6: what waited is withdrawn with the claim", what_waited_is_withdrawn_with_the_claim },
    { "law 6: what waited is withdrawn when the claim ends",
      what_waited_is_withdrawn_when_the_claim_ends },
    { "law 6: a doubt that ends in a yes lets it go", a_doubt_that_ends_in_a_yes_lets_it_go },
    { "law 6: so is what is on file no more as a whole", so_is_what_is_on_file_no_more_as_a_whole },
    { "law 6: so is one of which nothing like it is on file as a whole",
      so_is_one_of_which_nothing_is_on_file_as_a_whole },
    { "law 9: what was withdrawn goes anew to whoever claims rightly",
      what_was_withdrawn_goes_anew_to_whoever_claims_rightly },
    { "law 6: what waits and is taken back never leaves",
      what_waits_and_is_taken_back_never_leaves },
    { "law 10: what was taken back in no doubt is cancelled alone",
      what_was_taken_back_in_no_doubt_is_cancelled_alone },
    { "law 6: a word of who is responsible tells the doors",
      a_word_of_who_is_responsible_tells_the_doors },
    { "law 6: claims that come and go in no doubt tell no door",
      claims_that_come_and_go_in_no_doubt_tell_no_door },
    { "law 6: who knows the person no more hears of nothing",
      who_knows_the_person_no_more_hears_of_nothing },
    { "law 6: what did not wait is not withdrawn", what_did_not_wait_is_not_withdrawn },
    { "law 6: what was let go waits for a doubt that is new",
      what_was_let_go_waits_for_a_doubt_that_is_new },
    { "law 6: what is let go by the act that makes the doubt goes",
      what_is_let_go_by_the_act_that_makes_the_doubt_goes },
    { "law 6: what one act lets go is of one service", what_one_act_lets_go_is_of_one_service },
    { "law 13: what is refused does not wait though it was reopened",
      what_is_refused_does_not_wait_though_it_was_reopened },
    { "law 6: what waits outlives every limit", what_waits_outlives_every_limit },
    { "a record that is too big keeps what waits, and what days count from",
      a_record_that_is_too_big_keeps_what_waits_and_what_days_count_from },
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo suite_waiting = { "waiting", NULL, NULL, world_setup, world_teardown, tests };
