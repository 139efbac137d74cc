/* again_test.c - what comes a second time, also long after it was forgotten. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/facts/owner_use.h"
#include "record/wire.h"
#include "sharing/facts/person.h"
#include "sharing/facts/refusal.h"
#include "sharing/judge/judge.h"
#include "small.h"

#define DAY (24 * HOUR)
#define SAY(event, source, fields) CU_ASSERT_FATAL(world_say(&world, event, source, fields))
#define CLAUSE                                                                                     \
    "  - id: one\n"                                                                                \
    "    share: {HospitalStay: [admitted, moved, discharged]}\n"                                   \
    "    from: acute-trust\n"                                                                      \
    "    to: adult-social-care\n"                                                                  \
    "    release: [identity.name]\n"

/* The event of that number. */
static bool say_as(unsigned n, const char *event, const char *fields)
{
    world.serial = n - 1;
    bool good = world_say(&world, event, WARDS, fields);
    world.serial = 100 + n;
    return good;
}

static bool is_duplicate(unsigned n, const char *event, const char *fields)
{
    return say_as(n, event, fields) && world.out.error &&
           strcmp(world.out.error, "duplicate") == 0 && world.out.disclosure_count == 0;
}

static bool is_on_file(unsigned n)
{
    for (size_t i = 0; i < world.facts.event_count; i++)
        if (world.facts.events[i].id.b[ID_BYTES - 1] == n)
            return true;
    return false;
}

/* A stay that was over a hundred days ago; nothing is on file of it any more. */
static void forget_a_stay(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, CLAUSE));
    CU_ASSERT_FATAL(say_as(1, "HospitalStay.admitted", "header.episode=E1;at=0"));
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    CU_ASSERT_FATAL(say_as(2, "HospitalStay.discharged", "header.episode=E1;at=1"));
    world.now_ms += 100 * DAY;
    CU_ASSERT_FATAL(say_as(3, "HospitalStay.moved", "header.episode=E2;at=2400"));
    CU_ASSERT_FALSE(is_on_file(1));
    CU_ASSERT_FALSE(is_on_file(2));
}

static void an_event_that_was_forgotten_is_a_duplicate_all_the_same(void)
{
    forget_a_stay();
    CU_ASSERT(is_duplicate(1, "HospitalStay.admitted", "header.episode=E1;at=0"));
    CU_ASSERT_EQUAL(world.facts.relationship_count, 0); /* it opens nothing again */
    CU_ASSERT(is_duplicate(2, "HospitalStay.discharged", "header.episode=E1;at=1"));
    CU_ASSERT_FATAL(say_as(4, "HospitalStay.admitted", "header.episode=E1;at=0"));
    CU_ASSERT(world_decided(&world, TEAM, "disclose")); /* another one is not */
}

static void a_retraction_sent_again_takes_nothing_more_back(void)
{
    static const char *const back = "header.episode=E1;at=3;header.action=retracts";
    CU_ASSERT_FATAL(small_clauses(NULL, CLAUSE));
    CU_ASSERT_FATAL(say_as(1, "HospitalStay.admitted", "header.episode=E1;at=0"));
    CU_ASSERT_FATAL(say_as(2, "HospitalStay.discharged", "header.episode=E1;at=2"));
    CU_ASSERT_FATAL(say_as(3, "HospitalStay.discharged", back)); /* A13 */
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 1);
    CU_ASSERT_FATAL(say_as(4, "HospitalStay.discharged", "header.episode=E1;at=9"));
    world.now_ms += 20 * DAY;
    CU_ASSERT(is_duplicate(3, "HospitalStay.discharged", back));
    CU_ASSERT_FALSE(world.facts.events[world.facts.event_count - 1].retracted);
}

static void a_retraction_that_waits_or_came_to_nothing_is_known_too(void)
{
    static const char *const early =
        "header.episode=E1;header.action=retracts;header.original=00000000000000000000000000000007";
    CU_ASSERT_FATAL(small_clauses(NULL, CLAUSE));
    CU_ASSERT_FATAL(say_as(1, "HospitalStay.discharged", early));
    CU_ASSERT(is_duplicate(1, "HospitalStay.discharged", early));
    CU_ASSERT_EQUAL(world.facts.early_count, 1);
    world.now_ms += 100 * DAY;
    CU_ASSERT_FATAL(say_as(2, "HospitalStay.moved", "header.episode=E2"));
    CU_ASSERT_EQUAL(world.facts.early_count, 0);
    CU_ASSERT(is_duplicate(1, "HospitalStay.discharged", early));
}

