/* world.c - the small region that the router's suites share. */
#include "world.h"

#include <CUnit/CUnit.h>

#include "bus/topics.h"
#include "host/db.h"
#include "host/log.h"
#include "record/wire.h"
#include "replay/replay.h"
#include "sharing/load/bundle_load.h"

struct world world;
static int64_t said_count;

static void show(const struct err *e)
{
    char line[400];
    if (e->fate != ERR_NONE)
        fprintf(stderr, "\n    %s\n", err_print(e, line, sizeof line));
}

static void must(bool good)
{
    if (!good)
        show(&world.e);
    CU_ASSERT_TRUE_FATAL(good);
}

int world_load(void)
{
    struct problems p = { .count = 0 };
    arena_init(&world.process, (size_t)64 * 1024 * 1024);
    log_set_level(LOG_ERROR);
    world.catalogue = catalogue_load(&world.process, SOURCE_DIR "/schemas", &p);
    if (world.catalogue)
        world.bundle = bundle_load(&world.process, SOURCE_DIR "/tests/unit/router/region",
                                   world.catalogue, &p);
    for (size_t i = 0; i < p.count; i++)
        show(&p.list[i]);
    problems_release(&p);
    memset(world.keys.recipients.b, 0x5a, KEY_BYTES);
    world.keys.recipients.set = true;
    return world.bundle ? 0 : 1;
}

int world_unload(void)
{
    arena_release(&world.process);
    return 0;
}

/* WORLD_BUS names a real broker to use instead, with topics of its own for each test. */
static void open_bus(void)
{
    char url[600], prefix[64] = "";
    snprintf(url, sizeof url, "embedded:%s", scratch_path(&world.scratch, "bus.db"));
    if (getenv("WORLD_BUS")) {
        snprintf(url, sizeof url, "%s", getenv("WORLD_BUS"));
        snprintf(prefix, sizeof prefix, "%s.", strrchr(world.scratch.dir, '-') + 1);
    }
    const struct bus_options o = { .url = url, .prefix = prefix, .client = "test" };
    must(bus_open(&o, &world.bus, &world.e));
}

static void note_standing(void *ctx, const struct router_stand *list, size_t n)
{
    (void)ctx;
    world.stands = n;
    world.stands_told++;
    if (n)
        world.stand = list[0];
}

void world_open_router(void)
{
    world.stands = world.stands_told = 0;
    const struct router_options o = { .bus = world.bus,
                                      .bundle = world.bundle,
                                      .keys = &world.keys,
                                      .worker = "router-0",
                                      .live = false,
                                      .stands = note_standing };
    must(router_open(&o, &world.router, &world.e));
}

void world_fresh(void)
{
    const struct bus_topic *topics = NULL;
    size_t n = 0;
    err_clear(&world.e);
    said_count = 0;
    world.entry_count = 0;
    arena_init(&world.arena, (size_t)512 * 1024 * 1024);
    scratch_make(&world.scratch);
    open_bus();
    must(region_topics(world.bundle, &world.arena, &topics, &n, &world.e));
    must(bus_topics(world.bus, topics, n, &world.e));
    world_open_router();
}

void world_done(void)
{
    mem_fail_after(0);
    router_close(&world.router);
    bus_close(&world.bus);
    scratch_remove(&world.scratch);
    arena_release(&world.arena);
}

void world_key(const char *who, struct subject_key *out)
{
    uint8_t hash[HASH_BYTES];
    sha256(slice_text(who), hash);
    memcpy(out->b, hash, ID_BYTES);
}

int world_partition(const char *who)
{
    struct subject_key key;
    world_key(who, &key);
    return subject_partition(&key, PARTITIONS);
}

static const char * or (const char *text, const char *usual)
{
    return text ? text : usual;
}

static struct build *now_building;

static void set(const char *path, const char *value)
{
    int slot = plan_slot(now_building->plan, slice_text(path));
    CU_ASSERT_TRUE_FATAL(slot >= 0);
    if (value)
        must(build_text(now_building, (size_t)slot, slice_text(value), &world.e));
}

static void set_number(const char *path, int64_t value)
{
    int slot = plan_slot(now_building->plan, slice_text(path));
    CU_ASSERT_TRUE_FATAL(slot >= 0);
    must(build_long(now_building, (size_t)slot, value, &world.e));
}

