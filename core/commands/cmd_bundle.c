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

/* The last bundle there is, which the new one follows; NULL: there is none. */
static bool find_last(struct cli *c, const struct site_places *at, struct pack **out, struct err *e)
{
    const struct kept_bundle *kept = NULL;
    struct slice unused;
    size_t n = 0;
    *out = NULL;
    if (!bundles_list(&c->arena, at->bundles, &kept, &n, e))
        return false;
    const char *path = n ? kept[n - 1].path : at->first;
    if (!path || access(path, F_OK) != 0)
        return true;
    *out = ARENA_NEW(&c->arena, struct pack);
    return *out ? bundles_read_pack(&c->arena, path, *out, &unused, e) : err_memory(e);
}

static bool read_from(const char *text, int64_t *out)
{
    struct moment m;
    *out = clock_wall_ms();
    if (!text)
        return true;
    if (!time_from_iso(slice_text(text), &m)) {
        say_to(stderr, "concordat: '%s' is no time, written 2026-12-01T00:00Z\n", text);
        return false;
    }
    *out = m.ms;
    return true;
}

/* All that a load would find wrong is found now. */
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

/* Of what is signed, region.yaml names who may act: else whoever types a name may. */
static bool names_people(const struct bundle *b, const char *region)
{
    struct problems p = { 0 };
    char file[4096];
    if (b->people.count)
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

/* The folder's region.yaml names the keys that this site holds, before it is packed. */
static bool fill_checks(struct cli *c, const char *site, struct err *e)
{
    const char *said = NULL;
    if (!site_fill_key_checks(&c->arena, site, &said, e))
        return false;
    if (said)
        say_lines(stdout, slice_text(said));
    return true;
}

/* Who approves and acts, to the bundle before, where that can still be read. */
static void print_people(struct cli *c, const struct edition *made, const struct pack *before)
{
    struct problems ignored = { 0 };
    const struct edition *was = before ? bundles_read(&c->arena, before->file, "the bundle before",
                                                      made->bundle->catalogue, &ignored)
                                       : NULL;
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
    for (; widens; widens = widens->next)
        say("  may widen: %s\n", widens->what);
    for (size_t i = 0; made->pack->form == PACK_FORM_SIGNED && i < b->agreement_count; i++)
        if (!b->agreements[i].approved)
            bundle_print_agreement(b, &b->agreements[i], "");
}

static int pack(struct cli *c, int argc, char **argv)
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
    if (!words_read(argc, argv, 2, 1, o, &w) || !o[1].count)
        return CLI_USAGE;
    if (!read_from(words_one(o, "--from"), &d.from_ms))
        return CLI_USAGE;
    if (!site_places_read(&c->arena, w.plain[0], &at, &e) || !find_last(c, &at, &before, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (!at.region) {
        say_to(stderr, "concordat: the site names no region.yaml to pack: want `region: PATH`\n");
        return CLI_NO;
    }
    if (!at.demo && !fill_checks(c, w.plain[0], &e))
        return cli_fail(CLI_NO, &e);
    const struct bundle_source source = source_folder(at.region);
    d.before = before;
    d.schemas = at.schemas;
    d.is_signed = d.is_for_all = !at.demo;
    d.catalogue = cli_schemas(c);
    if (!d.catalogue)
        return CLI_NO;
    if (!bundles_pack(&c->arena, &source, &d, &bytes, &widens, &e))
        return cli_fail(CLI_NO, &e);
    const struct edition *made = read_made(c, bytes, d.catalogue, at.region);
    if (!made || (!at.demo && !names_people(made->bundle, at.region)))
        return CLI_NO;
    if (!write_new(o[1].values[0], bytes, &e))
        return cli_fail(CLI_CANNOT, &e);
    print_made(c, made, before, widens);
    return CLI_DONE;
}

/* ---- load, rollback ---- */

static int load(struct cli *c, const char *site, const char *path)
{
    struct pack p;
    struct slice bytes;
    struct site *s = cli_site(c, site, false);
    if (!s)
        return CLI_CANNOT;
    return bundle_read_file(c, path, &bytes, &p) ? submit_bundle(c, s, bytes, "") : CLI_NO;
}

static const struct kept_bundle *find_kept(struct cli *c, const struct site *s, const char *number)
{
    const struct kept_bundle *kept = NULL;
    struct err e = { 0 };
    uint64_t wanted = 0;
    size_t n = 0;
    if (!bundles_list(&c->arena, s->places.bundles, &kept, &n, &e))
        cli_fail(CLI_CANNOT, &e);
    for (size_t i = 0; slice_to_u64(slice_text(number), &wanted) && i < n; i++)
        if (kept[i].number == wanted)
            return &kept[i];
    say_to(stderr, "concordat: no bundle '%s' is kept in %s\n", number, s->places.bundles);
    return NULL;
}

static int rollback(struct cli *c, int argc, char **argv)
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
    if (!words_read(argc, argv, 2, 1, o, &w) || !o[0].count || o[1].count != o[2].count)
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
    const struct kept_bundle *kept = find_kept(c, s, o[0].values[0]);
    if (!kept || !bundle_read_file(c, kept->path, &bytes, &p))
        return CLI_NO;
    const struct change change = {
        .files = p.files,
        .file_count = p.file_count,
        .by = o[1].values,
        .by_count = o[1].count,
        .keys = o[2].values,
        .key_count = o[2].count,
        .out = words_one(o, "-o"),
        .what = SIGN_AGREEMENTS,
        .says = arena_format(&c->arena, "go back to what bundle %s says", o[0].values[0]),
    };
    return submit_change(c, s, &change);
}

int cmd_bundle(struct cli *c, int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "pack") == 0)
        return pack(c, argc, argv);
    if (strcmp(verb, "sign") == 0)
        return bundle_sign(c, argc, argv);
    if (strcmp(verb, "verify") == 0)
        return bundle_verify(c, argc, argv);
    if (strcmp(verb, "rollback") == 0)
        return rollback(c, argc, argv);
    if (strcmp(verb, "show") == 0)
        return bundle_show(c, argc, argv);
    return strcmp(verb, "load") == 0 && argc == 4 ? load(c, argv[2], argv[3]) : CLI_USAGE;
}
