/* transaction.c - collects what one commit carries. */
#include "router/transaction.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "bus/topics.h"

/* Numbers of the partitions an output may go to: the services' disclosures and restrictions, the
 * agencies' links, then facts and audit of each partition. */
static size_t place_disclosures(size_t service)
{
    return service * 2;
}
static size_t place_restrictions(size_t service)
{
    return service * 2 + 1;
}
static size_t place_links(const struct bundle *b, size_t agency)
{
    return b->service_count * 2 + agency;
}
static size_t place_facts(const struct bundle *b, int p)
{
    return b->service_count * 2 + b->agency_count + (size_t)p * 2;
}
static size_t place_count(const struct bundle *b)
{
    return place_facts(b, b->partitions);
}

static bool make_names(struct transaction *t, struct arena *a)
{
    const struct bundle *b = t->bundle;
    t->disclosures = ARENA_ARRAY(a, b->service_count, const char *);
    t->restrictions = ARENA_ARRAY(a, b->service_count, const char *);
    t->links = ARENA_ARRAY(a, b->agency_count, const char *);
    if (!t->disclosures || !t->restrictions || !t->links)
        return false;
    for (size_t i = 0; i < b->service_count; i++) {
        t->disclosures[i] = topic_disclosures(a, b->services[i].name);
        t->restrictions[i] = topic_restrictions(a, b->services[i].name);
        if (!t->disclosures[i] || !t->restrictions[i])
            return false;
    }
    for (size_t i = 0; i < b->agency_count; i++) {
        t->links[i] = topic_links(a, b->agencies[i].name);
        if (!t->links[i])
            return false;
    }
    return true;
}

static int by_topic(const void *x, const void *y)
{
    const struct transaction_input *a = x, *b = y;
    return strcmp(a->topic, b->topic);
}

static bool make_inputs(struct transaction *t, const char *const *topics, struct arena *a)
{
    size_t partitions = (size_t)t->bundle->partitions;
    while (topics[t->input_count])
        t->input_count++;
    t->inputs = ARENA_ARRAY(a, t->input_count, struct transaction_input);
    if (!t->inputs)
        return false;
    for (size_t i = 0; i < t->input_count; i++) {
        t->inputs[i].topic = topics[i];
        t->inputs[i].next = ARENA_ARRAY(a, partitions, int64_t);
        t->inputs[i].at_ms = ARENA_ARRAY(a, partitions, int64_t);
        if (!t->inputs[i].next || !t->inputs[i].at_ms)
            return false;
    }
    qsort(t->inputs, t->input_count, sizeof *t->inputs, by_topic);
    return true;
}

bool transaction_init(struct transaction *t, const struct bundle *b, const char *const *topics,
                      struct arena *a, struct err *e)
{
    *t = (struct transaction){ .bundle = b };
    arena_init(&t->arena, TRANSACTION_ARENA_BYTES);
    t->touched = ARENA_ARRAY(a, place_count(b), bool);
    if (!t->touched || !make_names(t, a) || !make_inputs(t, topics, a))
        return err_memory(e);
    transaction_reset(t);
    return true;
}

void transaction_release(struct transaction *t)
{
    arena_release(&t->arena);
    mem_free(t->outputs);
    t->outputs = NULL;
    t->output_room = 0;
}

void transaction_reset(struct transaction *t)
{
    arena_reset(&t->arena);
    t->output_count = t->taken = t->touched_count = 0;
    memset(t->touched, 0, place_count(t->bundle));
    for (size_t i = 0; i < t->input_count; i++)
        for (int p = 0; p < t->bundle->partitions; p++)
            t->inputs[i].next[p] = -1;
}

bool transaction_is_full(const struct transaction *t)
{
    if (t->taken >= TRANSACTION_MAX_RECORDS || t->touched_count >= TRANSACTION_MAX_PARTITIONS)
        return true;
    if (t->arena.used_bytes >= TRANSACTION_FULL_BYTES)
        return true;
    return t->taken > 0 && clock_mono_ns() - t->started_ns >= TRANSACTION_MAX_NS;
}

static bool transaction_reserve(struct transaction *t, size_t more, struct err *e)
{
    while (t->output_room < t->output_count + more) {
        void *list = t->outputs;
        if (!mem_room(&list, &t->output_room, t->output_room, sizeof *t->outputs))
            return err_memory(e);
        t->outputs = list;
    }
    return true;
}

bool transaction_room(struct transaction *t, const struct step *s, struct err *e)
{
    const struct judged *j = &s->judged;
    return transaction_reserve(t, j->disclosure_count + j->notice_count + j->link_count + 1, e);
}

