/* words.h - words about sharing (restrictions, consents) as they were published, by the local id
 * that they named.
 *
 * An agency may say a word before it links the local id. Then the word is carried over: it counts
 * under every key that the id leads to.
 *
 * A word that restricts goes to every such key. A word that allows (a consent, a restriction
 * lifted) goes only where three things hold: it was said under the local id itself, the key is
 * surely the person's, and the word has gone to no other number. Else a mistyped local id would
 * give one person's consent to another.
 *
 * Words have a share of the spool's limit. They have no age, since nobody can tell which local id
 * will be linked. Beyond the share the words that allow are deleted, the oldest first. Where only
 * words that restrict are left, a message with another one is refused (words.full), and comes
 * again. Then a named person drops words by time, or the site gives more room.
 *
 * WORDS_MAX words are kept of one local id. Words that allow are deleted before words that
 * restrict. When one that restricts is deleted, the caller sets a sign in its place, so that
 * whomever the id leads to is held.
 *
 * A word takes its record's bytes for each key that it was said under, and WORD_ROW_BYTES for each
 * row, also for a key that it was only carried to. Refusals (words_put_refusal) stand in the same
 * table, outside the share and the count. Threads: the caller's lock; what writes, within its
 * transaction. Errors: db.*, words.full (ERR_RETRY). */
#ifndef CONCORDAT_INTAKE_SPOOL_WORDS_H
#define CONCORDAT_INTAKE_SPOOL_WORDS_H

#include "base/arena.h"
#include "base/ids.h"
#include "host/db.h"

#define WORDS_MAX 64
#define WORD_ROW_BYTES 128 /* a row and its place in the index, beside its record */
#define WORDS_FULL "words.full"
#define WORDS_SCHEMA                                                                               \
    "create table if not exists word (n integer primary key, local blob not null,"                 \
    " id blob not null, key blob not null, restricts integer not null, under integer not null,"    \
    " record blob not null, at integer not null default 0, unique (local, id, key));"
/* Whether a row counts in the share. What people refused is no word, and asks for no room. */
#define WORD_COUNTS(row) "(" row ".under <> 3)"
/* the bytes that it takes of the share */
#define WORD_SIZE(row) "(" WORD_COUNTS(row) " * (length(" row ".record) + 128))"
/* The end of a trigger that adds the row to the sums, or takes it from them. */
#define WORD_COUNT(row, sign)                                                                      \
    "update word_share set words = words " sign " (length(" row ".record) > 0 and " WORD_COUNTS(   \
        row) "),"                                                                                  \
             " bytes = bytes " sign " " WORD_SIZE(row) ","                                         \
                                                       " restricting = restricting " sign " " row  \
                                                       ".restricts * " WORD_SIZE(row) "; end;"
/* The sums of the share, which the database keeps itself by triggers. Made behind all tables that a
 * file of an older program has, as the quarantine's sums are. */
#define WORDS_SCHEMA_LATER                                                                         \
    "create table if not exists word_share (one integer primary key check (one = 1),"              \
    " words integer not null, bytes integer not null, restricting integer not null,"               \
    " max_bytes integer not null, is_full integer not null);"                                      \
    "insert into word_share select 1, (select count(*) from word where length(record) > 0),"       \
    " (select coalesce(sum(" WORD_SIZE(                                                            \
        "word") "), 0) from word),"                                                                \
                " (select coalesce(sum(" WORD_SIZE(                                                \
                    "word") "), 0) from word where restricts), 0, 0"                               \
                            " where not exists (select 1 from word_share);"                        \
                            "create index if not exists word_allows on word (n) where restricts "  \
                            "= 0;"                                                                 \
                            "create trigger if not exists word_comes after insert on word "        \
                            "begin " WORD_COUNT(                                                   \
                                "new", "+") "create trigger if not exists word_goes after delete " \
                                            "on word begin " WORD_COUNT("old", "-")

enum words_query {
    WORDS_PUT,
    WORDS_LEFT,
    WORDS_CARRY,
    WORDS_TRIM,
    WORDS_ANY,
    WORDS_LAST,
    WORDS_RESTRICTING,
    WORDS_SHARE,
    WORDS_LIMIT,
    WORDS_FULL_PUT,
    WORDS_LET_GO,
    WORDS_DROP,
    WORDS_REFUSAL,
    WORDS_REFUSAL_GO,
    WORDS_TOLD,
    WORDS_PUT_TOLD,
    WORDS_QUERY_COUNT
};

