/* acting.c - people, their keys, and acts put on the bus. */
#include "acting.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/clock.h"
#include "record/wire.h"

/* Each has the key of their place in this list. */
const struct acting_person people[PEOPLE] = {
    { "njeri", "council", "holds", "2099-12-31" }, { "omar", "hosp", "holds", "2099-12-31" },
    { "rosa", "hosp", "[holds, stops]", "2099-12-31" }, { "pia", "district", "operations", "2099-12-31" },
    { "vera", "hosp", "[holds, stops]", "2020-12-31" }, { "karl", "council", "holds", "2099-12-31" },
};

void acting_key(const char *name, struct key *out)
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
        acting_key(people[i].name, &key);
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

int acting_load(void)
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

struct act acting_make(const char *word, const char *event, const char *to)
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

void acting_sign(struct act *x, const char *name)
{
    struct key key;
    acting_key(name, &key);
    CU_ASSERT_TRUE_FATAL(act_sign(x, NULL, slice_text(name), &key, 0, &world.e));
}

void acting_put(struct slice file, int partition)
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

void acting_put_for(const char *who, struct slice file)
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

void acting_submit(const struct act *x)
{
    struct buf file;
    buf_init(&file, 1 << 16);
    act_put_file(x, &file);
    acting_put(buf_slice(&file), world_partition("ada"));
    buf_release(&file);
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

void acting_agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
    if (*world.said)
        fprintf(stderr, "\n    %s\n", world.said);
}
