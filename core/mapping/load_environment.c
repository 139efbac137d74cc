/* load_environment.c - whether a mapping can tell a message of a test system from a live one. A
 * test message that passes for live would be disclosed; one that says nothing is taken for what
 * the site is. */
#include "mapping/inside.h"

static const struct field *environment_field(const struct rule *r)
{
    for (size_t i = 0; i < r->setter_count; i++)
        if (slice_equal_text(r->setters[i].field->path, "header.environment"))
            return r->setters[i].field;
    return NULL;
}

/* That place and nothing beside it: of two the other would speak where this one is silent. */
static bool reads_only(const struct field *f, const char *path)
{
    if (f->kind != FIELD_FROM || f->from.count != 1)
        return false;
    struct slice text = f->from.list[0].text, rest = slice_from(text, strlen(path));
    return slice_starts(text, slice_text(path)) && (rest.n == 0 || slice_equal_text(rest, ".1"));
}

/* Conversions that only tidy what is written there. */
static bool is_tidied(enum conversion as)
{
    return as == AS_TEXT || as == AS_TRIM || as == AS_UPPER || as == AS_LOWER;
}

/* Whether the format knows the word as a test's. */
static bool is_never_live(const struct format *format, struct slice text)
{
    if (!format->never_live)
        return false;
    for (const char *const *word = format->never_live; *word; word++)
        if (slice_equal_nocase(text, slice_text(*word)))
            return true;
    return false;
}

/* The first word of f's table that is a test's and becomes "live"; NULL: none. */
static const struct table_entry *test_as_live(const struct format *format, const struct field *f)
{
    if (!f->table)
        return NULL;
    for (size_t i = 0; i < f->table->count; i++) {
        const struct table_entry *entry = &f->table->entries[i];
        bool becomes_live = slice_equal_text(entry->to, "live");
        if (becomes_live && is_never_live(format, entry->from))
            return entry;
    }
    return NULL;
}

/* What is wrong with how it is told; NULL: nothing. */
static const char *fault_of(const struct field *f, const char *path)
{
    if (path && !reads_only(f, path))
        return "it must be read there, and nowhere else";
    if (f->kind == FIELD_TEXT)
        return NULL;
    if (f->passed_count)
        return "'other' must go, since what it passes over would count as live";
    if (!is_tidied(f->as))
        return "it must be read with as: text, trim, upper or lower";
    bool becomes_test = f->miss == MISS_WORD && slice_equal_text(f->word, "test");
    if (f->miss != MISS_REFUSE && !becomes_test)
        return "else: refuse is missing, so an unknown word would pass for live";
    return NULL;
}

static void say_fault(struct loader *l, const struct rule *r, const struct field *f,
                      const char *fault)
{
    const char *path = l->m->format->environment;
    const struct node *at = f ? f->node : r->node;
    if (path)
        strict_say(&l->reader, at, "map.environment",
                   "cannot tell live from test%s%s: want header.environment: {from: %s, as: upper, "
                   "table: {P: live, T: test, D: test}, else: refuse}",
                   fault ? ": " : "", fault ? fault : "", path);
    else if (!f)
        strict_say(&l->reader, at, "map.environment",
                   "the mapping does not tell live messages from tests: set header.environment "
                   "from what says it, or to {text: live} if the source never sends tests");
    else
        strict_say(&l->reader, at, "map.environment", "cannot tell live from test: %s", fault);
}

/* Each rule says where it is read, or that it is live whatever comes. */
static void check_rule(struct loader *l, const struct rule *r)
{
    const struct field *f = environment_field(r);
    const char *path = l->m->format->environment, *fault = f ? fault_of(f, path) : NULL;
    const struct table_entry *lie = f ? test_as_live(l->m->format, f) : NULL;
    if (!f || fault)
        say_fault(l, r, f, fault);
    else if (lie)
        problems_say(l->reader.problems, "map.environment", f->table->file, lie->line, 1,
                     "this table takes '%.*s' for live, and in %s it means a test",
                     SHOWN(lie->from), path);
}

void load_environment(struct loader *l)
{
    for (size_t i = 0; i < l->m->rule_count; i++) {
        const struct field *f = environment_field(&l->m->rules[i]);
        bool known = false; /* what is common is told once */
        for (size_t k = 0; f && k < i && !known; k++)
            known = environment_field(&l->m->rules[k]) == f;
        if (!known)
            check_rule(l, &l->m->rules[i]);
    }
}
