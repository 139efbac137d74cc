/* when_parse.c - text of a condition to an untyped tree.
 *
 *   or   := and { "||" and }      and := not { "&&" not }      not := [ "!" ] cmp
 *   cmp  := term [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") term ]
 *   term := literal | path | "has(" path ")" | name "(" [ term { "," term } ] ")"
 *         | "[" term { "," term } "]" | "(" or ")" */
#include "sharing/load/when_compile.h"

struct parser {
    struct arena *arena;
    struct slice text;
    size_t at;
    int depth;
    struct err *e;
};

static struct when_node *parse_or(struct parser *p);

static struct when_node *parse_failed(struct parser *p, const char *code, const char *what)
{
    (void)err_set(p->e, ERR_REJECT, code, p->at, "cannot read the condition: %s", what);
    return NULL;
}

static void parser_skip_blanks(struct parser *p)
{
    while (p->at < p->text.n && strchr(" \t\r\n", p->text.p[p->at]))
        p->at++;
}

static bool is_name_start(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* 0 past the end. */
static uint8_t byte_at(const struct parser *p, size_t at)
{
    return at < p->text.n ? p->text.p[at] : 0;
}

static uint8_t peek_byte(struct parser *p)
{
    parser_skip_blanks(p);
    return byte_at(p, p->at);
}

/* Takes the token when it comes next. */
static bool take_token(struct parser *p, const char *token)
{
    parser_skip_blanks(p);
    struct slice rest = slice_from(p->text, p->at);
    if (!slice_starts(rest, slice_text(token)))
        return false;
    p->at += strlen(token);
    return true;
}

static struct when_node *new_node(struct parser *p, enum when_op op, size_t at)
{
    struct when_node *n = ARENA_NEW(p->arena, struct when_node);
    if (!n) {
        (void)err_memory(p->e);
        return NULL;
    }
    n->op = op;
    n->at = at;
    return n;
}

/* A dotted name: one identifier, or a path of them. */
static struct slice take_name(struct parser *p)
{
    size_t from = p->at;
    while (is_name_start(byte_at(p, p->at))) {
        while (is_name_start(byte_at(p, p->at)) || is_digit(byte_at(p, p->at)))
            p->at++;
        bool goes_on = byte_at(p, p->at) == '.' && is_name_start(byte_at(p, p->at + 1));
        if (!goes_on)
            break;
        p->at++;
    }
    return slice_of(p->text.p + from, p->at - from);
}

/* "text": no escapes but \" and \\, no control characters. */
static struct when_node *parse_text(struct parser *p)
{
    struct when_node *n = new_node(p, WHEN_LITERAL, p->at);
    if (!n)
        return NULL;
    p->at++; /* the opening quote */
    uint8_t *copy = arena_alloc(p->arena, p->text.n - p->at + 1);
    size_t length = 0;
    if (!copy) {
        (void)err_memory(p->e);
        return NULL;
    }
    for (; p->at < p->text.n && p->text.p[p->at] != '"'; p->at++) {
        uint8_t c = p->text.p[p->at];
        if (c < 0x20)
            return parse_failed(p, "when.syntax", "a control character within a text");
        if (c == '\\') {
            p->at++;
            c = byte_at(p, p->at);
            if (c != '"' && c != '\\')
                return parse_failed(p, "when.syntax", "an escape other than \\\" and \\\\");
        }
        copy[length++] = c;
    }
    if (p->at == p->text.n)
        return parse_failed(p, "when.syntax", "a text without its closing quote");
    p->at++;
    n->type = WHEN_TEXT;
    n->text = slice_of(copy, length);
    if (!slice_is_utf8(n->text))
        return parse_failed(p, "when.syntax", "a text that is not UTF-8");
    return n;
}

static struct when_node *parse_number(struct parser *p)
{
    size_t from = p->at;
    p->at++; /* a digit or '-' */
    while (p->at < p->text.n && is_digit(p->text.p[p->at]))
        p->at++;
    struct when_node *n = new_node(p, WHEN_LITERAL, from);
    if (!n)
        return NULL;
    n->type = WHEN_NUMBER;
    if (!slice_to_i64(slice_of(p->text.p + from, p->at - from), &n->number))
        return parse_failed(p, "when.syntax", "a number that is none, or too great");
    return n;
}

static struct when_node *parse_term(struct parser *p);

/* term { "," term } up to the closing token; an empty list where that is allowed. */
static bool parse_items(struct parser *p, struct when_node *owner, const char *close,
                        bool may_be_empty)
{
    struct when_node **end = &owner->args;
    if (may_be_empty && take_token(p, close))
        return true;
    do {
        struct when_node *item = parse_term(p);
        if (!item)
            return false;
        *end = item;
        end = &item->next;
    } while (take_token(p, ","));
    if (take_token(p, close))
        return true;
    (void)parse_failed(p, "when.syntax", "a list that is not closed");
    return false;
}

static struct when_node *parse_word(struct parser *p)
{
    size_t at = p->at;
    struct slice name = take_name(p);
    struct when_node *n = new_node(p, WHEN_PATH, at);
    if (!n)
        return NULL;
    n->text = name;
    if (slice_equal_text(name, "true") || slice_equal_text(name, "false")) {
        n->op = WHEN_LITERAL;
        n->type = WHEN_BOOL;
        n->number = name.n == 4;
        return n;
    }
    if (!take_token(p, "("))
        return n;
    n->op = slice_equal_text(name, "has") ? WHEN_HAS : WHEN_CALL;
    if (!parse_items(p, n, ")", n->op == WHEN_CALL))
        return NULL;
    if (n->op == WHEN_HAS && (n->args->next || n->args->op != WHEN_PATH))
        return parse_failed(p, "when.syntax", "has() takes one path");
    return n;
}

static struct when_node *parse_term_here(struct parser *p)
{
    uint8_t c = peek_byte(p);
    if (c == '"')
        return parse_text(p);
    if (is_digit(c) || c == '-')
        return parse_number(p);
    if (is_name_start(c))
        return parse_word(p);
    if (take_token(p, "[")) {
        struct when_node *list = new_node(p, WHEN_LIST, p->at - 1);
        if (!list || !parse_items(p, list, "]", false))
            return NULL;
        return list;
    }
    if (!take_token(p, "("))
        return parse_failed(p, "when.syntax", "a value was expected");
    struct when_node *n = parse_or(p);
    if (n && !take_token(p, ")"))
        return parse_failed(p, "when.syntax", "a parenthesis that is not closed");
    return n;
}

static struct when_node *parse_term(struct parser *p)
{
    if (p->depth == WHEN_DEPTH_MAX)
        return parse_failed(p, "when.depth", "nested more than 16 deep");
    p->depth++;
    struct when_node *n = parse_term_here(p);
    p->depth--;
    return n;
}

/* The comparison that comes next, longest token first; false when there is none. */
static bool take_comparison(struct parser *p, enum when_op *op)
{
    static const struct {
        const char *token;
        enum when_op op;
    } tokens[] = { { "==", WHEN_EQ }, { "!=", WHEN_NE }, { "<=", WHEN_LE },
                   { ">=", WHEN_GE }, { "<", WHEN_LT },  { ">", WHEN_GT } };
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        if (take_token(p, tokens[i].token)) {
            *op = tokens[i].op;
            return true;
        }
    parser_skip_blanks(p);
    size_t word_at = p->at;
    if (slice_equal_text(take_name(p), "in")) {
        *op = WHEN_IN;
        return true;
    }
    p->at = word_at;
    return false;
}

static struct when_node *parse_comparison(struct parser *p)
{
    struct when_node *left = parse_term(p);
    enum when_op op = WHEN_EQ;
    if (!left || !take_comparison(p, &op))
        return left;
    struct when_node *n = new_node(p, op, left->at);
    if (!n)
        return NULL;
    n->args = left;
    left->next = parse_term(p);
    return left->next ? n : NULL;
}

static struct when_node *parse_not(struct parser *p)
{
    size_t at = p->at;
    if (peek_byte(p) != '!' || !take_token(p, "!"))
        return parse_comparison(p);
    struct when_node *n = new_node(p, WHEN_NOT, at);
    if (!n)
        return NULL;
    n->args = parse_comparison(p);
    return n->args ? n : NULL;
}

/* operand { token operand }: a single operand stands for itself. */
static struct when_node *parse_chain(struct parser *p, enum when_op op, const char *token,
                                     struct when_node *(*operand)(struct parser *))
{
    struct when_node *first = operand(p), *n = first, *last = first;
    while (last && take_token(p, token)) {
        if (n == first) {
            n = new_node(p, op, first->at);
            if (!n)
                return NULL;
            n->args = first;
        }
        last->next = operand(p);
        last = last->next;
    }
    return last ? n : NULL;
}

static struct when_node *parse_and(struct parser *p)
{
    return parse_chain(p, WHEN_AND, "&&", parse_not);
}

static struct when_node *parse_or(struct parser *p)
{
    return parse_chain(p, WHEN_OR, "||", parse_and);
}

bool when_parse(struct arena *a, struct slice text, struct when_node **out, struct err *e)
{
    struct parser p = { .arena = a, .text = text, .e = e };
    *out = parse_or(&p);
    if (!*out)
        return false;
    parser_skip_blanks(&p);
    if (p.at < text.n)
        return parse_failed(&p, "when.syntax", "something follows its end") != NULL;
    return true;
}
