/* manual_words.c - conditions, and the reasons of decisions. */
#include "commands/manual.h"

#include <stdio.h>

#include "sharing/load/when_compile.h"
#include "sharing/rules/reason.h"

static void put_function(struct buf *out, const struct when_signature *f)
{
    struct buf name;
    buf_init(&name, 100);
    buf_format(&name, "%s(", f->name);
    for (int i = 0; i < f->arity; i++)
        buf_format(&name, "%s%s", i > 0 ? ", " : "", f->args[i]);
    buf_put(&name, slice_of(")", sizeof ")"));
    if (buf_ok(&name))
        manual_item(out, (const char *)buf_slice(&name).p, f->result, f->manual);
    buf_release(&name);
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
