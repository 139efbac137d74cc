/* http_out.c - POST what goes out, read what the status means. */
#include "transport/http_out.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "host/http_client.h"
#include "transport/credentials.h"
#include "transport/http_at.h"

#define HEADER_MAX 800
#define AT(field) offsetof(struct http_out, field)

struct http_out {
    const char *url, *content_type;
    int64_t timeout_ms;
    struct secure secure;
    struct http_client *client;
    struct tls_settings tls;
    char type[HEADER_MAX], host[256];
    _Atomic int64_t shown_until_ms; /* 0: none yet */
};

static const struct cfg_option options[] = {
    { "url", CFG_TEXT, AT(url), NULL, "http or https address that every message is posted to" },
    { "content_type", CFG_TEXT, AT(content_type), "application/json",
      "media type of what is sent" },
    { "timeout", CFG_MS, AT(timeout_ms), "30s", "how long sending waits for the whole answer" },
    SECURE_TLS(AT(secure)),
    SECURE_CREDENTIALS(AT(secure)),
    SECURE_CLEARTEXT(AT(secure)),
    { .type = CFG_END },
};

static bool is_header_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

/* Whether the site may set this header: those that say what is sent are ours. */
static bool is_free_header(const char *name)
{
    static const char *const ours[] = { "Content-Type",      "Content-Length", "Idempotency-Key",
                                        "Transfer-Encoding", "Host",           "Connection" };
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (cfg_is_set(name) && strcasecmp(name, ours[i]) == 0)
            return false;
    return true;
}

static bool out_check(const void *state, bool receives, struct err *e)
{
    const struct http_out *s = state;
    (void)receives; /* it only sends */
    const char *fault = http_at_fault(s->url);
    if (fault)
        return err_set(e, ERR_FATAL, "http_out.option", 0, "%s", fault);
    if (!is_free_header(s->secure.credentials.header))
        return err_set(e, ERR_FATAL, "http_out.option", 0,
                       "'header' of 'credentials' must be none that says what is sent");
    if (s->timeout_ms <= 0 || s->timeout_ms > INT_MAX)
        return err_set(e, ERR_FATAL, "http_out.option", 0,
                       "'timeout' must be over 0 and under 24 days");
    if (!is_header_line(s->content_type) || strlen(s->content_type) > 128)
        return err_set(e, ERR_FATAL, "http_out.option", 0, "'content_type' must be one short line");
    return true;
}

static bool out_try(const void *state, struct err *e)
{
    const struct http_out *s = state;
    char credentials[CREDENTIALS_LINE_MAX];
    bool good = credentials_line(&s->secure.credentials, credentials, e);
    explicit_bzero(credentials, sizeof credentials);
    return good;
}

static void out_stand(const void *state, bool receives, struct secure_stand *out)
{
    const struct http_out *s = state;
    const char *proxy = s->secure.proxy;
    out->secure = &s->secure;
    out->listens = receives;
    out->address = s->url;
    out->name = s->host;
    out->encrypted = http_at_is_encrypted(slice_text(s->url));
    out->local = address_is_local(http_at_authority(slice_text(s->url))) &&
                 (!cfg_is_set(proxy) || address_is_local(slice_from(slice_text(proxy), 7)));
}

static bool out_open(void *state, struct err *e)
{
    struct http_out *s = state;
    struct secure_stand stand = { .secure = NULL };
    int64_t until_ms;
    if (!out_check(s, false, e) || !out_try(s, e))
        return false;
    http_at_host(slice_text(s->url), s->host);
    out_stand(s, false, &stand);
    if (!secure_try(&stand, &until_ms, e))
        return false;
    s->tls = secure_settings(&stand);
    snprintf(s->type, sizeof s->type, "Content-Type: %s", s->content_type);
    return http_client_open(&s->client, e);
}

/* ---- what a status means ---- */

static bool is_status_in(int status, const int *list)
{
    while (*list && *list != status)
        list++;
    return *list != 0;
}

/* RFC 9110 section 15. A fault of our credentials, our address or how we ask is one of every
 * message: the site's trouble. A fault of the server's, or one that passes, or a message under way
 * already is tried again. The others (400, 422 and those that nobody has thought of) are about this
 * message. */
static enum handing_fate fate_of_status(int status)
{
    static const int site[] = { 401, 402, 403, 404, 405, 406, 407, 410, 411,
                                415, 417, 421, 426, 428, 431, 451, 0 };
    static const int later[] = { 408, 409, 423, 425, 429, 0 };
    if (status < 300)
        return HANDING_TAKEN;
    if (status < 400 || is_status_in(status, site))
        return HANDING_SITE;
    bool passes = status >= 500 || is_status_in(status, later);
    return passes ? HANDING_LATER : HANDING_REFUSED;
}

