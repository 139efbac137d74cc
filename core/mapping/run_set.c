/* run_set.c - one field of one message: found, converted, looked up, set in the record. */
#include "mapping/inside.h"

enum value_how { HOW_ABSENT, HOW_CLEARED, HOW_TEXT, HOW_MOMENT, HOW_DROP };
struct value {
    enum value_how how;
    struct slice text;
    struct moment moment;
    const struct ref *ref; /* where it was found; NULL: a constant */
    size_t at;
};

static bool field_refuse(const struct field *f, const struct value *v, const char *why,
                         struct err *e)
{
    struct slice from = v->ref ? v->ref->text : SLICE("its text");
    bool environment = slice_equal_text(f->path, "header.environment");
    return err_set(e, ERR_REJECT, environment ? "map.environment" : "map.value", v->at,
                   "cannot set '%.*s' from '%.*s': %s", (int)f->path.n, (const char *)f->path.p,
                   (int)from.n, (const char *)from.p, why);
}

/* Does what the field's `else` says with a value that does not fit. What bounds a yes is not left
 * out: a yes to one service would be one to all, and one until a day one for ever. */
static bool field_miss(struct run *r, const struct field *f, struct value *v, const char *why,
                       struct err *e)
{
    if (f->bounds && f->miss != MISS_WORD)
        return field_refuse(f, v, why, e);
    if (f->miss != MISS_REFUSE && !f->is_kept_elsewhere)
        run_miss(r, v->ref, f->path, v->text, why);
    switch (f->miss) {
    case MISS_SKIP:
        v->how = HOW_DROP;
        return true;
    case MISS_LEAVE:
        v->how = HOW_ABSENT;
        return true;
    case MISS_WORD:
        v->how = HOW_TEXT;
        v->text = f->word;
        return true;
    default:
        return field_refuse(f, v, why, e);
    }
}

/* Picks the first path, from *next on, with a usable value; *next moves behind it. `f->passed`
 * lists values to ignore (f NULL: none). If no path has one but one was cleared on purpose, the
 * result is cleared. */
static void pick_next(struct run *r, const struct refs *from, const struct field *f, size_t *next,
                      struct value *v)
{
    v->how = HOW_ABSENT;
    while (*next < from->count) {
        const struct ref *ref = &from->list[(*next)++];
        const struct found *one = run_find(r, ref);
        if (one->how == FOUND_ABSENT)
            continue;
        bool is_present = one->how == FOUND_PRESENT;
        if (!is_present && v->how == HOW_CLEARED)
            continue; /* the first that was cleared counts */
        if (is_present && f && run_is_passed(f, one->value))
            continue;
        v->how = is_present ? HOW_TEXT : HOW_CLEARED;
        v->text = one->value;
        v->ref = ref;
        v->at = one->at;
        if (is_present)
            return;
    }
}

static void pick_first(struct run *r, const struct refs *from, struct value *v)
{
    size_t next = 0;
    pick_next(r, from, NULL, &next, v);
    if (v->how == HOW_TEXT)
        run_doubt(r, v->ref, v->text);
}

/* Before it stand the noughts of databases and spreadsheets (0001, 1601, 1753, 1899-12-30), and
 * nothing that anybody who lives has met. */
#define FIRST_YEAR 1900

/* Whether a nought was written as a time: the first minute of 1970 or 1900. What did begin so long
 * ago is written as a day. */
static bool is_nought(const struct moment *m)
{
    if (m->precision <= TIME_DAY)
        return false;
    if (m->ms == 0)
        return true;
    const struct civil *c = &m->local;
    if (c->year != 1970 && c->year != 1900)
        return false;
    return c->month == 1 && c->day == 1 && c->hour == 0 && c->minute == 0;
}

/* 1 January 1900, which two systems write of two people whose birth date neither knows. */
static bool is_first_day(const struct moment *m)
{
    const struct civil *c = &m->local;
    bool is_new_year = c->month == 1 && c->day == 1;
    return m->precision >= TIME_DAY && is_new_year && c->year == FIRST_YEAR;
}

/* A time that the field may take. An event that is dated by a nought would come before all that was
 * ever said of its person, so that a no would undo no yes. */
