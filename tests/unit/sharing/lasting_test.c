/* lasting_test.c - from which moment the days of "lasting: discharged + N days" count. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "small.h"
#include "sharing/facts/facts.h"
#include "sharing/facts/person.h"

#define DAY (24 * HOUR)
#define STAY                                                                                       \
    "  - id: one\n"                                                                                \
    "    share: {HospitalStay: [admitted, moved, discharged]}\n"                                   \
    "    from: acute-trust\n"                                                                      \
    "    to: adult-social-care\n"                                                                  \
    "    release: [identity.name]\n"                                                               \
    "    lasting: discharged + %d days\n"

static bool open_lasting(int days)
{
    world.serial = 100;
    world.now_ms = T0;
    return small_clauses(NULL, arena_format(&world.arena, STAY, days));
}

/* An event of number n, decided then. more: after its episode and the hour it occurred. */
static bool on_day(int64_t ms, unsigned n, const char *kind, const char *episode, int at,
                   const char *more)
{
    world.serial = n - 1;
    world.now_ms = T0 + ms;
    return world_say(&world, arena_format(&world.arena, "HospitalStay.%s", kind), WARDS,
                     arena_format(&world.arena, "header.episode=%s;at=%d;%s", episode, at, more));
}

static const char *naming(const char *action, unsigned n)
{
    return arena_format(&world.arena, "header.action=%s;header.original=%032x", action, n);
}

/* What becomes of a message of that stay decided then; nothing is kept of it. */
static bool is_decided(int64_t ms, const char *episode, const char *wanted)
{
    const struct person facts = world.facts;
    bool good = on_day(ms, 99, "moved", episode, 1, "") && world_decided(&world, TEAM, wanted);
    world.facts = facts;
    return good;
}

#define ON(...) CU_ASSERT_FATAL(on_day(__VA_ARGS__))

static void a_correction_of_the_end_gives_no_new_days(void)
{
    CU_ASSERT_FATAL(open_lasting(14));
    ON(0, 1, "admitted", "E1", 0, "");
    ON(HOUR, 2, "discharged", "E1", 1, "");
    ON(13 * DAY, 3, "discharged", "E1", 1, naming("replaces", 2));
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
    ON(13 * DAY + HOUR, 4, "discharged", "E1", 1, naming("replaces", 3));
    CU_ASSERT(is_decided(14 * DAY + HOUR - 1, "E1", "disclose"));
    CU_ASSERT(is_decided(14 * DAY + HOUR, "E1", "lapsed"));
}

static void saying_the_end_again_gives_no_new_days(void)
{
    CU_ASSERT_FATAL(open_lasting(14));
    ON(0, 1, "admitted", "E1", 0, "");
    ON(HOUR, 2, "discharged", "E1", 1, "");
    ON(5 * DAY, 3, "discharged", "E1", 1, "");
    ON(9 * DAY, 4, "discharged", "E1", 100, "");
    CU_ASSERT(is_decided(14 * DAY, "E1", "disclose"));
    CU_ASSERT(is_decided(14 * DAY + HOUR, "E1", "lapsed"));
}

static void an_end_taken_back_and_said_anew_counts_anew(void)
{
    CU_ASSERT_FATAL(open_lasting(14));
    ON(0, 1, "admitted", "E1", 0, "");
    ON(HOUR, 2, "discharged", "E1", 1, "");
    ON(5 * DAY, 3, "discharged", "E1", 1, naming("retracts", 2));
    ON(20 * DAY, 4, "discharged", "E1", 2, "");
    CU_ASSERT(is_decided(34 * DAY - 1, "E1", "disclose"));
    CU_ASSERT(is_decided(34 * DAY, "E1", "lapsed"));
}

static void what_reopened_an_episode_and_was_taken_back_gives_no_new_days(void)
{
    CU_ASSERT_FATAL(open_lasting(14));
    ON(0, 1, "admitted", "E1", 0, "");
    ON(HOUR, 2, "discharged", "E1", 1, "");
    ON(DAY, 3, "admitted", "E1", 20, "");
    CU_ASSERT(is_decided(20 * DAY, "E1", "disclose"));
    ON(20 * DAY, 4, "admitted", "E1", 20, naming("retracts", 3));
    CU_ASSERT(is_decided(20 * DAY + HOUR, "E1", "lapsed"));
}

