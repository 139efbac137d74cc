/* manual_words.c - conditions, and the reasons of decisions. */
#include "commands/manual.h"

#include <stdio.h>

#include "sharing/load/when_compile.h"
#include "sharing/rules/reason.h"

static void put_function(struct buf *out, const struct when_signature *f)
{
    char name[100];
    size_t used = (size_t)snprintf(name, sizeof name, "%s(", f->name);
    for (int i = 0; i < f->arity; i++)
        used +=
            (size_t)snprintf(name + used, sizeof name - used, "%s%s", i ? ", " : "", f->args[i]);
    (void)snprintf(name + used, sizeof name - used, ")");
    manual_item(out, name, f->result, f->manual);
}

void manual_conditions(const struct cli *c, struct buf *out)
{
    struct when_signature f;
    (void)c;
    manual_heading(out, "Grammar");
    buf_text(out, WHEN_GRAMMAR);
    manual_heading(out, "Functions");
    manual_item(out, "has(PATH)", "yes or no", "whether the field has a value; never unknown");
    for (size_t i = 0; when_signature(i, &f); i++)
        put_function(out, &f);
}

void manual_reasons(const struct cli *c, struct buf *out)
{
    (void)c;
    manual_heading(out, "An event was or was not disclosed, because");
    for (enum reason r = 0; r < REASON_COUNT; r++) {
        enum reason unused;
        struct slice code = slice_text(reason_code(r));
        manual_item(out, reason_code(r), reason_protected(code, &unused) ? "protected" : NULL,
                    reason_sentence(code));
    }
}
