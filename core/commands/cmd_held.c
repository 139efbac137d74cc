/* cmd_held.c - concordat held SITE list|show|release|refuse|reopen|settle|looked: lists what waits
 * for a named person and what one refused, and submits that person's act. */
#include "commands/acts.h"
#include "commands/held_episode.h"
#include "commands/held_unread.h"

#include "audit/holds.h"
#include "base/clock.h"
#include "host/shown.h"
#include "host/say.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A length of time in words: "3 d 4 h", "25 min". */
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

static int compare_age(const void *a, const void *b)
{
    const struct held *const *x = a;
    const struct held *const *y = b;
    int64_t first_ms = (*x)->since_ms;
    int64_t second_ms = (*y)->since_ms;
    return (first_ms > second_ms) - (first_ms < second_ms);
}

/* Where two people must agree: what the first did, in a word. The second must do the same. */
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
    if (!sorted) {
        struct err e = { 0 };
        (void)err_memory(&e);
        return cli_fail(CLI_CANNOT, &e);
    }
    size_t count = 0;
    for (const struct held *h = l->first; h; h = h->next)
        sorted[count++] = h;
    qsort(sorted, count, sizeof *sorted, compare_age);
    for (size_t i = 0; i < count; i++) {
        const struct held *h = sorted[i];
        struct slice since = time_ms_to_iso(h->since_ms, time);
        struct slice reason = reason_shown(slice_text(h->reason), false);
        say("%s  %s from %s, held since %.*s: %.*s, ", h->hold, h->what, h->source, SHOWN(since),
            SHOWN(reason));
        print_due(h, now_ms);
        print_first_of_two(h);
    }
    count += held_unread_print(&l->unread);
    if (count == 0)
        say_to(stderr, "nothing is held\n");
    return CLI_DONE;
}

/* Lists what named people refused and nobody has reopened. */
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