static void an_end_before_the_last_opening_ends_nothing_also_when_much_is_forgotten(void)
{
    CU_ASSERT_FATAL(open_lasting(180));
    ON(0, 1, "admitted", "E1", 0, "");
    ON(HOUR, 2, "discharged", "E1", 1, "");
    ON(10 * DAY, 3, "admitted", "E1", 240, "");
    ON(20 * DAY, 4, "discharged", "E1", 480, "");
    ON(115 * DAY, 5, "moved", "E9", 0, ""); /* 90 days after the end */
    CU_ASSERT(is_decided(185 * DAY, "E1", "disclose"));
    CU_ASSERT(is_decided(200 * DAY, "E1", "lapsed"));
}

static void a_readmission_is_remembered_when_that_stay_is_over_long_ago(void)
{
    CU_ASSERT_FATAL(open_lasting(180));
    ON(0, 1, "admitted", "E1", 0, "");
    ON(HOUR, 2, "discharged", "E1", 1, "");
    ON(2 * DAY, 3, "admitted", "E2", 48, "");
    CU_ASSERT(is_decided(3 * DAY, "E1", "lapsed"));
    ON(4 * DAY, 4, "discharged", "E2", 96, "");
    ON(100 * DAY, 5, "moved", "E9", 0, "");
    CU_ASSERT(is_decided(101 * DAY, "E1", "lapsed"));
    CU_ASSERT(is_decided(101 * DAY, "E2", "disclose"));
}

static void only_what_opens_such_an_episode_is_a_readmission(void)
{
    CU_ASSERT_FATAL(open_lasting(14));
    ON(0, 1, "discharged", "E1", 1, "");
    ON(HOUR, 2, "admitted", "E2", 0, ""); /* before that end */
    ON(2 * HOUR, 3, "moved", "E3", 9, "");
    CU_ASSERT(is_decided(DAY, "E1", "disclose"));
    ON(2 * DAY, 4, "admitted", "E2", 30, naming("replaces", 2));
    CU_ASSERT(is_decided(3 * DAY, "E1", "lapsed"));
    ON(4 * DAY, 5, "admitted", "E2", 30, naming("retracts", 2));
    CU_ASSERT(is_decided(5 * DAY, "E1", "disclose"));
}

/* Admitted, discharged, that corrected, admitted and discharged again, the last admission taken
 * back; decided within hours, in that order of arrival. */
static bool arrive(const unsigned order[6])
{
    static const struct {
        const char *kind, *action;
        int at;
        unsigned original;
    } told[6] = { { "admitted", "asserts", 0, 0 },    { "discharged", "asserts", 1, 0 },
                  { "discharged", "replaces", 2, 2 }, { "admitted", "asserts", 5, 0 },
                  { "discharged", "asserts", 6, 0 },  { "admitted", "retracts", 5, 4 } };
    bool good = true;
    world.facts = person_unknown;
    for (unsigned i = 0; i < 6 && good; i++) {
        unsigned n = order[i];
        const char *more = told[n].original ? naming(told[n].action, told[n].original) : "";
        good = on_day(i * HOUR, n + 1, told[n].kind, "E1", told[n].at, more);
    }
    return good && is_decided(14 * DAY - 1, "E1", "disclose") &&
           is_decided(14 * DAY + 6 * HOUR, "E1", "lapsed");
}

static void the_order_of_arrival_decides_nothing_later(void)
{
    unsigned order[6];
    CU_ASSERT_FATAL(open_lasting(14));
    for (unsigned seed = 0; seed < 720; seed++) {
        struct arena_saved saved = arena_save(&world.arena);
        for (unsigned i = 0, rest = seed; i < 6; rest /= ++i) {
            unsigned at = rest % (i + 1);
            order[i] = order[at];
            order[at] = i;
        }
        CU_ASSERT(arrive(order));
        arena_rewind(&world.arena, saved);
    }
}

static CU_TestInfo cases[] = {
    { "a correction of the end gives no new days", a_correction_of_the_end_gives_no_new_days },
    { "saying the end again gives no new days", saying_the_end_again_gives_no_new_days },
    { "an end taken back and said anew counts anew", an_end_taken_back_and_said_anew_counts_anew },
    { "what reopened an episode and was taken back gives no new days",
      what_reopened_an_episode_and_was_taken_back_gives_no_new_days },
    { "an end before the last opening ends nothing, also when much is forgotten",
      an_end_before_the_last_opening_ends_nothing_also_when_much_is_forgotten },
    { "a readmission is remembered when that stay is over long ago",
      a_readmission_is_remembered_when_that_stay_is_over_long_ago },
    { "only what opens such an episode is a readmission",
      only_what_opens_such_an_episode_is_a_readmission },
    { "the order of arrival decides nothing later", the_order_of_arrival_decides_nothing_later },
    CU_TEST_INFO_NULL,
};

CU_SuiteInfo suite_lasting = { "lasting", NULL, NULL, world_setup, world_teardown, cases };
