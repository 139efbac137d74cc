/* torture_test.c - the n-th allocation fails, for every n: an error each time, never a crash. */
#include <CUnit/CUnit.h>

#include "fixture.h"
#include "record/record_json.h"

static void end(void)
{
    mem_fail_after(0);
}

static bool load_with(size_t n, bool *out_of_memory)
{
    struct arena a;
    struct problems p = { .count = 0 };
    arena_init(&a, (size_t)64 << 20);
    mem_fail_after(n);
    bool ok = catalogue_load(&a, SOURCE_DIR "/schemas", &p) != NULL;
    mem_fail_after(0);
    *out_of_memory = p.lost;
    for (size_t i = 0; i < p.count; i++)
        *out_of_memory |= strcmp(p.list[i].code, "memory.limit") == 0;
    problems_release(&p);
    arena_release(&a);
    return ok;
}

static void loading_survives_any_failed_allocation(void)
{
    size_t n = 1;
    bool out_of_memory = false;
    while (n < 1000 && !load_with(n, &out_of_memory)) {
        CU_ASSERT(out_of_memory);
        n++;
    }
    CU_ASSERT(n > 10 && n < 1000);
}

/* An arena that ends at every size in turn: there is no allocation it could not refuse. */
static void loading_survives_any_limit_of_its_arena(void)
{
    struct arena a;
    bool ok = false;
    for (size_t max = 64; !ok && max < (size_t)64 << 20; max += max / 4) {
        struct problems p = { .count = 0 };
        arena_init(&a, max);
        ok = catalogue_load(&a, SOURCE_DIR "/schemas", &p) != NULL;
        CU_ASSERT_EQUAL(ok, !problems_any(&p));
        problems_release(&p);
        arena_release(&a);
    }
    CU_ASSERT(ok);
}

/* View, JSON and rebuilding in an arena of a given size. */
static bool work_in(size_t max, struct slice bytes)
{
    struct arena a;
    struct view v;
    struct node *root = NULL;
    arena_init(&a, max);
    buf_reset(&fx.out);
    err_clear(&fx.e);
    bool ok = plan_view(fx.all, &a, bytes, &v, &fx.e) &&
              record_to_tree(&v, &a, true, &root, &fx.e) && rebuild(&v, &a, &fx.out, &fx.e);
    CU_ASSERT(ok || fx.e.fate != ERR_NONE || a.used_bytes > 0);
    arena_release(&a);
    return ok;
}

static void reading_and_building_survive_any_limit(void)
{
    struct random r = { 31 };
    struct buf body;
    buf_init(&body, (size_t)1 << 20);
    random_record(&r, fx.all, &body);
    size_t max = 0;
    while (max < (size_t)1 << 20 && !work_in(max, buf_slice(&body)))
        max += 16;
    CU_ASSERT(max > 500 && max < (size_t)1 << 20);
    buf_release(&body);
}

static void reading_and_building_survive_any_failed_allocation(void)
{
    struct random r = { 37 };
    struct buf body;
    buf_init(&body, (size_t)1 << 20);
    random_record(&r, fx.all, &body);
    for (size_t n = 1; n < 60; n++) {
        buf_release(&fx.out);
        mem_fail_after(n);
        bool ok = work_in((size_t)1 << 20, buf_slice(&body));
        mem_fail_after(0);
        CU_ASSERT(n < 50 || ok);
    }
    buf_release(&body);
}

static CU_TestInfo cases[] = {
    { "loading survives any failed allocation", loading_survives_any_failed_allocation },
    { "loading survives any limit of its arena", loading_survives_any_limit_of_its_arena },
    { "reading and building survive any limit", reading_and_building_survive_any_limit },
    { "reading and building survive any failed allocation",
      reading_and_building_survive_any_failed_allocation },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_torture = { "torture", fixture_load, fixture_end, fixture_fresh, end, cases };
