/* recall.c - two generations in memory over one sorted table. */
#include "intake/spool/recall.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define PREFIX_BYTES 8
/* When a memtable is merged: the more entries, the more of them share a page of `known`. */
#define FULL 32768
#define ROOM_LEAST 1024
/* Merging must end before the next memtable is full: four for each one that came. */
#define MERGE_LEAST 64
#define MERGE_FACTOR 4
/* Entries that one statement writes: most of what a small row costs SQLite is the statement. */
#define MERGE_ROWS 16
#define PAIRS_4 "(?, ?), (?, ?), (?, ?), (?, ?)"
#define SWEEP_MOST 64
#define GATHERED_MAX ((size_t)256 * 1024 * 1024)

static const size_t value_bytes[] = {
    [RECALL_DEDUP] = 12, [RECALL_CHANGE] = 24, [RECALL_LINK] = 16
};

/* The bucket of a key. Keys are hashes, so their first bytes serve as the hash. There are a power
 * of two buckets, so the mask is the remainder. */
static size_t bucket_of(const struct memtable *g, const uint8_t key[ID_BYTES])
{
    uint32_t h;
    memcpy(&h, key, sizeof h);
    return h & g->mask;
}

static void chain_entry(struct memtable *g, size_t i)
{
    uint32_t *head = &g->heads[bucket_of(g, g->entries[i].key)];
    g->entries[i].next = *head;
    *head = (uint32_t)i + 1;
}

/* Room for one more; the chains grow with it. */
static bool grow_table(struct memtable *g, struct err *e)
{
    if (g->count < g->room)
        return true;
    size_t room = g->room ? g->room * 2 : ROOM_LEAST;
    struct recall_entry *entries = mem_grow(g->entries, room * sizeof *entries);
    if (!entries)
        return err_memory(e);
    g->entries = entries;
    uint32_t *heads = mem_alloc(2 * room * sizeof *heads);
    if (!heads)
        return err_memory(e);
    mem_free(g->heads);
    g->heads = heads;
    g->room = room;
    g->mask = 2 * room - 1;
    for (size_t i = 0; i < g->count; i++)
        chain_entry(g, i);
    return true;
}

static bool add_entry(struct memtable *g, enum recall_kind kind, const uint8_t key[ID_BYTES],
                      const struct recall_value *value, struct err *e)
{
    if (!grow_table(g, e))
        return false;
    struct recall_entry *new = &g->entries[g->count];
    *new = (struct recall_entry){ .value = *value, .kind = (uint32_t)kind };
    memcpy(new->key, key, ID_BYTES);
    chain_entry(g, g->count);
    g->count++;
    return true;
}

/* Takes the last ones off again: each stands at the head of its chain. */
static void truncate_to(struct memtable *g, size_t count)
{
    while (g->count > count) {
        const struct recall_entry *last = &g->entries[--g->count];
        g->heads[bucket_of(g, last->key)] = last->next;
    }
}

static void empty_table(struct memtable *g)
{
    if (g->heads)
        memset(g->heads, 0, (g->mask + 1) * sizeof *g->heads);
    g->count = g->merged = 0;
}

static const struct recall_entry *find_entry(const struct memtable *g, enum recall_kind kind,
                                             const uint8_t *key, size_t bytes)
{
    uint32_t at = g->count ? g->heads[bucket_of(g, key)] : 0;
    for (; at; at = g->entries[at - 1].next) {
        const struct recall_entry *entry = &g->entries[at - 1];
        if (entry->kind == (uint32_t)kind && memcmp(entry->key, key, bytes) == 0)
            return entry;
    }
    return NULL;
}

/* By key; of one key the older first, so that the newer is merged over it. */
static int by_key(const void *a, const void *b, void *ctx)
{
    const struct recall_entry *entries = ctx;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = memcmp(entries[x].key, entries[y].key, ID_BYTES);
    if (order != 0)
        return order;
    return x < y ? -1 : 1;
}

/* The table of now becomes the frozen one, and takes the other's memory. */
static bool freeze_table(struct recall *r, struct err *e)
{
    uint32_t *order = mem_grow(r->frozen.order, r->now.count * sizeof *order);
    if (!order)
        return err_memory(e);
    r->frozen.order = NULL;
    struct memtable old = r->frozen;
    r->frozen = r->now;
    r->now = old;
    r->frozen.order = order;
    r->frozen.merged = 0;
    r->frozen.last_row = r->row;
    for (size_t i = 0; i < r->frozen.count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, r->frozen.count, sizeof *order, by_key, r->frozen.entries);
    return true;
}

static struct slice pack_value(enum recall_kind kind, const struct recall_value *value,
                               uint8_t out[1 + RECALL_VALUE_MAX])
{
    out[0] = (uint8_t)kind;
    memcpy(out + 1, value->b, RECALL_VALUE_MAX);
    return slice_of(out, 1 + value_bytes[kind]);
}

