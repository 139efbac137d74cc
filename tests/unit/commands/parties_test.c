/* parties_test.c - who may open whose data: agreements that are signed one by one, from bundle to
 * bundle. */
#include "fenmarsh.h"
#include "sharing/acts/signature.h"
#include "sharing/tools/explain.h"

static const char extension[] =
    "agreement: care\nversion: 1\nuntil: 2031-01-20\nreason: the next is being signed\n"
    "approved_by:\n"
    "  - {agency: homes, role: data-protection-officer, name: homes-dpo, on: 2030-12-01}\n"
    "  - {agency: hospice, role: registered-manager, name: hospice-manager, on: 2030-12-01}\n";

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

static struct approvers approvers_of(const char *letters)
{
    size_t n = strlen(letters);
    struct approver *list = ARENA_ARRAY(&a, n, struct approver);
    CU_ASSERT_FATAL(list != NULL);
    for (size_t i = 0; i < n; i++) {
        enum who who = who_is(letters[i]);
        struct key key = { .b = { (uint8_t)(who + 1) }, .set = true };
        list[i] = (struct approver){ .name = slice_text(people[who].name),
                                     .agency = slice_text(people[who].agency),
                                     .role = slice_text(people[who].role) };
        ed25519_public(&key, &list[i].key);
    }
    return (struct approvers){ list, n };
}

/* A region in which the trust shares and names nobody; first's approvers are those of the
 * letters. */
static const struct edition *begin_with(const char *letters)
{
    trusted = approvers_of(letters);
    put_region("landlord", letters);
    const struct edition *first = signed_by(NULL, letters);
    CU_ASSERT_STRING_EQUAL(refusal(NULL, first), "");
    return first;
}

static void nobody_names_the_first_approver_of_another_agency(void)
{
    const struct edition *first = begin_with("chn");
    put_region("landlord", "chns"); /* "the trust's", by whoever has that key */
    put_taking();
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hn")), "pack.first");
    const struct edition *taken = signed_by(first, "hns");
    CU_ASSERT(is_in_force(taken, "taking")); /* but for that it would share the trust's data */
    CU_ASSERT_STRING_EQUAL(refusal(first, taken), "pack.first");
    CU_ASSERT(strstr(e.text, "region.yaml:12: 'trust-deputy' of 'trust'") != NULL);
    joined = approvers_of("t"); /* the one whom the trust named to this host is another */
    CU_ASSERT_STRING_EQUAL(refusal(first, taken), "pack.first");
}

static void an_agency_names_its_first_approver_by_a_signature_and_to_each_host(void)
{
    const struct edition *first = begin_with("chn");
    put_region("landlord", "tchn");
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hnt")), "pack.first");
    joined = approvers_of("t");
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hn")), "pack.first");
    const struct edition *second = signed_by(first, "hnt");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    joined.count = 0; /* from then on it speaks by its bundles */
    put_region("landlord", "tchns");
    CU_ASSERT_STRING_EQUAL(refusal(second, signed_by(second, "hnt")), "");
    CU_ASSERT_STRING_EQUAL(refusal(second, signed_by(second, "hns")), "pack.people");
}

static void who_left_an_agency_without_approvers_does_not_come_back_for_it(void)
{
    const struct edition *first = begin_with("tchn");
    put_region("landlord", "chn");
    struct edition *left = signed_by(first, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(first, left), "");
    left->earlier = first;
    put_region("landlord", "tchn");
    joined = approvers_of("t"); /* a line that stands there still, from when it joined */
    CU_ASSERT_STRING_EQUAL(refusal(left, signed_by(left, "hnt")), "pack.first");
    put_region("landlord", "chns");
    CU_ASSERT_STRING_EQUAL(refusal(left, signed_by(left, "hns")), "pack.first");
    joined = approvers_of("ts");
    CU_ASSERT_STRING_EQUAL(refusal(left, signed_by(left, "hns")), "");
}

static void what_is_in_force_is_not_asked_who_was_first(void)
{
    const struct edition *first = begin_with("chn");
    put_region("landlord", "chns");
    const struct edition *next = signed_by(first, "hns");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, next, BUNDLES_TAKEN), "");
    CU_ASSERT_STRING_EQUAL(refusal(first, next), "pack.first");
    put("aliases.yaml", "aliases: {}\n"); /* and goes on from there */
    CU_ASSERT_STRING_EQUAL(refusal(next, signed_by(next, "hn")), "");
}

