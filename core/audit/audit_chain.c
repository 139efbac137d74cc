/* audit_chain.c - the chain of one partition: its hash, and its note beside the committed
 * position. */
#include <inttypes.h>

#include "audit/audit_chain.h"

/* h_i = SHA-256(0x00 | i, 8 bytes big-endian | h_{i-1} | framed entry). The zero byte is that of
 * a leaf in RFC 6962, so that no entry can ever be taken for an inner node of a tree over them. */
void audit_chain_add(struct audit_chain *c, struct slice framed, int64_t decided_ms)
{
    uint8_t start[1 + 8] = { 0 };
    for (size_t i = 0; i < 8; i++)
        start[8 - i] = (uint8_t)((uint64_t)c->next >> (8 * i));
    const struct slice hashed[] = { slice_of(start, sizeof start), slice_of(c->head, HASH_BYTES),
                                    framed };
    uint8_t head[HASH_BYTES];
    sha256_slices(hashed, 3, head);
    memcpy(c->head, head, HASH_BYTES);
    c->next++;
    if (decided_ms > c->decided_ms)
        c->decided_ms = decided_ms;
}

void audit_note_write(const struct audit_chain *c, struct buf *out)
{
    buf_format(out, "seq=%" PRId64 " head=", c->next);
    buf_hex(out, slice_of(c->head, HASH_BYTES));
    buf_format(out, " at=%" PRId64, c->decided_ms);
}

static bool note_head(struct slice text, uint8_t head[HASH_BYTES])
{
    return text.n == (size_t)HASH_BYTES * 2 && id_from_hex(slice_head(text, 32), head) &&
           id_from_hex(slice_from(text, 32), head + ID_BYTES);
}

/* One word of the note, "name=value"; found counts the two that must be there. */
static bool note_word(struct slice word, struct audit_chain *out, int *found)
{
    size_t equals = slice_find(word, '=');
    struct slice name = slice_head(word, equals), value = slice_from(word, equals + 1);
    if (slice_equal_text(name, "seq")) {
        ++*found;
        return slice_to_i64(value, &out->next) && out->next >= 0;
    }
    if (slice_equal_text(name, "head")) {
        ++*found;
        return note_head(value, out->head);
    }
    if (slice_equal_text(name, "at"))
        return slice_to_i64(value, &out->decided_ms);
    return true; /* a word of a newer program */
}

bool audit_note_read(struct slice note, struct audit_chain *out, struct err *e)
{
    struct audit_chain read = { .next = 0 };
    int found = 0;
    for (struct slice rest = note; !slice_is_empty(rest);) {
        size_t blank = slice_find(rest, ' ');
        if (!note_word(slice_head(rest, blank), &read, &found))
            return err_set(e, ERR_FATAL, "audit.chain", note.n - rest.n,
                           "cannot read the note of an audit position");
        rest = slice_from(rest, blank + 1);
    }
    if (!slice_is_empty(note) && found != 2)
        return err_set(e, ERR_FATAL, "audit.chain", 0,
                       "cannot use the note of an audit position: no sequence or no head");
    *out = read;
    return true;
}