static void what_fell_out_at_the_limit_is_a_duplicate_too(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, CLAUSE));
    CU_ASSERT_FATAL(say_as(1, "HospitalStay.admitted", "header.episode=E1;at=0"));
    for (unsigned i = 0; i < EVENTS_MAX; i++)
        SAY("HospitalStay.moved", WARDS,
            arena_format(&world.arena, "header.episode=E1;at=%u", i + 1));
    CU_ASSERT_EQUAL(world.facts.event_count, EVENTS_MAX);
    CU_ASSERT(is_duplicate(1, "HospitalStay.admitted", "header.episode=E1;at=0"));
}

static enum owner_use use_of(const struct draft *d, const struct event_id *id, const char *source)
{
    const struct event ev = { .id = *id, .source_name = slice_text(source), .agency = 7 };
    return owner_use(d, &ev);
}

static void of_those_forgotten_the_last_are_known(void)
{
    struct draft d;
    struct err e = { 0 };
    struct event_id id = { { 0 } }, first = { { 0 } };
    CU_ASSERT_FATAL(draft_init(&d, &world.arena, &person_unknown, &e));
    CU_ASSERT(draft_forget(&d, &first, SLICE("c/d"), &e));
    for (unsigned i = 0; i <= GONE_MAX; i++) {
        id.b[ID_BYTES - 1] = (uint8_t)i;
        id.b[ID_BYTES - 2] = (uint8_t)(i >> 8);
        CU_ASSERT(draft_forget(&d, &id, SLICE("a/b"), &e));
    }
    CU_ASSERT_EQUAL(use_of(&d, &id, "a/other"), USED_BY_ITS_OWN);
    CU_ASSERT_EQUAL(use_of(&d, &id, "c/d"), USED_BY_ANOTHER);
    CU_ASSERT_EQUAL(d.gone.count, GONE_MAX + 1);
    CU_ASSERT_EQUAL(d.dropped, 1);
    CU_ASSERT_EQUAL(use_of(&d, &first, "c/d"), USED_BY_ITS_OWN); /* a pushed out its own only */
    CU_ASSERT_EQUAL(use_of(&d, &first, "a/b"), USED_BY_ANOTHER);
    first.b[0] = 1;
    first.b[ID_BYTES - 1] = 99;
    first.b[ID_BYTES - 3] = 9;
    CU_ASSERT_EQUAL(use_of(&d, &first, "a/b"), USED_BY_NOBODY);
}

static void an_event_that_is_held_is_not_forgotten(void)
{
    CU_ASSERT_FATAL(
        small_clauses(NULL, CLAUSE "    when: responsible(recipient, \"adult-social-care\")\n"));
    CU_ASSERT_FATAL(say_as(1, "HospitalStay.admitted", "header.episode=E1;at=0"));
    const struct judge_input in = world.in;
    CU_ASSERT_FATAL(say_as(2, "HospitalStay.discharged", "header.episode=E1;at=1"));
    world.now_ms += 100 * DAY;
    CU_ASSERT_FATAL(say_as(3, "HospitalStay.moved", "header.episode=E2;at=2400"));
    CU_ASSERT(is_on_file(1));
    struct judge_input release = in;
    struct judged out;
    struct hold held = world.facts.holds[0];
    release.facts = &world.facts;
    release.release = &held;
    release.decided_ms = world.now_ms;
    CU_ASSERT_FATAL(world_judge(&world, &release, &out));
    CU_ASSERT_EQUAL(out.disclosure_count, 1);
}

/* ---- a no that is said again ---- */

static const struct person *facts_now(void)
{
    struct person *before = arena_alloc(&world.arena, sizeof *before);
    CU_ASSERT_FATAL(before != NULL);
    *before = world.facts;
    return before;
}

