/* widens_test.c - what counts as sharing more, change by change; and which bundle was in force
 * when. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/change/editions.h"
#include "sharing/change/pack_widens.h"

static struct arena a;
static struct err e;

static void fresh(void)
{
    arena_init(&a, (size_t)16 << 20);
    err_clear(&e);
}

static void done(void)
{
    arena_release(&a);
}

/* The bundle that every row changes. A text is found once and replaced; NULL find: the file is new,
 * NULL instead: it is gone. */
static const struct {
    const char *name, *text;
} base[] = {
    { "agreements/a.yaml",
      "agreement: a\nversion: 1\ntitle: old\nin_force: {from: 2026-01-01, until: 2026-12-31}\n"
      "approved_by: [{agency: x}]\nclauses:\n"
      "  - {id: one, share: {Stay: [in, out]}, from: wards, to: [team, hub], release: [name, "
      "ward]}\n"
      "  - {id: two, share: {Stay: [in]}, from: wards, to: hub, release: [name], oblige: {year: "
      "[name]}}\n" },
    { "agreements/b1.yaml",
      "agreement: b\nversion: 1\nin_force: {from: 2026-01-01, until: 2026-12-31}\nclauses: []\n" },
    { "agreements/b2.yaml", "agreement: b\nversion: 2\nclauses: []\n" },
    { "agreements/d.yaml", "agreement: d\nversion: 1\nclauses: []\n" },
    { "extensions/b.yaml", "agreement: b\nversion: 1\nuntil: 2027-01-20\n" },
    { "extensions/e.yaml", "agreement: a\nversion: 1\nuntil: 2027-01-20\n" },
    { "facts.yaml", "facts: []\n" },
    { "prohibitions/p.yaml", "prohibitions:\n  - {id: never, withhold: [gender]}\n" },
    { "region.yaml", "region: r\n" },
    { "stops/s.yaml", "agreement: a\nfrom: 2026-06-01T00:00:00Z\n" },
};
#define BASE_COUNT (sizeof base / sizeof base[0])

static const char *changed(const char *text, const char *find, const char *instead)
{
    const char *hit = strstr(text, find);
    CU_ASSERT_FATAL(hit != NULL);
    return arena_format(&a, "%.*s%s%s", (int)(hit - text), text, instead, hit + strlen(find));
}

static void add(struct pack *p, struct pack_file *list, const char *name, const char *text)
{
    struct pack_file *f = &list[p->file_count++];
    *f = (struct pack_file){ .name = name, .bytes = slice_text(text) };
    sha256(f->bytes, f->hash);
    p->files = list;
}

static struct pack make(const char *file, const char *find, const char *instead)
{
    struct pack_file *list = ARENA_ARRAY(&a, BASE_COUNT + 1, struct pack_file);
    struct pack p = { .number = 1 };
    bool is_new = file && !find;
    for (size_t i = 0; i < BASE_COUNT; i++) {
        if (is_new && strcmp(file, base[i].name) < 0) {
            add(&p, list, file, instead);
            is_new = false;
        }
        bool here = file && find && strcmp(file, base[i].name) == 0;
        if (!here || instead)
            add(&p, list, base[i].name, here ? changed(base[i].text, find, instead) : base[i].text);
    }
    if (is_new)
        add(&p, list, file, instead);
    return p;
}

struct row {
    const char *file, *find, *instead;
};

static bool is_wider(const struct catalogue *schemas, const struct pack *before,
                     const struct pack *after)
{
    const struct widening *w = NULL;
    CU_ASSERT_FATAL(pack_widens(&a, schemas, before, after, &w, &e));
    return w != NULL;
}

static bool widens(const struct row *r)
{
    struct pack before = make(NULL, NULL, NULL), after = make(r->file, r->find, r->instead);
    return is_wider(NULL, &before, &after);
}

