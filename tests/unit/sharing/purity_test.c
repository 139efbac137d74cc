/* purity_test.c - law 5: the same input gives the same bytes; law 7: what is withheld leaves no
 * trace. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "record/wire.h"
#include "sharing/facts/person.h"
#include "sharing/rules/compiled.h"
#include "world.h"

/* ---- law 5 ---- */

static bool same_bytes(struct slice a, struct slice b)
{
    return slice_equal(a, b);
}

static struct slice encode(const struct person *p)
{
    struct buf out;
    buf_init(&out, 16u << 20);
    bool ok = person_encode(world.bundle, p, &out, &world.e);
    struct slice bytes = ok ? arena_copy(&world.arena, buf_slice(&out)) : (struct slice){ 0 };
    buf_release(&out);
    return bytes;
}

static bool same_decision(const struct decision *a, const struct decision *b)
{
    return a->to.n == b->to.n && a->outcome == b->outcome && a->caught_up == b->caught_up &&
           categories_equal(&a->released, &b->released) &&
           categories_equal(&a->withheld, &b->withheld) && a->clause_count == b->clause_count &&
           a->prohibition_count == b->prohibition_count && a->disclosure == b->disclosure &&
           strcmp(a->reason, b->reason) == 0;
}

static bool same_result(const struct judged *a, const struct judged *b)
{
    if (a->decision_count != b->decision_count || a->disclosure_count != b->disclosure_count ||
        a->notice_count != b->notice_count || a->link_count != b->link_count)
        return false;
    bool same = same_bytes(encode(a->after), encode(b->after));
    for (size_t i = 0; i < a->decision_count; i++)
        same &= same_decision(&a->decisions[i], &b->decisions[i]);
    for (size_t i = 0; i < a->disclosure_count; i++)
        same &= same_bytes(a->disclosures[i].bytes, b->disclosures[i].bytes);
    for (size_t i = 0; i < a->notice_count; i++)
        same &= same_bytes(a->notices[i].bytes, b->notices[i].bytes);
    for (size_t i = 0; i < a->link_count; i++)
        same &= same_bytes(a->links[i].bytes, b->links[i].bytes);
    return same;
}

static void the_same_input_gives_the_same_bytes(void)
{
    static const char *const story[][3] = {
        { "HospitalStay.admitted", WARDS, "header.episode=V1;name=SPECIMEN;subject.local_id=A1" },
        { "SocialCare.package_started", TEAM, "header.episode=S1;service.provider=" ROTA },
        { "HospitalStay.moved", WARDS, "header.episode=V1;name=SPECIMEN" },
        { "DischargePlan.referred", HUB, "referral.to=" TEAM },
        { "HousingCase.adaptation_requested", HUB, "case.to=" GRANTS },
        { "Consent.granted", HUB, "consent.purpose=housing-adaptation" },
        { "Restriction.raised", WARDS, "restriction.kind=location" },
        { "HospitalStay.discharged", WARDS, "header.episode=V1" },
        { "HospitalStay.discharged", WARDS, "header.episode=V1;header.action=retracts" },
        { "Consent.revoked", HUB, "" },
        { "Restriction.lifted", WARDS, "restriction.kind=location" },
    };
    size_t disclosures = 0;
    for (size_t i = 0; i < sizeof story / sizeof story[0]; i++) {
        struct judged again;
        CU_ASSERT_FATAL(world_say(&world, story[i][0], story[i][1], story[i][2]));
        CU_ASSERT_FATAL(world_judge(&world, &world.in, &again));
        CU_ASSERT(same_result(&world.out, &again));
        disclosures += again.disclosure_count;
    }
    CU_ASSERT(disclosures >= 8);
}

static void judging_allocates_nothing_outside_its_arena(void)
{
    struct judged again;
    CU_ASSERT_FATAL(world_say(&world, "HospitalStay.admitted", WARDS, "header.episode=V1;name=X"));
    CU_ASSERT_FATAL(world_say(&world, "DischargePlan.referred", HUB, "referral.to=" TEAM));
    struct arena_saved saved = arena_save(&world.arena);
    CU_ASSERT_FATAL(world_judge(&world, &world.in, &again));
    CU_ASSERT_EQUAL(again.disclosure_count, 2);
    arena_rewind(&world.arena, saved);
    uint64_t before = mem_count();
    CU_ASSERT_FATAL(world_judge(&world, &world.in, &again));
    CU_ASSERT_EQUAL(mem_count(), before);
}

/* ---- law 7 ---- */

static uint64_t seed = 88172645463325252u;

