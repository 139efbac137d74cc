/* acts_rule.c - the rule of acts_rule.h. */
#include "acts_rule.h"

/* ---- what is decided ---- */

static int root_of(const struct rule *r, int event)
{
    while (r->events[event].original >= 0)
        event = r->events[event].original;
    return event;
}

static int newest_of(const struct rule *r, int event)
{
    for (int i = event + 1; i < r->count; i++)
        if (r->events[i].original == event)
            event = i;
    return event;
}

static bool covers(const struct rule *r, const struct rule_refusal *x, int event, int to)
{
    const struct rule_event *ev = &r->events[event];
    return x->stands && x->to == to &&
           (x->root == root_of(r, event) || (x->episode && x->episode == ev->episode));
}

/* A refusal lasts, above every other gate. */
bool rule_is_refused(const struct rule *r, int event, int to)
{
    for (int i = 0; i < r->refusal_count; i++)
        if (covers(r, &r->refusals[i], event, to))
            return true;
    return false;
}

/* By the facts as they are; what cannot be told is held, or goes where people have released it. */
static enum rule_state by_facts(const struct rule *r, int event, int to, bool released)
{
    bool is_unsure = to == 0 ? r->events[event].fit == 0 : r->objection == RULE_DISPUTED;
    bool is_shut = to == 0 ? r->events[event].fit == 2 : r->objection == RULE_STANDS;
    if (is_shut)
        return RULE_KEPT;
    return is_unsure && !released ? RULE_HELD : RULE_SENT;
}

static void end(struct rule *r, int event, int to, enum rule_state state)
{
    r->events[event].to[to] = (struct rule_hold){ .state = state, .first = RULE_NOBODY };
}

/* A correction takes the place of what was held. */
void rule_tell(struct rule *r, const struct rule_event *ev)
{
    int n = r->count++, original = ev->original;
    r->events[n] = *ev;
    for (int to = 0; to < ACTS_TO; to++) {
        if (original >= 0)
            end(r, original, to, RULE_KEPT);
        end(r, n, to, rule_is_refused(r, n, to) ? RULE_KEPT : by_facts(r, n, to, false));
    }
    if (original >= 0)
        r->events[original].replaced = true;
}

/* ---- who may ---- */

static bool may(const struct rule *r, int person)
{
    return r->people[person].may && !r->people[person].has_ended;
}

/* Signed in time by people who are named and may, each once, by their own keys. */
static bool is_valid(const struct rule *r, const struct rule_act *x)
{
    for (int i = 0; i < x->count; i++)
        if (!may(r, x->signers[i]))
            return false;
    return !x->is_forged && !x->is_twice && !x->is_old;
}

/* Two people are two different people; one of those who agree, and the only one where one is
 * enough, is not of the recipient's agency. */
static enum rule_end who_may(const struct rule *r, const struct rule_act *x, int first)
{
    bool agree[ACTS_PEOPLE] = { false };
    int n = 0, outsiders = 0;
    for (int i = 0; i < x->count; i++)
        agree[x->signers[i]] = true;
    if (first != RULE_NOBODY)
        agree[first] = true;
    for (int i = 0; i < ACTS_PEOPLE; i++) {
        n += agree[i];
        outsiders += agree[i] && r->people[i].agency != x->to + 1;
    }
    if (n < (r->restricted ? 2 : 1))
        return first == RULE_NOBODY ? END_FIRST : END_SAME;
    return outsiders ? END_DONE : END_OWN_AGENCY;
}

/* ---- what follows ---- */

static enum rule_end refuse(struct rule *r, const struct rule_act *x)
{
    struct rule_refusal *f = &r->refusals[r->refusal_count++];
    const struct rule_event *ev = &r->events[x->event];
    *f = (struct rule_refusal){ .stands = true,
                                .to = x->to,
                                .root = root_of(r, x->event),
                                .episode = x->word == WORD_REFUSE_EPISODE ? ev->episode : 0,
                                .first = RULE_NOBODY };
    for (int i = 0; i < r->count; i++)
        if (r->events[i].to[x->to].state == RULE_HELD && covers(r, f, i, x->to))
            end(r, i, x->to, RULE_KEPT);
    return END_DONE;
}

