/* inside.h - the inside of a compiled mapping, for the files of this room.
 *
 * Loading turns every text of the file into numbers and pointers: a path of the message is compiled
 * by the format once (struct ref), a path of the record is a slot. Paths that do not depend on a
 * repetition are interned as sources, and each source is looked up at most once a message. */
#ifndef CONCORDAT_MAPPING_INSIDE_H
#define CONCORDAT_MAPPING_INSIDE_H

#include "base/charset.h"
#include "base/moment.h"
#include "host/crypto.h"
#include "host/strict.h"
#include "mapping/mapping.h"
#include "record/choices.h"

/* mapping_keys.c: the keys of every map. */
extern const struct strict_table mapping_keys_in_root, mapping_keys_in_head, mapping_keys_in_event,
    mapping_keys_changed, mapping_keys_in_field, mapping_keys_condition, mapping_keys_out_root,
    mapping_keys_gate, mapping_keys_out_head, mapping_keys_out_record, mapping_keys_out_field;

/* Repetitions of one each. Far above any real message, low enough that a hostile one costs little.
 * */
#define REPETITIONS_MAX 1000
#define FIELDS_MAX 400

enum conversion {
    AS_TEXT,
    AS_HL7_TIME,
    AS_ISO_TIME,
    AS_UK_DATE,
    AS_EPOCH_S,
    AS_EPOCH_MS,
    AS_DATE,
    AS_NHS_NUMBER,
    AS_POSTCODE,
    AS_TRIM,
    AS_UPPER,
    AS_LOWER,
    AS_BOOLEAN,
    AS_COUNT,
    AS_WORDS,
    AS_NONE
};
/* By its name in a mapping ("hl7-time"); AS_NONE when there is none. */
enum conversion conversion_named(struct slice name);
bool conversion_is_time(enum conversion as);
/* A time as that conversion writes it in a message. */
bool conversion_read_time(enum conversion as, struct slice text, struct moment *out);
/* Text to text (nhs-number, postcode, trim, words ...). .p NULL: it does not fit, or memory ran
 * out. */
struct slice conversion_text(enum conversion as, struct arena *a, struct slice text);
/* A moment as that conversion writes it for a partner; .p NULL: memory ran out. */
struct slice conversion_write_time(enum conversion as, struct arena *a, const struct moment *m);

/* A code table: native text to shared word, or the other way round for an out mapping. */
struct table_entry {
    struct slice from, to;
    uint32_t line;
};
struct table {
    struct table_entry *entries;
    size_t count, mask;
    uint32_t *slots; /* open addressing; entry + 1, 0 is empty */
    const char *file;
};
/* Indexes the entries; of two equal ones the first counts. Its duplicates are the caller's to
 * refuse. */
bool table_index(struct table *t, struct arena *a);
/* Finds a text without the blanks at its ends: as it is written, else in any case. NULL when the
 * table lacks it, or has it only in other cases and with several meanings. */
const struct slice *table_find(const struct table *t, struct slice from);

/* What becomes of a value that does not fit its table, conversion or vocabulary. */
enum miss {
    MISS_REFUSE, /* the message */
    MISS_SKIP,   /* the field; under an each the repetition */
    MISS_LEAVE,  /* the field, also under an each */
    MISS_WORD    /* take this word */
};

/* A path of the message. */
struct ref {
    struct slice text;
    const struct path *path;
    int source; /* number of its source; -1: relative to the repetition at hand */
};
struct refs {
    struct ref *list;
    size_t count;
};

enum condition_test { IS_WORD, IS_PRESENT, IS_ABSENT };
struct condition {
    const struct node *node; /* while loading */
    struct ref ref;
    enum condition_test test;
    bool negated;
    bool needs_value; /* nothing there: does not hold */
    struct slice *words;
    size_t word_count;
};
struct conditions {
    struct condition *list;
    size_t count;
};

/* A place that conditions ask for words and nothing else reads, and all words that they ask for. */
struct watch {
    struct ref ref;
    struct slice *words;
    size_t word_count;
};

