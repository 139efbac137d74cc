/* effect_test.c - what another bundle would share, where the two divide a category otherwise. */
#include "replay/replay_effect.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/load/bundle_load.h"
#include "sharing/load/source.h"
#include "world.h"

#define REGION SOURCE_DIR "/tests/unit/router/region"
#define AGREEMENT "agreements/stay.yaml"

/* The region's folder, with another list of what is released of a stay's times. */
struct changed {
    struct bundle_source folder;
    const char *instead;
};

static bool read_changed(const void *ctx, struct arena *a, const char *name, struct slice *out,
                         bool *found, struct err *e)
{
    static const char times[] = "stay.admitted, field stay.discharged";
    const struct changed *c = ctx;
    if (!c->folder.read(c->folder.ctx, a, name, out, found, e))
        return false;
    if (strcmp(name, AGREEMENT) != 0)
        return true;
    const char *text = arena_text(a, *out), *at = strstr(text, times);
    CU_ASSERT_FATAL(at != NULL);
    *out = slice_text(
        arena_format(a, "%.*s%s%s", (int)(at - text), text, c->instead, at + strlen(times)));
    return true;
}

static bool list_folder(const void *ctx, struct arena *a, const char *folder,
                        struct source_names *out, struct err *e)
{
    const struct changed *c = ctx;
    return c->folder.list(c->folder.ctx, a, folder, out, e);
}

static const struct bundle *releasing(const char *instead)
{
    struct problems p = { 0 };
    const struct changed c = { source_folder(REGION), instead };
    const struct bundle_source source = {
        .label = REGION, .ctx = &c, .read = read_changed, .list = list_folder
    };
    const struct bundle *b = bundle_load_from(&world.arena, &source, world.catalogue, &p);
    CU_ASSERT_EQUAL(p.count, 0);
    problems_release(&p);
    CU_ASSERT_FATAL(b != NULL);
    return b;
}

/* "+CATEGORY" is newly shared, "-CATEGORY" no longer. */
static const char *effect_of(const char *now, const char *then)
{
    struct effect x;
    const char *text = "";
    CU_ASSERT_FATAL(replay_effect(world.bus, releasing(now), releasing(then), &world.keys, false,
                                  &world.arena, &x, &world.e));
    bool any_more = false;
    for (size_t i = 0; i < x.count; i++) {
        const struct effect_line *l = &x.lines[i];
        any_more |= l->more.events > 0;
        text = arena_format(&world.arena, "%s[%s%s%.*s]", text, l->more.events ? "+" : "",
                            l->less.events ? "-" : "", (int)l->category.n,
                            (const char *)l->category.p);
        CU_ASSERT_EQUAL(l->more.events + l->less.events, 1);
        CU_ASSERT_EQUAL(l->more.people + l->less.people, 1);
    }
    CU_ASSERT_EQUAL(x.widens, any_more);
    return text;
}

static void bundles_that_divide_a_category_otherwise_are_compared_by_what_they_mean(void)
{
    static const char *const rows[][3] = {
        { "stay.times", "stay.times", "" },
        { "stay.times", "stay.leave_from, stay.leave_until, stay.admitted, stay.discharged", "" },
        { "stay.leave_from, stay.leave_until, stay.admitted, stay.discharged", "stay.times", "" },
        { "stay.leave_from", "stay.ward, field stay.leave_from", "" },
        { "stay.times", "stay.leave_until", "[-stay.times except stay.leave_until]" },
        { "stay.leave_until", "stay.times", "[+stay.times except stay.leave_until]" },
        { "stay.leave_until", "stay.leave_from", "[+stay.leave_from][-stay.leave_until]" },
        { "stay.ward", "stay.leave_from", "[+stay.leave_from]" },
        { "stay.times", "stay.ward", "[-stay.times]" },
        { "stay.leave_from, stay.leave_until, stay.admitted, stay.discharged", "stay.ward",
          "[-stay.times]" },
        { "stay.times", "stay.admitted, stay.discharged, stay.leave_from",
          "[-stay.times except stay.admitted, stay.discharged, stay.leave_from]" },
    };
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *got = effect_of(rows[i][0], rows[i][1]);
        if (strcmp(got, rows[i][2]) != 0)
            printf("%s to %s: wanted %s, got %s\n", rows[i][0], rows[i][1], rows[i][2], got);
        CU_ASSERT_STRING_EQUAL(got, rows[i][2]);
    }
}

static CU_TestInfo cases[] = {
    { "bundles that divide a category otherwise are compared by what they mean",
      bundles_that_divide_a_category_otherwise_are_compared_by_what_they_mean },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_effect = { "effect", world_load, world_unload, world_fresh, world_done, cases };
