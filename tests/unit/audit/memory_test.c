/* memory_test.c - two tables: what is committed, and what a transaction has changed. */
#include <CUnit/CUnit.h>

#include "step/memory.h"
#include "base/arena.h"
#include "host/crypto.h"

#include <stdio.h>

static struct memory m;
static struct err e;

static void fresh(void)
{
    err_clear(&e);
    m = (struct memory){ .base = { .count = 0 } };
}

static void done(void)
{
    mem_fail_after(0);
    memory_release(&m);
}

static const uint8_t *key(int n)
{
    static uint8_t hash[HASH_BYTES];
    sha256(slice_of(&n, sizeof n), hash);
    return hash;
}

static void put(int n, const char *text)
{
    uint8_t *block = mem_alloc(strlen(text));
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    memcpy(block, text, strlen(text));
    CU_ASSERT_TRUE_FATAL(memory_room(&m, 1, &e));
    memory_put(&m, key(n), block, strlen(text));
}

static bool holds(int n, const char *text)
{
    return slice_equal_text(memory_get(&m, key(n)), text);
}

static void merge(void)
{
    CU_ASSERT_TRUE_FATAL(memory_ready(&m, &e));
    memory_merge(&m);
}

static void a_change_is_read_before_it_is_committed(void)
{
    CU_ASSERT_TRUE(memory_restore(&m, key(1), SLICE("old"), &e));
    put(1, "new");
    CU_ASSERT_TRUE(holds(1, "new"));
    CU_ASSERT_TRUE(holds(2, ""));
}

static void what_is_dropped_was_never_there(void)
{
    CU_ASSERT_TRUE(memory_restore(&m, key(1), SLICE("old"), &e));
    put(1, "new");
    put(2, "more");
    memory_drop(&m);
    CU_ASSERT_TRUE(holds(1, "old"));
    CU_ASSERT_TRUE(holds(2, ""));
}

static void what_is_merged_stays(void)
{
    put(1, "one");
    put(1, "one again");
    merge();
    memory_drop(&m);
    CU_ASSERT_TRUE(holds(1, "one again"));
    CU_ASSERT_EQUAL(m.base.count, 1);
}

static void each_change_comes_out_once_with_its_last_value(void)
{
    size_t at = 0, n = 0;
    for (int i = 0; i < 300; i++)
        put(i % 100, i < 200 ? "early" : "last");
    for (const struct memory_slot *s; (s = memory_next_change(&m, &at)); n++)
        CU_ASSERT_TRUE(slice_equal_text(slice_of(s->bytes, s->n), "last"));
    CU_ASSERT_EQUAL(n, 100);
}

static void many_keys_are_all_found(void)
{
    char text[16];
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "%d", i);
        put(i, text);
        if (i % 777 == 0)
            merge();
    }
    merge();
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "%d", i);
        wrong += !holds(i, text);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(m.base.count, 20000);
}

static void a_merge_made_ready_needs_no_memory(void)
{
    for (int i = 0; i < 5000; i++)
        put(i, "x");
    CU_ASSERT_TRUE_FATAL(memory_ready(&m, &e));
    mem_fail_after(1);
    memory_merge(&m);
    mem_fail_after(0);
    CU_ASSERT_EQUAL(m.base.count, 5000);
    CU_ASSERT_EQUAL(m.over.count, 0);
}

static void without_memory_nothing_changes(void)
{
    put(1, "one");
    mem_fail_after(1);
    CU_ASSERT_FALSE(memory_ready(&m, &e));
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    mem_fail_after(1);
    CU_ASSERT_FALSE(memory_room(&m, 1000, &e));
    CU_ASSERT_TRUE(holds(1, "one"));
}

static CU_TestInfo cases[] = {
    { "a change is read before it is committed", a_change_is_read_before_it_is_committed },
    { "what is dropped was never there", what_is_dropped_was_never_there },
    { "what is merged stays", what_is_merged_stays },
    { "each change comes out once, with its last value",
      each_change_comes_out_once_with_its_last_value },
    { "many keys are all found", many_keys_are_all_found },
    { "a merge made ready needs no memory", a_merge_made_ready_needs_no_memory },
    { "without memory nothing changes", without_memory_nothing_changes },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_memory = { "memory", NULL, NULL, fresh, done, cases };
