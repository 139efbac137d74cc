/* marks_test.c - how long openings of a feed and ids of its events are known, and what goes when
 * there is no room for more. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "step/marks.h"
#include "record/wire.h"
#include "sharing/load/bundle_load.h"

#define NOW ((int64_t)1790000000000)
#define DAY ((int64_t)24 * 3600 * 1000)
#define NEVER_SAID "0000019f0000000000000000ffffffff"

static struct arena arena;
static const struct catalogue *catalogue;
static const struct bundle *bundle;
static struct memory m;
static struct err e;
static int next_id;

static void fresh(void)
{
    struct problems p = { .count = 0 };
    arena_init(&arena, 64u << 20);
    err_clear(&e);
    m = (struct memory){ .base = { .count = 0 } };
    next_id = 0;
    catalogue = catalogue_load(&arena, SOURCE_DIR "/schemas", &p);
    if (catalogue)
        bundle = bundle_load(&arena, SOURCE_DIR "/tests/unit/router/region", catalogue, &p);
    CU_ASSERT_EQUAL_FATAL(p.count, 0);
    problems_release(&p);
}

static void done(void)
{
    memory_release(&m);
    arena_release(&arena);
}

/* The count-th number of that opening. */
static int64_t number(int opening, int count)
{
    return MARKS_OPENING_BIT | (int64_t)opening << 32 | count;
}

static struct mark_event event(int64_t of, const char *id, int64_t at_ms)
{
    return (struct mark_event){ .feed = SLICE("hosp/pas"),
                                .number = of,
                                .id = slice_text(id),
                                .taken_ms = at_ms,
                                .decided_ms = at_ms };
}

static void keep(struct memory_change *change)
{
    if (!change->bytes)
        return;
    CU_ASSERT_TRUE_FATAL(memory_room(&m, 1, &e));
    memory_put(&m, change->key, change->bytes, change->n);
    CU_ASSERT_TRUE_FATAL(memory_ready(&m, &e));
    memory_merge(&m);
}

/* Decided then, as the next event that there is; its place among them. */
static int decide(int64_t of, int64_t at_ms)
{
    struct memory_change out[MARK_CHANGES] = { { .n = 0 } };
    struct mark_place place;
    char id[ID_HEX];
    snprintf(id, sizeof id, "0000019f00000000%016x", (unsigned)next_id);
    struct mark_event x = event(of, id, at_ms);
    CU_ASSERT_TRUE_FATAL(marks_ask(bundle, &m, &x, &place, &e));
    CU_ASSERT_TRUE_FATAL(marks_make(bundle, &m, &x, &place, out, &e));
    for (int i = 0; i < MARK_CHANGES; i++)
        keep(&out[i]);
    return next_id++;
}

static enum mark_says ask(int64_t of, const char *id, int64_t taken_ms, int64_t at_ms)
{
    struct mark_event x = event(of, id, at_ms);
    struct mark_place place = { .says = MARK_NEW };
    x.taken_ms = taken_ms;
    CU_ASSERT_TRUE_FATAL(marks_ask(bundle, &m, &x, &place, &e));
    return place.says;
}

/* Of a number at its mark, with an id that was never decided: that tells whether there is a
 * mark. */
static bool has_mark(int opening, int64_t at_ms)
{
    return ask(number(opening, 1), NEVER_SAID, at_ms, at_ms) == MARK_RETURNED;
}

/* One that does not say when it was taken in. */
static bool has_id(int which, int64_t at_ms)
{
    char id[ID_HEX];
    snprintf(id, sizeof id, "0000019f00000000%016x", (unsigned)which);
    return ask(number(1, 1), id, 0, at_ms) == MARK_AGAIN;
}

/* ---- openings ---- */

static void the_65th_opening_drops_none_that_is_young(void)
{
    for (int i = 1; i <= MARKS_KEPT_MIN; i++)
        decide(number(i, 1), NOW);
    decide(number(MARKS_KEPT_MIN + 1, 1), NOW + MARKS_KEPT_MS);
    for (int i = 1; i <= MARKS_KEPT_MIN + 1; i++)
        CU_ASSERT(has_mark(i, NOW + MARKS_KEPT_MS));
}

