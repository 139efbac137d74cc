/* way_back.h - `quarantine` and `deliveries`: what was set aside, listed, shown, and a named
 * person's word on it; what the two commands share.
 *
 * The word is an act (control/way_back_read.h). It is recorded on `control`, then done by the part
 * itself: by the process that runs it, over a local socket, or on its file where none does. */
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
/* Whole word of an act of this kind: recorded, done. Prints; the exit code. */
int way_back_submit(const struct site *s, const struct act *x);
/* Reading what is in something that was set aside, which only a signature that was never used lets
 * anybody do. The same. */
int way_back_submit_reading(struct cli *c, const struct site *s, const struct act *x);
/* As it may be shown: a letter is x, a digit 9; what a terminal obeys is a dot, also when plain. */
struct slice way_back_masked(struct arena *a, struct slice text, bool plain);
/* Every value of a record, but for what says which record it is. */
void way_back_mask_record(struct arena *a, struct node *record);

#endif
