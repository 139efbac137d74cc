/* cli_rules.c - the rules as they lie in a folder, for the people who write and sign them: the
 * folder of a site, or of a region.yaml alone. */
#include "commands/cli.h"
#include "host/say.h"
#include "sharing/load/bundle_load.h"

#include <stdio.h>
#include <unistd.h>

static bool has_file(struct cli *c, const char *folder, const char *name)
{
    const char *path = arena_format(&c->arena, "%s/%s", folder, name);
    return path && access(path, R_OK) == 0;
}

bool cli_is_rules_only(struct cli *c, const char *path)
{
    return !has_file(c, path, "site.yaml") && has_file(c, path, "region.yaml");
}

bool cli_rules(struct cli *c, const char *path, struct cli_rules *out)
{
    struct site_places places = { .region = path };
    struct problems p = { 0 };
    struct err e = { 0 };
    *out = (struct cli_rules){ .folder = NULL };
    if (!cli_is_rules_only(c, path) && !site_places_read(&c->arena, path, &places, &e)) {
        cli_fail(CLI_CANNOT, &e);
        return false;
    }
    if (!places.region) {
        say_to(stderr, "concordat: '%s' names no region.yaml\n", path);
        return false;
    }
    out->folder = places.region;
    out->catalogue = cli_schemas(c);
    if (!out->catalogue)
        return false;
    out->bundle = bundle_load(&c->arena, places.region, out->catalogue, &p);
    if (!out->bundle)
        cli_print_problems(&p);
    problems_release(&p);
    return out->bundle != NULL;
}
