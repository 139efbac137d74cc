/* naming.c - puts names into findings. */
#include "sharing/tools/naming.h"

#include <stdio.h>
#include <string.h>

void naming_end(struct naming *m)
{
    char more[32] = "";
    if (m->more)
        (void)snprintf(more, sizeof more, " and %zu more", m->more);
    if (m->n)
        (void)problems_say(m->to, m->code, m->file, m->line, m->column, "%s: %.*s%s", m->sentence,
                           (int)m->n, m->names, more);
    m->n = m->more = 0;
}

void naming_add(struct naming *m, struct slice name)
{
    size_t room = sizeof m->names, taken = strlen(m->sentence) + 30;
    room = taken < 200 && 200 - taken < room ? 200 - taken : room;
    name = slice_head(name, 60);
    bool is_full = m->n && m->n + 2 + name.n > room;
    if (is_full && m->in_full)
        naming_end(m);
    else if (is_full || m->more) {
        m->more++;
        return;
    }
    if (m->n) {
        m->names[m->n++] = ',';
        m->names[m->n++] = ' ';
    }
    memcpy(m->names + m->n, name.p, name.n);
    m->n += name.n;
}
