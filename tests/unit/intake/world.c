/* world.c - see world.h. */
#include "world.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "format/csv.h"
#include "format/hl7v2.h"
#include "format/json.h"
#include "record/wire.h"

#define DRAIN_MS 120000 /* for what must come */

static _Atomic int64_t now_ms;

void world_set_ms(int64_t ms)
{
    now_ms = ms;
}

int64_t world_now_ms(void)
{
    return now_ms;
}

#define JSON_MAPPING(destinations)                                                                 \
    "in:\n"                                                                                        \
    "  format: json\n"                                                                             \
    "  id: id\n"                                                                                   \
    "  type: type\n"                                                                               \
    "  not_carried: {type: [gossip]}\n"                                                            \
    "common:\n"                                                                                    \
    "  header.occurred: {from: at, as: iso-time}\n"                                                \
    "  header.environment: {from: environment, table: {live: live, test: test}, else: refuse}\n"   \
    "  header.episode: {from: visit}\n"                                                            \
    "  subject.nhs_number: {from: nhs, as: nhs-number, status: status}\n"                          \
    "  subject.local_id: {from: local}\n"                                                          \
    "  subject.case_reference: {from: reference}\n"                                                \
    "  person.birth_date: {from: born}\n"                                                          \
    "events:\n"                                                                                    \
    "  - {on: {type: admitted}, emit: HospitalStay.admitted, fields: {stay.ward: {from: ward},"    \
    " stay.destination: {from: to, table: " destinations ", else: refuse}}}\n"                     \
    "  - {on: {type: [admitted, changed]}, emit: HospitalStay.expected_discharge_changed,"         \
    " changed: {key: [visit], of: [expected], first: quiet},"                                      \
    " fields: {stay.expected_discharge: {from: expected}}}\n"                                      \
    "  - {on: {type: moved}, emit: HospitalStay.moved, changed: {key: [visit], of: [ward]},"       \
    " fields: {stay.ward: {from: ward}}}\n"                                                        \
    "  - {on: {hide: present}, emit: Restriction.raised, fields: {restriction.kind:"               \
    " {from: hide, table: {place: location}, else: refuse}}}\n"                                    \
    "  - {on: {lift: present}, emit: Restriction.lifted, fields: {restriction.kind:"               \
    " {from: lift, table: {place: location}, else: refuse}}}\n"                                    \
    "  - {on: {may: present}, emit: Consent.granted, fields: {consent.purpose: {from: may}}}\n"    \
    "  - {on: {found: present}, emit: HospitalStay.moved,"                                         \
    " fields: {subject.nhs_number: {from: found, as: nhs-number, status: sure}}}\n"

static const char json_mapping[] = JSON_MAPPING("{home: home}");
static const char mended_mapping[] = JSON_MAPPING("{home: home, nowhere: home}");

static const char csv_mapping[] =
    "in:\n"
    "  format: csv\n"
    "  id: person\n"
    "common:\n"
    "  header.environment: {text: live}\n"
    "  subject.nhs_number: {from: nhs, as: nhs-number, status: status}\n"
    "  subject.local_id: {from: person}\n"
    "events:\n"
    "  - {on: {worker: present}, emit: Caseload.declared, changed: {key: [person], of: [worker]},"
    " fields: {caseload.worker: {from: worker}}}\n";

static const char rows_mapping[] =
    "in:\n"
    "  format: csv\n"
    "  id: person\n"
    "common:\n"
    "  header.environment: {text: live}\n"
    "  subject.local_id: {from: person}\n"
    "events:\n"
    "  - {on: {hide: [place, what]}, emit: Restriction.raised,"
    " changed: {name: hide, key: [person], of: [hide]},"
    " fields: {restriction.kind: {from: hide, table: {place: location}, else: refuse}}}\n"
    "  - {on: {hide: n}, emit: Restriction.lifted,"
    " changed: {name: hide, key: [person], of: [hide], first: quiet},"
    " fields: {restriction.kind: {text: location}}}\n"
    "  - {on: {worker: present}, emit: Caseload.declared, changed: {key: [person], of: [worker]},"
    " fields: {caseload.worker: {from: worker}}}\n";

/* Words about sharing as a file of alerts says them: without `changed`, or with it beside a record
 * without. */
