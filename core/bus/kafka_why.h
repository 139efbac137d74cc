/* kafka_why.h - remembers why no connection to a broker comes about: TLS, or the login.
 *
 * The library says only that it reaches no broker, and tries again for ever. So what its log says
 * of a handshake, and the verdict on a broker's certificate, are kept here for all clients of a
 * bus. Each reason is said once a minute in our log, and stands in the error of a call that failed
 * meanwhile.
 * Codes: tls.* of host/tls.h; bus.login, when the brokers do not take our name or password.
 * Threads: any. */
#ifndef CONCORDAT_BUS_KAFKA_WHY_H
#define CONCORDAT_BUS_KAFKA_WHY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define KAFKA_WHY_MAX sizeof((struct err *)NULL)->text
#define KAFKA_WHY_CODES 8

struct kafka_why {
    pthread_mutex_t lock; /* of all below */
    bool kept;            /* release leaves it: a client that cannot be ended still uses it */
    bool shows;           /* we show a certificate of our own */
    struct err last;      /* the last reason */
    int64_t last_ns;      /* when it was noted; 0: never */
    struct {
        const char *code;
        int64_t ns;
    } said[KAFKA_WHY_CODES]; /* when each code was last said in the log */
};

/* shows: whether we show a certificate of our own. NULL without memory. */
struct kafka_why *kafka_why_new(bool shows);
/* From now on kafka_why_release leaves it, until the process ends. */
void kafka_why_keep(struct kafka_why *w);
/* Takes NULL. */
void kafka_why_release(struct kafka_why *w);
/* Notes OpenSSL's verdict (0: good) on the certificate of a broker, "host:port". Borrows broker. */
void kafka_why_verdict(struct kafka_why *w, const char *broker, int verdict);
/* Notes a line of the library's log, if it tells why no connection comes about. */
void kafka_why_line(struct kafka_why *w, const char *text);
/* The sentence of a reason noted within the last 10 seconds, in out; NULL: there is none. */
const char *kafka_why_now(struct kafka_why *w, char *out, size_t room);

#endif
