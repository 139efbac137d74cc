/* acts_publish.c - acts on `control`. */
#include "control/acts_publish.h"

#include <stdio.h>

#include "audit/unread.h"
#include "audit/walk.h"
#include "bus/topics.h"
#include "record/wire.h"

#define PERSON_ACT_VERSION 1

/* *at_ms: when the bus took it; at_ms may be NULL. */
static bool publish_to(struct bus *b, const struct schema *s, int partitions, const struct act *x,
                       const struct subject_key *subject, int64_t *at_ms, struct err *e)
{
    struct buf file, value;
    buf_init(&file, ACT_BYTES_MAX);
    buf_init(&value, ACT_BYTES_MAX + 64);
    act_put_file(x, &file);
    wire_put_header(&value, plan_fingerprint(s->plan));
    avro_put_long(&value, PERSON_ACT_VERSION);
    avro_put_text(&value, buf_slice(&file));
    const struct bus_record r = {
        .topic = TOPIC_CONTROL,
        .partition = subject_partition(subject, partitions),
        .value = buf_slice(&value),
        .key = slice_of(subject->b, ID_BYTES),
    };
    bool good = buf_done(&file, e) && buf_done(&value, e);
    if (good)
        good = at_ms ? bus_publish_at(b, &r, at_ms, e) : bus_publish(b, &r, 1, e);
    buf_release(&file);
    buf_release(&value);
    return good;
}

static bool is_for_many(const struct act *x)
{
    static const struct subject_key none;
    return slice_equal_text(x->verb, "looked") && memcmp(x->subject.b, none.b, ID_BYTES) == 0;
}

/* A word on a whole list goes to each of its people: those who wait by now. */
static bool publish_to_many(struct bus *b, const struct catalogue *c, const struct schema *s,
                            int partitions, const struct act *x, struct err *e)
{
    struct unread_list l = { .first = NULL };
    char name[240];
    bool good = audit_each(b, c, partitions, unread_take, &l, e) && (!l.lost || err_memory(e));
    for (const struct unread_person *p = l.first; good && p; p = p->next) {
        struct subject_key subject;
        memcpy(subject.b, p->subject, ID_BYTES);
        snprintf(name, sizeof name, "unread:%s:%s", p->alike->source, p->alike->code);
        if (slice_equal_text(x->on, name))
            good = publish_to(b, s, partitions, x, &subject, NULL, e);
    }
    unread_release(&l);
    return good;
}

/* It is done where it is handed in. */
static bool publish_and_judge(struct bus *b, const struct schema *schema, const struct site *s,
                              const struct act *x, struct err *e)
{
    struct act_signers by;
    int64_t at_ms = 0;
    if (!publish_to(b, schema, s->bundle->partitions, x, &x->subject, &at_ms, e))
        return false;
    const struct edition *then = editions_at(editions_newest(&s->rules), at_ms);
    return act_verify(x, then->bundle, at_ms, &by, e);
}

bool acts_publish(struct bus *b, const struct site *s, const struct act *x, struct err *e)
{
    const struct schema *schema = catalogue_named(s->catalogue, SLICE("PersonAct"));
    int partitions = s->bundle->partitions;
    enum people_role role;
    if (!schema)
        return err_set(e, ERR_FATAL, "cli.schema", 0,
                       "cannot write the act: no schema 'PersonAct'");
    if (is_for_many(x))
        return publish_to_many(b, s->catalogue, schema, partitions, x, e);
    bool is_done_here = act_role(x->verb, &role) && role != ROLE_HOLDS;
    if (is_done_here)
        return publish_and_judge(b, schema, s, x, e);
    return publish_to(b, schema, partitions, x, &x->subject, NULL, e);
}

/* ---- used once ---- */

static bool is_same_act(const struct act *x, const uint8_t hash[HASH_BYTES])
{
    uint8_t its[HASH_BYTES];
    struct err ignored = { .fate = ERR_NONE };
    return act_hash(x, its, &ignored) && memcmp(its, hash, HASH_BYTES) == 0;
}

/* Whether the record is that act, validly signed: an unsigned copy does not use it up. */
static bool is_use(const struct site *s, struct arena *a, const struct bus_record *r,
                   const uint8_t hash[HASH_BYTES])
{
    const struct schema *schema = catalogue_named(s->catalogue, SLICE("PersonAct"));
    struct err ignored = { .fate = ERR_NONE };
    uint64_t fingerprint = 0;
    struct act_signers by;
    struct slice body;
    struct view v;
    struct act x;
    arena_reset(a);
    if (!schema || !wire_open(r->value, &fingerprint, &body, &ignored))
        return false;
    if (fingerprint != plan_fingerprint(schema->plan))
        return false;
    if (!plan_view(schema->plan, a, body, &v, &ignored))
        return false;
    if (!act_read(view_text_at(&v, "act"), &x, &ignored) || !is_same_act(&x, hash))
        return false;
    return act_verify(&x, s->bundle, r->accepted_ms, &by, &ignored);
}

/* How often it stands there. */
static bool count_uses(struct bus *b, const struct site *s, const struct act *x, size_t *n,
                       struct err *e)
{
    uint8_t hash[HASH_BYTES];
    const struct bus_record *r = NULL;
    struct walk w = { .reader = NULL };
    struct arena a;
    *n = 0;
    arena_init(&a, (size_t)16 << 20);
    int partition = subject_partition(&x->subject, s->bundle->partitions);
    bool good = act_hash(x, hash, e) && walk_open(&w, b, TOPIC_CONTROL, partition, 0, e);
    while (good) {
        good = walk_next(&w, &r, e);
        if (!good || !r)
            break;
        if (is_use(s, &a, r, hash))
            ++*n;
    }
    walk_close(&w);
    arena_release(&a);
    return good;
}

bool acts_unused(struct bus *b, const struct site *s, const struct act *x, struct err *e)
{
    size_t n;
    if (!count_uses(b, s, x, &n, e))
        return false;
    if (n > 0)
        return err_set(
            e, ERR_REJECT, "act.again", 0,
            "this act was used before, and it shows payload once: make and sign a new one");
    return true;
}

bool acts_used_once(struct bus *b, const struct site *s, const struct act *x, struct err *e)
{
    size_t n;
    if (!count_uses(b, s, x, &n, e))
        return false;
    if (n != 1)
        return err_set(e, ERR_REJECT, "act.again", 0,
                       "this act was handed in elsewhere at the same time, so nobody is shown "
                       "anything: make and sign a new one");
    return true;
}
