/* reading_parts.c - the feeds and deliveries of a site. */
#include "site/reading.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "sharing/rules/rule_choices.h"
#include "site/site_part.h"

static const struct key *agency_key(struct reading *r, struct slice agency, const struct node *at)
{
    if (!r->keys)
        return NULL;
    const struct node *n = node_get(r->keys, "agency");
    if (!n)
        n = node_get_slice(node_get(r->keys, "agencies"), agency);
    if (n && n->kind == NODE_TEXT)
        return reading_key(r, n, KEY_OF_AGENCY, agency);
    reading_complain(r, at, "site.key", "its agency has no key under keys", agency);
    return NULL;
}

/* Names stand in paths of databases, on the command line and in metrics. */
static void check_part_name(struct reading *r, const struct node *n)
{
    bool good = n->key.n > 0 && n->key.n <= 64 && n->key.p[0] != '.';
    for (size_t i = 0; i < n->key.n && good; i++) {
        uint8_t c = n->key.p[i];
        good = isalnum(c) || memchr("-_.", c, 3) != NULL;
    }
    if (!good)
        strict_say_key(&r->reader, n, "site.name",
                       "cannot use this name: want at most 64 letters, digits, '-', '_' and '.'");
}

/* By the bundle, or by region.yaml itself when the bundle did not load for its own problems. */
static bool has_service(const struct reading *r, struct slice agency, struct slice service)
{
    if (r->site->bundle)
        return bundle_service(r->site->bundle, service) >= 0;
    const struct node *agencies = r->region ? node_get(r->region, "agencies") : NULL;
    if (!agencies)
        return true; /* nobody can tell */
    const struct node *one = node_get_slice(agencies, agency);
    const struct node *services = one ? node_get(one, "services") : NULL;
    return services && node_get_slice(services, slice_from(service, agency.n + 1));
}

static bool say_no_service(struct reading *r, const struct node *n, struct slice service)
{
    if (!r->site->bundle)
        return reading_complain(r, n, "site.service", "region.yaml has no such service", service);
    const struct choices_at services = choices_of_services(r->site->bundle);
    return reading_unknown(r, n, "site.service", "service", service, &services);
}

/* "agency/service" of a feed's service: or a delivery's for:, checked against region.yaml. */
static bool read_service(struct reading *r, const struct node *map, const char *key,
                         struct slice *agency, struct slice *service)
{
    const struct node *n = strict_member(map, key, NODE_TEXT);
    if (!n)
        return false;
    *service = n->text;
    if (!slice_is_empty(r->agency))
        *service = slice_text(arena_format(r->reader.arena, "%.*s/%.*s", (int)r->agency.n,
                                           (const char *)r->agency.p, (int)n->text.n,
                                           (const char *)n->text.p));
    *agency = slice_head(*service, slice_find(*service, '/'));
    if (!has_service(r, *agency, *service))
        return say_no_service(r, n, *service);
    return true;
}

#define TRANSPORTS_SHOWN 32

static bool tell_transports(struct reading *r, const struct node *n)
{
    const char *names[TRANSPORTS_SHOWN];
    char list[110];
    struct choices choices = { names, sizeof names[0], 0 };
    while (choices.n < TRANSPORTS_SHOWN && r->adapters->transports[choices.n]) {
        names[choices.n] = r->adapters->transports[choices.n]->name;
        choices.n++;
    }
    return strict_say(&r->reader, n, "site.transport",
                      "cannot use '%.*s': no such transport; want %s", SHOWN(n->first->key),
                      nearest_list(n->first->key, &choices, list, sizeof list));
}

static bool read_transport(struct reading *r, const struct node *map, bool receives,
                           const struct transport **transport, void **state)
{
    const struct node *n = strict_member(map, "transport", NODE_MAP);
    if (!n)
        return false;
    if (n->count != 1 || n->first->kind != NODE_MAP)
        return strict_say(&r->reader, n, "site.transport",
                          "cannot read 'transport': want one transport with its options");
    const struct transport *t = registry_transport(r->adapters, n->first->key);
    if (!t)
        return tell_transports(r, n);
    bool can = receives ? t->run != NULL : t->send != NULL;
    if (!can)
        return reading_complain(r, n, "site.transport",
                                receives ? "it only sends" : "it only receives", n->first->key);
    struct err e = { 0 };
    *transport = t;
    *state = arena_alloc(r->reader.arena, t->state_size);
    if (!*state)
        return strict_memory(&r->reader);
    if (!options_read(r->reader.arena, n->first, t->options, r->site->folder, *state,
                      r->reader.problems))
        return false;
    if (t->check && !t->check(*state, receives, &e))
        return strict_say(&r->reader, n->first, e.code, "%s", e.text);
    return reading_stand(r, n->first, t, receives, *state);
}

