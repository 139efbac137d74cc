/* reading_bus.c - where the bus is, whether it may be gone to in the clear or without showing who
 * comes, and whether the files of its TLS can be used. */
#include <sys/stat.h>

#include "base/address.h"
#include "site/reading.h"

struct bus_read {
    const char *url;
    struct secure secure; /* its words alone */
};

/* "host:port,host:port?..." */
static bool is_local_kafka(struct slice list)
{
    list = slice_head(list, slice_find(list, '?'));
    while (list.n > 0) {
        size_t comma = slice_find(list, ',');
        if (!address_is_local(slice_head(list, comma)))
            return false;
        list = slice_from(list, comma + 1);
    }
    return true;
}

/* "host:port?name=value&name=value"; empty: it is not set. */
static struct slice bus_setting(struct slice address, const char *name)
{
    struct slice rest = slice_from(address, slice_find(address, '?') + 1);
    while (rest.n > 0) {
        struct slice one = slice_head(rest, slice_find(rest, '&'));
        size_t cut = slice_find(one, '=');
        if (slice_equal_text(slice_head(one, cut), name))
            return slice_from(one, cut + 1);
        rest = slice_from(rest, one.n + 1);
    }
    return slice_of(NULL, 0);
}

static bool check_because(struct reading *r, const struct secure_word *w)
{
    bool has_reason = !slice_is_empty(slice_trim(slice_text(w->because)));
    if (w->at && !has_reason)
        return strict_say(
            &r->reader, w->at, "secure.word",
            "'because' is empty: write why this is right, for whoever reads it later");
    return true;
}

/* By what librdkafka is told. shows: the bus learns who comes. */
struct protection {
    bool encrypted, shows;
};

static struct protection protection_of(struct slice address)
{
    struct slice protocol = bus_setting(address, "security.protocol");
    bool sasl_ssl = slice_equal_nocase(protocol, SLICE("SASL_SSL"));
    bool tls = sasl_ssl || slice_equal_nocase(protocol, SLICE("SSL"));
    bool sasl = sasl_ssl || slice_equal_nocase(protocol, SLICE("SASL_PLAINTEXT"));
    bool has_certificate = tls && bus_setting(address, "ssl.certificate.location").n > 0;
    return (struct protection){ tls, sasl || has_certificate };
}

/* Notes words that change nothing, and settings that weaken the connection. */
static void note_far(struct reading *r, const struct node *n, struct slice address,
                     const struct secure *s, const struct protection *p)
{
    if (p->encrypted && s->cleartext.at)
        reading_note(
            r, s->cleartext.at, "secure.needless",
            "'cleartext' does nothing here, since the bus is reached by TLS: leave it out");
    if (p->shows && s->anyone.at)
        reading_note(r, s->anyone.at, "secure.needless",
                     "'anyone' does nothing here, since we show the bus who we are: leave it out");
    if (p->encrypted &&
        slice_equal_text(bus_setting(address, "ssl.endpoint.identification.algorithm"), "none"))
        reading_note(
            r, n, "secure.name",
            "the names in the brokers' certificates are not looked at "
            "(ssl.endpoint.identification.algorithm=none): whoever has one is taken for the bus");
}

/* Brokers that are gone to beyond this machine. */
static void check_far(struct reading *r, const struct node *n, struct slice address,
                      const struct secure *s)
{
    const struct protection p = protection_of(address);
    struct slice hosts = slice_head(address, slice_find(address, '?'));
    hosts = slice_head(hosts, hosts.n < 60 ? hosts.n : 60);
    if (!p.encrypted && !s->cleartext.at)
        strict_say(
            &r->reader, n, "secure.cleartext",
            "cannot use the bus at '%.*s' in the clear, beyond this machine: want "
            "security.protocol=SSL or SASL_SSL, or cleartext: {because: \"why that is right\"}",
            SHOWN(hosts));
    if (!p.shows && !s->anyone.at)
        strict_say(
            &r->reader, n, "secure.anyone",
            "cannot use a bus that takes anyone, at '%.*s': want SASL or a client certificate, "
            "or anyone: {because: \"why that is right\"}",
            SHOWN(hosts));
    note_far(r, n, address, s, &p);
}

static void check_near_bus(struct reading *r, const struct secure *s)
{
    const struct secure_word *const words[] = { &s->cleartext, &s->anyone };
    for (size_t i = 0; i < 2; i++)
        if (words[i]->at)
            reading_note(r, words[i]->at, "secure.needless",
                         "this changes nothing here: the bus is on this machine");
}

/* ---- the files that a Kafka's address names ---- */

#define TLS_AT(field) offsetof(struct tls_settings, field)
static const struct {
    const char *name;
    size_t at; /* in tls_settings */
} files[] = {
    { "ssl.ca.location", TLS_AT(ca) },   { "ssl.certificate.location", TLS_AT(cert) },
    { "ssl.key.location", TLS_AT(key) }, { "ssl.key.password.file", TLS_AT(passphrase) },
    { "sasl.password.file", SIZE_MAX },
};

