/* forge_event.c - events that an agency could forge: made of every field, made of real ones,
 * broken. */
#include "forged.h"

#include <CUnit/CUnit.h>

#include "record/wire.h"

const char *any_service(void)
{
    return kept_text(world.bundle->services[below((unsigned)world.bundle->service_count)].name);
}

static const struct agency *agency_of(const char *name)
{
    return &world.bundle->agencies[bundle_agency(world.bundle, slice_text(name))];
}

const char *any_service_of(const char *agency)
{
    const struct agency *a = agency_of(agency);
    return kept_text(world.bundle->services[a->first_service + below(a->service_count)].name);
}

const char *any_agency_but(const char *agency)
{
    const struct agency *a = agency_of(agency);
    while (a == agency_of(agency))
        a = &world.bundle->agencies[below((unsigned)world.bundle->agency_count)];
    return kept_text(a->name);
}

/* A person's key, or what some service calls them. */
struct slice random_key(const char *agency, int who, bool *is_its_own)
{
    struct subject_key key;
    struct pseudonym p;
    const char *service = one_in(2) ? any_service_of(agency) : any_service();
    struct recipient_id to = { (uint16_t)bundle_service(world.bundle, slice_text(service)) };
    *is_its_own = slice_starts(slice_text(service), slice_text(agency));
    world_key(person_name(who), &key);
    if (one_in(3))
        return arena_copy(&forged_arena, slice_of(key.b, ID_BYTES));
    judge_pseudonym(&world.keys, world.bundle, to, &key, &p);
    return arena_copy(&forged_arena, slice_of(p.b, ID_BYTES));
}

/* ---- of every field ---- */

static const struct schema *any_event_schema(void)
{
    for (;;) {
        const struct schema *s =
            catalogue_at(world.catalogue, below((unsigned)catalogue_count(world.catalogue)));
        if (!s->internal && s->kind_count)
            return s;
    }
}

static const struct known *any_known(const struct knowns *list, int who)
{
    for (size_t tries = 0; list->n && tries < 40; tries++) {
        const struct known *k = &list->list[below((unsigned)list->n)];
        if (k->who == who)
            return k;
    }
    return NULL;
}

/* Of the story's, mostly; of its own forged ones; of what is still to come where that gives
 * nothing. */
static const struct known *any_event_of(int who, const struct knowns *own, bool may_be_to_come)
{
    unsigned n = below(10);
    if (n == 0)
        return any_known(own, who);
    if (n == 1 && may_be_to_come)
        return any_known(&story.to_come, who);
    if (n == 2)
        return any_known(&story.told, (int)below(EVERYBODY));
    return any_known(&story.told, who);
}

static const char *fresh_id(void)
{
    return arena_format(&world.arena, "019a%08x%08x%08x%04x", below(1u << 31), below(1u << 31),
                        below(1u << 31), below(1u << 16));
}

static void set_terms(const struct schema *s, const char **set, size_t *n)
{
    static const char *const terms[][2] = {
        { "referral.to", "" },
        { "referral.chosen", "" },
        { "case.to", "" },
        { "service.provider", "" },
        { "consent.purpose", "housing-adaptation" },
        { "consent.purpose", "duty-to-refer" },
        { "consent.recipient", "" },
        { "restriction.kind", "location" },
        { "restriction.kind", "record" },
        { "death.formality", "formal" },
        { "stay.site", "ZX901" },
        { "stay.ward", "Ward 7" },
        { "link.local_id", "L-1" },
        { "header.unknown_restriction", "X9" },
        { "subject.nhs_number", "9990000018" },
        { "subject.local_id", "L-1" },
        { "link.disclosure", "aaaaaaaaaaaaaaaaaaaa" },
    };
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        bool is_rare = i >= 13;
        if (plan_slot(s->plan, slice_text(terms[i][0])) < 0 || one_in(3) || (is_rare && !one_in(6)))
            continue;
        set[(*n)++] = terms[i][0];
        set[(*n)++] = *terms[i][1] ? terms[i][1] : any_service();
    }
}

static int64_t any_time(void)
{
    static const int64_t times[] = { INT64_MIN,       INT64_MIN + 1, -1,       1,
                                     253402300800000, INT64_MAX - 1, INT64_MAX };
    return one_in(8) ? times[below(7)] : BEGIN_MS + (int64_t)below(400000000) - 100000000;
}

