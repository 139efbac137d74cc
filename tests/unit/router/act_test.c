/* act_test.c - what named people sign: who may, with whom, once, and what a forger gets. */
#include <CUnit/CUnit.h>

#include <stdio.h>

#include "base/base64.h"
#include "base/clock.h"
#include "record/wire.h"
#include "sharing/act.h"
#include "world.h"

static const char id[] = "0000019f0000000000000000000000aa";
static const char other_id[] = "0000019f0000000000000000000000bb";
#define SOCIAL "council/social"
#define HOUR ((int64_t)3600000)

/* Each has the key of their place in this list. */
static const struct {
    const char *name, *agency, *roles, *until;
} people[] = {
    { "njeri", "council", "holds", "2099-12-31" }, { "omar", "hosp", "holds", "2099-12-31" },
    { "rosa", "hosp", "[holds, stops]", "2099-12-31" }, { "pia", "district", "operations", "2099-12-31" },
    { "vera", "hosp", "holds", "2020-12-31" }, { "karl", "council", "holds", "2099-12-31" },
};
#define PEOPLE (sizeof people / sizeof people[0])

static void key_of(const char *name, struct key *out)
{
    size_t i = 0;
    while (i < PEOPLE && strcmp(people[i].name, name) != 0)
        i++;
    memset(out->b, (int)i + 1, KEY_BYTES);
    out->set = true;
}

/* ---- the region of the world, with people ---- */

static bool read_with_people(const void *ctx, struct arena *a, const char *name, struct slice *out,
                             bool *found, struct err *e)
{
    const struct bundle_source *folder = ctx;
    if (!folder->read(folder->ctx, a, name, out, found, e))
        return false;
    if (strcmp(name, "region.yaml") != 0)
        return true;
    char *text = arena_format(a, "%.*speople:\n", (int)out->n, (const char *)out->p);
    for (size_t i = 0; i < PEOPLE; i++) {
        char base64[BASE64_LENGTH(KEY_BYTES) + 1] = "";
        struct public_key public;
        struct key key;
        key_of(people[i].name, &key);
        ed25519_public(&key, &public);
        base64_encode(slice_of(public.b, KEY_BYTES), base64);
        text = arena_format(a, "%s  %s: {agency: %s, roles: %s, key: %s, until: %s}\n", text,
                            people[i].name, people[i].agency, people[i].roles, base64,
                            people[i].until);
    }
    *out = slice_text(text);
    return true;
}

static bool list_folder(const void *ctx, struct arena *a, const char *folder,
                        struct source_names *out, struct err *e)
{
    const struct bundle_source *from = ctx;
    return from->list(from->ctx, a, folder, out, e);
}

static int load(void)
{
    if (world_load() != 0)
        return 1;
    struct problems p = { .count = 0 };
    const struct bundle_source folder = source_folder(SOURCE_DIR "/tests/unit/router/region");
    const struct bundle_source with = { .label = "region", .ctx = &folder, .read = read_with_people,
                                        .list = list_folder };
    world.bundle = bundle_load_from(&world.process, &with, world.catalogue, &p);
    for (size_t i = 0; i < p.count; i++)
        fprintf(stderr, "\n    %s\n", p.list[i].text);
    problems_release(&p);
    return world.bundle ? 0 : 1;
}

/* ---- acting ---- */

static struct act make(const char *word, const char *event, const char *to)
{
    static int64_t next_ms; /* two acts of one moment are one act */
    next_ms = next_ms ? next_ms + 1 : clock_wall_ms() - HOUR;
    struct act x = { .region = SLICE("teststead"),
                     .word = slice_text(word),
                     .on = slice_text(arena_format(&world.arena, "%s:%s", event, to)),
                     .reason = SLICE("rang the ward"),
                     .at_ms = next_ms };
    world_key("ada", &x.subject);
    return x;
}

static void sign(struct act *x, const char *name)
{
    struct key key;
    key_of(name, &key);
    CU_ASSERT_TRUE_FATAL(act_sign(x, NULL, slice_text(name), &key, 0, &world.e));
}

static void put_file(struct slice file, int partition)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("PersonAct"));
    struct subject_key key;
    struct buf b;
    world_key("ada", &key);
    buf_init(&b, 1 << 16);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, file);
    world_publish("control", partition, slice_of(key.b, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void put_for(const char *who, struct slice file)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("PersonAct"));
    struct subject_key key;
    struct buf b;
    world_key(who, &key);
    buf_init(&b, 1 << 16);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, file);
    world_publish("control", world_partition(who), slice_of(key.b, ID_BYTES), buf_slice(&b));
    buf_release(&b);
    CU_ASSERT_TRUE_FATAL(world_run());
}

