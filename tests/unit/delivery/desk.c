/* desk.c - the fixture of this room's suites. */
#include "desk.h"

#include "bus/topics.h"
#include "host/log.h"
#include "record/wire.h"
#include "sharing/load/bundle_load.h"
#include "registry.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <unistd.h>

#define DISCLOSURES "disclosures.wexshire-council.hospital-team"
#define RESTRICTIONS "restrictions.wexshire-council.hospital-team"
#define LINKS "links.wexshire-council"
#define RECEIPTS "receipts.wexshire-council"

struct desk desk;

static int64_t now(void)
{
    return desk.now_ms;
}

static const struct mapping *load(const char *name, struct problems *p)
{
    const char *path = arena_format(&desk.process, "%s/tests/unit/delivery/%s", SOURCE_DIR, name);
    return mapping_load(&desk.process, path, &adapters, desk.catalogue, p);
}

int desk_load(void)
{
    struct problems p = { .count = 0 };
    char text[400];
    log_set_level(LOG_ERROR);
    arena_init(&desk.process, (size_t)64 << 20);
    desk.catalogue = catalogue_load(&desk.process, SOURCE_DIR "/schemas", &p);
    if (desk.catalogue)
        desk.bundle = bundle_load(&desk.process, SOURCE_DIR "/deploy/example", desk.catalogue, &p);
    if (desk.bundle) {
        desk.mapping_json = load("out.yaml", &p);
        desk.mapping_hl7 = load("out_hl7.yaml", &p);
        desk.mapping_narrow = load("out_narrow.yaml", &p);
    }
    for (size_t i = 0; i < p.count; i++)
        fprintf(stderr, "%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return desk.mapping_json && desk.mapping_hl7 && desk.mapping_narrow ? 0 : 1;
}

int desk_unload(void)
{
    arena_release(&desk.process);
    return 0;
}

const char *desk_database(void)
{
    return scratch_path(&desk.scratch, "delivery.db");
}

static bool try_delivery(void)
{
    struct delivery_options o = {
        .name = "inbox",
        .agency = SLICE("wexshire-council"),
        .service = SLICE(SERVICE),
        .mapping = desk.mapping,
        .transport = &partner_transport,
        .state = &desk.partner,
        .bundle = desk.bundle,
        .bus = desk.bus,
        .database = desk_database(),
        .retry_ms = RETRY_MS,
        .retry_max_ms = 60 * RETRY_MS,
        .retry_after_max_ms = 600 * RETRY_MS,
        .alarm_after_ms = ALARM_MS,
        .tries_on_error = desk.tries_on_error,
        .tries_on_reject = desk.tries_on_reject,
        .now_ms = now,
    };
    return delivery_open(&o, &desk.delivery, &desk.e);
}

static void open_delivery(void)
{
    CU_ASSERT_FATAL(try_delivery());
}

static void open_bus(void)
{
    static const struct bus_topic topics[] = {
        { DISCLOSURES, 1, false },
        { RESTRICTIONS, 1, true },
        { LINKS, 1, true },
        { RECEIPTS, 4, false },
    };
    struct bus *real;
    const char *url = arena_format(&desk.arena, "embedded:%s/bus.db", desk.scratch.dir);
    struct bus_options o = { .url = url, .prefix = "", .client = "test" };
    CU_ASSERT_FATAL(bus_open(&o, &real, &desk.e));
    CU_ASSERT_FATAL((desk.bus = partner_bus(real, &desk.broken)) != NULL);
    CU_ASSERT_FATAL(bus_topics(desk.bus, topics, 4, &desk.e));
}

void desk_fresh(void)
{
    scratch_make(&desk.scratch);
    arena_init(&desk.arena, (size_t)64 << 20);
    desk.e = (struct err){ 0 };
    desk.partner = (struct partner){ .mood = MOOD_TAKES };
    desk.broken = partner_receipts_barred = partner_receipts_aged = false;
    desk.mapping = desk.mapping_json;
    desk.tries_on_error = desk.tries_on_reject = 0;
    desk.now_ms = MAY_2026_MS;
    open_bus();
    open_delivery();
}

void desk_done(void)
{
    delivery_close(&desk.delivery);
    bus_close(&desk.bus);
    arena_release(&desk.arena);
    scratch_remove(&desk.scratch);
}

void desk_reopen(void)
{
    delivery_close(&desk.delivery);
    open_delivery();
}

bool desk_lose(const char *sql)
{
    static const char *const ends[] = { "bus.db", "bus.db-wal", "bus.db-shm" };
    struct db *d = NULL;
    delivery_close(&desk.delivery);
    bus_close(&desk.bus);
    if (sql) {
        CU_ASSERT_FATAL(db_open(scratch_path(&desk.scratch, "bus.db"), "", &d, &desk.e));
        CU_ASSERT_FATAL(db_run(d, sql, &desk.e));
        db_close(&d);
    }
    for (int i = 0; !sql && i < 3; i++)
        unlink(scratch_path(&desk.scratch, ends[i]));
    open_bus();
    desk.e = (struct err){ 0 };
    return try_delivery();
}

bool desk_step(void)
{
    bool busy = true;
    desk.e = (struct err){ 0 };
    for (int i = 0; busy && i < 100; i++)
        if (!delivery_step(desk.delivery, 0, &busy, &desk.e))
            return false;
    return true;
}

struct delivery_counts desk_counts(void)
{
    struct delivery_counts c;
    CU_ASSERT(delivery_counts_read(desk_database(), &c, &desk.e));
    return c;
}

/* ---- what is said ---- */

const char *desk_id(int n)
{
    static struct disclosure_id ids[8];
    static unsigned turn;
    uint8_t hash[HASH_BYTES];
    struct disclosure_id *id = &ids[turn++ % 8];
    sha256(slice_of(&n, sizeof n), hash);
    disclosure_id_from(hash, id);
    return id->text;
}

struct slice desk_key(char who)
{
    uint8_t *key = arena_alloc(&desk.arena, ID_BYTES);
    memset(key, who, ID_BYTES);
    return slice_of(key, ID_BYTES);
}

static void set(struct build *b, const char *path, const char *text)
{
    int slot = plan_slot(b->plan, slice_text(path));
    if (text)
        CU_ASSERT_FATAL(slot >= 0 && build_text(b, (size_t)slot, slice_text(text), &desk.e));
}

static void set_name(struct build *b, const struct say *s)
{
    int slot = plan_slot(b->plan, SLICE("person.names[]"));
    struct build name;
    struct buf body;
    const char *family = s->family ? s->family : arena_format(&desk.arena, "Ann %c", s->who);
    buf_init(&body, 4096);
    CU_ASSERT_FATAL(
        build_init(&name, plan_slot_at(b->plan, (size_t)slot)->item, &desk.arena, &desk.e));
    set(&name, "family", family);
    CU_ASSERT_FATAL(build_done(&name, &body, &desk.e));
    struct slice item = arena_copy(&desk.arena, buf_slice(&body));
    CU_ASSERT_FATAL(build_items(b, (size_t)slot, &item, 1, &desk.e));
    buf_release(&body);
}

static void set_cleared(struct build *b, const struct say *s)
{
    struct slice paths[3];
    size_t n = 0;
    for (; n < 3 && s->cleared[n]; n++)
        paths[n] = slice_text(s->cleared[n]);
    int slot = plan_slot(b->plan, SLICE("header.cleared[]"));
    CU_ASSERT_FATAL(build_strings(b, (size_t)slot, paths, n, &desk.e));
}

static void set_header(struct build *b, const struct say *s, const char *type)
{
    char hex[ID_HEX];
    id_hex(desk_key(s->who).p, hex);
    set(b, "header.id", desk_id(s->n));
    set(b, "header.type", type);
    set(b, "header.kind", s->kind ? s->kind : "admitted");
    set(b, "header.action", s->action ? s->action : "asserts");
    set(b, "header.source_agency", "wexbridge-hospital");
    set(b, "header.source_service", "wexbridge-hospital/wards");
    set(b, "header.environment", "test");
    set(b, "header.original", s->original ? desk_id(s->original) : NULL);
    set(b, "header.agreement", s->agreement ? s->agreement : "hospital-discharge");
    set(b, "header.agreement_version", "3");
    set(b, "header.clause", "stay-to-the-social-worker");
    set(b, "subject.reference", hex);
    set(b, "subject.route", arena_format(&desk.arena, "%d", s->who % 4));
}

struct slice desk_record(const struct say *s)
{
    const char *type = s->type ? s->type : "HospitalStay";
    const struct schema *schema = catalogue_named(desk.catalogue, slice_text(type));
    struct build b;
    struct buf out;
    buf_init(&out, 1 << 16);
    CU_ASSERT_FATAL(build_init(&b, schema->plan, &desk.arena, &desk.e));
    set_header(&b, s, type);
    set_cleared(&b, s);
    set(&b, "header.notice", s->notice);
    set(&b, "header.contact_team", s->contact);
    if (!s->action || strcmp(s->action, "retracts") != 0) {
        set_name(&b, s);
        set(&b, "person.postcode", s->postcode);
        set(&b, "stay.ward", s->ward);
    }
    wire_put_header(&out, plan_fingerprint(schema->plan));
    CU_ASSERT_FATAL(build_done(&b, &out, &desk.e));
    struct slice copy = arena_copy(&desk.arena, buf_slice(&out));
    buf_release(&out);
    return copy;
}

void desk_put(const char *topic, struct slice key, struct slice value)
{
    const char *full = strcmp(topic, "disclosures") == 0    ? DISCLOSURES
                       : strcmp(topic, "restrictions") == 0 ? RESTRICTIONS
                                                            : LINKS;
    struct bus_record r = { .topic = full, .key = key, .value = value };
    CU_ASSERT_FATAL(bus_publish(desk.bus, &r, 1, &desk.e));
}

void desk_say(const struct say *s)
{
    desk_put("disclosures", desk_key(s->who), desk_record(s));
}

static void put_texts(struct buf *out, const char *const *texts, size_t max)
{
    size_t n = 0;
    while (n < max && texts[n])
        n++;
    if (n)
        avro_put_long(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        avro_put_text(out, slice_text(texts[i]));
    avro_put_long(out, 0);
}

static void begin_value(struct buf *out, const char *schema)
{
    buf_init(out, 1 << 16);
    wire_put_header(out,
                    plan_fingerprint(catalogue_named(desk.catalogue, slice_text(schema))->plan));
    avro_put_long(out, 1);
}

static struct slice end_value(struct buf *out)
{
    struct slice copy = arena_copy(&desk.arena, buf_slice(out));
    CU_ASSERT_FATAL(buf_done(out, &desk.e));
    buf_release(out);
    return copy;
}

struct slice desk_notice(const struct tell *t)
{
    const char *cancelled[1] = { t->cancelled ? desk_id(t->cancelled) : NULL };
    const char *waiting[1] = { t->waiting ? desk_id(t->waiting) : NULL };
    char hex[ID_HEX];
    struct buf b;
    id_hex(desk_key(t->who).p, hex);
    begin_value(&b, "Notice");
    avro_put_text(&b, slice_text(hex));
    avro_put_long(&b, t->who % 4);
    avro_put_long(&b, t->sequence);
    put_texts(&b, t->withhold, 4);
    avro_put_text(&b, slice_text(t->tell ? t->tell : ""));
    put_texts(&b, t->stop, 3);
    put_texts(&b, cancelled, 1);
    put_texts(&b, waiting, 1);
    return end_value(&b);
}

void desk_tell(const struct tell *t)
{
    desk_put("restrictions", desk_key(t->who), desk_notice(t));
}

void desk_link(char who, const char *of, const char *local_id)
{
    char hex[ID_HEX];
    struct buf b;
    id_hex(desk_key(who).p, hex);
    begin_value(&b, "Link");
    avro_put_text(&b, slice_text(local_id));
    avro_put_text(&b, slice_text(hex));
    avro_put_text(&b, slice_text(of));
    avro_put_long(&b, who % 4);
    avro_put_text(&b, SLICE("wexbridge-hospital/wards"));
    uint8_t key[ID_BYTES];
    judge_link_key(slice_text(of), slice_text(local_id), key);
    desk_put("links", slice_of(key, ID_BYTES), end_value(&b));
}

/* ---- what came of it ---- */

static void read_receipt(const struct bus_record *r, int partition, struct told *out)
{
    uint64_t fingerprint;
    struct slice body;
    struct view v;
    struct slice value = arena_copy(&desk.arena, r->value);
    const struct plan *plan = catalogue_named(desk.catalogue, SLICE("Receipt"))->plan;
    CU_ASSERT_FATAL(wire_open(value, &fingerprint, &body, &desk.e));
    CU_ASSERT_EQUAL_FATAL(fingerprint, plan_fingerprint(plan));
    CU_ASSERT_FATAL(plan_view(plan, &desk.arena, body, &v, &desk.e));
    *out = (struct told){
        .partition = partition,
        .value = value,
        .disclosure = view_text_at(&v, "disclosure"),
        .recipient = view_text_at(&v, "recipient"),
        .outcome = view_text_at(&v, "outcome"),
        .code = view_text_at(&v, "code"),
    };
    CU_ASSERT(view_strings(&v, (size_t)plan_slot(plan, SLICE("removed[]")), &desk.arena,
                           &out->removed, &out->removed_count, &desk.e));
}

size_t desk_receipts(struct told *out, size_t max)
{
    size_t count = 0;
    for (int p = 0; p < 4; p++) {
        struct bus_reader *reader;
        const struct bus_record *r;
        size_t n;
        bool end = false;
        CU_ASSERT_FATAL(bus_reader_open(desk.bus, RECEIPTS, p, 0, &reader, &desk.e));
        while (!end) {
            CU_ASSERT_FATAL(bus_reader_next(reader, 0, &r, &n, &end, &desk.e));
            for (size_t i = 0; i < n && count < max; i++)
                read_receipt(&r[i], p, &out[count++]);
        }
        bus_reader_close(&reader);
    }
    return count;
}

const char *desk_outcome(int n)
{
    static struct told told[PARTNER_MAX];
    const char *found = "";
    size_t count = desk_receipts(told, PARTNER_MAX);
    for (size_t i = 0; i < count; i++)
        if (slice_equal_text(told[i].disclosure, desk_id(n)))
            found = arena_format(&desk.arena, "%.*s%s%.*s", (int)told[i].outcome.n,
                                 (const char *)told[i].outcome.p, told[i].code.n ? " " : "",
                                 (int)told[i].code.n, (const char *)told[i].code.p);
    return found;
}
