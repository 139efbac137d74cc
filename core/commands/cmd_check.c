/* cmd_check.c - concordat check SITE: whether the site loads, and whether what it says can ever
 * work. */
#include "commands/bundle_people.h"
#include "commands/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bus/bus.h"
#include "daemon/files.h"
#include "daemon/unnamed.h"
#include "host/say.h"
#include "host/guard.h"
#include "sharing/tools/analyse.h"

struct findings {
    struct problems problems, warnings;
};

/* Marks the fields that a feed's own configuration fills in every record. */
static void fill_by_feed(const struct site_feed *f, const struct plan *p, bool *slots)
{
    const struct header_slots *h = plan_header(p);
    const struct {
        bool is_said;
        int slot;
    } said[] = {
        { f->system != NULL, plan_slot(p, SLICE("header.source_system")) },
        { f->contact_team != NULL, h->contact_team },
        { f->contact_phone != NULL, h->contact_phone },
        { f->timeliness != NULL, h->timeliness },
    };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (said[i].is_said && said[i].slot >= 0)
            slots[said[i].slot] = true;
}

/* Gathers what the mappings of the site's feeds can say. False when memory ran out. */
static bool find_feeds(struct arena *a, const struct site *s, const struct bundle *b,
                       struct analyse_input *in)
{
    size_t rules = 0;
    for (size_t i = 0; i < s->feed_count; i++)
        rules += mapping_rule_count(s->feeds[i].mapping);
    struct analyse_feed *list = ARENA_ARRAY(a, rules + 1, struct analyse_feed);
    if (!list)
        return false;
    in->feeds = list;
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct mapping *m = s->feeds[i].mapping;
        int service = bundle_service(b, s->feeds[i].service);
        for (size_t n = 0; service >= 0 && n < mapping_rule_count(m); n++) {
            struct analyse_feed *f = &list[in->feed_count];
            f->schema = mapping_rule(m, n, &f->kind);
            if (!f->schema)
                continue;
            bool *slots = ARENA_ARRAY(a, plan_slots(f->schema->plan) + 1, bool);
            if (!slots)
                return false;
            mapping_rule_fills(m, n, slots);
            fill_by_feed(&s->feeds[i], f->schema->plan, slots);
            f->slots = slots;
            f->service = (uint16_t)service;
            in->feed_count++;
        }
    }
    return true;
}

static bool carries(const void *mapping, const struct schema *s, struct slice kind)
{
    return mapping_delivers(mapping, s, kind);
}

/* Gathers what the mappings of the site's deliveries carry. A region on an embedded bus has one
 * site, so these are all deliveries that there are. */
static bool find_deliveries(struct arena *a, const struct site *s, const struct bundle *b,
                            struct analyse_input *in)
{
    struct analyse_delivery *list = ARENA_ARRAY(a, s->delivery_count + 1, struct analyse_delivery);
    if (!list)
        return false;
    for (size_t i = 0; i < s->delivery_count; i++) {
        int service = bundle_service(b, s->deliveries[i].service);
        if (service >= 0)
            list[in->delivery_count++] =
                (struct analyse_delivery){ (uint16_t)service, s->deliveries[i].name,
                                           s->deliveries[i].mapping, carries };
    }
    in->deliveries = list;
    in->has_all_deliveries = strncmp(s->bus_url, "embedded:", 9) == 0;
    return true;
}

static void print_warnings(struct problems *p)
{
    char line[600];
    problems_sort(p);
    for (size_t i = 0; i < p->count; i++)
        say_to(stderr, "warning: %s\n", err_print(&p->list[i], line, sizeof line));
    if (p->count)
        say_to(stderr, "%zu warning%s\nwarnings stop nothing; whoever signs looks at each\n",
               p->count, p->count == 1 ? "" : "s");
}

/* Warns when too few people may decide about holds. What a restriction holds needs two people, one
 * of them of another agency than the recipient. */
