/* standing.h - what does not go on: lanes of the router that stand, parts that have stopped, or
 * wait for more than a bus that is away.
 *
 * Kept for `status`, which is asked whether anything runs or not: a file a part in the state folder
 * (standing-ROOM-NAME), a line each, "SINCE_MS CODE LANE SENTENCE"; LANE is "-" for the part
 * itself, "+" for one that waits. Whoever runs the part writes it, whole or not at all; it is gone
 * when all goes on. It tells what the log has told: one that cannot be written is in the log alone.
 * Threads: any. */
#ifndef CONCORDAT_DAEMON_STANDING_H
#define CONCORDAT_DAEMON_STANDING_H

#include "router/router.h"
#include "site/site.h"

/* lane: "events.wexbridge-hospital/3"; empty: the part. */
struct standing {
    int64_t since_ms;
    struct slice code, lane, sentence;
    bool waits; /* it has not stopped: it tries again, and goes on by itself once that is mended */
};

/* A part is a room ("router", "feed", "delivery") and its name there, NULL for the router. */

/* Writes down all lanes that stand (router_options.stands, of a struct site): the router runs, and
 * what stood before keeps its time. */
void standing_lanes(void *site, const struct router_stand *list, size_t n);
/* Writes down that the part cannot begin, or go on; its lanes are as they were. Writes nothing
 * where it only waits for the bus (ERR_RETRY), or where another process runs it (db.locked,
 * bus.locked, bus.fenced). Returns false, for whoever fails with it. */
bool standing_stopped(const struct site *s, const char *room, const char *name,
                      const struct err *why);
/* Writes down that the part runs, and waits for that; nothing where the bus is only away. why NULL:
 * it waits no longer. */
void standing_waits(const struct site *s, const char *room, const char *name,
                    const struct err *why);
/* Writes down that the part goes on, or that somebody has said how; its lanes, and what it waits
 * for, are as they were. */
void standing_over(const struct site *s, const char *room, const char *name);

/* Calls each for what stands of a part, as last written. *x is borrowed until each returns, which
 * may not call this room. */
void standing_each(const struct site *s, const char *room, const char *name,
                   void (*each)(void *ctx, const struct standing *x), void *ctx);
/* The command that ends it, or what to do before the part is started again. Gives it in a; NULL:
 * memory is out. */
const char *standing_way_on(struct arena *a, const char *room, const char *name,
                            const struct standing *x);

#endif
