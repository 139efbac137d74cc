/* bundle_sign.c - concordat bundle sign|show|verify: shows those who sign what they sign, signs it,
 * and checks whether enough have. */
#include "commands/bundle_sign.h"

#include "commands/bundle_people.h"
#include "commands/passphrase.h"
#include "commands/submit_sign.h"
#include "commands/words.h"
#include "host/say.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/temp_file.h"
#include "sharing/change/pack_approve.h"
#include "sharing/tools/explain.h"

#define LINE_MAX_BYTES 65536

/* A bundle file to be read or signed, and the bundle that it follows when that was given. */
struct desk {
    struct slice bytes;
    struct pack pack;
    const struct edition *now, *since; /* since NULL: the bundle before was not given */
    const struct site_approvers *host; /* of the site given with --since; NULL: no site was */
};

static void print_hash(const char *what, const uint8_t hash[HASH_BYTES])
{
    char hex[2 * HASH_BYTES];
    slice_to_hex(slice_of(hash, HASH_BYTES), hex);
    say("%s %.*s\n", what, (int)sizeof hex, hex);
}

void bundle_print_header(const struct pack *p)
{
    char time[TIME_TEXT_MAX];
    struct slice from = time_ms_to_iso(p->from_ms, time);
    say("bundle %" PRIu64 " of %.*s, in force from %.*s, %zu files; %s\n", p->number,
        SHOWN(p->region), SHOWN(from), p->file_count,
        p->widens
            ? "may widen what is shared: two approvers of two agencies sign it, or an extension "
              "alone two people who may extend"
            : "only narrows what is shared: one approver signs it");
    print_hash("hash    ", p->signed_hash);
    if (p->form == PACK_FORM_SIGNED && p->signature_count > 0)
        print_hash("as such ", p->hash);
    if (p->has_previous)
        print_hash("follows ", p->previous);
}

bool bundle_read_file(struct cli *c, const char *path, struct slice *bytes, struct pack *out)
{
    struct err e = { 0 };
    if (bundles_read_pack(&c->arena, path, out, bytes, &e))
        return true;
    cli_fail(CLI_NO, &e);
    return false;
}

static const struct edition *read_one_edition(struct cli *c, struct slice bytes, const char *label)
{
    const struct catalogue *schemas = cli_schemas(c);
    struct problems p = { 0 };
    const struct edition *g = schemas ? bundles_read(&c->arena, bytes, label, schemas, &p) : NULL;
    if (!g && schemas)
        cli_print_problems(&p);
    problems_release(&p);
    return g;
}

/* The bundle that a file holds, or the last one of a site. */
static const struct edition *read_since(struct cli *c, const char *path,
                                        const struct site_approvers **host)
{
    struct stat st;
    struct slice bytes;
    struct pack p;
    bool is_regular = stat(path, &st) == 0 && S_ISREG(st.st_mode);
    bool is_bundle = is_regular && !slice_ends(slice_text(path), SLICE(".yaml"));
    if (is_bundle && !bundle_read_file(c, path, &bytes, &p))
        return NULL;
    if (is_bundle)
        return read_one_edition(c, bytes, path);
    struct site *s = cli_site(c, path, false);
    *host = s ? &s->by : NULL;
    return s ? s->last : NULL;
}

static bool read_desk(struct cli *c, const char *path, const char *since, struct desk *out)
{
    *out = (struct desk){ .now = NULL };
    if (!bundle_read_file(c, path, &out->bytes, &out->pack))
        return false;
    out->now = read_one_edition(c, out->bytes, path);
    if (!out->now)
        return false;
    if (!since)
        return true;
    out->since = read_since(c, since, &out->host);
    return out->since != NULL;
}

/* ---- what is in it ---- */

/* Whether the agreement, or a signature of it, stands from an earlier bundle. */
static bool is_carried_over(const struct desk *d, const struct agreement *g)
{
    bool carried = g->is_inherited;
    for (size_t i = 0; i < d->now->pack->approvals.count; i++) {
        const struct signed_approval *a = &d->now->pack->approvals.list[i];
        if (a->inherited || !hash_equal(a->what, g->hash))
            continue;
        if (!hash_equal(a->bundle, d->now->pack->signed_hash))
            carried = true;
    }
    return carried;
}

