/* acts_region.c - the region of acts.h: its files, its bus, and steps that fail half way. */
#include "acts.h"

#include "base/base64.h"
#include "between.h"
#include "engine.h"
#include "host/log.h"
#include "record/plan.h"
#include "record/wire.h"
#include "replay/replay.h"
#include "sharing/load/bundle_load.h"

#define FAILURES_MAX 3 /* of a turn */

static const char *const services[ACTS_TO + 1] = { "a0/s0", "a1/s1", "a2/s2" };

const char *acts_service(int to)
{
    return services[to + 1];
}

static const char facts[] =
    "facts:\n"
    "  - {on: {Restriction: [raised]}, by: [acute-trust], restricts: field restriction.kind}\n"
    "  - {on: {Restriction: [lifted]}, by: the service itself, lifts: field restriction.kind}\n"
    "  - {on: {Consent: [objection_recorded]}, by: [acute-trust],\n"
    "     objects: {to: field consent.recipient}}\n"
    "  - {on: {Consent: [objection_lifted]}, by: [adult-social-care],\n"
    "     lifts_objection: {to: field consent.recipient}}\n";

static const char agreement[] =
    "agreement: g\nreference: G-1\nversion: 1\ntitle: G\nparties: [a0, a1, a2]\npurpose: p\n"
    "basis:\n"
    "  a0: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: health-or-social-care}\n"
    "  a1: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: health-or-social-care}\n"
    "  a2: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: health-or-social-care}\n"
    "confidentiality: implied-consent\n"
    "in_force: {from: 2026-01-01, until: 2099-12-31, review_by: 2099-01-31}\n"
    "controllers: [a0, a1, a2]\nprocessor: a0\ndpia: D\nprivacy_notice: https://example.org/n\n"
    "retention_at_recipient: R\nonward_sharing: none\ncontacts: {rights: a, breach: b}\n"
    "on_termination: T\napproved_by:\n"
    "  - {agency: a0, role: caldicott-guardian, on: 2026-01-01}\n"
    "  - {agency: a1, role: caldicott-guardian, on: 2026-01-01}\n"
    "  - {agency: a2, role: caldicott-guardian, on: 2026-01-01}\n"
    "clauses:\n"
    "  - {id: fit, share: {HospitalStay: [admitted]}, from: a0/s0, to: a1/s1,\n"
    "     when: stay.medically_fit, release: [stay.ward]}\n"
    "  - {id: all, share: {HospitalStay: [admitted]}, from: a0/s0, to: a2/s2,\n"
    "     release: [stay.ward]}\n";

static void key_of(int person, struct key *out)
{
    memset(out->b, person + 1, KEY_BYTES);
    out->set = true;
}

static const char *write_region(struct acts *w)
{
    const char *text = "region: " ACTS_REGION "\npartitions: 1\nagencies:\n"
                       "  a0: {nhs_number: entitled, services: {s0: {role: acute-trust}}}\n"
                       "  a1: {nhs_number: entitled, services: {s1: {role: adult-social-care}}}\n"
                       "  a2: {nhs_number: entitled, services: {s2: {role: care-transfer-hub}}}\n"
                       "people:\n";
    for (int i = 0; i < ACTS_PEOPLE; i++) {
        struct acts_person *p = &w->people[i];
        char base64[BASE64_LENGTH(KEY_BYTES) + 1] = "";
        struct public_key public;
        struct key key;
        key_of(i, &key);
        ed25519_public(&key, &public);
        base64_encode(slice_of(public.b, KEY_BYTES), base64);
        text = arena_format(&w->life, "%s  p%d: {agency: a%d, roles: %s, key: %s, until: %s}\n",
                            text, i, p->agency, p->may ? "holds" : "operations", base64,
                            p->has_ended ? "2026-01-31" : "2099-12-31");
    }
    return text;
}

