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
    return x->under[ev->key].stands && x->to == to &&
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
    const struct rule_event *ev = &r->events[event];
    enum rule_objection objection = r->objection[ev->key];
    bool is_unsure = to == 0 ? ev->fit == 0 : objection == RULE_DISPUTED;
    bool is_shut = to == 0 ? ev->fit == 2 : objection == RULE_STANDS;
    if (is_shut)
        return RULE_KEPT;
    return is_unsure && !released ? RULE_HELD : RULE_SENT;
}

static void end(struct rule *r, int event, int to, enum rule_state state)
{
    r->events[event].to[to] = (struct rule_hold){ .state = state, .first = RULE_NOBODY };
}

static bool is_of(const struct rule_event *ev, int key, int episode)
{
    return ev->key == key && ev->episode == episode;
}

/* Of an episode the last two are kept as they were said. */
static void grow_old(struct rule *r, int key, int episode)
{
    for (int i = 0; i < r->count; i++) {
        int later = 0;
        for (int j = 0; j < r->count; j++)
            later += is_of(&r->events[j], key, episode) && !r->events[j].replaced &&
                     r->events[j].occurred_ms > r->events[i].occurred_ms;
        r->events[i].is_old |= is_of(&r->events[i], key, episode) && later >= 2;
    }
}

/* ---- what goes over ---- */

/* Of one refusal what was said last counts. */
static void say(struct rule *r, const struct rule_said *x)
{
    int n = 0;
    if (!r->is_linked)
        return;
    for (int i = 0; i < r->said_count; i++)
        if (r->said[i].refusal != x->refusal)
            r->said[n++] = r->said[i];
    r->said[n++] = *x;
    r->said_count = n;
}

static void say_over(struct rule *r, int refusal, int key)
{
    const struct rule_known *k = &r->refusals[refusal].under[key];
    say(r, &(struct rule_said){ .refusal = refusal, .by = k->by, .by_two = k->by_two });
}

/* A refusal that has one more version is told again. */
static void tell_versions(struct rule *r, int event)
{
    for (int i = 0; i < r->refusal_count; i++)
        if (r->refusals[i].under[r->events[event].key].stands &&
            r->refusals[i].root == root_of(r, event))
            say(r, &(struct rule_said){ .refusal = i, .stands = true });
}

/* ---- what is told ---- */

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
    grow_old(r, ev->key, ev->episode);
    if (original >= 0)
        tell_versions(r, n);
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
    if (n < (r->restricted[x->key] ? 2 : 1))
        return first == RULE_NOBODY ? END_FIRST : END_SAME;
    return outsiders ? END_DONE : END_OWN_AGENCY;
}

/* ---- what follows ---- */

static void stand(struct rule *r, int refusal, int key)
{
    r->refusals[refusal].under[key] =
        (struct rule_known){ .stands = true, .order = ++r->orders, .first = RULE_NOBODY };
    say(r, &(struct rule_said){ .refusal = refusal, .stands = true });
}

static void refuse_one(struct rule *r, int event, int to, int episode)
{
    int n = r->refusal_count++, key = r->events[event].key;
    r->refusals[n] = (struct rule_refusal){
        .act = r->acts, .key = key, .to = to, .root = root_of(r, event), .episode = episode
    };
    stand(r, n, key);
    end(r, event, to, RULE_KEPT);
}

/* Of an episode all that waits is refused, each by itself. */
static void refuse_episode(struct rule *r, int key, int to, int episode)
{
    for (int i = 0; i < r->count && episode; i++)
        if (r->events[i].to[to].state == RULE_HELD && is_of(&r->events[i], key, episode))
            refuse_one(r, i, to, episode);
}

static enum rule_end refuse(struct rule *r, const struct rule_act *x)
{
    int episode = x->word == WORD_REFUSE_EPISODE ? r->events[x->event].episode : 0;
    if (x->word == WORD_REFUSE_EPISODE && !episode)
        return END_INVALID; /* nothing can be said of what follows in none */
    r->acts++;
    refuse_one(r, x->event, x->to, episode);
    refuse_episode(r, x->key, x->to, episode);
    return END_DONE;
}

