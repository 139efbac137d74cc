/* log.h - lines for operators: "level=warn time=... feed=pas-adt code=hl7.short at=12 "sentence"".
 *
 * Four levels: error (someone must act), warn (a message did not pass), info (start, stop, reload),
 * debug. No payload slice is ever an argument; identifiers are printed masked by their own type.
 * Threads: any; a line is one write(2) to stderr. */
#ifndef CONCORDAT_HOST_LOG_H
#define CONCORDAT_HOST_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Who a line is about; both may be NULL. room: "feed", "delivery", "router"; name: its name. */
struct log_who {
    const char *room, *name;
};

void log_set_level(enum log_level most);
void log_line(enum log_level level, const struct log_who *who, const char *code, const char *format,
              ...) PRINTF_LIKE(4, 5);
void log_err(enum log_level level, const struct log_who *who, const struct err *e);

#endif