/* Looked up in the site first, then in what was installed; NULL: in neither. */
static const char *find_mapping_file(struct reading *r, struct slice name)
{
    const char *places[] = { r->site->folder, r->share };
    for (size_t i = 0; i < 2; i++) {
        const char *path = strict_path(r->reader.arena, places[i], name);
        char *real = path ? realpath(path, NULL) : NULL;
        const char *found = real ? arena_text(r->reader.arena, slice_text(real)) : NULL;
        free(real);
        if (found)
            return found;
    }
    return NULL;
}

static const struct mapping *read_mapping(struct reading *r, const struct node *map, bool in)
{
    const struct node *n = strict_member(map, "mapping", NODE_TEXT);
    if (!n || !r->site->catalogue)
        return NULL;
    const char *path = find_mapping_file(r, n->text);
    if (!path) {
        reading_complain(r, n, "site.mapping", "neither the site nor the program's data has it",
                         n->text);
        return NULL;
    }
    const struct mapping *m =
        mapping_load(r->reader.arena, path, r->adapters, r->site->catalogue, r->reader.problems);
    if (m && mapping_is_in(m) != in) {
        reading_complain(r, n, "site.mapping",
                         in ? "a feed wants an in: mapping" : "a delivery wants an out: mapping",
                         n->text);
        return NULL;
    }
    return m;
}

/* What delivers or takes in, beside its transport: options of our own. */
static void read_own(struct reading *r, const struct node *map, const struct cfg_option *options,
                     void *into)
{
    struct node own = {
        .kind = NODE_MAP, .file = map->file, .line = map->line, .column = map->column
    };
    for (const struct node *n = map->first; n; n = n->next) {
        struct node *copy =
            option_named(options, n->key) ? ARENA_NEW(r->reader.arena, struct node) : NULL;
        if (!copy)
            continue;
        *copy = *n;
        node_put(&own, n->key, copy);
    }
    options_read(r->reader.arena, &own, options, r->site->folder, into, r->reader.problems);
}

/* What the agency of a feed may do, and its keys. */
static void read_agency(struct reading *r, const struct node *n, struct site_feed *f)
{
    const struct bundle *b = r->site->bundle;
    int agency = b ? bundle_agency(b, f->agency) : -1;
    f->agency_key = agency_key(r, f->agency, n);
    if (agency < 0)
        return;
    f->traced = bundle_feed_is_traced(b, f->agency, n->key);
    if (!b->agencies[agency].entitled)
        return;
    f->region_key = r->region_key;
    if (r->keys && !node_get(r->keys, "region"))
        reading_complain(r, n, "site.key",
                         "its agency may see NHS numbers, and keys has no region key", f->agency);
}

static void read_timeliness(struct reading *r, const struct node *n, struct site_feed *f)
{
    f->timeliness = reading_text(r, n, "timeliness");
    if (!f->timeliness)
        f->timeliness = "realtime";
}

const struct cfg_option reading_feed_options[] = {
    { "spool_max", CFG_BYTES, offsetof(struct site_feed, spool_max_bytes), "8GiB",
      "space for messages that wait for the bus; when it is full, senders are asked to come again "
      "later" },
    { "keep", CFG_MS, offsetof(struct site_feed, keep_ms), "48h",
      "how long published messages are stored, within spool_max, so that they can be published "
      "again if the bus loses them" },
    { "quarantine_max", CFG_BYTES, offsetof(struct site_feed, quarantine_max_bytes), "0",
      "space for the quarantine; 0: an eighth of spool_max" },
    { "quarantine_age", CFG_MS, offsetof(struct site_feed, quarantine_age_ms), "30d",
      "how long a message may stay in the quarantine: then it raises an alarm, or is deleted if "
      "its sender was told no" },
    { "words_max", CFG_BYTES, offsetof(struct site_feed, words_max_bytes), "0",
      "space for consents, objections and restrictions that wait for a link to a person; 0: an "
      "eighth of spool_max" },
    { "stale_after", CFG_MS, offsetof(struct site_feed, stale_after_ms), "0s",
      "for a feed of snapshots: raise an alarm when no complete one has come for this long; 0s: "
      "never" },
    { .type = CFG_END },
};

