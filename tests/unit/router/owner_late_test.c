/* owner_late_test.c - whose an event is, where that is looked at late: what waited for its
 * original, what was held when its original came, and what is known of an event that is on file no
 * more (law 12). Who oversteps here is mostly of the same agency: another service, or another
 * episode, type or kind. */
#include <CUnit/CUnit.h>

#include "acting.h"

#define RAISED "0190000000000000000000000000a001"
#define FORGED "0190000000000000000000000000b002"
#define JOINING "0190000000000000000000000000c003"
#define ADDRESS "WX1 1AA"
#define FLOOD 520 /* more events than are kept of one agency */

static const char *const actions[] = { "retracts", "replaces" };

static void say(struct say s)
{
    s.who = "ada";
    world_say(&s);
    CU_ASSERT_TRUE_FATAL(world_run());
}

static bool told_of(const char *text)
{
    world_read();
    for (size_t i = 0; i < world.entry_count; i++)
        if (memmem(world.entries[i].r.note.p, world.entries[i].r.note.n, text, strlen(text)))
            return true;
    return false;
}

/* An admission with an address, and whether that came out at the other end. */
static bool address_goes(void)
{
    static int stays;
    struct slice last = { NULL, 0 };
    stays++;
    say((struct say){ .episode = arena_format(&world.arena, "w%d", stays),
                      .id = arena_format(&world.arena, "%032x", 0xae0000 + stays),
                      .set = (const char *[]){ "person.postcode", ADDRESS, NULL } });
    CU_ASSERT_FATAL(world_count("disclosures.council.social", &last) > 0);
    return memmem(last.p, last.n, ADDRESS, strlen(ADDRESS)) != NULL;
}

static void say_word(const char *source, const char *id, const char *action)
{
    say((struct say){ .source = source,
                      .type = "Restriction",
                      .kind = "raised",
                      .id = id,
                      .set = (const char *[]){ "restriction.kind", "location", "header.action",
                                               action ? action : "asserts", "header.original",
                                               action ? RAISED : NULL, NULL } });
}

/* ---- what waited ---- */

static void a_word_that_waited_is_its_services(void)
{
    for (size_t i = 0; i < 2; i++) {
        world_done();
        world_fresh();
        world_known("ada");
        say_word("hosp/wards", FORGED, actions[i]);
        say_word("hosp/hub", RAISED, NULL);
        CU_ASSERT(told_of("event.not-yours: " FORGED " of hosp/wards"));
        CU_ASSERT_FALSE(address_goes());
        world_agree();
    }
}

static void take_back_by_name(struct say s, const char *id, const char *action)
{
    const char *set[] = { "header.action", action, "header.original", RAISED, NULL };
    s.set = set;
    s.id = id;
    say(s);
}

static void what_waited_is_of_its_type_kind_and_episode(void)
{
    static const struct say rows[] = {
        { .kind = "admitted", .episode = "v2" },
        { .kind = "discharged", .episode = "v1" },
        { .type = "Restriction", .kind = "raised", .episode = "v1", .source = "hosp/hub" },
        { .kind = "admitted", .episode = "v1", .source = SOCIAL }, /* of another agency */
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        world_done();
        world_fresh();
        world_known("ada");
        take_back_by_name(rows[i / 2], FORGED, actions[i % 2]);
        say((struct say){ .kind = "admitted", .episode = "v1", .id = RAISED });
        CU_ASSERT(told_of("event.not-yours: " FORGED " of "));
        CU_ASSERT_STRING_EQUAL(world_decided(RAISED), "disclose disclosed");
        world_agree();
    }
}

/* Two types have a kind of that name. */
static void a_referral_that_waited_is_a_plan(void)
{
    static const char *const to[] = { "referral.to", SOCIAL, NULL };
    for (size_t i = 0; i < 2; i++) {
        world_done();
        world_fresh();
        take_back_by_name(
            (struct say){ .type = "Homelessness", .kind = "referred", .source = SOCIAL }, FORGED,
            actions[i]);
        say((struct say){ .type = "DischargePlan",
                          .kind = "referred",
                          .source = SOCIAL,
                          .id = RAISED,
                          .set = to });
        CU_ASSERT(told_of("event.not-yours: " FORGED " of " SOCIAL));
        say((struct say){ .kind = "admitted", .episode = "v1", .id = JOINING });
        CU_ASSERT_STRING_EQUAL(world_decided(JOINING), "disclose disclosed");
        world_agree();
    }
}

