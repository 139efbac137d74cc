/* refusal_test.c - what a named person refused lasts, whatever comes, until people reopen it. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/facts/person.h"
#include "sharing/facts/refusal.h"
#include "record/wire.h"
#include "sharing/judge/judge.h"
#include "small.h"

#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define DAY (24 * HOUR)
#define STAY "header.episode=V1;name=TESTPATIENT;stay.ward=ELM;stay.site=ZX9;"
#define ORIGINAL "header.original="

/* Whatever a rule would let go goes to whoever knows the person; nobody knows who is
 * responsible. */
static const char clauses[] = "  - id: one\n"
                              "    share: {HospitalStay: [admitted, moved, discharged]}\n"
                              "    from: [acute-trust, care-transfer-hub]\n"
                              "    to: [adult-social-care, care-provider]\n"
                              "    when: responsible(recipient, \"adult-social-care\")\n"
                              "    release: [stay]\n";

static struct event_id last_id(void)
{
    struct event_id id = { { 0 } };
    CU_ASSERT(id_from_hex(view_text(&world.in.event, (size_t)plan_header(world.in.event.plan)->id),
                          id.b));
    return id;
}

static bool is_decided(const struct event_id *id, const char *service, const char *reason)
{
    int to = bundle_service(world.bundle, slice_text(service));
    for (size_t i = 0; i < world.out.decision_count; i++) {
        const struct decision *d = &world.out.decisions[i];
        if (d->to.n == to && event_id_equal(&d->event, id) && strcmp(d->reason, reason) == 0)
            return true;
    }
    return false;
}

static const char *named(const struct event_id *id)
{
    char hex[ID_HEX];
    id_hex(id->b, hex);
    return arena_format(&world.arena, "header.original=%s;", hex);
}

static const char *fields(const char *first, const char *second)
{
    return arena_format(&world.arena, "%s%s", first, second);
}

static const struct hold *hold_for(const char *service)
{
    int n = bundle_service(world.bundle, slice_text(service));
    for (size_t i = world.facts.hold_count; i-- > 0;)
        if (world.facts.holds[i].service == n)
            return &world.facts.holds[i];
    return NULL;
}

/* What a word of a person's makes of the facts, through their bytes. */
static void keep(const struct judged *out)
{
    struct buf b;
    buf_init(&b, 16u << 20);
    CU_ASSERT_FATAL(person_encode(world.bundle, out->after, &b, &world.e));
    struct slice bytes = arena_copy(&world.arena, buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_FATAL(person_decode(world.bundle, &world.arena, bytes, &world.facts, &world.e));
    world.now_ms += HOUR;
}

static struct judge_input held_event(struct slice framed, const struct person *before)
{
    struct judge_input in = world.in;
    struct view v;
    const struct schema *s = catalogue_named(world.catalogue, SLICE("HospitalStay"));
    CU_ASSERT_FATAL(
        plan_view(s->plan, &world.arena, slice_from(framed, WIRE_HEADER_BYTES), &v, &world.e));
    in.event = v;
    in.framed = framed;
    in.facts = before;
    in.decided_ms = world.now_ms;
    return in;
}

static size_t count_standing(void)
{
    size_t n = 0;
    for (size_t i = 0; i < world.facts.refusal_count; i++)
        n += !refusal_is_over(&world.facts.refusals[i]);
    return n;
}

static const struct person *facts_now(void)
{
    struct person *before = arena_alloc(&world.arena, sizeof *before);
    CU_ASSERT_FATAL(before != NULL);
    *before = world.facts;
    return before;
}

static void refuse(const char *service, bool is_whole_episode)
{
    const struct person *before = facts_now();
    const struct hold *h = hold_for(service);
    CU_ASSERT_FATAL(h != NULL);
    const struct judge_input in = held_event(h->bytes, before);
    CU_ASSERT_FATAL(judge_refuse(&in, h, SLICE("Dr A Guardian"), is_whole_episode, &world.arena,
                                 &world.out, &world.e));
    CU_ASSERT(world_holds_agree(before, &world.out));
    keep(&world.out);
}

static void reopen_named(const struct event_id *id)
{
    const struct person *before = facts_now();
    const struct refusal *x = refusal_find(world.bundle, before, id, SLICE(TEAM));
    CU_ASSERT_FATAL(x != NULL);
    const struct judge_input in = held_event(x->bytes, before);
    const struct reopening how = { .refusal = x, .named = id, .by = SLICE_INIT("Sam Okoro") };
    CU_ASSERT_FATAL(judge_reopen(&in, &how, &world.arena, &world.out, &world.e));
    CU_ASSERT(world_holds_agree(before, &world.out));
    keep(&world.out);
}

static void reopen(void)
{
    CU_ASSERT_FATAL(world.facts.refusal_count > 0);
    reopen_named(&world.facts.refusals[0].event);
    CU_ASSERT_EQUAL(count_standing(), 0);
}

static bool is_held(const struct event_id *id, const char *service)
{
    int n = bundle_service(world.bundle, slice_text(service));
    for (size_t i = 0; i < world.facts.hold_count; i++)
        if (event_id_equal(&world.facts.holds[i].event, id) && world.facts.holds[i].service == n)
            return true;
    return false;
}

static void release(const char *service)
{
    const struct person *before = facts_now();
    const struct hold *h = hold_for(service);
    CU_ASSERT_FATAL(h != NULL);
    struct judge_input in = held_event(h->bytes, before);
    in.release = h;
    CU_ASSERT_FATAL(world_judge(&world, &in, &world.out));
    keep(&world.out);
}

/* From here on rules would let the team have everything. */
static void open_the_gate(void)
{
    SAY("Caseload.declared", TEAM, "header.episode=C1");
}

static void admit(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, clauses));
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_FATAL(hold_for(TEAM) != NULL);
}

