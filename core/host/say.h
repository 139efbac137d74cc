/* say.h - all that the program prints.
 *
 * A sentence is the program's, what stands in it is others': every %s and %.*s is written as
 * shown.h has it, so that no value ends a line, forges one, or speaks to the terminal. There is no
 * other way to print (tests/lint/banned.sh). Threads: the streams' own locks; a line is whole. */
#ifndef CONCORDAT_HOST_SAY_H
#define CONCORDAT_HOST_SAY_H

#include <stdio.h>

#include "base/err.h"
#include "base/slice.h"

/* As printf, with d i u x X c s % and their widths; to stdout, and to a stream. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);
__attribute__((format(printf, 2, 3))) void say_to(FILE *to, const char *format, ...);

/* A text that we made of several lines (JSON, the law in words): its line ends stay, the rest is
 * written out as JSON would, so that JSON stays JSON. */
void say_lines(FILE *to, struct slice text);

/* "concordat: sentence [code]" to stderr: why a command, or the daemon, could not. */
void say_err(const struct err *e);

#endif
