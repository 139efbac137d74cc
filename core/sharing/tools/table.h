/* table.h - decision tables: wanted decisions that people can read, run through the one judge.
 *
 *   # want              event                  to                              facts
 *   disclose name,ward  HospitalStay.admitted  wexshire-council/hospital-team  known
 *   withhold objection  HospitalStay.admitted  wexshire-council/hospital-team  known objection
 *
 * Want:
 *   disclose a,b   at least these categories (last segments do), each plain; a:year is changed by
 *                  that obligation; -a is not there; disclose =a,b is exactly these; a field that
 *                  bears a category's name is written "field PATH"
 *   withhold, hold the reason's code
 *   forbid a,b     whatever clauses release, prohibitions take these; =a,b exactly these
 *   permit a,b     and take none of these
 * Facts:
 *   known, relationship(kind), responsible(function), consent(purpose), revoked(purpose): of the
 *   recipient, or of another service named second; a consent may have best-interests or
 *   lacks-capacity third; objection(service), restricted(kind), lifted(kind), addressed(service),
 *   age(years), ended(kind,days), readmitted, died, died(reported), released, from(service), at(day
 *   or time), and field=value, where "..." holds blanks and a|b is a list.
 * Without from() an event comes from the first service that shares it with the recipient, without
 * at() it is decided the day after that begins: of several agreements that share it the one that
 * begins first counts, so that a later one, or a later version, moves no row. Its own rows say
 * at(). A row `given FACT...` has facts for all rows below it, until the next. A name stands for
 * what the event has of it. Errors: table.* with file:line:column, all collected. */
#ifndef CONCORDAT_SHARING_TOOLS_TABLE_H
#define CONCORDAT_SHARING_TOOLS_TABLE_H

#include "sharing/judge/judge.h"

struct table_result {
    size_t rows, failed;
};

/* Which clauses shared something, and which prohibitions took something, that no other of the same
 * row did, in some row that holds: by index, the caller's arrays of the bundle's counts. */
struct table_seen {
    bool *clauses, *prohibitions;
};

/* Runs every row of a file; a row that cannot be read or turns out otherwise is a problem. False
 * when the file itself cannot be read. seen (may be NULL) is added to. scratch is rewound after
 * each row. */
MUST_CHECK bool table_run(const struct bundle *b, struct arena *scratch, const char *path,
                          struct table_seen *seen, struct problems *p, struct table_result *out);

/* One question outside a table: event, to, facts ... as in a row without what is wanted. What is
 * decided for that recipient (its lists live in a), of an event from which service and when.
 * Errors: table.word. */
struct table_answer {
    struct decision decision;
    uint16_t source;
    int64_t at_ms;
};
MUST_CHECK bool table_ask(const struct bundle *b, struct arena *a, const struct slice *words,
                          size_t n, struct table_answer *out, struct err *e);

#endif