/* Where a path of header.unknown_restriction looks, and how many of its paths look there. */
struct code_place {
    struct slice name;
    const struct path *whole;
    size_t most;
};

enum field_kind { FIELD_FROM, FIELD_TEXT, FIELD_JOIN, FIELD_EACH };
struct field {
    const struct node *node; /* while loading */
    struct slice path;       /* of the record, or of the item under an each */
    enum field_kind kind;
    struct refs from;     /* also of FIELD_JOIN: what it joins */
    struct slice *passed; /* values that are passed over: the first other one counts */
    size_t passed_count;
    struct refs within, status;
    enum conversion as;
    const struct table *table;
    enum miss miss;
    struct slice word, text, with;
    struct refs each;
    struct conditions where;
    struct field *items; /* FIELD_EACH over records: the members; over texts: one */
    size_t item_count;
    const struct plan *item;
    int slot;               /* under an each: of the item's plan */
    int memo;               /* a common field: evaluated once a message; -1: not */
    bool is_dated;          /* the message's own text for a date or a time, by no conversion */
    bool is_kept_elsewhere; /* its table only picks words out of what another field has whole */
    bool bounds;            /* a yes: left out, it would bound nothing */
};

/* A field and where it goes in one schema. companion: the slot that tells more of it
 * (occurred_precision, nhs_number_status); -1: none. */
struct setter {
    const struct field *field;
    int slot, companion;
};

struct rule {
    const struct node *node; /* while loading */
    struct conditions on;
    const struct schema *schema;
    struct slice kind, action;
    struct setter *setters;
    size_t setter_count;
    bool has_changed, by_subject, is_quiet, asks;
    struct slice memory; /* name of what `changed` remembers */
    struct refs key, of, was;
};

/* A path of the record in an out mapping. */
enum value_kind {
    VALUE_NULL,
    VALUE_SLOT,
    VALUE_LIST,
    VALUE_MEMBER,
    VALUE_OWN_ID,
    VALUE_NOW,
    VALUE_ITEM
};
struct value_ref {
    enum value_kind kind;
    int slot;
    int precision; /* slot of occurred_precision; -1: none */
    size_t index;  /* VALUE_MEMBER: which item */
    int member;    /* slot in the item's plan; -1: the item is a text */
    bool is_time;
    enum slot_type type;
    struct slice path;
};

struct template_piece {
    struct slice literal;
    bool is_value, is_optional;
    struct value_ref value;
    enum conversion as;
};
/* Written when none of its values that are not optional is null. */
struct template
{
    struct template_piece *pieces;
    size_t count;
};

enum native_kind { NATIVE_FROM, NATIVE_TEXT, NATIVE_EACH };
/* A value that must be one of these words, or none of them. */
struct gate {
    struct value_ref of;
    struct slice *words;
    size_t word_count;
    bool is_not; /* also when nothing is there */
};
struct native {
    const struct node *node; /* while loading */
    struct slice path;
    struct gate *when; /* it is written when all hold */
    size_t when_count;
    enum native_kind kind;
    struct value_ref *from;
    size_t from_count;
    enum conversion as;
    const struct table *table;
    enum miss miss;
    struct slice word;
    struct template *lines; /* NATIVE_TEXT: joined by line ends */
    size_t line_count;
    int slot;             /* NATIVE_EACH: the array */
    struct native *items; /* none: the items are texts */
    size_t item_count;
};

struct out_rule;
/* What one value of an out mapping may be about. */
struct scope {
    const struct plan *plan;
    const struct out_rule *rule;
    const struct plan *item; /* under an each over records */
    const struct slot *list; /* under an each: what is repeated */
    bool in_each;
    const struct schema **covered; /* a path must be in one of them */
    size_t covered_count;
};

#define ACTION_ASSERTS 1u
#define ACTION_REPLACES 2u
#define ACTION_RETRACTS 4u
#define ACTION_ALL 7u
/* 0 when it is none. */
unsigned action_named(struct slice word);

