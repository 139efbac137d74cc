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
    uint64_t done = 0;
    bool here = false;
    out->status = 202;
    if (!act_read(body, &x, e))
        return false;
    bool is_back = way_back_read(&x, &back, e);
    if (!is_back && e->fate != ERR_NONE)
        return false;
    const struct bundle *now = editions_at(editions_newest(&s->rules), now_ms)->bundle;
    if (is_back && !act_verify(&x, now, now_ms, &by, e))
        return false;
    if (!acts_publish(a->o.bus, s, &x, e))
        return false;
    if (is_back && !a->o.take_back(a->o.ctx, back.room, back.name, &back.what, &here, &done, e))
        return false;
    if (here) {
        out->status = 200;
        buf_format(out->body, "%" PRIu64, done);
    }
    return true;
}

static bool take_order(struct admin *a, struct arena *arena, struct slice body, struct err *e)
{
    struct order_read read;
    int64_t at_ms;
    orders_read(a->o.site->catalogue, arena, body, &read);
    if (read.kind != ORDER_BUNDLE)
        return err_set(e, ERR_REJECT, "admin.order", 0,
                       "what came to the local socket is no order to load a bundle");
    return orders_publish(a->o.bus, body, &at_ms, e);
}

static void handle_order(void *ctx, struct http_request *r, struct http_answer *out)
{
    struct admin *a = ctx;
    struct arena arena;
    struct err e = { 0 };
    bool is_post = slice_equal_text(http_method(r), "POST");
    bool is_act = slice_equal_text(http_path(r), "/act");
    bool is_order = slice_equal_text(http_path(r), "/order");
    if (!is_post || (!is_act && !is_order)) {
        out->status = 404;
        return;
    }
    arena_init(&arena, 64 << 20);
    bool done =
        is_act ? take_act(a, http_body(r), out, &e) : take_order(a, &arena, http_body(r), &e);
    if (done && is_order)
        out->status = 202;
    if (!done) {
        out->status = e.fate == ERR_RETRY ? 503 : 422;
        buf_text(out->body, e.text);
    }
    arena_release(&arena);
}

bool admin_start(const struct admin_options *o, struct admin **out, struct err *e)
{
    struct admin *a = mem_alloc(sizeof *a);
    char listen[256];
    if (!a)
        return err_memory(e);
    a->o = *o;
    snprintf(listen, sizeof listen, "unix:%s", o->socket);
    struct http_server_options server = {
        .listen = listen,
        .body_max = BUS_RECORD_MAX_BYTES,
        .idle_ms = 10000,
        .connections_max = 8,
        .handle = handle_order,
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
