/* oracle_test.c - what the plan accepts, Avro-C accepts, with equal values. */
#include <CUnit/CUnit.h>

#include "fixture.h"
#include "record/avro_c.h"

#define ROUNDS 40

/* Ours: view, then build. Theirs: decode, then encode. Both write each value in one way only, so
 * equal bytes are equal values. */
static bool agree(const struct plan *p, struct slice schema, struct slice body)
{
    struct view v;
    struct buf theirs;
    buf_init(&theirs, (size_t)16 << 20);
    buf_reset(&fx.out);
    bool ok = plan_view(p, &fx.scratch, body, &v, &fx.e) &&
              rebuild(&v, &fx.scratch, &fx.out, &fx.e) &&
              avro_c_recode(schema, body, &theirs, &fx.e) &&
              slice_equal(buf_slice(&fx.out), buf_slice(&theirs));
    buf_release(&theirs);
    return ok;
}

static void try_random(const struct plan *p, struct slice schema, uint64_t seed)
{
    struct random r = { seed };
    struct buf body;
    buf_init(&body, (size_t)16 << 20);
    for (int i = 0; i < ROUNDS; i++) {
        fixture_fresh();
        buf_reset(&body);
        random_record(&r, p, &body);
        CU_ASSERT(agree(p, schema, buf_slice(&body)));
    }
    buf_release(&body);
}

static void agrees_on_random_records_of_every_schema(void)
{
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct schema *s = catalogue_at(fx.schemas, i);
        try_random(s->plan, s->text, 1 + i);
    }
}

static void agrees_on_random_records_of_every_type(void)
{
    try_random(fx.all, fx.all_text, 77);
}

/* Bytes changed at random: mostly refused; what is not refused must still be agreed on. */
static void agrees_on_damaged_records_that_it_accepts(void)
{
    struct random r = { 4711 };
    struct buf body;
    struct view v;
    size_t accepted = 0;
    buf_init(&body, (size_t)16 << 20);
    for (int i = 0; i < 2000; i++) {
        fixture_fresh();
        buf_reset(&body);
        random_record(&r, fx.all, &body);
        body.p[random_below(&r, body.n)] = (uint8_t)random_next(&r);
        struct slice bytes = buf_slice(&body);
        if (!plan_view(fx.all, &fx.scratch, bytes, &v, &fx.e))
            continue;
        accepted++;
        CU_ASSERT(agree(fx.all, fx.all_text, bytes));
    }
    CU_ASSERT(accepted > 100);
    buf_release(&body);
}

static CU_TestInfo cases[] = {
    { "agrees on random records of every schema", agrees_on_random_records_of_every_schema },
    { "agrees on random records of every type", agrees_on_random_records_of_every_type },
    { "agrees on damaged records that it accepts", agrees_on_damaged_records_that_it_accepts },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_oracle = { "oracle", fixture_load, fixture_end, fixture_fresh, NULL, cases };
