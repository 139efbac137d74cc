/* nearest_test.c - the words that somebody may have meant. */
#include "base/nearest.h"

#include <CUnit/CUnit.h>

static unsigned apart(const char *a, const char *b)
{
    return nearest_distance(slice_text(a), slice_text(b));
}

static void a_distance_counts_letters_changed_added_left_out_and_swapped(void)
{
    CU_ASSERT_EQUAL(apart("", ""), 0);
    CU_ASSERT_EQUAL(apart("feed", "feed"), 0);
    CU_ASSERT_EQUAL(apart("", "feed"), 4);
    CU_ASSERT_EQUAL(apart("feed", ""), 4);
    CU_ASSERT_EQUAL(apart("feed", "seed"), 1);
    CU_ASSERT_EQUAL(apart("feed", "feeds"), 1);
    CU_ASSERT_EQUAL(apart("feeds", "feed"), 1);
    CU_ASSERT_EQUAL(apart("fede", "feed"), 1);
    CU_ASSERT_EQUAL(apart("kitten", "sitting"), 3);
}

static void of_a_long_word_the_beginning_counts(void)
{
    char a[400], b[400];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    b[NEAREST_LETTERS] = 'y';
    CU_ASSERT_EQUAL(nearest_distance(slice_of(a, 400), slice_of(b, 400)), 0);
    b[NEAREST_LETTERS - 1] = 'y';
    CU_ASSERT_EQUAL(nearest_distance(slice_of(a, 400), slice_of(b, 400)), 1);
}

static void a_list_has_each_word_once_the_nearest_first(void)
{
    static const char *const words[] = { "mllp", "folder", "webhook", "http_out" };
    const struct choices c = { words, sizeof words[0], 4 };
    char out[80];
    CU_ASSERT_STRING_EQUAL(nearest_list(SLICE("weebhok"), &c, out, sizeof out),
                           "webhook, mllp, folder or http_out");
    CU_ASSERT_STRING_EQUAL(nearest_list(SLICE("mllp"), &c, out, sizeof out),
                           "mllp, folder, webhook or http_out");
}

static void a_list_that_has_no_room_says_that_there_are_more(void)
{
    static const char *const words[] = { "mllp", "folder", "webhook" };
    const struct choices c = { words, sizeof words[0], 3 };
    char out[64];
    for (size_t room = 9; room < sizeof out; room++) {
        memset(out, '!', sizeof out);
        const char *list = nearest_list(SLICE("mlp"), &c, out, room);
        CU_ASSERT(strlen(list) < room);
        CU_ASSERT_EQUAL(out[room], '!');
        CU_ASSERT(strstr(list, "...") || strcmp(list, "mllp, folder or webhook") == 0);
    }
    CU_ASSERT_STRING_EQUAL(nearest_list(SLICE("mlp"), &c, out, 16), "mllp, ...");
}

static struct slice letter_at(const void *of, size_t i)
{
    const char *letters = of;
    return letters[i] == '-' ? slice_text("") : slice_of(letters + i, 1);
}

static void a_choice_that_is_empty_is_none(void)
{
    char out[64];
    const struct choices_at some = { "a-b-", letter_at, 4 }, none = { "--", letter_at, 2 };
    CU_ASSERT_STRING_EQUAL(nearest_list_at(SLICE("b"), &some, out, sizeof out), "b or a");
    CU_ASSERT_STRING_EQUAL(nearest_list_at(SLICE("b"), &none, out, sizeof out), "nothing");
}

static CU_TestInfo cases[] = {
    { "a distance counts letters changed, added, left out and swapped",
      a_distance_counts_letters_changed_added_left_out_and_swapped },
    { "of a long word the beginning counts", of_a_long_word_the_beginning_counts },
    { "a list has each word once, the nearest first", a_list_has_each_word_once_the_nearest_first },
    { "a list that has no room says that there are more",
      a_list_that_has_no_room_says_that_there_are_more },
    { "a choice that is empty is none", a_choice_that_is_empty_is_none },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_nearest = { "nearest", NULL, NULL, NULL, NULL, cases };