static void submit(const struct act *x)
{
    struct buf file;
    buf_init(&file, 1 << 16);
    act_put_file(x, &file);
    put_file(buf_slice(&file), world_partition("ada"));
    buf_release(&file);
}

/* One person's release, made and handed in at once. */
static void release(const char *name)
{
    struct act x = make("release", id, SOCIAL);
    sign(&x, name);
    submit(&x);
}

static void hold_ada(void)
{
    world_known("ada");
    world_say(
        &(struct say){ .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .id = id });
    CU_ASSERT_TRUE_FATAL(world_run());
}

static void hold_restricted(void)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    hold_ada();
    world_say(&(struct say){ .who = "ada", .type = "Restriction", .kind = "raised", .set = kind });
    CU_ASSERT_TRUE_FATAL(world_run());
}

static size_t delivered(void)
{
    return world_count("disclosures.council.social", NULL);
}

static bool refused_last(const char *code)
{
    size_t n = 0;
    while (world_entry("refused", n))
        n++;
    const struct audit_read *r = n ? world_entry("refused", n - 1) : NULL;
    if (r && slice_equal_text(r->note, code))
        return true;
    struct slice note = r ? r->note : SLICE("nothing");
    fprintf(stderr, "\n    last refused: %.*s, wanted %s\n", SHOWN(note), code);
    return false;
}

static void both_agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
    if (*world.said)
        fprintf(stderr, "\n    %s\n", world.said);
}

/* ---- the tests ---- */

static void one_signature_of_another_agency_releases(void)
{
    hold_ada();
    release("omar");
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_TRUE(slice_equal_text(r->note, "release 0000019f0000000000000000000000aa:"
                                             "council/social by omar: rang the ward"));
    CU_ASSERT_EQUAL(delivered(), 1);
    both_agree();
}

static void the_recipients_own_people_do_not_release_alone(void)
{
    hold_ada();
    release("njeri");
    CU_ASSERT_TRUE(refused_last("act.own-agency"));
    CU_ASSERT_EQUAL(delivered(), 0);
    struct act both = make("release", id, SOCIAL);
    sign(&both, "njeri");
    sign(&both, "karl");
    submit(&both);
    CU_ASSERT_TRUE(refused_last("act.own-agency"));
    CU_ASSERT_EQUAL(delivered(), 0);
    struct act joint = make("release", id, SOCIAL);
    sign(&joint, "njeri");
    sign(&joint, "rosa");
    submit(&joint);
    CU_ASSERT_EQUAL(delivered(), 1);
    both_agree();
}

static void anybody_named_may_refuse(void)
{
    hold_ada();
    struct act x = make("refuse", id, SOCIAL);
    sign(&x, "njeri");
    submit(&x);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL_FATAL(r->decision_count, 1);
    CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].reason, "hold-refused"));
    both_agree();
}

static void a_restricted_person_needs_two_people(void)
{
    hold_restricted();
    release("omar");
    CU_ASSERT_EQUAL(delivered(), 0);
    release("omar");
    CU_ASSERT_EQUAL(delivered(), 0);
    const struct audit_read *r = world_entry("hold-act", 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, "the same person", 15));
    release("rosa");
    CU_ASSERT_EQUAL(delivered(), 1);
    both_agree();
}

static void two_of_the_recipients_agency_are_not_enough(void)
{
    hold_restricted();
    release("njeri");
    release("karl");
    CU_ASSERT_TRUE(refused_last("act.own-agency"));
    CU_ASSERT_EQUAL(delivered(), 0);
    release("omar");
    CU_ASSERT_EQUAL(delivered(), 1);
    both_agree();
}

static void two_sign_one_act(void)
{
    hold_restricted();
    struct act x = make("release", id, SOCIAL);
    sign(&x, "karl");
    sign(&x, "omar");
    submit(&x);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, "by karl and omar:", 17));
    CU_ASSERT_EQUAL(delivered(), 1);
    both_agree();
}

