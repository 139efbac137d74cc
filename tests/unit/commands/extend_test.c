/* extend_test.c - who may carry an agreement past its end: two people of the region who may extend,
 * of two agencies, one of each whose data it shares; and what is refused. */
#include "fenmarsh.h"
#include "sharing/change/pack_order.h"

#define EXTENSION "extensions/care-2.yaml"

static const char longer[] =
    "agreement: care\nversion: 1\nuntil: %s\nreason: the next is being signed\n"
    "approved_by:\n"
    "  - {agency: trust, role: extends, name: eve, on: 2030-12-01}\n"
    "  - {agency: county, role: extends, name: carl, on: 2030-12-01}\n";

static void put_extension(const char *until)
{
    put(EXTENSION, arena_format(&a, longer, until));
}

/* Beside the approvers. */
static void put_people(void)
{
    put_region("landlord", "tchn");
    const char *text = arena_format(&a, "%speople:\n", rules.files[0].text);
    for (unsigned i = EVE; i < WHO_COUNT; i++) {
        struct key key = { .b = { (uint8_t)(i + 1) }, .set = true };
        struct public_key public;
        char half[BASE64_LENGTH(KEY_BYTES)];
        ed25519_public(&key, &public);
        base64_encode(slice_of(public.b, KEY_BYTES), half);
        text = arena_format(&a, "%s  %s: {agency: %s, roles: [%s], until: %s, key: %.*s}\n", text,
                            people[i].name, people[i].agency, people[i].role,
                            i == OLD ? "2026-01-01" : "2032-01-01", (int)sizeof half, half);
    }
    put("region.yaml", text);
}

/* A region that names people, its agreement in force. */
static const struct edition *begin(void)
{
    put_people();
    const struct edition *first = signed_by(NULL, "tchn");
    CU_ASSERT_STRING_EQUAL(refusal(NULL, first), "");
    CU_ASSERT(is_in_force(first, "care"));
    return first;
}

static bool is_extended(const struct edition *g)
{
    const struct agreement *one = bundle_agreement(g->bundle, SLICE("care"), 1);
    return !one->extension_waits && one->until_ms > one->signed_until_ms;
}

/* The code that refuses what those have signed; "waits" when it comes, and does not count yet. */
static const char *tried(const struct edition *before, const char *letters)
{
    const struct edition *next = signed_by(before, letters);
    const char *code = refusal(before, next);
    return *code ? code : is_extended(next) ? "" : "waits";
}

/* An approval as nobody's program makes it, in the bundle that file is. */
static const char *approval_of(const struct edition *g, enum who who,
                               const uint8_t what[HASH_BYTES])
{
    struct key key = { .b = { (uint8_t)(who + 1) }, .set = true };
    struct signed_approval one = { .file = SLICE(EXTENSION),
                                   .name = slice_text(people[who].name),
                                   .agency = slice_text(people[who].agency),
                                   .role = slice_text(people[who].role),
                                   .at_ms = g->from_ms };
    struct buf text;
    memcpy(one.what, what, HASH_BYTES);
    memcpy(one.bundle, g->pack->signed_hash, HASH_BYTES);
    ed25519_public(&key, &one.key);
    buf_init(&text, 4096);
    signed_approval_text(g->bundle->region, &one, &text);
    ed25519_sign(&key, buf_slice(&text), one.bytes);
    buf_reset(&text);
    signed_approval_put(&one, &text);
    const char *line = arena_text(&a, buf_slice(&text));
    buf_release(&text);
    return line;
}

static const uint8_t *hash_of(const struct edition *g, const char *name)
{
    const struct agreement *one = bundle_agreement(g->bundle, slice_text(name), 1);
    return strcmp(name, "care") == 0 ? one->extension_hash : one->hash;
}

static void two_people_of_two_agencies_extend(void)
{
    const struct edition *first = begin();
    put_extension("2031-01-20");
    const struct edition *next = signed_by(first, "EC");
    CU_ASSERT_STRING_EQUAL(refusal(first, next), "");
    CU_ASSERT(is_extended(next) && is_in_force(next, "care"));
    put("aliases.yaml", "aliases: {}\n"); /* and it stays so */
    const struct edition *later = signed_by(next, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(next, later), "");
    CU_ASSERT(is_extended(later));
}

static void each_who_may_not_is_refused(void)
{
    static const struct {
        const char *letters, *code;
    } rows[] = {
        { "", "pack.unsigned" },
        { "E", "pack.extension" },  /* one person */
        { "ED", "pack.extension" }, /* two of one agency */
        { "Et", "pack.extension" }, /* the other an approver */
        { "Ec", "pack.extension" },
        { "CH", "waits" },          /* not those whose data it shares */
        { "EO", "pack.signature" }, /* one no more */
        { "O", "pack.signature" },
        { "ES", "pack.signature" }, /* one who may only stop */
        { "S", "pack.signature" },
        { "tc", "waits" }, /* approvers */
        { "EC", "" },
        { "CHE", "" },
    };
    const struct edition *first = begin();
    put_extension("2031-01-20");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *code = tried(first, rows[i].letters);
        if (strcmp(code, rows[i].code) != 0)
            printf("\n'%s': %s", rows[i].letters, code);
        CU_ASSERT_STRING_EQUAL(code, rows[i].code);
    }
}

