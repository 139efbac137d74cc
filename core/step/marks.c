/* marks.c - marks and pages of ids. They are read without a view, since every event asks. */
#include "step/marks.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "record/wire.h"

#define VERSION 1
#define MARK_BYTES 16
#define ID_KEPT 8
#define PAGE_BYTES ((size_t)MARKS_IDS_A_PAGE * ID_KEPT)
#define RECORD_MORE (WIRE_HEADER_BYTES + 64)

const char *mark_note(enum mark_says s)
{
    static const char *const notes[] = {
        [MARK_NEW] = "",
        [MARK_FIRST] = "feed.opened",
        [MARK_AGAIN] = "",
        [MARK_RETURNED] = "feed.returned",
        [MARK_OTHER] = "feed.second",
        [MARK_UNKNOWN] = "",
    };
    return notes[s];
}

static void key_of(const char *start, struct slice rest, uint8_t key[ID_BYTES])
{
    uint8_t hash[HASH_BYTES];
    const struct slice hashed[] = { slice_text(start), rest };
    sha256_slices(hashed, 2, hash);
    memcpy(key, hash, ID_BYTES);
}

static void key_of_page(int64_t page, uint8_t key[ID_BYTES])
{
    char text[24];
    int n = snprintf(text, sizeof text, "%" PRId64, page);
    key_of("ids:", slice_of(text, (size_t)n), key);
}

/* A mark has 16 bytes, two numbers, big-endian:
 *
 *     | the last number of its opening that was decided | when that was, in ms |
 *       0 .. 7                                            8 .. 15 */
static uint64_t number_at(const uint8_t *p)
{
    uint64_t n = 0;
    for (int i = 0; i < 8; i++)
        n = n << 8 | p[i];
    return n;
}

static void put_number(uint8_t *p, uint64_t n)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(n >> (56 - 8 * i));
}

/* The upper half of header.feed_seq; 0: a number of a program that knew no openings. */
static inline int64_t opening_of(int64_t number)
{
    return number & MARKS_OPENING_BIT ? number >> 32 : 0;
}

/* -- reading ---------------------------------------------------------------------------------- */

static bool damaged(const char *what, struct err *e)
{
    return err_set(e, ERR_FATAL, "facts.mark", 0, "cannot read the facts of a partition: its %s",
                   what);
}

/* Opens the record of that schema which memory holds under key: *out stands behind its version.
 * *found: there is one. */
static bool open_own(const struct bundle *b, const struct memory *m, const uint8_t key[ID_BYTES],
                     const char *name, struct cursor *out, bool *found, struct err *e)
{
    struct slice framed = memory_get(m, key), body;
    const struct schema *s = catalogue_named(b->catalogue, slice_text(name));
    uint64_t fingerprint = 0;
    int64_t version = 0;
    *found = !slice_is_empty(framed);
    if (!*found)
        return true;
    bool good = s && wire_open(framed, &fingerprint, &body, e);
    if (!good || fingerprint != plan_fingerprint(s->plan))
        return damaged(name, e);
    *out = cursor_of(body);
    return cursor_long(out, &version, e) || damaged(name, e);
}

bool marks_is_skip(struct slice verb, struct slice on)
{
    return slice_equal_text(verb, "skip") && slice_starts(on, SLICE("lane "));
}

bool marks_keep_skip(struct slice verb, struct slice on, struct slice act, bool *goes_on,
                     struct memory_change *out, struct err *e)
{
    *goes_on = marks_is_skip(verb, on) && act.n > 0;
    if (!*goes_on)
        return true;
    out->bytes = mem_alloc(act.n);
    if (!out->bytes)
        return err_memory(e);
    memcpy(out->bytes, act.p, act.n);
    out->n = act.n;
    key_of("word:", on, out->key);
    return true;
}

bool marks_has_skip(const struct memory *m, const char *topic, int partition, int64_t offset)
{
    char on[320];
    uint8_t key[ID_BYTES];
    int n = snprintf(on, sizeof on, "lane %s %d at %" PRId64, topic, partition, offset);
    if (n < 0 || (size_t)n >= sizeof on)
        return false;
    key_of("word:", slice_of(on, (size_t)n), key);
    return !slice_is_empty(memory_get(m, key));
}

struct marks {
    bool known;        /* the feed was met before in this partition */
    struct slice list; /* 16 bytes a mark */
    int64_t old;       /* of programs that knew no openings; -1: none */
};

