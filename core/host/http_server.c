/* http_server.c - libmicrohttpd behind a door of our own.
 *
 * It has no socket that listens: it serves the connections that the door hands over. The library
 * calls on_request several times for a request: once when its header is there, then for each piece
 * of its body, then a last time, when handle() is asked. */
#include "host/http_server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/address.h"
#include "base/arena.h"
#include "host/http_door.h"

#define BACKLOG 511
#define ANSWER_MAX ((size_t)64 * 1024 * 1024)
#define CONNECTION_MEMORY ((size_t)64 * 1024) /* the library's, for header and reading */
#define CONNECTIONS_SPARE 64 /* that the door has closed and the library has not yet */

struct http_server {
    struct http_server_options options;
    struct MHD_Daemon *daemon;
    struct http_door *door;
    struct buf answer; /* of the internal thread */
    uint16_t port;
    char where[300]; /* as listen, with the port really bound */
    char unix_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

struct http_request {
    struct MHD_Connection *connection;
    const char *method;
    char *target; /* as it came */
    struct buf body;
    bool begun;
};

/* Listening. */

static bool refuse_listen(struct err *e, const char *listen_on, const char *reason)
{
    return err_set(e, ERR_FATAL, "http.listen", 0, "cannot listen on '%s': %s", listen_on, reason);
}

/* A socket nobody answers on is left from a process that was killed. */
static bool clear_stale(const struct sockaddr_un *address)
{
    struct stat st;
    if (lstat(address->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return true; /* bind() will say what is wrong, if anything is */
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool alive = probe < 0 ||
                 connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 ||
                 errno != ECONNREFUSED;
    if (probe >= 0)
        close(probe);
    return !alive && unlink(address->sun_path) == 0;
}

static int listen_unix(struct http_server *s, const char *path, struct err *e)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if ((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s", path) >=
        sizeof address.sun_path) {
        refuse_listen(e, s->options.listen, "the path is too long");
        return -1;
    }
    if (!clear_stale(&address)) {
        refuse_listen(e, s->options.listen, "another process does");
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode is set before listen(), so that nobody slips in between. */
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        memcpy(s->unix_path, address.sun_path, sizeof s->unix_path);
        if (chmod(path, 0660) == 0 && listen(fd, BACKLOG) == 0)
            return fd;
    }
    refuse_listen(e, s->options.listen, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static int listen_address(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    if (fd < 0)
        return -1;
    bool good = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    good = good && bind(fd, address->ai_addr, address->ai_addrlen) == 0;
    good = good && listen(fd, BACKLOG) == 0;
    if (good)
        return fd;
    int number = errno;
    close(fd);
    errno = number;
    return -1;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage bound;
    socklen_t n = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &n) < 0)
        return 0;
    if (bound.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&bound)->sin6_port);
    return ntohs(((const struct sockaddr_in *)&bound)->sin_port);
}

static int listen_tcp(struct http_server *s, struct err *e)
{
    const char *listen_on = s->options.listen;
    struct address at;
    if (!address_split(slice_text(listen_on), &at) || !at.host[0]) {
        refuse_listen(e, listen_on, "not host:port");
        return -1;
    }
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    int failed = getaddrinfo(at.host, at.port, &hints, &found);
    if (failed) {
        refuse_listen(e, listen_on, gai_strerror(failed));
        return -1;
    }
    int fd = listen_address(found);
    if (fd < 0)
        refuse_listen(e, listen_on, strerror(errno));
    else
        s->port = bound_port(fd);
    freeaddrinfo(found);
    return fd;
}

/* Requests. */

/* Called with the target as it came, which the library decodes in place: "/%61" is not "/a"
 * here. */
static void *on_target(void *ctx, const char *raw, struct MHD_Connection *connection)
{
    const struct http_server *s = ctx;
    struct http_request *r = mem_alloc(sizeof *r + strlen(raw) + 1);
    if (!r)
        return NULL;
    r->connection = connection;
    r->target = (char *)(r + 1);
    memcpy(r->target, raw, strlen(raw));
    buf_init(&r->body, s->options.body_max);
    return r;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode how)
{
    (void)ctx;
    (void)connection;
    (void)how;
    struct http_request *r = *request;
    if (!r)
        return;
    buf_release(&r->body);
    mem_free(r);
    *request = NULL;
}

static enum MHD_Result send_answer(struct MHD_Connection *connection,
                                   const struct http_answer *answer)
{
    struct slice body = buf_slice(answer->body);
    void *p = answer->body->n ? answer->body->p : NULL;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.n, p, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    enum MHD_Result queued = MHD_YES;
    if (answer->type)
        queued = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    if (answer->retry_after_s > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d", answer->retry_after_s);
        queued = queued && MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    for (size_t i = 0; queued && i < HTTP_ANSWER_FIELDS; i++)
        if (answer->fields[i].name)
            queued =
                MHD_add_response_header(response, answer->fields[i].name, answer->fields[i].value);
    if (queued)
        queued = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result send_status(struct http_server *s, struct http_request *r, int status)
{
    buf_reset(&s->answer);
    struct http_answer answer = { .status = status, .body = &s->answer };
    return send_answer(r->connection, &answer);
}

static enum MHD_Result on_whole(struct http_server *s, struct http_request *r)
{
    buf_reset(&s->answer);
    struct http_answer answer = { .status = MHD_HTTP_INTERNAL_SERVER_ERROR, .body = &s->answer };
    s->options.handle(s->options.ctx, r, &answer);
    if (!buf_ok(&s->answer))
        return send_status(s, r, MHD_HTTP_INTERNAL_SERVER_ERROR);
    return send_answer(r->connection, &answer);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_n, void **request)
{
    struct http_server *s = ctx;
    struct http_request *r = *request;
    (void)connection;
    (void)version;
    (void)path;
    if (!r)
        return MHD_NO; /* out of memory: the connection ends */
    if (!r->begun) {
        r->begun = true;
        r->method = method;
        return MHD_YES;
    }
    if (*piece_n == 0)
        return on_whole(s, r);
    buf_put(&r->body, slice_of(piece, *piece_n)); /* the door keeps to body_max */
    *piece_n = 0;
    return buf_ok(&r->body) ? MHD_YES : MHD_NO;
}

/* Life. */

static bool hand_to_library(void *ctx, int fd, const struct sockaddr *from, socklen_t from_n)
{
    struct http_server *s = ctx;
    return MHD_add_connection(s->daemon, fd, from, from_n) ==
           MHD_YES; /* which closes fd where it fails */
}

static bool judge_head(void *ctx, const struct http_head *h, struct http_answer *out)
{
    struct http_server *s = ctx;
    return s->options.judge && s->options.judge(s->options.ctx, h, out);
}

static const char *status_phrase(unsigned status)
{
    return MHD_get_reason_phrase_for(status);
}

/* Silence, deadlines and shares are the door's. By poll: its epoll is told of edges, and misses an
 * end that comes together with bytes. */
static bool start_daemon(struct http_server *s, struct err *e)
{
    unsigned connections = 2 * s->options.connections_max + CONNECTIONS_SPARE;
    s->daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC, 0, NULL, NULL,
        on_request, s, MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_END);
    return s->daemon || refuse_listen(e, s->options.listen, "the HTTP library does not start");
}

static void set_where(struct http_server *s)
{
    struct slice listen = slice_text(s->options.listen);
    size_t host = listen.n;
    while (s->port && host > 0 && listen.p[host - 1] != ':')
        host--;
    snprintf(s->where, sizeof s->where, "%.*s", (int)host, s->options.listen);
    if (s->port)
        snprintf(s->where + strlen(s->where), sizeof s->where - strlen(s->where), "%u",
                 (unsigned)s->port);
}

static bool start_door(struct http_server *s, int listener, struct err *e)
{
    const struct http_server_options *o = &s->options;
    bool by_address = !s->unix_path[0]; /* whoever comes by a path has none: all are one peer */
    set_where(s);
    const struct http_door_options door = {
        .where = s->where,
        .listener = listener,
        .tls = o->tls,
        .peers = { o->connections_max, by_address ? o->peer_connections_max : o->connections_max,
                   o->bytes_max, by_address ? o->bytes_max / 2 : o->bytes_max },
        .body_max = o->body_max,
        .idle_ms = o->idle_ms,
        .head_ms = o->head_ms,
        .request_ms = o->request_ms,
        .judge = judge_head,
        .hand_over = hand_to_library,
        .phrase = status_phrase,
        .ctx = s,
    };
    return http_door_start(&door, &s->door, e);
}

static void put_fallbacks(struct http_server_options *o)
{
    static const struct http_server_options fallback = {
        .bytes_max = (size_t)64 * 1024 * 1024,
        .connections_max = 64,
        .idle_ms = 30000,
        .head_ms = 10000,
        .request_ms = 60000,
    };
    o->bytes_max = o->bytes_max ? o->bytes_max : fallback.bytes_max;
    if (o->bytes_max / 2 < o->body_max)
        o->bytes_max = 2 * o->body_max;
    o->connections_max = o->connections_max ? o->connections_max : fallback.connections_max;
    if (o->peer_connections_max == 0)
        o->peer_connections_max =
            o->connections_max > 16 ? o->connections_max / 2 : o->connections_max;
    o->idle_ms = o->idle_ms ? o->idle_ms : fallback.idle_ms;
    o->head_ms = o->head_ms ? o->head_ms : fallback.head_ms;
    o->request_ms = o->request_ms ? o->request_ms : fallback.request_ms;
}

bool http_server_start(const struct http_server_options *o, struct http_server **out, struct err *e)
{
    struct http_server *s = mem_alloc(sizeof *s);
    if (!s)
        return err_memory(e);
    s->options = *o;
    put_fallbacks(&s->options);
    buf_init(&s->answer, ANSWER_MAX);
    bool local = strncmp(o->listen, "unix:", 5) == 0;
    int fd = local ? listen_unix(s, o->listen + 5, e) : listen_tcp(s, e);
    bool started = fd >= 0 && start_daemon(s, e);
    if (fd >= 0 && !started)
        close(fd);
    if (started && start_door(s, fd, e)) {
        *out = s;
        return true;
    }
    http_server_stop(&s);
    return false;
}

const char *http_server_where(const struct http_server *s)
{
    return s->where;
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

void http_server_stop(struct http_server **s)
{
    struct http_server *old = *s;
    if (!old)
        return;
    *s = NULL;
    http_door_stop(&old->door);
    if (old->daemon)
        MHD_stop_daemon(old->daemon);
    if (old->unix_path[0])
        unlink(old->unix_path);
    buf_release(&old->answer);
    mem_free(old);
}

/* What handle() asks. */

struct slice http_method(const struct http_request *r)
{
    return slice_text(r->method);
}

struct slice http_path(const struct http_request *r)
{
    struct slice from;
    return http_target_path(slice_text(r->target), &from);
}

struct slice http_body(const struct http_request *r)
{
    return buf_slice(&r->body);
}

struct slice http_header(const struct http_request *r, const char *name)
{
    const char *value = NULL;
    size_t n = 0;
    bool found = MHD_lookup_connection_value_n(r->connection, MHD_HEADER_KIND, name, strlen(name),
                                               &value, &n);
    return found && value ? slice_of(value, n) : slice_of(NULL, 0);
}
