/* way_back_read.c - the selection of an act "again" or "drop": as text, and read from it. */
#include "control/way_back_read.h"

#include "base/clock.h"
#include "base/cursor.h"

/* ---- the selection ---- */

const char *way_back_on(struct arena *a, const char *room, const char *name,
                        const struct selection *s)
{
    char since[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
    if (s->id_count == 0) {
        struct slice from = time_ms_to_iso(s->since_ms, since),
                     to = time_ms_to_iso(s->until_ms, until);
        bool any = slice_is_empty(s->code);
        return arena_format(a, "%s %s %s%.*s since %.*s until %.*s", room, name,
                            any ? "all" : "code ", SHOWN(s->code), SHOWN(from), SHOWN(to));
    }
    const char *text = arena_format(a, "%s %s ids ", room, name);
    for (size_t i = 0; text && i < s->id_count; i++)
        text = arena_format(a, "%s%s%.*s", text, i ? "," : "", SHOWN(s->ids[i]));
    return text;
}

static struct slice way_back_word(struct slice *rest)
{
    struct slice one = slice_head(*rest, slice_find(*rest, ' '));
    *rest = slice_from(*rest, one.n + 1);
    return one;
}

static bool read_time_word(struct slice *rest, const char *before, int64_t *out)
{
    struct moment m;
    if (!slice_equal_text(way_back_word(rest), before) || !time_from_iso(way_back_word(rest), &m))
        return false;
    *out = m.ms;
    return true;
}

static bool read_selection(struct slice rest, struct selection *s)
{
    struct slice how = way_back_word(&rest);
    if (slice_equal_text(how, "ids")) {
        while (rest.n && s->id_count < SELECTION_IDS_MAX) {
            struct slice one = slice_head(rest, slice_find(rest, ','));
            rest = slice_from(rest, one.n + 1);
            s->ids[s->id_count++] = one;
        }
        return s->id_count > 0 && rest.n == 0;
    }
    if (slice_equal_text(how, "code"))
        s->code = way_back_word(&rest);
    else if (!slice_equal_text(how, "all"))
        return false;
    return read_time_word(&rest, "since", &s->since_ms) &&
           read_time_word(&rest, "until", &s->until_ms) && rest.n == 0;
}

bool way_back_on_read(struct slice on, struct slice *room, struct slice *name,
                      struct selection *out)
{
    *out = (struct selection){ .id_count = 0 };
    *room = way_back_word(&on);
    *name = way_back_word(&on);
    return read_selection(on, out);
}

/* ---- the act ---- */

static const char *way_back_room(struct slice name)
{
    static const char *const rooms[] = { WAY_BACK_DELIVERIES, WAY_BACK_QUARANTINE };
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++)
        if (slice_equal_text(name, rooms[i]))
            return rooms[i];
    return NULL;
}

bool way_back_read(const struct act *x, struct way_back_act *out, struct err *e)
{
    bool drop = slice_equal_text(x->verb, "drop");
    struct slice room;
    *out = (struct way_back_act){ .what = { .drop = drop } };
    if (!drop && !slice_equal_text(x->verb, "again"))
        return false;
    bool good = way_back_on_read(x->on, &room, &out->name, &out->what.which);
    out->room = way_back_room(room);
    return (out->room && good) ||
           err_set(
               e, ERR_REJECT, "way_back.form", 0,
               "the act does not say which messages are meant: select them by id, code or time");
}

/* ---- where it is handed in ---- */

const char *way_back_socket(struct arena *a, const struct site *s, const char *room,
                            struct slice name)
{
    return arena_format(a, "%s/%s-%.*s.sock", s->state_folder, room, SHOWN(name));
}
