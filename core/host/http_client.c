/* http_client.c - one libcurl handle, reused, so that connections stay open between calls.
 *
 * Only http and https, no redirects, no proxy from the environment: a call goes where the
 * configuration says or nowhere. */
#include "host/http_client.h"

#include <pthread.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/arena.h"

#define CONNECT_MS 10000

struct http_client {
    CURL *curl;
    struct http_heard heard;
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
    *out = c;
    return true;
}

void http_client_close(struct http_client **c)
{
    if (!*c)
        return;
    curl_easy_cleanup((*c)->curl);
    mem_free(*c);
    *c = NULL;
}

struct body {
    struct buf *answer;
    bool cut; /* there was more than it takes */
};

/* A short count tells the library to give up. */
static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct body *b = ctx;
    size_t came = size * n, room = b->answer->max - b->answer->n;
    b->cut = came > room;
    buf_put(b->answer, slice_of(p, b->cut ? room : came));
    return buf_ok(b->answer) && !b->cut ? came : 0;
}

static bool append(struct curl_slist **list, const char *header)
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
        if (!append(list, *h))
            return false;
    }
    return typed || append(list, "Content-Type:");
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
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
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

/* Whether that result proves that no byte of the request left. A time that is over proves it only
 * while there was no connection yet; an alert of TLS 1.3 may come behind the request. */
static bool may_have_left(CURL *curl, CURLcode result)
{
    curl_off_t ready_us = 0;
    switch (result) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return false;
    case CURLE_OPERATION_TIMEDOUT:
        (void)curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
        return ready_us > 0;
    default:
        return true;
    }
}

static struct http_heard hear(CURL *curl, CURLcode result)
{
    struct http_heard h = { .left = may_have_left(curl, result) };
    long code = 0;
    curl_off_t after_s = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s);
    h.status = code >= 200 ? (int)code : 0; /* 1xx: more was to come */
    if (after_s > 0)
        h.retry_after_ms = after_s > INT32_MAX ? INT64_C(1000) * INT32_MAX : after_s * 1000;
    return h;
}

/* The library's sentences are constants; they name neither the address nor the content. */
static bool refuse(const struct http_heard *heard, CURLcode result, const struct body *body,
                   struct err *e)
{
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
    case CURLE_PEER_FAILED_VERIFICATION:
        return err_set(e, ERR_RETRY, "http.tls", 0, "cannot call: %s", curl_easy_strerror(result));
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return err_set(e, ERR_REJECT, "http.url", 0, "cannot call: not a good http address");
    default:
        return err_set(e, ERR_RETRY, heard->left ? "http.closed" : "http.connect", 0,
                       "cannot call: %s", curl_easy_strerror(result));
    }
}

struct http_heard http_client_heard(const struct http_client *c)
{
    return c->heard;
}

bool http_client_do(struct http_client *c, const struct http_call *call, int *status,
                    struct buf *answer, struct err *e)
{
    struct curl_slist *headers = NULL;
    struct body body = { .answer = answer };
    buf_reset(answer);
    c->heard = (struct http_heard){ .status = 0 };
    if (!make_headers(call, &headers)) {
        curl_slist_free_all(headers);
        return err_memory(e);
    }
    set_options(c->curl, call, headers, &body);
    CURLcode result = curl_easy_perform(c->curl);
    c->heard = hear(c->curl, result);
    curl_easy_reset(c->curl); /* it must not keep what is freed here */
    curl_slist_free_all(headers);
    if (result != CURLE_OK)
        return refuse(&c->heard, result, &body, e);
    *status = c->heard.status;
    return true;
}
