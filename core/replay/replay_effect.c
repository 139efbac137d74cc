/* replay_effect.c - two routers from nothing, side by side over the same inputs; their differences
 * are counted.
 *
 * Both take the same step as the router (step.c). Their facts differ only where the bundles do: in
 * who got what, and in what is held. */
#include "replay/replay_effect.h"

#include <stdlib.h>

#include "step/step.h"
#include "audit/walk.h"
#include "sharing/change/bundle_suppose.h"

#define EVENT_ITSELF SLICE("") /* in the place of a category */

/* One event for one service under both bundles; NULL: not decided there. */
struct told {
    const struct event_id *event;
    struct slice service;
    const struct decision *before, *after;
};

/* People that were counted. */
struct seen {
    uint64_t *slots; /* hashes; 0: free */
    size_t room, count;
};

struct side {
    struct input_rules rules;
    struct partition partition;
    struct step step;
};

struct comparing {
    struct side now, then;
    struct bus *bus;
    int number; /* of the partition at hand */
    struct walk_inputs inputs;
    struct arena arena; /* of one input */
    struct arena *kept;
    struct effect_line *lines; /* while counting: in the order they were met */
    size_t line_count, line_room;
    struct seen seen;
    struct effect *out;
    struct err *e;
};

/* ---- counting ---- */

static bool seen_grow(struct seen *s, struct err *e)
{
    struct seen bigger = { .room = s->room ? s->room * 2 : 1024, .count = s->count };
    bigger.slots = mem_alloc(bigger.room * sizeof *bigger.slots);
    if (!bigger.slots)
        return err_memory(e);
    for (size_t i = 0; i < s->room; i++) {
        if (!s->slots[i])
            continue;
        size_t at = s->slots[i] & (bigger.room - 1);
        while (bigger.slots[at])
            at = (at + 1) & (bigger.room - 1);
        bigger.slots[at] = s->slots[i];
    }
    mem_free(s->slots);
    *s = bigger;
    return true;
}

static bool seen_add(struct seen *s, uint64_t hash, bool *is_new, struct err *e)
{
    if (s->count * 4 >= s->room * 3 && !seen_grow(s, e))
        return false;
    hash |= 1; /* 0 stands for a free slot */
    size_t at = hash & (s->room - 1);
    while (s->slots[at] && s->slots[at] != hash)
        at = (at + 1) & (s->room - 1);
    *is_new = !s->slots[at];
    s->slots[at] = hash;
    if (*is_new)
        s->count++;
    return true;
}

static struct effect_line *effect_line_of(struct comparing *c, struct slice service,
                                          struct slice category)
{
    for (size_t i = 0; i < c->line_count; i++)
        if (slice_equal(c->lines[i].category, category) &&
            slice_equal(c->lines[i].service, service))
            return &c->lines[i];
    struct effect_line *grown =
        arena_grow(c->kept, c->lines, &c->line_room, c->line_count, sizeof *grown);
    struct slice own = category.n ? arena_copy(c->kept, category) : category;
    if (!grown || (category.n && !own.p))
        return NULL;
    c->lines = grown;
    grown[c->line_count] = (struct effect_line){ .service = service, .category = own };
    return &grown[c->line_count++];
}

/* Whether a protected prohibition of either bundle would show in what differs. */
static bool hides_difference(const struct comparing *c, const struct told *t)
{
    if (t->before && decision_hides(c->now.rules.bundle, t->before))
        return true;
    return t->after && decision_hides(c->then.rules.bundle, t->after);
}

/* People are counted through a set of (line, side, subject). */
static bool effect_count(struct comparing *c, const struct told *t, struct slice category,
                         bool more)
{
    struct effect_line *line = effect_line_of(c, t->service, category);
    bool is_new = false;
    if (!line)
        return err_memory(c->e);
    struct effect_side *s = more ? &line->more : &line->less;
    const uint64_t who[] = { (uint64_t)(line - c->lines) * 2 + more,
                             hash_bytes(slice_of(c->now.step.subject.b, ID_BYTES)) };
    if (!seen_add(&c->seen, hash_bytes(slice_of(who, sizeof who)), &is_new, c->e))
        return false;
    if (s->events < EFFECT_EXAMPLES) {
        id_hex(t->event->b, s->examples[s->events]);
        s->hidden[s->events] = hides_difference(c, t);
    }
    s->events++;
    if (is_new)
        s->people++;
    if (more)
        c->out->widens = true;
    return true;
}

/* ---- one input under both ---- */

static const struct decision *find_decision_of(const struct side *s, const struct event_id *event,
                                               struct slice service)
{
    const struct judged *j = &s->step.judged;
    for (size_t i = 0; i < j->decision_count; i++) {
        const struct decision *d = &j->decisions[i];
        struct slice to = s->rules.bundle->services[d->to.n].name;
        if (memcmp(d->event.b, event->b, ID_BYTES) == 0 && slice_equal(to, service))
            return d;
    }
    return NULL;
}

static bool discloses(const struct decision *d)
{
    return d && d->outcome == OUTCOME_DISCLOSE;
}

