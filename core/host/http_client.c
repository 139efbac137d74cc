/* http_client.c - one libcurl handle, reused, so that connections stay open between calls.
 *
 * Only http and https, no redirects, no proxy from the environment: a call goes where the
 * configuration says or nowhere. What TLS takes is set up by tls.h on the library's own context. */
#include "host/http_client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/arena.h"

#define CONNECT_MS 10000
#define HEADERS_MAX_BYTES 16384
/* that are open at one time: a kept one, and those that race to be the next */
#define SOCKETS_MAX 8

struct http_client {
    CURL *curl;
    struct http_heard heard;
    struct buf headers; /* of the last answer, as it came */
    bool whole;         /* they came to their end */
    bool fresh;         /* no connection is used again: what was shown on it was refused */
    atomic_bool stopping;
    pthread_mutex_t lock; /* of the sockets that stop() may shut */
    int sockets[SOCKETS_MAX];
    size_t socket_count;
    /* of the call under way */
    bool sent; /* it came to sending */
    bool more; /* TLS holds more than the last piece of the body that was asked for */
    const struct tls_settings *tls;
    struct tls_seen seen;
    struct err files;
    char reason[CURL_ERROR_SIZE];
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool http_client_open(struct http_client **out, struct err *e)
{
    pthread_once(&library_once, start_library);
    struct http_client *c = mem_alloc(sizeof *c);
    if (!c)
        return err_memory(e);
    c->curl = curl_easy_init();
    if (!c->curl) {
        mem_free(c);
        return err_memory(e);
    }
    buf_init(&c->headers, HEADERS_MAX_BYTES);
    pthread_mutex_init(&c->lock, NULL);
    *out = c;
    return true;
}

void http_client_close(struct http_client **c)
{
    if (!*c)
        return;
    curl_easy_cleanup((*c)->curl);
    buf_release(&(*c)->headers);
    pthread_mutex_destroy(&(*c)->lock);
    mem_free(*c);
    *c = NULL;
}

/* ---- the sockets, so that another thread can end what is waited for on them ---- */

static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct http_client *c = ctx;
    (void)purpose;
    int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    pthread_mutex_lock(&c->lock);
    if (c->socket_count < SOCKETS_MAX)
        c->sockets[c->socket_count++] = fd;
    pthread_mutex_unlock(&c->lock);
    return fd;
}

static int on_socket_end(void *ctx, curl_socket_t fd)
{
    struct http_client *c = ctx;
    pthread_mutex_lock(&c->lock);
    size_t kept = 0;
    for (size_t i = 0; i < c->socket_count; i++)
        if (c->sockets[i] != fd)
            c->sockets[kept++] = c->sockets[i];
    c->socket_count = kept;
    pthread_mutex_unlock(&c->lock);
    return close(fd);
}

/* Also where no socket is open yet: the library asks once a second at least. */
static int on_progress(void *ctx, curl_off_t in, curl_off_t in_now, curl_off_t out,
                       curl_off_t out_now)
{
    const struct http_client *c = ctx;
    (void)in;
    (void)in_now;
    (void)out;
    (void)out_now;
    return atomic_load(&c->stopping);
}

void http_client_stop(struct http_client *c)
{
    atomic_store(&c->stopping, true);
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->socket_count; i++)
        (void)shutdown(c->sockets[i], SHUT_RDWR);
    pthread_mutex_unlock(&c->lock);
}

/* ---- what comes ---- */

struct body {
    struct http_client *client;
    struct buf *answer;
    const struct http_sink *sink; /* NULL: none is wanted */
    int64_t sunk;
    bool cut;     /* there was more than it takes */
    bool stopped; /* by the sink */
};

/* In a callback alone the library tells by what it reads. */
static bool holds_more(CURL *curl)
{
    const struct curl_tlssessioninfo *by = NULL;
    if (curl_easy_getinfo(curl, CURLINFO_TLS_SSL_PTR, &by) != CURLE_OK || !by)
        return false;
    return by->backend == CURLSSLBACKEND_OPENSSL && by->internals && tls_holds_more(by->internals);
}