/* The conflict ends as a fact, for all that rests on it. */
static enum rule_end settle(struct rule *r, const struct rule_act *x)
{
    if (x->to != 1 || r->objection[x->key] != RULE_DISPUTED)
        return END_NOTHING;
    r->objection[x->key] = x->word == WORD_YES ? RULE_NONE : RULE_STANDS;
    for (int i = 0; i < r->count; i++)
        if (r->events[i].key == x->key && r->events[i].to[1].state == RULE_HELD &&
            !r->events[i].to[1].reopened)
            end(r, i, 1, by_facts(r, i, 1, false));
    return END_DONE;
}

static void hold_again(struct rule *r, int event, int to)
{
    end(r, event, to, RULE_HELD);
    r->events[event].to[to].reopened = true;
}

/* The latest of an episode, of what stands, by what each says. */
static int latest_of(const struct rule *r, int key, int episode)
{
    int latest = RULE_NOBODY;
    for (int i = 0; i < r->count; i++)
        if (is_of(&r->events[i], key, episode) && !r->events[i].replaced &&
            (latest < 0 || r->events[i].occurred_ms > r->events[latest].occurred_ms))
            latest = i;
    return latest;
}

/* The no to an episode is one, whichever of its events it is of. */
static bool is_one_with(const struct rule_refusal *a, const struct rule_refusal *b, int key)
{
    return a->under[key].stands && a->to == b->to &&
           (a->root == b->root || (a->episode && a->episode == b->episode));
}

static void open_kept(struct rule *r, int event, int to)
{
    if (r->events[event].to[to].state == RULE_KEPT && !rule_is_refused(r, event, to) &&
        by_facts(r, event, to, false) != RULE_KEPT)
        hold_again(r, event, to);
}

/* Who takes a refusal back, under one key. From the other key it is what was refused by that very
 * act. */
struct opening {
    struct rule_refusal x;
    int key, named, by; /* named: RULE_NOBODY: nothing that is here */
    bool by_two, is_carried;
};

static void lift(struct rule *r, int refusal, const struct opening *o)
{
    struct rule_known *k = &r->refusals[refusal].under[o->key];
    k->stands = false;
    k->over = true;
    k->by = o->by;
    k->by_two = o->by_two;
    say_over(r, refusal, o->key);
}

/* Of what it takes back and has not yet what was said there first; RULE_NOBODY: nothing. The other
 * key hears in this order. While one no still stands there, what another covered stays kept. */
static int next_opened(const struct rule *r, const struct opening *o)
{
    int found = RULE_NOBODY;
    for (int i = 0; i < r->refusal_count; i++) {
        const struct rule_refusal *x = &r->refusals[i];
        if (!is_one_with(x, &o->x, o->key) || (o->is_carried && x->act != o->x.act))
            continue;
        if (found < 0 || x->under[o->key].order < r->refusals[found].under[o->key].order)
            found = i;
    }
    return found;
}

/* Nothing goes by it: what was kept back waits for people. Of what followed in an episode the
 * latest catches up (law 9), and waits too, as does what was named. */
static void open_again(struct rule *r, const struct opening *o)
{
    const int to = o->x.to, episode = o->x.episode;
    bool was[RULE_REFUSALS_MAX] = { false };
    for (int i = next_opened(r, o); i >= 0; i = next_opened(r, o)) {
        was[i] = true;
        lift(r, i, o);
    }
    for (int i = 0; i < r->refusal_count; i++) {
        int newest = newest_of(r, r->refusals[i].root);
        if (was[i] && r->refusals[i].key == o->key && !rule_is_refused(r, newest, to))
            hold_again(r, newest, to);
    }
    int latest = episode ? latest_of(r, o->key, episode) : RULE_NOBODY;
    int named = episode && o->named >= 0 ? newest_of(r, o->named) : RULE_NOBODY;
    if (latest >= 0)
        open_kept(r, latest, to);
    if (named >= 0 && !r->events[named].is_old)
        open_kept(r, named, to);
}

