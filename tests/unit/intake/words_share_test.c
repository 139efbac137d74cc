/* words_share_test.c - what is kept of words about sharing has a share of the spool's limit: what
 * allows makes room, what restricts stays, and what needs more room than there is comes again. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "intake/asides.h"
#include "record/wire.h"
#include "world.h"

#define EVENTS_MAX 256
#define VERIFIED "\"nhs\":\"" NHS_ADA "\",\"status\":\"01\""
#define NHS_BOB "9990000026"
#define ANOTHER "\"nhs\":\"" NHS_BOB "\",\"status\":\"01\""

static struct world w;
static struct world_event events[EVENTS_MAX];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

/* What the file has counted is what lies in it. */
static void check_sums(void)
{
    struct db *d = NULL;
    struct db_query *q = NULL;
    bool row = false;
    CU_ASSERT_FATAL(db_open_reader(w.spool, &d, &w.e));
    CU_ASSERT_FATAL(db_prepare(d,
                               "select words = count(*) filter (where length(record) > 0) and"
                               " bytes = coalesce(sum(length(record) + 128), 0) and restricting ="
                               " coalesce(sum(restricts * (length(record) + 128)), 0)"
                               " from word_share left join word on true where record is not null"
                               " or not exists (select 1 from word)",
                               &q, &w.e));
    CU_ASSERT(db_step(q, &row, &w.e) && row && db_int(q, 0) == 1);
    db_close(&d);
}

static void done(void)
{
    check_sums();
    world_done(&w);
}

static enum answer_fate answer_to(const char *members)
{
    return world_admit(&w, members);
}

static void say(const char *members)
{
    CU_ASSERT_EQUAL(answer_to(members), ANSWER_KEPT);
}

/* What was said about sharing of whoever has that number, or that local id. */
static const char *said_of(const struct key *key, const char *text)
{
    uint8_t hash[HASH_BYTES];
    const char *all = "";
    hmac_sha256(key, slice_text(text), hash);
    (void)world_counts(&w);
    size_t n = world_events(&w, events, EVENTS_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *kind = world_text(&w, &events[i], "header.kind");
        if (slice_equal(events[i].key, slice_of(hash, ID_BYTES)) && strcmp(kind, "admitted") != 0)
            all = arena_format(&w.a, "%s%s%s", all, *all ? " " : "", kind);
    }
    return all;
}

static void with_room(int64_t bytes)
{
    feed_close(&w.feed);
    w.options.words_max_bytes = bytes;
    log_set_level((enum log_level) - 1);
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static enum answer_fate about(const char *what, int n)
{
    return answer_to(arena_format(&w.a, "%s,\"local\":\"H%d\"", what, n));
}

static const char hide[] = "\"hide\":\"place\"", yes[] = "\"may\":\"individual-care\"";

static void check_refused(enum answer_fate fate)
{
    CU_ASSERT_EQUAL(fate, ANSWER_LATER);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w.answer.why);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "words.full");
}

/* Says it of one local id after the other until there is no room; how many were kept. */
static int fill(const char *what)
{
    int n = 0;
    while (n < 40 && about(what, n) == ANSWER_KEPT)
        n++;
    CU_ASSERT(n > 1 && n < 40);
    check_refused(w.answer.fate);
    return n;
}

