/* explain_test.c - agreements read as plain sentences: the example's as they are wanted, and each
 * phrase of a condition.
 *
 * When the example has changed: `concordat explain deploy/example NAME` gives the new text; read it
 * as those who sign would, then keep it in tests/fixtures/explain. */
#include "sharing/tools/explain.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#include "host/tree.h"
#include "sharing/load/when_compile.h"
#include "sharing/tools/when_words.h"
#include "small.h"

static int find_agreement(const char *name)
{
    for (size_t i = 0; i < world.bundle->agreement_count; i++)
        if (slice_equal_text(world.bundle->agreements[i].name, name))
            return (int)i;
    return -1;
}

/* The first line in which they differ, for whoever has to look. */
static void print_difference(struct slice wanted, struct slice got)
{
    for (unsigned line = 1; wanted.n || got.n; line++) {
        size_t a = slice_find(wanted, '\n'), b = slice_find(got, '\n');
        struct slice x = slice_head(wanted, a), y = slice_head(got, b);
        if (!slice_equal(x, y)) {
            printf("line %u\n wanted: %.*s\n got:    %.*s\n", line, (int)x.n, (const char *)x.p,
                   (int)y.n, (const char *)y.p);
            return;
        }
        wanted = slice_from(wanted, a + 1);
        got = slice_from(got, b + 1);
    }
}

static void expect_text(const char *file, const char *agreement,
                        bool (*explain)(const struct bundle *, size_t, struct buf *, struct err *))
{
    const char *path = arena_format(&world.arena, SOURCE_DIR "/tests/fixtures/explain/%s", file);
    struct slice wanted;
    struct buf out;
    struct err e = { 0 };
    buf_init(&out, 1u << 20);
    int n = find_agreement(agreement);
    CU_ASSERT_FATAL(n >= 0);
    CU_ASSERT_FATAL(tree_read_file(&world.arena, path, 1u << 20, &wanted, &e));
    CU_ASSERT(explain(world.bundle, (size_t)n, &out, &e));
    bool same = slice_equal(wanted, buf_slice(&out));
    if (!same)
        print_difference(wanted, buf_slice(&out));
    CU_ASSERT(same);
    buf_release(&out);
}

static void the_examples_agreements_read_as_wanted(void)
{
    expect_text("adaptations.txt", "adaptations", explain_agreement);
    expect_text("duty-to-refer.txt", "duty-to-refer", explain_agreement);
    expect_text("home-care.txt", "home-care", explain_agreement);
    expect_text("hospital-discharge.txt", "hospital-discharge", explain_agreement);
}

static void an_annex_has_a_row_for_each_data_item(void)
{
    expect_text("home-care.md", "home-care", explain_annex);
}

static void people_read_shared_never_disclosed(void)
{
    for (size_t i = 0; i < world.bundle->agreement_count; i++) {
        struct buf out;
        struct err e = { 0 };
        buf_init(&out, 1u << 20);
        CU_ASSERT(explain_agreement(world.bundle, i, &out, &e));
        CU_ASSERT(explain_annex(world.bundle, i, &out, &e));
        CU_ASSERT_PTR_NULL(memmem(out.p, out.n, "disclos", 7));
        CU_ASSERT_PTR_NOT_NULL(memmem(out.p, out.n, " shares ", 8));
        buf_release(&out);
    }
}

static bool has_words(const char *condition, const char *wanted)
{
    static const struct slice relationships[] = { SLICE_INIT("care-package") };
    static const struct slice functions[] = { SLICE_INIT("adult-social-care") };
    static const struct slice restrictions[] = { SLICE_INIT("location"),
                                                 SLICE_INIT("location-unchecked"),
                                                 SLICE_INIT("deceased") };
    static const struct slice purposes[] = { SLICE_INIT("housing-adaptation") };
    bool schemas[64] = { false };
    const struct when *w = NULL;
    struct err e = { 0 };
    struct buf out;
    for (size_t i = 0; i < catalogue_count(world.catalogue); i++)
        schemas[i] = slice_equal_text(catalogue_at(world.catalogue, i)->name, "HospitalStay");
    struct when_scope s = { world.bundle,         schemas,
                            { relationships, 1 }, { functions, 1 },
                            { restrictions, 3 },  { purposes, 1 } };
    buf_init(&out, 4096);
    CU_ASSERT_FATAL(when_compile(&s, &world.arena, slice_text(condition), &w, &e));
    when_words(world.bundle, w, &out);
    bool same = slice_equal_text(buf_slice(&out), wanted);
    if (!same)
        printf("%s\n wanted: %s\n got:    %.*s\n", condition, wanted, (int)out.n,
               (const char *)out.p);
    buf_release(&out);
    return same;
}

