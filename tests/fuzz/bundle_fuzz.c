/* bundle_fuzz.c - any bytes as the files of a bundle: problems, each with code and words, or a
 * bundle that decides.
 *
 * The input is one file after the other, parted by the byte 0xff, which stands in no text: region,
 * facts, an agreement, prohibitions, an extension, a stop, aliases. An empty one is read as the
 * small bundle's file below, so that one file can be wrong where all others are right. What loads
 * is asked about an event of each service. */
#include <stdio.h>

#include "record/wire.h"
#include "sharing/facts/person.h"
#include "sharing/judge/judge.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/source.h"

#include "must.h"

#define SCRATCH_MAX ((size_t)256 << 20)
#define PART 0xff
#define SOURCES_MAX 4
#define NOW_MS ((int64_t)1774785600000) /* 2026-03-29T12:00Z */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    const char *name, *folder, *text;
} files[] = {
    { "region.yaml", "",
      "region: r\npartitions: 1\nagencies:\n  a:\n    nhs_number: entitled\n"
      "    services: {w: {role: acute-trust}, h: {role: care-transfer-hub}}\n"
      "  b: {services: {t: {role: adult-social-care}}}\n" },
    { "facts.yaml", "",
      "facts:\n  - on: {Caseload: [declared]}\n    by: [adult-social-care]\n"
      "    opens: {relationship: open-case, with: source}\n"
      "    closed_by: {HospitalStay: [discharged], by: [acute-trust, the service itself]}\n"
      "    responsible: {function: homelessness, service: source}\n"
      "  - on: {Restriction: [raised]}\n    by: [acute-trust]\n    restricts: field "
      "restriction.kind\n" },
    { "agreements/g.yaml", "agreements",
      "agreement: g\nreference: R\nversion: 1\ntitle: T\nparties: [a, b]\npurpose: p\nbasis:\n"
      "  a: {uk_gdpr: 6(1)(e), special_category: none}\n"
      "  b: {uk_gdpr: 6(1)(e), special_category: none}\nconfidentiality: implied-consent\nduty: D\n"
      "in_force: {from: 2026-01-01, until: 2026-03-28, review_by: 2026-03-28}\ncontrollers: [a]\n"
      "processor: b\ndpia: D\nprivacy_notice: https://example.org/\nretention_at_recipient: R\n"
      "onward_sharing: none\ncontacts: {rights: r@example.org, breach: b@example.org}\n"
      "on_termination: keep\napproved_by:\n"
      "  - {agency: a, role: caldicott-guardian, on: 2026-01-01}\n"
      "  - {agency: b, role: caldicott-guardian, on: 2026-01-01}\nclauses:\n"
      "  - id: c\n    share: {HospitalStay: [admitted, discharged]}\n    from: acute-trust\n"
      "    to: [b/t]\n    when: known(recipient) || stay.ward == \"W7\"\n"
      "    release: [identity.name, identity.birth-date, stay]\n"
      "    oblige: {year: [identity.birth-date], alias: [stay.ward]}\n"
      "    lasting: discharged + 14 days\n" },
    { "prohibitions/p.yaml", "prohibitions",
      "prohibitions:\n  - id: hidden\n    withhold: [stay.site]\n"
      "    when: restricted(subject, \"location\")\n    tell: ask\n    source: S\n" },
    { "extensions/e.yaml", "extensions",
      "agreement: g\nversion: 1\nuntil: 2026-04-10\nreason: R\napproved_by:\n"
      "  - {agency: a, role: caldicott-guardian, name: A, on: 2026-03-01}\n"
      "  - {agency: b, role: caldicott-guardian, name: B, on: 2026-03-01}\n" },
    { "stops/s.yaml", "stops",
      "agreement: g\nversion: all\nfrom: 2026-04-01T10:00:00Z\nby: N\nreason: R\n" },
    { "aliases.yaml", "", "aliases:\n  stay.ward: {\"W7\": \"Ward 7\"}\n" },
};
#define FILE_COUNT (sizeof files / sizeof files[0])

static struct arena process, scratch;
static const struct catalogue *catalogue;

static bool read_file(const void *ctx, struct arena *a, const char *name, struct slice *out,
                      bool *found, struct err *e)
{
    const struct slice *inputs = ctx;
    (void)a;
    (void)e;
    *found = false;
    for (size_t i = 0; i < FILE_COUNT; i++)
        if (strcmp(files[i].name, name) == 0) {
            *out = inputs[i].n ? inputs[i] : slice_text(files[i].text);
            *found = true;
        }
    return true;
}

static bool list_files(const void *ctx, struct arena *a, const char *folder,
                       struct source_names *out, struct err *e)
{
    (void)ctx;
    *out = (struct source_names){ ARENA_ARRAY(a, 1, const char *), 0, false };
    if (!out->list)
        return err_memory(e);
    for (size_t i = 0; i < FILE_COUNT; i++)
        if (strcmp(files[i].folder, folder) == 0)
            out->list[out->count++] = files[i].name;
    out->found = out->count > 0;
    return true;
}

