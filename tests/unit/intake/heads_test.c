/* heads_test.c - what a unit says once is kept once, however many of its messages are. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <sys/stat.h>

#include "host/db.h"
#include "intake/asides.h"
#include "world.h"

#define ROWS 2000
#define NAMES 60 /* of 1,000 bytes */
#define HEAD_MIN ((uint64_t)NAMES * 1000)
#define OWN(rows) ((uint64_t)(rows)*QUARANTINE_ROW_BYTES) /* beside their bytes */

static struct world w;
static struct buf file;

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_CSV));
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    buf_init(&file, (size_t)8 << 20);
}

static void done(void)
{
    buf_release(&file);
    world_done(&w);
}

/* One arrival: a header of some 60 KB and its rows. A row of too many cells cannot be read. */
static enum answer_fate say(size_t names, size_t rows, bool readable)
{
    buf_reset(&file);
    buf_text(&file, "person,nhs,status,worker");
    for (size_t i = 0; i < names; i++)
        buf_format(&file, ",%01000zu", i);
    buf_text(&file, "\n");
    for (size_t i = 0; i < rows; i++) {
        buf_format(&file, "P%zu,,,w%zu", i, i);
        for (size_t k = 0; !readable && k <= names; k++)
            buf_byte(&file, ',');
        buf_text(&file, readable ? "\n" : "x\n");
    }
    buf_byte(&file, 0);
    CU_ASSERT_FATAL(buf_ok(&file));
    return world_say(&w, (const char *)file.p);
}

static off_t on_disk(void)
{
    char name[128];
    struct stat s = { .st_size = 0 };
    feed_close(&w.feed); /* what was written aside goes into the file */
    snprintf(name, sizeof name, "%s", w.spool);
    CU_ASSERT_FATAL(stat(name, &s) == 0);
    CU_ASSERT_FATAL(world_open_feed(&w));
    return s.st_size;
}

static uint64_t take_back(bool drop, const char *ids)
{
    struct way_back b = { .drop = drop, .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    if (ids)
        b.which = (struct selection){ .ids = { slice_text(ids) }, .id_count = 1 };
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e));
    return n;
}

static const char *id_of(int n)
{
    return arena_format(&w.a, "%s:%d", w.options.name, n);
}

static bool copy(void *ctx, const struct aside *a)
{
    *(struct slice *)ctx = arena_copy(&w.a, a->bytes);
    return true;
}

static void a_header_lies_once_in_the_quarantine(void)
{
    CU_ASSERT_EQUAL(say(NAMES, ROWS, false), ANSWER_REFUSED);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.aside, ROWS);
    CU_ASSERT(c.aside_bytes > HEAD_MIN + OWN(ROWS) &&
              c.aside_bytes < 2 * HEAD_MIN + file.n + OWN(ROWS));
    CU_ASSERT(on_disk() < (off_t)(1000000 + 4 * file.n));
    CU_ASSERT_EQUAL(say(NAMES, 1, false), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(world_counts(&w).aside_bytes, c.aside_bytes); /* known: a duplicate */
}

static void a_row_is_shown_and_taken_again_with_its_header(void)
{
    struct slice bytes = { .n = 0 };
    struct doc *d = NULL;
    struct path *p = NULL;
    CU_ASSERT_EQUAL(say(NAMES, 3, false), ANSWER_REFUSED);
    CU_ASSERT_FATAL(
        feed_asides_each(w.spool, w.options.name, slice_text(id_of(2)), copy, &bytes, &w.e));
    CU_ASSERT(slice_starts(bytes, SLICE("person,nhs,status,worker,0000")));
    CU_ASSERT(bytes.n > HEAD_MIN && bytes.n < HEAD_MIN + 500);
    const struct format *f = mapping_format(w.mapping);
    CU_ASSERT_FALSE(f->parse(&w.a, NULL, bytes, &d, &w.e));
    CU_ASSERT_STRING_EQUAL(w.e.code, "csv.columns");
    CU_ASSERT(w.e.at > HEAD_MIN);
    err_clear(&w.e);
    CU_ASSERT_FATAL(f->compile(&w.a, SLICE("person"), &p, &w.e));
    bytes.n -= 3; /* without the cell that is too much */
    CU_ASSERT_FATAL(f->parse(&w.a, NULL, slice_of(bytes.p, bytes.n), &d, &w.e));
    CU_ASSERT(slice_equal_text(f->find(&w.a, d, p, NULL, 0).value, "P1"));
    struct feed_counts before = world_counts(&w);
    CU_ASSERT_EQUAL(take_back(false, NULL), 3);
    struct feed_counts after = world_counts(&w);
    CU_ASSERT(after.aside == 3 && after.aside_bytes == before.aside_bytes);
    CU_ASSERT_EQUAL(after.duplicates, before.duplicates + 3);
}

