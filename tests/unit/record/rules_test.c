/* rules_test.c - each rule of the house, broken once: the code and the line of the problem. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "fixture.h"

static char folder[64];
static struct problems problems;

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}

static void remove_file(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

/* What an event is made of comes from the real schemas. */
static const char *const types[] = { "Header",     "Action",       "Environment",  "Subject",
                                     "PersonName", "Demographics", "RelatedPerson" };

static void fresh(void)
{
    fixture_fresh();
    snprintf(folder, sizeof folder, "/tmp/schemas-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char from[512], to[128];
        snprintf(from, sizeof from, SOURCE_DIR "/schemas/%s.avsc", types[i]);
        snprintf(to, sizeof to, "%s/%s.avsc", folder, types[i]);
        CU_ASSERT_EQUAL_FATAL(symlink(from, to), 0);
    }
}

static void done(void)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.avsc", types[i]);
        remove_file(name);
    }
    remove_file("Bad.avsc");
    remove_file("Other.avsc");
    rmdir(folder);
    problems_release(&problems);
}

/* An event "Bad" whose own fields, from line 9 on, are those given. */
#define TOP                                                                                        \
    "{ \"type\": \"record\", \"name\": \"Bad\", \"namespace\": \"uk.concordat.v1\",\n"             \
    "  \"doc\": \"d\",\n"
#define KINDS "  \"kinds\": [\"a\", \"b\"], \"disclosed\": true,\n"
#define HEAD                                                                                       \
    "  \"fields\": [\n"                                                                            \
    "    { \"name\": \"header\", \"type\": \"Header\" },\n"                                        \
    "    { \"name\": \"subject\", \"type\": \"Subject\" },\n"                                      \
    "    { \"name\": \"person\", \"type\": \"Demographics\" },\n"                                  \
    "\n"
#define EVENT(fields) TOP KINDS HEAD fields "\n  ]\n}\n"
#define LINE 9

static bool says(const char *code, uint32_t line)
{
    for (size_t i = 0; i < problems.count; i++) {
        const struct err *e = &problems.list[i];
        if (strcmp(e->code, code) == 0 && e->line == line && strstr(e->file, "/Bad.avsc"))
            return true;
    }
    return false;
}

static void expect(const char *what, const char *text, const char *code, uint32_t line)
{
    char place[300];
    write_file("Bad.avsc", text);
    problems_release(&problems);
    arena_reset(&fx.scratch);
    bool refused = catalogue_load(&fx.scratch, folder, &problems) == NULL;
    CU_ASSERT(refused);
    bool said = says(code, line);
    CU_ASSERT(said);
    if (said)
        return;
    printf("\n    %s: wanted %s in line %u", what, code, line);
    for (size_t i = 0; i < problems.count; i++)
        printf("\n    got %s", err_print(&problems.list[i], place, sizeof place));
}

static void takes_a_good_event(void)
{
    write_file("Bad.avsc", EVENT("{ \"name\": \"f\", \"type\": [\"null\", \"string\"],"
                                 " \"default\": null, \"category\": \"x.y\", \"doc\": \"d\" }"));
    const struct catalogue *c = catalogue_load(&fx.scratch, folder, &problems);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL(problems.count, 0);
    CU_ASSERT(catalogue_named(c, SLICE("Bad"))->disclosable);
}

#define GOOD "\"default\": null, \"category\": \"x.y\", \"doc\": \"d\" }"
#define TEXT "{ \"name\": \"f\", \"type\": [\"null\", \"string\"], "

