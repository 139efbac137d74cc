/* doubts.h - records that wait for what the bus will say (lines.h).
 *
 * While nobody can tell whether another spool has spoken, a record that says what this file
 * remembers waits among those that are told. Once the bus was heard it is told if another spool has
 * spoken of its person since that was remembered, else it goes. In the blob of a message an entry
 * QUEUED_IF stands before each such record, and QUEUED_END behind the last. Until they are settled
 * they count as nothing new. Threads: the caller's lock. Errors: db.*, spool.damaged. */
#ifndef CONCORDAT_INTAKE_SPOOL_DOUBTS_H
#define CONCORDAT_INTAKE_SPOOL_DOUBTS_H

#include "intake/spool/spool.h"

#define DOUBTS_SCHEMA "create table if not exists doubt (n integer primary key);"

/* The record that follows waits. local: its person's local id (link_key), zeros where there is
 * none; word: of what is remembered, 0 where nothing is. */
void doubts_put_if(struct buf *out, const uint8_t local[ID_BYTES], uint32_t word);
/* Behind the last of a message. is_told: it has other records, which do not wait. */
void doubts_put_end(struct buf *out, bool is_told);
/* The message that is put next has some. */
void doubts_note(struct spool *s);
/* Settles some rows, the first ones first, within the open turn. *more: there are others. */
MUST_CHECK bool doubts_settle(struct spool *s, bool *more, struct err *e);

#endif
