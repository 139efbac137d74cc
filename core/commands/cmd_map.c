/* cmd_map.c - concordat map MAPPING FILE...: what a mapping makes of native files, without a bus.
 *
 * For each message one JSON object: outcome, message id, records, and every populated source field
 * that no rule has read. Exit 1 when a message was refused. */
#include "commands/cli.h"

#include "base/clock.h"
#include "host/shown.h"
#include "commands/way_back.h"
#include "host/say.h"
#include "intake/asides.h"
#include "record/record_json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct mapping_run {
    struct arena *a;
    const struct mapping *m;
    struct node *list; /* of one message's lost fields */
    struct buf *work;
    bool masks; /* values are not shown */
};

static void put_text(struct mapping_run *r, struct node *map, const char *key, struct slice text)
{
    node_put(map, slice_text(key), node_new_text(r->a, text));
}

static void lost(void *ctx, const struct leaf *l)
{
    struct mapping_run *r = ctx;
    node_add(r->list, node_new_text(r->a, arena_copy(r->a, l->path)));
}

/* Header slots that intake would set, so that the record can be shown. */
static bool show_event(struct mapping_run *r, struct mapped_event *ev, struct node *events,
                       struct err *e)
{
    static const char *const placeholders[] = { "header.id", "header.source_agency",
                                                "header.source_service" };
    struct view v;
    struct node *tree;
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++) {
        int slot = plan_slot(ev->schema->plan, slice_text(placeholders[i]));
        if (slot >= 0 && !build_is_set(&ev->build, (size_t)slot) &&
            !build_text(&ev->build, (size_t)slot, SLICE("(intake)"), e))
            return false;
    }
    int environment = plan_slot(ev->schema->plan, SLICE("header.environment"));
    if (environment >= 0 && !build_is_set(&ev->build, (size_t)environment) &&
        !build_text(&ev->build, (size_t)environment, SLICE("live"), e))
        return false;
    buf_reset(r->work);
    if (!build_done(&ev->build, r->work, e))
        return false;
    struct slice body = arena_copy(r->a, buf_slice(r->work));
    if (!plan_view(ev->schema->plan, r->a, body, &v, e) ||
        !record_to_tree(&v, r->a, false, &tree, e))
        return false;
    if (r->masks)
        way_back_mask_record(r->a, tree);
    if (ev->has_changed)
        node_put(tree, SLICE("only_when_changed"), node_new_bool(r->a, true));
    node_add(events, tree);
    return true;
}

/* What was read and is in no record: its form, never the value. */
static void show_misses(struct mapping_run *r, const struct mapped *m, struct node *out)
{
    struct node *list = node_new(r->a, NODE_LIST);
    for (size_t i = 0; i < m->miss_count; i++) {
        const struct mapped_miss *miss = &m->misses[i];
        struct node *one = node_new(r->a, NODE_MAP);
        put_text(r, one, "path", miss->path);
        put_text(r, one, "field", miss->field);
        put_text(r, one, "form", miss->form);
        put_text(r, one, "why", slice_text(miss->why));
        node_add(list, one);
    }
    node_put(out, SLICE("read_and_not_kept"), list);
}

static bool show_message(struct mapping_run *r, const struct head *head, struct slice one,
                         struct node *out, struct err *e)
{
    struct doc *d;
    struct mapped mapped;
    if (!mapping_format(r->m)->parse(r->a, head, one, &d, e) ||
        !mapping_in(r->m, r->a, d, clock_wall_ms(), &mapped, e))
        return false;
    bool carried = mapped.outcome == MAPPED_EVENTS;
    put_text(r, out, "outcome", carried ? SLICE("mapped") : SLICE("not carried"));
    if (!mapped.is_named)
        node_put(out, SLICE("known_to_no_rule"), node_new_bool(r->a, true));
    if (mapped.unknown.n)
        put_text(r, out, "restricts_by_unknown_code", mapped.unknown_path);
    put_text(r, out, "message_id",
             r->masks ? way_back_masked(r->a, mapped.message_id, false) : mapped.message_id);
    put_text(r, out, "type", mapped.type);
    struct node *events = node_new(r->a, NODE_LIST);
    node_put(out, SLICE("events"), events);
    for (size_t i = 0; i < mapped.event_count; i++)
        if (!show_event(r, &mapped.events[i], events, e))
            return false;
    show_misses(r, &mapped, out);
    r->list = node_new(r->a, NODE_LIST);
    node_put(out, SLICE("fields_not_carried"), r->list);
    if (carried)
        mapping_loss(r->m, r->a, d, lost, r);
    return true;
}

