/* parties_test.c - who may open whose data: agreements that are signed one by one, from bundle to
 * bundle. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/base64.h"
#include "cli/submit.h"
#include "scratch.h"
#include "sharing/tools/explain.h"

#define SCHEMAS SOURCE_DIR "/schemas"
#define FILES_MAX 12

/* ---- a region in memory: a trust and a county that share, a landlord and a hospice ---- */

static const char region[] =
    "region: fenmarsh\n"
    "partitions: 1\n"
    "agencies:\n"
    "  trust: {title: Fenmarsh Mental Health, services: {wards: {role: acute-trust}}}\n"
    "  county: {services: {team: {role: adult-social-care}}}\n"
    "  homes: {services: {tenancies: {role: landlord}, lettings: {role: %s}}}\n"
    "  hospice: {services: {nurses: {role: care-provider}}}\n"
    "approvers:\n";

static const char facts[] = "facts:\n"
                            "  - on: {HospitalStay: [admitted]}\n"
                            "    by: [acute-trust]\n"
                            "    opens: {relationship: inpatient, with: source}\n"
                            "    closed_by: {HospitalStay: [discharged], by: [acute-trust]}\n";

static const char agreement[] =
    "agreement: %s\nreference: F-1\nversion: 1\ntitle: For a test\n"
    "parties: [trust, county, homes, hospice]\n"
    "purpose: individual-care\n"
    "basis:\n"
    "  trust: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: health-or-social-care}\n"
    "  county: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: health-or-social-care}\n"
    "  homes: {uk_gdpr: 6(1)(b), special_category: none}\n"
    "  hospice: {uk_gdpr: 6(1)(f), special_category: none}\n"
    "confidentiality: public-interest\n"
    "in_force: {from: 2026-01-01, until: 2030-12-31, review_by: 2030-12-31}\n"
    "controllers: [trust]\nprocessor: county\ndpia: F-2\n"
    "privacy_notice: https://example.org/your-record\n"
    "retention_at_recipient: 8 years\nonward_sharing: none\n"
    "contacts: {rights: a@example.org, breach: b@example.org}\n"
    "on_termination: they delete it\n"
    "approved_by:\n"
    "  - {agency: trust, role: caldicott-guardian, on: 2025-12-12}\n"
    "  - {agency: county, role: caldicott-guardian, on: 2025-12-12}\n"
    "  - {agency: homes, role: data-protection-officer, on: 2025-12-12}\n"
    "  - {agency: hospice, role: registered-manager, on: 2025-12-12}\n"
    "clauses:\n"
    "  - id: one\n"
    "    share: {HospitalStay: [admitted]}\n"
    "    from: acute-trust\n"
    "    to: %s\n"
    "    release: [identity.name]\n";

static const char extension[] =
    "agreement: care\nversion: 1\nuntil: 2031-01-20\nreason: the next is being signed\n"
    "approved_by:\n"
    "  - {agency: homes, role: data-protection-officer, name: homes-dpo, on: 2030-12-01}\n"
    "  - {agency: hospice, role: registered-manager, name: hospice-manager, on: 2030-12-01}\n";

struct file {
    const char *name, *text;
};
struct folder {
    struct file files[FILES_MAX];
    size_t count;
};

static struct arena a;
static struct scratch scratch;
static struct folder rules;
static const struct catalogue *catalogue;
static struct approvers trusted; /* by the site, for its first bundle */
static struct err e;

static bool folder_read(const void *ctx, struct arena *to, const char *name, struct slice *out,
                        bool *found, struct err *why)
{
    const struct folder *f = ctx;
    (void)to, (void)why;
    *found = false;
    for (size_t i = 0; i < f->count && !*found; i++) {
        *found = strcmp(f->files[i].name, name) == 0;
        *out = slice_text(f->files[i].text);
    }
    return true;
}

static bool folder_list(const void *ctx, struct arena *to, const char *below,
                        struct source_names *out, struct err *why)
{
    const struct folder *f = ctx;
    size_t n = strlen(below);
    (void)why;
    *out = (struct source_names){ .list = ARENA_ARRAY(to, FILES_MAX, const char *), .found = true };
    for (size_t i = 0; i < f->count; i++)
        if (strncmp(f->files[i].name, below, n) == 0 && f->files[i].name[n] == '/')
            out->list[out->count++] = f->files[i].name;
    return true;
}

