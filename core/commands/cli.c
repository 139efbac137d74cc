/* cli.c - loading a site and opening its bus, for every command alike. */
#include "commands/cli.h"

#include <stdio.h>
#include <string.h>

#include "host/say.h"

void cli_print_problems(struct problems *p)
{
    char line[600];
    problems_sort(p);
    for (size_t i = 0; i < p->count; i++)
        say_to(stderr, "%s\n", err_print(&p->list[i], line, sizeof line));
    say_to(stderr, "%zu problem%s\n", p->count, p->count == 1 ? "" : "s");
}

int cli_fail(enum cli_exit code, const struct err *e)
{
    say_err(e);
    return (int)code;
}

struct site *cli_site(struct cli *c, const char *path, enum site_keys keys)
{
    struct problems p = { 0 };
    struct site *s = site_load(&c->arena, path, c->adapters, keys, &p);
    if (!s)
        cli_print_problems(&p);
    problems_release(&p);
    return s;
}

const struct catalogue *cli_schemas(struct cli *c)
{
    struct problems p = { 0 };
    const char *share = site_share(&c->arena);
    const char *folder = share ? arena_format(&c->arena, "%s/schemas", share) : NULL;
    const struct catalogue *schemas = folder ? catalogue_load(&c->arena, folder, &p) : NULL;
    if (!schemas)
        cli_print_problems(&p);
    problems_release(&p);
    return schemas;
}

struct bus *cli_bus(const struct site *s, bool read_only)
{
    struct bus_options o = {
        .url = s->bus_url,
        .prefix = s->topic_prefix,
        .client = "concordat",
        .read_only = read_only,
    };
    struct bus *b = NULL;
    struct err e = { 0 };
    if (!bus_open(&o, &b, &e))
        cli_fail(CLI_CANNOT, &e);
    return b;
}
