/* unknown_test.c - a code by which a sender restricts and that nobody here knows: whom it holds,
 * whatever else its message tells. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "intake/asides.h"
#include "world.h"

#define MOST 8

static struct world w;
static struct world_event all[MOST];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_HL7));
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
}

static void done(void)
{
    world_done(&w);
}

/* About H1; code: of ZU8-1, which knows 0 and 1. */
static void say(const char *type, const char *id, const char *code)
{
    char text[300];
    snprintf(text, sizeof text,
             "MSH|^~\\&|PAS|ZX9|HUB|ZX9|20260203143000||ADT^%s|%s|P|2.4\rPID|1||H1\r"
             "PV1|1|I|W4\rZU8|%s\r",
             type, id, code);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
}

static struct feed_counts sums(void)
{
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken,
                    c.published + c.unchanged + c.duplicates + c.not_carried + c.quarantined);
    return c;
}

/* Whether anybody gets that record, and it is held for the code, intake cannot know. */
static void beside_a_record_it_holds_what_comes_next(void)
{
    say("A01", "M1", "X");
    struct feed_counts c = sums();
    CU_ASSERT(c.published == 1 && c.aside == 0 && c.events == 1);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, all, MOST), 1);
    struct slice person = all[0].key;
    int64_t at = all[0].offset;
    CU_ASSERT_EQUAL_FATAL(world_signs(&w, all, MOST), 1);
    CU_ASSERT(slice_equal(all[0].key, person) && all[0].offset > at);
    CU_ASSERT(slice_equal_text(view_text_at(&all[0].v, "code"), "map.restriction"));
    CU_ASSERT(slice_equal_text(view_text_at(&all[0].v, "reference"), "1"));
}

static void of_a_person_it_is_signed_once_until_a_known_code(void)
{
    say("A01", "M1", "X");
    say("A01", "M2", "X");
    say("A01", "M2", "X");
    say("A31", "M3", "X");
    (void)sums();
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 1);
    say("A01", "M4", "Y");
    (void)sums();
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 2);
    say("A01", "M5", "0");
    say("A01", "M6", "Y");
    struct feed_counts c = sums();
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 3);
    CU_ASSERT(c.quarantined == 0 && c.duplicates == 1 && c.not_carried == 1);
}

static void what_restricts_a_second_person_holds_both(void)
{
    say("A24", "M1", "0\rPID|1||H2\rZU8|1");
    struct feed_counts c = sums();
    CU_ASSERT(c.quarantined == 1 && world_events(&w, all, MOST) == 0);
    CU_ASSERT_EQUAL_FATAL(world_signs(&w, all, MOST), 2);
    CU_ASSERT_FALSE(slice_equal(all[0].key, all[1].key));
    say("A24", "M2", "0\rPID|1||H3\rZU8|0");
    c = sums();
    CU_ASSERT(c.quarantined == 1 && world_signs(&w, all, MOST) == 2);
}

/* How many words about sharing of that kind there are. */
static size_t said(const char *kind)
{
    size_t n = world_events(&w, all, MOST), found = 0;
    for (size_t i = 0; i < n; i++)
        found += strcmp(world_text(&w, &all[i], "header.kind"), kind) == 0;
    return found;
}

/* ZU8-1 lifts, ZU8-2 nobody knows. */
static void sent_again_it_lifts_nothing_while_it_lies_aside(void)
{
    say("A31", "M1", "1");
    say("A31", "M2", "0|X");
    say("A31", "M2", "0|X");
    struct feed_counts c = sums();
    CU_ASSERT(c.quarantined == 1 && c.duplicates == 1);
    CU_ASSERT(said("raised") == 1 && said("lifted") == 0);
    say("A31", "M3", "0|X");
    c = sums();
    CU_ASSERT(c.quarantined == 1 && c.unchanged == 1 && c.not_kept > 0);
    CU_ASSERT(said("raised") == 1 && said("lifted") == 0);
    say("A31", "M4", "1|X");
    (void)sums();
    CU_ASSERT_EQUAL(said("raised"), 2);
    say("A31", "M5", "0");
    (void)sums();
    CU_ASSERT_EQUAL(said("lifted"), 1);
}

/* Whoever takes it again by a mapping that does not know it either has it still. */
static void taken_again_it_lies_aside_as_before(void)
{
    const struct way_back b = { .which = { .code = SLICE("map.restriction"),
                                           .until_ms = INT64_MAX } };
    uint64_t n = 0;
    say("A31", "M1", "0|X");
    say("A31", "M1", "0|X");
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e) && n == 1);
    CU_ASSERT_EQUAL(sums().aside, 1);
    CU_ASSERT_EQUAL(said("lifted"), 0);
}