static void nobody_names_the_first_people_of_another_agency(void)
{
    const struct edition *first = begin_with("chn");
    put("region.yaml",
        arena_format(&a,
                     "%speople:\n  eve: {agency: trust, roles: [holds], until: 2027-01-01,\n"
                     "        key: JtQbX4qDDXnwQ9bs3iB9no9grdGi6Kd4auesMRruLaQ=}\n",
                     rules.files[0].text));
    CU_ASSERT_STRING_EQUAL(refusal(first, signed_by(first, "hn")), "pack.first");
    CU_ASSERT(strstr(e.text, "region.yaml:13: 'eve' of 'trust'") != NULL);
    const struct edition *taken = signed_by(first, "hn");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, taken, BUNDLES_TAKEN), "");
    put_region("landlord",
               "chn"); /* nor are they taken away by others, where they came in before */
    put("region.yaml", arena_format(&a,
                                    "%speople:\n  hal: {agency: homes, roles: [holds], until: "
                                    "2027-01-01,\n        key: "
                                    "JtQbX4qDDXnwQ9bs3iB9no9grdGi6Kd4auesMRruLaQ=}\n",
                                    rules.files[0].text));
    CU_ASSERT_STRING_EQUAL(refusal(taken, signed_by(taken, "hn")), "pack.first");
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
    forged =
        arena_format(&a, "%.*s\n", (int)(strlen("inherited ") + strlen(file) + 1 + 64), forged);
    CU_ASSERT(is_in_force(with_line(third, forged), "taking"));
    CU_ASSERT_STRING_EQUAL(refusal(second, with_line(third, forged)), "pack.approval");
}

static void an_approval_by_another_key_than_it_names_puts_nothing_in_force(void)
{
    const struct edition *first = signed_by(NULL, "ch");
    struct slice line = slice_text(line_with(first, "county-guardian"));
    const char *name = "trust-guardian trust";
    size_t at =
        (size_t)((const uint8_t *)memmem(line.p, line.n, "county-guardian county", 22) - line.p);
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
        buf_init(&out, SOURCE_BYTES_MAX);
        buf_put(&out, bytes);
        signature_put(slice_text(people[who_is(*letters)].name), signature, &out);
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

/* What a file of that form says counts where it names every party, and else for nothing. */
static void an_older_bundles_agreement_is_in_force_by_all_its_parties(void)
{
    static const char line[] = "  - {agency: hospice, role: registered-manager, on: 2025-12-12}\n";
    char *text = arena_format(&a, agreement, "care", "adult-social-care");
    char *at = strstr(text, line);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    CU_ASSERT(is_in_force(old_form(NULL, "hn"), "care"));
    memmove(at, at + strlen(line), strlen(at + strlen(line)) + 1);
    put("agreements/care.yaml", text);
    CU_ASSERT_FALSE(is_in_force(old_form(NULL, "hn"), "care"));
}

static void an_older_programs_bundle_speaks_for_no_agency_either(void)
{
    trusted = approvers_of("chn");
    put_region("landlord", "chn");
    const struct edition *old = old_form(NULL, "hn");
    put_region("landlord", "chns"); /* "the trust's", by whoever has that key */
    const struct edition *next = old_form(old, "hn");
    CU_ASSERT_STRING_EQUAL(refusal(old, next), "pack.first");
    CU_ASSERT_STRING_EQUAL(refusal_at(old, next, BUNDLES_TAKEN), ""); /* what is kept stays */
    put_region("landlord", "hn");
    CU_ASSERT_STRING_EQUAL(refusal(old, old_form(old, "hn")), "pack.people");
    put_region("landlord", "chn");
    put("aliases.yaml", "aliases: {}\n");
    CU_ASSERT_STRING_EQUAL(refusal(old, old_form(old, "hn")), "");
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
    } rows[] = { { "senior-information-risk-owner", "" },
                 { "data-protection-officer", "" },
                 { "information-governance-lead", "" },
                 { "registered-manager", "" },
                 { "cleaner", "bundle.word" },
                 { "Caldicott Guardian", "bundle.word" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put("agreements/care.yaml", care_approved_by(rows[i].role));
        CU_ASSERT_STRING_EQUAL(problem_of(false), rows[i].code);
        CU_ASSERT_STRING_EQUAL(problem_of(true), rows[i].code);
    }
    put("agreements/care.yaml", care_approved_by("cleaner"));
    CU_ASSERT(is_in_force(old_form(NULL, "hn"), "care"));
    put("agreements/care.yaml", care_approved_by("caldicott-guardian"));
    put("region.yaml", arena_format(&a,
                                    "%s  eve: {agency: trust, role: cleaner, key: "
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
    { "nobody names the first approver of another agency",
      nobody_names_the_first_approver_of_another_agency },
    { "an agency names its first approver by a signature, and to each host",
      an_agency_names_its_first_approver_by_a_signature_and_to_each_host },
    { "who left an agency without approvers does not come back for it",
      who_left_an_agency_without_approvers_does_not_come_back_for_it },
    { "what is in force is not asked who was first", what_is_in_force_is_not_asked_who_was_first },
    { "nobody names the first people of another agency",
      nobody_names_the_first_people_of_another_agency },
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
    { "an older bundle's agreement is in force by all its parties",
      an_older_bundles_agreement_is_in_force_by_all_its_parties },
    { "an older program's bundle speaks for no agency either",
      an_older_programs_bundle_speaks_for_no_agency_either },
    { "only offices that may approve are taken", only_offices_that_may_approve_are_taken },
    { "a stop takes one signature, and leaves a draft a draft",
      a_stop_takes_one_signature_and_leaves_a_draft_a_draft },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_parties = { "parties", NULL, NULL, fresh, done, tests };
