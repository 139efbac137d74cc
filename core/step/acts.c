/* acts.c - reads, compares and writes the marks of acts. */
#include "step/acts.h"

#include "audit/audit.h"
#include "record/wire.h"
#include "sharing/facts/refusal.h"

#define ACTS_VERSION 1

void acts_key(uint8_t key[ID_BYTES])
{
    uint8_t hash[HASH_BYTES];
    sha256(SLICE("acts:"), hash);
    memcpy(key, hash, ID_BYTES);
}

static bool read_marks(const struct schema *s, struct arena *a, struct slice framed,
                       const struct view **marks, size_t *n, struct err *e)
{
    uint64_t fingerprint = 0;
    struct slice body;
    struct view v;
    int slot = plan_field(s->plan, SLICE("acts"));
    *n = 0;
    if (slice_is_empty(framed))
        return true;
    bool good = slot >= 0 && wire_open(framed, &fingerprint, &body, e);
    if (good && fingerprint != plan_fingerprint(s->plan))
        good = err_set(e, ERR_FATAL, "facts.schema", 0, "cannot read which acts were taken");
    good = good && plan_view(s->plan, a, body, &v, e);
    good = good && view_items(&v, (size_t)slot, a, marks, n, e);
    if (e->fate == ERR_REJECT)
        e->fate = ERR_FATAL; /* the router itself wrote this record */
    return good;
}

/* Whether the act could still be handed in again: until it cannot, its mark is kept. */
static bool is_young(const struct view *mark, int64_t now_ms)
{
    return view_long_at(mark, "at") > now_ms - ACT_AGE_MAX_MS;
}

static void put_mark(struct buf *out, struct slice hash, int64_t at_ms)
{
    avro_put_text(out, hash); /* Avro writes bytes as it writes a text */
    avro_put_long(out, at_ms);
}

bool acts_take(const struct bundle *b, const struct memory *m, struct arena *a, const struct act *x,
               int64_t now_ms, struct buf *out, struct err *e)
{
    const struct schema *s = catalogue_named(b->catalogue, SLICE("ActMarks"));
    const struct view *marks = NULL;
    uint8_t key[ID_BYTES], hash[HASH_BYTES];
    size_t n = 0, kept = 1; /* x's own */
    acts_key(key);
    if (!s)
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find the schema 'ActMarks'");
    if (!read_marks(s, a, memory_get(m, key), &marks, &n, e))
        return false;
    if (!act_hash(x, hash, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (slice_equal(view_text_at(&marks[i], "hash"), slice_of(hash, HASH_BYTES)))
            return err_set(
                e, ERR_REJECT, "act.again", 0,
                "this act was taken before, and an act counts once: make a new one to do it again");
        if (is_young(&marks[i], now_ms))
            kept++;
    }
    if (kept > ACTS_KEPT_MAX)
        return err_set(e, ERR_REJECT, "act.many", 0,
                       "this partition takes no further act now: it has taken %d in %d days; try "
                       "again tomorrow",
                       ACTS_KEPT_MAX, (int)(ACT_AGE_MAX_MS / 86400000));
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, ACTS_VERSION);
    avro_put_long(out, (int64_t)kept);
    for (size_t i = 0; i < n; i++)
        if (is_young(&marks[i], now_ms))
            put_mark(out, view_text_at(&marks[i], "hash"), view_long_at(&marks[i], "at"));
    put_mark(out, slice_of(hash, HASH_BYTES), x->at_ms);
    avro_put_long(out, 0); /* the list ends */
    return buf_done(out, e);
}

/* Sets the bit by which a small letter differs from its capital: 'N' is 0x4e, 'n' 0x6e. It changes
 * other bytes too, but alike in both names. */
static inline uint8_t without_case(uint8_t c)
{
    return c | 0x20;
}

/* Takes the next character off a name, blanks and full stops passed over; 0: it has no more. */
static uint8_t next_of_name(struct slice *name)
{
    while (name->n > 0 && (name->p[0] == ' ' || name->p[0] == '.'))
        *name = slice_from(*name, 1);
    if (name->n == 0)
        return 0;
    uint8_t next = without_case(name->p[0]);
    *name = slice_from(*name, 1);
    return next;
}

bool acts_same_name(struct slice a, struct slice b)
{
    uint8_t x, y;
    do {
        x = next_of_name(&a);
        y = next_of_name(&b);
    } while (x == y && x != 0);
    return x == y;
}