#define ALERTS_MAPPING(hides, shows)                                                               \
    "in:\n"                                                                                        \
    "  format: csv\n"                                                                              \
    "  id: person\n"                                                                               \
    "common:\n"                                                                                    \
    "  header.environment: {text: live}\n"                                                         \
    "  header.occurred: {from: at, as: iso-time}\n"                                                \
    "  subject.local_id: {from: person}\n"                                                         \
    "events:\n"                                                                                    \
    "  - {on: {flag: [hide, both]}, emit: Restriction.raised, " hides                              \
    "fields: {restriction.kind: {from: what, table: {place: location, all: record}, else: "        \
    "refuse}}}\n"                                                                                  \
    "  - {on: {flag: [show, both]}, emit: Restriction.lifted, " shows                              \
    "fields: {restriction.kind: {from: what, table: {place: location, all: record}, else: "        \
    "refuse}}}\n"                                                                                  \
    "  - {on: {flag: hide, worker: w2}, emit: Restriction.raised, " hides                          \
    "fields: {restriction.kind: {text: record}}}\n"                                                \
    "  - {on: {flag: agrees}, emit: Consent.granted, fields: {consent.purpose: what}}\n"           \
    "  - {on: {flag: unagree}, emit: Consent.granted, action: retracts,"                           \
    " fields: {consent.purpose: what}}\n"                                                          \
    "  - {on: {flag: declines}, emit: Consent.revoked, fields: {consent.purpose: what}}\n"         \
    "  - {on: {worker: present}, emit: Caseload.declared,"                                         \
    " fields: {caseload.worker: {from: worker, table: {w1: w1, w2: w2}, else: refuse}}}\n"

static const char plain_mapping[] = ALERTS_MAPPING("", "");
static const char mixed_mapping[] =
    ALERTS_MAPPING("changed: {name: hide, key: [person], of: [flag]}, ",
                   "changed: {name: hide, key: [person], of: [flag]}, ");

#define HL7_MAPPING                                                                                \
    "in:\n"                                                                                        \
    "  format: hl7v2\n"                                                                            \
    "  id: [MSH-3, MSH-4, MSH-10]\n"                                                               \
    "common:\n"                                                                                    \
    "  header.environment: {from: MSH-11, as: upper, table: {P: live, T: test, D: test}, else: "   \
    "refuse}\n"                                                                                    \
    "  header.unknown_restriction: [\"ZU8-1[1!=0|1]\", ZU8-2,"                                     \
    " \"ARV-3[1!=NO]\", \"ARV(2)-3[1!=NO]\"]\n"                                                    \
    "  subject.local_id: {from: PID-3.1}\n"                                                        \
    "events:\n"                                                                                    \
    "  - {on: {MSH-9.2: A01}, emit: HospitalStay.admitted, fields: {stay.ward: {from: "            \
    "PV1-3.1}}}\n"                                                                                 \
    "  - {on: {ZU8-1: [1]}, emit: Restriction.raised, fields: {restriction.kind: {text: "          \
    "location}}}\n"                                                                                \
    "  - {on: {ZU8-1: [0]}, emit: Restriction.lifted, fields: {restriction.kind: {text: "          \
    "location}}}\n"

static const char hl7_mapping[] = HL7_MAPPING;
/* One that is a restriction of an unknown kind, where A31 says it. */
static const char standing_mapping[] =
    HL7_MAPPING "  - {on: {ZU8-2: S, MSH-9.2: A31}, emit: Restriction.raised,"
                " fields: {restriction.kind: {text: unknown}, restriction.code: ZU8-2}}\n";

static const char snapshot_mapping[] =
    "in:\n"
    "  format: csv\n"
    "  id: person\n"
    "common:\n"
    "  subject.local_id: {from: person}\n"
    "  header.environment: {from: place, table: {here: live, test: test}, else: refuse}\n"
    "events:\n"
    "  - {on: {status: open}, emit: Caseload.declared,"
    " changed: {name: case, key: [person], of: [status], vanished: ask}}\n"
    "  - {on: {status: closed}, emit: Caseload.ended,"
    " changed: {name: case, key: [person], of: [status], first: quiet}}\n";

/* Two events of one row that are compared with what was last seen of one thing. */
static const char pair_mapping[] =
    "in:\n"
    "  format: csv\n"
    "  id: person\n"
    "common:\n"
    "  header.environment: {text: live}\n"
    "  subject.local_id: {from: person}\n"
    "events:\n"
    "  - {on: {first: present}, emit: Caseload.declared,"
    " changed: {name: pair, key: [person], of: [first], first: quiet},"
    " fields: {caseload.worker: {from: first}}}\n"
    "  - {on: {second: present}, emit: Caseload.declared,"
    " changed: {name: pair, key: [person], of: [second], first: quiet},"
    " fields: {caseload.worker: {from: second}}}\n";

