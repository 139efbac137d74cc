/* cmd_explain.c - concordat explain SITE [AGREEMENT] [--annex]: agreements in words for those who
 * sign them. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "sharing/tools/explain.h"

#define TEXT_MAX ((size_t)64 << 20)

struct wanted {
    const char *agreement; /* NAME or NAME/VERSION; NULL: all */
    bool annex;
};

static bool read_words(int argc, char **argv, struct wanted *w)
{
    *w = (struct wanted){ .agreement = NULL };
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--annex") == 0)
            w->annex = true;
        else if (argv[i][0] == '-' || w->agreement)
            return false;
        else
            w->agreement = argv[i];
    }
    return argc > 1;
}

/* "hospital-discharge", or "hospital-discharge/3". */
static bool is_wanted(const struct agreement *g, const char *name)
{
    struct slice wanted = slice_text(name);
    size_t slash = slice_find(wanted, '/');
    uint64_t version = 0;
    if (!name)
        return true;
    if (!slice_equal(slice_head(wanted, slash), g->name))
        return false;
    return slash == wanted.n || (slice_to_u64(slice_from(wanted, slash + 1), &version) &&
                                 version == (uint64_t)g->version);
}

static bool explain_all(const struct bundle *b, const struct wanted *w, struct buf *out,
                        size_t *found, struct err *e)
{
    for (size_t i = 0; i < b->agreement_count; i++) {
        if (!is_wanted(&b->agreements[i], w->agreement))
            continue;
        if ((*found)++)
            buf_text(out, w->annex ? "\n" : "\n----\n\n");
        if (!(w->annex ? explain_annex(b, i, out, e) : explain_agreement(b, i, out, e)))
            return false;
    }
    return true;
}

/* A name that is there is found more easily in a list. */
static void print_names(const struct bundle *b, const char *wanted)
{
    fprintf(stderr, "concordat: no agreement '%s'; there are:\n", wanted);
    for (size_t i = 0; i < b->agreement_count; i++)
        fprintf(stderr, "  %.*s/%d\n", SHOWN(b->agreements[i].name), b->agreements[i].version);
}

int cmd_explain(struct cli *c, int argc, char **argv)
{
    struct wanted w;
    struct cli_rules rules;
    struct buf out;
    struct err e = { 0 };
    size_t found = 0;
    if (!read_words(argc, argv, &w))
        return CLI_USAGE;
    if (!cli_rules(c, argv[1], &rules))
        return CLI_CANNOT;
    buf_init(&out, TEXT_MAX);
    bool good = explain_all(rules.bundle, &w, &out, &found, &e);
    if (good && found)
        (void)fwrite(out.p, 1, out.n, stdout);
    buf_release(&out);
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    if (!found)
        print_names(rules.bundle, w.agreement ? w.agreement : "");
    return found ? CLI_DONE : CLI_NO;
}
