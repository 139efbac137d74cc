/* when_words.c - each function a phrase, each comparison a sentence, "and" before "or". */
#include "sharing/tools/when_words.h"

#include "base/clock.h"
#include "sharing/tools/explain_words.h"

struct telling {
    const struct bundle *b;
    struct buf *out;
};

static void tell(const struct telling *t, const struct when_node *n, bool is_so);

/* A phrase with $1 and $2 for its arguments. */
static const struct {
    const char *so, *not_so;
} phrases[WHEN_FUNCTION_COUNT] = {
    [WHEN_KNOWN] = { "the person is known to $1", "the person is not known to $1" },
    [WHEN_RELATIONSHIP] = { "the person is known to $1 through $2",
                            "the person is not known to $1 through $2" },
    [WHEN_CONSENT] = { "the person's consent for $2 with $1 stands",
                       "no consent of the person for $2 with $1 stands" },
    [WHEN_OBJECTION] = { "the person has objected to sharing with $1",
                         "the person has not objected to sharing with $1" },
    [WHEN_RESTRICTED] = { "a restriction of the person's $2 stands",
                          "no restriction of the person's $2 stands" },
    [WHEN_RESPONSIBLE] = { "$1 is responsible for $2", "$1 is not responsible for $2" },
    [WHEN_ADDRESSED] = { "it is addressed to $1", "it is not addressed to $1" },
    [WHEN_STARTS_WITH] = { "$1 starts with $2", "$1 does not start with $2" },
};

/* Kinds of restriction that are no restriction of something, but a state. */
static const struct {
    const char *kind, *so, *not_so;
} states[] = {
    { "location-unchecked", "nobody has said whether the person's location may be shown",
      "it has been said whether the person's location may be shown" },
    { "deceased", "the person has died", "the person has not died" },
    { "unknown", "a restriction that could not be read stands",
      "no restriction that could not be read stands" },
};

static const char *state_phrase(const struct when_node *n, bool is_so)
{
    for (size_t i = 0; n->function == WHEN_RESTRICTED && i < sizeof states / sizeof states[0]; i++)
        if (slice_equal_text(n->args->next->text, states[i].kind))
            return is_so ? states[i].so : states[i].not_so;
    return is_so ? phrases[n->function].so : phrases[n->function].not_so;
}

static void tell_time(const struct telling *t, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    buf_put(t->out, time_ms_to_iso(ms, text));
}

static void tell_who(const struct telling *t, int64_t who)
{
    if (who == WHEN_RECIPIENT)
        buf_text(t->out, "the recipient");
    else if (who == WHEN_SOURCE)
        buf_text(t->out, "the source");
    else
        explain_service(t->b, (uint16_t)who, t->out);
}

static void tell_list(const struct telling *t, const struct when_node *list)
{
    for (const struct when_node *n = list->args; n; n = n->next) {
        buf_text(t->out, n == list->args ? "" : n->next ? ", " : " or ");
        tell(t, n, true);
    }
}

/* A value: a literal, a field, an age. */
static void tell_literal(const struct telling *t, const struct when_node *n)
{
    switch (n->type) {
    case WHEN_WHO:
        tell_who(t, n->number);
        break;
    case WHEN_SUBJECT:
        buf_text(t->out, "the person");
        break;
    case WHEN_TEXT:
        buf_format(t->out, "\"%.*s\"", SHOWN(n->text));
        break;
    case WHEN_TIME:
        tell_time(t, n->number);
        break;
    case WHEN_SPAN:
        buf_format(t->out, "%lld seconds", (long long)(n->number / 1000));
        break;
    default:
        buf_format(t->out, "%lld", (long long)n->number);
    }
}

/* The second argument of a function is a word of a vocabulary: told without quotes. */
static void tell_argument(const struct telling *t, const struct when_node *n)
{
    if (n->op == WHEN_LITERAL && n->type == WHEN_TEXT)
        explain_word(n->text, t->out);
    else
        tell(t, n, true);
}

static void tell_call(const struct telling *t, const struct when_node *n, bool is_so)
{
    if (n->function == WHEN_AGE) {
        buf_text(t->out, "the person's age");
        return;
    }
    for (const char *p = state_phrase(n, is_so); p && *p; p++) {
        if (*p != '$') {
            buf_byte(t->out, (uint8_t)*p);
            continue;
        }
        p++;
        if (*p == '1' && n->function != WHEN_STARTS_WITH)
            tell_argument(t, n->args);
        else if (n->function == WHEN_STARTS_WITH)
            tell(t, *p == '1' ? n->args : n->args->next, true);
        else
            tell_argument(t, n->args->next);
    }
}

