/* claimed.c - who claims a person, and whether they mean the one whom others mean. */
#include "sharing/facts/claimed.h"

#include "sharing/facts/draft.h"

/* ---- how an agency shows whom it means ---- */

/* By time of occurring, then by id: the order of arrival counts for nothing. */
static bool is_later(const struct birth_fact *a, const struct birth_fact *b)
{
    if (a->occurred_ms != b->occurred_ms)
        return a->occurred_ms > b->occurred_ms;
    return memcmp(a->by.b, b->by.b, ID_BYTES) > 0;
}

struct slice claimed_birth(const struct person *p, uint16_t agency)
{
    const struct birth_fact *last = NULL;
    for (size_t i = 0; i < p->birth_count; i++) {
        const struct birth_fact *f = &p->births[i];
        if (f->agency != agency || f->hash.n == 0)
            continue;
        if (!last || is_later(f, last))
            last = f;
    }
    return last ? last->hash : (struct slice){ 0 };
}

static bool is_linked(const struct person *p, uint16_t agency)
{
    for (size_t i = 0; i < p->birth_count; i++)
        if (p->births[i].agency == agency && p->births[i].hash.n == 0)
            return true;
    return false;
}

/* Whether all birth dates that were ever told are the same. */
static bool all_births_alike(const struct person *p)
{
    struct slice hash = { 0 };
    for (size_t i = 0; i < p->birth_count; i++) {
        struct slice told = p->births[i].hash;
        if (told.n == 0)
            continue;
        if (hash.n && !slice_equal(hash, told))
            return false;
        hash = told;
    }
    return true;
}

/* What the agencies other than one say of its birth date. */
struct others {
    bool any, agree, differ;
};

static struct others ask_others(const struct person *p, uint16_t agency, struct slice own)
{
    struct others o = { .any = false };
    bool alike = all_births_alike(p);
    for (size_t i = 0; i < p->birth_count; i++) {
        const struct birth_fact *f = &p->births[i];
        if (f->agency == agency || f->hash.n == 0)
            continue;
        struct slice last = alike ? f->hash : claimed_birth(p, f->agency);
        o.any = true;
        o.agree |= slice_equal(last, own);
        o.differ |= !slice_equal(last, own);
    }
    return o;
}

/* ---- claims ---- */

enum claimed claimed_by(const struct bundle *b, const struct person *p, uint16_t agency, int source)
{
    if (agency == source)
        return CLAIMED_COUNTS;
    if (!b->agencies[agency].entitled)
        return is_linked(p, agency) ? CLAIMED_COUNTS : CLAIMED_UNVERIFIED;
    struct slice own = claimed_birth(p, agency);
    struct slice theirs = { 0 };
    if (source >= 0)
        theirs = claimed_birth(p, (uint16_t)source);
    if (own.n && theirs.n)
        return slice_equal(own, theirs) ? CLAIMED_COUNTS : CLAIMED_DISAGREES;
    const struct others o = ask_others(p, agency, own);
    if (!o.any)
        return CLAIMED_COUNTS;
    if (own.n == 0)
        return CLAIMED_UNVERIFIED;
    return o.agree ? CLAIMED_COUNTS : CLAIMED_DISAGREES;
}

/* Whether an agency that may use NHS numbers names the same service, and means the same person. */
static bool is_borne_out(const struct bundle *b, const struct person *p,
                         const struct relationship *r, int source)
{
    for (size_t i = 0; i < p->relationship_count; i++) {
        const struct relationship *x = &p->relationships[i];
        bool is_same_claim = x->is_open && x->with == r->with;
        if (!is_same_claim || !b->agencies[x->agency].entitled)
            continue;
        if (claimed_by(b, p, x->agency, source) == CLAIMED_COUNTS)
            return true;
    }
    return false;
}

enum claimed claimed_relationship(const struct bundle *b, const struct person *p,
                                  const struct relationship *r, int source)
{
    enum claimed c = claimed_by(b, p, r->agency, source);
    if (c == CLAIMED_COUNTS || b->agencies[r->agency].entitled)
        return c;
    return is_borne_out(b, p, r, source) ? CLAIMED_COUNTS : c;
}

enum claimed claimed_word(const struct bundle *b, const struct person *p,
                          const struct responsible_fact *f, int source)
{
    if (f->service == SERVICE_UNKNOWN)
        return CLAIMED_COUNTS;
    int agency = bundle_agency(b, source_agency(f->source));
    return agency < 0 ? CLAIMED_UNVERIFIED : claimed_by(b, p, (uint16_t)agency, source);
}

static enum claimed worse_claim(enum claimed a, enum claimed b)
{
    return a > b ? a : b;
}