static bool print_message(struct mapping_run *r, const char *file, const struct head *head,
                          struct slice one)
{
    struct err e = { 0 };
    struct node *out = node_new(r->a, NODE_MAP);
    put_text(r, out, "file", slice_text(file));
    bool good = show_message(r, head, one, out, &e);
    if (!good) {
        put_text(r, out, "outcome", SLICE("refused"));
        put_text(r, out, "code", slice_text(e.code));
        node_put(out, SLICE("at"), node_new_number(r->a, (int64_t)e.at));
        put_text(r, out, "why", arena_copy(r->a, slice_text(e.text)));
    }
    buf_reset(r->work);
    node_to_json_pretty(out, r->work);
    say_lines(stdout, buf_slice(r->work));
    say("\n");
    return good;
}

static int map_file(struct mapping_run *r, const char *file)
{
    const struct format *f = mapping_format(r->m);
    struct err e = { 0 };
    struct slice unit, one;
    struct cut c = { .at = 0 };
    bool good = true;
    if (!tree_read_file(r->a, file, (size_t)64 << 20, &unit, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (f->open && !f->open(r->a, mapping_options(r->m), unit, &unit, &e))
        return cli_fail(CLI_NO, &e);
    if (!f->split)
        return print_message(r, file, NULL, unit) ? CLI_DONE : CLI_NO;
    while (f->split(r->a, unit, &c, &one, &e)) {
        struct arena_saved saved = arena_save(r->a);
        good &= print_message(r, file, c.head, one);
        arena_rewind(r->a, saved);
    }
    if (e.fate != ERR_NONE)
        return cli_fail(CLI_NO, &e);
    return good ? CLI_DONE : CLI_NO;
}

/* As given, else where the program's systems were installed. */
static const char *find_mapping(struct cli *c, const char *path)
{
    FILE *f = fopen(path, "r");
    if (f) {
        fclose(f);
        return path;
    }
    return arena_format(&c->arena, "%s/%s", site_share(&c->arena), path);
}

/* One that was set aside, as the feed would take it again. Its values are masked: to read them is
 * an act of its own (quarantine show --payload). */
struct set_aside {
    struct mapping_run *r;
    const char *id;
    bool found, good;
};

static bool map_aside(void *ctx, const struct aside *a)
{
    struct set_aside *m = ctx;
    m->found = true;
    m->good = print_message(m->r, m->id, NULL, arena_copy(m->r->a, a->bytes));
    return false;
}

static int map_quarantined(struct cli *c, struct mapping_run *r, char **argv)
{
    struct set_aside m = { .r = r, .id = argv[4] };
    struct err e = { 0 };
    struct site *s = cli_site(c, argv[3], false);
    r->masks = true;
    if (!s)
        return CLI_CANNOT;
    for (size_t i = 0; i < s->feed_count && !m.found; i++)
        if (access(s->feeds[i].spool, R_OK) == 0 &&
            !feed_asides_each(s->feeds[i].spool, s->feeds[i].name, slice_text(argv[4]), map_aside,
                              &m, &e))
            return cli_fail(CLI_CANNOT, &e);
    if (!m.found)
        say_to(stderr, "concordat: nothing is quarantined as '%s'\n", argv[4]);
    return m.found && m.good ? CLI_DONE : CLI_NO;
}

int cmd_map(struct cli *c, int argc, char **argv)
{
    bool aside = argc == 5 && strcmp(argv[2], "--quarantined") == 0;
    struct problems p = { 0 };
    struct buf work;
    int worst = CLI_DONE;
    if (argc < 3)
        return CLI_USAGE;
    const struct catalogue *schemas = cli_schemas(c);
    if (!schemas)
        return CLI_CANNOT;
    const struct mapping *m =
        mapping_load(&c->arena, find_mapping(c, argv[1]), c->adapters, schemas, &p);
    if (!m || !mapping_is_in(m)) {
        if (!m)
            cli_print_problems(&p);
        else
            say_to(stderr, "concordat: '%s' is a mapping out; map wants one in\n", argv[1]);
        problems_release(&p);
        return CLI_NO;
    }
    buf_init(&work, (size_t)64 << 20);
    struct mapping_run r = { .a = &c->arena, .m = m, .work = &work };
    if (aside)
        worst = map_quarantined(c, &r, argv);
    for (int i = 2; i < argc && !aside; i++) {
        struct arena_saved saved = arena_save(&c->arena);
        int code = map_file(&r, argv[i]);
        worst = code > worst ? code : worst;
        arena_rewind(&c->arena, saved);
    }
    buf_release(&work);
    return worst;
}