/* Whose it says it is: itself mostly, another on its own topic, a service of another, one that is
 * none. */
static void set_source(const char *agency, struct say *s, const char **set, size_t *n)
{
    s->source = any_service_of(agency);
    switch (below(8)) {
    case 0:
        s->source = any_service_of(any_agency_but(agency));
        s->feed = "main";
        s->feed_seq = 1 + below(100000);
        break;
    case 1:
        set[(*n)++] = "header.source_service";
        set[(*n)++] = any_service_of(any_agency_but(agency));
        break;
    case 2:
        set[(*n)++] = "header.source_agency";
        set[(*n)++] = any_agency_but(agency);
        break;
    case 3:
        set[(*n)++] = "header.source_service";
        set[(*n)++] = one_in(2) ? "nowhere" : arena_format(&world.arena, "%s/nowhere", agency);
        break;
    default:
        break;
    }
}

/* All else of it mostly as the event has it that it names. */
static void take_after(struct say *s, const struct known *k)
{
    s->type = one_in(5) ? s->type : k->type;
    s->kind = one_in(5) ? s->kind : k->kind;
    s->episode = one_in(5) ? s->episode : k->episode;
    s->source = one_in(3) ? k->source : s->source;
}

static const char *any_name(void)
{
    return one_in(2) && story.disclosure_count
               ? story.disclosures[below((unsigned)story.disclosure_count)]
               : fresh_id();
}

/* What it says it takes back, puts right, or is. */
static void set_names(struct say *s, int who, const struct knowns *own, const char **set, size_t *n)
{
    const struct known *k = any_event_of(who, own, true);
    const struct known *as = one_in(5) ? any_event_of(who, own, false) : NULL;
    s->id = as ? as->id : fresh_id();
    if (one_in(3))
        return;
    set[(*n)++] = "header.action";
    set[(*n)++] = one_in(2) ? "retracts" : "replaces";
    if (k && !one_in(6))
        take_after(s, k);
    if (one_in(10))
        return;
    set[(*n)++] = "header.original";
    set[(*n)++] = k && !one_in(8) ? k->id : any_name();
}

static void of_every_field(const char *agency, const struct knowns *own, struct made *m)
{
    const char *set[64] = { NULL };
    size_t n = 0;
    const struct schema *s = any_event_schema();
    struct say x = { .type = kept_text(s->name),
                     .kind = kept_text(s->kinds[below((unsigned)s->kind_count)]),
                     .set = set };
    struct pseudonym p;
    bool is_own = false;
    m->who = (int)below(EVERYBODY + 1);
    m->how = "of every field";
    x.who = person_name(m->who);
    x.occurred_ms = any_time();
    x.episode = arena_format(&world.arena, "%.4s-%d-%u", x.type, m->who, below(2));
    set_source(agency, &x, set, &n);
    set_names(&x, m->who, own, set, &n);
    if (slice_starts(slice_text(x.source), slice_text(agency)))
        x.feed = NULL; /* the marks of its own feeds are its own to move */
    s = catalogue_named(world.catalogue, slice_text(x.type));
    if (!schema_has_kind(s, slice_text(x.kind)))
        x.kind = kept_text(s->kinds[below((unsigned)s->kind_count)]);
    set_terms(s, set, &n);
    if (one_in(12))
        set[n++] = "header.birth_hash", set[n++] = "00000000000000000000000000000bad";
    x.environment = one_in(20) ? "live" : NULL;
    m->key = random_key(agency, m->who, &is_own);
    memcpy(p.b, m->key.p, ID_BYTES);
    if (one_in(3)) {
        x.reference = &p;
        x.reference_of = one_in(2) ? any_service_of(agency) : any_service();
    } else if (!one_in(6)) {
        struct subject_key key;
        world_key(x.who, &key);
        m->key = arena_copy(&forged_arena, slice_of(key.b, ID_BYTES));
    }
    m->partition = one_in(10) ? (int)below(PARTITIONS) : world_partition(x.who);
    m->value = world_event(&x);
}

/* ---- of real ones ---- */

static void copy_slots(const struct view *v, struct build *b)
{
    for (size_t i = 0; i < plan_slots(v->plan); i++)
        b->encoded[i] = view_raw(v, i);
}