static void an_unknown_code_of_the_sender_needs_two_people(void)
{
    static const char *const code[] = { "header.unknown_restriction", "7", NULL };
    world_known("ada");
    world_say(&(struct say){ .who = "ada", .kind = "admitted", .episode = "v1", .id = id, .set = code });
    CU_ASSERT_TRUE_FATAL(world_run());
    release("omar");
    CU_ASSERT_EQUAL(delivered(), 0);
    release("rosa");
    CU_ASSERT_EQUAL(delivered(), 1);
    both_agree();
}

static void one_who_signed_first_and_has_left_does_not_count(void)
{
    hold_restricted();
    release("omar");
    struct act old = make("release", id, SOCIAL);
    sign(&old, "vera");
    submit(&old);
    CU_ASSERT_TRUE(refused_last("act.person"));
    CU_ASSERT_EQUAL(delivered(), 0);
    both_agree();
}

static void an_act_is_done_once(void)
{
    hold_restricted();
    struct act x = make("release", id, SOCIAL);
    sign(&x, "omar");
    submit(&x);
    world_restart();
    submit(&x);
    CU_ASSERT_TRUE(refused_last("act.again"));
    sign(&x, "rosa"); /* the same act, whoever has signed it since */
    submit(&x);
    CU_ASSERT_TRUE(refused_last("act.again"));
    CU_ASSERT_EQUAL(delivered(), 0);
    both_agree();
}

/* Each is refused with that code, and nothing follows from it. */
static void what_is_not_signed_as_it_stands_is_refused(void)
{
    static const char *const codes[] = { "act.unsigned",  "act.signature", "act.signature",
                                         "act.signature", "act.signature", "act.signature",
                                         "act.person",    "act.person",    "act.role",
                                         "act.time",      "act.time",      "act.region",
                                         "act.signature" };
    hold_ada();
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct act x = make("release", i == 1 ? other_id : id, SOCIAL);
        x.at_ms -= i == 9 ? ACT_AGE_MAX_MS + HOUR : i == 10 ? -2 * HOUR : 0;
        if (i == 11)
            x.region = SLICE("elsewhere");
        if (i > 0)
            sign(&x, i == 6 ? "nobody" : i == 7 ? "vera" : i == 8 ? "pia" : "omar");
        if (i == 1) /* of another hold */
            x.on = slice_text(arena_format(&world.arena, "%s:" SOCIAL, id));
        if (i == 2)
            x.reason = SLICE("another");
        if (i == 3)
            x.signatures[0].person = SLICE("rosa");
        if (i == 4)
            x.signatures[0].bytes[7] ^= 1;
        if (i == 12) /* of another person */
            world_key("cara", &x.subject);
        if (i == 5) { /* twice the same, which is not two people */
            x.signatures[1] = x.signatures[0];
            x.signature_count = 2;
        }
        submit(&x);
        if (!refused_last(codes[i]))
            fprintf(stderr, "    row %zu\n", i);
        CU_ASSERT_TRUE(refused_last(codes[i]));
        CU_ASSERT_EQUAL(delivered(), 0);
    }
    both_agree();
}

static void a_typed_name_is_nothing_where_people_are_named(void)
{
    hold_ada();
    struct act x = make("release", id, SOCIAL);
    x.typed = SLICE("omar");
    submit(&x);
    CU_ASSERT_TRUE(refused_last("act.unsigned"));
    CU_ASSERT_EQUAL(delivered(), 0);
    both_agree();
}

static void bytes_that_are_no_act_are_refused(void)
{
    struct act x = make("release", id, SOCIAL);
    struct buf file;
    hold_ada();
    sign(&x, "omar");
    buf_init(&file, 1 << 16);
    act_put_file(&x, &file);
    for (size_t i = 0; i < 3; i++) {
        char *text = arena_text(&world.arena, buf_slice(&file));
        struct slice bytes = slice_text(text);
        if (i == 0)
            bytes.n--;
        else if (i == 1)
            text[7] = '\0';
        else
            memcpy(strstr(text, "recipient council/social"), "recipient council/others", 24);
        put_file(bytes, world_partition("ada"));
        CU_ASSERT_TRUE(refused_last("act.form"));
    }
    put_file(buf_slice(&file), (world_partition("ada") + 1) % PARTITIONS);
    CU_ASSERT_TRUE(refused_last("act.partition"));
    CU_ASSERT_EQUAL(delivered(), 0);
    buf_release(&file);
    both_agree();
}

