/* world.c - makes events from short texts and has them judged. */
#include "world.h"

#include "sharing/facts/draft.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#include "record/wire.h"
#include "sharing/facts/person.h"
#include "sharing/judge/notice.h"
#include "sharing/load/bundle_load.h"
#include "sharing/tools/table.h"

struct world world;

/* What nothing changes is loaded once a program, at the first call. */
static struct {
    struct arena arena;
    const struct catalogue *catalogue;
    const struct bundle *example;
} once;

static void say_problems(struct problems *p)
{
    char text[400];
    for (size_t i = 0; i < p->count; i++)
        printf("%s\n", err_print(&p->list[i], text, sizeof text));
    problems_release(p);
}

static void load_once(void)
{
    struct problems p = { 0 };
    if (once.catalogue)
        return;
    arena_init(&once.arena, 64u << 20);
    once.catalogue = catalogue_load(&once.arena, SOURCE_DIR "/schemas", &p);
    if (once.catalogue)
        once.example = bundle_load(&once.arena, SOURCE_DIR "/deploy/example", once.catalogue, &p);
    say_problems(&p);
}

bool world_open(struct world *w, const char *folder)
{
    struct problems p = { 0 };
    load_once();
    *w = (struct world){ .now_ms = T0, .catalogue = once.catalogue, .bundle = once.example };
    arena_init(&w->arena, 512u << 20);
    if (folder)
        w->bundle = w->catalogue ? bundle_load(&w->arena, folder, w->catalogue, &p) : NULL;
    say_problems(&p);
    memset(w->keys.recipients.b, 7, KEY_BYTES);
    w->keys.recipients.set = true;
    memset(w->subject.b, 0x5a, ID_BYTES);
    w->facts = person_unknown;
    return w->bundle != NULL;
}

void world_close(struct world *w)
{
    arena_release(&w->arena);
}

void world_setup(void)
{
    (void)world_open(&world, NULL);
}

void world_teardown(void)
{
    world_close(&world);
}

static bool set_name(struct world *w, struct build *b, struct slice family)
{
    int names = plan_slot(b->plan, SLICE("person.names[]"));
    struct build name;
    struct buf out;
    buf_init(&out, 4096);
    if (names < 0 ||
        !build_init(&name, plan_slot_at(b->plan, (size_t)names)->item, &w->arena, &w->e))
        return false;
    int slot = plan_slot(name.plan, SLICE("family"));
    bool ok = build_text(&name, (size_t)slot, family, &w->e) && build_done(&name, &out, &w->e);
    struct slice item = arena_copy(&w->arena, buf_slice(&out));
    buf_release(&out);
    return ok && build_items(b, (size_t)names, &item, 1, &w->e);
}

static bool set_texts(struct world *w, struct build *b, size_t slot, struct slice value)
{
    struct slice texts[16];
    size_t n = 0;
    for (; value.n && n < 16; n++) {
        size_t bar = slice_find(value, '|');
        texts[n] = slice_head(value, bar);
        value = slice_from(value, bar + 1);
    }
    return build_strings(b, slot, texts, n, &w->e);
}

static bool set_field(struct world *w, struct build *b, struct slice field)
{
    size_t equals = slice_find(field, '=');
    struct slice path = slice_head(field, equals), value = slice_from(field, equals + 1);
    int64_t hours = 0;
    if (slice_equal_text(path, "name"))
        return set_name(w, b, value);
    if (slice_equal_text(path, "at"))
        return slice_to_i64(value, &hours) &&
               build_long(b, (size_t)plan_header(b->plan)->occurred, T0 + hours * HOUR, &w->e);
    int slot = plan_slot(b->plan, path);
    if (slot < 0)
        printf("no field %.*s\n", (int)path.n, (const char *)path.p);
    if (slot < 0)
        return false;
    if (plan_slot_at(b->plan, (size_t)slot)->type == SLOT_ARRAY)
        return set_texts(w, b, (size_t)slot, value);
    return build_text(b, (size_t)slot, value, &w->e);
}

