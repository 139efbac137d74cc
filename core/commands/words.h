/* words.h - a command's words after its name: those without a dash in order, options with their
 * values. */
#ifndef CONCORDAT_COMMANDS_WORDS_H
#define CONCORDAT_COMMANDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_PLAIN_MAX 4
#define WORDS_TIMES_MAX 8

/* What --name was given, up to most times. */
struct word_option {
    const char *name; /* "--by" */
    size_t most;
    const char *values[WORDS_TIMES_MAX];
    size_t count;
};
struct words {
    const char *plain[WORDS_PLAIN_MAX];
    size_t plain_count;
};
/* From argv[from] on; options ends with a name of NULL. False: something is no such option, is
 * given too often, has no value or an empty one, or there are not `plain` other words. */
bool words_read(int argc, char **argv, int from, size_t plain, struct word_option *options,
                struct words *out);
/* Takes a word that has no value out of argv; whether it was there. */
bool words_flag(int *argc, char **argv, const char *name);
/* The first value, or NULL. */
const char *words_one(const struct word_option *options, const char *name);

#endif
