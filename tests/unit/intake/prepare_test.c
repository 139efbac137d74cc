/* prepare_test.c - what was read before the turn was closed ends as if it had been read in it. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "world.h"

#define MANY 100

static struct world w;
static char texts[MANY][400];
static struct arrival in[MANY];
static struct answer out[MANY];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void done(void)
{
    world_done(&w);
}

/* Admissions i of patients of their own. */
static void write_arrivals(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        snprintf(texts[i], sizeof texts[i],
                 "{\"id\":\"m%zu\",\"type\":\"admitted\",\"at\":\"2026-02-03T14:30:00Z\","
                 "\"environment\":\"live\",\"visit\":\"V%zu\",\"local\":\"H%zu\",\"ward\":\"W4\"}",
                 i, i, i);
        in[i] = (struct arrival){ .bytes = slice_text(texts[i]) };
    }
}

static void prepare(size_t n)
{
    struct intake up = feed_intake(w.feed);
    for (size_t i = 0; i < n; i++)
        up.prepare(up.ctx, &in[i]);
}

static void take(size_t n)
{
    struct intake up = feed_intake(w.feed);
    up.take(up.ctx, in, out, n);
}

static void check_kept(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        CU_ASSERT_EQUAL(out[i].fate, ANSWER_KEPT);
        CU_ASSERT(slice_equal(out[i].reply, SLICE("{\"status\":\"accepted\"}")));
    }
}

static void takes_what_was_prepared(void)
{
    struct world_event events[8];
    write_arrivals(5);
    prepare(5);
    take(5);
    check_kept(5);
    CU_ASSERT_EQUAL(world_counts(&w).published, 5);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 8), 5);
    for (int i = 0; i < 5; i++) {
        char id[] = { 'm', (char)('0' + i), '\0' };
        CU_ASSERT_STRING_EQUAL(world_text(&w, &events[i], "header.source_message_id"), id);
    }
}

static void reads_what_was_not_prepared(void)
{
    static const size_t prepared[] = { 0, 1, 63, 64, 65, MANY };
    for (size_t i = 0; i < sizeof prepared / sizeof prepared[0]; i++) {
        done();
        fresh();
        write_arrivals(MANY);
        prepare(prepared[i]);
        take(MANY);
        check_kept(MANY);
        CU_ASSERT_EQUAL(world_counts(&w).published, MANY);
    }
}

/* Nothing of a turn that never came is stored. */
static void forgets_what_another_turn_was_prepared_for(void)
{
    struct world_event events[4];
    write_arrivals(2);
    prepare(2);
    in[0] = in[1];
    take(1);
    CU_ASSERT_EQUAL(world_counts(&w).taken, 1);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 1);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &events[0], "header.source_message_id"), "m1");
}

static void answers_what_is_wrong_with_a_prepared_one(void)
{
    write_arrivals(3);
    in[1].bytes = SLICE("no json");
    in[2] = in[0];
    prepare(3);
    take(3);
    CU_ASSERT_EQUAL(out[0].fate, ANSWER_KEPT);
    CU_ASSERT_EQUAL(out[1].fate, ANSWER_REFUSED);
    CU_ASSERT_EQUAL(out[2].fate, ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 1);
    CU_ASSERT_EQUAL(c.quarantined, 1);
    CU_ASSERT_EQUAL(c.duplicates, 1);
}

/* A file whose rows do not fit in a run is left to the turn, and so is what comes after it. */
static void leaves_a_long_unit_to_the_turn(void)
{
    struct buf file;
    done();
    CU_ASSERT_FATAL(world_init(&w, WORLD_CSV) && world_open_feed(&w));
    buf_init(&file, 1 << 16);
    buf_text(&file, "person,nhs,status,worker\r\n");
    for (int i = 0; i < 200; i++)
        buf_format(&file, "%d,,,Ann\r\n", i);
    in[0] = (struct arrival){ .bytes = SLICE("person,nhs,status,worker\r\n900,,,Bob\r\n") };
    in[1] = (struct arrival){ .bytes = buf_slice(&file) };
    in[2] = (struct arrival){ .bytes = SLICE("person,nhs,status,worker\r\n901,,,Cid\r\n") };
    prepare(3);
    take(3);
    CU_ASSERT_EQUAL(world_counts(&w).published, 202);
    buf_release(&file);
}

static CU_TestInfo cases[] = {
    { "takes what was prepared", takes_what_was_prepared },
    { "reads what was not prepared", reads_what_was_not_prepared },
    { "forgets what another turn was prepared for", forgets_what_another_turn_was_prepared_for },
    { "answers what is wrong with a prepared one", answers_what_is_wrong_with_a_prepared_one },
    { "leaves a long unit to the turn", leaves_a_long_unit_to_the_turn },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_prepare = { "prepare", NULL, NULL, fresh, done, cases };
