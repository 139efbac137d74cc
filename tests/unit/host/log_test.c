/* log_test.c - what a line looks like, and that nothing in it can forge another. */
#include <CUnit/CUnit.h>
#include <string.h>
#include <unistd.h>

#include "host/log.h"

static int saved = -1, lines[2];
static char text[4096];

static void fresh(void)
{
    saved = dup(STDERR_FILENO);
    if (saved < 0 || pipe(lines) < 0 || dup2(lines[1], STDERR_FILENO) < 0)
        _exit(3);
    log_set_level(LOG_INFO);
}

static void done(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(lines[0]);
    log_set_level(LOG_INFO);
}

/* What was logged since the test began; ends the catching. */
static const char *caught(void)
{
    dup2(saved, STDERR_FILENO);
    close(lines[1]);
    ssize_t n = read(lines[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* Cuts " time=..." out, after a look at its form. */
static const char *without_time(char *line)
{
    char *from = strstr(line, " time=");
    if (!from || from[6 + 10] != 'T' || from[6 + 23] != 'Z')
        return "no time";
    memmove(from, from + 30, strlen(from + 30) + 1);
    return line;
}

static void writes_who_what_and_where(void)
{
    const struct log_who who = { "feed", "pas-adt" };
    struct err e = { .fate = ERR_NONE };
    err_set(&e, ERR_REJECT, "hl7.short", 12, "cannot read '%s'", "MSH");
    log_err(LOG_WARN, &who, &e);
    caught();
    CU_ASSERT_STRING_EQUAL(without_time(text), "level=warn feed=pas-adt code=hl7.short at=12 "
                                               "\"cannot read 'MSH'\"\n");
}

static void writes_the_place_in_a_file(void)
{
    struct err e = { .fate = ERR_NONE };
    err_set_place(&e, ERR_FATAL, "site.key", "site.yaml", 3, 7, "unknown key");
    log_err(LOG_ERROR, NULL, &e);
    caught();
    CU_ASSERT_STRING_EQUAL(without_time(text), "level=error code=site.key file=site.yaml place=3:7 "
                                               "\"unknown key\"\n");
}

static void writes_a_plain_line_without_who_or_code(void)
{
    const struct log_who nobody = { NULL, NULL };
    log_line(LOG_INFO, &nobody, NULL, "started %d feeds", 3);
    caught();
    CU_ASSERT_STRING_EQUAL(without_time(text), "level=info \"started 3 feeds\"\n");
}

static void lets_nothing_forge_a_line(void)
{
    const struct log_who who = { "feed", "a b\nc" };
    log_line(LOG_WARN, &who, "x.y", "a \"quoted\"\nlevel=error \\ \x1b[0m");
    caught();
    CU_ASSERT_STRING_EQUAL(without_time(text), "level=warn feed=a_b?c code=x.y "
                                               "\"a \\\"quoted\\\"?level=error \\\\ ?[0m\"\n");
}

static void speaks_to_no_terminal_and_turns_nothing(void)
{
    log_line(LOG_WARN, NULL, "x.y",
             "caf\xc3\xa9 \xc2\x9b"
             "31m \x9b"
             "31m \xe2\x80\xae"
             "drow");
    caught();
    CU_ASSERT_STRING_EQUAL(without_time(text),
                           "level=warn code=x.y \"caf\xc3\xa9 ?31m ?31m ?drow\"\n");
}

static void cuts_a_long_line_but_ends_it(void)
{
    char quotes[3000];
    memset(quotes, '"', sizeof quotes - 1);
    quotes[sizeof quotes - 1] = '\0';
    for (size_t skip = 0; skip < 4; skip++)
        log_line(LOG_WARN, NULL, "x.y", "%.*s%s", (int)skip, "aaaa", quotes);
    size_t count = 0;
    for (const char *line = caught(); *line; line = strchr(line, '\n') + 1, count++) {
        const char *end = strchr(line, '\n');
        CU_ASSERT_PTR_NOT_NULL_FATAL(end);
        CU_ASSERT_TRUE(end - line > 1000 && end - line < 1024);
        CU_ASSERT_EQUAL(end[-1], '"');
    }
    CU_ASSERT_EQUAL(count, 4);
}

static void keeps_quiet_below_its_level(void)
{
    struct err e = { .fate = ERR_REJECT, .code = "x.y", .text = "no" };
    log_line(LOG_DEBUG, NULL, NULL, "hidden");
    log_set_level(LOG_ERROR);
    log_err(LOG_WARN, NULL, &e);
    CU_ASSERT_STRING_EQUAL(caught(), "");
}

static CU_TestInfo cases[] = {
    { "writes who, what and where", writes_who_what_and_where },
    { "writes the place in a file", writes_the_place_in_a_file },
    { "writes a plain line without who or code", writes_a_plain_line_without_who_or_code },
    { "lets nothing forge a line", lets_nothing_forge_a_line },
    { "speaks to no terminal and turns nothing", speaks_to_no_terminal_and_turns_nothing },
    { "cuts a long line but ends it", cuts_a_long_line_but_ends_it },
    { "keeps quiet below its level", keeps_quiet_below_its_level },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_log = { "log", NULL, NULL, fresh, done, cases };