static void refused_admission(void)
{
    admit();
    refuse(TEAM, false);
}

/* ---- it lasts ---- */

static void a_refused_hold_ends_withheld(void)
{
    refused_admission();
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    CU_ASSERT_EQUAL(world.out.decision_count, 1);
    CU_ASSERT_PTR_NULL(hold_for(TEAM));
    CU_ASSERT_EQUAL_FATAL(world.facts.refusal_count, 1);
    CU_ASSERT(slice_equal_text(world.facts.refusals[0].by, "Dr A Guardian"));
    CU_ASSERT(slice_equal_text(world.facts.refusals[0].service, TEAM));
}

static void no_gate_that_opens_discloses_it(void)
{
    refused_admission();
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("HospitalStay.moved", WARDS, STAY);
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1); /* another event than the one refused */
    SAY("Caseload.ended", TEAM, "header.episode=C1");
    SAY("Caseload.declared", TEAM, "header.episode=C2");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
}

static void it_is_never_held_again(void)
{
    refused_admission();
    const struct event_id id = last_id();
    SAY("HospitalStay.moved", WARDS, STAY);
    SAY("HospitalStay.admitted", WARDS, "header.episode=V2");
    for (size_t i = 0; i < world.facts.hold_count; i++)
        CU_ASSERT_FALSE(event_id_equal(&world.facts.holds[i].event, &id) &&
                        world.facts.holds[i].service == bundle_service(world.bundle, SLICE(TEAM)));
    CU_ASSERT_PTR_NOT_NULL(hold_for(TEAM)); /* of the others */
}

static void another_recipient_is_not_touched(void)
{
    refused_admission();
    release(ROTA);
    CU_ASSERT_EQUAL(world_count(&world, ROTA), 1);
}

static void a_correction_is_refused_too(void)
{
    for (int by_name = 0; by_name < 2; by_name++) {
        refused_admission();
        const struct event_id id = last_id();
        open_the_gate();
        SAY("HospitalStay.admitted", WARDS,
            fields(STAY "header.action=replaces;", by_name ? named(&id) : ""));
        CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
        const struct event_id second = last_id();
        SAY("HospitalStay.admitted", WARDS, fields(STAY "header.action=replaces;", named(&second)));
        CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
        CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
        world_teardown();
        world_setup();
    }
}

static void a_correction_that_came_before_what_links_it_is_followed(void)
{
    static const char second[] =
        STAY "header.action=replaces;" ORIGINAL "00000000000000000000000000000001;";
    refused_admission(); /* event 1 */
    world.serial = 9;
    SAY("HospitalStay.admitted", WARDS,
        STAY "header.action=replaces;" ORIGINAL "00000000000000000000000000000005;");
    world.serial = 4;
    SAY("HospitalStay.admitted", WARDS, second); /* event 5, of which 10 is a later version */
    world.serial = 20;
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
}

static void a_correction_that_cannot_be_identified_is_refused(void)
{
    refused_admission();
    const struct event_id id = last_id();
    SAY("HospitalStay.admitted", WARDS,
        fields(STAY "header.action=replaces;header.identity_confidence=unverified;", named(&id)));
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    CU_ASSERT(world_decided(&world, ROTA, "identity-unverified"));
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
}