/* Without the bundle before, only signatures tell whether an agreement is as it was. */
static const char *news_of_alone(const struct desk *d, const struct agreement *g)
{
    if (is_carried_over(d, g))
        return "as before";
    return d->pack.has_previous ? "new or changed" : "new";
}

static const char *news_of(const struct desk *d, const struct agreement *g)
{
    if (!d->since)
        return news_of_alone(d, g);
    const struct agreement *was = bundle_agreement(d->since->bundle, g->name, g->version);
    if (!was)
        return "NEW";
    return hash_equal(was->hash, g->hash) ? "as before" : "CHANGED";
}

static void print_signatures(const struct agreement *g, const struct bundle *b)
{
    for (size_t i = 0; i < g->approval_count; i++) {
        const struct approval *a = &g->approvals[i];
        char time[TIME_TEXT_MAX];
        struct slice name = b->agencies[a->agency].name, at = time_ms_to_iso(a->on_ms, time);
        say("      %s for %.*s by %.*s%s%.*s%s on %.*s\n", g->is_signed ? "signed" : "written",
            SHOWN(name), SHOWN(a->name), a->name.n ? " (" : "its ", SHOWN(a->role),
            a->name.n ? ")" : "", g->is_signed ? (int)at.n : 10, (const char *)at.p);
    }
}

void bundle_print_agreement(const struct bundle *b, const struct agreement *g, const char *news)
{
    struct buf who;
    say("  %.*s/%d%s%s: ", SHOWN(g->name), g->version, *news ? ", " : "", news);
    if (g->approved) {
        say("%s\n", g->is_inherited ? "in force as in the bundle before, as its file says"
                                    : "signed by all whose data it shares");
    } else {
        buf_init(&who, LINE_MAX_BYTES);
        explain_missing(b, g, &who);
        say("DRAFT, shares nothing: not yet signed by %.*s\n", (int)who.n, (const char *)who.p);
        buf_release(&who);
    }
    print_signatures(g, b);
    if (g->extension_waits)
        say("      its extension until %.*s (%.*s) is not signed by two people of two agencies, "
            "one of "
            "each whose data it shares, and does not count\n",
            SHOWN(g->asked_until), SHOWN(g->asked));
}

/* Prints first who may approve and act: all signatures rest on that. */
static void print_head(const struct desk *d)
{
    bundle_print_header(&d->pack);
    if (d->since)
        bundle_print_people(d->since->bundle, d->now->bundle);
}

static void print_desk(const struct desk *d)
{
    const struct bundle *b = d->now->bundle;
    say("agreements:\n");
    for (size_t i = 0; i < b->agreement_count; i++)
        bundle_print_agreement(b, &b->agreements[i], news_of(d, &b->agreements[i]));
    for (size_t i = 0; d->since && i < d->since->bundle->agreement_count; i++) {
        const struct agreement *g = &d->since->bundle->agreements[i];
        if (!bundle_agreement(b, g->name, g->version))
            say("  %.*s/%d, ENDED: it is in the bundle before and not in this one\n",
                SHOWN(g->name), g->version);
    }
}

static bool print_bundle_changes(struct cli *c, const struct desk *d)
{
    const struct widening *w = NULL;
    struct err e = { 0 };
    if (!d->since)
        return true;
    if (!pack_widens(&c->arena, d->now->bundle->catalogue, d->since->pack, d->now->pack, &w, &e))
        return cli_fail(CLI_CANNOT, &e) == CLI_DONE;
    for (; w; w = w->next)
        say("  may widen: %s\n", w->what);
    return true;
}

/* ---- sign ---- */

