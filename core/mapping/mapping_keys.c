/* mapping_keys.c - the keys of a mapping: what it is read by is what the manual prints. */
#include "mapping/inside.h"

STRICT_TABLE(mapping_keys_in_root, "",
             STRICT_MAY("in", STRICT_ANY,
                        "that it makes records of messages, and how these are told"),
             STRICT_MAY("common", STRICT_MAP,
                        "PATH OF THE RECORD: FIELD, in every event whose record has that field"),
             STRICT_MAY("events", STRICT_ANY,
                        "a list, in this order: every one whose conditions hold is said"));

STRICT_TABLE(
    mapping_keys_in_head,
    "in:", STRICT_MAY("format", STRICT_ANY, "one of the formats (concordat manual formats)"),
    STRICT_MAY("id", STRICT_ANY,
               "paths that, with the bytes, tell that a message is the same one sent again"),
    STRICT_MAY("type", STRICT_ANY,
               "paths under whose values a message is counted that is not carried"),
    STRICT_MAY("not_carried", STRICT_ANY,
               "conditions: a message of which one holds is passed over, and counted"),
    STRICT_MAY("separator", STRICT_ANY, "of CSV: \",\", \";\", tab or \"|\"; else found out"),
    STRICT_MAY("empty", STRICT_ANY,
               "of CSV: words that the source writes where it has nothing; [] for none"));

STRICT_TABLE(mapping_keys_in_event,
             "events: of each:", STRICT_MAY("on", STRICT_ANY, "PATH: CONDITION; all must hold"),
             STRICT_MAY("emit", STRICT_ANY,
                        "TYPE.KIND of a schema (concordat schemas); it must be there"),
             STRICT_MAY("action", STRICT_ANY, "asserts, replaces or retracts; asserts unless set"),
             STRICT_MAY("changed", STRICT_ANY,
                        "told only when something is new, by a memory of keys"),
             STRICT_MAY("fields", STRICT_MAP, "PATH OF THE RECORD: FIELD, beside the common ones"));

STRICT_TABLE(
    mapping_keys_changed, "events: of each: changed:",
    STRICT_MAY("by", STRICT_ANY,
               "subject: each person or property has its own, whichever ids a message has"),
    STRICT_MAY("key", STRICT_ANY, "paths that say which thing it is; must be there unless by is"),
    STRICT_MAY("was", STRICT_ANY,
               "with by: the key of an older mapping, whose memory still counts"),
    STRICT_MAY("of", STRICT_ANY, "paths whose values are watched; must be there"),
    STRICT_MAY("name", STRICT_ANY, "of the memory: events that undo each other share one"),
    STRICT_MAY("first", STRICT_ANY, "quiet: what is seen first is remembered and not told"),
    STRICT_MAY("vanished", STRICT_ANY,
               "ask: a key that the next snapshot lacks asks somebody, and ends nothing"));

STRICT_TABLE(
    mapping_keys_in_field, "a FIELD of an in: mapping, a path of the message or a map of:",
    STRICT_MAY("from", STRICT_ANY, "a path, or several of which the first with a value counts"),
    STRICT_MAY("as", STRICT_ANY, "a conversion"),
    STRICT_MAY("within", STRICT_ANY, "a path whose value and a slash are put before it"),
    STRICT_MAY("table", STRICT_ANY,
               "{NATIVE: SHARED}, or a CSV file with the columns native, shared"),
    STRICT_MAY("else", STRICT_ANY,
               "when it does not fit: refuse, skip, leave, or a word to take instead"),
    STRICT_MAY("text", STRICT_ANY, "a constant"),
    STRICT_MAY("status", STRICT_ANY, "a path with how sure a number is; with as: nhs-number"),
    STRICT_MAY("each", STRICT_ANY, "a path that repeats: an item for each repetition"),
    STRICT_MAY("where", STRICT_ANY, "with each: conditions that a repetition is kept by"),
    STRICT_MAY("fields", STRICT_ANY, "with each: the fields of an item, by relative paths"),
    STRICT_MAY("join", STRICT_ANY, "paths whose values are joined"),
    STRICT_MAY("with", STRICT_ANY, "with join: what stands between; a blank unless set"),
    STRICT_MAY("other", STRICT_ANY, "with from: values that are passed over"),
    STRICT_MAY("optional", STRICT_ANY, "true: of CSV, the file may lack its columns"));