/* And what may take it back does, from any of its agency's services where it is no word about
 * sharing. */
static void what_waited_takes_its_own_back(void)
{
    world_known("ada");
    take_back_by_name((struct say){ .kind = "admitted", .episode = "v1", .source = "hosp/hub" },
                      FORGED, "retracts");
    say((struct say){ .kind = "admitted", .episode = "v1", .id = RAISED });
    CU_ASSERT_STRING_EQUAL(world_decided(RAISED), "withhold retracted");
    world_agree();
}

/* ---- what was held ---- */

/* Of a number that nobody has verified, and of another episode than the one it names, which comes
 * later. */
static void hold_one_that_oversteps(const char *action, const char *birth_hash)
{
    const char *set[] = { "header.action",
                          action,
                          "header.original",
                          RAISED,
                          "header.identity_confidence",
                          "unverified",
                          birth_hash ? "header.birth_hash" : NULL,
                          birth_hash,
                          NULL };
    world_known("ada");
    say((struct say){ .kind = "admitted", .episode = "v2", .id = FORGED, .set = set });
    CU_ASSERT_STRING_EQUAL(world_decided(FORGED), "hold identity-unverified");
    say((struct say){ .kind = "admitted", .episode = "v1", .id = RAISED });
    CU_ASSERT_STRING_EQUAL(world_decided(RAISED), "disclose disclosed");
}

static void a_release_is_of_what_is_its_senders(void)
{
    for (size_t i = 0; i < 2; i++) {
        world_done();
        world_fresh();
        hold_one_that_oversteps(actions[i], NULL);
        struct act x = acting_make("release", FORGED, SOCIAL);
        acting_sign(&x, "omar");
        acting_submit(&x);
        CU_ASSERT_TRUE(acting_refused("event.not-yours"));
        CU_ASSERT_EQUAL(acting_delivered(), 1); /* the stay, and no taking back of it */
        CU_ASSERT_STRING_EQUAL(world_decided(FORGED), "hold identity-unverified");
        CU_ASSERT_STRING_EQUAL(world_decided(RAISED), "disclose disclosed");
        world_agree();
    }
}

static void what_joins_late_is_looked_at_then(void)
{
    for (size_t i = 0; i < 2; i++) {
        world_done();
        world_fresh();
        hold_one_that_oversteps(actions[i], "aa");
        say((struct say){ .kind = "admitted",
                          .episode = "v3",
                          .id = JOINING,
                          .set = (const char *[]){ "header.birth_hash", "aa", NULL } });
        CU_ASSERT_STRING_EQUAL(world_decided(FORGED), "withhold event.not-yours");
        CU_ASSERT_STRING_EQUAL(world_decided(RAISED), "disclose disclosed");
        world_agree();
    }
}

/* ---- what outlasted its event ---- */

/* Of more than are kept the restriction's own event went first; what it said stands. */
static void what_an_event_left_behind_is_its_services(void)
{
    world_known("ada");
    say_word("hosp/hub", RAISED, NULL);
    for (int i = 0; i < FLOOD; i++)
        world_say(&(struct say){ .who = "ada",
                                 .source = "hosp/hub",
                                 .type = "Consent",
                                 .kind = "revoked",
                                 .id = arena_format(&world.arena, "%032x", 0xce0000 + i) });
    CU_ASSERT_TRUE_FATAL(world_run());
    for (size_t i = 0; i < 2; i++) {
        size_t facts = world_count("facts", NULL);
        say_word("hosp/wards", FORGED, actions[i]);
        world_read();
        CU_ASSERT_TRUE(acting_refused("event.not-yours"));
        CU_ASSERT_EQUAL(world_count("facts", NULL), facts);
    }
    CU_ASSERT_FALSE(address_goes());
    world_agree();
}

static CU_TestInfo cases[] = {
    { "a word that waited is its service's", a_word_that_waited_is_its_services },
    { "what waited is of its type, kind and episode", what_waited_is_of_its_type_kind_and_episode },
    { "a referral that waited is a plan", a_referral_that_waited_is_a_plan },
    { "what waited takes its own back", what_waited_takes_its_own_back },
    { "a release is of what is its sender's", a_release_is_of_what_is_its_senders },
    { "what joins late is looked at then", what_joins_late_is_looked_at_then },
    { "what an event left behind is its service's", what_an_event_left_behind_is_its_services },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_owner_late = { "owner_late", acting_load, world_unload,
                                  world_fresh,  world_done,  cases };