static void put(const char *name, const char *text)
{
    for (size_t i = 0; i < rules.count; i++)
        if (strcmp(rules.files[i].name, name) == 0) {
            rules.files[i].text = text;
            return;
        }
    rules.files[rules.count++] = (struct file){ name, text };
}

static void drop(const char *name)
{
    for (size_t i = 0; i < rules.count; i++)
        if (strcmp(rules.files[i].name, name) == 0)
            rules.files[i] = rules.files[--rules.count];
}

/* ---- people ---- */

enum who { TRUST, COUNTY, HOMES, HOSPICE, STRANGER, WHO_COUNT };
static const struct {
    const char *name, *agency, *role;
} people[WHO_COUNT] = {
    { "trust-guardian", "trust", "caldicott-guardian" },
    { "county-guardian", "county", "caldicott-guardian" },
    { "homes-dpo", "homes", "data-protection-officer" },
    { "hospice-manager", "hospice", "registered-manager" },
    { "trust-deputy", "trust", "information-governance-lead" },
};

static const char *key_file(enum who who)
{
    uint8_t bytes[KEY_BYTES] = { (uint8_t)(who + 1) };
    scratch_write(&scratch, people[who].name, bytes, sizeof bytes, 0600);
    return arena_text(&a, slice_text(scratch_path(&scratch, people[who].name)));
}

static const char *line_of(enum who who)
{
    struct key key = { .b = { (uint8_t)(who + 1) }, .set = true };
    struct public_key public;
    char text[BASE64_LENGTH(KEY_BYTES)];
    ed25519_public(&key, &public);
    base64_encode(slice_of(public.b, KEY_BYTES), text);
    return arena_format(&a, "  %s: {agency: %s, role: %s, key: %.*s}\n", people[who].name,
                        people[who].agency, people[who].role, (int)sizeof text, text);
}

/* letters: t, c, h, n (the hospice's nurses) and s, the stranger. */
static enum who who_is(char letter)
{
    return letter == 't'   ? TRUST
           : letter == 'c' ? COUNTY
           : letter == 'h' ? HOMES
           : letter == 'n' ? HOSPICE
                           : STRANGER;
}

static void put_region(const char *lettings, const char *letters)
{
    const char *text = arena_format(&a, region, lettings);
    for (; *letters; letters++)
        text = arena_format(&a, "%s%s", text, line_of(who_is(*letters)));
    put("region.yaml", text);
}

/* ---- bundles ---- */

static struct slice pack_form(const struct edition *before, bool is_signed)
{
    const struct bundle_source source = { .label = "rules",
                                          .ctx = &rules,
                                          .read = folder_read,
                                          .list = folder_list };
    const struct bundles_draft d = { .from_ms = 1780000000000 + (before ? (int64_t)before->number : 0),
                                     .before = before ? before->pack : NULL,
                                     .schemas = SCHEMAS,
                                     .catalogue = catalogue,
                                     .is_signed = is_signed,
                                     .is_for_all = is_signed };
    const struct widening *w = NULL;
    struct slice bytes = { 0 };
    if (!bundles_pack(&a, &source, &d, &bytes, &w, &e))
        CU_FAIL_FATAL("it cannot be packed");
    return bytes;
}

static struct edition *loaded(struct slice bytes)
{
    struct problems p = { 0 };
    struct edition *g = bundles_read(&a, bytes, "rules", catalogue, &p);
    for (size_t i = 0; i < p.count; i++)
        printf("\n%s: %s", p.list[i].code, p.list[i].text);
    problems_release(&p);
    CU_ASSERT_FATAL(g != NULL);
    return g;
}

static struct slice sign_as(struct slice bytes, enum who who, enum sign_what what)
{
    const struct signing s = { people[who].name, key_file(who), &trusted, what };
    struct slice out = bytes;
    err_clear(&e);
    CU_ASSERT_FATAL(submit_sign(&a, bytes, loaded(bytes)->bundle, &s, &out, &e));
    return out;
}

static struct edition *signed_by(const struct edition *before, const char *letters)
{
    struct slice bytes = pack_form(before, true);
    for (; *letters; letters++)
        bytes = sign_as(bytes, who_is(*letters), SIGN_AGREEMENTS);
    return loaded(bytes);
}

/* The code of the refusal; "" when next may follow. */
static const char *refusal(const struct edition *before, const struct edition *next)
{
    const struct bundles_trust trust = { .first_by = &trusted };
    err_clear(&e);
    return bundles_follows(&trust, before, next, &e) ? "" : e.code;
}

