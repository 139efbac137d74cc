/* load_signed.c - what of an agreement is signed, and which signatures of a signed bundle are of
 * it.
 *
 * What is signed is the file byte for byte and the services that each clause is from and to: the
 * file may name them by role, and region.yaml then says which these are. Whoever adds a recipient
 * there has changed the agreement. */
#include "base/clock.h"
#include "sharing/load/load.h"

/* The bytes of the file that is being loaded: the last that were remembered. */
static struct slice file_bytes(const struct loader *l)
{
    return l->hashed_count ? l->hashed[l->hashed_count - 1] : (struct slice){ 0 };
}

static void put_services(const struct bundle *b, const char *what, const struct services *set,
                         struct buf *out)
{
    for (unsigned i = 0; i < b->service_count; i++) {
        if (!services_have(set, i))
            continue;
        buf_text(out, what);
        buf_put(out, b->services[i].name);
        buf_byte(out, '\n');
    }
}

static void put_clauses(const struct bundle *b, size_t agreement, struct buf *out)
{
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct clause *c = &b->clauses[i];
        if (c->agreement != agreement)
            continue;
        buf_put(out, c->id);
        buf_byte(out, '\n');
        put_services(b, "from ", &c->from, out);
        put_services(b, "to ", &c->to, out);
    }
}

/* The hash that is signed. head: the kind of document; tail: what of the region belongs to it. */
static void hash_file(struct loader *l, const char *head, struct slice tail,
                      uint8_t out[HASH_BYTES])
{
    uint8_t hashes[2][HASH_BYTES];
    sha256(file_bytes(l), hashes[0]);
    sha256(tail, hashes[1]);
    const struct slice all[] = { slice_of(head, strlen(head) + 1), l->bundle->region, SLICE("\n"),
                                 slice_of(hashes, sizeof hashes) };
    sha256_slices(all, sizeof all / sizeof all[0], out);
}

static bool is_source(const struct bundle *b, size_t agreement, size_t agency)
{
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct clause *c = &b->clauses[i];
        if (c->agreement != agreement)
            continue;
        for (unsigned s = 0; s < b->service_count; s++)
            if (b->services[s].agency == agency && services_have(&c->from, s))
                return true;
    }
    return false;
}

/* The parties whose approval is wanted: those that share something by it. Every party, where none
 * shares, or where approvals are only written. */
static bool find_wanted(struct loader *l, size_t agreement, struct agreement *g)
{
    uint16_t *list = ARENA_ARRAY(l->reader.arena, g->party_count + 1, uint16_t);
    if (!list)
        return strict_memory(&l->reader);
    for (size_t i = 0; l->source->approvals && i < g->party_count; i++)
        if (is_source(l->bundle, agreement, g->parties[i].agency))
            list[g->wanted_count++] = g->parties[i].agency;
    bool are_all_wanted = g->wanted_count == 0;
    for (size_t i = 0; are_all_wanted && i < g->party_count; i++)
        list[g->wanted_count++] = g->parties[i].agency;
    g->wanted = list;
    return true;
}

/* The role of people of region.yaml, who may extend an agreement but not approve it. */
static bool is_person_role(struct slice role)
{
    return slice_equal_text(role, people_role_name(ROLE_EXTENDS));
}

/* Two people; where they are not approvers, of two agencies. */
static bool are_two(const struct approval *list, size_t n)
{
    bool names = false, agencies = false, people = false;
    for (size_t i = 0; i < n; i++) {
        names |= !slice_equal(list[i].name, list[0].name);
        agencies |= list[i].agency != list[0].agency;
        people |= is_person_role(list[i].role);
    }
    return names && (agencies || !people);
}

/* The good signatures by parties of g on what has that hash; *inherited: whether it is inherited.
 * False when memory was out: a problem of its own, and not a missing signature. */
static bool find_signatures(struct loader *l, const struct agreement *g,
                            const uint8_t what[HASH_BYTES], struct approval *out, size_t *count,
                            bool *inherited)
{
    const struct signed_approvals *all = l->source->approvals;
    struct err e = { .fate = ERR_NONE };
    *inherited = false;
    for (size_t i = 0; i < all->count; i++) {
        const struct signed_approval *one = &all->list[i];
        int agency = one->inherited ? -1 : bundle_agency(l->bundle, one->agency);
        if (!hash_equal(one->what, what))
            continue;
        *inherited |= one->inherited;
        if (!agreement_has_party(g, agency))
            continue;
        bool good = false;
        if (!signed_approval_good(l->bundle->region, one, &good, &e))
            return strict_memory(&l->reader);
        if (good)
            out[(*count)++] =
                (struct approval){ (uint16_t)agency, one->role, one->at_ms, one->name };
    }
    return true;
}

static size_t without_people(struct approval *list, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_person_role(list[i].role))
            list[kept++] = list[i];
    return kept;
}

void load_signed_agreement(struct loader *l, size_t agreement)
{
    struct agreement *g = &l->agreements[agreement];
    struct buf tail;
    buf_init(&tail, SOURCE_BYTES_MAX);
    put_clauses(l->bundle, agreement, &tail);
    if (buf_ok(&tail))
        hash_file(l, "concordat agreement", buf_slice(&tail), g->hash);
    else
        (void)strict_memory(&l->reader);
    buf_release(&tail);
    if (!find_wanted(l, agreement, g) || !l->source->approvals)
        return;
    struct approval *list =
        ARENA_ARRAY(l->reader.arena, l->source->approvals->count + 1, struct approval);
    size_t n = 0;
    if (!list) {
        (void)strict_memory(&l->reader);
        return;
    }
    if (!find_signatures(l, g, g->hash, list, &n, &g->is_inherited))
        return;
    g->is_signed = !g->is_inherited;
    if (g->is_inherited)
        return; /* as its file says, who signed the bundle that it comes from */
    g->approvals = list;
    g->approval_count = without_people(list, n);
    g->approved = true;
    for (size_t i = 0; i < g->wanted_count; i++)
        g->approved &= agreement_approved_by(g, g->wanted[i]);
}

bool load_signed_extension(struct loader *l, struct agreement *g)
{
    const struct signed_approvals *all = l->source->approvals;
    hash_file(l, "concordat extension", slice_of(g->hash, HASH_BYTES), g->extension_hash);
    if (!all)
        return true;
    struct approval *list = ARENA_ARRAY(l->reader.arena, all->count + 1, struct approval);
    size_t n = 0;
    bool inherited;
    if (!list)
        return strict_memory(&l->reader);
    struct agreement extended = *g;
    if (!find_signatures(l, g, g->extension_hash, list, &n, &inherited))
        return false;
    if (inherited)
        return true;
    extended.approvals = list;
    extended.approval_count = n;
    bool good = are_two(list, n);
    for (size_t i = 0; i < g->wanted_count; i++)
        good &= agreement_approved_by(&extended, g->wanted[i]);
    g->extension_waits = !good;
    return good;
}
