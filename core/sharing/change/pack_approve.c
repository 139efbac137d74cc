/* pack_approve.c - reads approvers, and checks the signatures of a pack against them. */
#include "sharing/change/pack_approve.h"

#include "base/base64.h"
#include "sharing/rules/bundle.h"

bool pack_signature_good(const struct pack *p, const struct pack_signature *s,
                         const struct approving *a, const struct approver **who, struct err *e)
{
    *who = approver_named(a->by, s->name);
    if (!*who && a->own)
        *who = approver_named(a->own, s->name);
    if (!*who)
        return err_set(e, ERR_REJECT, "pack.signature", 0,
                       "cannot take the bundle: '%.*s', who signed it, is no approver",
                       SHOWN(s->name));
    return ed25519_verify(&(*who)->key, slice_of(p->signed_hash, HASH_BYTES), s->bytes) ||
           err_set(e, ERR_REJECT, "pack.signature", 0,
                   "cannot take the bundle: the signature of '%.*s' is not of this bundle by "
                   "their key",
                   SHOWN(s->name));
}

bool pack_approved(const struct pack *p, const struct approving *a, bool widens, struct err *e)
{
    bool two_agencies = false;
    const struct approver *first = NULL, *who = NULL;
    for (size_t i = 0; i < p->signature_count; i++) {
        if (!pack_signature_good(p, &p->signatures[i], a, &who, e))
            return false;
        if (approver_named(a->by, who->name) != who)
            continue;
        first = first ? first : who;
        two_agencies |= !slice_equal(first->agency, who->agency);
    }
    if (!first)
        return err_set(e, ERR_REJECT, "pack.unsigned", 0,
                       "cannot take the bundle: nobody has signed it%s",
                       p->signature_count ? " who may by the one before" : "");
    return two_agencies || !widens ||
           err_set(e, ERR_REJECT, "pack.approvers", 0,
                   "cannot take the bundle: it may widen what is shared, so two approvers of two "
                   "agencies must sign it");
}

/* ---- who speaks for an agency ---- */

static bool has_approver(const struct approvers *by, const struct approver *like)
{
    const struct approver *same = approver_named(by, like->name);
    return same && slice_equal(same->agency, like->agency) && slice_equal(same->role, like->role) &&
           memcmp(same->key.b, like->key.b, KEY_BYTES) == 0;
}

bool pack_approvers_speak(const struct approvers *before, struct slice agency, const struct pack *p)
{
    bool any = false;
    for (size_t i = 0; i < before->count; i++)
        any |= slice_equal(before->list[i].agency, agency);
    for (size_t i = 0; i < p->signature_count; i++) {
        const struct approver *who = approver_named(before, p->signatures[i].name);
        if (who && slice_equal(who->agency, agency))
            return true; /* that the signature is good, pack_approved has found */
    }
    return !any;
}

/* What `of` has and `in` has not, or has otherwise, one of that agency must have signed. */
static bool follow_one_way(const struct approvers *of, const struct approvers *in,
                           const struct approvers *before, const struct pack *p, struct err *e)
{
    for (size_t i = 0; i < of->count; i++) {
        const struct approver *one = &of->list[i];
        if (!has_approver(in, one) && !pack_approvers_speak(before, one->agency, p))
            return err_set(e, ERR_REJECT, "pack.people", 0,
                           "cannot take the bundle: it changes approver '%.*s', and no approver "
                           "of '%.*s' has signed it",
                           SHOWN(one->name), SHOWN(one->agency));
    }
    return true;
}

bool pack_approvers_follow(const struct approvers *before, const struct approvers *next,
                      const struct pack *p, struct err *e)
{
    return follow_one_way(next, before, before, p, e) && follow_one_way(before, next, before, p, e);
}

/* ---- approvals of agreements ---- */

static bool stood_before(const struct pack *before, const struct signed_approval *a)
{
    for (size_t i = 0; before && i < before->approvals.count; i++)
        if (slice_equal(before->approvals.list[i].line, a->line))
            return true;
    return false;
}

static bool refuse_approval(const struct signed_approval *a, const char *why, struct err *e)
{
    return err_set(e, ERR_REJECT, "pack.approval", 0,
                   "cannot take the bundle: the approval of '%.*s' by '%.*s' %s", SHOWN(a->file),
                   SHOWN(a->name), why);
}

static bool is_extension(const struct bundle *b, const uint8_t what[HASH_BYTES])
{
    for (size_t i = 0; i < b->agreement_count; i++)
        if (hash_equal(b->agreements[i].extension_hash, what))
            return true;
    return false;
}

static bool is_by_person(const struct signed_approval *a)
{
    return slice_equal_text(a->role, people_role_name(ROLE_EXTENDS));
}

/* Whether one of the people whom the bundle before names gave it, and might. */
static bool may_extend(const struct bundle *was, const struct signed_approval *a, int64_t at_ms)
{
    const struct named *who = was && is_by_person(a) ? people_named(&was->people, a->name) : NULL;
    return who && people_person_may_at(who, ROLE_EXTENDS, at_ms) &&
           slice_equal(was->agencies[who->agency].name, a->agency) &&
           memcmp(who->key.b, a->key.b, KEY_BYTES) == 0;
}

static bool is_of_somebody(const struct approvals_base *base, const struct signed_approval *a,
                           struct err *e)
{
    const struct approver who = { a->name, a->agency, a->role, a->key };
    bool extends = is_extension(base->now, a->what);
    if (extends && base->was && people_may(&base->was->people, ROLE_EXTENDS))
        return may_extend(base->was, a, base->at_ms) ||
               refuse_approval(a, "is of nobody of region.yaml's people who may extend", e);
    return has_approver(base->by, &who) || has_approver(base->own, &who) ||
           refuse_approval(a, "is of nobody whom region.yaml names", e);
}

bool pack_approvals_follow(const struct approvals_base *base, const struct pack *p, struct err *e)
{
    for (size_t i = 0; i < p->approvals.count; i++) {
        const struct signed_approval *a = &p->approvals.list[i];
        bool good = false;
        if (stood_before(base->before, a))
            continue;
        if (a->inherited && !(base->settled && base->settled(base->ctx, a->what)))
            return err_set(e, ERR_REJECT, "pack.approval", 0,
                           "cannot take the bundle: '%.*s' as it is was not in force before",
                           SHOWN(a->file));
        if (a->inherited)
            continue;
        if (!is_of_somebody(base, a, e))
            return false;
        if (!hash_equal(a->bundle, p->signed_hash))
            return refuse_approval(a, "was given in another bundle than this or the last", e);
        if (!signed_approval_good(p->region, a, &good, e))
            return false;
        if (!good)
            return refuse_approval(a, "is not by their key", e);
    }
    return true;
}
