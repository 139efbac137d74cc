/* acts.c - stories of what people do about what is held, on a router whose steps fail half way.
 *
 * Stays, corrections and restrictions of one person, of half of them under two keys that a local id
 * joins, where feeds carry what was refused; words of random people about random holds: release,
 * refuse, settle, reopen, by one, two or three, the same person twice, of the recipient's own
 * agency, who may not or whose time has ended, with another's key, too late, twice, after the hold
 * has ended. After each turn what became of each word, and of each event for each service, is what
 * acts_rule.c says; at the end the audit verifies, and the same follows from nothing without the
 * failures (law 5), so a step that failed left nothing behind. ACTS_STORIES (100), REFERENCE_SEED.
 * The first story that differs is printed. */
#include <stdio.h>
#include <stdlib.h>

#include "acts.h"
#include "acts_heard.h"
#include "base/clock.h"
#include "base/ids.h"

#define STORIES_A_REGION 40
#define ACTS_A_STORY_MAX 64
#define HOUR_MS ((int64_t)3600000)

static const char *const words[WORD_COUNT] = { "release",    "refuse",    "refuse-episode",
                                               "settle-yes", "settle-no", "reopen" };
static const char *const ends[] = { "done",       "first of two", "same person",
                                    "gone",       "nothing",      "not refused",
                                    "own agency", "again",        "invalid" };
static const char *const states[] = { "not asked", "sent", "held", "kept" };

struct told {
    bool is_act;
    enum rule_end end;
};
struct story {
    struct acts *w;
    struct ref_random *random;
    unsigned long number;
    struct rule rule;
    struct acts_said said;           /* their keys, and what a local id carries between them */
    int key;                         /* of the turn at hand */
    struct told turn[ACTS_TURN_MAX]; /* what the rule says of the turn at hand */
    size_t in_turn, heard;
    enum rule_state got[RULE_EVENTS_MAX][ACTS_TO];
    struct act signed_acts[ACTS_A_STORY_MAX]; /* to be put on the bus again */
    struct rule_act acts[ACTS_A_STORY_MAX];
    int act_count;
    unsigned long *ended; /* by enum rule_end */
    const char *wrong, *log;
    struct err *e;
};

static bool chance(struct story *s, unsigned percent)
{
    return ref_chance(s->random, percent);
}

static int below(struct story *s, int n)
{
    return (int)ref_below(s->random, (size_t)n);
}

static void note(struct story *s, const char *line)
{
    s->log = arena_format(&s->w->scratch, "%s  %s\n", s->log, line);
}

/* ---- events ---- */

static const char *id_of(struct story *s, unsigned kind, int n)
{
    return arena_format(&s->w->scratch, "0000019f%04x%04x%08lx%08x", kind, 0, s->number,
                        (unsigned)n);
}

static int64_t next_ms(void)
{
    static int64_t last_ms; /* no two at one moment */
    last_ms = last_ms ? last_ms + 1 : clock_wall_ms() - HOUR_MS;
    return last_ms;
}

/* By a clock that is a minute ahead: whoever signs knows all that was said before. */
static int64_t next_act_ms(void)
{
    static int64_t last_ms;
    int64_t now_ms = clock_wall_ms() + 60000;
    last_ms = last_ms < now_ms ? now_ms : last_ms + 1;
    return last_ms;
}

static bool say(struct story *s, struct acts_event *ev)
{
    s->turn[s->in_turn++] = (struct told){ .is_act = false };
    ev->local_id = s->rule.is_linked ? s->said.local_id : NULL;
    ev->is_by_local_id = s->rule.is_linked && s->key == 0;
    return acts_say(s->w, &s->said.keys[s->key], ev, s->e);
}

static bool object(struct story *s, const char *service, const char *kind, unsigned n)
{
    struct acts_event ev = { .service = service,
                             .type = "Consent",
                             .kind = kind,
                             .id = id_of(s, 2, (int)n),
                             .occurred_ms = next_ms(),
                             .set = (const char *[]){ "consent.recipient", "a2/s2", NULL } };
    return say(s, &ev);
}

