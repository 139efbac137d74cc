/* act_test.c - who may act, and the one text that they sign. */
#include <CUnit/CUnit.h>

#include <stdio.h>

#include "base/base64.h"
#include "sharing/acts/act.h"
#include "small.h"

/* The small region with people; %s: more of them. */
static const char *region_with(const char *people)
{
    return arena_format(&world.arena,
                        "region: small\npartitions: 4\nagencies:\n"
                        "  wexbridge-hospital:\n    services:\n      wards: {role: acute-trust}\n"
                        "  wexshire-council:\n    services:\n"
                        "      hospital-team: {role: adult-social-care}\n"
                        "  wexbridge-district:\n    services:\n      grants: {role: adaptations}\n"
                        "      repairs: {role: landlord}\n"
                        "  brightcare:\n    services:\n      rota: {role: care-provider}\n"
                        "people:\n%s",
                        people);
}

static const char *key_of(uint8_t n, char out[BASE64_LENGTH(KEY_BYTES) + 1])
{
    struct public_key public;
    struct key secret = { .set = true };
    memset(secret.b, n, KEY_BYTES);
    ed25519_public(&secret, &public);
    base64_encode(slice_of(public.b, KEY_BYTES), out);
    out[BASE64_LENGTH(KEY_BYTES)] = '\0';
    return out;
}

static void what_is_wrong_with_people_is_told(void)
{
    char one[64];
    key_of(1, one);
    const struct {
        const char *people, *code;
    } rows[] = {
        { "  a: {agency: nobody, roles: [holds], key: KEY, until: 2027-01-01}\n", "bundle.agency" },
        { "  a: {agency: brightcare, roles: [king], key: KEY, until: 2027-01-01}\n",
          "bundle.word" },
        { "  a: {agency: brightcare, roles: [holds], key: abcKEY, until: 2027-01-01}\n",
          "bundle.key" },
        { "  a: {agency: brightcare, roles: [holds], key: KEY, until: soon}\n", "bundle.day" },
        { "  a: {agency: brightcare, roles: [holds], key: KEY}\n", "bundle.missing" },
        { "  A B: {agency: brightcare, roles: [holds], key: KEY, until: 2027-01-01}\n",
          "bundle.id" },
        { "  a: {agency: brightcare, roles: [holds], key: KEY, until: 2027-01-01, by: x}\n",
          "bundle.key" },
    };
    const char *both =
        "  a: {agency: brightcare, roles: [holds], key: KEY, until: 2027-01-01}\n"
        "  b: {agency: wexshire-council, roles: [holds], key: KEY, until: 2027-01-01}\n";
    const struct small_file shared = {
        "region.yaml", region_with(small_replace(small_replace(both, "KEY", one), "KEY", one))
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file file = { "region.yaml",
                                         region_with(small_replace(rows[i].people, "KEY", one)) };
        CU_ASSERT(small_problem(&file, 1, rows[i].code, file.name));
    }
    CU_ASSERT(small_problem(&shared, 1, "bundle.key", shared.name));
}

