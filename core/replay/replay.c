/* replay.c - law 5: the recorded inputs are judged again from nothing, in the order of the audit.
 *
 * Each partition starts empty and takes the same step as the router (step.c). The chain goes on
 * from the recorded entries, so that one difference is told once and not in every entry after it.
 * */
#include "replay/compare.h"
#include "replay/replay.h"
#include "step/step.h"
#include "audit/walk.h"

#include <inttypes.h>

struct replay {
    struct findings f;
    struct bus *bus;
    struct input_rules rules;
    bool knows_environment;
    const struct bundle *fallback;
    const struct replay_bundles *bundles; /* NULL: the one given alone */
    uint8_t hash[HASH_BYTES];             /* of rules.bundle, which is that of the entry before */
    bool has_hash, told_bundle;
    const struct audit_read *entry; /* that is decided again */
    int number;                     /* of the partition at hand */
    struct partition partition;
    struct walk_inputs inputs;
    struct arena arena;
};

static void check_bundle(struct replay *r, const struct audit_read *entry)
{
    if (r->told_bundle || memcmp(entry->bundle_hash, r->rules.bundle->hash, HASH_BYTES) == 0)
        return;
    finding(&r->f, "audit %d number %" PRId64 ": decided under another bundle than the one given",
            r->number, entry->sequence);
    r->told_bundle = true;
}

/* The bundle that the entry was decided under. */
static void choose_bundle(struct replay *r, const struct audit_read *entry)
{
    if (!r->bundles)
        return;
    if (r->has_hash && hash_equal(r->hash, entry->bundle_hash))
        return;
    const struct bundle *found = r->bundles->find(r->bundles->ctx, entry->bundle_hash);
    memcpy(r->hash, entry->bundle_hash, HASH_BYTES);
    r->has_hash = true;
    r->rules.bundle = found ? found : r->fallback;
    r->told_bundle = false;
}

static void replay_count(struct audit_report *out, const struct audit_read *entry)
{
    out->entries++;
    if (slice_equal_text(entry->kind, audit_kind_name(AUDIT_EVENT)))
        out->events++;
    out->decisions += entry->decision_count;
    for (size_t i = 0; i < entry->decision_count; i++)
        if (entry->decisions[i].disclosure.n > 0)
            out->disclosures++;
}

static bool was_other_environment(struct slice kind, struct slice code)
{
    return slice_equal_text(kind, audit_kind_name(AUDIT_REFUSED)) &&
           slice_equal_text(code, "wrong-environment");
}

/* Which lanes stood no record says: as the entry has it. */
static bool stood(void *ctx, const char *topic, int partition, int64_t offset)
{
    const struct replay *r = ctx;
    const struct audit_read *x = r->entry;
    (void)topic;
    (void)partition;
    (void)offset;
    return !slice_equal_text(x->kind, audit_kind_name(AUDIT_REFUSED)) ||
           !slice_equal_text(x->note, "act.lane");
}

/* No entry names the region's environment. It is taken to be live until the first entry that
 * depends on it, and to be the other one when that entry says so. */
static bool decide_again(struct replay *r, const struct audit_read *entry,
                         const struct bus_record *in, struct step *step, struct err *e)
{
    r->entry = entry;
    r->rules.stands = stood;
    r->rules.ctx = r;
    if (!step_decide(&r->rules, &r->partition, in, &r->arena, step, e))
        return false;
    bool recorded = was_other_environment(entry->kind, entry->note);
    bool now = was_other_environment(slice_text(audit_kind_name(step->kind)),
                                     slice_text(step->refusal.code));
    bool agrees = r->knows_environment || recorded == now;
    if (recorded || now || step->kind == AUDIT_EVENT)
        r->knows_environment = true;
    if (agrees)
        return true;
    step_drop(step);
    r->rules.live = !r->rules.live;
    return step_decide(&r->rules, &r->partition, in, &r->arena, step, e);
}