/* The conflict ends as a fact, for all that rests on it. */
static enum rule_end settle(struct rule *r, const struct rule_act *x)
{
    if (x->to != 1 || r->objection != RULE_DISPUTED)
        return END_NOTHING;
    r->objection = x->word == WORD_YES ? RULE_NONE : RULE_STANDS;
    for (int i = 0; i < r->count; i++)
        if (r->events[i].to[1].state == RULE_HELD && !r->events[i].to[1].reopened)
            end(r, i, 1, by_facts(r, i, 1, false));
    return END_DONE;
}

static void hold_again(struct rule *r, int event, int to)
{
    end(r, event, to, RULE_HELD);
    r->events[event].to[to].reopened = true;
}

/* The latest of an episode, of what stands, by what each says. */
static int latest_of(const struct rule *r, int episode)
{
    int latest = RULE_NOBODY;
    for (int i = 0; i < r->count; i++)
        if (r->events[i].episode == episode && !r->events[i].replaced &&
            (latest < 0 || r->events[i].occurred_ms > r->events[latest].occurred_ms))
            latest = i;
    return latest;
}

/* Nothing goes by it: what was kept back waits for people, but for what another refusal keeps. Of
 * the rest of an episode the latest catches up (law 9). */
static void open_again(struct rule *r, const struct rule_refusal *x, int event, int to)
{
    int newest = newest_of(r, event);
    if (!rule_is_refused(r, newest, to))
        hold_again(r, newest, to);
    int latest = x->episode ? latest_of(r, x->episode) : newest;
    if (latest != newest && r->events[latest].to[to].state == RULE_KEPT &&
        !rule_is_refused(r, latest, to) && by_facts(r, latest, to, false) != RULE_KEPT)
        hold_again(r, latest, to);
}

static struct rule_refusal *refusal_of(struct rule *r, const struct rule_act *x)
{
    for (int i = 0; i < r->refusal_count && x->event < r->count; i++)
        if (r->refusals[i].stands && r->refusals[i].to == x->to &&
            r->refusals[i].root == root_of(r, x->event))
            return &r->refusals[i];
    return NULL;
}

static enum rule_end reopen(struct rule *r, const struct rule_act *x)
{
    struct rule_refusal *f = refusal_of(r, x);
    if (!f)
        return END_NOT_REFUSED;
    enum rule_end how = who_may(r, x, f->first);
    if (how == END_FIRST)
        f->first = x->signers[0];
    if (how != END_DONE)
        return how;
    f->stands = false;
    open_again(r, f, x->event, x->to);
    return END_DONE;
}

/* Whoever said first what is said now; of a hold the last first word is kept. */
static enum rule_end decide(struct rule *r, const struct rule_act *x)
{
    struct rule_hold *h = &r->events[x->event].to[x->to];
    bool said_so = h->first != RULE_NOBODY && h->said == x->word;
    enum rule_end how = who_may(r, x, said_so ? h->first : RULE_NOBODY);
    if (how == END_FIRST) {
        h->first = x->signers[0];
        h->said = x->word;
    }
    if (how != END_DONE)
        return how;
    if (x->word != WORD_RELEASE)
        return settle(r, x);
    end(r, x->event, x->to, by_facts(r, x->event, x->to, true));
    return END_DONE;
}

enum rule_end rule_take(struct rule *r, const struct rule_act *x)
{
    if (!is_valid(r, x))
        return END_INVALID;
    if (x->was_done)
        return END_AGAIN;
    if (x->word == WORD_REOPEN)
        return reopen(r, x);
    if (x->event >= r->count || r->events[x->event].to[x->to].state != RULE_HELD)
        return END_GONE;
    if (x->word == WORD_REFUSE || x->word == WORD_REFUSE_EPISODE)
        return refuse(r, x);
    return decide(r, x);
}
