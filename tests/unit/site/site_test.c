/* site_test.c - the example site loads; of a broken one every problem is told with its place.
 *
 * tests/fixtures/site/<case>/ holds a site.yaml and in `want` the problems, a line each. */
#include "site/site.h"

#include "registry.h"
#include "scratch.h"

#include <CUnit/CUnit.h>
#include <string.h>

static struct scratch scratch;
static struct arena arena;
static struct problems problems;

/* What an installation would hold: schemas and partner systems in one folder. */
static int install(void)
{
    char path[512];
    scratch_make(&scratch);
    snprintf(path, sizeof path, "%s/systems", scratch.dir);
    if (symlink(SOURCE_DIR "/adapters/systems", path) != 0)
        return 1;
    snprintf(path, sizeof path, "%s/schemas", scratch.dir);
    if (symlink(SOURCE_DIR "/schemas", path) != 0)
        return 1;
    return setenv("CONCORDAT_SHARE", scratch.dir, 1);
}

static int uninstall(void)
{
    unsetenv("CONCORDAT_SHARE");
    scratch_remove(&scratch);
    return 0;
}

static void fresh(void)
{
    arena_init(&arena, (size_t)128 << 20);
    problems = (struct problems){ .count = 0 };
}

static void done(void)
{
    problems_release(&problems);
    arena_release(&arena);
}

/* The problems, a line each, without the folder's path. */
static struct slice said(const char *folder)
{
    struct buf out;
    char text[1000];
    size_t n = strlen(folder) + 1;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < problems.count; i++) {
        const char *line = err_print(&problems.list[i], text, sizeof text);
        buf_format(&out, "%s\n", strncmp(line, folder, n - 1) == 0 ? line + n : line);
    }
    struct slice copy = arena_copy(&arena, buf_slice(&out));
    buf_release(&out);
    return copy;
}

static void check_case(const char *name)
{
    const char *folder = arena_format(&arena, SOURCE_DIR "/tests/fixtures/site/%s", name);
    struct slice want;
    struct err e = { 0 };
    CU_ASSERT_PTR_NULL(site_load(&arena, folder, &adapters, false, &problems));
    struct slice got = said(folder);
    CU_ASSERT_FATAL(
        tree_read_file(&arena, arena_format(&arena, "%s/want", folder), 1 << 20, &want, &e));
    if (!slice_equal(got, want))
        fprintf(stderr, "%s: got\n%.*s", name, (int)got.n, (const char *)got.p);
    CU_ASSERT(slice_equal(got, want));
}

static void of_a_broken_site_every_problem_is_told_with_its_place(void)
{
    static const char *const cases[] = { "missing", "kinds", "unknown", "services", "transports",
                                         "options", "directions", "keys",  "region",  "syntax",   "bundle",
                                         "unsigned", "reaching", "admin" };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_case(cases[i]);
        done();
        fresh();
    }
}

static void a_site_that_is_not_there_is_told_by_its_path(void)
{
    CU_ASSERT_PTR_NULL(site_load(&arena, "/no/such/site", &adapters, false, &problems));
    CU_ASSERT_EQUAL_FATAL(problems.count, 1);
    CU_ASSERT_STRING_EQUAL(problems.list[0].code, "site.open");
}

static struct site *example(const char *path)
{
    struct site *s = site_load(&arena, path, &adapters, false, &problems);
    struct slice text = said("");
    if (!s)
        fprintf(stderr, "%.*s", (int)text.n, (const char *)text.p);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    return s;
}

static void the_example_site_loads(void)
{
    struct site *s = example(SOURCE_DIR "/deploy/example");
    CU_ASSERT_EQUAL(s->feed_count, 4);
    CU_ASSERT_EQUAL(s->delivery_count, 6);
    CU_ASSERT(s->has_router && s->live);
    CU_ASSERT_STRING_EQUAL(s->topic_prefix, "");
    CU_ASSERT_EQUAL(strncmp(s->bus_url, "embedded:/", 10), 0);
    CU_ASSERT(strlen(s->bus_url) > 20 &&
              strcmp(s->bus_url + strlen(s->bus_url) - 13, "/state/bus.db") == 0);
}

