/* pack.h - a pack: a bundle as one canonical file, with the signatures of those who approve it.
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
 *     signature NAME BASE64              any number: Ed25519 of the SHA-256 of the canonical part,
 *                                        which is all before the first signature
 *
 * In form 2 ("concordat-bundle 2") each agreement is signed by itself. Between the signatures, in
 * any order, stand two more kinds of lines:
 *
 *     approval FILE HASH NAME AGENCY ROLE KEY TIME BUNDLE BASE64
 *     inherited FILE HASH
 *
 * An approval says that NAME, who signs for AGENCY by that KEY, approves the agreement (or
 * extension) with that HASH (load_signed.c). It was first given in the bundle whose signed hash is
 * BUNDLE. BASE64 is the Ed25519 signature of approval_text(). An inherited line says that the
 * agreement was in force by a signed bundle of form 1, whose own files said who approves. Both
 * kinds are carried from bundle to bundle for as long as the agreement is the same. pack_approve.h
 * says when they count. A demo has form 1, and older programs signed form 1.
 *
 * Each content has one text: whatever is written in another way is refused. So a hash names a
 * bundle. In form 1 it is the hash of the canonical part; in form 2 that of the whole file, since
 * the approvals say what is in force. Reading is pure, from memory, and survives any bytes.
 * `widens` is only what the pack says of itself: who loads a bundle compares it (pack_widens.h,
 * pack_approve.h). Errors: pack.* (ERR_REJECT), memory.limit. */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_H
#define CONCORDAT_SHARING_CHANGE_PACK_H

#include "base/buf.h"
#include "host/crypto.h"
#include "record/catalogue.h"
#include "sharing/load/signed_approval.h"
#include "sharing/load/source.h"

#define PACK_SIGNATURES_MAX 32
#define PACK_APPROVALS_MAX 4096
#define PACK_FORM_DEMO 1   /* the agreements' own files say who approves */
#define PACK_FORM_SIGNED 2 /* an approval counts by its signature alone */

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
    int form;
    struct slice region;
    uint64_t number; /* counting up from 1 */
    int64_t from_ms; /* in force from */
    bool widens;     /* as the pack says itself */
    bool has_previous;
    uint8_t previous[HASH_BYTES]; /* hash of the bundle it follows */
    const struct pack_file *files;
    size_t file_count;
    /* The rest is set only in a pack that was read. */
    const struct pack_signature *signatures;
    size_t signature_count;
    struct slice file;               /* all of its bytes */
    struct slice canonical;          /* the bytes before the signatures */
    uint8_t signed_hash[HASH_BYTES]; /* SHA-256 of canonical: what is signed */
    uint8_t hash[HASH_BYTES]; /* names the bundle in the audit and in the bundle that follows it */
    struct signed_approvals approvals;
};

/* Borrows bytes for the life of the pack; the rest lives in a. No signature is checked. */
MUST_CHECK bool pack_read(struct arena *a, struct slice bytes, struct pack *out, struct err *e);
/* Appends the canonical part to out. The files must be sorted by name and have their hashes. form 0
 * counts as PACK_FORM_DEMO. */
MUST_CHECK bool pack_write(const struct pack *p, struct buf *out, struct err *e);

/* Gathers the files of a source and the schema files of a folder: sorted, with hashes, in a. Sets
 * files and file_count of out. */
MUST_CHECK bool pack_collect(struct arena *a, const struct bundle_source *s, const char *schemas,
                             struct pack *out, struct err *e);
/* The pack as a source from which a bundle is loaded. Both borrow p. */
struct bundle_source pack_source(const struct pack *p, const char *label);
/* Whether both have the same files; their headers may differ. */
bool pack_same_files(const struct pack *a, const struct pack *b);
/* Whether its schema files are those of the catalogue: else pack.schemas. */
MUST_CHECK bool pack_has_schemas(const struct pack *p, const struct catalogue *c, struct err *e);
/* "agreements/x.yaml", of the name that a loaded bundle gives it: "LABEL/agreements/x.yaml". */
const char *pack_name_of(const char *file);
/* NULL: the pack has no such file. */
const struct pack_file *pack_file_named(const struct pack *p, const char *name);

#endif
