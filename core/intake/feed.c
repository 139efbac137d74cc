/* feed.c - a feed's life: open, close, and the transaction that take and publisher share. */
#include "intake/feed.h"

#include "base/clock.h"
#include "bus/topics.h"

#define MAPPING_HASH_SHOWN 8 /* bytes of the mapping's hash in header.mapping */
#define REFUSING_MS 30000    /* after that a sender may be asked to try again */
#define OWN_BYTES_MAX ((size_t)64 * 1024)
#define KEEP_BYTES_MAX ((size_t)192 * 1024 * 1024) /* also a file made UTF-8 */
#define WORK_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define RECORDS_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define REPLY_BYTES_MAX ((size_t)1024 * 1024)
/* of the spool's limit: the quarantine, and as much each for words and answers */
#define SHARE 8
#define QUARANTINE_AGE_MS ((int64_t)30 * 24 * 3600000)
#define SPOOL_BYTES_DEFAULT ((int64_t)8 * 1024 * 1024 * 1024)

static const struct schema *internal(const struct feed *f, const char *name)
{
    return catalogue_named(f->o.bundle->catalogue, slice_text(name));
}

/* The header is every event schema's first record, so its slots have the same numbers in all. */
static int find_system_slot(const struct catalogue *c)
{
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct schema *s = catalogue_at(c, i);
        if (plan_header(s->plan))
            return plan_slot(s->plan, SLICE("header.source_system"));
    }
    return -1;
}

static bool set_origin(struct feed *f, struct err *e)
{
    const struct feed_options *o = &f->o;
    struct origin *from = &f->origin;
    char *hex = arena_alloc(&f->own, 2 * MAPPING_HASH_SHOWN + 1);
    if (hex)
        slice_to_hex(slice_of(mapping_hash(o->mapping), MAPPING_HASH_SHOWN), hex);
    *from = (struct origin){
        .feed = slice_text(o->name),
        .agency = o->agency,
        .service = o->service,
        .system = slice_text(o->system),
        .contact_team = slice_text(o->contact_team),
        .contact_phone = slice_text(o->contact_phone),
        .timeliness = slice_text(o->timeliness),
        .mapping = slice_text(hex),
        .environment = slice_text(o->live ? "live" : "test"),
        .agency_key = o->agency_key,
        .system_slot = find_system_slot(o->bundle->catalogue),
        .person = internal(f, "Person"),
    };
    f->identity = (struct identity){
        .agency = o->agency,
        .region_key = o->region_key,
        .agency_key = o->agency_key,
        .traced = o->traced,
        .partitions = o->bundle->partitions,
        .references = o->references,
        .spool = &f->spool,
    };
    f->topic_events = topic_events(&f->own, o->agency);
    f->topic_quarantine = topic_quarantine(&f->own, o->agency);
    f->topic_links = topic_links(&f->own, o->agency);
    f->quarantine = internal(f, "Quarantine");
    f->link = internal(f, "Link");
    f->unread = internal(f, "Unread");
    f->refused = internal(f, "Refused");
    if (!hex || !f->topic_events || !f->topic_quarantine || !f->topic_links)
        return err_memory(e);
    if (!f->quarantine || !f->link || !f->unread || !f->origin.person)
        return err_set(e, ERR_FATAL, "intake.schema", 0,
                       "cannot open feed '%s': no schema 'Quarantine', 'Link' or 'Person'",
                       o->name);
    return true;
}