static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* A text of any kind that the slot takes. */
static struct slice any_text(const struct slot *s)
{
    if (s->vocabulary_count)
        return s->vocabulary[next() % s->vocabulary_count];
    char *text =
        arena_format(&world.arena, "%.*s", (int)(1 + next() % 20), "qwertyuiopasdfghjklzxcvb");
    text[0] = (char)('A' + next() % 26);
    return slice_text(text);
}

static bool fill_items(struct build *b, size_t n, const struct slot *s, bool variable);

static bool fill_slot(struct build *b, size_t n, bool variable)
{
    const struct slot *s = plan_slot_at(b->plan, n);
    if (variable && s->nullable && next() % 3 == 0)
        return true;
    switch (s->type) {
    case SLOT_STRING:
        return build_text(b, n, any_text(s), &world.e);
    case SLOT_ENUM:
        return build_text(b, n, s->symbols[next() % s->symbol_count], &world.e);
    case SLOT_INT:
    case SLOT_LONG:
        return build_long(b, n, (int64_t)(next() % 100000), &world.e);
    case SLOT_BOOLEAN:
        return build_bool(b, n, next() % 2, &world.e);
    default:
        return fill_items(b, n, s, variable);
    }
}

static bool fill_items(struct build *b, size_t n, const struct slot *s, bool variable)
{
    struct slice items[4];
    size_t count = 1 + next() % 3;
    for (size_t i = 0; i < count; i++) {
        struct build item;
        struct buf out;
        if (!s->item) {
            items[i] = any_text(s);
            continue;
        }
        buf_init(&out, 4096);
        bool ok = build_init(&item, s->item, &world.arena, &world.e);
        for (size_t j = 0; ok && j < plan_slots(s->item); j++)
            ok = fill_slot(&item, j, variable);
        ok = ok && build_done(&item, &out, &world.e);
        items[i] = arena_copy(&world.arena, buf_slice(&out));
        buf_release(&out);
        if (!ok)
            return false;
    }
    return s->item ? build_items(b, n, items, count, &world.e)
                   : build_strings(b, n, items, count, &world.e);
}

struct trial {
    const struct schema *schema;
    struct slice kind;
    uint16_t source, to;
    const struct person *facts;
    struct categories released; /* fields of these stay; all others change */
    uint64_t seed;              /* of the fields that stay */
};

/* The header's own fields, the same in every variant; addressees are the recipient. A restriction
 * in unknown words holds everything: none is said. */
static bool fix_fields(const struct trial *t, struct build *b)
{
    const struct header_slots *h = plan_header(b->plan);
    const struct service *source = &world.bundle->services[t->source];
    struct slice agency = world.bundle->agencies[source->agency].name;
    struct categories addressee;
    if (!catalogue_categories(world.catalogue, SLICE("referral.addressee"), &addressee))
        return false;
    for (size_t i = 0; i < plan_slots(b->plan); i++)
        if (categories_has(&addressee, plan_slot_at(b->plan, i)->category) &&
            !build_text(b, i, world.bundle->services[t->to].name, &world.e))
            return false;
    b->encoded[h->unknown_restriction] = (struct slice){ .n = 0 };
    return build_text(b, (size_t)h->id, SLICE("00000000000000000000000000000001"), &world.e) &&
           build_text(b, (size_t)h->type, t->schema->name, &world.e) &&
           build_text(b, (size_t)h->kind, t->kind, &world.e) &&
           build_text(b, (size_t)h->action, SLICE("asserts"), &world.e) &&
           build_long(b, (size_t)h->occurred, T0, &world.e) &&
           build_text(b, (size_t)h->source_agency, agency, &world.e) &&
           build_text(b, (size_t)h->source_service, slice_from(source->name, agency.n + 1),
                      &world.e) &&
           build_text(b, (size_t)h->environment, SLICE("live"), &world.e) &&
           build_text(b, (size_t)h->identity_confidence, SLICE("verified"), &world.e);
}

static const uint8_t *portions_of(const struct build *b)
{
    return bundle_portions(world.bundle, (size_t)bundle_schema(world.bundle, b->plan));
}

/* Some fields that the sender cleared, withheld ones and others. */
static bool fill_cleared(const struct trial *t, struct build *b)
{
    const struct header_slots *h = plan_header(b->plan);
    const uint8_t *portions = portions_of(b);
    struct slice paths[200];
    size_t n = 0;
    for (size_t i = 0; i < plan_slots(b->plan) && n < 200; i++) {
        const struct slot *s = plan_slot_at(b->plan, i);
        bool stays = categories_has(&t->released, portions[i]);
        if (s->nullable && (stays ? i % 2 : next() % 2))
            paths[n++] = s->path;
    }
    return build_strings(b, (size_t)h->cleared, paths, n, &world.e);
}

