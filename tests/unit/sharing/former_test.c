/* former_test.c - what versions before wrote (their schemas are in tests/fixtures/former) is read.
 */
#include <CUnit/CUnit.h>

#include "record/wire.h"
#include "sharing/facts/former.h"
#include "sharing/facts/person.h"
#include "sharing/judge/notice.h"
#include "world.h"

static struct arena process;
/* settled: without the agency of whoever settled; doors: nor with what waits at doors. */
static const struct catalogue *settled, *doors;

static int load(void)
{
    struct problems p = { .count = 0 };
    arena_init(&process, (size_t)64 << 20);
    settled = catalogue_load(&process, SOURCE_DIR "/tests/fixtures/former/settled", &p);
    doors = catalogue_load(&process, SOURCE_DIR "/tests/fixtures/former/doors", &p);
    problems_release(&p);
    return settled && doors ? 0 : 1;
}

static int unload(void)
{
    arena_release(&process);
    return 0;
}

static struct slice taken(struct buf *b)
{
    CU_ASSERT_FATAL(buf_ok(b));
    struct slice bytes = arena_copy(&world.arena, buf_slice(b));
    buf_release(b);
    return bytes;
}

static struct slice encoded(const struct person *p)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CU_ASSERT_FATAL(person_encode(world.bundle, p, &b, &world.e));
    return taken(&b);
}

static void open_now(const char *name, struct slice framed, struct view *out)
{
    uint64_t fingerprint = 0;
    struct slice body;
    CU_ASSERT_FATAL(wire_open(framed, &fingerprint, &body, &world.e));
    CU_ASSERT_FATAL(plan_view(catalogue_named(world.catalogue, slice_text(name))->plan,
                              &world.arena, body, out, &world.e));
}

/* As facts are told: of nobody's agency, as no version before knew it. */
static struct person with_settlement(void)
{
    static const struct settlement one[] = { { .purpose = SLICE_INIT("duty-to-refer"),
                                               .yes = true,
                                               .at_ms = 1790000000000,
                                               .people = SLICE_INIT("Dr Omar Haddad"),
                                               .overruled = SLICE_INIT("0123456789abcdef") },
                                             { .is_objection = true } };
    struct person p = world.facts;
    p.settlements = one;
    p.settlement_count = 2;
    return p;
}