static bool is_in_force(const struct edition *g, const char *name)
{
    const struct agreement *one = bundle_agreement(g->bundle, slice_text(name), 1);
    CU_ASSERT_FATAL(one != NULL);
    return one->approved;
}

static bool lacks(const struct edition *g, const char *name, const char *words)
{
    struct buf out;
    buf_init(&out, 1000);
    explain_missing(g->bundle, bundle_agreement(g->bundle, slice_text(name), 1), &out);
    bool same = slice_equal_text(buf_slice(&out), words);
    if (!same)
        printf("\n'%.*s' is missing", (int)out.n, (const char *)out.p);
    buf_release(&out);
    return same;
}

static void fresh(void)
{
    struct problems p = { 0 };
    static const char letters[] = "tchn";
    arena_init(&a, (size_t)512 << 20);
    scratch_make(&scratch);
    err_clear(&e);
    rules.count = 0;
    catalogue = catalogue_load(&a, SCHEMAS, &p);
    problems_release(&p);
    struct approver *list = ARENA_ARRAY(&a, 4, struct approver);
    CU_ASSERT_FATAL(catalogue && list);
    for (size_t i = 0; i < 4; i++) {
        struct key key = { .b = { (uint8_t)(who_is(letters[i]) + 1) }, .set = true };
        list[i] = (struct approver){ .name = slice_text(people[i].name),
                                     .agency = slice_text(people[i].agency),
                                     .role = slice_text(people[i].role) };
        ed25519_public(&key, &list[i].key);
    }
    trusted = (struct approvers){ list, 4 };
    put_region("landlord", "tchn");
    put("facts.yaml", facts);
    put("agreements/care.yaml", arena_format(&a, agreement, "care", "adult-social-care"));
}

static void done(void)
{
    scratch_remove(&scratch);
    arena_release(&a);
}

static void put_taking(void)
{
    put("agreements/taking.yaml",
        arena_format(&a, agreement, "taking", "[landlord, care-provider]"));
}

/* ---- the tests ---- */

static void two_recipients_cannot_sign_themselves_in(void)
{
    const struct edition *first = signed_by(NULL, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(NULL, first), "");
    CU_ASSERT(is_in_force(first, "care"));
    put_taking();
    const struct edition *taken = signed_by(first, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(first, taken), "");
    CU_ASSERT_FALSE(is_in_force(taken, "taking"));
    CU_ASSERT(lacks(taken, "taking", "Fenmarsh Mental Health"));
    CU_ASSERT(is_in_force(taken, "care")); /* the rest of the bundle is in force */
    const struct edition *given = signed_by(taken, "tn");
    CU_ASSERT_STRING_EQUAL(refusal(taken, given), "");
    CU_ASSERT(is_in_force(given, "taking"));
    CU_ASSERT_STRING_EQUAL(refusal(taken, signed_by(taken, "t")), "pack.approvers");
}

static void what_the_file_says_itself_counts_for_nothing(void)
{
    const struct edition *first = signed_by(NULL, "ch");
    CU_ASSERT_STRING_EQUAL(refusal(NULL, first), "");
    CU_ASSERT_FALSE(is_in_force(first, "care"));
    const struct agreement *g = bundle_agreement(first->bundle, SLICE("care"), 1);
    CU_ASSERT_EQUAL_FATAL(g->approval_count, 2);
    CU_ASSERT(g->is_signed && slice_equal_text(g->approvals[0].name, "county-guardian"));
    CU_ASSERT(slice_equal_text(g->approvals[0].role, "caldicott-guardian"));
    CU_ASSERT(g->approvals[0].on_ms > 0);
}

