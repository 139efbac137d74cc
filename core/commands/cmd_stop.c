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
        bool is_later = !found || g->version > found->version;
        bool is_wanted = version ? (uint64_t)g->version == number : is_later;
        if (is_wanted)
            found = g;
    }
    if (!found) {
        char list[400];
        const struct choices_at agreements = choices_of_agreements(b);
        say_to(stderr, "concordat: there is no agreement '%s'%s%s; it has: %s\n", name,
               version ? " of version " : "", version ? version : "",
               nearest_list_at(slice_text(name), &agreements, list, sizeof list));
    }
    return found;
}

static void put_yaml_text(struct buf *b, const char *key, const char *value)
{
    buf_format(b, "%s: ", key);
    buf_json(b, slice_text(value));
    buf_byte(b, '\n');
}

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

static const char *out_of(const struct word_option *o)
{
    const char *out = words_one(o, "-o");
    return out ? out : words_one(o, "--out");
}

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
    struct words w;
    struct buf text;
    struct change change = { .by = o[0].values, .keys = o[1].values };
    struct err e = { 0 };
    char time[TIME_TEXT_MAX];
    if (!words_read(argc, argv, 1, 2, o, &w) || !o[0].count || !o[2].count)
        return CLI_USAGE;
    if (!passphrase_from(words_one(o, "--passphrase-file"), &e))
        return cli_fail(CLI_CANNOT, &e);
    struct site *s = cli_site(c, w.plain[0], false);
    if (!s)
        return CLI_CANNOT;
    const char *version = words_one(o, "--version");
    if (!keys_fit(&o[0], &o[1]))
        return CLI_NO;
    if (!find_agreement(editions_at(s->last, clock_wall_ms())->bundle, w.plain[1], version))
        return CLI_NO;
    struct slice now = time_ms_to_iso(clock_wall_ms(), time);
    buf_init(&text, FILE_BYTES_MAX);
    put_yaml_text(&text, "agreement", w.plain[1]);
    buf_format(&text, "version: %s\nfrom: %.*s\n", version ? version : "all", SHOWN(now));
    put_yaml_text(&text, "by", o[0].values[0]);
    put_yaml_text(&text, "reason", o[2].values[0]);
    if (!make_pack_file(c, s, "stops", w.plain[1], &text, &change.add, &e))
        return cli_fail(CLI_CANNOT, &e);
    change.by_count = o[0].count;
    change.key_count = o[1].count;
    change.out = out_of(o);
    change.what = SIGN_BUNDLE;
    change.says = arena_format(&c->arena, "share nothing more under %s %s%s, from now: %s",
                               w.plain[1], version ? "version " : "in any version",
                               version ? version : "", o[2].values[0]);
    return submit_change(c, s, &change);
}

/* Of the people who may extend, where there are some; else of the approvers. False after saying
 * no. */
static bool find_extender(const struct bundle *b, struct slice name, struct approver *out)
{
    if (!people_may(&b->people, ROLE_EXTENDS)) {
        const struct approver *who = approver_named(&b->approvers, name);
        if (who)
            *out = *who;
        else
            say_to(stderr, "concordat: '%.*s' is none of the approvers that region.yaml names\n",
                   SHOWN(name));
        return who != NULL;
    }
    const struct named *who = people_named(&b->people, name);
    if (!who || !people_person_may_at(who, ROLE_EXTENDS, clock_wall_ms())) {
        say_to(stderr, "concordat: '%.*s' %s\n", SHOWN(name),
               !who ? "is none of the people that region.yaml names"
               : !people_person_may(who, ROLE_EXTENDS)
                   ? "may not extend an agreement: region.yaml gives no role 'extends'"
                   : "may act no more: the last day in region.yaml is over");
        return false;
    }
    *out = (struct approver){ .name = who->name,
                              .agency = b->agencies[who->agency].name,
                              .role = slice_text(people_role_name(ROLE_EXTENDS)) };
    return true;
}

/* Who extends it: the bundle knows agency and role of each. */
static bool put_approvers(struct buf *text, const struct bundle *b, const struct word_option *by)
{
    char time[TIME_TEXT_MAX];
    struct civil day = london_from_ms(clock_wall_ms());
    snprintf(time, sizeof time, "%04d-%02d-%02d", day.year, day.month, day.day);
    buf_text(text, "approved_by:\n");
    for (size_t i = 0; i < by->count; i++) {
        struct approver who;
        if (!find_extender(b, slice_text(by->values[i]), &who))
            return false;
        buf_format(text, "  - {agency: %.*s, role: %.*s, name: %.*s, on: %s}\n", SHOWN(who.agency),
                   SHOWN(who.role), SHOWN(who.name), time);
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
    struct words w;
    struct buf text;
    struct change change = { .by = o[0].values, .keys = o[1].values };
    struct err e = { 0 };
    if (!words_read(argc, argv, 1, 2, o, &w) || o[0].count < 2 || !o[2].count || !o[5].count)
        return CLI_USAGE;
    if (!passphrase_from(words_one(o, "--passphrase-file"), &e))
        return cli_fail(CLI_CANNOT, &e);
    struct site *s = cli_site(c, w.plain[0], false);
    if (!s)
        return CLI_CANNOT;
    const struct agreement *g = find_agreement(editions_at(s->last, clock_wall_ms())->bundle,
                                               w.plain[1], words_one(o, "--version"));
    if (!g || !keys_fit(&o[0], &o[1]))
        return CLI_NO;
    buf_init(&text, FILE_BYTES_MAX);
    put_yaml_text(&text, "agreement", w.plain[1]);
    buf_format(&text, "version: %d\nuntil: %s\n", g->version, o[5].values[0]);
    put_yaml_text(&text, "reason", o[2].values[0]);
    if (!put_approvers(&text, s->last->bundle, &o[0])) {
        buf_release(&text);
        return CLI_NO;
    }
    if (!make_pack_file(c, s, "extensions", w.plain[1], &text, &change.add, &e))
        return cli_fail(CLI_CANNOT, &e);
    change.by_count = o[0].count;
    change.key_count = o[1].count;
    change.out = out_of(o);
    change.what = SIGN_EXTENSIONS;
    change.says = arena_format(&c->arena, "go on sharing under %s version %d until %s: %s",
                               w.plain[1], g->version, o[5].values[0], o[2].values[0]);
    return submit_change(c, s, &change);
}