static bool set_header(struct world *w, struct build *b, const struct schema *s, struct slice kind,
                       struct slice source)
{
    const struct header_slots *h = plan_header(s->plan);
    char id[ID_HEX];
    size_t slash = slice_find(source, '/');
    (void)snprintf(id, sizeof id, "%032x", ++w->serial);
    return build_text(b, (size_t)h->id, slice_text(id), &w->e) &&
           build_text(b, (size_t)h->type, s->name, &w->e) &&
           build_text(b, (size_t)h->kind, kind, &w->e) &&
           build_text(b, (size_t)h->action, SLICE("asserts"), &w->e) &&
           build_long(b, (size_t)h->occurred, w->now_ms, &w->e) &&
           build_text(b, (size_t)h->source_agency, slice_head(source, slash), &w->e) &&
           build_text(b, (size_t)h->source_service, slice_from(source, slash + 1), &w->e) &&
           build_text(b, (size_t)h->environment, SLICE("live"), &w->e) &&
           build_strings(b, (size_t)h->cleared, NULL, 0, &w->e);
}

bool world_build(struct world *w, const char *event, const char *source, const char *fields,
                 struct judge_input *in)
{
    struct slice name = slice_text(event), rest = slice_text(fields);
    size_t dot = slice_find(name, '.');
    const struct schema *s = catalogue_named(w->catalogue, slice_head(name, dot));
    struct build b;
    struct buf out;
    err_clear(&w->e);
    buf_init(&out, 1u << 20);
    if (!s || !build_init(&b, s->plan, &w->arena, &w->e) ||
        !set_header(w, &b, s, slice_from(name, dot + 1), slice_text(source)))
        return false;
    while (rest.n) {
        size_t end = slice_find(rest, ';');
        if (!set_field(w, &b, slice_head(rest, end)))
            return false;
        rest = slice_from(rest, end + 1);
    }
    wire_put_header(&out, plan_fingerprint(s->plan));
    bool ok = build_done(&b, &out, &w->e);
    struct slice framed = arena_copy(&w->arena, buf_slice(&out));
    buf_release(&out);
    *in = (struct judge_input){ .bundle = w->bundle,
                                .keys = &w->keys,
                                .framed = framed,
                                .subject = w->subject,
                                .facts = &w->facts,
                                .decided_ms = w->now_ms,
                                .test = w->test };
    return ok &&
           plan_view(s->plan, &w->arena, slice_from(framed, WIRE_HEADER_BYTES), &in->event, &w->e);
}

static bool has_hold(const struct person *p, const struct hold *h)
{
    for (size_t i = 0; i < p->hold_count; i++)
        if (p->holds[i].service == h->service && event_id_equal(&p->holds[i].event, &h->event))
            return true;
    return false;
}

/* The last decision on it: 1 hold, 0 another, -1 none. */
static int decided_on(const struct judged *j, const struct hold *h)
{
    int last = -1;
    for (size_t i = 0; i < j->decision_count; i++)
        if (j->decisions[i].to.n == h->service && event_id_equal(&j->decisions[i].event, &h->event))
            last = j->decisions[i].outcome == OUTCOME_HOLD;
    return last;
}

/* Whoever lists what is held goes by decisions: a hold begins and ends by one, whatever ended
 * it. */
bool world_holds_agree(const struct person *before, const struct judged *out)
{
    bool good = true;
    for (size_t i = 0; i < out->after->hold_count; i++) {
        const struct hold *h = &out->after->holds[i];
        good &= has_hold(before, h) ? decided_on(out, h) != 0 : decided_on(out, h) == 1;
    }
    for (size_t i = 0; i < before->hold_count; i++)
        if (!has_hold(out->after, &before->holds[i]))
            good &= decided_on(out, &before->holds[i]) == 0;
    if (!good)
        printf("what is held is not what decisions say\n");
    return good;
}

bool world_judge(struct world *w, const struct judge_input *in, struct judged *out)
{
    err_clear(&w->e);
    return judge_event(in, &w->arena, out, &w->e) && world_holds_agree(in->facts, out);
}