STRICT_TABLE(mapping_keys_condition,
             "a CONDITION, a word, a list of words, present, absent or one of:",
             STRICT_MAY("not", STRICT_ANY, "none of these words; also when nothing is there"),
             STRICT_MAY("other", STRICT_ANY, "something is there, and none of these words"),
             STRICT_MAY("is", STRICT_ANY, "this word, which else would mean something here"));

STRICT_TABLE(
    mapping_keys_out_root, "of an out: mapping:",
    STRICT_MAY("out", STRICT_ANY, "that it makes messages of records, and how"),
    STRICT_MAY("common", STRICT_MAP, "PATH OF THE PARTNER: VALUE, in every message"),
    STRICT_MAY("records", STRICT_LIST, "which records go, in this order"),
    STRICT_MAY("not_delivered", STRICT_ANY,
               "TYPE or TYPE.KIND that do not go: what is neither here nor above is refused"));

STRICT_TABLE(
    mapping_keys_out_head,
    "out:", STRICT_MAY("format", STRICT_ANY, "one of the formats (concordat manual formats)"),
    STRICT_MAY("empty", STRICT_ANY,
               "keep: what is absent is written empty (a column of CSV), not left out"),
    STRICT_MAY("for", STRICT_ANY,
               "of CSV, and must be there: people (a cell that a spreadsheet would run gets a "
               "'), or machines (the exact text)"));

STRICT_TABLE(mapping_keys_out_record, "records: of each:",
             STRICT_MAY("on", STRICT_ANY, "TYPE, TYPE.KIND, a list of them, or all"),
             STRICT_MAY("action", STRICT_ANY, "asserts, replaces, retracts, or a list of them"),
             STRICT_MAY("fields", STRICT_MAP,
                        "PATH OF THE PARTNER: VALUE, beside the common ones"));

STRICT_TABLE(mapping_keys_gate, "when: of an out: mapping, a word, a list of words or:",
             STRICT_MUST("not", STRICT_ANY, "none of these words; also when nothing is there"));

STRICT_TABLE(
    mapping_keys_out_field, "a VALUE of an out: mapping, a path of the record or a map of:",
    STRICT_MAY("from", STRICT_ANY, "a path, or several of which the first with a value counts"),
    STRICT_MAY("as", STRICT_ANY, "a conversion"),
    STRICT_MAY("table", STRICT_ANY, "{SHARED: NATIVE}, or a CSV file, which is read backwards"),
    STRICT_MAY("else", STRICT_ANY,
               "when it does not fit: refuse, leave, or a word to take instead"),
    STRICT_MAY("text", STRICT_ANY,
               "lines with {PATH}, {PATH?} that may be missing, {PATH|CONVERSION}"),
    STRICT_MAY(
        "when", STRICT_MAP,
        "{PATH OF THE RECORD: WORD, a list of words, or {not: WORDS}}: written when all hold"),
    STRICT_MAY("each", STRICT_ANY, "a list of the record: an item for each of it"),
    STRICT_MAY("fields", STRICT_ANY, "with each: what an item has"));

const struct strict_topic mapping_topic = {
    "mapping",
    (const struct strict_table *const[]){
        &mapping_keys_in_root, &mapping_keys_in_head, &mapping_keys_in_event, &mapping_keys_changed,
        &mapping_keys_in_field, &mapping_keys_condition, &mapping_keys_out_root,
        &mapping_keys_out_head, &mapping_keys_out_record, &mapping_keys_out_field,
        &mapping_keys_gate, NULL }
};
