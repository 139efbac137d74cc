/* submit_sign.c - signs a packed bundle, and the agreements in it for the agency whose approver
 * signs. */
#include "commands/submit_sign.h"

#include "base/nearest.h"
#include "sharing/rules/rule_choices.h"

#include <string.h>

#include "base/clock.h"
#include "commands/passphrase.h"
#include "sharing/acts/signature.h"

struct signer {
    const struct signing *s;
    const struct approver *who;
    struct approver person; /* a person who may stop or extend, in the form of an approver */
    struct key key;
    const struct pack *pack;
    struct buf *out;
};

/* People who may stop or extend sign bundles that do no more than that: no first one, and a stop
 * widens nothing. Whoever loads the bundle checks the rest. */
static const struct approver *find_signing_person(struct signer *g, const struct bundle *b,
                                                  struct slice name)
{
    const struct named *who = people_named(&b->people, name);
    if (!who || !g->pack->has_previous)
        return NULL;
    bool extends = g->s->what != SIGN_BUNDLE && people_person_may(who, ROLE_EXTENDS);
    bool stops = g->s->what != SIGN_EXTENSIONS && !g->pack->widens;
    stops = stops && people_person_may(who, ROLE_STOPS);
    if (!extends && !stops)
        return NULL;
    enum people_role role = extends ? ROLE_EXTENDS : ROLE_STOPS;
    g->person = (struct approver){ .name = who->name,
                                   .agency = b->agencies[who->agency].name,
                                   .role = slice_text(people_role_name(role)),
                                   .key = who->key };
    return &g->person;
}

static bool find_signer(struct signer *g, const struct bundle *b, struct err *e)
{
    struct public_key public;
    struct slice name = slice_text(g->s->name);
    const struct choices_at approvers = choices_of_approvers(&b->approvers);
    char list[110];
    g->who = g->s->known ? approver_named(g->s->known, name) : NULL;
    if (!g->who)
        g->who = approver_named(&b->approvers, name);
    if (!g->who)
        g->who = find_signing_person(g, b, name);
    if (!g->who)
        return err_set(e, ERR_REJECT, "pack.approver", 0,
                       "'%s' may not sign this: region.yaml has the approvers %s", g->s->name,
                       nearest_list_at(name, &approvers, list, sizeof list));
    for (size_t i = 0; i < g->pack->signature_count; i++)
        if (slice_equal(g->pack->signatures[i].name, name))
            return err_set(
                e, ERR_REJECT, "pack.signed", 0,
                "'%s' has signed this bundle already: another approver must sign, or nobody more",
                g->s->name);
    if (!passphrase_open_key(g->s->key_file, &g->key, e))
        return false;
    ed25519_public(&g->key, &public);
    if (memcmp(public.b, g->who->key.b, KEY_BYTES) == 0)
        return true;
    return err_set(e, ERR_REJECT, "pack.key", 0,
                   "cannot sign: '%s' is not the key of '%s' that region.yaml names",
                   g->s->key_file, g->s->name);
}

static void put_approval(const struct signer *g, const struct bundle *b, const char *file,
                         const uint8_t what[HASH_BYTES])
{
    struct signed_approval a = { .file = slice_text(pack_name_of(file)),
                                 .name = g->who->name,
                                 .agency = g->who->agency,
                                 .role = g->who->role,
                                 .key = g->who->key,
                                 .at_ms = clock_wall_ms() };
    struct buf text;
    memcpy(a.what, what, HASH_BYTES);
    memcpy(a.bundle, g->pack->signed_hash, HASH_BYTES);
    buf_init(&text, 4096);
    signed_approval_text(b->region, &a, &text);
    ed25519_sign(&g->key, buf_slice(&text), a.bytes);
    signed_approval_put(&a, g->out);
    buf_release(&text);
}

/* People with that role extend agreements. Where the region has none, its approvers do. */
static bool may_extend(const struct signer *g, const struct bundle *b)
{
    bool is_person = g->who == &g->person;
    if (is_person)
        return slice_equal_text(g->who->role, people_role_name(ROLE_EXTENDS));
    return !people_may(&b->people, ROLE_EXTENDS);
}

/* Adds the signer's approval of each agreement of their agency that still lacks it. */
static void put_approvals(const struct signer *g, const struct bundle *b)
{
    int agency = bundle_agency(b, g->who->agency);
    bool is_person = g->who == &g->person;
    bool approves = !is_person && g->s->what == SIGN_AGREEMENTS;
    bool extends = g->s->what != SIGN_BUNDLE && may_extend(g, b);
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *one = &b->agreements[i];
        if (!agreement_has_party(one, agency))
            continue;
        bool lacks_theirs = one->is_signed && !agreement_approved_by(one, (uint16_t)agency);
        if (approves && lacks_theirs)
            put_approval(g, b, one->file, one->hash);
        if (extends && one->extension_waits)
            put_approval(g, b, one->file, one->extension_hash);
    }
}

bool submit_sign(struct arena *a, struct slice file, const struct bundle *b,
                 const struct signing *s, struct slice *out, struct err *e)
{
    struct pack p;
    struct buf text;
    struct signer g = { .s = s, .pack = &p, .out = &text };
    uint8_t signature[SIGNATURE_BYTES];
    if (!pack_read(a, file, &p, e))
        return false;
    if (p.form != PACK_FORM_SIGNED)
        return err_set(
            e, ERR_REJECT, "pack.old", 0,
            "cannot sign: it was packed for a demo, or by an older program: pack it anew");
    if (!find_signer(&g, b, e)) {
        explicit_bzero(&g.key, sizeof g.key);
        return false;
    }
    ed25519_sign(&g.key, slice_of(p.signed_hash, HASH_BYTES), signature);
    buf_init(&text, SOURCE_BYTES_MAX);
    buf_put(&text, file);
    signature_put(g.who->name, signature, &text);
    put_approvals(&g, b);
    explicit_bzero(&g.key, sizeof g.key);
    *out = buf_ok(&text) ? arena_copy(a, buf_slice(&text)) : slice_of(NULL, 0);
    buf_release(&text);
    if (!out->p)
        return err_memory(e);
    return pack_read(a, *out, &p, e);
}
