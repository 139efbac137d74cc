/* story.c - an honest story of the example region, and how records come onto the bus. */
#include "forged.h"

#include <CUnit/CUnit.h>

#include "bus/topics.h"
#include "host/db.h"
#include "record/wire.h"
#include "sharing/judge/judge.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/source.h"

#define EVENTS_A_HALF 260

uint64_t forged_seed = 1130;
struct arena forged_arena;
struct story story;

unsigned below(unsigned n)
{
    forged_seed = forged_seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(forged_seed >> 33) % n;
}

bool one_in(unsigned n)
{
    return below(n) == 0;
}

const char *kept_text(struct slice s)
{
    return arena_text(&forged_arena, s);
}

/* Doubles what is full; what was is left to the arena. */
static void *grown(void *list, size_t n, size_t *room, size_t bytes)
{
    if (n < *room)
        return list;
    *room = *room ? *room * 2 : 64;
    void *more = arena_array(&forged_arena, *room, bytes);
    CU_ASSERT_PTR_NOT_NULL_FATAL(more);
    if (n)
        memcpy(more, list, n * bytes);
    return more;
}

struct put *puts_add(struct puts *to, const char *topic, int partition, struct slice key,
                     struct slice value)
{
    to->list = grown(to->list, to->n, &to->room, sizeof *to->list);
    struct put *p = &to->list[to->n++];
    *p = (struct put){ .topic = kept_text(slice_text(topic)),
                       .partition = partition,
                       .key = arena_copy(&forged_arena, key),
                       .value = arena_copy(&forged_arena, value),
                       .who = -1 };
    return p;
}

void knowns_add(struct knowns *to, const struct known *k)
{
    to->list = grown(to->list, to->n, &to->room, sizeof *to->list);
    to->list[to->n++] = *k;
}

const char *person_name(int who)
{
    return arena_format(&world.arena, "person-%d", who);
}

/* ---- the region, with people ---- */

static const char *const agencies[SIGNERS / 2] = { "wexbridge-hospital", "wexshire-council",
                                                   "wexbridge-district", "eastwex-district",
                                                   "brightcare" };

const char *signer_name(int n)
{
    return arena_format(&world.arena, "signer-%d", n);
}

int story_load(void)
{
    struct signer list[SIGNERS];
    char names[SIGNERS][24];
    for (int i = 0; i < SIGNERS; i++) {
        snprintf(names[i], sizeof names[i], "signer-%d", i);
        list[i] = (struct signer){ names[i], agencies[i / 2], "[holds, stops]", "2099-12-31" };
    }
    arena_init(&forged_arena, (size_t)1 << 30);
    if (signers_load(SOURCE_DIR "/deploy/example", list, SIGNERS) != 0)
        return 1;
    return world.bundle->partitions == PARTITIONS ? 0 : 1;
}

/* ---- what is said ---- */

