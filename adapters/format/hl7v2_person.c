/* hl7v2_person.c - one further person of a message about several (a merge, a link). The segments
 * before the first PID concern all persons; those from a PID to the next concern its person alone.
 * */
#include "format/hl7v2_doc.h"

#define PID hl7v2_id('P', 'I', 'D')
#define HEAD_MAX 8U /* MSH, EVN and a few */

static uint32_t person_index(const struct doc *d, size_t person)
{
    const struct hl7v2_segment *s = hl7v2_segment_at(d, PID, person);
    return s ? (uint32_t)(s - d->segments) : d->segment_count;
}

uint32_t hl7v2_first_end(const struct doc *d)
{
    return person_index(d, 1);
}

bool hl7v2_further(struct arena *a, const struct doc *d, size_t nth, const struct doc **out,
                   struct err *e)
{
    uint32_t head = person_index(d, 0);
    uint32_t from = person_index(d, nth + 1), to = person_index(d, nth + 2);
    *out = NULL;
    if (from == d->segment_count)
        return true;
    if (head > HEAD_MAX)
        head = HEAD_MAX;
    struct doc *one = ARENA_ARRAY(a, 1, struct doc);
    struct hl7v2_segment *list = ARENA_ARRAY(a, head + to - from, struct hl7v2_segment);
    struct hl7v2_place *last = ARENA_ARRAY(a, 1, struct hl7v2_place);
    if (!one || !list || !last)
        return err_memory(e);
    memcpy(list, d->segments, head * sizeof *list);
    memcpy(list + head, d->segments + from, (to - from) * sizeof *list);
    *one = *d;
    one->segments = list;
    one->segment_count = head + to - from;
    one->kind_count = 0;
    one->last = last;
    *out = one;
    return hl7v2_segment_sort(a, one, e);
}
