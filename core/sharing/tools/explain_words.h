/* explain_words.h - names of the bundle in words for people. */
#ifndef CONCORDAT_SHARING_TOOLS_EXPLAIN_WORDS_H
#define CONCORDAT_SHARING_TOOLS_EXPLAIN_WORDS_H

#include "base/buf.h"
#include "sharing/rules/compiled.h"

/* "care-package" as "care package"; "nhs-number" as "NHS number". */
void explain_word(struct slice word, struct buf *out);
/* "HospitalStay" as "hospital stay". */
void explain_type(struct slice name, struct buf *out);
/* "stay.expected_discharge" as "the stay's expected discharge". */
void explain_path(struct slice path, struct buf *out);
/* "1 January 2026", the London day. */
void explain_day(int64_t ms, struct buf *out);
/* "Wexbridge General Hospital NHS Trust", by its title where it has one. */
void explain_agency(const struct bundle *b, uint16_t agency, struct buf *out);
/* "Wexbridge General Hospital NHS Trust (wards)". */
void explain_service(const struct bundle *b, uint16_t service, struct buf *out);
/* All of them, the services of one agency together: "X (wards, hub) and Y (team)". How many
 * agencies. */
size_t explain_services(const struct bundle *b, const struct services *set, struct buf *out);
/* "hospital stay: admitted, moved; discharge plan: referred". only (may be NULL): those of them
 * that the prohibition is for. */
void explain_kinds(const struct bundle *b, const uint32_t *kinds, size_t n,
                   const struct prohibition *only, struct buf *out);
/* "identity: name, birth date (year only); stay: ward". obliged may be NULL. */
void explain_categories(const struct bundle *b, const struct categories *set,
                        const struct categories *obliged, struct buf *out);
/* Of a set that is not empty: its first portion, and all that are obliged to the same. */
struct categories explain_alike(const struct bundle *b, const struct categories *set,
                                const struct categories *obliged);
/* What an obligation leaves of a field: "year only". */
const char *explain_obligation(enum obligation o);

#endif
