/* between.c - a commit that fails, or that its process does not live to see. */
#include "between.h"

#include <signal.h>

#include "bus/bus_store.h"
#include "bus/kafka_client.h"

/* What the linker makes of a wrapped name (ld, --wrap). */
#define REAL(name) __real_##name
#define WRAPPED(name) __wrap_##name

static struct {
    bool (*may)(void *ctx);
    void *ctx;
    bool has_outputs, has_positions;
} between;

void between_commits(bool (*may)(void *ctx), void *ctx)
{
    between.may = may;
    between.ctx = ctx;
    between.has_outputs = between.has_positions = false;
}

static bool passes(struct err *e)
{
    if (!between.may || !between.has_outputs || !between.has_positions || between.may(between.ctx))
        return true;
    return err_set(e, ERR_RETRY, "bus.down", 0, "cannot commit: a test said so");
}

/* ---- the embedded bus ---- */

bool REAL(bus_store_put)(struct bus_store *s, const struct bus_record *r, struct err *e);
bool WRAPPED(bus_store_put)(struct bus_store *s, const struct bus_record *r, struct err *e)
{
    between.has_outputs = true;
    return REAL(bus_store_put)(s, r, e);
}

bool REAL(bus_store_set_position)(struct bus_store *s, struct slice group,
                                  const struct bus_position *p, struct err *e);
bool WRAPPED(bus_store_set_position)(struct bus_store *s, struct slice group,
                                     const struct bus_position *p, struct err *e)
{
    between.has_positions = true;
    return REAL(bus_store_set_position)(s, group, p, e);
}

bool REAL(bus_store_commit)(struct bus_store *s, struct err *e);
bool WRAPPED(bus_store_commit)(struct bus_store *s, struct err *e)
{
    if (passes(e))
        return REAL(bus_store_commit)(s, e);
    bus_store_rollback(s);
    return false;
}

/* ---- Kafka ---- */

bool REAL(kafka_send)(struct kafka_client *c, const struct bus_record *r, void *parcel, bool *full,
                      struct err *e);
bool WRAPPED(kafka_send)(struct kafka_client *c, const struct bus_record *r, void *parcel,
                         bool *full, struct err *e)
{
    between.has_outputs = true;
    return REAL(kafka_send)(c, r, parcel, full, e);
}

bool REAL(kafka_send_positions)(struct kafka_client *c, const char *group,
                                const struct bus_position *p, size_t n, struct err *e);
bool WRAPPED(kafka_send_positions)(struct kafka_client *c, const char *group,
                                   const struct bus_position *p, size_t n, struct err *e)
{
    between.has_positions = true;
    return REAL(kafka_send_positions)(c, group, p, n, e);
}

bool REAL(kafka_commit)(struct kafka_client *c, struct err *e);
bool WRAPPED(kafka_commit)(struct kafka_client *c, struct err *e)
{
    return passes(e) && REAL(kafka_commit)(c, e);
}

bool between_say_no(void *ctx)
{
    (void)ctx;
    return false;
}

bool between_die(void *ctx)
{
    (void)ctx;
    raise(SIGKILL);
    return false;
}