static void older_than_30_days_and_beyond_64_they_go(void)
{
    int64_t later = NOW + MARKS_KEPT_MS + 1;
    for (int i = 1; i <= MARKS_KEPT_MIN; i++)
        decide(number(i, 1), NOW);
    decide(number(MARKS_KEPT_MIN + 1, 1), later);
    CU_ASSERT_FALSE(has_mark(1, later));
    for (int i = 2; i <= MARKS_KEPT_MIN + 1; i++)
        CU_ASSERT(has_mark(i, later));
    CU_ASSERT(ask(number(1, 2), NEVER_SAID, later, later) == MARK_FIRST);
    CU_ASSERT(ask(number(2, 2), NEVER_SAID, later, later) == MARK_OTHER);
}

static void the_newest_64_stay_however_old(void)
{
    int64_t later = NOW + 400 * DAY;
    for (int i = 1; i < MARKS_KEPT_MIN; i++)
        decide(number(i, 1), NOW);
    decide(number(MARKS_KEPT_MIN, 1), later);
    for (int i = 1; i <= MARKS_KEPT_MIN; i++)
        CU_ASSERT(has_mark(i, later));
}

/* All that are beyond 64 go at once, after a feed that opened often was quiet; none that is
 * young. */
static void many_old_ones_go_at_once(void)
{
    int64_t later = NOW + 40 * DAY;
    for (int i = 1; i <= 200; i++)
        decide(number(i, 1), i <= 100 ? NOW : NOW + 15 * DAY);
    decide(number(201, 1), later);
    for (int i = 1; i <= 201; i++)
        CU_ASSERT_EQUAL(has_mark(i, later), i > 100);
}

/* How old one is goes by when it was used last. */
static void one_that_is_in_use_stays(void)
{
    int64_t later = NOW + 40 * DAY;
    for (int i = 1; i <= MARKS_KEPT_MIN; i++)
        decide(number(i, 1), NOW);
    decide(number(1, 2), NOW + DAY); /* the oldest opening goes on */
    CU_ASSERT(ask(number(1, 3), NEVER_SAID, NOW, NOW) == MARK_NEW);
    decide(number(MARKS_KEPT_MIN + 1, 1), later);
    CU_ASSERT(has_mark(1, later));
    CU_ASSERT_FALSE(has_mark(2, later));
    CU_ASSERT(has_mark(3, later));
}

static void one_that_was_used_within_30_days_stays(void)
{
    int64_t later = NOW + 40 * DAY;
    decide(number(1, 1), NOW);
    decide(number(2, 1), NOW);
    decide(number(1, 2), NOW + 20 * DAY);
    for (int i = 3; i < 3 + 2 * MARKS_KEPT_MIN; i++)
        decide(number(i, 1), later);
    CU_ASSERT(has_mark(1, later));
    CU_ASSERT_FALSE(has_mark(2, later));
}

static void there_is_a_most_of_them_however_young(void)
{
    for (int i = 1; i <= MARKS_KEPT_MAX; i++)
        decide(number(i, 1), NOW);
    CU_ASSERT(has_mark(1, NOW));
    decide(number(MARKS_KEPT_MAX + 1, 1), NOW);
    CU_ASSERT_FALSE(has_mark(1, NOW));
    CU_ASSERT(has_mark(2, NOW));
    CU_ASSERT(has_mark(MARKS_KEPT_MAX + 1, NOW));
    CU_ASSERT(has_id(0, NOW)); /* its events are known by their ids still */
}

/* ---- ids ---- */

static void fill_page(int64_t at_ms)
{
    for (int i = 0; i < MARKS_IDS_A_PAGE; i++)
        decide(number(1, next_id + 1), at_ms);
}

static void ids_are_kept_30_days_and_then_their_page_is_used_again(void)
{
    int64_t later = NOW + MARKS_KEPT_MS + 1;
    fill_page(NOW);
    fill_page(NOW + DAY);
    size_t records = m.base.count;
    CU_ASSERT(has_id(0, later));
    int one = decide(number(1, next_id + 1), later);
    CU_ASSERT_EQUAL(m.base.count, records); /* in the first page */
    CU_ASSERT_FALSE(has_id(0, later));
    CU_ASSERT_FALSE(has_id(MARKS_IDS_A_PAGE - 1, later));
    CU_ASSERT(has_id(MARKS_IDS_A_PAGE, later));
    CU_ASSERT(has_id(2 * MARKS_IDS_A_PAGE - 1, later));
    CU_ASSERT(has_id(one, later));
}

