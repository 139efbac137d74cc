/* metrics_text.h - a family, and a sample, as Prometheus' text format has them. Writers are void: a
 * failure is out's. */
#ifndef CONCORDAT_DAEMON_METRICS_TEXT_H
#define CONCORDAT_DAEMON_METRICS_TEXT_H

#include "base/buf.h"
#include "base/slice.h"

struct metrics_label {
    const char *name;
    struct slice value;
};

/* Puts the head of a family, before its samples. type: "gauge", "counter"; help: one sentence. */
void metrics_put_family(struct buf *out, const char *name, const char *type, const char *help);
/* Puts a sample but for its value. n: of the labels. */
void metrics_put_name(struct buf *out, const char *name, const struct metrics_label *labels,
                      size_t n);
/* Puts a sample whose value is a whole number. */
void metrics_put_count(struct buf *out, const char *name, const struct metrics_label *labels,
                       size_t n, uint64_t value);
/* Puts a sample of milliseconds as seconds. */
void metrics_put_seconds(struct buf *out, const char *name, const struct metrics_label *labels,
                         size_t n, int64_t ms);
/* Puts a family with a single sample. */
void metrics_put_one(struct buf *out, const char *name, const char *type, const char *help,
                     uint64_t value);

#endif