static bool read_old(const struct bundle *b, const struct memory *m, struct slice feed,
                     struct marks *out, struct err *e)
{
    struct cursor c;
    struct slice name;
    uint8_t key[ID_BYTES];
    bool found = false;
    key_of("feed:", feed, key);
    if (!open_own(b, m, key, "FeedMark", &c, &found, e))
        return false;
    out->known = found;
    if (!found)
        return true;
    bool good = cursor_run(&c, &name, e);
    good = good && cursor_long(&c, &out->old, e);
    return good || damaged("FeedMark", e);
}

static bool read_marks(const struct bundle *b, const struct memory *m, struct slice feed,
                       const uint8_t key[ID_BYTES], struct marks *out, struct err *e)
{
    struct cursor c;
    struct slice name;
    *out = (struct marks){ .old = -1 };
    if (!open_own(b, m, key, "FeedMarks", &c, &out->known, e))
        return false;
    if (!out->known)
        return read_old(b, m, feed, out, e);
    bool good = cursor_run(&c, &name, e);
    good = good && cursor_run(&c, &out->list, e);
    good = good && out->list.n % MARK_BYTES == 0;
    return good || damaged("FeedMarks", e);
}

/* The pages of ids, used one after the other and then again from the first. */
struct pages {
    int64_t count, at; /* at: the page that ids are added to */
    int64_t since;     /* ids decided at or before that time may be gone */
};

static const uint8_t *key_of_pages(void)
{
    static const uint8_t key[ID_BYTES] = "event id pages.."; /* no hash is likely to be that */
    return key;
}

static bool read_pages(const struct bundle *b, const struct memory *m, struct pages *out,
                       struct err *e)
{
    struct cursor c;
    bool found = false;
    *out = (struct pages){ .count = 0 };
    if (!open_own(b, m, key_of_pages(), "EventIdPages", &c, &found, e))
        return false;
    if (!found)
        return true;
    bool good = cursor_long(&c, &out->count, e);
    good = good && cursor_long(&c, &out->at, e);
    good = good && cursor_long(&c, &out->since, e);
    return good || damaged("EventIdPages", e);
}

struct page {
    uint8_t key[ID_BYTES];
    int64_t last; /* when the last of its events was decided */
    struct slice ids;
};

static bool read_page(const struct bundle *b, const struct memory *m, int64_t number,
                      struct page *out, struct err *e)
{
    struct cursor c;
    bool found = false;
    *out = (struct page){ .last = 0 };
    key_of_page(number, out->key);
    if (!open_own(b, m, out->key, "EventIds", &c, &found, e))
        return false;
    if (!found)
        return true;
    bool good = cursor_long(&c, &out->last, e);
    good = good && cursor_run(&c, &out->ids, e);
    return good || damaged("EventIds", e);
}

/* -- asking ----------------------------------------------------------------------------------- */

/* The bytes of an event's id that are kept. The key of its feed's marks is mixed in, since another
 * feed's same id is another event's. */
static void short_id(const struct mark_event *event, const uint8_t key[ID_BYTES],
                     uint8_t out[ID_KEPT])
{
    uint8_t id[HASH_BYTES];
    if (id_from_hex(event->id, id))
        memcpy(out, id + ID_BYTES - ID_KEPT, ID_KEPT);
    else {
        sha256(event->id, id);
        memcpy(out, id, ID_KEPT);
    }
    for (int i = 0; i < ID_KEPT; i++)
        out[i] ^= key[i];
}

static bool is_in(const struct page *page, const uint8_t id[ID_KEPT])
{
    for (size_t i = 0; i + ID_KEPT <= page->ids.n; i += ID_KEPT)
        if (memcmp(page->ids.p + i, id, ID_KEPT) == 0)
            return true;
    return false;
}

/* Whether the event's id is kept. *since_ms: of events decided at or before it, some ids are gone.
 */
static bool find_id(const struct bundle *b, const struct memory *m, const struct mark_event *event,
                    const uint8_t key[ID_BYTES], bool *found, int64_t *since_ms, struct err *e)
{
    struct pages all;
    uint8_t id[ID_KEPT];
    *found = false;
    if (!read_pages(b, m, &all, e))
        return false;
    short_id(event, key, id);
    *since_ms = event->decided_ms - MARKS_KEPT_MS;
    if (all.since > *since_ms)
        *since_ms = all.since;
    for (int64_t i = 0; i < all.count && !*found; i++) {
        struct page page;
        if (!read_page(b, m, i, &page, e))
            return false;
        *found = is_in(&page, id);
    }
    return true;
}

