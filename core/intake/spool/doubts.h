/* doubts.h - records that wait until the bus was heard (lines.h).
 *
 * Such a record says what this spool remembers already. It need not be told, unless another spool
 * has spoken of its person since. While nobody can tell that, the record waits in the spool. Once
 * the bus was heard, it is told or deleted. In the blob of a message an entry QUEUED_IF stands
 * before each such record, and QUEUED_END behind the last. Until they are settled they count as
 * nothing new. Threads: the caller's lock. Errors: db.*, spool.damaged (ERR_FATAL). */
#ifndef CONCORDAT_INTAKE_SPOOL_DOUBTS_H
#define CONCORDAT_INTAKE_SPOOL_DOUBTS_H

#include "intake/spool/spool.h"

#define DOUBTS_SCHEMA "create table if not exists doubt (n integer primary key);"

/* Says that the next record in out waits. local: its person's local id (link_key), zeros where
 * there is none. line: that of its memory (lines.h), 0 where nothing is remembered. */
void doubts_put_if(struct buf *out, const uint8_t local[ID_BYTES], uint32_t line);
/* Ends the waiting records of a message. is_told: the message has other records, which do not
 * wait. */
void doubts_put_end(struct buf *out, bool is_told);
/* Says that the message of the next spool_put has waiting records. */
void doubts_note(struct spool *s);
/* Settles the oldest rows that have waiting records, a turn's worth, within the open turn. *more:
 * others are left. */
MUST_CHECK bool doubts_settle(struct spool *s, bool *more, struct err *e);

#endif