static void change(struct build *b, const char *path, const char *value)
{
    int slot = plan_slot(b->plan, slice_text(path));
    CU_ASSERT_TRUE_FATAL(slot >= 0 && build_text(b, (size_t)slot, slice_text(value), &world.e));
}

/* Another's very record, as if one's own: source, id, action, original. */
static void of_a_real_one(const char *agency, const struct knowns *own, struct made *m)
{
    const struct put *p = &story.first.list[below((unsigned)story.first.n)];
    uint64_t fingerprint = 0;
    struct slice body;
    struct view v;
    struct build b;
    struct buf out;
    *m = (struct made){ .key = p->key, .partition = p->partition, .who = p->who };
    m->how = "of a real one";
    CU_ASSERT_TRUE_FATAL(wire_open(p->value, &fingerprint, &body, &world.e));
    const struct schema *s = catalogue_fingerprint(world.catalogue, fingerprint);
    CU_ASSERT_TRUE_FATAL(plan_view(s->plan, &world.arena, body, &v, &world.e) &&
                         build_init(&b, s->plan, &world.arena, &world.e));
    copy_slots(&v, &b);
    const struct known *k = any_event_of(m->who, own, true);
    bool is_own = slice_equal_text(view_text_at(&v, "header.source_agency"), agency);
    if (is_own || !one_in(4)) {
        change(&b, "header.source_agency", agency);
        b.encoded[plan_slot(s->plan, SLICE("header.source_feed"))] = SLICE("\0");
        if (!one_in(3))
            change(&b, "header.source_service", any_service_of(agency));
    }
    if (one_in(2))
        change(&b, "header.id", fresh_id());
    if (one_in(2))
        change(&b, "header.action", one_in(2) ? "retracts" : "replaces");
    if (k && one_in(2))
        change(&b, "header.original", k->id);
    if (one_in(15)) /* as Avro has a text of ten bytes, of eight */
        b.encoded[plan_slot(s->plan, SLICE("header.kind"))] = SLICE("\x14unheard_of");
    if (one_in(15))
        b.encoded[plan_slot(s->plan, SLICE("header.type"))] = SLICE("\x10"
                                                                    "Caseload");
    buf_init(&out, 1 << 20);
    wire_put_header(&out, fingerprint);
    CU_ASSERT_TRUE_FATAL(build_done(&b, &out, &world.e));
    m->value = arena_copy(&world.arena, buf_slice(&out));
    buf_release(&out);
}

/* A record of another's, not a byte changed; or the one that its own services sent already. */
static void as_it_was(struct made *m)
{
    const struct put *p = &story.first.list[below((unsigned)story.first.n)];
    *m = (struct made){ p->key, p->value, p->partition, p->who, "as it was" };
}

void forge_event(const char *agency, const struct knowns *own, struct made *out)
{
    unsigned n = below(20);
    if (n < 12)
        of_every_field(agency, own, out);
    else if (n < 17)
        of_a_real_one(agency, own, out);
    else
        as_it_was(out);
}

/* ---- broken ---- */

void forge_bytes(struct made *m)
{
    static const uint8_t huge[] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_put(&b, m->value);
    m->how = "broken";
    CU_ASSERT_TRUE_FATAL(buf_ok(&b) && b.n > 12);
    switch (below(6)) {
    case 0:
        b.n = below((unsigned)b.n);
        break;
    case 1: {
        uint64_t other = plan_fingerprint(
            catalogue_at(world.catalogue, below((unsigned)catalogue_count(world.catalogue)))->plan);
        for (int i = 0; i < 8; i++)
            b.p[2 + i] = (uint8_t)(other >> (8 * i));
        break;
    }
    case 2: {
        size_t at = 10 + below((unsigned)b.n - 10);
        memcpy(b.p + at, huge, b.n - at < sizeof huge ? b.n - at : sizeof huge);
        break;
    }
    case 3:
        buf_put(&b, slice_of(huge, 1 + below(sizeof huge)));
        break;
    default:
        for (unsigned i = 1 + below(4); i > 0; i--)
            b.p[below((unsigned)b.n)] ^= (uint8_t)(1 << below(8));
        break;
    }
    m->value = arena_copy(&forged_arena, buf_slice(&b));
    buf_release(&b);
}
