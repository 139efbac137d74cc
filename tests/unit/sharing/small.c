/* small.c - the small region, and a source of files in memory. */
#include "small.h"
#include "sharing/facts/facts.h"
#include "sharing/facts/person.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/source.h"

#include <stdio.h>
#include <stdlib.h>

#define FILES_MAX 16

const char small_region[] = "region: small\n"
                            "partitions: 4\n"
                            "agencies:\n"
                            "  wexbridge-hospital:\n"
                            "    nhs_number: entitled\n"
                            "    services:\n"
                            "      wards: {role: acute-trust}\n"
                            "      transfer-hub: {role: care-transfer-hub}\n"
                            "  wexshire-council:\n"
                            "    nhs_number: entitled\n"
                            "    services:\n"
                            "      hospital-team: {role: adult-social-care}\n"
                            "      other-team: {role: adult-social-care}\n"
                            "  wexbridge-district:\n"
                            "    services:\n"
                            "      grants: {role: adaptations}\n"
                            "      repairs: {role: landlord}\n"
                            "  brightcare:\n"
                            "    services:\n"
                            "      rota: {role: care-provider}\n";

static const char facts[] =
    "facts:\n"
    "  - on: {Caseload: [declared]}\n"
    "    by: [adult-social-care, adaptations, landlord, care-provider, care-transfer-hub]\n"
    "    opens: {relationship: open-case, with: source}\n"
    "    closed_by: {Caseload: [ended], by: [adult-social-care, adaptations, landlord, "
    "care-provider]}\n"
    "    responsible: {function: adult-social-care, service: source}\n"
    "  - on: {HospitalStay: [admitted]}\n"
    "    by: [acute-trust]\n"
    "    opens: {relationship: inpatient, with: source}\n"
    "    closed_by: {HospitalStay: [discharged], by: [acute-trust]}\n"
    "  - on: {Consent: [granted]}\n"
    "    by: [acute-trust, care-transfer-hub, adult-social-care, adaptations]\n"
    "    grants: {scope: field consent.purpose, to: field consent.recipient}\n"
    "  - on: {Consent: [revoked]}\n"
    "    by: [acute-trust, care-transfer-hub, adult-social-care, adaptations]\n"
    "    revokes: {scope: field consent.purpose, to: field consent.recipient}\n"
    "  - on: {Consent: [objection_recorded]}\n"
    "    by: [acute-trust, care-transfer-hub, adult-social-care, adaptations]\n"
    "    objects: {to: field consent.recipient}\n"
    "  - {on: {Restriction: [raised]}, by: [acute-trust, care-transfer-hub, adult-social-care, "
    "adaptations], restricts: field restriction.kind}\n"
    "  - {on: {Restriction: [lifted]}, by: the service itself, lifts: field restriction.kind}\n"
    "  - {on: {Person: [died]}, by: [acute-trust, care-transfer-hub, adult-social-care, "
    "adaptations], dies: field death.formality}\n";

static const char agreement[] =
    "agreement: %s\n"
    "reference: WX-DSA-099\n"
    "version: %s\n"
    "title: Sharing for a test\n"
    "parties: [wexbridge-hospital, wexshire-council, wexbridge-district, brightcare]\n"
    "purpose: %s\n"
    "basis:\n"
    "  wexbridge-hospital: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: "
    "health-or-social-care}\n"
    "  wexshire-council: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: "
    "health-or-social-care}\n"
    "  wexbridge-district: {uk_gdpr: 6(1)(e), special_category: 9(2)(g), schedule_1: "
    "statutory-and-government-purposes}\n"
    "  brightcare: {uk_gdpr: 6(1)(b), special_category: none}\n"
    "confidentiality: %s\n"
    "in_force: {from: %s, until: %s, review_by: %s}\n"
    "controllers: [wexbridge-hospital, wexshire-council]\n"
    "processor: wexshire-council\n"
    "dpia: WX-DPIA-099\n"
    "privacy_notice: https://example.org/your-record\n"
    "retention_at_recipient: 8 years\n"
    "onward_sharing: none\n"
    "contacts: {rights: dpo@example.org, breach: ig@example.org}\n"
    "on_termination: recipients delete what they hold\n"
    "approved_by:\n"
    "%s"
    "  - {agency: wexshire-council, role: caldicott-guardian, on: 2025-12-15}\n"
    "  - {agency: wexbridge-district, role: data-protection-officer, on: 2025-12-16}\n"
    "  - {agency: brightcare, role: registered-manager, on: 2025-12-17}\n"
    "clauses:\n"
    "%s";

