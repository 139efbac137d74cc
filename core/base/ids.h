/* ids.h - identifiers as types of their own, that check and mask themselves.
 *
 * One-field structs, so that none can be passed for another. Printing for a log or an error goes
 * through *_masked only. */
#ifndef CONCORDAT_BASE_IDS_H
#define CONCORDAT_BASE_IDS_H

#include "base/slice.h"

#define ID_BYTES 16

struct nhs_number {
    char digit[11];
}; /* ten digits, NUL */
struct subject_key {
    uint8_t b[ID_BYTES];
}; /* person key or local key (core/ARCHITECTURE.md, Identity) */
struct pseudonym {
    uint8_t b[ID_BYTES];
}; /* what one recipient knows a subject by */
struct event_id {
    uint8_t b[ID_BYTES];
};
struct disclosure_id {
    char text[21];
}; /* 20 characters of base32, NUL: fits MSH-10 */

/* Ten digits that pass modulus 11 (NHS Data Dictionary, NHS_NUMBER). Blanks, hyphens and a ".0"
 * behind them are dropped; 9.990000018e9 is read too. One digit repeated is refused: it passes the
 * checksum, and people type it as a filler. */
bool nhs_number_parse(struct slice s, struct nhs_number *out);
/* "*******026" */
void nhs_number_masked(const struct nhs_number *n, char out[11]);

/* Partition of a subject: the first 8 bytes, big-endian, modulo the number of partitions. */
int subject_partition(const struct subject_key *k, int partitions);

/* Hex of 16 bytes, NUL; and back (exactly 32 hex digits). */
#define ID_HEX 33
void id_hex(const uint8_t b[ID_BYTES], char out[ID_HEX]);
bool id_from_hex(struct slice s, uint8_t b[ID_BYTES]);

/* 20 characters of lower-case base32 (RFC 4648 alphabet) of the first 100 bits of hash. */
void disclosure_id_from(const uint8_t hash[32], struct disclosure_id *out);
bool disclosure_id_parse(struct slice s, struct disclosure_id *out);

/* First two and last one characters, the rest as '*': for ids of partner systems. */
void id_masked(struct slice s, char out[16]);

/* A fast hash for tables in memory. Not for anything that leaves the process. */
uint64_t hash_bytes(struct slice s);

/* CRC-64-AVRO (Avro specification, "Schema Fingerprints"). */
uint64_t crc64_avro(struct slice s);

#endif
