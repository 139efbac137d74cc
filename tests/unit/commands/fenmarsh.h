/* fenmarsh.h - a signed region in memory, its bundles from one to the next, and who signs them.
 *
 * Each suite that includes it has one of its own, made by fresh() and given back by done(). */
#ifndef TESTS_UNIT_COMMANDS_FENMARSH_H
#define TESTS_UNIT_COMMANDS_FENMARSH_H

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/base64.h"
#include "commands/submit.h"
#include "scratch.h"

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
static struct approvers joined;  /* as the site was told later */
static struct err e;

static inline bool folder_read(const void *ctx, struct arena *to, const char *name,
                               struct slice *out, bool *found, struct err *why)
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

static inline bool folder_list(const void *ctx, struct arena *to, const char *below,
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

static inline void put(const char *name, const char *text)
{
    for (size_t i = 0; i < rules.count; i++)
        if (strcmp(rules.files[i].name, name) == 0) {
            rules.files[i].text = text;
            return;
        }
    rules.files[rules.count++] = (struct file){ name, text };
}

static inline void drop(const char *name)
{
    for (size_t i = 0; i < rules.count; i++)
        if (strcmp(rules.files[i].name, name) == 0)
            rules.files[i] = rules.files[--rules.count];
}

/* ---- people ---- */

enum who { TRUST, COUNTY, HOMES, HOSPICE, STRANGER, EVE, DEE, CARL, HAL, OLD, STOP, WHO_COUNT };
static const struct {
    const char *name, *agency, *role;
} people[WHO_COUNT] = {
    { "trust-guardian", "trust", "caldicott-guardian" },
    { "county-guardian", "county", "caldicott-guardian" },
    { "homes-dpo", "homes", "data-protection-officer" },
    { "hospice-manager", "hospice", "registered-manager" },
    { "trust-deputy", "trust", "information-governance-lead" },
    { "eve", "trust", "extends" }, /* from here on people, with their role */
    { "dee", "trust", "extends" },
    { "carl", "county", "extends" },
    { "hal", "homes", "extends" },
    { "old", "county", "extends" },
    { "stop", "county", "stops" },
};

static inline const char *key_file(enum who who)
{
    uint8_t bytes[KEY_BYTES] = { (uint8_t)(who + 1) };
    scratch_write(&scratch, people[who].name, bytes, sizeof bytes, 0600);
    return arena_text(&a, slice_text(scratch_path(&scratch, people[who].name)));
}

static inline const char *line_of(enum who who)
{
    struct key key = { .b = { (uint8_t)(who + 1) }, .set = true };
    struct public_key public;
    char text[BASE64_LENGTH(KEY_BYTES)];
    ed25519_public(&key, &public);
    base64_encode(slice_of(public.b, KEY_BYTES), text);
    return arena_format(&a, "  %s: {agency: %s, role: %s, key: %.*s}\n", people[who].name,
                        people[who].agency, people[who].role, (int)sizeof text, text);
}

/* letters: t, c, h, n (the hospice's nurses) and s, the stranger; of people the first of their
 * name. */
static inline enum who who_is(char letter)
{
    static const char letters[] = "tchnsEDCHOS";
    const char *at = strchr(letters, letter);
    CU_ASSERT_FATAL(letter && at);
    return (enum who)(at - letters);
}

static inline void put_region(const char *lettings, const char *letters)
{
    const char *text = arena_format(&a, region, lettings);
    for (; *letters; letters++)
        text = arena_format(&a, "%s%s", text, line_of(who_is(*letters)));
    put("region.yaml", text);
}

/* ---- bundles ---- */

static inline struct slice pack_form(const struct edition *before, bool is_signed)
{
    const struct bundle_source source = {
        .label = "rules", .ctx = &rules, .read = folder_read, .list = folder_list
    };
    const struct bundles_draft d = { .from_ms =
                                         1780000000000 + (before ? (int64_t)before->number : 0),
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

static inline struct edition *loaded(struct slice bytes)
{
    struct problems p = { 0 };
    struct edition *g = bundles_read(&a, bytes, "rules", catalogue, &p);
    for (size_t i = 0; i < p.count; i++)
        printf("\n%s: %s", p.list[i].code, p.list[i].text);
    problems_release(&p);
    CU_ASSERT_FATAL(g != NULL);
    return g;
}

static inline struct approver approver_of(enum who who)
{
    struct key key = { .b = { (uint8_t)(who + 1) }, .set = true };
    struct approver one = { .name = slice_text(people[who].name),
                            .agency = slice_text(people[who].agency),
                            .role = slice_text(people[who].role) };
    ed25519_public(&key, &one.key);
    return one;
}

static inline struct slice sign_as(struct slice bytes, enum who who, enum sign_what what)
{
    const struct signing s = { people[who].name, key_file(who), &trusted, what };
    struct slice out = bytes;
    err_clear(&e);
    CU_ASSERT_FATAL(submit_sign(&a, bytes, loaded(bytes)->bundle, &s, &out, &e));
    return out;
}

/* As somebody else's program signs it, which asks nothing: whoever loads it refuses. */
static inline struct slice sign_elsewhere(struct slice bytes, enum who who, enum sign_what what)
{
    const struct approver one = approver_of(who);
    const struct approvers alone = { &one, 1 };
    const struct signing s = { people[who].name, key_file(who), &alone, what };
    struct slice out = bytes;
    err_clear(&e);
    CU_ASSERT_FATAL(submit_sign(&a, bytes, loaded(bytes)->bundle, &s, &out, &e));
    return out;
}

static inline struct edition *signed_by(const struct edition *before, const char *letters)
{
    struct slice bytes = pack_form(before, true);
    for (; *letters; letters++)
        bytes = who_is(*letters) == STOP ? sign_elsewhere(bytes, STOP, SIGN_AGREEMENTS)
                                         : sign_as(bytes, who_is(*letters), SIGN_AGREEMENTS);
    return loaded(bytes);
}

/* The code of the refusal by the bus's time of the order; "" when next may follow. */
static inline const char *refusal_at(const struct edition *before, const struct edition *next,
                                     int64_t at_ms)
{
    const struct bundles_trust trust = { .first_by = &trusted, .joined = &joined, .at_ms = at_ms };
    err_clear(&e);
    return bundles_follows(&trust, before, next, &e) ? "" : e.code;
}

static inline const char *refusal(const struct edition *before, const struct edition *next)
{
    return refusal_at(before, next, next->from_ms);
}

static inline bool is_in_force(const struct edition *g, const char *name)
{
    const struct agreement *one = bundle_agreement(g->bundle, slice_text(name), 1);
    CU_ASSERT_FATAL(one != NULL);
    return one->approved;
}

static inline void fresh(void)
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
    for (size_t i = 0; i < 4; i++)
        list[i] = approver_of(who_is(letters[i]));
    trusted = (struct approvers){ list, 4 };
    joined = (struct approvers){ .count = 0 };
    put_region("landlord", "tchn");
    put("facts.yaml", facts);
    put("agreements/care.yaml", arena_format(&a, agreement, "care", "adult-social-care"));
}

static inline void done(void)
{
    scratch_remove(&scratch);
    arena_release(&a);
}

static inline void put_taking(void)
{
    put("agreements/taking.yaml",
        arena_format(&a, agreement, "taking", "[landlord, care-provider]"));
}

static inline const char *line_with(const struct edition *g, const char *word)
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

static inline struct edition *with_line(const struct edition *g, const char *line)
{
    return loaded(slice_text(
        arena_format(&a, "%.*s%s", (int)g->pack->file.n, (const char *)g->pack->file.p, line)));
}

#endif
