/* store_inside.h - the inside of the delivery database, shared by its files. */
#ifndef CONCORDAT_DELIVERY_STORE_INSIDE_H
#define CONCORDAT_DELIVERY_STORE_INSIDE_H

#include "delivery/store.h"

enum query {
    Q_PROGRESS,
    Q_MOVE,
    Q_QUEUE,
    Q_OWN,
    Q_DUE,
    Q_NEXT_DUE,
    Q_RETRACTION,
    Q_NEVER_LEFT,
    Q_ROUTE,
    Q_TRYING,
    Q_AGAIN,
    Q_PARK,
    Q_TROUBLE,
    Q_TROUBLE_OVER,
    Q_UNPARK_RENDERED,
    Q_SOONER,
    Q_TROUBLED,
    Q_DOWN,
    Q_DOWN_SINCE,
    Q_UP,
    Q_TO_TRY,
    Q_ASIDES,
    Q_TAKE_AGAIN,
    Q_AGAIN_ANEW,
    Q_DROP,
    Q_END,
    Q_OWN_END,
    Q_FORGET,
    Q_NEW_HEAD,
    Q_LET_PASS,
    Q_COUNT,
    Q_KNOWN,
    Q_ANEW,
    Q_HISTORY,
    Q_HEARD,
    Q_HEAR,
    Q_SETTLED,
    Q_MAY_HAVE_LEFT,
    Q_COUNT_ALL
};

struct store {
    struct db *db;
    struct db_query *query[Q_COUNT_ALL];
};

/* Adds n to a count. Within the caller's transaction. */
MUST_CHECK bool store_count(struct store *s, const char *name, int64_t n, struct err *e);
/* Takes the row out of the queue: the subject's next row becomes its head. Within the caller's
 * transaction. */
MUST_CHECK bool store_delete(struct store *s, int64_t seq, struct slice subject, struct err *e);
/* Notes that the receipts of that lane are known up to end. Within the caller's transaction. */
MUST_CHECK bool store_hear(struct store *s, int64_t lane, const struct bus_end *end, struct err *e);

#endif