/* The facts after go through their bytes: whatever the codec loses, the next event shows. */
static bool keep_facts(struct world *w)
{
    struct buf out;
    buf_init(&out, 16u << 20);
    bool ok = person_encode(w->bundle, w->out.after, &out, &w->e);
    struct slice bytes = arena_copy(&w->arena, buf_slice(&out));
    buf_release(&out);
    return ok && person_decode(w->bundle, &w->arena, bytes, &w->facts, &w->e);
}

bool world_say(struct world *w, const char *event, const char *source, const char *fields)
{
    struct person *before = arena_alloc(&w->arena, sizeof *before);
    if (!before || !world_build(w, event, source, fields, &w->in))
        return false;
    *before = w->facts;
    w->in.facts = before;
    w->now_ms += HOUR;
    return world_judge(w, &w->in, &w->out) && keep_facts(w);
}

const struct decision *world_decision(const struct world *w, const char *service, bool caught_up)
{
    int n = bundle_service(w->bundle, slice_text(service));
    for (size_t i = 0; i < w->out.decision_count; i++)
        if (w->out.decisions[i].to.n == n && w->out.decisions[i].caught_up == caught_up)
            return &w->out.decisions[i];
    return NULL;
}

bool world_decided(const struct world *w, const char *service, const char *wanted)
{
    const struct decision *d = world_decision(w, service, false);
    const char *got = !d ? "(nothing)" : d->outcome == OUTCOME_DISCLOSE ? "disclose" : d->reason;
    if (strcmp(got, wanted) == 0)
        return true;
    printf("for %s: wanted %s, got %s\n", service, wanted, got);
    return false;
}

static const struct disclosure *find_disclosure(const struct world *w, const char *service,
                                                size_t n)
{
    int to = bundle_service(w->bundle, slice_text(service));
    for (size_t i = 0; i < w->out.disclosure_count; i++)
        if (w->out.disclosures[i].to.n == to && n-- == 0)
            return &w->out.disclosures[i];
    return NULL;
}

bool world_got(struct world *w, const char *service, size_t n, struct view *out,
               const struct disclosure **disclosure)
{
    const struct disclosure *d = find_disclosure(w, service, n);
    struct slice body;
    uint64_t fingerprint;
    if (disclosure)
        *disclosure = d;
    if (!d || !wire_open(d->bytes, &fingerprint, &body, &w->e))
        return false;
    const struct schema *s = catalogue_fingerprint(w->catalogue, fingerprint);
    return s && plan_view(s->plan, &w->arena, body, out, &w->e);
}

bool world_got_text(const struct world *w, const char *service, const char *text)
{
    for (size_t n = 0;; n++) {
        const struct disclosure *d = find_disclosure(w, service, n);
        if (!d)
            return false;
        if (memmem(d->bytes.p, d->bytes.n, text, strlen(text)))
            return true;
    }
}

size_t world_count(const struct world *w, const char *service)
{
    size_t n = 0;
    while (find_disclosure(w, service, n))
        n++;
    return n;
}

bool world_notice(struct world *w, const char *service, struct notice_view *out)
{
    int to = bundle_service(w->bundle, slice_text(service));
    for (size_t i = 0; i < w->out.notice_count; i++)
        if (w->out.notices[i].to.n == to)
            return notice_read(w->catalogue, &w->arena, w->out.notices[i].bytes, out, &w->e);
    return false;
}

bool slices_have(const struct slice *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal_text(list[i], text))
            return true;
    return false;
}

void world_run_table(const char *path, size_t rows_min)
{
    char text[400];
    struct problems p = { 0 };
    struct table_result result = { 0 };
    CU_ASSERT_FATAL(world.bundle != NULL);
    CU_ASSERT(table_run(world.bundle, &world.arena, path, NULL, &p, &result));
    for (size_t i = 0; i < p.count; i++)
        printf("%s\n", err_print(&p.list[i], text, sizeof text));
    CU_ASSERT(result.rows >= rows_min);
    CU_ASSERT_EQUAL(result.failed, 0);
    problems_release(&p);
}
