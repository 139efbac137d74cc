/* webhook.c - checks a request, hands its body up, says what became of it. */
#include "transport/webhook.h"

#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/charset.h"
#include "base/wait.h"
#include "contract/format.h"
#include "host/http_server.h"
#include "host/inflate.h"
#include "transport/token.h"

#define KEY_MAX 256
#define CHARSET_ROOM 65536
#define CONNECTIONS_MAX 100000
#define CONNECTIONS_USUAL 256
#define FILES_OF_CONNECTION 3 /* its own, and a pair between door and server */
#define TOKEN_MIN 16
#define RUN_WAIT_MS 2000 /* for run(), which comes soon after open() */
#define AT(field) offsetof(struct webhook, field)

struct webhook {
    const char *listen, *path, *token_file, *content_type;
    const char **origins;
    int64_t body_max, buffers_max, idle_ms, head_ms, request_ms, connections_max,
        peer_connections_max;
    int64_t retry_after_ms;
    struct secure secure;
    struct token token;
    struct http_server *server;
    struct tls_context *tls;
    pthread_mutex_t taking; /* held while the intake takes: one message at a time */
    pthread_mutex_t lock;   /* of what follows; held for moments, so that stop() waits for nobody */
    pthread_cond_t changed;
    struct intake up;
    bool ran, stop;
    size_t files; /* that there are for connections; 0: nobody has said */
};

static size_t connections_max(const struct webhook *s)
{
    size_t few = s->files / FILES_OF_CONNECTION;
    if (s->connections_max > 0)
        return (size_t)s->connections_max;
    return few > 0 && few < CONNECTIONS_USUAL ? few : CONNECTIONS_USUAL;
}

static size_t webhook_files(const void *state)
{
    return (size_t)((const struct webhook *)state)->connections_max * FILES_OF_CONNECTION;
}

static void webhook_may_open(void *state, size_t files)
{
    ((struct webhook *)state)->files = files;
}

static const struct cfg_option options[] = {
    { "listen", CFG_TEXT, AT(listen), NULL, "address and port to receive on, as 127.0.0.1:8080" },
    { "path", CFG_TEXT, AT(path), "/",
      "path of the address that takes messages, with its query if it has one: exactly as senders "
      "write it" },
    { "token_file", CFG_PATH, AT(token_file), "",
      "file (mode 0600) with the bearer token that a sender must show, at least 16 characters; "
      "none: any sender" },
    { "origins", CFG_LIST, AT(origins), "",
      "names with which a CloudEvents sender may ask by OPTIONS whether it may send "
      "(eventgrid.azure.net); none: "
      "OPTIONS is answered 405" },
    { "content_type", CFG_TEXT, AT(content_type), "application/json",
      "media type that a message must have; any type that ends in +json counts as JSON" },
    { "body_max", CFG_BYTES, AT(body_max), "1MiB",
      "a larger message, also when it was compressed, is answered 413" },
    { "buffers_max", CFG_BYTES, AT(buffers_max), "64MiB",
      "memory for all bodies being received, half of it for one address, at least twice body_max; "
      "beyond it the answer is 503" },
    { "idle", CFG_MS, AT(idle_ms), "30s", "a connection without a request is closed after this" },
    { "head_time", CFG_MS, AT(head_ms), "10s",
      "a request whose head has not come after this is answered 408" },
    { "request_time", CFG_MS, AT(request_ms), "1m",
      "the same for the whole request, and for how long a peer may take to read its answer" },
    { "connections_max", CFG_COUNT, AT(connections_max), "0",
      "connections at one time; beyond it, the address with most connections loses the one that "
      "has waited longest; 0: 256, or fewer where the limit of open files is low" },
    { "peer_connections_max", CFG_COUNT, AT(peer_connections_max), "64",
      "the same of one address" },
    { "retry_after", CFG_MS, AT(retry_after_ms), "5s",
      "how long a sender is asked to wait with what cannot be stored now" },
    SECURE_TLS(AT(secure)),
    SECURE_CLEARTEXT(AT(secure)),
    SECURE_ANYONE(AT(secure)),
    { .type = CFG_END },
};

/* RFC 9457. Titles are ours; no word of the message is in them. */
static void put_problem(struct http_answer *a, int status, const char *title)
{
    a->status = status;
    a->type = "application/problem+json";
    buf_format(a->body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d}", title, status);
}

static bool is_json(struct slice type)
{
    struct slice ending = SLICE("+json");
    return type.n > ending.n && slice_equal_nocase(slice_from(type, type.n - ending.n), ending);
}