static bool read_time(const struct field *f, struct slice text, struct moment *out)
{
    if (!conversion_read_time(f->as, text, out) || out->local.year < FIRST_YEAR)
        return false;
    if (slice_equal_text(f->path, "person.birth_date"))
        return !is_first_day(out);
    return !slice_equal_text(f->path, "header.occurred") || !is_nought(out);
}

/* Whether the conversion can make anything of it: those that read, where others only rewrite. A
 * time that was read is kept. */
static bool can_be_read(struct run *r, const struct field *f, struct value *v)
{
    if (conversion_is_time(f->as)) {
        if (!read_time(f, v->text, &v->moment))
            return false;
        v->how = HOW_MOMENT;
        return true;
    }
    struct moment m;
    if (f->is_dated)
        return read_time(f, v->text, &m);
    bool only_rewrites = f->as != AS_NHS_NUMBER && f->as != AS_BOOLEAN;
    return only_rewrites || conversion_text(f->as, r->a, v->text).p != NULL;
}

static const char *unread_reason(const struct field *f)
{
    if (conversion_is_time(f->as))
        return "no such time";
    if (f->is_dated)
        return "no ISO 8601 date or time, and 'as' does not say how it is written";
    return f->as == AS_NHS_NUMBER ? "no valid NHS number" : "neither yes nor no";
}

/* The first value that can be read; of several that cannot be the first, for `else` to judge. */
static void pick_of_several(struct run *r, const struct field *f, struct value *v)
{
    struct value first = { 0 };
    bool read = false;
    for (size_t next = 0; next < f->from.count || first.how == HOW_ABSENT;) {
        pick_next(r, &f->from, f, &next, v);
        read = v->how == HOW_TEXT && can_be_read(r, f, v);
        if (read || v->how != HOW_TEXT)
            break;
        run_miss(r, v->ref, f->path, v->text, unread_reason(f));
        if (first.how == HOW_ABSENT)
            first = *v;
    }
    if (first.how != HOW_ABSENT && !read)
        *v = first;
}

static bool field_reads(const struct field *f)
{
    return f->table || f->is_dated || conversion_is_time(f->as) || f->as == AS_NHS_NUMBER ||
           f->as == AS_BOOLEAN;
}

/* The value to convert. A single path is not tried here, for field_convert judges it. */
static void pick_readable(struct run *r, const struct field *f, struct value *v)
{
    size_t next = 0;
    if (f->from.count == 1)
        pick_next(r, &f->from, f, &next, v);
    else
        pick_of_several(r, f, v);
    if (v->how == HOW_TEXT && !field_reads(f))
        run_doubt(r, v->ref, v->text);
}

/* "within/value": a number that is unique only within its facility. */
static bool put_within(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    struct value within = { 0 };
    pick_first(r, &f->within, &within);
    if (within.how != HOW_TEXT)
        return true;
    uint8_t *text = arena_raw(r->a, within.text.n + 1 + v->text.n);
    if (!text)
        return err_memory(e);
    memcpy(text, within.text.p, within.text.n);
    text[within.text.n] = '/';
    memcpy(text + within.text.n + 1, v->text.p, v->text.n);
    v->text = slice_of(text, within.text.n + 1 + v->text.n);
    return true;
}

static bool field_convert(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    if (conversion_is_time(f->as)) {
        if (!read_time(f, v->text, &v->moment))
            return field_miss(r, f, v, unread_reason(f), e);
        v->how = HOW_MOMENT;
        return true;
    }
    struct slice text = conversion_text(f->as, r->a, v->text);
    if (!text.p && f->as == AS_NHS_NUMBER) {
        r->skipped_ids++; /* identity falls back to the sender's own id */
        run_miss(r, v->ref, f->path, v->text, unread_reason(f));
        v->how = HOW_ABSENT;
        return true;
    }
    if (!text.p && f->as == AS_BOOLEAN)
        return field_miss(r, f, v, unread_reason(f), e);
    if (!text.p && v->text.n)
        return err_memory(e);
    v->text = text;
    if (!text.n)
        v->how = HOW_ABSENT;
    return true;
}

