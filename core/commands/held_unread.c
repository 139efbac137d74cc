/* held_unread.c - lines for `held list`, and the act `looked`.
 *
 * NAME is "unread:AGENCY/FEED:CODE" for all of that feed and code, and ":SUBJECT" behind it for one. */
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

/* NAME without its subject; *subject zeros: of all. False: nobody waits by that name. */
static bool find(struct cli *c, const struct unread_list *l, const char *name, const char **on,
                 struct subject_key *subject)
{
    char hex[ID_HEX];
    *subject = (struct subject_key){ { 0 } };
    for (const struct unread_person *x = l->first; x; x = x->next) {
        const char *many = arena_format(&c->arena, "unread:%s:%s", x->alike->source, x->alike->code);
        id_hex(x->subject, hex);
        const char *one = many ? arena_format(&c->arena, "%s:%s", many, hex) : NULL;
        *on = many;
        if (many && strcmp(many, name) == 0)
            return true;
        if (!one || strcmp(one, name) != 0)
            continue;
        memcpy(subject->b, x->subject, ID_BYTES);
        return true;
    }
    return false;
}

int held_unread_looked(struct cli *c, const struct site *s, const struct unread_list *l, int argc,
                       char **argv)
{
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    struct subject_key subject;
    const char *on = NULL;
    if (argc < 6 || !words_read(argc, argv, 6, 0, o, &none) || !*argv[4] || !*argv[5])
        return CLI_USAGE;
    if (!find(c, l, argv[3], &on, &subject)) {
        say_to(stderr, "concordat: nobody waits because of '%s'\n", argv[3]);
        return CLI_NO;
    }
    struct act x = acts_make(s, "looked", on, argv[5]);
    x.subject = subject;
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
