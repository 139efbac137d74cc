/* pack_test.c - a packed bundle: one text for each content, signatures, and what is refused. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/change/pack_approve.h"
#include "sharing/change/pack_order.h"
#include "sharing/acts/signature.h"
#include "sharing/load/bundle_load.h"
#include "world.h"

#define SCHEMAS SOURCE_DIR "/schemas"

static struct arena a;
static struct err e;
static struct buf out;

static void fresh(void)
{
    arena_init(&a, (size_t)64 << 20);
    buf_init(&out, SOURCE_BYTES_MAX);
    err_clear(&e);
}

static void done(void)
{
    buf_release(&out);
    arena_release(&a);
}

/* Two files, so that a test can be read. */
static struct slice small(void)
{
    static struct pack_file files[] = {
        { .name = "facts.yaml", .bytes = SLICE_INIT("facts: []\n") },
        { .name = "region.yaml", .bytes = SLICE_INIT("region: x\n") }
    };
    struct pack p = { .region = SLICE_INIT("wexshire"),
                      .number = 3,
                      .from_ms = 1764547200000,
                      .widens = true,
                      .files = files,
                      .file_count = 2 };
    for (size_t i = 0; i < 2; i++)
        sha256(files[i].bytes, files[i].hash);
    buf_reset(&out);
    CU_ASSERT_FATAL(pack_write(&p, &out, &e));
    return arena_copy(&a, buf_slice(&out));
}

static struct slice add_signature(struct slice file, const char *name, const struct key *key)
{
    struct pack p;
    uint8_t signature[SIGNATURE_BYTES];
    CU_ASSERT_FATAL(pack_read(&a, file, &p, &e));
    ed25519_sign(key, slice_of(p.signed_hash, HASH_BYTES), signature);
    buf_reset(&out);
    buf_put(&out, file);
    signature_put(slice_text(name), signature, &out);
    return arena_copy(&a, buf_slice(&out));
}

static void what_was_written_is_read(void)
{
    struct pack p;
    struct slice file = small();
    CU_ASSERT_FATAL(pack_read(&a, file, &p, &e));
    CU_ASSERT(slice_equal_text(p.region, "wexshire"));
    CU_ASSERT_EQUAL(p.number, 3);
    CU_ASSERT_EQUAL(p.from_ms, 1764547200000);
    CU_ASSERT(p.widens && !p.has_previous);
    CU_ASSERT_EQUAL(p.file_count, 2);
    CU_ASSERT(slice_equal_text(pack_file_named(&p, "region.yaml")->bytes, "region: x\n"));
    CU_ASSERT_PTR_NULL(pack_file_named(&p, "aliases.yaml"));
    CU_ASSERT(slice_equal(p.canonical, file));
    buf_reset(&out);
    CU_ASSERT(pack_write(&p, &out, &e) && slice_equal(buf_slice(&out), file));
}

static void the_example_packs_and_loads_as_its_folder_does(void)
{
    struct problems problems = { .count = 0 };
    const struct bundle_source folder = source_folder(SOURCE_DIR "/deploy/example");
    struct pack p = { .region = SLICE_INIT("wexshire"), .number = 1 }, read;
    CU_ASSERT_FATAL(pack_collect(&a, &folder, SCHEMAS, &p, &e) && pack_write(&p, &out, &e));
    struct slice file = arena_copy(&a, buf_slice(&out));
    CU_ASSERT_FATAL(pack_read(&a, file, &read, &e));
    CU_ASSERT(pack_same_files(&p, &read));
    CU_ASSERT(pack_has_schemas(&read, world.catalogue, &world.e));
    const struct bundle_source source = pack_source(&read, "packed");
    const struct bundle *b = bundle_load_from(&a, &source, world.catalogue, &problems);
    CU_ASSERT_FATAL(b != NULL);
    CU_ASSERT_EQUAL(b->clause_count, world.bundle->clause_count);
    CU_ASSERT_EQUAL(b->prohibition_count, world.bundle->prohibition_count);
    CU_ASSERT(hash_equal(b->hash, read.hash));
    CU_ASSERT_FALSE(hash_equal(b->hash, world.bundle->hash));
    problems_release(&problems);
}

