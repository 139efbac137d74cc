/* nearest.c - the distance of two words, and the list in its order. */
#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

static unsigned lesser(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Row i of the table tells how far a's first i letters are from each beginning of b; three rows are
 * kept, for a swap looks two back. */
unsigned nearest_distance(struct slice a, struct slice b)
{
    unsigned rows[3][NEAREST_LETTERS + 1];
    a = slice_head(a, lesser((unsigned)a.n, NEAREST_LETTERS));
    b = slice_head(b, lesser((unsigned)b.n, NEAREST_LETTERS));
    for (unsigned j = 0; j <= b.n; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.n; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i - 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.n; j++) {
            unsigned changed = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            row[j] = lesser(changed, lesser(above[j], row[j - 1]) + 1);
            if (i < 2 || j < 2)
                continue;
            bool is_swapped = a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1];
            if (is_swapped)
                row[j] = lesser(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[a.n % 3][b.n];
}

/* The choices are ordered by distance, then by index. This is the next one behind *distance and
 * `after` (c->n: from the start); c->n when there is none. */
static size_t choice_after(struct slice word, const struct choices_at *c, unsigned *distance,
                           size_t after)
{
    size_t best = c->n;
    unsigned best_distance = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct slice choice = c->at(c->of, i);
        unsigned d = nearest_distance(word, choice);
        bool is_later = d > *distance || (d == *distance && (after == c->n || i > after));
        if (!is_later || slice_is_empty(choice))
            continue;
        if (best == c->n || d < best_distance) {
            best = i;
            best_distance = d;
        }
    }
    *distance = best_distance;
    return best;
}

const char *nearest_list_at(struct slice word, const struct choices_at *choices, char *out,
                            size_t room)
{
    static const char more[] = ", ...";
    size_t used = 0;
    unsigned distance = 0;
    size_t at = choice_after(word, choices, &distance, choices->n);
    (void)snprintf(out, room, "nothing");
    while (at < choices->n) {
        struct slice choice = choices->at(choices->of, at);
        at = choice_after(word, choices, &distance, at);
        bool is_first = used == 0, is_last = at == choices->n;
        const char *between = is_last ? " or " : ", ";
        if (is_first)
            between = "";
        size_t n = strlen(between) + choice.n;
        size_t tail = is_last ? 0 : sizeof more - 1;
        if (used + n + tail >= room) {
            (void)snprintf(out + used, room - used, "%s", is_first ? "..." : more);
            break;
        }
        used += (size_t)snprintf(out + used, room - used, "%s%.*s", between, (int)choice.n,
                                 (const char *)choice.p);
    }
    return out;
}

static struct slice row_word(const void *of, size_t i)
{
    const struct choices *c = of;
    const char *const *word = (const void *)((const char *)c->first + i * c->stride);
    return slice_text(*word);
}

const char *nearest_list(struct slice word, const struct choices *choices, char *out, size_t room)
{
    const struct choices_at rows = { choices, row_word, choices->n };
    return nearest_list_at(word, &rows, out, room);
}
