/* cmd_why.c - concordat why SITE EVENT-ID [SERVICE]: one sentence a recipient, from the audit.
 * concordat why SITE TYPE.KIND SERVICE FACT... [--as-approved]: the same of an event that is only
 * supposed. */
#include "commands/cli.h"

#include "audit/holds.h"
#include "base/clock.h"
#include "commands/fates.h"
#include "host/shown.h"
#include "host/say.h"
#include "sharing/rules/clause.h"
#include "sharing/rules/prohibition.h"
#include "sharing/rules/withheld.h"
#include "sharing/tools/table.h"

#include <string.h>

struct why {
    const struct bundle *bundle;
    struct slice id, service;
    struct slice source; /* of the supposed event that was told of last */
    bool may_see_protected, as_approved;
    size_t found;
    struct holds holds;        /* what was refused on the way, and stands */
    struct buf refusals;       /* what entries that were told of say of it */
    const struct fates *fates; /* NULL: the event is only supposed */
};

static void print_list(const char *what, const struct slice *list, size_t n)
{
    if (n == 0)
        return;
    say("; %s", what);
    for (size_t i = 0; i < n; i++)
        say("%s%.*s", i ? ", " : " ", (int)list[i].n, (const char *)list[i].p);
}

static struct slice group_of(struct slice category)
{
    return slice_head(category, slice_find(category, '.'));
}

static bool has_group(const struct slice *list, size_t n, struct slice group)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(group_of(list[i]), group))
            return true;
    return false;
}

/* Names a group once when none of its categories is released. A supposed event tells of nobody, so
 * nothing of it is hidden. */
static void print_withheld(const struct why *w, const struct audit_decision *d)
{
    bool may_hide = w->fates && !w->may_see_protected;
    const char *between = "; withheld ";
    for (size_t i = 0; i < d->withheld_count; i++) {
        struct slice name = d->withheld[i];
        struct slice group = group_of(name);
        if (may_hide && withheld_hides(w->bundle, name))
            continue;
        bool is_whole = !has_group(d->released, d->released_count, group);
        bool is_named_already = is_whole && has_group(d->withheld, i, group);
        if (is_named_already)
            continue;
        say("%s%.*s", between, SHOWN(is_whole ? group : name));
        between = ", ";
    }
}

/* Prints a clause with its place, purpose and basis. Prints the bare name when the bundle has no
 * such clause now. */
static void print_clause(const struct why *w, struct slice name)
{
    uint32_t line;
    say("%.*s", (int)name.n, (const char *)name.p);
    for (uint32_t i = 0; i < w->bundle->clause_count; i++) {
        if (!slice_equal(clause_name(w->bundle, i), name))
            continue;
        const struct agreement *g = clause_agreement(w->bundle, i);
        const char *file = clause_place(w->bundle, i, &line);
        say(" (%s:%u) for %.*s by %.*s", file, line, SHOWN(g->purpose), SHOWN(g->confidentiality));
    }
}

struct taking {
    const struct why *w;
    const char *between; /* what is printed before the next prohibition */
};

/* Prints a prohibition with its place, or the bare name when the bundle has no such one now. */
static void print_prohibition(void *ctx, struct slice name)
{
    struct taking *t = ctx;
    const struct bundle *b = t->w->bundle;
    uint32_t line;
    say("%s%.*s", t->between, SHOWN(name));
    t->between = ", ";
    for (uint32_t i = 0; i < b->prohibition_count; i++) {
        if (!slice_equal(prohibition_name(b, i), name))
            continue;
        const char *file = prohibition_place(b, i, &line);
        say(" (%s:%u)", file, line);
    }
}

static void print_clauses(const struct why *w, const struct audit_decision *d)
{
    for (size_t i = 0; i < d->clause_count; i++) {
        say("%s", i ? ", " : " under ");
        print_clause(w, d->clauses[i]);
    }
}

static void print_prohibitions(const struct why *w, const struct audit_decision *d)
{
    struct taking t = { w, "; taken by " };
    prohibitions_shown(w->bundle, d->prohibitions, d->prohibition_count, w->may_see_protected,
                       print_prohibition, &t);
}

/* Without --protected it hides the categories too, where a protected prohibition acted: what was
 * released and what was not would reveal which one. */
static void print_categories(const struct why *w, const struct audit_decision *d)
{
    if (!w->may_see_protected &&
        prohibitions_hide(w->bundle, d->prohibitions, d->prohibition_count)) {
        say("; what was released is shown with --protected");
        return;
    }
    print_list("released", d->released, d->released_count);
    print_list("only as", d->obliged, d->obliged_count);
    print_withheld(w, d);
}

