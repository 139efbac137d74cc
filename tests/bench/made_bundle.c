/* made_bundle.c - the files of a made region. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "made_region.h"

#define CLAUSES_A_FILE 10
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

size_t dice_below(struct dice *d, size_t n)
{
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return (size_t)((d->state * 2685821657736338717u) >> 33) % n;
}

bool dice_percent(struct dice *d, unsigned percent)
{
    return dice_below(d, 100) < percent;
}

/* ---- who ---- */

struct made_service {
    const char *name, *role;
};
static const struct made_agency {
    const char *name;
    struct made_service services[4];
} agencies[] = {
    { "north-hospital",
      { { "wards", "acute-trust" },
        { "hub", "care-transfer-hub" },
        { "nurses", "community-health" } } },
    { "south-hospital",
      { { "wards", "acute-trust" },
        { "hub", "care-transfer-hub" },
        { "nurses", "community-health" } } },
    { "west-hospital",
      { { "wards", "acute-trust" },
        { "hub", "care-transfer-hub" },
        { "nurses", "community-health" } } },
    { "county-council",
      { { "hospital-team", "adult-social-care" },
        { "locality-team", "adult-social-care" },
        { "s42-inbox", "safeguarding" } } },
    { "city-council",
      { { "hospital-team", "adult-social-care" },
        { "locality-team", "adult-social-care" },
        { "s42-inbox", "safeguarding" } } },
    { "district-a",
      { { "options", "homelessness" }, { "grants", "adaptations" }, { "repairs", "landlord" } } },
    { "district-b",
      { { "options", "homelessness" }, { "grants", "adaptations" }, { "repairs", "landlord" } } },
    { "district-c",
      { { "options", "homelessness" }, { "grants", "adaptations" }, { "repairs", "landlord" } } },
    { "district-d",
      { { "options", "homelessness" }, { "grants", "adaptations" }, { "repairs", "landlord" } } },
    { "district-e",
      { { "options", "homelessness" }, { "grants", "adaptations" }, { "repairs", "landlord" } } },
    { "care-one", { { "rota", "care-provider" }, { "nights", "care-provider" } } },
    { "care-two", { { "rota", "care-provider" }, { "nights", "care-provider" } } },
    { "care-three", { { "rota", "care-provider" }, { "nights", "care-provider" } } },
    { "care-four", { { "rota", "care-provider" }, { "nights", "care-provider" } } },
    { "federation", { { "east-list", "gp" }, { "west-list", "gp" }, { "out-of-hours", "gp" } } },
};

static void write_region(FILE *f, struct dice *d)
{
    (void)d;
    fputs("region: made\npartitions: 24\nagencies:\n", f);
    for (size_t i = 0; i < COUNT(agencies); i++) {
        fprintf(f, "  %s:\n    nhs_number: entitled\n    services:\n", agencies[i].name);
        for (size_t s = 0; s < 4 && agencies[i].services[s].name; s++)
            fprintf(f, "      %s: {role: %s}\n", agencies[i].services[s].name,
                    agencies[i].services[s].role);
    }
}

/* ---- what ---- */

/* A type of event, who says it, a field that some clauses name beside categories, how often clauses
 * are about it, what they release of it. */
