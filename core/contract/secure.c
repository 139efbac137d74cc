/* secure.c - the groups' options, and what they mean together. */
#include "contract/secure.h"

#include <string.h>

#include "base/address.h"

#define TLS_AT(field) offsetof(struct secure_tls, field)
#define CREDENTIALS_AT(field) offsetof(struct secure_credentials, field)

static const struct cfg_option tls_options[] = {
    { "cert", CFG_PATH, TLS_AT(cert), "",
      "PEM file: its own certificate, then those that signed it" },
    { "key", CFG_PATH, TLS_AT(key), "", "PEM file (mode 0600): the key of that certificate" },
    { "ca", CFG_PATH, TLS_AT(ca), "",
      "PEM file: trusted authorities, and revocation lists; unless set, a sender trusts the "
      "system's" },
    { "client", CFG_TEXT, TLS_AT(client), "",
      "required or optional: whether a client must show a certificate; unless set it is not "
      "asked" },
    { "name", CFG_TEXT, TLS_AT(name), "",
      "the name that the other side's certificate must have; unless set: the host that is called" },
    { "min", CFG_TEXT, TLS_AT(min), "1.2", "the oldest version taken: 1.2 or 1.3" },
    { .type = CFG_END },
};

static const struct cfg_option credentials_options[] = {
    { "bearer_file", CFG_PATH, CREDENTIALS_AT(bearer_file), "",
      "file (mode 0600) with a token, sent as Authorization: Bearer" },
    { "basic_file", CFG_PATH, CREDENTIALS_AT(basic_file), "",
      "file (mode 0600) with user:password, sent as Authorization: Basic" },
    { "header", CFG_TEXT, CREDENTIALS_AT(header), "", "name of a header that carries a key" },
    { "value_file", CFG_PATH, CREDENTIALS_AT(value_file), "",
      "file (mode 0600) with that header's value" },
    { "oauth2", CFG_TEXT, CREDENTIALS_AT(oauth2), "", "not yet" },
    { .type = CFG_END },
};

static const struct cfg_option word_options[] = {
    { "because", CFG_TEXT, offsetof(struct secure_word, because), NULL,
      "why that is right, for whoever reads `check`" },
    { .type = CFG_END },
};

const struct cfg_option *secure_group(enum cfg_type type)
{
    switch (type) {
    case CFG_TLS:
        return tls_options;
    case CFG_CREDENTIALS:
        return credentials_options;
    case CFG_WORD:
        return word_options;
    default:
        return NULL;
    }
}

/* The error's place is the option's value where it is given, else its group. */
static bool refuse_option(const struct node *group, const char *key, const char *code,
                          const char *words, struct err *e)
{
    const struct node *n = node_get(group, key);
    n = n ? n : group;
    if (!n)
        return err_set(e, ERR_FATAL, code, 0, "%s", words);
    return err_set_place(e, ERR_FATAL, code, n->file, n->line, n->column, "%s", words);
}

static bool word_is(const char *text, const char *word)
{
    return cfg_is_set(text) && strcmp(text, word) == 0;
}

/* ---- tls ---- */

static bool check_side(const struct secure_stand *s, struct err *e)
{
    const struct secure_tls *t = &s->secure->tls;
    bool has_cert = cfg_is_set(t->cert), has_key = cfg_is_set(t->key), has_ca = cfg_is_set(t->ca);
    bool asks_client = cfg_is_set(t->client);
    if (s->listens && cfg_is_set(t->name))
        return refuse_option(t->at, "name", "secure.tls",
                             "'name' is for who connects, not for a listener", e);
    if (!s->listens && asks_client)
        return refuse_option(t->at, "client", "secure.tls",
                             "'client' is for a listener, not for who connects", e);
    if (s->listens && !(has_cert && has_key))
        return refuse_option(t->at, "", "secure.tls",
                             "'cert' and 'key' are missing: a listener with tls needs them", e);
    if (has_cert != has_key)
        return refuse_option(t->at, has_cert ? "cert" : "key", "secure.tls",
                             "'cert' and 'key' go together, and one of them is missing", e);
    if (s->listens && has_ca && !asks_client)
        return refuse_option(
            t->at, "ca", "secure.tls",
            "'ca' does nothing for this listener without 'client: required' or 'client: optional'",
            e);
    if (asks_client && !has_ca)
        return refuse_option(
            t->at, "client", "secure.tls",
            "'ca' is missing: it names the authorities whose certificates are good", e);
    return true;
}

static bool check_tls(const struct secure_stand *s, struct err *e)
{
    const struct secure_tls *t = &s->secure->tls;
    if (!t->at)
        return true;
    if (!word_is(t->min, "1.2") && !word_is(t->min, "1.3"))
        return refuse_option(t->at, "min", "secure.tls", "cannot use this 'min': want 1.2 or 1.3",
                             e);
    if (cfg_is_set(t->client) && !word_is(t->client, "required") && !word_is(t->client, "optional"))
        return refuse_option(t->at, "client", "secure.tls",
                             "cannot use this 'client': want required or optional", e);
    if (!s->encrypted)
        return refuse_option(t->at, "", "secure.tls",
                             "cannot use tls with an address that says http://", e);
    return check_side(s, e);
}

/* ---- credentials, proxy ---- */