static bool load(struct acts *w)
{
    struct ref_files *files = ARENA_NEW(&w->life, struct ref_files);
    struct problems p = { .count = 0 };
    char text[400];
    files->at = ARENA_ARRAY(&w->life, 4, struct ref_file);
    files->at[0] = (struct ref_file){ "region.yaml", slice_text(write_region(w)) };
    files->at[1] = (struct ref_file){ "facts.yaml", slice_text(facts) };
    files->at[2] = (struct ref_file){ "prohibitions/p.yaml", SLICE("prohibitions: []\n") };
    files->at[3] = (struct ref_file){ "agreements/g.yaml", slice_text(agreement) };
    files->n = 4;
    struct bundle_source source = ref_source(files);
    w->bundle = bundle_load_from(&w->life, &source, w->catalogue, &p);
    for (size_t i = 0; i < p.count && !w->bundle; i++)
        printf("%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return w->bundle != NULL;
}

/* ---- a bus whose commits are refused now and then ---- */

static struct acts *of_commit; /* a worker is joined by the router, not by us */

static bool refuse(void *ctx)
{
    struct acts *w = ctx;
    w->refused_commits++;
    return false;
}

/* Publishers' are never refused. */
static bool commit(struct bus_worker *worker, const struct bus_record *out, size_t n,
                   const struct bus_position *done, size_t m, struct err *e)
{
    struct acts *w = of_commit;
    if (w->refuse_commit)
        between_commits(refuse, w);
    bool good = w->commit(worker, out, n, done, m, e);
    w->refuse_commit = false;
    between_commits(NULL, NULL);
    return good;
}

static bool open_router(struct acts *w, struct err *e)
{
    const struct router_options o = {
        .bus = w->bus, .bundle = w->bundle, .keys = &w->keys, .worker = "router-0"
    };
    return router_open(&o, &w->router, e);
}

static bool open_bus(struct acts *w, struct err *e)
{
    const struct bus_topic *topics = NULL;
    size_t n = 0;
    char url[600];
    snprintf(url, sizeof url, "embedded:%s", scratch_path(&w->folder, "bus.db"));
    const struct bus_options o = { .url = url, .prefix = "", .client = "test" };
    if (!bus_open(&o, &w->bus, e) || !region_topics(w->bundle, &w->life, &topics, &n, e) ||
        !bus_topics(w->bus, topics, n, e))
        return false;
    w->ops = *w->bus->ops;
    w->commit = w->ops.commit;
    w->ops.commit = commit;
    w->bus->ops = &w->ops;
    of_commit = w;
    return true;
}

bool acts_open(struct acts *w, struct ref_random *r, const struct catalogue *c, struct err *e)
{
    w->random = r;
    w->catalogue = c;
    w->router = NULL;
    w->bus = NULL;
    w->audit = NULL;
    w->refuse_commit = false;
    w->in_turn = 0;
    w->links_read = 0;
    log_set_level(LOG_ERROR);
    memset(w->keys.recipients.b, 0x5a, KEY_BYTES);
    w->keys.recipients.set = true;
    arena_init(&w->life, (size_t)256 << 20);
    arena_init(&w->scratch, (size_t)256 << 20);
    scratch_make(&w->folder);
    for (int i = 0; i < ACTS_PEOPLE; i++)
        w->people[i] =
            (struct acts_person){ (int)ref_below(r, 3), ref_chance(r, 85), ref_chance(r, 12) };
    return load(w) && open_bus(w, e) && open_router(w, e) &&
           audit_follow_open(w->bus, c, 1, &w->audit, e);
}

void acts_close(struct acts *w)
{
    audit_follow_close(&w->audit);
    router_close(&w->router);
    bus_close(&w->bus);
    scratch_remove(&w->folder);
    arena_release(&w->scratch);
    arena_release(&w->life);
}

/* ---- what is put on the bus ---- */

static bool set(struct build *b, const char *path, const char *text, struct err *e)
{
    int slot = plan_slot(b->plan, slice_text(path));
    return !text || (slot >= 0 && build_text(b, (size_t)slot, slice_text(text), e));
}

static bool set_all(struct acts *w, struct build *b, const struct acts_event *ev, struct err *e)
{
    size_t occurred = (size_t)plan_slot(b->plan, SLICE("header.occurred"));
    int fit = plan_slot(b->plan, SLICE("stay.medically_fit"));
    bool good =
        set(b, "header.id", ev->id, e) && set(b, "header.type", ev->type, e) &&
        set(b, "header.kind", ev->kind, e) &&
        set(b, "header.action", ev->original ? "replaces" : "asserts", e) &&
        set(b, "header.original", ev->original, e) && set(b, "header.episode", ev->episode, e) &&
        set(b, "header.source_agency", arena_format(&w->scratch, "%.2s", ev->service), e) &&
        set(b, "header.source_service", ev->service, e) &&
        set(b, "header.environment", "test", e) &&
        set(b, "header.identity_confidence", ev->is_by_local_id ? "local" : "verified", e) &&
        set(b, "subject.local_id", ev->local_id, e) && build_long(b, occurred, ev->occurred_ms, e);
    for (const char *const *at = ev->set; at && at[0]; at += 2)
        good = good && set(b, at[0], at[1], e);
    return good && (!ev->fit || build_bool(b, (size_t)fit, ev->fit == 1, e));
}

void acts_put(struct acts *w, const char *topic, const struct subject_key *who, struct slice value)
{
    if (w->in_turn == ACTS_TURN_MAX)
        abort();
    w->turn[w->in_turn++] = (struct bus_record){
        .topic = topic,
        .key = arena_copy(&w->scratch, slice_of(who->b, ID_BYTES)),
        .value = arena_copy(&w->scratch, value),
    };
}

bool acts_say(struct acts *w, const struct subject_key *who, const struct acts_event *ev,
              struct err *e)
{
    const struct plan *p = catalogue_named(w->catalogue, slice_text(ev->type))->plan;
    const char *topic = arena_format(&w->scratch, "events.%.2s", ev->service);
    struct build b;
    struct buf bytes;
    buf_init(&bytes, 1u << 16);
    wire_put_header(&bytes, plan_fingerprint(p));
    bool good =
        build_init(&b, p, &w->scratch, e) && set_all(w, &b, ev, e) && build_done(&b, &bytes, e);
    if (good)
        acts_put(w, topic, who, buf_slice(&bytes));
    buf_release(&bytes);
    return good;
}

/* By that person's name, with a key that may be another's. */
void acts_sign(struct act *x, int person, int key)
{
    static const char *const names[] = { "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7" };
    struct act_signature *s = &x->signatures[x->signature_count++];
    struct buf text;
    struct key secret;
    key_of(key, &secret);
    buf_init(&text, ACT_BYTES_MAX);
    act_put_text(x, &text);
    s->person = slice_text(names[person]);
    ed25519_sign(&secret, buf_slice(&text), s->bytes);
    buf_release(&text);
}

void acts_submit(struct acts *w, const struct act *x)
{
    const struct schema *s = catalogue_named(w->catalogue, SLICE("PersonAct"));
    struct buf file, b;
    buf_init(&file, ACT_BYTES_MAX);
    buf_init(&b, 2 * ACT_BYTES_MAX);
    act_put_file(x, &file);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, buf_slice(&file));
    acts_put(w, "control", &x->subject, buf_slice(&b));
    buf_release(&file);
    buf_release(&b);
}

