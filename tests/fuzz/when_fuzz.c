/* when_fuzz.c - any text as a condition: it is refused with a place within it, or has one value of
 * three, and what is built of it has the value that logic says.
 *
 * The first byte says of which event and person it is asked: an event with its bare header or with
 * every text filled in, a person of whom nothing or something is known. */
#include "sharing/rules/when.h"
#include "sharing/decide/when_eval.h"
#include "sharing/facts/facts.h"
#include "sharing/facts/facts_query.h"
#include "sharing/facts/person.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/when_compile.h"

#include "must.h"

#define SCRATCH_MAX ((size_t)64 << 20)
#define NOW_MS ((int64_t)1772409600000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena process, scratch;
static const struct bundle *bundle;
static bool *schemas;
static struct view bare, full;
static size_t stay_at;

static struct slice some_text(const struct slot *s, size_t n)
{
    static const struct slice texts[] = { SLICE_INIT("OAK"), SLICE_INIT("1941"),
                                          SLICE_INIT("2026-03-02T00:00Z"), SLICE_INIT("") };
    return s->vocabulary_count ? s->vocabulary[n % s->vocabulary_count] : texts[n % 4];
}

/* Every field that can be written as a text and is not of the header. */
static bool fill(struct build *b, const struct schema *s, struct err *e)
{
    for (size_t i = 0; i < plan_slots(s->plan); i++) {
        const struct slot *slot = plan_slot_at(s->plan, i);
        if (slice_starts(slot->path, SLICE("header.")) || slot->type != SLOT_STRING)
            continue;
        if (!build_text(b, i, some_text(slot, i), e))
            return false;
    }
    return true;
}

static bool build_stay(const struct schema *s, bool filled, struct view *out, struct err *e)
{
    const struct header_slots *h = plan_header(s->plan);
    struct build b;
    struct buf bytes;
    buf_init(&bytes, 1u << 20);
    bool done = build_init(&b, s->plan, &process, e) && (!filled || fill(&b, s, e)) &&
                build_text(&b, (size_t)h->id, SLICE("00"), e) &&
                build_text(&b, (size_t)h->type, s->name, e) &&
                build_text(&b, (size_t)h->kind, s->kinds[0], e) &&
                build_text(&b, (size_t)h->action, SLICE("asserts"), e) &&
                build_text(&b, (size_t)h->source_agency, SLICE("a"), e) &&
                build_text(&b, (size_t)h->source_service, SLICE("b"), e) &&
                build_text(&b, (size_t)h->environment, SLICE("live"), e) &&
                build_strings(&b, (size_t)h->cleared, NULL, 0, e) && build_done(&b, &bytes, e);
    struct slice body = arena_copy(&process, buf_slice(&bytes));
    buf_release(&bytes);
    return done && plan_view(s->plan, &process, body, out, e);
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
    must(build_stay(catalogue_at(c, stay_at), false, &bare, &e) &&
             build_stay(catalogue_at(c, stay_at), true, &full, &e),
         "no event can be built");
}

static const struct person *some_person(bool known)
{
    static const struct relationship open = { .kind = SLICE_INIT("open-case"),
                                              .with = 2,
                                              .is_open = true };
    static const struct responsible_fact named = { .function = SLICE_INIT("homelessness"),
                                                   .service = 2 };
    static const struct restriction_fact hidden = { .kind = SLICE_INIT("location"),
                                                    .stands = true };
    static const struct person person = { .relationships = &open,
                                          .relationship_count = 1,
                                          .responsible = &named,
                                          .responsible_count = 1,
                                          .restrictions = &hidden,
                                          .restriction_count = 1 };
    return known ? &person : &person_unknown;
}

static enum truth value_of(const struct when *w, const struct view *event, bool known)
{
    struct facts_context in = { .bundle = bundle,
                                .facts = some_person(known),
                                .event = event,
                                .schema = stay_at,
                                .source = 0,
                                .recipient = 2,
                                .decided_ms = NOW_MS,
                                .arena = &scratch };
    enum reason why = REASON_COUNT;
    enum truth t = when_eval(w, &in, &why);
    must(why < REASON_COUNT, "no reason is given");
    return t;
}

static const struct when *compile(struct slice text, struct err *e)
{
    static const struct slice kinds[] = { SLICE_INIT("open-case") };
    static const struct slice functions[] = { SLICE_INIT("homelessness") };
    static const struct slice restrictions[] = { SLICE_INIT("location") };
    static const struct slice purposes[] = { SLICE_INIT("individual-care") };
    struct when_scope scope = {
        bundle, schemas, { kinds, 1 }, { functions, 1 }, { restrictions, 1 }, { purposes, 1 }
    };
    const struct when *w = NULL;
    return when_compile(&scope, &scratch, text, &w, e) ? w : NULL;
}

/* x as part of a longer condition, %s in its place; refused only where it nests too deep. */
static void check_built(const char *format, struct slice x, const struct view *event, bool known,
                        enum truth wanted)
{
    struct buf text;
    struct err e = { .fate = ERR_NONE };
    buf_init(&text, 1u << 20);
    for (; *format; format++) {
        if (*format == 'x')
            buf_put(&text, x);
        else
            buf_byte(&text, (uint8_t)*format);
    }
    const struct when *w = buf_ok(&text) ? compile(buf_slice(&text), &e) : NULL;
    must(w || !buf_ok(&text) || strcmp(e.code, "when.depth") == 0 ||
             strcmp(e.code, "memory.limit") == 0,
         "a condition in parentheses is refused");
    must(!w || value_of(w, event, known) == wanted, "a value that logic does not have");
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = { .fate = ERR_NONE };
    if (!bundle)
        prepare();
    if (size == 0)
        return 0;
    const struct view *event = data[0] & 1 ? &full : &bare;
    bool known = data[0] & 2;
    struct slice text = slice_of(data + 1, size - 1);
    arena_reset(&scratch);
    const struct when *w = compile(text, &e);
    if (!w) {
        must(e.code != NULL && e.at <= text.n, "an error without its place");
        return 0;
    }
    enum truth t = value_of(w, event, known);
    enum truth opposite = t == TRUTH_UNKNOWN ? t : t == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
    must(value_of(w, event, known) == t, "two values for one question");
    must(w->uses_event || value_of(w, NULL, known) == t, "it read the event and did not say so");
    check_built("(x)", text, event, known, t);
    check_built("!(x)", text, event, known, opposite);
    check_built("(x) && (x)", text, event, known, t);
    check_built("(x) || !(x)", text, event, known, t == TRUTH_UNKNOWN ? t : TRUTH_TRUE);
    return 0;
}
