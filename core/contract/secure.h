/* secure.h - TLS, credentials, proxy, and the two declarations for going without: options that
 * every transport has alike. They are checked here alone.
 *
 * Beyond this machine, a transport that listens or sends without TLS must declare `cleartext:
 * {because: TEXT}`. One that takes messages from anybody (without peers, token or client
 * certificates) must declare `anyone: {because: TEXT}`. On loopback and UNIX sockets neither is
 * needed, since whoever reaches those has the machine already.
 * A transport tells how it stands to the world (struct secure_stand), and the site calls
 * secure_check. Errors, ERR_FATAL, at the option's place: secure.cleartext,
 * secure.anyone, secure.word, secure.tls, secure.credentials, secure.proxy; of files those of
 * host/tls.h. */
#ifndef CONCORDAT_CONTRACT_SECURE_H
#define CONCORDAT_CONTRACT_SECURE_H

#include "base/err.h"
#include "contract/option.h"
#include "host/tls.h"
#include "host/tree.h"

/* at: where the group stands in the site's file; NULL: it is not given, and nothing else of it is
 * set. It is the first member of each group (options.c). */
struct secure_tls {
    const struct node *at;
    const char *cert, *key, *ca, *client, *name, *min;
};
struct secure_credentials {
    const struct node *at;
    const char *bearer_file, *basic_file, *header, *value_file, *oauth2;
};
struct secure_word {
    const struct node *at;
    const char *because;
};

struct secure {
    struct secure_tls tls;
    struct secure_credentials credentials;
    const char *proxy;
    struct secure_word cleartext, anyone;
};

/* Lines of an option table; at: offsetof(struct STATE, secure). */
#define SECURE_TLS(at)                                                                             \
    {                                                                                              \
        "tls", CFG_TLS, (at) + offsetof(struct secure, tls), NULL,                                 \
            "TLS: cert, key, ca and min; of a listener also client, of a sender also name"         \
    }
#define SECURE_CREDENTIALS(at)                                                                     \
    { "credentials", CFG_CREDENTIALS, (at) + offsetof(struct secure, credentials), NULL,           \
      "what a sender shows: bearer_file, or header and value_file, or basic_file" },               \
    {                                                                                              \
        "proxy", CFG_TEXT, (at) + offsetof(struct secure, proxy), "",                              \
            "http://host:port of a proxy for every call; unless set: none"                         \
    }
#define SECURE_CLEARTEXT(at)                                                                       \
    {                                                                                              \
        "cleartext", CFG_WORD, (at) + offsetof(struct secure, cleartext), NULL,                    \
            "{because: TEXT}: data leaves this machine without TLS, and why that is right"         \
    }
#define SECURE_ANYONE(at)                                                                          \
    {                                                                                              \
        "anyone", CFG_WORD, (at) + offsetof(struct secure, anyone), NULL,                          \
            "{because: TEXT}: messages are accepted from anybody, and why that is right"           \
    }

/* The table of a group's own options; NULL: that type is no group. */
const struct cfg_option *secure_group(enum cfg_type type);

/* How a transport stands to the world, by its options. */
struct secure_stand {
    const struct secure *secure; /* NULL: it neither listens nor connects, as a folder */
    const char *address;         /* where it listens, or what it calls; for people */
    const char *name;            /* of a sender: whose certificate is wanted where tls names none */
    bool listens;                /* else it sends */
    bool local;                  /* it reaches, and is reached by, this machine alone */
    bool encrypted;              /* by TLS */
    bool knows_whom;             /* by peers or a token; client certificates are counted here */
};

/* Whether the options fit together, and the declarations that are needed are there. */
MUST_CHECK bool secure_check(const struct secure_stand *s, struct err *e);
/* Reads the files that the options name, and lets them go. *until_ms: when the first of its own
 * certificates ends. */
MUST_CHECK bool secure_try(const struct secure_stand *s, int64_t *until_ms, struct err *e);
/* Whether the declaration w is given and changes nothing. */
bool secure_is_needless(const struct secure_stand *s, const struct secure_word *w);

/* The settings for host/tls.h. They borrow from s->secure. */
struct tls_settings secure_settings(const struct secure_stand *s);
/* Gives a context to the caller; *out NULL: no `tls` is given. */
MUST_CHECK bool secure_open(const struct secure_stand *s, struct tls_context **out, struct err *e);

#endif