static void an_unverified_event_joins_as_refused(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, clauses));
    open_the_gate();
    SAY("HospitalStay.admitted", WARDS,
        STAY "header.identity_confidence=unverified;header.birth_hash=aa");
    refuse(TEAM, false);
    SAY("Caseload.declared", TEAM, "header.episode=C1;header.birth_hash=aa");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("HospitalStay.moved", WARDS,
        "header.episode=V9;header.identity_confidence=verified;header.birth_hash=aa");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1); /* the move alone */
}

/* ---- limits ---- */

static void it_outlives_every_limit(void)
{
    refused_admission();
    const struct event_id id = last_id();
    for (unsigned i = 0; i < EVENTS_MAX + 8; i++)
        SAY("HospitalStay.registered", WARDS, "header.episode=V7;");
    CU_ASSERT_EQUAL(world.facts.event_count, EVENTS_MAX);
    world.facts.gone_count = 0; /* that list is bounded too */
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("HospitalStay.admitted", WARDS, fields(STAY "header.action=replaces;", named(&id)));
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    world.serial = 0; /* the very event again */
    SAY("HospitalStay.admitted", WARDS, STAY);
    CU_ASSERT_STRING_EQUAL(world.out.error, "duplicate");
}

static void a_correction_without_a_name_of_what_is_on_file_no_more_is_refused(void)
{
    refused_admission();
    for (unsigned i = 0; i < EVENTS_MAX + 8; i++)
        SAY("HospitalStay.registered", WARDS, "header.episode=V7;");
    open_the_gate();
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=replaces;");
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
}

static void it_outlives_its_episode(void)
{
    refused_admission();
    const struct event_id id = last_id();
    open_the_gate();
    SAY("HospitalStay.discharged", WARDS, STAY);
    world.now_ms += 200 * DAY;
    SAY("HospitalStay.moved", WARDS, "header.episode=V2;");
    SAY("HospitalStay.admitted", WARDS, fields(STAY "header.action=replaces;", named(&id)));
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    CU_ASSERT_EQUAL(world.facts.refusal_count, 1);
}

/* ---- its episode ---- */

static void refused_episode(void)
{
    admit();
    SAY("HospitalStay.moved", WARDS, STAY);
    refuse(TEAM, true);
}

static void with_its_episode_all_that_waits_in_it_ends(void)
{
    refused_episode();
    CU_ASSERT_EQUAL(world.out.decision_count, 2);
    CU_ASSERT_PTR_NULL(hold_for(TEAM));
    CU_ASSERT_PTR_NOT_NULL(hold_for(ROTA));
}

