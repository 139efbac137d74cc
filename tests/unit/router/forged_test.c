/* forged_test.c - what anybody could put on the bus, and random acts beside the rule as it is written. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "acting.h"
#include "record/wire.h"

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
    static const char *const rows[][2] = { { "states.council", "hosp" }, { "states.council", "" },
                                           { "states", "hosp" },         { "control", "hosp" },
                                           { "control", "" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_state(rows[i][0], rows[i][1]);
        CU_ASSERT_PTR_NOT_NULL(world_entry("refused", i));
        CU_ASSERT_TRUE(acting_refused("state.agency"));
    }
    CU_ASSERT_PTR_NULL(world_entry("bundle", 2));
    acting_agree();
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
    acting_agree();
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
    acting_agree();
}

/* signer NULL: nobody. Gives the whole file. */
static struct slice sign_order(struct buf *bytes, const char *signer)
{
    uint8_t signature[SIGNATURE_BYTES];
    struct pack read;
    struct key key;
    if (signer) {
        struct slice packed = arena_copy(&world.arena, buf_slice(bytes));
        CU_ASSERT_TRUE_FATAL(pack_read(&world.arena, packed, &read, &world.e));
        acting_key(signer, &key);
        ed25519_sign(&key, slice_of(read.signed_hash, HASH_BYTES), signature);
        pack_put_signature(slice_text(signer), signature, bytes);
    }
    return arena_copy(&world.arena, buf_slice(bytes));
}

/* A bundle of one file from 1970 on; number and hash as the order says. */
static void put_order(uint64_t number, bool of_it, const char *signer)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("BundleOrder"));
    static const uint8_t nobody[ID_BYTES];
    struct pack_file file = { .name = "region.yaml", .bytes = SLICE("region: teststead\n") };
    struct pack p = { .region = SLICE("teststead"), .number = 7, .files = &file, .file_count = 1 };
    struct buf bytes, b;
    sha256(file.bytes, file.hash);
    buf_init(&bytes, 65536);
    buf_init(&b, 65536);
    CU_ASSERT_TRUE_FATAL(pack_write(&p, &bytes, &world.e));
    struct slice packed = sign_order(&bytes, signer);
    CU_ASSERT_TRUE_FATAL(pack_read(&world.arena, packed, &p, &world.e));
    p.hash[3] ^= !of_it;
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_long(&b, (int64_t)number);
    buf_put(&b, slice_of(p.hash, HASH_BYTES));
    avro_put_long(&b, 0);
    avro_put_text(&b, SLICE("mallory"));
    avro_put_long(&b, 1790000000000);
    avro_put_text(&b, packed);
    world_publish("control", 0, slice_of(nobody, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    buf_release(&bytes);
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
    acting_agree();
}

/* Whatever beginning the bundle gives itself. */
static void an_order_of_somebody_whose_time_is_over_is_refused(void)
{
    put_order(7, true, "vera");
    CU_ASSERT_TRUE(acting_refused("pack.signature"));
    CU_ASSERT_PTR_NULL(world_entry("bundle", 0));
    put_order(7, true, "rosa");
    CU_ASSERT_PTR_NOT_NULL(world_entry("bundle", 0));
    acting_agree();
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
    acting_agree();
}

/* ---- many random acts, beside the rule as people say it ---- */

#define CASES 250
#define ACTS_A_CASE 5

static uint64_t seed;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

/* What the region knows of one hold, by the text: who has agreed first, whether it has gone. */
struct told {
    bool two, gone;
    int first; /* of people; -1: nobody */
};

/* One act as it was made: who signed, and whether something is wrong with it. */
struct made {
    int by[2];
    size_t count;
    bool is_wrong;
};

static bool may_release(int who)
{
    return strstr(people[who].roles, "holds") && strcmp(people[who].until, "2099-12-31") == 0;
}

/* Every signature counts or none does; who agreed before counts with them; as many different people as
 * must, and one of them outside the recipient's agency. */
static void tell_by_the_text(struct told *t, const struct made *m)
{
    bool agreed[PEOPLE] = { false }, outside = false;
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->is_wrong || !may_release(m->by[i]) || (i > 0 && m->by[0] == m->by[1]))
            return;
    for (size_t i = 0; i < m->count; i++)
        agreed[m->by[i]] = true;
    if (t->first >= 0)
        agreed[t->first] = true;
    for (size_t i = 0; i < PEOPLE; i++) {
        count += agreed[i];
        outside |= agreed[i] && strcmp(people[i].agency, "council") != 0;
    }
    if (count >= (t->two ? 2u : 1u))
        t->gone = outside;
    else if (t->first < 0)
        t->first = m->by[0];
}

static void act_at_random(const char *who, const char *event, struct made *m)
{
    struct act x = acting_make("release", event, SOCIAL);
    struct buf file;
    m->count = 1 + below(3) / 2;
    m->is_wrong = below(6) == 0;
    world_key(who, &x.subject);
    for (size_t i = 0; i < m->count; i++) {
        struct key key;
        m->by[i] = (int)below(PEOPLE);
        acting_key(people[m->by[i]].name, &key);
        struct act once = x; /* so that one may sign twice */
        once.signature_count = 0;
        CU_ASSERT_TRUE_FATAL(
            act_sign(&once, NULL, slice_text(people[m->by[i]].name), &key, 0, &world.e));
        x.signatures[x.signature_count++] = once.signatures[0];
    }
    if (m->is_wrong)
        x.signatures[below((unsigned)m->count)].bytes[below(SIGNATURE_BYTES)] ^=
            (uint8_t)(1 << below(8));
    buf_init(&file, 1 << 16);
    act_put_file(&x, &file);
    acting_put_for(who, buf_slice(&file));
    if (below(4) == 0) /* whoever has it sends it again */
        acting_put_for(who, buf_slice(&file));
    buf_release(&file);
}

static void random_acts_go_by_the_text(void)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    size_t gone = 0, kept = 0;
    seed = 4;
    for (int n = 0; n < CASES; n++) {
        char *who = arena_format(&world.arena, "person-%d", n);
        char *event = arena_format(&world.arena, "0000019f0000000000000000%08x", 0x1000 + n);
        struct told t = { .two = below(2), .first = -1 };
        world_known(who);
        world_say(&(struct say){
            .who = who, .kind = "ready_for_discharge", .episode = "v1", .id = event });
        if (t.two)
            world_say(
                &(struct say){ .who = who, .type = "Restriction", .kind = "raised", .set = kind });
        CU_ASSERT_TRUE_FATAL(world_run());
        size_t before = acting_delivered();
        for (int i = 0; i < ACTS_A_CASE && !t.gone; i++) {
            struct made m;
            act_at_random(who, event, &m);
            tell_by_the_text(&t, &m);
            if ((acting_delivered() > before) == t.gone)
                continue;
            fprintf(stderr, "\n    case %d act %d: %zu signed, first %d and %d\n", n, i, m.count,
                    m.by[0], m.by[1]);
            CU_FAIL_FATAL("the router did otherwise than the text");
        }
        gone += t.gone;
        kept += !t.gone;
    }
    CU_ASSERT(gone > CASES / 5 && kept > CASES / 20);
    acting_agree();
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
    { "random acts go by the text", random_acts_go_by_the_text },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_forged = { "forged", acting_load, world_unload, world_fresh, world_done, cases };