static void read_feed(struct reading *r, const struct node *n, struct site_feed *f)
{
    strict_keys(&r->reader, n, &reading_keys_feed);
    check_part_name(r, n);
    f->name = arena_text(r->reader.arena, n->key);
    const struct node *contact = strict_member(n, "contact", NODE_MAP);
    strict_keys(&r->reader, contact, &reading_keys_contact);
    f->system = reading_text(r, n, "system");
    f->contact_team = reading_text(r, contact, "team");
    f->contact_phone = reading_text(r, contact, "phone");
    read_timeliness(r, n, f);
    read_own(r, n, reading_feed_options, f);
    read_transport(r, n, true, &f->transport, &f->state);
    f->transport_at = node_get(n, "transport");
    f->mapping = read_mapping(r, n, true);
    f->spool = site_part_file(r->reader.arena, r->site->state_folder, "feed", f->name);
    if (read_service(r, n, "service", &f->agency, &f->service))
        read_agency(r, n, f);
}

/* Whether another delivery serves that service: both would read its topic, and each disclosure
 * would end twice. */
static bool is_served(const struct site *s, const struct site_delivery *d)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (&s->deliveries[i] != d && slice_equal(s->deliveries[i].service, d->service))
            return true;
    return false;
}

/* AE mostly concerns the message, and sometimes a database that is away: it is tried for some four
 * minutes by the usual waits, and then a human must look. AR mostly means "not now", so it is
 * tried until it is over. */
#define TRIES_ON_ERROR 10

/* "park", "retry", or {retry: N}: how often it is sent before it is parked; 0: for ever. */
static int64_t read_tries(struct reading *r, const struct node *map, const char *key,
                          int64_t fallback)
{
    const struct node *n = node_get(map, key);
    int64_t most = 0;
    if (!n)
        return fallback;
    const struct node *times = NULL;
    if (n->kind == NODE_MAP && n->count == 1)
        times = node_get(n, "retry");
    if (n->kind == NODE_TEXT && slice_equal_text(n->text, "park"))
        return 1;
    if (n->kind == NODE_TEXT && slice_equal_text(n->text, "retry"))
        return 0;
    if (times && times->kind == NODE_TEXT && slice_to_i64(times->text, &most) && most > 0)
        return most;
    strict_say(&r->reader, n, "site.option",
               "cannot read '%s': want park, retry, or {retry: N} with N tries before it is parked",
               key);
    return fallback;
}

const struct cfg_option reading_delivery_options[] = {
    { "retry", CFG_MS, offsetof(struct site_delivery, retry_ms), "1s",
      "wait before the second try; doubles each time" },
    { "retry_max", CFG_MS, offsetof(struct site_delivery, retry_max_ms), "60s",
      "the longest wait between two tries" },
    { "retry_after_max", CFG_MS, offsetof(struct site_delivery, retry_after_max_ms), "1h",
      "the longest pause that the partner may ask for (Retry-After)" },
    { "alarm_after", CFG_MS, offsetof(struct site_delivery, alarm_after_ms), "10m",
      "how long a disclosure may keep failing before it raises an alarm" },
    { .type = CFG_END },
};

static void read_delivery(struct reading *r, const struct node *n, struct site_delivery *d)
{
    strict_keys(&r->reader, n, &reading_keys_delivery);
    check_part_name(r, n);
    d->name = arena_text(r->reader.arena, n->key);
    read_own(r, n, reading_delivery_options, d);
    d->tries_on_error = read_tries(r, n, "on_error", TRIES_ON_ERROR);
    d->tries_on_reject = read_tries(r, n, "on_reject", 0);
    read_transport(r, n, false, &d->transport, &d->state);
    d->mapping = read_mapping(r, n, false);
    d->database = site_part_file(r->reader.arena, r->site->state_folder, "delivery", d->name);
    if (read_service(r, n, "for", &d->agency, &d->service) && is_served(r->site, d))
        reading_complain(r, node_get(n, "for"), "site.service", "another delivery serves it",
                         d->service);
}

void reading_feeds(struct reading *r, const struct node *root)
{
    const struct node *n = strict_member(root, "feeds", NODE_MAP);
    if (!n)
        return;
    r->site->feeds = ARENA_ARRAY(r->reader.arena, n->count + 1, struct site_feed);
    for (const struct node *m = n->first; m && r->site->feeds; m = m->next)
        if (strict_is(&r->reader, m, NODE_MAP, "a feed"))
            read_feed(r, m, &r->site->feeds[r->site->feed_count++]);
}

void reading_deliveries(struct reading *r, const struct node *root)
{
    const struct node *n = strict_member(root, "deliveries", NODE_MAP);
    if (!n)
        return;
    r->site->deliveries = ARENA_ARRAY(r->reader.arena, n->count + 1, struct site_delivery);
    for (const struct node *m = n->first; m && r->site->deliveries; m = m->next) {
        if (node_get_slice(node_get(root, "feeds"), m->key))
            reading_complain(r, m, "site.name", "a feed has that name", m->key);
        if (strict_is(&r->reader, m, NODE_MAP, "a delivery"))
            read_delivery(r, m, &r->site->deliveries[r->site->delivery_count++]);
    }
}