static const struct made_type {
    const char *type, *from, *field;
    unsigned share;
    const char *kinds[12], *release[20];
} types[] = {
    { "HospitalStay",
      "acute-trust",
      "stay.leave_until",
      40,
      { "pre_admitted", "admitted", "moved", "leave_started", "leave_ended",
        "expected_discharge_changed", "ready_for_discharge", "no_longer_ready", "discharged" },
      { "identity.name", "identity.birth-date", "identity.nhs-number", "stay.site", "stay.ward",
        "stay.times", "stay.method", "stay.ready", "stay.expected-discharge", "stay.destination",
        "stay.class", "source.contact", "source.timing", "source.site", "needs.communication",
        "location.address", "contact.phone", "gp.practice" } },
    { "DischargePlan",
      "care-transfer-hub",
      "referral.team",
      20,
      { "referred", "assessment_requested", "accepted", "rejected", "pathway_set",
        "discharge_proposed", "agreed", "withdrawn" },
      { "identity.name", "identity.birth-date", "identity.nhs-number", "referral.reason-code",
        "referral.target-date", "discharge.pathway", "discharge.proposed", "needs.functional",
        "source.contact", "source.timing", "contact.phone", "location.address" } },
    { "SocialCare",
      "adult-social-care",
      "service.end",
      20,
      { "requested", "allocated", "assessed", "package_started", "package_changed",
        "package_suspended", "package_resumed", "package_ended", "reviewed" },
      { "identity.name", "identity.birth-date", "care.reference", "care.service-type", "care.hours",
        "care.times", "care.provider", "source.contact", "source.timing", "needs.communication" } },
    { "HousingCase",
      "adaptations",
      "case.completed",
      10,
      { "application_valid", "adaptation_decided", "works_scheduled", "adaptation_completed" },
      { "identity.name", "housing.case-number", "housing.status", "housing.works", "housing.times",
        "housing.target-date", "source.contact", "source.timing" } },
    { "Homelessness",
      "homelessness",
      "duty.kind",
      10,
      { "acknowledged", "no_contact", "no_duty", "duty_accepted", "duty_ended",
        "accommodation_placed" },
      { "identity.name", "identity.birth-date", "homelessness.duty", "homelessness.officer",
        "housing.case-number", "source.contact", "source.timing" } },
};

static const struct made_type *pick_type(struct dice *d)
{
    size_t n = dice_below(d, 100), i = 0;
    while (n >= types[i].share)
        n -= types[i++].share;
    return &types[i];
}

/* Some words of a list that ends with NULL, at least one, in order, with commas between. */
static void write_some(FILE *f, struct dice *d, const char *const *words, size_t room,
                       unsigned percent)
{
    size_t n = 0, must;
    while (n < room && words[n])
        n++;
    must = dice_below(d, n);
    const char *comma = "";
    for (size_t i = 0; i < n; i++) {
        if (i != must && !dice_percent(d, percent))
            continue;
        fprintf(f, "%s%s", comma, words[i]);
        comma = ", ";
    }
}

/* ---- agreements ---- */

/* One agreement's shape: parties as a set of agencies, its purpose, whose consent it needs. */
struct made_agreement {
    size_t number;
    uint32_t parties;
    const char *confidentiality, *purpose;
};

static const char *const purposes[] = { "individual-care",  "housing-adaptation", "duty-to-refer",
                                        "planning-of-care", "home-safety",        "reablement" };

static bool has_role(uint32_t parties, const char *role)
{
    for (size_t i = 0; i < COUNT(agencies); i++)
        for (size_t s = 0; (parties >> i & 1) && s < 4 && agencies[i].services[s].name; s++)
            if (strcmp(agencies[i].services[s].role, role) == 0)
                return true;
    return false;
}

static const char *const conditions[] = {
    "known(recipient)",
    "known(recipient) && responsible(recipient, \"adult-social-care\")",
    "known(recipient) && age() >= 18",
    "relationship(recipient, \"open-case\")",
    "relationship(recipient, \"care-package\") || relationship(recipient, \"package\")",
    "relationship(recipient, \"discharge-planning\") && age() >= %zu",
    "relationship(recipient, \"tenancy\") && !restricted(subject, \"location\")",
    "known(recipient) && header.urgency in [\"urgent\", \"emergency\"]",
    "known(recipient) && (age() >= %zu || responsible(recipient, \"homelessness\"))",
    "!objection(recipient) && known(recipient)",
    "has(header.episode) && known(recipient)",
    "relationship(recipient, \"referral\") && header.timeliness == \"realtime\"",
};
static const char *const plan_conditions[] = {
    "addressed(recipient)",
    "addressed(recipient) && known(recipient)",
    "addressed(recipient) || relationship(recipient, \"discharge-planning\")",
    "referral.pathway in [\"P1\", \"P2\"] && known(recipient)",
};
static const char *const stay_conditions[] = {
    "stay.class != \"emergency\" && known(recipient)",
    "has(stay.expected_discharge) && relationship(recipient, \"open-case\")",
    "stay.site == \"site-%zu\" && known(recipient)",
    "startsWith(stay.ward, \"W%zu\") && known(recipient)",
};

