/* feed_tally.c - counts what of a message is in no record: values, and types that are not
 * carried. */
#include "intake/feed.h"

#include <ctype.h>
#include <string.h>

/* The name under which a type is counted. A type is a word of a code list; whatever else stands in
 * its place may be payload, and is no label (law 11). */
static struct slice label_of(struct slice type)
{
    bool good = type.n <= TYPE_LABEL_MAX;
    for (size_t i = 0; i < type.n && good; i++)
        good = isalnum(type.p[i]) || memchr("^_-.:/", type.p[i], 6);
    return good ? type : SLICE("(no code)");
}

/* Logs a type that no rule names, once for each type: a feed may send thousands of its messages. */
static void say_unknown(struct feed *f, struct slice label)
{
    uint64_t hash = hash_bytes(label);
    for (size_t i = 0; i < f->unknown_said; i++)
        if (f->unknown[i] == hash)
            return;
    if (f->unknown_said == UNKNOWN_SAID_MAX)
        return;
    f->unknown[f->unknown_said++] = hash;
    log_line(LOG_WARN, &f->who, "intake.unknown",
             "no rule and no not_carried of the mapping names type '%.*s': it is not carried until "
             "one does",
             (int)label.n, (const char *)label.p);
}

bool feed_tally_misses(struct feed *f, const struct mapped *m, struct err *e)
{
    for (size_t i = 0; i < m->miss_count; i++)
        if (!spool_tally(&f->spool, TALLY_NOT_KEPT, slice_head(m->misses[i].path, TYPE_LABEL_MAX),
                         e))
            return false;
    return true;
}

bool feed_tally_type(struct feed *f, const struct mapped *m, struct err *e)
{
    struct slice label = label_of(m->type);
    if (!m->is_named) {
        say_unknown(f, label);
        if (!spool_tally(&f->spool, TALLY_UNKNOWN, slice_head(m->type_path, TYPE_LABEL_MAX), e))
            return false;
    }
    return spool_tally(&f->spool, "not_carried", label, e);
}
