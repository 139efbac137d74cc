/* forge.c - what an agency could put on each topic that it may write. */
#include "forged.h"

#include <CUnit/CUnit.h>

#include "bus/topics.h"
#include "record/wire.h"
#include "sharing/change/pack.h"

static struct slice framed(struct buf *b)
{
    CU_ASSERT_TRUE_FATAL(buf_ok(b));
    struct slice s = arena_copy(&forged_arena, buf_slice(b));
    buf_release(b);
    return s;
}

static void begin(struct buf *b, const char *schema)
{
    const struct schema *s = catalogue_named(world.catalogue, slice_text(schema));
    buf_init(b, 1 << 20);
    wire_put_header(b, plan_fingerprint(s->plan));
    avro_put_long(b, 1);
}

static struct slice any_bytes(size_t n)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < n && i < sizeof bytes; i++)
        bytes[i] = (uint8_t)below(256);
    return arena_copy(&forged_arena, slice_of(bytes, n < sizeof bytes ? n : sizeof bytes));
}

/* ---- receipts ---- */

/* Of disclosures of others, for services of others, by references that others were given. */
static void forge_receipt(const char *agency, struct made *m)
{
    static const char *const outcomes[] = { "accepted", "refused", "stopped", "reduced" };
    static const uint8_t hash[HASH_BYTES];
    struct buf b;
    bool is_own = false;
    m->who = (int)below(EVERYBODY);
    m->key = one_in(12) ? any_bytes(below(40)) : random_key(agency, m->who, &is_own);
    m->partition = one_in(8) ? (int)below(PARTITIONS) : world_partition(person_name(m->who));
    m->how = "receipt";
    begin(&b, "Receipt");
    avro_put_text(&b, one_in(6) || !story.disclosure_count
                          ? SLICE("aaaaaaaaaaaaaaaaaaaa")
                          : slice_text(story.disclosures[below((unsigned)story.disclosure_count)]));
    avro_put_text(&b, slice_text(one_in(2) ? any_service_of(agency) : any_service()));
    avro_put_text(&b, slice_text(outcomes[below(4)]));
    avro_put_text(&b, one_in(2) ? SLICE("") : SLICE("consent"));
    avro_put_long(&b, BEGIN_MS);
    avro_put_long(&b, 0);
    buf_put(&b, slice_of(hash, HASH_BYTES));
    m->value = framed(&b);
}

/* ---- states and orders of bundles ---- */

static void forge_state(const char *agency, struct made *m)
{
    static const uint8_t hash[HASH_BYTES];
    static const char *const parts[] = { "router", "feed:main", "delivery:inbox" };
    struct buf b;
    m->how = "state";
    m->key = any_bytes(ID_BYTES);
    m->partition = (int)below(PARTITIONS);
    begin(&b, "BundleState");
    avro_put_text(&b, slice_text(parts[below(3)]));
    avro_put_text(&b, slice_text(one_in(3) ? agency : one_in(2) ? "" : any_agency_but(agency)));
    avro_put_long(&b, below(9));
    buf_put(&b, slice_of(hash, HASH_BYTES));
    avro_put_text(&b, one_in(2) ? SLICE("taken") : SLICE("refused"));
    avro_put_text(&b, SLICE(""));
    avro_put_long(&b, BEGIN_MS);
    m->value = framed(&b);
}

/* A bundle that nobody signed, or that is not the one which the order names. */
static void forge_order(struct made *m)
{
    struct pack_file file = { .name = "region.yaml", .bytes = SLICE("region: wexshire\n") };
    struct pack p = { .region = SLICE("wexshire"), .number = 7, .files = &file, .file_count = 1 };
    struct buf bytes, b;
    sha256(file.bytes, file.hash);
    buf_init(&bytes, 65536);
    CU_ASSERT_TRUE_FATAL(pack_write(&p, &bytes, &world.e));
    struct slice packed = framed(&bytes);
    CU_ASSERT_TRUE_FATAL(pack_read(&world.arena, packed, &p, &world.e));
    p.hash[3] ^= one_in(2);
    m->how = "order";
    m->key = any_bytes(ID_BYTES);
    m->partition = (int)below(PARTITIONS);
    begin(&b, "BundleOrder");
    avro_put_long(&b, one_in(2) ? 7 : 8);
    buf_put(&b, slice_of(p.hash, HASH_BYTES));
    avro_put_long(&b, 0);
    avro_put_text(&b, SLICE("mallory"));
    avro_put_long(&b, BEGIN_MS);
    avro_put_text(&b, packed);
    m->value = framed(&b);
}

/* ---- acts ---- */

static const struct held *any_hold(void)
{
    static struct held none = {
        .on = "0199000000000000000000000000beef:wexshire-council/hospital-team"
    };
    return story.hold_count ? &story.holds[below((unsigned)story.hold_count)] : &none;
}

/* As it was written before people signed. */
static void forge_old_act(const struct held *h, const struct subject_key *subject, struct made *m)
{
    struct buf b;
    m->how = "act of before";
    begin(&b, "HoldAct");
    avro_put_text(&b, slice_text(h->on));
    avro_put_text(&b, one_in(2) ? SLICE("release") : SLICE("refuse"));
    avro_put_text(&b, slice_text(signer_name((int)below(SIGNERS))));
    avro_put_text(&b, SLICE("rang the ward"));
    avro_put_long(&b, BEGIN_MS);
    buf_put(&b, slice_of(subject->b, ID_BYTES));
    m->value = framed(&b);
}

