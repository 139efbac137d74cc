/* decide_ratio.c - how many times faster the compiled engine is than the one written for
 * clarity. */
#include "decide_ratio.h"

#include <stdlib.h>
#include <time.h>

#include "engine.h"

#define ENGINE_ROUNDS 50 /* it is too fast to be timed once */
#define EVENTS_MAX 200
#define TRIES_MAX 20000

struct pair {
    struct arena life, scratch;
    struct ref_random random;
    struct ref_case of;
    const struct bundle *bundle;
};

static double thread_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The reference's dice may give two agreements one name, which no bundle may have: then once
 * more. */
static bool open_pair(struct pair *p, const struct catalogue *c, size_t clauses, struct err *e)
{
    struct ref_size size = { 15, 41, (clauses + 49) / 50, clauses, 24 };
    *p = (struct pair){ .random = { clauses + 1 } };
    arena_init(&p->life, (size_t)4 << 30);
    arena_init(&p->scratch, (size_t)1 << 30);
    p->of = (struct ref_case){ .catalogue = c };
    for (int i = 0; !p->bundle && i < 20; i++) {
        arena_reset(&p->life);
        p->of.bundle = ref_random_bundle(&p->life, &p->random, c, size);
        p->bundle = ref_load(&p->life, &p->of, false, false);
    }
    return p->bundle || err_set(e, ERR_FATAL, "bench.bundle", 0, "cannot load a random bundle");
}

/* One event, asked of both; false also when there is nobody to decide for. */
static bool time_event(struct pair *p, struct ratio *r, struct err *e)
{
    struct ref_question *q = ARENA_NEW(&p->scratch, struct ref_question);
    struct ref_decision *decisions;
    struct judged out;
    size_t count = 0;
    if (!q || !ref_ask(&p->scratch, &p->of, p->bundle, -1, q, &out, e) || out.decision_count == 0)
        return false;
    struct arena_saved saved = arena_save(&p->scratch);
    double from = thread_us();
    ref_decide(&p->scratch, &p->of, &decisions, &count);
    r->reference_us += thread_us() - from;
    from = thread_us();
    for (int i = 0; i < ENGINE_ROUNDS; i++) {
        arena_rewind(&p->scratch, saved);
        if (!judge_decide(&q->in, &p->scratch, &out, e))
            return false;
    }
    r->engine_us += (thread_us() - from) / ENGINE_ROUNDS;
    return count == out.decision_count;
}

bool decide_ratio(const struct catalogue *c, size_t clauses, double seconds, struct ratio *out,
                  struct err *e)
{
    struct pair p;
    bool good = open_pair(&p, c, clauses, e);
    *out = (struct ratio){ .events = 0 };
    for (size_t tries = 0; good && tries < TRIES_MAX && out->events < EVENTS_MAX &&
                           (out->events == 0 || out->reference_us < seconds * 1e6);
         tries++) {
        arena_reset(&p.scratch);
        p.of.at_ms = ref_random_moment(&p.random, p.of.bundle);
        p.of.facts = ref_random_facts(&p.scratch, &p.random, p.of.bundle, p.of.at_ms, c);
        p.of.event = ref_random_event(&p.scratch, &p.random, p.of.bundle, c, p.of.at_ms);
        out->events += time_event(&p, out, e);
        good = e->fate == ERR_NONE;
    }
    if (out->events > 0) {
        out->engine_us /= (double)out->events;
        out->reference_us /= (double)out->events;
    }
    arena_release(&p.scratch);
    arena_release(&p.life);
    return good;
}
