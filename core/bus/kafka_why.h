/* kafka_why.h - why the brokers and we do not come together: TLS and the login, in host/tls.h's
 * words.
 *
 * The client says only that it cannot reach anybody, and tries again for ever. So what its log says
 * of a handshake, and the verdict on a broker's certificate, are kept here for all clients of a
 * bus: said once in our log, again after a minute, and put into the sentence of what failed
 * meanwhile. Codes in the log: tls.* of host/tls.h; bus.login: the brokers do not take our name or
 * password. Threads: any. */
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
    bool kept;            /* a client that cannot be ended goes on telling it */
    bool shows;           /* a certificate of ours */
    struct err last;
    int64_t last_ns;
    struct {
        const char *code;
        int64_t ns;
    } said[KAFKA_WHY_CODES];
};

/* NULL without memory. */
struct kafka_why *kafka_why_new(bool shows);
/* From now on it outlives its bus. */
void kafka_why_keep(struct kafka_why *w);
void kafka_why_release(struct kafka_why *w);
/* What OpenSSL found of a certificate that a broker showed ("host:port"; borrows); 0: good. */
void kafka_why_verdict(struct kafka_why *w, const char *broker, int verdict);
/* A line of the client's log; most say nothing of it. */
void kafka_why_line(struct kafka_why *w, const char *text);
/* What was said within the last seconds, in out; NULL: nothing. */
const char *kafka_why_now(struct kafka_why *w, char *out, size_t room);

#endif