static bool restrict_or_lift(struct story *s)
{
    static int n;
    bool *is = &s->rule.restricted[s->key];
    *is = !*is;
    struct acts_event ev = { .service = "a0/s0",
                             .type = "Restriction",
                             .kind = *is ? "raised" : "lifted",
                             .id = id_of(s, 3, n++),
                             .occurred_ms = next_ms(),
                             .set = (const char *[]){ "restriction.kind", "location", NULL } };
    note(s, *is ? "restricted: two must" : "restricted no more");
    return say(s, &ev);
}

/* Something that nobody has got; nor was reopened, for a person's word stands on that version. */
static int pick_original(struct story *s)
{
    int n = s->rule.count, from = n ? below(s, n) : 0;
    for (int i = 0; i < n; i++) {
        const struct rule_event *ev = &s->rule.events[(from + i) % n];
        bool good = !ev->replaced && ev->key == s->key;
        for (int to = 0; to < ACTS_TO; to++)
            good = good && ev->to[to].state != RULE_SENT && !ev->to[to].reopened;
        if (good)
            return (from + i) % n;
    }
    return RULE_NOBODY;
}

static struct rule_event some_stay(struct story *s)
{
    int original = chance(s, 30) ? pick_original(s) : RULE_NOBODY;
    struct rule_event x = { .key = s->key,
                            .fit = chance(s, 75) ? 0 : 1 + below(s, 2),
                            .episode = below(s, 3),
                            .occurred_ms = next_ms(),
                            .original = original };
    if (s->rule.is_linked && chance(s, 80))
        x.episode = 1;
    if (original >= 0)
        x.episode = s->rule.events[original].episode;
    if (original >= 0 && chance(s, 50))
        x.occurred_ms = s->rule.events[original].occurred_ms;
    return x;
}

static bool stay(struct story *s)
{
    static const char *const episodes[] = { NULL, "E1", "E2" };
    int n = s->rule.count;
    struct rule_event x = some_stay(s);
    if (n == RULE_EVENTS_MAX)
        return true;
    rule_tell(&s->rule, &x);
    struct acts_event ev = { .service = "a0/s0",
                             .type = "HospitalStay",
                             .kind = "admitted",
                             .id = id_of(s, 1, n),
                             .occurred_ms = x.occurred_ms,
                             .episode = episodes[x.episode],
                             .fit = x.fit,
                             .original = x.original < 0 ? NULL : id_of(s, 1, x.original),
                             .set = (const char *[]){ "stay.ward", "Ward 7", NULL } };
    note(s, arena_format(&s->w->scratch, "event %d, episode %d, fit %d, corrects %d, at %lld", n,
                         x.episode, x.fit, x.original, (long long)x.occurred_ms % HOUR_MS));
    return say(s, &ev);
}

/* ---- acts ---- */

/* Mostly where it says something. */
static void pick_hold(struct story *s, struct rule_act *x)
{
    const struct rule *r = &s->rule;
    int pairs = (r->count + 1) * ACTS_TO, from = below(s, pairs);
    bool wants_refused = x->word == WORD_REOPEN, any = chance(s, 12);
    for (int i = 0; i < pairs; i++) {
        x->event = ((from + i) % pairs) / ACTS_TO;
        x->to = ((from + i) % pairs) % ACTS_TO;
        if (x->event < r->count && r->events[x->event].key != s->key)
            continue;
        if (any || (x->event < r->count &&
                    (wants_refused ? rule_is_refused(r, x->event, x->to)
                                   : r->events[x->event].to[x->to].state == RULE_HELD)))
            return;
    }
    x->event = r->count;
}

static enum rule_word pick_word(struct story *s)
{
    static const unsigned usual[WORD_COUNT] = { 40, 14, 10, 10, 8, 18 };
    static const unsigned linked[WORD_COUNT] = { 18, 6, 34, 6, 4, 32 }; /* whose refusals go over */
    const unsigned *weights = s->rule.is_linked ? linked : usual;
    unsigned at = (unsigned)below(s, 100);
    size_t word = 0;
    while (at >= weights[word])
        at -= weights[word++];
    return (enum rule_word)word;
}

