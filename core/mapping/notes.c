/* notes.c - what a mapping says that loads, and may not do what one would expect. */
#include "mapping/inside.h"

static bool is_noted(const struct mapping *m, const struct node *at, struct slice path)
{
    for (const struct mapping_note *n = m->notes; n; n = n->next)
        if (n->line == at->line && n->column == at->column && slice_equal(n->path, path))
            return true;
    return false;
}

void load_note(struct loader *l, enum mapping_notice what, const struct node *at, struct slice path)
{
    if (is_noted(l->m, at, path))
        return;
    struct mapping_note *n = ARENA_NEW(l->reader.arena, struct mapping_note);
    if (!n) {
        strict_memory(&l->reader);
        return;
    }
    *n = (struct mapping_note){ what, at->file, at->line, at->column, path, l->m->notes };
    l->m->notes = n;
}

const struct mapping_note *mapping_notes(const struct mapping *m)
{
    return m->notes;
}
