/* cmd_held.c - concordat held SITE list|show|release|refuse|reopen|settle: what waits for a human,
 * what one refused, and their word. */
#include "commands/acts.h"
#include "commands/held_episode.h"
#include "commands/held_unread.h"

#include "audit/holds.h"
#include "base/clock.h"
#include "host/shown.h"
#include "host/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "3 d 4 h", "25 min": as long as that. */
static const char *age_text(int64_t ms, char out[32])
{
    long long minutes = ms / 60000;
    if (minutes < 60)
        snprintf(out, 32, "%lld min", minutes);
    else if (minutes < 24 * 60)
        snprintf(out, 32, "%lld h %lld min", minutes / 60, minutes % 60);
    else
        snprintf(out, 32, "%lld d %lld h", minutes / 1440, minutes / 60 % 24);
    return out;
}

static void print_due(const struct held *h, int64_t now_ms)
{
    char text[32];
    if (now_ms >= h->due_ms)
        say("OVERDUE by %s", age_text(now_ms - h->due_ms, text));
    else
        say("due in %s", age_text(h->due_ms - now_ms, text));
}

static int by_age(const void *a, const void *b)
{
    const struct held *const *x = a, *const *y = b;
    return (*x)->since_ms < (*y)->since_ms ? -1 : (*x)->since_ms > (*y)->since_ms;
}

/* What the first of two said: the second must say the same. */
static const char *first_said(const struct held *h)
{
    static const struct {
        const char *act, *said;
    } words[] = {
        { "settle-yes", "settled with yes" },
        { "settle-no", "settled with no" },
        { "reopen", "reopened" },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(h->first_act, words[i].act) == 0)
            return words[i].said;
    return "released";
}

static void print_first_of_two(const struct held *h)
{
    if (*h->first)
        say(", %s by one of two: %s", first_said(h), shown_text(h->first));
    say("\n");
}

static int list_held(struct cli *c, struct holds *l)
{
    struct holds_count n;
    char time[TIME_TEXT_MAX];
    int64_t now_ms = clock_wall_ms();
    holds_count(l, now_ms, &n);
    const struct held **sorted = ARENA_ARRAY(&c->arena, n.open + 1, const struct held *);
    struct err e = { 0 };
    if (!sorted)
        return err_memory(&e), cli_fail(CLI_CANNOT, &e);
    size_t count = 0;
    for (const struct held *h = l->first; h; h = h->next)
        sorted[count++] = h;
    qsort(sorted, count, sizeof *sorted, by_age);
    for (size_t i = 0; i < count; i++) {
        const struct held *h = sorted[i];
        struct slice since = time_ms_to_iso(h->since_ms, time);
        struct slice reason = reason_shown(slice_text(h->reason), false);
        say("%s  %s from %s, held since %.*s: %.*s, ", h->hold, h->what, h->source, SHOWN(since),
            SHOWN(reason));
        print_due(h, now_ms);
        print_first_of_two(h);
    }
    if (held_unread_print(&l->unread) + count == 0)
        say_to(stderr, "nothing is held\n");
    return CLI_DONE;
}

/* What named people refused, and nobody has reopened. */
static int list_refused(const struct holds *l)
{
    char since[TIME_TEXT_MAX];
    for (const struct held *h = l->refused; h; h = h->next) {
        struct slice at = time_ms_to_iso(h->refused_ms, since);
        struct slice reason = reason_shown(slice_text(h->reason), false);
        say("%s  %s from %s, refused by %s at %.*s%s; it was held: %.*s", h->hold, h->what,
            h->source, h->refused_by, SHOWN(at),
            h->is_whole_episode ? ", with what follows in its episode" : "", SHOWN(reason));
        print_first_of_two(h);
    }
    if (!l->refused)
        say_to(stderr, "nothing is refused\n");
    return CLI_DONE;
}

static int show_refused(const struct held *h)
{
    char time[TIME_TEXT_MAX];
    struct slice at = time_ms_to_iso(h->refused_ms, time), name = slice_text(h->hold);
    struct slice to = slice_from(name, slice_find(name, ':') + 1);
    struct slice reason = reason_shown(slice_text(h->reason), false);
    say("refused   %s\nevent     %s from %s%s\nfor       %.*s\nby        %s at %.*s\n", h->hold,
        h->what, h->source, h->is_whole_episode ? ", with what follows in its episode" : "",
        SHOWN(to), h->refused_by, SHOWN(at));
    say("reason    it was held: %.*s: %s\nclause    %s\n", SHOWN(reason), reason_sentence(reason),
        *h->clause ? h->clause : "none");
    if (*h->first)
        say("reopened  by %s; the person is restricted, somebody else must agree\n", h->first);
    say("to have it held again:  concordat held SITE reopen %s 'YOUR NAME' 'REASON' [--key "
        "KEYFILE]\n",
        h->hold);
    return CLI_DONE;
}

