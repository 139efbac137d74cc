/* known.c - notices and links, by pseudonym, in memory. */
#include "delivery/known.h"

#include "base/ids.h"
#include "bus/topics.h"
#include "record/wire.h"

#include <string.h>

/* Open addressing by pseudonym; a value is replaced by a newer one. */
struct entry {
    uint8_t key[ID_BYTES];
    uint8_t *value;
    uint32_t n;
};
struct table {
    struct entry *entries;
    size_t room, count;
};

struct known {
    const struct catalogue *catalogue;
    struct slice service;
    struct arena names, work;
    struct bus_reader *notices, *links;
    struct table notice, link;
};

static struct entry *slot_of(const struct table *t, const uint8_t *key)
{
    if (!t->room)
        return NULL;
    size_t at = hash_bytes(slice_of(key, ID_BYTES)) & (t->room - 1);
    while (t->entries[at].value && memcmp(t->entries[at].key, key, ID_BYTES) != 0)
        at = (at + 1) & (t->room - 1);
    return &t->entries[at];
}

static bool table_grow(struct table *t)
{
    struct table bigger = { .room = t->room ? t->room * 2 : 64, .count = t->count };
    bigger.entries = mem_alloc(bigger.room * sizeof *bigger.entries);
    if (!bigger.entries)
        return false;
    for (size_t i = 0; i < t->room; i++)
        if (t->entries[i].value)
            *slot_of(&bigger, t->entries[i].key) = t->entries[i];
    mem_free(t->entries);
    *t = bigger;
    return true;
}

static bool table_set(struct table *t, const uint8_t *key, struct slice value, struct err *e)
{
    if (t->count * 4 >= t->room * 3 && !table_grow(t))
        return err_memory(e);
    struct entry *at = slot_of(t, key);
    uint8_t *copy = mem_alloc(value.n + 1);
    if (!copy)
        return err_memory(e);
    if (value.n)
        memcpy(copy, value.p, value.n);
    t->count += !at->value;
    mem_free(at->value);
    memcpy(at->key, key, ID_BYTES);
    at->value = copy;
    at->n = (uint32_t)value.n;
    return true;
}

static struct slice table_get(const struct table *t, struct slice key)
{
    struct entry *at = key.n == ID_BYTES ? slot_of(t, key.p) : NULL;
    return at && at->value ? slice_of(at->value, at->n) : (struct slice){ 0 };
}

static void table_release(struct table *t)
{
    for (size_t i = 0; i < t->room; i++)
        mem_free(t->entries[i].value);
    mem_free(t->entries);
}

static bool take_notice(struct known *k, const struct bus_record *r, struct err *e)
{
    return r->key.n != ID_BYTES || table_set(&k->notice, r->key.p, r->value, e);
}

/* Links of other services of the agency are not this delivery's: their pseudonyms differ. */
static bool take_link(struct known *k, const struct bus_record *r, struct err *e)
{
    uint64_t fingerprint;
    struct slice body;
    struct view v;
    uint8_t reference[ID_BYTES];
    arena_reset(&k->work);
    if (!wire_open(r->value, &fingerprint, &body, e))
        return false;
    const struct schema *s = catalogue_fingerprint(k->catalogue, fingerprint);
    if (!s)
        return err_set(e, ERR_FATAL, "delivery.link", 0, "cannot read a link: unknown schema");
    if (!plan_view(s->plan, &k->work, body, &v, e))
        return false;
    if (!slice_equal(view_text_at(&v, "reference_of"), k->service) ||
        !id_from_hex(view_text_at(&v, "reference"), reference))
        return true;
    return table_set(&k->link, reference, view_text_at(&v, "local_id"), e);
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

bool known_open(struct bus *b, const struct catalogue *c, struct slice agency, struct slice service,
                struct known **out, struct err *e)
{
    struct known *k = mem_alloc(sizeof *k);
    if (!k)
        return err_memory(e);
    k->catalogue = c;
    k->service = service;
    arena_init(&k->names, 1 << 16);
    arena_init(&k->work, 1 << 20);
    const char *restrictions = topic_restrictions(&k->names, service);
    const char *links = topic_links(&k->names, agency);
    if (!restrictions || !links || !bus_reader_open(b, restrictions, 0, 0, &k->notices, e) ||
        !bus_reader_open(b, links, 0, 0, &k->links, e)) {
        known_close(&k);
        return err_memory(e);
    }
    *out = k;
    return true;
}

void known_close(struct known **k)
{
    if (!*k)
        return;
    bus_reader_close(&(*k)->notices);
    bus_reader_close(&(*k)->links);
    table_release(&(*k)->notice);
    table_release(&(*k)->link);
    arena_release(&(*k)->names);
    arena_release(&(*k)->work);
    mem_free(*k);
    *k = NULL;
}

bool known_refresh(struct known *k, struct err *e)
{
    return read_to_end(k, k->notices, take_notice, e) && read_to_end(k, k->links, take_link, e);
}

struct slice known_notice(const struct known *k, struct slice pseudonym)
{
    return table_get(&k->notice, pseudonym);
}

struct slice known_local_id(const struct known *k, struct slice pseudonym)
{
    return table_get(&k->link, pseudonym);
}
