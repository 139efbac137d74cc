/* pack.h - a bundle as one canonical file, with the signatures of those who approve it.
 *
 *     concordat-bundle 1
 *     region wexshire
 *     number 3
 *     from 2026-12-01T00:00:00.000Z
 *     widens yes
 *     previous HEX | none
 *     files 2
 *     HEX SIZE NAME                      sorted by name; SHA-256 and size of each
 *     HEX SIZE NAME
 *                                        an empty line, then the files' bytes
 *     signature NAME BASE64              any number: Ed25519 of the SHA-256 of all before them
 *
 * There is one text for each content: whatever is written in another way is refused, so that a
 * hash names a bundle. Reading is pure, from memory, and survives any bytes. What the header says of
 * itself (widens) is only a claim: whoever loads a bundle compares it (widens.h, approve.h).
 * Errors: pack.* (ERR_REJECT), memory.limit. */
#ifndef CONCORDAT_SHARING_PACK_H
#define CONCORDAT_SHARING_PACK_H

#include "base/buf.h"
#include "host/crypto.h"
#include "record/catalogue.h"
#include "sharing/source.h"

#define PACK_BYTES_MAX ((size_t)64 << 20)
#define PACK_SIGNATURES_MAX 32

struct pack_file {
    const char *name; /* "region.yaml", "agreements/NAME.yaml", "schemas/NAME.avsc" */
    struct slice bytes;
    uint8_t hash[HASH_BYTES];
};

struct pack_signature {
    struct slice name; /* of the approver */
    uint8_t bytes[SIGNATURE_BYTES];
};

struct pack {
    struct slice region;
    uint64_t number; /* counting up from 1 */
    int64_t from_ms; /* in force from */
    bool widens;     /* as it says itself */
    bool has_previous;
    uint8_t previous[HASH_BYTES]; /* hash of the bundle it follows */
    const struct pack_file *files;
    size_t file_count;
    /* Only of one that was read: */
    const struct pack_signature *signatures;
    size_t signature_count;
    struct slice file;      /* all of it */
    struct slice canonical; /* all before the signatures */
    uint8_t hash[HASH_BYTES]; /* of it */
};

/* Borrows bytes. */
MUST_CHECK bool pack_read(struct arena *a, struct slice bytes, struct pack *out, struct err *e);
/* The canonical part; files must be sorted by name and their hashes set. */
MUST_CHECK bool pack_write(const struct pack *p, struct buf *out, struct err *e);
/* Appends one line to a file as it was written or read. */
void pack_put_signature(struct slice name, const uint8_t bytes[SIGNATURE_BYTES], struct buf *out);

/* All files of a source, and the schema files of a folder; sorted, hashed, in a. */
MUST_CHECK bool pack_collect(struct arena *a, const struct bundle_source *s, const char *schemas,
                             struct pack *out, struct err *e);
/* p is borrowed for as long as what is loaded from it. */
struct bundle_source pack_source(const struct pack *p, const char *label);
/* The same files, whatever the headers say. */
bool pack_same_files(const struct pack *a, const struct pack *b);
/* Its schema files are those of the catalogue. */
bool pack_has_schemas(const struct pack *p, const struct catalogue *c);
const struct pack_file *pack_file_named(const struct pack *p, const char *name);

#endif