/* ---- what of an event goes ----
 *
 * Slot by slot, since the two bundles may carve other fields out of a category. */

struct slots {
    const struct plan *plan;
    const uint8_t *now, *then; /* the portion of each, in either bundle */
    bool *more, *less;         /* newly shared, no longer */
};

/* Whether d lets a slot go, in a portion of its bundle, with nothing asked of it that other does
 * not ask too. */
static bool gives(const struct decision *d, unsigned portion, const struct decision *other,
                  unsigned other_portion)
{
    if (!discloses(d) || !categories_has(&d->released, portion))
        return false;
    if (!discloses(other))
        return true;
    for (int k = 0; k < OBLIGE_COUNT; k++)
        if (categories_has(&d->obliged[k], portion) &&
            !categories_has(&other->obliged[k], other_portion))
            return false;
    return true;
}

static bool compare_slots(struct comparing *c, const struct told *t, struct slots *s, bool *differ)
{
    const struct decision *any = t->before ? t->before : t->after;
    size_t n;
    s->plan = catalogue_at(c->now.rules.bundle->catalogue, any->schema)->plan;
    n = plan_slots(s->plan);
    s->now = bundle_portions(c->now.rules.bundle, any->schema);
    s->then = bundle_portions(c->then.rules.bundle, any->schema);
    s->more = ARENA_ARRAY(&c->arena, n + 1, bool);
    s->less = ARENA_ARRAY(&c->arena, n + 1, bool);
    if (!s->more || !s->less)
        return err_memory(c->e);
    for (size_t i = 0; i < n; i++) {
        bool gave = gives(t->before, s->now[i], t->after, s->then[i]);
        bool will = gives(t->after, s->then[i], t->before, s->now[i]);
        s->more[i] = will && !gave;
        s->less[i] = gave && !will;
        if (gave != will)
            *differ = true;
    }
    return true;
}

/* Whether either bundle names the field apart from its category. */
static bool is_named(const struct slots *s, size_t slot)
{
    unsigned category = plan_categories(s->plan)[slot];
    return s->now[slot] != category || s->then[slot] != category;
}

/* Empty without memory. */
static struct slice field_name(struct comparing *c, const struct slots *s, size_t slot)
{
    return catalogue_field_name(c->now.rules.bundle->catalogue, &c->arena,
                                plan_bare(plan_slot_at(s->plan, slot)->path));
}

/* "CATEGORY except PATH, PATH": all of the category but what is not in set. Empty without
 * memory. */
static struct slice all_but(struct comparing *c, const struct slots *s, unsigned category,
                            const bool *set)
{
    const struct catalogue *catalogue = c->now.rules.bundle->catalogue;
    struct slice name = catalogue_category(catalogue, category);
    const char *between = " except ";
    for (size_t i = 0; name.n && i < plan_slots(s->plan); i++) {
        if (plan_categories(s->plan)[i] != category || set[i])
            continue;
        struct slice path = field_name(c, s, i);
        if (!path.n)
            return path;
        const char *longer =
            arena_format(&c->arena, "%.*s%s%.*s", (int)name.n, (const char *)name.p, between,
                         (int)path.n, (const char *)path.p);
        name = slice_text(longer);
        between = ", ";
    }
    return name;
}

static bool count_fields(struct comparing *c, const struct told *t, const struct slots *s,
                         unsigned category, bool more)
{
    const bool *set = more ? s->more : s->less;
    for (size_t i = 0; i < plan_slots(s->plan); i++) {
        if (plan_categories(s->plan)[i] != category || !set[i])
            continue;
        struct slice name = field_name(c, s, i);
        if (!name.n)
            return err_memory(c->e);
        if (!effect_count(c, t, name, more))
            return false;
    }
    return true;
}

/* As all names are written: the category where it is whole, or with what is missing from its rest;
 * else the fields. */
static bool count_category(struct comparing *c, const struct told *t, const struct slots *s,
                           unsigned category, bool more)
{
    const bool *set = more ? s->more : s->less;
    bool any = false, any_of_rest = false, lacks = false;
    for (size_t i = 0; i < plan_slots(s->plan); i++) {
        if (plan_categories(s->plan)[i] != category)
            continue;
        if (!set[i]) {
            lacks = true;
            continue;
        }
        any = true;
        if (!is_named(s, i))
            any_of_rest = true;
    }
    if (!any)
        return true;
    if (lacks && !any_of_rest)
        return count_fields(c, t, s, category, more);
    struct slice name = all_but(c, s, category, set);
    return name.n ? effect_count(c, t, name, more) : err_memory(c->e);
}

