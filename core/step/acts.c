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
    bool good = slot >= 0 && wire_open(framed, &fingerprint, &body, e) &&
                (fingerprint == plan_fingerprint(s->plan) ||
                 err_set(e, ERR_FATAL, "facts.schema", 0, "cannot read which acts were taken")) &&
                plan_view(s->plan, a, body, &v, e) && view_items(&v, (size_t)slot, a, marks, n, e);
    e->fate = e->fate == ERR_REJECT ? ERR_FATAL : e->fate; /* our own record */
    return good;
}

static void put_mark(struct buf *out, struct slice hash, int64_t at_ms)
{
    avro_put_text(out, hash); /* bytes are written like a text */
    avro_put_long(out, at_ms);
}

bool acts_take(const struct bundle *b, const struct memory *m, struct arena *a, const struct act *x,
               int64_t now_ms, struct buf *out, struct err *e)
{
    const struct schema *s = catalogue_named(b->catalogue, SLICE("ActMarks"));
    const struct view *marks = NULL;
    uint8_t key[ID_BYTES], hash[HASH_BYTES];
    size_t n = 0, kept = 1;
    acts_key(key);
    if (!s)
        return err_set(e, ERR_FATAL, "audit.schema", 0, "cannot find the schema 'ActMarks'");
    if (!read_marks(s, a, memory_get(m, key), &marks, &n, e) || !act_hash(x, hash, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (slice_equal(view_text_at(&marks[i], "hash"), slice_of(hash, HASH_BYTES)))
            return err_set(
                e, ERR_REJECT, "act.again", 0,
                "this act was taken before, and an act counts once: make a new one to do it again");
        kept += view_long_at(&marks[i], "at") > now_ms - ACT_AGE_MAX_MS;
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
        if (view_long_at(&marks[i], "at") > now_ms - ACT_AGE_MAX_MS)
            put_mark(out, view_text_at(&marks[i], "hash"), view_long_at(&marks[i], "at"));
    put_mark(out, slice_of(hash, HASH_BYTES), x->at_ms);
    avro_put_long(out, 0);
    return buf_done(out, e);
}

bool acts_same_name(struct slice a, struct slice b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.n && (a.p[i] == ' ' || a.p[i] == '.'))
            i++;
        while (j < b.n && (b.p[j] == ' ' || b.p[j] == '.'))
            j++;
        if (i == a.n || j == b.n)
            return i == a.n && j == b.n;
        if ((a.p[i++] | 0x20) != (b.p[j++] | 0x20))
            return false;
    }
}

/* "@1790000000000 njeri" after the word of one who settles; before there was a time the name
 * alone. */
static struct slice split_first(struct slice kept, struct slice word, int64_t *ms)
{
    static const struct slice nobody;
    bool same = slice_starts(kept, word) && kept.n > word.n && kept.p[word.n] == ' ';
    struct slice rest = same ? slice_from(kept, word.n + 1) : nobody;
    *ms = INT64_MAX;
    if (!slice_starts(rest, SLICE("@")))
        return rest;
    size_t blank = slice_find(rest, ' ');
    bool good = slice_to_i64(slice_head(slice_from(rest, 1), blank - 1), ms);
    return good && blank < rest.n ? slice_from(rest, blank + 1) : nobody;
}

struct slice acts_first_by(struct slice kept, struct slice word)
{
    static const struct slice nobody;
    int64_t ignored_ms;
    if (!slice_starts(word, SLICE("settle-")))
        return slice_starts(kept, SLICE("settle-")) ? nobody : kept;
    return split_first(kept, word, &ignored_ms);
}

int64_t acts_first_ms(struct slice kept, struct slice word)
{
    int64_t ms;
    (void)split_first(kept, word, &ms);
    return ms;
}

const char *acts_first_settling(struct arena *a, const struct input_act *act)
{
    return act->document ? arena_format(a, "%.*s @%lld %.*s", SHOWN(act->act),
                                        (long long)act->document->at_ms, SHOWN(acts_first(act)))
                         : arena_format(a, "%.*s %.*s", SHOWN(act->act), SHOWN(acts_first(act)));
}

/* By typed names: the first word is kept; it counts when somebody else says so too. */
static enum act_enough enough_typed(const struct input_act *act, struct slice first_by, bool two)
{
    if (!two)
        return ACT_ENOUGH;
    if (slice_is_empty(first_by))
        return ACT_ANOTHER;
    return acts_same_name(first_by, act->person) ? ACT_SAME : ACT_ENOUGH;
}

/* By signatures: whoever said so first counts as long as they may act. */
enum act_enough acts_enough(const struct bundle *b, int64_t now_ms, const struct input_act *act,
                            struct slice first_by, bool two)
{
    struct err gone = { .fate = ERR_NONE };
    if (!act->by.count)
        return enough_typed(act, first_by, two);
    const struct named *first = act_person(b, act->act, first_by, now_ms, &gone);
    return act_enough(&act->by, first, b, act->to, two);
}

struct slice acts_first(const struct input_act *act)
{
    return act->by.count ? act->by.list[0]->name : act->person;
}

/* What cannot be read may say so. */
static bool has_unknown_code(const struct bundle *b, struct arena *a, struct slice framed)
{
    struct err ignored = { .fate = ERR_NONE };
    struct view v;
    return framed.n && (!input_open(b, a, framed, NULL, &v, &ignored) || !plan_header(v.plan) ||
                        !view_is_null(&v, (size_t)plan_header(v.plan)->unknown_restriction));
}

bool acts_need_two(const struct bundle *b, struct arena *a, const struct person *p,
                   struct slice reason, struct slice framed)
{
    return facts_is_restricted(p) || p->unread_count ||
           slice_equal_text(reason, "sender-restriction-unknown") || has_unknown_code(b, a, framed);
}

bool acts_reopening_needs_two(const struct bundle *b, struct arena *a, const struct person *p,
                              const struct refusal *x)
{
    for (size_t i = 0; i < p->refusal_count; i++)
        if (refusal_reopens(x, &p->refusals[i]) &&
            acts_need_two(b, a, p, p->refusals[i].reason, p->refusals[i].bytes))
            return true;
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