/* One rule of an out mapping for one schema. */
struct out_rule {
    const struct schema *schema;
    uint64_t kinds; /* bit n: schema->kinds[n] */
    unsigned actions;
    struct native *fields;
    size_t field_count;
    const struct node *node; /* while loading */
};

struct mapping {
    const struct format *format;
    bool is_in, is_snapshot;
    uint8_t hash[HASH_BYTES];
    const struct mapping_note *notes;
    /* in */
    struct refs id, type;
    struct slice type_path;        /* the paths of type, joined by '^' */
    struct conditions not_carried; /* any of them */
    struct format_options options;
    struct slice *empty; /* values that mean: nothing is there */
    size_t empty_count;
    bool says_empty;
    const struct path **sources;
    bool *needed; /* by source: some rule names it and does not call it optional */
    size_t source_count, memo_count;
    struct rule *rules;
    size_t rule_count;
    const struct field *unknown; /* the common header.unknown_restriction; NULL: there is none */
    struct code_place *places;   /* of its paths */
    const struct rule *teller;   /* by whose fields the person is found where no rule fits */
    struct ref *restricting; /* where the rules that restrict look, and unknown; restricting_paths:
                                theirs */
    const struct path **restricting_paths;
    size_t restricting_count;
    struct watch *watched;
    size_t watched_count;
    /* out */
    struct out_rule *out_rules;
    size_t out_rule_count;
    bool keeps_empty; /* what is absent is written as an empty text (columns of a CSV row) */
};

/* Which bytes of a message rules have read, for the loss report. */
struct read_span {
    uint32_t at, length;
};
struct reads {
    struct arena *arena;
    struct read_span *spans;
    size_t count, room;
    bool lost; /* memory ran out */
};
void reads_add(struct reads *r, uint32_t at, uint32_t length);
MUST_CHECK bool mapping_in_reading(const struct mapping *m, struct arena *a, const struct doc *d,
                                   struct reads *reads, struct err *e);

/* One message on its way through a mapping. */
struct memo {
    enum { MEMO_UNKNOWN, MEMO_NOTHING, MEMO_CLEARED, MEMO_SET } how;
    struct slice encoded, companion;
};
struct run {
    const struct mapping *m;
    struct arena *a;
    const struct doc *d;
    struct found *found;  /* by source */
    struct found passing; /* what has no source of its own: under an each */
    bool *is_found;
    struct slice *plain; /* by source, as a condition compares it; not worked out yet: .p is NULL */
    struct memo *memos;
    struct reads *reads;     /* NULL: nobody asks */
    const struct path *base; /* the repetition at hand */
    size_t nth;
    size_t skipped_ids;
    struct mapped_miss *misses;
    size_t miss_count, miss_room;
    struct err refused; /* why the message cannot be mapped, found where no error could be given */
};
MUST_CHECK bool run_init(struct run *r, const struct mapping *m, struct arena *a,
                         const struct doc *d, struct err *e);
/* Texts of several paths with a separator between; absent ones are empty. */
MUST_CHECK bool run_join(struct run *r, const struct refs *refs, uint8_t separator,
                         struct slice *out, struct err *e);
/* Notes a value of the message that is in no record. Of one path and field the first counts. */
void run_miss(struct run *r, const struct ref *ref, struct slice field, struct slice value,
              const char *why);
/* Values that no condition knows, where conditions alone ask. */
void run_miss_unknown(struct run *r);
/* Why a value may mean that nothing is there, or was cut; NULL: no doubt. Words that are also
 * people's names (Null, None, Nan) raise no doubt about a text. */
const char *nothing_or_cut(struct slice value);
/* The same where a condition only asks whether something is there: then those words raise a doubt,
 * too. */