static void one_person_twice_is_one(void)
{
    const struct edition *first = begin();
    struct slice out;
    put_extension("2031-01-20");
    struct slice bytes = sign_as(pack_form(first, true), EVE, SIGN_EXTENSIONS);
    const struct signing again = { people[EVE].name, key_file(EVE), &trusted, SIGN_EXTENSIONS };
    CU_ASSERT_FALSE(submit_sign(&a, bytes, loaded(bytes)->bundle, &again, &out, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "pack.signed");
    const struct edition *one = loaded(bytes);
    CU_ASSERT_FALSE(is_extended(with_line(one, approval_of(one, EVE, hash_of(one, "care")))));
    const struct edition *two = with_line(one, approval_of(one, DEE, hash_of(one, "care")));
    CU_ASSERT_FALSE(is_extended(two));
    CU_ASSERT(is_extended(with_line(one, approval_of(one, CARL, hash_of(one, "care")))));
}

static void an_approver_approves_no_extension_where_people_may(void)
{
    const struct edition *first = begin();
    put_extension("2031-01-20");
    const struct edition *next = signed_by(first, "tc");
    const char *by_trust = approval_of(next, TRUST, hash_of(next, "care"));
    const char *by_county = approval_of(next, COUNTY, hash_of(next, "care"));
    const struct edition *forged = with_line(with_line(next, by_trust), by_county);
    CU_ASSERT(is_extended(forged)); /* by itself */
    CU_ASSERT_STRING_EQUAL(refusal(first, forged), "pack.approval");
}

static void who_extends_approves_no_agreement(void)
{
    const struct edition *first = begin();
    put_taking();
    const struct edition *next = signed_by(first, "hn");
    const struct edition *forged = with_line(next, approval_of(next, EVE, hash_of(next, "taking")));
    CU_ASSERT_FALSE(is_in_force(forged, "taking"));
    CU_ASSERT_STRING_EQUAL(refusal(first, forged), "pack.approval");
}

static void an_approval_of_another_text_or_of_before_counts_for_nothing(void)
{
    const struct edition *first = begin();
    put_extension("2031-01-20");
    const struct edition *second = signed_by(first, "EC");
    const char *old = line_with(second, " eve ");
    put_extension("2031-01-25");
    const struct edition *other = signed_by(first, "CH");
    CU_ASSERT_FALSE(is_extended(with_line(other, old)));
    CU_ASSERT_STRING_EQUAL(refusal(first, with_line(other, old)), "pack.approval");
    drop(EXTENSION);
    const struct edition *third = signed_by(second, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(second, third), "");
    put_extension("2031-01-20"); /* ended, and brought back without those whose data it shares */
    const struct edition *fourth = with_line(signed_by(third, "CH"), old);
    CU_ASSERT(is_extended(fourth)); /* by itself */
    CU_ASSERT_STRING_EQUAL(refusal(third, fourth), "pack.approval");
}

static void what_they_sign_extends_and_does_nothing_else(void)
{
    const struct edition *first = begin();
    put_extension("2031-01-20");
    put("aliases.yaml", "aliases: {}\n");
    CU_ASSERT_STRING_EQUAL(tried(first, "EC"), "pack.extension");
    drop("aliases.yaml");
    CU_ASSERT_STRING_EQUAL(tried(first, "EC"), "");
    put_taking(); /* a draft that an approver's line would bring into force */
    const struct edition *draft = signed_by(first, "cn");
    CU_ASSERT_FALSE(is_in_force(draft, "taking") || is_extended(draft));
    const struct edition *next = signed_by(draft, "EC");
    CU_ASSERT_STRING_EQUAL(refusal(draft, next), "");
    CU_ASSERT(is_extended(next) && !is_in_force(next, "taking"));
    const struct edition *more = with_line(next, approval_of(next, TRUST, hash_of(next, "taking")));
    CU_ASSERT(is_in_force(more, "taking")); /* by itself */
    CU_ASSERT_STRING_EQUAL(refusal(draft, more), "pack.extension");
}

static void what_approvers_extended_before_there_were_such_people_stays(void)
{
    const struct edition *first = signed_by(NULL, "tchn");
    put_extension("2031-01-20");
    const struct edition *second = signed_by(first, "tc");
    CU_ASSERT_STRING_EQUAL(refusal(first, second), "");
    CU_ASSERT(is_extended(second));
    put_people();
    const struct edition *third = signed_by(second, "tchn");
    CU_ASSERT_STRING_EQUAL(refusal(second, third), "");
    CU_ASSERT(is_extended(third));
}

static void an_order_of_one_who_may_extend_is_somebodys_order(void)
{
    static const struct {
        const char *letters, *code;
    } rows[] = { { "", "pack.unsigned" }, { "O", "pack.signature" }, { "E", "" }, { "OE", "" } };
    const struct edition *first = begin();
    put_extension("2031-01-20");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct edition *next = signed_by(first, rows[i].letters);
        err_clear(&e);
        const char *code =
            pack_order_signed(next->pack, first->bundle, next->from_ms, &e) ? "" : e.code;
        CU_ASSERT_STRING_EQUAL(code, rows[i].code);
    }
}