static void set_up(struct feed *f, const struct feed_options *o)
{
    f->o = *o;
    f->o.now_ms = o->now_ms ? o->now_ms : clock_wall_ms;
    f->o.spool_max_bytes = o->spool_max_bytes ? o->spool_max_bytes : SPOOL_BYTES_DEFAULT;
    if (!f->o.quarantine_max_bytes)
        f->o.quarantine_max_bytes = f->o.spool_max_bytes / SHARE;
    if (!f->o.words_max_bytes)
        f->o.words_max_bytes = f->o.spool_max_bytes / SHARE;
    if (!f->o.quarantine_age_ms)
        f->o.quarantine_age_ms = QUARANTINE_AGE_MS;
    f->who = (struct log_who){ "feed", o->name };
    f->format = mapping_format(o->mapping);
    f->says_plainly = mapping_says_plainly(o->mapping);
    arena_init(&f->own, OWN_BYTES_MAX);
    arena_init(&f->keep, KEEP_BYTES_MAX);
    arena_init(&f->own_keep, KEEP_BYTES_MAX);
    arena_init(&f->work, WORK_BYTES_MAX);
    buf_init(&f->records, RECORDS_BYTES_MAX);
    buf_init(&f->reply, REPLY_BYTES_MAX);
    pthread_mutex_init(&f->lock, NULL);
    pthread_mutex_init(&f->taking, NULL);
}

static void tear_down(struct feed *f)
{
    spool_close(&f->spool);
    pthread_mutex_destroy(&f->lock);
    pthread_mutex_destroy(&f->taking);
    buf_release(&f->reply);
    buf_release(&f->records);
    arena_release(&f->work);
    arena_release(&f->keep);
    arena_release(&f->own_keep);
    arena_release(&f->own);
    mem_free(f);
}

/* Opens the spool and what stands in it, and starts the publisher last. */
static bool open_parts(struct feed *f, struct err *e)
{
    const struct feed_options *o = &f->o;
    if (!set_origin(f, e))
        return false;
    if (!spool_open(o->spool, &f->spool, e))
        return false;
    if (!quarantine_open(&f->quarantined, f->spool.db, o->quarantine_max_bytes,
                         o->quarantine_age_ms, e))
        return false;
    if (!told_aside_open(&f->told, f->spool.db, e))
        return false;
    if (!noticed_begin(&f->quarantined.noticed, (int64_t)f->spool.kept.counts.taken, o->now_ms(),
                       e))
        return false;
    if (!words_open(&f->words, f->spool.db, o->words_max_bytes, o->now_ms(), e))
        return false;
    if (mapping_is_snapshot(o->mapping) &&
        !snapshot_open(&f->snapshot, f->spool.db, o->stale_after_ms, o->now_ms(), e))
        return false;
    return feed_fetch_open(f, e) && publisher_start(f, e);
}

bool feed_open(const struct feed_options *o, struct feed **out, struct err *e)
{
    struct feed *f = mem_alloc(sizeof *f);
    if (!f)
        return err_memory(e);
    set_up(f, o);
    if (!mapping_is_in(o->mapping))
        err_set(e, ERR_FATAL, "map.direction", 0,
                "feed '%s' has a mapping that goes out: a feed needs one that begins with 'in:'",
                o->name);
    else if (open_parts(f, e)) {
        f->spool.answers_max_bytes = f->o.spool_max_bytes / SHARE;
        struct err later = { .fate = ERR_NONE };
        if (!feed_take_ordered(f, &later)) /* at the next start */
            log_err(LOG_WARN, &f->who, &later);
        *out = f;
        return true;
    }
    tear_down(f);
    return false;
}

struct intake feed_intake(struct feed *f)
{
    return (struct intake){ .take = feed_take,
                            .ctx = f,
                            .prepare = feed_prepare,
                            .go_on = feed_go_on,
                            .fetched = feed_fetched,
                            .cursor = slice_of(f->spool.cursor, f->spool.cursor_bytes) };
}

bool feed_accepts(const struct feed *f)
{
    int64_t refused_ms = atomic_load(&f->refused_ms);
    return !refused_ms || !clock_is_within(f->o.now_ms(), refused_ms, REFUSING_MS);
}

void feed_stop(struct feed *f)
{
    atomic_store(&f->stopping, true);
}

void feed_close(struct feed **f)
{
    struct feed *old = *f;
    if (!old)
        return;
    *f = NULL;
    publisher_stop(old);
    tear_down(old);
}