static void write_condition(FILE *f, struct dice *d, const struct made_type *t,
                            const struct made_agreement *g)
{
    const char *text = conditions[dice_below(d, COUNT(conditions))];
    if (strcmp(g->confidentiality, "explicit-consent") == 0 && dice_percent(d, 30))
        return; /* the consent alone decides */
    if (strcmp(t->type, "DischargePlan") == 0 && dice_percent(d, 40))
        text = plan_conditions[dice_below(d, COUNT(plan_conditions))];
    if (strcmp(t->type, "HospitalStay") == 0 && dice_percent(d, 40))
        text = stay_conditions[dice_below(d, COUNT(stay_conditions))];
    fputs("    when: '", f);
    for (; *text; text++)
        if (text[0] == '%')
            fprintf(f, "%zu", 16 + dice_below(d, 10)), text += 2;
        else
            fputc(*text, f);
    if (strcmp(g->confidentiality, "explicit-consent") == 0 && dice_percent(d, 30))
        fprintf(f, " && consent(recipient, \"%s\")", g->purpose);
    fputs("'\n", f);
}

static const char *const roles[] = {
    "adult-social-care", "care-transfer-hub", "care-provider", "gp",          "community-health",
    "homelessness",      "safeguarding",      "landlord",      "adaptations", "acute-trust"
};

/* One or two roles of the parties; which, the type of event has no say in. */
static void write_to(FILE *f, struct dice *d, uint32_t parties)
{
    const char *fit[COUNT(roles)] = { NULL };
    size_t n = 0;
    for (size_t i = 0; i < COUNT(roles); i++)
        if (has_role(parties, roles[i]))
            fit[n++] = roles[i];
    size_t first = dice_below(d, n), second = dice_below(d, n);
    if (first == second || dice_percent(d, 60))
        fprintf(f, "    to: %s\n", fit[first]);
    else
        fprintf(f, "    to: [%s, %s]\n", fit[first], fit[second]);
}

static void write_clause(FILE *f, struct dice *d, const struct made_agreement *g, size_t n)
{
    const struct made_type *t = pick_type(d);
    while (!has_role(g->parties, t->from))
        t = pick_type(d);
    fprintf(f, "  - id: clause-%zu\n    share: {%s: [", n, t->type);
    write_some(f, d, t->kinds, COUNT(t->kinds), 40);
    fprintf(f, "]}\n    from: %s\n", t->from);
    write_to(f, d, g->parties);
    write_condition(f, d, t, g);
    fputs("    release: [", f);
    write_some(f, d, t->release, COUNT(t->release), 45);
    fprintf(f, "%s%s]\n", n % 3 ? "" : ", ", n % 3 ? "" : t->field);
}

/* A clause that ends some days after the discharge. */
static void write_lasting_clause(FILE *f, struct dice *d, const struct made_agreement *g, size_t n)
{
    fprintf(f, "  - id: clause-%zu\n    share: {HospitalStay: [admitted, moved, discharged]}\n", n);
    fputs("    from: acute-trust\n", f);
    write_to(f, d, g->parties);
    fputs("    when: known(recipient)\n    release: [", f);
    write_some(f, d, types[0].release, COUNT(types[0].release), 45);
    fprintf(f, "]\n    lasting: discharged + %zu days\n", 7 * (1 + dice_below(d, 4)));
}

