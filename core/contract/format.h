/* format.h - syntax: split, parse, find by path, render, reply: what an adapter's format is.
 *
 * A format knows syntax and nothing of sockets or of records. Path texts are compiled once, when a
 * mapping is loaded; finding costs no text work. All functions are pure and reentrant.
 * Errors: codes begin with the format's name (hl7v2.short, csv.quote ...), ERR_REJECT, e->at the
 * byte offset in the unit. */
#ifndef CONCORDAT_CONTRACT_FORMAT_H
#define CONCORDAT_CONTRACT_FORMAT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "contract/handing.h"
#include "host/tree.h"

struct doc;  /* private to each format */
struct path; /* private to each format */

/* What a unit says once for all its messages, as a CSV file its columns; the beginning of a
 * format's own struct. bytes: with these before it a message can be read alone; they lie in the
 * unit. */
struct head {
    struct slice bytes;
};

/* How far a unit has been taken apart; zeroed before its first message. */
struct cut {
    size_t at;
    const struct head *head; /* of the messages cut; NULL: each stands alone */
    int note;                /* the format's own */
};

enum found_how { FOUND_ABSENT, FOUND_CLEARED, FOUND_PRESENT };
/* value: decoded (escapes undone, UTF-8), lives in the doc's arena or borrows the unit. at, length:
 * the raw bytes it came from, as offsets in the parsed text: for the loss report and errors. */
struct found {
    enum found_how how;
    struct slice value;
    uint32_t at, length;
};

/* One populated leaf of a document: path as a mapping would write it ("PID-5.1", "referral.to"). */
struct leaf {
    struct slice path;
    uint32_t at, length;
};

/* What became of a message, for reply(): accepted; refused for its content; not kept now or of the
 * wrong environment. */
enum reply_kind { REPLY_ACCEPT, REPLY_ERROR, REPLY_REJECT };

#define PATH_NTH_MAX 4

/* Stands between two answers to one message (HL7's commit and application acknowledgement). It ends
 * a line, so it stands in no answer, not even in what one echoes of a header. A transport sends
 * each answer by itself, in order. */
#define REPLY_NEXT '\n'

/* Who reads what an out mapping writes. */
enum format_readers { READERS_UNSAID, READERS_PEOPLE, READERS_MACHINES };

/* What a mapping says of how its messages are written; 0: the unit shows it, or nothing is said. */
struct format_options {
    uint8_t separator; /* between cells */
    enum format_readers readers;
};

/* Where a function may be NULL, that says what its comment says behind "NULL". Those that return
 * false with an e have set it. */
struct format {
    const char *name;
    const char *manual; /* one sentence: what it reads, and how a path is written; NULL: none */
    /* The path at which every message says whether it is live or a test ("MSH-11"). NULL: there is
     * none. */
    const char *environment;
    /* The words that never stand for live there, whatever a mapping says; NULL behind the last. */
    const char *const *never_live;
    /* Makes a unit readable, once and before split: one of another encoding becomes UTF-8. *text
     * borrows unit or lives in a. NULL: a unit is read as it came. */
    bool (*open)(struct arena *a, const struct format_options *o, struct slice unit,
                 struct slice *text, struct err *e);
    /* Cuts the next message off a unit (CSV row, HL7 batch member). *one borrows unit; c->head
     * lives in a, for all of them. False with fate ERR_NONE: the unit has no more. NULL: a unit is
     * one message. */
    bool (*split)(struct arena *a, struct slice unit, struct cut *c, struct slice *one,
                  struct err *e);
    /* Parses one message. The doc lives in a, and borrows the message and its head. head NULL: what
     * it says stands before the message, or there is none. Offsets count the head's bytes. False
     * with *out set: the message was read and is refused all the same, and what it restricts
     * counts. False with *out as it was: it cannot be read. Where split() refuses a unit, parse is
     * given the rest of it, from the message on that could not be cut off. */
    bool (*parse)(struct arena *a, const struct head *head, struct slice one, struct doc **out,
                  struct err *e);
    /* Whether a message that is refused was read only as far as d goes, so that it may have said
     * more. NULL: it never does. */
    bool (*breaks_off)(const struct doc *d);
    /* Compiles a path; *out lives in a. Errors at the path's byte. */
    bool (*compile)(struct arena *a, struct slice text, struct path **out, struct err *e);
    /* Whether find() tells what its sender emptied (FOUND_CLEARED) from what it left out. */
    bool clears;
    /* How many repetitions the path's each-level has ("each: PID-5"); 0: it is absent. */
    size_t (*count)(const struct doc *d, const struct path *p);
    /* Finds the value at p. base: the each-path that p stands under, for relative paths (".1.1");
     * NULL: p stands under none. nth: which repetition of the each-level (from 0); 0 without base:
     * the first repetition that the path's own selector accepts. */
    struct found (*find)(struct arena *a, const struct doc *d, const struct path *p,
                         const struct path *base, size_t nth);
    /* Whether something stands at p that find() does not show: it is of another shape than p wants,
     * or it stands in a repetition, an item or a segment that none of `all` reads. all: n paths, p
     * among them. NULL: nothing ever does. */
    bool (*hides)(struct arena *a, const struct doc *d, const struct path *p,
                  const struct path *const *all, size_t n);
    /* Says where p looks, whatever stands there. *name: the same for all repetitions and segments
     * of one place, and for whatever p picks there by its value; it lives in a. *whole: p without
     * that picking. NULL: the name is p as it is written, and *whole is p. */
    bool (*place)(struct arena *a, const struct path *p, const struct path **whole,
                  struct slice *name, struct err *e);
    /* Gives what d says of its nth further person (0: the second) alone, in *out, as if that were
     * all of it; *out NULL: d has no more. (`hides` is about the first person.) NULL: a document is
     * about one person. */
    bool (*further)(struct arena *a, const struct doc *d, size_t nth, const struct doc **out,
                    struct err *e);
    /* Whether what d belongs to has that place at all, filled or not, as a file has a column.
     * False: the place can never be read, and e names it and what there is. NULL: what a document
     * lacks is absent, and no more. */
    bool (*has)(struct arena *a, const struct doc *d, const struct path *p, struct err *e);
    /* Gives every populated leaf to each(), in order, for the loss report. */
    void (*leaves)(struct arena *a, const struct doc *d,
                   void (*each)(void *ctx, const struct leaf *l), void *ctx);
    /* Writes a tree, whose keys are this format's paths ("MSH-9.1") or names, as bytes for the
     * partner, each text as base/clean.h has it. id: the message's own (MSH-10, a file's row),
     * which is the disclosure id. NULL: the format only reads. */
    bool (*render)(const struct node *filled, const struct format_options *o, struct slice id,
                   struct buf *out, struct err *e);
    /* People's programs run what machines' programs keep, so an out mapping must say who reads. */
    bool asks_who_reads;
    /* Writes the answer to a message (HL7 ACK, JSON problem) to out, which stays empty where none
     * is due: nobody acknowledges an acknowledgement. d NULL: the message could not be parsed; raw
     * is what came. now_ms: for the answer's own time. NULL: the format answers nothing. */
    void (*reply)(const struct doc *d, struct slice raw, enum reply_kind kind,
                  const struct err *why, int64_t now_ms, struct buf *out);
    /* What the partner's answer means to our message `sent`, whose own id is `id`. said: what
     * stands in the answer beside that (zeroed first). why: set unless it is a yes. NULL: any
     * answer is good. */
    enum answer_means (*means)(struct slice answer, struct slice sent, struct slice id,
                               struct partner_said *said, struct err *why);
};

#endif
