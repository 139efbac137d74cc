/* many_test.c - one signed word on all of a list of messages that could not be read: it comes as a
 * record for each person, and counts for each of them once. */
#include <CUnit/CUnit.h>

#include "acting.h"
#include "audit/audit_entry.h"
#include "record/wire.h"

#define CODE "map.value"

static void say_sign(const char *who, int64_t when_ms)
{
    struct subject_key key;
    struct buf b;
    const struct schema *s = catalogue_named(world.catalogue, SLICE("Unread"));
    world_key(who, &key);
    buf_init(&b, 1u << 16);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, SLICE("hosp"));
    avro_put_text(&b, SLICE("adt"));
    avro_put_text(&b, SLICE(CODE));
    avro_put_text(&b, SLICE("17"));
    avro_put_long(&b, when_ms);
    avro_put_text(&b, SLICE(""));
    world_publish("events.hosp", world_partition(who), slice_of(key.b, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
}

/* Somebody whom the same worker decides as ada. */
static const char *find_neighbour(void)
{
    const char *who = "ada";
    for (int i = 0; strcmp(who, "ada") == 0 || world_partition(who) != world_partition("ada"); i++)
        who = arena_format(&world.arena, "p%d", i);
    return who;
}

static void admit(const char *who)
{
    world_known(who);
    world_admit(who, "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
}

static void put_for(const struct act *x, const char *who)
{
    struct subject_key key;
    world_key(who, &key);
    world_publish("control", world_partition(who), slice_of(key.b, ID_BYTES), act_record(x));
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void a_signed_word_on_all_counts_for_each(void)
{
    const char *who = find_neighbour();
    say_sign("ada", 1790000000001);
    say_sign(who, 1790000000002);
    admit("ada");
    admit(who);
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    struct act x = acting_make("looked", "unread:hosp/adt", CODE);
    x.subject = (struct subject_key){ { 0 } };
    x.at_ms += 1000;
    acting_sign(&x, "omar");
    put_for(&x, "ada");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    put_for(&x, who);
    CU_ASSERT_EQUAL(acting_delivered(), 2);
    CU_ASSERT_PTR_NULL(world_entry("refused", 0));
    put_for(&x, who);
    const struct audit_read *r = world_entry("hold-act", 2);
    CU_ASSERT_FATAL(r != NULL);
    CU_ASSERT_TRUE(slice_ends(r->note, SLICE(LOOKED_AT_NOTHING)));
    CU_ASSERT_EQUAL(acting_delivered(), 2);
    world_agree();
}

static CU_TestInfo cases[] = {
    { "a signed word on all counts for each", a_signed_word_on_all_counts_for_each },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_many = { "many", acting_load, world_unload, world_fresh, world_done, cases };
