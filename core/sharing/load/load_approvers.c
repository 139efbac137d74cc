/* load_approvers.c - reads who may sign. */
#include "sharing/load/load_approvers.h"

#include "base/base64.h"
#include "sharing/load/load.h"

bool load_approver_role(const struct strict *r, const struct node *n)
{
    return strict_one_of(r, n, load_offices, LOAD_OFFICES);
}

void load_public_key(const struct strict *r, const struct node *n, const char *code,
                     struct public_key *out)
{
    if (!n)
        return;
    if (!base64_decode(n->text, out->b, KEY_BYTES))
        (void)strict_say(
            r, n, code,
            "this is no public key: want the line that concordat key prints (32 bytes in "
            "base64)");
    else if (ed25519_is_weak(out))
        (void)strict_say(
            r, n, code,
            "this key is a point of small order, for which anybody can make signatures: "
            "no secret key has it");
}

static void read_approver(const struct strict *r, const struct node *n, struct approver *out)
{
    strict_keys(r, n, &load_keys_approver);
    *out = (struct approver){ .name = n->key,
                              .agency = strict_text(n, "agency"),
                              .role = strict_text(n, "role"),
                              .line = n->line };
    if (!load_is_id(n->key))
        (void)strict_say_key(r, n, r->codes->word, "'%.*s' is no id", SHOWN(n->key));
    load_public_key(r, strict_member(n, "key", NODE_TEXT), r->codes->word, &out->key);
}

void load_approvers(const struct strict *r, const struct node *map, struct approvers *out)
{
    *out = (struct approvers){ .count = 0 };
    if (!map || !strict_is(r, map, NODE_MAP, "approvers"))
        return;
    struct approver *list = ARENA_ARRAY(r->arena, map->count + 1, struct approver);
    if (!list) {
        (void)strict_memory(r);
        return;
    }
    for (const struct node *n = map->first; n; n = n->next) {
        struct approver *one = &list[out->count];
        if (!strict_is(r, n, NODE_MAP, "an approver"))
            continue;
        read_approver(r, n, one);
        for (size_t i = 0; i < out->count; i++)
            if (memcmp(list[i].key.b, one->key.b, KEY_BYTES) == 0)
                (void)strict_say(r, n, r->codes->word, "'%.*s' has the same key as '%.*s'",
                                 SHOWN(one->name), SHOWN(list[i].name));
        out->count++;
    }
    out->list = list;
}
