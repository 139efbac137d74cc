/* json_test.c - a record as people read it. */
#include <CUnit/CUnit.h>

#include "fixture.h"
#include "record/record_json.h"

#define RECORD                                                                                     \
    BYTES("\x01\x04\x06\0\0\0\0\0\0\xf8\x3f\x04\xff\x01"                                           \
          "keys"                                                                                   \
          "\x06"                                                                                   \
          "a\"\n"                                                                                  \
          "\x02"                                                                                   \
          "\x02\xd0\x0f"                                                                           \
          "\x02\x02x\0\0\0\0"                                                                      \
          "\x02\x02y\0"                                                                            \
          "\x02\x02\x0e\0\0")

static struct node *tree(struct slice bytes, bool with_nulls)
{
    struct view v;
    struct node *root = NULL;
    CU_ASSERT_FATAL(plan_view(fx.all, &fx.scratch, bytes, &v, &fx.e));
    CU_ASSERT_FATAL(record_to_tree(&v, &fx.scratch, with_nulls, &root, &fx.e));
    node_to_json(root, &fx.out);
    buf_byte(&fx.out, 0);
    return root;
}

static void nests_as_the_schema_does(void)
{
    tree(RECORD, false);
    CU_ASSERT_STRING_EQUAL((const char *)fx.out.p,
                           "{\"truth\":true,\"small\":2,\"big\":3,\"real\":1.5,\"raw\":\"ff01\","
                           "\"key\":\"6b657973\",\"text\":\"a\\\"\\n\",\"colour\":\"green\","
                           "\"at\":\"1970-01-01T00:00:01.000Z\",\"inner\":{\"text\":\"x\"},"
                           "\"words\":[\"y\"],\"rows\":[{\"number\":7,\"cells\":[]}]}");
}

static void shows_nulls_when_asked(void)
{
    struct node *root = tree(RECORD, true);
    struct node *inner = node_get(root, "inner");
    CU_ASSERT_PTR_NOT_NULL_FATAL(node_get(inner, "truth"));
    CU_ASSERT_EQUAL(node_get(inner, "truth")->kind, NODE_NULL);
    CU_ASSERT_EQUAL(inner->count, 5);
}

static void writes_what_is_no_number_as_null(void)
{
    struct build b;
    struct view v;
    struct node *root = NULL;
    CU_ASSERT_FATAL(plan_view(fx.all, &fx.scratch, RECORD, &v, &fx.e));
    CU_ASSERT(build_init(&b, fx.all, &fx.scratch, &fx.e));
    for (size_t i = 0; i < plan_slots(fx.all); i++)
        b.encoded[i] = view_raw(&v, i);
    CU_ASSERT(build_double(&b, 3, __builtin_inf(), &fx.e) && build_done(&b, &fx.out, &fx.e));
    CU_ASSERT_FATAL(plan_view(fx.all, &fx.scratch, buf_slice(&fx.out), &v, &fx.e));
    CU_ASSERT_FATAL(record_to_tree(&v, &fx.scratch, false, &root, &fx.e));
    CU_ASSERT_EQUAL(node_get(root, "real")->kind, NODE_NULL);
}

/* Whatever a record holds, its JSON is JSON. */
static void any_record_gives_json_that_reads_back(void)
{
    struct random r = { 23 };
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct plan *p = catalogue_at(fx.schemas, i)->plan;
        struct view v;
        struct node *root = NULL, *back = NULL;
        fixture_fresh();
        random_record(&r, p, &fx.out);
        CU_ASSERT_FATAL(plan_view(p, &fx.scratch, buf_slice(&fx.out), &v, &fx.e));
        CU_ASSERT_FATAL(record_to_tree(&v, &fx.scratch, true, &root, &fx.e));
        buf_reset(&fx.out);
        node_to_json(root, &fx.out);
        struct slice text = arena_copy(&fx.scratch, buf_slice(&fx.out));
        CU_ASSERT_FATAL(tree_json(&fx.scratch, text, &back, &fx.e));
        buf_reset(&fx.out);
        node_to_json(back, &fx.out);
        CU_ASSERT(slice_equal(text, buf_slice(&fx.out)));
    }
}

static CU_TestInfo cases[] = {
    { "nests as the schema does", nests_as_the_schema_does },
    { "shows nulls when asked", shows_nulls_when_asked },
    { "writes what is no number as null", writes_what_is_no_number_as_null },
    { "any record gives JSON that reads back", any_record_gives_json_that_reads_back },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_json = { "json", fixture_load, fixture_end, fixture_fresh, NULL, cases };