static void write_terms(FILE *f, struct dice *d, const struct made_agreement *g)
{
    static const struct {
        const char *from, *until, *review_by;
    } lives[] = { { "2026-01-01", "2027-03-31", "2026-12-01" },   /* in force */
                  { "2026-10-01", "2027-03-31", "2027-02-01" },   /* not yet */
                  { "2026-01-01", "2026-05-31", "2026-05-01" } }; /* no longer */
    size_t fate = dice_below(d, 100), life = fate < 3 ? 1 : fate > 96 ? 2 : 0;
    fprintf(
        f,
        "agreement: made-%zu\nreference: MADE-%zu\nversion: 1\ntitle: Sharing by agreement %zu\n",
        g->number, g->number, g->number);
    fprintf(f, "purpose: %s\nconfidentiality: %s\n", g->purpose, g->confidentiality);
    fprintf(f, "duty: HSCA 2012 s.251B\nin_force: {from: %s, until: %s, review_by: %s}\n",
            lives[life].from, lives[life].until, lives[life].review_by);
    fputs("processor: county-council\ndpia: MADE-DPIA\nprivacy_notice: https://example.org/care\n"
          "retention_at_recipient: 8 years\nonward_sharing: none\n"
          "contacts: {rights: dpo@example.org, breach: ig@example.org}\n"
          "on_termination: recipients keep what they hold\n",
          f);
    fputs("parties: [", f);
    const char *comma = "";
    for (size_t i = 0; i < COUNT(agencies); i++)
        if (g->parties >> i & 1)
            fprintf(f, "%s%s", comma, agencies[i].name), comma = ", ";
    fputs("]\ncontrollers: [county-council]\nbasis:\n", f);
    for (size_t i = 0; i < COUNT(agencies); i++)
        if (g->parties >> i & 1)
            fprintf(f,
                    "  %s: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: "
                    "health-or-social-care}\n",
                    agencies[i].name);
    fputs("approved_by:\n", f);
    bool is_missing = dice_percent(d, 3);
    for (size_t i = 0; i < COUNT(agencies); i++)
        if ((g->parties >> i & 1) && !(is_missing && i == 3))
            fprintf(f, "  - {agency: %s, role: caldicott-guardian, on: 2025-12-12}\n",
                    agencies[i].name);
}

/* A hospital or two, the county, and some others. */
static uint32_t pick_parties(struct dice *d)
{
    uint32_t parties = (uint32_t)1 << dice_below(d, 3) | (uint32_t)1 << 3;
    for (size_t i = 0; i < COUNT(agencies); i++)
        if (dice_percent(d, 30))
            parties |= (uint32_t)1 << i;
    return parties;
}

static void write_agreement(FILE *f, struct dice *d, size_t number)
{
    static const char *const bases[] = { "implied-consent", "implied-consent", "explicit-consent",
                                         "statutory-duty" };
    struct made_agreement g = { number, pick_parties(d), bases[dice_below(d, COUNT(bases))],
                                purposes[dice_below(d, COUNT(purposes))] };
    write_terms(f, d, &g);
    fputs("clauses:\n", f);
    for (size_t i = 0; i < CLAUSES_A_FILE; i++)
        if (i % 8 == 3)
            write_lasting_clause(f, d, &g, i);
        else
            write_clause(f, d, &g, i);
}

/* ---- prohibitions ---- */

static void write_prohibitions(FILE *f, struct dice *d)
{
    static const char *const to[] = { "homelessness",  "adaptations", "landlord",
                                      "care-provider", "gp",          "community-health",
                                      "safeguarding" };
    static const char *const withhold[] = { "identity.nhs-number", "location", "stay.ward",
                                            "stay.site",           "clinical", "related-person",
                                            "protected",           "contact",  "source.contact",
                                            "care.provider" };
    static const char *const when[] = { NULL,
                                        NULL,
                                        "restricted(subject, \"location\")",
                                        "age() < 18",
                                        "!known(recipient)",
                                        "header.urgency == \"emergency\"" };
    fputs("prohibitions:\n", f);
    for (size_t i = 0; i < 24; i++) {
        fprintf(f, "  - id: prohibition-%zu\n    withhold: [", i);
        write_some(f, d, withhold, COUNT(withhold), 12);
        fprintf(f, "%s]\n    to: [", i % 8 == 5 ? ", person.postcode" : "");
        write_some(f, d, to, COUNT(to), 30);
        fputs("]\n    source: made\n", f);
        const char *condition = when[dice_below(d, COUNT(when))];
        if (condition)
            fprintf(f, "    when: '%s'\n", condition);
    }
}

/* ---- the whole ---- */

