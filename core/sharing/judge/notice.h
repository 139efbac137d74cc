/* notice.h - reads what a door is told to withhold or stop. */
#ifndef CONCORDAT_SHARING_JUDGE_NOTICE_H
#define CONCORDAT_SHARING_JUDGE_NOTICE_H

#include "record/catalogue.h"

/* What the door needs of a notice. */
struct notice_view {
    const struct slice *withhold;
    size_t withhold_count; /* category names */
    const struct slice *stop;
    size_t stop_count; /* agreement names whose disclosures stop */
    const struct slice *cancelled;
    size_t cancelled_count; /* disclosure ids taken back before delivery */
    const struct slice *waiting;
    size_t waiting_count; /* ids that wait for what is in doubt; cancelled too:
                             they never leave, whatever may have arrived */
    struct slice tell;    /* header.notice to set when something is withheld */
};
MUST_CHECK bool notice_read(const struct catalogue *c, struct arena *a, struct slice framed,
                            struct notice_view *out, struct err *e);

#endif
