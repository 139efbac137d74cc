/* settle_test.c - a conflict of words that named people end: for whom, by whom, and of which
 * words. */
#include <CUnit/CUnit.h>

#include "acting.h"
#include "base/clock.h"

#define GRANTS "district/grants"
#define CONFLICT "hold conflicting-consent"

static const char id[] = ACTING_ID;

static void word_of(const char *source, const char *kind, int64_t occurred_ms)
{
    static const char *const purpose[] = { "consent.purpose", "individual-care", NULL };
    static int words;
    world_say(&(struct say){ .who = "ada",
                             .source = source,
                             .type = "Consent",
                             .kind = kind,
                             .id = arena_format(&world.arena, "%032x", 0xdd0000 + ++words),
                             .occurred_ms = occurred_ms,
                             .set = purpose });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void word(const char *source, const char *kind)
{
    word_of(source, kind, 0);
}

static void move(const char *event, const char *episode)
{
    static const char *const ward[] = { "stay.ward", "Ward 7", NULL };
    world_say(&(struct say){
        .who = "ada", .kind = "moved", .id = event, .episode = episode, .set = ward });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

/* The last decision on that event for that service, "outcome reason". */
static const char *decided(const char *event, const char *to)
{
    const char *text = "nothing";
    world_read();
    for (size_t i = 0; i < world.entry_count; i++)
        for (size_t n = 0; n < world.entries[i].r.decision_count; n++) {
            const struct audit_decision *d = &world.entries[i].r.decisions[n];
            if (slice_equal_text(d->event_id, event) && slice_equal_text(d->recipient, to))
                text = arena_format(&world.arena, "%.*s %.*s", SHOWN(d->outcome), SHOWN(d->reason));
        }
    return text;
}

/* One question, two services: the hub's no, the council's yes. */
static void dispute(void)
{
    word("hosp/hub", "revoked");
    word("council/social", "granted");
    move(id, "v1");
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), CONFLICT);
    CU_ASSERT_STRING_EQUAL(decided(id, GRANTS), CONFLICT);
}

static void give(const char *what, const char *to, const char *first, const char *second)
{
    struct act x = acting_make(what, id, to);
    acting_sign(&x, first);
    if (second)
        acting_sign(&x, second);
    acting_submit(&x);
}

static bool last_note_has(const char *text)
{
    size_t n = 0;
    while (world_entry("hold-act", n))
        n++;
    const struct audit_read *r = n ? world_entry("hold-act", n - 1) : NULL;
    return r && memmem(r->note.p, r->note.n, text, strlen(text));
}

/* At the hold of somebody else's service they may; what waits for their own waits for others. */
static void nobody_lets_go_to_their_own_agency_by_a_hold_of_anothers(void)
{
    dispute();
    give("settle-yes", SOCIAL, "njeri", NULL);
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    give("settle-yes", GRANTS, "njeri", NULL);
    CU_ASSERT_STRING_EQUAL(decided(id, GRANTS), "disclose disclosed");
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), CONFLICT);
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_restart();
    word("council/social", "granted"); /* no rule ends it */
    give("release", SOCIAL, "njeri", NULL);
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    give("release", SOCIAL, "omar", NULL);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static const char later[] = "0000019f0000000000000000000000e1",
                  latest[] = "0000019f0000000000000000000000e2";

/* Whatever comes by the fact, and however long after. */
static void nor_does_what_comes_after(void)
{
    dispute();
    give("settle-yes", GRANTS, "njeri", NULL);
    world_restart();
    move(later, "v2");
    CU_ASSERT_STRING_EQUAL(decided(later, GRANTS), "disclose disclosed");
    CU_ASSERT_STRING_EQUAL(decided(later, SOCIAL), CONFLICT);
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    give("settle-yes", SOCIAL, "omar", NULL); /* who is of neither */
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), "disclose disclosed");
    CU_ASSERT_STRING_EQUAL(decided(later, SOCIAL), "disclose disclosed");
    move(latest, "v3");
    CU_ASSERT_STRING_EQUAL(decided(latest, GRANTS), "disclose disclosed");
    CU_ASSERT_STRING_EQUAL(decided(latest, SOCIAL), "disclose disclosed");
    world_agree();
}

/* Their no counts for all: it opens nothing. */
static void a_no_of_ones_own_agency_counts_for_it_too(void)
{
    dispute();
    give("settle-no", GRANTS, "njeri", NULL);
    move(later, "v2");
    CU_ASSERT_TRUE(strncmp(decided(later, GRANTS), "withhold", 8) == 0);
    CU_ASSERT_TRUE(strncmp(decided(later, SOCIAL), "withhold", 8) == 0);
    world_agree();
}