static void a_site_is_meant_by_its_folder_or_by_its_file(void)
{
    struct site *a = example(SOURCE_DIR "/deploy/example");
    struct site *b = example(SOURCE_DIR "/deploy/example/site.yaml");
    CU_ASSERT_STRING_EQUAL(a->folder, b->folder);
    CU_ASSERT_STRING_EQUAL(a->state_folder, b->state_folder);
}

static const struct site_feed *feed_named(const struct site *s, const char *name)
{
    for (size_t i = 0; i < s->feed_count; i++)
        if (strcmp(s->feeds[i].name, name) == 0)
            return &s->feeds[i];
    CU_FAIL_FATAL("no such feed");
    return NULL;
}

static void a_feed_knows_what_its_agency_may_see(void)
{
    static const struct {
        const char *name;
        bool entitled, traced;
    } rows[] = {
        { "pas-adt", true, false },
        { "case-system", true, true },
        { "housing-events", false, false },
    };
    const struct site *s = example(SOURCE_DIR "/deploy/example");
    for (size_t i = 0; i < 3; i++) {
        const struct site_feed *f = feed_named(s, rows[i].name);
        CU_ASSERT_EQUAL(f->region_key != NULL, rows[i].entitled);
        CU_ASSERT_EQUAL(f->traced, rows[i].traced);
        CU_ASSERT_PTR_NOT_NULL(f->agency_key);
        CU_ASSERT(mapping_is_in(f->mapping));
        CU_ASSERT(f->spool_max_bytes > 0);
    }
}

static void what_is_not_said_has_its_default(void)
{
    const struct site *s = example(SOURCE_DIR "/deploy/example");
    CU_ASSERT_STRING_EQUAL(feed_named(s, "pas-adt")->timeliness, "realtime");
    CU_ASSERT_STRING_EQUAL(feed_named(s, "case-system")->timeliness, "daily");
    for (size_t i = 0; i < s->delivery_count; i++) {
        CU_ASSERT_EQUAL(s->deliveries[i].retry_ms, 1000);
        CU_ASSERT_EQUAL(s->deliveries[i].retry_max_ms, 60000);
        CU_ASSERT_FALSE(mapping_is_in(s->deliveries[i].mapping));
    }
}

/* keyless/ is good but for its keys, which nobody has made. */
static void key_files_are_read_by_run_only(void)
{
    const char *keyless = SOURCE_DIR "/tests/fixtures/site/keyless";
    CU_ASSERT_PTR_NOT_NULL(site_load(&arena, keyless, &adapters, false, &problems));
    CU_ASSERT_PTR_NULL(site_load(&arena, keyless, &adapters, true, &problems));
    CU_ASSERT_EQUAL_FATAL(problems.count, 3);
    for (size_t i = 0; i < problems.count; i++) {
        CU_ASSERT_STRING_EQUAL(problems.list[i].code, "key.open");
        CU_ASSERT_EQUAL(problems.list[i].line, 4);
    }
}

static CU_TestInfo cases[] = {
    { "of a broken site every problem is told with its place",
      of_a_broken_site_every_problem_is_told_with_its_place },
    { "a site that is not there is told by its path",
      a_site_that_is_not_there_is_told_by_its_path },
    { "the example site loads", the_example_site_loads },
    { "a site is meant by its folder or by its file",
      a_site_is_meant_by_its_folder_or_by_its_file },
    { "a feed knows what its agency may see", a_feed_knows_what_its_agency_may_see },
    { "what is not said has its default", what_is_not_said_has_its_default },
    { "key files are read by run only", key_files_are_read_by_run_only },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_site = { "site", install, uninstall, fresh, done, cases };
