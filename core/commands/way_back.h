/* way_back.h - what `quarantine` and `deliveries` share: they list and show what was set aside, and
 * submit a named person's act on it (control/way_back_read.h).
 *
 * The act is recorded on `control`. Then the part does it: the process that runs the part, over a
 * local socket, or this command on the part's file where no process runs. */
#ifndef CONCORDAT_COMMANDS_WAY_BACK_H
#define CONCORDAT_COMMANDS_WAY_BACK_H

#include "commands/acts.h"
#include "contract/way_back.h"

/* What differs between the two. */
struct way_back_room {
    const char *word, *what; /* "deliveries", "disclosure" */
    const char *said;        /* what aside.said is */
    size_t (*count)(const struct site *s);
    const char *(*name)(const struct site *s, size_t i);
    const char *(*file)(const struct site *s, size_t i);
    /* id empty: all. */
    bool (*each)(const struct site *s, size_t i, struct slice id,
                 bool (*one)(void *ctx, const struct aside *a), void *ctx, struct err *e);
    bool (*alone)(const struct site *s, size_t i, const struct way_back *w, uint64_t *done,
                  struct err *e);
    /* Prints what is in it; masked unless `plain`. */
    bool (*show)(struct cli *c, const struct site *s, size_t i, const struct aside *a, bool plain,
                 struct err *e);
};
extern const struct way_back_room way_back_deliveries, way_back_quarantine;

/* ROOM SITE list | show ID [--payload ...] | again|drop ... */
int way_back_command(struct cli *c, const struct way_back_room *r, int argc, char **argv);
/* Verifies, records and does an act of `again` or `drop`, and prints what was done. Returns the
 * exit code. */
int way_back_submit(const struct site *s, const struct act *x);
/* Verifies and records an act of `payload`, and prints what was set aside with its values. Refused
 * when the act was used before. Returns the exit code. */
int way_back_submit_reading(struct cli *c, const struct site *s, const struct act *x);
/* Text as it may be shown: letters as x, digits as 9 unless plain; control characters as dots. */
struct slice way_back_masked(struct arena *a, struct slice text, bool plain);
/* Masks every value of a record but those that say which record it is. */
void way_back_mask_record(struct arena *a, struct node *record);

#endif
