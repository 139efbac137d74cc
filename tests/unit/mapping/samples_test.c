/* samples_test.c - the samples of adapters/systems and the fixtures of tests/fixtures/map: each
 * folder with a file `input` and what is wanted of it.
 *
 * In mapping: `want` is JSON, one entry a message. Out mapping: `via` names the in mapping that
 * makes records of `input`; `want` is what is sent for them, one after another. `error`: code and
 * offset. With UPDATE_WANT=1 in the environment, `want` is written instead of compared: look at the
 * diff. */
#include "helper.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "record/record_json.h"

#define SYSTEMS SOURCE_DIR "/adapters/systems/"
#define FIXTURES SOURCE_DIR "/tests/fixtures/map/"
#define CASES_MAX 200

static char *folders[CASES_MAX];
static size_t folder_count;

static int note_folder(const char *path, const struct stat *st, int type)
{
    size_t n = strlen(path);
    (void)st;
    if (type == FTW_F && n > 6 && strcmp(path + n - 6, "/input") == 0 && folder_count < CASES_MAX)
        folders[folder_count++] = arena_format(&hp.process, "%.*s", (int)(n - 6), path);
    return 0;
}

static struct slice file(const char *folder, const char *name)
{
    struct slice text = { NULL, 0 };
    struct err e = { 0 };
    char *path = arena_format(&hp.scratch, "%s/%s", folder, name);
    if (!tree_read_file(&hp.scratch, path, 1 << 20, &text, &e))
        return (struct slice){ NULL, 0 };
    return text;
}

static bool exists(const char *path)
{
    FILE *f = fopen(path, "r");
    if (f)
        fclose(f);
    return f != NULL;
}

/* "nhs/itk-adt-2.4" of either kind of folder. */
static const char *system_of(const char *folder)
{
    const char *start = strncmp(folder, SYSTEMS, strlen(SYSTEMS)) == 0 ? folder + strlen(SYSTEMS)
                                                                       : folder + strlen(FIXTURES);
    const char *slash = strchr(strchr(start, '/') + 1, '/');
    return arena_format(&hp.scratch, "%.*s", (int)(slash - start), start);
}

static struct node *escaped(struct slice s)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < s.n; i++)
        buf_byte(&b, s.p[i] < ' ' ? '|' : s.p[i]);
    struct node *n = node_new_text(&hp.scratch, arena_copy(&hp.scratch, buf_slice(&b)));
    buf_release(&b);
    return n;
}

static struct node *event_tree(const struct mapped_event *event)
{
    struct node *tree = node_new(&hp.scratch, NODE_MAP), *record = NULL;
    struct node *was = node_new(&hp.scratch, NODE_LIST);
    struct view v = helper_record(event);
    CU_ASSERT_TRUE_FATAL(record_to_tree(&v, &hp.scratch, false, &record, &hp.e));
    node_put(tree, SLICE("record"), record);
    if (event->has_changed) {
        node_put(tree, SLICE("changed_key"), escaped(event->changed_key));
        for (size_t i = 0; i < event->changed_was_count; i++)
            node_add(was, escaped(event->changed_was[i]));
        if (event->changed_by_subject)
            node_put(tree, SLICE("changed_by_subject"), node_new_bool(&hp.scratch, true));
        if (event->changed_was_count)
            node_put(tree, SLICE("changed_was"), was);
        node_put(tree, SLICE("changed_of"), escaped(event->changed_of));
        node_put(tree, SLICE("first_is_quiet"), node_new_bool(&hp.scratch, event->changed_quiet));
    }
    return tree;
}

static struct node *message_tree(const struct mapped *mapped)
{
    struct node *tree = node_new(&hp.scratch, NODE_MAP), *list = node_new(&hp.scratch, NODE_LIST);
    bool carried = mapped->outcome == MAPPED_EVENTS;
    node_put(tree, SLICE("outcome"),
             node_new_text(&hp.scratch, carried ? SLICE("mapped") : SLICE("not carried")));
    node_put(tree, SLICE("id"), node_new_text(&hp.scratch, mapped->message_id));
    node_put(tree, SLICE("type"), node_new_text(&hp.scratch, mapped->type));
    for (size_t i = 0; i < mapped->event_count; i++)
        node_add(list, event_tree(&mapped->events[i]));
    node_put(tree, SLICE("events"), list);
    return tree;
}

