/* effect.c - two routers from nothing, side by side over the same inputs; what differs is counted.
 *
 * Both take the very step the router takes (step.c). Facts grow apart only where the bundles do: in
 * who got what, and in what is held. */
#include "audit/effect.h"

#include <stdlib.h>

#include "audit/step.h"
#include "audit/walk.h"

/* A line while it is counted; people are counted through a set of (line, side, subject). */
struct tally {
    struct effect_line line;
    unsigned category; /* NO_CATEGORY: the event itself */
};
#define NO_CATEGORY CATEGORIES_MAX

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
    struct tally *tallies;
    size_t tally_count, tally_room;
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
        size_t at = s->slots[i] & (bigger.room - 1);
        while (s->slots[i] && bigger.slots[at])
            at = (at + 1) & (bigger.room - 1);
        if (s->slots[i])
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
    size_t at = (hash |= 1) & (s->room - 1);
    while (s->slots[at] && s->slots[at] != hash)
        at = (at + 1) & (s->room - 1);
    *is_new = !s->slots[at];
    s->slots[at] = hash;
    s->count += *is_new;
    return true;
}

static struct tally *tally_of(struct comparing *c, struct slice service, unsigned category)
{
    for (size_t i = 0; i < c->tally_count; i++)
        if (c->tallies[i].category == category &&
            slice_equal(c->tallies[i].line.service, service))
            return &c->tallies[i];
    struct tally *grown =
        arena_grow(c->kept, c->tallies, &c->tally_room, c->tally_count, sizeof *grown);
    if (!grown)
        return NULL;
    c->tallies = grown;
    struct tally *t = &grown[c->tally_count++];
    *t = (struct tally){ .line.service = service, .category = category };
    if (category != NO_CATEGORY)
        t->line.category = catalogue_category(c->now.rules.bundle->catalogue, category);
    return t;
}

static bool count(struct comparing *c, struct slice service, unsigned category, bool more,
                  const struct event_id *event, const struct subject_key *subject)
{
    struct tally *t = tally_of(c, service, category);
    bool is_new = false;
    if (!t)
        return err_memory(c->e);
    struct effect_side *s = more ? &t->line.more : &t->line.less;
    const uint64_t who[] = { (uint64_t)(t - c->tallies) * 2 + more,
                             hash_bytes(slice_of(subject->b, ID_BYTES)) };
    if (!seen_add(&c->seen, hash_bytes(slice_of(who, sizeof who)), &is_new, c->e))
        return false;
    if (s->events < EFFECT_EXAMPLES)
        id_hex(event->b, s->examples[s->events]);
    s->events++;
    s->people += is_new;
    c->out->widens |= more;
    return true;
}

/* ---- one input under both ---- */

static const struct decision *find_decision(const struct side *s, const struct event_id *event,
                                            struct slice service)
{
    const struct judged *j = &s->step.judged;
    for (size_t i = 0; i < j->decision_count; i++)
        if (memcmp(j->decisions[i].event.b, event->b, ID_BYTES) == 0 &&
            slice_equal(s->rules.bundle->services[j->decisions[i].to.n].name, service))
            return &j->decisions[i];
    return NULL;
}

static bool discloses(const struct decision *d)
{
    return d && d->outcome == OUTCOME_DISCLOSE;
}

/* Whether d lets the category go with nothing asked of it that other does not ask too. */
static bool gives(const struct decision *d, const struct decision *other, unsigned category)
{
    if (!discloses(d) || !categories_has(&d->released, category))
        return false;
    for (int k = 0; discloses(other) && k < OBLIGE_COUNT; k++)
        if (categories_has(&d->obliged[k], category) && !categories_has(&other->obliged[k], category))
            return false;
    return true;
}

static bool compare_decision(struct comparing *c, const struct event_id *event,
                             struct slice service, const struct decision *before,
                             const struct decision *after)
{
    const struct subject_key *subject = &c->now.step.subject;
    const struct catalogue *catalogue = c->now.rules.bundle->catalogue;
    bool was_held = before && before->outcome == OUTCOME_HOLD;
    bool is_held = after && after->outcome == OUTCOME_HOLD;
    c->out->more_held += is_held && !was_held;
    c->out->less_held += was_held && !is_held;
    if (discloses(before) != discloses(after) &&
        !count(c, service, NO_CATEGORY, discloses(after), event, subject))
        return false;
    for (unsigned i = 0; i < catalogue_category_count(catalogue); i++) {
        bool gave = gives(before, after, i), will = gives(after, before, i);
        if (gave != will && !count(c, service, i, will, event, subject))
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
        if (!compare_decision(c, &d->event, service, d, find_decision(&c->then, &d->event, service)))
            return false;
    }
    for (size_t i = 0; i < then->decision_count; i++) {
        const struct decision *d = &then->decisions[i];
        struct slice service = c->then.rules.bundle->services[d->to.n].name;
        if (!find_decision(&c->now, &d->event, service) &&
            !compare_decision(c, &d->event, service, NULL, d))
            return false;
    }
    return true;
}

static bool settle(struct side *s, struct err *e)
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
    return settle(&c->now, c->e) && settle(&c->then, c->e) && good;
}

/* ---- all of them ---- */

static bool take_entry(struct comparing *c, struct slice framed)
{
    struct audit_read entry;
    const struct bus_record *in = NULL;
    uint64_t passed = 0;
    if (!audit_read(c->now.rules.bundle->catalogue, &c->arena, framed, &entry, c->e))
        return false;
    if (slice_equal_text(entry.kind, audit_kind_name(AUDIT_RECEIPT)))
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
    while (good && (good = walk_next(&w, &record, c->e)) && record) {
        arena_reset(&c->arena);
        good = take_entry(c, record->value);
    }
    walk_close(&w);
    walk_inputs_release(&c->inputs);
    memory_release(&c->now.partition.memory);
    memory_release(&c->then.partition.memory);
    return good;
}

static int by_service_and_category(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;
    int order = slice_compare(x->line.service, y->line.service);
    return order ? order : slice_compare(x->line.category, y->line.category);
}

static bool finish(struct comparing *c)
{
    struct effect_line *lines = ARENA_ARRAY(c->kept, c->tally_count + 1, struct effect_line);
    if (!lines)
        return err_memory(c->e);
    if (c->tally_count)
        qsort(c->tallies, c->tally_count, sizeof *c->tallies, by_service_and_category);
    for (size_t i = 0; i < c->tally_count; i++)
        lines[i] = c->tallies[i].line;
    c->out->lines = lines;
    c->out->count = c->tally_count;
    return true;
}

bool audit_effect(struct bus *b, const struct bundle *now, const struct bundle *candidate,
                  const struct judge_keys *keys, bool live, struct arena *a, struct effect *out,
                  struct err *e)
{
    const struct bundle *then = bundle_suppose(a, candidate);
    struct comparing c = { .bus = b, .kept = a, .out = out, .e = e };
    bool good = true;
    *out = (struct effect){ .inputs = 0 };
    if (!then)
        return err_memory(e);
    c.now.rules = (struct input_rules){ now, keys, live };
    c.then.rules = (struct input_rules){ then, keys, live };
    arena_init(&c.arena, WALK_ARENA_BYTES);
    for (c.number = 0; good && c.number < now->partitions; c.number++)
        good = take_partition(&c);
    arena_release(&c.arena);
    mem_free(c.seen.slots);
    return good && finish(&c);
}
