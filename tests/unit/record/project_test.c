/* project_test.c - what is withheld leaves no trace (law 7). */
#include <CUnit/CUnit.h>

#include "fixture.h"

static bool is_released(const struct slot *s, const struct categories *released)
{
    if (!s->nullable || s->category == catalogue_always(fx.schemas))
        return true;
    return s->category != catalogue_never(fx.schemas) && categories_has(released, s->category);
}

static struct categories random_categories(struct random *r)
{
    struct categories c = { .bits = { 0 } };
    for (unsigned i = 0; i < catalogue_category_count(fx.schemas); i++)
        if (random_below(r, 2))
            categories_add(&c, i);
    return c;
}

/* The same record with each slot that is not released encoded anew at random. */
static void change_withheld(struct random *r, const struct view *v,
                            const struct categories *released, struct buf *out)
{
    buf_reset(out);
    for (size_t i = 0; i < plan_slots(v->plan); i++)
        if (is_released(plan_slot_at(v->plan, i), released))
            buf_put(out, view_raw(v, i));
        else
            random_slot(r, v->plan, i, out);
}

static bool projects_alike(const struct view *a, const struct view *b,
                           const struct categories *released)
{
    struct buf one, two;
    buf_init(&one, (size_t)16 << 20);
    buf_init(&two, (size_t)16 << 20);
    plan_project(a, plan_categories(a->plan), released, NULL, 0, &one);
    plan_project(b, plan_categories(b->plan), released, NULL, 0, &two);
    bool same = buf_ok(&one) && slice_equal(buf_slice(&one), buf_slice(&two));
    buf_release(&one);
    buf_release(&two);
    return same;
}

static void try_law_7(struct random *r, const struct plan *p, struct buf *other)
{
    struct view v, changed;
    fixture_fresh();
    struct categories released = random_categories(r);
    random_record(r, p, &fx.out);
    CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&fx.out), &v, &fx.e));
    for (int i = 0; i < 4; i++) {
        change_withheld(r, &v, &released, other);
        CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(other), &changed, &fx.e));
        CU_ASSERT(projects_alike(&v, &changed, &released));
    }
}

static void what_is_withheld_leaves_no_trace(void)
{
    struct random r = { 7 };
    struct buf other;
    buf_init(&other, (size_t)16 << 20);
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct schema *s = catalogue_at(fx.schemas, i);
        for (int round = 0; s->disclosable && round < 40; round++)
            try_law_7(&r, s->plan, &other);
    }
    buf_release(&other);
}

/* The other half: a projection is a valid record that has all that was released, and no more. */
static void what_is_released_arrives_unchanged(void)
{
    struct random r = { 11 };
    struct buf body;
    buf_init(&body, (size_t)16 << 20);
    const struct plan *p = catalogue_named(fx.schemas, SLICE("HospitalStay"))->plan;
    for (int round = 0; round < 40; round++) {
        struct view v, got;
        struct categories released = random_categories(&r);
        fixture_fresh();
        buf_reset(&body);
        random_record(&r, p, &body);
        CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&body), &v, &fx.e));
        plan_project(&v, plan_categories(v.plan), &released, NULL, 0, &fx.out);
        CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&fx.out), &got, &fx.e));
        for (size_t i = 0; i < plan_slots(p); i++) {
            if (is_released(plan_slot_at(p, i), &released))
                CU_ASSERT(slice_equal(view_raw(&got, i), view_raw(&v, i)))
            else
                CU_ASSERT(view_is_null(&got, i));
        }
    }
    buf_release(&body);
}

static size_t slot_of(const struct plan *p, const char *path)
{
    return (size_t)plan_slot(p, slice_text(path));
}

static void replaced_slots_take_the_bytes_given(void)
{
    struct random r = { 13 };
    struct view v, got;
    struct buf body;
    struct categories none = { .bits = { 0 } };
    const struct plan *p = catalogue_named(fx.schemas, SLICE("SocialCare"))->plan;
    struct replacement replaced[] = {
        { slot_of(p, "header.source_message_id"), BYTES("\x02\x04me") },
        { slot_of(p, "header.id"), BYTES("\x04id") },
        { slot_of(p, "service.team"), BYTES("\x02\x02t") },
    };
    buf_init(&body, (size_t)16 << 20);
    random_record(&r, p, &body);
    CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&body), &v, &fx.e));
    plan_project(&v, plan_categories(v.plan), &none, replaced, 3, &fx.out);
    CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&fx.out), &got, &fx.e));
    CU_ASSERT(slice_equal_text(view_text_at(&got, "header.id"), "id"));
    CU_ASSERT(slice_equal_text(view_text_at(&got, "header.source_message_id"), "me"));
    CU_ASSERT(slice_equal_text(view_text_at(&got, "service.team"), "t"));
    CU_ASSERT(view_is_null(&got, slot_of(p, "service.worker")));
    buf_release(&body);
}

/* Event id's neighbours: message id, sequence and mapping stay here whatever anybody releases. */
static void never_releases_what_is_never_released(void)
{
    static const char *const paths[] = { "header.source_feed",  "header.source_message_id",
                                         "header.feed_seq",     "header.mapping",
                                         "header.birth_hash",   "subject.case_reference",
                                         "subject.reference_of" };
    struct random r = { 17 };
    struct view v, got;
    struct categories all;
    memset(&all, 0xff, sizeof all);
    const struct plan *p = catalogue_named(fx.schemas, SLICE("HousingCase"))->plan;
    struct buf body;
    buf_init(&body, (size_t)16 << 20);
    random_record(&r, p, &body);
    CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&body), &v, &fx.e));
    plan_project(&v, plan_categories(v.plan), &all, NULL, 0, &fx.out);
    CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&fx.out), &got, &fx.e));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        CU_ASSERT(view_is_null(&got, slot_of(p, paths[i])));
    buf_release(&body);
}

static CU_TestInfo cases[] = {
    { "what is withheld leaves no trace", what_is_withheld_leaves_no_trace },
    { "what is released arrives unchanged", what_is_released_arrives_unchanged },
    { "replaced slots take the bytes given", replaced_slots_take_the_bytes_given },
    { "never releases what is never released", never_releases_what_is_never_released },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_project = { "project", fixture_load, fixture_end, fixture_fresh, NULL, cases };