static void judge_status(int status, struct handing *out)
{
    (void)snprintf(out->said.codes, sizeof out->said.codes, "%d", status);
    out->fate = fate_of_status(status);
    /* A 4xx says that it was not taken; who redirects, or asks for later, may have done it
     * first. */
    out->left = out->fate == HANDING_LATER || status < 400;
    switch (out->fate) {
    case HANDING_SITE:
        err_set(&out->why, ERR_RETRY, "http_out.site", 0,
                "the partner answered %d: mend the address, the token or what it asks for", status);
        break;
    case HANDING_LATER:
        err_set(&out->why, ERR_RETRY, "http_out.busy", 0, "not delivered: the partner answered %d",
                status);
        break;
    case HANDING_REFUSED:
        err_set(&out->why, ERR_REJECT, "http_out.refused", 0,
                "refused by the partner: it answered %d", status);
        break;
    default:
        break;
    }
}

/* The answer came to its end, or to where we stopped reading. */
static bool is_read_far_enough(const struct err *why)
{
    return why->fate == ERR_NONE || strcmp(why->code, "http.limit") == 0;
}

/* The status decides where there is one, however long its body. An answer that does not come to its
 * end says nothing of what the partner has taken. */
static void judge_heard(const struct http_heard *heard, const struct err *why, struct handing *out)
{
    out->after_ms = heard->retry_after_ms;
    if (heard->status && (heard->status >= 300 || is_read_far_enough(why))) {
        judge_status(heard->status, out);
        return;
    }
    out->why = *why;
    out->left = heard->left;
    if (!heard->left && credentials_is_shortage(why)) {
        out->fate = HANDING_NOT_SENT;
        return;
    }
    struct slice code = slice_text(why->code);
    bool starts_anew = slice_equal_text(code, "tls.closed");
    bool is_tls = slice_starts(code, SLICE("tls.")) && !starts_anew;
    if (why->fate == ERR_REJECT || is_tls)
        out->fate = HANDING_SITE;
    else
        out->fate = heard->left ? HANDING_UNKNOWN : HANDING_NOT_SENT;
}

/* What servers say beside the status, for whoever may read it: the first line, of whole
 * characters. */
static void keep_words(struct slice body, struct partner_said *said)
{
    struct slice line = slice_trim(body);
    line = slice_head(line, slice_find(line, '\n'));
    line = slice_trim(slice_head(line, sizeof said->words - 1));
    while (line.n && !slice_is_utf8(line))
        line.n--;
    (void)snprintf(said->words, sizeof said->words, "%.*s", (int)line.n, (const char *)line.p);
}

/* ---- sending ---- */

static bool make_key_header(const struct outgoing *m, char key[HEADER_MAX], struct err *e)
{
    int n = snprintf(key, HEADER_MAX, "Idempotency-Key: %.*s", (int)slice_head(m->id, 128).n,
                     (const char *)m->id.p);
    bool fits = m->id.n > 0 && m->id.n <= 128;
    bool has_nul = strlen(key) != (size_t)n;
    if (!fits || has_nul || !is_header_line(key))
        return err_set(e, ERR_REJECT, "http_out.id", 0,
                       "cannot send: its id cannot stand in a header");
    return true;
}

static void out_send(void *state, const struct outgoing *m, struct buf *answer, struct handing *out)
{
    struct http_out *s = state;
    char key[HEADER_MAX], credentials[CREDENTIALS_LINE_MAX];
    int status = 0;
    struct err why = { .fate = ERR_NONE };
    buf_reset(answer);
    *out = (struct handing){ .fate = HANDING_REFUSED };
    if (!make_key_header(m, key, &out->why))
        return;
    if (!credentials_line(&s->secure.credentials, credentials, &out->why)) {
        out->fate = credentials_is_shortage(&out->why) ? HANDING_NOT_SENT : HANDING_SITE;
        return;
    }
    const char *const headers[] = { s->type, key, *credentials ? credentials : NULL, NULL };
    struct http_call call = { .method = "POST",
                              .url = s->url,
                              .headers = headers,
                              .body = m->bytes,
                              .timeout_ms = (long)s->timeout_ms,
                              .tls = &s->tls,
                              .proxy = s->secure.proxy };
    (void)!http_client_do(s->client, &call, &status, answer, &why);
    explicit_bzero(credentials, sizeof credentials);
    const struct http_heard heard = http_client_heard(s->client);
    s->shown_until_ms = heard.until_ms;
    judge_heard(&heard, &why, out);
    if (out->fate != HANDING_TAKEN)
        keep_words(buf_slice(answer), &out->said);
}

/* What was under way may have arrived: it goes again, with its id, at the next start. */
static void out_stop(void *state)
{
    struct http_out *s = state;
    http_client_stop(s->client);
}

static void out_close(void *state)
{
    struct http_out *s = state;
    http_client_close(&s->client);
}

static int64_t out_shown_until_ms(const void *state)
{
    const struct http_out *s = state;
    int64_t until_ms = s->shown_until_ms;
    return until_ms ? until_ms : TLS_NO_END;
}

const struct transport transport_http_out = {
    .name = "http_out",
    .options = options,
    .state_size = sizeof(struct http_out),
    .check = out_check,
    .try = out_try,
    .open = out_open,
    .send = out_send,
    .stop = out_stop,
    .close = out_close,
    .stand = out_stand,
    .shown_until_ms = out_shown_until_ms,
};