/* One message's part of what was got. */
static bool take_message(const struct mapping *in, const struct mapping *out,
                         const struct head *head, struct slice one, struct node *list,
                         struct buf *sent)
{
    struct doc *d = NULL;
    struct mapped mapped;
    if (!mapping_format(in)->parse(&hp.scratch, head, one, &d, &hp.e) ||
        !mapping_in(in, &hp.scratch, d, 1770000000000, &mapped, &hp.e))
        return false;
    if (!out)
        node_add(list, message_tree(&mapped));
    for (size_t i = 0; out && i < mapped.event_count; i++) {
        buf_put(sent, helper_out(out, &mapped.events[i]));
        buf_byte(sent, '\n');
    }
    return true;
}

static bool take_unit(const struct mapping *in, const struct mapping *out, struct slice unit,
                      struct buf *got)
{
    const struct format *format = mapping_format(in);
    struct node *list = node_new(&hp.scratch, NODE_LIST);
    struct slice one = unit;
    struct cut c = { .at = 0 };
    bool ok = true;
    if (format->open && !format->open(&hp.scratch, mapping_options(in), unit, &unit, &hp.e))
        return false;
    if (!format->split)
        ok = take_message(in, out, NULL, unit, list, got);
    while (format->split && ok && format->split(&hp.scratch, unit, &c, &one, &hp.e))
        ok = take_message(in, out, c.head, one, list, got);
    if (!out)
        node_to_json_pretty(list, got);
    buf_byte(got, '\n');
    return ok && hp.e.fate == ERR_NONE;
}

static void check_error(const char *folder, struct slice want)
{
    char got[100];
    int n = snprintf(got, sizeof got, "%s %zu\n", hp.e.code ? hp.e.code : "none", hp.e.at);
    if (!slice_equal(want, slice_of(got, (size_t)n)))
        printf("\n%s: got %s", folder, got);
    CU_ASSERT_TRUE(slice_equal(want, slice_of(got, (size_t)n)));
}

static void check_want(const char *folder, struct slice want, struct slice got)
{
    if (getenv("UPDATE_WANT")) {
        FILE *f = fopen(arena_format(&hp.scratch, "%s/want", folder), "w");
        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        fwrite(got.p, 1, got.n, f);
        fclose(f);
        return;
    }
    if (!slice_equal(want, got))
        printf("\n%s: got\n%.*s\n", folder, (int)got.n, (const char *)got.p);
    CU_ASSERT_TRUE(slice_equal(want, got));
}

static void check_folder(const char *folder)
{
    const char *name = system_of(folder);
    struct slice via = slice_trim(file(folder, "via")), error = file(folder, "error");
    char message[400];
    const char *in = arena_format(&hp.scratch, "%s/in.yaml", name);
    if (via.n)
        in = arena_format(&hp.scratch, "%.*s", (int)via.n, (const char *)via.p);
    const struct mapping *m = helper_system(in), *out = NULL;
    if (exists(arena_format(&hp.scratch, SYSTEMS "%s/out.yaml", name)))
        out = helper_system(arena_format(&hp.scratch, "%s/out.yaml", name));
    struct buf got;
    buf_init(&got, 4 << 20);
    bool ok = take_unit(m, out, file(folder, "input"), &got);
    if (error.n)
        check_error(folder, error);
    else if (ok)
        check_want(folder, file(folder, "want"), buf_slice(&got));
    else
        printf("\n%s: %s\n", folder, err_print(&hp.e, message, sizeof message));
    CU_ASSERT_EQUAL(ok, !error.n);
    buf_release(&got);
}

static void run_folders(const char *root, size_t at_least)
{
    folder_count = 0;
    CU_ASSERT_EQUAL_FATAL(ftw(root, note_folder, 8), 0);
    CU_ASSERT_TRUE(folder_count >= at_least);
    for (size_t i = 0; i < folder_count; i++) {
        helper_fresh();
        check_folder(folders[i]);
    }
}

static void gives_what_the_samples_of_the_systems_want(void)
{
    run_folders(SYSTEMS, 16);
}

static void gives_what_the_fixtures_want(void)
{
    run_folders(FIXTURES, 8);
}

static CU_TestInfo cases[] = { { "gives what the samples of the systems want",
                                 gives_what_the_samples_of_the_systems_want },
                               { "gives what the fixtures want", gives_what_the_fixtures_want },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_samples = { "samples", helper_load, helper_end, helper_fresh, NULL, cases };