/* A text that is written as we write times stays as it is; what can only mean one is written so. */
static bool field_date(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    struct moment ours;
    if (!read_time(f, v->text, &v->moment))
        return field_miss(r, f, v, unread_reason(f), e);
    if (!time_from_iso(v->text, &ours))
        v->how = HOW_MOMENT;
    return true;
}

static bool table_look_up(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    const struct slice *to = table_find(f->table, v->text);
    if (!to) {
        struct slice plain = text_plain(r->a, v->text);
        to = plain.p ? table_find(f->table, plain) : NULL;
    }
    if (!to)
        return field_miss(r, f, v, "its table lacks this code", e);
    v->text = *to;
    return true;
}

static bool join_found(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < f->from.count; i++)
        n += run_find(r, &f->from.list[i])->value.n + f->with.n;
    uint8_t *text = arena_raw(r->a, n + 1), *to = text;
    if (!text)
        return err_memory(e);
    for (size_t i = 0; i < f->from.count; i++) {
        const struct found *one = run_find(r, &f->from.list[i]);
        if (one->how != FOUND_PRESENT)
            continue;
        run_doubt(r, &f->from.list[i], one->value);
        if (to > text && f->with.n) {
            memcpy(to, f->with.p, f->with.n);
            to += f->with.n;
        }
        memcpy(to, one->value.p, one->value.n);
        to += one->value.n;
    }
    v->text = slice_of(text, (size_t)(to - text));
    v->ref = &f->from.list[0];
    v->how = v->text.n ? HOW_TEXT : HOW_ABSENT;
    return true;
}

static bool count_repetitions(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    char *digits = arena_format(r->a, "%zu", r->m->format->count(r->d, f->from.list[0].path));
    v->how = HOW_TEXT;
    v->text = slice_text(digits);
    return digits ? true : err_memory(e);
}

/* What the field asks of a text beside its conversion. */
static bool field_finish(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    if (f->table && !table_look_up(r, f, v, e))
        return false;
    if (v->how != HOW_TEXT)
        return true;
    if (f->within.count && !put_within(r, f, v, e))
        return false;
    return !f->is_dated || field_date(r, f, v, e);
}

/* v: all zeros. */
static bool field_evaluate(struct run *r, const struct field *f, struct value *v, struct err *e)
{
    if (f->kind == FIELD_TEXT) {
        v->how = HOW_TEXT;
        v->text = f->text;
        return true;
    }
    if (f->as == AS_COUNT && f->from.count)
        return count_repetitions(r, f, v, e);
    if (f->kind == FIELD_JOIN) {
        if (!join_found(r, f, v, e))
            return false;
    } else {
        pick_readable(r, f, v);
    }
    if (v->how == HOW_TEXT && f->as != AS_TEXT && !field_convert(r, f, v, e))
        return false;
    return v->how != HOW_TEXT || field_finish(r, f, v, e);
}

/* Why a record did not take a value, without its own beginning. */
static const char *reason_of(const struct err *e)
{
    const char *colon = strstr(e->text, "': ");
    return colon ? colon + 3 : e->text;
}

static bool set_slot_text(struct run *r, const struct field *f, struct build *b, size_t slot,
                          struct value *v, struct err *e)
{
    if (build_text(b, slot, v->text, e))
        return true;
    if (e->fate != ERR_REJECT)
        return false;
    struct err why = *e;
    err_clear(e);
    if (!field_miss(r, f, v, arena_text(r->a, slice_text(reason_of(&why))), e))
        return false;
    return v->how != HOW_TEXT || build_text(b, slot, v->text, e);
}

static bool set_slot_value(struct run *r, const struct field *f, struct build *b, size_t slot,
                           struct value *v, struct err *e)
{
    if (v->how == HOW_TEXT)
        return set_slot_text(r, f, b, slot, v, e);
    if (v->how != HOW_MOMENT)
        return true;
    if (plan_slot_at(b->plan, slot)->is_time_ms)
        return build_long(b, slot, v->moment.ms, e);
    const struct header_slots *h = plan_header(b->plan);
    bool is_day = f->as == AS_DATE || (h && h->birth_date == (int)slot);
    v->text = conversion_write_time(is_day ? AS_DATE : AS_ISO_TIME, r->a, &v->moment);
    if (!v->text.p)
        return err_memory(e);
    return set_slot_text(r, f, b, slot, v, e);
}

