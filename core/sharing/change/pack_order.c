/* pack_order.c - compares packs file by file, and signatures with approvers and people. */
#include "sharing/change/pack_order.h"

#include "sharing/acts/act.h"
#include "sharing/change/pack_approve.h"

/* Whether after has all that before has, and else only files whose names begin like that. */
static bool only_adds(const struct pack *before, const struct pack *after, const char *folder)
{
    size_t at = 0, n = strlen(folder);
    for (size_t i = 0; i < after->file_count; i++) {
        const struct pack_file *f = &after->files[i];
        bool is_same = at < before->file_count && strcmp(before->files[at].name, f->name) == 0 &&
                       hash_equal(before->files[at].hash, f->hash);
        if (!is_same && strncmp(f->name, folder, n) != 0)
            return false;
        at += is_same;
    }
    return at == before->file_count;
}

bool pack_only_stops(const struct pack *before, const struct pack *after)
{
    return only_adds(before, after, "stops/") && after->file_count > before->file_count;
}

/* By whom, and when: as the bus took the order that brings the pack. */
struct judging {
    const struct bundle *by;
    int64_t at_ms;
};

/* Who of the people signed that and may; NULL: none. */
static const struct named *signer(const struct pack *p, const struct pack_signature *s,
                                  const struct judging *j, enum people_role role)
{
    const struct named *who = people_named(&j->by->people, s->name);
    return who && people_person_may_at(who, role, j->at_ms) &&
                   ed25519_verify(&who->key, slice_of(p->signed_hash, HASH_BYTES), s->bytes)
               ? who
               : NULL;
}

static bool is_good(const struct pack *p, const struct pack_signature *s, const struct judging *j,
                    enum people_role role, struct err *e)
{
    const struct approving by = { &j->by->approvers, NULL };
    const struct approver *who;
    return signer(p, s, j, role) || pack_signature_good(p, s, &by, &who, e);
}

static bool unsigned_one(struct err *e)
{
    return err_set(e, ERR_REJECT, "pack.unsigned", 0,
                   "cannot take the bundle: nobody has signed it");
}

bool pack_stop_signed(const struct pack *p, const struct bundle *by, int64_t at_ms, struct err *e)
{
    const struct judging j = { by, at_ms };
    for (size_t i = 0; i < p->signature_count; i++)
        if (!is_good(p, &p->signatures[i], &j, ROLE_STOPS, e))
            return false;
    return p->signature_count > 0 || unsigned_one(e);
}

bool pack_extension_tried(const struct pack *p, const struct bundle *by)
{
    for (size_t i = 0; i < p->signature_count; i++) {
        const struct pack_signature *s = &p->signatures[i];
        const struct named *who = people_named(&by->people, s->name);
        if (who && people_person_may(who, ROLE_EXTENDS) &&
            ed25519_verify(&who->key, slice_of(p->signed_hash, HASH_BYTES), s->bytes))
            return true;
    }
    return false;
}

bool pack_only_extends(const struct pack *before, const struct bundle *was,
                       const struct pack *after, const struct bundle *now)
{
    for (size_t i = 0; i < now->agreement_count; i++) {
        const struct agreement *one = &now->agreements[i];
        const struct agreement *same = bundle_agreement(was, one->name, one->version);
        if (!same || same->approved != one->approved || one->until_ms < same->until_ms)
            return false;
    }
    return only_adds(before, after, "extensions/");
}

bool pack_extension_signed(const struct pack *p, const struct bundle *by, int64_t at_ms,
                           struct err *e)
{
    const struct judging j = { by, at_ms };
    const struct named *first = NULL;
    bool are_two = false;
    for (size_t i = 0; i < p->signature_count; i++) {
        const struct named *who = signer(p, &p->signatures[i], &j, ROLE_EXTENDS);
        if (!who && !is_good(p, &p->signatures[i], &j, ROLE_EXTENDS, e))
            return false;
        first = first ? first : who;
        are_two |= who && who->agency != first->agency;
    }
    return are_two ||
           err_set(e, ERR_REJECT, "pack.extension", 0,
                   "cannot take the bundle: it extends an agreement, so two people of two "
                   "agencies with the role '%s' must sign it",
                   people_role_name(ROLE_EXTENDS));
}

bool pack_order_signed(const struct pack *p, const struct bundle *by, int64_t at_ms, struct err *e)
{
    const struct judging j = { by, at_ms };
    for (size_t i = 0; i < p->signature_count; i++) {
        struct err ignored = { .fate = ERR_NONE };
        if (is_good(p, &p->signatures[i], &j, ROLE_STOPS, &ignored) ||
            signer(p, &p->signatures[i], &j, ROLE_EXTENDS))
            return true;
    }
    return p->signature_count
               ? err_set(e, ERR_REJECT, "pack.signature", 0,
                         "nobody who signed it is an approver, or may stop or extend")
               : unsigned_one(e);
}