struct voice {
    const char *service, *type, *kind;
    const char *set[7];
};
#define HUB "wexbridge-hospital/transfer-hub"
#define WARDS "wexbridge-hospital/wards"
#define TEAM "wexshire-council/hospital-team"
#define S42 "wexshire-council/s42-inbox"
#define GRANTS "wexbridge-district/grants"
#define REPAIRS "wexbridge-district/repairs"
#define HOUSING "wexbridge-district/housing-options"
#define EASTWEX "eastwex-district/options"
#define ROTA "brightcare/rota"
static const struct voice voices[] = {
    { TEAM, "Caseload", "declared", { NULL } },
    { TEAM, "Caseload", "declared", { NULL } },
    { TEAM, "Caseload", "ended", { NULL } },
    { WARDS, "HospitalStay", "admitted", { "stay.ward", "Ward 7", "stay.site", "ZX901" } },
    { WARDS, "HospitalStay", "admitted", { "stay.ward", "Ward 7", "stay.site", "ZX901" } },
    { WARDS, "HospitalStay", "moved", { "stay.ward", "Ward 9", "stay.site", "ZX901" } },
    { WARDS, "HospitalStay", "ready_for_discharge", { "stay.medically_fit", "true" } },
    { WARDS,
      "HospitalStay",
      "expected_discharge_changed",
      { "stay.expected_discharge", "2026-12-09" } },
    { WARDS, "HospitalStay", "discharged", { "stay.discharged", "2026-12-10" } },
    { HUB, "DischargePlan", "referred", { "referral.to", TEAM } },
    { HUB, "DischargePlan", "pathway_set", { "referral.to", TEAM, "referral.pathway", "P1" } },
    { HUB, "DischargePlan", "withdrawn", { "referral.to", TEAM } },
    { TEAM, "DischargePlan", "accepted", { NULL } },
    { TEAM, "SocialCare", "package_started", { "service.provider", ROTA } },
    { TEAM, "SocialCare", "package_changed", { "service.provider", ROTA } },
    { TEAM, "SocialCare", "package_ended", { "service.provider", ROTA } },
    { ROTA, "SocialCare", "provider_accepted", { NULL } },
    { HUB, "HousingCase", "adaptation_requested", { "case.to", GRANTS } },
    { TEAM, "HousingCase", "adaptation_requested", { "case.to", GRANTS } },
    { GRANTS, "HousingCase", "adaptation_decided", { NULL } },
    { GRANTS, "HousingCase", "works_scheduled", { NULL } },
    { REPAIRS, "HousingCase", "tenancy_started", { NULL } },
    { REPAIRS, "HousingCase", "hazard_reported", { NULL } },
    { HUB, "Homelessness", "referred", { "referral.chosen", HOUSING } },
    { HUB, "Homelessness", "referred", { "referral.chosen", EASTWEX } },
    { HOUSING, "Homelessness", "acknowledged", { NULL } },
    { EASTWEX, "Homelessness", "duty_accepted", { NULL } },
    { HUB,
      "Consent",
      "granted",
      { "consent.purpose", "duty-to-refer", "consent.capacity", "has-capacity" } },
    { TEAM,
      "Consent",
      "granted",
      { "consent.purpose", "housing-adaptation", "consent.capacity", "has-capacity" } },
    { TEAM, "Consent", "revoked", { "consent.purpose", "housing-adaptation" } },
    { WARDS, "Consent", "objection_recorded", { "consent.recipient", TEAM } },
    { TEAM, "Consent", "objection_lifted", { "consent.recipient", TEAM } },
    { GRANTS, "Consent", "revoked", { "consent.purpose", "housing-adaptation" } },
    { S42, "Restriction", "raised", { "restriction.kind", "location" } },
    { S42, "Restriction", "lifted", { "restriction.kind", "location" } },
    { WARDS, "Restriction", "raised", { "restriction.kind", "record" } },
    { WARDS, "Restriction", "lifted", { "restriction.kind", "record" } },
    { REPAIRS, "Restriction", "raised", { "restriction.kind", "location" } },
    { ROTA, "Person", "died", { "death.formality", "informal" } },
    { S42, "Person", "address_changed", { NULL } },
};
#define VOICES (sizeof voices / sizeof voices[0])

static bool is_entitled(const char *service)
{
    return strncmp(service, "wexbridge-h", 11) == 0 || strncmp(service, "wexshire", 8) == 0;
}

/* An earlier event of that voice and person, to be taken back or put right; NULL: none. */
static const struct known *earlier(const struct voice *v, int who)
{
    for (size_t half = 2; half-- > 0;) {
        const struct knowns *k = half ? &story.to_come : &story.told;
        for (size_t i = k->n; i-- > 0;)
            if (k->list[i].who == who && strcmp(k->list[i].kind, v->kind) == 0 &&
                strcmp(k->list[i].type, v->type) == 0 && !k->list[i].takes_back &&
                strcmp(k->list[i].source, v->service) == 0)
                return &k->list[i];
    }
    return NULL;
}

static int64_t next_seq;

