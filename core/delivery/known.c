/* known.c - notices and links, by pseudonym, in memory. */
#include "delivery/known.h"

#include "base/ids.h"
#include "bus/topics.h"
#include "host/log.h"
#include "record/wire.h"
#include "sharing/facts/former.h"

#include <string.h>

#define WORK_MAX_BYTES ((size_t)16 << 20)

/* Open addressing by pseudonym; a value is replaced by a newer one. */
struct entry {
    uint8_t key[ID_BYTES];
    uint8_t *value;
    uint32_t n;
    int64_t sequence; /* of a notice */
};
struct table {
    struct entry *entries;
    size_t room, count;
};

/* One compacted topic. The reader is NULL where it must be read from its start. */
struct source {
    const char *topic;
    struct bus_reader *reader;
};

struct known {
    const struct catalogue *catalogue;
    struct bus *bus;
    struct log_who who;
    struct slice service;
    struct arena names, work;
    struct source notices, links;
    struct table notice, link;
};

static struct entry *known_slot(const struct table *t, const uint8_t *key)
{
    if (!t->room)
        return NULL;
    size_t at = hash_bytes(slice_of(key, ID_BYTES)) & (t->room - 1);
    while (t->entries[at].value && memcmp(t->entries[at].key, key, ID_BYTES) != 0)
        at = (at + 1) & (t->room - 1);
    return &t->entries[at];
}

static bool known_grow(struct table *t)
{
    struct table bigger = { .room = t->room ? t->room * 2 : 64, .count = t->count };
    bigger.entries = mem_alloc(bigger.room * sizeof *bigger.entries);
    if (!bigger.entries)
        return false;
    for (size_t i = 0; i < t->room; i++)
        if (t->entries[i].value)
            *known_slot(&bigger, t->entries[i].key) = t->entries[i];
    mem_free(t->entries);
    *t = bigger;
    return true;
}

/* A lower sequence never replaces a higher one. */
static bool known_set(struct table *t, const uint8_t *key, struct slice value, int64_t sequence,
                      struct err *e)
{
    if (t->count * 4 >= t->room * 3 && !known_grow(t))
        return err_memory(e);
    struct entry *at = known_slot(t, key);
    if (at->value && at->sequence > sequence)
        return true;
    uint8_t *copy = mem_alloc(value.n + 1);
    if (!copy)
        return err_memory(e);
    if (value.n)
        memcpy(copy, value.p, value.n);
    if (!at->value)
        t->count++;
    mem_free(at->value);
    memcpy(at->key, key, ID_BYTES);
    at->value = copy;
    at->n = (uint32_t)value.n;
    at->sequence = sequence;
    return true;
}

static struct slice known_get(const struct table *t, struct slice key)
{
    const struct slice none = { 0 };
    if (key.n != ID_BYTES)
        return none;
    const struct entry *at = known_slot(t, key.p);
    return at && at->value ? slice_of(at->value, at->n) : none;
}

static void known_release(struct table *t)
{
    for (size_t i = 0; i < t->room; i++)
        mem_free(t->entries[i].value);
    mem_free(t->entries);
}

/* Opens a value of one internal schema; false: it is something else, or broken. */
static bool open_value(struct known *k, const struct bus_record *r, const char *name,
                       struct view *out, struct err *e)
{
    const struct schema *s = catalogue_named(k->catalogue, slice_text(name));
    struct slice body;
    arena_reset(&k->work);
    if (!s || !former_open(s, &k->work, r->value, &body, e))
        return err_set(e, ERR_REJECT, "delivery.schema", 2, "cannot read a %s of another form",
                       name);
    return plan_view(s->plan, &k->work, body, out, e);
}

/* A notice that cannot be read is kept, too: while it is the last one nothing about its subject
 * leaves. */
static bool take_notice(struct known *k, const struct bus_record *r, struct err *e)
{
    struct view v;
    struct err why = { 0 };
    int64_t sequence = INT64_MAX;
    if (r->key.n != ID_BYTES) {
        err_set(&why, ERR_REJECT, "delivery.key", 0, "cannot tell whom a notice is about");
        log_err(LOG_ERROR, &k->who, &why);
        return true;
    }
    if (open_value(k, r, "Notice", &v, &why)) {
        sequence = view_long_at(&v, "sequence");
    } else {
        const struct entry *at = known_slot(&k->notice, r->key.p);
        log_err(LOG_ERROR, &k->who, &why);
        sequence = at && at->value ? at->sequence : 0;
    }
    return known_set(&k->notice, r->key.p, r->value, sequence, e);
}

