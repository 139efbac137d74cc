/* decide_bench.c - how fast one event is decided for all services, and how fast rules are loaded.
 *
 *   decide_bench [SECONDS [CLAUSES...]]      default: 2 seconds a figure, 10 100 1000 10000 clauses
 *   decide_bench fixed EVENTS [CLAUSES...]   so many events a stage, to compare versions by
 * instructions
 *
 * Measured is judge_decide (reading the event's header, the facts as they are, every candidate
 * service, all prohibitions: what the router calls before it projects), then judge_event whole
 * (facts changed, disclosures projected, doors told), then the reference evaluator beside the
 * engine (decide_ratio.c). All by the processor time of the thread, so that neighbours on the
 * machine do not count. A decision is one (event, service): every event is decided for the 40
 * services that are not its source, at once, so that a decision's time is a fortieth of the
 * event's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "decide_ratio.h"
#include "decide_reload.h"
#include "made_region.h"
#include "sharing/facts/person.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/load.h"

#define CASES 512
#define SAMPLES 200000

struct bench {
    struct arena rules, cases, scratch;
    const struct catalogue *catalogue;
    const struct bundle *bundle;
    struct judge_keys keys;
    struct person people[CASES];
    struct judge_input in[CASES];
    uint32_t *sample_ns;
    double seconds;
    size_t fixed;          /* events a stage; 0: as many as there is time for */
    struct reload *reload; /* NULL: the rules stay */
    struct err e;
};

