/* manual_keys.c - the keys of each file, from the tables that it is read by; what can be chosen of
 * a site's transports and formats. */
#include "commands/manual.h"

#include <stdio.h>
#include <string.h>

#include "contract/secure.h"
#include "mapping/mapping.h"
#include "sharing/load/load_keys.h"
#include "site/site_manual.h"

/* "a map" as it stands in brackets: "map". */
static const char *without_article(const char *name)
{
    return strncmp(name, "a ", 2) == 0 ? name + 2 : name;
}

/* Appends ": a, b" to what `to` has; n is its size. What is longer is cut off. */
static void add_choices(char *to, size_t n, const char *const *choices)
{
    const char *between = ": ";
    size_t used = strlen(to);
    for (size_t i = 0; choices[i] && used < n; i++) {
        used += (size_t)snprintf(to + used, n - used, "%s%s", between, choices[i]);
        between = ", ";
    }
}

static void put_file_key(struct buf *out, const struct strict_key *key)
{
    char kind[400];
    bool is_option = !key->manual; /* the table of the options tells it */
    if (is_option)
        return;
    bool has_shape = key->shape != STRICT_ANY;
    const char *shape = has_shape ? without_article(strict_shape_name(key->shape)) : "";
    const char *between = has_shape && key->required ? ", " : "";
    const char *required = key->required ? "required" : "";
    (void)snprintf(kind, sizeof kind, "%s%s%s", shape, between, required);
    if (key->words)
        add_choices(kind, sizeof kind, key->words);
    bool has_kind = has_shape || key->required;
    manual_item(out, key->name, has_kind ? kind : NULL, key->manual);
}

static void put_key_table(struct buf *out, const struct strict_table *table)
{
    char heading[200];
    bool has_name = *table->of != '\0';
    bool is_key = strchr(table->of, ':') != NULL && strchr(table->of, ',') == NULL;
    (void)snprintf(heading, sizeof heading, is_key ? "`%s`" : "%s",
                   has_name ? table->of : "The file");
    manual_heading(out, heading);
    for (size_t i = 0; i < table->n; i++)
        put_file_key(out, &table->keys[i]);
}

static void put_topic(struct buf *out, const struct strict_topic *topic)
{
    for (size_t i = 0; topic->tables[i]; i++)
        put_key_table(out, topic->tables[i]);
}

/* Puts that topic of the bundle's files. */
static void put_bundle_topic(struct buf *out, const char *name)
{
    for (const struct strict_topic *t = load_topics; t->name; t++)
        if (strcmp(t->name, name) == 0)
            put_topic(out, t);
}

void manual_region(const struct cli *c, struct buf *out)
{
    (void)c;
    put_bundle_topic(out, "region");
}

void manual_agreement(const struct cli *c, struct buf *out)
{
    (void)c;
    put_bundle_topic(out, "agreement");
}

void manual_prohibitions(const struct cli *c, struct buf *out)
{
    (void)c;
    put_bundle_topic(out, "prohibitions");
}

void manual_aliases(const struct cli *c, struct buf *out)
{
    (void)c;
    put_bundle_topic(out, "aliases");
}

void manual_facts(const struct cli *c, struct buf *out)
{
    (void)c;
    put_bundle_topic(out, "facts");
}

void manual_orders(const struct cli *c, struct buf *out)
{
    (void)c;
    put_bundle_topic(out, "orders");
}

void manual_mapping(const struct cli *c, struct buf *out)
{
    (void)c;
    put_topic(out, &mapping_topic);
    manual_heading(out, "Conversions (`as:`)");
    for (size_t i = 0; mapping_conversion(i); i++)
        manual_item(out, mapping_conversion(i), NULL, NULL);
}

/* ---- options ---- */

static void put_option(struct buf *out, const struct cfg_option *o)
{
    char kind[200];
    bool is_group = secure_group(o->type) != NULL;
    bool may_be_left_out = o->fallback || is_group || o->type == CFG_LIST;
    bool has_fallback = o->fallback && *o->fallback;
    const char *shape = is_group ? "map" : without_article(option_words(o->type));
    const char *required = may_be_left_out ? "" : ", required";
    const char *otherwise = has_fallback ? "; else " : "";
    const char *fallback = has_fallback ? o->fallback : "";
    (void)snprintf(kind, sizeof kind, "%s%s%s%s", shape, required, otherwise, fallback);
    manual_item(out, o->key, kind, o->manual);
}

static void put_options(struct buf *out, const struct cfg_option *options)
{
    for (const struct cfg_option *o = options; o->type != CFG_END; o++)
        put_option(out, o);
}

static void put_option_group(struct buf *out, const char *name, enum cfg_type type)
{
    manual_heading(out, name);
    put_options(out, secure_group(type));
}

void manual_site(const struct cli *c, struct buf *out)
{
    char heading[100];
    (void)c;
    put_topic(out, &reading_topic);
    for (const struct site_option_group *g = site_option_groups; g->of; g++) {
        (void)snprintf(heading, sizeof heading, "`%s` options", g->of);
        manual_heading(out, heading);
        put_options(out, g->options);
    }
}

void manual_transports(const struct cli *c, struct buf *out)
{
    char heading[100];
    for (size_t i = 0; c->adapters->transports[i]; i++) {
        const struct transport *t = c->adapters->transports[i];
        const char *ways = "sends";
        if (t->run)
            ways = t->send ? "receives and sends" : "receives";
        (void)snprintf(heading, sizeof heading, "`%s`: %s", t->name, ways);
        manual_heading(out, heading);
        put_options(out, t->options);
    }
    put_option_group(out, "The map `tls`", CFG_TLS);
    put_option_group(out, "The map `credentials`", CFG_CREDENTIALS);
    put_option_group(out, "The maps `cleartext` and `anyone`", CFG_WORD);
}

void manual_formats(const struct cli *c, struct buf *out)
{
    for (size_t i = 0; c->adapters->formats[i]; i++) {
        const struct format *f = c->adapters->formats[i];
        manual_item(out, f->name, NULL, f->manual);
    }
}