/* RFC 9110 5.6.2 */
static bool is_header_name(const char *text)
{
    for (const char *p = text; *p; p++)
        if (*p <= 0x20 || *p >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", *p))
            return false;
    return *text && strlen(text) <= 64;
}

static bool check_credentials(const struct secure_credentials *c, struct err *e)
{
    int kinds = cfg_is_set(c->bearer_file) + cfg_is_set(c->basic_file) + cfg_is_set(c->header);
    if (!c->at)
        return true;
    if (cfg_is_set(c->oauth2))
        return refuse_option(
            c->at, "oauth2", "secure.credentials",
            "cannot use 'oauth2': not built yet; a token that something else renews goes "
            "into 'bearer_file'",
            e);
    if (cfg_is_set(c->header) != cfg_is_set(c->value_file))
        return refuse_option(
            c->at, cfg_is_set(c->header) ? "header" : "value_file", "secure.credentials",
            "cannot use 'header' without 'value_file', nor 'value_file' without 'header'", e);
    if (kinds != 1)
        return refuse_option(c->at, "", "secure.credentials",
                             "want one of 'bearer_file', 'basic_file', 'header' with 'value_file'",
                             e);
    return !cfg_is_set(c->header) || is_header_name(c->header) ||
           refuse_option(c->at, "header", "secure.credentials",
                         "cannot use this 'header': no header's name", e);
}

static bool check_proxy(const char *proxy, struct err *e)
{
    static const struct slice scheme = SLICE_INIT("http://");
    struct address at = { "", "" };
    struct slice text = slice_text(proxy);
    if (!cfg_is_set(proxy))
        return true;
    bool names_user = slice_find(text, '@') < text.n;
    bool good = slice_starts(text, scheme) && !names_user;
    good = good && address_split(slice_from(text, scheme.n), &at) && *at.host;
    return good || err_set(e, ERR_FATAL, "secure.proxy", 0,
                           "cannot use this 'proxy': want http://host:port, without a user");
}

/* ---- the words ---- */

static bool wants_certificates(const struct secure_stand *s)
{
    return s->encrypted && word_is(s->secure->tls.client, "required");
}

static bool check_reason(const struct secure_word *w, struct err *e)
{
    if (!w->at || !slice_is_empty(slice_trim(slice_text(w->because))))
        return true;
    return refuse_option(w->at, "because", "secure.word",
                         "'because' is empty: write why this is right, for whoever reads it later",
                         e);
}

static bool check_declarations(const struct secure_stand *s, struct err *e)
{
    const struct secure *o = s->secure;
    if (!check_reason(&o->cleartext, e) || !check_reason(&o->anyone, e))
        return false;
    if (o->anyone.at && !s->listens)
        return refuse_option(o->anyone.at, "", "secure.word",
                             "'anyone' is for a listener, not for who sends", e);
    if (s->local)
        return true;
    if (!s->encrypted && !o->cleartext.at)
        return err_set(e, ERR_FATAL, "secure.cleartext", 0,
                       "cannot %s '%.60s' in the clear, beyond this machine: want %s, or "
                       "cleartext: {because: \"why that is right\"}",
                       s->listens ? "listen at" : "send to", s->address,
                       strncmp(s->address, "http:", 5) == 0 ? "https" : "tls");
    if (s->listens && !s->knows_whom && !wants_certificates(s) && !o->anyone.at)
        return err_set(
            e, ERR_FATAL, "secure.anyone", 0,
            "cannot take messages from anyone at '%.60s': want peers, a token or tls with "
            "client: required, or anyone: {because: \"why that is right\"}",
            s->address);
    return true;
}

bool secure_check(const struct secure_stand *s, struct err *e)
{
    return !s->secure || (check_tls(s, e) && check_credentials(&s->secure->credentials, e) &&
                          check_proxy(s->secure->proxy, e) && check_declarations(s, e));
}

bool secure_is_needless(const struct secure_stand *s, const struct secure_word *w)
{
    if (!w->at)
        return false;
    if (s->local)
        return true;
    if (w == &s->secure->cleartext)
        return s->encrypted;
    return s->knows_whom || wants_certificates(s);
}

/* ---- what is made of them ---- */

struct tls_settings secure_settings(const struct secure_stand *s)
{
    const struct secure_tls *t = &s->secure->tls;
    return (struct tls_settings){
        .listens = s->listens,
        .cert = t->cert,
        .key = t->key,
        .ca = t->ca,
        .name = cfg_is_set(t->name) ? t->name : s->name,
        .client = word_is(t->client, "required")   ? TLS_CLIENT_REQUIRED
                  : word_is(t->client, "optional") ? TLS_CLIENT_OPTIONAL
                                                   : TLS_CLIENT_ANY,
        .only_1_3 = word_is(t->min, "1.3"),
    };
}

/* Gives an error the place of the option that its code names: tls.cert is about 'cert'. */
static bool place_at_option(const struct secure_stand *s, struct err *e)
{
    const struct node *at = s->secure->tls.at;
    static const char before[] = "tls.";
    const size_t n_before = sizeof before - 1;
    const struct node *n = at;
    if (e->code && strlen(e->code) > n_before)
        n = node_get(at, e->code + n_before);
    if (!n)
        n = at;
    if (e->fate == ERR_FATAL && n) {
        e->file = n->file;
        e->line = n->line;
        e->column = n->column;
    }
    return false;
}

bool secure_try(const struct secure_stand *s, int64_t *until_ms, struct err *e)
{
    *until_ms = TLS_NO_END;
    if (!s->secure || !s->secure->tls.at)
        return true;
    const struct tls_settings settings = secure_settings(s);
    return tls_try(&settings, until_ms, e) || place_at_option(s, e);
}

bool secure_open(const struct secure_stand *s, struct tls_context **out, struct err *e)
{
    *out = NULL;
    if (!s->secure || !s->secure->tls.at)
        return true;
    const struct tls_settings settings = secure_settings(s);
    return tls_open(&settings, out, e) || place_at_option(s, e);
}
