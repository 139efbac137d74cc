/* err_test.c - the first error wins, its printing, and the list of problems. */
#include <CUnit/CUnit.h>
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"

static void keeps_the_first_error(void)
{
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FALSE(err_set(&e, ERR_REJECT, "one.first", 12, "cannot read '%s'", "PID-3"));
    CU_ASSERT_FALSE(err_set(&e, ERR_FATAL, "two.second", 99, "cannot go on"));
    CU_ASSERT_FALSE(err_memory(&e));
    CU_ASSERT_EQUAL(e.fate, ERR_REJECT);
    CU_ASSERT_STRING_EQUAL(e.code, "one.first");
    CU_ASSERT_STRING_EQUAL(e.text, "cannot read 'PID-3'");
    CU_ASSERT_EQUAL(e.at, 12);
    err_clear(&e);
    CU_ASSERT_FALSE(err_memory(&e));
    CU_ASSERT_STRING_EQUAL(e.code, "memory.limit");
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
}

static void cuts_a_sentence_that_is_too_long(void)
{
    struct err e = { .fate = ERR_NONE };
    err_set(&e, ERR_REJECT, "a.b", 0, "%300s", "end");
    CU_ASSERT_EQUAL(strlen(e.text), sizeof e.text - 1);
}

static void prints_an_offset_or_a_place(void)
{
    char out[300];
    struct err e = { .fate = ERR_NONE };
    err_set(&e, ERR_REJECT, "input.short", 5, "cannot read on");
    CU_ASSERT_STRING_EQUAL(err_print(&e, out, sizeof out), "cannot read on [input.short at 5]");
    err_clear(&e);
    err_set_place(&e, ERR_FATAL, "site.key", "site.yaml", 3, 7, "unknown key");
    CU_ASSERT_STRING_EQUAL(err_print(&e, out, sizeof out), "site.yaml:3:7: unknown key [site.key]");
    e.line = 0; /* the file as a whole */
    CU_ASSERT_STRING_EQUAL(err_print(&e, out, sizeof out), "site.yaml: unknown key [site.key]");
    err_clear(&e);
    err_set(&e, ERR_FATAL, "db.open", 0, "cannot open");
    CU_ASSERT_STRING_EQUAL(err_print(&e, out, sizeof out), "cannot open [db.open]");
    CU_ASSERT_STRING_EQUAL(err_print(&e, out, 7), "cannot");
}

static void adds_the_reason_of_the_system(void)
{
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FALSE(err_errno(&e, ERR_FATAL, "key.open", ENOENT, "cannot open", "x"));
    CU_ASSERT_STRING_EQUAL(e.text, "cannot open 'x': No such file or directory");
    err_clear(&e);
    CU_ASSERT_FALSE(err_errno(&e, ERR_FATAL, "key.open", ENOENT, "cannot look", NULL));
    CU_ASSERT_STRING_EQUAL(e.text, "cannot look: No such file or directory");
}

static void never_ends_a_part_for_what_the_system_is_out_of(void)
{
    static const int numbers[] = { EMFILE, ENFILE, ENOMEM, ENOBUFS };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct err e = { .fate = ERR_NONE };
        CU_ASSERT(err_is_shortage(numbers[i]));
        CU_ASSERT_FALSE(err_errno(&e, ERR_FATAL, "folder.open", numbers[i], "cannot read", "x"));
        CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    }
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FALSE(err_errno(&e, ERR_FATAL, "folder.open", EACCES, "cannot read", "x"));
    CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
    err_clear(&e);
    CU_ASSERT_FALSE(err_errno(&e, ERR_REJECT, "folder.open", EMFILE, "cannot read", "x"));
    CU_ASSERT_EQUAL(e.fate, ERR_REJECT);
}

static void sorts_problems_by_place(void)
{
    struct problems p = { .list = NULL };
    CU_ASSERT_FALSE(problems_any(&p));
    CU_ASSERT_FALSE(problems_say(&p, "c", "b.yaml", 1, 1, "fifth"));
    problems_say(&p, "c", "a.yaml", 10, 1, "fourth");
    problems_say(&p, "c", "a.yaml", 2, 9, "third");
    problems_say(&p, "c", "a.yaml", 2, 1, "second");
    struct err nowhere = { .fate = ERR_FATAL, .code = "c", .text = "first" };
    problems_add(&p, &nowhere);
    problems_sort(&p);
    CU_ASSERT_TRUE(problems_any(&p));
    CU_ASSERT_EQUAL_FATAL(p.count, 5);
    static const char *const want[] = { "first", "second", "third", "fourth", "fifth" };
    for (size_t i = 0; i < p.count; i++)
        CU_ASSERT_STRING_EQUAL(p.list[i].text, want[i]);
    problems_release(&p);
    CU_ASSERT_EQUAL(p.count, 0);
}

static void remembers_that_a_problem_was_lost(void)
{
    struct problems p = { .list = NULL };
    mem_fail_after(1);
    problems_say(&p, "c", "a.yaml", 1, 1, "lost");
    mem_fail_after(0);
    CU_ASSERT_EQUAL(p.count, 0);
    CU_ASSERT_TRUE(problems_any(&p));
    problems_release(&p);
}

static CU_TestInfo cases[] = {
    { "keeps the first error", keeps_the_first_error },
    { "cuts a sentence that is too long", cuts_a_sentence_that_is_too_long },
    { "prints an offset or a place", prints_an_offset_or_a_place },
    { "adds the reason of the system", adds_the_reason_of_the_system },
    { "never ends a part for what the system is out of",
      never_ends_a_part_for_what_the_system_is_out_of },
    { "sorts problems by place", sorts_problems_by_place },
    { "remembers that a problem was lost", remembers_that_a_problem_was_lost },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_err = { "err", NULL, NULL, NULL, NULL, cases };
