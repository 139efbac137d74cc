/* signers.c - see signers.h. */
#include "signers.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/base64.h"
#include "record/wire.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/source.h"

struct with_people {
    struct bundle_source folder;
    const struct signer *list;
    size_t n;
};

void signer_key(int n, struct key *out)
{
    memset(out->b, n + 1, KEY_BYTES);
    out->set = true;
}

static bool read_with_people(const void *ctx, struct arena *a, const char *name, struct slice *out,
                             bool *found, struct err *e)
{
    const struct with_people *w = ctx;
    if (!w->folder.read(w->folder.ctx, a, name, out, found, e))
        return false;
    if (strcmp(name, "region.yaml") != 0)
        return true;
    char *text = arena_format(a, "%.*s\npeople:\n", (int)out->n, (const char *)out->p);
    for (size_t i = 0; i < w->n; i++) {
        const struct signer *s = &w->list[i];
        char base64[BASE64_LENGTH(KEY_BYTES) + 1] = "";
        struct public_key public;
        struct key key;
        signer_key((int)i, &key);
        ed25519_public(&key, &public);
        base64_encode(slice_of(public.b, KEY_BYTES), base64);
        text = arena_format(a, "%s  %s: {agency: %s, roles: %s, key: %s, until: %s}\n", text,
                            s->name, s->agency, s->roles, base64, s->until);
    }
    *out = slice_text(text);
    return true;
}

static bool list_folder(const void *ctx, struct arena *a, const char *folder,
                        struct source_names *out, struct err *e)
{
    const struct with_people *w = ctx;
    return w->folder.list(w->folder.ctx, a, folder, out, e);
}

int signers_load(const char *folder, const struct signer *list, size_t n)
{
    if (world_load() != 0)
        return 1;
    struct problems p = { .count = 0 };
    const struct with_people w = { source_folder(folder), list, n };
    const struct bundle_source with = {
        .label = "region", .ctx = &w, .read = read_with_people, .list = list_folder
    };
    world.bundle = bundle_load_from(&world.process, &with, world.catalogue, &p);
    for (size_t i = 0; i < p.count; i++)
        fprintf(stderr, "\n    %s\n", p.list[i].text);
    problems_release(&p);
    return world.bundle ? 0 : 1;
}

struct slice signed_record(struct slice file)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("PersonAct"));
    struct buf b;
    buf_init(&b, 1 << 16);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, file);
    struct slice value = arena_copy(&world.arena, buf_slice(&b));
    buf_release(&b);
    return value;
}

struct slice act_record(const struct act *x)
{
    struct buf file;
    buf_init(&file, 1 << 16);
    act_put_file(x, &file);
    struct slice value = signed_record(buf_slice(&file));
    buf_release(&file);
    return value;
}