/* Signs the file: writes a copy beside it, which also locks it, and renames that over it. */
static int sign_file(struct cli *c, const char *file, const struct signing *s, struct desk *d)
{
    struct slice bytes;
    struct err e = { 0 };
    int code = CLI_DONE;
    const char *temp = arena_format(&c->arena, "%s.part", file);
    int fd = temp ? temp_file_open(AT_FDCWD, temp, 0644) : -1;
    if (fd < 0) {
        err_errno(&e, ERR_FATAL, "bundle.write", errno, "cannot write", file);
        return cli_fail(CLI_CANNOT, &e);
    }
    /* The file is read only now: another may have signed it while this one waited for the lock. */
    if (!read_desk(c, file, NULL, d)) {
        code = CLI_NO;
    } else if (!submit_sign(&c->arena, d->bytes, d->now->bundle, s, &bytes, &e)) {
        code = cli_fail(CLI_NO, &e);
    } else if (!temp_file_write(fd, bytes) || fsync(fd) != 0 || rename(temp, file) != 0) {
        err_errno(&e, ERR_FATAL, "bundle.write", errno, "cannot write", file);
        code = cli_fail(CLI_CANNOT, &e);
    }
    if (code != CLI_DONE)
        (void)unlink(temp);
    (void)close(fd);
    return code;
}

static bool read_approver_file(struct cli *c, const char *path, struct site_approvers *out)
{
    struct problems p = { 0 };
    if (site_read_approvers(&c->arena, path, out, &p))
        return true;
    cli_print_problems(&p);
    problems_release(&p);
    return false;
}

/* Whose signatures count: the approvers of the file at path, else those of the bundle before. *out
 * NULL: neither was given. */
static bool read_known_approvers(struct cli *c, const char *path, const struct desk *d,
                                 struct site_approvers *room, const struct approvers **out)
{
    *room = (struct site_approvers){ .joined = { .count = 0 } };
    if (!path && d->host)
        *room = *d->host;
    *out = d->since ? &d->since->bundle->approvers : NULL;
    if (!path)
        return true;
    *out = &room->first;
    return read_approver_file(c, path, room);
}