/* A built item as bytes in the arena. */
static bool encode_item(struct run *r, const struct build *b, struct slice *out, struct err *e)
{
    size_t n = 0, slots = plan_slots(b->plan);
    for (size_t i = 0; i < slots; i++)
        n += b->encoded[i].p ? b->encoded[i].n : 1;
    uint8_t *bytes = arena_raw(r->a, n + 1), *to = bytes;
    if (!bytes)
        return err_memory(e);
    for (size_t i = 0; i < slots; i++) {
        const struct slot *s = plan_slot_at(b->plan, i);
        if (b->encoded[i].p) {
            memcpy(to, b->encoded[i].p, b->encoded[i].n);
            to += b->encoded[i].n;
        } else if (s->nullable || s->type == SLOT_ARRAY) {
            *to++ = 0;
        } else {
            return err_set(e, ERR_REJECT, "map.value", 0, "cannot leave '%.*s' unset",
                           (int)s->path.n, (const char *)s->path.p);
        }
    }
    *out = slice_of(bytes, (size_t)(to - bytes));
    return true;
}

/* One repetition of a list of records. *kept: something in it was set and nothing drops it. */
static bool run_item(struct run *r, const struct field *f, struct slice *out, bool *kept,
                     bool *cleared, struct err *e)
{
    struct build b;
    bool any = false;
    *kept = false;
    if (!build_init(&b, f->item, r->a, e))
        return false;
    for (size_t i = 0; i < f->item_count; i++) {
        const struct field *member = &f->items[i];
        struct value v = { 0 };
        if (!field_evaluate(r, member, &v, e))
            return false;
        if (!set_slot_value(r, member, &b, (size_t)member->slot, &v, e))
            return false;
        if (v.how == HOW_DROP)
            return true;
        bool has_value = v.how == HOW_TEXT || v.how == HOW_MOMENT;
        if (has_value && member->kind != FIELD_TEXT)
            any = true;
        if (v.how == HOW_CLEARED)
            *cleared = true;
    }
    *kept = any;
    return !any || encode_item(r, &b, out, e);
}

/* One repetition of a list of texts. */
static bool run_text_item(struct run *r, const struct field *f, struct slice *out, bool *kept,
                          bool *cleared, struct err *e)
{
    struct value v = { 0 };
    if (!field_evaluate(r, &f->items[0], &v, e))
        return false;
    if (v.how == HOW_MOMENT)
        v.text = conversion_write_time(f->items[0].as, r->a, &v.moment);
    *kept = v.how == HOW_TEXT || v.how == HOW_MOMENT;
    if (v.how == HOW_CLEARED)
        *cleared = true;
    *out = v.text;
    return true;
}

/* The repetitions of one path, added to items. */
static bool run_each(struct run *r, const struct field *f, const struct ref *each,
                     struct slice *items, size_t *n, bool *cleared, struct err *e)
{
    size_t count = r->m->format->count(r->d, each->path);
    if (count > REPETITIONS_MAX)
        return err_set(e, ERR_REJECT, "map.limit", 0,
                       "the message repeats '%.*s' more than %d times", SHOWN(each->text),
                       REPETITIONS_MAX);
    r->base = each->path;
    bool good = true;
    for (size_t i = 0; good && i < count && *n < REPETITIONS_MAX; i++) {
        bool kept = false;
        r->nth = i;
        if (!run_all_hold(r, &f->where))
            continue;
        if (f->item)
            good = run_item(r, f, &items[*n], &kept, cleared, e);
        else
            good = run_text_item(r, f, &items[*n], &kept, cleared, e);
        if (kept)
            ++*n;
    }
    r->base = NULL;
    r->nth = 0;
    return good;
}

