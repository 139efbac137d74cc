/* stop.c - compares packs file by file, and signatures with approvers and people. */
#include "sharing/stop.h"

#include "sharing/act.h"

bool pack_only_stops(const struct pack *before, const struct pack *after)
{
    size_t at = 0;
    for (size_t i = 0; i < after->file_count; i++) {
        const struct pack_file *f = &after->files[i];
        bool is_same = at < before->file_count &&
                       strcmp(before->files[at].name, f->name) == 0 &&
                       hash_equal(before->files[at].hash, f->hash);
        if (!is_same && strncmp(f->name, "stops/", 6) != 0)
            return false;
        at += is_same;
    }
    return at == before->file_count && after->file_count > before->file_count;
}

static bool by_person(const struct pack *p, const struct pack_signature *s, const struct bundle *b)
{
    const struct named *who = people_named(&b->people, s->name);
    return who && who->roles >> ROLE_STOPS & 1 && p->from_ms < who->until_ms &&
           ed25519_verify(&who->key, slice_of(p->signed_hash, HASH_BYTES), s->bytes);
}

static bool is_good(const struct pack *p, const struct pack_signature *s, const struct bundle *b,
                    struct err *e)
{
    const struct approving by = { &b->approvers, NULL };
    const struct approver *who;
    return by_person(p, s, b) || pack_signature_good(p, s, &by, &who, e);
}

static bool unsigned_one(struct err *e)
{
    return err_set(e, ERR_REJECT, "pack.unsigned", 0,
                   "cannot take the bundle: nobody has signed it");
}

bool pack_stop_signed(const struct pack *p, const struct bundle *by, struct err *e)
{
    for (size_t i = 0; i < p->signature_count; i++)
        if (!is_good(p, &p->signatures[i], by, e))
            return false;
    return p->signature_count > 0 || unsigned_one(e);
}

bool order_is_signed(const struct pack *p, const struct bundle *by, struct err *e)
{
    for (size_t i = 0; i < p->signature_count; i++) {
        struct err ignored = { .fate = ERR_NONE };
        if (is_good(p, &p->signatures[i], by, &ignored))
            return true;
    }
    return p->signature_count ? err_set(e, ERR_REJECT, "pack.signature", 0,
                                        "nobody who signed it is an approver, or may stop")
                              : unsigned_one(e);
}