int bundle_sign(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--key", .most = 1 },
                               { .name = "--name", .most = 1 },
                               { .name = "--since", .most = 1 },
                               { .name = "--approvers", .most = 1 },
                               { .name = "--passphrase-file", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct err e = { 0 };
    struct desk d, again;
    struct site_approvers room;
    struct signing s = { .what = SIGN_AGREEMENTS };
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    if (!words_one(o, "--key") || !words_one(o, "--name"))
        return CLI_USAGE;
    if (!passphrase_from(words_one(o, "--passphrase-file"), &e))
        return cli_fail(CLI_CANNOT, &e);
    if (!read_desk(c, w.plain[0], words_one(o, "--since"), &d) ||
        !read_known_approvers(c, words_one(o, "--approvers"), &d, &room, &s.known))
        return CLI_NO;
    s.key_file = words_one(o, "--key");
    s.name = words_one(o, "--name");
    print_head(&d);
    print_desk(&d);
    if (!print_bundle_changes(c, &d))
        return CLI_CANNOT;
    fflush(stdout);
    int code = sign_file(c, w.plain[0], &s, &again);
    if (code != CLI_DONE)
        return code;
    if (!read_desk(c, w.plain[0], NULL, &again))
        return CLI_NO;
    say("signed by %s\n", s.name);
    for (size_t i = 0; i < again.pack.approvals.count; i++) {
        const struct signed_approval *a = &again.pack.approvals.list[i];
        if (slice_equal_text(a->name, s.name) && hash_equal(a->bundle, again.pack.signed_hash))
            say("  approved for %.*s: %.*s\n", SHOWN(a->agency), SHOWN(a->file));
    }
    return CLI_DONE;
}

/* ---- show ---- */

int bundle_show(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--since", .most = 1 }, { .name = NULL } };
    struct words w;
    struct desk d;
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    if (!read_desk(c, w.plain[0], words_one(o, "--since"), &d))
        return CLI_NO;
    print_head(&d);
    for (size_t i = 0; i < d.pack.signature_count; i++)
        say("signed by %.*s (not verified here)\n", SHOWN(d.pack.signatures[i].name));
    print_desk(&d);
    if (!print_bundle_changes(c, &d))
        return CLI_CANNOT;
    say("files:\n");
    for (size_t i = 0; i < d.pack.file_count; i++)
        say("  %10zu  %s\n", d.pack.files[i].bytes.n, d.pack.files[i].name);
    return CLI_DONE;
}

/* ---- verify ---- */

/* The person of region.yaml who made that signature and may sign what only stops or extends. NULL:
 * there is none. */
static const struct named *person_who_signed(const struct pack *p, const struct pack_signature *s,
                                             const struct bundle *b)
{
    const struct named *who = people_named(&b->people, s->name);
    if (!who)
        return NULL;
    if (!people_person_may(who, ROLE_STOPS) && !people_person_may(who, ROLE_EXTENDS))
        return NULL;
    if (!ed25519_verify(&who->key, slice_of(p->signed_hash, HASH_BYTES), s->bytes))
        return NULL;
    return who;
}

static void print_each_signature(const struct pack *p, const struct approving *by,
                                 const struct bundle *b)
{
    for (size_t i = 0; i < p->signature_count; i++) {
        struct err why = { 0 };
        const struct approver *who = NULL;
        const struct named *person = person_who_signed(p, &p->signatures[i], b);
        if (person)
            say("good: signed by %.*s of %.*s, one of the people: of what only stops or extends\n",
                SHOWN(person->name), SHOWN(b->agencies[person->agency].name));
        else if (pack_signature_good(p, &p->signatures[i], by, &who, &why))
            say("good: signed by %.*s, %.*s of %.*s%s\n", SHOWN(who->name), SHOWN(who->role),
                SHOWN(who->agency),
                approver_named(by->by, who->name) == who ? "" : " (named by this bundle alone)");
        else
            say("BAD: %s\n", why.text);
    }
}

/* Whether people have signed it who may only stop or extend. The bundle before tells whether it
 * does no more. */
static bool is_by_people(const struct desk *d)
{
    for (size_t i = 0; i < d->pack.signature_count; i++)
        if (person_who_signed(&d->pack, &d->pack.signatures[i], d->now->bundle))
            return true;
    return false;
}

static int say_no(const struct err *e)
{
    say("no: it would be refused\n");
    return cli_fail(CLI_NO, e);
}

static size_t count_drafts(const struct bundle *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->agreement_count; i++)
        n += !b->agreements[i].approved;
    return n;
}

int bundle_verify(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--approvers", .most = 1 },
                               { .name = "--since", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct desk d;
    struct site_approvers room;
    struct approving by = { .by = NULL };
    struct err e = { 0 };
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    if (!words_one(o, "--approvers") && !words_one(o, "--since"))
        return CLI_USAGE;
    if (!read_desk(c, w.plain[0], words_one(o, "--since"), &d) ||
        !read_known_approvers(c, words_one(o, "--approvers"), &d, &room, &by.by))
        return CLI_NO;
    const struct bundles_trust trust = { .first_by = by.by,
                                         .joined = &room.joined,
                                         .at_ms = clock_wall_ms() };
    bool is_compared = d.since || !d.pack.has_previous;
    by.own = &d.now->bundle->approvers;
    print_head(&d);
    print_each_signature(&d.pack, &by, (d.since ? d.since : d.now)->bundle);
    print_desk(&d);
    if (!is_compared && is_by_people(&d)) {
        say("no: people have signed it who may only stop or extend: give the bundle before with "
            "--since FILE or SITE\n");
        return CLI_NO;
    }
    bool is_approved = is_compared ? bundles_follows(&trust, d.since, d.now, &e)
                                   : pack_approved(&d.pack, &by, d.pack.widens, &e);
    if (!is_approved)
        return say_no(&e);
    size_t drafts = count_drafts(d.now->bundle);
    say("yes: enough have signed it");
    if (drafts)
        say("; %zu of its agreements stay drafts, as above", drafts);
    say("\n");
    if (!is_compared)
        say("this rests on what the file says of itself: --since FILE or SITE compares it with the "
            "bundle before\n");
    return CLI_DONE;
}