/* Each of these is signed for by anybody: the neutral point, and one of order 8. */
static void a_key_of_small_order_is_refused_where_it_stands(void)
{
    static const char *const keys[] = { "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                                        "xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA/o=" };
    static const struct {
        const char *people, *code;
        unsigned line;
    } rows[] = {
        { "  a: {agency: brightcare, roles: [holds], key: KEY, until: 2027-01-01}\n", "bundle.key",
          18 },
        { "  b:\n    agency: brightcare\n    roles: [holds]\n    until: 2027-01-01\n    key: KEY\n",
          "bundle.key", 22 },
        { "  {}\napprovers:\n  a: {agency: brightcare, role: caldicott-guardian, key: KEY}\n",
          "bundle.word", 20 },
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        const struct small_file file = {
            "region.yaml", region_with(small_replace(rows[i / 2].people, "KEY", keys[i % 2]))
        };
        struct problems p = { 0 };
        CU_ASSERT_PTR_NULL(small_load(&file, 1, &p));
        CU_ASSERT_FATAL(p.count > 0);
        CU_ASSERT_STRING_EQUAL(p.list[0].code, rows[i / 2].code);
        CU_ASSERT(p.list[0].file && strstr(p.list[0].file, "region.yaml"));
        CU_ASSERT_EQUAL(p.list[0].line, rows[i / 2].line);
        CU_ASSERT_PTR_NOT_NULL(strstr(p.list[0].text, "small order"));
        problems_release(&p);
    }
}

static void people_are_read(void)
{
    char one[64];
    static const struct small_terms terms;
    const char *clauses =
        "  - id: x\n    share: {HospitalStay: [admitted]}\n    from: acute-trust\n"
        "    to: adult-social-care\n    release: [identity.name]\n";
    const char *ann = arena_format(&world.arena,
                                   "  ann: {title: Ann Ayo, agency: brightcare, roles: [stops, "
                                   "payload], key: %s, until: 2027-01-01}\n",
                                   key_of(1, one));
    const struct small_file files[] = { { "agreements/some.yaml",
                                          small_agreement(&terms, clauses) },
                                        { "region.yaml", region_with(ann) } };
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FATAL(small_open(files, 2));
    const struct bundle *b = world.bundle;
    CU_ASSERT_EQUAL_FATAL(b->people.count, 1);
    const struct named *who = people_named(&b->people, SLICE("ann"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(who);
    CU_ASSERT(slice_equal_text(b->agencies[who->agency].name, "brightcare"));
    CU_ASSERT_EQUAL(who->roles, 1U << ROLE_STOPS | 1U << ROLE_PAYLOAD);
    CU_ASSERT_EQUAL(who->until_ms, 1798848000000); /* the second of January 2027 */
    CU_ASSERT_PTR_EQUAL(act_person(b, SLICE("payload"), SLICE("ann"), who->until_ms - 1, &e), who);
    CU_ASSERT_PTR_NULL(act_person(b, SLICE("payload"), SLICE("ann"), who->until_ms, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "act.person");
    err_clear(&e);
    CU_ASSERT_PTR_NULL(act_person(b, SLICE("release"), SLICE("ann"), 0, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "act.role");
    err_clear(&e);
    CU_ASSERT_PTR_NULL(act_person(b, SLICE("payload"), SLICE("anne"), 0, &e));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "nobody 'anne' among its people: it has ann"));
}

static struct act a_release(void)
{
    return (struct act){ .region = SLICE("small"),
                         .verb = SLICE("release"),
                         .on = SLICE("0000019f0000000000000000000000aa:brightcare/rota"),
                         .subject = { { 0x5e, 0x31 } },
                         .reason = SLICE("rang the ward"),
                         .at_ms = 1790000000000 };
}

static void the_text_says_all_of_it(void)
{
    struct act x = a_release();
    struct buf text;
    buf_init(&text, ACT_BYTES_MAX);
    act_put_text(&x, &text);
    CU_ASSERT(slice_equal_text(buf_slice(&text),
                               "concordat act 1\n"
                               "region small\n"
                               "act release\n"
                               "on 0000019f0000000000000000000000aa:brightcare/rota\n"
                               "event 0000019f0000000000000000000000aa\n"
                               "recipient brightcare/rota\n"
                               "subject 5e310000000000000000000000000000\n"
                               "reason rang the ward\n"
                               "at 2026-09-21T14:13:20.000Z\n"));
    buf_release(&text);
}

/* Any line that another act could have in its place is another text. */
static void each_part_of_an_act_is_signed(void)
{
    struct act x[8];
    uint8_t hash[8][HASH_BYTES];
    struct err e = { .fate = ERR_NONE };
    for (size_t i = 0; i < 8; i++)
        x[i] = a_release();
    x[1].region = SLICE("smaller");
    x[2].verb = SLICE("refuse");
    x[3].on = SLICE("0000019f0000000000000000000000ab:brightcare/rota");
    x[4].on = SLICE("0000019f0000000000000000000000aa:wexbridge-district/grants");
    x[5].subject.b[15] = 1;
    x[6].reason = SLICE("rang the wards");
    x[7].at_ms++;
    for (size_t i = 0; i < 8; i++) {
        CU_ASSERT_FATAL(act_hash(&x[i], hash[i], &e));
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_FALSE(hash_equal(hash[i], hash[j]));
    }
}

static void what_hides_or_breaks_a_line_cannot_be_signed(void)
{
    static const struct slice words[] = {
        SLICE_INIT(""),
        SLICE_INIT("  "),
        SLICE_INIT("a\nat 2020"),
        SLICE_INIT("a\x1b[2J"),
        SLICE_INIT("a\0b"),
        SLICE_INIT("a\x7f"),
        SLICE_INIT("\xc2\x9b"
                   "m"),
        SLICE_INIT("\xe2\x80\xae"
                   "a"),
        SLICE_INIT("\xe2\x80\x8b"
                   "a"),
        SLICE_INIT("\xe2\x81\xa6"
                   "a"),
        SLICE_INIT("\xff"),
        SLICE_INIT("a\r"),
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct act x = a_release(), y = a_release();
        struct err e = { .fate = ERR_NONE };
        x.reason = words[i];
        CU_ASSERT_FALSE(act_check(&x, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "act.reason");
        err_clear(&e);
        y.on = words[i];
        CU_ASSERT_FALSE(act_check(&y, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "act.form");
    }
    struct act x = a_release();
    struct err e = { .fate = ERR_NONE };
    x.reason = SLICE("caf\xc3\xa9, \xe2\x80\x9csaid\xe2\x80\x9d: 1 < 2");
    CU_ASSERT(act_check(&x, &e));
    x.verb = SLICE("obey");
    CU_ASSERT_FALSE(act_check(&x, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "act.word");
}

static void an_act_is_read_from_its_file_as_it_was_written(void)
{
    struct act x = a_release(), y;
    struct key secret = { .set = true };
    struct err e = { .fate = ERR_NONE };
    struct buf file;
    memset(secret.b, 1, KEY_BYTES);
    CU_ASSERT_FATAL(act_sign(&x, NULL, SLICE("ann"), &secret, 0, &e));
    memset(secret.b, 2, KEY_BYTES);
    CU_ASSERT_FATAL(act_sign(&x, NULL, SLICE("bob"), &secret, 0, &e));
    CU_ASSERT_FALSE(act_sign(&x, NULL, SLICE("bob"), &secret, 0, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "act.signed");
    err_clear(&e);
    buf_init(&file, ACT_BYTES_MAX);
    act_put_file(&x, &file);
    CU_ASSERT_FATAL(act_read(buf_slice(&file), &y, &e));
    CU_ASSERT_EQUAL(y.signature_count, 2);
    CU_ASSERT(slice_equal(y.signatures[1].person, SLICE("bob")));
    CU_ASSERT_EQUAL(y.at_ms, x.at_ms);
    CU_ASSERT_EQUAL(memcmp(&y.subject, &x.subject, sizeof x.subject), 0);
    for (size_t i = 0; i < file.n;
         i++) { /* cut anywhere between its lines it is no act, or unsigned */
        struct err ignored = { .fate = ERR_NONE };
        if (act_read(slice_head(buf_slice(&file), i), &y, &ignored))
            CU_ASSERT(y.signature_count < 2 && file.p[i - 1] == '\n');
    }
    buf_release(&file);
}

/* An act that is refused is refused for good. */
static void want_of_memory_refuses_no_act(void)
{
    struct act x = a_release(), y;
    struct key secret = { .set = true };
    struct err e = { .fate = ERR_NONE };
    struct buf file;
    bool good = false;
    memset(secret.b, 1, KEY_BYTES);
    CU_ASSERT_FATAL(act_sign(&x, NULL, SLICE("ann"), &secret, 0, &e));
    buf_init(&file, ACT_BYTES_MAX);
    act_put_file(&x, &file);
    for (size_t n = 1; !good && n < 100; n++) {
        err_clear(&e);
        mem_fail_after(n);
        good = act_read(buf_slice(&file), &y, &e);
        mem_fail_after(0);
        CU_ASSERT(good || e.fate == ERR_RETRY);
    }
    CU_ASSERT(good);
    buf_release(&file);
}

static CU_TestInfo cases[] = {
    { "what is wrong with people is told", what_is_wrong_with_people_is_told },
    { "a key of small order is refused where it stands",
      a_key_of_small_order_is_refused_where_it_stands },
    { "people are read", people_are_read },
    { "the text says all of it", the_text_says_all_of_it },
    { "each part of an act is signed", each_part_of_an_act_is_signed },
    { "what hides or breaks a line cannot be signed",
      what_hides_or_breaks_a_line_cannot_be_signed },
    { "an act is read from its file as it was written",
      an_act_is_read_from_its_file_as_it_was_written },
    { "want of memory refuses no act", want_of_memory_refuses_no_act },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_act = { "act", NULL, NULL, world_setup, world_teardown, cases };