/* A claim in doubt ends by itself where its own data are put right. */
static void print_remedy(const struct held *h)
{
    if (strcmp(h->reason, "identity-disagrees") == 0)
        say("first     ask both sides for the number and the birth date; when the one who has it "
            "wrong\n"
            "          corrects it in their own system, this goes by itself. Release it only where "
            "you\n"
            "          have found that both mean the same person\n");
    else if (reason_is_of_conflict(slice_text(h->reason)))
        say("first     ask who recorded the no: when they record what the person says now, or take "
            "their\n"
            "          no back, this goes by itself. Or say for both, for all that rests on it:\n"
            "          concordat held SITE settle %s yes|no 'YOUR NAME' 'REASON' [--key KEYFILE]\n",
            h->hold);
    else if (strcmp(h->reason, "identity-unverified") == 0)
        say("first     ask the one who claims the person, or sent this, for the birth date; when "
            "their\n"
            "          system says it, and it agrees with what others have, this goes by itself\n");
}

static int show_held(const struct held *h)
{
    char time[TIME_TEXT_MAX];
    int64_t now_ms = clock_wall_ms();
    struct slice since = time_ms_to_iso(h->since_ms, time), name = slice_text(h->hold);
    struct slice to = slice_from(name, slice_find(name, ':') + 1);
    struct slice reason = reason_shown(slice_text(h->reason), false);
    say("hold      %s\nevent     %s from %s\nfor       %.*s\nsince     %.*s, ", h->hold, h->what,
        h->source, SHOWN(to), SHOWN(since));
    print_due(h, now_ms);
    say("\nreason    %.*s: %s\nclause    %s\n", SHOWN(reason), reason_sentence(reason),
        *h->clause ? h->clause : "none");
    if (*h->first)
        say("so far    %s by %s; two must say the same, so somebody else must agree\n",
            first_said(h), shown_text(h->first));
    print_remedy(h);
    say("to let it go:  concordat held SITE release %s 'YOUR NAME' 'REASON' [--key KEYFILE]\n"
        "to end it:     concordat held SITE refuse %s 'YOUR NAME' 'REASON' [--episode] [--key "
        "KEYFILE]\n",
        h->hold, h->hold);
    return CLI_DONE;
}

/* Tells signers of the recipient's own agency that nothing goes by their word alone. */
static void print_own(const struct site *s, const struct act *x)
{
    const struct bundle *b = s->bundle;
    int to = bundle_service(b, slice_from(x->on, slice_find(x->on, ':') + 1));
    bool lets_go = slice_equal_text(x->word, "release") || slice_equal_text(x->word, "reopen") ||
                   slice_starts(x->word, SLICE("settle-"));
    if (to < 0 || !lets_go)
        return;
    for (size_t i = 0; i < x->signature_count; i++) {
        const struct named *who = people_named(&b->people, x->signatures[i].person);
        if (who && who->agency == b->services[to].agency)
            say("%.*s is of the recipient's own agency: nothing goes until somebody who is not has "
                "signed too\n",
                SHOWN(who->name));
    }
}

static int give_word(struct cli *c, const struct site *s, const struct held *h, const char *word,
                     const char *person, const char *reason, const struct word_option *o)
{
    struct act x = acts_make(s, word, h->hold, reason);
    memcpy(x.subject.b, h->subject, ID_BYTES);
    switch (acts_give(c, s, person, o, &x)) {
    case ACTS_WRITTEN:
        return CLI_DONE;
    case ACTS_FAILED:
        return CLI_NO;
    case ACTS_GIVEN:
        break;
    }
    print_own(s, &x);
    return acts_submit(s, &x);
}

/* held SITE settle HOLD yes|no PERSON REASON */
static int settle_conflict(struct cli *c, const struct site *s, const struct held *h, int argc,
                           char **argv)
{
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    bool yes = strcmp(argv[4], "yes") == 0;
    bool no = strcmp(argv[4], "no") == 0;
    if (argc < 7 || (!yes && !no))
        return CLI_USAGE;
    if (!words_read(argc, argv, 7, 0, o, &none) || !*argv[5] || !*argv[6])
        return CLI_USAGE;
    if (!reason_is_of_conflict(slice_text(h->reason))) {
        say_to(stderr, "concordat: '%s' is not held because of a conflict\n", h->hold);
        return CLI_NO;
    }
    return give_word(c, s, h, yes ? "settle-yes" : "settle-no", argv[5], argv[6], o);
}

