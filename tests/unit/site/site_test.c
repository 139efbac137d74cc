/* site_test.c - the example site loads; of a broken one every problem is told with its place.
 *
 * tests/fixtures/site/<case>/ holds a site.yaml and in `want` the problems, a line each. */
#include "site/site.h"

#include "registry.h"
#include "scratch.h"
#include "site/site_part.h"

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
    static const char *const cases[] = { "missing",  "open",       "kinds",   "unknown",
                                         "services", "transports", "options", "directions",
                                         "keys",     "region",     "syntax",  "bundle",
                                         "unsigned", "reaching",   "admin" };
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
        CU_ASSERT_EQUAL(s->deliveries[i].retry_after_max_ms, 3600000);
        CU_ASSERT_EQUAL(s->deliveries[i].alarm_after_ms, 600000);
        CU_ASSERT_EQUAL(s->deliveries[i].tries_on_error, 10);
        CU_ASSERT_EQUAL(s->deliveries[i].tries_on_reject, 0);
        CU_ASSERT_FALSE(mapping_is_in(s->deliveries[i].mapping));
    }
}

/* keyless/ is a demo, good but for its keys, which nobody has made. */
static void key_files_are_read_by_run_and_looked_at_by_check(void)
{
    const char *keyless = SOURCE_DIR "/tests/fixtures/site/keyless";
    struct problems looked_at = { .count = 0 };
    CU_ASSERT_PTR_NOT_NULL(site_load(&arena, keyless, &adapters, false, &problems));
    CU_ASSERT_PTR_NULL(site_load(&arena, keyless, &adapters, true, &problems));
    CU_ASSERT_EQUAL_FATAL(problems.count, 3);
    for (size_t i = 0; i < problems.count; i++) {
        CU_ASSERT_STRING_EQUAL(problems.list[i].code, "key.open");
        CU_ASSERT_EQUAL(problems.list[i].line, 4);
    }
    const struct site *s = site_load(&arena, keyless, &adapters, SITE_KEYS_LOOKED_AT, &looked_at);
    size_t notes = 0;
    CU_ASSERT_FATAL(s && looked_at.count == 0);
    for (const struct site_note *n = s->notes; n; n = n->next)
        notes += strcmp(n->code, "site.key-absent") == 0;
    CU_ASSERT_EQUAL(notes, 3);
    problems_release(&looked_at);
}

/* ---- a demo with keys, and what its region.yaml says of them ---- */

static struct scratch own;

static void put_text(const char *name, const char *text)
{
    scratch_write(&own, name, text, strlen(text), 0644);
}

/* region: what stands before and within its agencies. */
static void put_site(const char *head, const char *hospital)
{
    static const char *const folders[] = { "agreements", "prohibitions" };
    for (size_t i = 0; i < 2; i++)
        (void)mkdir(scratch_path(&own, folders[i]), 0755);
    put_text("facts.yaml", "facts: []\n");
    put_text("region.yaml",
             arena_format(&arena,
                          "region: small\npartitions: 1\n%sagencies:\n  # the hospital\n"
                          "  hospital: %s\n  council:\n    title: \"The \\u00e9 council\"\n"
                          "    services: {team: {role: adult-social-care}}\n",
                          head, hospital));
    put_text("site.yaml",
             "region: region.yaml\ndemo: true\nenvironment: test\nbus: embedded:bus.db\n"
             "keys:\n  region: region.key\n  recipients: recipients.key\n  agencies:\n"
             "    hospital: hospital.key\n    council: council.key\n    absent: absent.key\n"
             "router: true\nfeeds:\n  a:\n    service: hospital/wards\n"
             "    transport: {folder: {read: in}}\n    mapping: systems/nhs/itk-adt-2.4/in.yaml\n"
             "  b:\n    service: hospital/wards\n    transport: {folder: {read: in2}}\n"
             "    mapping: systems/nhs/itk-adt-2.4/in.yaml\n");
}

static const char *put_key(const char *name, uint8_t first)
{
    struct key key = { .b = { first }, .set = true };
    char *value = arena_alloc(&arena, KEY_CHECK_CHARS + 1);
    scratch_write(&own, name, key.b, KEY_BYTES, 0600);
    key_check_value(&key, value);
    return value;
}