/* The first six bytes are the time, the last eight make it another event each time. */
static void event_id(const struct say *s, char out[ID_HEX])
{
    uint8_t id[ID_BYTES] = { 0 };
    for (int i = 0; i < 6; i++)
        id[i] = (uint8_t)(s->occurred_ms >> (40 - 8 * i));
    memcpy(id + 8, &said_count, sizeof said_count);
    id_hex(id, out);
    said_count++;
}

static void set_header(const struct say *s)
{
    char id[ID_HEX], hex[ID_HEX];
    char *agency = arena_text(&world.arena, slice_text(or (s->source, "hosp/wards")));
    agency[strcspn(agency, "/")] = '\0';
    event_id(s, id);
    set("header.id", or (s->id, id));
    set("header.type", or (s->type, "HospitalStay"));
    set("header.kind", or (s->kind, "admitted"));
    set("header.action", "asserts");
    set_number("header.occurred", s->occurred_ms ? s->occurred_ms : 1790000000000 + said_count);
    set("header.source_agency", agency);
    set("header.source_service", or (s->source, "hosp/wards"));
    set("header.episode", s->episode);
    set("header.environment", or (s->environment, "test"));
    set("header.identity_confidence", "verified");
    set("header.source_feed", s->feed);
    if (s->feed)
        set_number("header.feed_seq", s->feed_seq);
    if (s->taken_ms)
        set_number("header.observed", s->taken_ms);
    if (s->reference) {
        id_hex(s->reference->b, hex);
        set("subject.reference", hex);
        set("subject.reference_of", s->reference_of);
        set_number("subject.route", world_partition(s->who));
    }
}

struct slice world_event(const struct say *s)
{
    struct build b;
    struct buf body;
    const struct schema *schema =
        catalogue_named(world.catalogue, slice_text(or (s->type, "HospitalStay")));
    CU_ASSERT_PTR_NOT_NULL_FATAL(schema);
    must(build_init(&b, schema->plan, &world.arena, &world.e));
    now_building = &b;
    set_header(s);
    for (const char *const *at = s->set; at && at[0]; at += 2)
        set(at[0], at[1]);
    buf_init(&body, 4 << 20);
    wire_put_header(&body, plan_fingerprint(schema->plan));
    bool good = build_done(&b, &body, &world.e);
    struct slice framed = arena_copy(&world.arena, buf_slice(&body));
    buf_release(&body);
    must(good);
    return framed;
}

void world_publish(const char *topic, int partition, struct slice key, struct slice value)
{
    const struct bus_record r = {
        .topic = topic, .partition = partition, .key = key, .value = value
    };
    must(bus_publish(world.bus, &r, 1, &world.e));
}

void world_say(const struct say *s)
{
    struct subject_key key;
    const char *source = or (s->source, "hosp/wards");
    struct slice agency = slice_head(slice_text(source), strcspn(source, "/"));
    world_key(s->who, &key);
    struct slice on =
        s->reference ? slice_of(s->reference->b, ID_BYTES) : slice_of(key.b, ID_BYTES);
    world_publish(s->topic ? s->topic : topic_events(&world.arena, agency),
                  s->partition ? s->partition - 1 : world_partition(s->who), on, world_event(s));
}

bool world_run(void)
{
    size_t done = 1;
    int wait_ms = getenv("WORLD_BUS") ? 1000 : 0;
    while (done > 0)
        if (!router_step(world.router, wait_ms, &done, &world.e))
            return false;
    return true;
}

void world_restart(void)
{
    router_close(&world.router);
    bus_close(&world.bus);
    open_bus();
    world_open_router();
}

void world_tamper(const char *sql)
{
    struct db *d = NULL;
    router_close(&world.router);
    bus_close(&world.bus);
    must(db_open(scratch_path(&world.scratch, "bus.db"), "", &d, &world.e));
    bool good = db_run(d, sql, &world.e);
    db_close(&d);
    must(good);
    open_bus();
}

size_t world_count(const char *topic, struct slice *last)
{
    const struct bus_topic *topics = NULL;
    size_t topic_count = 0, count = 0;
    must(bus_list(world.bus, &world.arena, &topics, &topic_count, &world.e));
    for (size_t t = 0; t < topic_count; t++)
        for (int p = 0; strcmp(topics[t].name, topic) == 0 && p < topics[t].partitions; p++) {
            struct bus_reader *r = NULL;
            must(bus_reader_open(world.bus, topic, p, 0, &r, &world.e));
            for (bool end = false; !end;) {
                const struct bus_record *list = NULL;
                size_t n = 0;
                must(bus_reader_next(r, 100, &list, &n, &end, &world.e));
                if (n && last)
                    *last = arena_copy(&world.arena, list[n - 1].value);
                count += n;
            }
            bus_reader_close(&r);
        }
    return count;
}