/* Signatures by others' keys, over another text, of nobody, or with a bit turned. */
static void sign_wrongly(struct act *x)
{
    for (size_t i = 0; i < 1 + below(2); i++) {
        struct act once = *x, other;
        struct key key;
        int n = (int)below(SIGNERS);
        once.signature_count = 0;
        signer_key((n + 1 + (int)below(SIGNERS - 1)) % SIGNERS, &key);
        other = once;
        switch (below(4)) {
        case 0: /* another's key */
            break;
        case 1: /* nobody of that name */
            signer_key(n, &key);
            n = SIGNERS + 3;
            break;
        case 2: /* the right key, of another text */
            signer_key(n, &key);
            other.reason = SLICE("something else");
            break;
        default:
            signer_key(n, &key);
            break;
        }
        CU_ASSERT_TRUE_FATAL(act_sign(&other, NULL, slice_text(signer_name(n)), &key, 0, &world.e));
        x->signatures[x->signature_count] = other.signatures[0];
        x->signatures[x->signature_count++].bytes[below(SIGNATURE_BYTES)] ^=
            (uint8_t)(1 << below(8));
    }
}

static void forge_act(struct made *m)
{
    static const char *const words[] = { "release", "refuse",     "refuse-episode", "reopen",
                                         "drop",    "settle-yes", "settle-no",      "skip" };
    const struct held *h = any_hold();
    struct act x = { .region = one_in(12) ? SLICE("elsewhere") : SLICE("wexshire"),
                     .verb = slice_text(words[below(8)]),
                     .on = slice_text(h->on),
                     .reason = SLICE("rang the ward"),
                     .at_ms = BEGIN_MS + 90000000 + (int64_t)below(1000000) };
    m->who = h->who;
    world_key(person_name(one_in(8) ? (int)below(EVERYBODY) : h->who), &x.subject);
    m->key = slice_of(arena_copy(&forged_arena, slice_of(x.subject.b, ID_BYTES)).p, ID_BYTES);
    m->partition = one_in(12) ? (int)below(PARTITIONS) : subject_partition(&x.subject, PARTITIONS);
    if (one_in(4)) {
        forge_old_act(h, &x.subject, m);
        return;
    }
    if (one_in(6) && story.acts.n) { /* what people did sign, once more */
        const struct put *p = &story.acts.list[below((unsigned)story.acts.n)];
        *m = (struct made){ p->key, p->value, p->partition, p->who, "act again" };
        return;
    }
    m->how = "act";
    if (one_in(3))
        x.typed = slice_text(signer_name((int)below(SIGNERS)));
    else
        sign_wrongly(&x);
    m->value = arena_copy(&forged_arena, act_record(&x));
}

/* ---- all together ---- */

static void forge_control(const char *agency, struct made *m)
{
    switch (below(5)) {
    case 0:
        forge_order(m);
        break;
    case 1:
        forge_state(agency, m);
        break;
    default:
        forge_act(m);
        break;
    }
}

/* Our own records, where they have no place. */
static void forge_internal(struct made *m)
{
    m->how = "record of ours";
    m->value = story.facts;
    m->who = (int)below(EVERYBODY);
    m->partition = world_partition(person_name(m->who));
    struct subject_key key;
    world_key(person_name(m->who), &key);
    m->key = arena_copy(&forged_arena, slice_of(key.b, ID_BYTES));
}

/* What it is, and the topic where that has its place. */
static const char *forge_one(const char *agency, const struct knowns *own, struct made *m)
{
    const struct slice name = slice_text(agency);
    unsigned n = below(100);
    *m = (struct made){ .who = -1 };
    if (n < 58) {
        forge_event(agency, own, m);
        return topic_events(&world.arena, name);
    }
    if (n < 74) {
        forge_receipt(agency, m);
        return topic_receipts(&world.arena, name);
    }
    if (n < 80) {
        forge_state(agency, m);
        return topic_states(&world.arena, name);
    }
    if (n < 97) {
        forge_control(agency, m);
        return TOPIC_CONTROL;
    }
    forge_internal(m);
    return topic_events(&world.arena, name);
}

static const char *any_topic_of(const char *agency)
{
    const struct slice name = slice_text(agency);
    switch (below(5)) {
    case 0:
        return topic_receipts(&world.arena, name);
    case 1:
        return topic_states(&world.arena, name);
    case 2:
        return topic_quarantine(&world.arena, name);
    case 3:
        return TOPIC_CONTROL;
    default:
        return topic_events(&world.arena, name);
    }
}

void forge(const char *agency, size_t n, struct puts *out)
{
    struct knowns own = { .n = 0 };
    while (out->n < n) {
        struct made m;
        size_t was = own.n;
        const char *topic = forge_one(agency, &own, &m);
        if (strcmp(m.how, "as it was") != 0 && one_in(6))
            forge_bytes(&m);
        if (one_in(20))
            m.key = any_bytes(below(40));
        if (one_in(15))
            topic = any_topic_of(agency);
        if (strcmp(topic, topic_quarantine(&world.arena, slice_text(agency))) == 0)
            m.partition = 0;
        struct put *p = puts_add(out, topic, m.partition, m.key, m.value);
        p->who = m.who;
        p->how = m.how;
        rights_judge(p, agency, &own);
        if (p->is_rightful && p->makes_known && p->who >= 0 && p->who % 2 == 0) {
            out->n--; /* of half of them it says nothing that others' decisions may rest on */
            own.n = was;
        }
    }
}
