/* csv_blank.c - rows of a CSV that say nothing. */
#include "format/csv_blank.h"

static bool is_line_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

/* Bytes of an empty or blank cell's part at the start of s; 0: it says something. */
static size_t nothing_length(struct slice s)
{
    bool is_empty_quoted = s.n >= 2 && s.p[0] == '"' && s.p[1] == '"';
    bool is_doubled = s.n >= 3 && s.p[2] == '"';
    if (is_empty_quoted)
        return is_doubled ? 0 : 2;
    bool is_end_of_file = s.p[0] == 0x1a;
    return is_end_of_file ? 1 : slice_blank_length(s);
}

void csv_skip_blank(struct slice s, uint8_t separator, size_t *at)
{
    size_t i = *at;
    bool in_cells = false, is_quoted = false;
    while (i < s.n) {
        bool is_end = is_line_end(s.p[i]), is_separator = s.p[i] == separator;
        bool is_one_cell = is_quoted && !in_cells; /* "" alone is how an empty cell is written */
        if (is_end && is_one_cell)
            return;
        size_t n = is_end || is_separator ? 1 : nothing_length(slice_from(s, i));
        if (n == 0)
            return;
        if (s.p[i] == '"')
            is_quoted = true;
        if (is_separator)
            in_cells = true;
        i += n;
        if (is_end) {
            is_quoted = in_cells = false;
            *at = i;
        }
    }
    if (!in_cells && !is_quoted)
        *at = i;
}