static int act_on_hold(struct cli *c, const struct site *s, const struct held *h, int argc,
                       char **argv)
{
    if (strcmp(argv[2], "settle") == 0)
        return settle_conflict(c, s, h, argc, argv);
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    bool refuses = strcmp(argv[2], "refuse") == 0;
    bool of_episode = refuses && argc > 6 && strcmp(argv[6], "--episode") == 0;
    if (!words_read(argc, argv, of_episode ? 7 : 6, 0, o, &none))
        return CLI_USAGE;
    if (!*argv[4] || !*argv[5])
        return CLI_USAGE;
    if (of_episode && !held_episode_check(s, slice_text(h->hold)))
        return CLI_NO;
    if (h->is_whole_episode)
        say("with it all that was refused of its episode waits again, and of what follows nothing "
            "is "
            "refused any more\n");
    return give_word(c, s, h, of_episode ? "refuse-episode" : argv[2], argv[4], argv[5], o);
}

/* An event that was never held because its episode was refused: by is that refusal. */
struct kept_back {
    const struct holds *holds;
    struct slice name;
    const struct held *by;
};

static bool look_for_refusal(void *ctx, int partition, const struct audit_read *r)
{
    struct kept_back *k = ctx;
    (void)partition;
    (void)holds_kept_back(k->holds, k->name, r, &k->by);
    return true;
}

static const struct held *find_refused(const struct site *s, const struct holds *l,
                                       struct slice name)
{
    struct kept_back k = { l, name, holds_find_refused(l, name) };
    struct err ignored = { .fate = ERR_NONE };
    if (k.by || !l->refused)
        return k.by;
    struct bus *b = cli_bus(s, true);
    if (!b)
        return NULL;
    bool is_read =
        audit_each(b, s->catalogue, s->bundle->partitions, look_for_refusal, &k, &ignored);
    bus_close(&b);
    if (!is_read || !k.by)
        return NULL;
    say("%.*s was refused with its episode, as %s:\n", SHOWN(name), k.by->hold);
    return k.by;
}

static int on_hold(struct cli *c, const struct site *s, const struct holds *l, int argc,
                   char **argv)
{
    struct slice name = slice_text(argv[3]);
    bool reopens = strcmp(argv[2], "reopen") == 0;
    const struct held *held = holds_find(l, name), *refused = NULL;
    if (reopens || !held)
        refused = find_refused(s, l, name);
    const struct held *h = reopens ? refused : held;
    if (!h && refused && argc == 4)
        return show_refused(refused);
    if (!h) {
        say_to(stderr, "concordat: nothing is %s as '%s'%s\n", reopens ? "refused" : "held",
               shown_text(argv[3]), refused ? ": it was refused" : "");
        return CLI_NO;
    }
    return argc == 4 ? show_held(h) : act_on_hold(c, s, h, argc, argv);
}

enum held_word { HELD_LIST, HELD_LIST_REFUSED, HELD_ONE, HELD_LOOKED, HELD_NONE };
static enum held_word read_held_word(int argc, char **argv)
{
    static const char *const words[] = { "release", "refuse", "reopen", "settle" };
    struct slice word = slice_text(argc > 2 ? argv[2] : NULL);
    bool lists = slice_equal_text(word, "list");
    if (lists && argc == 4 && strcmp(argv[3], "--refused") == 0)
        return HELD_LIST_REFUSED;
    if (lists)
        return argc == 3 ? HELD_LIST : HELD_NONE;
    if (argc >= 6 && slice_equal_text(word, "looked"))
        return HELD_LOOKED;
    bool acts = argc >= 6 && slice_is_one_of_texts(word, words, 4);
    bool shows = argc == 4 && slice_equal_text(word, "show");
    return acts || shows ? HELD_ONE : HELD_NONE;
}

int cmd_held(struct cli *c, int argc, char **argv)
{
    enum held_word word = read_held_word(argc, argv);
    if (word == HELD_NONE)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    if (!s)
        return CLI_CANNOT;
    struct bus *b = cli_bus(s, true);
    if (!b)
        return CLI_CANNOT;
    struct holds l;
    struct err e = { 0 };
    holds_init(&l, s->bundle);
    bool is_read = audit_each(b, s->catalogue, s->bundle->partitions, holds_take, &l, &e);
    bus_close(&b);
    if (l.lost)
        is_read = err_memory(&e);
    int code = CLI_CANNOT;
    if (!is_read)
        code = cli_fail(CLI_CANNOT, &e);
    else if (word == HELD_LIST_REFUSED)
        code = list_refused(&l);
    else if (word == HELD_LIST)
        code = list_held(c, &l);
    else if (word == HELD_LOOKED)
        code = held_unread_looked(c, s, &l.unread, argc, argv);
    else
        code = on_hold(c, s, &l, argc, argv);
    holds_release(&l);
    return code;
}
