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
 * Form 2 ("concordat-bundle 2") says of itself that its agreements are signed one by one. Beside
 * the signatures, in any order, it has lines of two kinds more:
 *
 *     approval FILE HASH NAME AGENCY ROLE KEY TIME BUNDLE BASE64
 *     inherited FILE HASH
 *
 * The first: NAME, who signs for AGENCY by that KEY, approves the agreement (or extension) that has
 * that HASH (load_signed.c), for the first time in the bundle whose signed hash is BUNDLE. Ed25519
 * of approval_text(). The second: it was in force by a signed bundle of form 1, whose files said
 * who approves. Both are carried from bundle to bundle for as long as the agreement is the same.
 * What they are worth by themselves and after the bundle before: pack_approve.h. Form 1 is what a
 * demo has, and what older programs signed.
 *
 * There is one text for each content: whatever is written in another way is refused, so that a
 * hash names a bundle: of form 1 that of what was signed, of form 2 that of the whole file, for the
 * approvals say what is in force. Reading is pure, from memory, and survives any bytes. What the
 * header says of itself (widens) is only a claim: whoever loads a bundle compares it
 * (pack_widens.h, pack_approve.h).
 * Errors: pack.* (ERR_REJECT), memory.limit. */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_H
#define CONCORDAT_SHARING_CHANGE_PACK_H

#include "base/buf.h"
#include "host/crypto.h"
#include "record/catalogue.h"
#include "sharing/load/signed_approval.h"
#include "sharing/load/source.h"

#define PACK_SIGNATURES_MAX 32
#define PACK_APPROVALS_MAX 4096
#define PACK_FORM_DEMO 1   /* what the files say of approvals counts */
#define PACK_FORM_SIGNED 2 /* only signatures do */

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
    bool widens;     /* as it says itself */
    bool has_previous;
    uint8_t previous[HASH_BYTES]; /* hash of the bundle it follows */
    const struct pack_file *files;
    size_t file_count;
    /* Only of one that was read: */
    const struct pack_signature *signatures;
    size_t signature_count;
    struct slice file;               /* all of it */
    struct slice canonical;          /* all before the signatures */
    uint8_t signed_hash[HASH_BYTES]; /* of it: what is signed */
    uint8_t hash[HASH_BYTES]; /* the bundle's name: what the audit and a next one know it by */
    struct signed_approvals approvals;
};

/* Borrows bytes. */
MUST_CHECK bool pack_read(struct arena *a, struct slice bytes, struct pack *out, struct err *e);
/* The canonical text; files must be sorted by name and their hashes set. form 0 is the demo's. */
MUST_CHECK bool pack_write(const struct pack *p, struct buf *out, struct err *e);

/* All files of a source, and the schema files of a folder; sorted, hashed, in a. */
MUST_CHECK bool pack_collect(struct arena *a, const struct bundle_source *s, const char *schemas,
                             struct pack *out, struct err *e);
/* p is borrowed for as long as what is loaded from it. */
struct bundle_source pack_source(const struct pack *p, const char *label);
/* The same files, whatever the headers say. */
bool pack_same_files(const struct pack *a, const struct pack *b);
/* Its schema files are those of the catalogue: else pack.schemas. */
MUST_CHECK bool pack_has_schemas(const struct pack *p, const struct catalogue *c, struct err *e);
/* "agreements/x.yaml" of "LABEL/agreements/x.yaml", as a loaded bundle names it. */
const char *pack_name_of(const char *file);
const struct pack_file *pack_file_named(const struct pack *p, const char *name);

#endif
