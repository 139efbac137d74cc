/* way_back_quarantine.c - the messages of feeds that could not be read or mapped. */
#include "commands/way_back.h"

#include "control/way_back_read.h"
#include "host/say.h"
#include "intake/asides.h"

static size_t count(const struct site *s)
{
    return s->feed_count;
}

static const char *name(const struct site *s, size_t i)
{
    return s->feeds[i].name;
}

static const char *file(const struct site *s, size_t i)
{
    return s->feeds[i].spool;
}

static bool each(const struct site *s, size_t i, struct slice id,
                 bool (*one)(void *ctx, const struct aside *a), void *ctx, struct err *e)
{
    return feed_asides_each(s->feeds[i].spool, s->feeds[i].name, id, one, ctx, e);
}

static bool alone(const struct site *s, size_t i, const struct way_back *w, uint64_t *done,
                  struct err *e)
{
    return feed_take_back_alone(s->feeds[i].spool, s->feeds[i].name, w, done, e);
}

struct masking {
    struct arena *a;
    struct slice bytes;
};

/* A path is of the mapping's language or a column's name; the value is the person's. */
static void print_leaf(void *ctx, const struct leaf *l)
{
    struct masking *m = ctx;
    struct slice raw = slice_head(slice_from(m->bytes, l->at), l->length);
    struct slice text = way_back_masked(m->a, raw, false);
    say("  %.*s  %.*s\n", SHOWN(l->path), (int)text.n, (const char *)text.p);
}

/* Each line is set in, so that none looks like one of ours. */
static void print_payload(struct slice text)
{
    while (text.n) {
        size_t n = slice_find(text, '\n');
        say("  ");
        say_lines(stdout, slice_head(text, n));
        say("\n");
        text = slice_from(text, n < text.n ? n + 1 : n);
    }
}

static bool show(struct cli *c, const struct site *s, size_t i, const struct aside *a, bool plain,
                 struct err *e)
{
    const struct format *f = mapping_format(s->feeds[i].mapping);
    struct masking m = { &c->arena, arena_copy(&c->arena, a->bytes) };
    struct err unreadable = { .fate = ERR_NONE };
    struct doc *d = NULL;
    if (!m.bytes.p)
        return err_memory(e);
    if (slice_equal_text(a->code, "quarantine.lost")) {
        say("nothing of it is here: only its sender has it\n");
        return true;
    }
    say("size       %zu bytes, what is wrong stands at byte %lld\n", a->bytes.n,
        (long long)a->place);
    if (plain) {
        struct slice text = way_back_masked(&c->arena, m.bytes, true);
        print_payload(text);
    } else if (f->parse(&c->arena, NULL, m.bytes, &d, &unreadable) || d) {
        say("its fields, a letter as x and a digit as 9:\n");
        f->leaves(&c->arena, d, print_leaf, &m);
    } else {
        say("it cannot be read as %s: --payload shows it\n", f->name);
    }
    return true;
}

const struct way_back_room way_back_quarantine = {
    .word = WAY_BACK_QUARANTINE,
    .what = "message",
    .said = "told kept",
    .count = count,
    .name = name,
    .file = file,
    .each = each,
    .alone = alone,
    .show = show,
};