/* Prints what became of the disclosure. A supposed event has none. */
static void print_fate(const struct why *w, const struct audit_decision *d)
{
    struct buf sentence;
    if (!w->fates || slice_is_empty(d->disclosure))
        return;
    const struct fate f = fates_of(w->fates, d->disclosure, d->recipient);
    bool hides = !w->may_see_protected &&
                 prohibitions_hide(w->bundle, d->prohibitions, d->prohibition_count);
    buf_init(&sentence, 1u << 20);
    fates_sentence(&f, hides, &sentence);
    say("%.*s", (int)sentence.n, (const char *)sentence.p);
    buf_release(&sentence);
}

static void print_decision(const struct why *w, const struct audit_decision *d)
{
    bool is_shared = slice_equal_text(d->outcome, "disclose");
    const char *outcome = "withheld from";
    if (is_shared)
        outcome = "shared with";
    else if (slice_equal_text(d->outcome, "hold"))
        outcome = "held for";
    say("  %s %.*s", outcome, (int)d->recipient.n, (const char *)d->recipient.p);
    struct slice reason = reason_shown(d->reason, w->may_see_protected);
    if (!is_shared)
        say(": %s (%.*s)", reason_sentence(reason), SHOWN(reason));
    print_clauses(w, d);
    if (d->caught_up)
        say(", caught up");
    if (!slice_is_empty(d->disclosure))
        say(", as %.*s", (int)d->disclosure.n, (const char *)d->disclosure.p);
    if (is_shared)
        print_categories(w, d);
    print_prohibitions(w, d);
    print_fate(w, d);
    say("\n");
}

static void print_entry(const struct audit_read *r, int partition)
{
    char time[TIME_TEXT_MAX];
    struct slice at = time_ms_to_iso(r->decided_ms, time);
    say("%s.%s from %s, decided %.*s, audit %d/%lld%s%s\n", shown(r->schema), shown(r->event_kind),
        shown(r->source), (int)at.n, (const char *)at.p, partition, (long long)r->sequence,
        r->note.n ? ", " : "", shown(r->note));
}

/* Prints what event a decision is on. When that is not the entry's own event, it was decided again:
 * prints which event caused it. */
static void print_caught_up(const struct audit_read *r, const struct audit_decision *d,
                            int partition)
{
    char time[TIME_TEXT_MAX];
    bool is_own = slice_equal(d->event_id, r->event_id) || slice_is_empty(d->schema);
    if (is_own) {
        print_entry(r, partition);
        return;
    }
    struct slice at = time_ms_to_iso(r->decided_ms, time);
    say("%s.%s from %s, ", shown(d->schema), shown(d->kind), shown(d->source));
    say("decided again %.*s because of %s.%s from ", (int)at.n, (const char *)at.p,
        shown(r->schema), shown(r->event_kind));
    say("%s, audit %d/%lld\n", shown(r->source), partition, (long long)r->sequence);
}

/* Whether the question is about that recipient: without a service it is about all. */
static bool is_about(const struct why *w, struct slice recipient)
{
    return slice_is_empty(w->service) || slice_equal(recipient, w->service);
}

/* Prints the refusals that stand and kept back what was asked for: its own, and those that the
 * notes of its entries name. */
static void print_refusals(const struct why *w)
{
    char time[TIME_TEXT_MAX];
    struct slice notes = buf_slice(&w->refusals);
    for (const struct held *x = w->holds.refused; x; x = x->next) {
        struct slice name = slice_text(x->hold);
        struct slice to = slice_from(name, slice_find(name, ':') + 1);
        bool is_its_own = slice_starts(name, w->id);
        bool is_noted = notes.n > 0 && memmem(notes.p, notes.n, name.p, name.n) != NULL;
        if (!is_its_own && !is_noted)
            continue;
        if (!is_about(w, to))
            continue;
        struct slice at = time_ms_to_iso(x->refused_ms, time);
        say("refused from %.*s by %s at %.*s%s: it stands until 'held SITE reopen %s'\n", SHOWN(to),
            x->refused_by, SHOWN(at),
            x->is_whole_episode ? ", with what follows in its episode" : "", x->hold);
    }
}

/* Prints what an entry says about the event, and keeps its note for print_refusals. False: memory
 * is out, as holds.lost says. */
