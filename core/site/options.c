/* options.c - a transport's option table, filled from a YAML map. */
#include "site/reading.h"

#include <limits.h>

#include "base/nearest.h"

struct unit {
    const char *suffix;
    int64_t factor;
};

static const struct unit time_units[] = {
    { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 }, { NULL, 0 },
};
static const struct unit byte_units[] = {
    { "KiB", 1 << 10 },
    { "MiB", 1 << 20 },
    { "GiB", 1 << 30 },
    { NULL, 0 },
};
static const struct unit no_units[] = { { NULL, 0 } };

/* "30s", "16MiB", "1000": digits, then one of the units or nothing (factor 1). */
static bool read_amount(struct slice text, const struct unit *units, int64_t *out)
{
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    int64_t factor = digits == text.n ? 1 : 0;
    for (const struct unit *u = units; u->suffix; u++)
        if (slice_equal_text(slice_from(text, digits), u->suffix))
            factor = u->factor;
    int64_t value;
    if (!factor || !slice_to_i64(slice_head(text, digits), &value))
        return false;
    return !__builtin_mul_overflow(value, factor, out);
}

static bool read_option_list(struct arena *a, const struct node *n, const char ***out)
{
    if (n->kind != NODE_LIST)
        return false;
    const char **list = ARENA_ARRAY(a, n->count + 1, const char *);
    if (!list)
        return false;
    size_t i = 0;
    for (const struct node *item = n->first; item; item = item->next) {
        if (item->kind != NODE_TEXT)
            return false;
        list[i++] = arena_text(a, item->text);
    }
    *out = list;
    return true;
}

static bool read_option_value(struct arena *a, const struct cfg_option *o, struct slice text,
                              const char *folder, char *at)
{
    switch (o->type) {
    case CFG_TEXT:
        *(const char **)(void *)at = arena_text(a, text);
        return *(const char **)(void *)at != NULL;
    case CFG_PATH:
        *(const char **)(void *)at = text.n ? strict_path(a, folder, text) : "";
        return *(const char **)(void *)at != NULL;
    case CFG_MS:
        return read_amount(text, time_units, (int64_t *)(void *)at);
    case CFG_BYTES:
        return read_amount(text, byte_units, (int64_t *)(void *)at);
    case CFG_COUNT:
        return read_amount(text, no_units, (int64_t *)(void *)at);
    case CFG_BOOL:
        *(bool *)(void *)at = slice_equal_text(text, "true");
        return *(bool *)(void *)at || slice_equal_text(text, "false");
    default:
        break;
    }
    return true;
}

const char *option_words(enum cfg_type type)
{
    switch (type) {
    case CFG_MS:
        return "a time such as 250ms, 30s or 5m";
    case CFG_BYTES:
        return "a size such as 64KiB or 16MiB";
    case CFG_COUNT:
        return "a number";
    case CFG_BOOL:
        return "true or false";
    case CFG_LIST:
        return "a list of texts";
    default:
        return "a text";
    }
}

static bool read_group(const struct strict *r, const struct node *map, const struct cfg_option *o,
                       const char *folder, char *state)
{
    const struct node *n = node_get(map, o->key);
    if (!n)
        return true;
    if (n->kind != NODE_MAP)
        return strict_say(r, n, "site.option", "cannot read '%s': want a map", o->key);
    *(const struct node **)(void *)(state + o->at) = n;
    return options_read(r->arena, n, secure_group(o->type), folder, state + o->at, r->problems);
}

static bool read_option(const struct strict *r, const struct node *map, const struct cfg_option *o,
                        const char *folder, char *state)
{
    const struct node *n = node_get(map, o->key);
    if (secure_group(o->type))
        return read_group(r, map, o, folder, state);
    if (!n && !o->fallback) {
        if (o->type == CFG_LIST)
            return true;
        return strict_say(r, map, "site.missing", "the option '%s' is missing: %s", o->key,
                          o->manual);
    }
    struct slice text = n ? n->text : slice_text(o->fallback);
    bool good;
    if (n && o->type == CFG_LIST)
        good = read_option_list(r->arena, n, (const char ***)(void *)(state + o->at));
    else if (n && n->kind != NODE_TEXT)
        good = false;
    else
        good = read_option_value(r->arena, o, text, folder, state + o->at);
    if (good)
        return true;
    return strict_say(r, n ? n : map, "site.option", "cannot read '%s': want %s", o->key,
                      option_words(o->type));
}

const struct cfg_option *option_named(const struct cfg_option *options, struct slice key)
{
    for (; options->type != CFG_END; options++)
        if (slice_equal_text(key, options->key))
            return options;
    return NULL;
}

static bool tell_unknown(const struct strict *r, const struct node *n,
                         const struct cfg_option *options)
{
    char list[110];
    struct choices choices = { &options->key, sizeof *options, 0 };
    while (options[choices.n].type != CFG_END)
        choices.n++;
    return strict_say_key(r, n, r->codes->key, "unknown key '%.*s': it has %s", SHOWN(n->key),
                          nearest_list(n->key, &choices, list, sizeof list));
}

bool options_read(struct arena *a, const struct node *map, const struct cfg_option *options,
                  const char *folder, void *state, struct problems *p)
{
    const struct strict r = { a, p, &site_codes, map->file };
    bool good = true;
    for (const struct cfg_option *o = options; o->type != CFG_END; o++)
        good &= read_option(&r, map, o, folder, state);
    for (const struct node *n = map->first; n; n = n->next)
        if (!option_named(options, n->key))
            good = tell_unknown(&r, n, options);
    return good;
}
