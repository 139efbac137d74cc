/* acts_links.c - stands in for the feeds of a0, which carry what was refused from one key to the
 * other. */
#include "acts.h"
#include "record/wire.h"

static bool is_of(const struct acts *w, struct slice framed, const char *local_id)
{
    const struct schema *s = catalogue_named(w->catalogue, SLICE("Refused"));
    struct err ignored = { .fate = ERR_NONE };
    struct view v;
    struct arena a;
    uint64_t fingerprint = 0;
    struct slice body;
    if (!wire_open(framed, &fingerprint, &body, &ignored) ||
        fingerprint != plan_fingerprint(s->plan))
        return false;
    arena_init(&a, 1u << 20);
    bool good = plan_view(s->plan, &a, body, &v, &ignored) &&
                slice_equal_text(view_text_at(&v, "local_id"), local_id);
    arena_release(&a);
    return good;
}

/* What is there now and was not read. The topic keeps the last of each key, so it may begin behind
 * the place that was read to: it is read from its start, as feeds read it. */
static bool read_new(struct acts *w, struct acts_said *said, struct err *e)
{
    struct bus_reader *reader = NULL;
    bool good = bus_reader_open(w->bus, "links.a0", 0, 0, &reader, e), end = false;
    while (good && !end) {
        const struct bus_record *r = NULL;
        size_t count = 0;
        good = bus_reader_next(reader, 0, &r, &count, &end, e);
        for (size_t i = 0; good && i < count; i++) {
            if (r[i].offset < w->links_read)
                continue;
            w->links_read = r[i].offset + 1;
            if (is_of(w, r[i].value, said->local_id) && said->n < ACTS_SAID_MAX)
                said->list[said->n++] = arena_copy(&w->scratch, r[i].value);
        }
    }
    bus_reader_close(&reader);
    return good;
}

static bool carry(struct acts *w, const struct acts_said *said, size_t from,
                  bool (*each)(void *ctx, int partition, const struct audit_read *r), void *ctx,
                  struct err *e)
{
    for (size_t i = from * ACTS_KEYS; i < said->n * ACTS_KEYS; i++) {
        acts_put(w, "events.a0", &said->keys[i % ACTS_KEYS], said->list[i / ACTS_KEYS]);
        if (w->in_turn == ACTS_TURN_MAX && !acts_turn(w, each, ctx, e))
            return false;
    }
    return !w->in_turn || acts_turn(w, each, ctx, e);
}

bool acts_carry(struct acts *w, struct acts_said *said,
                bool (*each)(void *ctx, int partition, const struct audit_read *r), void *ctx,
                struct err *e)
{
    size_t from;
    do {
        from = said->n;
        if (!read_new(w, said, e) || !carry(w, said, from, each, ctx, e))
            return false;
    } while (said->n > from);
    return true;
}

bool acts_carry_again(struct acts *w, struct acts_said *said,
                      bool (*each)(void *ctx, int partition, const struct audit_read *r), void *ctx,
                      struct err *e)
{
    return carry(w, said, 0, each, ctx, e) && acts_carry(w, said, each, ctx, e);
}
