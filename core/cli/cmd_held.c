/* cmd_held.c - concordat held SITE list|show|release|refuse: what waits for a human, and their word.
 *
 * What is held is read from the audit: a decision to hold that no later act or disclosure of the same event to the
 * same recipient has ended. */
#include "cli/cli.h"

#include "audit/audit.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

struct held {
    struct held *next;
    const char *hold;           /* "eventid:agency/service" */
    const char *what;           /* "HospitalStay.admitted" */
    const char *source, *reason, *clause;
    int64_t since_ms;
    uint8_t subject[ID_BYTES];
    int partition;
    bool ended;
};

#define HOLD_MAX 256 /* an event's id, an agency and a service */

struct held_list {
    struct arena *a;
    struct held *first, **last;
    bool memory_ended;          /* a list with something missing would be worse than none */
};

static struct held *find_held(const struct held_list *l, struct slice hold)
{
    for (struct held *h = l->first; h; h = h->next)
        if (!h->ended && slice_equal_text(hold, h->hold))
            return h;
    return NULL;
}

/* False without memory. */
static bool add_held(struct held_list *l, int partition, const struct audit_read *r,
                     const struct audit_decision *d, const char *hold)
{
    struct held *h = ARENA_NEW(l->a, struct held);
    if (!h)
        return false;
    h->hold = arena_text(l->a, slice_text(hold));
    h->what = arena_format(l->a, "%.*s.%.*s", (int)r->schema.n, (const char *)r->schema.p,
                           (int)r->event_kind.n, (const char *)r->event_kind.p);
    h->source = arena_text(l->a, r->source);
    h->reason = arena_text(l->a, d->reason);
    h->clause = d->clause_count ? arena_text(l->a, d->clauses[0]) : "";
    h->since_ms = r->decided_ms;
    memcpy(h->subject, r->subject, ID_BYTES);
    h->partition = partition;
    *l->last = h;
    l->last = &h->next;
    return h->hold && h->what && h->source && h->reason && h->clause;
}

static bool each_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct held_list *l = ctx;
    if (slice_equal_text(r->kind, "hold-act")) {
        /* note: "<act> <hold> by <person>: <reason>" */
        struct slice rest = slice_from(r->note, slice_find(r->note, ' ') + 1);
        struct held *h = find_held(l, slice_head(rest, slice_find(rest, ' ')));
        if (h)
            h->ended = true;
    }
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        char hold[HOLD_MAX];
        snprintf(hold, sizeof hold, "%.*s:%.*s", (int)d->event_id.n, (const char *)d->event_id.p,
                 (int)d->recipient.n, (const char *)d->recipient.p);
        struct held *h = find_held(l, slice_text(hold));
        bool is_hold = slice_equal_text(d->outcome, "hold");
        if (h && !is_hold)
            h->ended = true;
        else if (!h && is_hold && !add_held(l, partition, r, d, hold))
            l->memory_ended = true;
    }
    return !l->memory_ended;
}

static int list(const struct held_list *l)
{
    char time[TIME_TEXT_MAX];
    for (const struct held *h = l->first; h; h = h->next) {
        if (h->ended)
            continue;
        struct slice since = time_ms_to_iso(h->since_ms, time);
        printf("%s  %s from %s, held since %.*s: %s\n", h->hold, h->what, h->source, (int)since.n,
               (const char *)since.p, h->reason);
    }
    return CLI_DONE;
}

static int show(const struct held *h)
{
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(h->since_ms, time);
    printf("hold      %s\nevent     %s from %s\nsince     %.*s\nreason    %s: %s\nclause    %s\n"
           "to let it go:  concordat held SITE release %s 'YOUR NAME' 'REASON'\n",
           h->hold, h->what, h->source, (int)since.n, (const char *)since.p, h->reason,
           reason_sentence(h->reason), *h->clause ? h->clause : "none", h->hold);
    return CLI_DONE;
}

/* Through the running daemon, or on the bus itself when none runs. */
static int act(const struct site *s, const struct held *h, char **argv)
{
    struct hold_act a = { h->hold, argv[2], argv[4], argv[5], { 0 }, h->partition };
    struct err e = { 0 };
    bool running;
    memcpy(a.subject, h->subject, ID_BYTES);
    if (!*a.person || !*a.reason)
        return CLI_USAGE;
    if (!admin_ask_hold(s, &a, &running, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (!running) {
        struct bus *b = cli_bus(s, false);
        if (!b)
            return CLI_CANNOT;
        bool good = hold_act_publish(b, s->catalogue, &a, clock_wall_ms(), &e);
        bus_close(&b);
        if (!good)
            return cli_fail(CLI_CANNOT, &e);
    }
    printf("%s recorded%s\n", a.act, running ? "" : "; the router will see it when it runs");
    return CLI_DONE;
}

static int on_hold(const struct site *s, const struct held_list *l, int argc, char **argv)
{
    const struct held *h = find_held(l, slice_text(argv[3]));
    if (!h) {
        fprintf(stderr, "concordat: nothing is held as '%s'\n", argv[3]);
        return CLI_NO;
    }
    return argc == 4 ? show(h) : act(s, h, argv);
}

int cmd_held(struct cli *c, int argc, char **argv)
{
    bool lists = argc == 3 && strcmp(argv[2], "list") == 0;
    bool shows = argc == 4 && strcmp(argv[2], "show") == 0;
    bool acts = argc == 6 && (strcmp(argv[2], "release") == 0 || strcmp(argv[2], "refuse") == 0);
    if (!lists && !shows && !acts)
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    struct bus *b = s ? cli_bus(s, true) : NULL;
    if (!b)
        return CLI_CANNOT;
    struct held_list l = { .a = &c->arena };
    struct err e = { 0 };
    l.last = &l.first;
    bool good = audit_each(b, s->catalogue, s->bundle->partitions, each_entry, &l, &e);
    bus_close(&b);
    if (l.memory_ended)
        err_memory(&e);
    if (!good || l.memory_ended)
        return cli_fail(CLI_CANNOT, &e);
    return lists ? list(&l) : on_hold(s, &l, argc, argv);
}
