/* cmd_stop.c - concordat stop and extend: one file more in the bundle, in force from now.
 *
 * A stop takes away, so one approver, or person who may stop, signs it, unless it puts off what was
 * to take away more; an extension goes on sharing past the end that the parties signed, so two
 * people who may extend do, or two approvers where the region gives nobody that role. */
#include "commands/submit.h"
#include "commands/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "commands/passphrase.h"
#include "host/say.h"
#include "sharing/rules/rule_choices.h"

#define FILE_BYTES_MAX 16384

/* The version of that agreement that is asked for, else the last; NULL after saying that there is
 * none. */
static const struct agreement *find_agreement(const struct bundle *b, const char *name,
                                              const char *version)
{
    const struct agreement *found = NULL;
    uint64_t number = 0;
    if (version && !slice_to_u64(slice_text(version), &number))
        number = UINT64_MAX;
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        if (!slice_equal_text(g->name, name))
            continue;
        bool is_wanted = !version || (uint64_t)g->version == number;
        bool is_later = !found || g->version > found->version;
        if (is_wanted && is_later)
            found = g;
    }
    if (found)
        return found;
    char list[400];
    const struct choices_at agreements = choices_of_agreements(b);
    say_to(stderr, "concordat: there is no agreement '%s'%s%s; it has: %s\n", name,
           version ? " of version " : "", version ? version : "",
           nearest_list_at(slice_text(name), &agreements, list, sizeof list));
    return NULL;
}

static void put_yaml_text(struct buf *b, const char *key, const char *value)
{
    buf_format(b, "%s: ", key);
    buf_json(b, slice_text(value));
    buf_byte(b, '\n');
}

/* Makes the file that is added to the bundle. Releases text. Gives *out, which lives in c's arena.
 */
static bool make_pack_file(struct cli *c, const struct site *s, const char *folder,
                           const char *agreement, struct buf *text, struct pack_file *out,
                           struct err *e)
{
    out->name =
        arena_format(&c->arena, "%s/%s-%" PRIu64 ".yaml", folder, agreement, s->last->number + 1);
    bool is_written = buf_done(text, e);
    out->bytes = slice_of(NULL, 0);
    if (is_written)
        out->bytes = arena_copy(&c->arena, buf_slice(text));
    buf_release(text);
    if (!is_written)
        return false;
    return (out->name && out->bytes.p) || err_memory(e);
}

/* Where the bundle is written instead of being submitted. NULL: it is submitted. */
static const char *path_out(const struct word_option *o)
{
    const char *path = words_one(o, "-o");
    return path ? path : words_one(o, "--out");
}

/* False after saying that the keys do not fit the names. */
static bool keys_fit(const struct word_option *by, const struct word_option *keys)
{
    if (keys->count == 0 || keys->count == by->count)
        return true;
    say_to(stderr, "concordat: want a --key for each --by, or none\n");
    return false;
}

int cmd_stop(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--by", .most = 4 },
                               { .name = "--key", .most = 4 },
                               { .name = "--reason", .most = 1 },
                               { .name = "--out", .most = 1 },
                               { .name = "--version", .most = 1 },
                               { .name = "-o", .most = 1 },
                               { .name = "--passphrase-file", .most = 1 },
                               { .name = NULL } };
    const struct word_option *by = &o[0], *keys = &o[1];
    struct words w;
    struct buf text;
    struct err e = { 0 };
    char time[TIME_TEXT_MAX];
    if (!words_read(argc, argv, 1, 2, o, &w))
        return CLI_USAGE;
    const char *agreement = w.plain[1];
    const char *reason = words_one(o, "--reason");
    const char *version = words_one(o, "--version");
    if (by->count == 0 || !reason)
        return CLI_USAGE;
    if (!passphrase_from(words_one(o, "--passphrase-file"), &e))
        return cli_fail(CLI_CANNOT, &e);
    struct site *s = cli_site(c, w.plain[0], false);
    if (!s)
        return CLI_CANNOT;
    if (!keys_fit(by, keys))
        return CLI_NO;
    const struct bundle *in_force = editions_at(s->last, clock_wall_ms())->bundle;
    if (!find_agreement(in_force, agreement, version))
        return CLI_NO;
    struct change change = { .by = by->values,
                             .by_count = by->count,
                             .keys = keys->values,
                             .key_count = keys->count,
                             .out = path_out(o),
                             .what = SIGN_BUNDLE };
    struct slice now = time_ms_to_iso(clock_wall_ms(), time);
    buf_init(&text, FILE_BYTES_MAX);
    put_yaml_text(&text, "agreement", agreement);
    buf_format(&text, "version: %s\nfrom: %.*s\n", version ? version : "all", SHOWN(now));
    put_yaml_text(&text, "by", by->values[0]);
    put_yaml_text(&text, "reason", reason);
    if (!make_pack_file(c, s, "stops", agreement, &text, &change.add, &e))
        return cli_fail(CLI_CANNOT, &e);
    change.says =
        arena_format(&c->arena, "share nothing more under %s %s%s, from now: %s", agreement,
                     version ? "version " : "in any version", version ? version : "", reason);
    return submit_change(c, s, &change);
}