static void look_at_people(const struct bundle *b, struct problems *warnings)
{
    const struct named *first = NULL;
    int64_t now_ms = clock_wall_ms();
    bool two_agencies = false;
    size_t n = 0;
    for (size_t i = 0; i < b->people.count; i++) {
        const struct named *p = &b->people.list[i];
        if (!people_person_may_at(p, ROLE_HOLDS, now_ms))
            continue;
        if (!first)
            first = p;
        if (p->agency != first->agency)
            two_agencies = true;
        n++;
    }
    if (n < 2 || !two_agencies)
        (void)problems_say(warnings, "check.people", "region.yaml", 0, 0,
                           "%zu of its people may decide about holds now%s: nobody could release "
                           "some of what is held",
                           n, n < 2 ? "" : ", all of one agency");
}

/* A state folder that does not exist yet is made with the right mode later. */
static void look_at_state(const struct site *s, struct problems *p)
{
    unsigned mode;
    if (guard_folder_is_open(s->state_folder, &mode))
        (void)problems_say(
            p, "run.state", s->state_folder, 0, 0,
            "cannot use the state folder: others may look or write into it (mode %04o): "
            "chmod 700 %s",
            mode, s->state_folder);
}

/* Reports an address of the bus that `run` would refuse. */
static void look_at_bus(const struct site *s, struct problems *p)
{
    struct err e = { .fate = ERR_NONE };
    if (s->bus_at && !bus_url_check(s->bus_url, &e))
        (void)problems_say(p, e.code, s->bus_at->file, s->bus_at->line, s->bus_at->column, "%s",
                           e.text);
}

static void warn_of_note(struct problems *warnings, const struct mapping_note *n)
{
    if (n->what == NOTICE_DATE)
        (void)problems_say(warnings, "map.date", n->file, n->line, n->column,
                           "'%.*s' is a date or a time, and nothing says how the sender writes it: "
                           "a message with another text than ISO 8601 is set aside: want as: "
                           "iso-time, or another conversion of times",
                           SHOWN(n->path));
    else if (n->what == NOTICE_SILENT)
        (void)problems_say(warnings, "map.silent", n->file, n->line, n->column,
                           "this rule tells nothing where '%.*s' is left out, though 'on' holds "
                           "then too: want under 'of' also what each message has, such as the key",
                           SHOWN(n->path));
    else
        (void)problems_say(warnings, "map.position", n->file, n->line, n->column,
                           "'changed' remembers by '%.*s', which depends on the order in the "
                           "message, so one person may get another's memory: want by: subject",
                           SHOWN(n->path));
}

static void look_at_mappings(const struct site *s, struct problems *warnings)
{
    for (size_t i = 0; i < s->feed_count; i++)
        for (const struct mapping_note *n = mapping_notes(s->feeds[i].mapping); n; n = n->next)
            warn_of_note(warnings, n);
}

static void warn_of_unnamed(void *warnings, const struct unnamed *x)
{
    char text[UNNAMED_TEXT_MAX];
    (void)problems_say(warnings, "check.unnamed", x->path, 0, 0, "site.yaml names no %s",
                       unnamed_text(x, text));
}

/* Looks at what a site has beside its rules. */
static void look_at_site(struct cli *c, const struct bundle *b, const struct site *s,
                         struct findings *f)
{
    site_find_person_keys(s, &c->arena, &f->problems);
    look_at_state(s, &f->problems);
    look_at_bus(s, &f->problems);
    look_at_mappings(s, &f->warnings);
    files_check(s, &f->problems, &f->warnings);
    unnamed_each(s, warn_of_unnamed, &f->warnings);
    bool has_people = b->people.count > 0;
    if (has_people)
        look_at_people(b, &f->warnings);
    bundle_look_at_people(s, &f->warnings);
    if (!has_people && !s->places.demo)
        (void)problems_say(
            &f->warnings, "bundle.people", "region.yaml", 0, 0,
            "region.yaml names no people, so whoever types a name can release what is held: the "
            "next bundle must say `people: {NAME: {agency, roles, key, until}}`");
}

/* Looks at everything and prints problems and warnings. s NULL: there are rules alone. False: there
 * is a problem, or memory is out. */