static void keep(const struct judged *out)
{
    struct buf b;
    buf_init(&b, 16u << 20);
    CU_ASSERT_FATAL(person_encode(world.bundle, out->after, &b, &world.e));
    struct slice bytes = arena_copy(&world.arena, buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_FATAL(person_decode(world.bundle, &world.arena, bytes, &world.facts, &world.e));
}

/* All words are of the moment at which the event was decided. */
static struct judge_input word_on(struct slice framed, const struct person *before, int64_t at_ms)
{
    struct judge_input in = world.in;
    const struct schema *s = catalogue_named(world.catalogue, SLICE("HospitalStay"));
    CU_ASSERT_FATAL(plan_view(s->plan, &world.arena, slice_from(framed, WIRE_HEADER_BYTES),
                              &in.event, &world.e));
    in.framed = framed;
    in.facts = before;
    in.decided_ms = at_ms;
    return in;
}

static void refuse_at(int64_t at_ms)
{
    const struct person *before = facts_now();
    const int team = bundle_service(world.bundle, SLICE(TEAM));
    const struct hold *h = NULL;
    for (size_t i = 0; i < before->hold_count; i++)
        if (before->holds[i].service == team)
            h = &before->holds[i];
    CU_ASSERT_PTR_NOT_NULL_FATAL(h);
    const struct judge_input in = word_on(h->bytes, before, at_ms);
    CU_ASSERT_FATAL(judge_refuse(&in, h, SLICE("Dr A"), false, &world.arena, &world.out, &world.e));
    keep(&world.out);
}

static void reopen_at(int64_t at_ms)
{
    const struct person *before = facts_now();
    CU_ASSERT_EQUAL_FATAL(before->refusal_count, 1);
    const struct refusal *x = &before->refusals[0];
    const struct judge_input in = word_on(x->bytes, before, at_ms);
    const struct reopening how = { .refusal = x, .named = &x->event, .by = SLICE_INIT("Sam") };
    CU_ASSERT_FATAL(judge_reopen(&in, &how, &world.arena, &world.out, &world.e));
    keep(&world.out);
}

/* Else the record of the second no would be that of the first, which was taken back. */
static void a_no_in_the_moment_of_what_it_refuses_and_again_are_two(void)
{
    CU_ASSERT_FATAL(
        small_clauses(NULL, CLAUSE "    when: responsible(recipient, \"adult-social-care\")\n"));
    const int64_t at_ms = world.now_ms;
    SAY("HospitalStay.admitted", WARDS, "header.episode=E1");
    refuse_at(at_ms);
    CU_ASSERT_EQUAL_FATAL(world.facts.refusal_count, 1);
    CU_ASSERT_EQUAL(world.facts.refusals[0].at_ms, at_ms);
    CU_ASSERT(world_decided(&world, TEAM, "hold-refused"));
    reopen_at(at_ms);
    refuse_at(at_ms);
    size_t standing = 0;
    for (size_t i = 0; i < world.facts.refusal_count; i++)
        if (!refusal_is_over(&world.facts.refusals[i])) {
            standing++;
            CU_ASSERT_EQUAL(world.facts.refusals[i].at_ms, at_ms + 1);
        }
    CU_ASSERT_EQUAL(standing, 1);
}

static CU_TestInfo cases[] = {
    { "an event that was forgotten is a duplicate all the same",
      an_event_that_was_forgotten_is_a_duplicate_all_the_same },
    { "a retraction sent again takes nothing more back",
      a_retraction_sent_again_takes_nothing_more_back },
    { "a retraction that waits or came to nothing is known too",
      a_retraction_that_waits_or_came_to_nothing_is_known_too },
    { "what fell out at the limit is a duplicate too",
      what_fell_out_at_the_limit_is_a_duplicate_too },
    { "of those forgotten the last are known", of_those_forgotten_the_last_are_known },
    { "an event that is held is not forgotten", an_event_that_is_held_is_not_forgotten },
    { "a no in the moment of what it refuses, and again, are two",
      a_no_in_the_moment_of_what_it_refuses_and_again_are_two },
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo suite_again = { "again", NULL, NULL, world_setup, world_teardown, cases };
