/* held_episode.c - finds the record of a held event by its entry in the audit. */
#include "commands/held_episode.h"

#include "audit/audit.h"
#include "audit/audit_entry.h"
#include "audit/walk.h"
#include "step/input.h"

#define RECORD_ARENA_BYTES ((size_t)64 * 1024 * 1024)

/* Where the event stands; topic NULL: no entry is of it. */
struct place {
    struct slice event;
    struct arena *a;
    const char *topic;
    int partition;
    int64_t offset;
};

static bool look_at(void *ctx, int partition, const struct audit_read *r)
{
    struct place *p = ctx;
    (void)partition;
    if (p->topic || !slice_equal_text(r->kind, audit_kind_name(AUDIT_EVENT)) ||
        !slice_equal(r->event_id, p->event))
        return true;
    p->topic = arena_text(p->a, r->input_topic);
    p->partition = r->input_partition;
    p->offset = r->input_offset;
    return p->topic != NULL;
}

/* *has stays as it is where the record is there no more, or is none that this program knows. */
static bool read_episode(const struct site *s, struct bus *b, const struct place *p, bool *has,
                         struct err *e)
{
    struct walk w;
    struct view v;
    const struct bus_record *r = NULL;
    struct err ignored = { .fate = ERR_NONE };
    if (!walk_open(&w, b, p->topic, p->partition, p->offset, &ignored))
        return true;
    bool good = walk_next(&w, &r, e);
    if (good && r && r->offset == p->offset &&
        input_open(s->bundle, p->a, r->value, NULL, &v, &ignored) && plan_header(v.plan))
        *has = view_text(&v, (size_t)plan_header(v.plan)->episode).n > 0;
    walk_close(&w);
    return good;
}

bool held_episode_check(const struct site *s, struct slice hold)
{
    struct arena a;
    struct err e = { .fate = ERR_NONE };
    bool has = true;
    struct bus *b = cli_bus(s, true);
    if (!b)
        return false;
    arena_init(&a, RECORD_ARENA_BYTES);
    struct place p = { .event = slice_head(hold, slice_find(hold, ':')), .a = &a };
    bool good = audit_each(b, s->catalogue, s->bundle->partitions, look_at, &p, &e) &&
                (!p.topic || read_episode(s, b, &p, &has, &e)) &&
                (has || err_set(&e, ERR_REJECT, "act.episode", 0,
                                "this event belongs to no episode, so nothing follows it there: "
                                "without --episode it is refused with its corrections"));
    bus_close(&b);
    arena_release(&a);
    if (!good)
        (void)cli_fail(CLI_NO, &e);
    return good;
}