/* What is hidden is told when it changes. */
static const char hides_mapping[] =
    "in:\n"
    "  format: hl7v2\n"
    "  id: [MSH-3, MSH-4, MSH-10]\n"
    "common:\n"
    "  header.environment: {from: MSH-11, as: upper, table: {P: live, T: test, D: test}, else: "
    "refuse}\n"
    "  header.unknown_restriction: [\"ZU8-1[1!=0|1]\"]\n"
    "  subject.local_id: {from: PID-3.1}\n"
    "events:\n"
    "  - {on: {ZU8-1: [1]}, emit: Restriction.raised,"
    " changed: {name: hide, key: [PID-3.1], of: [ZU8-1]}, fields: {restriction.kind: {text: "
    "location}}}\n"
    "  - {on: {ZU8-1: [0]}, emit: Restriction.lifted,"
    " changed: {name: hide, key: [PID-3.1], of: [ZU8-1]}, fields: {restriction.kind: {text: "
    "location}}}\n"
    "  - {on: {MSH-9.2: A01}, emit: HospitalStay.admitted, fields: {stay.ward: {from: PV1-3.1}}}\n"
    "  - {on: {MSH-9.2: A08}, emit: HospitalStay.moved, changed: {key: [PID-3.1], of: [PV1-3.1]},"
    " fields: {stay.ward: {from: PV1-3.1}}}\n";

/* What is remembered by the subject, and as an older mapping remembered it: by the first two
 * repetitions of PID-3. */
#define MEMORY_MAPPING(person, stay)                                                               \
    "in:\n"                                                                                        \
    "  format: hl7v2\n"                                                                            \
    "  id: [MSH-3, MSH-4, MSH-10]\n"                                                               \
    "common:\n"                                                                                    \
    "  header.environment: {from: MSH-11, as: upper, table: {P: live, T: test, D: test}, else: "   \
    "refuse}\n"                                                                                    \
    "  subject.nhs_number: {from: \"PID-3[4=NHS].1\", as: nhs-number, status: PID-32}\n"           \
    "  subject.local_id: \"PID-3[4!=NHS].1\"\n"                                                    \
    "events:\n"                                                                                    \
    "  - {on: {PD1-11: 0}, emit: Restriction.lifted, changed: {name: place, " person               \
    ", of: [PD1-11, PV1-16]}, fields: {restriction.kind: {text: location}}}\n"                     \
    "  - {on: {PV1-16: S}, emit: Restriction.raised, changed: {name: place, " person               \
    ", of: [PD1-11, PV1-16]}, fields: {restriction.kind: {text: location}}}\n"                     \
    "  - {on: {PD1-12: Y}, emit: Restriction.raised, changed: {name: protected, " person           \
    ", of: [PD1-12]}, fields: {restriction.kind: {text: record}}}\n"                               \
    "  - {on: {PD1-12: N}, emit: Restriction.lifted, changed: {name: protected, " person           \
    ", of: [PD1-12], first: quiet}, fields: {restriction.kind: {text: record}}}\n"                 \
    "  - {on: {PV1-3.1: present}, emit: HospitalStay.moved, changed: {" stay                       \
    ", of: [PV1-3.1]}, fields: {stay.ward: PV1-3.1}}\n"

static const char by_subject[] =
    MEMORY_MAPPING("by: subject, was: [PID-3.1, \"PID-3(2).1\"]",
                   "by: subject, key: PV1-19, was: [PID-3.1, \"PID-3(2).1\", PV1-19]");
static const char by_position[] =
    MEMORY_MAPPING("key: [PID-3.1, \"PID-3(2).1\"]", "key: [PID-3.1, \"PID-3(2).1\", PV1-19]");

