/* cmd_bundle.c - concordat bundle pack|sign|show|verify|load|rollback. */
#include "cli/submit.h"
#include "cli/words.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/part.h"

static void print_hash(const char *what, const uint8_t hash[HASH_BYTES])
{
    char hex[2 * HASH_BYTES];
    slice_to_hex(slice_of(hash, HASH_BYTES), hex);
    printf("%s %.*s\n", what, (int)sizeof hex, hex);
}

static void print_header(const struct pack *p)
{
    char time[TIME_TEXT_MAX];
    struct slice from = time_ms_to_iso(p->from_ms, time);
    printf("bundle %" PRIu64 " of %.*s, in force from %.*s, %zu files; %s\n", p->number,
           SHOWN(p->region), SHOWN(from), p->file_count,
           p->widens ? "may widen what is shared: two approvers of two agencies sign it"
                     : "only narrows what is shared: one approver signs it");
    print_hash("hash    ", p->hash);
    if (p->has_previous)
        print_hash("follows ", p->previous);
}

static bool read_file(struct cli *c, const char *path, struct slice *bytes, struct pack *out)
{
    struct err e = { 0 };
    if (bundles_read_pack(&c->arena, path, out, bytes, &e))
        return true;
    cli_fail(CLI_NO, &e);
    return false;
}

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
        fprintf(stderr, "concordat: '%s' is no time, written 2026-12-01T00:00Z\n", text);
        return false;
    }
    *out = m.ms;
    return true;
}

/* All that a load would find wrong is found now. */
static bool is_good(struct cli *c, struct slice bytes, const struct catalogue *schemas,
                    const char *label)
{
    struct problems p = { 0 };
    const struct edition *g = bundles_read(&c->arena, bytes, label, schemas, &p);
    if (!g)
        cli_print_problems(&p);
    problems_release(&p);
    return g != NULL;
}

static int pack(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--from", .most = 1 },
                               { .name = "-o", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct site_places at;
    struct pack made, *before = NULL;
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
        fprintf(stderr, "concordat: the site names no region.yaml to pack: want `region: PATH`\n");
        return CLI_NO;
    }
    const struct bundle_source source = source_folder(at.region);
    d.before = before;
    d.schemas = at.schemas;
    d.catalogue = cli_schemas(c);
    if (!d.catalogue)
        return CLI_NO;
    if (!bundles_pack(&c->arena, &source, &d, &bytes, &widens, &e))
        return cli_fail(CLI_NO, &e);
    if (!is_good(c, bytes, d.catalogue, at.region))
        return CLI_NO;
    if (!submit_write(o[1].values[0], bytes, &e) || !pack_read(&c->arena, bytes, &made, &e))
        return cli_fail(CLI_CANNOT, &e);
    print_header(&made);
    for (; widens; widens = widens->next)
        printf("  may widen: %s\n", widens->what);
    return CLI_DONE;
}

/* ---- sign, show, verify ---- */

/* Writes the signed file aside, under a lock, and puts it in the place of the other. */
static int sign_file(struct cli *c, const char *file, const char *name, const char *key)
{
    struct pack p;
    struct slice bytes;
    struct err e = { 0 };
    int code = CLI_DONE;
    const char *part = arena_format(&c->arena, "%s.part", file);
    int fd = part ? part_open(AT_FDCWD, part, 0644) : -1;
    if (fd < 0) {
        err_errno(&e, ERR_FATAL, "bundle.write", errno, "cannot write", file);
        return cli_fail(CLI_CANNOT, &e);
    }
    /* Read now: another may have signed while we waited. */
    if (!read_file(c, file, &bytes, &p)) {
        code = CLI_NO;
    } else if (!submit_sign(&c->arena, bytes, name, key, &bytes, &e)) {
        code = cli_fail(CLI_NO, &e);
    } else if (!part_write(fd, bytes) || fsync(fd) != 0 || rename(part, file) != 0) {
        err_errno(&e, ERR_FATAL, "bundle.write", errno, "cannot write", file);
        code = cli_fail(CLI_CANNOT, &e);
    }
    if (code != CLI_DONE)
        (void)unlink(part);
    (void)close(fd);
    return code;
}