/* A hold of which somebody has said the first word of two; false: there is none. */
static bool pick_second(struct story *s, struct rule_act *x)
{
    int pairs = s->rule.count * ACTS_TO, from = below(s, pairs);
    for (int i = 0; i < pairs; i++) {
        x->event = ((from + i) % pairs) / ACTS_TO;
        x->to = ((from + i) % pairs) % ACTS_TO;
        const struct rule_hold *h = &s->rule.events[x->event].to[x->to];
        if (s->rule.events[x->event].key != s->key || h->state != RULE_HELD ||
            h->first == RULE_NOBODY)
            continue;
        x->word = chance(s, 80) ? h->said : pick_word(s);
        if (chance(s, 25))
            x->signers[x->count++] = h->first;
        return true;
    }
    return false;
}

/* Mostly people who may; no two of them the same. */
static void pick_signers(struct story *s, struct rule_act *x)
{
    int wanted = chance(s, 60) ? 1 : chance(s, 80) ? 2 : 3;
    for (int tries = 0; x->count < wanted && tries < 100; tries++) {
        int person = below(s, ACTS_PEOPLE);
        const struct acts_person *p = &s->w->people[person];
        bool is_there = (!p->may || p->has_ended) && !chance(s, 5);
        for (int i = 0; i < x->count; i++)
            is_there |= x->signers[i] == person;
        if (!is_there)
            x->signers[x->count++] = person;
    }
    if (!x->count)
        x->count = 1;
}

static struct act sign(struct story *s, const struct rule_act *x)
{
    const char *on =
        arena_format(&s->w->scratch, "%s:%s", id_of(s, 1, x->event), acts_service(x->to));
    struct act a = { .region = SLICE(ACTS_REGION),
                     .verb = slice_text(words[x->word]),
                     .on = slice_text(on),
                     .subject = s->said.keys[s->key],
                     .reason = SLICE("rang the ward"),
                     .at_ms = next_act_ms() - (x->is_old ? 8 * 24 * HOUR_MS : 0) };
    for (int i = 0; i < x->count; i++)
        acts_sign(&a, x->signers[i],
                  x->is_forged && i == 0 ? (x->signers[0] + 1) % ACTS_PEOPLE : x->signers[i]);
    if (x->is_twice)
        acts_sign(&a, x->signers[0], x->signers[0]);
    return a;
}

static void note_act(struct story *s, const struct rule_act *x, enum rule_end end)
{
    const char *by = "";
    for (int i = 0; i < x->count; i++)
        by = arena_format(&s->w->scratch, "%s p%d (a%d)", by, x->signers[i],
                          s->w->people[x->signers[i]].agency);
    note(s, arena_format(&s->w->scratch, "%s event %d for %s by%s%s%s%s%s: %s", words[x->word],
                         x->event, acts_service(x->to), by, x->is_forged ? ", forged" : "",
                         x->is_twice ? ", signed twice" : "", x->is_old ? ", old" : "",
                         x->was_done ? ", done before" : "", ends[end]));
}

/* A new one, or one that was put on the bus before. */
static void act(struct story *s)
{
    int n = s->act_count;
    if (n == ACTS_A_STORY_MAX)
        return;
    if (n && chance(s, 8) && s->acts[n - 1].key == s->key) {
        n = below(s, n);
        while (s->acts[n].key != s->key)
            n++;
    } else {
        struct rule_act x = { .key = s->key, .word = pick_word(s) };
        if (!chance(s, 35) || !pick_second(s, &x))
            pick_hold(s, &x);
        pick_signers(s, &x);
        x.is_forged = chance(s, 4);
        x.is_twice = chance(s, 4);
        x.is_old = chance(s, 3);
        s->acts[n] = x;
        s->signed_acts[n] = sign(s, &x);
        s->act_count++;
    }
    enum rule_end end = rule_take(&s->rule, &s->acts[n]);
    note_act(s, &s->acts[n], end);
    /* What was refused was not done. */
    s->acts[n].was_done |= end != END_OWN_AGENCY && end != END_INVALID;
    s->turn[s->in_turn++] = (struct told){ .is_act = true, .end = end };
    s->ended[end]++;
    acts_submit(s->w, &s->signed_acts[n]);
}