static bool print_of_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct why *w = ctx;
    bool is_printed = false;
    if (!holds_take(&w->holds, partition, r))
        return false;
    bool is_its_entry = slice_equal(r->event_id, w->id);
    if (is_its_entry && slice_is_empty(w->service)) {
        print_entry(r, partition);
        is_printed = true;
        w->found++;
    }
    for (size_t i = 0; i < r->decision_count; i++) {
        const struct audit_decision *d = &r->decisions[i];
        bool is_of_id = slice_equal(d->event_id, w->id) || slice_equal(d->disclosure, w->id);
        if (!is_of_id || !is_about(w, d->recipient))
            continue;
        if (!is_printed)
            print_caught_up(r, d, partition);
        is_printed = true;
        print_decision(w, d);
        w->found++;
    }
    if (is_printed)
        buf_put(&w->refusals, r->note);
    return true;
}

/* ---- an event that is only supposed ---- */

/* The names of clauses or prohibitions. NULL: memory is out. */
static const struct slice *rule_names(const struct bundle *b, struct arena *a,
                                      const uint32_t *rules, size_t n,
                                      struct slice (*name)(const struct bundle *b, uint32_t rule))
{
    struct slice *list = ARENA_ARRAY(a, n + 1, struct slice);
    for (size_t i = 0; list && i < n; i++)
        list[i] = name(b, rules[i]);
    return list;
}

/* "year:identity.birth-date" for each that travels changed. NULL: memory is out. */
static const struct slice *obliged_names(const struct bundle *b, struct arena *a,
                                         const struct decision *d, size_t *n)
{
    struct slice *list = ARENA_ARRAY(a, OBLIGE_COUNT * bundle_portion_count(b) + 1, struct slice);
    *n = 0;
    for (enum obligation k = 0; list && k < OBLIGE_COUNT; k++) {
        const struct slice *names = NULL;
        size_t count = bundle_names(b, d->schema, &d->obliged[k], a, &names);
        for (size_t i = 0; names && i < count; i++) {
            const char *text = arena_format(a, "%s:%.*s", obligation_name(k), (int)names[i].n,
                                            (const char *)names[i].p);
            if (text)
                list[(*n)++] = slice_text(text);
        }
    }
    return list;
}

/* The portions that a rule can release or take of an event of that type: all but what always
 * travels or never does. */
static struct categories deciding_portions(const struct bundle *b, size_t schema)
{
    const unsigned always = catalogue_always(b->catalogue);
    const unsigned never = catalogue_never(b->catalogue);
    struct categories all, some = { { 0 } };
    bundle_portions_of(b, schema, &all);
    for (unsigned i = 0; i < bundle_portion_count(b); i++) {
        unsigned category = bundle_portion_category(b, i);
        if (category == always || category == never)
            continue;
        if (categories_has(&all, i))
            categories_add(&some, i);
    }
    return some;
}

/* Makes of a decision what the audit would have of it. False: memory is out. */
static bool decision_as_read(const struct bundle *b, struct arena *a, const struct decision *d,
                             struct slice service, struct audit_decision *out)
{
    *out = (struct audit_decision){ .recipient = service,
                                    .outcome = slice_text(decision_outcome_name(d->outcome)),
                                    .reason = slice_text(d->reason),
                                    .clause_count = d->clause_count,
                                    .prohibition_count = d->prohibition_count };
    out->clauses = rule_names(b, a, d->clauses, d->clause_count, clause_name);
    out->prohibitions = rule_names(b, a, d->prohibitions, d->prohibition_count, prohibition_name);
    out->released_count = bundle_names(b, d->schema, &d->released, a, &out->released);
    struct categories withheld = deciding_portions(b, d->schema);
    categories_drop(&withheld, &d->released);
    out->withheld_count = bundle_names(b, d->schema, &withheld, a, &out->withheld);
    out->obliged = obliged_names(b, a, d, &out->obliged_count);
    return out->clauses && out->prohibitions && out->released && out->withheld && out->obliged;
}

#define FACTS_MAX 40

/* Prints which supposed event the next answers are about, once for each source. */
static void print_supposed(struct why *w, const struct table_answer *answer, struct slice event)
{
    char time[TIME_TEXT_MAX];
    struct slice source = w->bundle->services[answer->source].name;
    if (slice_equal(source, w->source))
        return;
    w->source = source;
    say("%.*s from %.*s, if it were decided %.*s\n", SHOWN(event), SHOWN(source),
        SHOWN(time_ms_to_iso(answer->at_ms, time)));
}

/* Prints how the supposed event would be decided for one service. words[1] is overwritten. A
 * question about all services does not name those that no clause names. */
