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
#include "intake/event.h"
#include "record/record_json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UNIT_BYTES_MAX ((size_t)64 << 20)

struct mapping_run {
    struct arena *a;
    const struct mapping *m;
    struct node *lost; /* the fields of one message that no rule has read */
    struct buf *work;
    bool masks; /* values are not shown */
};

static void put_text(struct mapping_run *r, struct node *map, const char *key, struct slice text)
{
    node_put(map, slice_text(key), node_new_text(r->a, text));
}

static void put_lost_field(void *ctx, const struct leaf *l)
{
    struct mapping_run *r = ctx;
    node_add(r->lost, node_new_text(r->a, arena_copy(r->a, l->path)));
}

/* Puts one record. The header slots that intake would set get placeholders: without them there is
 * no record to show. */
static bool put_event(struct mapping_run *r, struct mapped_event *ev, struct node *events,
                      struct err *e)
{
    static const struct {
        const char *path, *text;
    } placeholders[] = { { "header.id", "(intake)" },
                         { "header.source_agency", "(intake)" },
                         { "header.source_service", "(intake)" },
                         { "header.environment", "live" } };
    struct view v;
    struct node *tree;
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++) {
        int slot = plan_slot(ev->schema->plan, slice_text(placeholders[i].path));
        if (slot < 0 || build_is_set(&ev->build, (size_t)slot))
            continue;
        if (!build_text(&ev->build, (size_t)slot, slice_text(placeholders[i].text), e))
            return false;
    }
    buf_reset(r->work);
    if (!build_done(&ev->build, r->work, e))
        return false;
    struct slice body = arena_copy(r->a, buf_slice(r->work));
    if (!plan_view(ev->schema->plan, r->a, body, &v, e))
        return false;
    if (!record_to_tree(&v, r->a, false, &tree, e))
        return false;
    if (r->masks)
        way_back_mask_record(r->a, tree);
    if (ev->has_changed)
        node_put(tree, SLICE("only_when_changed"), node_new_bool(r->a, true));
    node_add(events, tree);
    return true;
}

/* Puts what was read and is in no record: its form, never the value. */
static void put_misses(struct mapping_run *r, const struct mapped *m, struct node *out)
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

/* A record about nobody sets its whole message aside, at any feed. */
static bool names_somebody(const struct mapped *m, struct err *e)
{
    for (size_t i = 0; i < m->event_count; i++) {
        const struct identifiers c = event_identifiers(&m->events[i].build);
        if (!identity_names_somebody(&c, e))
            return false;
    }
    return true;
}

static bool put_message(struct mapping_run *r, const struct head *head, struct slice one,
                        struct node *out, struct err *e)
{
    struct doc *d;
    struct mapped mapped;
    if (!mapping_format(r->m)->parse(r->a, head, one, &d, e))
        return false;
    if (!mapping_in(r->m, r->a, d, clock_wall_ms(), &mapped, e))
        return false;
    if (!names_somebody(&mapped, e))
        return false;
    bool is_carried = mapped.outcome == MAPPED_EVENTS;
    struct slice id = mapped.message_id;
    if (r->masks)
        id = way_back_masked(r->a, id, false);
    put_text(r, out, "outcome", is_carried ? SLICE("mapped") : SLICE("not carried"));
    if (!mapped.is_named)
        node_put(out, SLICE("known_to_no_rule"), node_new_bool(r->a, true));
    if (!slice_is_empty(mapped.unknown))
        put_text(r, out, "restricts_by_unknown_code", mapped.unknown_path);
    put_text(r, out, "message_id", id);
    put_text(r, out, "type", mapped.type);
    struct node *events = node_new(r->a, NODE_LIST);
    node_put(out, SLICE("events"), events);
    for (size_t i = 0; i < mapped.event_count; i++)
        if (!put_event(r, &mapped.events[i], events, e))
            return false;
    put_misses(r, &mapped, out);
    r->lost = node_new(r->a, NODE_LIST);
    node_put(out, SLICE("fields_not_carried"), r->lost);
    if (is_carried)
        mapping_loss(r->m, r->a, d, put_lost_field, r);
    return true;
}

/* Prints what becomes of a message. head NULL: its format has none. False: it was refused, which
 * is printed too. */