/* ---- a turn ---- */

/* At some allocation of the step, or when all is written and nothing committed; or not at all. */
static void fail_somewhere(struct acts *w, size_t inputs)
{
    size_t how = ref_below(w->random, 100);
    w->refuse_commit = how < 35;
    if (how >= 35 && how < 65)
        mem_fail_after(1 + ref_below(w->random, w->allocations_each * inputs + 1));
}

static bool step(struct acts *w, size_t inputs, bool may_fail, size_t *done, struct err *e)
{
    if (may_fail)
        fail_somewhere(w, inputs);
    uint64_t before = mem_count();
    bool good = router_step(w->router, 0, done, e);
    mem_fail_after(0);
    w->refuse_commit = false;
    size_t each = inputs ? (size_t)(mem_count() - before) / inputs : 0;
    w->allocations_each = each > w->allocations_each ? each : w->allocations_each;
    return good;
}

bool acts_turn(struct acts *w, bool (*each)(void *ctx, int partition, const struct audit_read *r),
               void *ctx, struct err *e)
{
    size_t failures = 0, done = 1, inputs = w->in_turn;
    w->in_turn = 0;
    if (inputs && !bus_publish(w->bus, w->turn, inputs, e))
        return false;
    while (done > 0) {
        if (step(w, inputs, failures < FAILURES_MAX, &done, e))
            continue;
        if (e->fate != ERR_RETRY)
            return false;
        err_clear(e);
        failures++;
        w->failed++;
        done = 1;
        if (!ref_chance(w->random, 15))
            continue;
        w->restarts++;
        router_close(&w->router);
        if (!open_router(w, e))
            return false;
    }
    return audit_follow_read(w->audit, each, ctx, e);
}

static void hear(void *ctx, const char *sentence)
{
    (void)ctx;
    printf("  %s\n", sentence);
}

bool acts_agree(struct acts *w, struct err *e)
{
    struct audit_report verified = { .broken = 0 }, replayed = { .broken = 0 };
    return audit_verify(w->bus, w->bundle, &w->scratch, hear, NULL, &verified, e) &&
           verified.broken == 0 &&
           replay_audit(w->bus, w->bundle, &w->keys, hear, NULL, &replayed, e) &&
           replayed.broken == 0;
}
