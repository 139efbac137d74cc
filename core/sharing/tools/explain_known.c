/* explain_known.c - lines of the facts table, for those who read a condition that rests on them. */
#include "sharing/tools/explain_known.h"

#include "sharing/tools/explain_words.h"

/* Whether a condition asks for that word, or for any relationship at all. */
static bool asks(const struct when_node *n, const struct fact_rule *f)
{
    bool opens = f->effect == FACT_OPENS;
    if (n->op == WHEN_CALL && opens && n->function == WHEN_KNOWN)
        return true;
    if (n->op == WHEN_CALL && n->function == (opens ? WHEN_RELATIONSHIP : WHEN_RESPONSIBLE) &&
        slice_equal(n->args->next->text, f->word))
        return true;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (asks(arg, f))
            return true;
    return false;
}

bool explain_uses_fact(const struct bundle *b, size_t agreement, const struct fact_rule *f)
{
    if (f->effect != FACT_OPENS && f->effect != FACT_RESPONSIBLE)
        return false;
    for (size_t i = 0; i < b->clause_count; i++)
        if (b->clauses[i].agreement == agreement && b->clauses[i].when &&
            asks(b->clauses[i].when->root, f))
            return true;
    return false;
}

/* "whom (social care: package started) names", or by a place that the table lists. */
static void put_who(const struct bundle *b, const struct fact_rule *f, struct buf *out)
{
    const struct fact_value *who = &f->who;
    buf_text(out, who->from == FACT_SOURCE    ? "who says ("
                  : who->from == FACT_UNKNOWN ? "nobody can tell after ("
                                              : "whom (");
    explain_kinds(b, f->on, f->on_count, NULL, out);
    buf_text(out, who->from == FACT_FIELD ? ") names" : ")");
    for (size_t i = 0; i < who->place_count; i++) {
        buf_format(out, "%s\"%.*s\" is ", i ? ", " : ", where ", SHOWN(who->places[i].text));
        explain_service(b, (uint16_t)who->places[i].service, out);
    }
}

void explain_fact(const struct bundle *b, const struct fact_rule *f, struct buf *out)
{
    buf_text(out, f->effect == FACT_OPENS ? "known through " : "responsible for ");
    explain_word(f->word, out);
    buf_text(out, ": ");
    put_who(b, f, out);
    if (f->closed_by_count == 0)
        return;
    buf_text(out, ", until (");
    explain_kinds(b, f->closed_by, f->closed_by_count, NULL, out);
    buf_text(out, ")");
}