/* The same of rows, of which all is told when it changes. */
#define CASES_MAPPING(workers)                                                                     \
    "in:\n"                                                                                        \
    "  format: csv\n"                                                                              \
    "  id: person\n"                                                                               \
    "common:\n"                                                                                    \
    "  header.environment: {text: live}\n"                                                         \
    "  subject.local_id: {from: person}\n"                                                         \
    "events:\n"                                                                                    \
    "  - {on: {hide: y}, emit: Restriction.raised,"                                                \
    " changed: {name: hide, key: [person], of: [hide]}, fields: {restriction.kind: {text: "        \
    "location}}}\n"                                                                                \
    "  - {on: {hide: n}, emit: Restriction.lifted,"                                                \
    " changed: {name: hide, key: [person], of: [hide], first: quiet},"                             \
    " fields: {restriction.kind: {text: location}}}\n"                                             \
    "  - {on: {status: open}, emit: Caseload.declared,"                                            \
    " changed: {name: case, key: [person], of: [status, worker]},"                                 \
    " fields: {caseload.worker: {from: worker, table: " workers ", else: refuse}}}\n"              \
    "  - {on: {status: closed}, emit: Caseload.ended,"                                             \
    " changed: {name: case, key: [person], of: [status, worker], first: quiet}}\n"

static const char cases_mapping[] = CASES_MAPPING("{w1: w1, w2: w2}");
static const char mended_cases[] = CASES_MAPPING("{w1: w1, w2: w2, w9: w9}");

static const char *const mappings[] = { json_mapping,     csv_mapping,   hl7_mapping,
                                        snapshot_mapping, pair_mapping,  mended_mapping,
                                        hides_mapping,    cases_mapping, mended_cases,
                                        standing_mapping, by_subject,    by_position,
                                        rows_mapping,     plain_mapping, mixed_mapping };

static const struct format *const formats[] = { &format_json, &format_csv, &format_hl7v2, NULL };
static const struct transport *const transports[] = { NULL };

static bool say_problems(const struct problems *p, const char *what)
{
    char line[512];
    for (size_t i = 0; i < p->count; i++)
        fprintf(stderr, "%s: %s\n", what, err_print(&p->list[i], line, sizeof line));
    return !problems_any(p);
}

static bool load_mapping(struct world *w, enum world_format format)
{
    const struct registry registry = { formats, transports };
    char path[96];
    struct problems p = { 0 };
    snprintf(path, sizeof path, "%s/in.yaml", w->scratch.dir);
    FILE *file = fopen(path, "w");
    if (!file || fputs(mappings[format], file) < 0 || fclose(file) != 0)
        return false;
    w->mapping = mapping_load(&w->a, path, &registry, w->schemas, &p);
    bool ok = say_problems(&p, "mapping") && w->mapping;
    problems_release(&p);
    return ok;
}

bool world_mend(struct world *w)
{
    return world_mend_to(w, WORLD_MENDED);
}

bool world_mend_to(struct world *w, enum world_format format)
{
    feed_close(&w->feed);
    if (!load_mapping(w, format))
        return false;
    w->options.mapping = w->mapping;
    return world_open_feed(w);
}

void world_copy(const char *from, const char *to)
{
    static const char *const parts[] = { "", "-wal", "-shm" };
    char command[400];
    for (size_t i = 0; i < 3; i++) {
        snprintf(command, sizeof command, "rm -f %s%s; test ! -e %s%s || cp %s%s %s%s", to,
                 parts[i], from, parts[i], from, parts[i], to, parts[i]);
        if (system(command) != 0)
            abort();
    }
}

bool world_open_bus(struct world *w)
{
    static const struct bus_topic topics[] = {
        { .name = "events.hospital", .partitions = 4 },
        { .name = "quarantine.hospital", .partitions = 1 },
        { .name = "links.hospital", .partitions = 1, .compacted = true },
        { .name = "schemas", .partitions = 1, .compacted = true },
    };
    struct bus_options o = { .url = w->bus_url, .prefix = "", .client = "test" };
    if (bus_open(&o, &w->bus, &w->e) && bus_topics(w->bus, topics, 4, &w->e))
        return true;
    fprintf(stderr, "bus: %s\n", w->e.text);
    return false;
}

static void set_options(struct world *w)
{
    memset(w->region_key.b, 1, KEY_BYTES);
    memset(w->agency_key.b, 2, KEY_BYTES);
    w->region_key.set = w->agency_key.set = true;
    w->bundle =
        (struct bundle){ .catalogue = w->schemas, .region = SLICE("test"), .partitions = 4 };
    w->options = (struct feed_options){
        .name = "pas",
        .agency = SLICE("hospital"),
        .service = SLICE("hospital/wards"),
        .system = "PAS",
        .contact_team = "Ward clerk",
        .contact_phone = "01632 960000",
        .timeliness = "realtime",
        .live = true,
        .mapping = w->mapping,
        .bundle = &w->bundle,
        .bus = w->bus,
        .region_key = &w->region_key,
        .agency_key = &w->agency_key,
        .spool = w->spool,
        .now_ms = world_now_ms,
    };
}

