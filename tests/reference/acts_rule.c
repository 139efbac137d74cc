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

/* Of an episode the last two are kept as they were said. */
static void grow_old(struct rule *r, int episode)
{
    for (int i = 0; i < r->count; i++) {
        int later = 0;
        for (int j = 0; j < r->count; j++)
            later += r->events[j].episode == episode && !r->events[j].replaced &&
                     r->events[j].occurred_ms > r->events[i].occurred_ms;
        r->events[i].is_old |= r->events[i].episode == episode && later >= 2;
    }
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
    grow_old(r, ev->episode);
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

static void refuse_one(struct rule *r, int event, int to, int episode)
{
    r->refusals[r->refusal_count++] = (struct rule_refusal){
        .stands = true, .to = to, .root = root_of(r, event), .episode = episode, .first = RULE_NOBODY
    };
    end(r, event, to, RULE_KEPT);
}

/* Of an episode all that waits is refused, each by itself. */
static enum rule_end refuse(struct rule *r, const struct rule_act *x)
{
    int episode = x->word == WORD_REFUSE_EPISODE ? r->events[x->event].episode : 0;
    if (x->word == WORD_REFUSE_EPISODE && !episode)
        return END_INVALID; /* nothing can be said of what follows in none */
    refuse_one(r, x->event, x->to, episode);
    for (int i = 0; i < r->count && episode; i++)
        if (r->events[i].to[x->to].state == RULE_HELD && r->events[i].episode == episode)
            refuse_one(r, i, x->to, episode);
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

/* The no to an episode is one, whichever of its events it is of. */
static bool is_one_with(const struct rule_refusal *a, const struct rule_refusal *b)
{
    return a->stands && a->to == b->to &&
           (a->root == b->root || (a->episode && a->episode == b->episode));
}

static void open_kept(struct rule *r, int event, int to)
{
    if (r->events[event].to[to].state == RULE_KEPT && !rule_is_refused(r, event, to) &&
        by_facts(r, event, to, false) != RULE_KEPT)
        hold_again(r, event, to);
}

/* Nothing goes by it: what was kept back waits for people. Of what followed in an episode the latest
 * catches up (law 9), and waits too, as does what was named. */
static void open_again(struct rule *r, struct rule_refusal f, int named)
{
    bool was[RULE_REFUSALS_MAX];
    for (int i = 0; i < r->refusal_count; i++) {
        was[i] = is_one_with(&r->refusals[i], &f);
        r->refusals[i].stands &= !was[i];
    }
    for (int i = 0; i < r->refusal_count; i++) {
        int newest = newest_of(r, r->refusals[i].root);
        if (was[i] && !rule_is_refused(r, newest, f.to))
            hold_again(r, newest, f.to);
    }
    if (f.episode)
        open_kept(r, latest_of(r, f.episode), f.to);
    if (f.episode && !r->events[newest_of(r, named)].is_old)
        open_kept(r, newest_of(r, named), f.to);
}

/* By any version of what was refused, or by anything else of its episode that was not sent. */
static struct rule_refusal *refusal_of(struct rule *r, const struct rule_act *x)
{
    for (int any = 0; any < 2 && x->event < r->count; any++)
        for (int i = 0; i < r->refusal_count; i++) {
            struct rule_refusal *f = &r->refusals[i];
            if (any ? covers(r, f, x->event, x->to) && r->events[x->event].to[x->to].state != RULE_SENT
                    : f->stands && f->to == x->to && f->root == root_of(r, x->event))
                return f;
        }
    return NULL;
}

static enum rule_end reopen(struct rule *r, const struct rule_act *x)
{
    struct rule_refusal *f = refusal_of(r, x);
    if (!f)
        return END_NOT_REFUSED;
    enum rule_end how = who_may(r, x, f->first);
    for (int i = 0; i < r->refusal_count && how == END_FIRST; i++)
        if (is_one_with(&r->refusals[i], f))
            r->refusals[i].first = x->signers[0];
    if (how == END_DONE)
        open_again(r, *f, x->event);
    return how;
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
