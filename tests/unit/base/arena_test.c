/* arena_test.c - memory that ends at once, its limits, and failing on demand. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/arena.h"

static struct arena a;

static void fresh(void)
{
    arena_init(&a, 1 << 20);
}

static void done(void)
{
    mem_fail_after(0);
    arena_release(&a);
}

static bool is_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static void gives_zeroed_and_aligned_memory(void)
{
    for (size_t n = 0; n < 100; n++) {
        uint8_t *p = arena_alloc(&a, n);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        CU_ASSERT_EQUAL((uintptr_t)p % 16, 0);
        CU_ASSERT_TRUE(is_zero(p, n));
        memset(p, 0xff, n);
    }
}

static void gives_zeroed_memory_again_after_a_reset(void)
{
    void *first = arena_alloc(&a, 64);
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    memset(first, 0xff, 64);
    uint64_t before = mem_count();
    arena_reset(&a);
    void *second = arena_alloc(&a, 64);
    CU_ASSERT_PTR_EQUAL(first, second);
    CU_ASSERT_TRUE(is_zero(second, 64));
    CU_ASSERT_EQUAL(mem_count(), before);
}

static void refuses_what_passes_its_limit(void)
{
    struct arena small;
    arena_init(&small, 64);
    CU_ASSERT_PTR_NULL(arena_alloc(&small, 65));
    CU_ASSERT_PTR_NULL(arena_alloc(&small, SIZE_MAX));
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(&small, 64));
    CU_ASSERT_PTR_NULL(arena_alloc(&small, 1));
    arena_reset(&small);
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(&small, 1));
    arena_release(&small);
}

static void refuses_an_array_whose_size_overflows(void)
{
    CU_ASSERT_PTR_NULL(arena_array(&a, SIZE_MAX / 2, 3));
    CU_ASSERT_PTR_NOT_NULL(ARENA_ARRAY(&a, 3, uint64_t));
}

static void copies_also_the_empty_slice(void)
{
    struct slice copy = arena_copy(&a, (struct slice){ NULL, 0 });
    CU_ASSERT_PTR_NOT_NULL(copy.p);
    CU_ASSERT_EQUAL(copy.n, 0);
    copy = arena_copy(&a, SLICE("a\0b"));
    CU_ASSERT_TRUE(slice_equal(copy, SLICE("a\0b")));
    CU_ASSERT_STRING_EQUAL(arena_text(&a, SLICE("text")), "text");
    CU_ASSERT_STRING_EQUAL(arena_format(&a, "%d-%s", 7, "x"), "7-x");
}

static void goes_back_to_what_was_saved(void)
{
    arena_alloc(&a, 100);
    struct arena_saved saved = arena_save(&a);
    void *first = arena_alloc(&a, 200000);
    arena_alloc(&a, 300000);
    arena_rewind(&a, saved);
    CU_ASSERT_EQUAL(a.used_bytes, 112);
    uint64_t before = mem_count();
    CU_ASSERT_PTR_EQUAL(arena_alloc(&a, 200000), first);
    CU_ASSERT_EQUAL(mem_count(), before);
}

static void goes_back_to_its_beginning(void)
{
    struct arena_saved saved = arena_save(&a);
    void *first = arena_alloc(&a, 10);
    arena_rewind(&a, saved);
    CU_ASSERT_EQUAL(a.used_bytes, 0);
    CU_ASSERT_PTR_EQUAL(arena_alloc(&a, 10), first);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
static void poisons_what_has_ended(void)
{
    char *kept = arena_alloc(&a, 5);
    struct arena_saved saved = arena_save(&a);
    char *ended = arena_alloc(&a, 100000);
    CU_ASSERT_FALSE(__asan_address_is_poisoned(kept + 4));
    CU_ASSERT_TRUE(__asan_address_is_poisoned(kept + 5));
    arena_rewind(&a, saved);
    CU_ASSERT_TRUE(__asan_address_is_poisoned(ended));
    CU_ASSERT_FALSE(__asan_address_is_poisoned(kept));
    arena_reset(&a);
    CU_ASSERT_TRUE(__asan_address_is_poisoned(kept));
}
#else
static void poisons_what_has_ended(void)
{
    printf("skipped: needs AddressSanitizer ");
}
#endif

static void takes_no_new_memory_for_the_same_work(void)
{
    uint64_t after_first = 0;
    for (int round = 0; round < 5; round++) {
        for (size_t n = 1; n < 200; n++)
            CU_ASSERT_PTR_NOT_NULL(arena_alloc(&a, n * 37));
        if (round == 0)
            after_first = mem_count();
        arena_reset(&a);
    }
    CU_ASSERT_EQUAL(mem_count(), after_first);
}

static void fails_on_the_nth_allocation_only(void)
{
    mem_fail_after(2);
    void *first = mem_alloc(8), *second = mem_alloc(8), *third = mem_alloc(8);
    CU_ASSERT_PTR_NOT_NULL(first);
    CU_ASSERT_PTR_NULL(second);
    CU_ASSERT_PTR_NOT_NULL(third);
    mem_free(first);
    mem_free(third);
    mem_fail_after(1);
    CU_ASSERT_PTR_NULL(arena_alloc(&a, 8));
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(&a, 8));
}

static void grows_a_table_and_keeps_it_when_it_cannot(void)
{
    void *table = NULL;
    size_t room = 0;
    CU_ASSERT_TRUE_FATAL(mem_room(&table, &room, 0, sizeof(int)));
    CU_ASSERT_TRUE(room > 0);
    ((int *)table)[0] = 42;
    mem_fail_after(1);
    CU_ASSERT_FALSE(mem_room(&table, &room, room, sizeof(int)));
    CU_ASSERT_TRUE(mem_room(&table, &room, room, sizeof(int)));
    CU_ASSERT_EQUAL(((int *)table)[0], 42);
    size_t huge = SIZE_MAX / 2 + 1;
    CU_ASSERT_FALSE(mem_room(&table, &huge, huge, sizeof(int)));
    mem_free(table);
}

static void grows_an_array_and_keeps_its_items(void)
{
    int *items = NULL;
    size_t room = 0;
    for (size_t n = 0; n < 100; n++) {
        int *grown = arena_grow(&a, items, &room, n, sizeof *items);
        CU_ASSERT_PTR_NOT_NULL_FATAL(grown);
        CU_ASSERT(n == 0 || room == n * 2 || grown == items);
        items = grown;
        items[n] = (int)n;
    }
    for (int n = 0; n < 100; n++)
        CU_ASSERT_EQUAL(items[n], n);
    size_t huge = SIZE_MAX / 2 + 1, most = huge;
    CU_ASSERT_PTR_NULL(arena_grow(&a, items, &most, huge, 1));
    CU_ASSERT_EQUAL(most, huge);
}

static CU_TestInfo cases[] = {
    { "gives zeroed and aligned memory", gives_zeroed_and_aligned_memory },
    { "gives zeroed memory again after a reset", gives_zeroed_memory_again_after_a_reset },
    { "refuses what passes its limit", refuses_what_passes_its_limit },
    { "refuses an array whose size overflows", refuses_an_array_whose_size_overflows },
    { "copies also the empty slice", copies_also_the_empty_slice },
    { "goes back to what was saved", goes_back_to_what_was_saved },
    { "goes back to its beginning", goes_back_to_its_beginning },
    { "poisons what has ended", poisons_what_has_ended },
    { "takes no new memory for the same work", takes_no_new_memory_for_the_same_work },
    { "fails on the nth allocation only", fails_on_the_nth_allocation_only },
    { "grows a table and keeps it when it cannot", grows_a_table_and_keeps_it_when_it_cannot },
    { "grows an array and keeps its items", grows_an_array_and_keeps_its_items },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_arena = { "arena", NULL, NULL, fresh, done, cases };