/* The bare header of an event of that service. */
static bool build_stay(const struct bundle *b, size_t source, struct view *out,
                       struct slice *framed, struct err *e)
{
    const struct schema *s = catalogue_named(catalogue, SLICE("HospitalStay"));
    const struct header_slots *h = plan_header(s->plan);
    const struct service *from = &b->services[source];
    struct slice agency = b->agencies[from->agency].name;
    struct build one;
    struct buf bytes;
    buf_init(&bytes, 1u << 20);
    wire_put_header(&bytes, plan_fingerprint(s->plan));
    bool done =
        build_init(&one, s->plan, &scratch, e) &&
        build_text(&one, (size_t)h->id, SLICE("000102030405060708090a0b0c0d0e0f"), e) &&
        build_text(&one, (size_t)h->type, s->name, e) &&
        build_text(&one, (size_t)h->kind, SLICE("admitted"), e) &&
        build_text(&one, (size_t)h->action, SLICE("asserts"), e) &&
        build_text(&one, (size_t)h->source_agency, agency, e) &&
        build_text(&one, (size_t)h->source_service, slice_from(from->name, agency.n + 1), e) &&
        build_text(&one, (size_t)h->environment, SLICE("live"), e) &&
        build_text(&one, (size_t)plan_slot(s->plan, SLICE("stay.ward")), SLICE("W7"), e) &&
        build_strings(&one, (size_t)h->cleared, NULL, 0, e) && build_done(&one, &bytes, e);
    *framed = arena_copy(&scratch, buf_slice(&bytes));
    buf_release(&bytes);
    return done && plan_view(s->plan, &scratch, slice_from(*framed, WIRE_HEADER_BYTES), out, e);
}

/* The portions that such a name means: "X", or "X except Y, Z". */
static struct categories meant(const struct bundle *b, struct slice name)
{
    static const struct slice except = SLICE_INIT(" except ");
    struct categories set = { { 0 } }, one;
    size_t end = 0;
    while (end < name.n && !slice_starts(slice_from(name, end), except))
        end++;
    must(bundle_named(b, slice_head(name, end), &set), "a name that means nothing");
    for (struct slice rest = slice_from(name, end + except.n); rest.n;) {
        size_t comma = slice_find(rest, ',');
        must(bundle_named(b, slice_trim(slice_head(rest, comma)), &one), "an exception of nothing");
        categories_drop(&set, &one);
        rest = slice_from(rest, comma + 1);
    }
    return set;
}

/* What is written of a set means that set. */
static void name_set(const struct bundle *b, size_t schema, const struct categories *set)
{
    struct categories all = { { 0 } }, has;
    const struct slice *names = NULL;
    size_t n = bundle_names(b, schema, set, &scratch, &names);
    for (size_t i = 0; i < n; i++) {
        struct categories one = meant(b, names[i]);
        categories_join(&all, &one);
    }
    bundle_portions_of(b, schema, &has);
    categories_keep(&all, &has);
    must(categories_equal(&all, set), "a set is written as another");
}

/* Whatever loads decides: with a reason each, and nothing both released and withheld. */
static void decide(const struct bundle *b, size_t source)
{
    struct judge_input in = { .bundle = b, .facts = &person_unknown, .decided_ms = NOW_MS };
    struct judged out = { .decisions = NULL };
    struct err e = { .fate = ERR_NONE };
    must(build_stay(b, source, &in.event, &in.framed, &e), "no event can be built");
    must(judge_decide(&in, &scratch, &out, &e) && !out.error, "an event is not decided");
    for (size_t i = 0; i < out.decision_count; i++) {
        const struct decision *d = &out.decisions[i];
        struct categories both = d->released;
        categories_keep(&both, &d->withheld);
        must(d->to.n < b->service_count && d->to.n != source, "nobody's decision");
        must(d->reason && *d->reason, "a decision without its reason");
        must(categories_is_empty(&both), "released and withheld at once");
        must((d->outcome == OUTCOME_DISCLOSE) == !categories_is_empty(&d->released),
             "disclosed without anything, or not disclosed with something");
        name_set(b, d->schema, &d->released);
        name_set(b, d->schema, &d->withheld);
    }
}

static void load(const struct slice *inputs)
{
    struct problems p = { .count = 0 };
    struct bundle_source source = {
        .label = "fuzz", .ctx = inputs, .read = read_file, .list = list_files
    };
    const struct bundle *b = bundle_load_from(&scratch, &source, catalogue, &p);
    must(b != NULL || p.count > 0 || p.lost, "refused without a problem");
    must(b == NULL || p.count == 0, "loaded with a problem");
    for (size_t i = 0; i < p.count; i++)
        must(p.list[i].code != NULL && p.list[i].text[0] != '\0',
             "a problem without code or words");
    problems_release(&p);
    for (size_t i = 0; b && i < b->service_count && i < SOURCES_MAX; i++)
        decide(b, i);
}

static void prepare(void)
{
    struct problems p = { .count = 0 };
    struct slice none[FILE_COUNT] = { { .p = NULL } };
    arena_init(&process, SCRATCH_MAX);
    arena_init(&scratch, SCRATCH_MAX);
    catalogue = catalogue_load(&process, SOURCE_DIR "/schemas", &p);
    must(catalogue != NULL, "the schemas do not load");
    struct bundle_source source = {
        .label = "small", .ctx = none, .read = read_file, .list = list_files
    };
    bool loads = bundle_load_from(&scratch, &source, catalogue, &p) != NULL;
    char text[400];
    for (size_t i = 0; i < p.count; i++)
        fprintf(stderr, "%s\n", err_print(&p.list[i], text, sizeof text));
    must(loads, "the small bundle does not load");
    problems_release(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice inputs[FILE_COUNT] = { { .p = NULL } }, rest = slice_of(data, size);
    if (!catalogue)
        prepare();
    arena_reset(&scratch);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        size_t end = slice_find(rest, PART);
        inputs[i] = slice_head(rest, end);
        rest = slice_from(rest, end + 1);
    }
    load(inputs);
    return 0;
}
