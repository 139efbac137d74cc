/* forged_test.c - what anybody could put on the bus. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "acting.h"
#include "record/wire.h"
#include "sharing/acts/signature.h"
#include "sharing/change/pack.h"
#include "sharing/judge/judge.h"

static void put_state(const char *topic, const char *agency)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("BundleState"));
    static const uint8_t nobody[ID_BYTES], hash[HASH_BYTES];
    struct buf b;
    buf_init(&b, 4096);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, SLICE("router"));
    avro_put_text(&b, slice_text(agency));
    avro_put_long(&b, 9);
    buf_put(&b, slice_of(hash, HASH_BYTES));
    avro_put_text(&b, SLICE("taken"));
    avro_put_text(&b, SLICE(""));
    avro_put_long(&b, 1790000000000);
    world_publish(topic, 0, slice_of(nobody, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void what_a_part_says_is_its_own_agencys_to_say(void)
{
    put_state("states.hosp", "hosp");
    put_state("states", "");
    CU_ASSERT_PTR_NOT_NULL(world_entry("bundle", 1));
    CU_ASSERT_PTR_NULL(world_entry("refused", 0));
    static const char *const rows[][2] = { { "states.council", "hosp" },
                                           { "states.council", "" },
                                           { "states", "hosp" },
                                           { "control", "hosp" },
                                           { "control", "" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_state(rows[i][0], rows[i][1]);
        CU_ASSERT_PTR_NOT_NULL(world_entry("refused", i));
        CU_ASSERT_TRUE(acting_refused("state.agency"));
    }
    CU_ASSERT_PTR_NULL(world_entry("bundle", 2));
    world_agree();
}

#define RECORD_MOST ((size_t)4 << 20)

static struct slice long_text(size_t n)
{
    char *text = arena_alloc(&world.arena, n + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'x', n);
    text[n] = '\0';
    return slice_of(text, n);
}

static void put_receipt(struct slice code)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("Receipt"));
    static const uint8_t hash[HASH_BYTES];
    struct recipient_id to = { (uint16_t)bundle_service(world.bundle, SLICE("hosp/wards")) };
    struct subject_key key;
    struct pseudonym p;
    struct buf b;
    world_key("ada", &key);
    judge_pseudonym(&world.keys, world.bundle, to, &key, &p);
    buf_init(&b, RECORD_MOST);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, SLICE("d1"));
    avro_put_text(&b, SLICE("hosp/wards"));
    avro_put_text(&b, SLICE("refused"));
    avro_put_text(&b, code);
    avro_put_long(&b, 1790000000000);
    avro_put_long(&b, 0);
    buf_put(&b, slice_of(hash, HASH_BYTES));
    CU_ASSERT_TRUE_FATAL(buf_ok(&b));
    world_publish("receipts.hosp", world_partition("ada"), slice_of(p.b, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

/* As large as a record may be: what is noted of it is larger. */
static void a_receipt_that_makes_too_large_an_entry_is_refused(void)
{
    put_receipt(long_text(RECORD_MOST - 150));
    CU_ASSERT_TRUE(acting_refused("event.size"));
    put_receipt(SLICE("AE"));
    CU_ASSERT_PTR_NOT_NULL(world_entry("receipt", 0));
    world_agree();
}

/* What is said of an event that is refused tells whose it was. */
static void a_service_of_a_long_name_is_refused(void)
{
    struct say say = { .who = "ada", .topic = "events.hosp" };
    const char *const set[] = { "header.source_service",
                                (const char *)long_text(RECORD_MOST - 300).p, NULL };
    say.set = set;
    world_say(&say);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    const struct audit_read *r = world_entry("refused", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL(r->source.n, 0);
    world_agree();
}

/* signer NULL: nobody; number and hash as the order says. */
static void put_order(uint64_t number, bool of_it, const char *signer)
{
    struct pack p;
    int by = signer ? acting_place(signer) : 0;
    acting_pack("region.yaml", &by, signer != NULL, &p);
    p.hash[3] ^= !of_it;
    acting_order(&p, number, p.hash);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void an_order_that_nobody_signed_is_refused(void)
{
    put_order(7, true, NULL);
    CU_ASSERT_TRUE(acting_refused("pack.unsigned"));
    put_order(7, false, NULL);
    CU_ASSERT_TRUE(acting_refused("order.forged"));
    put_order(8, true, NULL);
    CU_ASSERT_TRUE(acting_refused("order.forged"));
    CU_ASSERT_PTR_NULL(world_entry("bundle", 0));
    world_agree();
}

/* Whatever beginning the bundle gives itself. */
static void an_order_of_somebody_whose_time_is_over_is_refused(void)
{
    put_order(7, true, "vera");
    CU_ASSERT_TRUE(acting_refused("pack.signature"));
    CU_ASSERT_PTR_NULL(world_entry("bundle", 0));
    put_order(7, true, "rosa");
    CU_ASSERT_PTR_NOT_NULL(world_entry("bundle", 0));
    world_agree();
}

/* As the program wrote them before people signed, and as anybody can who may write `control`. */
static void put_hold_act(const char *person)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("HoldAct"));
    struct subject_key key;
    struct buf b;
    world_key("ada", &key);
    buf_init(&b, 4096);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, SLICE(ACTING_ID ":" SOCIAL));
    avro_put_text(&b, SLICE("release"));
    avro_put_text(&b, slice_text(person));
    avro_put_text(&b, SLICE("published by the recipient agency itself"));
    avro_put_long(&b, 1790000000000);
    buf_put(&b, slice_of(key.b, ID_BYTES));
    world_publish("control", world_partition("ada"), slice_of(key.b, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void an_act_of_before_is_nothing_where_people_are_named(void)
{
    world_known("ada");
    world_say(&(struct say){
        .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .id = ACTING_ID });
    CU_ASSERT_TRUE_FATAL(world_run());
    put_hold_act("omar");
    put_hold_act("rosa");
    CU_ASSERT_PTR_NOT_NULL(world_entry("refused", 1));
    CU_ASSERT_TRUE(acting_refused("act.unsigned"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

static CU_TestInfo cases[] = {
    { "what a part says is its own agency's to say", what_a_part_says_is_its_own_agencys_to_say },
    { "an order that nobody signed, or of another bundle, is refused",
      an_order_that_nobody_signed_is_refused },
    { "an order of somebody whose time is over is refused",
      an_order_of_somebody_whose_time_is_over_is_refused },
    { "a receipt that makes too large an entry is refused",
      a_receipt_that_makes_too_large_an_entry_is_refused },
    { "a service of a long name is refused", a_service_of_a_long_name_is_refused },
    { "an act of before is nothing where people are named",
      an_act_of_before_is_nothing_where_people_are_named },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_forged = { "forged", acting_load, world_unload, world_fresh, world_done, cases };
