/* words.c - reads a command's words. */
#include "commands/words.h"

#include <string.h>

/* NULL: there is no such option. */
static struct word_option *find_option(struct word_option *options, const char *name)
{
    for (struct word_option *o = options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

static bool take_option(struct word_option *options, const char *name, const char *value)
{
    struct word_option *o = find_option(options, name);
    if (!o)
        return false;
    bool has_value = value && *value;
    bool is_full = o->count == o->most || o->count == WORDS_TIMES_MAX;
    if (!has_value || is_full)
        return false;
    o->values[o->count++] = value;
    return true;
}

bool words_read(int argc, char **argv, int from, size_t plain, struct word_option *options,
                struct words *out)
{
    *out = (struct words){ .plain_count = 0 };
    for (int i = from; i < argc; i++) {
        if (argv[i][0] == '-') {
            const char *value = i + 1 < argc ? argv[i + 1] : NULL;
            if (!take_option(options, argv[i], value))
                return false;
            i++;
        } else if (out->plain_count == plain || out->plain_count == WORDS_PLAIN_MAX) {
            return false;
        } else {
            out->plain[out->plain_count++] = argv[i];
        }
    }
    return out->plain_count == plain;
}

bool words_flag(int *argc, char **argv, const char *name)
{
    for (int i = 0; i < *argc; i++) {
        if (strcmp(argv[i], name) != 0)
            continue;
        --*argc;
        memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof *argv);
        return true;
    }
    return false;
}

const char *words_one(const struct word_option *options, const char *name)
{
    for (; options->name; options++)
        if (strcmp(options->name, name) == 0)
            return options->count ? options->values[0] : NULL;
    return NULL;
}
