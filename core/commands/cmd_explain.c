/* cmd_explain.c - concordat explain SITE | --draft FOLDER | FILE [AGREEMENT] [--annex]: explains
 * agreements to those who sign them. The first line says where they come from: the bundle in force,
 * a file, or a draft that is in force nowhere. */
#include "commands/cli.h"
#include "commands/bundle_sign.h"
#include "host/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#include "sharing/tools/explain.h"

#define TEXT_MAX ((size_t)64 << 20)

struct wanted {
    const char *where, *agreement; /* NAME or NAME/VERSION; NULL: all */
    bool annex, draft;
};

static bool read_explain_words(int argc, char **argv, struct wanted *w)
{
    *w = (struct wanted){ .agreement = NULL };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--annex") == 0)
            w->annex = true;
        else if (strcmp(argv[i], "--draft") == 0)
            w->draft = true;
        else if (argv[i][0] == '-' || w->agreement)
            return false;
        else if (!w->where)
            w->where = argv[i];
        else
            w->agreement = argv[i];
    }
    return w->where != NULL;
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
    if (slash == wanted.n)
        return true;
    return slice_to_u64(slice_from(wanted, slash + 1), &version) && version == (uint64_t)g->version;
}

static bool explain_all(const struct bundle *b, const struct wanted *w, struct buf *out,
                        size_t *found, struct err *e)
{
    for (size_t i = 0; i < b->agreement_count; i++) {
        if (!is_wanted(&b->agreements[i], w->agreement))
            continue;
        if (*found > 0)
            buf_text(out, w->annex ? "\n" : "\n----\n\n");
        ++*found;
        bool done = w->annex ? explain_annex(b, i, out, e) : explain_agreement(b, i, out, e);
        if (!done)
            return false;
    }
    return true;
}

/* Prints the agreements that there are, when the wanted one is none of them. */
static void print_names(const struct bundle *b, const char *wanted)
{
    say_to(stderr, "concordat: no agreement '%s'; there are:\n", wanted);
    for (size_t i = 0; i < b->agreement_count; i++)
        say_to(stderr, "  %.*s/%d\n", SHOWN(b->agreements[i].name), b->agreements[i].version);
}

/* ---- which rules ---- */

static void put_signers(const struct pack *p, struct buf *out)
{
    buf_text(out, p->signature_count ? ", signed by" : ", signed by nobody");
    for (size_t i = 0; i < p->signature_count; i++) {
        buf_text(out, i ? ", " : " ");
        buf_put(out, p->signatures[i].name);
    }
}

static void put_edition(const struct edition *g, const char *since, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    struct slice from = time_ms_to_iso(g->from_ms, time);
    buf_format(out, "bundle %" PRIu64 " of %.*s, %s %.*s", g->number, SHOWN(g->bundle->region),
               since, SHOWN(from));
    put_signers(g->pack, out);
}

/* The bundle that is in force at a site now. */
static const struct bundle *rules_in_force(struct cli *c, const char *path, struct buf *head)
{
    struct site *s = cli_site(c, path, false);
    if (!s)
        return NULL;
    const struct edition *g = editions_at(editions_newest(&s->rules), clock_wall_ms());
    put_edition(g, "in force since", head);
    return g->bundle;
}

static const struct bundle *rules_of_file(struct cli *c, const char *path, struct buf *head)
{
    struct pack p;
    struct slice bytes;
    struct problems problems = { 0 };
    const struct catalogue *schemas = cli_schemas(c);
    if (!schemas || !bundle_read_file(c, path, &bytes, &p))
        return NULL;
    const struct edition *g = bundles_read(&c->arena, bytes, path, schemas, &problems);
    if (!g)
        cli_print_problems(&problems);
    problems_release(&problems);
    if (!g)
        return NULL;
    buf_text(head, "a file, whether it is in force anywhere or not: ");
    put_edition(g, "to begin", head);
    buf_text(head, " (not verified here)");
    return g->bundle;
}

/* Reads a folder as the site's next bundle, so that agreements which have not changed keep their
 * signatures. */
static const struct bundle *rules_of_next(struct cli *c, const struct site *s, const char *folder,
                                          struct buf *head)
{
    const struct bundle_source source = source_folder(folder);
    const struct bundles_draft d = { .from_ms = clock_wall_ms(),
                                     .before = s->last->pack,
                                     .schemas = s->places.schemas,
                                     .catalogue = s->catalogue,
                                     .is_signed = true,
                                     .is_for_all = true };
    const struct widening *w = NULL;
    struct problems problems = { 0 };
    struct slice bytes;
    struct err e = { 0 };
    if (!bundles_pack(&c->arena, &source, &d, &bytes, &w, &e)) {
        cli_fail(CLI_NO, &e);
        return NULL;
    }
    const struct edition *g = bundles_read(&c->arena, bytes, folder, s->catalogue, &problems);
    if (!g)
        cli_print_problems(&problems);
    problems_release(&problems);
    if (g)
        buf_format(head, "draft: in force nowhere; it would follow bundle %" PRIu64,
                   s->last->number);
    return g ? g->bundle : NULL;
}

/* Whether a folder is of a site whose bundles are signed, and which has one. *at: its places. */
static bool has_signed_rules(struct cli *c, const char *path, struct site_places *at)
{
    struct err ignored = { 0 };
    if (cli_is_rules_only(c, path))
        return false;
    if (!site_places_read(&c->arena, path, at, &ignored))
        return false;
    bool is_signed = !at->demo && at->region && at->first;
    return is_signed && access(at->first, R_OK) == 0;
}

static const struct bundle *rules_of_draft(struct cli *c, const char *path, bool is_demo,
                                           struct buf *head)
{
    struct cli_rules rules;
    struct site_places at;
    if (!is_demo && has_signed_rules(c, path, &at)) {
        struct site *s = cli_site(c, path, false);
        return s ? rules_of_next(c, s, at.region, head) : NULL;
    }
    buf_text(head, is_demo ? "a demo: these files are in force here, and nobody has signed them"
                           : "draft: in force nowhere");
    return cli_rules(c, path, &rules) ? rules.bundle : NULL;
}

static const struct bundle *find_rules(struct cli *c, const struct wanted *w, struct buf *head)
{
    struct site_places at;
    struct stat st;
    struct err e = { 0 };
    bool is_file = stat(w->where, &st) == 0 && S_ISREG(st.st_mode) &&
                   !slice_ends(slice_text(w->where), SLICE(".yaml"));
    if (w->draft || cli_is_rules_only(c, w->where))
        return rules_of_draft(c, w->where, false, head);
    if (is_file)
        return rules_of_file(c, w->where, head);
    if (!site_places_read(&c->arena, w->where, &at, &e)) {
        cli_fail(CLI_CANNOT, &e);
        return NULL;
    }
    return at.demo ? rules_of_draft(c, w->where, true, head) : rules_in_force(c, w->where, head);
}

int cmd_explain(struct cli *c, int argc, char **argv)
{
    struct wanted w;
    struct buf out;
    struct err e = { 0 };
    size_t found = 0;
    if (!read_explain_words(argc, argv, &w))
        return CLI_USAGE;
    buf_init(&out, TEXT_MAX);
    const struct bundle *b = find_rules(c, &w, &out);
    buf_text(&out, "\n\n");
    bool good = b && explain_all(b, &w, &out, &found, &e);
    if (good && found)
        say_lines(stdout, buf_slice(&out));
    buf_release(&out);
    if (!b)
        return CLI_CANNOT;
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    if (!found)
        print_names(b, w.agreement ? w.agreement : "");
    return found ? CLI_DONE : CLI_NO;
}
