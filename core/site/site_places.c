/* site_places.c - what a site says of its folders, read for itself: also when no bundle can be
 * loaded, as before the first one is packed. */
#include "site/reading.h"

#include <stdlib.h>
#include <string.h>

/* The folder and file that path means; both absolute. */
static bool find_file(struct arena *a, const char *path, struct site_places *out, const char **file,
                      struct err *e)
{
    char *real = realpath(path, NULL);
    if (!real)
        return err_set(e, ERR_REJECT, "site.open", 0, "cannot open '%s': no such site", path);
    struct slice text = slice_text(real);
    if (slice_ends(text, SLICE(".yaml"))) {
        size_t cut = text.n;
        while (cut > 0 && text.p[cut - 1] != '/')
            cut--;
        *file = arena_text(a, text);
        out->folder = arena_text(a, slice_head(text, cut > 1 ? cut - 1 : cut));
    } else {
        out->folder = arena_text(a, text);
        *file = arena_format(a, "%s/site.yaml", real);
    }
    free(real);
    return (*file && out->folder) || err_memory(e);
}

static const char *place_path(struct arena *a, const struct node *root, const char *key,
                              const struct site_places *p)
{
    struct slice text = strict_text(root, key);
    return text.n ? strict_path(a, p->folder, text) : NULL;
}

static bool places_of(struct arena *a, const struct node *root, struct site_places *out,
                      struct err *e)
{
    struct slice state = strict_text(root, "state");
    const char *share = site_share(a);
    out->state = strict_path(a, out->folder, state.n ? state : SLICE("state"));
    out->bundles = out->state ? arena_format(a, "%s/bundles", out->state) : NULL;
    out->schemas = share ? arena_format(a, "%s/schemas", share) : NULL;
    out->demo = slice_equal_text(strict_text(root, "demo"), "true");
    out->first = place_path(a, root, "bundle", out);
    out->region = place_path(a, root, "region", out);
    struct slice region = slice_text(out->region);
    if (out->region && slice_ends(region, SLICE("/region.yaml")))
        out->region = arena_text(a, slice_head(region, region.n - strlen("/region.yaml")));
    return (out->bundles && out->schemas) || err_memory(e);
}

bool site_open_file(struct arena *a, const char *path, struct site_places *out, struct node **root,
                    struct err *e)
{
    const char *file = NULL;
    *out = (struct site_places){ .demo = false };
    if (!find_file(a, path, out, &file, e))
        return false;
    if (!tree_yaml_file(a, file, root, e))
        return false;
    return places_of(a, *root, out, e);
}

bool site_places_read(struct arena *a, const char *path, struct site_places *out, struct err *e)
{
    struct node *root = NULL;
    return site_open_file(a, path, out, &root, e);
}
