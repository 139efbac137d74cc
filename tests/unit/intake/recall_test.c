/* recall_test.c - what is put is found: in memory, frozen, merged, after a rollback, after a
 * restart. */
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "../host/scratch.h"
#include "host/crypto.h"
#include "intake/spool/spool.h"

#define KEYS 9000
#define TURN 60
#define FULL 8000 /* keys of a revision, to see many of them */

static struct spool s;
static struct err e;
static struct scratch scratch;
static char path[80];
static uint8_t model[KEYS]; /* the last value of each key; 0: never put */

static void reopen(void)
{
    CU_ASSERT_FATAL(spool_open(path, &s, &e));
    s.recall.full = FULL;
}

static void fresh(void)
{
    e = (struct err){ .fate = ERR_NONE };
    memset(model, 0, sizeof model);
    scratch_make(&scratch);
    snprintf(path, sizeof path, "%s/spool.db", scratch.dir);
    reopen();
}

static void done(void)
{
    spool_close(&s);
    scratch_remove(&scratch);
}

static void key_of(unsigned n, uint8_t out[ID_BYTES])
{
    uint8_t hash[HASH_BYTES];
    sha256(slice_of(&n, sizeof n), hash);
    memcpy(out, hash, ID_BYTES);
}

static void put(unsigned n, uint8_t value)
{
    uint8_t key[ID_BYTES];
    struct recall_value v = { { value } };
    key_of(n, key);
    CU_ASSERT_FATAL(recall_put(&s.recall, RECALL_LINK, key, &v, &e));
}

/* A fixed sequence that looks random. */
static unsigned next(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Turns of puts, every seventh rolled back. */
static void turns(unsigned count, unsigned *state)
{
    for (unsigned t = 0; t < count; t++) {
        bool keep = t % 7 != 3;
        CU_ASSERT_FATAL(spool_begin(&s, &e));
        for (int i = 0; i < TURN; i++) {
            unsigned n = next(state) % KEYS;
            uint8_t value = (uint8_t)(1 + next(state) % 255);
            put(n, value);
            if (keep)
                model[n] = value;
        }
        if (keep)
            CU_ASSERT_FATAL(spool_commit(&s, &e));
        if (!keep)
            spool_rollback(&s);
    }
}

static unsigned wrong(void)
{
    unsigned count = 0;
    for (unsigned n = 0; n < KEYS; n++) {
        uint8_t key[ID_BYTES];
        struct recall_value v = { { 0 } };
        bool found = false;
        key_of(n, key);
        CU_ASSERT_FATAL(recall_get(&s.recall, RECALL_LINK, key, &v, &found, &e));
        count += found != (model[n] != 0) || (found && v.b[0] != model[n]);
    }
    return count;
}

static int64_t rows(const char *sql)
{
    struct db_query *q = NULL;
    bool row = false;
    CU_ASSERT_FATAL(db_prepare(s.db, sql, &q, &e) && db_step(q, &row, &e) && row);
    int64_t n = db_int(q, 0);
    db_reset(q);
    return n;
}

static void finds_the_newest_of_every_key(void)
{
    unsigned state = 1;
    turns(900, &state);
    CU_ASSERT_EQUAL(wrong(), 0);
    CU_ASSERT(rows("select count(*) from known") > 0);
    CU_ASSERT(rows("select count(*) from recent") < 20000);
}

static void finds_them_after_a_restart_at_any_point(void)
{
    unsigned state = 2;
    for (int round = 0; round < 12; round++) {
        turns(40 + next(&state) % 90, &state);
        spool_close(&s);
        reopen();
        CU_ASSERT_EQUAL(wrong(), 0);
    }
}

static void loses_nothing_by_a_rollback_before_a_begin(void)
{
    CU_ASSERT_FATAL(spool_begin(&s, &e));
    put(1, 5);
    CU_ASSERT_FATAL(spool_commit(&s, &e));
    spool_rollback(&s);
    model[1] = 5;
    CU_ASSERT_EQUAL(wrong(), 0);
}

static void tells_kinds_apart(void)
{
    uint8_t key[ID_BYTES];
    struct recall_value v;
    bool found = true;
    CU_ASSERT_FATAL(spool_begin(&s, &e));
    put(1, 5);
    key_of(1, key);
    CU_ASSERT_TRUE(recall_get(&s.recall, RECALL_CHANGE, key, &v, &found, &e));
    CU_ASSERT_FALSE(found);
    spool_rollback(&s);
}

/* How many of as many keys as are known, but never put, the filter would ask the table for. */
static unsigned asked_for_nothing(void)
{
    unsigned count = 0;
    for (unsigned n = KEYS; n < 2 * KEYS; n++) {
        uint8_t key[ID_BYTES];
        key_of(n, key);
        count += filter_may_have(&s.recall.filter, key);
    }
    return count;
}

static void asks_the_table_for_every_key_until_the_filter_has_read_it(void)
{
    unsigned state = 3;
    turns(400, &state);
    CU_ASSERT(rows("select count(*) from known") > 2000);
    spool_close(&s);
    reopen();
    CU_ASSERT_EQUAL(asked_for_nothing(), KEYS);
    turns(40, &state);
    CU_ASSERT_TRUE(s.recall.filter.complete);
    CU_ASSERT(asked_for_nothing() < KEYS / 1000);
    CU_ASSERT_EQUAL(wrong(), 0);
}

static CU_TestInfo cases[] = {
    { "finds the newest of every key", finds_the_newest_of_every_key },
    { "finds them after a restart at any point", finds_them_after_a_restart_at_any_point },
    { "loses nothing by a rollback before a begin", loses_nothing_by_a_rollback_before_a_begin },
    { "tells kinds apart", tells_kinds_apart },
    { "asks the table for every key until the filter has read it",
      asks_the_table_for_every_key_until_the_filter_has_read_it },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_recall = { "recall", NULL, NULL, fresh, done, cases };
