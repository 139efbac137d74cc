/* walk.c - readers, one record at a time. */
#include "audit/walk.h"

#define WAIT_MS 1000

bool walk_open(struct walk *w, struct bus *b, const char *topic, int partition, int64_t from,
               struct err *e)
{
    *w = (struct walk){ .reader = NULL };
    return bus_reader_open(b, topic, partition, from, &w->reader, e);
}

bool walk_peek(struct walk *w, const struct bus_record **out, struct err *e)
{
    *out = NULL;
    while (w->at == w->n && !w->end) {
        w->at = w->n = 0;
        if (!bus_reader_next(w->reader, WAIT_MS, &w->batch, &w->n, &w->end, e))
            return false;
    }
    if (w->at < w->n)
        *out = &w->batch[w->at];
    return true;
}

bool walk_next(struct walk *w, const struct bus_record **out, struct err *e)
{
    if (!walk_peek(w, out, e))
        return false;
    if (*out)
        w->at++;
    return true;
}

void walk_close(struct walk *w)
{
    bus_reader_close(&w->reader);
}

void walk_inputs_init(struct walk_inputs *w, struct bus *b, int partition)
{
    *w = (struct walk_inputs){ .bus = b, .partition = partition };
}

static bool open_input(struct walk_inputs *w, struct slice topic, struct walk_input **out,
                       struct err *e)
{
    for (size_t i = 0; i < w->count; i++)
        if (slice_equal_text(topic, w->list[i].topic)) {
            *out = &w->list[i];
            return true;
        }
    void *list = w->list;
    if (!mem_room(&list, &w->room, w->count, sizeof *w->list))
        return err_memory(e);
    w->list = list;
    char *name = mem_alloc(topic.n + 1);
    if (!name)
        return err_memory(e);
    memcpy(name, topic.p, topic.n);
    *out = &w->list[w->count];
    **out = (struct walk_input){ .topic = name, .asked = -1 };
    w->count++;
    if (walk_open(&(*out)->walk, w->bus, name, w->partition, 0, e))
        return true;
    /* A topic that is not there has no records: that is a finding, not an error. */
    (*out)->walk.end = true;
    if (!slice_equal_text(slice_text(e->code), "bus.topic"))
        return false;
    err_clear(e);
    return true;
}

bool walk_inputs_at(struct walk_inputs *w, struct slice topic, int64_t offset,
                    const struct bus_record **out, uint64_t *passed, struct err *e)
{
    struct walk_input *input = NULL;
    const struct bus_record *record = NULL;
    *out = NULL;
    *passed = 0;
    if (!open_input(w, topic, &input, e))
        return false;
    input->was_asked = offset <= input->asked;
    if (!input->was_asked)
        input->asked = offset;
    for (;;) {
        if (!walk_peek(&input->walk, &record, e))
            return false;
        if (!record || record->offset > offset)
            return true;
        input->walk.at++;
        if (record->offset == offset) {
            *out = record;
            return true;
        }
        ++*passed;
    }
}

bool walk_inputs_expired(struct walk_inputs *w, struct slice topic, int64_t offset, bool *out,
                         struct err *e)
{
    struct walk_input *input = NULL;
    struct bus_end end = { .first = 0 };
    *out = false;
    if (!open_input(w, topic, &input, e))
        return false;
    if (!input->walk.reader || input->was_asked || topic_is_for_ever(input->topic))
        return true;
    if (offset >= input->first) {
        if (!bus_end(w->bus, input->topic, w->partition, &end, e))
            return false;
        input->first = end.first;
    }
    *out = offset < input->first;
    return true;
}

void walk_inputs_release(struct walk_inputs *w)
{
    for (size_t i = 0; i < w->count; i++) {
        walk_close(&w->list[i].walk);
        mem_free(w->list[i].topic);
    }
    mem_free(w->list);
    *w = (struct walk_inputs){ .bus = NULL };
}
