/* door.c - law 6 on random bundles: what a prohibition takes away later is gone at the door.
 *
 * A case is decided; for each disclosure a notice withholds what a prohibition of the bundle,
 * picked at random, withholds, in the words that the router writes. The door must take out every
 * field that the reference finds in that prohibition's own words, and leave every other as it is;
 * the paths in header.cleared likewise. Then some agency shows another birth date: what the
 * reference would hold for it now must wait, and nothing else. Then that agency takes its word
 * back, and the claims go: what waited and the reference would withhold by then is cancelled, and
 * nothing else. DOOR_CASES (6,000), REFERENCE_SEED. */
#include <stdio.h>
#include <stdlib.h>

#include "delivery/door.h"
#include "engine.h"
#include "record/wire.h"
#include "sharing/judge/notice.h"
#include "sharing/rules/compiled.h"

#define CASES_A_BUNDLE 40
#define ARENA_MAX ((size_t)512 << 20)

struct trial {
    struct arena *arena;
    struct ref_random *random;
    struct ref_case of;
    const struct bundle *bundle;
    uint64_t reduced, stopped, passed, waiting, going, withdrawn, kept;
};

/* ---- the notice ---- */

static bool make_notice(struct trial *t, const struct categories *withhold, struct slice *out)
{
    const struct plan *p = catalogue_named(t->of.catalogue, SLICE("Notice"))->plan;
    const struct slice *names = NULL;
    struct build b;
    struct buf bytes;
    struct err e = { .fate = ERR_NONE };
    size_t n = bundle_names(t->bundle, SIZE_MAX, withhold, t->arena, &names);
    buf_init(&bytes, 1u << 20);
    wire_put_header(&bytes, plan_fingerprint(p));
    bool ok = build_init(&b, p, t->arena, &e);
    for (size_t i = 0; ok && i < plan_slots(p); i++) {
        const struct slot *s = plan_slot_at(p, i);
        if (slice_equal_text(s->path, "withhold[]"))
            ok = build_strings(&b, i, names, n, &e);
        else if (s->type == SLOT_ARRAY)
            ok = build_strings(&b, i, NULL, 0, &e);
        else if (s->type == SLOT_STRING)
            ok = build_text(&b, i, SLICE("ab"), &e);
        else
            ok = build_long(&b, i, 1, &e);
    }
    ok = ok && build_done(&b, &bytes, &e);
    *out = arena_copy(t->arena, buf_slice(&bytes));
    buf_release(&bytes);
    return ok;
}

/* ---- what must be left ---- */

static struct ref_set words_of(const struct trial *t, const struct ref_prohibition *p)
{
    struct ref_set all = { { false } };
    for (size_t n = 0; n < p->withhold.n; n++) {
        struct ref_set one = ref_meant(&t->of, p->withhold.at[n]);
        for (size_t i = 0; i < REF_SLOTS_MAX; i++)
            all.has[i] |= one.has[i];
    }
    return all;
}

