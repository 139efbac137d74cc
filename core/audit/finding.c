/* finding.c - counts and says what does not agree. */
#include "audit/finding.h"

#include <stdarg.h>
#include <stdio.h>

void finding(const struct findings *f, const char *format, ...)
{
    char sentence[400];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    f->report->broken++;
    if (f->say)
        f->say(f->ctx, sentence);
}