/* ---- what the router made of it ---- */

static void take_decision(struct story *s, const struct audit_decision *d)
{
    for (int i = 0; i < s->rule.count; i++)
        for (int to = 0; to < ACTS_TO; to++)
            if (slice_equal_text(d->event_id, id_of(s, 1, i)) &&
                slice_equal_text(d->recipient, acts_service(to)))
                s->got[i][to] = acts_state(d);
}

/* One entry for each of the turn, in its order. */
static bool take_entry(void *ctx, int partition, const struct audit_read *r)
{
    struct story *s = ctx;
    size_t n = s->heard++;
    (void)partition;
    if (n >= s->in_turn) {
        s->wrong = "more was decided than was said";
        return true;
    }
    const struct told *t = &s->turn[n];
    if (t->is_act ? !slice_equal_text(r->kind, "hold-act") && !slice_equal_text(r->kind, "refused")
                  : !slice_equal_text(r->kind, "event"))
        s->wrong = "an entry of another kind";
    else if (t->is_act && acts_end(r) != t->end)
        s->wrong = arena_format(&s->w->scratch, "an act ended otherwise: %s, wanted %s (%.*s)",
                                ends[acts_end(r)], ends[t->end], SHOWN(r->note));
    for (size_t i = 0; i < r->decision_count; i++)
        take_decision(s, &r->decisions[i]);
    return true;
}

/* What was refused under one key, under the other. */
static bool take_carried(void *ctx, int partition, const struct audit_read *r)
{
    struct story *s = ctx;
    (void)partition;
    if (!slice_equal_text(r->kind, "hold-act") && !slice_equal_text(r->kind, "duplicate"))
        s->wrong = arena_format(&s->w->scratch, "what was carried became %.*s %.*s", SHOWN(r->kind),
                                SHOWN(r->note));
    for (size_t i = 0; i < r->decision_count; i++)
        take_decision(s, &r->decisions[i]);
    return true;
}

/* Sooner or later, and now and then all of it again. */
static bool carry(struct story *s)
{
    if (chance(s, 30))
        return true;
    if (!acts_carry(s->w, &s->said, take_carried, s, s->e))
        return false;
    rule_carry(&s->rule);
    if (!chance(s, 12))
        return true;
    note(s, "all that was carried comes again");
    rule_carry_again(&s->rule);
    return acts_carry_again(s->w, &s->said, take_carried, s, s->e);
}

static void compare(struct story *s)
{
    if (s->heard != s->in_turn)
        s->wrong = "less was decided than was said";
    for (int i = 0; i < s->rule.count && !s->wrong; i++)
        for (int to = 0; to < ACTS_TO && !s->wrong; to++)
            if (s->got[i][to] != s->rule.events[i].to[to].state)
                s->wrong = arena_format(&s->w->scratch, "event %d for %s is %s, wanted %s", i,
                                        acts_service(to), states[s->got[i][to]],
                                        states[s->rule.events[i].to[to].state]);
}

/* ---- a story ---- */

static bool end_turn(struct story *s)
{
    s->heard = 0;
    if (!acts_turn(s->w, take_entry, s, s->e))
        return false;
    if (s->rule.is_linked && !carry(s))
        return false;
    if (!s->wrong)
        compare(s);
    note(s, "--");
    s->in_turn = 0;
    return !s->wrong;
}

/* One agency's no to a2/s2, and another's yes to it, or not. */
static bool begin(struct story *s)
{
    static const char *const says[] = { "no objection", "an objection of a0", "a0's no, a1's yes" };
    const unsigned n = 2 * (unsigned)s->key;
    enum rule_objection is = chance(s, 60)   ? RULE_DISPUTED
                             : chance(s, 80) ? RULE_NONE
                                             : RULE_STANDS;
    s->rule.objection[s->key] = is;
    note(s, says[is]);
    if (is != RULE_NONE && (!object(s, "a0/s0", "objection_recorded", n) || !end_turn(s)))
        return false;
    return is != RULE_DISPUTED || (object(s, "a1/s1", "objection_lifted", n + 1) && end_turn(s));
}

