/* cmd_held.c - concordat held SITE list|show|release|refuse: what waits for a human, and their
 * word. */
#include "cli/acts.h"

#include "audit/holds.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "3 d 4 h", "25 min": as long as that. */
static const char *age(int64_t ms, char out[32])
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
        printf("OVERDUE by %s", age(now_ms - h->due_ms, text));
    else
        printf("due in %s", age(h->due_ms - now_ms, text));
}

static int by_age(const void *a, const void *b)
{
    const struct held *const *x = a, *const *y = b;
    return (*x)->since_ms < (*y)->since_ms ? -1 : (*x)->since_ms > (*y)->since_ms;
}

static int list(struct cli *c, const struct holds *l)
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
        printf("%s  %s from %s, held since %.*s: %.*s, ", h->hold, h->what, h->source, SHOWN(since),
               SHOWN(reason));
        print_due(h, now_ms);
        printf("%s%s\n", *h->first ? ", released by one of two: " : "", h->first);
    }
    if (count == 0)
        fprintf(stderr, "nothing is held\n");
    return CLI_DONE;
}

static int show(const struct held *h)
{
    char time[TIME_TEXT_MAX];
    int64_t now_ms = clock_wall_ms();
    struct slice since = time_ms_to_iso(h->since_ms, time), name = slice_text(h->hold);
    struct slice to = slice_from(name, slice_find(name, ':') + 1);
    struct slice reason = reason_shown(slice_text(h->reason), false);
    printf("hold      %s\nevent     %s from %s\nfor       %.*s\nsince     %.*s, ", h->hold, h->what,
           h->source, SHOWN(to), SHOWN(since));
    print_due(h, now_ms);
    printf("\nreason    %.*s: %s\nclause    %s\n", SHOWN(reason), reason_sentence(reason),
           *h->clause ? h->clause : "none");
    if (*h->first)
        printf("released  by %s; the person is restricted, somebody else must agree\n", h->first);
    printf("to let it go:  concordat held SITE release %s 'YOUR NAME' 'REASON'\n"
           "to end it:     concordat held SITE refuse %s 'YOUR NAME' 'REASON'\n",
           h->hold, h->hold);
    return CLI_DONE;
}

static int act(struct cli *c, const struct site *s, const struct held *h, int argc, char **argv)
{
    struct word_option o[] = { ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    if (!words_read(argc, argv, 6, 0, o, &none) || !*argv[4] || !*argv[5])
        return CLI_USAGE;
    struct act x = acts_make(s, argv[2], h->hold, argv[5]);
    memcpy(x.subject.b, h->subject, ID_BYTES);
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

static int on_hold(struct cli *c, const struct site *s, const struct holds *l, int argc, char **argv)
{
    const struct held *h = holds_find(l, slice_text(argv[3]));
    if (!h) {
        fprintf(stderr, "concordat: nothing is held as '%s'\n", argv[3]);
        return CLI_NO;
    }
    return argc == 4 ? show(h) : act(c, s, h, argc, argv);
}

int cmd_held(struct cli *c, int argc, char **argv)
{
    bool lists = argc == 3 && strcmp(argv[2], "list") == 0;
    bool shows = argc == 4 && strcmp(argv[2], "show") == 0;
    bool acts = argc >= 6 && (strcmp(argv[2], "release") == 0 || strcmp(argv[2], "refuse") == 0);
    if (!lists && !shows && !acts)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    struct bus *b = s ? cli_bus(s, true) : NULL;
    if (!b)
        return CLI_CANNOT;
    struct holds l;
    struct err e = { 0 };
    holds_init(&l, s->bundle);
    bool good = audit_each(b, s->catalogue, s->bundle->partitions, holds_take, &l, &e);
    bus_close(&b);
    if (l.lost)
        good = err_memory(&e);
    int code = !good ? cli_fail(CLI_CANNOT, &e) : lists ? list(c, &l) : on_hold(c, s, &l, argc, argv);
    holds_release(&l);
    return code;
}
