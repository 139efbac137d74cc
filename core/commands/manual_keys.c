/* manual_keys.c - the keys of each file, from the tables that it is read by; what can be chosen of
 * a site's transports and formats. */
#include "commands/manual.h"

#include <stdio.h>
#include <string.h>

#include "contract/secure.h"
#include "mapping/mapping.h"
#include "sharing/load/load_keys.h"
#include "site/site_manual.h"

/* "one of: a, b" */
static void put_choices(char *to, size_t room, const char *const *words)
{
    size_t used = strlen(to);
    for (size_t i = 0; words[i] && used < room; i++)
        used += (size_t)snprintf(to + used, room - used, "%s%s", i ? ", " : ": ", words[i]);
}

static void put_file_key(struct buf *out, const struct strict_key *key)
{
    char kind[400];
    bool is_plain = key->shape == STRICT_ANY && !key->required;
    if (!key->manual)
        return; /* an option, told by its own table */
    bool has_shape = key->shape != STRICT_ANY;
    const char *required = has_shape ? ", required" : "required";
    (void)snprintf(kind, sizeof kind, "%s%s", has_shape ? strict_shape_name(key->shape) + 2 : "",
                   key->required ? required : "");
    if (key->words)
        put_choices(kind, sizeof kind, key->words);
    manual_item(out, key->name, is_plain ? NULL : kind, key->manual);
}

static void put_key_table(struct buf *out, const struct strict_table *table)
{
    char heading[200];
    bool is_map = strchr(table->of, ':') != NULL && strchr(table->of, ',') == NULL;
    (void)snprintf(heading, sizeof heading, is_map ? "`%s`" : "%s",
                   *table->of ? table->of : "The file");
    manual_heading(out, heading);
    for (size_t i = 0; i < table->n; i++)
        put_file_key(out, &table->keys[i]);
}

static void put_topic(struct buf *out, const struct strict_topic *topic)
{
    for (size_t i = 0; topic->tables[i]; i++)
        put_key_table(out, topic->tables[i]);
}

static void put_loaded(struct buf *out, const char *name)
{
    for (const struct strict_topic *t = load_topics; t->name; t++)
        if (strcmp(t->name, name) == 0)
            put_topic(out, t);
}

void manual_region(const struct cli *c, struct buf *out)
{
    (void)c;
    put_loaded(out, "region");
}

void manual_agreement(const struct cli *c, struct buf *out)
{
    (void)c;
    put_loaded(out, "agreement");
}

void manual_prohibitions(const struct cli *c, struct buf *out)
{
    (void)c;
    put_loaded(out, "prohibitions");
}

void manual_aliases(const struct cli *c, struct buf *out)
{
    (void)c;
    put_loaded(out, "aliases");
}

void manual_facts(const struct cli *c, struct buf *out)
{
    (void)c;
    put_loaded(out, "facts");
}

void manual_orders(const struct cli *c, struct buf *out)
{
    (void)c;
    put_loaded(out, "orders");
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
    bool is_required = !o->fallback && !is_group && o->type != CFG_LIST;
    const char *words = is_group ? "map" : option_words(o->type) + 2;
    const char *fallback = o->fallback ? o->fallback : "";
    (void)snprintf(kind, sizeof kind, "%s%s%s%s", words, is_required ? ", required" : "",
                   *fallback ? "; else " : "", fallback);
    manual_item(out, o->key, kind, o->manual);
}

static void put_options(struct buf *out, const struct cfg_option *options)
{
    for (; options->type != CFG_END; options++)
        put_option(out, options);
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
    for (const struct transport *const *t = c->adapters->transports; *t; t++) {
        const char *ways = "sends";
        if ((*t)->run)
            ways = (*t)->send ? "receives and sends" : "receives";
        (void)snprintf(heading, sizeof heading, "`%s`: %s", (*t)->name, ways);
        manual_heading(out, heading);
        put_options(out, (*t)->options);
    }
    put_option_group(out, "The map `tls`", CFG_TLS);
    put_option_group(out, "The map `credentials`", CFG_CREDENTIALS);
    put_option_group(out, "The maps `cleartext` and `anyone`", CFG_WORD);
}

void manual_formats(const struct cli *c, struct buf *out)
{
    for (const struct format *const *f = c->adapters->formats; *f; f++)
        manual_item(out, (*f)->name, NULL, (*f)->manual);
}
