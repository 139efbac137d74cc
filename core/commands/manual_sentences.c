/* manual_sentences.c - each sentence that the program can say, under its code. */
#include "commands/manual.h"

#include <string.h>

/* One text: a table of 2,000 pointers would weigh as much as their sentences. A code stands before
 * its sentences, and begins with this byte. */
#define CODE '\1'
static const char all[] =
#define C(code) "\1" code "\0"
#define S(sentence) sentence "\0"
#include "commands/sentences.def"
#undef C
#undef S
    "";

static const char *next_line(const char *line)
{
    return line + strlen(line) + 1;
}

static void put_sentence(struct buf *out, const char *sentence)
{
    buf_format(out, "- %s\n", sentence);
}

void manual_sentences(const struct cli *c, struct buf *out)
{
    (void)c;
    for (const char *line = all; *line; line = next_line(line)) {
        if (*line == CODE)
            manual_heading(out, line + 1);
        else
            put_sentence(out, line);
    }
}

void manual_code_sentences(const char *code, struct buf *out)
{
    bool is_of_code = false;
    for (const char *line = all; *line; line = next_line(line)) {
        bool is_sentence = *line != CODE;
        if (is_sentence && is_of_code)
            put_sentence(out, line);
        if (is_sentence)
            continue;
        is_of_code = strcmp(line + 1, code) == 0;
        if (is_of_code)
            manual_heading(out, "Its sentences; `...` is a value, N a number");
    }
}
