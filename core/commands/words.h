/* words.h - reads a command's words after its name: plain words in order, and options with their
 * values. */
#ifndef CONCORDAT_COMMANDS_WORDS_H
#define CONCORDAT_COMMANDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_PLAIN_MAX 4
#define WORDS_TIMES_MAX 8

/* An option, and the values that it was given. It may be given up to `most` times. */
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
/* Reads argv[from] and what follows. options ends with a name of NULL. False: an option is unknown,
 * is given too often or has no value, or the plain words are not exactly `plain` many. */
bool words_read(int argc, char **argv, int from, size_t plain, struct word_option *options,
                struct words *out);
/* Takes an option without a value out of argv. Returns whether it was there. */
bool words_flag(int *argc, char **argv, const char *name);
/* The first value of an option; NULL: it was not given. */
const char *words_one(const struct word_option *options, const char *name);

#endif
