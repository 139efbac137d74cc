/* admin_ask.c - a request to the daemon's local socket. */
#include "control/admin_ask.h"

#include <unistd.h>

#include "host/http_client.h"

/* *running false when there is no daemon, also when it has left its socket behind: only where nothing of
 * the request has left. */
static bool ask(const char *socket, const char *url, struct slice body, bool *running, int64_t *done,
                struct err *e)
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
        .method = "POST", .url = url, .unix_socket = socket, .body = body,
        .timeout_ms = 60000,
    };
    bool good = http_client_do(client, &call, &status, &answer, &connect);
    bool left = !good && http_client_heard(client).left;
    if (left)
        err_set(e, ERR_RETRY, "admin.silent", 0,
                "cannot tell whether the daemon did it (%s): look at concordat status and at "
                "concordat audit list --acts before doing it again", connect.code);
    else if (!good)
        *running = false; /* a socket left behind: the caller opens the bus itself */
    else if (status != 202 && status != 200)
        err_set(e, ERR_REJECT, "admin.refused", 0, "cannot do it: the daemon answered %d: %.*s", status,
                (int)slice_head(buf_slice(&answer), 120).n, (const char *)answer.p);
    if (good && (status != 200 || !slice_to_i64(buf_slice(&answer), done)))
        *done = -1;
    buf_release(&answer);
    http_client_close(&client);
    return !left && (!good || status == 202 || status == 200);
}

bool admin_ask_order(const struct site *s, struct slice framed, bool *running, struct err *e)
{
    int64_t ignored;
    return ask(s->admin_socket, "http://localhost/order", framed, running, &ignored, e);
}

bool admin_ask_act(const char *socket, struct slice file, bool *running, int64_t *done, struct err *e)
{
    return ask(socket, "http://localhost/act", file, running, done, e);
}