static void the_check_values_of_keys_are_filled_in_where_they_are_missing(void)
{
    const char *said = NULL;
    struct slice text;
    struct err e = { 0 };
    scratch_make(&own);
    put_site("", "{nhs_number: entitled, services: {wards: {role: acute-trust}}}");
    const char *region = put_key("region.key", 1), *recipients = put_key("recipients.key", 2);
    const char *hospital = put_key("hospital.key", 3), *council = put_key("council.key", 4);
    CU_ASSERT_FATAL(site_fill_key_checks(&arena, own.dir, &said, &e));
    CU_ASSERT_PTR_NOT_NULL(said);
    CU_ASSERT_FATAL(tree_read_file(&arena, scratch_path(&own, "region.yaml"), 4096, &text, &e));
    const char *want = arena_format(
        &arena,
        "region: small\npartitions: 1\nkey_checks: {recipients: %s, region: %s}\nagencies:\n"
        "  # the hospital\n  hospital: {key_check: %s, nhs_number: entitled, services: {wards: "
        "{role: acute-trust}}}\n  council:\n    key_check: %s\n    title: \"The \\u00e9 council\"\n"
        "    services: {team: {role: adult-social-care}}\n",
        recipients, region, hospital, council);
    CU_ASSERT(slice_equal_text(text, want));
    CU_ASSERT(site_fill_key_checks(&arena, own.dir, &said, &e));
    CU_ASSERT_PTR_NULL(said); /* nothing is missing */
    put_key("council.key", 9);
    CU_ASSERT_FALSE(site_fill_key_checks(&arena, own.dir, &said, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "site.key-differs");
    scratch_remove(&own);
}

static size_t notes_of(const struct site *s, const char *code)
{
    size_t count = 0;
    for (const struct site_note *n = s->notes; n; n = n->next)
        count += strcmp(n->code, code) == 0;
    return count;
}

/* Else the local ids of two agencies would be the same people. */
static void no_two_have_one_key(void)
{
    static const char *const names[] = { "region.key", "recipients.key", "hospital.key" };
    scratch_make(&own);
    for (size_t i = 0; i < 3; i++) {
        const char *said = NULL;
        struct slice before, after;
        struct err e = { 0 };
        put_site("", "{nhs_number: entitled, services: {wards: {role: acute-trust}}}");
        for (uint8_t n = 0; n < 3; n++)
            put_key(names[n], (uint8_t)(n + 1));
        put_key("council.key", 4);
        const struct site *s =
            site_load(&arena, own.dir, &adapters, SITE_KEYS_LOOKED_AT, &problems);
        CU_ASSERT_FATAL(s && notes_of(s, "site.key-shared") == 0);
        put_key(names[i], 4);
        if (i < 2)
            put_key("hospital.key", 4);
        s = site_load(&arena, own.dir, &adapters, SITE_KEYS_LOOKED_AT, &problems);
        CU_ASSERT_FATAL(s && notes_of(s, "site.key-shared") == (i < 2));
        CU_ASSERT(tree_read_file(&arena, scratch_path(&own, "region.yaml"), 4096, &before, &e));
        CU_ASSERT_FALSE(site_fill_key_checks(&arena, own.dir, &said, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "site.key-shared");
        err_clear(&e);
        CU_ASSERT(tree_read_file(&arena, scratch_path(&own, "region.yaml"), 4096, &after, &e));
        CU_ASSERT(slice_equal(before, after));
    }
    scratch_remove(&own);
}

/* A copy that went wrong: nothing starts with it, and the sentence names both. */
static void another_key_than_region_yaml_says_stops_the_site_once(void)
{
    static const char *const names[] = { "region.key", "recipients.key", "hospital.key",
                                         "council.key" };
    char *values[4];
    scratch_make(&own);
    for (uint8_t i = 0; i < 4; i++)
        values[i] = arena_text(&arena, slice_text(put_key(names[i], (uint8_t)(i + 1))));
    put_site(
        arena_format(&arena, "key_checks: {region: %s, recipients: %s}\n", values[0], values[1]),
        arena_format(&arena,
                     "{key_check: %s, nhs_number: entitled, services: {wards: {role: "
                     "acute-trust}}}",
                     values[2]));
    for (int mode = SITE_KEYS_READ; mode <= SITE_KEYS_LOOKED_AT; mode++) {
        CU_ASSERT_PTR_NOT_NULL(
            site_load(&arena, own.dir, &adapters, (enum site_keys)mode, &problems));
        for (uint8_t i = 0; i < 3; i++) {
            const char *other = put_key(names[i], 77);
            struct problems p = { .count = 0 };
            CU_ASSERT_PTR_NULL(site_load(&arena, own.dir, &adapters, (enum site_keys)mode, &p));
            CU_ASSERT_EQUAL_FATAL(p.count, 1); /* of two feeds with that key, too */
            CU_ASSERT_STRING_EQUAL(p.list[0].code, "site.key-differs");
            CU_ASSERT(p.list[0].line == (i == 0 ? 6 : i == 1 ? 7 : 9));
            CU_ASSERT(strstr(p.list[0].text, values[i]) && strstr(p.list[0].text, other) &&
                      strstr(p.list[0].text, i == 2 ? "region.yaml:6" : "region.yaml:3"));
            problems_release(&p);
            put_key(names[i], (uint8_t)(i + 1));
        }
    }
    scratch_write(&own, "region.key", "short", 5, 0600);
    CU_ASSERT_PTR_NULL(site_load(&arena, own.dir, &adapters, SITE_KEYS_LOOKED_AT, &problems));
    CU_ASSERT_STRING_EQUAL(problems.list[problems.count - 1].code, "key.size");
    put_key("region.key", 1);
    CU_ASSERT_EQUAL(chmod(scratch_path(&own, "region.key"), 0644), 0);
    CU_ASSERT_PTR_NULL(site_load(&arena, own.dir, &adapters, SITE_KEYS_LOOKED_AT, &problems));
    CU_ASSERT_STRING_EQUAL(problems.list[problems.count - 1].code, "key.mode");
    scratch_remove(&own);
}

static void a_part_s_file_tells_which_part_it_is_of(void)
{
    static const char *const others[] = { "feed-.db",
                                          "feed-pas-adt.db-wal",
                                          "feed-pas-adt",
                                          "feeder-a.db",
                                          "router-a.db",
                                          "feed.db",
                                          "-pas-adt.db",
                                          "db",
                                          "" };
    static const char *const rooms[] = { "feed", "delivery" };
    const char *room = NULL;
    struct slice name;
    for (size_t i = 0; i < 2; i++) {
        const char *path = site_part_file(&arena, "state", rooms[i], "pas-adt");
        struct slice file = slice_from(slice_text(path), strlen("state/"));
        CU_ASSERT_TRUE_FATAL(site_part_of_file(file, &room, &name));
        CU_ASSERT_STRING_EQUAL(room, rooms[i]);
        CU_ASSERT_TRUE(slice_equal_text(name, "pas-adt"));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        CU_ASSERT_FALSE(site_part_of_file(slice_text(others[i]), &room, &name));
}

static CU_TestInfo cases[] = {
    { "a part's file tells which part it is of", a_part_s_file_tells_which_part_it_is_of },
    { "of a broken site every problem is told with its place",
      of_a_broken_site_every_problem_is_told_with_its_place },
    { "a site that is not there is told by its path",
      a_site_that_is_not_there_is_told_by_its_path },
    { "the example site loads", the_example_site_loads },
    { "a site is meant by its folder or by its file",
      a_site_is_meant_by_its_folder_or_by_its_file },
    { "a feed knows what its agency may see", a_feed_knows_what_its_agency_may_see },
    { "what is not said has its default", what_is_not_said_has_its_default },
    { "key files are read by run, and looked at by check",
      key_files_are_read_by_run_and_looked_at_by_check },
    { "the check values of keys are filled in where they are missing",
      the_check_values_of_keys_are_filled_in_where_they_are_missing },
    { "no two have one key", no_two_have_one_key },
    { "another key than region.yaml says stops the site, once",
      another_key_than_region_yaml_says_stops_the_site_once },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_site = { "site", install, uninstall, fresh, done, cases };
