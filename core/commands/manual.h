/* manual.h - what `concordat manual` prints: the tables that the program checks with, as Markdown
 * that reads well on a terminal.
 *
 * A topic is a name, a line that says what it is about, and a function that writes it. Everything
 * is printed from where it is checked: nothing here repeats a key, an option, a reason or a metric.
 * Writers are void: a failure is out's. */
#ifndef CONCORDAT_COMMANDS_MANUAL_H
#define CONCORDAT_COMMANDS_MANUAL_H

#include "base/buf.h"
#include "commands/cli.h"
#include "host/strict.h"

struct manual_topic {
    const char *name, *about;
    void (*write)(const struct cli *c, struct buf *out);
};
/* manual_topics.c. One without a name ends them. */
extern const struct manual_topic manual_topics[];

/* ---- manual_print.c ---- */

/* Puts "- `name` (kind): text" in lines of at most 78 signs. kind and text may be NULL. */
void manual_item(struct buf *out, const char *name, const char *kind, const char *text);
/* Puts plain lines of at most 78 signs, with an empty one behind. */
void manual_lines(struct buf *out, const char *text);
/* Puts a heading between empty lines. */
void manual_heading(struct buf *out, const char *text);

/* ---- one file a topic, or several ---- */

void manual_site(const struct cli *c, struct buf *out);
void manual_region(const struct cli *c, struct buf *out);
void manual_agreement(const struct cli *c, struct buf *out);
void manual_prohibitions(const struct cli *c, struct buf *out);
void manual_aliases(const struct cli *c, struct buf *out);
void manual_facts(const struct cli *c, struct buf *out);
void manual_orders(const struct cli *c, struct buf *out);
void manual_mapping(const struct cli *c, struct buf *out);
void manual_transports(const struct cli *c, struct buf *out);
void manual_formats(const struct cli *c, struct buf *out);
void manual_conditions(const struct cli *c, struct buf *out);
void manual_reasons(const struct cli *c, struct buf *out);
void manual_metrics(const struct cli *c, struct buf *out);
void manual_commands(const struct cli *c, struct buf *out);

void manual_codes(const struct cli *c, struct buf *out);
/* manual_codes.c. Puts the row and the sentences of one code, or the row of its room ("room.*").
 * False: there is neither row. */
bool manual_code(const char *code, struct buf *out);
void manual_sentences(const struct cli *c, struct buf *out);
/* manual_sentences.c. Puts what is said under one code, which may be nothing. */
void manual_code_sentences(const char *code, struct buf *out);

/* Whether the table's i-th command is the first of its word. */
static inline bool manual_is_first(const struct cli *c, size_t i)
{
    return i == 0 || !slice_equal(command_word(&c->commands[i]), command_word(&c->commands[i - 1]));
}

/* manual_completion.c. Puts a script that completes commands, options and topics in that shell.
 * False: it is neither "bash" nor "zsh". */
bool manual_completion(const struct cli *c, const char *shell, struct buf *out);

#endif