/* Each of these is another text for the same content, or no bundle at all. */
static void whatever_is_written_in_another_way_is_refused(void)
{
    static const struct {
        const char *find, *instead, *code;
    } rows[] = {
        { "concordat-bundle 1", "concordat-bundle 3", "pack.form" },
        { "number 3", "number 03", "pack.form" },
        { "number 3", "number 0", "pack.form" },
        { "number 3", "number -3", "pack.form" },
        { "region wexshire", "region Wexshire", "pack.form" },
        { "region wexshire", "region  wexshire", "pack.form" },
        { "T00:00:00.000Z", "T00:00:00Z", "pack.form" },
        { "T00:00:00.000Z", "T01:00:00.000+01:00", "pack.form" },
        { "widens yes", "widens true", "pack.form" },
        { "previous none", "previous 00", "pack.form" },
        { "files 2", "files 3", "pack.form" },
        { "files 2", "files 1", "pack.form" },
        { "files 2", "files 99999999999999999999", "pack.form" },
        { " 10 facts.yaml", " 11 facts.yaml", "pack.hash" },
        { " 10 facts.yaml", " 010 facts.yaml", "pack.form" },
        { " 10 facts.yaml", " 10 ../facts.yaml", "pack.form" },
        { " 10 facts.yaml", " 10 /etc/facts.yaml", "pack.form" },
        { " 10 facts.yaml", " 10 other.yaml", "pack.form" },
        { " 10 facts.yaml", " 10 stops/.yaml", "pack.form" },
        { " 10 facts.yaml", " 10 region.yaml", "pack.form" },
        { "facts: []", "facts: {}", "pack.hash" },
        { "region: x\n", "region: x\nsignature a", "pack.form" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice file = small();
        const uint8_t *hit = memmem(file.p, file.n, rows[i].find, strlen(rows[i].find));
        struct pack p;
        CU_ASSERT_FATAL(hit != NULL);
        buf_reset(&out);
        buf_put(&out, slice_of(file.p, (size_t)(hit - file.p)));
        buf_text(&out, rows[i].instead);
        buf_put(&out, slice_from(file, (size_t)(hit - file.p) + strlen(rows[i].find)));
        err_clear(&e);
        CU_ASSERT_FALSE(pack_read(&a, buf_slice(&out), &p, &e));
        if (!e.code || strcmp(e.code, rows[i].code) != 0)
            printf("\n%s: %s", rows[i].instead, e.code ? e.code : "read");
        CU_ASSERT(e.code && strcmp(e.code, rows[i].code) == 0);
    }
}

static void a_bundle_cut_anywhere_is_refused(void)
{
    const struct key key = { .b = { 1 }, .set = true };
    struct slice file = add_signature(small(), "anna", &key);
    struct pack p;
    CU_ASSERT_FATAL(pack_read(&a, file, &p, &e));
    size_t whole = p.canonical.n;
    for (size_t n = 0; n < file.n; n++) {
        err_clear(&e);
        CU_ASSERT_EQUAL(pack_read(&a, slice_head(file, n), &p, &e), n == whole);
    }
}

static void signing_changes_no_hash_and_nobody_signs_twice(void)
{
    const struct key key = { .b = { 1 }, .set = true };
    struct pack before, after;
    struct slice file = small();
    CU_ASSERT_FATAL(pack_read(&a, file, &before, &e));
    struct slice once = add_signature(file, "anna", &key);
    CU_ASSERT_FATAL(pack_read(&a, once, &after, &e));
    CU_ASSERT(hash_equal(before.hash, after.hash));
    CU_ASSERT_EQUAL(after.signature_count, 1);
    struct slice twice = add_signature(once, "anna", &key);
    CU_ASSERT_FALSE(pack_read(&a, twice, &after, &e));
}

/* anna and carl of one agency, bert of another; dora is unknown. */
static const char *const people[] = { "anna", "bert", "carl", "dora" };

static struct approvers make_approvers(struct key keys[4])
{
    struct approver *list = ARENA_ARRAY(&a, 3, struct approver);
    for (size_t i = 0; i < 4; i++)
        keys[i] = (struct key){ .b = { (uint8_t)(i + 1) }, .set = true };
    for (size_t i = 0; i < 3; i++) {
        list[i] = (struct approver){ .name = slice_text(people[i]),
                                     .agency = slice_text(i == 1 ? "council" : "hospital") };
        ed25519_public(&keys[i], &list[i].key);
    }
    return (struct approvers){ list, 3 };
}

static void who_must_sign(void)
{
    static const struct {
        const char *names;
        const char *narrows, *widens; /* the code; NULL: approved */
    } rows[] = {
        { "", "pack.unsigned", "pack.unsigned" },
        { "a", NULL, "pack.approvers" },
        { "ac", NULL, "pack.approvers" },
        { "ab", NULL, NULL },
        { "cb", NULL, NULL },
        { "d", "pack.signature", "pack.signature" },
        { "abd", "pack.signature", "pack.signature" },
    };
    struct key keys[4];
    struct approvers people_of = make_approvers(keys);
    const struct approving by = { &people_of, NULL };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice file = small();
        struct pack p;
        for (const char *n = rows[i].names; *n; n++)
            file = add_signature(file, people[*n - 'a'], &keys[*n - 'a']);
        CU_ASSERT_FATAL(pack_read(&a, file, &p, &e));
        for (int widens = 0; widens < 2; widens++) {
            const char *code = widens ? rows[i].widens : rows[i].narrows;
            err_clear(&e);
            CU_ASSERT_EQUAL(pack_approved(&p, &by, widens, &e), code == NULL);
            CU_ASSERT(!code || strcmp(e.code, code) == 0);
        }
    }
}