struct words {
    struct db *db;
    struct db_query *q[WORDS_QUERY_COUNT];
    int some;             /* whether there is any; -1: to be asked again, as after a rollback */
    bool has_more, needs; /* since the last fit: there are more rows; such as may not go for room */
    bool is_full;
    int noted; /* is_full as on disk; -1: not known */
};

/* Words of a program before this were kept without their time: they count as of now. Whoever makes
 * the schema says it too. */
MUST_CHECK bool words_add_time(struct db *d, int64_t now_ms, struct err *e);
/* max_bytes: their share; below 0: as it is, for whoever only drops. */
MUST_CHECK bool words_open(struct words *w, struct db *d, int64_t max_bytes, int64_t now_ms,
                           struct err *e);
/* Once in a transaction, at its begin or after a drop: notes on disk whether they are full. */
MUST_CHECK bool words_note(struct words *w, struct err *e);
/* Called at the end of each message: deletes words until they fit in their share. *let_go: how
 * many. Error words.full: the message is to come again. */
MUST_CHECK bool words_fit(struct words *w, size_t *let_go, struct err *e);
/* Deletes up to `most` rows of words put in [since_ms, until_ms), the oldest first. *done: how
 * many. */
MUST_CHECK bool words_drop(struct words *w, int64_t since_ms, int64_t until_ms, int64_t most,
                           int64_t *done, struct err *e);
/* Whether there is any word. Without one, the calls below ask the file nothing. */
MUST_CHECK bool words_any(struct words *w, bool *any, struct err *e);

/* What a key is to the local id beside it; on disk. */
enum word_under {
    WORD_OTHER,
    WORD_LOCAL,   /* its own key */
    WORD_NUMBER,  /* that of a verified number */
    WORD_REFUSAL, /* of none: what people refused, as the router said it; said under no key yet */
};
struct word_to {
    uint8_t local[ID_BYTES], key[ID_BYTES]; /* link_key of the local id; whom it leads to */
    enum word_under under;
    bool is_without_refusals; /* they go to nobody now, and may later */
    bool is_sure;             /* the key is its person's for sure: what allows goes there too */
};
struct word {
    struct word_to to; /* under which it went */
    struct event_id id;
    bool restricts;      /* it only ever lessens what is shared */
    struct slice record; /* framed */
    int64_t at_ms;
};
/* Puts a word. *gave_up: for it an older word of its local id was deleted that restricts. */
MUST_CHECK bool words_put(struct words *w, const struct word *x, bool *gave_up, struct err *e);
/* Puts what people refused of a local id's person, or took back. It is carried over as a word that
 * restricts is, and never deleted for room nor dropped. Of x local id, id, record and time count.
 * An earlier refusal of the same id is forgotten, with the keys that it went to. */
MUST_CHECK bool words_put_refusal(struct words *w, const struct word *x, struct err *e);
/* *record: the refusal of x's local id and id, in a; empty: there is none. */
MUST_CHECK bool words_refusal(struct words *w, const struct word *x, struct arena *a,
                              struct slice *record, struct err *e);
/* is_told: whether the refusal went under x->to.key. put_told: notes that it did. */
MUST_CHECK bool words_is_told(struct words *w, const struct word *x, bool *told, struct err *e);
MUST_CHECK bool words_put_told(struct words *w, const struct word *x, struct err *e);
/* Number of the last one, 0 where there is none: what is put later has a higher one. */
MUST_CHECK bool words_last(struct words *w, int64_t *n, struct err *e);
/* The words that may go to that key and did not yet, each once, in the order in which they were
 * put; records in a. */
MUST_CHECK bool words_left(struct words *w, const struct word_to *to, struct arena *a,
                           struct slice **records, size_t *n, struct err *e);
/* Notes that the words up to that number went to the key. *any: there were some. The rows count in
 * the share, and this call alone never fails for room. */
MUST_CHECK bool words_carry(struct words *w, const struct word_to *to, int64_t upto, bool *any,
                            struct err *e);
/* After a rollback. */
void words_forget(struct words *w);

#endif