static void an_unchanged_agreement_keeps_its_signatures_and_a_changed_one_does_not(void)
{
    const struct edition *first = signed_by(NULL, "tc");
    put("aliases.yaml", "aliases: {}\n");
    const struct edition *second = signed_by(first, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    CU_ASSERT(is_in_force(second, "care"));
    put("agreements/care.yaml",
        arena_format(&a, "# changed\n%s",
                     arena_format(&a, agreement, "care", "adult-social-care")));
    const struct edition *third = signed_by(second, "ch");
    CU_ASSERT_STRING_EQUAL(refusal(second, third), "");
    CU_ASSERT_FALSE(is_in_force(third, "care"));
    CU_ASSERT(is_in_force(signed_by(second, "tc"), "care"));
}

static void whoever_adds_a_recipient_has_changed_the_agreement(void)
{
    put("agreements/care.yaml", arena_format(&a, agreement, "care", "landlord"));
    put_region("adaptations", "tchn");
    const struct edition *first = signed_by(NULL, "tc");
    CU_ASSERT(is_in_force(first, "care"));
    put_region("landlord", "tchn");
    const struct edition *second = signed_by(first, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    CU_ASSERT_FALSE(is_in_force(second, "care"));
}

static void nobody_names_the_approvers_of_another_agency(void)
{
    const struct edition *first = signed_by(NULL, "tc");
    put_region("landlord", "tchns"); /* a deputy of the trust, by whoever has that key */
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hn")), "pack.people");
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hns")), "pack.people");
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "tn")), "");
    put_region("landlord", "chn"); /* none any more, so that the next would be the first */
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hn")), "pack.people");
    CU_ASSERT_STRING_EQUAL(refusal(NULL, signed_by(NULL, "hn")), "pack.people");
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "th")), "");
}

static void nobody_names_the_people_of_another_agency(void)
{
    const char *person = "people:\n  eve: {agency: trust, roles: [holds], until: 2027-01-01,\n"
                         "        key: JtQbX4qDDXnwQ9bs3iB9no9grdGi6Kd4auesMRruLaQ=}\n";
    const struct edition *first = signed_by(NULL, "tc");
    put("region.yaml", arena_format(&a, "%s%s", rules.files[0].text, person));
    CU_ASSERT_STRING_EQUAL(refusal(NULL, signed_by(NULL, "hn")), "pack.people");
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hn")), "pack.people");
    const struct edition *second = signed_by(first, "th");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    static const char key[] = "JtQbX4qDDXnwQ9bs3iB9no9grdGi6Kd4auesMRruLaQ=";
    put_region("landlord", "tchn"); /* nobody: typed names would be enough again */
    CU_ASSERT_STRING_EQUAL(refusal(second, signed_by(second, "hn")), "bundle.people");
    CU_ASSERT_STRING_EQUAL(refusal(second, signed_by(second, "tn")), "bundle.people");
    put("region.yaml", arena_format(&a,
                                    "%speople:\n  eve: {agency: trust, roles: [stops], until: "
                                    "2027-01-01, key: %s}\n",
                                    rules.files[0].text, key));
    CU_ASSERT_STRING_EQUAL(refusal(second, signed_by(second, "hn")), "pack.people");
    CU_ASSERT_STRING_EQUAL(refusal(second, signed_by(second, "tn")), "");
}