static bool look_at_all(struct cli *c, const struct bundle *b, const struct site *s)
{
    struct findings f = { { 0 }, { 0 } };
    struct analyse_input in = { .bundle = b,
                                .now_ms = clock_wall_ms(),
                                .is_in_force = s && !s->places.demo };
    const struct site_note *notes = s ? s->notes : NULL;
    bool good = true;
    for (const struct site_note *n = notes; n; n = n->next)
        (void)problems_say(&f.warnings, n->code, n->at->file, n->at->line, n->at->column, "%s",
                           n->text);
    if (s) {
        good = find_feeds(&c->arena, s, b, &in);
        good = good && find_deliveries(&c->arena, s, b, &in);
    }
    if (good)
        analyse(&in, &c->arena, &f.problems, &f.warnings);
    bundle_look_at_keys(b, &f.warnings);
    if (s)
        look_at_site(c, b, s, &f);
    print_warnings(&f.warnings);
    good = good && !problems_any(&f.problems);
    if (!good)
        cli_print_problems(&f.problems);
    problems_release(&f.problems);
    problems_release(&f.warnings);
    return good;
}

/* Prints what goes without TLS or takes messages from anyone, and the reason that the site gives.
 * Whoever answers for the site reads this. */
static void print_word(const char *what, const char *name, const char *how,
                       const struct secure_word *w)
{
    if (!w->at)
        return;
    const char *slash = strrchr(w->at->file, '/');
    const char *file = slash ? slash + 1 : w->at->file;
    say("%s: %s%s, because %s (%s:%u)\n", how, what, name, w->because, file, w->at->line);
}

static void print_both(const char *what, const char *name, const struct secure_word *cleartext,
                       const struct secure_word *anyone)
{
    print_word(what, name, "in the clear", cleartext);
    print_word(what, name, "from anyone", anyone);
}

static void print_words_of(const char *what, const char *name, const struct transport *t,
                           const void *state, bool receives)
{
    struct secure_stand s = { .secure = NULL };
    if (t->stand)
        t->stand(state, receives, &s);
    if (s.secure)
        print_both(what, name, &s.secure->cleartext, &s.secure->anyone);
}

static void print_words(const struct site *s)
{
    for (size_t i = 0; i < s->feed_count; i++)
        print_words_of("feed ", s->feeds[i].name, s->feeds[i].transport, s->feeds[i].state, true);
    for (size_t i = 0; i < s->delivery_count; i++)
        print_words_of("delivery ", s->deliveries[i].name, s->deliveries[i].transport,
                       s->deliveries[i].state, false);
    print_both("the admin listener", "", &s->admin.secure.cleartext, &s->admin.secure.anyone);
    print_both("the bus", "", &s->bus_cleartext, &s->bus_anyone);
}

static void print_rules(const struct bundle *b)
{
    say("%zu services, %zu agreements, %zu clauses, %zu prohibitions, %zu schemas\n",
        b->service_count, b->agreement_count, b->clause_count, b->prohibition_count,
        catalogue_count(b->catalogue));
}

/* Checks the rules alone: a folder with a region.yaml and without a site. */
static int check_rules(struct cli *c, const char *path)
{
    struct cli_rules rules;
    if (!cli_rules(c, path, &rules))
        return CLI_NO;
    if (!look_at_all(c, rules.bundle, NULL))
        return CLI_NO;
    say("good: ");
    print_rules(rules.bundle);
    return CLI_DONE;
}

int cmd_check(struct cli *c, int argc, char **argv)
{
    if (argc != 2)
        return CLI_USAGE;
    if (cli_is_rules_only(c, argv[1]))
        return check_rules(c, argv[1]);
    struct site *s = cli_site(c, argv[1], SITE_KEYS_LOOKED_AT);
    if (!s)
        return CLI_NO;
    if (!look_at_all(c, s->bundle, s))
        return CLI_NO;
    print_words(s);
    say("good: %zu feeds, %zu deliveries, ", s->feed_count, s->delivery_count);
    print_rules(s->bundle);
    return CLI_DONE;
}