static void every_function_has_a_phrase_and_its_denial(void)
{
    static const char *const rows[][2] = {
        { "known(recipient)", "the person is known to the recipient" },
        { "!known(source)", "the person is not known to the source" },
        { "known(\"" TEAM "\")", "the person is known to Wexshire County Council (hospital team)" },
        { "relationship(recipient, \"care-package\")",
          "the person is known to the recipient through care package" },
        { "consent(recipient, \"housing-adaptation\")",
          "the person's consent for housing adaptation with the recipient stands" },
        { "!objection(recipient)", "the person has not objected to sharing with the recipient" },
        { "restricted(subject, \"location\")", "a restriction of the person's location stands" },
        { "!restricted(subject, \"deceased\")", "the person has not died" },
        { "restricted(subject, \"location-unchecked\")",
          "nobody has said whether the person's location may be shown" },
        { "responsible(recipient, \"adult-social-care\")",
          "the recipient is responsible for adult social care" },
        { "age() >= 18", "the person's age is at least 18" },
        { "!(age() < 18)", "the person's age is at least 18" },
        { "startsWith(stay.ward, \"ELM\")", "the stay's ward starts with \"ELM\"" },
        { "has(stay.expected_discharge)", "the stay's expected discharge is given" },
        { "!has(stay.ward)", "the stay's ward is not given" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT(has_words(rows[i][0], rows[i][1]));
}

static void comparisons_and_mixed_conditions_read_one_way_only(void)
{
    static const char *const rows[][2] = {
        { "stay.ward == \"ELM\"", "the stay's ward is \"ELM\"" },
        { "!(stay.ward == \"ELM\")", "the stay's ward is not \"ELM\"" },
        { "stay.ward in [\"ELM\", \"OAK\", \"ASH\"]",
          "the stay's ward is one of \"ELM\", \"OAK\" or \"ASH\"" },
        { "header.observed > timestamp(\"2026-01-01T00:00Z\")",
          "the time when it was recorded is after 2026-01-01T00:00:00.000Z" },
        { "stay.medically_fit", "the stay's medically fit is yes" },
        { "stay.medically_fit != false", "the stay's medically fit is yes" },
        { "!(true == stay.medically_fit)", "the stay's medically fit is no" },
        { "known(recipient) == stay.medically_fit",
          "either both or neither of (the person is known to the recipient) and (the stay's "
          "medically fit is yes)" },
        { "true", "always" },
        { "!(known(source) || true)", "the person is not known to the source and never" },
        { "known(recipient) && (age() > 17 || known(source))",
          "the person is known to the recipient and (the person's age is over 17 or the person is "
          "known to the source)" },
        { "!(known(recipient) && known(source))",
          "the person is not known to the recipient or the person is not known to the source" },
        { "!(known(recipient) || age() < 3)",
          "the person is not known to the recipient and the person's age is at least 3" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT(has_words(rows[i][0], rows[i][1]));
}

/* ---- what an agreement of a few lines reads like ---- */

#define STAYS "    share: {HospitalStay: [admitted, moved, discharged]}\n"

static const char *explained(bool (*explain)(const struct bundle *, size_t, struct buf *,
                                             struct err *))
{
    struct buf out;
    struct err e = { 0 };
    buf_init(&out, 1u << 20);
    CU_ASSERT(explain(world.bundle, 0, &out, &e));
    size_t n = 0;
    for (size_t i = 0; i < out.n; i++) { /* however the lines are wrapped */
        uint8_t byte = out.p[i] == '\n' ? ' ' : out.p[i];
        if (byte != ' ' || (n && out.p[n - 1] != ' '))
            out.p[n++] = byte;
    }
    const char *text = arena_text(&world.arena, slice_of(out.p, n));
    buf_release(&out);
    return text ? text : "";
}

static bool says(const char *text, const char *wanted)
{
    if (strstr(text, wanted))
        return true;
    printf("wanted: %s\n in: %s\n", wanted, text);
    return false;
}

static void a_prohibition_is_said_as_narrow_as_it_is(void)
{
    const struct small_file files[] = {
        { "agreements/a.yaml",
          small_agreement(NULL, "  - id: a\n" STAYS "    from: [acute-trust, care-transfer-hub]\n"
                                "    to: [adult-social-care, landlord]\n"
                                "    release: [stay.ward, housing.status, identity.name]\n") },
        { "prohibitions/p.yaml",
          "prohibitions:\n"
          "  - {id: all, withhold: [stay, identity], when: 'known(recipient)', source: s}\n"
          "  - {id: some, withhold: [stay.ward], to: landlord, from: acute-trust,\n"
          "     share: {HospitalStay: [moved]}, when: 'stay.ward == \"ELM\"', source: s}\n"
          "  - {id: other, withhold: [housing], source: s}\n" }
    };
    CU_ASSERT_FATAL(small_open(files, 2));
    const char *text = explained(explain_agreement);
    CU_ASSERT(says(text, "shares (identity: name; stay: ward) with"));
    CU_ASSERT(says(text, "- never anything, if the person is known to the recipient, or if that "
                         "cannot be told [all]"));
    CU_ASSERT(says(text,
                   "- never (stay: ward) with wexbridge district (repairs) from wexbridge "
                   "hospital (wards) in news of (hospital stay: moved), if the stay's ward is "
                   "\"ELM\", or if that cannot be told [some]"));
    CU_ASSERT_PTR_NULL(strstr(text, "[other]"));
    text = explained(explain_annex);
    CU_ASSERT(says(text, "| always; never, if the person is known to the recipient, or if that "
                         "cannot be told [all] |"));
}

static void words_for_facts_are_said_where_they_are_used(void)
{
    static const char clause[] = "  - id: a\n" STAYS "    from: acute-trust\n    to: landlord\n"
                                 "    release: [stay.ward]\n    when: %s\n";
    static const char known[] =
        "known through inpatient: who says (hospital stay: admitted), until "
        "(hospital stay: discharged, ended by death)";
    static const char case_[] = "known through open case: who says (caseload: declared), until";
    static const char responsible[] = "responsible for adult social care: who says (caseload: "
                                      "declared)";
    static const struct {
        const char *when;
        bool inpatient, open_case, responsible;
    } rows[] = { { "known(recipient)", true, true, false },
                 { "'relationship(source, \"inpatient\")'", true, false, false },
                 { "'!responsible(recipient, \"adult-social-care\")'", false, false, true },
                 { "has(stay.ward)", false, false, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FATAL(small_clauses(NULL, arena_format(&world.arena, clause, rows[i].when)));
        const char *text = explained(explain_agreement);
        CU_ASSERT_EQUAL(strstr(text, known) != NULL, rows[i].inpatient);
        CU_ASSERT_EQUAL(strstr(text, case_) != NULL, rows[i].open_case);
        CU_ASSERT_EQUAL(strstr(text, responsible) != NULL, rows[i].responsible);
    }
}

static void what_is_not_active_or_replaced_says_so(void)
{
    const struct small_terms later = { .version = "2", .from = "2027-01-01" };
    const struct small_terms unapproved = { .is_unapproved = true };
    const char *clause = "  - id: a\n" STAYS "    from: acute-trust\n    to: landlord\n"
                         "    release: [stay.ward]\n";
    const struct small_file files[] = { { "agreements/a.yaml", small_agreement(NULL, clause) },
                                        { "agreements/b.yaml", small_agreement(&later, clause) } };
    CU_ASSERT_FATAL(small_open(files, 2));
    CU_ASSERT(says(explained(explain_agreement),
                   "A later version takes its place from 1 January 2027 on."));
    CU_ASSERT_FATAL(small_clauses(&unapproved, clause));
    CU_ASSERT(
        says(explained(explain_agreement), "NOT ACTIVE: not yet approved by wexbridge hospital."));
    CU_ASSERT(
        says(explained(explain_annex), "NOT ACTIVE: not yet approved by wexbridge hospital."));
}

static void no_text_lays_out_the_page(void)
{
    const char *text =
        small_agreement(NULL, "  - id: a\n" STAYS "    from: acute-trust\n    to: landlord\n"
                              "    release: [stay.ward]\n");
    text = small_replace(text, "title: Sharing for a test",
                         "title: \"A | <b>\\n# B\\e[2J `c` *d* \\\\\"");
    const struct small_file file = { "agreements/a.yaml", text };
    CU_ASSERT_FATAL(small_open(&file, 1));
    struct buf out;
    struct err e = { 0 };
    buf_init(&out, 1u << 20);
    CU_ASSERT(explain_agreement(world.bundle, 0, &out, &e));
    CU_ASSERT(slice_starts(buf_slice(&out), SLICE("A | <b> # B [2J `c` *d* \\\nAgreement")));
    buf_reset(&out);
    CU_ASSERT(explain_annex(world.bundle, 0, &out, &e));
    CU_ASSERT(slice_starts(buf_slice(&out),
                           SLICE("## A \\| \\<b> # B [2J \\`c\\` \\*d\\* \\\\ (WX-DSA-099")));
    buf_release(&out);
}

static CU_TestInfo cases[] = {
    { "the example's agreements read as wanted", the_examples_agreements_read_as_wanted },
    { "an annex has a row for each data item", an_annex_has_a_row_for_each_data_item },
    { "people read shared, never disclosed", people_read_shared_never_disclosed },
    { "every function has a phrase and its denial", every_function_has_a_phrase_and_its_denial },
    { "comparisons and mixed conditions read one way only",
      comparisons_and_mixed_conditions_read_one_way_only },
    { "a prohibition is said as narrow as it is", a_prohibition_is_said_as_narrow_as_it_is },
    { "words for facts are said where they are used",
      words_for_facts_are_said_where_they_are_used },
    { "what is not active or replaced says so", what_is_not_active_or_replaced_says_so },
    { "no text lays out the page", no_text_lays_out_the_page },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_explain = { "explain", NULL, NULL, world_setup, world_teardown, cases };
