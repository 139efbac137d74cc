/* cmd_bundle.c - concordat bundle pack|load|rollback; bundle_sign.c has sign, show and verify. */
#include "commands/bundle_people.h"
#include "commands/bundle_sign.h"
#include "commands/submit.h"
#include "commands/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "commands/passphrase.h"
#include "commands/write_new.h"
#include "host/say.h"

/* ---- pack ---- */

/* Reads the last bundle that the site has, which the new one follows. *out NULL: it has none. */
static bool find_last(struct cli *c, const struct site_places *at, struct pack **out, struct err *e)
{
    const struct kept_bundle *kept = NULL;
    struct slice unused;
    size_t n = 0;
    *out = NULL;
    if (!bundles_list(&c->arena, at->bundles, &kept, &n, e))
        return false;
    const char *path = n > 0 ? kept[n - 1].path : at->first;
    if (!path || access(path, F_OK) != 0)
        return true;
    *out = ARENA_NEW(&c->arena, struct pack);
    if (!*out)
        return err_memory(e);
    return bundles_read_pack(&c->arena, path, *out, &unused, e);
}

/* Reads --from. text NULL: now. False after saying that it is no time. */
static bool read_from_time(const char *text, int64_t *out_ms)
{
    struct moment m;
    if (!text) {
        *out_ms = clock_wall_ms();
        return true;
    }
    if (!time_from_iso(slice_text(text), &m)) {
        say_to(stderr, "concordat: '%s' is no time, written 2026-12-01T00:00Z\n", text);
        return false;
    }
    *out_ms = m.ms;
    return true;
}

/* Reads the new bundle as a load would, so that what is wrong with it is told now. NULL: it has
 * been told. */
static const struct edition *read_made(struct cli *c, struct slice bytes,
                                       const struct catalogue *schemas, const char *label)
{
    struct problems p = { 0 };
    const struct edition *g = bundles_read(&c->arena, bytes, label, schemas, &p);
    if (!g)
        cli_print_problems(&p);
    problems_release(&p);
    return g;
}

/* A region.yaml that is signed has to name who may act: else whoever types a name may. False after
 * saying so. */
static bool check_people(const struct bundle *b, const char *region)
{
    struct problems p = { 0 };
    char file[4096];
    if (b->people.count > 0)
        return true;
    (void)snprintf(file, sizeof file, "%s/region.yaml", region);
    (void)problems_say(
        &p, "bundle.people", file, 1, 1,
        "region.yaml must name the people who sign what they decide: `people: {NAME: {agency, "
        "roles, key, until}}`; concordat key --person FILE makes a key");
    cli_print_problems(&p);
    problems_release(&p);
    return false;
}

/* Writes the check values of the site's keys into region.yaml, before it is packed. */
static bool fill_checks(struct cli *c, const char *site, struct err *e)
{
    const char *said = NULL;
    if (!site_fill_key_checks(&c->arena, site, &said, e))
        return false;
    if (said)
        say_lines(stdout, slice_text(said));
    return true;
}

/* Prints who approves and acts otherwise than by the bundle before, where that can still be
 * read. */
static void print_people(struct cli *c, const struct edition *made, const struct pack *before)
{
    struct problems ignored = { 0 };
    if (!before)
        return;
    const struct edition *was = bundles_read(&c->arena, before->file, "the bundle before",
                                             made->bundle->catalogue, &ignored);
    problems_release(&ignored);
    if (was)
        bundle_print_people(was->bundle, made->bundle);
}

static void print_made(struct cli *c, const struct edition *made, const struct pack *before,
                       const struct widening *widens)
{
    const struct bundle *b = made->bundle;
    bundle_print_header(made->pack);
    print_people(c, made, before);
    for (const struct widening *w = widens; w; w = w->next)
        say("  may widen: %s\n", w->what);
    if (made->pack->form != PACK_FORM_SIGNED)
        return;
    for (size_t i = 0; i < b->agreement_count; i++)
        if (!b->agreements[i].approved)
            bundle_print_agreement(b, &b->agreements[i], "");
}