static bool is_right_type(const struct webhook *s, struct slice header)
{
    struct slice type = slice_trim(slice_head(header, slice_find(header, ';')));
    if (slice_equal_nocase(type, slice_text(s->content_type)))
        return true;
    return slice_equal_text(SLICE("application/json"), s->content_type) && is_json(type);
}

/* The charset parameter of Content-Type, without quotes; empty: none, which for JSON means
 * UTF-8. */
static struct slice charset_of(struct slice header)
{
    for (struct slice rest = slice_from(header, slice_find(header, ';') + 1); rest.n > 0;) {
        struct slice one = slice_head(rest, slice_find(rest, ';'));
        struct slice name = slice_trim(slice_head(one, slice_find(one, '=')));
        struct slice value = slice_trim(slice_from(one, slice_find(one, '=') + 1));
        if (value.n > 1 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = slice_of(value.p + 1, value.n - 2);
        if (slice_equal_nocase(name, SLICE("charset")))
            return value;
        rest = slice_from(rest, one.n + 1);
    }
    return slice_of(NULL, 0);
}

static bool is_gzip(struct slice encoding)
{
    return slice_equal_nocase(encoding, SLICE("gzip")) ||
           slice_equal_nocase(encoding, SLICE("x-gzip"));
}

static bool has_known_encoding(struct slice encoding)
{
    return encoding.n == 0 || slice_equal_nocase(encoding, SLICE("identity")) || is_gzip(encoding);
}

static bool has_known_charset(struct slice type)
{
    struct slice charset = charset_of(type);
    enum charset_kind kind = charset_named(charset);
    return charset.n == 0 || kind < CHARSET_UTF16LE;
}

/* CloudEvents' web hooks (section 4): whether a sender may send is asked before there is a
 * token. */
static bool allow_origin(const struct webhook *s, const struct http_head *h, struct http_answer *a)
{
    struct slice asks = http_head_field(h, "WebHook-Request-Origin");
    for (const char **one = s->origins; one && *one && asks.n > 0; one++) {
        if (!slice_equal_nocase(asks, slice_text(*one)))
            continue;
        a->status = 200;
        a->fields[0].name = "Allow";
        a->fields[0].value = "POST";
        a->fields[1].name = "WebHook-Allowed-Origin";
        a->fields[1].value = *one;
        a->fields[2].name = "WebHook-Allowed-Rate";
        a->fields[2].value = "*";
        return true;
    }
    return false;
}

/* Refuses a request by its head, before a byte of its body is asked for. False: its body may
 * come. */
static bool judge_request(void *ctx, const struct http_head *h, struct http_answer *a)
{
    const struct webhook *s = ctx;
    struct slice type = http_head_field(h, "Content-Type"),
                 encoding = http_head_field(h, "Content-Encoding");
    bool is_here = slice_equal_text(h->path, s->path);
    if (is_here && slice_equal_text(h->method, "OPTIONS") && allow_origin(s, h, a))
        return true;
    const struct {
        bool wrong;
        int status;
        const char *title;
    } checks[] = {
        { !is_here, 404, "nothing is here" },
        { !slice_equal_text(h->method, "POST"), 405, "only POST is taken" },
        { !token_matches(&s->token, http_head_field(h, "Authorization")), 401,
          "the token is missing or wrong" },
        { !is_right_type(s, type), 415, "the media type is not taken" },
        { !has_known_charset(type), 415, "this charset is not taken: send UTF-8" },
        { !has_known_encoding(encoding), 415, "this Content-Encoding is not taken" },
        { h->body == HTTP_BODY_NONE, 400, "there is no body" },
        { http_head_field(h, "Idempotency-Key").n > KEY_MAX, 400,
          "the Idempotency-Key is too long" },
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (!checks[i].wrong)
            continue;
        put_problem(a, checks[i].status, checks[i].title);
        if (checks[i].status == 405) {
            a->fields[0].name = "Allow";
            a->fields[0].value = "POST";
        }
        if (!has_known_encoding(encoding)) {
            a->fields[1].name = "Accept-Encoding";
            a->fields[1].value = "gzip, identity";
        }
        return true;
    }
    return false;
}

/* Makes the body what its header says: decompressed, and UTF-8, which every format reads, of
 * another charset. Gives the status where it cannot; 0: *text is the body, in plain, in a or as it
 * came. */
static int open_body(const struct http_request *r, struct buf *plain, struct arena *a,
                     struct slice *text, const char **title)
{
    struct err e = { .fate = ERR_NONE };
    *text = http_body(r);
    if (is_gzip(http_header(r, "Content-Encoding"))) {
        if (!inflate_gzip(*text, plain, &e)) {
            bool is_large = e.code && strcmp(e.code, "inflate.limit") == 0;
            *title = is_large ? "the message is too large" : "the body is no gzip";
            if (e.fate != ERR_REJECT)
                return 503;
            return is_large ? 413 : 400;
        }
        *text = buf_slice(plain);
    }
    struct slice charset = charset_of(http_header(r, "Content-Type"));
    enum charset_kind kind = charset_named(charset);
    if (charset.n == 0 || kind == CHARSET_UTF8 || slice_is_utf8(*text))
        return 0; /* what is UTF-8 whatever its header says is that, or ASCII */
    *text = charset_to_utf8(a, kind, *text);
    *title = "the message cannot be kept now";
    return text->p ? 0 : 503;
}

static void give_answer(const struct webhook *s, const struct answer *from, struct http_answer *a)
{
    static const struct {
        int status;
        const char *type, *title;
    } fates[] = {
        [ANSWER_KEPT] = { 202, "application/json", NULL },
        [ANSWER_REFUSED] = { 422, "application/problem+json", "the message is refused" },
        [ANSWER_LATER] = { 503, "application/problem+json", "the message cannot be kept now" },
    };
    a->status = fates[from->fate].status;
    if (from->fate == ANSWER_LATER)
        a->retry_after_s = (int)((s->retry_after_ms + 999) / 1000);
    if (!slice_is_empty(from->reply)) {
        struct slice last = from->reply; /* HTTP has one answer: of several the one that decides */
        for (size_t n = slice_find(last, REPLY_NEXT); n < last.n; n = slice_find(last, REPLY_NEXT))
            last = slice_from(last, n + 1);
        a->type = fates[from->fate].type;
        buf_put(a->body, last);
    } else if (fates[from->fate].title) {
        put_problem(a, a->status, fates[from->fate].title);
    }
}

/* A request may come between open() and run(): its sender need not come again for that. */
static void await_run(struct webhook *s)
{
    int64_t end_ns = wait_end_ns(RUN_WAIT_MS);
    pthread_mutex_lock(&s->lock);
    while (!s->ran && !s->stop && wait_until(&s->changed, &s->lock, end_ns))
        continue;
    pthread_mutex_unlock(&s->lock);
}

/* take NULL: nobody is there to take, not yet or no longer. */
static struct intake intake_now(struct webhook *s)
{
    struct intake up = { .take = NULL };
    pthread_mutex_lock(&s->lock);
    if (s->ran && !s->stop)
        up = s->up;
    pthread_mutex_unlock(&s->lock);
    return up;
}

static void take_message(struct webhook *s, struct slice body, struct slice key,
                         struct http_answer *a)
{
    struct arrival one = { .bytes = body, .name = key };
    struct answer answer = { .fate = ANSWER_LATER };
    await_run(s);
    pthread_mutex_lock(&s->taking);
    struct intake up = intake_now(s);
    if (up.take)
        up.take(up.ctx, &one, &answer, 1);
    give_answer(s, &answer, a);
    pthread_mutex_unlock(&s->taking);
}

static void handle_request(void *ctx, struct http_request *r, struct http_answer *a)
{
    struct webhook *s = ctx;
    const char *title = "there is no body";
    if (slice_is_empty(http_body(r))) {
        put_problem(a, 400, title);
        return;
    }
    struct buf plain;
    struct arena scratch;
    struct slice body;
    buf_init(&plain, (size_t)s->body_max);
    arena_init(&scratch, 4 * (size_t)s->body_max + CHARSET_ROOM);
    int status = open_body(r, &plain, &scratch, &body, &title);
    if (status)
        put_problem(a, status, title);
    else
        take_message(s, body, http_header(r, "Idempotency-Key"), a);
    arena_release(&scratch);
    buf_release(&plain);
}

/* A short one is found by trying. */
static bool read_token(const struct webhook *s, struct token *out, struct err *e)
{
    if (!token_read(s->token_file, out, e))
        return false;
    return !*out->text || strlen(out->text) >= TOKEN_MIN ||
           err_set(e, ERR_FATAL, "token.size", 0,
                   "cannot use token file '%s': a token has at least %d characters", s->token_file,
                   TOKEN_MIN);
}

static bool webhook_try(const void *state, struct err *e)
{
    struct token unused;
    bool good = read_token(state, &unused, e);
    explicit_bzero(&unused, sizeof unused);
    return good;
}

static bool check_webhook_limits(const struct webhook *s, struct err *e)
{
    const int64_t times_ms[] = { s->idle_ms, s->head_ms, s->request_ms };
    for (size_t i = 0; i < sizeof times_ms / sizeof times_ms[0]; i++)
        if (times_ms[i] < 1000 || times_ms[i] > INT_MAX)
            return err_set(e, ERR_FATAL, "webhook.option", 0,
                           "'idle', 'head_time' and 'request_time' must be from 1s to 24 days");
    bool all_is_good = s->connections_max >= 0 && s->connections_max <= CONNECTIONS_MAX;
    bool peer_is_good = s->peer_connections_max > 0 && s->peer_connections_max <= CONNECTIONS_MAX;
    if (!all_is_good || !peer_is_good)
        return err_set(
            e, ERR_FATAL, "webhook.option", 0,
            "'connections_max' must be at most %d, 'peer_connections_max' from 1 to that",
            CONNECTIONS_MAX);
    if (s->buffers_max <= 0)
        return err_set(e, ERR_FATAL, "webhook.option", 0, "'buffers_max' must be at least 1 byte");
    bool retry_is_good = s->retry_after_ms >= 0 && s->retry_after_ms <= INT_MAX;
    return retry_is_good ||
           err_set(e, ERR_FATAL, "webhook.option", 0, "'retry_after' must be at most 24 days");
}

static bool webhook_check(const void *state, bool receives, struct err *e)
{
    const struct webhook *s = state;
    struct address unused;
    (void)receives; /* it does nothing else */
    if (!slice_starts(slice_text(s->listen), SLICE("unix:")) &&
        (!address_split(slice_text(s->listen), &unused) || !unused.host[0]))
        return err_set(e, ERR_FATAL, "webhook.option", 0, "'listen' must be host:port");
    if (s->path[0] != '/')
        return err_set(e, ERR_FATAL, "webhook.option", 0, "'path' must begin with /");
    if (s->body_max <= 0 || s->body_max > INT_MAX)
        return err_set(e, ERR_FATAL, "webhook.option", 0,
                       "'body_max' must be from 1 byte to 2 GiB");
    return check_webhook_limits(s, e);
}

static void webhook_stand(const void *state, bool receives, struct secure_stand *out)
{
    const struct webhook *s = state;
    out->secure = &s->secure;
    out->listens = receives;
    out->address = s->listen;
    out->local = address_is_local(slice_text(s->listen)) ||
                 slice_starts(slice_text(s->listen), SLICE("unix:"));
    out->encrypted = s->secure.tls.at != NULL;
    out->knows_whom = cfg_is_set(s->token_file);
}

static bool webhook_open(void *state, struct err *e)
{
    struct webhook *s = state;
    if (!webhook_check(s, true, e) || !read_token(s, &s->token, e))
        return false;
    struct secure_stand stand = { .secure = NULL };
    webhook_stand(s, true, &stand);
    if (!secure_open(&stand, &s->tls, e))
        return false;
    pthread_mutex_init(&s->taking, NULL);
    pthread_mutex_init(&s->lock, NULL);
    wait_init(&s->changed);
    struct http_server_options o = { .listen = s->listen,
                                     .tls = s->tls,
                                     .body_max = (size_t)s->body_max,
                                     .bytes_max = (size_t)s->buffers_max,
                                     .idle_ms = s->idle_ms,
                                     .head_ms = s->head_ms,
                                     .request_ms = s->request_ms,
                                     .connections_max = (unsigned)connections_max(s),
                                     .peer_connections_max = (unsigned)s->peer_connections_max,
                                     .judge = judge_request,
                                     .handle = handle_request,
                                     .ctx = s };
    if (http_server_start(&o, &s->server, e))
        return true;
    tls_close(&s->tls);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->taking);
    return false;
}

static bool webhook_run(void *state, struct intake up, struct err *e)
{
    struct webhook *s = state;
    (void)e;
    pthread_mutex_lock(&s->lock);
    s->up = up;
    s->ran = true;
    pthread_cond_broadcast(&s->changed);
    while (!s->stop)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
    pthread_mutex_lock(&s->taking); /* what the intake took last has its answer */
    pthread_mutex_unlock(&s->taking);
    return true;
}

static void webhook_stop(void *state)
{
    struct webhook *s = state;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void webhook_close(void *state)
{
    struct webhook *s = state;
    http_server_stop(&s->server);
    tls_close(&s->tls);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->taking);
}

static const char *webhook_where(void *state)
{
    const struct webhook *s = state;
    return http_server_where(s->server);
}

const struct transport transport_webhook = {
    .name = "webhook",
    .options = options,
    .state_size = sizeof(struct webhook),
    .check = webhook_check,
    .try = webhook_try,
    .open = webhook_open,
    .run = webhook_run,
    .stop = webhook_stop,
    .close = webhook_close,
    .where = webhook_where,
    .stand = webhook_stand,
    .files = webhook_files,
    .may_open = webhook_may_open,
};