static void a_good_name_with_another_key_is_refused(void)
{
    struct key keys[4];
    struct approvers people_of = make_approvers(keys);
    const struct approving by = { &people_of, NULL };
    struct pack p;
    struct slice file = add_signature(small(), "anna", &keys[1]);
    CU_ASSERT_FATAL(pack_read(&a, file, &p, &e));
    CU_ASSERT_FALSE(pack_approved(&p, &by, false, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "pack.signature");
}

/* Whom the bundle names itself may sign it; that counts for nothing. */
static void who_is_named_by_the_bundle_itself_does_not_count(void)
{
    struct key keys[4];
    struct approvers people_of = make_approvers(keys);
    struct approver new_one = { .name = slice_text(people[3]), .agency = SLICE("council") };
    ed25519_public(&keys[3], &new_one.key);
    const struct approvers own = { &new_one, 1 };
    const struct approving by = { &people_of, &own };
    struct pack p;
    struct slice file = add_signature(small(), "dora", &keys[3]);
    CU_ASSERT_FATAL(pack_read(&a, file, &p, &e));
    CU_ASSERT_FALSE_FATAL(pack_approved(&p, &by, false, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "pack.unsigned");
    CU_ASSERT_FATAL(pack_read(&a, add_signature(file, "anna", &keys[0]), &p, &e));
    err_clear(&e);
    CU_ASSERT(pack_approved(&p, &by, false, &e));
    CU_ASSERT_FALSE_FATAL(pack_approved(&p, &by, true, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "pack.approvers");
}

/* Another key, role or agency of an approver is said by that agency, with a key that it had. */
static void what_is_said_of_an_approver_changes_by_a_key_of_before(void)
{
    static const char *const signers[] = { "", "b", "c", "d" };
    struct key keys[4];
    const struct approvers before = make_approvers(keys);
    const struct speakers s = { &before, NULL };
    for (int what = 0; what < 4; what++)
        for (size_t i = 0; i < sizeof signers / sizeof signers[0]; i++) {
            struct approver list[3];
            struct slice file = small();
            struct pack p;
            memcpy(list, before.list, sizeof list);
            if (what == 0)
                ed25519_public(&keys[3], &list[0].key);
            else if (what == 1)
                list[0].role = SLICE("king");
            else
                list[0].agency = slice_text(what == 2 ? "council" : "elsewhere");
            for (const char *n = signers[i]; *n; n++) /* d: anna, by the key that is new */
                file = add_signature(file, people[*n == 'd' ? 0 : *n - 'a'], &keys[*n - 'a']);
            CU_ASSERT_FATAL(pack_read(&a, file, &p, &e));
            const struct approvers next = { list, 3 };
            err_clear(&e);
            CU_ASSERT_EQUAL(pack_approvers_follow(&s, &next, &p, &e),
                            *signers[i] == 'c' && what != 2);
            CU_ASSERT(!e.code || strcmp(e.code, "pack.people") == 0);
        }
}

/* One approval that extends, as it is given in this pack: by that key, in the name of extender. */
static struct signed_approval extension(const struct pack *p, const struct key *key)
{
    struct signed_approval x = { .line = SLICE("approval"),
                                 .file = SLICE("extensions/one.yaml"),
                                 .what = { 5 },
                                 .name = SLICE("ed"),
                                 .agency = SLICE("wexshire-council"),
                                 .role = slice_text(people_role_name(ROLE_EXTENDS)),
                                 .at_ms = 1 };
    struct buf text;
    memcpy(x.bundle, p->signed_hash, HASH_BYTES);
    ed25519_public(key, &x.key);
    buf_init(&text, 4096);
    signed_approval_text(p->region, &x, &text);
    ed25519_sign(key, buf_slice(&text), x.bytes);
    buf_release(&text);
    return x;
}

static void an_extension_is_approved_by_the_key_and_agency_of_who_may(void)
{
    const uint16_t council = (uint16_t)bundle_agency(world.bundle, SLICE("wexshire-council"));
    const struct approvers nobody = { NULL, 0 };
    struct key keys[4];
    (void)make_approvers(keys);
    /* who: 0 as it must be; 1 another key; 2 of another agency; 3 may no more; 4 may not */
    for (int who = 0; who < 5; who++) {
        struct named ed = { .name = SLICE("ed"),
                            .agency = (uint16_t)(council + (who == 2)),
                            .roles = 1u << (who == 4 ? ROLE_HOLDS : ROLE_EXTENDS),
                            .until_ms = who == 3 ? 9 : 11 };
        struct named other = { .name = SLICE("flo"), .roles = 1u << ROLE_EXTENDS, .until_ms = 11 };
        ed25519_public(&keys[0], &ed.key);
        const struct named both[] = { ed, other };
        struct agreement g = { .extension_hash = { 5 } };
        struct bundle was = *world.bundle, now = *world.bundle;
        struct pack p;
        was.people = (struct people){ both, 2 };
        now.agreements = &g;
        now.agreement_count = 1;
        CU_ASSERT_FATAL(pack_read(&a, small(), &p, &e));
        const struct signed_approval x = extension(&p, &keys[who == 1]);
        p.approvals = (struct signed_approvals){ &x, 1 };
        const struct approvals_base base = {
            .by = &nobody, .own = &nobody, .was = &was, .now = &now, .at_ms = 10
        };
        err_clear(&e);
        CU_ASSERT_EQUAL(pack_approvals_follow(&base, &p, &e), who == 0);
        CU_ASSERT(who == 0 || (e.code && strcmp(e.code, "pack.approval") == 0));
    }
}

/* A pack of those files, in their order, each of another text where its name ends in "*". */
static struct pack pack_of(const char *names)
{
    struct pack_file *files = ARENA_ARRAY(&a, 4, struct pack_file);
    struct pack p = { .files = files };
    struct slice rest = slice_text(names);
    while (rest.n) {
        const size_t end = slice_find(rest, ' ');
        struct slice name = slice_head(rest, end);
        const bool other = slice_ends(name, SLICE("*"));
        struct pack_file *f = &files[p.file_count++];
        name.n -= other;
        f->name = arena_text(&a, name);
        sha256(other ? SLICE("other") : name, f->hash);
        rest = slice_from(rest, end + 1);
    }
    return p;
}

/* One person's signature is enough for a stop, two people's for an extension: nothing else comes
 * along. */
static void what_only_stops_or_extends_takes_nothing_away(void)
{
    static const struct {
        const char *before, *after;
        bool stops, extends;
    } rows[] = {
        { "prohibitions/a region", "prohibitions/a region stops/x", true, false },
        { "prohibitions/a region", "prohibitions/a region stops/x stops/y", true, false },
        { "prohibitions/a region stops/x", "prohibitions/a region stops/x", false, true },
        { "prohibitions/a region", "region stops/x", false, false },
        { "prohibitions/a region", "region stops/x stops/y", false, false },
        { "prohibitions/a region stops/x", "prohibitions/a region stops/y stops/z", false, false },
        { "prohibitions/a region stops/x", "prohibitions/a region stops/x* stops/z", false, false },
        { "prohibitions/a region", "prohibitions/a* region stops/x", false, false },
        { "prohibitions/a region", "agreements/b prohibitions/a region", false, false },
        { "prohibitions/a region", "extensions/b prohibitions/a region", false, true },
        { "prohibitions/a region", "extensions/b region", false, false },
        { "extensions/a region", "extensions/b region", false, false },
    };
    struct agreement was = { .name = SLICE("one"), .version = 1, .approved = true, .until_ms = 10 },
                     now = was;
    struct bundle old = *world.bundle, new_one = *world.bundle;
    old.agreements = &was;
    new_one.agreements = &now;
    old.agreement_count = new_one.agreement_count = 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct pack before = pack_of(rows[i].before), after = pack_of(rows[i].after);
        CU_ASSERT_EQUAL(pack_only_stops(&before, &after), rows[i].stops);
        for (now.until_ms = 9; now.until_ms < 12; now.until_ms++)
            CU_ASSERT_EQUAL(pack_only_extends(&before, &old, &after, &new_one),
                            rows[i].extends && now.until_ms > 9);
    }
}

static CU_TestInfo tests[] = {
    { "what was written is read", what_was_written_is_read },
    { "the example packs and loads as its folder does",
      the_example_packs_and_loads_as_its_folder_does },
    { "whatever is written in another way is refused",
      whatever_is_written_in_another_way_is_refused },
    { "a bundle cut anywhere is refused", a_bundle_cut_anywhere_is_refused },
    { "signing changes no hash, and nobody signs twice",
      signing_changes_no_hash_and_nobody_signs_twice },
    { "who must sign", who_must_sign },
    { "a good name with another key is refused", a_good_name_with_another_key_is_refused },
    { "who is named by the bundle itself does not count",
      who_is_named_by_the_bundle_itself_does_not_count },
    { "what is said of an approver changes by a key of before",
      what_is_said_of_an_approver_changes_by_a_key_of_before },
    { "an extension is approved by the key and agency of who may",
      an_extension_is_approved_by_the_key_and_agency_of_who_may },
    { "what only stops or extends takes nothing away",
      what_only_stops_or_extends_takes_nothing_away },
    CU_TEST_INFO_NULL,
};

static int open_world(void)
{
    return world_open(&world, NULL) ? 0 : 1;
}
static int close_world(void)
{
    world_close(&world);
    return 0;
}
CU_SuiteInfo suite_pack = { "pack", open_world, close_world, fresh, done, tests };