static bool answer_for_service(struct why *w, struct cli *c, struct slice *words, size_t n,
                               struct slice service, struct err *e)
{
    struct table_answer answer;
    struct audit_decision read;
    words[1] = service;
    if (!table_ask(w->bundle, &c->arena, words, n, &answer, e))
        return false;
    bool is_for_all = slice_is_empty(w->service);
    if (is_for_all && strcmp(answer.decision.reason, "no-clause") == 0)
        return true;
    if (!decision_as_read(w->bundle, &c->arena, &answer.decision, service, &read))
        return err_memory(e);
    print_supposed(w, &answer, words[0]);
    print_decision(w, &read);
    w->found++;
    return true;
}

static int answer_supposed(struct why *w, struct cli *c, int argc, char **argv)
{
    struct slice words[FACTS_MAX + 3] = { w->id }; /* words[1] is the service, [2] the time */
    struct err e = { .fate = ERR_NONE };
    char time[TIME_TEXT_MAX];
    size_t n = 2;
    if (argc > FACTS_MAX + 4)
        return CLI_USAGE;
    struct slice now = time_ms_to_iso(clock_wall_ms(), time);
    /* An at() among the facts comes later, and counts instead. */
    words[n++] = slice_text(arena_format(&c->arena, "at(%.*s)", SHOWN(now)));
    for (int i = 4; i < argc; i++)
        words[n++] = slice_text(argv[i]);
    bool is_for_all = slice_is_empty(w->service) || slice_equal_text(w->service, "all");
    if (!is_for_all) {
        bool is_answered = answer_for_service(w, c, words, n, w->service, &e);
        return is_answered ? CLI_DONE : cli_fail(CLI_NO, &e);
    }
    w->service = slice_of(NULL, 0);
    for (size_t i = 0; i < w->bundle->service_count; i++)
        if (!answer_for_service(w, c, words, n, w->bundle->services[i].name, &e))
            return cli_fail(CLI_NO, &e);
    if (!w->found)
        say("no clause names such an event for anybody\n");
    return w->found ? CLI_DONE : CLI_NO;
}

static int answer_recorded(struct why *w, struct cli *c, struct site *s, const char *id)
{
    struct fates fates = { .count = 0 };
    struct bus *b = cli_bus(s, true);
    struct err e = { .fate = ERR_NONE };
    if (!b)
        return CLI_CANNOT;
    holds_init(&w->holds, s->bundle);
    buf_init(&w->refusals, 1u << 24);
    w->fates = &fates;
    bool good = fates_read(&c->arena, s, b, &fates, &e);
    good = good && audit_each(b, s->catalogue, s->bundle->partitions, print_of_entry, w, &e);
    bus_close(&b);
    bool is_memory_out = w->holds.lost || !buf_ok(&w->refusals);
    if (good && is_memory_out)
        good = err_memory(&e);
    if (good)
        print_refusals(w);
    holds_release(&w->holds);
    buf_release(&w->refusals);
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    if (!w->found)
        say("nothing is recorded of '%s'%s: no clause names such an event for anybody else, or it "
            "has not been decided\n",
            id, w->service.n ? " for that service" : "");
    return w->found ? CLI_DONE : CLI_NO;
}

/* Takes the options from the end of the line. Returns how many words are left. */
static int take_options(struct why *w, int argc, char **argv)
{
    while (argc > 3) {
        const char *last = argv[argc - 1];
        if (strcmp(last, "--protected") == 0)
            w->may_see_protected = true;
        else if (strcmp(last, "--as-approved") == 0)
            w->as_approved = true;
        else
            return argc;
        argc--;
    }
    return argc;
}

int cmd_why(struct cli *c, int argc, char **argv)
{
    struct why w = { .found = 0 };
    argc = take_options(&w, argc, argv);
    if (argc < 3)
        return CLI_USAGE;
    w.id = slice_text(argv[2]);
    w.service = slice_text(argc > 3 ? argv[3] : NULL);
    bool is_supposed = slice_find(w.id, '.') < w.id.n;
    if (!is_supposed && (argc > 4 || w.as_approved))
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    if (!s)
        return CLI_CANNOT;
    w.bundle = s->bundle;
    if (w.as_approved)
        w.bundle = cli_as_approved(c, s->bundle);
    if (!w.bundle)
        return CLI_CANNOT;
    if (is_supposed)
        return answer_supposed(&w, c, argc, argv);
    return answer_recorded(&w, c, s, argv[2]);
}