/* bundle pack SITE [--from TIME] -o FILE */
static int pack_bundle(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--from", .most = 1 },
                               { .name = "-o", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct site_places at;
    struct pack *before = NULL;
    struct bundles_draft d = { .from_ms = 0 };
    const struct widening *widens = NULL;
    struct slice bytes;
    struct err e = { 0 };
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    const char *site = w.plain[0], *out = words_one(o, "-o");
    if (!out || !read_from_time(words_one(o, "--from"), &d.from_ms))
        return CLI_USAGE;
    if (!site_places_read(&c->arena, site, &at, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (!find_last(c, &at, &before, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (!at.region) {
        say_to(stderr, "concordat: the site names no region.yaml to pack: want `region: PATH`\n");
        return CLI_NO;
    }
    if (!at.demo && !fill_checks(c, site, &e))
        return cli_fail(CLI_NO, &e);
    const struct bundle_source source = source_folder(at.region);
    d.before = before;
    d.schemas = at.schemas;
    d.is_signed = !at.demo;
    d.is_for_all = !at.demo;
    d.catalogue = cli_schemas(c);
    if (!d.catalogue)
        return CLI_NO;
    if (!bundles_pack(&c->arena, &source, &d, &bytes, &widens, &e))
        return cli_fail(CLI_NO, &e);
    const struct edition *made = read_made(c, bytes, d.catalogue, at.region);
    if (!made)
        return CLI_NO;
    if (!at.demo && !check_people(made->bundle, at.region))
        return CLI_NO;
    if (!write_new(out, bytes, &e))
        return cli_fail(CLI_CANNOT, &e);
    print_made(c, made, before, widens);
    return CLI_DONE;
}

/* ---- load, rollback ---- */

static int load_bundle(struct cli *c, const char *site, const char *path)
{
    struct pack p;
    struct slice bytes;
    struct site *s = cli_site(c, site, false);
    if (!s)
        return CLI_CANNOT;
    if (!bundle_read_file(c, path, &bytes, &p))
        return CLI_NO;
    return submit_bundle(c, s, bytes, "");
}

/* The kept bundle of that number. NULL after saying that there is none, or that nobody can tell. */
static const struct kept_bundle *find_kept(struct cli *c, const struct site *s, const char *number)
{
    const struct kept_bundle *kept = NULL;
    struct err e = { 0 };
    uint64_t wanted = 0;
    size_t n = 0;
    if (!bundles_list(&c->arena, s->places.bundles, &kept, &n, &e)) {
        cli_fail(CLI_CANNOT, &e);
        return NULL;
    }
    bool is_number = slice_to_u64(slice_text(number), &wanted);
    for (size_t i = 0; is_number && i < n; i++)
        if (kept[i].number == wanted)
            return &kept[i];
    say_to(stderr, "concordat: no bundle '%s' is kept in %s\n", number, s->places.bundles);
    return NULL;
}

/* bundle rollback SITE --to NUMBER [--by NAME --key FILE]... [-o FILE] */
static int roll_bundle_back(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--to", .most = 1 },
                               { .name = "--by", .most = 4 },
                               { .name = "--key", .most = 4 },
                               { .name = "-o", .most = 1 },
                               { .name = "--passphrase-file", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct err e = { 0 };
    struct pack p;
    struct slice bytes;
    const struct word_option *by = &o[1], *keys = &o[2];
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    const char *number = words_one(o, "--to");
    if (!number || by->count != keys->count)
        return CLI_USAGE;
    if (!passphrase_from(words_one(o, "--passphrase-file"), &e))
        return cli_fail(CLI_CANNOT, &e);
    struct site *s = cli_site(c, w.plain[0], false);
    if (!s)
        return CLI_CANNOT;
    if (s->places.demo) {
        say_to(stderr, "concordat: the rules of a demo site are the files beside region.yaml: put "
                       "the older ones back there\n");
        return CLI_NO;
    }
    const struct kept_bundle *kept = find_kept(c, s, number);
    if (!kept)
        return CLI_NO;
    if (!bundle_read_file(c, kept->path, &bytes, &p))
        return CLI_NO;
    const struct change change = {
        .files = p.files,
        .file_count = p.file_count,
        .by = by->values,
        .by_count = by->count,
        .keys = keys->values,
        .key_count = keys->count,
        .out = words_one(o, "-o"),
        .what = SIGN_AGREEMENTS,
        .says = arena_format(&c->arena, "go back to what bundle %s says", number),
    };
    return submit_change(c, s, &change);
}

int cmd_bundle(struct cli *c, int argc, char **argv)
{
    static const struct {
        const char *verb;
        int (*run)(struct cli *c, int argc, char **argv);
    } verbs[] = { { "pack", pack_bundle },
                  { "sign", bundle_sign },
                  { "verify", bundle_verify },
                  { "rollback", roll_bundle_back },
                  { "show", bundle_show } };
    if (argc < 2)
        return CLI_USAGE;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(argv[1], verbs[i].verb) == 0)
            return verbs[i].run(c, argc, argv);
    if (argc == 4 && strcmp(argv[1], "load") == 0)
        return load_bundle(c, argv[2], argv[3]);
    return CLI_USAGE;
}