static const char hospital_approves[] =
    "  - {agency: wexbridge-hospital, role: caldicott-guardian, on: 2025-12-12}\n";

static const char * or (const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

const char *small_agreement(const struct small_terms *t, const char *clauses)
{
    static const struct small_terms plain = { 0 };
    t = t ? t : &plain;
    return arena_format(&world.arena, agreement, or (t->name, "sharing"), or (t->version, "1"),
                        or (t->purpose, "individual-care"),
                        or (t->confidentiality, "public-interest"), or (t->from, "2026-01-01"),
                        or (t->until, "2027-12-31"), or (t->review_by, or (t->until, "2027-12-31")),
                        t->is_unapproved ? "" : hospital_approves, clauses);
}

const char *small_replace(const char *text, const char *find, const char *instead)
{
    const char *hit = strstr(text, find);
    if (!hit)
        printf("no '%s' in the text\n", find);
    return hit ? arena_format(&world.arena, "%.*s%s%s", (int)(hit - text), text, instead,
                              hit + strlen(find))
               : text;
}

/* ---- a source in memory ---- */

struct memory {
    struct small_file files[FILES_MAX];
    size_t count;
};

static bool memory_read(const void *ctx, struct arena *a, const char *name, struct slice *out,
                        bool *found, struct err *e)
{
    const struct memory *m = ctx;
    (void)a, (void)e;
    *found = false;
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->files[i].name, name) == 0) {
            *out = slice_text(m->files[i].text);
            *found = true;
        }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

static bool memory_list(const void *ctx, struct arena *a, const char *folder,
                        struct source_names *out, struct err *e)
{
    const struct memory *m = ctx;
    size_t n = strlen(folder);
    *out = (struct source_names){ .list = ARENA_ARRAY(a, FILES_MAX, const char *) };
    if (!out->list)
        return err_memory(e);
    for (size_t i = 0; i < m->count; i++)
        if (strncmp(m->files[i].name, folder, n) == 0 && m->files[i].name[n] == '/')
            out->list[out->count++] = m->files[i].name;
    out->found = out->count > 0;
    qsort(out->list, out->count, sizeof *out->list, compare_names);
    return true;
}

static void put_file(struct memory *m, const struct small_file *file)
{
    size_t i = 0;
    while (i < m->count && strcmp(m->files[i].name, file->name) != 0)
        i++;
    if (i == FILES_MAX)
        return;
    m->files[i] = *file;
    if (i == m->count)
        m->count++;
}

const struct bundle *small_load(const struct small_file *files, size_t n, struct problems *p)
{
    struct memory m = { .files = { { "region.yaml", small_region },
                                   { "facts.yaml", facts },
                                   { "prohibitions/none.yaml", "prohibitions: []\n" } },
                        .count = 3 };
    const struct bundle_source source = {
        .label = "small", .ctx = &m, .read = memory_read, .list = memory_list
    };
    for (size_t i = 0; i < n; i++)
        put_file(&m, &files[i]);
    return bundle_load_from(&world.arena, &source, world.catalogue, p);
}

bool small_open(const struct small_file *files, size_t n)
{
    struct problems p = { 0 };
    char text[400];
    world.bundle = small_load(files, n, &p);
    world.facts = person_unknown;
    for (size_t i = 0; i < p.count; i++)
        printf("%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return world.bundle != NULL;
}

bool small_clauses(const struct small_terms *t, const char *clauses)
{
    const struct small_file file = { "agreements/sharing.yaml", small_agreement(t, clauses) };
    return small_open(&file, 1);
}

bool small_problem(const struct small_file *files, size_t n, const char *code, const char *file)
{
    struct problems p = { 0 };
    char text[400];
    bool found = false;
    bool loads = small_load(files, n, &p) != NULL;
    for (size_t i = 0; i < p.count; i++)
        found |= strcmp(p.list[i].code, code) == 0 && p.list[i].file &&
                 strstr(p.list[i].file, file) != NULL;
    if (!found)
        printf("wanted %s in %s\n", code, file);
    for (size_t i = 0; !found && i < p.count; i++)
        printf("  found %s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return found && !loads;
}
