/* load_holds.c - region.yaml's holds: how long each reason may wait before somebody is paged.
 *
 *   holds: {unknown: 4 hours, agreement-ended: 30 minutes, default: 24 hours}
 *
 * Unless it says: 24 hours, and what an ended agreement holds at once. */
#include "sharing/load/load.h"

#define LIMIT_MS ((int64_t)90 * 24 * 3600000) /* 90 days */

/* "30 minutes" in milliseconds. */
static bool read_limit(struct slice text, int64_t *ms)
{
    static const struct {
        const char *word;
        int64_t ms;
    } units[] = {
        { "second", 1000 }, { "minute", 60000 }, { "hour", 3600000 }, { "day", 86400000 }
    };
    size_t blank = slice_find(text, ' ');
    struct slice unit = slice_trim(slice_from(text, blank));
    uint64_t n = 0;
    if (!slice_to_u64(slice_head(text, blank), &n) || n == 0 || n > 1000000)
        return false;
    if (slice_ends(unit, SLICE("s")))
        unit.n--;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (slice_equal_text(unit, units[i].word))
            *ms = (int64_t)n * units[i].ms;
    return *ms > 0 && *ms <= LIMIT_MS;
}

static bool is_hold_reason(struct slice word)
{
    if (slice_equal_text(word, "default"))
        return true;
    for (enum reason r = 0; r < REASON_COUNT; r++)
        if (slice_equal_text(word, reason_code(r)))
            return true;
    return false;
}

/* The reasons, and "default" behind them. */
static struct slice hold_reason_at(const void *of, size_t i)
{
    (void)of;
    return i < REASON_COUNT ? slice_text(reason_code((enum reason)i)) : SLICE("default");
}

void load_holds(struct loader *l, const struct node *map)
{
    if (!map)
        return;
    const struct choices_at reasons = { NULL, hold_reason_at, REASON_COUNT + 1 };
    struct hold_limit *list = ARENA_ARRAY(l->reader.arena, map->count + 1, struct hold_limit);
    if (!list) {
        (void)strict_memory(&l->reader);
        return;
    }
    l->bundle->hold_limits = list;
    for (const struct node *n = map->first; n; n = n->next) {
        struct hold_limit *x = &list[l->bundle->hold_limit_count++];
        x->reason = n->key;
        if (!is_hold_reason(n->key))
            (void)strict_unknown_key(&l->reader, n, "bundle.reason", "reason", &reasons);
        if (n->kind != NODE_TEXT || !read_limit(n->text, &x->ms))
            (void)strict_say(
                &l->reader, n, "bundle.time",
                "a time must be written N minutes, N hours or N days, at most 90 days");
    }
}
