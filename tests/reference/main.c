/* main.c - random cases, decided by the reference and by the compiled engine: equal in every field.
 *
 * REFERENCE_CASES (20,000) says how many, REFERENCE_SEED from where; each bundle is asked about
 * CASES_A_BUNDLE events, half of the bundles with files, clauses and prohibitions in another order
 * than the reference has them (law 4: order never matters). The first case that differs is made
 * small and printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define CASES_A_BUNDLE 100
#define ARENA_MAX ((size_t)512 << 20)

struct totals {
    uint64_t cases, bundles, decisions, disclosed, withheld, held;
    uint8_t digest[HASH_BYTES];
};

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void note(struct totals *t, const struct check *k)
{
    t->cases++;
    t->decisions += k->decisions;
    t->disclosed += k->disclosed;
    t->withheld += k->withheld;
    t->held += k->held;
    memcpy(t->digest, k->digest, HASH_BYTES);
}

static bool fail(struct ref_case *c, uint64_t seed, uint64_t bundle, size_t n, uint64_t shuffle)
{
    printf("FAILED: seed %llu, bundle %llu, case %zu%s; made small:\n", (unsigned long long)seed,
           (unsigned long long)bundle, n, shuffle ? ", shuffled" : "");
    (void)fflush(stdout);
    if (c->event)
        shrink_case(c, shuffle);
    print_case(c, shuffle);
    return false;
}

/* One bundle, and its cases. */
static bool run_bundle(struct totals *t, const struct catalogue *catalogue, uint64_t seed,
                       uint64_t number, size_t cases)
{
    struct arena life, scratch;
    struct ref_random r = { seed * 0x100000001b3u + number };
    bool ok = true;
    arena_init(&life, ARENA_MAX);
    arena_init(&scratch, ARENA_MAX);
    struct ref_case c = { .catalogue = catalogue };
    c.bundle = ref_random_bundle(&life, &r, catalogue, ref_random_size(&r));
    uint64_t shuffle = ref_chance(&r, 50) ? ref_next(&r) : 0;
    const struct bundle *loaded = ref_load(&life, &c, shuffle, true);
    if (!loaded)
        ok = fail(&c, seed, number, 0, shuffle);
    for (size_t i = 0; ok && i < cases; i++) {
        arena_reset(&scratch);
        c.at_ms = ref_random_moment(&r, c.bundle);
        c.facts = ref_random_facts(&scratch, &r, c.bundle, c.at_ms, catalogue);
        c.event = ref_random_event(&scratch, &r, c.bundle, catalogue, c.at_ms);
        ref_random_refusals(&scratch, &r, &c);
        struct check k = { .arena = &scratch, .of = &c, .bundle = loaded, .shuffle = shuffle };
        memcpy(k.digest, t->digest, HASH_BYTES);
        if (check_case(&k))
            note(t, &k);
        else
            ok = fail(&c, seed, number, i, shuffle);
    }
    t->bundles++;
    arena_release(&scratch);
    arena_release(&life);
    return ok;
}

int main(void)
{
    uint64_t wanted = number_from("REFERENCE_CASES", 20000);
    uint64_t seed = number_from("REFERENCE_SEED", 20261122);
    struct problems p = { .count = 0 };
    struct totals t = { 0 };
    char digest[2 * HASH_BYTES + 1];
    struct arena a;
    bool ok = true;
    arena_init(&a, ARENA_MAX);
    const struct catalogue *c = catalogue_load(&a, SOURCE_DIR "/schemas", &p);
    printf("seed %llu\n", (unsigned long long)seed);
    for (uint64_t n = 0; c && ok && t.cases < wanted; n++)
        ok = run_bundle(&t, c, seed, n,
                        wanted - t.cases < CASES_A_BUNDLE ? (size_t)(wanted - t.cases)
                                                          : CASES_A_BUNDLE);
    printf("%llu cases over %llu bundles: %llu decisions (%llu disclosed, %llu withheld, %llu "
           "held), %s\n",
           (unsigned long long)t.cases, (unsigned long long)t.bundles,
           (unsigned long long)t.decisions, (unsigned long long)t.disclosed,
           (unsigned long long)t.withheld, (unsigned long long)t.held,
           c && ok ? "all equal" : "NOT equal");
    slice_to_hex(slice_of(t.digest, HASH_BYTES), digest);
    printf("digest of what was decided and rendered: %s\n", digest);
    problems_release(&p);
    arena_release(&a);
    return c && ok ? 0 : 1;
}
