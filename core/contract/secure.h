/* secure.h - TLS, credentials, proxy, and the two words for going without: the options that every
 * transport has alike, and the one place where they are judged.
 *
 * Beyond this machine nothing listens or sends in the clear unless it says `cleartext: {because:
 * TEXT}`, and nothing listens to whoever comes (no peers, no token, no client certificates wanted)
 * unless it says `anyone: {because: TEXT}`. On loopback and UNIX sockets neither is asked for: who
 * reaches those has the machine. A transport tells how it stands (struct secure_stand), and the
 * site asks secure_check. Errors, ERR_FATAL, at the option's place: secure.cleartext,
 * secure.anyone, secure.word, secure.tls, secure.credentials, secure.proxy; of files those of
 * host/tls.h. */
#ifndef CONCORDAT_CONTRACT_SECURE_H
#define CONCORDAT_CONTRACT_SECURE_H

#include "base/err.h"
#include "contract/option.h"
#include "host/tls.h"
#include "host/tree.h"

/* at: where it stands; NULL: it is not given, and nothing else of it is set. It comes first
 * (options.c). */
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
            "cert, key, ca, of a listener client, of a sender name, min: TLS with these"           \
    }
#define SECURE_CREDENTIALS(at)                                                                     \
    { "credentials", CFG_CREDENTIALS, (at) + offsetof(struct secure, credentials), NULL,           \
      "what a sender shows: bearer_file, or header and value_file, or basic_file" },               \
    {                                                                                              \
        "proxy", CFG_TEXT, (at) + offsetof(struct secure, proxy), "",                              \
            "http://host:port of a proxy that every call goes through; none: straight"             \
    }
#define SECURE_CLEARTEXT(at)                                                                       \
    {                                                                                              \
        "cleartext", CFG_WORD, (at) + offsetof(struct secure, cleartext), NULL,                    \
            "{because: TEXT}: goes beyond this machine without TLS, and why that is right"         \
    }
#define SECURE_ANYONE(at)                                                                          \
    {                                                                                              \
        "anyone", CFG_WORD, (at) + offsetof(struct secure, anyone), NULL,                          \
            "{because: TEXT}: takes messages from whoever comes, and why that is right"            \
    }

/* The table of a group's own options; NULL: that type is no group. */
const struct cfg_option *secure_group(enum cfg_type type);

/* How a transport stands to the world, by its options. */
struct secure_stand {
    const struct secure *secure; /* NULL: it neither listens nor connects, as a folder */
    const char *address;         /* that it listens at or calls, for people */
    const char *name;            /* of a sender: whose certificate is wanted where tls names none */
    bool listens;                /* else it sends */
    bool local;                  /* it reaches, and is reached by, this machine alone */
    bool encrypted;              /* by TLS */
    bool knows_whom;             /* by peers or a token; client certificates are counted here */
};

/* What the options mean together, and whether the words that are wanted are there. */
MUST_CHECK bool secure_check(const struct secure_stand *s, struct err *e);
/* The files that it names, read and let go. *until_ms: the first end of its own certificates. */
MUST_CHECK bool secure_try(const struct secure_stand *s, int64_t *until_ms, struct err *e);
/* A word that is there and changes nothing. */
bool secure_is_needless(const struct secure_stand *s, const struct secure_word *w);

/* For host/tls.h; borrows from the stand's secure. */
struct tls_settings secure_settings(const struct secure_stand *s);
/* Gives a context; *out NULL where no `tls` is given. */
MUST_CHECK bool secure_open(const struct secure_stand *s, struct tls_context **out, struct err *e);

#endif
