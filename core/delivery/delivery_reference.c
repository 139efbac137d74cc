/* delivery_reference.c - whom a disclosure id was about, for the agency's own intake. */
#include "delivery/delivery.h"

#include "host/db.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool delivery_find_reference(const char *database, const struct disclosure_id *id,
                             struct case_reference *out, bool *found, struct err *e)
{
    struct db *db;
    struct db_query *q;
    *found = false;
    if (access(database, R_OK) != 0)
        return true;
    if (!db_open_reader(database, &db, e))
        return false;
    bool good = db_prepare(db, "select reference, route from own where id = ?1", &q, e);
    if (good) {
        db_bind_text(q, 1, slice_text(id->text));
        good = db_step(q, found, e);
    }
    if (good && *found) {
        struct slice reference = db_blob(q, 0);
        *found = reference.n == ID_BYTES;
        if (*found)
            memcpy(out->reference.b, reference.p, ID_BYTES);
        out->route = (int)db_int(q, 1);
    }
    db_close(&db);
    return good;
}
