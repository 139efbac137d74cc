/* manual_codes.c - codes of errors, problems and lines of the log: what happened, and what to
 * do. */
#include "commands/manual.h"

#include <stdio.h>
#include <string.h>

static const struct row {
    const char *code, *happened, *todo;
} rows[] = {
#define X(code, happened, todo) { code, happened, todo },
#include "commands/codes.def"
#undef X
};
#define ROWS (sizeof rows / sizeof rows[0])

static void put_row(const struct row *r, struct buf *out)
{
    char text[600];
    (void)snprintf(text, sizeof text, "%s. To do: %s.", r->happened, r->todo);
    manual_item(out, r->code, NULL, text);
}

void manual_codes(const struct cli *c, struct buf *out)
{
    (void)c;
    manual_heading(out, "Codes; `room.*`: all others of that room");
    for (size_t i = 0; i < ROWS; i++)
        put_row(&rows[i], out);
}

/* Whether the row is "room.*", and the code is of that room. */
static bool is_of_room(const struct row *r, const char *code)
{
    size_t last = strlen(r->code) - 1;
    return r->code[last] == '*' && strncmp(r->code, code, last) == 0;
}

bool manual_code(const char *code, struct buf *out)
{
    const struct row *own = NULL, *of_room = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].code, code) == 0)
            own = &rows[i];
        else if (is_of_room(&rows[i], code))
            of_room = &rows[i];
    }
    const struct row *found = own ? own : of_room;
    if (!found)
        return false;
    put_row(found, out);
    manual_code_sentences(code, out);
    return true;
}
