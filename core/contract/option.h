/* option.h - the options of a transport, as a table beside its code.
 *
 * By this table core/site reads a YAML map into the transport's state and checks it, and
 * `concordat manual transports` prints what each option means. An unknown key is an error with file
 * and line. A secret is given only by the path of a file. */
#ifndef CONCORDAT_CONTRACT_OPTION_H
#define CONCORDAT_CONTRACT_OPTION_H

#include <stdbool.h>
#include <stddef.h>

enum cfg_type {
    CFG_END,
    CFG_TEXT,  /* const char *       */
    CFG_PATH,  /* const char *, made absolute against the site's folder */
    CFG_MS,    /* int64_t, milliseconds: "250ms", "30s", "5m" */
    CFG_BYTES, /* int64_t: "16MiB", "64KiB", "1000" */
    CFG_COUNT, /* int64_t */
    CFG_BOOL,  /* bool: true, false  */
    CFG_LIST,  /* const char **, NULL-terminated; NULL when absent */
    /* Groups: each is a map, whose options secure_group (secure.h) lists. A group may be absent;
     * its fallback is NULL. */
    CFG_TLS,         /* struct secure_tls */
    CFG_CREDENTIALS, /* struct secure_credentials */
    CFG_WORD         /* struct secure_word */
};

struct cfg_option {
    const char *key;
    enum cfg_type type;
    size_t at;            /* offsetof in the transport's state */
    const char *fallback; /* as text; NULL: required */
    const char *manual;   /* one sentence with its unit */
};

/* Whether a text or path that may be absent (fallback "") was given. */
static inline bool cfg_is_set(const char *text)
{
    return text && *text;
}

#endif
