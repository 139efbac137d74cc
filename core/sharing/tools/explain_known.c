/* explain_known.c - explains the lines of the facts table on which an agreement's conditions rest.
 */
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
    if (is_consent(f))
        return n->function == WHEN_CONSENT;
    if (is_objection(f))
        return n->function == WHEN_OBJECTION;
    if (opens && n->function == WHEN_KNOWN)
        return true;
    enum when_function wanted = opens ? WHEN_RELATIONSHIP : WHEN_RESPONSIBLE;
    return n->function == wanted && slice_equal(n->args->next->text, f->word);
}

/* Whether a condition asks for the fact that this rule makes, or for any relationship at all. */
static bool condition_asks(const struct when_node *n, const struct fact_rule *f)
{
    if (n->op == WHEN_CALL && call_asks(n, f))
        return true;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (condition_asks(arg, f))
            return true;
    return false;
}

/* Whether the agreement's basis of confidentiality alone makes the fact count. */
static bool basis_asks(struct slice basis, const struct fact_rule *f)
{
    if (is_consent(f))
        return slice_equal_text(basis, "explicit-consent");
    return is_objection(f) && slice_equal_text(basis, "implied-consent");
}

static bool conditions_can_ask(const struct fact_rule *f)
{
    bool is_about_service = f->effect == FACT_OPENS || f->effect == FACT_RESPONSIBLE;
    return is_about_service || is_consent(f) || is_objection(f);
}

bool explain_uses_fact(const struct bundle *b, size_t agreement, const struct fact_rule *f)
{
    if (basis_asks(b->agreements[agreement].confidentiality, f))
        return true;
    if (!conditions_can_ask(f))
        return false;
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct clause *c = &b->clauses[i];
        bool has_condition = c->agreement == agreement && c->when;
        if (!has_condition)
            continue;
        if (condition_asks(c->when->root, f))
            return true;
    }
    return false;
}

/* "whom (social care: package started) names", and the places that the table turns into services.
 */
static void put_who(const struct bundle *b, const struct fact_rule *f, struct buf *out)
{
    const struct fact_value *who = &f->who;
    if (who->from == FACT_SOURCE)
        buf_text(out, "who says (");
    else if (who->from == FACT_UNKNOWN)
        buf_text(out, "nobody can tell after (");
    else
        buf_text(out, "whom (");
    explain_kinds(b, f->on, f->on_count, NULL, out);
    buf_text(out, who->from == FACT_FIELD ? ") names" : ")");
    for (size_t i = 0; i < who->place_count; i++) {
        buf_format(out, "%s\"%.*s\" is ", i ? ", " : ", where ", SHOWN(who->places[i].text));
        explain_service(b, (uint16_t)who->places[i].service, out);
    }
}

static bool are_same_sayers(const struct sayers *a, const struct sayers *b)
{
    if (a->anybody != b->anybody || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!slice_equal(a->words[i], b->words[i]))
            return false;
    return true;
}

/* "; said by acute trust, social care" */
static void put_sayers(const char *how, const struct sayers *s, struct buf *out)
{
    bool are_all_roles = s->count >= LOAD_ROLES;
    buf_format(out, "; %s by ", how);
    if (s->anybody || are_all_roles)
        buf_text(out, "anybody");
    if (are_all_roles)
        return;
    for (size_t i = 0; i < s->count; i++) {
        buf_text(out, i ? ", " : "");
        explain_word(s->words[i], out);
    }
}

static void put_fact_word(const struct bundle *b, const struct fact_rule *f, struct buf *out)
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
        put_fact_word(b, f, out);
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
    bool same = f->closed_by_count && are_same_sayers(&f->by, &f->closers);
    put_sayers(same ? "said and ended" : "said", &f->by, out);
    if (f->closed_by_count && !same)
        put_sayers("ended", &f->closers, out);
}
