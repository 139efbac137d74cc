/* words.h - words about sharing (restrictions, consents) as they were published, by the local id
 * that they named: so that one said before its agency linked that id counts under every key that
 * the id leads to.
 *
 * What allows (a yes, a restriction lifted) goes only from where it was said under the local id
 * itself, to whom that leads for sure, and to one number: where it was said under a person's key,
 * or went to one, a mistyped local id would give it to another.
 *
 * They have a share of the spool's limit, and no age: which local id will be linked nobody can
 * tell. Beyond the share goes what allows, the oldest first. Where only such is left that
 * restricts, what would need more is refused (words.full), and comes again. A named person drops
 * them by time, or the site gives more. Of a local id WORDS_MAX are kept: what allows goes before
 * what restricts; where one goes that restricts, the caller sets a sign in its place, so that whom
 * the id leads to is held. Of a record each has its bytes once for each key that it was said under,
 * and WORD_ROW_BYTES for each row, also one that it was only carried to. What people refused
 * (words_put_refusal) is kept beside them, outside their share and their count. Threads: the
 * caller's lock; what writes, within its transaction. Errors: db.*, words.full (ERR_RETRY). */
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
/* Their sums, kept by the file itself; behind all tables that were there before, as the
 * quarantine's. */
/* what people refused is no word, and asks for no room */
#define WORD_COUNTS(row) "(" row ".under <> 3)"
#define WORD_SIZE(row) "(" WORD_COUNTS(row) " * (length(" row ".record) + 128))"
#define WORD_COUNT(row, sign)                                                                      \
    "update word_share set words = words " sign " (length(" row ".record) > 0 and " WORD_COUNTS(   \
        row) "),"                                                                                  \
             " bytes = bytes " sign " " WORD_SIZE(row) ","                                         \
                                                       " restricting = restricting " sign " " row  \
                                                       ".restricts * " WORD_SIZE(row) "; end;"
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
/* At the end of each message: keeps them in their share, or refuses the message. *let_go: how many
 * went. */
MUST_CHECK bool words_fit(struct words *w, size_t *let_go, struct err *e);
/* At most that many rows of words put in [since_ms, until_ms), the first ones first. */
MUST_CHECK bool words_drop(struct words *w, int64_t since_ms, int64_t until_ms, int64_t most,
                           int64_t *done, struct err *e);
/* Whether there is any: all below costs nothing where there is not. */
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
/* *gave_up: an older one of its local id went that restricts. */
MUST_CHECK bool words_put(struct words *w, const struct word *x, bool *gave_up, struct err *e);
/* What people refused of a local id's person, or took back: among its words, to be carried over as
 * those that restrict are, and neither let go for room nor dropped. x: local id, id, record and
 * time. An earlier record of that id, and to which keys it went, is forgotten. */
MUST_CHECK bool words_put_refusal(struct words *w, const struct word *x, struct err *e);
/* That record; empty: there is none. In a. */
MUST_CHECK bool words_refusal(struct words *w, const struct word *x, struct arena *a,
                              struct slice *record, struct err *e);
/* Whether it went under x->to.key; and now it did. */
MUST_CHECK bool words_is_told(struct words *w, const struct word *x, bool *told, struct err *e);
MUST_CHECK bool words_put_told(struct words *w, const struct word *x, struct err *e);
/* Number of the last one, 0 where there is none: what is put later has a higher one. */
MUST_CHECK bool words_last(struct words *w, int64_t *n, struct err *e);
/* Those that may go there and did not yet, each once, in order; records in a. */
MUST_CHECK bool words_left(struct words *w, const struct word_to *to, struct arena *a,
                           struct slice **records, size_t *n, struct err *e);
/* Now they did, those up to that number. Counted, and by itself refused nowhere. */
MUST_CHECK bool words_carry(struct words *w, const struct word_to *to, int64_t upto, struct err *e);
/* After a rollback. */
void words_forget(struct words *w);

#endif