static bool effect_compare(struct comparing *c, const struct told *t)
{
    struct slots s;
    bool differ = false;
    bool was_held = t->before && t->before->outcome == OUTCOME_HOLD;
    bool is_held = t->after && t->after->outcome == OUTCOME_HOLD;
    if (is_held && !was_held)
        c->out->more_held++;
    if (was_held && !is_held)
        c->out->less_held++;
    bool gave = discloses(t->before), will = discloses(t->after);
    if (gave != will && !effect_count(c, t, EVENT_ITSELF, will))
        return false;
    if (!compare_slots(c, t, &s, &differ))
        return false;
    if (!differ)
        return true;
    for (unsigned i = 0; i < catalogue_category_count(c->now.rules.bundle->catalogue); i++) {
        if (!count_category(c, t, &s, i, false))
            return false;
        if (!count_category(c, t, &s, i, true))
            return false;
    }
    return true;
}

/* All that either side decided; what only the second did comes in a second pass. */
static bool compare_sides(struct comparing *c)
{
    const struct judged *now = &c->now.step.judged, *then = &c->then.step.judged;
    for (size_t i = 0; i < now->decision_count; i++) {
        const struct decision *d = &now->decisions[i];
        struct slice service = c->now.rules.bundle->services[d->to.n].name;
        const struct decision *after = find_decision_of(&c->then, &d->event, service);
        if (!effect_compare(c, &(struct told){ &d->event, service, d, after }))
            return false;
    }
    for (size_t i = 0; i < then->decision_count; i++) {
        const struct decision *d = &then->decisions[i];
        struct slice service = c->then.rules.bundle->services[d->to.n].name;
        if (find_decision_of(&c->now, &d->event, service))
            continue;
        if (!effect_compare(c, &(struct told){ &d->event, service, NULL, d }))
            return false;
    }
    return true;
}

static bool side_settle(struct side *s, struct err *e)
{
    step_accept(&s->partition, &s->step);
    if (!memory_ready(&s->partition.memory, e))
        return false;
    memory_merge(&s->partition.memory);
    return true;
}

static bool judge_both(struct comparing *c, const struct bus_record *in)
{
    if (!step_decide(&c->now.rules, &c->now.partition, in, &c->arena, &c->now.step, c->e))
        return false;
    if (!step_decide(&c->then.rules, &c->then.partition, in, &c->arena, &c->then.step, c->e)) {
        step_drop(&c->now.step);
        return false;
    }
    bool good = compare_sides(c);
    c->out->inputs++;
    if (!side_settle(&c->now, c->e))
        return false;
    if (!side_settle(&c->then, c->e))
        return false;
    return good;
}

/* ---- all of them ---- */

static bool effect_take_entry(struct comparing *c, struct slice framed)
{
    struct audit_read entry;
    const struct bus_record *in = NULL;
    uint64_t passed = 0;
    if (!audit_read(c->now.rules.bundle->catalogue, &c->arena, framed, &entry, c->e))
        return false;
    if (slice_equal_text(entry.kind, audit_kind_name(AUDIT_RECEIPT)) &&
        !slice_starts(entry.note, SLICE("stopped")))
        return true;
    if (!walk_inputs_at(&c->inputs, entry.input_topic, entry.input_offset, &in, &passed, c->e))
        return false;
    return !in || judge_both(c, in);
}

static bool take_partition(struct comparing *c)
{
    struct walk w;
    const struct bus_record *record = NULL;
    c->now.partition = c->then.partition = (struct partition){ .chain = { .next = 0 } };
    walk_inputs_init(&c->inputs, c->bus, c->number);
    bool good = walk_open(&w, c->bus, TOPIC_AUDIT, c->number, 0, c->e);
    while (good) {
        good = walk_next(&w, &record, c->e);
        if (!good || !record)
            break;
        arena_reset(&c->arena);
        good = effect_take_entry(c, record->value);
    }
    walk_close(&w);
    walk_inputs_release(&c->inputs);
    memory_release(&c->now.partition.memory);
    memory_release(&c->then.partition.memory);
    return good;
}

static int by_service_and_category(const void *a, const void *b)
{
    const struct effect_line *x = a, *y = b;
    int order = slice_compare(x->service, y->service);
    return order ? order : slice_compare(x->category, y->category);
}

static void effect_finish(struct comparing *c)
{
    if (c->line_count)
        qsort(c->lines, c->line_count, sizeof *c->lines, by_service_and_category);
    c->out->lines = c->lines;
    c->out->count = c->line_count;
}

bool replay_effect(struct bus *b, const struct bundle *now, const struct bundle *candidate,
                   const struct judge_keys *keys, bool live, struct arena *a, struct effect *out,
                   struct err *e)
{
    const struct bundle *then = bundle_suppose(a, candidate);
    struct comparing c = { .bus = b, .kept = a, .out = out, .e = e };
    bool good = true;
    *out = (struct effect){ .inputs = 0 };
    if (!then)
        return err_memory(e);
    c.now.rules = (struct input_rules){ .bundle = now, .keys = keys, .live = live };
    c.then.rules = (struct input_rules){ .bundle = then, .keys = keys, .live = live };
    arena_init(&c.arena, WALK_ARENA_BYTES);
    for (c.number = 0; good && c.number < now->partitions; c.number++)
        good = take_partition(&c);
    arena_release(&c.arena);
    mem_free(c.seen.slots);
    effect_finish(&c);
    return good;
}
