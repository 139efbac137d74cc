/* explain_known.c - lines of the facts table, for those who read a condition that rests on them. */
#include "sharing/tools/explain_known.h"

#include "sharing/load/load.h"
#include "sharing/tools/explain_words.h"

static bool is_consent(const struct fact_rule *f)
{
    return f->effect == FACT_GRANTS || f->effect == FACT_REVOKES;
}

static bool is_objection(const struct fact_rule *f)
{
    return f->effect == FACT_OBJECTS || f->effect == FACT_LIFTS_OBJECTION;
}

static bool call_asks(const struct when_node *n, const struct fact_rule *f)
{
    bool opens = f->effect == FACT_OPENS;
    if (is_consent(f) || is_objection(f))
        return n->function == (is_consent(f) ? WHEN_CONSENT : WHEN_OBJECTION);
    if (opens && n->function == WHEN_KNOWN)
        return true;
    return n->function == (opens ? WHEN_RELATIONSHIP : WHEN_RESPONSIBLE) &&
           slice_equal(n->args->next->text, f->word);
}

/* Whether a condition asks for that word, or for any relationship at all. */
static bool asks(const struct when_node *n, const struct fact_rule *f)
{
    if (n->op == WHEN_CALL && call_asks(n, f))
        return true;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (asks(arg, f))
            return true;
    return false;
}

bool explain_uses_fact(const struct bundle *b, size_t agreement, const struct fact_rule *f)
{
    struct slice guard = b->agreements[agreement].confidentiality;
    if (is_consent(f) && slice_equal_text(guard, "explicit-consent"))
        return true;
    if (is_objection(f) && slice_equal_text(guard, "implied-consent"))
        return true;
    if (f->effect != FACT_OPENS && f->effect != FACT_RESPONSIBLE && !is_consent(f) &&
        !is_objection(f))
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

static bool is_same(const struct sayers *a, const struct sayers *b)
{
    bool same = a->anybody == b->anybody && a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = slice_equal(a->words[i], b->words[i]);
    return same;
}

/* "; said by acute trust, social care" */
static void put_sayers(const char *how, const struct sayers *s, struct buf *out)
{
    buf_format(out, "; %s by ", how);
    if (s->anybody || s->count >= LOAD_ROLES)
        buf_text(out, "anybody");
    for (size_t i = 0; i < s->count && s->count < LOAD_ROLES; i++) {
        buf_text(out, i ? ", " : "");
        explain_word(s->words[i], out);
    }
}

static void put_word(const struct bundle *b, const struct fact_rule *f, struct buf *out)
{
    static const char *const what[] = { [FACT_GRANTS] = "consent: (",
                                        [FACT_REVOKES] = "consent taken back: (",
                                        [FACT_OBJECTS] = "an objection: (",
                                        [FACT_LIFTS_OBJECTION] = "an objection lifted: (" };
    buf_text(out, what[f->effect]);
    explain_kinds(b, f->on, f->on_count, NULL, out);
    buf_text(out, ")");
    put_sayers("said", &f->by, out);
}

void explain_fact(const struct bundle *b, const struct fact_rule *f, struct buf *out)
{
    if (is_consent(f) || is_objection(f)) {
        put_word(b, f, out);
        return;
    }
    buf_text(out, f->effect == FACT_OPENS ? "known through " : "responsible for ");
    explain_word(f->word, out);
    buf_text(out, ": ");
    put_who(b, f, out);
    if (f->closed_by_count) {
        buf_text(out, ", until (");
        explain_kinds(b, f->closed_by, f->closed_by_count, NULL, out);
        buf_text(out, ")");
    }
    bool same = f->closed_by_count && is_same(&f->by, &f->closers);
    put_sayers(same ? "said and ended" : "said", &f->by, out);
    if (f->closed_by_count && !same)
        put_sayers("ended", &f->closers, out);
}