static bool print_message(struct mapping_run *r, const char *file, const struct head *head,
                          struct slice one)
{
    struct err e = { 0 };
    struct node *out = node_new(r->a, NODE_MAP);
    put_text(r, out, "file", slice_text(file));
    bool good = put_message(r, head, one, out, &e);
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

/* Prints what becomes of each message of a file. CLI_NO: one or more were refused. */
static int map_file(struct mapping_run *r, const char *file)
{
    const struct format *f = mapping_format(r->m);
    struct err e = { 0 };
    struct slice unit, one;
    struct cut c = { .at = 0 };
    int code = CLI_DONE;
    if (!tree_read_file(r->a, file, UNIT_BYTES_MAX, &unit, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (f->open && !f->open(r->a, mapping_options(r->m), unit, &unit, &e))
        return cli_fail(CLI_NO, &e);
    if (!f->split)
        return print_message(r, file, NULL, unit) ? CLI_DONE : CLI_NO;
    while (f->split(r->a, unit, &c, &one, &e)) {
        struct arena_saved saved = arena_save(r->a);
        if (!print_message(r, file, c.head, one))
            code = CLI_NO;
        arena_rewind(r->a, saved);
    }
    if (e.fate != ERR_NONE)
        return cli_fail(CLI_NO, &e);
    return code;
}

/* The path as it was given, else where the program's systems were installed. */
static const char *find_mapping(struct cli *c, const char *path)
{
    FILE *f = fopen(path, "r");
    if (f) {
        fclose(f);
        return path;
    }
    return arena_format(&c->arena, "%s/%s", site_share(&c->arena), path);
}

/* Looks for one that was set aside, and maps it as the feed would take it again. */
struct search {
    struct mapping_run *r;
    const char *id;
    bool is_found, is_mapped;
};

static bool map_aside(void *ctx, const struct aside *a)
{
    struct search *x = ctx;
    x->is_found = true;
    x->is_mapped = print_message(x->r, x->id, NULL, arena_copy(x->r->a, a->bytes));
    return false;
}

/* map MAPPING --quarantined SITE ID. Values are masked: to read them is an act of its own
 * (quarantine show --payload). */
static int map_quarantined(struct cli *c, struct mapping_run *r, const char *site, const char *id)
{
    struct search x = { .r = r, .id = id };
    struct err e = { 0 };
    struct site *s = cli_site(c, site, false);
    if (!s)
        return CLI_CANNOT;
    r->masks = true;
    for (size_t i = 0; i < s->feed_count && !x.is_found; i++) {
        const struct site_feed *f = &s->feeds[i];
        if (access(f->spool, R_OK) != 0)
            continue;
        if (!feed_asides_each(f->spool, f->name, slice_text(id), map_aside, &x, &e))
            return cli_fail(CLI_CANNOT, &e);
    }
    if (!x.is_found)
        say_to(stderr, "concordat: nothing is quarantined as '%s'\n", id);
    return x.is_mapped ? CLI_DONE : CLI_NO;
}

/* Exits with the worst code of all files. */
int cmd_map(struct cli *c, int argc, char **argv)
{
    struct problems p = { 0 };
    struct buf work;
    int worst = CLI_DONE;
    if (argc < 3)
        return CLI_USAGE;
    bool is_of_quarantine = argc == 5 && strcmp(argv[2], "--quarantined") == 0;
    const struct catalogue *schemas = cli_schemas(c);
    if (!schemas)
        return CLI_CANNOT;
    const char *path = find_mapping(c, argv[1]);
    const struct mapping *m = mapping_load(&c->arena, path, c->adapters, schemas, &p);
    if (!m)
        cli_print_problems(&p);
    problems_release(&p);
    if (!m)
        return CLI_NO;
    if (!mapping_is_in(m)) {
        say_to(stderr, "concordat: '%s' is a mapping out; map wants one in\n", argv[1]);
        return CLI_NO;
    }
    buf_init(&work, UNIT_BYTES_MAX);
    struct mapping_run r = { .a = &c->arena, .m = m, .work = &work };
    if (is_of_quarantine)
        worst = map_quarantined(c, &r, argv[3], argv[4]);
    for (int i = 2; i < argc && !is_of_quarantine; i++) {
        struct arena_saved saved = arena_save(&c->arena);
        int code = map_file(&r, argv[i]);
        if (code > worst)
            worst = code;
        arena_rewind(&c->arena, saved);
    }
    buf_release(&work);
    return worst;
}