/* What put makes of each item, where the list stands in the view. */
static void put_list(const struct view *v, size_t slot,
                     void (*put)(const struct view *, struct buf *), struct buf *out)
{
    const struct view *items;
    size_t n;
    CU_ASSERT_FATAL(view_items(v, slot, &world.arena, &items, &n, &world.e));
    if (n)
        avro_put_long(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        put(&items[i], out);
    avro_put_long(out, 0);
}

static void put_slots(const struct view *v, size_t from, size_t to, struct buf *out)
{
    for (size_t i = from; i < to; i++)
        buf_put(out, view_raw(v, i));
}

static void put_receiver(const struct view *v, struct buf *out)
{
    put_slots(v, 0, plan_slots(v->plan) - 2, out); /* without let_go and wait */
}

static void put_event(const struct view *v, struct buf *out)
{
    size_t receivers = (size_t)plan_slot(v->plan, SLICE("receivers[]"));
    put_slots(v, 0, receivers, out);
    put_list(v, receivers, put_receiver, out);
    put_slots(v, receivers + 1, plan_slots(v->plan), out);
}

static void put_settlement(const struct view *v, struct buf *out)
{
    put_slots(v, 0, plan_slots(v->plan) - 1, out); /* without agency */
}

/* Framed as its schema there says; it is of that form. */
static struct slice framed_as_before(const struct catalogue *former, const char *name,
                                     struct slice body)
{
    const struct schema *s = catalogue_named(former, slice_text(name));
    struct view v;
    struct buf b;
    CU_ASSERT_FATAL(s && plan_view(s->plan, &world.arena, body, &v, &world.e));
    CU_ASSERT_NOT_EQUAL(plan_fingerprint(s->plan),
                        plan_fingerprint(catalogue_named(world.catalogue, s->name)->plan));
    CU_ASSERT(former_is_read(s, plan_fingerprint(s->plan)));
    buf_init(&b, 1 << 20);
    wire_put_header(&b, plan_fingerprint(s->plan));
    buf_put(&b, body);
    return taken(&b);
}

static struct slice facts_as_before(const struct catalogue *former, struct slice now)
{
    struct view v;
    struct buf b;
    open_now("Facts", now, &v);
    size_t events = (size_t)plan_slot(v.plan, SLICE("events[]"));
    size_t settlements = (size_t)plan_slot(v.plan, SLICE("settlements[]"));
    buf_init(&b, 1 << 20);
    put_slots(&v, 0, events, &b);
    if (former == doors)
        put_list(&v, events, put_event, &b);
    else
        put_slots(&v, events, events + 1, &b);
    put_slots(&v, events + 1, settlements, &b);
    put_list(&v, settlements, put_settlement, &b);
    put_slots(&v, settlements + 1, plan_slots(v.plan), &b);
    return framed_as_before(former, "Facts", taken(&b));
}

static void tell_a_story(void)
{
    static const char *const story[][3] = {
        { "Caseload.declared", TEAM, "header.episode=C1;subject.local_id=K1" },
        { "HospitalStay.admitted", WARDS, "header.episode=V1;name=SPECIMEN;subject.local_id=A1" },
        { "Consent.granted", HUB, "consent.purpose=duty-to-refer;consent.recorded_by=Ward clerk" },
        { "Consent.objection_recorded", HUB, "consent.recipient=" GRANTS },
        { "SocialCare.package_started", TEAM, "header.episode=S1;service.provider=" ROTA },
        { "HospitalStay.moved", WARDS, "header.episode=V1;name=SPECIMEN" },
        { "Restriction.raised", WARDS, "restriction.kind=location" },
    };
    for (size_t i = 0; i < sizeof story / sizeof story[0]; i++)
        CU_ASSERT_FATAL(world_say(&world, story[i][0], story[i][1], story[i][2]));
}

static void facts_of_the_form_before_are_read(void)
{
    tell_a_story();
    size_t receivers = 0;
    for (size_t i = 0; i < world.facts.event_count; i++)
        receivers += world.facts.events[i].receiver_count;
    CU_ASSERT(receivers > 1 && world.facts.consent_count && world.facts.objection_count &&
              world.facts.restriction_count && world.facts.relationship_count);
    const struct person was = with_settlement();
    struct slice now = encoded(&was);
    const struct catalogue *const forms[] = { settled, doors };
    for (size_t i = 0; i < 2; i++) {
        struct slice before = facts_as_before(forms[i], now);
        struct person p;
        CU_ASSERT_EQUAL(before.n, now.n - 2 * receivers * i - was.settlement_count);
        CU_ASSERT_FATAL(person_decode(world.bundle, &world.arena, before, &p, &world.e));
        CU_ASSERT(slice_equal(encoded(&p), now));
    }
}

static void facts_of_it_that_are_broken_off_anywhere_are_refused(void)
{
    tell_a_story();
    const struct person was = with_settlement();
    const struct catalogue *const forms[] = { settled, doors };
    for (size_t i = 0; i < 2; i++) {
        struct slice before = facts_as_before(forms[i], encoded(&was));
        for (size_t n = 0; n < before.n; n++) {
            struct person p;
            CU_ASSERT_FALSE(
                person_decode(world.bundle, &world.arena, slice_head(before, n), &p, &world.e));
            err_clear(&world.e);
        }
    }
}

static void a_notice_of_the_form_before_is_read_and_nothing_waits(void)
{
    struct slice now = { 0 };
    struct notice_view n;
    uint64_t fingerprint;
    struct slice body;
    tell_a_story();
    for (size_t i = 0; i < world.out.notice_count; i++)
        now = world.out.notices[i].bytes;
    CU_ASSERT_FATAL(notice_read(world.catalogue, &world.arena, now, &n, &world.e));
    CU_ASSERT_EQUAL_FATAL(n.waiting_count, 0);
    size_t withheld = n.withhold_count;
    CU_ASSERT_FATAL(wire_open(now, &fingerprint, &body, &world.e));
    struct slice before = framed_as_before(doors, "Notice", slice_head(body, body.n - 1));
    CU_ASSERT_FATAL(notice_read(world.catalogue, &world.arena, before, &n, &world.e));
    CU_ASSERT_EQUAL(n.waiting_count, 0);
    CU_ASSERT_EQUAL(n.withhold_count, withheld);
    CU_ASSERT(withheld > 0);
}

static CU_TestInfo tests[] = {
    { "facts of the form before are read", facts_of_the_form_before_are_read },
    { "facts of it that are broken off anywhere are refused",
      facts_of_it_that_are_broken_off_anywhere_are_refused },
    { "a notice of the form before is read, and nothing waits",
      a_notice_of_the_form_before_is_read_and_nothing_waits },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_former = { "former", load, unload, world_setup, world_teardown, tests };
