/* clock.h - time: reading it, and turning civil time into UTC and back.
 *
 * Wall time is int64_t milliseconds since 1970-01-01T00:00Z. British local time comes from a table
 * and a rule of our own (london.c), so that no tz database or process-wide TZ is needed and a
 * replay gives the same answer on every machine. */
#ifndef CONCORDAT_BASE_CLOCK_H
#define CONCORDAT_BASE_CLOCK_H

#include "base/slice.h"

int64_t clock_wall_ms(void);
int64_t clock_mono_ns(void);
/* Whether less than ms passed since then, by wall time; not so when the clock was set back behind
 * it. */
static inline bool clock_is_within(int64_t now_ms, int64_t since_ms, int64_t ms)
{
    return now_ms >= since_ms && now_ms - since_ms < ms;
}

enum time_precision { TIME_YEAR, TIME_MONTH, TIME_DAY, TIME_MINUTE, TIME_SECOND, TIME_MS };
const char *time_precision_name(enum time_precision p); /* "year" ... "millisecond" */

struct civil {
    int year, month, day, hour, minute, second, ms;
};

int64_t civil_to_ms(const struct civil *c); /* taken as UTC */
struct civil civil_from_ms(int64_t ms);
bool civil_is_valid(const struct civil *c);

/* London local time as UTC. The hour that happens twice is taken as its first (BST) occurrence, the
 * hour that does not exist as if the clock had not changed; *doubtful says that one of these was
 * so. */
int64_t london_to_ms(const struct civil *c, bool *doubtful);
struct civil london_from_ms(int64_t ms);

/* A moment as read from a message: value, how precise it was, whether it carried an offset. */
struct moment {
    int64_t ms;
    enum time_precision precision;
    bool has_offset, doubtful;
    struct civil local; /* as written */
};

/* Checks the civil time and turns it into UTC; without an offset it is London's. False: no such
 * time. */
bool moment_settle(struct moment *m, int64_t offset_ms, struct moment *out);

/* Our own form, ISO 8601 strictly: YYYY[-MM[-DD[THH:MM[:SS[.fraction]][Z|+hh:mm]]]]; no offset =
 * Europe/London. What partners write is read by moment.h. */
bool time_from_iso(struct slice s, struct moment *out);

#define TIME_TEXT_MAX 32
/* ISO text as precise as the moment was: a date stays the date as written ("1941-11",
 * "2026-02-03"), a time becomes UTC ("2026-02-03T14:30Z", with seconds or milliseconds where it had
 * them). */
struct slice time_to_iso(const struct moment *m, char out[TIME_TEXT_MAX]);
/* "2026-02-03T14:30:05.123Z" */
struct slice time_ms_to_iso(int64_t ms, char out[TIME_TEXT_MAX]);

/* The first millisecond of that London day, in UTC. False when it is no date (YYYY-MM-DD). */
bool london_day_start(struct slice day, int64_t *ms);
/* The first millisecond of the London day after the one that begins at start_ms. */
int64_t london_day_end(int64_t start_ms);

#endif