const char *nothing_there(struct slice value);
/* Refuses the message, if nothing has yet, for the value found at ref. doubt NULL: none. */
void run_refuse_for(struct run *r, const struct ref *ref, const char *doubt);
/* Doubts are for formats of rows, unless the mapping says by `empty:` what stands for nothing. */
static inline bool run_may_doubt(const struct run *r)
{
    return r->m->format->has && !r->m->says_empty;
}
static inline void run_doubt(struct run *r, const struct ref *ref, struct slice value)
{
    if (run_may_doubt(r))
        run_refuse_for(r, ref, nothing_or_cut(value));
}
static inline void run_doubt_there(struct run *r, const struct ref *ref, struct slice value)
{
    if (run_may_doubt(r))
        run_refuse_for(r, ref, nothing_there(value));
}
/* The value at ref. Borrowed until the next call, for a copy would cost more than the finding. */
const struct found *run_find(struct run *r, const struct ref *ref);
bool run_holds(struct run *r, const struct condition *c);
bool run_all_hold(struct run *r, const struct conditions *c);
/* Whether what it says only ever lessens what is shared. */
bool rule_restricts(const struct rule *rule);
/* The same, or takes such a word back, or lets something be shared: what bounds a yes bounds it
 * only where it can be seen. */
bool rule_says_sharing(const struct rule *rule);
/* Whether it lets something be shared, or takes a word back that restricts. */
bool rule_allows(const struct rule *rule);
/* Whether a rule with `changed` finds anything of what it watches. */
bool rule_says_anything(struct run *r, const struct rule *rule);
/* The rest of an event whose fields are set: header and `changed`. */
MUST_CHECK bool rule_end(struct run *r, const struct rule *rule, int64_t observed_ms,
                         const struct slice *cleared, size_t cleared_count,
                         struct mapped_event *out, struct err *e);
/* unknown.c: the next code, from path *next on, by which the sender restricts and that nobody here
 * knows; NULL: there is no more. */
const struct ref *unknown_next(struct run *r, size_t *next, struct slice *code);
/* Notes in out all that stands there, and the first for which none of its events stands. */
MUST_CHECK bool unknown_note(struct run *r, struct mapped *out, struct err *e);
/* hidden.c: the path of a value that a restricting rule looks for and cannot see; NULL: there is
 * none. */
const struct ref *hidden_find(struct run *r);
#define FURTHER_MAX 64 /* persons of one message that are told apart */
/* *hides: the message may restrict a further person, of whom no record is made, or has more
 * persons than are looked at. */
MUST_CHECK bool hidden_further(struct run *r, bool *hides, struct err *e);
/* Whether one of the paths is that source. */
bool refs_name(const struct refs *refs, int source);
/* Whether the field passes that value over. */
bool run_is_passed(const struct field *f, struct slice value);
/* Sets one field of b. *cleared: the sender cleared it. */
MUST_CHECK bool run_set(struct run *r, struct build *b, const struct setter *s, bool *cleared,
                        struct err *e);

/* One record on its way out. */
struct out_run {
    const struct mapping *m;
    struct arena *a;
    const struct view *v;
    const struct mapping_own *own;
    const struct view *item; /* the item at hand, or NULL */
    struct slice item_text;
    const struct slice *cleared;
    size_t cleared_count;
    bool is_trial; /* the record is made up: what a value is does not matter */
};
/* As mapping_out, by that rule. */
MUST_CHECK bool out_by(struct out_run *r, const struct out_rule *rule, struct node **tree,
                       struct err *e);
struct out_value {
    bool is_null, is_cleared, is_time;
    enum slot_type type;
    struct slice text;
    struct moment moment;
};
MUST_CHECK bool out_value(struct out_run *r, const struct value_ref *ref, struct out_value *out,
                          struct err *e);
/* The value as text, converted; a time that no conversion asks for is ISO 8601. false with fate
 * ERR_NONE: it does not fit. */
MUST_CHECK bool out_text(struct out_run *r, const struct out_value *v, enum conversion as,
                         struct slice *text, struct err *e);
