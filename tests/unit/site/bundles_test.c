/* bundles_test.c - which bundle may follow which, and how they lie in their folder. */
#include "site/bundles.h"

#include "scratch.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

static struct scratch scratch;
static struct arena arena;
static struct err e;

static void fresh(void)
{
    scratch_make(&scratch);
    arena_init(&arena, 1 << 20);
    err_clear(&e);
}

static void done(void)
{
    arena_release(&arena);
    scratch_remove(&scratch);
}

/* Bundle n is in force from 100 * n on and follows n - 1; its hash begins with n. */
struct made {
    struct bundle bundle;
    struct pack pack;
    struct edition edition;
};

static struct edition *make(struct made *m, uint8_t n, const struct edition *before)
{
    *m = (struct made){ .bundle = { .region = SLICE_INIT("r"), .hash = { n } } };
    m->pack = (struct pack){ .has_previous = before != NULL };
    if (before)
        memcpy(m->pack.previous, before->bundle->hash, HASH_BYTES);
    m->edition = (struct edition){
        .bundle = &m->bundle, .number = n, .from_ms = 100 * n, .earlier = before, .pack = &m->pack
    };
    return &m->edition;
}

/* The code of the refusal; "" when the third may follow the second, which follows the first. */
static const char *refusal(int64_t from_ms, uint64_t number, const char *region, uint8_t previous)
{
    static const struct bundles_trust demo = { .demo = true };
    static struct made made[3];
    make(&made[0], 1, NULL);
    make(&made[1], 2, &made[0].edition);
    struct edition *next = make(&made[2], 3, &made[1].edition);
    next->from_ms = from_ms;
    next->number = number;
    made[2].bundle.region = slice_text(region);
    made[2].pack.previous[0] = previous;
    err_clear(&e);
    return bundles_follows(&demo, &made[1].edition, next, &e) ? "" : e.code;
}

static void what_follows_is_newer_of_the_region_and_made_for_it(void)
{
    static const struct {
        int64_t from_ms;
        uint64_t number;
        const char *region;
        uint8_t previous;
        const char *code;
    } rows[] = {
        { 300, 3, "r", 2, "" },
        { 200, 3, "r", 2, "" },
        { 150, 3, "r", 2, "" }, /* takes the place of the second before its time */
        { 99, 3, "r", 2, "bundle.from" },
        { 300, 2, "r", 2, "bundle.number" },
        { 300, 1, "r", 2, "bundle.number" },
        { 300, 3, "s", 2, "bundle.region" },
        { 300, 3, "r", 1, "bundle.previous" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_STRING_EQUAL(
            refusal(rows[i].from_ms, rows[i].number, rows[i].region, rows[i].previous),
            rows[i].code);
}

static void a_bundle_without_a_past_follows_none(void)
{
    static const struct bundles_trust demo = { .demo = true };
    struct made first, other;
    make(&first, 1, NULL);
    make(&other, 2, NULL);
    CU_ASSERT_FALSE(bundles_follows(&demo, &first.edition, &other.edition, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bundle.previous");
}

static void what_is_kept_is_listed_by_number(void)
{
    static const uint8_t order[] = { 12, 2, 7 };
    const struct kept_bundle *list = NULL;
    struct made m;
    size_t n = 0;
    for (size_t i = 0; i < sizeof order; i++) {
        make(&m, order[i], NULL);
        m.pack.file = SLICE("any bytes");
        CU_ASSERT(bundles_keep(scratch.dir, &m.edition, &e));
    }
    CU_ASSERT_FATAL(bundles_list(&arena, scratch.dir, &list, &n, &e));
    CU_ASSERT_FATAL(n == 3);
    CU_ASSERT(list[0].number == 2 && list[1].number == 7 && list[2].number == 12);
}

static void no_folder_keeps_nothing_but_one_that_cannot_be_read_is_no_empty_one(void)
{
    const struct kept_bundle *list = NULL;
    char path[600];
    size_t n = 1;
    snprintf(path, sizeof path, "%s/none", scratch.dir);
    CU_ASSERT(bundles_list(&arena, path, &list, &n, &e));
    CU_ASSERT_EQUAL(n, 0);
    FILE *f = fopen(path, "w");
    CU_ASSERT_FATAL(f && fclose(f) == 0);
    CU_ASSERT_FALSE(bundles_list(&arena, path, &list, &n, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "bundle.list");
}

static void what_was_left_half_written_is_deleted(void)
{
    static const struct {
        const char *name;
        bool stays;
    } rows[] = { { ".000003.4711", false }, { ".000003", true },     { ".notes.4711", true },
                 { ".000003.x", true },     { "000003.4711", true }, { "000003.bundle", true } };
    char path[600];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", scratch.dir, rows[i].name);
        FILE *f = fopen(path, "w");
        CU_ASSERT_FATAL(f && fclose(f) == 0);
    }
    bundles_tidy(scratch.dir);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", scratch.dir, rows[i].name);
        CU_ASSERT_EQUAL(access(path, F_OK) == 0, rows[i].stays);
        (void)unlink(path);
    }
}

static CU_TestInfo tests[] = {
    { "what follows is newer, of the region, and made for it",
      what_follows_is_newer_of_the_region_and_made_for_it },
    { "a bundle without a past follows none", a_bundle_without_a_past_follows_none },
    { "what is kept is listed by number", what_is_kept_is_listed_by_number },
    { "no folder keeps nothing, but one that cannot be read is no empty one",
      no_folder_keeps_nothing_but_one_that_cannot_be_read_is_no_empty_one },
    { "what was left half written is deleted", what_was_left_half_written_is_deleted },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_bundles = { "bundles", NULL, NULL, fresh, done, tests };
