/* chains_test.c - what was put in is found by its hash, and nothing else. */
#include <CUnit/CUnit.h>

#include "base/chains.h"

#define MANY 1000

struct thing {
    struct chain_link link; /* must be first */
    int number;
};

static struct chains c;
static struct thing things[MANY];

static void fresh(void)
{
    c = (struct chains){ .room = 0 };
}

static void done(void)
{
    chains_release(&c);
}

static void add(int number, uint64_t hash)
{
    things[number].number = number;
    CU_ASSERT_TRUE_FATAL(chains_add(&c, &things[number].link, hash));
}

static void nothing_is_found_in_none(void)
{
    CU_ASSERT_PTR_NULL(chains_first(&c, 7));
}

static void each_of_many_is_found_alone(void)
{
    for (int i = 0; i < MANY; i++)
        add(i, (uint64_t)i * 3);
    for (int i = 0; i < MANY; i++) {
        struct chain_link *l = chains_first(&c, (uint64_t)i * 3);
        CU_ASSERT_PTR_EQUAL_FATAL(l, &things[i].link);
        CU_ASSERT_PTR_NULL(chains_next(l));
        CU_ASSERT_PTR_NULL(chains_first(&c, (uint64_t)i * 3 + 1));
    }
}

static void those_of_one_hash_follow_each_other_past_others(void)
{
    bool seen[4] = { false };
    add(0, 5);
    add(1, 5 + ((uint64_t)1 << 40)); /* in the same chain, of another hash */
    add(2, 5);
    add(3, 5);
    for (struct chain_link *l = chains_first(&c, 5); l; l = chains_next(l))
        seen[((struct thing *)l)->number] = true;
    CU_ASSERT(seen[0] && !seen[1] && seen[2] && seen[3]);
}

static void what_was_removed_is_not_found_and_its_neighbours_are(void)
{
    for (int i = 0; i < MANY; i++)
        add(i, (uint64_t)i % 10);
    for (int i = 0; i < MANY; i += 2)
        chains_remove(&c, &things[i].link);
    int left = 0;
    for (uint64_t hash = 0; hash < 10; hash++)
        for (struct chain_link *l = chains_first(&c, hash); l; l = chains_next(l), left++)
            CU_ASSERT_EQUAL(((struct thing *)l)->number % 2, 1);
    CU_ASSERT_EQUAL(left, MANY / 2);
    CU_ASSERT_EQUAL(c.count, MANY / 2);
}

static CU_TestInfo cases[] = {
    { "nothing is found in none", nothing_is_found_in_none },
    { "each of many is found alone", each_of_many_is_found_alone },
    { "those of one hash follow each other past others",
      those_of_one_hash_follow_each_other_past_others },
    { "what was removed is not found and its neighbours are",
      what_was_removed_is_not_found_and_its_neighbours_are },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_chains = { "chains", NULL, NULL, fresh, done, cases };
