/* bus_store.c - topics, records and positions in one SQLite file. */
#include "bus/bus_store.h"

#include <string.h>

#include "base/clock.h"
#include "bus/backend.h"

/* A row number, from its highest bit; the sign bit stays 0:
 *
 *     | 0 | topic, 13 bits | partition, 10 bits | offset, 40 bits |
 *     |<------------- lane's number ----------->|
 */
#define OFFSET_BITS 40
#define PARTITION_BITS 10
#define TOPIC_MAX 8191

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " partitions INTEGER NOT NULL, compacted INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS records (row INTEGER PRIMARY KEY, ms INTEGER NOT NULL,"
    " key BLOB NOT NULL, value BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS latest (lane INTEGER NOT NULL, key BLOB NOT NULL,"
    " row INTEGER NOT NULL, PRIMARY KEY (lane, key)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS positions (holder TEXT NOT NULL, lane INTEGER NOT NULL,"
    " next INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (holder, lane)) WITHOUT ROWID;";

/* ---- errors ---- */

/* Replaces the database's code by the bus's; the sentence stays. Always false. */
static bool fail_as_bus(struct err *e)
{
    static const struct {
        const char *db, *bus;
        enum err_fate fate;
    } codes[] = {
        { "db.full", "bus.full", ERR_RETRY },
        { "db.busy", "bus.down", ERR_RETRY },
        { "db.files", "bus.down", ERR_RETRY },
        { "db.locked", "bus.locked", ERR_FATAL },
    };
    if (!e->code || strncmp(e->code, "db.", 3) != 0)
        return false;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(e->code, codes[i].db) == 0) {
            e->code = codes[i].bus;
            e->fate = codes[i].fate;
            return false;
        }
    e->code = "bus.fatal";
    e->fate = ERR_FATAL;
    return false;
}

/* ---- opening ---- */

static bool prepare_queries(struct bus_store *s, bool read_only, struct err *e)
{
    const struct {
        const char *sql;
        struct db_query **q;
        bool writes;
    } list[] = {
        { "SELECT row, ms, key, value FROM records WHERE row >= ? AND row < ? ORDER BY row LIMIT ?",
          &s->get, false },
        { "SELECT row, ms FROM records WHERE row >= ? AND row < ? ORDER BY row DESC LIMIT 1",
          &s->head, false },
        { "SELECT next, note FROM positions WHERE holder = ? AND lane = ?", &s->position, false },
        { "SELECT id, name, partitions, compacted FROM topics ORDER BY id", &s->all, false },
        { "INSERT INTO records (row, ms, key, value) VALUES (?, ?, ?, ?)", &s->put, true },
        { "SELECT row FROM latest WHERE lane = ? AND key = ?", &s->latest, true },
        { "INSERT OR REPLACE INTO latest (lane, key, row) VALUES (?, ?, ?)", &s->keep, true },
        { "DELETE FROM records WHERE row = ?", &s->drop, true },
        { "INSERT OR REPLACE INTO positions (holder, lane, next, note) VALUES (?, ?, ?, ?)",
          &s->set_position, true },
        { "INSERT INTO topics (name, partitions, compacted) VALUES (?, ?, ?)", &s->add, true },
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (read_only && list[i].writes)
            continue;
        if (!db_prepare(s->db, list[i].sql, list[i].q, e))
            return false;
    }
    return true;
}

bool bus_store_open(struct bus_store *s, const char *path, const char *prefix, bool read_only,
                    struct err *e)
{
    *s = (struct bus_store){ .prefix = prefix };
    bool opened = read_only ? db_open_reader(path, &s->db, e) : db_open(path, schema, &s->db, e);
    if (!opened && e->code && strcmp(e->code, "db.locked") == 0) {
        err_clear(e);
        return err_set(
            e, ERR_FATAL, "bus.locked", 0,
            "cannot write '%s': another process is writing this bus (is the daemon running?)",
            path);
    }
    if (!opened || !prepare_queries(s, read_only, e))
        return fail_as_bus(e);
    return bus_store_load(s, e);
}

