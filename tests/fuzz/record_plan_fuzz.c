/* record_plan_fuzz.c - a schema's name, a line feed, a body: the plan against Avro-C.
 *
 * What the plan refuses, Avro-C never sees. What it accepts, Avro-C must accept with equal values:
 * both are shown as JSON and compared. A projection must be a valid record too. */
#include <stdio.h>
#include <stdlib.h>

#include "record/avro_c.h"
#include "record/catalogue.h"
#include "record/record_json.h"

#include "must.h"

#define SCRATCH_MAX ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena process, scratch;
static const struct catalogue *schemas, *types;

static const struct catalogue *load(const char *folder)
{
    struct problems p = { .count = 0 };
    const struct catalogue *c = catalogue_load(&process, folder, &p);
    problems_release(&p);
    if (!c) {
        fprintf(stderr, "cannot load %s\n", folder);
        exit(1);
    }
    return c;
}

static struct slice json_of(const struct view *v)
{
    struct node *tree = NULL;
    struct err e = { .fate = ERR_NONE };
    struct buf out;
    buf_init(&out, SCRATCH_MAX);
    must(record_to_tree(v, &scratch, true, &tree, &e), "a valid record has no JSON");
    node_to_json(tree, &out);
    must(buf_ok(&out), "JSON of a record is larger than memory");
    struct slice text = arena_copy(&scratch, buf_slice(&out));
    buf_release(&out);
    return text;
}

static void compare_with_avro_c(const struct schema *s, const struct view *v)
{
    struct err e = { .fate = ERR_NONE };
    struct view again;
    struct buf theirs;
    buf_init(&theirs, SCRATCH_MAX);
    must(avro_c_recode(s->text, v->bytes, &theirs, &e), "Avro-C refuses what the plan accepts");
    must(plan_view(s->plan, &scratch, buf_slice(&theirs), &again, &e),
         "the plan refuses what Avro-C wrote");
    must(slice_equal(json_of(v), json_of(&again)), "values differ");
    buf_release(&theirs);
}

/* Released is decided by the body's length, so that both halves of every slot's choice are
 * tried. */
static void check_projection(const struct schema *s, const struct view *v)
{
    struct err e = { .fate = ERR_NONE };
    struct categories released = { .bits = { 0 } };
    struct view projected;
    struct buf out;
    for (unsigned i = 0; i < CATEGORIES_MAX; i++)
        if ((i ^ v->bytes.n) & 1)
            categories_add(&released, i);
    buf_init(&out, SCRATCH_MAX);
    plan_project(v, plan_categories(v->plan), &released, NULL, 0, &out);
    must(plan_view(s->plan, &scratch, buf_slice(&out), &projected, &e),
         "a projection is no valid record");
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!schemas) {
        arena_init(&process, SCRATCH_MAX);
        arena_init(&scratch, SCRATCH_MAX);
        schemas = load(SOURCE_DIR "/schemas");
        types = load(SOURCE_DIR "/tests/unit/record/schemas");
    }
    struct slice input = slice_of(data, size);
    size_t end = slice_find(input, '\n');
    const struct schema *s = catalogue_named(schemas, slice_head(input, end));
    if (!s)
        s = catalogue_named(types, slice_head(input, end));
    struct err e = { .fate = ERR_NONE };
    struct view v;
    arena_reset(&scratch);
    if (!s || !plan_view(s->plan, &scratch, slice_from(input, end + 1), &v, &e))
        return 0;
    compare_with_avro_c(s, &v);
    check_projection(s, &v);
    return 0;
}
