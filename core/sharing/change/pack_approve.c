/* pack_approve.c - checks the signatures and approvals of a pack against the approvers. */
#include "sharing/change/pack_approve.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "sharing/rules/bundle.h"

/* Whether s is the signature of p's canonical part by that key. */
static bool is_signed_by(const struct pack *p, const struct pack_signature *s,
                         const struct public_key *key)
{
    return ed25519_verify(key, slice_of(p->signed_hash, HASH_BYTES), s->bytes);
}

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
    if (is_signed_by(p, s, &(*who)->key))
        return true;
    return err_set(e, ERR_REJECT, "pack.signature", 0,
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
        bool counts = approver_named(a->by, who->name) == who;
        if (!counts)
            continue;
        if (!first)
            first = who;
        if (!slice_equal(first->agency, who->agency))
            two_agencies = true;
    }
    if (!first)
        return err_set(e, ERR_REJECT, "pack.unsigned", 0,
                       "cannot take the bundle: nobody has signed it%s",
                       p->signature_count ? " who may by the one before" : "");
    if (two_agencies || !widens)
        return true;
    return err_set(e, ERR_REJECT, "pack.approvers", 0,
                   "cannot take the bundle: it may widen what is shared, so two approvers of two "
                   "agencies must sign it");
}

/* ---- who speaks for an agency ---- */

/* Whether an approver of that name, agency, role and key is among them. */
static bool has_approver(const struct approvers *by, const struct approver *like)
{
    const struct approver *same = approver_named(by, like->name);
    if (!same || memcmp(same->key.b, like->key.b, KEY_BYTES) != 0)
        return false;
    return slice_equal(same->agency, like->agency) && slice_equal(same->role, like->role);
}

/* Whether an approver of that agency, by the key that `by` has of them, has signed p. */
static bool has_signed(const struct approvers *by, struct slice agency, const struct pack *p)
{
    for (size_t i = 0; i < p->signature_count; i++) {
        const struct pack_signature *s = &p->signatures[i];
        const struct approver *who = approver_named(by, s->name);
        if (!who || !slice_equal(who->agency, agency))
            continue;
        if (is_signed_by(p, s, &who->key))
            return true;
    }
    return false;
}

bool approvers_are_of(const struct approvers *by, struct slice agency)
{
    for (size_t i = 0; i < by->count; i++)
        if (slice_equal(by->list[i].agency, agency))
            return true;
    return false;
}

static bool refuse_first(const struct spoken_of *x, struct err *e)
{
    char at[40] = "the bundle before";
    if (x->line)
        (void)snprintf(at, sizeof at, "region.yaml:%" PRIu32, x->line);
    return err_set(e, ERR_REJECT, "pack.first", 0,
                   "%s: '%.*s' of '%.*s', which had no approver: its first approver must sign, and "
                   "this host's file of approvers must name them under joined:",
                   at, SHOWN(x->name), SHOWN(x->agency));
}

bool pack_agency_speaks(const struct speakers *s, const struct spoken_of *x, const struct pack *p,
                        struct err *e)
{
    bool had_approver = approvers_are_of(s->before, x->agency);
    if (!had_approver)
        return !s->host || has_signed(s->host, x->agency, p) || refuse_first(x, e);
    if (has_signed(s->before, x->agency, p))
        return true;
    return err_set(e, ERR_REJECT, "pack.people", 0,
                   "cannot take the bundle: it changes %s, and no approver of '%.*s' has signed it",
                   x->what, SHOWN(x->agency));
}

/* Each approver of `of` who is not the same in `in` needs the agreement of their agency. */
static bool follow_one_way(const struct approvers *of, const struct approvers *in,
                           const struct speakers *s, const struct pack *p, struct err *e)
{
    for (size_t i = 0; i < of->count; i++) {
        const struct approver *one = &of->list[i];
        char what[100];
        bool is_gone = of == s->before;
        if (has_approver(in, one))
            continue;
        (void)snprintf(what, sizeof what, "approver '%.*s'", SHOWN(one->name));
        const struct spoken_of x = { what, one->name, one->agency, is_gone ? 0 : one->line };
        if (!pack_agency_speaks(s, &x, p, e))
            return false;
    }
    return true;
}

bool pack_approvers_follow(const struct speakers *s, const struct approvers *next,
                           const struct pack *p, struct err *e)
{
    return follow_one_way(next, s->before, s, p, e) && follow_one_way(s->before, next, s, p, e);
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

/* Whether the approval is of a person whom the bundle before names, and who may extend at that
 * time. */
static bool may_extend(const struct bundle *was, const struct signed_approval *a, int64_t at_ms)
{
    if (!is_by_person(a))
        return false;
    const struct named *who = people_named(&was->people, a->name);
    if (!who || !people_person_may_at(who, ROLE_EXTENDS, at_ms))
        return false;
    bool is_their_agency = slice_equal(was->agencies[who->agency].name, a->agency);
    return is_their_agency && memcmp(who->key.b, a->key.b, KEY_BYTES) == 0;
}

/* Whether the approval is of somebody who may give it. */
static bool check_giver(const struct approvals_base *base, const struct signed_approval *a,
                        struct err *e)
{
    const struct approver who = {
        .name = a->name, .agency = a->agency, .role = a->role, .key = a->key
    };
    bool people_extend = base->was && people_may(&base->was->people, ROLE_EXTENDS);
    if (people_extend && is_extension(base->now, a->what))
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
        bool is_settled = a->inherited && base->settled && base->settled(base->ctx, a->what);
        if (a->inherited && !is_settled)
            return err_set(e, ERR_REJECT, "pack.approval", 0,
                           "cannot take the bundle: '%.*s' as it is was not in force before",
                           SHOWN(a->file));
        if (a->inherited)
            continue;
        if (!check_giver(base, a, e))
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