/* It waits for a conflict as any other: who said no says yes. */
static void what_is_kept_from_ones_own_goes_when_the_conflict_ends(void)
{
    dispute();
    give("settle-yes", GRANTS, "njeri", NULL);
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), CONFLICT);
    word("hosp/hub", "granted");
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), "disclose disclosed");
    world_agree();
}

static void two_of_one_agency_are_no_more_than_one(void)
{
    dispute();
    give("settle-yes", GRANTS, "njeri", "karl");
    CU_ASSERT_STRING_EQUAL(decided(id, GRANTS), "disclose disclosed");
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

static void people_of_two_agencies_settle_for_both(void)
{
    dispute();
    give("settle-yes", GRANTS, "njeri", "omar");
    CU_ASSERT_STRING_EQUAL(decided(id, GRANTS), "disclose disclosed");
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), "disclose disclosed");
    world_agree();
}

static void a_no_ends_all_that_waits(void)
{
    dispute();
    give("settle-no", GRANTS, "njeri", NULL);
    CU_ASSERT_TRUE(strncmp(decided(id, GRANTS), "withhold", 8) == 0);
    CU_ASSERT_TRUE(strncmp(decided(id, SOCIAL), "withhold", 8) == 0);
    world_agree();
}

/* The next word is not of the millisecond of the last act. */
static void pass_a_moment(void)
{
    int64_t now_ms = clock_wall_ms();
    while (clock_wall_ms() <= now_ms + 1)
        ;
}

#define NINE ((int64_t)1790000000000)

/* As dispute, at nine and at ten. */
static void dispute_at_ten(void)
{
    word_of("hosp/hub", "revoked", NINE);
    word_of("council/social", "granted", NINE + HOUR);
    move(id, "v1");
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), CONFLICT);
}

/* What the hub says of half past nine reaches the router after it was signed. */
static void a_no_that_came_after_it_was_signed_is_not_overruled(void)
{
    dispute_at_ten();
    struct act x = acting_make("settle-yes", id, SOCIAL);
    acting_sign(&x, "omar");
    pass_a_moment();
    word_of("hosp/hub", "revoked", NINE + HOUR / 2);
    acting_submit(&x);
    CU_ASSERT_TRUE(last_note_has("after it was signed"));
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), CONFLICT);
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    give("settle-yes", SOCIAL, "omar", NULL); /* who has seen it */
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), "disclose disclosed");
    world_agree();
}

static void nor_one_that_came_between_two_who_must(void)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    dispute_at_ten();
    world_say(&(struct say){ .who = "ada", .type = "Restriction", .kind = "raised", .set = kind });
    CU_ASSERT_TRUE_FATAL(world_run());
    give("settle-yes", SOCIAL, "njeri", NULL);
    CU_ASSERT_TRUE(last_note_has(HOLD_FIRST_OF_TWO));
    pass_a_moment();
    word_of("hosp/hub", "revoked", NINE + HOUR / 2);
    give("settle-yes", SOCIAL, "omar", NULL);
    CU_ASSERT_TRUE(last_note_has(HOLD_FIRST_OF_TWO)); /* the first who knows */
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), CONFLICT);
    world_restart();
    give("settle-yes", SOCIAL, "njeri", NULL);
    CU_ASSERT_STRING_EQUAL(decided(id, SOCIAL), "disclose disclosed");
    world_agree();
}

static CU_TestInfo cases[] = {
    { "nobody lets go to their own agency by a hold of another's",
      nobody_lets_go_to_their_own_agency_by_a_hold_of_anothers },
    { "nor does what comes after", nor_does_what_comes_after },
    { "a no of one's own agency counts for it too", a_no_of_ones_own_agency_counts_for_it_too },
    { "what is kept from one's own goes when the conflict ends",
      what_is_kept_from_ones_own_goes_when_the_conflict_ends },
    { "two of one agency are no more than one", two_of_one_agency_are_no_more_than_one },
    { "people of two agencies settle for both", people_of_two_agencies_settle_for_both },
    { "a no ends all that waits", a_no_ends_all_that_waits },
    { "a no that came after it was signed is not overruled",
      a_no_that_came_after_it_was_signed_is_not_overruled },
    { "nor one that came between two who must", nor_one_that_came_between_two_who_must },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_settle = { "settle", acting_load, world_unload, world_fresh, world_done, cases };
