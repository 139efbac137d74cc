/* hl7v2_render_test.c - writing messages: order, marks, escapes, and back again. */
#include "hl7v2_help.h"

static struct hl7v2_test t;
static struct buf out;

static void fresh(void)
{
    hl7v2_test_start(&t);
    buf_init(&out, 1 << 20);
}

static void done(void)
{
    mem_fail_after(0);
    buf_release(&out);
    arena_release(&t.a);
}

/* Keys and values in turn, NULL at the end; the value "NULL" is a null. */
static struct node *map_of(const char *const *list)
{
    struct node *map = node_new(&t.a, NODE_MAP);
    for (; *list; list += 2) {
        bool null = strcmp(list[1], "NULL") == 0;
        struct node *value =
            null ? node_new(&t.a, NODE_NULL) : node_new_text(&t.a, slice_text(list[1]));
        node_put(map, slice_text(list[0]), value);
    }
    return map;
}
#define MAP(...) map_of((const char *const[]){ __VA_ARGS__, NULL })

static bool writes(const struct node *map, const char *wanted)
{
    buf_reset(&out);
    err_clear(&t.e);
    bool good = format_hl7v2.render(map, &no_options, SLICE("id1"), &out, &t.e) &&
                slice_equal_text(buf_slice(&out), wanted);
    if (!good)
        fprintf(stderr, "\n    %s '%.*s'\n", t.e.text, (int)out.n, (const char *)out.p);
    return good;
}

static bool refuses(const struct node *map)
{
    buf_reset(&out);
    err_clear(&t.e);
    return !format_hl7v2.render(map, &no_options, SLICE("id1"), &out, &t.e) &&
           t.e.fate == ERR_REJECT && strncmp(t.e.code, "hl7v2.", 6) == 0;
}

static void writes_segments_in_the_order_of_their_mention(void)
{
    CU_ASSERT(writes(MAP("EVN-2", "2026", "PID-5.1", "LOVELACE", "MSH-9.1", "MDM", "PID-1", "1",
                         "MSH-9.2", "T02", "OBX-5", "one", "OBX(2)-5", "two", "PID-5.2", "ADA"),
                     "MSH|^~\\&|||||||MDM^T02|id1\rEVN||2026\rPID|1||||LOVELACE^ADA\r"
                     "OBX|||||one\rOBX|||||two\r"));
}

static void writes_repetitions_and_subcomponents(void)
{
    CU_ASSERT(writes(MAP("PID-3.1", "77", "PID-3(2).1", "88", "PID-3(2).4.2", "x", "PID-3(4)", "99",
                         "PID-8", "2"),
                     "MSH|^~\\&||||||||id1\rPID|||77~88^^^&x~~99|||||2\r"));
}

static void leaves_out_what_is_empty_and_clears_what_is_null(void)
{
    CU_ASSERT(
        writes(MAP("PID-5.1", "X", "PID-5.2", "", "PID-11", "NULL", "PID-30", "", "PV2-9", ""),
               "MSH|^~\\&||||||||id1\rPID|||||X||||||\"\"\r"));
}

/* A control character is not escaped but a blank: an escape would be undone by who reads it. */
static void escapes_what_would_be_read_as_a_mark(void)
{
    CU_ASSERT(writes(MAP("OBX-5", "a|b^c~d\\e&f\ng\rh\x0b\x1c i ", "OBX-6", "\"\""),
                     "MSH|^~\\&||||||||id1\rOBX|||||a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f\\.br\\g\\.br\\h"
                     "\\.br\\  i\\X20\\|\\X22\\\"\r"));
}

static void takes_its_id_and_marks_from_the_map(void)
{
    CU_ASSERT(writes(MAP("MSH-10", "own"), "MSH|^~\\&||||||||own\r"));
    CU_ASSERT(writes(MAP("MSH-2", "$%?!", "MSH-3", "A$B"), "MSH|$%?!|A?S?B|||||||id1\r"));
    CU_ASSERT(refuses(MAP("MSH-2", "$%?")));
    CU_ASSERT(refuses(MAP("MSH-1", "a")));
    CU_ASSERT(refuses(MAP("MSH-2", "$$$$")));
}

