/* held_unread.c - lines for `held list`, and the act `looked`.
 *
 * NAME is "unread:AGENCY/FEED:CODE" for all of that feed and code, and ":SUBJECT" behind it for
 * one. */
#include "commands/held_unread.h"

#include "base/clock.h"
#include "commands/acts.h"
#include "host/say.h"

#include <stdio.h>
#include <string.h>

static void print_one(const struct unread_person *x)
{
    char time[TIME_TEXT_MAX], subject[ID_HEX];
    struct slice since = time_ms_to_iso(x->since_ms, time);
    id_hex(x->subject, subject);
    say("unread:%s:%s:%s  message %s of its quarantine, since %.*s: unread-message, all events of "
        "that person wait: held SITE looked\n",
        x->alike->source, x->alike->code, subject, x->reference, SHOWN(since));
}

static void print_many(const struct unread_person *x)
{
    char time[TIME_TEXT_MAX];
    struct slice last = time_ms_to_iso(x->last_ms, time);
    say("unread:%s:%s  of %zu people, the last at %.*s: unread-message, all events of those people "
        "wait: held SITE looked\n",
        x->alike->source, x->alike->code, x->alike->people, SHOWN(last));
}

size_t held_unread_print(struct unread_list *l)
{
    size_t n = 0;
    unread_gather(l);
    for (const struct unread_person *x = l->first; x; x = x->next) {
        if (x->alike->is_list && x != x->alike->first)
            continue;
        n++;
        if (x->alike->is_list)
            print_many(x);
        else
            print_one(x);
    }
    return n;
}

/* What somebody has looked at. */
struct seen {
    const char *on;             /* NAME without its subject */
    struct subject_key subject; /* zeros: of all */
    int64_t last_ms;            /* when the last of it came, by the bus' clock */
};

/* False: nobody waits by that name. */
static bool find(struct cli *c, const struct unread_list *l, const char *name, struct seen *out)
{
    char hex[ID_HEX];
    *out = (struct seen){ .on = NULL };
    for (const struct unread_person *x = l->first; x; x = x->next) {
        out->on = arena_format(&c->arena, "unread:%s:%s", x->alike->source, x->alike->code);
        id_hex(x->subject, hex);
        const char *one = out->on ? arena_format(&c->arena, "%s:%s", out->on, hex) : NULL;
        if (out->on && strcmp(out->on, name) == 0) {
            out->last_ms = unread_last_ms(l, x->alike);
            return true;
        }
        if (!one || strcmp(one, name) != 0)
            continue;
        memcpy(out->subject.b, x->subject, ID_BYTES);
        out->last_ms = x->last_ms;
        return true;
    }
    return false;
}

/* Where the bus' clock is ahead of ours the word would come to nothing: it is as old as what it is
 * on, at least. */
static struct act make_act(const struct site *s, const struct seen *seen, const char *reason)
{
    struct act x = acts_make(s, "looked", seen->on, reason);
    x.subject = seen->subject;
    x.at_ms = x.at_ms < seen->last_ms ? seen->last_ms : x.at_ms;
    return x;
}

int held_unread_looked(struct cli *c, const struct site *s, const struct unread_list *l, int argc,
                       char **argv)
{
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    struct seen seen;
    if (argc < 6 || !words_read(argc, argv, 6, 0, o, &none) || !*argv[4] || !*argv[5])
        return CLI_USAGE;
    if (!find(c, l, argv[3], &seen)) {
        say_to(stderr, "concordat: nobody waits because of '%s'\n", argv[3]);
        return CLI_NO;
    }
    struct act x = make_act(s, &seen, argv[5]);
    switch (acts_give(c, s, argv[4], o, &x)) {
    case ACTS_WRITTEN:
        return CLI_DONE;
    case ACTS_FAILED:
        return CLI_NO;
    case ACTS_GIVEN:
        break;
    }
    return acts_submit(s, &x);
}