/* The place of the opening's mark in the list; the list's end: it has none. The newest mark stands
 * last, and is asked for most. */
static size_t find_mark(const struct marks *marks, int64_t number)
{
    int64_t opening = opening_of(number);
    for (size_t end = marks->list.n; end > 0; end -= MARK_BYTES) {
        size_t at = end - MARK_BYTES;
        if (opening_of((int64_t)number_at(marks->list.p + at)) == opening)
            return at;
    }
    return marks->list.n;
}

/* The mark of the number's opening; -1: it has none. *is_last: no other opening was met after it.
 */
static int64_t mark_of(const struct marks *marks, int64_t number, bool *is_last)
{
    size_t at = find_mark(marks, number);
    *is_last = at + MARK_BYTES >= marks->list.n;
    if (at < marks->list.n)
        return (int64_t)number_at(marks->list.p + at);
    return opening_of(number) == 0 ? marks->old : -1;
}

/* An event above its mark was never decided; of all others the id tells. */
bool marks_ask(const struct bundle *b, const struct memory *m, const struct mark_event *event,
               struct mark_place *out, struct err *e)
{
    struct marks marks;
    bool is_last = false, found = false;
    int64_t since_ms = 0;
    key_of("marks:", event->feed, out->key);
    if (!read_marks(b, m, event->feed, out->key, &marks, e))
        return false;
    int64_t mark = mark_of(&marks, event->number, &is_last);
    bool has_mark = mark >= 0;
    if (has_mark && event->number > mark) {
        out->says = is_last ? MARK_NEW : MARK_OTHER;
        return true;
    }
    if (!marks.known) {
        out->says = MARK_NEW;
        return true;
    }
    if (!find_id(b, m, event, out->key, &found, &since_ms, e))
        return false;
    bool is_old = event->taken_ms > 0 && event->taken_ms <= since_ms;
    if (found)
        out->says = MARK_AGAIN;
    else if (has_mark)
        out->says = is_old ? MARK_AGAIN : MARK_RETURNED;
    else
        out->says = is_old ? MARK_UNKNOWN : MARK_FIRST;
    return true;
}

/* -- changing --------------------------------------------------------------------------------- */

static bool begin_own(const struct bundle *b, const char *name, size_t room, struct buf *out,
                      struct err *e)
{
    const struct schema *s = catalogue_named(b->catalogue, slice_text(name));
    if (!s)
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find the schema '%s'", name);
    buf_init(out, room + RECORD_MORE);
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, VERSION);
    return true;
}

static bool end_own(struct buf *b, const uint8_t key[ID_BYTES], struct memory_change *out,
                    struct err *e)
{
    out->bytes = buf_ok(b) ? mem_alloc(b->n) : NULL;
    if (out->bytes) {
        memcpy(out->bytes, b->p, b->n);
        memcpy(out->key, key, ID_BYTES);
        out->n = b->n;
    }
    buf_release(b);
    return out->bytes || err_memory(e);
}

/* Whether the mark there is to be forgotten. left: how many are kept with it. */
static bool is_stale(const struct marks *marks, size_t at, size_t left, int64_t now_ms)
{
    int64_t used_ms = (int64_t)number_at(marks->list.p + at + 8);
    if (left > MARKS_KEPT_MAX)
        return true;
    return left > MARKS_KEPT_MIN && used_ms < now_ms - MARKS_KEPT_MS;
}

static void put_mark(uint8_t out[MARK_BYTES], int64_t number, int64_t used_ms)
{
    put_number(out, (uint64_t)number);
    put_number(out + 8, (uint64_t)used_ms);
}

/* Where the list begins without its oldest marks, as far as they are stale; `at` is kept. fresh:
 * one more mark is to be added. */
static size_t oldest_kept(const struct marks *marks, size_t at, bool fresh, int64_t now_ms)
{
    size_t from = 0;
    while (from < marks->list.n && from != at) {
        size_t left = (marks->list.n - from) / MARK_BYTES + (fresh ? 1 : 0);
        if (!is_stale(marks, from, left, now_ms))
            break;
        from += MARK_BYTES;
    }
    return from;
}