static void refuses_maps_that_make_no_message(void)
{
    CU_ASSERT(refuses(MAP("PID", "x")));
    CU_ASSERT(refuses(MAP("-3", "x")));
    CU_ASSERT(refuses(MAP("PID-3[4=x]", "x")));
    CU_ASSERT(refuses(MAP("PID-1001", "x")));
    CU_ASSERT(refuses(MAP("PID-5", "x", "PID-5.1.1", "y")));
    CU_ASSERT(refuses(MAP("OBX(2)-5", "x", "OBX-5", "y")));
    CU_ASSERT(refuses(MAP("MSH-18", "8859/1")));
    CU_ASSERT(refuses(MAP("PID-5", "\xff")));
    CU_ASSERT(refuses(node_new_text(&t.a, SLICE("x"))));
    CU_ASSERT(refuses(NULL));
}

static void writes_numbers_and_truths(void)
{
    struct node *map = node_new(&t.a, NODE_MAP);
    node_put(map, SLICE("PV1-1"), node_new_number(&t.a, 7));
    node_put(map, SLICE("PV1-2"), node_new_bool(&t.a, true));
    node_put(map, SLICE("PV1-3"), node_new_bool(&t.a, false));
    CU_ASSERT(writes(map, "MSH|^~\\&||||||||id1\rPV1|7|Y|N\r"));
    node_put(map, SLICE("PV1-4"), node_new(&t.a, NODE_LIST));
    CU_ASSERT(refuses(map));
}

static void reads_back_what_it_wrote(void)
{
    static const char *const list[] = { "PID-5.1",
                                        "O'Brien & Söhne",
                                        "PID-5.2",
                                        "a|b",
                                        "PID-11",
                                        "NULL",
                                        "PID-3(3)",
                                        " x ",
                                        "PID-3(3).4.2",
                                        "\\F\\",
                                        "NK1(2)-2",
                                        "two",
                                        "OBX-5",
                                        "line\nline\n山",
                                        "OBX-6",
                                        "\"\"",
                                        "OBX-7",
                                        " ",
                                        NULL };
    CU_ASSERT_FATAL(format_hl7v2.render(map_of(list), &no_options, SLICE("id1"), &out, &t.e));
    struct doc *d = hl7v2_test_parse(&t, buf_slice(&out));
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    CU_ASSERT(hl7v2_test_is(hl7v2_test_find(&t, d, "MSH-10", NULL, 0), "id1"));
    for (const char *const *l = list; *l; l += 2) {
        const char *path = strcmp(l[0], "NK1(2)-2") == 0 ? "NK1-2" : l[0]; /* there is no first */
        struct found f = hl7v2_test_find(&t, d, path, NULL, 0);
        if (strcmp(l[1], "NULL") == 0)
            CU_ASSERT_EQUAL(f.how, FOUND_CLEARED)
        else
            CU_ASSERT(hl7v2_test_is(f, l[1]));
    }
}

static void survives_every_failing_allocation(void)
{
    const struct node *map = MAP("PID-3.1", "77", "OBX-5", "text", "OBX(2)-5", "text");
    for (size_t n = 1; n < 8; n++) {
        struct buf small;
        struct err e = { .fate = ERR_NONE };
        buf_init(&small, 1 << 16);
        mem_fail_after(n);
        bool good = format_hl7v2.render(map, &no_options, SLICE("id1"), &small, &e);
        mem_fail_after(0);
        CU_ASSERT(good || e.fate == ERR_RETRY);
        buf_release(&small);
    }
}

static CU_TestInfo cases[] = {
    { "writes segments in the order of their mention",
      writes_segments_in_the_order_of_their_mention },
    { "writes repetitions and subcomponents", writes_repetitions_and_subcomponents },
    { "leaves out what is empty and clears what is null",
      leaves_out_what_is_empty_and_clears_what_is_null },
    { "escapes what would be read as a mark", escapes_what_would_be_read_as_a_mark },
    { "takes its id and marks from the map", takes_its_id_and_marks_from_the_map },
    { "refuses maps that make no message", refuses_maps_that_make_no_message },
    { "writes numbers and truths", writes_numbers_and_truths },
    { "reads back what it wrote", reads_back_what_it_wrote },
    { "survives every failing allocation", survives_every_failing_allocation },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hl7v2_render = { "hl7v2_render", NULL, NULL, fresh, done, cases };
