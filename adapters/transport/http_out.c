/* http_out.c - POST what goes out, read what the status means. */
#include "transport/http_out.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "host/http_client.h"
#include "transport/token.h"

#define HEADER_MAX 640
#define AT(field) offsetof(struct http_out, field)

struct http_out {
    const char *url, *token_file, *content_type;
    int64_t timeout_ms;
    struct secure secure;
    struct http_client *client;
    char type[HEADER_MAX];
};

static const struct cfg_option options[] = {
    { "url", CFG_TEXT, AT(url), NULL, "http or https address that every message is posted to" },
    { "token_file", CFG_PATH, AT(token_file), "",
      "file (mode 0600) with the bearer token that is sent along; none: no token" },
    { "content_type", CFG_TEXT, AT(content_type), "application/json",
      "media type of what is sent" },
    { "timeout", CFG_MS, AT(timeout_ms), "30s", "how long sending waits for the whole answer" },
    SECURE_CLEARTEXT(AT(secure)),
    { .type = CFG_END },
};

static bool is_header_text(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static bool out_check(const void *state, bool receives, struct err *e)
{
    const struct http_out *s = state;
    (void)receives; /* it only sends */
    if (strncmp(s->url, "http://", 7) != 0 && strncmp(s->url, "https://", 8) != 0)
        return err_set(e, ERR_FATAL, "http_out.option", 0,
                       "'url' must begin with http:// or https://");
    if (s->timeout_ms <= 0 || s->timeout_ms > INT_MAX)
        return err_set(e, ERR_FATAL, "http_out.option", 0,
                       "'timeout' must be over 0 and under 24 days");
    if (!is_header_text(s->content_type) || strlen(s->content_type) > 128)
        return err_set(e, ERR_FATAL, "http_out.option", 0, "'content_type' must be one short line");
    return true;
}

static bool out_open(void *state, struct err *e)
{
    struct http_out *s = state;
    struct token token;
    if (!out_check(s, false, e) || !token_read(s->token_file, &token, e))
        return false;
    explicit_bzero(&token, sizeof token);
    snprintf(s->type, sizeof s->type, "Content-Type: %s", s->content_type);
    return http_client_open(&s->client, e);
}

/* ---- what a status means ---- */

static bool is_in(int status, const int *list)
{
    while (*list && *list != status)
        list++;
    return *list != 0;
}

/* RFC 9110 section 15. What is wrong with our credentials, our address or how we ask is wrong for every
 * message: the site's trouble. What is the server's, or for now, or under way already, is asked again.
 * What remains (400, 422 and those that nobody has thought of) is about this one. */
static enum handing_fate fate_of(int status)
{
    static const int site[] = { 401, 402, 403, 404, 405, 406, 407, 410, 411,
                                415, 417, 421, 426, 428, 431, 451, 0 };
    static const int later[] = { 408, 409, 423, 425, 429, 0 };
    if (status < 300)
        return HANDING_TAKEN;
    if (status < 400 || is_in(status, site))
        return HANDING_SITE;
    return status >= 500 || is_in(status, later) ? HANDING_LATER : HANDING_REFUSED;
}

static void judge_status(int status, struct handing *out)
{
    (void)snprintf(out->said.codes, sizeof out->said.codes, "%d", status);
    out->fate = fate_of(status);
    /* A 4xx says that it was not taken; who redirects, or asks for later, may have done it first. */
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

/* By the status where there is one, however long its body. An answer that the partner itself has cut
 * short is no word that it has taken anything. */
static void judge(const struct http_heard *heard, const struct err *why, struct handing *out)
{
    bool cut_short = slice_equal_text(SLICE("http.closed"), why->code ? why->code : "");
    out->after_ms = heard->retry_after_ms;
    if (heard->status && !(cut_short && heard->status < 300)) {
        judge_status(heard->status, out);
        return;
    }
    bool is_site = why->fate == ERR_REJECT || slice_equal_text(SLICE("http.tls"), why->code);
    out->why = *why;
    out->left = heard->left;
    out->fate = is_site        ? HANDING_SITE
                : !heard->left ? HANDING_NOT_SENT
                               : HANDING_UNKNOWN;
}

/* What servers say beside the status, for whoever may read it: the first line, of whole characters. */
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

static bool make_key(const struct outgoing *m, char key[HEADER_MAX], struct err *e)
{
    int n = snprintf(key, HEADER_MAX, "Idempotency-Key: %.*s", (int)slice_head(m->id, 128).n,
                     (const char *)m->id.p);
    if (m->id.n == 0 || m->id.n > 128 || strlen(key) != (size_t)n || !is_header_text(key))
        return err_set(e, ERR_REJECT, "http_out.id", 0,
                       "cannot send: its id cannot stand in a header");
    return true;
}

/* Read anew for each message: it may have been mended, or changed as tokens are. */
static bool make_authorization(const struct http_out *s, char out[HEADER_MAX], struct err *e)
{
    struct token token;
    bool good = token_read(s->token_file, &token, e);
    *out = '\0';
    if (good && *token.text)
        (void)snprintf(out, HEADER_MAX, "Authorization: Bearer %s", token.text);
    explicit_bzero(&token, sizeof token);
    return good;
}

static void out_send(void *state, const struct outgoing *m, struct buf *answer,
                     struct handing *out)
{
    struct http_out *s = state;
    char key[HEADER_MAX], authorization[HEADER_MAX];
    int status = 0;
    struct err why = { .fate = ERR_NONE };
    buf_reset(answer);
    *out = (struct handing){ .fate = HANDING_REFUSED };
    if (!make_key(m, key, &out->why))
        return;
    out->fate = HANDING_SITE;
    if (!make_authorization(s, authorization, &out->why))
        return;
    const char *const headers[] = { s->type, key, *authorization ? authorization : NULL, NULL };
    struct http_call call = { .method = "POST",
                              .url = s->url,
                              .headers = headers,
                              .body = m->bytes,
                              .timeout_ms = (long)s->timeout_ms };
    (void)!http_client_do(s->client, &call, &status, answer, &why);
    explicit_bzero(authorization, sizeof authorization);
    const struct http_heard heard = http_client_heard(s->client);
    judge(&heard, &why, out);
    if (out->fate != HANDING_TAKEN)
        keep_words(buf_slice(answer), &out->said);
}

/* A request under way ends at its timeout; there is nothing to wake. */
static void out_stop(void *state)
{
    (void)state;
}

static void out_close(void *state)
{
    struct http_out *s = state;
    http_client_close(&s->client);
}

/* The part between // and the path; with a user name before the host it is not told apart here. */
static bool is_local(const struct http_out *s)
{
    struct slice url = slice_text(s->url);
    size_t colon = slice_find(url, ':');
    struct slice rest = slice_from(url, colon + 3);
    size_t end = strcspn((const char *)rest.p, "/?#\\");
    struct slice host = slice_head(rest, end);
    return rest.n > 0 && slice_find(host, '@') == host.n && address_is_local(host);
}

static void out_stand(const void *state, bool receives, struct secure_stand *out)
{
    const struct http_out *s = state;
    out->secure = &s->secure;
    out->listens = receives;
    out->address = s->url;
    out->encrypted = slice_starts(slice_text(s->url), SLICE("https://"));
    out->local = is_local(s);
}

const struct transport transport_http_out = {
    .name = "http_out",
    .options = options,
    .state_size = sizeof(struct http_out),
    .check = out_check,
    .open = out_open,
    .send = out_send,
    .stop = out_stop,
    .close = out_close,
    .stand = out_stand,
};