static int64_t until_of(const struct edition *g, enum who who)
{
    return people_named(&g->bundle->people, slice_text(people[who].name))->until_ms;
}

static void put_stop(void)
{
    put("stops/care-2.yaml", "agreement: care\nversion: all\nfrom: 2026-06-01T00:00:00Z\n"
                             "by: sam\nreason: shared too much\n");
}

/* The bundles begin while everybody may act: what they say of themselves is not asked. */
static void who_stops_may_do_it_when_the_bus_takes_the_order(void)
{
    const struct edition *first = begin();
    put_stop();
    const struct edition *next = signed_by(first, "S");
    int64_t end_ms = until_of(first, who_is('S'));
    CU_ASSERT_STRING_EQUAL(refusal_at(first, next, end_ms - 1), "");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, next, end_ms), "pack.signature");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, next, BUNDLES_TAKEN), "");
    const struct edition *approved = signed_by(first, "t");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, approved, end_ms), "");
    err_clear(&e);
    CU_ASSERT_TRUE(pack_order_signed(next->pack, first->bundle, end_ms - 1, &e));
    CU_ASSERT_FALSE(pack_order_signed(next->pack, first->bundle, end_ms, &e));
}

static void who_extends_may_do_it_when_the_bus_takes_the_order(void)
{
    const struct edition *first = begin();
    put_extension("2031-01-20");
    const struct edition *next = signed_by(first, "EC");
    int64_t end_ms = until_of(first, EVE);
    CU_ASSERT_STRING_EQUAL(refusal_at(first, next, end_ms - 1), "");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, next, end_ms), "pack.signature");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, next, BUNDLES_TAKEN), "");
    /* Approvers brought it: whose approval of the extension it carries had still to be who may. */
    const struct edition *plain = signed_by(first, "tc");
    const struct edition *carried =
        with_line(with_line(plain, approval_of(plain, EVE, hash_of(plain, "care"))),
                  approval_of(plain, CARL, hash_of(plain, "care")));
    CU_ASSERT_STRING_EQUAL(refusal_at(first, carried, end_ms - 1), "");
    CU_ASSERT_STRING_EQUAL(refusal_at(first, carried, end_ms), "pack.approval");
}

/* A problem of its own, that passes: no bundle comes of it where an agreement or extension lacks
 * what was signed, and none is called unapproved. */
static void where_memory_ends_no_signature_is_missing(void)
{
    const struct edition *first = begin();
    put_extension("2031-01-20");
    struct slice bytes = pack_form(first, true);
    bytes = sign_as(sign_as(bytes, EVE, SIGN_AGREEMENTS), CARL, SIGN_AGREEMENTS);
    const struct edition *next = NULL;
    struct arena own;
    size_t failed = 0;
    for (size_t n = 1; !next; n++) {
        struct problems p = { 0 };
        arena_init(&own, (size_t)64 << 20);
        mem_fail_after(n);
        next = bundles_read(&own, bytes, "rules", catalogue, &p);
        mem_fail_after(0);
        CU_ASSERT_FATAL(next || p.lost || (p.count && strcmp(p.list[0].code, "memory.limit") == 0));
        CU_ASSERT_FATAL(!next || (is_in_force(next, "care") && is_extended(next)));
        failed += !next;
        problems_release(&p);
        if (!next)
            arena_release(&own);
    }
    CU_ASSERT(failed > 10);
    const char *code = "memory.limit";
    for (size_t n = 1; *code; n++) {
        mem_fail_after(n);
        code = refusal(first, next);
        mem_fail_after(0);
        CU_ASSERT_FATAL(!*code || (strcmp(code, "memory.limit") == 0 && e.fate == ERR_RETRY));
    }
    arena_release(&own);
}

static CU_TestInfo tests[] = {
    { "two people of two agencies extend", two_people_of_two_agencies_extend },
    { "each who may not is refused", each_who_may_not_is_refused },
    { "one person twice is one", one_person_twice_is_one },
    { "an approver approves no extension where people may",
      an_approver_approves_no_extension_where_people_may },
    { "who extends approves no agreement", who_extends_approves_no_agreement },
    { "an approval of another text, or of before, counts for nothing",
      an_approval_of_another_text_or_of_before_counts_for_nothing },
    { "what they sign extends, and does nothing else",
      what_they_sign_extends_and_does_nothing_else },
    { "what approvers extended before there were such people stays",
      what_approvers_extended_before_there_were_such_people_stays },
    { "an order of one who may extend is somebody's order",
      an_order_of_one_who_may_extend_is_somebodys_order },
    { "who stops may do it when the bus takes the order",
      who_stops_may_do_it_when_the_bus_takes_the_order },
    { "where memory ends no signature is missing", where_memory_ends_no_signature_is_missing },
    { "who extends may do it when the bus takes the order",
      who_extends_may_do_it_when_the_bus_takes_the_order },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_extend = { "extend", NULL, NULL, fresh, done, tests };