static void say_one(struct puts *to, struct knowns *told)
{
    const struct voice *v = &voices[below(VOICES)];
    int who = (int)below(EVERYBODY);
    const struct known *was = one_in(6) ? earlier(v, who) : NULL;
    const char *set[16] = { NULL };
    size_t n = 0;
    struct pseudonym own;
    struct subject_key key;
    struct known k = { .who = who, .source = v->service, .type = v->type, .kind = v->kind };
    next_seq++;
    k.id = kept_text(
        slice_text(arena_format(&world.arena, "0199%012llx%016llx", (unsigned long long)next_seq,
                                0x5eed000000000000ull + (unsigned long long)below(1u << 31))));
    k.episode = was ? was->episode
                    : kept_text(slice_text(
                          arena_format(&world.arena, "%.4s-%d-%u", v->type, who, below(2))));
    for (; n < 6 && v->set[n]; n++)
        set[n] = v->set[n];
    if (was) {
        k.takes_back = one_in(2);
        set[n++] = "header.action", set[n++] = k.takes_back ? "retracts" : "replaces";
        set[n++] = "header.original", set[n++] = was->id;
    }
    if (is_entitled(v->service) && who % 3 != 0) {
        set[n++] = "header.birth_hash";
        set[n++] = arena_format(&world.arena, "%032x", who == 5 ? below(2) : (unsigned)who);
    }
    struct say s = { .source = v->service,
                     .type = v->type,
                     .kind = v->kind,
                     .set = set,
                     .who = person_name(who),
                     .episode = k.episode,
                     .id = k.id,
                     .feed = "main",
                     .feed_seq = next_seq,
                     .occurred_ms = BEGIN_MS + (int64_t)to->n * 1000 - below(5000) };
    struct recipient_id r = { (uint16_t)bundle_service(world.bundle, slice_text(v->service)) };
    world_key(s.who, &key);
    judge_pseudonym(&world.keys, world.bundle, r, &key, &own);
    if (!is_entitled(v->service) && one_in(2))
        s.reference = &own, s.reference_of = v->service;
    struct slice agency = slice_head(slice_text(v->service), strcspn(v->service, "/"));
    struct put *p = puts_add(to, topic_events(&world.arena, agency), world_partition(s.who),
                             s.reference ? slice_of(own.b, ID_BYTES) : slice_of(key.b, ID_BYTES),
                             world_event(&s));
    p->who = who;
    p->how = "honest";
    knowns_add(told, &k);
}

/* ---- acts ---- */

/* People of two agencies release one, and refuse the next. */
static void act_on(struct puts *to, const struct held *h, size_t n)
{
    static const char *const words[] = { "release", "refuse", "release", "refuse-episode" };
    struct act x = { .region = SLICE("wexshire"),
                     .verb = slice_text(words[n % 4]),
                     .on = slice_text(h->on),
                     .reason = SLICE("rang the ward"),
                     .at_ms = BEGIN_MS + (int64_t)n };
    world_key(person_name(h->who), &x.subject);
    for (int i = 0; i < 2; i++) {
        struct key key;
        int by = (int)((n + (size_t)i * 3) % SIGNERS);
        signer_key(by, &key);
        CU_ASSERT_TRUE_FATAL(act_sign(&x, NULL, slice_text(signer_name(by)), &key, 0, &world.e));
    }
    struct put *p = puts_add(to, TOPIC_CONTROL, world_partition(person_name(h->who)),
                             slice_of(x.subject.b, ID_BYTES), act_record(&x));
    p->who = h->who;
    p->how = "honest act";
}

static int who_is(const uint8_t subject[ID_BYTES])
{
    struct subject_key key;
    for (int i = 0; i <= EVERYBODY; i++) {
        world_key(person_name(i), &key);
        if (memcmp(key.b, subject, ID_BYTES) == 0)
            return i;
    }
    return -1;
}

/* From the audit of the first half. */
static void learn(void)
{
    size_t most = 0;
    world_read();
    for (size_t i = 0; i < world.entry_count; i++)
        most += world.entries[i].r.decision_count;
    story.disclosures = ARENA_ARRAY(&forged_arena, most + 1, const char *);
    story.holds = ARENA_ARRAY(&forged_arena, most + 1, struct held);
    story.disclosure_count = story.hold_count = 0;
    for (size_t i = 0; i < world.entry_count; i++)
        for (size_t n = 0; n < world.entries[i].r.decision_count; n++) {
            const struct audit_decision *d = &world.entries[i].r.decisions[n];
            if (d->disclosure.n)
                story.disclosures[story.disclosure_count++] = kept_text(d->disclosure);
            if (slice_equal_text(d->outcome, "hold"))
                story.holds[story.hold_count++] = (struct held){
                    kept_text(slice_text(arena_format(&world.arena, "%.*s:%.*s", SHOWN(d->event_id),
                                                      SHOWN(d->recipient)))),
                    who_is(world.entries[i].r.subject)
                };
        }
}

