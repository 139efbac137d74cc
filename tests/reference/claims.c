/* claims.c - whether who claims a person means the one whom the event at hand tells of. */
#include "reference.h"

struct says {
    const char *birth; /* NULL: nothing */
    bool is_linked;
};

/* The event at hand has been taken in: what it says of its own agency counts as well. Of one moment
 * the facts' word is the later, for so its id was made. */
static struct says ask_agency(const struct ref_case *c, size_t agency)
{
    const struct ref_facts *f = c->facts;
    const struct ref_event *ev = c->event;
    const struct header_slots *h = plan_header(catalogue_at(c->catalogue, ev->schema)->plan);
    const struct ref_value *birth = &ev->values[h->birth_hash], *link = &ev->values[h->reference],
                           *sure = &ev->values[h->identity_confidence];
    bool is_own = c->bundle->services[ev->source].agency == agency &&
                  !(sure->sort == REF_IS_TEXT && ref_same(sure->text, "local"));
    struct says s = { .birth = NULL };
    int64_t last_ms = INT64_MIN;
    if (is_own && c->bundle->entitled[agency] && birth->sort == REF_IS_TEXT) {
        s.birth = birth->text;
        last_ms = ev->occurred_ms < c->at_ms ? ev->occurred_ms : c->at_ms;
    }
    s.is_linked = is_own && !c->bundle->entitled[agency] && link->sort == REF_IS_TEXT;
    for (size_t i = 0; i < f->birth_count; i++) {
        if (f->births[i].agency != agency)
            continue;
        if (ref_same(f->births[i].hash, "")) {
            s.is_linked = true;
        } else if (f->births[i].at_ms >= last_ms) {
            s.birth = f->births[i].hash;
            last_ms = f->births[i].at_ms;
        }
    }
    return s;
}

enum ref_claim ref_claim_by(const struct ref_case *c, size_t agency)
{
    size_t source = c->bundle->services[c->event->source].agency, agree = 0, differ = 0;
    struct says own = ask_agency(c, agency), theirs = ask_agency(c, source);
    if (agency == source)
        return REF_CLAIM_COUNTS;
    if (!c->bundle->entitled[agency])
        return own.is_linked ? REF_CLAIM_COUNTS : REF_CLAIM_UNVERIFIED;
    for (size_t i = 0; i < c->bundle->agency_count; i++) {
        struct says other = ask_agency(c, i);
        if (i == agency || !other.birth)
            continue;
        if (own.birth && ref_same(other.birth, own.birth))
            agree++;
        else
            differ++;
    }
    if (!own.birth)
        return agree + differ ? REF_CLAIM_UNVERIFIED : REF_CLAIM_COUNTS;
    if (theirs.birth)
        return ref_same(theirs.birth, own.birth) ? REF_CLAIM_COUNTS : REF_CLAIM_DISAGREES;
    return differ && !agree ? REF_CLAIM_DISAGREES : REF_CLAIM_COUNTS;
}

enum ref_claim ref_claim_of(const struct ref_case *c, const struct ref_relationship *r)
{
    const struct ref_facts *f = c->facts;
    enum ref_claim claim = ref_claim_by(c, r->by);
    size_t source = c->bundle->services[c->event->source].agency;
    if (!c->bundle->entitled[r->by] && r->with == c->event->source && c->bundle->entitled[source] &&
        ref_opens_for_source(c))
        return REF_CLAIM_COUNTS;
    for (size_t i = 0; i < f->relationship_count && !c->bundle->entitled[r->by]; i++) {
        const struct ref_relationship *x = &f->relationships[i];
        if (x->is_open && x->with == r->with && c->bundle->entitled[x->by] &&
            ref_claim_by(c, x->by) == REF_CLAIM_COUNTS)
            return REF_CLAIM_COUNTS;
    }
    return claim;
}

enum ref_claim ref_claim_worst(const struct ref_case *c, int service)
{
    const struct ref_facts *f = c->facts;
    enum ref_claim own = REF_CLAIM_COUNTS, any = REF_CLAIM_COUNTS;
    for (size_t i = 0; i < f->relationship_count + f->responsible_count; i++) {
        bool is_first = i < f->relationship_count;
        const struct ref_relationship *r = &f->relationships[i];
        const struct ref_responsible *s = &f->responsible[i - f->relationship_count];
        int who = is_first ? r->with : s->service;
        if (is_first ? !r->is_open : who < 0)
            continue;
        enum ref_claim one = is_first ? ref_claim_of(c, r) : ref_claim_by(c, s->by);
        any = one > any ? one : any;
        own = who == service && one > own ? one : own;
    }
    return own == REF_CLAIM_COUNTS ? any : own;
}
