/* when_fuzz.c - any text as a condition: it is refused with a place within it, or has one value of
 * three, twice the same, for an event without fields and for none. */
#include <stdio.h>
#include <stdlib.h>

#include "sharing/when.h"

#define SCRATCH_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena process, scratch;
static const struct bundle *bundle;
static bool *schemas;
static struct view stay;
static size_t stay_at;

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

/* The bare header that every event has. */
static bool build_stay(const struct schema *s, struct err *e)
{
    const struct header_slots *h = plan_header(s->plan);
    struct build b;
    struct buf out;
    buf_init(&out, 1u << 20);
    bool done = build_init(&b, s->plan, &process, e) &&
                build_text(&b, (size_t)h->id, SLICE("00"), e) &&
                build_text(&b, (size_t)h->type, s->name, e) &&
                build_text(&b, (size_t)h->kind, s->kinds[0], e) &&
                build_text(&b, (size_t)h->action, SLICE("asserts"), e) &&
                build_text(&b, (size_t)h->source_agency, SLICE("a"), e) &&
                build_text(&b, (size_t)h->source_service, SLICE("b"), e) &&
                build_text(&b, (size_t)h->environment, SLICE("live"), e) &&
                build_strings(&b, (size_t)h->cleared, NULL, 0, e) && build_done(&b, &out, e);
    struct slice body = arena_copy(&process, buf_slice(&out));
    buf_release(&out);
    return done && plan_view(s->plan, &process, body, &stay, e);
}

static void prepare(void)
{
    struct problems p = { .count = 0 };
    struct err e = { .fate = ERR_NONE };
    arena_init(&process, SCRATCH_MAX);
    arena_init(&scratch, SCRATCH_MAX);
    const struct catalogue *c = catalogue_load(&process, SOURCE_DIR "/schemas", &p);
    bundle = c ? bundle_load(&process, SOURCE_DIR "/deploy/example", c, &p) : NULL;
    must(bundle != NULL, "the example does not load");
    schemas = ARENA_ARRAY(&process, catalogue_count(c), bool);
    while (!slice_equal_text(catalogue_at(c, stay_at)->name, "HospitalStay"))
        stay_at++;
    schemas[stay_at] = true;
    must(build_stay(catalogue_at(c, stay_at), &e), "no event can be built");
}

static enum truth value_of(const struct when *w, const struct view *event)
{
    struct when_input in = { .bundle = bundle,
                             .facts = &person_unknown,
                             .event = event,
                             .schema = stay_at,
                             .source = 0,
                             .recipient = 2,
                             .decided_ms = 1772409600000,
                             .arena = &scratch };
    enum reason why = REASON_COUNT;
    enum truth t = when_eval(w, &in, &why);
    must(why < REASON_COUNT, "no reason is given");
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct slice kinds[] = { SLICE_INIT("open-case") };
    static const struct slice functions[] = { SLICE_INIT("homelessness") };
    static const struct slice restrictions[] = { SLICE_INIT("location") };
    static const struct slice purposes[] = { SLICE_INIT("individual-care") };
    if (!bundle)
        prepare();
    struct when_scope scope = {
        bundle, schemas, { kinds, 1 }, { functions, 1 }, { restrictions, 1 }, { purposes, 1 }
    };
    const struct when *w = NULL;
    struct err e = { .fate = ERR_NONE };
    arena_reset(&scratch);
    if (!when_compile(&scope, &scratch, slice_of(data, size), &w, &e)) {
        must(e.code != NULL && e.at <= size, "an error without its place");
        return 0;
    }
    must(value_of(w, &stay) == value_of(w, &stay), "two values for one question");
    if (!w->uses_event)
        must(value_of(w, &stay) == value_of(w, NULL), "it read the event and did not say so");
    return 0;
}