/* Texts that a test looks at after the reading. */
static struct slice keep(struct slice s)
{
    return arena_copy(&world.arena, s);
}

static bool keep_entry(void *ctx, int partition, const struct audit_read *r)
{
    (void)ctx;
    struct world_entry *w = &world.entries[world.entry_count++];
    struct audit_decision *d = ARENA_ARRAY(&world.arena, r->decision_count, struct audit_decision);
    *w = (struct world_entry){ partition, *r };
    w->r.kind = keep(r->kind);
    w->r.event_id = keep(r->event_id);
    w->r.schema = keep(r->schema);
    w->r.event_kind = keep(r->event_kind);
    w->r.source = keep(r->source);
    w->r.note = keep(r->note);
    w->r.disclosure = keep(r->disclosure);
    for (size_t i = 0; i < r->decision_count; i++) {
        d[i] = r->decisions[i];
        d[i].event_id = keep(d[i].event_id);
        d[i].recipient = keep(d[i].recipient);
        d[i].outcome = keep(d[i].outcome);
        d[i].reason = keep(d[i].reason);
        d[i].disclosure = keep(d[i].disclosure);
        d[i].schema = keep(d[i].schema);
        d[i].kind = keep(d[i].kind);
        d[i].source = keep(d[i].source);
        d[i].clauses = d[i].released = d[i].withheld = NULL;
    }
    w->r.decisions = d;
    return world.entry_count < ENTRIES_MAX;
}

void world_read(void)
{
    world.entry_count = 0;
    must(audit_each(world.bus, world.catalogue, PARTITIONS, keep_entry, NULL, &world.e));
}

const struct audit_read *world_entry(const char *kind, size_t n)
{
    for (size_t i = 0; i < world.entry_count; i++)
        if (slice_equal_text(world.entries[i].r.kind, kind) && n-- == 0)
            return &world.entries[i].r;
    return NULL;
}

const struct audit_read *world_last(const char *who)
{
    const struct audit_read *last = NULL;
    world_read();
    for (size_t i = 0; i < world.entry_count; i++)
        if (world.entries[i].partition == world_partition(who))
            last = &world.entries[i].r;
    CU_ASSERT_PTR_NOT_NULL_FATAL(last);
    return last;
}

const char *world_decided(const char *event_id)
{
    const char *text = "nothing";
    world_read();
    for (size_t i = 0; i < world.entry_count; i++)
        for (size_t n = 0; n < world.entries[i].r.decision_count; n++) {
            const struct audit_decision *d = &world.entries[i].r.decisions[n];
            if (slice_equal_text(d->event_id, event_id))
                text = arena_format(&world.arena, "%.*s %.*s", SHOWN(d->outcome), SHOWN(d->reason));
        }
    return text;
}

static void hear(void *ctx, const char *sentence)
{
    (void)ctx;
    size_t n = strlen(world.said);
    snprintf(world.said + n, sizeof world.said - n, "%s\n", sentence);
}

uint64_t world_verify(void)
{
    world.said[0] = '\0';
    must(audit_verify(world.bus, world.bundle, &world.arena, hear, NULL, &world.report, &world.e));
    return world.report.broken;
}

uint64_t world_replay(void)
{
    world.said[0] = '\0';
    must(replay_audit(world.bus, world.bundle, &world.keys, hear, NULL, &world.report, &world.e));
    return world.report.broken;
}

void world_agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
    if (*world.said)
        fprintf(stderr, "\n    %s\n", world.said);
}

void world_known(const char *who)
{
    world_say(&(struct say){
        .source = "council/social", .type = "Caseload", .kind = "declared", .who = who });
    must(world_run()); /* topics have no order among them */
}

void world_admit(const char *who, const char *episode)
{
    static const char *const ward[] = { "stay.ward", "Ward 7", "subject.nhs_number", "9990000018",
                                        NULL };
    world_say(&(struct say){ .who = who, .episode = episode, .set = ward });
}