static void stamp(struct puts *p, int64_t from_ms)
{
    for (size_t i = 0; i < p->n; i++)
        p->list[i].ms = from_ms + (int64_t)i * 1000;
}

void story_make(void)
{
    struct slice facts = { NULL, 0 };
    story = (struct story){ .hold_count = 0 };
    next_seq = 0;
    bus_forget();
    for (int i = 0; i < EVENTS_A_HALF; i++)
        say_one(&story.first, &story.told);
    stamp(&story.first, BEGIN_MS);
    bus_put(&story.first, true);
    CU_ASSERT_TRUE_FATAL(world_run());
    learn();
    for (size_t i = 0; i < story.hold_count && i < 8; i++)
        act_on(&story.acts, &story.holds[i * 2 % story.hold_count], i);
    stamp(&story.acts, BEGIN_MS + EVENTS_A_HALF * 1000);
    bus_put(&story.acts, true);
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_FATAL(world_count(TOPIC_FACTS, &facts) > 0);
    story.facts = arena_copy(&forged_arena, facts);
    for (int i = 0; i < EVENTS_A_HALF; i++) {
        say_one(&story.second, &story.to_come);
        if (i % 12 == 0 && story.hold_count)
            act_on(&story.second, &story.holds[below((unsigned)story.hold_count)], 100 + (size_t)i);
    }
    stamp(&story.second, BEGIN_MS + 100000000);
}

/* ---- the bus ---- */

static struct lane {
    const char *topic;
    int partition;
    int64_t next;
} lanes[256];
static size_t lane_count;

void bus_forget(void)
{
    lane_count = 0;
}

static int64_t next_offset(const struct put *p)
{
    size_t i = 0;
    while (i < lane_count &&
           !(lanes[i].partition == p->partition && strcmp(lanes[i].topic, p->topic) == 0))
        i++;
    if (i == lane_count) {
        CU_ASSERT_FATAL(lane_count < sizeof lanes / sizeof lanes[0]);
        lanes[lane_count++] = (struct lane){ p->topic, p->partition, 0 };
    }
    return lanes[i].next++;
}

/* How the records stand in the file: core/bus/bus_store.c. */
static bool put_all(struct db *d, const struct puts *p, bool all, struct err *e)
{
    struct db_query *q = NULL;
    if (!db_prepare(d,
                    "INSERT INTO records (row, ms, key, value) SELECT (id << 50) | (?2 << 40) | ?3,"
                    " ?4, ?5, ?6 FROM topics WHERE name = ?1",
                    &q, e) ||
        !db_begin(d, e))
        return false;
    for (size_t i = 0; i < p->n; i++) {
        const struct put *x = &p->list[i];
        if (!all && !x->is_rightful)
            continue;
        db_bind_text(q, 1, slice_text(x->topic));
        db_bind_int(q, 2, x->partition);
        db_bind_int(q, 3, next_offset(x));
        db_bind_int(q, 4, x->ms);
        db_bind_blob(q, 5, x->key);
        db_bind_blob(q, 6, x->value);
        if (!db_do(q, e))
            return false;
        CU_ASSERT_EQUAL_FATAL(db_changes(d), 1);
    }
    return db_commit(d, e);
}

void bus_put(const struct puts *p, bool all)
{
    struct db *d = NULL;
    router_close(&world.router);
    bus_close(&world.bus);
    bool good = db_open(scratch_path(&world.scratch, "bus.db"), "", &d, &world.e) &&
                put_all(d, p, all, &world.e);
    db_close(&d);
    if (!good)
        fprintf(stderr, "\n    %s\n", world.e.text);
    CU_ASSERT_TRUE_FATAL(good);
    world_restart();
}
