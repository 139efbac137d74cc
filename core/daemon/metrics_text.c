/* metrics_text.c - see metrics_text.h. */
#include "daemon/metrics_text.h"

#include <inttypes.h>

void metrics_put_family(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Backslash, quote and line feed are escaped; names of the configuration have none. */
static void put_value(struct buf *out, struct slice value)
{
    for (size_t i = 0; i < value.n; i++) {
        uint8_t byte = value.p[i];
        if (byte == '\n') {
            buf_text(out, "\\n");
            continue;
        }
        if (byte == '\\' || byte == '"')
            buf_byte(out, '\\');
        buf_byte(out, byte);
    }
}

void metrics_put_name(struct buf *out, const char *name, const struct metrics_label *labels,
                      size_t n)
{
    buf_text(out, name);
    for (size_t i = 0; i < n; i++) {
        buf_format(out, "%s%s=\"", i ? "," : "{", labels[i].name);
        put_value(out, labels[i].value);
        buf_byte(out, '"');
    }
    buf_text(out, n ? "} " : " ");
}

void metrics_put_count(struct buf *out, const char *name, const struct metrics_label *labels,
                       size_t n, uint64_t value)
{
    metrics_put_name(out, name, labels, n);
    buf_format(out, "%" PRIu64 "\n", value);
}

void metrics_put_seconds(struct buf *out, const char *name, const struct metrics_label *labels,
                         size_t n, int64_t ms)
{
    const char *sign = ms < 0 ? "-" : "";
    int64_t size_ms = ms < 0 ? -ms : ms;
    metrics_put_name(out, name, labels, n);
    buf_format(out, "%s%" PRId64 ".%03d\n", sign, size_ms / 1000, (int)(size_ms % 1000));
}

void metrics_put_one(struct buf *out, const char *name, const char *type, const char *help,
                     uint64_t value)
{
    metrics_put_family(out, name, type, help);
    metrics_put_count(out, name, NULL, 0, value);
}