/* Takes NULL. */
static void free_topic(struct bus_store_topic *t)
{
    if (!t)
        return;
    mem_free(t->name);
    mem_free(t->lanes);
    mem_free(t);
}

void bus_store_release(struct bus_store *s)
{
    for (size_t i = 0; i < s->count; i++)
        free_topic(s->topics[i]);
    mem_free(s->topics);
    db_close(&s->db);
    *s = (struct bus_store){ 0 };
}

/* ---- topics ---- */

/* Where the topic stands in the table; not found: where it would stand. */
static size_t find_place(const struct bus_store *s, const char *name, bool *found)
{
    size_t low = 0, high = s->count;
    *found = false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(s->topics[mid]->name, name);
        if (order == 0) {
            *found = true;
            return mid;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct bus_store_topic *bus_store_find(const struct bus_store *s, const char *name)
{
    bool found;
    size_t at = find_place(s, name, &found);
    return found ? s->topics[at] : NULL;
}

bool bus_store_want(const struct bus_store *s, const char *name, int partition,
                    struct bus_store_topic **out, struct err *e)
{
    *out = bus_store_find(s, name);
    if (!*out)
        return err_set(e, ERR_FATAL, "bus.topic", 0,
                       "cannot use topic '%s': this bus has no topic of that name", name);
    if (partition < 0 || partition >= (*out)->partitions)
        return err_set(e, ERR_FATAL, "bus.topic", 0,
                       "cannot use partition %d of topic '%s': it has %d, counted from 0",
                       partition, name, (*out)->partitions);
    return true;
}

/* Takes t into the table, or fails and leaves it with the caller. */
static bool insert_topic(struct bus_store *s, struct bus_store_topic *t, struct err *e)
{
    bool found;
    size_t at = find_place(s, t->name, &found);
    if (!mem_room((void **)&s->topics, &s->room, s->count, sizeof *s->topics))
        return err_memory(e);
    memmove(s->topics + at + 1, s->topics + at, (s->count - at) * sizeof *s->topics);
    s->topics[at] = t;
    s->count++;
    return true;
}

static bool fill_lanes(struct bus_store *s, struct bus_store_topic *t, int64_t id, struct err *e)
{
    for (int i = 0; i < t->partitions; i++) {
        struct lane *l = &t->lanes[i];
        l->number = ((id << PARTITION_BITS) | i) << OFFSET_BITS;
        if (!bus_store_head(s, l, &l->next, &l->last_ms, e))
            return false;
    }
    return true;
}

/* NULL without memory. Ended by free_topic. */
static struct bus_store_topic *new_store_topic(struct slice name, int partitions, bool compacted)
{
    struct bus_store_topic *t = mem_alloc(sizeof *t);
    if (!t)
        return NULL;
    t->partitions = partitions;
    t->compacted = compacted;
    t->name = mem_alloc(name.n + 1);
    t->lanes = mem_alloc((size_t)partitions * sizeof *t->lanes);
    if (!t->name || !t->lanes) {
        free_topic(t);
        return NULL;
    }
    memcpy(t->name, name.p, name.n);
    return t;
}

/* Adds the topic of the row that s->all stands on. */
static bool load_topic(struct bus_store *s, struct slice name, struct err *e)
{
    int64_t id = db_int(s->all, 0), partitions = db_int(s->all, 2);
    bool compacted = db_int(s->all, 3) != 0;
    if (id > TOPIC_MAX || partitions < 1 || partitions >= (1 << PARTITION_BITS))
        return err_set(
            e, ERR_FATAL, "bus.fatal", 0,
            "cannot use the embedded bus: its file has more topics, or partitions, than a bus can");
    struct bus_store_topic *t = new_store_topic(name, (int)partitions, compacted);
    if (!t)
        return err_memory(e);
    bool good = fill_lanes(s, t, id, e);
    good = good && insert_topic(s, t, e);
    if (!good)
        free_topic(t);
    return good;
}

static bool has_topic(const struct bus_store *s, struct slice name)
{
    for (size_t i = 0; i < s->count; i++)
        if (slice_equal_text(name, s->topics[i]->name))
            return true;
    return false;
}

bool bus_store_load(struct bus_store *s, struct err *e)
{
    struct slice prefix = slice_text(s->prefix);
    for (bool row = true; row;) {
        if (!db_step(s->all, &row, e))
            return fail_as_bus(e);
        if (!row)
            break;
        struct slice full = db_blob(s->all, 1);
        struct slice name = slice_from(full, prefix.n);
        bool is_ours = slice_starts(full, prefix) && !slice_is_empty(name);
        if (!is_ours || has_topic(s, name))
            continue;
        if (!load_topic(s, name, e)) {
            db_reset(s->all);
            return false;
        }
    }
    return true;
}

bool bus_store_add(struct bus_store *s, const struct bus_topic *t, struct err *e)
{
    struct arena a;
    arena_init(&a, 4096);
    const char *full = arena_format(&a, "%s%s", s->prefix, t->name);
    bool good = full || err_memory(e);
    if (good) {
        db_bind_text(s->add, 1, slice_text(full));
        db_bind_int(s->add, 2, t->partitions);
        db_bind_int(s->add, 3, t->compacted);
        good = db_do(s->add, e) || fail_as_bus(e);
    }
    arena_release(&a);
    return good;
}

/* ---- writing ---- */

bool bus_store_begin(struct bus_store *s, struct err *e)
{
    s->now_ms = clock_wall_ms();
    return db_begin(s->db, e) || fail_as_bus(e);
}

static struct lane *lane_to_change(struct bus_store *s, struct bus_store_topic *t, int partition)
{
    struct lane *l = &t->lanes[partition];
    if (!l->is_changed) {
        l->is_changed = true;
        l->changed = s->changed;
        s->changed = l;
        l->new_next = l->next;
        /* The wall clock may step back. The times of a lane's records must not: decisions go by
         * them. */
        l->new_ms = s->now_ms > l->last_ms ? s->now_ms : l->last_ms;
    }
    return l;
}

/* Deletes the earlier record of that key, and notes `row` as its last one. */
static bool compact_key(struct bus_store *s, const struct lane *l, struct slice key, int64_t row,
                        struct err *e)
{
    bool had;
    db_bind_int(s->latest, 1, l->number);
    db_bind_blob(s->latest, 2, key);
    if (!db_step(s->latest, &had, e))
        return fail_as_bus(e);
    int64_t old = had ? db_int(s->latest, 0) : 0;
    db_reset(s->latest);
    if (had) {
        db_bind_int(s->drop, 1, old);
        if (!db_do(s->drop, e))
            return fail_as_bus(e);
    }
    db_bind_int(s->keep, 1, l->number);
    db_bind_blob(s->keep, 2, key);
    db_bind_int(s->keep, 3, row);
    return db_do(s->keep, e) || fail_as_bus(e);
}

bool bus_store_put(struct bus_store *s, const struct bus_record *r, struct err *e)
{
    struct bus_store_topic *t;
    if (!bus_store_want(s, r->topic, r->partition, &t, e))
        return false;
    struct lane *l = lane_to_change(s, t, r->partition);
    int64_t row = l->number | l->new_next;
    if (t->compacted && !compact_key(s, l, r->key, row, e))
        return false;
    db_bind_int(s->put, 1, row);
    db_bind_int(s->put, 2, l->new_ms);
    db_bind_blob(s->put, 3, r->key);
    db_bind_blob(s->put, 4, r->value);
    if (!db_do(s->put, e))
        return fail_as_bus(e);
    l->new_next++;
    return true;
}

bool bus_store_set_position(struct bus_store *s, struct slice group, const struct bus_position *p,
                            struct err *e)
{
    struct bus_store_topic *t;
    if (!bus_store_want(s, p->topic, p->partition, &t, e))
        return false;
    db_bind_text(s->set_position, 1, group);
    db_bind_int(s->set_position, 2, t->lanes[p->partition].number);
    db_bind_int(s->set_position, 3, p->next);
    db_bind_blob(s->set_position, 4, p->note);
    return db_do(s->set_position, e) || fail_as_bus(e);
}

/* Ends the transaction of all lanes that it changed. */
static void settle_lanes(struct bus_store *s, bool committed)
{
    while (s->changed) {
        struct lane *l = s->changed;
        s->changed = l->changed;
        l->is_changed = false;
        l->changed = NULL;
        if (committed) {
            l->next = l->new_next;
            l->last_ms = l->new_ms;
        }
    }
}

bool bus_store_commit(struct bus_store *s, struct err *e)
{
    bool good = db_commit(s->db, e) || fail_as_bus(e);
    settle_lanes(s, good);
    return good;
}

void bus_store_rollback(struct bus_store *s)
{
    db_rollback(s->db);
    settle_lanes(s, false);
}

/* ---- reading ---- */

static int64_t offset_of(int64_t row)
{
    return row & (((int64_t)1 << OFFSET_BITS) - 1);
}

/* The rows of a lane, from that offset on. */
static void bind_range(struct db_query *q, const struct lane *l, int64_t from)
{
    db_bind_int(q, 1, l->number | from);
    db_bind_int(q, 2, l->number + ((int64_t)1 << OFFSET_BITS));
}

/* Appends to b the record of the row that s->get stands on. */
static bool read_row(struct bus_store *s, const struct bus_store_topic *t, int partition,
                     struct batch *b, struct err *e)
{
    struct bus_record *r = &b->r[b->n];
    r->topic = t->name;
    r->partition = partition;
    r->offset = offset_of(db_int(s->get, 0));
    r->accepted_ms = db_int(s->get, 1);
    r->key = arena_copy(&b->a, db_blob(s->get, 2));
    r->value = arena_copy(&b->a, db_blob(s->get, 3));
    if (!r->key.p || !r->value.p)
        return err_memory(e);
    b->n++;
    return true;
}

bool bus_store_read(struct bus_store *s, const struct bus_store_topic *t, int partition,
                    int64_t *at, struct batch *b, struct err *e)
{
    bind_range(s->get, &t->lanes[partition], *at);
    db_bind_int(s->get, 3, (int64_t)(BUS_BATCH_COUNT - b->n));
    bool row = true;
    while (!batch_is_full(b)) {
        if (!db_step(s->get, &row, e))
            return fail_as_bus(e);
        if (!row)
            return true;
        if (!read_row(s, t, partition, b, e)) {
            db_reset(s->get);
            return false;
        }
        *at = b->r[b->n - 1].offset + 1;
    }
    db_reset(s->get);
    return true;
}

bool bus_store_head(struct bus_store *s, const struct lane *l, int64_t *next, int64_t *last_ms,
                    struct err *e)
{
    bool row;
    bind_range(s->head, l, 0);
    if (!db_step(s->head, &row, e))
        return fail_as_bus(e);
    *next = row ? offset_of(db_int(s->head, 0)) + 1 : 0;
    *last_ms = row ? db_int(s->head, 1) : 0;
    db_reset(s->head);
    return true;
}

bool bus_store_ends(struct bus_store *s, const struct lane *l, struct bus_end *out, struct err *e)
{
    bool row = false;
    int64_t last_ms;
    if (!bus_store_head(s, l, &out->next, &last_ms, e))
        return false;
    bind_range(s->get, l, 0);
    db_bind_int(s->get, 3, 1);
    if (!db_step(s->get, &row, e))
        return fail_as_bus(e);
    out->first = row ? offset_of(db_int(s->get, 0)) : out->next;
    if (row)
        db_reset(s->get);
    return true;
}

bool bus_store_position(struct bus_store *s, struct slice group, const struct lane *l,
                        struct arena *a, struct bus_position *out, struct err *e)
{
    bool row;
    db_bind_text(s->position, 1, group);
    db_bind_int(s->position, 2, l->number);
    if (!db_step(s->position, &row, e))
        return fail_as_bus(e);
    out->next = row ? db_int(s->position, 0) : 0;
    out->note = row ? arena_copy(a, db_blob(s->position, 1)) : (struct slice){ 0 };
    bool good = !row || out->note.p || err_memory(e);
    db_reset(s->position);
    return good;
}
