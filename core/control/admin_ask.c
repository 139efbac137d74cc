/* admin_ask.c - a request to the daemon's local socket. */
#include "control/admin_ask.h"

#include <unistd.h>

#include "host/http_client.h"

/* *running false: there is no daemon, or only the socket of one that has ended, and nothing of the
 * request has left. */
static bool admin_post(const char *socket, const char *url, struct slice body, bool *running,
                       int64_t *done, struct err *e)
{
    struct http_client *client;
    struct buf answer;
    struct err connect = { 0 };
    int status = 0;
    *running = access(socket, W_OK) == 0;
    if (!*running)
        return true;
    if (!http_client_open(&client, e))
        return false;
    buf_init(&answer, 1 << 16);
    struct http_call call = {
        .method = "POST",
        .url = url,
        .unix_socket = socket,
        .body = body,
        .timeout_ms = 60000,
    };
    bool good = http_client_do(client, &call, &status, &answer, &connect);
    bool accepted = status == 202 || status == 200;
    bool left = !good && http_client_heard(client).left;
    if (left)
        err_set(e, ERR_RETRY, "admin.silent", 0,
                "cannot tell whether the daemon did it (%s): look at concordat status and at "
                "concordat audit list --acts before doing it again",
                connect.code);
    else if (!good)
        *running = false; /* a socket left behind: the caller opens the bus itself */
    else if (!accepted)
        err_set(e, ERR_REJECT, "admin.refused", 0, "the running daemon refused (answer %d): %.*s",
                status, (int)slice_head(buf_slice(&answer), 120).n, (const char *)answer.p);
    bool has_count = status == 200 && slice_to_i64(buf_slice(&answer), done);
    if (good && !has_count)
        *done = -1;
    buf_release(&answer);
    http_client_close(&client);
    if (left)
        return false;
    return !good || accepted;
}

bool admin_ask_order(const struct site *s, struct slice framed, bool *running, struct err *e)
{
    int64_t ignored;
    return admin_post(s->admin_socket, "http://localhost/order", framed, running, &ignored, e);
}

bool admin_ask_act(const char *socket, struct slice file, bool *running, int64_t *done,
                   struct err *e)
{
    return admin_post(socket, "http://localhost/act", file, running, done, e);
}