static bool step_again(struct replay *r, const struct audit_read *entry, struct slice framed,
                       const struct bus_record *in, struct err *e)
{
    struct step step;
    struct audit_read again;
    if (!decide_again(r, entry, in, &step, e))
        return false;
    if (!slice_equal(step.entry, framed)) {
        check_bundle(r, entry);
        if (!audit_read(r->rules.bundle->catalogue, &r->arena, step.entry, &again, e)) {
            step_drop(&step);
            return false;
        }
        compare_entries(&r->f, r->number, entry, &again);
    }
    step_accept(&r->partition, &step);
    if (!memory_ready(&r->partition.memory, e))
        return false;
    memory_merge(&r->partition.memory);
    return true;
}

static bool replay_input(struct replay *r, const struct audit_read *entry, struct slice framed,
                         struct err *e)
{
    const struct bus_record *in = NULL;
    uint64_t passed = 0;
    if (!walk_inputs_at(&r->inputs, entry->input_topic, entry->input_offset, &in, &passed, e))
        return false;
    replay_count(r->f.report, entry);
    choose_bundle(r, entry);
    if (passed > 0)
        finding(&r->f,
                "audit %d number %" PRId64 ": %" PRIu64 " inputs before it were never decided",
                r->number, entry->sequence, passed);
    if (!in) {
        finding(&r->f, "audit %d number %" PRId64 ": its input is not on the bus", r->number,
                entry->sequence);
        return true;
    }
    return step_again(r, entry, framed, in, e);
}

static bool replay_entry(struct replay *r, struct slice framed, struct err *e)
{
    struct audit_read entry;
    struct audit_chain recorded = r->partition.chain;
    if (audit_read(r->rules.bundle->catalogue, &r->arena, framed, &entry, e)) {
        if (!replay_input(r, &entry, framed, e))
            return false;
    } else if (e->fate == ERR_REJECT) {
        finding(&r->f, "audit %d number %" PRId64 ": cannot be read", r->number, recorded.next);
        err_clear(e);
    } else {
        return false;
    }
    audit_chain_add(&recorded, framed, entry.decided_ms);
    r->partition.chain = recorded;
    return true;
}

static bool replay_partition(struct replay *r, struct err *e)
{
    struct walk w;
    const struct bus_record *record = NULL;
    r->partition = (struct partition){ .chain = { .next = 0 } };
    walk_inputs_init(&r->inputs, r->bus, r->number);
    bool good = walk_open(&w, r->bus, TOPIC_AUDIT, r->number, 0, e);
    while (good) {
        good = walk_next(&w, &record, e);
        if (!good || !record)
            break;
        arena_reset(&r->arena);
        good = replay_entry(r, record->value, e);
    }
    walk_close(&w);
    walk_inputs_release(&r->inputs);
    memory_release(&r->partition.memory);
    return good;
}

bool replay_audit_by(struct bus *b, const struct bundle *bundle,
                     const struct replay_bundles *bundles, const struct judge_keys *keys,
                     void (*say)(void *ctx, const char *sentence), void *ctx,
                     struct audit_report *out, struct err *e)
{
    struct replay r = {
        .f = { say, ctx, out },
        .bus = b,
        .rules = { .bundle = bundle, .keys = keys, .live = true, .demo = bundles && bundles->demo },
        .fallback = bundle,
        .bundles = bundles,
    };
    bool good = true;
    *out = (struct audit_report){ .entries = 0 };
    arena_init(&r.arena, WALK_ARENA_BYTES);
    for (r.number = 0; good && r.number < bundle->partitions; r.number++)
        good = replay_partition(&r, e);
    arena_release(&r.arena);
    return good;
}

bool replay_audit(struct bus *b, const struct bundle *bundle, const struct judge_keys *keys,
                  void (*say)(void *ctx, const char *sentence), void *ctx, struct audit_report *out,
                  struct err *e)
{
    return replay_audit_by(b, bundle, NULL, keys, say, ctx, out, e);
}