/* 1xx: more was to come. A head that is cut is none (RFC 9112 section 8); the library takes it for
 * an answer. Its own number may be of an answer to an earlier sending, or of a proxy's. */
static int status_heard(const struct http_client *c)
{
    long code = 0;
    if (!c->whole)
        return 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &code);
    return code >= 200 ? (int)code : 0;
}

static bool sink_body(struct body *b, struct slice piece)
{
    b->sunk += (int64_t)piece.n;
    b->cut = b->sunk > b->sink->max;
    b->stopped = !b->cut && !b->sink->put(b->sink->ctx, piece);
    return !b->cut && !b->stopped;
}

/* A short count tells the library to give up. */
static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct body *b = ctx;
    struct slice piece = slice_of(p, size * n);
    b->client->more = holds_more(b->client->curl);
    bool is_page = b->sink && status_heard(b->client) / 100 == 2;
    if (is_page)
        return sink_body(b, piece) ? piece.n : 0;
    size_t room = b->answer->max - b->answer->n;
    b->cut = piece.n > room;
    buf_put(b->answer, slice_head(piece, room));
    bool good = buf_ok(b->answer) && !b->cut;
    return good ? piece.n : 0;
}

static void forget_head(struct http_client *c)
{
    buf_reset(&c->headers);
    c->whole = false;
}

/* Line by line; a status line begins another answer (RFC 9110 15.2), an empty one ends the head.
 * Fields behind a chunked body come here, too. */
static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
    struct http_client *c = ctx;
    struct slice line = slice_of(p, size * n);
    if (slice_starts(line, SLICE("HTTP/")))
        forget_head(c);
    c->whole = c->whole || slice_is_empty(slice_trim(line));
    buf_put(&c->headers, line);
    return line.n;
}

/* A connection is ready, hands shaken, and the request is about to go by it: nothing of it has left
 * before the first time. When one that was kept dies without an answer the library would send once
 * more by another, as if the first had not been; a partner may have taken that. So it goes twice
 * only where the first was answered with a no to how we ask (417 to its "Expect: 100-continue"). */
static int on_sending(void *ctx, char *to, char *from, int to_port, int from_port)
{
    struct http_client *c = ctx;
    bool good = !c->sent || status_heard(c) == 417;
    (void)to;
    (void)from;
    (void)to_port;
    (void)from_port;
    c->sent = true;
    forget_head(c);
    return good ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

struct slice http_client_header_nth(const struct http_client *c, const char *name, size_t nth)
{
    struct slice wanted = slice_text(name), rest = buf_slice(&c->headers);
    while (rest.n > 0) {
        struct slice line = slice_head(rest, slice_find(rest, '\n'));
        size_t colon = slice_find(line, ':');
        bool is_it = colon < line.n && slice_equal_nocase(slice_head(line, colon), wanted);
        if (is_it && nth == 0)
            return slice_trim(slice_from(line, colon + 1));
        if (is_it)
            nth--;
        rest = slice_from(rest, line.n + 1);
    }
    return slice_of(NULL, 0);
}

struct slice http_client_header(const struct http_client *c, const char *name)
{
    return http_client_header_nth(c, name, 0);
}

/* The library has made its context and is about to use it. */
static CURLcode on_context(CURL *curl, void *context, void *ctx)
{
    struct http_client *c = ctx;
    (void)curl;
    return tls_set_up(context, c->tls, &c->seen, &c->files) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static bool append_header(struct curl_slist **list, const char *header)
{
    struct curl_slist *longer = curl_slist_append(*list, header);
    if (longer)
        *list = longer;
    return longer != NULL;
}

/* The library would call any body without a type a web form; "Content-Type:" stops that. */
static bool make_headers(const struct http_call *call, struct curl_slist **list)
{
    bool typed = false;
    for (const char *const *h = call->headers; h && *h; h++) {
        typed = typed || strncasecmp(*h, "content-type:", 13) == 0;
        if (!append_header(list, *h))
            return false;
    }
    return typed || append_header(list, "Content-Type:");
}

static void set_body(CURL *curl, const struct http_call *call)
{
    if (strcmp(call->method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
        return;
    }
    bool empty = slice_is_empty(call->body);
    if (!empty || strcmp(call->method, "POST") == 0 || strcmp(call->method, "PUT") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, empty ? "" : (const char *)call->body.p);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

static void set_options(CURL *curl, const struct http_call *call, struct curl_slist *headers,
                        struct body *body)
{
    long connect_ms = call->timeout_ms < CONNECT_MS ? call->timeout_ms : CONNECT_MS;
    curl_easy_reset(curl); /* keeps the connections */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, call->proxy ? call->proxy : "");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, ""); /* nor one that the environment goes round */
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "concordat");
    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, call->unix_socket);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, call->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    set_body(curl, call);
}