static void who_signed_and_left_has_signed(void)
{
    put_region("landlord", "tchns");
    struct edition *first = signed_by(NULL, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(NULL, first), "");
    put_region("landlord", "chns");
    const struct edition *second = signed_by(first, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    CU_ASSERT(is_in_force(second, "care"));
}

static const char *line_with(const struct edition *g, const char *word)
{
    struct slice rest = slice_from(g->pack->file, g->pack->canonical.n);
    while (rest.n) {
        size_t n = slice_find(rest, '\n');
        struct slice line = slice_head(rest, n);
        if (slice_starts(line, SLICE("approval ")) && memmem(line.p, line.n, word, strlen(word)))
            return arena_text(&a, slice_head(rest, n + 1));
        rest = slice_from(rest, n + 1);
    }
    CU_FAIL_FATAL("no such approval");
    return "";
}

static struct edition *with_line(const struct edition *g, const char *line)
{
    return loaded(slice_text(
        arena_format(&a, "%.*s%s", (int)g->pack->file.n, (const char *)g->pack->file.p, line)));
}

static void an_approval_is_good_for_the_bundle_it_was_given_in_and_what_follows_it(void)
{
    const char *file = "agreements/care.yaml";
    put_taking();
    const struct edition *first = signed_by(NULL, "tc");
    const char *old = line_with(first, "taking.yaml");
    CU_ASSERT(is_in_force(first, "taking"));
    drop("agreements/taking.yaml");
    const struct edition *second = signed_by(first, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    put_taking(); /* ended, and brought back by those who would receive */
    const struct edition *third = signed_by(second, "hn");
    CU_ASSERT_FALSE(is_in_force(third, "taking"));
    CU_ASSERT_STRING_EQUAL(refusal(second, with_line(third, old)), "pack.approval");
    const char *forged =
        arena_format(&a, "inherited %s %s", file, strstr(old, "taking.yaml ") + 12);
    forged = arena_format(&a, "%.*s\n", (int)(strlen("inherited ") + strlen(file) + 1 + 64), forged);
    CU_ASSERT(is_in_force(with_line(third, forged), "taking"));
    CU_ASSERT_STRING_EQUAL(refusal(second, with_line(third, forged)), "pack.approval");
}

static void an_approval_by_another_key_than_it_names_puts_nothing_in_force(void)
{
    const struct edition *first = signed_by(NULL, "ch");
    struct slice line = slice_text(line_with(first, "county-guardian"));
    const char *name = "trust-guardian trust";
    size_t at = (size_t)((const uint8_t *)memmem(line.p, line.n, "county-guardian county", 22) - line.p);
    const char *forged = arena_format(&a, "%.*s%s%s", (int)at, (const char *)line.p, name,
                                      (const char *)line.p + at + 22);
    const struct edition *lie = with_line(first, forged);
    CU_ASSERT_FALSE(is_in_force(lie, "care"));
    CU_ASSERT_STRING_EQUAL(refusal(NULL, lie), "pack.approval");
}

static void nobody_signs_with_another_key_than_their_own(void)
{
    static const struct {
        enum who who, key;
        const char *code;
    } rows[] = { { TRUST, HOSPICE, "pack.key" }, { STRANGER, STRANGER, "pack.approver" } };
    struct slice bytes = pack_form(NULL, true), out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct signing s = { people[rows[i].who].name, key_file(rows[i].key), &trusted,
                                   SIGN_AGREEMENTS };
        err_clear(&e);
        CU_ASSERT_FALSE(submit_sign(&a, bytes, loaded(bytes)->bundle, &s, &out, &e));
        CU_ASSERT_STRING_EQUAL(e.code, rows[i].code);
    }
}

static void recipients_do_not_extend_what_others_share(void)
{
    const struct edition *first = signed_by(NULL, "tc");
    put("extensions/care-2.yaml", extension);
    const struct edition *second = signed_by(first, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    const struct agreement *g = bundle_agreement(second->bundle, SLICE("care"), 1);
    CU_ASSERT(g->approved && g->extension_waits && g->until_ms == g->signed_until_ms);
    const struct edition *third = signed_by(second, "tn");
    g = bundle_agreement(third->bundle, SLICE("care"), 1);
    CU_ASSERT_STRING_EQUAL(refusal(second, third), "");
    CU_ASSERT(!g->extension_waits && g->until_ms > g->signed_until_ms);
}

/* A bundle as older programs signed it: as a whole, and its files say who approves. */
static struct edition *old_form(const struct edition *before, const char *letters)
{
    struct slice bytes = pack_form(before, false);
    struct pack p;
    CU_ASSERT_FATAL(pack_read(&a, bytes, &p, &e));
    for (; *letters; letters++) {
        struct key key = { .b = { (uint8_t)(who_is(*letters) + 1) }, .set = true };
        uint8_t signature[SIGNATURE_BYTES];
        struct buf out;
        ed25519_sign(&key, slice_of(p.signed_hash, HASH_BYTES), signature);
        buf_init(&out, PACK_BYTES_MAX);
        buf_put(&out, bytes);
        pack_put_signature(slice_text(people[who_is(*letters)].name), signature, &out);
        bytes = arena_copy(&a, buf_slice(&out));
        buf_release(&out);
    }
    return loaded(bytes);
}

static void what_is_in_force_by_an_older_bundle_stays_so_until_it_changes(void)
{
    const struct bundles_trust trust = { .first_by = &trusted };
    const struct edition *old = old_form(NULL, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(NULL, old), "");
    CU_ASSERT(is_in_force(old, "care"));
    CU_ASSERT_FALSE(bundles_are_new(&trust, old, &e));
    put("aliases.yaml", "aliases: {}\n");
    const struct edition *next = signed_by(old, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(old, next), "");
    CU_ASSERT(is_in_force(next, "care"));
    put("aliases.yaml", "# more\naliases: {}\n");
    const struct edition *later = signed_by(next, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(next, later), "");
    CU_ASSERT(is_in_force(later, "care"));
    CU_ASSERT_STRING_EQUAL(refusal(next, old_form(next, "hn")), "pack.old");
    put_taking();
    CU_ASSERT_FALSE(is_in_force(signed_by(next, "hn"), "taking"));
    put("agreements/care.yaml",
        arena_format(&a, "# changed\n%s", arena_format(&a, agreement, "care", "landlord")));
    CU_ASSERT_FALSE(is_in_force(signed_by(next, "hn"), "care"));
}

/* The code of the first problem of what is packed now; "" when it loads. */
static const char *problem_of(bool is_signed)
{
    struct problems p = { 0 };
    const char *code = bundles_read(&a, pack_form(NULL, is_signed), "rules", catalogue, &p)
                           ? ""
                           : arena_text(&a, slice_text(p.list[0].code));
    problems_release(&p);
    return code;
}

static const char *care_approved_by(const char *role)
{
    const char *text = arena_format(&a, agreement, "care", "adult-social-care");
    const char *at = strstr(text, "caldicott-guardian");
    return arena_format(&a, "%.*s%s%s", (int)(at - text), text, role,
                        at + strlen("caldicott-guardian"));
}

/* One list for region.yaml and agreements. What is in force by an older bundle is not asked. */
static void only_offices_that_may_approve_are_taken(void)
{
    static const struct {
        const char *role, *code;
    } rows[] = { { "senior-information-risk-owner", "" }, { "data-protection-officer", "" },
                 { "information-governance-lead", "" },   { "registered-manager", "" },
                 { "cleaner", "bundle.word" },            { "Caldicott Guardian", "bundle.word" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put("agreements/care.yaml", care_approved_by(rows[i].role));
        CU_ASSERT_STRING_EQUAL(problem_of(false), rows[i].code);
        CU_ASSERT_STRING_EQUAL(problem_of(true), rows[i].code);
    }
    put("agreements/care.yaml", care_approved_by("cleaner"));
    CU_ASSERT(is_in_force(old_form(NULL, "hn"), "care"));
    put("agreements/care.yaml", care_approved_by("caldicott-guardian"));
    put("region.yaml", arena_format(&a, "%s  eve: {agency: trust, role: cleaner, key: "
                                        "JtQbX4qDDXnwQ9bs3iB9no9grdGi6Kd4auesMRruLaQ=}\n",
                                    rules.files[0].text));
    CU_ASSERT_STRING_EQUAL(problem_of(true), "bundle.word");
}

/* One person must be able to stop, whatever drafts lie in the bundle; and approves none by it. */
static void a_stop_takes_one_signature_and_leaves_a_draft_a_draft(void)
{
    put_taking();
    const struct edition *first = signed_by(NULL, "ch");
    CU_ASSERT_FALSE(is_in_force(first, "care"));
    put("stops/taking-2.yaml", "agreement: taking\nversion: all\nfrom: 2026-11-22T10:00:00Z\n"
                               "by: trust-guardian\nreason: a breach\n");
    struct slice bytes = sign_as(pack_form(first, true), TRUST, SIGN_BUNDLE);
    const struct edition *next = loaded(bytes);
    CU_ASSERT_STRING_EQUAL(refusal(first, next), "");
    CU_ASSERT_FALSE(is_in_force(next, "care"));
}

static CU_TestInfo tests[] = {
    { "two recipients cannot sign themselves in", two_recipients_cannot_sign_themselves_in },
    { "what the file says itself counts for nothing",
      what_the_file_says_itself_counts_for_nothing },
    { "an unchanged agreement keeps its signatures, and a changed one does not",
      an_unchanged_agreement_keeps_its_signatures_and_a_changed_one_does_not },
    { "whoever adds a recipient has changed the agreement",
      whoever_adds_a_recipient_has_changed_the_agreement },
    { "nobody names the approvers of another agency",
      nobody_names_the_approvers_of_another_agency },
    { "nobody names the people of another agency", nobody_names_the_people_of_another_agency },
    { "who signed and left has signed", who_signed_and_left_has_signed },
    { "an approval is good for the bundle it was given in, and what follows it",
      an_approval_is_good_for_the_bundle_it_was_given_in_and_what_follows_it },
    { "an approval by another key than it names puts nothing in force",
      an_approval_by_another_key_than_it_names_puts_nothing_in_force },
    { "nobody signs with another key than their own",
      nobody_signs_with_another_key_than_their_own },
    { "recipients do not extend what others share", recipients_do_not_extend_what_others_share },
    { "what is in force by an older bundle stays so until it changes",
      what_is_in_force_by_an_older_bundle_stays_so_until_it_changes },
    { "only offices that may approve are taken", only_offices_that_may_approve_are_taken },
    { "a stop takes one signature, and leaves a draft a draft",
      a_stop_takes_one_signature_and_leaves_a_draft_a_draft },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_parties = { "parties", NULL, NULL, fresh, done, tests };