/* Says what to try before releasing: some holds end by themselves once a record is corrected. */
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
static void print_own_signers(const struct site *s, const struct act *x)
{
    const struct bundle *b = s->bundle;
    int to = bundle_service(b, slice_from(x->on, slice_find(x->on, ':') + 1));
    bool lets_go = slice_equal_text(x->verb, "release") || slice_equal_text(x->verb, "reopen") ||
                   slice_starts(x->verb, SLICE("settle-"));
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

static int give_act(struct cli *c, const struct site *s, const struct held *h, const char *verb,
                    const char *person, const char *reason, const struct word_option *o)
{
    struct act x = acts_make(s, verb, h->hold, reason);
    memcpy(x.subject.b, h->subject, ID_BYTES);
    switch (acts_give(c, s, person, o, &x)) {
    case ACTS_WRITTEN:
        return CLI_DONE;
    case ACTS_FAILED:
        return CLI_NO;
    case ACTS_GIVEN:
        break;
    }
    print_own_signers(s, &x);
    return acts_submit(s, &x);
}

/* held SITE settle HOLD yes|no PERSON REASON */
static int settle_conflict(struct cli *c, const struct site *s, const struct held *h, int argc,
                           char **argv)
{
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    bool is_yes = strcmp(argv[4], "yes") == 0;
    bool is_no = strcmp(argv[4], "no") == 0;
    if (!is_yes && !is_no)
        return CLI_USAGE;
    if (argc < 7 || !words_read(argc, argv, 7, 0, o, &none))
        return CLI_USAGE;
    const char *person = argv[5], *reason = argv[6];
    if (!*person || !*reason)
        return CLI_USAGE;
    if (!reason_is_of_conflict(slice_text(h->reason))) {
        say_to(stderr, "concordat: '%s' is not held because of a conflict\n", h->hold);
        return CLI_NO;
    }
    return give_act(c, s, h, is_yes ? "settle-yes" : "settle-no", person, reason, o);
}

static int act_on_hold(struct cli *c, const struct site *s, const struct held *h, int argc,
                       char **argv)
{
    if (strcmp(argv[2], "settle") == 0)
        return settle_conflict(c, s, h, argc, argv);
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    const char *verb = argv[2], *person = argv[4], *reason = argv[5];
    int options_from = 6;
    bool is_refusal = strcmp(verb, "refuse") == 0;
    bool is_of_episode = is_refusal && argc > 6 && strcmp(argv[6], "--episode") == 0;
    if (is_of_episode) {
        verb = "refuse-episode";
        options_from = 7;
    }
    if (!words_read(argc, argv, options_from, 0, o, &none))
        return CLI_USAGE;
    if (!*person || !*reason)
        return CLI_USAGE;
    if (is_of_episode && !held_episode_check(s, slice_text(h->hold)))
        return CLI_NO;
    if (h->is_whole_episode)
        say("all that was refused of its episode waits again, and what follows in the episode is "
            "no longer refused\n");
    return give_act(c, s, h, verb, person, reason, o);
}

/* Looks for an event that was never held because its episode was refused. */
struct kept_back {
    const struct holds *holds;
    struct slice name;
    const struct held *by; /* the refusal of the episode; NULL: none found */
};

static bool look_for_refusal(void *ctx, int partition, const struct audit_read *r)
{
    struct kept_back *k = ctx;
    (void)partition;
    (void)holds_kept_back(k->holds, k->name, r, &k->by);
    return true;
}

/* The refusal by which that name's event is not held. NULL: it was not refused, or the audit could
 * not be read. */
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

/* ---- the words of the command ---- */

/* One call: `concordat` and the words behind it, with what they are about. */
struct held_call {
    struct cli *c;
    const struct site *s;
    struct holds *l;
    int argc;
    char **argv;
};

static int held_list(const struct held_call *h)
{
    return list_held(h->c, h->l);
}

static int held_list_refused(const struct held_call *h)
{
    return list_refused(h->l);
}

static int held_looked(const struct held_call *h)
{
    return held_unread_looked(h->c, h->s, &h->l->unread, h->argc, h->argv);
}

/* Shows what is held by that name; else what was refused. */
static int held_show(const struct held_call *h)
{
    struct slice name = slice_text(h->argv[3]);
    const struct held *held = holds_find(h->l, name);
    if (held)
        return show_held(held);
    const struct held *refused = find_refused(h->s, h->l, name);
    if (refused)
        return show_refused(refused);
    say_to(stderr, "concordat: nothing is held as '%s'\n", shown_text(h->argv[3]));
    return CLI_NO;
}

/* Releases, refuses or settles what is held. */
static int held_act(const struct held_call *h)
{
    struct slice name = slice_text(h->argv[3]);
    const struct held *held = holds_find(h->l, name);
    if (held)
        return act_on_hold(h->c, h->s, held, h->argc, h->argv);
    bool is_refused = find_refused(h->s, h->l, name) != NULL;
    say_to(stderr, "concordat: nothing is held as '%s'%s\n", shown_text(h->argv[3]),
           is_refused ? ": it was refused" : "");
    return CLI_NO;
}

static int held_reopen(const struct held_call *h)
{
    const struct held *refused = find_refused(h->s, h->l, slice_text(h->argv[3]));
    if (refused)
        return act_on_hold(h->c, h->s, refused, h->argc, h->argv);
    say_to(stderr, "concordat: nothing is refused as '%s'\n", shown_text(h->argv[3]));
    return CLI_NO;
}

/* `concordat held SITE WORD ...`: least and most count all words from `held` on. */
struct held_word {
    const char *word, *option; /* option: the last word must be this one; NULL: none must */
    int least, most;
    int (*run)(const struct held_call *h);
};

static const struct held_word *read_held_word(int argc, char **argv)
{
    static const struct held_word words[] = {
        { "list", NULL, 3, 3, held_list },
        { "list", "--refused", 4, 4, held_list_refused },
        { "show", NULL, 4, 4, held_show },
        { "release", NULL, 6, INT_MAX, held_act },
        { "refuse", NULL, 6, INT_MAX, held_act },
        { "settle", NULL, 6, INT_MAX, held_act },
        { "reopen", NULL, 6, INT_MAX, held_reopen },
        { "looked", NULL, 6, INT_MAX, held_looked },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct held_word *w = &words[i];
        if (argc < w->least || argc > w->most || strcmp(argv[2], w->word) != 0)
            continue;
        if (!w->option || strcmp(argv[argc - 1], w->option) == 0)
            return w;
    }
    return NULL;
}

int cmd_held(struct cli *c, int argc, char **argv)
{
    const struct held_word *word = read_held_word(argc, argv);
    if (!word)
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
    const struct held_call call = { c, s, &l, argc, argv };
    int code = is_read ? word->run(&call) : cli_fail(CLI_CANNOT, &e);
    holds_release(&l);
    return code;
}