static void what_takes_away_narrows(void)
{
    static const struct row rows[] = {
        { NULL, NULL, NULL },
        { "agreements/a.yaml", "release: [name, ward]", "release: [name]" },
        { "agreements/a.yaml", "Stay: [in, out]", "Stay: [out]" },
        { "agreements/a.yaml", "to: [team, hub]", "to: team" },
        { "agreements/b1.yaml", "until: 2026-12-31", "until: 2026-11-30" },
        { "agreements/d.yaml", "", NULL },
        { "agreements/a.yaml",
          "  - {id: one, share: {Stay: [in, out]}, from: wards, to: [team, hub], "
          "release: [name, ward]}\n",
          "" },
        { "agreements/a.yaml", "title: old", "# a comment says nothing\ntitle: old" },
        { "agreements/b1.yaml", "", NULL },
        { "extensions/b.yaml", "", NULL },
        { "stops/t.yaml", NULL, "agreement: b\n" },
        { "prohibitions/q.yaml", NULL, "prohibitions:\n  - {id: more, withhold: [ward]}\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* b1 is gone while b2 stands: another version of its name remains, so that one cannot be
         * told */
        bool wanted =
            rows[i].file && !rows[i].instead && strcmp(rows[i].file, "agreements/b1.yaml") == 0;
        bool is = widens(&rows[i]);
        if (is != wanted)
            printf("\nrow %zu: %s", i, rows[i].file ? rows[i].file : "the same");
        CU_ASSERT_EQUAL(is, wanted);
    }
}

static void whatever_else_widens(void)
{
    static const struct row rows[] = {
        { "agreements/a.yaml", "release: [name, ward]", "release: [name, ward, gender]" },
        { "agreements/a.yaml", "release: [name, ward]", "release: [gender]" },
        { "agreements/a.yaml", "Stay: [in, out]", "Stay: [in, out, moved]" },
        { "agreements/a.yaml", "share: {Stay: [in, out]}", "share: {Plan: [in]}" },
        { "agreements/a.yaml", "from: wards, to: [team", "from: [wards, clinic], to: [team" },
        { "agreements/a.yaml", "to: [team, hub]", "to: [team, hub, gp]" },
        { "agreements/a.yaml", "release: [name, ward]}", "release: [name], when: x}" },
        { "agreements/a.yaml", "until: 2026-12-31", "until: 2027-12-31" },
        { "agreements/a.yaml", "until: 2026-12-31", "until: 2026-11-30" }, /* has an obligation */
        { "agreements/a.yaml", "", NULL },
        { "agreements/a.yaml", "from: 2026-01-01", "from: 2025-12-31" },
        { "agreements/a.yaml", "title: old", "title: new" },
        { "agreements/a.yaml", "[{agency: x}]", "[{agency: x}, {agency: y}]" },
        { "agreements/a.yaml", "{year: [name]}", "{date: [name]}" },
        { "agreements/a.yaml", "id: two", "id: three" },
        { "agreements/b2.yaml", "", NULL },
        { "agreements/c.yaml", NULL, "agreement: c\nversion: 1\nclauses: []\n" },
        { "prohibitions/p.yaml", "", NULL },
        { "prohibitions/p.yaml", "withhold: [gender]", "withhold: [gender], to: gp" },
        { "extensions/f.yaml", NULL, "agreement: b\n" },
        { "extensions/e.yaml", "2027-01-20", "2027-01-25" },
        { "extensions/e.yaml", "", NULL }, /* its agreement has an obligation */
        { "stops/s.yaml", "", NULL },
        { "stops/s.yaml", "2026-06-01", "2026-07-01" },
        { "facts.yaml", "[]", "[{on: x}]" },
        { "region.yaml", "region: r", "region: r\napprovers: {}" },
        { "aliases.yaml", NULL, "aliases: {}\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool is = widens(&rows[i]);
        if (!is)
            printf("\nrow %zu: %s: %s", i, rows[i].file,
                   rows[i].instead ? rows[i].instead : "gone");
        CU_ASSERT(is);
    }
}

/* Either way round: what releases less narrows, its reverse widens. */
static void what_a_clause_releases_is_compared_by_what_it_means(void)
{
    static const struct {
        const char *more, *less;
        bool neither; /* is within the other */
    } rows[] = {
        { "stay.times", "stay.leave_until", false },
        { "stay", "stay.times", false },
        { "stay", "stay.leave_until, stay.ward", false },
        { "times", "field stay.leave_until", true }, /* ambiguous: of a stay, a visit ... */
        { "stay.times", "\"person.names[]\"", true },
        { "location.address", "\"person.address_lines[]\"", false },
        { "referral.worker", "field referral.worker", false },
        { "stay.leave_until, stay.ward", "stay.ward", false },
        { "\"person.address_lines[]\", stay.ward", "field person.address_lines", false },
    };
    struct problems p = { 0 };
    const struct catalogue *schemas = catalogue_load(&a, SOURCE_DIR "/schemas", &p);
    CU_ASSERT_FATAL(schemas != NULL);
    problems_release(&p);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pack more = make("agreements/a.yaml", "name, ward", rows[i].more);
        struct pack less = make("agreements/a.yaml", "name, ward", rows[i].less);
        bool narrows = !is_wider(schemas, &more, &less);
        if (narrows == rows[i].neither)
            printf("\n%s to %s", rows[i].more, rows[i].less);
        CU_ASSERT_EQUAL(narrows, !rows[i].neither);
        CU_ASSERT(is_wider(schemas, &less, &more));
        CU_ASSERT(is_wider(NULL, &more, &less) || strchr(rows[i].more, ','));
    }
}

static void the_first_bundle_widens(void)
{
    struct pack first = make(NULL, NULL, NULL);
    const struct widening *w = NULL;
    CU_ASSERT_FATAL(pack_widens(&a, NULL, NULL, &first, &w, &e));
    CU_ASSERT_PTR_NOT_NULL(w);
}

static void a_bundle_is_in_force_from_its_time_on(void)
{
    static struct bundle bundles[3] = { { .hash = { 1 } }, { .hash = { 2 } }, { .hash = { 3 } } };
    struct editions rules = { NULL };
    struct edition list[3];
    static const int64_t from[] = { 100, 200, 200 };
    static const struct {
        int64_t ms;
        uint64_t number;
    } rows[] = { { 0, 1 }, { 99, 1 }, { 100, 1 }, { 199, 1 }, { 200, 3 }, { 1000, 3 } };
    for (uint64_t i = 0; i < 3; i++) {
        list[i] = (struct edition){ .bundle = &bundles[i], .number = i + 1, .from_ms = from[i] };
        editions_add(&rules, &list[i]);
        CU_ASSERT_EQUAL(editions_newest(&rules)->number, i + 1);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(editions_at(editions_newest(&rules), rows[i].ms)->number, rows[i].number);
    CU_ASSERT_EQUAL(editions_hashed(&rules, bundles[1].hash)->number, 2);
    CU_ASSERT_PTR_NULL(editions_hashed(&rules, (const uint8_t[HASH_BYTES]){ 9 }));
}

static CU_TestInfo tests[] = {
    { "what takes away narrows", what_takes_away_narrows },
    { "whatever else widens", whatever_else_widens },
    { "what a clause releases is compared by what it means",
      what_a_clause_releases_is_compared_by_what_it_means },
    { "the first bundle widens", the_first_bundle_widens },
    { "a bundle is in force from its time on", a_bundle_is_in_force_from_its_time_on },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_widens = { "widens", NULL, NULL, fresh, done, tests };