static void a_header_goes_with_the_last_of_its_rows(void)
{
    CU_ASSERT_EQUAL(say(NAMES, 3, false), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(say(NAMES - 1, 2, false), ANSWER_REFUSED);
    CU_ASSERT(world_counts(&w).aside_bytes > 2 * HEAD_MIN - 1100);
    for (int n = 1; n <= 5; n++) {
        CU_ASSERT_EQUAL(take_back(true, id_of(n)), 1);
        uint64_t bytes = world_counts(&w).aside_bytes;
        pthread_mutex_lock(&w.feed->lock);
        CU_ASSERT_EQUAL(bytes, (uint64_t)w.feed->quarantined.bytes);
        pthread_mutex_unlock(&w.feed->lock);
        CU_ASSERT((bytes > 2 * HEAD_MIN - 1100) == (n < 3));
        CU_ASSERT((bytes > HEAD_MIN - 1100) == (n < 5));
    }
    CU_ASSERT_EQUAL(world_counts(&w).aside_bytes, 0);
    CU_ASSERT_EQUAL(say(NAMES, 4, false), ANSWER_REFUSED);
    CU_ASSERT(world_counts(&w).aside_bytes > HEAD_MIN);
}

static void its_share_counts_a_header_once(void)
{
    feed_close(&w.feed);
    w.options.quarantine_max_bytes = (int64_t)(HEAD_MIN + 20000 + OWN(100));
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(say(NAMES, 100, false), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(world_counts(&w).aside, 100);
    CU_ASSERT_EQUAL(say(NAMES - 1, 10, false),
                    ANSWER_REFUSED); /* another: the first and its rows go */
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.aside, 10);
    CU_ASSERT(c.aside_bytes < HEAD_MIN + 1000 + OWN(10));
    CU_ASSERT_EQUAL(world_tally(&w, "let go", "quarantine"), 100);
}

static void a_header_that_is_too_long_refuses_its_file_once(void)
{
    CU_ASSERT_EQUAL(say(300, ROWS, false), ANSWER_REFUSED);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "csv.limit");
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.aside == 1 && c.aside_bytes == file.n - 1 + OWN(1));
    CU_ASSERT(on_disk() < (off_t)(1000000 + file.n));
}

static void what_waits_has_a_header_once(void)
{
    CU_ASSERT_EQUAL(say(NAMES, ROWS, true), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, ROWS);
    CU_ASSERT(on_disk() < (off_t)(1000000 + 2 * HEAD_MIN + ROWS * 1000));
}

static int count(const char *sql)
{
    struct db *d = NULL;
    struct db_query *q = NULL;
    bool row = false;
    CU_ASSERT_FATAL(db_open(w.spool, "", &d, &w.e) && db_prepare(d, sql, &q, &w.e));
    CU_ASSERT_FATAL(db_step(q, &row, &w.e) && row);
    int n = (int)db_int(q, 0);
    db_close(&d);
    return n;
}