static bool set_each(struct run *r, struct build *b, const struct field *f, size_t slot,
                     bool *cleared, struct err *e)
{
    size_t n = 0, room = 0;
    bool any_cleared = false;
    for (size_t i = 0; i < f->each.count; i++)
        room += r->m->format->count(r->d, f->each.list[i].path);
    if (!room)
        return true;
    if (room > REPETITIONS_MAX)
        room = REPETITIONS_MAX;
    struct slice *items = ARENA_ARRAY(r->a, room + 1, struct slice);
    if (!items)
        return err_memory(e);
    for (size_t i = 0; i < f->each.count; i++)
        if (!run_each(r, f, &f->each.list[i], items, &n, &any_cleared, e))
            return false;
    *cleared = n == 0 && any_cleared;
    if (n == 0)
        return true;
    return f->item ? build_items(b, slot, items, n, e) : build_strings(b, slot, items, n, e);
}

/* A list of texts from several paths: each that has a value is an item. */
static bool set_list(struct run *r, struct build *b, const struct field *f, size_t slot,
                     bool *cleared, struct err *e)
{
    struct slice *items = ARENA_ARRAY(r->a, f->from.count + 1, struct slice);
    size_t n = 0;
    bool any_cleared = false;
    if (!items)
        return err_memory(e);
    for (size_t i = 0; i < f->from.count; i++) {
        const struct found *one = run_find(r, &f->from.list[i]);
        any_cleared = any_cleared || one->how == FOUND_CLEARED;
        if (one->how != FOUND_PRESENT)
            continue;
        run_doubt(r, &f->from.list[i], one->value);
        items[n++] = one->value;
    }
    *cleared = n == 0 && any_cleared;
    return n == 0 || build_strings(b, slot, items, n, e);
}

/* What is said beside the value: how precise a time was, the status of an NHS number. */
static bool set_companion(struct run *r, struct build *b, const struct setter *s,
                          const struct value *v, struct err *e)
{
    if (s->companion < 0)
        return true;
    size_t slot = (size_t)s->companion;
    if (v->how == HOW_MOMENT)
        return build_text(b, slot, slice_text(time_precision_name(v->moment.precision)), e);
    struct value status = { 0 };
    if (v->how == HOW_TEXT)
        pick_first(r, &s->field->status, &status);
    return status.how != HOW_TEXT || build_text(b, slot, status.text, e);
}

static bool set_fresh(struct run *r, struct build *b, const struct setter *s, bool *cleared,
                      struct err *e)
{
    const struct field *f = s->field;
    size_t slot = (size_t)s->slot;
    struct value v = { 0 };
    if (f->kind == FIELD_EACH)
        return set_each(r, b, f, slot, cleared, e);
    if (f->kind == FIELD_JOIN && plan_slot_at(b->plan, slot)->type == SLOT_ARRAY)
        return set_list(r, b, f, slot, cleared, e);
    if (!field_evaluate(r, f, &v, e))
        return false;
    if (!set_slot_value(r, f, b, slot, &v, e))
        return false;
    *cleared = v.how == HOW_CLEARED;
    return set_companion(r, b, s, &v, e);
}

/* Sets a common field again: it has the same bytes in every record of this message. */
static void set_again(struct build *b, const struct setter *s, const struct memo *memo,
                      bool *cleared)
{
    *cleared = memo->how == MEMO_CLEARED;
    if (memo->encoded.p)
        b->encoded[s->slot] = memo->encoded;
    if (memo->companion.p && s->companion >= 0)
        b->encoded[s->companion] = memo->companion;
}

bool run_set(struct run *r, struct build *b, const struct setter *s, bool *cleared, struct err *e)
{
    struct memo *memo = s->field->memo >= 0 ? &r->memos[s->field->memo] : NULL;
    if (memo && memo->how != MEMO_UNKNOWN) {
        set_again(b, s, memo, cleared);
        return true;
    }
    if (!set_fresh(r, b, s, cleared, e))
        return false;
    if (!memo)
        return true;
    memo->encoded = b->encoded[s->slot];
    if (s->companion >= 0)
        memo->companion = b->encoded[s->companion];
    memo->how = memo->encoded.p ? MEMO_SET : MEMO_NOTHING;
    if (*cleared)
        memo->how = MEMO_CLEARED;
    return true;
}