static void what_is_no_hold_is_put_on_record(void)
{
    struct act x = make("skip", id, SOCIAL);
    x.on = SLICE("router events.hosp 0: 12 to 40");
    memset(&x.subject, 0, sizeof x.subject);
    sign(&x, "pia");
    struct buf file;
    buf_init(&file, 1 << 16);
    act_put_file(&x, &file);
    put_file(buf_slice(&file), 0);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_TRUE(slice_equal_text(r->note, "skip router events.hosp 0: 12 to 40 by pia: rang the ward"));
    put_file(buf_slice(&file), 0);
    CU_ASSERT_TRUE(refused_last("act.again"));
    buf_release(&file);
    both_agree();
}

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
        CU_ASSERT_TRUE(refused_last("state.agency"));
    }
    CU_ASSERT_PTR_NULL(world_entry("bundle", 2));
    both_agree();
}

/* A bundle of one file, that nobody signed; number and hash as the order says. */
static void put_order(uint64_t number, bool of_it)
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
    struct slice packed = arena_copy(&world.arena, buf_slice(&bytes));
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
    put_order(7, true);
    CU_ASSERT_TRUE(refused_last("pack.unsigned"));
    put_order(7, false);
    CU_ASSERT_TRUE(refused_last("order.forged"));
    put_order(8, true);
    CU_ASSERT_TRUE(refused_last("order.forged"));
    CU_ASSERT_PTR_NULL(world_entry("bundle", 0));
    both_agree();
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
    struct act x = make("release", event, SOCIAL);
    struct buf file;
    m->count = 1 + below(3) / 2;
    m->is_wrong = below(6) == 0;
    world_key(who, &x.subject);
    for (size_t i = 0; i < m->count; i++) {
        struct key key;
        m->by[i] = (int)below(PEOPLE);
        key_of(people[m->by[i]].name, &key);
        struct act once = x; /* so that one may sign twice */
        once.signature_count = 0;
        CU_ASSERT_TRUE_FATAL(
            act_sign(&once, NULL, slice_text(people[m->by[i]].name), &key, 0, &world.e));
        x.signatures[x.signature_count++] = once.signatures[0];
    }
    if (m->is_wrong)
        x.signatures[below((unsigned)m->count)].bytes[below(SIGNATURE_BYTES)] ^= 1 << below(8);
    buf_init(&file, 1 << 16);
    act_put_file(&x, &file);
    put_for(who, buf_slice(&file));
    if (below(4) == 0) /* whoever has it sends it again */
        put_for(who, buf_slice(&file));
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
        size_t before = delivered();
        for (int i = 0; i < ACTS_A_CASE && !t.gone; i++) {
            struct made m;
            act_at_random(who, event, &m);
            tell_by_the_text(&t, &m);
            if ((delivered() > before) == t.gone)
                continue;
            fprintf(stderr, "\n    case %d act %d: %zu signed, first %d and %d\n", n, i, m.count,
                    m.by[0], m.by[1]);
            CU_FAIL_FATAL("the router did otherwise than the text");
        }
        gone += t.gone;
        kept += !t.gone;
    }
    CU_ASSERT(gone > CASES / 5 && kept > CASES / 20);
    both_agree();
}

static CU_TestInfo cases[] = {
    { "one signature of another agency releases", one_signature_of_another_agency_releases },
    { "the recipient's own people do not release alone",
      the_recipients_own_people_do_not_release_alone },
    { "anybody named may refuse", anybody_named_may_refuse },
    { "a restricted person needs two people", a_restricted_person_needs_two_people },
    { "two of the recipient's agency are not enough", two_of_the_recipients_agency_are_not_enough },
    { "two sign one act", two_sign_one_act },
    { "an unknown code of the sender needs two people",
      an_unknown_code_of_the_sender_needs_two_people },
    { "one who signed first and has left does not count",
      one_who_signed_first_and_has_left_does_not_count },
    { "an act is done once", an_act_is_done_once },
    { "what is not signed as it stands is refused", what_is_not_signed_as_it_stands_is_refused },
    { "a typed name is nothing where people are named",
      a_typed_name_is_nothing_where_people_are_named },
    { "bytes that are no act are refused", bytes_that_are_no_act_are_refused },
    { "what is no hold is put on record", what_is_no_hold_is_put_on_record },
    { "what a part says is its own agency's to say", what_a_part_says_is_its_own_agencys_to_say },
    { "an order that nobody signed, or of another bundle, is refused",
      an_order_that_nobody_signed_is_refused },
    { "random acts go by the text", random_acts_go_by_the_text },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_act = { "act", load, world_unload, world_fresh, world_done, cases };