/* *fits false: a value that is not optional is null. */
MUST_CHECK bool out_template(struct out_run *r, const struct template *t, struct buf *to,
                             bool *fits, struct err *e);

/* Loading. */
struct loader {
    struct strict reader;
    const char *folder;
    const struct registry *adapters;
    const struct catalogue *schemas;
    struct mapping *m;
    struct slice *source_texts;
    size_t text_room, source_room, needed_room;
    bool optional;          /* the paths at hand may be missing from a file */
    struct slice files[64]; /* the mapping and its tables, for the hash */
    size_t file_count;
};
/* A path or a list of them. relative: paths that begin as relative ones do are allowed. */
struct refs load_refs(struct loader *l, const struct node *n, bool relative);
struct conditions load_conditions(struct loader *l, const struct node *n, bool relative);
/* After the rules are loaded: notes which words their conditions know of each path, and refuses
 * words of two rules that differ by case alone. */
void load_watched(struct loader *l);
/* notes.c: notes what `check` warns of, of each place once. */
void load_note(struct loader *l, enum mapping_notice what, const struct node *at,
               struct slice path);
/* load_memory.c: notes keys of `changed` that go by a place. */
void load_memory(struct loader *l);
/* One of asserts, replaces, retracts, as its bit; 0 after a problem. */
unsigned load_action(struct loader *l, const struct node *n);
enum conversion load_as(struct loader *l, const struct node *n);
/* Tells that a word is no conversion, and which there are; false. */
bool say_no_conversion(struct loader *l, const struct node *n, struct slice word);
/* table: file.csv, or an inline map. reversed: shared to native. */
const struct table *load_table(struct loader *l, const struct node *n, bool reversed);
void load_else(struct loader *l, const struct node *n, bool has_table, enum miss *miss,
               struct slice *word);
/* "Type.kind" or "Type": kinds as bits. */
const struct schema *load_type(struct loader *l, const struct node *n, struct slice text,
                               uint64_t *kinds);
/* The fields under a map for one schema; commons keep their memo. */
struct field *load_field(struct loader *l, const struct node *n, const struct plan *plan,
                         bool relative);
bool load_value(struct loader *l, const struct node *n, struct slice text, const struct scope *s,
                struct value_ref *out);
/* Whether a text reads like such a path; tells nothing. */
bool load_value_is_known(const struct scope *s, struct slice path);
/* Whether a conversion can make anything of what may stand there. */
bool load_closed_converts(struct loader *l, const struct scope *s, const struct value_ref *ref,
                          enum conversion as);
/* Says which words of a record the rule cannot write: its table or conversion lacks them, and it
 * refuses. */
void load_closed(struct loader *l, const struct out_rule *r);
void load_notice(struct loader *l, const struct out_rule *r);
/* Common fields first; one of the rule's own with the same path takes its place. check: the paths
 * are looked at, once. */
void load_native_fields(struct loader *l, const struct node *map, const struct scope *s,
                        struct out_rule *r, bool check);
bool load_template(struct loader *l, const struct node *n, const struct scope *s,
                   struct template *out);
/* Says which keys of a field on the way in have no effect; true when all have one. */
bool load_effect_keys(struct loader *l, const struct node *n, const struct field *f,
                      const struct slot *s);
/* Whether a constant has no braces; else says so at n. */
bool load_effect_braces(struct loader *l, const struct node *n, struct slice text);
/* The same of what its keys say. in_each: it is a member of a repetition. */
void load_effect_options(struct loader *l, const struct node *n, const struct field *f,
                         const struct slot *s, bool in_each);
/* Whether each rule of an in mapping tells live from test. */
void load_environment(struct loader *l);
void load_in(struct loader *l, const struct node *root);
/* Writes a made-up record with every field set, of each kind and action of r, and says what cannot
 * be written. Without this the first real record would find it. common: the map that the rule
 * shares. */
void load_try(struct loader *l, const struct out_rule *r, const struct node *common);
void load_out(struct loader *l, const struct node *root);

#endif
