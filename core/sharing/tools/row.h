/* row.h - one row of a decision table while it is read and decided; for the table's own files.
 *
 * table.c reads and judges it, row_words.c turns its words into facts and an event, row_want.c
 * compares what was decided with what was wanted. Lives in the arena of the call. */
#ifndef CONCORDAT_SHARING_TOOLS_ROW_H
#define CONCORDAT_SHARING_TOOLS_ROW_H

#include "sharing/facts/draft.h"
#include "sharing/judge/judge.h"
#include "sharing/rules/rule_choices.h"

#define ROW_WORDS_MAX 64

struct row_words {
    struct slice list[ROW_WORDS_MAX];
    size_t count;
};

struct row {
    const struct bundle *b;
    struct arena *arena;
    struct row_words words;        /* outcome, what of it, event, to, facts ... */
    const struct row_words *given; /* facts of all rows from the last `given` on */
    const struct schema *schema;
    struct slice kind;
    int to, source;   /* source -1: not said */
    int64_t at_ms;    /* NEVER_MS: not said */
    bool is_released; /* a human has released it */
    struct draft draft;
    struct build event;
    const uint8_t *at; /* the word of the file that is wrong; NULL: none is */
    struct err *e;
};

/* Says that a word is wrong: "what 'word'". Returns false. */
bool row_bad(struct row *r, const char *what, struct slice word);
/* The same of a word that is none of the choices: "unknown WHAT 'word': it has a, b or c". */
bool row_unknown(struct row *r, const char *what, struct slice word,
                 const struct choices_at *choices);
/* The word without the quotes around it, where it has any. */
struct slice row_unquoted(struct slice word);

/* Sets source and time where the row's words say them. */
MUST_CHECK bool row_take_settings(struct row *r);
/* Makes the facts and the event that the words say. Source and time must be set. */
MUST_CHECK bool row_take_facts(struct row *r);

/* Whether what is wanted can be read at all, before anything is decided. */
MUST_CHECK bool row_check_want(struct row *r);
/* Whether the decision is the one wanted. */
MUST_CHECK bool row_compare(struct row *r, const struct decision *d);
/* Whether a row is about prohibitions alone (forbid, permit), and whether taken is what it
 * wants. */
bool row_is_of_prohibitions(const struct row *r);
MUST_CHECK bool row_compare_taken(struct row *r, const struct categories *taken);

#endif
