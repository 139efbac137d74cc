/* memory_test.c - what `changed` remembers by the subject: in whichever order a message has its
 * person's ids, and whichever of them it lacks; and what an older mapping remembered by their
 * places. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "world.h"

#define MOST 16
#define NHS NHS_ADA "^^^NHS"
#define ONE "H1^^^PAS~" NHS
#define OTHER NHS "~H1^^^PAS"

static struct world w;
static struct world_event all[MOST];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_SUBJECT));
    w.options.traced = true;
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
}

static void done(void)
{
    world_done(&w);
}

/* What stood in the feed's memory before its mapping went by the subject. */
static void begin_by_position(void)
{
    CU_ASSERT_FATAL(world_mend_to(&w, WORLD_POSITION));
}

static void go_by_subject(void)
{
    CU_ASSERT_FATAL(world_mend_to(&w, WORLD_SUBJECT));
}

static void say_all(const char *ids, const char *hidden, const char *protected, const char *ward,
                    const char *place)
{
    static int n;
    char text[400];
    snprintf(
        text, sizeof text,
        "MSH|^~\\&|PAS|ZX9|HUB|ZX9|20260203143000||ADT^A08|M%d|P|2.4\rPID|1||%s|||||||||||||||||"
        "||||||||||||01\rPD1|||||||||||%s|%s\rPV1|1|I|%s|||||||||||||%s|||V1\r",
        ++n, ids, hidden, protected, ward, place);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
}

static void say(const char *ids, const char *protected)
{
    say_all(ids, "", protected, "", "");
}

/* All that was told, a letter each: R and L of the record, r and l of the place, m. */
static const char *told(void)
{
    static char letters[MOST + 1];
    (void)world_counts(&w);
    const size_t n = world_events(&w, all, MOST);
    for (size_t i = 0; i < n; i++) {
        const char *kind = world_text(&w, &all[i], "header.kind");
        char letter = 'm';
        if (strcmp(kind, "moved") != 0) {
            const bool place = strcmp(world_text(&w, &all[i], "restriction.kind"), "location") == 0;
            letter = strcmp(kind, "raised") == 0 ? 'R' : 'L';
            letter = (char)(place ? letter + ('a' - 'A') : letter);
        }
        letters[i] = letter;
    }
    letters[n] = '\0';
    return letters;
}