static void with_its_episode_what_follows_is_refused(void)
{
    refused_episode();
    open_the_gate();
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("HospitalStay.discharged", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    SAY("HospitalStay.admitted", WARDS, "header.episode=V2;");
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    SAY("HospitalStay.admitted", HUB, STAY); /* the same agency speaks of the same stay */
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
}

/* ---- retractions ---- */

static void a_retraction_of_what_was_refused_goes_to_those_who_got_it(void)
{
    refused_admission();
    release(ROTA);
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    CU_ASSERT_EQUAL(world_count(&world, ROTA), 1);
    CU_ASSERT(world_decided(&world, TEAM, "retraction-follows"));
    reopen();
    CU_ASSERT(world_decided(&world, TEAM, "retracted"));
    CU_ASSERT_PTR_NULL(hold_for(TEAM));
}

static void who_got_an_earlier_version_hears_that_it_is_taken_back(void)
{
    admit();
    const struct event_id id = last_id();
    release(TEAM);
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    SAY("HospitalStay.admitted", WARDS, fields(STAY "header.action=replaces;", named(&id)));
    refuse(TEAM, false);
    SAY("HospitalStay.admitted", WARDS, STAY "header.action=retracts");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
}

/* ---- reopening ---- */

static void reopened_it_is_held_and_no_rule_lets_it_go(void)
{
    refused_admission();
    open_the_gate();
    reopen();
    CU_ASSERT(world_decided(&world, TEAM, "unknown"));
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    CU_ASSERT_EQUAL(count_standing(), 0);
    SAY("Caseload.ended", TEAM, "header.episode=C1");
    SAY("Caseload.declared", TEAM, "header.episode=C2");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    release(TEAM);
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT_PTR_NULL(hold_for(TEAM));
}

static void reopened_its_newest_version_is_held(void)
{
    refused_admission();
    const struct event_id id = last_id();
    open_the_gate();
    SAY("HospitalStay.admitted", WARDS,
        fields("header.episode=V1;stay.ward=OAK;header.action=replaces;", named(&id)));
    reopen();
    release(TEAM);
    CU_ASSERT(world_got_text(&world, TEAM, "OAK"));
}

static void a_hold_of_what_is_taken_back_is_decided(void)
{
    admit();
    const struct event_id id = last_id();
    SAY("HospitalStay.admitted", WARDS,
        fields("header.episode=V1;header.action=retracts;", named(&id)));
    CU_ASSERT(is_decided(&id, TEAM, "retracted"));
    CU_ASSERT_PTR_NULL(hold_for(TEAM));
}

static void a_hold_of_what_is_corrected_ends_and_the_correction_waits(void)
{
    admit();
    const struct event_id id = last_id();
    SAY("HospitalStay.admitted", WARDS, fields(STAY "header.action=replaces;", named(&id)));
    CU_ASSERT(is_decided(&id, TEAM, "replaced"));
    const struct event_id correction = last_id();
    CU_ASSERT(is_decided(&correction, TEAM, "unknown"));
    CU_ASSERT_FATAL(hold_for(TEAM) != NULL);
    CU_ASSERT(event_id_equal(&hold_for(TEAM)->event, &correction));
}

static void what_corrects_a_reopened_one_is_held(void)
{
    refused_admission();
    const struct event_id id = last_id();
    open_the_gate();
    reopen();
    SAY("HospitalStay.admitted", WARDS, fields(STAY "header.action=replaces;", named(&id)));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    CU_ASSERT(is_decided(&id, TEAM, "replaced"));
    const struct event_id correction = last_id();
    CU_ASSERT(is_decided(&correction, TEAM, "unknown"));
    CU_ASSERT_EQUAL(world.facts.holds[world.facts.hold_count - 1].reopened, true);
    release(TEAM);
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
}

static void a_reopened_episode_is_held_event_by_event(void)
{
    refused_episode();
    open_the_gate();
    SAY("HospitalStay.moved", WARDS, STAY);
    reopen();
    CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
    CU_ASSERT_EQUAL(world.out.decision_count,
                    3); /* what was refused, the admission, the last move */
    for (int i = 0; i < 3; i++)
        release(TEAM);
    CU_ASSERT_PTR_NULL(hold_for(TEAM));
    SAY("HospitalStay.discharged", WARDS, STAY);
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

/* Three wait, of which the second has a later one of its kind. */
static void refused_three(struct event_id ids[3])
{
    admit();
    ids[0] = last_id();
    for (int i = 1; i < 3; i++) {
        SAY("HospitalStay.moved", WARDS, STAY);
        ids[i] = last_id();
    }
    refuse(TEAM, true);
    CU_ASSERT_PTR_NULL(hold_for(TEAM));
}

static void whichever_is_named_all_that_waited_in_the_episode_waits_again(void)
{
    for (int named = 0; named < 3; named++) {
        struct event_id ids[3];
        refused_three(ids);
        open_the_gate();
        reopen_named(&ids[named]);
        CU_ASSERT_EQUAL(count_standing(), 0);
        CU_ASSERT_EQUAL(world.out.disclosure_count, 0);
        CU_ASSERT_EQUAL(world.out.decision_count, 3);
        for (int i = 0; i < 3; i++)
            CU_ASSERT(is_held(&ids[i], TEAM) && is_decided(&ids[i], TEAM, "unknown"));
        SAY("HospitalStay.discharged", WARDS, STAY);
        CU_ASSERT(world_decided(&world, TEAM, "disclose"));
        CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
        world_teardown();
        world_setup();
    }
}

static void what_follows_can_be_named(void)
{
    struct event_id ids[3], follows, other;
    refused_three(ids);
    open_the_gate();
    SAY("HospitalStay.discharged", WARDS, STAY);
    follows = last_id();
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    SAY("HospitalStay.admitted", WARDS, "header.episode=V2;");
    other = last_id();
    CU_ASSERT_PTR_NULL(refusal_find(world.bundle, &world.facts, &other, SLICE(TEAM)));
    CU_ASSERT_PTR_NULL(refusal_find(world.bundle, &world.facts, &follows, SLICE(ROTA)));
    reopen_named(&follows);
    CU_ASSERT_EQUAL(count_standing(), 0);
    CU_ASSERT(is_held(&follows, TEAM) && is_held(&ids[1], TEAM));
}

static void what_had_gone_before_is_not_refused(void)
{
    admit();
    const struct event_id gone = last_id();
    release(TEAM);
    SAY("HospitalStay.moved", WARDS, STAY);
    refuse(TEAM, true);
    CU_ASSERT_PTR_NULL(refusal_find(world.bundle, &world.facts, &gone, SLICE(TEAM)));
}

static void a_correction_of_what_was_refused_with_its_episode_is_held_in_its_place(void)
{
    struct event_id ids[3];
    refused_three(ids);
    SAY("HospitalStay.moved", WARDS, fields(STAY "header.action=replaces;", named(&ids[1])));
    const struct event_id second = last_id();
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    reopen_named(&ids[0]);
    CU_ASSERT(is_held(&second, TEAM) && !is_held(&ids[1], TEAM));
    CU_ASSERT(is_held(&ids[0], TEAM) && is_held(&ids[2], TEAM));
}

/* As the version before kept it: of all that waited only the one that was named. */
static void a_refusal_of_before_is_found_by_its_episode(void)
{
    struct event_id ids[3];
    refused_three(ids);
    world.facts.refusal_count = 1;
    reopen_named(&ids[1]);
    CU_ASSERT_EQUAL(count_standing(), 0);
}

static void a_reopened_one_that_is_held_for_its_identity_does_not_join_by_itself(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, clauses));
    open_the_gate();
    SAY("HospitalStay.admitted", WARDS,
        STAY "header.identity_confidence=unverified;header.birth_hash=aa");
    refuse(TEAM, false);
    reopen();
    SAY("Caseload.declared", TEAM, "header.episode=C1;header.birth_hash=aa");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0);
    SAY("HospitalStay.moved", WARDS,
        "header.episode=V9;header.identity_confidence=verified;header.birth_hash=aa");
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1); /* the move alone */
    CU_ASSERT_PTR_NOT_NULL(hold_for(TEAM));
}

