/* unnamed.h - files of feeds and deliveries that site.yaml does not name.
 *
 * A part that was renamed or taken out leaves its database in the state folder. What still waits
 * in one, or was set aside, is lost from sight until the part is named again. */
#ifndef CONCORDAT_DAEMON_UNNAMED_H
#define CONCORDAT_DAEMON_UNNAMED_H

#include "site/site.h"

/* room: "feed" or "delivery". waiting: for the bus, or for the partner. aside: of a feed
 * quarantined, of a delivery parked, which wait too. */
struct unnamed {
    const char *room, *path;
    struct slice name;
    uint64_t waiting, aside;
};

/* Calls each for every file that holds something unfinished, or (waiting and aside 0) cannot be
 * read. *x is borrowed until each returns. A state folder that cannot be read has none. */
void unnamed_each(const struct site *s, void (*each)(void *ctx, const struct unnamed *x),
                  void *ctx);
/* Writes what it is and what to do, without a full stop, and returns text. What is longer is cut
 * off. */
#define UNNAMED_TEXT_MAX 600
const char *unnamed_text(const struct unnamed *x, char text[UNNAMED_TEXT_MAX]);
/* Writes an error to the log for each. It is called at a start. */
void unnamed_log(const struct site *s);

#endif