static void a_page_that_is_30_days_old_is_not_used_again_yet(void)
{
    int64_t later = NOW + MARKS_KEPT_MS;
    fill_page(NOW);
    fill_page(NOW + DAY);
    size_t records = m.base.count;
    int one = decide(number(1, next_id + 1), later);
    CU_ASSERT_EQUAL(m.base.count, records + 1);
    for (int i = 0; i <= one; i++)
        CU_ASSERT(has_id(i, later));
}

/* Of the partition: how many pages there are, which is written to, since when ids are whole. */
static void put_pages(int64_t count, int64_t at)
{
    struct memory_change change = { .n = 0 };
    struct buf b;
    buf_init(&b, 256);
    wire_put_header(&b, plan_fingerprint(catalogue_named(catalogue, SLICE("EventIdPages"))->plan));
    avro_put_long(&b, 1);
    avro_put_long(&b, count);
    avro_put_long(&b, at);
    avro_put_long(&b, 0);
    memcpy(change.key, "event id pages..", ID_BYTES);
    change.n = b.n;
    change.bytes = mem_alloc(b.n);
    CU_ASSERT_PTR_NOT_NULL_FATAL(change.bytes);
    memcpy(change.bytes, b.p, b.n);
    buf_release(&b);
    keep(&change);
}

/* A young page makes room for the next; from then on what is as old as its ids cannot be told. */
static void when_all_pages_are_young_the_oldest_makes_room_and_is_told(void)
{
    int64_t later = NOW + 2 * DAY;
    put_pages(MARKS_PAGES_MAX, MARKS_PAGES_MAX - 1);
    fill_page(NOW + DAY); /* the last */
    fill_page(NOW);       /* the first */
    put_pages(MARKS_PAGES_MAX, MARKS_PAGES_MAX - 1);
    CU_ASSERT(ask(number(7, 1), NEVER_SAID, NOW, later) == MARK_FIRST);
    size_t records = m.base.count;
    int one = decide(number(1, next_id + 1), later);
    CU_ASSERT_EQUAL(m.base.count, records);
    CU_ASSERT(has_id(0, later));
    CU_ASSERT_FALSE(has_id(MARKS_IDS_A_PAGE, later));
    CU_ASSERT(has_id(one, later));
    CU_ASSERT(ask(number(7, 1), NEVER_SAID, NOW, later) == MARK_UNKNOWN);
    CU_ASSERT(ask(number(7, 1), NEVER_SAID, NOW + 1, later) == MARK_FIRST);
    CU_ASSERT(ask(number(1, 1), NEVER_SAID, NOW, later) == MARK_AGAIN);
}

/* Under an opening without a mark the age of the ids decides alone. */
static void what_is_older_than_the_ids_cannot_be_told(void)
{
    int64_t later = NOW + MARKS_KEPT_MS;
    decide(number(1, 1), NOW);
    CU_ASSERT(ask(number(2, 1), NEVER_SAID, NOW, later) == MARK_UNKNOWN);
    CU_ASSERT(ask(number(2, 1), NEVER_SAID, NOW + 1, later) == MARK_FIRST);
    CU_ASSERT(ask(number(2, 1), NEVER_SAID, 0, later) == MARK_FIRST);
    CU_ASSERT(ask(number(2, 1), "0000019f000000000000000000000000", NOW, later) == MARK_AGAIN);
}

static CU_TestInfo cases[] = {
    { "the 65th opening drops none that is young", the_65th_opening_drops_none_that_is_young },
    { "older than 30 days and beyond 64 they go", older_than_30_days_and_beyond_64_they_go },
    { "the newest 64 stay, however old", the_newest_64_stay_however_old },
    { "many old ones go at once", many_old_ones_go_at_once },
    { "one that is in use stays", one_that_is_in_use_stays },
    { "one that was used within 30 days stays too, however many came since",
      one_that_was_used_within_30_days_stays },
    { "there is a most of them, however young", there_is_a_most_of_them_however_young },
    { "ids are kept 30 days, and then their page is used again",
      ids_are_kept_30_days_and_then_their_page_is_used_again },
    { "a page that is 30 days old is not used again yet",
      a_page_that_is_30_days_old_is_not_used_again_yet },
    { "when all pages are young the oldest makes room, and is told",
      when_all_pages_are_young_the_oldest_makes_room_and_is_told },
    { "what is older than the ids cannot be told", what_is_older_than_the_ids_cannot_be_told },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_marks = { "marks", NULL, NULL, fresh, done, cases };
