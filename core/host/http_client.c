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

/* A short count tells the library to give up; answer->failed says why it did. */
static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct buf *answer = ctx;
    buf_put(answer, slice_of(p, size * n));
    return buf_ok(answer) ? size * n : 0;
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
                        struct buf *answer)
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
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    set_body(curl, call);
}

/* The library's sentences are constants; they name neither the address nor the content. */
static bool refuse(CURLcode result, const struct buf *answer, struct err *e)
{
    if (!buf_ok(answer))
        return err_set(e, ERR_REJECT, "http.limit", answer->n,
                       "cannot take the answer: over %zu bytes", answer->max);
    switch (result) {
    case CURLE_OUT_OF_MEMORY:
        return err_memory(e);
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(e, ERR_RETRY, "http.timeout", 0, "cannot call: no answer in time");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return err_set(e, ERR_REJECT, "http.url", 0, "cannot call: not a good http address");
    default:
        return err_set(e, ERR_RETRY, "http.connect", 0, "cannot call: %s",
                       curl_easy_strerror(result));
    }
}

bool http_client_do(struct http_client *c, const struct http_call *call, int *status,
                    struct buf *answer, struct err *e)
{
    struct curl_slist *headers = NULL;
    long code = 0;
    buf_reset(answer);
    if (!make_headers(call, &headers)) {
        curl_slist_free_all(headers);
        return err_memory(e);
    }
    set_options(c->curl, call, headers, answer);
    CURLcode result = curl_easy_perform(c->curl);
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_reset(c->curl); /* it must not keep what is freed here */
    curl_slist_free_all(headers);
    if (result != CURLE_OK)
        return refuse(result, answer, e);
    *status = (int)code;
    return true;
}