/* Finds a name among the people who may extend, or among the approvers where the region gives
 * nobody that role. False after saying why that person may not. */
static bool find_extender(const struct bundle *b, struct slice name, struct approver *out)
{
    char list[110];
    if (!people_may(&b->people, ROLE_EXTENDS)) {
        const struct approver *approver = approver_named(&b->approvers, name);
        if (!approver) {
            const struct choices_at approvers = choices_of_approvers(&b->approvers);
            say_to(stderr, "concordat: region.yaml names no approver '%.*s': it has %s\n",
                   SHOWN(name), nearest_list_at(name, &approvers, list, sizeof list));
            return false;
        }
        *out = *approver;
        return true;
    }
    const struct named *who = people_named(&b->people, name);
    if (!who) {
        const struct choices_at people = choices_of_people(&b->people);
        say_to(stderr, "concordat: region.yaml names nobody '%.*s' among its people: it has %s\n",
               SHOWN(name), nearest_list_at(name, &people, list, sizeof list));
        return false;
    }
    if (!people_person_may_at(who, ROLE_EXTENDS, clock_wall_ms())) {
        say_to(stderr, "concordat: '%.*s' %s\n", SHOWN(name),
               !people_person_may(who, ROLE_EXTENDS)
                   ? "may not extend an agreement: region.yaml gives no role 'extends'"
                   : "may act no more: the last day in region.yaml is over");
        return false;
    }
    *out = (struct approver){ .name = who->name,
                              .agency = b->agencies[who->agency].name,
                              .role = slice_text(people_role_name(ROLE_EXTENDS)) };
    return true;
}

/* Puts who extends it, with the agency and role by which the bundle knows each. */
static bool put_approvers(struct buf *text, const struct bundle *b, const struct word_option *by)
{
    char today[TIME_TEXT_MAX];
    struct civil day = london_from_ms(clock_wall_ms());
    (void)snprintf(today, sizeof today, "%04d-%02d-%02d", day.year, day.month, day.day);
    buf_text(text, "approved_by:\n");
    for (size_t i = 0; i < by->count; i++) {
        struct approver who;
        if (!find_extender(b, slice_text(by->values[i]), &who))
            return false;
        buf_format(text, "  - {agency: %.*s, role: %.*s, name: %.*s, on: %s}\n", SHOWN(who.agency),
                   SHOWN(who.role), SHOWN(who.name), today);
    }
    return true;
}

int cmd_extend(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--by", .most = 4 },
                               { .name = "--key", .most = 4 },
                               { .name = "--reason", .most = 1 },
                               { .name = "--out", .most = 1 },
                               { .name = "--version", .most = 1 },
                               { .name = "--until", .most = 1 },
                               { .name = "-o", .most = 1 },
                               { .name = "--passphrase-file", .most = 1 },
                               { .name = NULL } };
    const struct word_option *by = &o[0], *keys = &o[1];
    struct words w;
    struct buf text;
    struct err e = { 0 };
    if (!words_read(argc, argv, 1, 2, o, &w))
        return CLI_USAGE;
    const char *agreement = w.plain[1];
    const char *reason = words_one(o, "--reason");
    const char *until = words_one(o, "--until");
    if (by->count < 2 || !reason || !until)
        return CLI_USAGE;
    if (!passphrase_from(words_one(o, "--passphrase-file"), &e))
        return cli_fail(CLI_CANNOT, &e);
    struct site *s = cli_site(c, w.plain[0], false);
    if (!s)
        return CLI_CANNOT;
    const struct bundle *in_force = editions_at(s->last, clock_wall_ms())->bundle;
    const struct agreement *g = find_agreement(in_force, agreement, words_one(o, "--version"));
    if (!g)
        return CLI_NO;
    if (!keys_fit(by, keys))
        return CLI_NO;
    struct change change = { .by = by->values,
                             .by_count = by->count,
                             .keys = keys->values,
                             .key_count = keys->count,
                             .out = path_out(o),
                             .what = SIGN_EXTENSIONS };
    buf_init(&text, FILE_BYTES_MAX);
    put_yaml_text(&text, "agreement", agreement);
    buf_format(&text, "version: %d\nuntil: %s\n", g->version, until);
    put_yaml_text(&text, "reason", reason);
    if (!put_approvers(&text, s->last->bundle, by)) {
        buf_release(&text);
        return CLI_NO;
    }
    if (!make_pack_file(c, s, "extensions", agreement, &text, &change.add, &e))
        return cli_fail(CLI_CANNOT, &e);
    change.says = arena_format(&c->arena, "go on sharing under %s version %d until %s: %s",
                               agreement, g->version, until, reason);
    return submit_change(c, s, &change);
}