/* Loaded once a program: nothing changes them. */
static const struct catalogue *schemas_once(void)
{
    static const struct catalogue *schemas;
    static struct arena life;
    struct problems p = { 0 };
    if (schemas)
        return schemas;
    arena_init(&life, (size_t)64 * 1024 * 1024);
    schemas = catalogue_load(&life, SOURCE_DIR "/schemas", &p);
    (void)say_problems(&p, "schemas");
    problems_release(&p);
    return schemas;
}

bool world_init(struct world *w, enum world_format format)
{
    *w = (struct world){ .schemas = NULL };
    log_set_level(LOG_ERROR);
    world_set_ms(1800000000000);
    arena_init(&w->a, (size_t)256 * 1024 * 1024);
    scratch_make(&w->scratch);
    snprintf(w->spool, sizeof w->spool, "%s/pas.db", w->scratch.dir);
    snprintf(w->bus_url, sizeof w->bus_url, "embedded:%s/bus.db", w->scratch.dir);
    w->schemas = schemas_once();
    bool ok = w->schemas && load_mapping(w, format) && world_open_bus(w);
    set_options(w);
    return ok;
}

void world_done(struct world *w)
{
    feed_close(&w->feed);
    bus_close(&w->bus);
    arena_release(&w->a);
    scratch_remove(&w->scratch);
}

bool world_open_feed(struct world *w)
{
    w->options.bus = w->bus;
    if (w->opening_count < OPENINGS_MAX && feed_open(&w->options, &w->feed, &w->e)) {
        pthread_mutex_lock(&w->feed->lock); /* its publisher runs already */
        w->openings[w->opening_count++] = w->feed->spool.kept.feed_seq >> 32;
        pthread_mutex_unlock(&w->feed->lock);
        return true;
    }
    fprintf(stderr, "feed: %s\n", w->e.text);
    return false;
}

enum answer_fate world_say(struct world *w, const char *text)
{
    struct arrival in = { .bytes = slice_text(text) };
    struct intake up = feed_intake(w->feed);
    up.take(up.ctx, &in, &w->answer, 1);
    return w->answer.fate;
}

enum answer_fate world_admit(struct world *w, const char *members)
{
    static int id;
    char text[400];
    snprintf(text, sizeof text,
             "{\"id\":\"a%d\",\"type\":\"admitted\",\"environment\":\"live\",%s}", ++id, members);
    return world_say(w, text);
}

struct feed_counts world_counts(struct world *w)
{
    struct feed_counts c = { 0 };
    struct err e = { .fate = ERR_NONE };
    if (w->feed && !feed_drain(w->feed, DRAIN_MS))
        fprintf(stderr, "the feed did not drain\n");
    if (!feed_counts_read(w->spool, &c, &e))
        fprintf(stderr, "counts: %s\n", e.text);
    return c;
}

void world_link(struct world *w, const char *local_id)
{
    struct buf b;
    buf_init(&b, 1000);
    wire_put_header(&b, plan_fingerprint(catalogue_named(w->schemas, SLICE("Link"))->plan));
    avro_put_long(&b, 2);
    avro_put_text(&b, slice_text(local_id));
    avro_put_text(&b, SLICE(THEIRS));
    avro_put_text(&b, SLICE("hospital/wards"));
    avro_put_long(&b, 2);
    avro_put_text(&b, SLICE("council/team"));
    struct bus_record r = { .topic = "links.hospital",
                            .key = slice_text(local_id),
                            .value = buf_slice(&b) };
    if (!bus_publish(w->bus, &r, 1, &w->e)) {
        fprintf(stderr, "link: %s\n", w->e.text);
        abort();
    }
    buf_release(&b);
}

