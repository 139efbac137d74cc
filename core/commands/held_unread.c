/* held_unread.c - prints people who wait because of an unread message for `held list`, and submits
 * the act `looked`.
 *
 * "unread:AGENCY/FEED:CODE" names all people of that feed and code; ":SUBJECT" behind it names one.
 */
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

/* What somebody has looked at: all of one name, or one person. */
struct seen {
    const char *on;             /* NAME without its subject */
    struct subject_key subject; /* zeros: of all */
    int64_t last_ms;            /* when its last message came, by the bus's clock */
};

/* False: nobody waits by that name. */
static bool find_seen(struct cli *c, const struct unread_list *l, const char *name,
                      struct seen *out)
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

/* The act is dated no earlier than what it is on. Else it would count for nothing where the bus's
 * clock is ahead of ours. */
static struct act make_looked_act(const struct site *s, const struct seen *seen, const char *reason)
{
    struct act x = acts_make(s, "looked", seen->on, reason);
    x.subject = seen->subject;
    if (x.at_ms < seen->last_ms)
        x.at_ms = seen->last_ms;
    return x;
}

int held_unread_looked(struct cli *c, const struct site *s, const struct unread_list *l, int argc,
                       char **argv)
{
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    struct seen seen;
    if (argc < 6 || !words_read(argc, argv, 6, 0, o, &none))
        return CLI_USAGE;
    const char *person = argv[4], *reason = argv[5];
    if (!*person || !*reason)
        return CLI_USAGE;
    if (!find_seen(c, l, argv[3], &seen)) {
        say_to(stderr, "concordat: nobody waits because of '%s'\n", argv[3]);
        return CLI_NO;
    }
    struct act x = make_looked_act(s, &seen, reason);
    switch (acts_give(c, s, person, o, &x)) {
    case ACTS_WRITTEN:
        return CLI_DONE;
    case ACTS_FAILED:
        return CLI_NO;
    case ACTS_GIVEN:
        break;
    }
    return acts_submit(s, &x);
}
