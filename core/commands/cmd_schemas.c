/* cmd_schemas.c - concordat schemas [NAME [--table]]. */
#include "base/nearest.h"
#include "commands/cli.h"
#include "commands/manual.h"
#include "host/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- a table that people read ---- */

static const char *type_name(const struct slot *s)
{
    static const char *const names[] = {
        [SLOT_NULL] = "nothing", [SLOT_BOOLEAN] = "yes or no", [SLOT_INT] = "number",
        [SLOT_LONG] = "number",  [SLOT_DOUBLE] = "number",     [SLOT_BYTES] = "bytes",
        [SLOT_FIXED] = "bytes",  [SLOT_STRING] = "text",       [SLOT_ENUM] = "one of its words",
        [SLOT_ARRAY] = "list",
    };
    if (s->is_time_ms)
        return "time";
    return s->type == SLOT_ARRAY && !s->item ? "list of texts" : names[s->type];
}

static void put_words(struct buf *out, const struct slice *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_format(out, "%s%.*s", i ? ", " : " Words: ", SHOWN(words[i]));
}

#define SLOT_BYTES_MAX 4000

/* "- `stay.ward` (text, category stay.ward): meaning. Words: a, b" */
static void put_slot(const struct catalogue *c, struct slice before, const struct slot *s,
                     struct buf *out)
{
    char path[300], kind[300];
    struct buf text;
    (void)snprintf(path, sizeof path, "%.*s%s%.*s", SHOWN(before), before.n ? "." : "",
                   SHOWN(s->path));
    (void)snprintf(kind, sizeof kind, "%s, category %.*s", type_name(s),
                   SHOWN(catalogue_category(c, s->category)));
    buf_init(&text, SLOT_BYTES_MAX);
    buf_put(&text, s->doc);
    put_words(&text, s->type == SLOT_ENUM ? s->symbols : s->vocabulary,
              s->type == SLOT_ENUM ? s->symbol_count : s->vocabulary_count);
    buf_byte(&text, '\0');
    if (buf_ok(&text))
        manual_item(out, path, kind, (const char *)buf_slice(&text).p);
    buf_release(&text);
    for (size_t i = 0; s->item && i < plan_slots(s->item); i++)
        put_slot(c, s->path, plan_slot_at(s->item, i), out);
}

#define TABLE_BYTES_MAX ((size_t)4 << 20)

static int print_table(const struct catalogue *c, const struct schema *s)
{
    struct buf out;
    struct err e = { .fate = ERR_NONE };
    buf_init(&out, TABLE_BYTES_MAX);
    for (size_t i = 0; i < plan_slots(s->plan); i++)
        put_slot(c, slice_of(NULL, 0), plan_slot_at(s->plan, i), &out);
    int code = buf_done(&out, &e) ? CLI_DONE : cli_fail(CLI_CANNOT, &e);
    if (code == CLI_DONE)
        say_lines(stdout, buf_slice(&out));
    buf_release(&out);
    return code;
}

/* ---- the command ---- */

#define SCHEMAS_MAX 64

static int say_unknown(const struct catalogue *c, const char *name)
{
    char names[SCHEMAS_MAX][40], list[400];
    const char *rows[SCHEMAS_MAX];
    struct choices choices = { rows, sizeof rows[0], 0 };
    for (size_t i = 0; i < catalogue_count(c) && i < SCHEMAS_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "%.*s", SHOWN(catalogue_at(c, i)->name));
        rows[choices.n++] = names[i];
    }
    say_to(stderr, "concordat: no schema '%s'; it has: %s\n", name,
           nearest_list(slice_text(name), &choices, list, sizeof list));
    return CLI_NO;
}

static int print_one(const struct catalogue *c, const char *name, bool as_table)
{
    const struct schema *s = catalogue_named(c, slice_text(name));
    if (!s)
        return say_unknown(c, name);
    if (as_table)
        return print_table(c, s);
    say_lines(stdout, s->text);
    say("\n");
    return CLI_DONE;
}

int cmd_schemas(struct cli *c, int argc, char **argv)
{
    bool as_table = argc == 3 && strcmp(argv[2], "--table") == 0;
    if (argc > 2 && !as_table)
        return CLI_USAGE;
    const struct catalogue *schemas = cli_schemas(c);
    if (!schemas)
        return CLI_NO;
    if (argc >= 2)
        return print_one(schemas, argv[1], as_table);
    for (size_t i = 0; i < catalogue_count(schemas); i++) {
        const struct schema *s = catalogue_at(schemas, i);
        say("%016" PRIx64 "  %-14.*s %s", plan_fingerprint(s->plan), (int)s->name.n,
            (const char *)s->name.p,
            s->internal      ? "internal"
            : s->disclosable ? "shared"
                             : "facts");
        for (size_t k = 0; k < s->kind_count; k++)
            say(" %.*s", (int)s->kinds[k].n, (const char *)s->kinds[k].p);
        say("\n");
    }
    return CLI_DONE;
}