static FILE *open_file(const char *folder, const char *name, struct err *e)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    if (!f)
        (void)err_set(e, ERR_FATAL, "made.file", 0, "cannot write '%s': %s", path, strerror(errno));
    return f;
}

static bool make_folder(const char *folder, const char *name, struct err *e)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    return err_set(e, ERR_FATAL, "made.folder", 0, "cannot make '%s': %s", path, strerror(errno));
}

/* Which events open and close what; the words that conditions may use. */
#define ALL                                                                                        \
    "[acute-trust, community-health, gp, care-transfer-hub, adult-social-care, safeguarding, "     \
    "homelessness, adaptations, landlord, care-provider]"
static const char facts[] =
    "facts:\n"
    "  - {on: {Caseload: [declared]}, by: " ALL ", opens: {relationship: open-case, "
    "with: source},\n"
    "     closed_by: {Caseload: [ended], by: " ALL "}, "
    "responsible: {function: adult-social-care, service: "
    "source}}\n"
    "  - {on: {DischargePlan: [referred]}, by: " ALL ", opens: {relationship: referral, "
    "with: field "
    "referral.to}}\n"
    "  - {on: {DischargePlan: [referred]}, by: " ALL ", "
    "opens: {relationship: discharge-planning, with: "
    "source}}\n"
    "  - {on: {SocialCare: [package_started]}, by: " ALL ", opens: {relationship: package, "
    "with: source},\n"
    "     closed_by: {SocialCare: [package_ended], by: " ALL "}}\n"
    "  - {on: {SocialCare: [package_started]}, by: " ALL ",\n"
    "     opens: {relationship: care-package, with: field service.provider}}\n"
    "  - {on: {HospitalStay: [admitted]}, by: " ALL ", opens: {relationship: inpatient, "
    "with: source},\n"
    "     closed_by: {HospitalStay: [discharged], by: " ALL "}}\n"
    "  - {on: {HousingCase: [tenancy_started]}, by: " ALL ", opens: {relationship: tenancy, "
    "with: source}}\n"
    "  - {on: {Homelessness: [referred]}, by: " ALL ",\n"
    "     responsible: {function: homelessness, service: field referral.chosen}}\n"
    "  - {on: {Consent: [granted]}, by: " ALL ", grants: {scope: field consent.purpose, to: field "
    "consent.recipient}}\n"
    "  - {on: {Consent: [objection_recorded]}, by: " ALL ", "
    "objects: {to: field consent.recipient}}\n"
    "  - {on: {Restriction: [raised]}, by: " ALL ", restricts: field restriction.kind}\n"
    "  - {on: {Restriction: [lifted]}, by: " ALL ", lifts: field restriction.kind}\n";

/* Opens a file of the bundle, has it written, closes it. */
static bool write_file(const char *folder, const char *name, void (*write)(FILE *, struct dice *),
                       struct dice *d, struct err *e)
{
    FILE *f = open_file(folder, name, e);
    if (!f)
        return false;
    write(f, d);
    return fclose(f) == 0 || err_set(e, ERR_FATAL, "made.file", 0, "cannot write '%s'", name);
}

static void write_facts(FILE *f, struct dice *d)
{
    (void)d;
    fputs(facts, f);
}

bool made_bundle(const char *folder, size_t clauses, struct err *e)
{
    struct dice d = { 88172645463325252u + clauses };
    bool good = make_folder(folder, "agreements", e) && make_folder(folder, "prohibitions", e) &&
                write_file(folder, "region.yaml", write_region, &d, e) &&
                write_file(folder, "facts.yaml", write_facts, &d, e) &&
                write_file(folder, "prohibitions/all.yaml", write_prohibitions, &d, e);
    for (size_t i = 0; good && i * CLAUSES_A_FILE < clauses; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "agreements/made-%zu.yaml", i);
        FILE *f = open_file(folder, name, e);
        if (!f)
            return false;
        write_agreement(f, &d, i);
        good = fclose(f) == 0 || err_set(e, ERR_FATAL, "made.file", 0, "cannot write '%s'", name);
    }
    return good;
}