static bool unpack_value(struct slice packed, enum recall_kind kind, struct recall_value *out)
{
    if (packed.n != 1 + value_bytes[kind] || packed.p[0] != (uint8_t)kind)
        return false;
    *out = (struct recall_value){ { 0 } };
    memcpy(out->b, packed.p + 1, packed.n - 1);
    return true;
}

/* What a rollback goes back to. */
static void save_place(struct recall *r)
{
    r->saved.count = r->now.count;
    r->saved.merged = r->frozen.merged;
    r->saved.row = r->row;
    r->saved.swept = r->swept;
}

/* Adds the entries of a row: key, kind, value, one after the other. Stops where it is damaged. */
static bool read_row(struct recall *r, struct slice row, struct err *e)
{
    while (row.n > ID_BYTES && row.p[ID_BYTES] <= RECALL_LINK) {
        enum recall_kind kind = (enum recall_kind)row.p[ID_BYTES];
        struct slice packed = slice_head(slice_from(row, ID_BYTES), 1 + value_bytes[kind]);
        struct recall_value value;
        if (!unpack_value(packed, kind, &value))
            return true;
        if (!add_entry(&r->now, kind, row.p, &value, e))
            return false;
        row = slice_from(row, ID_BYTES + packed.n);
    }
    return true;
}

static bool read_recent(struct recall *r, struct db *d, struct err *e)
{
    struct db_query *q = NULL;
    int64_t first = 0;
    if (!db_prepare(d, "select n, entries from recent order by n", &q, e))
        return false;
    for (bool row = true; row;) {
        if (!db_step(q, &row, e))
            return false;
        if (!row)
            break;
        r->row = db_int(q, 0);
        if (first == 0)
            first = r->row;
        if (!read_row(r, db_blob(q, 1), e)) {
            db_reset(q);
            return false;
        }
    }
    r->sweep_to = first > 0 ? first - 1 : 0;
    r->swept = r->sweep_to;
    save_place(r);
    return true;
}

bool recall_open(struct recall *r, struct db *d, struct err *e)
{
    static const struct {
        size_t at;
        const char *sql;
    } queries[] = {
        { offsetof(struct recall, append), "insert into recent values (?1, ?2)" },
        { offsetof(struct recall, merge), "insert or replace into known values (?1, ?2)" },
        { offsetof(struct recall, merge_rows),
          "insert or replace into known values " PAIRS_4 ", " PAIRS_4 ", " PAIRS_4 ", " PAIRS_4 },
        { offsetof(struct recall, sweep), "delete from recent where n <= ?1" },
        { offsetof(struct recall, get), "select value from known where key = ?1" },
        { offsetof(struct recall, range),
          "select 1 from known where key >= ?1 and key <= ?2 limit 1" },
        { offsetof(struct recall, drop), "delete from known where key = ?1 and value = ?2" },
    };
    *r = (struct recall){ .full = FULL };
    buf_init(&r->gathered, GATHERED_MAX);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct db_query *q = NULL;
        if (!db_prepare(d, queries[i].sql, &q, e))
            return false;
        memcpy((char *)r + queries[i].at, &q, sizeof q);
    }
    if (!filter_open(&r->filter, d, e))
        return false;
    return read_recent(r, d, e);
}

static void release_table(struct memtable *g)
{
    mem_free(g->entries);
    mem_free(g->heads);
    mem_free(g->order);
    *g = (struct memtable){ .count = 0 };
}

void recall_close(struct recall *r)
{
    release_table(&r->now);
    release_table(&r->frozen);
    buf_release(&r->gathered);
    filter_close(&r->filter);
}

bool recall_begin(struct recall *r, struct err *e)
{
    bool is_due = r->now.count >= r->full && r->frozen.count == 0;
    if (is_due && !freeze_table(r, e))
        return false;
    save_place(r);
    return true;
}

/* Whether the entry is a dedup key whose answer was forgotten before the key was merged. */
static bool is_pruned(const struct recall *r, const struct recall_entry *entry)
{
    int64_t n = 0;
    memcpy(&n, entry->value.b, sizeof n);
    return entry->kind == RECALL_DEDUP && n <= r->pruned;
}

/* Writes n entries by a statement that takes as many. */
static bool merge_into(struct recall *r, struct db_query *q,
                       const struct recall_entry *const *entries, size_t n, struct err *e)
{
    uint8_t packed[MERGE_ROWS][1 + RECALL_VALUE_MAX];
    for (size_t i = 0; i < n; i++) {
        const struct recall_entry *entry = entries[i];
        filter_add(&r->filter, entry->key);
        db_bind_blob(q, (int)(2 * i) + 1, slice_of(entry->key, ID_BYTES));
        db_bind_blob(q, (int)(2 * i) + 2,
                     pack_value((enum recall_kind)entry->kind, &entry->value, packed[i]));
    }
    return db_do(q, e);
}

