/* manual_test.c - what `concordat manual transports` prints of an option, by its type. */
#include "commands/manual.h"

#include <CUnit/CUnit.h>
#include <string.h>

static const struct cfg_option options[] = {
    { "asks", CFG_BOOL, 0, "false", "whether it asks" },
    { "where", CFG_TEXT, 0, NULL, "where it asks" },
    { "most", CFG_COUNT, 0, "3", "how often it asks" },
    { .type = CFG_END },
};
static const struct transport asking = { .name = "asking", .options = options };
static const struct transport *const transports[] = { &asking, NULL };
static const struct registry adapters = { .transports = transports };

static bool prints(const char *line)
{
    const struct cli c = { .adapters = &adapters };
    struct buf out;
    buf_init(&out, 1 << 16);
    manual_transports(&c, &out);
    struct slice text = buf_slice(&out);
    bool found = memmem(text.p, text.n, line, strlen(line)) != NULL;
    buf_release(&out);
    return found;
}

static void an_option_of_type_bool_is_true_or_false(void)
{
    CU_ASSERT(prints("- `asks` (true or false; else false): whether it asks\n"));
}

static void an_option_of_another_type_stands_without_its_article(void)
{
    CU_ASSERT(prints("- `where` (text, required): where it asks\n"));
    CU_ASSERT(prints("- `most` (number; else 3): how often it asks\n"));
}

static CU_TestInfo tests[] = {
    { "an option of type bool is true or false", an_option_of_type_bool_is_true_or_false },
    { "an option of another type stands without its article",
      an_option_of_another_type_stands_without_its_article },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_manual = { "manual", NULL, NULL, NULL, NULL, tests };
