/* partner.h - a partner system that notes what it is sent and fails when told; and a bus whose
 * restrictions cannot be read when told. */
#ifndef CONCORDAT_TESTS_DELIVERY_PARTNER_H
#define CONCORDAT_TESTS_DELIVERY_PARTNER_H

#include "bus/bus.h"
#include "contract/transport.h"

#define PARTNER_MAX 64

enum mood { MOOD_TAKES, MOOD_SILENT, MOOD_REFUSES, MOOD_AWAY, MOOD_LATER, MOOD_LOCKED };

struct partner {
    enum mood mood;
    const char *only; /* the mood is towards messages with this text; NULL: all */
    size_t count;     /* of what reached it, answered or not */
    struct {
        char id[21], text[1000];
    } got[PARTNER_MAX];
    const char *says; /* its answer, when it takes it; NULL: none */
    int64_t after_ms; /* the pause that it asks for */
    size_t asked;     /* tries, those that did not reach it too */
    size_t stop_at;   /* on that try it calls stop(); 0: never */
    void (*stop)(void);
};
extern const struct transport partner_transport;

/* How often a lane of `receipts.*` was opened to be read. */
extern size_t partner_receipts_opened;
/* They may not be read; what a lane was to be read from has aged since its begin was asked. */
extern bool partner_receipts_barred, partner_receipts_aged;

/* Takes over the real bus: bus_close closes both. While *broken, reading `restrictions.*` fails.
 * NULL: no memory. */
struct bus *partner_bus(struct bus *real, const bool *broken);

#endif
