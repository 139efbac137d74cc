/* named_by_others.c - compares a refused bundle with the last one taken, and both with the
 * router's. */
#include "daemon/named_by_others.h"

#include "base/clock.h"
#include "sharing/change/pack_approve.h"

#define LOOK_NS 1000000000

/* Whether the bundle names approvers or other people of the agency. */
static bool is_spoken_of(const struct bundle *b, struct slice agency)
{
    if (approvers_are_of(&b->approvers, agency))
        return true;
    for (size_t i = 0; i < b->people.count; i++) {
        int of = b->people.list[i].agency;
        if (slice_equal(b->agencies[of].name, agency))
            return true;
    }
    return false;
}

static bool is_noted(const struct named_by_others *n, struct slice agency)
{
    const struct named_agency *one = n->first;
    while (one && !slice_equal(one->agency, agency))
        one = one->next;
    return one != NULL;
}

bool named_note(struct named_by_others *n, const struct site *s, const struct bundle *g)
{
    if (s->has_router)
        return true;
    for (size_t i = 0; i < s->feed_count; i++) {
        struct slice agency = s->feeds[i].agency;
        bool has_own_approvers = approvers_are_of(&s->last->bundle->approvers, agency);
        if (has_own_approvers || is_noted(n, agency) || !is_spoken_of(g, agency))
            continue;
        struct named_agency *one = ARENA_NEW(n->a, struct named_agency);
        if (!one)
            return false;
        *one = (struct named_agency){ n->first, agency };
        n->first = one;
    }
    return true;
}

void named_took(struct named_by_others *n, const struct bundle *g)
{
    struct named_agency **at = &n->first;
    while (*at) {
        struct named_agency *one = *at;
        if (approvers_are_of(&g->approvers, one->agency))
            *at = one->next;
        else
            at = &one->next;
    }
    n->looked_ns = 0;
}

static const struct bundle_state *router_of(const struct part_states *states)
{
    const struct bundle_state *r = states_get(states, SLICE(""), SLICE("router"), NULL);
    return r && slice_equal_text(r->outcome, "taken") ? r : NULL;
}

bool named_is_the_routers(const struct part_states *states, const uint8_t hash[HASH_BYTES])
{
    const struct bundle_state *r = router_of(states);
    return r && hash_equal(r->hash, hash);
}

uint64_t named_routers_number(const struct part_states *states)
{
    const struct bundle_state *r = router_of(states);
    return r ? r->number : 0;
}

/* Whether the router goes by a bundle that this site has not taken. */
static bool is_elsewhere(const struct named_by_others *n, const struct site *s)
{
    const struct bundle_state *r = router_of(&n->states);
    if (!r)
        return false;
    bool is_here =
        editions_hashed(&s->rules, r->hash) || hash_equal(s->last->bundle->hash, r->hash);
    return !is_here;
}

bool named_look(struct named_by_others *n, const struct site *s, struct bus *b, bool at_once,
                struct err *e)
{
    if (!n->first)
        return true;
    if (!at_once && clock_mono_ns() - n->looked_ns < LOOK_NS)
        return true;
    n->looked_ns = clock_mono_ns();
    n->states.a = n->a;
    if (!n->is_open) {
        n->is_open = states_open(&n->from, b, s->bundle, e);
        if (!n->is_open)
            states_close(&n->from);
    }
    if (!n->is_open)
        return false;
    if (!states_more(&n->from, &n->states, e))
        return false;
    n->stands = is_elsewhere(n, s);
    return true;
}

bool named_stands(const struct named_by_others *n, struct slice agency, struct err *why)
{
    if (!n->stands || !is_noted(n, agency))
        return false;
    (void)err_set(
        why, ERR_REJECT, "pack.first", 0,
        "cannot publish: the router goes by a bundle in which others say who approves for "
        "'%.*s', and '%.*s' has not told this host",
        SHOWN(agency), SHOWN(agency));
    return true;
}

void named_close(struct named_by_others *n)
{
    if (n->is_open)
        states_close(&n->from);
    n->is_open = false;
}
