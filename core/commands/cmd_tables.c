/* cmd_tables.c - concordat test SITE [FILE...]: do the rules decide as people wrote down that they
 * should? Tells each row that turns out otherwise, then the clauses and prohibitions of which no
 * row shows what they do alone. */
#include "commands/cli.h"
#include "host/say.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sharing/rules/clause.h"
#include "sharing/rules/prohibition.h"
#include "sharing/tools/table.h"

#define TABLES_MAX 500

struct testing {
    struct cli *cli;
    struct cli_rules rules;
    struct table_seen seen;
    const char *files[TABLES_MAX];
    size_t file_count;
    uint64_t coverage_min; /* percent */
    bool as_approved;
    size_t rows, failed;
};

static int compare_table_names(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static bool add_table(struct testing *t, const char *folder, const char *name)
{
    const char *path = arena_format(&t->cli->arena, "%s/%s", folder, name);
    if (path && t->file_count < TABLES_MAX) {
        t->files[t->file_count++] = path;
        return true;
    }
    say_to(stderr, "concordat: more than %d tables in '%s'\n", TABLES_MAX, folder);
    return false;
}

/* Lists the tables beside region.yaml, in the order of their names. False after saying that there
 * are none, or too many. */
static bool find_tables(struct testing *t)
{
    const char *folder = arena_format(&t->cli->arena, "%s/tests", t->rules.folder);
    DIR *dir = folder ? opendir(folder) : NULL;
    bool done = true;
    while (dir && done) {
        const struct dirent *d = readdir(dir);
        if (!d)
            break;
        bool is_hidden = d->d_name[0] == '.';
        if (!is_hidden && slice_ends(slice_text(d->d_name), SLICE(".decisions")))
            done = add_table(t, folder, d->d_name);
    }
    if (dir)
        (void)closedir(dir);
    qsort(t->files, t->file_count, sizeof *t->files, compare_table_names);
    if (t->file_count == 0)
        say_to(stderr, "concordat: no tables '%s/tests/*.decisions'\n", t->rules.folder);
    return done && t->file_count > 0;
}

static bool read_test_words(struct testing *t, int argc, char **argv)
{
    t->coverage_min = 0;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--coverage-min") == 0) {
            i++;
            if (i == argc)
                return false;
            bool is_number = slice_to_u64(slice_text(argv[i]), &t->coverage_min);
            if (!is_number || t->coverage_min > 100)
                return false;
        } else if (strcmp(argv[i], "--as-approved") == 0) {
            t->as_approved = true;
        } else if (argv[i][0] == '-' || t->file_count == TABLES_MAX) {
            return false;
        } else {
            t->files[t->file_count++] = argv[i];
        }
    }
    return true;
}

/* Tells the rows that turn out otherwise. False after telling why the table cannot be read. */
static bool run_table(struct testing *t, const char *path)
{
    struct problems p = { 0 };
    struct table_result result;
    char line[600];
    bool read = table_run(t->rules.bundle, &t->cli->arena, path, &t->seen, &p, &result);
    for (size_t i = 0; i < p.count; i++)
        say_to(read ? stdout : stderr, "%s\n", err_print(&p.list[i], line, sizeof line));
    problems_release(&p);
    t->rows += result.rows;
    t->failed += result.failed;
    return read;
}

static size_t count_seen(const bool *seen, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (seen[i])
            count++;
    return count;
}

static void print_unseen(const struct testing *t)
{
    const struct bundle *b = t->rules.bundle;
    uint32_t line;
    for (uint32_t i = 0; i < b->clause_count; i++) {
        struct slice name = clause_name(b, i);
        const char *file = clause_place(b, i, &line);
        if (!t->seen.clauses[i])
            say("%s:%u: no row shows what clause '%.*s' alone shares\n", file, line, SHOWN(name));
    }
    for (uint32_t i = 0; i < b->prohibition_count; i++) {
        struct slice name = prohibition_name(b, i);
        const char *file = prohibition_place(b, i, &line);
        if (!t->seen.prohibitions[i])
            say("%s:%u: no row shows what prohibition '%.*s' alone takes\n", file, line,
                SHOWN(name));
    }
}

/* Prints the sums. False: a row failed, or fewer rules are shown than the caller wants. */
static bool print_sums(const struct testing *t)
{
    const struct bundle *b = t->rules.bundle;
    size_t clauses = count_seen(t->seen.clauses, b->clause_count);
    size_t prohibitions = count_seen(t->seen.prohibitions, b->prohibition_count);
    size_t all = b->clause_count + b->prohibition_count;
    size_t percent = all ? (clauses + prohibitions) * 100 / all : 100;
    print_unseen(t);
    say("%zu rows in %zu table%s: %zu failed\n", t->rows, t->file_count,
        t->file_count == 1 ? "" : "s", t->failed);
    say("%zu of %zu clauses and %zu of %zu prohibitions shown by some row: %zu%%\n", clauses,
        b->clause_count, prohibitions, b->prohibition_count, percent);
    if (percent < t->coverage_min)
        say("less than the %llu%% wanted\n", (unsigned long long)t->coverage_min);
    if (t->failed && !t->as_approved)
        cli_print_unapproved(b, "shares nothing until it is approved (--as-approved tries it)");
    return t->failed == 0 && percent >= t->coverage_min;
}

int cmd_tables(struct cli *c, int argc, char **argv)
{
    if (argc < 2)
        return CLI_USAGE;
    struct testing *t = ARENA_NEW(&c->arena, struct testing);
    if (!t)
        return CLI_CANNOT;
    t->cli = c;
    if (!read_test_words(t, argc, argv))
        return CLI_USAGE;
    if (!cli_rules(c, argv[1], &t->rules))
        return CLI_CANNOT;
    if (t->file_count == 0 && !find_tables(t))
        return CLI_CANNOT;
    if (t->as_approved)
        t->rules.bundle = cli_as_approved(c, t->rules.bundle);
    const struct bundle *b = t->rules.bundle;
    if (!b)
        return CLI_CANNOT;
    t->seen.clauses = ARENA_ARRAY(&c->arena, b->clause_count + 1, bool);
    t->seen.prohibitions = ARENA_ARRAY(&c->arena, b->prohibition_count + 1, bool);
    if (!t->seen.clauses || !t->seen.prohibitions)
        return CLI_CANNOT;
    for (size_t i = 0; i < t->file_count; i++)
        if (!run_table(t, t->files[i]))
            return CLI_CANNOT;
    return print_sums(t) ? CLI_DONE : CLI_NO;
}