/* Reads "settle-yes @1790000000000 njeri", where verb is "settle-yes": gives the name, and the time
 * in *ms (INT64_MAX: none). An older program kept no time. */
static struct slice split_first(struct slice kept, struct slice verb, int64_t *ms)
{
    static const struct slice nobody;
    *ms = INT64_MAX;
    bool is_of_verb = slice_starts(kept, verb) && kept.n > verb.n && kept.p[verb.n] == ' ';
    if (!is_of_verb)
        return nobody;
    struct slice rest = slice_from(kept, verb.n + 1);
    if (!slice_starts(rest, SLICE("@")))
        return rest;
    size_t blank = slice_find(rest, ' ');
    struct slice digits = slice_head(slice_from(rest, 1), blank - 1);
    bool has_time = slice_to_i64(digits, ms);
    if (!has_time || blank == rest.n)
        return nobody;
    return slice_from(rest, blank + 1);
}

struct slice acts_first_by(struct slice kept, struct slice verb)
{
    static const struct slice nobody;
    int64_t ignored_ms;
    if (slice_starts(verb, SLICE("settle-")))
        return split_first(kept, verb, &ignored_ms);
    return slice_starts(kept, SLICE("settle-")) ? nobody : kept;
}

int64_t acts_first_ms(struct slice kept, struct slice verb)
{
    int64_t ms;
    (void)split_first(kept, verb, &ms);
    return ms;
}

const char *acts_first_settling(struct arena *a, const struct input_act *act)
{
    struct slice name = acts_first(act);
    if (!act->document)
        return arena_format(a, "%.*s %.*s", SHOWN(act->verb), SHOWN(name));
    return arena_format(a, "%.*s @%lld %.*s", SHOWN(act->verb), (long long)act->document->at_ms,
                        SHOWN(name));
}

/* As acts_enough, by typed names: whoever says so first counts once somebody else says so too. */
static enum act_enough enough_typed(const struct input_act *act, struct slice first_by, bool two)
{
    if (!two)
        return ACT_ENOUGH;
    if (slice_is_empty(first_by))
        return ACT_ANOTHER;
    return acts_same_name(first_by, act->person) ? ACT_SAME : ACT_ENOUGH;
}

/* Whoever signed first counts as long as they may act. */
enum act_enough acts_enough(const struct bundle *b, int64_t now_ms, const struct input_act *act,
                            struct slice first_by, bool two)
{
    struct err ignored = { .fate = ERR_NONE };
    if (!act->by.count)
        return enough_typed(act, first_by, two);
    const struct named *first = act_person(b, act->verb, first_by, now_ms, &ignored);
    return act_enough(&act->by, first, b, act->to, two);
}

struct slice acts_first(const struct input_act *act)
{
    return act->by.count ? act->by.list[0]->name : act->person;
}

/* Whether the event's sender restricts it by a code that nobody knows. An event that cannot be read
 * may say so. */
static bool has_unknown_code(const struct bundle *b, struct arena *a, struct slice framed)
{
    struct err ignored = { .fate = ERR_NONE };
    struct view v;
    if (slice_is_empty(framed))
        return false;
    if (!input_open(b, a, framed, NULL, &v, &ignored))
        return true;
    const struct header_slots *h = plan_header(v.plan);
    return !h || !view_is_null(&v, (size_t)h->unknown_restriction);
}

bool acts_need_two(const struct bundle *b, struct arena *a, const struct person *p,
                   struct slice reason, struct slice framed)
{
    if (facts_is_restricted(p) || p->unread_count > 0)
        return true;
    if (slice_equal_text(reason, "sender-restriction-unknown"))
        return true;
    return has_unknown_code(b, a, framed);
}

bool acts_reopening_needs_two(const struct bundle *b, struct arena *a, const struct person *p,
                              const struct refusal *x)
{
    for (size_t i = 0; i < p->refusal_count; i++) {
        const struct refusal *refused = &p->refusals[i];
        if (!refusal_reopens(x, refused))
            continue;
        if (acts_need_two(b, a, p, refused->reason, refused->bytes))
            return true;
    }
    return false;
}

const char *acts_refused_as(struct arena *a, const struct input_act *act, const struct refusal *x)
{
    char id[ID_HEX];
    if (memcmp(x->event.b, act->event.b, ID_BYTES) == 0)
        return "";
    id_hex(x->event.b, id);
    return arena_format(a, REOPENED_AS "%s:%.*s)", id, SHOWN(x->service));
}
