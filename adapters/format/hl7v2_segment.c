/* hl7v2_segment.c - segments by their ids. */
#include "format/hl7v2_doc.h"

static uint32_t *segment_slot(const struct doc *d, uint32_t id)
{
    uint32_t i = ((id * 0x9e3779b1u) >> 8) & d->slot_mask; /* 2^32 divided by the golden ratio */
    while (d->slots[i] && d->kinds[d->slots[i] - 1].id != id)
        i = (i + 1) & d->slot_mask;
    return &d->slots[i];
}

bool hl7v2_segment_sort(struct arena *a, struct doc *d, struct err *e)
{
    uint32_t slots = 16;
    while (slots < d->segment_count * 2)
        slots *= 2;
    d->slot_mask = slots - 1;
    d->slots = ARENA_ARRAY(a, slots, uint32_t);
    d->kinds = ARENA_ARRAY(a, d->segment_count, struct hl7v2_kind);
    d->order = ARENA_ARRAY(a, d->segment_count, uint32_t);
    if (!d->slots || !d->kinds || !d->order)
        return err_memory(e);
    for (uint32_t i = 0; i < d->segment_count; i++) {
        uint32_t *slot = segment_slot(d, d->segments[i].id);
        if (!*slot) {
            d->kinds[d->kind_count].id = d->segments[i].id;
            *slot = ++d->kind_count;
        }
        d->segments[i].kind = *slot - 1;
        d->segments[i].nth = d->kinds[*slot - 1].count++;
    }
    for (uint32_t k = 1; k < d->kind_count; k++)
        d->kinds[k].first = d->kinds[k - 1].first + d->kinds[k - 1].count;
    for (uint32_t i = 0; i < d->segment_count; i++)
        d->order[d->kinds[d->segments[i].kind].first + d->segments[i].nth] = i;
    return true;
}

const struct hl7v2_segment *hl7v2_segment_at(const struct doc *d, uint32_t id, size_t n)
{
    uint32_t slot = *segment_slot(d, id);
    if (!slot)
        return NULL;
    const struct hl7v2_kind *k = &d->kinds[slot - 1];
    return n < k->count ? &d->segments[d->order[k->first + n]] : NULL;
}