enum claimed claimed_worst(const struct bundle *b, const struct person *p, int service, int source)
{
    enum claimed own = CLAIMED_COUNTS, any = CLAIMED_COUNTS;
    for (size_t i = 0; i < p->relationship_count; i++) {
        const struct relationship *r = &p->relationships[i];
        enum claimed c = r->is_open ? claimed_relationship(b, p, r, source) : CLAIMED_COUNTS;
        any = worse_claim(any, c);
        if (r->with == service)
            own = worse_claim(own, c);
    }
    for (size_t i = 0; i < p->responsible_count; i++) {
        const struct responsible_fact *f = &p->responsible[i];
        enum claimed c = f->service < 0 ? CLAIMED_COUNTS : claimed_word(b, p, f, source);
        any = worse_claim(any, c);
        if (f->service == service)
            own = worse_claim(own, c);
    }
    return own == CLAIMED_COUNTS ? any : own;
}

static bool has_birth(const struct person *p, uint16_t agency)
{
    for (size_t i = 0; i < p->birth_count; i++)
        if (p->births[i].agency == agency && p->births[i].hash.n)
            return true;
    return false;
}

/* Nearly always everybody tells the same birth date. Then each claim of an agency that tells it
 * counts. */
static bool counts_alike(const struct bundle *b, const struct person *p, int agency)
{
    return agency >= 0 && b->agencies[agency].entitled && has_birth(p, (uint16_t)agency);
}

/* Whether every word on who is responsible counts. All words of one source have the same answer. */
static bool words_count(const struct bundle *b, const struct person *p, int source, bool alike)
{
    const struct slice *last = NULL;
    for (size_t i = 0; i < p->responsible_count; i++) {
        const struct responsible_fact *f = &p->responsible[i];
        if (f->service == SERVICE_UNKNOWN || (last && slice_equal(*last, f->source)))
            continue;
        last = &f->source;
        if (alike && counts_alike(b, p, bundle_agency(b, source_agency(f->source))))
            continue;
        if (claimed_word(b, p, f, source) != CLAIMED_COUNTS)
            return false;
    }
    return true;
}

bool claimed_all_count(const struct bundle *b, const struct person *p, int source)
{
    bool alike = all_births_alike(p);
    for (size_t i = 0; i < p->relationship_count; i++) {
        const struct relationship *r = &p->relationships[i];
        if (!r->is_open)
            continue;
        if (alike && counts_alike(b, p, r->agency))
            continue;
        if (claimed_relationship(b, p, r, source) != CLAIMED_COUNTS)
            return false;
    }
    return words_count(b, p, source, alike);
}

/* ---- what a change does to them ---- */

static bool has_turned(const struct bundle *b, const struct person *before,
                       const struct person *after, uint16_t agency)
{
    int last = AGENCY_NOBODY;
    if (claimed_by(b, before, agency, last) != claimed_by(b, after, agency, last))
        return true;
    for (size_t i = 0; i < after->event_count; i++) {
        int source = after->events[i].agency;
        if (source == last)
            continue;
        if (claimed_by(b, before, agency, source) != claimed_by(b, after, agency, source))
            return true;
        last = source;
    }
    return false;
}

bool claimed_turned(const struct bundle *b, const struct person *before, const struct person *after)
{
    for (size_t i = 0; i < after->relationship_count; i++) {
        const struct relationship *r = &after->relationships[i];
        if (r->is_open && has_turned(b, before, after, r->agency))
            return true;
    }
    for (size_t i = 0; i < after->responsible_count; i++) {
        int agency = bundle_agency(b, source_agency(after->responsible[i].source));
        if (agency >= 0 && has_turned(b, before, after, (uint16_t)agency))
            return true;
    }
    return false;
}

bool claimed_names(const struct person *p, uint16_t service)
{
    for (size_t i = 0; i < p->relationship_count; i++)
        if (p->relationships[i].is_open && p->relationships[i].with == service)
            return true;
    for (size_t i = 0; i < p->responsible_count; i++)
        if (p->responsible[i].service == service)
            return true;
    return false;
}

/* The next agency, in the order of the events, whose event somebody was sent. *at: where to go
 * on. */
static bool next_sender(const struct person *p, size_t *at, int *agency)
{
    while (*at < p->event_count) {
        const struct episode_event *x = &p->events[*at];
        ++*at;
        if (x->receiver_count == 0 || x->agency == *agency)
            continue;
        *agency = x->agency;
        return true;
    }
    return false;
}

bool claimed_in_doubt(const struct bundle *b, const struct person *p)
{
    int source = AGENCY_NOBODY;
    for (size_t at = 0; next_sender(p, &at, &source);)
        if (!claimed_all_count(b, p, source))
            return true;
    return false;
}