/* What the conditions of prohibitions read decides; the law speaks of two events decided alike. */
static bool steers(unsigned portion)
{
    for (size_t i = 0; i < world.bundle->prohibition_count; i++) {
        struct categories reads;
        when_reads(world.bundle, world.bundle->prohibitions[i].when, &reads);
        if (categories_has(&reads, portion))
            return true;
    }
    return false;
}

static bool run_trial(const struct trial *t, struct judged *out)
{
    struct build b;
    struct buf framed;
    unsigned always = catalogue_always(world.catalogue);
    uint64_t changing = next();
    if (!build_init(&b, t->schema->plan, &world.arena, &world.e))
        return false;
    for (size_t i = 0; i < plan_slots(b.plan); i++) {
        unsigned portion = portions_of(&b)[i];
        bool stays = portion == always || categories_has(&t->released, portion) || steers(portion);
        seed = stays ? t->seed + i * 7919 + 1 : changing + i * 104729 + 1;
        (void)next();
        if (!fill_slot(&b, i, !stays))
            return false;
    }
    seed = changing | 1;
    buf_init(&framed, 1u << 20);
    wire_put_header(&framed, plan_fingerprint(t->schema->plan));
    bool ok = fix_fields(t, &b) && fill_cleared(t, &b) && build_done(&b, &framed, &world.e);
    struct judge_input in = { .bundle = world.bundle,
                              .keys = &world.keys,
                              .subject = world.subject,
                              .framed = arena_copy(&world.arena, buf_slice(&framed)),
                              .facts = t->facts,
                              .decided_ms = T0 };
    buf_release(&framed);
    return ok &&
           plan_view(t->schema->plan, &world.arena, slice_from(in.framed, WIRE_HEADER_BYTES),
                     &in.event, &world.e) &&
           judge_event(&in, &world.arena, out, &world.e);
}

static const struct disclosure *disclosed_to(const struct judged *j, uint16_t to,
                                             struct categories *released)
{
    for (size_t i = 0; i < j->decision_count; i++)
        if (j->decisions[i].to.n == to && j->decisions[i].outcome == OUTCOME_DISCLOSE) {
            *released = j->decisions[i].released;
            return &j->disclosures[j->decisions[i].disclosure];
        }
    return NULL;
}

/* A person about whom everything is known, so that every clause towards `to` may permit. */
static void know_everything(uint16_t from, uint16_t to, bool restricted, struct person *out)
{
    static const char *const kinds[] = { "open-case", "care-package", "discharge-planning",
                                         "duty-to-refer", "adaptation-request" };
    static const char *const purposes[] = { "housing-adaptation", "duty-to-refer" };
    struct relationship *r = ARENA_ARRAY(&world.arena, 6, struct relationship);
    struct consent_fact *c = ARENA_ARRAY(&world.arena, 2, struct consent_fact);
    struct responsible_fact *f = ARENA_ARRAY(&world.arena, 2, struct responsible_fact);
    struct restriction_fact *s = ARENA_ARRAY(&world.arena, 1, struct restriction_fact);
    int wards = bundle_service(world.bundle, SLICE(WARDS));
    uint16_t agency = world.bundle->services[from].agency; /* by whose word it all is so */
    for (size_t i = 0; i < 5; i++)
        r[i] = (struct relationship){ .kind = slice_text(kinds[i]),
                                      .with = to,
                                      .is_open = true,
                                      .agency = agency,
                                      .episode = SLICE("another") };
    r[5] = (struct relationship){ .kind = SLICE("inpatient"),
                                  .with = (uint16_t)wards,
                                  .is_open = true,
                                  .agency = agency,
                                  .episode = SLICE("another") };
    for (size_t i = 0; i < 2; i++)
        c[i] = (struct consent_fact){ .purpose = slice_text(purposes[i]),
                                      .recipient = -1,
                                      .granted = true,
                                      .until_ms = NEVER_MS };
    f[0] = (struct responsible_fact){ .function = SLICE("adult-social-care"),
                                      .service = to,
                                      .source = world.bundle->services[from].name };
    f[1] = (struct responsible_fact){ .function = SLICE("homelessness"),
                                      .service = to,
                                      .source = world.bundle->services[from].name };
    s[0] = (struct restriction_fact){ .kind = SLICE("location"), .stands = restricted };
    *out = (struct person){ .relationships = r,
                            .relationship_count = 6,
                            .consents = c,
                            .consent_count = 2,
                            .responsible = f,
                            .responsible_count = 2,
                            .restrictions = s,
                            .restriction_count = 1 };
}

