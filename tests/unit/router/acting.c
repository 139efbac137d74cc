/* acting.c - people, their keys, and acts put on the bus. */
#include "acting.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "record/wire.h"
#include "sharing/acts/act.h"
#include "sharing/acts/signature.h"
#include "sharing/change/pack.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/source.h"

const struct signer people[PEOPLE] = {
    { "njeri", "council", "holds", PEOPLE_UNTIL },
    { "omar", "hosp", "holds", PEOPLE_UNTIL },
    { "rosa", "hosp", "[holds, stops]", PEOPLE_UNTIL },
    { "pia", "district", "operations", PEOPLE_UNTIL },
    { "vera", "hosp", "[holds, stops]", "2020-12-31" },
    { "karl", "council", "holds", PEOPLE_UNTIL },
    { "edda", "district", "extends", PEOPLE_UNTIL },
};

int acting_load(void)
{
    return signers_load(SOURCE_DIR "/tests/unit/router/region", people, PEOPLE);
}

int acting_place(const char *name)
{
    int i = 0;
    while (i < PEOPLE && strcmp(people[i].name, name) != 0)
        i++;
    return i;
}

/* ---- acting ---- */

struct act acting_make(const char *word, const char *event, const char *to)
{
    static int64_t next_ms; /* two acts of one moment are one act */
    next_ms = next_ms < clock_wall_ms() ? clock_wall_ms() : next_ms + 1;
    struct act x = { .region = SLICE("teststead"),
                     .verb = slice_text(word),
                     .on = slice_text(arena_format(&world.arena, "%s:%s", event, to)),
                     .reason = SLICE("rang the ward"),
                     .at_ms = next_ms };
    world_key("ada", &x.subject);
    return x;
}

void acting_sign(struct act *x, const char *name)
{
    struct key key;
    signer_key(acting_place(name), &key);
    CU_ASSERT_TRUE_FATAL(act_sign(x, NULL, slice_text(name), &key, 0, &world.e));
}

static void put_record(struct slice value, int partition)
{
    struct subject_key key;
    world_key("ada", &key);
    world_publish("control", partition, slice_of(key.b, ID_BYTES), value);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

void acting_put(struct slice file, int partition)
{
    put_record(signed_record(file), partition);
}

void acting_submit(const struct act *x)
{
    put_record(act_record(x), world_partition("ada"));
}

void acting_release(const char *name)
{
    struct act x = acting_make("release", ACTING_ID, SOCIAL);
    acting_sign(&x, name);
    acting_submit(&x);
}

void acting_hold(void)
{
    world_known("ada");
    world_say(&(struct say){
        .who = "ada", .kind = "ready_for_discharge", .episode = "v1", .id = ACTING_ID });
    CU_ASSERT_TRUE_FATAL(world_run());
}

void acting_hold_restricted(void)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    acting_hold();
    world_say(&(struct say){ .who = "ada", .type = "Restriction", .kind = "raised", .set = kind });
    CU_ASSERT_TRUE_FATAL(world_run());
}

/* Signed by one, or by two at once: handed in. */
void acting_say(const char *word, const char *event, const char *first, const char *second)
{
    struct act x = acting_make(word, event, SOCIAL);
    acting_sign(&x, first);
    if (second)
        acting_sign(&x, second);
    acting_submit(&x);
}

/* Held for that reason by the last act; what the audit says of it ends with those words. */
bool acting_held_again(void)
{
    size_t n = 0;
    while (world_entry("hold-act", n))
        n++;
    const struct audit_read *r = n ? world_entry("hold-act", n - 1) : NULL;
    return r && r->decision_count == 1 && slice_equal_text(r->decisions[0].outcome, "hold") &&
           slice_starts(r->note, SLICE("reopen "));
}

/* ---- orders ---- */

static void sign_pack(const struct pack *p, int by, struct buf *out)
{
    uint8_t bytes[SIGNATURE_BYTES];
    struct key key;
    signer_key(by, &key);
    ed25519_sign(&key, slice_of(p->signed_hash, HASH_BYTES), bytes);
    signature_put(slice_text(people[by].name), bytes, out);
}

void acting_pack(const char *name, const int *by, size_t n, struct pack *out)
{
    struct pack_file file = { .name = name, .bytes = SLICE("region: teststead\n") };
    struct pack p = { .region = SLICE("teststead"), .number = 7, .files = &file, .file_count = 1 };
    struct buf bytes;
    sha256(file.bytes, file.hash);
    buf_init(&bytes, 65536);
    CU_ASSERT_TRUE_FATAL(pack_write(&p, &bytes, &world.e));
    for (size_t i = 0; i < n; i++) {
        CU_ASSERT_TRUE_FATAL(pack_read(&world.arena, buf_slice(&bytes), &p, &world.e));
        sign_pack(&p, by[i], &bytes);
    }
    struct slice packed = arena_copy(&world.arena, buf_slice(&bytes));
    CU_ASSERT_TRUE_FATAL(pack_read(&world.arena, packed, out, &world.e));
    buf_release(&bytes);
}

void acting_order(const struct pack *p, uint64_t number, const uint8_t hash[HASH_BYTES])
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("BundleOrder"));
    static const uint8_t nobody[ID_BYTES];
    struct buf b;
    buf_init(&b, 65536);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_long(&b, (int64_t)number);
    buf_put(&b, slice_of(hash, HASH_BYTES));
    avro_put_long(&b, 0);
    avro_put_text(&b, SLICE("mallory"));
    avro_put_long(&b, 1790000000000);
    avro_put_text(&b, p->file);
    world_publish("control", 0, slice_of(nobody, ID_BYTES), buf_slice(&b));
    buf_release(&b);
}

size_t acting_delivered(void)
{
    return world_count("disclosures.council.social", NULL);
}

bool acting_refused(const char *code)
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
