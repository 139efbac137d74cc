/* manual_sentences.c - each sentence that the program can say, under its code. */
#include "commands/manual.h"

#include <string.h>

/* One text: a table of 2,000 pointers would weigh as much as their sentences. */
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
    for (const char *line = all; *line; line = next_line(line))
        if (*line == CODE)
            manual_heading(out, line + 1);
        else
            put_sentence(out, line);
}

void manual_code_sentences(const char *code, struct buf *out)
{
    bool is_its = false;
    for (const char *line = all; *line; line = next_line(line)) {
        if (!is_its && *line == CODE && strcmp(line + 1, code) == 0) {
            is_its = true;
            manual_heading(out, "Its sentences; `...` is a value, N a number");
        } else if (*line == CODE)
            is_its = false;
        else if (is_its)
            put_sentence(out, line);
    }
}
