/* pack_order.c - compares packs file by file, and checks signatures by approvers and people. */
#include "sharing/change/pack_order.h"

#include "sharing/acts/act.h"
#include "sharing/change/pack_approve.h"

static bool is_same_file(const struct pack_file *a, const struct pack_file *b)
{
    return strcmp(a->name, b->name) == 0 && hash_equal(a->hash, b->hash);
}

/* Whether `after` has all files of `before`, and besides only files in that folder ("stops/"). Both
 * are sorted, so one walk compares them. */
static bool only_adds(const struct pack *before, const struct pack *after, const char *folder)
{
    size_t at = 0; /* in before */
    for (size_t i = 0; i < after->file_count; i++) {
        const struct pack_file *f = &after->files[i];
        bool is_there = at < before->file_count && is_same_file(&before->files[at], f);
        if (is_there)
            at++;
        else if (strncmp(f->name, folder, strlen(folder)) != 0)
            return false;
    }
    return at == before->file_count;
}

bool pack_only_stops(const struct pack *before, const struct pack *after)
{
    bool adds_some = after->file_count > before->file_count;
    return adds_some && only_adds(before, after, "stops/");
}

/* By what signatures are checked: the bundle before, and when the bus accepted the order. */
struct judging {
    const struct bundle *by;
    int64_t at_ms;
};

static bool is_signed_by_person(const struct pack *p, const struct pack_signature *s,
                                const struct named *who)
{
    return ed25519_verify(&who->key, slice_of(p->signed_hash, HASH_BYTES), s->bytes);
}

/* The person with that role whose good signature it is; NULL: it is of no such person. */
static const struct named *find_signer(const struct pack *p, const struct pack_signature *s,
                                       const struct judging *j, enum people_role role)
{
    const struct named *who = people_named(&j->by->people, s->name);
    if (!who || !people_person_may_at(who, role, j->at_ms))
        return NULL;
    return is_signed_by_person(p, s, who) ? who : NULL;
}

/* Whether the signature is a good one of a person with that role, or of an approver. */
static bool is_good_signature(const struct pack *p, const struct pack_signature *s,
                              const struct judging *j, enum people_role role, struct err *e)
{
    const struct approving by = { &j->by->approvers, NULL };
    const struct approver *who;
    return find_signer(p, s, j, role) || pack_signature_good(p, s, &by, &who, e);
}

static bool refuse_unsigned(struct err *e)
{
    return err_set(e, ERR_REJECT, "pack.unsigned", 0,
                   "cannot take the bundle: nobody has signed it");
}

bool pack_stop_signed(const struct pack *p, const struct bundle *by, int64_t at_ms, struct err *e)
{
    const struct judging j = { by, at_ms };
    for (size_t i = 0; i < p->signature_count; i++)
        if (!is_good_signature(p, &p->signatures[i], &j, ROLE_STOPS, e))
            return false;
    return p->signature_count > 0 || refuse_unsigned(e);
}

bool pack_extension_tried(const struct pack *p, const struct bundle *by)
{
    for (size_t i = 0; i < p->signature_count; i++) {
        const struct pack_signature *s = &p->signatures[i];
        const struct named *who = people_named(&by->people, s->name);
        if (!who || !people_person_may(who, ROLE_EXTENDS))
            continue;
        if (is_signed_by_person(p, s, who))
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
        if (!same || same->approved != one->approved)
            return false;
        if (one->until_ms < same->until_ms)
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
        const struct named *who = find_signer(p, &p->signatures[i], &j, ROLE_EXTENDS);
        if (!who && !is_good_signature(p, &p->signatures[i], &j, ROLE_EXTENDS, e))
            return false;
        if (!who)
            continue;
        if (!first)
            first = who;
        if (who->agency != first->agency)
            are_two = true;
    }
    if (are_two)
        return true;
    return err_set(e, ERR_REJECT, "pack.extension", 0,
                   "cannot take the bundle: it extends an agreement, so two people of two "
                   "agencies with the role '%s' must sign it",
                   people_role_name(ROLE_EXTENDS));
}

bool pack_order_signed(const struct pack *p, const struct bundle *by, int64_t at_ms, struct err *e)
{
    const struct judging j = { by, at_ms };
    for (size_t i = 0; i < p->signature_count; i++) {
        struct err ignored = { .fate = ERR_NONE };
        if (is_good_signature(p, &p->signatures[i], &j, ROLE_STOPS, &ignored))
            return true;
        if (find_signer(p, &p->signatures[i], &j, ROLE_EXTENDS))
            return true;
    }
    if (p->signature_count == 0)
        return refuse_unsigned(e);
    return err_set(e, ERR_REJECT, "pack.signature", 0,
                   "nobody who signed it is an approver, or may stop or extend");
}