/* How many disclosures were compared for one kind, source and recipient; -1: a trace was found. */
static int compare_variants(struct trial *t)
{
    struct judged first, other;
    struct categories released, again;
    t->seed = next() | 1;
    memset(&t->released, 0, sizeof t->released);
    if (!run_trial(t, &first))
        return -1;
    if (!disclosed_to(&first, t->to, &released))
        return 0;
    t->released = released;
    if (!run_trial(t, &first))
        return -1;
    const struct disclosure *wanted = disclosed_to(&first, t->to, &released);
    for (int i = 0; i < 3; i++) {
        if (!run_trial(t, &other))
            return -1;
        const struct disclosure *got = disclosed_to(&other, t->to, &again);
        if (!got || !categories_equal(&released, &again) ||
            !slice_equal(got->bytes, wanted->bytes) ||
            memcmp(&got->key, &wanted->key, sizeof got->key) != 0 ||
            strcmp(got->id.text, wanted->id.text) != 0)
            return -1;
    }
    return 3;
}

static int compare_service(const struct schema *s, uint16_t to, bool restricted)
{
    struct person facts;
    int compared = 0;
    for (size_t k = 0; k < s->kind_count; k++)
        for (uint16_t from = 0; from < world.bundle->service_count; from++) {
            struct trial t = {
                .schema = s, .kind = s->kinds[k], .source = from, .to = to, .facts = &facts
            };
            struct arena_saved saved = arena_save(&world.arena);
            know_everything(from, to, restricted, &facts);
            int n = compare_variants(&t);
            if (n < 0) {
                printf("%.*s.%.*s %zu to %u: %s\n", (int)s->name.n, (const char *)s->name.p,
                       (int)t.kind.n, (const char *)t.kind.p, (size_t)from, to, world.e.text);
                return -1;
            }
            arena_rewind(&world.arena, saved);
            compared += n;
        }
    return compared;
}

static void what_is_withheld_leaves_no_trace(void)
{
    size_t recipients = 0;
    int types[64] = { 0 };
    for (uint16_t to = 0; to < world.bundle->service_count; to++) {
        int total = 0;
        for (size_t i = 0; i < catalogue_count(world.catalogue); i++) {
            const struct schema *s = catalogue_at(world.catalogue, i);
            if (s->internal || !s->disclosable)
                continue;
            int n = compare_service(s, to, false), m = compare_service(s, to, true);
            CU_ASSERT_FATAL(n >= 0 && m >= 0);
            total += n + m;
            types[i] += n + m;
        }
        recipients += total > 0;
    }
    size_t covered = 0;
    for (size_t i = 0; i < 64; i++)
        covered += types[i] > 0;
    CU_ASSERT_EQUAL(recipients,
                    6);          /* all but wards, s42-inbox and repairs, which no clause names */
    CU_ASSERT_EQUAL(covered, 5); /* all that the example shares */
}

/* What never travels, in any disclosure of the trials above's kind. */
static void ids_of_the_source_never_travel(void)
{
    CU_ASSERT_FATAL(world_say(&world, "Caseload.declared", TEAM, "header.episode=C1"));
    CU_ASSERT_FATAL(
        world_say(&world, "HospitalStay.admitted", WARDS,
                  "header.source_message_id=W0001;header.feed_seq=424242;header.source_feed=pas;"
                  "header.mapping=abcdef;subject.case_reference=qqq;name=X;stay.reason=FALL;"
                  "header.urgency=urgent"));
    CU_ASSERT_FATAL(world_count(&world, TEAM) == 1);
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "W0001"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "abcdef"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "qqq"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "FALL"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "00000000000000000000000000000002"));
}

static void two_recipients_know_the_person_by_different_names(void)
{
    struct pseudonym a, b;
    judge_pseudonym(&world.keys, world.bundle, (struct recipient_id){ 2 }, &world.subject, &a);
    judge_pseudonym(&world.keys, world.bundle, (struct recipient_id){ 3 }, &world.subject, &b);
    CU_ASSERT(memcmp(a.b, b.b, ID_BYTES) != 0);
    CU_ASSERT(memcmp(a.b, world.subject.b, ID_BYTES) != 0);
}

static CU_TestInfo cases[] = {
    { "law 5: the same input gives the same bytes", the_same_input_gives_the_same_bytes },
    { "judging allocates nothing outside its arena", judging_allocates_nothing_outside_its_arena },
    { "law 7: what is withheld leaves no trace, every type, every recipient",
      what_is_withheld_leaves_no_trace },
    { "ids of the source never travel", ids_of_the_source_never_travel },
    { "two recipients know the person by different names",
      two_recipients_know_the_person_by_different_names },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_purity = { "purity", NULL, NULL, world_setup, world_teardown, cases };