/* Two of one length come to lie at one address, one after the other. */
static void rows_that_are_taken_again_together_keep_their_own_headers(void)
{
    struct db *d = NULL;
    w.options.keep_ms = 1000000;
    CU_ASSERT_EQUAL(world_say(&w, "person,nhs,status,worker,one\nP1,,,w,1,2,3\n"), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(world_say(&w, "person,nhs,status,worker,two\nP2,,,w,1,2,3\n"), ANSWER_REFUSED);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(db_open(w.spool,
                            "update quarantine set raw ="
                            " cast('P' || n || ',,,w,1' || char(10) as blob)",
                            &d, &w.e));
    db_close(&d);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(take_back(false, NULL), 2);
    CU_ASSERT_EQUAL(world_counts(&w).published, 2);
    feed_close(&w.feed);
    CU_ASSERT_EQUAL(count("select count(*) from message where instr(raw, x'2c6f6e65') > 0"), 1);
    CU_ASSERT_EQUAL(count("select count(*) from message where instr(raw, x'2c74776f') > 0"), 1);
}

/* The file as a program before this one left it. */
static void a_file_without_heads_opens(void)
{
    struct db *d = NULL;
    struct slice bytes = { .n = 0 };
    CU_ASSERT_EQUAL(say(1, 2, false), ANSWER_REFUSED);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(
        db_open(w.spool,
                "drop table headed; drop table head; drop index unread_n;"
                "update quarantine set raw = cast('a,b' || char(10) || '1,2,3' as blob)",
                &d, &w.e));
    db_close(&d);
    CU_ASSERT_FATAL(
        feed_asides_each(w.spool, w.options.name, slice_text(id_of(2)), copy, &bytes, &w.e));
    CU_ASSERT(slice_equal_text(bytes, "a,b\n1,2,3"));
    struct feed_counts c;
    CU_ASSERT_FATAL(feed_counts_read(w.spool, &c, &w.e));
    CU_ASSERT(c.aside == 2 && c.aside_bytes == 18 + OWN(2));
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(say(2, 1, false), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(world_counts(&w).aside, 3);
    CU_ASSERT_EQUAL(take_back(true, NULL), 3);
    CU_ASSERT_EQUAL(world_counts(&w).aside_bytes, 0);
}

static void an_answer_takes_no_more_memory_the_more_messages_a_unit_has(void)
{
    CU_ASSERT_EQUAL(say(0, 20, false), ANSWER_REFUSED);
    size_t few = w.feed->keep.used_bytes;
    CU_ASSERT_EQUAL(say(0, ROWS, false), ANSWER_REFUSED);
    CU_ASSERT(w.feed->keep.used_bytes <= few + 1000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w.answer.why);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "csv.columns");
}

static void a_long_unit_is_given_up_when_the_program_ends(void)
{
    feed_stop(w.feed);
    CU_ASSERT_EQUAL(say(0, 10, true), ANSWER_KEPT);
    CU_ASSERT_EQUAL_FATAL(say(0, ROWS, true), ANSWER_LATER);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "intake.stopping");
    CU_ASSERT_EQUAL(world_counts(&w).taken, 10);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(say(0, ROWS, true), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).taken, 10 + ROWS);
}

/* The turn is given up once, not unit by unit. */
static void that_the_program_ends_is_no_units_doing(void)
{
    struct arrival in[3];
    struct answer out[3];
    struct intake up = feed_intake(w.feed);
    feed_stop(w.feed);
    (void)say(0, ROWS, true);
    w.feed->refusing = false;
    for (int i = 0; i < 3; i++)
        in[i] = (struct arrival){ .bytes = slice_of(file.p, file.n - 1) };
    uint64_t before = w.feed->later;
    up.take(up.ctx, in, out, 3);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(out[i].fate, ANSWER_LATER);
    CU_ASSERT(w.feed->refusing);
    CU_ASSERT_EQUAL(w.feed->later, before);
}

static CU_TestInfo cases[] = {
    { "a header lies once in the quarantine", a_header_lies_once_in_the_quarantine },
    { "a row is shown, and taken again, with its header",
      a_row_is_shown_and_taken_again_with_its_header },
    { "a header goes with the last of its rows", a_header_goes_with_the_last_of_its_rows },
    { "its share counts a header once", its_share_counts_a_header_once },
    { "a header that is too long refuses its file once",
      a_header_that_is_too_long_refuses_its_file_once },
    { "what waits has a header once", what_waits_has_a_header_once },
    { "rows that are taken again together keep their own headers",
      rows_that_are_taken_again_together_keep_their_own_headers },
    { "that the program ends is no unit's doing", that_the_program_ends_is_no_units_doing },
    { "a file without heads opens", a_file_without_heads_opens },
    { "an answer takes no more memory the more messages a unit has",
      an_answer_takes_no_more_memory_the_more_messages_a_unit_has },
    { "a long unit is given up when the program ends",
      a_long_unit_is_given_up_when_the_program_ends },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_heads = { "heads", NULL, NULL, fresh, done, cases };