/* Refusals beside the links are for feeds. */
static bool is_refusal(const struct known *k, const struct bus_record *r)
{
    const struct schema *s = catalogue_named(k->catalogue, SLICE("Refused"));
    struct err ignored = { 0 };
    struct slice body;
    uint64_t fingerprint = 0;
    return s && wire_open(r->value, &fingerprint, &body, &ignored) &&
           fingerprint == plan_fingerprint(s->plan);
}

/* Links of other services of the agency are not this delivery's: their pseudonyms differ. */
static bool take_link(struct known *k, const struct bus_record *r, struct err *e)
{
    struct view v;
    struct err why = { 0 };
    uint8_t reference[ID_BYTES];
    if (is_refusal(k, r))
        return true;
    if (!open_value(k, r, "Link", &v, &why)) {
        log_err(LOG_ERROR, &k->who, &why);
        return true;
    }
    if (!slice_equal(view_text_at(&v, "reference_of"), k->service))
        return true;
    if (!id_from_hex(view_text_at(&v, "reference"), reference))
        return true;
    return known_set(&k->link, reference, view_text_at(&v, "local_id"), 0, e);
}

static bool read_to_end(struct known *k, struct bus_reader *reader,
                        bool (*take)(struct known *, const struct bus_record *, struct err *),
                        struct err *e)
{
    bool end = false;
    size_t n = 1;
    while (!end) {
        const struct bus_record *r;
        if (!bus_reader_next(reader, n ? 0 : 20, &r, &n, &end, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!take(k, &r[i], e))
                return false;
    }
    return true;
}

/* Reads a topic to its end. After a failure it is read again from its start, which does no harm:
 * an older notice never replaces a newer one. */
static bool refresh_source(struct known *k, struct source *s,
                           bool (*take)(struct known *, const struct bus_record *, struct err *),
                           struct err *e)
{
    if (!s->reader && !bus_reader_open(k->bus, s->topic, 0, 0, &s->reader, e))
        return false;
    bool good = read_to_end(k, s->reader, take, e);
    if (!good)
        bus_reader_close(&s->reader);
    return good;
}

bool known_open(const struct delivery_options *o, struct known **out, struct err *e)
{
    struct known *k = mem_alloc(sizeof *k);
    if (!k)
        return err_memory(e);
    k->catalogue = o->bundle->catalogue;
    k->bus = o->bus;
    k->who = (struct log_who){ "delivery", o->name };
    k->service = o->service;
    arena_init(&k->names, 1 << 16);
    arena_init(&k->work, WORK_MAX_BYTES);
    k->notices.topic = topic_restrictions(&k->names, o->service);
    k->links.topic = topic_links(&k->names, o->agency);
    bool good = k->notices.topic && k->links.topic ? true : err_memory(e);
    good = good && bus_reader_open(o->bus, k->notices.topic, 0, 0, &k->notices.reader, e);
    good = good && bus_reader_open(o->bus, k->links.topic, 0, 0, &k->links.reader, e);
    if (!good) {
        known_close(&k);
        return false;
    }
    *out = k;
    return true;
}

void known_close(struct known **out)
{
    struct known *k = *out;
    *out = NULL;
    if (!k)
        return;
    bus_reader_close(&k->notices.reader);
    bus_reader_close(&k->links.reader);
    known_release(&k->notice);
    known_release(&k->link);
    arena_release(&k->names);
    arena_release(&k->work);
    mem_free(k);
}

bool known_refresh(struct known *k, struct err *e)
{
    if (!refresh_source(k, &k->notices, take_notice, e))
        return false;
    return refresh_source(k, &k->links, take_link, e);
}

struct slice known_notice(const struct known *k, struct slice pseudonym)
{
    return known_get(&k->notice, pseudonym);
}

struct slice known_local_id(const struct known *k, struct slice pseudonym)
{
    return known_get(&k->link, pseudonym);
}