static bool run_turn(struct story *s, bool of_acts)
{
    s->key = s->rule.is_linked ? below(s, ACTS_KEYS) : 0;
    note(s, s->key ? "under the number:" : "under the first key:");
    for (int left = 1 + below(s, ACTS_TURN_MAX); left > 0; left--)
        if (of_acts)
            act(s);
        else if (!(chance(s, 25) ? restrict_or_lift(s) : stay(s)))
            return false;
    return end_turn(s);
}

static bool run_story(struct story *s)
{
    s->rule.people = s->w->people;
    s->rule.is_linked = chance(s, 50);
    s->said.local_id = arena_format(&s->w->scratch, "L%lu", s->number);
    for (s->key = 0; s->key < (s->rule.is_linked ? ACTS_KEYS : 1); s->key++) {
        uint8_t hash[HASH_BYTES];
        const char *name = arena_format(&s->w->scratch, "story %lu.%d", s->number, s->key);
        sha256(slice_text(name), hash);
        memcpy(s->said.keys[s->key].b, hash, ID_BYTES);
    }
    for (s->key = 0; s->key < (s->rule.is_linked ? ACTS_KEYS : 1); s->key++)
        if (!begin(s))
            return false;
    if (!run_turn(s, false))
        return false;
    for (int turns = 6 + below(s, 8); turns > 0; turns--)
        if (!run_turn(s, chance(s, 70)))
            return false;
    return true;
}

static unsigned long number_from(const char *name, unsigned long usual)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : usual;
}

/* Stories of one region, and then its audit. */
static bool run_region(struct acts *w, unsigned long *number, unsigned long last,
                       unsigned long *ended, struct err *e)
{
    bool good = true;
    for (unsigned long n = 0; good && n < STORIES_A_REGION && *number < last; n++, ++*number) {
        arena_reset(&w->scratch);
        struct story *s = ARENA_NEW(&w->scratch, struct story);
        s->w = w;
        s->random = w->random;
        s->number = *number;
        s->ended = ended;
        s->log = "";
        s->e = e;
        good = run_story(s);
        if (!good)
            printf("FAILED: story %lu: %s %s\n%s", s->number, s->wrong ? s->wrong : "", e->text,
                   s->log);
    }
    return good && acts_agree(w, e);
}

int main(void)
{
    unsigned long stories = number_from("ACTS_STORIES", 100), number = 0;
    unsigned long seed = number_from("REFERENCE_SEED", 20261130);
    unsigned long ended[END_INVALID + 1] = { 0 };
    struct ref_random r = { .state = seed };
    struct arena a;
    struct problems p = { .count = 0 };
    struct err e = { .fate = ERR_NONE };
    static struct acts w;
    arena_init(&a, (size_t)64 << 20);
    const struct catalogue *c = catalogue_load(&a, SOURCE_DIR "/schemas", &p);
    bool good = c != NULL, is_whole = true;
    while (good && number < stories) {
        good = acts_open(&w, &r, c, &e) && run_region(&w, &number, stories, ended, &e);
        acts_close(&w);
    }
    printf("seed %lu, %lu stories; steps that failed: %lu (%lu at the commit, %lu restarts); acts:",
           seed, number, w.failed, w.refused_commits, w.restarts);
    for (size_t i = 0; i <= END_INVALID; i++) {
        printf(" %lu %s%s", ended[i], ends[i], i < END_INVALID ? "," : "");
        is_whole = is_whole && (stories < 100 || ended[i] > 0);
    }
    printf(": %s %s\n", good && is_whole ? "all equal" : "FAILED", e.text);
    problems_release(&p);
    arena_release(&a);
    return good && is_whole ? 0 : 1;
}