/* The event's mark moves to the end of the list. */
static bool make_marks(const struct bundle *b, const struct memory *m,
                       const struct mark_event *event, const uint8_t key[ID_BYTES],
                       struct memory_change *out, struct err *e)
{
    struct marks marks;
    struct buf record;
    uint8_t own[MARK_BYTES], old[MARK_BYTES];
    bool is_last;
    if (!read_marks(b, m, event->feed, key, &marks, e))
        return false;
    size_t at = find_mark(&marks, event->number);
    bool fresh = at == marks.list.n;
    size_t from = oldest_kept(&marks, at, fresh, event->decided_ms);
    int64_t before = mark_of(&marks, event->number, &is_last);
    put_mark(own, event->number > before ? event->number : before, event->decided_ms);
    struct slice head = slice_from(slice_head(marks.list, at), from);
    struct slice tail = fresh ? slice_of(NULL, 0) : slice_from(marks.list, at + MARK_BYTES);
    if (marks.old >= 0 && opening_of(event->number) != 0) { /* so there is no list yet */
        put_mark(old, marks.old, event->decided_ms);
        head = slice_of(old, MARK_BYTES);
    }
    if (!begin_own(b, "FeedMarks", event->feed.n + marks.list.n + 2 * MARK_BYTES, &record, e))
        return false;
    avro_put_text(&record, event->feed);
    avro_put_long(&record, (int64_t)(head.n + tail.n + MARK_BYTES));
    buf_put(&record, head);
    buf_put(&record, tail);
    buf_put(&record, slice_of(own, MARK_BYTES));
    return end_own(&record, key, out, e);
}

/* Goes on to the next page, since this one is full. Where the ids of the next must still be kept, a
 * new page is made. Where there are too many pages, the next is taken all the same. */
static bool turn_page(const struct bundle *b, const struct memory *m, int64_t now_ms,
                      struct pages *all, struct page *page, struct err *e)
{
    int64_t next = 0;
    if (all->count > 0) {
        next = (all->at + 1) % all->count;
        if (!read_page(b, m, next, page, e))
            return false;
        bool must_stay = page->last >= now_ms - MARKS_KEPT_MS;
        if (must_stay && all->count < MARKS_PAGES_MAX)
            next = all->count;
        else if (must_stay && page->last > all->since)
            all->since = page->last;
    }
    all->at = next;
    if (next == all->count)
        all->count++;
    page->ids = slice_of(NULL, 0);
    key_of_page(next, page->key);
    return true;
}

static bool make_pages(const struct bundle *b, const struct pages *all, struct memory_change *out,
                       struct err *e)
{
    struct buf record;
    if (!begin_own(b, "EventIdPages", 0, &record, e))
        return false;
    avro_put_long(&record, all->count);
    avro_put_long(&record, all->at);
    avro_put_long(&record, all->since);
    return end_own(&record, key_of_pages(), out, e);
}

static bool make_page(const struct bundle *b, const struct mark_event *event,
                      const struct page *page, const uint8_t id[ID_KEPT], struct memory_change *out,
                      struct err *e)
{
    struct buf record;
    if (!begin_own(b, "EventIds", PAGE_BYTES, &record, e))
        return false;
    avro_put_long(&record, event->decided_ms);
    avro_put_long(&record, (int64_t)(page->ids.n + ID_KEPT));
    buf_put(&record, page->ids);
    buf_put(&record, slice_of(id, ID_KEPT));
    return end_own(&record, page->key, out, e);
}

/* out[0]: the page with the event's id; out[1]: which page that is, where it is another. */
static bool make_ids(const struct bundle *b, const struct memory *m, const struct mark_event *event,
                     const uint8_t key[ID_BYTES], struct memory_change out[2], struct err *e)
{
    struct pages all;
    struct page page = { .last = 0 };
    uint8_t id[ID_KEPT];
    if (!read_pages(b, m, &all, e))
        return false;
    if (all.count > 0 && !read_page(b, m, all.at, &page, e))
        return false;
    short_id(event, key, id);
    if (all.count == 0 || page.ids.n >= PAGE_BYTES) {
        if (!turn_page(b, m, event->decided_ms, &all, &page, e))
            return false;
        if (!make_pages(b, &all, &out[1], e))
            return false;
    }
    return make_page(b, event, &page, id, &out[0], e);
}

bool marks_make(const struct bundle *b, const struct memory *m, const struct mark_event *event,
                const struct mark_place *at, struct memory_change out[MARK_CHANGES], struct err *e)
{
    bool good = make_marks(b, m, event, at->key, &out[0], e);
    good = good && make_ids(b, m, event, at->key, &out[1], e);
    if (good)
        return true;
    for (int i = 0; i < MARK_CHANGES; i++) {
        mem_free(out[i].bytes);
        out[i] = (struct memory_change){ .bytes = NULL };
    }
    return false;
}