static bool same_cleared(struct trial *t, const struct view *was, const struct view *now,
                         const struct ref_set *gone)
{
    const struct slice *before = NULL, *after = NULL;
    size_t slot = (size_t)plan_header(was->plan)->cleared, n = 0, left = 0, kept = 0;
    struct err e = { .fate = ERR_NONE };
    if (!view_strings(was, slot, t->arena, &before, &n, &e) ||
        !view_strings(now, slot, t->arena, &after, &left, &e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *word =
            arena_format(t->arena, "field %.*s", (int)before[i].n, (const char *)before[i].p);
        struct ref_set one = ref_meant(&t->of, word);
        bool is_gone = false;
        for (size_t s = 0; s < REF_SLOTS_MAX; s++)
            is_gone |= one.has[s] && gone->has[s];
        if (!is_gone && (kept >= left || !slice_equal(after[kept++], before[i])))
            return false;
    }
    return kept == left;
}

/* The first field that is not as it must be; -1: none. */
static int find_wrong(struct trial *t, const struct view *was, const struct view *now,
                      const struct ref_set *gone)
{
    const struct header_slots *h = plan_header(was->plan);
    for (size_t i = 0; i < plan_slots(was->plan); i++) {
        bool is_own = (int)i == h->cleared || (int)i == h->notice;
        bool is_right =
            gone->has[i] ? view_is_null(now, i) : slice_equal(view_raw(now, i), view_raw(was, i));
        if (!is_own && !is_right)
            return (int)i;
    }
    return same_cleared(t, was, now, gone) ? -1 : h->cleared;
}

/* Something that agreements speak of would have been left; -1: nothing. */
static int find_left(const struct trial *t, const struct view *was, const struct ref_set *gone)
{
    const struct catalogue *c = t->of.catalogue;
    for (size_t i = 0; i < plan_slots(was->plan); i++) {
        unsigned category = plan_slot_at(was->plan, i)->category;
        if (category != catalogue_always(c) && category != catalogue_never(c) && !gone->has[i] &&
            !view_is_null(was, i))
            return (int)i;
    }
    return -1;
}

/* ---- one disclosure ---- */

static bool differs(const struct trial *t, const char *prohibition, struct slice what)
{
    printf("NOT TAKEN OUT, or too much: prohibition %s, %.*s of %s\n", prohibition, SHOWN(what),
           plan_name(catalogue_at(t->of.catalogue, t->of.event->schema)->plan));
    return false;
}

static bool try_disclosure(struct trial *t, const struct disclosure *d)
{
    size_t n = ref_below(t->random, t->bundle->prohibition_count);
    const struct ref_prohibition *p = &t->of.bundle->prohibitions[n];
    const struct ref_set gone = words_of(t, p);
    struct door_input in = {
        .bundle = t->bundle, .framed = d->bytes, .to = d->to, .now_ms = t->of.at_ms
    };
    struct door_verdict v;
    struct view was;
    struct buf work;
    struct err e = { .fate = ERR_NONE };
    buf_init(&work, 1u << 20);
    bool ok = make_notice(t, &t->bundle->prohibitions[n].withhold, &in.notice) &&
              door_check(&in, t->arena, &work, &v, &e);
    buf_release(&work);
    if (!ok || !plan_view(catalogue_at(t->of.catalogue, t->of.event->schema)->plan, t->arena,
                          slice_from(d->bytes, WIRE_HEADER_BYTES), &was, &e))
        return differs(t, p->id, SLICE("unreadable"));
    t->stopped += v.way == DOOR_STOP;
    t->reduced += v.way == DOOR_REDUCE;
    t->passed += v.way == DOOR_PASS;
    int wrong =
        v.way == DOOR_STOP ? find_left(t, &was, &gone) : find_wrong(t, &was, &v.view, &gone);
    return wrong < 0 || differs(t, p->id, plan_slot_at(was.plan, (size_t)wrong)->path);
}

/* ---- what is in doubt ---- */

static const struct unread_message nobody_read = { .agency = SLICE_INIT("-") };

/* The same facts, and some agency has shown another birth date since; of nobody when it may not. */
static bool doubt(struct trial *t, const struct person *after, struct ref_facts *ours,
                  struct person *theirs)
{
    size_t n = ours->birth_count, who = ref_below(t->random, t->of.bundle->agency_count);
    struct ref_birth *list = ARENA_ARRAY(t->arena, n + 1, struct ref_birth);
    struct birth_fact *facts = ARENA_ARRAY(t->arena, after->birth_count + 1, struct birth_fact);
    if (!t->of.bundle->entitled[who])
        return false;
    if (n)
        memcpy(list, ours->births, n * sizeof *list);
    if (after->birth_count)
        memcpy(facts, after->births, after->birth_count * sizeof *facts);
    list[n] = (struct ref_birth){ who, "another", t->of.at_ms };
    facts[after->birth_count] = (struct birth_fact){ .agency = (uint16_t)who,
                                                     .hash = SLICE("another"),
                                                     .occurred_ms = t->of.at_ms,
                                                     .by = { { 0xff, 0xff } } };
    ours->births = list;
    ours->birth_count = n + 1;
    *theirs = *after;
    theirs->births = facts;
    theirs->birth_count++;
    theirs->unread = &nobody_read; /* whose end tells the doors */
    theirs->unread_count = 1;
    return true;
}

enum told { TOLD_TO_WAIT, TOLD_TO_CANCEL };

/* Whether the door of its recipient is told that of it: that it waits, that it never leaves. */
static bool is_told(struct trial *t, const struct judged *out, const struct disclosure *d,
                    enum told what)
{
    struct notice_view n = { .waiting_count = 0 };
    struct slice id = slice_text(d->id.text);
    struct err e = { .fate = ERR_NONE };
    for (size_t i = 0; i < out->notice_count; i++)
        if (out->notices[i].to.n == d->to.n &&
            !notice_read(t->of.catalogue, t->arena, out->notices[i].bytes, &n, &e))
            return false;
    return what == TOLD_TO_WAIT ? slice_is_one_of(id, n.waiting, n.waiting_count)
                                : slice_is_one_of(id, n.cancelled, n.cancelled_count);
}

/* Whether the reference decides so; reason: how its reason begins, NULL for any. */
static bool would_be(struct trial *t, struct ref_case *c, int to, enum ref_outcome outcome,
                     const char *reason)
{
    struct ref_decision d;
    return ref_decide_one(t->arena, c, to, &d) && d.outcome == outcome &&
           (!reason || strncmp(d.reason, reason, strlen(reason)) == 0);
}

static bool is_whole(const struct person *p)
{
    return p->event_count > 0 && p->events[p->event_count - 1].bytes.n > 0;
}

static bool look(struct trial *t, const struct ref_question *q, const struct person *facts,
                 struct judged *out)
{
    struct judge_input in = q->in;
    struct err e = { .fate = ERR_NONE };
    in.facts = facts;
    return judge_looked(&in, (struct slice){ 0 }, (struct slice){ 0 }, t->of.at_ms, t->arena, out,
                        &e) ||
           differs(t, "none", SLICE("not looked at"));
}

/* The doubt is over: the birth date is as it was, and nobody claims the person any more. */
static bool try_end(struct trial *t, const struct ref_question *q, const struct judged *was,
                    const struct judged *doubted, const struct person *before)
{
    struct ref_facts facts = *t->of.facts;
    struct ref_case c = t->of;
    struct person person = *doubted->after;
    struct judged now = { .notices = NULL };
    facts.relationship_count = facts.responsible_count = 0;
    c.facts = &facts;
    person.births = before->births;
    person.birth_count = before->birth_count;
    person.relationship_count = person.responsible_count = 0;
    person.unread = &nobody_read;
    person.unread_count = 1;
    if (!look(t, q, &person, &now))
        return false;
    for (size_t i = 0; i < was->disclosure_count; i++) {
        const struct disclosure *d = &was->disclosures[i];
        bool wanted =
            is_told(t, doubted, d, TOLD_TO_WAIT) && would_be(t, &c, d->to.n, REF_WITHHOLD, NULL);
        t->withdrawn += wanted;
        t->kept += !wanted;
        if (is_told(t, &now, d, TOLD_TO_CANCEL) != wanted)
            return differs(t, wanted ? "none: it is not cancelled" : "none: it is cancelled",
                           SLICE("what waited"));
    }
    return true;
}

/* What was disclosed waits where the reference would hold it now, and else does not. */
static bool try_doubt(struct trial *t, const struct ref_question *q, const struct judged *was)
{
    struct ref_facts facts = *t->of.facts;
    struct ref_case c = t->of;
    struct person person;
    struct judged now = { .notices = NULL };
    if (!was->disclosure_count || !is_whole(was->after) || !doubt(t, was->after, &facts, &person))
        return true;
    c.facts = &facts;
    if (!look(t, q, &person, &now))
        return false;
    for (size_t i = 0; i < was->disclosure_count; i++) {
        const struct disclosure *d = &was->disclosures[i];
        bool wanted = would_be(t, &c, d->to.n, REF_HOLD, "identity-");
        t->waiting += wanted;
        t->going += !wanted;
        if (is_told(t, &now, d, TOLD_TO_WAIT) != wanted)
            return differs(t, wanted ? "none: it does not wait" : "none: it waits",
                           SLICE("what is in doubt"));
    }
    return try_end(t, q, was, &now, was->after);
}

static bool try_case(struct trial *t)
{
    struct ref_question *q = ARENA_NEW(t->arena, struct ref_question);
    struct judged out = { .decisions = NULL };
    struct err e = { .fate = ERR_NONE };
    if (!q || !ref_ask(t->arena, &t->of, t->bundle, -1, q, &out, &e) || out.error)
        return differs(t, "none", SLICE("not judged"));
    for (size_t i = 0; i < out.disclosure_count; i++)
        if (!try_disclosure(t, &out.disclosures[i]))
            return false;
    return try_doubt(t, q, &out);
}

static bool try_bundle(struct trial *t, uint64_t seed)
{
    struct arena life, scratch;
    struct ref_random r = { seed };
    const struct catalogue *c = t->of.catalogue;
    arena_init(&life, ARENA_MAX);
    arena_init(&scratch, ARENA_MAX);
    t->arena = &scratch;
    t->random = &r;
    t->of.bundle = ref_random_bundle(&life, &r, c, ref_random_size(&r));
    t->bundle = ref_load(&life, &t->of, 0, true);
    bool ok = t->bundle != NULL;
    for (size_t i = 0; ok && t->bundle->prohibition_count && i < CASES_A_BUNDLE; i++) {
        arena_reset(&scratch);
        t->of.at_ms = ref_random_moment(&r, t->of.bundle);
        t->of.facts = ref_random_facts(&scratch, &r, t->of.bundle, t->of.at_ms, c);
        t->of.event = ref_random_event(&scratch, &r, t->of.bundle, c, t->of.at_ms);
        ok = try_case(t);
    }
    arena_release(&scratch);
    arena_release(&life);
    return ok;
}

int main(void)
{
    const char *cases = getenv("DOOR_CASES"), *seed = getenv("REFERENCE_SEED");
    uint64_t wanted = cases ? strtoull(cases, NULL, 10) : 6000;
    uint64_t from = seed ? strtoull(seed, NULL, 10) : 20261122;
    struct problems p = { .count = 0 };
    struct trial t = { .reduced = 0 };
    struct arena a;
    arena_init(&a, ARENA_MAX);
    t.of.catalogue = catalogue_load(&a, SOURCE_DIR "/schemas", &p);
    bool ok = t.of.catalogue != NULL;
    printf("seed %llu\n", (unsigned long long)from);
    for (uint64_t n = 0; ok && n < wanted; n += CASES_A_BUNDLE)
        ok = try_bundle(&t, from * 0x100000001b3u + n);
    ok = ok && t.reduced > 0 && t.passed > 0 && t.waiting > 0 && t.going > 0 && t.withdrawn > 0 &&
         t.kept > 0;
    printf("disclosures at the door: %llu reduced, %llu stopped, %llu passed; in doubt %llu wait, "
           "%llu "
           "go; then %llu withdrawn, %llu not: %s\n",
           (unsigned long long)t.reduced, (unsigned long long)t.stopped,
           (unsigned long long)t.passed, (unsigned long long)t.waiting, (unsigned long long)t.going,
           (unsigned long long)t.withdrawn, (unsigned long long)t.kept,
           ok ? "each as the words of the prohibition say" : "FAILED");
    problems_release(&p);
    arena_release(&a);
    return ok ? 0 : 1;
}