/* The worst of what one agency claims. */
static enum claimed worst_of(const struct bundle *b, const struct person *p, int agency, int source)
{
    enum claimed c = CLAIMED_COUNTS;
    for (size_t i = 0; i < p->relationship_count; i++)
        if (p->relationships[i].is_open && p->relationships[i].agency == agency)
            c = worse_claim(c, claimed_relationship(b, p, &p->relationships[i], source));
    for (size_t i = 0; i < p->responsible_count; i++)
        if (bundle_agency(b, source_agency(p->responsible[i].source)) == agency)
            c = worse_claim(c, claimed_word(b, p, &p->responsible[i], source));
    return c;
}

bool claimed_doubt_is_new(const struct bundle *b, const struct person *before,
                          const struct person *after)
{
    int source = AGENCY_NOBODY;
    for (size_t at = 0; next_sender(after, &at, &source);) {
        if (claimed_all_count(b, after, source))
            continue;
        for (int agency = 0; agency < (int)b->agency_count; agency++)
            if (worst_of(b, after, agency, source) > worst_of(b, before, agency, source))
                return true;
    }
    return false;
}

bool claimed_by_itself(const struct bundle *b, const struct person *p, uint16_t service)
{
    uint16_t agency = b->services[service].agency;
    for (size_t i = 0; i < p->relationship_count; i++) {
        const struct relationship *r = &p->relationships[i];
        if (r->is_open && r->with == service && r->agency == agency)
            return true;
    }
    return false;
}

enum claim_state claimed_state(const struct bundle *b, const struct person *p, uint16_t service)
{
    uint16_t agency = b->services[service].agency;
    if (!claimed_by_itself(b, p, service))
        return CLAIM_NONE;
    struct slice own = claimed_birth(p, agency);
    if (!b->agencies[agency].entitled)
        return is_linked(p, agency) ? CLAIM_LINKED : CLAIM_UNVERIFIED;
    const struct others o = ask_others(p, agency, own);
    if (!o.any)
        return CLAIM_UNCHECKED;
    if (own.n == 0)
        return CLAIM_UNVERIFIED;
    return o.differ ? CLAIM_DISAGREES : CLAIM_AGREES;
}

const char *claimed_state_name(enum claim_state s)
{
    static const char *const names[] = { "",          "unchecked",  "agrees",
                                         "disagrees", "unverified", "linked" };
    return names[s];
}

/* ---- noting it ---- */

/* The number of the first birth date of an agency; births->count: none. hash NULL: of any hash. */
static size_t first_birth_of(const struct list *births, uint16_t agency, const struct slice *hash,
                             size_t *count)
{
    const struct birth_fact *f = births->items;
    size_t first = births->count;
    *count = 0;
    for (size_t i = 0; i < births->count; i++) {
        bool is_wanted = !hash || slice_equal(f[i].hash, *hash);
        if (f[i].agency != agency || !is_wanted)
            continue;
        ++*count;
        if (first == births->count || is_later(&f[first], &f[i]))
            first = i;
    }
    return first;
}

/* Of more than max the first goes. */
static void keep_last(struct draft *d, uint16_t agency, const struct slice *hash, size_t max)
{
    size_t count, first = first_birth_of(&d->births, agency, hash, &count);
    if (count > max)
        list_remove(&d->births, first);
}

/* An agency that holds the region's key shows a birth hash; its pseudonyms tell nothing besides.
 * Any other shows a pseudonym that it was given. */
bool claimed_note_birth(struct draft *d, const struct bundle *b, const struct event *ev,
                        struct err *e)
{
    const struct header_slots *h = ev->slots;
    bool has_key = b->agencies[ev->agency].entitled;
    struct slice shown = view_text(ev->view, (size_t)(has_key ? h->birth_hash : h->reference));
    struct slice confidence = view_text(ev->view, (size_t)h->identity_confidence);
    struct person p;
    if (slice_is_empty(shown) || slice_equal_text(confidence, "local"))
        return true;
    struct birth_fact f = { .agency = ev->agency, .occurred_ms = ev->occurred_ms, .by = ev->id };
    if (f.occurred_ms > ev->decided_ms)
        f.occurred_ms = ev->decided_ms;
    if (has_key)
        f.hash = shown;
    draft_view(d, &p);
    struct slice before = claimed_birth(&p, f.agency);
    bool was_linked = is_linked(&p, f.agency);
    struct birth_fact *item = list_add(d->arena, &d->births);
    if (!item)
        return err_memory(e);
    *item = f;
    keep_last(d, f.agency, &f.hash, BIRTHS_MAX_ALIKE);
    keep_last(d, f.agency, NULL, BIRTHS_MAX);
    draft_view(d, &p);
    d->changed = true;
    bool is_other_birth = !slice_equal(before, claimed_birth(&p, f.agency));
    d->shown |= has_key ? is_other_birth : !was_linked;
    return true;
}