/* A folder of authorities, and "probe", are the client's to read. */
static bool is_looked_at(const char *path, const char *name)
{
    struct stat st;
    if (strcmp(name, "ssl.ca.location") != 0)
        return true;
    bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    return !is_folder;
}

/* "name=value" with the value where the site means it: beside its site.yaml, as other files. */
static const char *place_one(struct reading *r, struct slice pair)
{
    struct arena *a = r->reader.arena;
    size_t cut = slice_find(pair, '=');
    struct slice name = slice_head(pair, cut), value = slice_from(pair, cut + 1);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (!slice_equal_text(name, files[i].name) || !value.n || slice_equal_text(value, "probe"))
            continue;
        const char *path = strict_path(a, r->site->folder, value);
        if (path && files[i].at != SIZE_MAX && is_looked_at(path, files[i].name))
            *(const char **)((char *)&r->site->bus_tls + files[i].at) = path;
        return path ? arena_format(a, "%s=%s", files[i].name, path) : NULL;
    }
    return arena_text(a, pair);
}

/* The address with these files' places; NULL without memory. */
static const char *place_files(struct reading *r, struct slice url)
{
    size_t cut = slice_find(url, '?');
    const char *out = arena_text(r->reader.arena, slice_head(url, cut)), *between = "?";
    struct slice rest = slice_from(url, cut + 1);
    while (out && rest.n > 0) {
        struct slice one = slice_head(rest, slice_find(rest, '&'));
        const char *placed = place_one(r, one);
        out = placed ? arena_format(r->reader.arena, "%s%s%s", out, between, placed) : NULL;
        rest = slice_from(rest, one.n + 1);
        between = "&";
    }
    return out;
}

/* Tries the files as the client will read them, for its own errors are for people who know
 * OpenSSL. */
static void check_files(struct reading *r, const struct node *n)
{
    struct err e = { .fate = ERR_NONE };
    int64_t until_ms = TLS_NO_END;
    const struct tls_settings *t = &r->site->bus_tls;
    bool any = cfg_is_set(t->cert) || cfg_is_set(t->key) || cfg_is_set(t->ca);
    if (r->keys_mode == SITE_KEYS_NAMED || !any)
        return;
    if (cfg_is_set(t->cert) != cfg_is_set(t->key))
        strict_say(&r->reader, n, "secure.tls",
                   "cannot use ssl.certificate.location without ssl.key.location, nor the other "
                   "way round");
    else if (!tls_try(t, &until_ms, &e))
        strict_say(&r->reader, n, e.code, "%s", e.text);
    else
        reading_days(r, n, until_ms, "the bus is shown a new one after a restart");
}

static void read_url(struct reading *r, const struct node *n, const struct secure *secure)
{
    struct site *s = r->site;
    s->bus_at = n;
    s->bus_cleartext = secure->cleartext;
    s->bus_anyone = secure->anyone;
    if (slice_starts(n->text, SLICE("embedded:"))) {
        const char *path = strict_path(r->reader.arena, s->state_folder, slice_from(n->text, 9));
        s->bus_url = arena_format(r->reader.arena, "embedded:%s", path ? path : "");
        check_near_bus(r, secure);
        return;
    }
    if (!slice_starts(n->text, SLICE("kafka://"))) {
        reading_complain(r, n, "site.bus", "want embedded:FILE or kafka://HOST:PORT,...", n->text);
        return;
    }
    struct slice address = slice_from(n->text, 8);
    s->bus_url = place_files(r, n->text);
    check_files(r, n);
    if (is_local_kafka(address))
        check_near_bus(r, secure);
    else if (s->places.demo)
        reading_not_local(r, n, n->text);
    else
        check_far(r, n, address, secure);
}

const struct cfg_option reading_bus_options[] = {
    { "url", CFG_TEXT, offsetof(struct bus_read, url), NULL,
      "embedded:FILE or kafka://HOST:PORT,..." },
    SECURE_CLEARTEXT(offsetof(struct bus_read, secure)),
    SECURE_ANYONE(offsetof(struct bus_read, secure)),
    { .type = CFG_END },
};

void reading_bus(struct reading *r, const struct node *root)
{
    const struct node *n = node_get(root, "bus"), *topics = strict_member(root, "topics", NODE_MAP);
    struct bus_read bus = { .url = NULL };
    if (n && n->kind == NODE_MAP) {
        bool good = options_read(r->reader.arena, n, reading_bus_options, r->site->folder, &bus,
                                 r->reader.problems);
        good = good && check_because(r, &bus.secure.cleartext);
        good = good && check_because(r, &bus.secure.anyone);
        n = good ? node_get(n, "url") : NULL;
    }
    if (n)
        read_url(r, n, &bus.secure);
    strict_keys(&r->reader, topics, &reading_keys_topics);
    const char *prefix = reading_text(r, topics, "prefix");
    r->site->topic_prefix = prefix ? prefix : "";
}
