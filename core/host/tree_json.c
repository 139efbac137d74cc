/* tree_json.c - JSON into trees, by way of jansson.
 *
 * The bytes are checked for depth first, so that the library never sees a deep document and the
 * copying below may recurse. Its texts of errors quote the input and are never shown. An integer
 * past 64 bits and a NUL within a key are refused: the library cannot hold them. */
#include "host/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

/* Counts brackets outside of strings. On a malformed text it may count wrongly, which is no harm:
 * jansson refuses that text anyway. Not so a NUL after a number, which it passes over: a NUL is
 * refused here, wherever it is. */
static bool check_bytes(struct slice s, struct err *e)
{
    size_t depth = 0;
    bool string = false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '\0')
            return err_set(e, ERR_REJECT, "tree.syntax", i, "cannot read as JSON: a NUL byte");
        if (string && c == '\\')
            i++;
        else if (c == '"')
            string = !string;
        else if (!string && (c == '[' || c == '{') && ++depth > TREE_DEPTH_MAX)
            return err_set(e, ERR_REJECT, "tree.limit", i, "cannot go deeper: over %d levels",
                           TREE_DEPTH_MAX);
        else if (!string && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return true;
}

static bool refuse(const json_error_t *error, struct err *e)
{
    size_t at = error->position > 0 ? (size_t)error->position : 0;
    switch (json_error_code(error)) {
    case json_error_out_of_memory:
        return err_memory(e);
    case json_error_duplicate_key:
        return err_set(e, ERR_REJECT, "tree.duplicate", at, "cannot take a key twice");
    case json_error_null_byte_in_key:
        return err_set(e, ERR_REJECT, "tree.refused", at, "cannot take a key with a NUL");
    case json_error_numeric_overflow:
        return err_set(e, ERR_REJECT, "tree.limit", at, "cannot hold this number");
    case json_error_invalid_utf8:
        return err_set(e, ERR_REJECT, "tree.syntax", at, "cannot read as JSON: not UTF-8");
    case json_error_premature_end_of_input:
        return err_set(e, ERR_REJECT, "tree.syntax", at, "cannot read as JSON: the input ends");
    case json_error_end_of_input_expected:
        return err_set(e, ERR_REJECT, "tree.syntax", at, "cannot read as JSON: a second value");
    default:
        return err_set(e, ERR_REJECT, "tree.syntax", at, "cannot read as JSON");
    }
}

static struct node *from_text(struct arena *a, const json_t *value)
{
    struct slice text =
        arena_copy(a, slice_of(json_string_value(value), json_string_length(value)));
    return text.p ? node_new_text(a, text) : NULL;
}

/* The shortest digits that read back as the same number, so that 0.1 stays 0.1; and always with a
 * point or an exponent, so that it stays a real. */
static struct node *from_real(struct arena *a, double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.15g", value);
    if (strtod(digits, NULL) < value || strtod(digits, NULL) > value)
        snprintf(digits, sizeof digits, "%.17g", value);
    const char *end = strpbrk(digits, ".e") ? "" : ".0";
    struct node *n = node_new(a, NODE_NUMBER);
    char *text = arena_format(a, "%s%s", digits, end);
    if (!n || !text)
        return NULL;
    n->text = slice_text(text);
    return n;
}

static struct node *convert(struct arena *a, json_t *value);

static struct node *from_list(struct arena *a, json_t *value)
{
    struct node *list = node_new(a, NODE_LIST);
    for (size_t i = 0; list && i < json_array_size(value); i++) {
        struct node *child = convert(a, json_array_get(value, i));
        if (!child)
            return NULL;
        node_add(list, child);
    }
    return list;
}

static struct node *from_map(struct arena *a, json_t *value)
{
    struct node *map = node_new(a, NODE_MAP);
    for (void *i = json_object_iter(value); map && i; i = json_object_iter_next(value, i)) {
        struct slice key =
            arena_copy(a, slice_of(json_object_iter_key(i), json_object_iter_key_len(i)));
        struct node *child = key.p ? convert(a, json_object_iter_value(i)) : NULL;
        if (!child)
            return NULL;
        node_put(map, key, child);
    }
    return map;
}

/* NULL when the arena is full. */
static struct node *convert(struct arena *a, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return from_map(a, value);
    case JSON_ARRAY:
        return from_list(a, value);
    case JSON_STRING:
        return from_text(a, value);
    case JSON_INTEGER:
        return node_new_number(a, json_integer_value(value));
    case JSON_REAL:
        return from_real(a, json_real_value(value));
    case JSON_TRUE:
    case JSON_FALSE:
        return node_new_bool(a, json_is_true(value));
    default:
        return node_new(a, NODE_NULL);
    }
}

bool tree_json(struct arena *a, struct slice text, struct node **out, struct err *e)
{
    if (!check_bytes(text, e))
        return false;
    json_error_t error;
    json_t *value = json_loadb(text.n ? (const char *)text.p : "", text.n,
                               JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (!value)
        return refuse(&error, e);
    struct node *root = convert(a, value);
    json_decref(value);
    if (!root)
        return err_memory(e);
    *out = root;
    return true;
}
