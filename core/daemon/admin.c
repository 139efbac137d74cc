/* admin.c - the daemon's local socket: what changes something while the daemon holds the bus.
 *
 * POST /act with the file of what people decided (sharing/acts/act.h): 202 when it is durable on
 * `control`. An act on what a part has set aside is done then, when the part runs here: 200 and on
 * how much. POST /order with a framed BundleOrder: the same; whether its bundle is taken up the
 * keeper says, on `control`. The socket lies in the site's state folder; whoever may write there
 * may use it. */
#include "daemon/admin.h"

#include "base/clock.h"
#include "control/acts_publish.h"
#include "control/orders.h"
#include "control/way_back_read.h"
#include "host/http_server.h"

#include <inttypes.h>
#include <stdio.h>

struct admin {
    struct admin_options o;
    struct http_server *server;
};

/* Records an act, then does it when the part runs here. An act that was recorded and not done can
 * be asked for again: for one that was done that changes nothing. */
static bool take_act(struct admin *a, struct slice body, struct http_answer *out, struct err *e)
{
    struct act x;
    struct act_signers by;
    struct way_back_act back;
    const struct site *s = a->o.site;
    const int64_t now_ms = clock_wall_ms();
    uint64_t count = 0;
    bool runs_here = false;
    if (!act_read(body, &x, e))
        return false;
    bool is_way_back = way_back_read(&x, &back, e);
    if (!is_way_back && e->fate != ERR_NONE)
        return false;
    const struct bundle *in_force = editions_at(editions_newest(&s->rules), now_ms)->bundle;
    if (is_way_back && !act_verify(&x, in_force, now_ms, &by, e))
        return false;
    if (!acts_publish(a->o.bus, s, &x, e))
        return false;
    out->status = 202;
    if (!is_way_back)
        return true;
    if (!a->o.take_back(a->o.ctx, back.room, back.name, &back.what, &runs_here, &count, e))
        return false;
    if (runs_here) {
        out->status = 200;
        buf_format(out->body, "%" PRIu64, count);
    }
    return true;
}

/* Publishes a framed BundleOrder. */
static bool take_order(struct admin *a, struct slice body, struct http_answer *out, struct err *e)
{
    struct arena arena;
    struct order_read order;
    int64_t unused_ms;
    arena_init(&arena, 64 << 20);
    orders_read(a->o.site->catalogue, &arena, body, &order);
    bool is_order = order.kind == ORDER_BUNDLE;
    arena_release(&arena);
    if (!is_order)
        return err_set(e, ERR_REJECT, "admin.order", 0,
                       "what came to the local socket is no order to load a bundle");
    out->status = 202;
    return orders_publish(a->o.bus, body, &unused_ms, e);
}

static void handle_request(void *ctx, struct http_request *r, struct http_answer *out)
{
    struct admin *a = ctx;
    struct err e = { 0 };
    struct slice path = http_path(r);
    bool is_post = slice_equal_text(http_method(r), "POST");
    bool done = false;
    if (is_post && slice_equal_text(path, "/act")) {
        done = take_act(a, http_body(r), out, &e);
    } else if (is_post && slice_equal_text(path, "/order")) {
        done = take_order(a, http_body(r), out, &e);
    } else {
        out->status = 404;
        return;
    }
    if (!done) {
        out->status = e.fate == ERR_RETRY ? 503 : 422;
        buf_text(out->body, e.text);
    }
}

bool admin_start(const struct admin_options *o, struct admin **out, struct err *e)
{
    struct admin *a = mem_alloc(sizeof *a);
    char listen[256];
    if (!a)
        return err_memory(e);
    a->o = *o;
    (void)snprintf(listen, sizeof listen, "unix:%s", o->socket);
    struct http_server_options server = {
        .listen = listen,
        .body_max = BUS_RECORD_MAX_BYTES,
        .idle_ms = 10000,
        .connections_max = 8,
        .handle = handle_request,
        .ctx = a,
    };
    if (!http_server_start(&server, &a->server, e)) {
        mem_free(a);
        return false;
    }
    *out = a;
    return true;
}

void admin_stop(struct admin **a)
{
    if (!*a)
        return;
    http_server_stop(&(*a)->server);
    mem_free(*a);
    *a = NULL;
}
