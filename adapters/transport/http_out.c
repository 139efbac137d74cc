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
    struct http_client *client;
    char type[HEADER_MAX], authorization[HEADER_MAX];
};

static const struct cfg_option options[] = {
    { "url", CFG_TEXT, AT(url), NULL, "http or https address that every message is posted to" },
    { "token_file", CFG_PATH, AT(token_file), "",
      "file (mode 0600) with the bearer token that is sent along; none: no token" },
    { "content_type", CFG_TEXT, AT(content_type), "application/json",
      "media type of what is sent" },
    { "timeout", CFG_MS, AT(timeout_ms), "30s", "how long sending waits for the whole answer" },
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
    snprintf(s->type, sizeof s->type, "Content-Type: %s", s->content_type);
    snprintf(s->authorization, sizeof s->authorization, "Authorization: Bearer %s", token.text);
    if (!*token.text)
        s->authorization[0] = '\0';
    return http_client_open(&s->client, e);
}

/* RFC 9110 section 15: what is the server's trouble, or for now, is tried again. */
static bool judge(int status, struct err *e)
{
    if (status >= 200 && status < 300)
        return true;
    bool later = status < 400 || status >= 500 || status == 408 || status == 425 || status == 429;
    return later ? err_set(e, ERR_RETRY, "http_out.busy", 0,
                           "not delivered: the partner answered %d", status)
                 : err_set(e, ERR_REJECT, "http_out.refused", 0,
                           "refused by the partner: it answered %d", status);
}

static bool out_send(void *state, const struct outgoing *m, struct buf *answer, struct err *e)
{
    struct http_out *s = state;
    char key[HEADER_MAX];
    int n = snprintf(key, sizeof key, "Idempotency-Key: %.*s", (int)slice_head(m->id, 128).n,
                     (const char *)m->id.p);
    if (m->id.n == 0 || m->id.n > 128 || strlen(key) != (size_t)n || !is_header_text(key))
        return err_set(e, ERR_REJECT, "http_out.id", 0,
                       "cannot send: its id cannot stand in a header");
    const char *const headers[] = { s->type, key, *s->authorization ? s->authorization : NULL,
                                    NULL };
    struct http_call call = { .method = "POST",
                              .url = s->url,
                              .headers = headers,
                              .body = m->bytes,
                              .timeout_ms = (long)s->timeout_ms };
    int status = 0;
    return http_client_do(s->client, &call, &status, answer, e) && judge(status, e);
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
static bool out_is_local(const void *state)
{
    const struct http_out *s = state;
    struct slice url = slice_text(s->url);
    size_t colon = slice_find(url, ':');
    struct slice rest = slice_from(url, colon + 3);
    size_t end = strcspn((const char *)rest.p, "/?#\\");
    struct slice host = slice_head(rest, end);
    return rest.n > 0 && slice_find(host, '@') == host.n && address_is_local(host);
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
    .is_local = out_is_local,
};