static CU_TestInfo cases[] = {
    { "a refused hold ends withheld", a_refused_hold_ends_withheld },
    { "no gate that opens discloses it", no_gate_that_opens_discloses_it },
    { "it is never held again", it_is_never_held_again },
    { "another recipient is not touched", another_recipient_is_not_touched },
    { "a correction is refused too", a_correction_is_refused_too },
    { "a correction that came before what links it is followed",
      a_correction_that_came_before_what_links_it_is_followed },
    { "a correction that cannot be identified is refused",
      a_correction_that_cannot_be_identified_is_refused },
    { "an unverified event stays refused when it joins", an_unverified_event_joins_as_refused },
    { "it outlives every limit", it_outlives_every_limit },
    { "a correction without a name of what is on file no more is refused",
      a_correction_without_a_name_of_what_is_on_file_no_more_is_refused },
    { "it outlives its episode", it_outlives_its_episode },
    { "with its episode all that waits in it ends", with_its_episode_all_that_waits_in_it_ends },
    { "with its episode what follows is refused", with_its_episode_what_follows_is_refused },
    { "a retraction of what was refused goes to those who got it",
      a_retraction_of_what_was_refused_goes_to_those_who_got_it },
    { "who got an earlier version hears that it is taken back",
      who_got_an_earlier_version_hears_that_it_is_taken_back },
    { "reopened it is held and no rule lets it go", reopened_it_is_held_and_no_rule_lets_it_go },
    { "reopened its newest version is held", reopened_its_newest_version_is_held },
    { "a hold of what is taken back ends by a decision", a_hold_of_what_is_taken_back_is_decided },
    { "a hold of what is corrected ends and the correction waits",
      a_hold_of_what_is_corrected_ends_and_the_correction_waits },
    { "what corrects a reopened one is held", what_corrects_a_reopened_one_is_held },
    { "a reopened episode is held event by event", a_reopened_episode_is_held_event_by_event },
    { "whichever is named, all that waited in the episode waits again",
      whichever_is_named_all_that_waited_in_the_episode_waits_again },
    { "what follows in a refused episode can be named", what_follows_can_be_named },
    { "what had gone before is not refused", what_had_gone_before_is_not_refused },
    { "a correction of what was refused with its episode is held in its place",
      a_correction_of_what_was_refused_with_its_episode_is_held_in_its_place },
    { "a refusal of before is found by its episode", a_refusal_of_before_is_found_by_its_episode },
    { "a reopened one that is held for its identity does not join by itself",
      a_reopened_one_that_is_held_for_its_identity_does_not_join_by_itself },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_refusal = { "refusal", NULL, NULL, world_setup, world_teardown, cases };
