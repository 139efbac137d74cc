/* mapping.h - the mapping language: one file, one direction, compiled against schemas and a format.
 *
 * In: a native message becomes records (all or none). Out: a record becomes a tree that the format
 * renders. What can be said stands in adapters/README.md. Compiled
 * mappings are immutable; any thread. No text is compiled per message.
 * Errors of a file are collected with file:line:column (map.*); errors of a message are ERR_REJECT
 * with the record path in the sentence, the source path and byte offset as place, never the
 * value. */
#ifndef CONCORDAT_MAPPING_MAPPING_H
#define CONCORDAT_MAPPING_MAPPING_H

#include "contract/registry.h"
#include "record/catalogue.h"

#define CHANGED_WAS_MAX 3 /* paths of `was` */
#define CHANGED_ORDERS_MAX 6

struct mapping;
struct strict_topic;

/* For the manual: what one can write. */
extern const struct strict_topic mapping_topic;
/* Name of the i-th conversion; NULL: there are fewer. */
const char *mapping_conversion(size_t i);

/* path: the file; code tables are looked up beside it. Lives in a. NULL when a problem was
 * added. */
const struct mapping *mapping_load(struct arena *a, const char *path,
                                   const struct registry *adapters, const struct catalogue *schemas,
                                   struct problems *p);
bool mapping_is_in(const struct mapping *m);
const struct format *mapping_format(const struct mapping *m);
/* How it says that its messages are written, for format->open. */
const struct format_options *mapping_options(const struct mapping *m);
/* Whether some rule about sharing (schemas, "restricts") is without `changed`. */
bool mapping_says_plainly(const struct mapping *m);
/* SHA-256 of the file and its tables: header.mapping is its first 8 bytes in hex. */
const uint8_t *mapping_hash(const struct mapping *m);

/* One record that a message says. build has every mapped slot set; header slots that the mapping
 * cannot know (id, source_*, feed_seq, mapping ...) are set by intake before build_done. */
struct mapped_event {
    const struct schema *schema;
    struct build build;
    bool has_changed;         /* emitted only when `of` differs from what was last seen for `key` */
    bool changed_by_subject;  /* the key is of its subject, too, whichever ids the message has */
    struct slice changed_key; /* the key's texts, and which rule of the mapping it is */
    struct slice changed_name;
    /* What an older mapping knew it by: the texts of that key, in whichever order they stood. */
    struct slice changed_was[CHANGED_WAS_MAX];
    size_t changed_was_count;
    struct slice changed_of; /* the watched texts: absent, cleared and present are told apart */
    bool changed_quiet;      /* a key never seen before is remembered, and nothing is emitted */
    bool restricts;    /* a kind that only ever lessens what is shared (schemas, "restricts") */
    bool changed_asks; /* `vanished: ask`: when the next snapshot lacks the key somebody is asked */
};

/* A value of the message that was read and could not be kept: path and field as the mapping writes
 * them; form: its letters as A and a, its digits as 9 (never the value); why in words. */
struct mapped_miss {
    struct slice path, field, form;
    const char *why;
};

/* What stands where header.unknown_restriction looks. place: the same for all paths that look at
 * one place, which are `most`, whatever they know there. code: one that nobody here knows, as words
 * are compared; empty: it is known, or cleared. What stands nowhere there has none of these. */
struct mapped_code {
    struct slice place, path, code;
    size_t most;
    bool stands; /* a restriction of the message stands for it */
};

enum mapped_outcome { MAPPED_EVENTS, MAPPED_NOT_CARRIED };

struct mapped {
    enum mapped_outcome outcome;
    struct slice message_id; /* the id: paths joined by '|' */
    struct slice type;       /* for counting what is not carried: "ADT^A31", "referral" */
    struct slice type_path;  /* where it was read, as the mapping writes it: "MSH-9.1^MSH-9.2" */
    struct mapped_event *events; /* when no rule fits the outcome is MAPPED_NOT_CARRIED; with
                                    MAPPED_EVENTS none means: mapped, and nothing new was said */
    size_t event_count;
    struct slice environment; /* "live", "test" as mapped; empty when the mapping names none */
    size_t skipped_ids;       /* NHS numbers that fail their check: left out, to be counted */
    bool is_named;            /* a rule or not_carried knows it; else nobody thought of it */
    struct slice
        unknown; /* a code by which its sender restricts, that nobody here knows, and for which no
                    restriction of the message stands; empty: none. And its path */
    struct slice unknown_path;
    const struct mapped_code *codes; /* all of them, of a message about which that is told */
    size_t code_count;
    const struct mapped_miss *misses; /* values that were there and are not in the records */
    size_t miss_count;
};