static void refuses_what_a_field_must_not_be(void)
{
    static const struct {
        const char *what, *field, *code;
    } bad[] = {
        { "no category", TEXT "\"default\": null, \"doc\": \"d\" }", "schema.category" },
        { "a category in capitals", TEXT "\"default\": null, \"category\": \"X\", \"doc\": \"d\" }",
          "schema.category" },
        { "no doc", TEXT "\"default\": null, \"category\": \"x.y\" }", "schema.doc" },
        { "no default", TEXT "\"category\": \"x.y\", \"doc\": \"d\" }", "schema.default" },
        { "not nullable", "{ \"name\": \"f\", \"type\": \"string\", " GOOD, "schema.nullable" },
        { "a list not nullable",
          "{ \"name\": \"f\", \"type\": { \"type\": \"array\", \"items\": \"string\" }, " GOOD,
          "schema.nullable" },
        { "null last", "{ \"name\": \"f\", \"type\": [\"string\", \"null\"], " GOOD,
          "schema.null-first" },
        { "a union of two", "{ \"name\": \"f\", \"type\": [\"string\", \"int\"], " GOOD,
          "schema.union" },
        { "a union of three", "{ \"name\": \"f\", \"type\": [\"null\", \"string\", \"int\"], " GOOD,
          "schema.union" },
        { "an unknown type", "{ \"name\": \"f\", \"type\": [\"null\", \"Nothing\"], " GOOD,
          "schema.unknown-type" },
        { "a float", "{ \"name\": \"f\", \"type\": [\"null\", \"float\"], " GOOD, "schema.type" },
        { "nothing but null", "{ \"name\": \"f\", \"type\": \"null\", " GOOD, "schema.type" },
        { "a map", "{ \"name\": \"f\", \"type\": { \"type\": \"map\", \"values\": \"int\" }, " GOOD,
          "schema.type" },
        { "a number as type", "{ \"name\": \"f\", \"type\": 7, " GOOD, "schema.type" },
        { "no type", "{ \"name\": \"f\", " GOOD, "schema.type" },
        { "a list of lists",
          "{ \"name\": \"f\", \"type\": [\"null\", { \"type\": \"array\", \"items\": { \"type\":"
          " \"array\", \"items\": \"string\" } }], " GOOD,
          "schema.type" },
        { "a list of numbers",
          "{ \"name\": \"f\", \"type\": [\"null\", { \"type\": \"array\", \"items\": \"int\" "
          "}], " GOOD,
          "schema.type" },
        { "a nullable record", "{ \"name\": \"f\", \"type\": [\"null\", \"PersonName\"], " GOOD,
          "schema.nullable-record" },
        { "recursion", "{ \"name\": \"f\", \"type\": [\"null\", \"Bad\"], " GOOD,
          "schema.recursion" },
        { "items of no width",
          "{ \"name\": \"f\", \"type\": [\"null\", { \"type\": \"array\", \"items\": { \"type\":"
          " \"record\", \"name\": \"E\", \"fields\": [] } }], " GOOD,
          "schema.zero-width" },
        { "a fixed of no size",
          "{ \"name\": \"f\", \"type\": [\"null\", { \"type\": \"fixed\", \"name\": \"K\","
          " \"size\": 0 }], " GOOD,
          "schema.size" },
        { "a fixed of less than no size",
          "{ \"name\": \"f\", \"type\": [\"null\", { \"type\": \"fixed\", \"name\": \"K\","
          " \"size\": -2 }], " GOOD,
          "schema.size" },
        { "an enum without symbols",
          "{ \"name\": \"f\", \"type\": [\"null\", { \"type\": \"enum\", \"name\": \"K\","
          " \"symbols\": [] }], " GOOD,
          "schema.words" },
        { "a vocabulary with a word twice", TEXT "\"vocabulary\": [\"a\", \"a\"], " GOOD,
          "schema.words" },
        { "a number of ISO 8601",
          "{ \"name\": \"f\", \"type\": [\"null\", \"long\"], \"iso8601\": true, " GOOD,
          "schema.type" },
        { "a text of ISO 8601 perhaps", TEXT "\"iso8601\": \"yes\", " GOOD, "schema.type" },
        { "a type defined twice",
          "{ \"name\": \"f\", \"type\": { \"type\": \"enum\", \"name\": \"Action\","
          " \"symbols\": [\"a\"] }, " GOOD,
          "schema.duplicate" },
        { "a field twice", TEXT GOOD ", " TEXT GOOD, "schema.duplicate" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[2048];
        snprintf(text, sizeof text, "%s%s\n  ]\n}\n", TOP KINDS HEAD, bad[i].field);
        expect(bad[i].what, text, bad[i].code, LINE);
    }
}

#define OWN TEXT GOOD "\n  ]\n}\n"

static void refuses_what_a_schema_must_not_be(void)
{
    static const struct {
        const char *what, *text, *code;
        uint32_t line;
    } bad[] = {
        { "a kind twice", TOP "  \"kinds\": [\"a\", \"a\"], \"disclosed\": true,\n" HEAD OWN,
          "schema.words", 3 },
        { "no kinds", TOP "\n" HEAD OWN, "schema.kinds", 1 },
        { "not said whether disclosed", TOP "  \"kinds\": [\"a\"],\n" HEAD OWN, "schema.disclosed",
          1 },
        { "no header", TOP KINDS "  \"fields\": [ " OWN, "schema.header", 1 },
        { "subject before header",
          TOP KINDS "  \"fields\": [ { \"name\": \"subject\", \"type\": \"Subject\" },"
                    " { \"name\": \"header\", \"type\": \"Header\" } ] }",
          "schema.header", 1 },
        { "no person",
          TOP KINDS "  \"fields\": [ { \"name\": \"header\", \"type\": \"Header\" },"
                    " { \"name\": \"subject\", \"type\": \"Subject\" } ] }",
          "schema.header", 1 },
        { "another name than the file's",
          "{ \"type\": \"record\", \"name\": \"Worse\", \"namespace\": \"n\", \"doc\": \"d\","
          " \"fields\": [] }",
          "schema.name", 1 },
        { "no namespace",
          "{ \"type\": \"record\", \"name\": \"Bad\", \"doc\": \"d\", \"fields\": [] }",
          "schema.namespace", 1 },
        { "no doc",
          "{ \"type\": \"record\", \"name\": \"Bad\", \"namespace\": \"n\", \"fields\": [] }",
          "schema.doc", 1 },
        { "no JSON", "{\n  \"type\": record\n}\n", "tree.syntax", 2 },
        { "a key twice", "{ \"type\": \"record\", \"type\": \"record\" }", "tree.duplicate", 1 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect(bad[i].what, bad[i].text, bad[i].code, bad[i].line);
}

static void refuses_more_categories_than_it_can_count(void)
{
    buf_text(&fx.out, TOP KINDS HEAD);
    for (int i = 0; i < CATEGORIES_MAX; i++)
        buf_format(&fx.out,
                   "%s{ \"name\": \"f%d\", \"type\": [\"null\", \"string\"], \"default\": null,"
                   " \"category\": \"x.c%d\", \"doc\": \"d\" }",
                   i ? "," : "", i, i);
    buf_text(&fx.out, "] }");
    buf_byte(&fx.out, 0);
    expect("too many categories", (const char *)fx.out.p, "schema.categories", LINE);
}

static void refuses_more_fields_than_it_can_count(void)
{
    buf_text(&fx.out, TOP KINDS HEAD);
    for (int i = 0; i < 255; i++)
        buf_format(&fx.out, "%s{ \"name\": \"f%d\", \"type\": [\"null\", \"string\"]," GOOD,
                   i ? "," : "", i);
    buf_text(&fx.out, "] }");
    buf_byte(&fx.out, 0);
    expect("too many fields", (const char *)fx.out.p, "schema.limit", 1);
}

static void says_every_problem_once_with_its_column(void)
{
    write_file("Bad.avsc", EVENT("{ \"name\": \"f\", \"type\": \"string\","
                                 " \"category\": \"x.y\" },\n"
                                 "{ \"name\": \"g\", \"type\": [\"null\", \"string\"] }"));
    CU_ASSERT_PTR_NULL(catalogue_load(&fx.scratch, folder, &problems));
    CU_ASSERT(says("schema.doc", LINE) && says("schema.nullable", LINE));
    CU_ASSERT(says("schema.doc", LINE + 1) && says("schema.category", LINE + 1));
    for (size_t i = 0; i < problems.count; i++)
        CU_ASSERT_EQUAL(problems.list[i].column, 1);
}

static void says_a_problem_of_a_shared_type_once(void)
{
    const char *type = "{ \"type\": \"record\", \"name\": \"Bad\","
                       " \"namespace\": \"uk.concordat.v1\", \"doc\": \"d\", \"fields\": [\n"
                       "{ \"name\": \"f\", \"type\": [\"null\", \"string\"], \"default\": null,"
                       " \"category\": \"x.y\" } ] }";
    const char *event =
        "{ \"type\": \"record\", \"name\": \"Other\", \"namespace\": \"uk.concordat.v1\",\n"
        "  \"doc\": \"d\",\n" KINDS HEAD
        "{ \"name\": \"one\", \"type\": \"Bad\" }, { \"name\": \"two\", \"type\": \"Bad\" } ] }";
    write_file("Other.avsc", event);
    expect("a shared type without doc", type, "schema.doc", 2);
    CU_ASSERT_EQUAL(problems.count, 1);
}

static void a_folder_that_is_not_there_is_a_problem(void)
{
    CU_ASSERT_PTR_NULL(catalogue_load(&fx.scratch, "/no/such/folder", &problems));
    CU_ASSERT_EQUAL_FATAL(problems.count, 1);
    CU_ASSERT_STRING_EQUAL(problems.list[0].code, "schema.open");
}

static bool hash_changes(const char *before, const char *after)
{
    uint8_t hash[32];
    write_file("Bad.avsc", before);
    const struct catalogue *c = catalogue_load(&fx.scratch, folder, &problems);
    if (!c)
        return false;
    memcpy(hash, catalogue_hash(c), sizeof hash);
    write_file("Bad.avsc", after);
    c = catalogue_load(&fx.scratch, folder, &problems);
    return c && memcmp(hash, catalogue_hash(c), sizeof hash) != 0;
}

/* A category is not in the fingerprint, so the bundle's hash must see it. */
static void the_hash_covers_every_byte(void)
{
    CU_ASSERT(hash_changes(EVENT(TEXT GOOD), EVENT(TEXT "\"default\": null, \"category\": \"x.z\","
                                                        " \"doc\": \"d\" }")));
}

static CU_TestInfo cases[] = {
    { "takes a good event", takes_a_good_event },
    { "refuses what a field must not be", refuses_what_a_field_must_not_be },
    { "refuses what a schema must not be", refuses_what_a_schema_must_not_be },
    { "refuses more categories than it can count", refuses_more_categories_than_it_can_count },
    { "refuses more fields than it can count", refuses_more_fields_than_it_can_count },
    { "says every problem once, with its column", says_every_problem_once_with_its_column },
    { "says a problem of a shared type once", says_a_problem_of_a_shared_type_once },
    { "a folder that is not there is a problem", a_folder_that_is_not_there_is_a_problem },
    { "the hash covers every byte", the_hash_covers_every_byte },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_rules = { "rules", fixture_load, fixture_end, fresh, done, cases };