static void what_allows_makes_room_the_oldest_first(void)
{
    with_room(4000);
    for (int n = 0; n < 40; n++)
        CU_ASSERT_EQUAL(about(yes, n), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.words > 1 && c.words_bytes <= 4000 && !c.words_full);
    CU_ASSERT_EQUAL(world_tally(&w, "let go", "words"), 40 - c.words);
    say("\"local\":\"H0\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(said_of(&w.region_key, NHS_ADA), "");
    say("\"local\":\"H39\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(said_of(&w.region_key, NHS_ADA), "granted");
}

static void what_restricts_stays_and_the_next_is_asked_to_come_again(void)
{
    with_room(4000);
    CU_ASSERT_EQUAL(about(yes, 77), ANSWER_KEPT);
    int n = fill(hide);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.words == (uint64_t)n && c.words_full && c.words_bytes <= 4000);
    CU_ASSERT_EQUAL(c.words_oldest_ms, world_now_ms());
    CU_ASSERT_STRING_EQUAL(said_of(&w.agency_key, arena_format(&w.a, "H%d", n)), "");
    CU_ASSERT_EQUAL(about(yes, n), ANSWER_KEPT); /* said, and not kept for links */
    CU_ASSERT_EQUAL(about("\"ward\":\"W\"", n), ANSWER_KEPT);
    check_refused(
        about("\"hide\":\"place\",\"to\":\"nowhere\"", n)); /* cannot be mapped, and restricts */
    c = world_counts(&w);
    CU_ASSERT(c.words_full && c.aside == 0);
    with_room(1000); /* less than there is */
    CU_ASSERT_EQUAL(about(yes, n), ANSWER_KEPT);
    check_refused(about(hide, n));
    with_room(8000);
    CU_ASSERT_EQUAL(about(hide, n), ANSWER_KEPT);
    c = world_counts(&w);
    CU_ASSERT(c.words == (uint64_t)n + 1 && !c.words_full);
    say("\"local\":\"H0\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(said_of(&w.region_key, NHS_ADA), "raised");
}

/* The alarm is on disk though the turn that says so is not, and ends with the next that fits. */
static void the_alarm_is_seen_at_once_and_ends_with_the_next_that_fits(void)
{
    static const char large[] =
        "\"hide\":\"place\",\"local\":\"%s-of-a-local-id-that-is-as-long-as-"
        "some-systems-make-them-00000000000000000000000000000000000000000\"";
    say(arena_format(&w.a, large, "one"));
    int64_t one = (int64_t)world_counts(&w).words_bytes;
    CU_ASSERT_EQUAL(about(hide, 1), ANSWER_KEPT);
    int64_t small = (int64_t)world_counts(&w).words_bytes - one;
    CU_ASSERT_FATAL(small + 40 < one);
    with_room(one + 2 * small);
    (void)world_counts(&w);
    check_refused(answer_to(arena_format(&w.a, large, "two")));
    CU_ASSERT(world_counts(&w).words_full);
    CU_ASSERT_EQUAL(about(hide, 2), ANSWER_KEPT);
    CU_ASSERT_FALSE(world_counts(&w).words_full);
}

/* Each number beside it is one more that it goes to. */
static void what_is_carried_over_has_to_fit_too(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(said_of(&w.region_key, NHS_ADA), "raised");
    with_room((int64_t)world_counts(&w).words_bytes);
    say("\"local\":\"H1\"," VERIFIED);
    check_refused(answer_to("\"local\":\"H1\"," ANOTHER));
    with_room(0);
    say("\"local\":\"H1\"," ANOTHER);
    CU_ASSERT_STRING_EQUAL(said_of(&w.region_key, NHS_BOB), "raised");
}

static void a_link_off_the_bus_is_carried_over_without_room(void)
{
    static const char theirs[] = "09090909090909090909090909090909";
    struct buf b;
    size_t under = 0;
    uint8_t key[ID_BYTES], local[ID_BYTES];
    struct link l;
    bool stored = false;
    link_key(w.options.agency, SLICE("H0"), local);
    CU_ASSERT(id_from_hex(slice_text(theirs), key));
    with_room(4000);
    fill(hide);
    buf_init(&b, 1000);
    wire_put_header(&b, plan_fingerprint(catalogue_named(w.schemas, SLICE("Link"))->plan));
    avro_put_long(&b, 2);
    avro_put_text(&b, SLICE("H0"));
    avro_put_text(&b, slice_text(theirs));
    avro_put_text(&b, SLICE("hospital/wards"));
    avro_put_long(&b, 2);
    avro_put_text(&b, SLICE("council/team"));
    const struct bus_record r = { .topic = "links.hospital",
                                  .key = SLICE("H0"),
                                  .value = buf_slice(&b) };
    CU_ASSERT(bus_publish(w.bus, &r, 1, &w.e));
    buf_release(&b);
    for (int i = 0; i < 1000 && !stored; i++) {
        (void)world_counts(&w);
        pthread_mutex_lock(&w.feed->lock);
        CU_ASSERT(spool_link_get(&w.feed->spool, local, &l, &stored, &w.e));
        pthread_mutex_unlock(&w.feed->lock);
    }
    CU_ASSERT(stored);
    size_t n = world_events(&w, events, EVENTS_MAX);
    for (size_t k = 0; k < n; k++)
        under += slice_equal(events[k].key, slice_of(key, ID_BYTES));
    CU_ASSERT_EQUAL(under, 1);
}

static void one_that_has_no_room_keeps_none_of_its_turn_out(void)
{
    static const char text[] = "{\"id\":\"%s\",\"type\":\"admitted\",\"environment\":\"live\","
                               "\"local\":\"%s\"%s}";
    with_room(4000);
    fill(hide);
    const struct feed_counts before = world_counts(&w);
    const struct arrival in[] = {
        { .bytes = slice_text(arena_format(&w.a, text, "p1", "P1", "")) },
        { .bytes = slice_text(arena_format(&w.a, text, "p2", "P2", ",\"hide\":\"place\"")) },
        { .bytes = slice_text(arena_format(&w.a, text, "p3", "P3", "")) },
    };
    struct answer out[3];
    feed_take(w.feed, in, out, 3);
    CU_ASSERT(out[0].fate == ANSWER_KEPT && out[1].fate == ANSWER_LATER &&
              out[2].fate == ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, before.published + 2);
    CU_ASSERT_EQUAL(c.words, before.words);
}

static uint64_t drop(const char *code, int64_t since_ms, int64_t until_ms)
{
    const struct way_back b = {
        .drop = true,
        .which = { .code = slice_text(code), .since_ms = since_ms, .until_ms = until_ms }
    };
    uint64_t n = 0;
    CU_ASSERT(w.feed ? feed_take_back(w.feed, &b, &n, &w.e)
                     : feed_take_back_alone(w.spool, w.options.name, &b, &n, &w.e));
    return n;
}

static void a_named_person_drops_them_by_time_and_by_their_own_code_alone(void)
{
    with_room(4000);
    int n = fill(hide);
    CU_ASSERT_EQUAL(drop("", 0, INT64_MAX), 0); /* all of the quarantine */
    CU_ASSERT_EQUAL(drop(WORDS_KEPT, 0, world_now_ms()), 0);
    CU_ASSERT(world_counts(&w).words_full);
    CU_ASSERT_EQUAL(drop(WORDS_KEPT, world_now_ms(), world_now_ms() + 1), (uint64_t)n);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.words == 0 && c.words_bytes == 0 && !c.words_full);
    CU_ASSERT_EQUAL(about(hide, n), ANSWER_KEPT);
    feed_close(&w.feed);
    CU_ASSERT_EQUAL(drop(WORDS_KEPT, 0, INT64_MAX), 1);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(world_counts(&w).words, 0);
}

/* A file of the program before has neither their sums nor their time. */
static struct feed_counts leave_as_an_older_program(void)
{
    struct db *d = NULL;
    say("\"hide\":\"place\",\"local\":\"H1\"");
    const struct feed_counts before = world_counts(&w);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(db_open(w.spool,
                            "drop trigger word_comes; drop trigger word_goes;"
                            "drop index word_allows; drop table word_share;"
                            "alter table word drop column at;",
                            &d, &w.e));
    db_close(&d);
    CU_ASSERT_EQUAL(world_counts(&w).words, 0);
    return before;
}

static void an_older_file_can_be_read_after_an_act_beside_the_feed(void)
{
    struct feed_counts c;
    (void)leave_as_an_older_program();
    CU_ASSERT_EQUAL(drop("no.such", 0, INT64_MAX), 0);
    CU_ASSERT_FATAL(feed_counts_read(w.spool, &c, &w.e));
    CU_ASSERT(c.words == 1 && c.words_oldest_ms > 0);
}

static void what_an_older_program_kept_counts(void)
{
    const struct feed_counts before = leave_as_an_older_program();
    CU_ASSERT_FATAL(world_open_feed(&w));
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.words == 1 && c.words_bytes == before.words_bytes);
    CU_ASSERT_EQUAL(c.words_oldest_ms, world_now_ms());
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(said_of(&w.region_key, NHS_ADA), "raised");
}

static CU_TestInfo cases[] = {
    { "what allows makes room, the oldest first", what_allows_makes_room_the_oldest_first },
    { "what restricts stays, and the next is asked to come again",
      what_restricts_stays_and_the_next_is_asked_to_come_again },
    { "the alarm is seen at once, and ends with the next that fits",
      the_alarm_is_seen_at_once_and_ends_with_the_next_that_fits },
    { "what is carried over has to fit too", what_is_carried_over_has_to_fit_too },
    { "a link off the bus is carried over without room",
      a_link_off_the_bus_is_carried_over_without_room },
    { "one that has no room keeps none of its turn out",
      one_that_has_no_room_keeps_none_of_its_turn_out },
    { "a named person drops them by time, and by their own code alone",
      a_named_person_drops_them_by_time_and_by_their_own_code_alone },
    { "an older file can be read after an act beside the feed",
      an_older_file_can_be_read_after_an_act_beside_the_feed },
    { "what an older program kept counts", what_an_older_program_kept_counts },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_words_share = { "words share", NULL, NULL, fresh, done, cases };