static void transaction_touch(struct transaction *t, size_t place)
{
    if (t->touched[place])
        return;
    t->touched[place] = true;
    t->touched_count++;
}

static void transaction_output(struct transaction *t, const char *topic, int partition,
                               const uint8_t key[ID_BYTES], struct slice value)
{
    assert(t->output_count < t->output_room);
    t->outputs[t->output_count++] = (struct bus_record){
        .topic = topic,
        .partition = partition,
        .key = slice_of(key, ID_BYTES),
        .value = value,
    };
}

static void take_position(struct transaction *t, const struct bus_record *in)
{
    const struct transaction_input wanted = { .topic = in->topic };
    struct transaction_input *found =
        bsearch(&wanted, t->inputs, t->input_count, sizeof *t->inputs, by_topic);
    assert(found); /* the bus hands out what was asked for */
    found->next[in->partition] = in->offset + 1;
    found->at_ms[in->partition] = in->accepted_ms;
}

void transaction_add(struct transaction *t, const struct bus_record *in, const struct step *s)
{
    const struct judged *j = &s->judged;
    if (t->taken == 0)
        t->started_ns = clock_mono_ns();
    t->taken++;
    for (size_t i = 0; i < j->disclosure_count; i++) {
        const struct disclosure *d = &j->disclosures[i];
        transaction_output(t, t->disclosures[d->to.n], 0, d->key.b, d->bytes);
        transaction_touch(t, place_disclosures(d->to.n));
    }
    for (size_t i = 0; i < j->notice_count; i++) {
        const struct notice *n = &j->notices[i];
        transaction_output(t, t->restrictions[n->to.n], 0, n->key.b, n->bytes);
        transaction_touch(t, place_restrictions(n->to.n));
    }
    for (size_t i = 0; i < j->link_count; i++) {
        size_t agency = j->links[i].agency;
        transaction_output(t, t->links[agency], 0, j->links[i].local_key, j->links[i].bytes);
        transaction_touch(t, place_links(t->bundle, agency));
    }
    transaction_output(t, TOPIC_AUDIT, in->partition, s->subject.b, s->entry);
    transaction_touch(t, place_facts(t->bundle, in->partition));
    transaction_touch(t, place_facts(t->bundle, in->partition) + 1);
    take_position(t, in);
}

/* Each changed person once: only the last value of a key counts on a compacted topic. */
static bool add_facts(struct transaction *t, const struct partition *p, struct err *e)
{
    for (int i = 0; i < t->bundle->partitions; i++) {
        size_t at = 0;
        if (!transaction_reserve(t, p[i].memory.over.count, e))
            return false;
        const struct memory_slot *s = memory_next_change(&p[i].memory, &at);
        for (; s; s = memory_next_change(&p[i].memory, &at))
            transaction_output(t, TOPIC_FACTS, i, s->key, slice_of(s->bytes, s->n));
    }
    return true;
}

static bool add_chain(struct transaction *t, int partition, const struct audit_chain *c,
                      struct bus_position *out, struct err *e)
{
    struct buf note;
    buf_init(&note, BUS_NOTE_MAX_BYTES);
    audit_note_write(c, &note);
    struct slice text = buf_ok(&note) ? arena_copy(&t->arena, buf_slice(&note)) : slice_of(NULL, 0);
    buf_release(&note);
    *out = (struct bus_position){
        .topic = TOPIC_AUDIT, .partition = partition, .next = c->next, .note = text
    };
    return text.p || err_memory(e);
}

static bool make_positions(struct transaction *t, const struct partition *p, struct err *e)
{
    int partitions = t->bundle->partitions;
    size_t most = (t->input_count + 1) * (size_t)partitions, n = 0;
    struct bus_position *list = ARENA_ARRAY(&t->arena, most, struct bus_position);
    if (!list)
        return err_memory(e);
    for (int i = 0; i < partitions; i++) {
        bool moved = false;
        for (size_t k = 0; k < t->input_count; k++) {
            const struct transaction_input *in = &t->inputs[k];
            if (in->next[i] < 0)
                continue;
            list[n++] = (struct bus_position){ .topic = in->topic,
                                               .partition = i,
                                               .next = in->next[i],
                                               .note = SLICE(""),
                                               .at_ms = in->at_ms[i] };
            moved = true;
        }
        if (!moved)
            continue;
        if (!add_chain(t, i, &p[i].chain, &list[n], e))
            return false;
        n++;
    }
    t->positions = list;
    t->position_count = n;
    return true;
}

bool transaction_prepare(struct transaction *t, const struct partition *p, struct err *e)
{
    size_t outputs = t->output_count;
    if (add_facts(t, p, e) && make_positions(t, p, e))
        return true;
    t->output_count = outputs;
    return false;
}
