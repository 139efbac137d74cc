/* approve.c - reads approvers, and checks the signatures of a pack against them. */
#include "sharing/approve.h"

#include "base/base64.h"
#include "sharing/load.h"

static void read_one(const struct strict *r, const struct node *n, struct approver *out)
{
    static const struct strict_key keys[] = { { "agency", true, STRICT_TEXT },
                                              { "role", true, STRICT_TEXT },
                                              { "key", true, STRICT_TEXT } };
    static const char *const roles[] = { "caldicott-guardian", "senior-information-risk-owner",
                                         "data-protection-officer", "information-governance-lead" };
    STRICT_KEYS(r, n, keys);
    (void)strict_one_of(r, node_get(n, "role"), roles, sizeof roles / sizeof roles[0]);
    *out = (struct approver){ .name = n->key,
                              .agency = strict_text(n, "agency"),
                              .role = strict_text(n, "role") };
    if (!load_is_id(n->key))
        (void)strict_say_key(r, n, r->codes->word, "'%.*s' is no id", SHOWN(n->key));
    const struct node *key = strict_member(n, "key", NODE_TEXT);
    if (key && !base64_decode(key->text, out->key.b, KEY_BYTES))
        (void)strict_say(r, key, r->codes->word,
                         "this is no Ed25519 public key: want 32 bytes in base64");
}

void approvers_read(const struct strict *r, const struct node *map, struct approvers *out)
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
        read_one(r, n, one);
        for (size_t i = 0; i < out->count; i++)
            if (memcmp(list[i].key.b, one->key.b, KEY_BYTES) == 0)
                (void)strict_say(r, n, r->codes->word, "'%.*s' has the same key as '%.*s'",
                                 SHOWN(one->name), SHOWN(list[i].name));
        out->count++;
    }
    out->list = list;
}

const struct approver *approver_named(const struct approvers *by, struct slice name)
{
    for (size_t i = 0; i < by->count; i++)
        if (slice_equal(by->list[i].name, name))
            return &by->list[i];
    return NULL;
}

bool pack_signature_good(const struct pack *p, const struct pack_signature *s,
                         const struct approvers *by, struct err *e)
{
    const struct approver *who = approver_named(by, s->name);
    if (!who)
        return err_set(e, ERR_REJECT, "pack.signature", 0,
                       "cannot take the bundle: '%.*s', who signed it, is no approver",
                       SHOWN(s->name));
    return ed25519_verify(&who->key, slice_of(p->hash, HASH_BYTES), s->bytes) ||
           err_set(e, ERR_REJECT, "pack.signature", 0,
                   "cannot take the bundle: the signature of '%.*s' is not of this bundle by "
                   "their key",
                   SHOWN(s->name));
}

bool pack_approved(const struct pack *p, const struct approvers *by, bool widens, struct err *e)
{
    bool two_agencies = false;
    const struct approver *first = NULL;
    if (p->signature_count == 0)
        return err_set(e, ERR_REJECT, "pack.unsigned", 0,
                       "cannot take the bundle: nobody has signed it");
    for (size_t i = 0; i < p->signature_count; i++) {
        if (!pack_signature_good(p, &p->signatures[i], by, e))
            return false;
        const struct approver *who = approver_named(by, p->signatures[i].name);
        first = first ? first : who;
        two_agencies |= !slice_equal(first->agency, who->agency);
    }
    return two_agencies || !widens ||
           err_set(e, ERR_REJECT, "pack.approvers", 0,
                   "cannot take the bundle: it may widen what is shared, so two approvers of two "
                   "agencies must sign it");
}