static void a_lift_is_told_in_any_order_of_ids(void)
{
    say(ONE, "N");
    say(OTHER, "Y");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
    say(OTHER, "N");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
    say(ONE, "Y");
    say(OTHER, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RLRL");
}

static void no_restriction_is_taken_for_a_repeat(void)
{
    say(ONE, "Y");
    say(OTHER, "N");
    say(ONE, "Y");
    say(ONE, "Y");
    CU_ASSERT_STRING_EQUAL(told(), "RLRR");
}

static void an_id_that_is_missing_makes_no_other_memory(void)
{
    say(ONE, "N");
    say("H1^^^PAS", "Y");
    say(NHS, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
    for (int i = 0; i < 2; i++) {
        say(ONE, "N"); /* the local id's memory says Y still: told once more */
        say("H1^^^PAS", "N");
        say(NHS, "N");
        CU_ASSERT_STRING_EQUAL(told(), "RLL");
    }
}

static void who_was_known_by_a_local_id_is_the_same(void)
{
    say("H1^^^PAS", "Y");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RRL"); /* the second is carried over */
}

/* Of the number alone nobody can know whose the local id was. */
static void both_keys_of_a_person_must_say_so(void)
{
    say(NHS, "N");
    say("H1^^^PAS", "Y");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RRL");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RRL");
}

static void a_second_local_id_makes_no_other_memory(void)
{
    say("H1^^^PAS~H2^^^EPI~" NHS, "N");
    say("H2^^^EPI~H1^^^PAS~" NHS, "Y");
    say("H1^^^PAS~H2^^^EPI~" NHS, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
}

static void other_persons_have_other_memories(void)
{
    say("H1^^^PAS", "Y");
    say("H2^^^PAS", "N");
    CU_ASSERT_STRING_EQUAL(told(), "R");
    say("H1^^^PAS", "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
}

static void what_is_no_restriction_is_told_once_in_any_order(void)
{
    say_all(ONE, "", "", "W1", "");
    say_all(OTHER, "", "", "W1", "");
    say_all("H1^^^PAS", "", "", "W1", "");
    say_all("H2^^^EPI~" OTHER, "", "", "W1", "");
    say_all(ONE, "", "", "W1", "");
    CU_ASSERT_STRING_EQUAL(told(), "m");
    say_all(OTHER, "", "", "W2", "");
    say_all(ONE, "", "", "W1", "");
    CU_ASSERT_STRING_EQUAL(told(), "mmm");
}

/* They share a memory, and the message says both: the one that allows is no reason to leave the
 * other out. */
static void beside_a_lift_of_the_same_memory_a_restriction_is_told(void)
{
    say_all(ONE, "0", "", "", "S");
    CU_ASSERT_STRING_EQUAL(told(), "lr");
    say_all(ONE, "0", "", "", "S");
    CU_ASSERT_STRING_EQUAL(told(), "lrr");
}

static void what_an_older_mapping_told_is_lifted(void)
{
    begin_by_position();
    say(ONE, "Y");
    go_by_subject();
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
    say(OTHER, "N");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
}

static void what_an_older_mapping_told_under_another_order_is_lifted(void)
{
    begin_by_position();
    say(ONE, "N");
    say(OTHER, "Y");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "R"); /* so it was */
    go_by_subject();
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
    say(OTHER, "N");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
}

static void an_older_memory_counts_behind_a_message_that_lacks_an_id(void)
{
    begin_by_position();
    say(ONE, "Y");
    go_by_subject();
    say(NHS, "N");
    say(ONE, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
    say(OTHER, "N");
    CU_ASSERT_STRING_EQUAL(told(), "RL");
}

static void what_an_older_mapping_knew_is_not_told_again(void)
{
    begin_by_position();
    say_all(ONE, "", "N", "W1", "");
    CU_ASSERT_STRING_EQUAL(told(), "m");
    go_by_subject();
    say_all(OTHER, "", "N", "W1", "");
    say_all("H2^^^EPI~" OTHER, "", "N", "W1", "");
    say_all(ONE, "", "N", "W1", "");
    CU_ASSERT_STRING_EQUAL(told(), "m");
    say_all(OTHER, "", "Y", "W2", "");
    say_all(ONE, "", "N", "W1", "");
    CU_ASSERT_STRING_EQUAL(told(), "mRmLm");
}

static CU_TestInfo cases[] = {
    { "a lift is told in any order of ids", a_lift_is_told_in_any_order_of_ids },
    { "no restriction is taken for a repeat", no_restriction_is_taken_for_a_repeat },
    { "an id that is missing makes no other memory", an_id_that_is_missing_makes_no_other_memory },
    { "who was known by a local id is the same", who_was_known_by_a_local_id_is_the_same },
    { "both keys of a person must say so", both_keys_of_a_person_must_say_so },
    { "a second local id makes no other memory", a_second_local_id_makes_no_other_memory },
    { "other persons have other memories", other_persons_have_other_memories },
    { "what is no restriction is told once in any order",
      what_is_no_restriction_is_told_once_in_any_order },
    { "beside a lift of the same memory a restriction is told",
      beside_a_lift_of_the_same_memory_a_restriction_is_told },
    { "what an older mapping told is lifted", what_an_older_mapping_told_is_lifted },
    { "what an older mapping told under another order is lifted",
      what_an_older_mapping_told_under_another_order_is_lifted },
    { "an older memory counts behind a message that lacks an id",
      an_older_memory_counts_behind_a_message_that_lacks_an_id },
    { "what an older mapping knew is not told again",
      what_an_older_mapping_knew_is_not_told_again },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_memory = { "memory", NULL, NULL, fresh, done, cases };