static int sign(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--key", .most = 1 },
                               { .name = "--name", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct pack p;
    struct slice bytes;
    int code = CLI_NO;
    if (!words_read(argc, argv, 2, 1, o, &w) || !o[0].count || !o[1].count)
        return CLI_USAGE;
    if (read_file(c, w.plain[0], &bytes, &p))
        code = sign_file(c, w.plain[0], o[1].values[0], o[0].values[0]);
    if (code != CLI_DONE)
        return code;
    print_header(&p);
    printf("signed by %s\n", o[1].values[0]);
    return CLI_DONE;
}

static int show(struct cli *c, const char *path)
{
    struct pack p;
    struct slice bytes;
    if (!read_file(c, path, &bytes, &p))
        return CLI_NO;
    print_header(&p);
    for (size_t i = 0; i < p.signature_count; i++)
        printf("signed by %.*s (not verified here)\n", SHOWN(p.signatures[i].name));
    for (size_t i = 0; i < p.file_count; i++)
        printf("  %10zu  %s\n", p.files[i].bytes.n, p.files[i].name);
    return CLI_DONE;
}

static bool read_approvers(struct cli *c, const char *path, struct approvers *out)
{
    struct problems p = { 0 };
    if (site_read_approvers(&c->arena, path, out, &p))
        return true;
    cli_print_problems(&p);
    problems_release(&p);
    return false;
}

static int verify(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--approvers", .most = 1 }, { .name = NULL } };
    struct words w;
    struct pack p;
    struct slice bytes;
    struct approvers by;
    struct err e = { 0 };
    if (!words_read(argc, argv, 2, 1, o, &w) || !o[0].count)
        return CLI_USAGE;
    if (!read_file(c, w.plain[0], &bytes, &p) || !read_approvers(c, o[0].values[0], &by))
        return CLI_NO;
    print_header(&p);
    for (size_t i = 0; i < p.signature_count; i++) {
        struct err why = { 0 };
        const struct approver *who = approver_named(&by, p.signatures[i].name);
        if (pack_signature_good(&p, &p.signatures[i], &by, &why))
            printf("good: signed by %.*s, %.*s of %.*s\n", SHOWN(who->name), SHOWN(who->role),
                   SHOWN(who->agency));
        else
            printf("BAD: %s\n", why.text);
    }
    if (!pack_approved(&p, &by, p.widens, &e))
        return cli_fail(CLI_NO, &e);
    printf("approved, if it widens no more than it says: concordat bundle load compares\n");
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
    return read_file(c, path, &bytes, &p) ? submit_bundle(c, s, bytes, "") : CLI_NO;
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
    fprintf(stderr, "concordat: no bundle '%s' is kept in %s\n", number, s->places.bundles);
    return NULL;
}

static int rollback(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--to", .most = 1 },
                               { .name = "--by", .most = 4 },
                               { .name = "--key", .most = 4 },
                               { .name = "-o", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct pack p;
    struct slice bytes;
    if (!words_read(argc, argv, 2, 1, o, &w) || !o[0].count || o[1].count != o[2].count)
        return CLI_USAGE;
    struct site *s = cli_site(c, w.plain[0], false);
    if (!s)
        return CLI_CANNOT;
    if (s->places.demo) {
        fprintf(stderr, "concordat: the rules of a demo site are the files beside region.yaml: put "
                        "the older ones back there\n");
        return CLI_NO;
    }
    const struct kept_bundle *kept = find_kept(c, s, o[0].values[0]);
    if (!kept || !read_file(c, kept->path, &bytes, &p))
        return CLI_NO;
    const struct change change = {
        .files = p.files,
        .file_count = p.file_count,
        .by = o[1].values,
        .by_count = o[1].count,
        .keys = o[2].values,
        .key_count = o[2].count,
        .out = words_one(o, "-o"),
    };
    return submit_change(c, s, &change);
}

int cmd_bundle(struct cli *c, int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "pack") == 0)
        return pack(c, argc, argv);
    if (strcmp(verb, "sign") == 0)
        return sign(c, argc, argv);
    if (strcmp(verb, "verify") == 0)
        return verify(c, argc, argv);
    if (strcmp(verb, "rollback") == 0)
        return rollback(c, argc, argv);
    if (strcmp(verb, "show") == 0 && argc == 3)
        return show(c, argv[2]);
    return strcmp(verb, "load") == 0 && argc == 4 ? load(c, argv[2], argv[3]) : CLI_USAGE;
}
