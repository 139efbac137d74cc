/* site_part.c - the parts of a site, as states, --only and logs name them. */
#include "site/site_part.h"

#include <string.h>

static bool name_part(struct arena *a, const char *room, const char *name, struct slice agency,
                      struct site_part *out)
{
    out->part = slice_text(arena_format(a, "%s:%s", room, name));
    out->agency = agency;
    return out->part.p != NULL;
}

bool site_part_next(const struct site *s, struct arena *a, size_t *at, struct site_part *out)
{
    size_t i = *at;
    ++*at;
    if (s->has_router && i == 0) {
        *out = (struct site_part){ SLICE_INIT("router"), SLICE_INIT("") };
        return true;
    }
    if (s->has_router)
        i--;
    if (i < s->feed_count)
        return name_part(a, "feed", s->feeds[i].name, s->feeds[i].agency, out);
    i -= s->feed_count;
    if (i < s->delivery_count)
        return name_part(a, "delivery", s->deliveries[i].name, s->deliveries[i].agency, out);
    return false;
}

#define FILE_END ".db"

const char *site_part_file(struct arena *a, const char *folder, const char *room, const char *name)
{
    return arena_format(a, "%s/%s-%s" FILE_END, folder, room, name);
}

bool site_part_of_file(struct slice file, const char **room, struct slice *name)
{
    static const char *const rooms[] = { "feed", "delivery" };
    size_t dash = slice_find(file, '-');
    struct slice before = slice_head(file, dash), behind = slice_from(file, dash + 1);
    if (!slice_ends(behind, SLICE(FILE_END)))
        return false;
    *name = slice_head(behind, behind.n - strlen(FILE_END));
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        if (!slice_equal_text(before, rooms[i]))
            continue;
        *room = rooms[i];
        return !slice_is_empty(*name);
    }
    return false;
}

bool site_part_is_wanted(char **only, const char *room, const char *name)
{
    if (!only)
        return true;
    size_t n = strlen(room);
    for (char **o = only; *o; o++) {
        const char *rest = *o + n;
        if (strncmp(*o, room, n) != 0)
            continue;
        if (!name && *rest == '\0')
            return true;
        if (name && *rest == ':' && strcmp(rest + 1, name) == 0)
            return true;
    }
    return false;
}