/* Of two conditions: whether both hold, or neither. One that is written out says which. */
static void tell_equality(const struct telling *t, const struct when_node *n, bool is_so)
{
    const struct when_node *left = n->args, *right = left->next;
    bool same = (n->op == WHEN_EQ) == is_so;
    if (right->op == WHEN_LITERAL) {
        tell(t, left, same == (right->number != 0));
    } else if (left->op == WHEN_LITERAL) {
        tell(t, right, same == (left->number != 0));
    } else {
        buf_text(t->out, same ? "either both or neither of (" : "one and only one of (");
        tell(t, left, true);
        buf_text(t->out, ") and (");
        tell(t, right, true);
        buf_text(t->out, ")");
    }
}

static void tell_comparison(const struct telling *t, const struct when_node *n, bool is_so)
{
    static const struct {
        const char *so, *not_so;
    } words[] = {
        [WHEN_EQ] = { " is ", " is not " },
        [WHEN_NE] = { " is not ", " is " },
        [WHEN_LT] = { " is under ", " is at least " },
        [WHEN_LE] = { " is at most ", " is over " },
        [WHEN_GT] = { " is over ", " is at most " },
        [WHEN_GE] = { " is at least ", " is under " },
        [WHEN_IN] = { " is one of ", " is none of " },
    };
    static const struct {
        const char *so, *not_so;
    } times[] = {
        [WHEN_LT] = { " is before ", " is not before " },
        [WHEN_LE] = { " is not after ", " is after " },
        [WHEN_GT] = { " is after ", " is not after " },
        [WHEN_GE] = { " is not before ", " is before " },
    };
    bool is_time = n->args->type == WHEN_TIME && n->op >= WHEN_LT && n->op <= WHEN_GE;
    tell(t, n->args, true);
    if (is_time)
        buf_text(t->out, is_so ? times[n->op].so : times[n->op].not_so);
    else
        buf_text(t->out, is_so ? words[n->op].so : words[n->op].not_so);
    tell(t, n->args->next, true);
}

/* An "and", or an "or" that is denied, joins all by "and"; else by "or". A mixed part gets
 * brackets. */
static void tell_logic(const struct telling *t, const struct when_node *n, bool is_so)
{
    bool all = (n->op == WHEN_AND) == is_so;
    for (const struct when_node *arg = n->args; arg; arg = arg->next) {
        const struct when_node *inner = arg;
        while (inner->op == WHEN_NOT)
            inner = inner->args;
        bool is_mixed = inner->op == WHEN_AND || inner->op == WHEN_OR;
        if (arg != n->args)
            buf_text(t->out, all ? " and " : " or ");
        buf_text(t->out, is_mixed ? "(" : "");
        tell(t, arg, is_so);
        buf_text(t->out, is_mixed ? ")" : "");
    }
}

static void tell_path(const struct telling *t, const struct when_node *n, bool is_so)
{
    explain_path(n->text, t->out);
    if (n->type == WHEN_BOOL)
        buf_text(t->out, is_so ? " is yes" : " is no");
}

static void tell(const struct telling *t, const struct when_node *n, bool is_so)
{
    switch (n->op) {
    case WHEN_NOT:
        tell(t, n->args, !is_so);
        break;
    case WHEN_AND:
    case WHEN_OR:
        tell_logic(t, n, is_so);
        break;
    case WHEN_LITERAL:
        if (n->type == WHEN_BOOL)
            buf_text(t->out, (n->number != 0) == is_so ? "always" : "never");
        else
            tell_literal(t, n);
        break;
    case WHEN_LIST:
        tell_list(t, n);
        break;
    case WHEN_PATH:
        tell_path(t, n, is_so);
        break;
    case WHEN_HAS:
        explain_path(n->args->text, t->out);
        buf_text(t->out, is_so ? " is given" : " is not given");
        break;
    case WHEN_NAME:
        tell_who(t, n->number);
        break;
    case WHEN_CALL:
        tell_call(t, n, is_so);
        break;
    default:
        if (n->args->type == WHEN_BOOL)
            tell_equality(t, n, is_so);
        else
            tell_comparison(t, n, is_so);
    }
}

void when_words(const struct bundle *b, const struct when *w, struct buf *out)
{
    const struct telling t = { b, out };
    if (w)
        tell(&t, w->root, true);
    else
        buf_text(out, "always");
}