/* False: this library cannot tell when it sends, so nothing may go by it. */
static bool set_ears(struct http_client *c)
{
    c->sent = c->more = false;
    c->reason[0] = '\0';
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, c->reason);
    curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(c->curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(c->curl, CURLOPT_OPENSOCKETDATA, c);
    curl_easy_setopt(c->curl, CURLOPT_CLOSESOCKETFUNCTION, on_socket_end);
    curl_easy_setopt(c->curl, CURLOPT_CLOSESOCKETDATA, c);
    curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(c->curl, CURLOPT_PREREQDATA, c);
    return curl_easy_setopt(c->curl, CURLOPT_PREREQFUNCTION, on_sending) == CURLE_OK;
}

/* No list of CAs but those of tls.h. A name of its own is compared there alone. */
static bool set_tls(struct http_client *c, const struct http_call *call)
{
    static const struct tls_settings none = { .listens = false };
    c->tls = call->tls ? call->tls : &none;
    c->seen.alert = -1;
    c->files = (struct err){ .fate = ERR_NONE };
    bool named = c->tls->name && *c->tls->name;
    curl_easy_setopt(c->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c->curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(c->curl, CURLOPT_CA_CACHE_TIMEOUT,
                     0L); /* or one list would outlive its file */
    curl_easy_setopt(c->curl, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(c->curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYHOST, named ? 0L : 2L);
    curl_easy_setopt(c->curl, CURLOPT_SSL_CTX_DATA, c);
    return curl_easy_setopt(c->curl, CURLOPT_SSL_CTX_FUNCTION, on_context) == CURLE_OK;
}

static struct http_heard client_hear(const struct http_client *c)
{
    struct http_heard h = { .status = status_heard(c),
                            .left = c->sent,
                            .headers_cut = !buf_ok(&c->headers),
                            .until_ms = c->seen.until_ms };
    curl_off_t after_s = 0;
    if (h.status)
        (void)curl_easy_getinfo(c->curl, CURLINFO_RETRY_AFTER, &after_s);
    if (after_s > 0)
        h.retry_after_ms = after_s > INT32_MAX ? INT64_C(1000) * INT32_MAX : after_s * 1000;
    return h;
}

/* Says what has to do with TLS, if anything has. An alert may come with any result. */
static bool refuse_tls(const struct http_client *c, CURLcode result, long verdict, struct err *e)
{
    const struct tls_told told = { .verdict = verdict,
                                   .alert = c->seen.alert,
                                   .reason = result == CURLE_SSL_CONNECT_ERROR ? c->reason : "",
                                   .name = c->tls->name };
    if (c->files.fate == ERR_NONE)
        return tls_explain(&told, e);
    *e = c->files;
    return true;
}

static bool refuse_babble(struct err *e)
{
    return err_set(e, ERR_RETRY, "http.closed", 0,
                   "cannot call: the other side left HTTP in the middle of it");
}

/* The library's sentences are constants; they name neither the address nor the content. */
static bool refuse_call(const struct http_client *c, CURLcode result, const struct body *body,
                        struct err *e)
{
    const struct http_heard *heard = &c->heard;
    if (body->cut && body->sunk > 0)
        return err_set(e, ERR_REJECT, "http.limit", (size_t)body->sink->max,
                       "cannot take the answer: over %" PRId64 " bytes", body->sink->max);
    if (body->cut)
        return err_set(e, ERR_REJECT, "http.limit", body->answer->n,
                       "cannot take the answer: over %zu bytes", body->answer->max);
    switch (result) {
    case CURLE_OUT_OF_MEMORY:
        return err_memory(e);
    case CURLE_OPERATION_TIMEDOUT:
        return heard->left
                   ? err_set(e, ERR_RETRY, "http.timeout", 0, "cannot call: no answer in time")
                   : err_set(e, ERR_RETRY, "http.connect", 0, "cannot call: no connection in time");
    case CURLE_SSL_CONNECT_ERROR:
        return err_set(e, ERR_RETRY, "tls.closed", 0,
                       "the other side closed the connection before TLS was agreed");
    case CURLE_PEER_FAILED_VERIFICATION:
        return err_set(e, ERR_RETRY, "tls.name", 0,
                       "the other side's certificate is of another name than its address");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: /* what came, too */
        return heard->left
                   ? refuse_babble(e)
                   : err_set(e, ERR_REJECT, "http.url", 0, "cannot call: not a good http address");
    case CURLE_ABORTED_BY_CALLBACK:
        return err_set(e, ERR_RETRY, "http.closed", 0,
                       "cannot call: the other side hung up before it answered");
    default:
        return err_set(e, ERR_RETRY, heard->left ? "http.closed" : "http.connect", 0,
                       "cannot call: %s", curl_easy_strerror(result));
    }
}

struct http_heard http_client_heard(const struct http_client *c)
{
    return c->heard;
}

/* Something came by the connection that was kept while nobody had asked: the library would take it
 * for the answer to the next request. */
static bool has_stray(const struct http_client *c)
{
    curl_socket_t kept = CURL_SOCKET_BAD;
    char byte;
    (void)curl_easy_getinfo(c->curl, CURLINFO_ACTIVESOCKET, &kept);
    return kept != CURL_SOCKET_BAD &&
           (c->more || recv(kept, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0);
}

/* Closes the connection that was kept, where it is not to be used again. */
static bool drop_kept_connection(struct http_client *c)
{
    if (!c->fresh && !has_stray(c))
        return true;
    CURL *next = curl_easy_init();
    if (!next)
        return false;
    curl_easy_cleanup(c->curl);
    c->curl = next;
    c->fresh = false;
    return true;
}

bool http_client_do(struct http_client *c, const struct http_call *call, int *status,
                    struct buf *answer, struct err *e)
{
    struct curl_slist *headers = NULL;
    struct body body = { .client = c, .answer = answer, .sink = call->sink };
    buf_reset(answer);
    forget_head(c);
    c->heard = (struct http_heard){ .status = 0 };
    bool ready = make_headers(call, &headers);
    ready = ready && drop_kept_connection(c);
    if (!ready) {
        curl_slist_free_all(headers);
        return err_memory(e);
    }
    set_options(c->curl, call, headers, &body);
    bool able = set_ears(c);
    able = able && set_tls(c, call);
    CURLcode result = able ? curl_easy_perform(c->curl) : CURLE_NOT_BUILT_IN;
    long verdict = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
    c->heard = client_hear(c);
    c->fresh = c->heard.status == 401 || c->heard.status == 403;
    curl_easy_reset(c->curl); /* it must not keep what is freed here */
    curl_slist_free_all(headers);
    if (result != CURLE_OK && (body.stopped || atomic_load(&c->stopping)))
        return err_set(e, ERR_RETRY, "http.stopped", 0, "the call was ended on our side");
    if (result != CURLE_OK) {
        bool is_told = !body.cut && refuse_tls(c, result, verdict, e);
        return is_told ? false : refuse_call(c, result, &body, e);
    }
    *status = c->heard.status;
    return *status || refuse_babble(e);
}