/* How many codes were asked about, of messages that make no record. */
static uint64_t asked(void)
{
    struct feed_counts c = sums();
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), c.quarantined);
    return c.quarantined;
}

static void places_that_take_turns_are_each_asked_about_once(void)
{
    say("A31", "M1", "X");
    say("A31", "M2", "|9");
    CU_ASSERT_EQUAL(asked(), 2);
    say("A31", "M3", "X");
    say("A31", "M4", "|9");
    say("A31", "M5", "x|9");
    CU_ASSERT_EQUAL(asked(), 2);
}

/* ZU8-1 lifts or raises: a word about sharing. */
static void a_place_that_is_not_sent_takes_nothing_back(void)
{
    say("A31", "M1", "|9");
    say("A31", "M2", "1");
    say("A31", "M3", "0");
    say("A31", "M4", "|9");
    say("A31", "M5", "");
    say("A31", "M6", "|9");
    CU_ASSERT_EQUAL(asked(), 1);
    say("A31", "M7", "|\"\"");
    say("A31", "M8", "|9");
    CU_ASSERT_EQUAL(asked(), 2);
}

static void of_several_codes_in_one_message_each_counts(void)
{
    say("A31", "M1", "X|9");
    CU_ASSERT_EQUAL(asked(), 1);
    say("A31", "M2", "X|8");
    say("A31", "M3", "Y|8");
    CU_ASSERT_EQUAL(asked(), 3);
    say("A31", "M4", "0|8");
    say("A31", "M5", "|8");
    CU_ASSERT_EQUAL(asked(), 3);
    say("A31", "M6", "Y|8");
    CU_ASSERT_EQUAL(asked(), 4);
}

/* Of a list the order says nothing, and what it does not have any more is gone; NO makes no record
 * here. */
static void a_list_is_one_place_in_any_order(void)
{
    say("A31", "M1", "\rARV|||X\rARV|||NO");
    say("A31", "M2", "\rARV|||NO\rARV|||X");
    say("A31", "M3", "\rARV|||X");
    CU_ASSERT_EQUAL(asked(), 1);
    say("A31", "M4", "\rARV|||Z\rARV|||X");
    say("A31", "M5", "\rARV|||X\rARV|||Z");
    CU_ASSERT_EQUAL(asked(), 2);
    say("A31", "M6", "\rARV|||NO");
    say("A31", "M7", "\rARV|||X");
    CU_ASSERT_EQUAL(asked(), 3);
}

/* As what it raises, S holds without anybody being asked; A24 raises nothing. */
static void a_code_that_is_a_restriction_elsewhere_is_asked_about_once(void)
{
    world_done(&w);
    CU_ASSERT_FATAL(world_init(&w, WORLD_STANDING));
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("A31", "M1", "|S");
    CU_ASSERT_EQUAL(asked(), 0);
    say("A24", "M2", "|S");
    CU_ASSERT_EQUAL(asked(), 1);
    say("A31", "M3", "|S");
    say("A24", "M4", "|S");
    CU_ASSERT_EQUAL(asked(), 1);
    say("A24", "M5", "|9");
    CU_ASSERT_EQUAL(asked(), 2);
    say("A31", "M6", "|S");
    say("A24", "M7", "|S");
    CU_ASSERT_EQUAL(asked(), 3);
    say("A31", "M8", "|S");
    say("A24", "M9", "|9");
    CU_ASSERT_EQUAL(asked(), 4);
}

static CU_TestInfo cases[] = {
    { "a code that is a restriction elsewhere is asked about once",
      a_code_that_is_a_restriction_elsewhere_is_asked_about_once },
    { "places that take turns are each asked about once",
      places_that_take_turns_are_each_asked_about_once },
    { "a place that is not sent takes nothing back", a_place_that_is_not_sent_takes_nothing_back },
    { "of several codes in one message each counts", of_several_codes_in_one_message_each_counts },
    { "a list is one place, in any order", a_list_is_one_place_in_any_order },
    { "what restricts a second person holds both", what_restricts_a_second_person_holds_both },
    { "beside a record it holds what comes next", beside_a_record_it_holds_what_comes_next },
    { "of a person it is signed once, until a known code",
      of_a_person_it_is_signed_once_until_a_known_code },
    { "sent again it lifts nothing while it lies aside",
      sent_again_it_lifts_nothing_while_it_lies_aside },
    { "taken again it lies aside as before", taken_again_it_lies_aside_as_before },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_unknown = { "unknown", NULL, NULL, fresh, done, cases };
