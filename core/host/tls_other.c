/* tls_other.c - the same rules, files and words where libcurl drives OpenSSL. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "host/tls_files.h"
#include "host/tls_reason.h"

#define CODE_DIGITS 8 /* of an OpenSSL error, written out */

static pthread_once_t slot_once = PTHREAD_ONCE_INIT;
static int slot; /* where a context keeps whom it tells */

static void make_slot(void)
{
    slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void on_tls_event(const SSL *ssl, int where, int value)
{
    struct tls_seen *seen = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), slot);
    bool is_done = (where & SSL_CB_HANDSHAKE_DONE) != 0;
    bool is_alert = (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT;
    int alert = value & 0xff; /* above it stands how severe it is */
    if (is_alert && alert != SSL_AD_CLOSE_NOTIFY)
        seen->alert = alert;
    const X509 *shown = is_done ? SSL_get0_peer_certificate(ssl) : NULL;
    if (shown)
        seen->until_ms = tls_files_until_ms(shown);
}

bool tls_set_up(void *ssl_ctx, const struct tls_settings *s, struct tls_seen *seen, struct err *e)
{
    SSL_CTX *ctx = ssl_ctx;
    int64_t until_ms;
    pthread_once(&slot_once, make_slot);
    if (slot < 0 || SSL_CTX_set_ex_data(ctx, slot, seen) != 1)
        return err_memory(e);
    X509_STORE *store = X509_STORE_new(); /* its own may be shared, or hold what we did not name */
    if (!store)
        return err_memory(e);
    SSL_CTX_set_cert_store(ctx, store);
    SSL_CTX_set_info_callback(ctx, on_tls_event);
    return tls_files_put(ctx, s, &until_ms, e);
}

bool tls_holds_more(const void *ssl)
{
    return SSL_has_pending(ssl) == 1;
}

/* "... error:0A00010B:SSL routines::wrong version number"; 0: no such code. Others say "error: .."
 * too. */
static unsigned long error_code_in(const char *text)
{
    static const char word[] = "error:";
    const char *at = text ? strstr(text, word) : NULL;
    const char *digits = at ? at + strlen(word) : "";
    size_t n = strspn(digits, "0123456789ABCDEFabcdef");
    return n == CODE_DIGITS && digits[n] == ':' ? strtoul(digits, NULL, 16) : 0;
}

static bool explain_code(unsigned long code, struct err *e)
{
    int reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
    const char *words = ERR_reason_error_string(code);
    if (!code || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return false;
    if (!tls_known_reason(reason, e))
        (void)err_set(e, ERR_RETRY, "tls.protocol", 0, "TLS with the other side failed: %s",
                      words ? words : "no reason given");
    return true;
}

bool tls_explain(const struct tls_told *t, struct err *e)
{
    bool looked = t->verdict != X509_V_ERR_UNSPECIFIED; /* libcurl's word for: not yet */
    if (looked && tls_verdict(t->verdict, t->name, e))
        return true;
    if (t->alert >= 0)
        tls_alert(t->alert, e);
    return t->alert >= 0 || explain_code(error_code_in(t->reason), e);
}
