/* fixture.c - set-up, and records at random. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

struct fixture fx;

static const struct catalogue *load(const char *folder)
{
    struct problems p = { .count = 0 };
    const struct catalogue *c = catalogue_load(&fx.process, folder, &p);
    char text[400];
    for (size_t i = 0; i < p.count; i++)
        fprintf(stderr, "%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return c;
}

int fixture_load(void)
{
    arena_init(&fx.process, (size_t)64 << 20);
    arena_init(&fx.scratch, (size_t)64 << 20);
    buf_init(&fx.out, (size_t)16 << 20);
    fx.schemas = load(SOURCE_DIR "/schemas");
    const struct catalogue *own = load(SOURCE_DIR "/tests/unit/record/schemas");
    const struct schema *s = own ? catalogue_named(own, SLICE("Everything")) : NULL;
    fx.all = s ? s->plan : NULL;
    fx.all_text = s ? s->text : (struct slice){ .n = 0 };
    return fx.schemas && fx.all ? 0 : 1;
}

int fixture_end(void)
{
    arena_release(&fx.process);
    arena_release(&fx.scratch);
    buf_release(&fx.out);
    return 0;
}

void fixture_fresh(void)
{
    arena_reset(&fx.scratch);
    buf_reset(&fx.out);
    err_clear(&fx.e);
}

/* xorshift64* (Vigna): good enough to be varied, and the same everywhere. */
uint64_t random_next(struct random *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return (r->state * 0x2545f4914f6cdd1du) >> 11;
}

static void put_random_text(struct random *r, struct buf *out)
{
    static const char *const pieces[] = { "a",  "Ward 7", "ü",      "€", "\xf0\x9f\x8f\xa5",
                                          "\n", "\"",     "O'Neil", "0", "a longer run " };
    struct buf text;
    buf_init(&text, 65536);
    size_t n = random_below(r, 6);
    for (size_t i = 0; i < n; i++)
        buf_text(&text, pieces[random_below(r, sizeof pieces / sizeof pieces[0])]);
    avro_put_text(out, buf_slice(&text));
    buf_release(&text);
}

static void put_random_bytes(struct random *r, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++)
        buf_byte(out, (uint8_t)random_next(r));
}

static void put_random_item(struct random *r, const struct slot *s, struct buf *out)
{
    if (s->item)
        random_record(r, s->item, out);
    else
        put_random_text(r, out);
}

static void put_random_list(struct random *r, const struct slot *s, struct buf *out)
{
    size_t blocks = random_below(r, 3);
    for (size_t b = 0; b < blocks; b++) {
        struct buf block;
        buf_init(&block, (size_t)1 << 20);
        int64_t n = 1 + (int64_t)random_below(r, 3);
        for (int64_t i = 0; i < n; i++)
            put_random_item(r, s, &block);
        bool sized = random_below(r, 2);
        avro_put_long(out, sized ? -n : n);
        if (sized)
            avro_put_long(out, (int64_t)block.n);
        buf_put(out, buf_slice(&block));
        buf_release(&block);
    }
    avro_put_long(out, 0);
}

static void put_random_double(struct random *r, struct buf *out)
{
    double value = ((double)random_below(r, 2000001) - 1000000) / 7;
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        buf_byte(out, (uint8_t)(bits >> (8 * i)));
}

/* Of any magnitude, as small ones are one byte and large ones ten. */
static int64_t random_long(struct random *r)
{
    uint64_t value = random_next(r) ^ random_next(r) << 32;
    return (int64_t)(value >> random_below(r, 64)) * (random_below(r, 2) ? 1 : -1);
}

static void put_random_value(struct random *r, const struct slot *s, struct buf *out)
{
    switch (s->type) {
    case SLOT_BOOLEAN:
        buf_byte(out, (uint8_t)random_below(r, 2));
        break;
    case SLOT_INT:
        avro_put_long(out, (int32_t)random_long(r));
        break;
    case SLOT_LONG:
        avro_put_long(out, random_long(r));
        break;
    case SLOT_DOUBLE:
        put_random_double(r, out);
        break;
    case SLOT_FIXED:
        put_random_bytes(r, s->fixed_bytes, out);
        break;
    case SLOT_ENUM:
        avro_put_long(out, (int64_t)random_below(r, s->symbol_count));
        break;
    case SLOT_ARRAY:
        put_random_list(r, s, out);
        break;
    default:
        if (s->vocabulary)
            avro_put_text(out, s->vocabulary[random_below(r, s->vocabulary_count)]);
        else
            put_random_text(r, out);
        break;
    }
}

void random_slot(struct random *r, const struct plan *p, size_t slot, struct buf *out)
{
    const struct slot *s = plan_slot_at(p, slot);
    if (s->nullable && random_below(r, 2)) {
        avro_put_null(out);
        return;
    }
    if (s->nullable)
        buf_byte(out, 2);
    put_random_value(r, s, out);
}

void random_record(struct random *r, const struct plan *p, struct buf *out)
{
    for (size_t i = 0; i < plan_slots(p); i++)
        random_slot(r, p, i, out);
}

static bool rebuild_list(struct build *b, const struct view *v, size_t slot, struct arena *a,
                         struct err *e)
{
    size_t n = 0;
    if (!plan_slot_at(v->plan, slot)->item) {
        const struct slice *texts = NULL;
        return view_strings(v, slot, a, &texts, &n, e) && build_strings(b, slot, texts, n, e);
    }
    const struct view *items = NULL;
    if (!view_items(v, slot, a, &items, &n, e))
        return false;
    struct slice *bodies = ARENA_ARRAY(a, n, struct slice);
    for (size_t i = 0; bodies && i < n; i++) {
        struct buf body;
        buf_init(&body, (size_t)1 << 20);
        bool ok = rebuild(&items[i], a, &body, e);
        bodies[i] = arena_copy(a, buf_slice(&body));
        buf_release(&body);
        if (!ok || !bodies[i].p)
            return false;
    }
    return bodies && build_items(b, slot, bodies, n, e);
}

static bool rebuild_slot(struct build *b, const struct view *v, size_t slot, struct arena *a,
                         struct err *e)
{
    if (view_is_null(v, slot))
        return true;
    switch (plan_slot_at(v->plan, slot)->type) {
    case SLOT_BOOLEAN:
        return build_bool(b, slot, view_long(v, slot) != 0, e);
    case SLOT_INT:
    case SLOT_LONG:
        return build_long(b, slot, view_long(v, slot), e);
    case SLOT_DOUBLE:
        return build_double(b, slot, view_double(v, slot), e);
    case SLOT_ARRAY:
        return rebuild_list(b, v, slot, a, e);
    default:
        return build_text(b, slot, view_text(v, slot), e);
    }
}

bool rebuild(const struct view *v, struct arena *a, struct buf *out, struct err *e)
{
    struct build b;
    if (!build_init(&b, v->plan, a, e))
        return false;
    for (size_t i = 0; i < plan_slots(v->plan); i++)
        if (!rebuild_slot(&b, v, i, a, e))
            return false;
    return build_done(&b, out, e);
}