static void put_refusal(struct world *w, const char *local_id, uint8_t n, const char *reopened_by,
                        struct buf *b)
{
    const uint8_t event[ID_BYTES] = { n };
    wire_put_header(b, plan_fingerprint(catalogue_named(w->schemas, SLICE("Refused"))->plan));
    avro_put_long(b, 1);
    avro_put_text(b, SLICE("hospital"));
    avro_put_text(b, slice_text(local_id));
    avro_put_text(b, SLICE("council/team"));
    avro_put_text(b, SLICE("V1"));
    avro_put_text(b, SLICE("HospitalStay"));
    avro_put_text(b, SLICE("admitted"));
    buf_byte(b, 1);
    avro_put_text(b, slice_of(event, ID_BYTES));
    avro_put_long(b, 1790000000000);
    avro_put_text(b, SLICE("Dr A Guardian"));
    avro_put_text(b, slice_of(event, ID_BYTES));
    avro_put_text(b, SLICE("unknown"));
    avro_put_text(b, SLICE(""));
    avro_put_text(b, slice_text(reopened_by));
    buf_byte(b, 0);
    avro_put_text(b, SLICE("a seal of which a feed knows not."));
    avro_put_text(b, SLICE(""));
}

void world_refuse(struct world *w, const char *local_id, uint8_t n, const char *reopened_by)
{
    const uint8_t key[ID_BYTES] = { n };
    struct buf b;
    buf_init(&b, 1000);
    put_refusal(w, local_id, n, reopened_by, &b);
    struct bus_record r = { .topic = "links.hospital",
                            .key = slice_of(key, ID_BYTES),
                            .value = buf_slice(&b) };
    if (!bus_publish(w->bus, &r, 1, &w->e)) {
        fprintf(stderr, "refusal: %s\n", w->e.text);
        abort();
    }
    buf_release(&b);
}

/* 1 + which of w's openings numbered it; 0: another process's. */
static size_t opening_of(const struct world *w, int64_t seq)
{
    size_t n = w->opening_count;
    while (n > 0 && w->openings[n - 1] != seq >> 32)
        n--;
    return n;
}

static int in_order(const void *a, const void *b)
{
    const struct world_event *x = a, *y = b;
    if (x->opening != y->opening)
        return x->opening < y->opening ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static bool read_event(struct world *w, const struct bus_record *r, struct world_event *out)
{
    uint64_t fingerprint = 0;
    struct slice body, framed = arena_copy(&w->a, r->value);
    const struct schema *s = NULL;
    *out = (struct world_event){ .key = arena_copy(&w->a, r->key),
                                 .partition = r->partition,
                                 .offset = r->offset };
    if (wire_open(framed, &fingerprint, &body, &w->e))
        s = catalogue_fingerprint(w->schemas, fingerprint);
    if (!s || !plan_view(s->plan, &w->a, body, &out->v, &w->e)) {
        fprintf(stderr, "a record on the bus cannot be read: %s\n", w->e.text);
        abort();
    }
    if (slice_equal_text(s->name, "Unread") || slice_equal_text(s->name, "Refused"))
        return false;
    out->seq = view_long_at(&out->v, "header.feed_seq");
    out->opening = opening_of(w, out->seq);
    return true;
}

/* Signs, or events, in the order of their lanes. */
static size_t read_topic(struct world *w, bool signs, struct world_event *out, size_t most)
{
    size_t found = 0;
    for (int p = 0; p < 4; p++) {
        struct bus_reader *r = NULL;
        const struct bus_record *records = NULL;
        bool end = false, ok = bus_reader_open(w->bus, "events.hospital", p, 0, &r, &w->e);
        size_t n = 0;
        while (ok && !end && (ok = bus_reader_next(r, 0, &records, &n, &end, &w->e)))
            for (size_t i = 0; i < n && found < most; i++)
                found += read_event(w, &records[i], &out[found]) != signs;
        bus_reader_close(&r);
    }
    return found;
}

size_t world_signs(struct world *w, struct world_event *out, size_t most)
{
    return read_topic(w, true, out, most);
}

size_t world_events(struct world *w, struct world_event *out, size_t most)
{
    size_t found = read_topic(w, false, out, most);
    qsort(out, found, sizeof *out, in_order);
    return found;
}

const char *world_text(struct world *w, const struct world_event *e, const char *path)
{
    return arena_text(&w->a, view_text_at(&e->v, path));
}

struct wanted {
    const char *what, *name;
    uint64_t n;
};

static void add_wanted(void *ctx, const char *what, const char *name, uint64_t n)
{
    struct wanted *w = ctx;
    if (strcmp(w->what, what) == 0 && strcmp(w->name, name) == 0)
        w->n += n;
}

uint64_t world_tally(struct world *w, const char *what, const char *name)
{
    struct wanted wanted = { what, name, 0 };
    struct err e = { .fate = ERR_NONE };
    if (!feed_counts_each(w->spool, add_wanted, &wanted, &e))
        fprintf(stderr, "counts: %s\n", e.text);
    return wanted.n;
}
