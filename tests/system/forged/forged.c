/* forged.c - what an agency puts on the topics that it may write changes no fact, decision or
 * delivery of another's.
 *
 * Three worlds of one story of the example region. The first is honest. In the second, at its
 * middle, one agency says in good form what it may say (rights.c), among it what nobody has asked
 * it; in the third it says that and forges all else besides. The third is the second, byte by byte:
 * facts, marks, disclosures, notices, links, audit. And the second has of others' facts and
 * decisions what the first has, but for people of whom the agency said what by facts.yaml others'
 * decisions may rest on: of them the facts.
 *
 * FORGED_SEED and FORGED_COUNT (records an agency) say otherwise than usual. */
#include "forged.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>

#define RECORDS_AN_AGENCY 1000

static size_t put_count, refused_count, taken_count;

static size_t records(void)
{
    const char *said = getenv("FORGED_COUNT");
    return said ? (size_t)strtoul(said, NULL, 10) : RECORDS_AN_AGENCY;
}

static uint64_t seed(void)
{
    const char *said = getenv("FORGED_SEED");
    return said ? strtoull(said, NULL, 10) : 1130;
}

static void run(void)
{
    bool good = world_run();
    if (!good)
        fprintf(stderr, "\n    %s", world.e.text);
    CU_ASSERT_TRUE_FATAL(good);
}

static void agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
    if (*world.said)
        fprintf(stderr, "\n    %s", world.said);
}

/* To the middle, as it was played when the story was made. */
static void play_first(void)
{
    world_fresh();
    bus_forget();
    bus_put(&story.first, true);
    run();
    bus_put(&story.acts, true);
    run();
}

static void play_second(void)
{
    bus_put(&story.second, true);
    run();
}

static void stamp(struct puts *p)
{
    int64_t ms = story.second.list[0].ms - (int64_t)p->n * 1000;
    for (size_t i = 0; i < p->n; i++)
        p->list[i].ms = ms + (int64_t)i * 1000;
}

static const struct puts nothing;

/* Its own word in good form: others' facts, and others' decisions where it may not bear on them. */
static void say_what_it_may(const char *agency, const struct puts *put, struct result *all)
{
    struct result before, after;
    play_first();
    play_second();
    world_read();
    outcome_of_others(agency, put, &before);
    world_done();
    play_first();
    bus_put(put, false);
    run();
    play_second();
    outcome_all(&nothing, all);
    outcome_of_others(agency, put, &after);
    CU_ASSERT(before.n > 100);
    CU_ASSERT_EQUAL(outcome_differ(&before, &after, agency), 0);
    agree();
    world_done();
}

/* Input is one entry each. */
static void all_is_on_record(const struct puts *put)
{
    size_t on_no_way = 0;
    for (size_t i = 0; i < put->n; i++)
        on_no_way += strncmp(put->list[i].topic, "quarantine.", 11) == 0;
    CU_ASSERT_EQUAL(world.entry_count,
                    story.first.n + story.acts.n + story.second.n + put->n - on_no_way);
}

static void forge_for(const char *agency)
{
    struct puts put = { .n = 0 };
    struct result honest, forged;
    forged_seed = seed() ^ hash_bytes(slice_text(agency));
    world_fresh();
    story_make();
    forge(agency, records(), &put);
    stamp(&put);
    world_done();
    say_what_it_may(agency, &put, &honest);
    play_first();
    bus_put(&put, true);
    run();
    play_second();
    outcome_all(&put, &forged);
    CU_ASSERT(honest.n > 500);
    CU_ASSERT_EQUAL(outcome_differ(&honest, &forged, agency), 0);
    CU_ASSERT_EQUAL(outcome_wrong(&put, &refused_count, &taken_count), 0);
    all_is_on_record(&put);
    agree();
    world_done();
    put_count += put.n;
}

static void the_hospital(void)
{
    rights_load();
    forge_for("wexbridge-hospital");
}

static void the_council(void)
{
    forge_for("wexshire-council");
}

static void the_district(void)
{
    forge_for("wexbridge-district");
}

static void the_other_district(void)
{
    forge_for("eastwex-district");
}

/* The last of them tells the sums. */
static void the_provider(void)
{
    forge_for("brightcare");
    fprintf(stderr, "\n    seed %llu: %zu records, %zu refused, %zu its own word ",
            (unsigned long long)seed(), put_count, refused_count, taken_count);
    CU_ASSERT(refused_count > put_count / 2);
    CU_ASSERT(taken_count > put_count / 50);
}

static CU_TestInfo cases[] = {
    { "nothing that the hospital forges changes what is another's", the_hospital },
    { "nor what the council forges", the_council },
    { "nor the district that houses", the_district },
    { "nor a district of next door", the_other_district },
    { "nor a provider of care", the_provider },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_forged = { "forged", story_load, world_unload, NULL, NULL, cases };