/* Whether m can read the unit of which d is a message. A file cannot be read when it lacks a
 * column that m names without `optional: true`: the format's code (csv.column), ERR_REJECT, with
 * both names. */
MUST_CHECK bool mapping_can_read(const struct mapping *m, struct arena *a, const struct doc *d,
                                 struct err *e);

/* doc comes from the mapping's format. observed_ms: when it arrived. Lives in a. map.* ERR_REJECT;
 * map.environment (ERR_REJECT) when header.environment's table refuses: answered AR. */
MUST_CHECK bool mapping_in(const struct mapping *m, struct arena *a, const struct doc *d,
                           int64_t observed_ms, struct mapped *out, struct err *e);

/* The restrictions of a message that cannot be mapped: they count all the same. They come from
 * rules whose kind restricts (schemas, "restricts"), each by its own fields. A header.occurred
 * that cannot be read is observed_ms; other fields that cannot be read are left out. A permission
 * waits for the whole message: with observed_ms in place of its time it could undo a later
 * restriction. */
struct mapped_restriction {
    struct mapped_event event; /* of one that is unread: as far as it goes, for its subject */
    int ordinal;               /* among all events of the message, had it been mapped */
    bool is_unread;   /* one of its own fields cannot be read, or may stand behind what could be
                         (format->breaks_off); or what its sender restricts by
                         is a code that nobody here knows: then it is of any rule */
    bool is_doubtful; /* that code is there */
};
struct mapped_restrictions {
    struct mapped_restriction *list;
    size_t count;
    struct slice message_id;  /* as in struct mapped */
    struct slice environment; /* as in struct mapped */
};
/* Lives in a. Never ERR_REJECT; where the environment cannot be read there are none. */
MUST_CHECK bool mapping_in_restrictions(const struct mapping *m, struct arena *a,
                                        const struct doc *d, int64_t observed_ms,
                                        struct mapped_restrictions *out, struct err *e);

/* Whom a message that makes no record is about, as far as it can be read, by the fields that all
 * rules share. m has rules. Lives in a. Never ERR_REJECT. */
MUST_CHECK bool mapping_in_person(const struct mapping *m, struct arena *a, const struct doc *d,
                                  int64_t observed_ms, struct build *out, struct err *e);

/* Loss report: every populated leaf of d whose bytes no rule of m has read for this message. */
void mapping_loss(const struct mapping *m, struct arena *a, const struct doc *d,
                  void (*lost)(void *ctx, const struct leaf *l), void *ctx);

/* Whether this in-mapping keeps a snapshot (`vanished: ask`) and how one unit of it ends is
 * intake's. */
bool mapping_is_snapshot(const struct mapping *m);

/* What loads, and does not do what one would expect. */
enum mapping_notice {
    NOTICE_POSITION, /* a key of `changed` whose path goes by its place among what repeats */
    NOTICE_DATE,     /* a field for a date or a time, and nothing says how its text is written */
    NOTICE_SILENT,   /* `on` holds where the path is left out, and `changed` tells nothing then */
};
struct mapping_note {
    enum mapping_notice what;
    const char *file;
    uint32_t line, column;
    struct slice path;
    const struct mapping_note *next;
};
const struct mapping_note *mapping_notes(const struct mapping *m);

/* What a mapping in can say, rule by rule: the type and kind of rule n, NULL for one that only
 * takes back; and which slots of that type it can set (slots: one for each, others are left as they
 * are). */
size_t mapping_rule_count(const struct mapping *m);
const struct schema *mapping_rule(const struct mapping *m, size_t n, struct slice *kind);
void mapping_rule_fills(const struct mapping *m, size_t n, bool *slots);

/* Whether a mapping out writes events of that type and kind; else they are ended at the door. */
bool mapping_delivers(const struct mapping *m, const struct schema *s, struct slice kind);

/* What delivery knows and a record does not. */
struct mapping_own {
    struct slice local_id; /* the recipient's own id for the subject; empty: unknown */
    int64_t now_ms;
};

/* The record as a tree for mapping_format(m)->render, in a. *fits false: no rule for its kind
 * (nothing to deliver: an operator's mapping may leave kinds out only by naming them under
 * not_delivered). */
MUST_CHECK bool mapping_out(const struct mapping *m, struct arena *a, const struct view *v,
                            const struct mapping_own *own, struct node **tree, bool *fits,
                            struct err *e);

#endif