/* Where two must take it back, one of them is the first. */
static void note_first(struct rule *r, const struct rule_refusal *x, int key, int by)
{
    for (int i = 0; i < r->refusal_count; i++)
        if (is_one_with(&r->refusals[i], x, key))
            r->refusals[i].under[key].first = by;
}

/* By any version of what was refused, or by anything else of its episode that was not sent. */
static struct rule_refusal *refusal_of(struct rule *r, const struct rule_act *x)
{
    struct rule_refusal *found = NULL;
    for (int any = 0; any < 2 && x->event < r->count && !found; any++)
        for (int i = 0; i < r->refusal_count; i++) {
            struct rule_refusal *f = &r->refusals[i];
            if (found && f->under[x->key].order > found->under[x->key].order)
                continue;
            if (any ? covers(r, f, x->event, x->to) &&
                          r->events[x->event].to[x->to].state != RULE_SENT
                    : f->under[x->key].stands && f->to == x->to && f->root == root_of(r, x->event))
                found = f;
        }
    return found;
}

static enum rule_end reopen(struct rule *r, const struct rule_act *x)
{
    const struct rule_refusal *f = refusal_of(r, x);
    if (!f)
        return END_NOT_REFUSED;
    enum rule_end how = who_may(r, x, f->under[x->key].first);
    if (how == END_FIRST)
        note_first(r, f, x->key, x->signers[0]);
    if (how == END_DONE)
        open_again(r, &(struct opening){ .x = *f,
                                         .key = x->key,
                                         .named = x->event,
                                         .by = x->signers[0],
                                         .by_two = r->restricted[x->key] || x->count > 1 });
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

/* ---- what comes from the other key ---- */

static void hear_no(struct rule *r, int refusal, int key)
{
    const struct rule_refusal *x = &r->refusals[refusal];
    if (x->under[key].over)
        say_over(r, refusal, key);
    if (x->under[key].over || x->under[key].stands)
        return;
    const int was = r->acts;
    r->acts = x->act;
    stand(r, refusal, key);
    refuse_episode(r, key, x->to, x->episode);
    r->acts = was;
}

static void hear_over(struct rule *r, const struct rule_said *said, int key)
{
    struct rule_refusal *x = &r->refusals[said->refusal];
    struct rule_known *k = &x->under[key];
    const bool is_enough = said->by_two || !r->restricted[key];
    if (!k->stands && !k->over && is_enough)
        *k = (struct rule_known){ .over = true, .by = said->by, .by_two = said->by_two };
    else if (k->stands && !is_enough)
        note_first(r, x, key, said->by);
    else if (k->stands)
        open_again(r, &(struct opening){ .x = *x,
                                         .key = key,
                                         .named = x->key == key ? x->root : RULE_NOBODY,
                                         .by = said->by,
                                         .by_two = said->by_two,
                                         .is_carried = true });
}

static void hear(struct rule *r, const struct rule_said *said)
{
    for (int key = 0; key < ACTS_KEYS; key++)
        if (said->stands)
            hear_no(r, said->refusal, key);
        else
            hear_over(r, said, key);
}

void rule_carry(struct rule *r)
{
    while (r->said_count) {
        const int from = r->heard_count, n = r->said_count;
        memcpy(&r->heard[from], r->said, (size_t)n * sizeof r->said[0]);
        r->heard_count += n;
        r->said_count = 0;
        for (int i = from; i < from + n; i++)
            hear(r, &r->heard[i]);
    }
}

void rule_carry_again(struct rule *r)
{
    const int n = r->heard_count;
    for (int i = 0; i < n; i++)
        hear(r, &r->heard[i]);
    rule_carry(r);
}