/* The next `most` of the frozen ones, in order. */
/* Merges up to `most` of the frozen entries, in order. */
static bool merge_some(struct recall *r, size_t most, struct err *e)
{
    const struct recall_entry *rows[MERGE_ROWS];
    struct memtable *f = &r->frozen;
    size_t n = 0;
    for (; most > 0 && f->merged < f->count; most--) {
        const struct recall_entry *next = &f->entries[f->order[f->merged]];
        f->merged++;
        if (is_pruned(r, next))
            continue;
        rows[n] = next;
        n++;
        if (n < MERGE_ROWS)
            continue;
        if (!merge_into(r, r->merge_rows, rows, n, e))
            return false;
        n = 0;
    }
    for (size_t i = 0; i < n; i++)
        if (!merge_into(r, r->merge, &rows[i], 1, e))
            return false;
    return true;
}

static bool append_row(struct recall *r, struct err *e)
{
    if (r->gathered.n == 0)
        return true;
    r->row++;
    db_bind_int(r->append, 1, r->row);
    db_bind_blob(r->append, 2, buf_slice(&r->gathered));
    bool good = db_do(r->append, e);
    buf_reset(&r->gathered);
    return good;
}

bool recall_step(struct recall *r, struct err *e)
{
    if (!append_row(r, e))
        return false;
    if (!filter_step(&r->filter, e))
        return false;
    size_t most = MERGE_FACTOR * (r->now.count - r->saved.count);
    if (!merge_some(r, most > MERGE_LEAST ? most : MERGE_LEAST, e))
        return false;
    if (r->swept >= r->sweep_to)
        return true;
    r->swept += SWEEP_MOST;
    if (r->swept > r->sweep_to)
        r->swept = r->sweep_to;
    db_bind_int(r->sweep, 1, r->swept);
    return db_do(r->sweep, e);
}

void recall_committed(struct recall *r)
{
    if (r->frozen.count > 0 && r->frozen.merged == r->frozen.count) {
        r->sweep_to = r->frozen.last_row;
        empty_table(&r->frozen);
    }
    save_place(r);
}

void recall_rolled_back(struct recall *r)
{
    truncate_to(&r->now, r->saved.count);
    r->frozen.merged = r->saved.merged;
    r->row = r->saved.row;
    r->swept = r->saved.swept;
    buf_reset(&r->gathered);
}

bool recall_put(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                const struct recall_value *value, struct err *e)
{
    uint8_t packed[1 + RECALL_VALUE_MAX];
    buf_put(&r->gathered, slice_of(key, ID_BYTES));
    buf_put(&r->gathered, pack_value(kind, value, packed));
    if (!buf_done(&r->gathered, e))
        return false;
    return add_entry(&r->now, kind, key, value, e);
}

bool recall_drop(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                 const struct recall_value *value, struct err *e)
{
    uint8_t packed[1 + RECALL_VALUE_MAX];
    db_bind_blob(r->drop, 1, slice_of(key, ID_BYTES));
    db_bind_blob(r->drop, 2, pack_value(kind, value, packed));
    return db_do(r->drop, e);
}

bool recall_get(struct recall *r, enum recall_kind kind, const uint8_t key[ID_BYTES],
                struct recall_value *value, bool *found, struct err *e)
{
    const struct recall_entry *entry = find_entry(&r->now, kind, key, ID_BYTES);
    if (!entry)
        entry = find_entry(&r->frozen, kind, key, ID_BYTES);
    *found = entry != NULL;
    if (entry) {
        *value = entry->value;
        return true;
    }
    if (!filter_may_have(&r->filter, key))
        return true;
    bool row = false;
    db_bind_blob(r->get, 1, slice_of(key, ID_BYTES));
    if (!db_step(r->get, &row, e))
        return false;
    *found = row && unpack_value(db_blob(r->get, 0), kind, value);
    if (row)
        db_reset(r->get);
    return true;
}

void recall_expect(const struct recall *r, const uint8_t key[ID_BYTES])
{
    if (r->now.heads)
        __builtin_prefetch(&r->now.heads[bucket_of(&r->now, key)]);
    if (r->frozen.heads)
        __builtin_prefetch(&r->frozen.heads[bucket_of(&r->frozen, key)]);
    filter_expect(&r->filter, key);
}

bool recall_has_prefix(struct recall *r, const uint8_t key[ID_BYTES], bool *found, struct err *e)
{
    const struct recall_entry *entry = find_entry(&r->now, RECALL_DEDUP, key, PREFIX_BYTES);
    if (!entry)
        entry = find_entry(&r->frozen, RECALL_DEDUP, key, PREFIX_BYTES);
    *found = entry != NULL;
    if (*found || !filter_may_have(&r->filter, key))
        return true;
    uint8_t low[ID_BYTES] = { 0 }, high[ID_BYTES];
    memcpy(low, key, PREFIX_BYTES);
    memset(high, 0xff, sizeof high);
    memcpy(high, key, PREFIX_BYTES);
    db_bind_blob(r->range, 1, slice_of(low, sizeof low));
    db_bind_blob(r->range, 2, slice_of(high, sizeof high));
    if (!db_step(r->range, found, e))
        return false;
    if (*found)
        db_reset(r->range);
    return true;
}