static double thread_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool load_rules(struct bench *b, const char *folder, double *seconds)
{
    struct problems p = { 0 };
    char text[400];
    double from = thread_seconds();
    b->bundle = bundle_load(&b->rules, folder, b->catalogue, &p);
    *seconds = thread_seconds() - from;
    for (size_t i = 0; i < p.count && i < 10; i++)
        fprintf(stderr, "%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return b->bundle != NULL;
}

/* Compiling alone: once more, over what was loaded. */
static double compile_seconds(struct bench *b)
{
    struct problems p = { 0 };
    struct bundle bundle = *b->bundle;
    struct compiled compiled = *b->bundle->compiled;
    struct loader l = { .reader = { .arena = &b->scratch, .problems = &p },
                        .bundle = &bundle,
                        .compiled = &compiled };
    bundle.compiled = &compiled;
    double from = thread_seconds();
    bool good = load_compile(&l);
    double took = thread_seconds() - from;
    arena_reset(&b->scratch);
    return good ? took : -1;
}

static bool make_cases(struct bench *b)
{
    struct dice d = { 1234567890123456789u };
    struct judged out;
    for (size_t i = 0; i < CASES; i++) {
        struct judge_input *in = &b->in[i];
        if (!made_person(b->bundle, &b->cases, &d, &b->people[i], &b->e))
            return false;
        *in = (struct judge_input){ .keys = &b->keys, .facts = &b->people[i] };
        memset(in->subject.b, (int)(i & 0xff), ID_BYTES);
        for (size_t tries = 0; tries < 5000; tries++) { /* an event that some clause shares */
            if (!made_event(b->bundle, &b->cases, &d, in, &b->e) ||
                !judge_decide(in, &b->scratch, &out, &b->e))
                return false;
            arena_reset(&b->scratch);
            if (out.decision_count > 0)
                break;
        }
    }
    return true;
}

typedef bool decider(const struct judge_input *in, struct arena *a, struct judged *out,
                     struct err *e);

static int compare_samples(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* One number of all that a decision says: equal for two versions that decide alike. */
static uint64_t sum_of(const struct decision *d)
{
    uint64_t sum = hash_bytes(slice_text(d->reason)) + d->to.n * 31 + (uint64_t)d->outcome;
    sum = sum * 31 + hash_bytes(slice_of(d->released.bits, sizeof d->released.bits));
    sum = sum * 31 + hash_bytes(slice_of(d->withheld.bits, sizeof d->withheld.bits));
    sum = sum * 31 + hash_bytes(slice_of(d->clauses, d->clause_count * sizeof *d->clauses));
    return sum * 31 +
           hash_bytes(slice_of(d->prohibitions, d->prohibition_count * sizeof *d->prohibitions));
}

struct figures {
    double events_a_second;
    uint32_t p50_ns, p99_ns; /* of an event */
    uint64_t allocations;
    double candidates, disclosed; /* of an event, on average */
    uint64_t sum;                 /* of all decisions */
};

static void average(struct bench *b, struct figures *f)
{
    size_t candidates = 0, disclosed = 0;
    for (size_t i = 0; i < CASES; i++) {
        struct judged out;
        if (!judge_decide(&b->in[i], &b->scratch, &out, &b->e))
            return;
        candidates += out.decision_count;
        for (size_t j = 0; j < out.decision_count; j++) {
            disclosed += out.decisions[j].outcome == OUTCOME_DISCLOSE;
            f->sum = f->sum * 31 + sum_of(&out.decisions[j]);
        }
        arena_reset(&b->scratch);
    }
    f->candidates = (double)candidates / CASES;
    f->disclosed = (double)disclosed / CASES;
}

/* The time of one event after the other; what reading the clock takes is taken off. */
static bool measure_samples(struct bench *b, decider *decide, size_t count, struct figures *f)
{
    struct judged out;
    double clock = thread_seconds();
    for (int i = 0; i < 1000; i++)
        (void)thread_seconds();
    clock = (thread_seconds() - clock) / 1001;
    for (size_t i = 0; i < count; i++) {
        double from = thread_seconds();
        if (b->reload)
            b->in[i % CASES].bundle = reload_now(b->reload);
        if (!decide(&b->in[i % CASES], &b->scratch, &out, &b->e))
            return false;
        arena_reset(&b->scratch);
        double took = thread_seconds() - from - clock;
        b->sample_ns[i] = took > 0 ? (uint32_t)(took * 1e9) : 0;
    }
    qsort(b->sample_ns, count, sizeof *b->sample_ns, compare_samples);
    f->p50_ns = b->sample_ns[count / 2];
    f->p99_ns = b->sample_ns[count * 99 / 100];
    return true;
}

static bool measure(struct bench *b, decider *decide, struct figures *f)
{
    struct judged out;
    size_t n = 0;
    for (size_t i = 0; i < CASES; i++, arena_reset(&b->scratch)) /* memory grown, caches warm */
        if (!decide(&b->in[i], &b->scratch, &out, &b->e))
            return false;
    uint64_t allocations = mem_count();
    double from = thread_seconds();
    for (; n % CASES || thread_seconds() - from < b->seconds; arena_reset(&b->scratch))
        if (!decide(&b->in[n++ % CASES], &b->scratch, &out, &b->e))
            return false;
    f->events_a_second = n > 0 ? (double)n / (thread_seconds() - from) : 0;
    f->allocations = mem_count() - allocations;
    size_t samples = n < SAMPLES ? n : SAMPLES;
    return measure_samples(b, decide, samples > CASES ? samples : CASES, f);
}

static void print_figures(const char *what, const struct figures *f)
{
    printf("  %-12s %10.0f decisions/s %9.0f events/s   a decision p50 %6.0f ns p99 %6.0f ns   an "
           "event p50 "
           "%7.1f us p99 %7.1f us   %llu allocations\n",
           what, f->events_a_second * MADE_OTHERS, f->events_a_second,
           (double)f->p50_ns / MADE_OTHERS, (double)f->p99_ns / MADE_OTHERS, f->p50_ns / 1e3,
           f->p99_ns / 1e3, (unsigned long long)f->allocations);
}

static bool print_ratio(struct bench *b, size_t clauses)
{
    struct ratio r;
    if (!decide_ratio(b->catalogue, clauses, b->seconds, &r, &b->e))
        return false;
    printf("  %-12s %10.1f us an event against %.1f us: %.0f times faster (%zu events, %s)\n",
           "reference", r.reference_us, r.engine_us,
           r.engine_us > 0 ? r.reference_us / r.engine_us : 0, r.events,
           "random region of its own");
    return true;
}

/* The same decisions while the same rules are loaded and switched in another thread. */
static bool print_reload(struct bench *b, const char *folder, const struct figures *quiet)
{
    struct figures f = { 0 };
    b->reload = reload_start(folder, b->catalogue);
    if (!b->reload)
        return err_set(&b->e, ERR_FATAL, "bench.reload", 0, "cannot load the rules again");
    size_t events =
        quiet->events_a_second > 0 ? (size_t)(b->seconds * quiet->events_a_second) : CASES;
    bool good = measure_samples(b, judge_decide, events < SAMPLES ? events : SAMPLES, &f);
    size_t switches = reload_stop(b->reload);
    b->reload = NULL;
    printf("  %-12s an event p50 %7.1f us p99 %7.1f us: %.2f times that of resting rules (%zu "
           "switches)\n",
           "reloading", f.p50_ns / 1e3, f.p99_ns / 1e3,
           quiet->p99_ns > 0 ? (double)f.p99_ns / quiet->p99_ns : 0, switches);
    return good;
}

/* ---- the same work each time, for a tool that counts instructions by function ---- */

__attribute__((noinline)) static bool fixed_decide(struct bench *b)
{
    struct judged out;
    for (size_t i = 0; i < b->fixed; i++, arena_reset(&b->scratch))
        if (!judge_decide(&b->in[i % CASES], &b->scratch, &out, &b->e))
            return false;
    return true;
}

__attribute__((noinline)) static bool fixed_event(struct bench *b)
{
    struct judged out;
    for (size_t i = 0; i < b->fixed; i++, arena_reset(&b->scratch))
        if (!judge_event(&b->in[i % CASES], &b->scratch, &out, &b->e))
            return false;
    return true;
}

__attribute__((noinline)) static bool fixed_facts(struct bench *b, struct buf *bytes)
{
    struct person p;
    for (size_t i = 0; i < b->fixed; i++, arena_reset(&b->scratch)) {
        buf_reset(&bytes[CASES]);
        if (!person_decode(b->bundle, &b->scratch, buf_slice(&bytes[i % CASES]), &p, &b->e) ||
            !person_encode(b->bundle, &p, &bytes[CASES], &b->e))
            return false;
    }
    return true;
}

/* What an event leaves known of each person, as the bus keeps it. */
__attribute__((noinline)) static bool keep_facts(struct bench *b, struct buf *bytes, size_t *sum)
{
    struct judged out;
    bool good = true;
    for (size_t i = 0; i <= CASES; i++)
        buf_init(&bytes[i], 1u << 20);
    for (size_t i = 0; good && i < CASES; i++, arena_reset(&b->scratch)) {
        good = judge_event(&b->in[i], &b->scratch, &out, &b->e) &&
               person_encode(b->bundle, out.after, &bytes[i], &b->e);
        *sum += bytes[i].n;
    }
    return good;
}

static bool run_fixed(struct bench *b, size_t clauses)
{
    struct buf *bytes = mem_alloc((CASES + 1) * sizeof *bytes);
    struct figures f = { 0 };
    size_t kept = 0;
    if (!bytes)
        return err_memory(&b->e);
    bool good =
        keep_facts(b, bytes, &kept) && fixed_decide(b) && fixed_event(b) && fixed_facts(b, bytes);
    average(b, &f);
    printf("%zu clauses: %zu events a stage; facts %zu bytes a person; of 40 services %.1f are "
           "candidates, %.1f get it; sum %016llx\n",
           clauses, b->fixed, kept / CASES, f.candidates, f.disclosed, (unsigned long long)f.sum);
    for (size_t i = 0; i <= CASES; i++)
        buf_release(&bytes[i]);
    mem_free(bytes);
    return good;
}

static bool run_in(struct bench *b, const char *folder, size_t clauses)
{
    struct figures decide = { 0 }, whole = { 0 };
    double loaded = 0;
    if (!made_bundle(folder, clauses, &b->e) || !load_rules(b, folder, &loaded))
        return false;
    if (b->fixed)
        return make_cases(b) && run_fixed(b, clauses);
    double compiled = compile_seconds(b);
    if (!make_cases(b) || !measure(b, judge_decide, &decide) || !measure(b, judge_event, &whole))
        return false;
    average(b, &decide);
    printf("%zu clauses: parsed, checked and compiled in %.3f s, compiled in %.3f s; of 40 "
           "services %.1f are "
           "candidates, %.1f get it; sum %016llx\n",
           b->bundle->clause_count, loaded, compiled, decide.candidates, decide.disclosed,
           (unsigned long long)decide.sum);
    print_figures("decide", &decide);
    print_figures("judge_event", &whole);
    return print_reload(b, folder, &decide) && print_ratio(b, clauses);
}

static bool run(struct bench *b, size_t clauses)
{
    char folder[] = "/tmp/decide-bench-XXXXXX", command[64];
    if (!mkdtemp(folder))
        return err_errno(&b->e, ERR_FATAL, "bench.folder", 0, "make", folder);
    bool good = run_in(b, folder, clauses);
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && good;
}

static bool open_bench(struct bench *b)
{
    struct problems p = { 0 };
    arena_init(&b->rules, (size_t)2 << 30);
    arena_init(&b->cases, (size_t)1 << 30);
    arena_init(&b->scratch, (size_t)1 << 30);
    b->keys.recipients.set = true;
    b->sample_ns = mem_alloc(SAMPLES * sizeof *b->sample_ns);
    b->catalogue = catalogue_load(&b->rules, SOURCE_DIR "/schemas", &p);
    problems_release(&p);
    return b->catalogue && b->sample_ns;
}

int main(int argc, char **argv)
{
    static const char *const counts[] = { "10", "100", "1000", "10000" };
    static struct bench b;
    if (argc > 2 && strcmp(argv[1], "fixed") == 0) {
        b.fixed = strtoul(argv[2], NULL, 10);
        argv++;
        argc--;
    }
    size_t n = argc > 2 ? (size_t)argc - 2 : sizeof counts / sizeof counts[0];
    b.seconds = argc > 1 ? atof(argv[1]) : 2;
    for (size_t i = 0; i < n; i++) {
        if (!open_bench(&b) || !run(&b, strtoul(argc > 2 ? argv[2 + i] : counts[i], NULL, 10))) {
            fprintf(stderr, "decide_bench: %s\n", b.e.text);
            return 1;
        }
        arena_release(&b.rules);
        arena_release(&b.cases);
        arena_release(&b.scratch);
        mem_free(b.sample_ns);
    }
    return 0;
}
