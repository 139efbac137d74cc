/* table.h - decision tables: wanted decisions that people can read, run through the one judge.
 *
 *   # want              event                  to                              facts
 *   disclose name,ward  HospitalStay.admitted  wexshire-council/hospital-team  known
 *   withhold objection  HospitalStay.admitted  wexshire-council/hospital-team  known objection
 *
 * disclose a,b: at least these categories (last segments do); disclose =a,b: exactly these. withhold
 * and hold name the reason code. Facts: known, relationship(kind), responsible(function),
 * consent(purpose), each with a second word for another service than the recipient; objection,
 * restricted(kind), addressed, addressed(service), age(years), from(service), at(day), and
 * field=value.
 * Errors: table.* with file:line, all collected. */
#ifndef CONCORDAT_SHARING_TABLE_H
#define CONCORDAT_SHARING_TABLE_H

#include "sharing/judge.h"

struct table_result {
    size_t rows, failed;
};

/* Runs every row of a file; a row that cannot be read or turns out otherwise is a problem. False
 * when the file itself cannot be read. scratch is rewound after each row. */
MUST_CHECK bool table_run(const struct bundle *b, struct arena *scratch, const char *path,
                          struct problems *p, struct table_result *out);

#endif
