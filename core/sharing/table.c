/* table.c - one row: make the facts and the event it speaks of, judge, compare. */
#include "sharing/table.h"

#include "base/clock.h"
#include "host/tree.h"
#include "sharing/draft.h"

#define FILE_BYTES_MAX (1u << 20)
#define WORDS_MAX 32
#define DAY_MS ((int64_t)86400000)

struct row {
    const struct bundle *b;
    struct arena *arena;
    struct slice words[WORDS_MAX];
    size_t count;
    const struct schema *schema;
    struct slice kind;
    int to, source;
    int64_t at_ms;
    struct draft draft;
    struct build event;
    struct err *e;
};

static bool bad(struct row *r, const char *what, struct slice word)
{
    return err_set(r->e, ERR_REJECT, "table.word", 0, "%s '%.*s'", what, SHOWN(word));
}

/* "name(a,b)" in its parts; a and b may be missing. */
static struct slice split_word(struct slice word, struct slice args[2])
{
    size_t open = slice_find(word, '(');
    args[0] = args[1] = (struct slice){ 0 };
    if (open == word.n || word.p[word.n - 1] != ')')
        return word;
    struct slice inner = slice_of(word.p + open + 1, word.n - open - 2);
    size_t comma = slice_find(inner, ',');
    args[0] = slice_head(inner, comma);
    args[1] = slice_from(inner, comma + 1);
    return slice_head(word, open);
}

/* The recipient, unless another service is named. */
static bool service_or_to(struct row *r, struct slice name, int *out)
{
    *out = slice_is_empty(name) ? r->to : bundle_service(r->b, name);
    return *out >= 0 || bad(r, "unknown service", name);
}

static bool add_relationship(struct row *r, struct slice kind, struct slice who)
{
    int with;
    if (!words_have(&r->b->compiled->relationships, kind))
        return bad(r, "unknown relationship", kind);
    struct relationship *x = list_add(r->arena, &r->draft.relationships);
    if (!x)
        return err_memory(r->e);
    x->kind = kind;
    x->is_open = true;
    if (!service_or_to(r, who, &with))
        return false;
    x->with = (uint16_t)with;
    return true;
}

static bool add_responsible(struct row *r, struct slice function, struct slice who)
{
    if (!words_have(&r->b->compiled->functions, function))
        return bad(r, "unknown function", function);
    struct responsible_fact *x = list_add(r->arena, &r->draft.responsible);
    if (!x)
        return err_memory(r->e);
    x->function = function;
    return service_or_to(r, who, &x->service);
}

static bool add_consent(struct row *r, struct slice purpose, struct slice who)
{
    if (!words_have(&r->b->compiled->purposes, purpose))
        return bad(r, "unknown purpose", purpose);
    struct consent_fact *x = list_add(r->arena, &r->draft.consents);
    if (!x)
        return err_memory(r->e);
    x->purpose = purpose;
    x->granted = true;
    return service_or_to(r, who, &x->recipient);
}

static bool add_restriction(struct row *r, struct slice kind)
{
    if (!words_have(&r->b->compiled->restrictions, kind))
        return bad(r, "unknown restriction", kind);
    struct restriction_fact *x = list_add(r->arena, &r->draft.restrictions);
    if (!x)
        return err_memory(r->e);
    x->kind = kind;
    x->stands = true;
    return true;
}

static bool add_objection(struct row *r)
{
    struct objection_fact *x = list_add(r->arena, &r->draft.objections);
    if (!x)
        return err_memory(r->e);
    x->recipient = r->to;
    x->stands = true;
    return true;
}

static bool set_field(struct row *r, struct slice path, struct slice value)
{
    int slot = plan_slot(r->schema->plan, path);
    if (slot < 0)
        return bad(r, "unknown field", path);
    return build_text(&r->event, (size_t)slot, value, r->e);
}

/* The first field of the type that names an addressee. */
static bool set_addressee(struct row *r, struct slice who)
{
    struct categories addressee;
    int service;
    if (!service_or_to(r, who, &service) ||
        !catalogue_categories(r->b->catalogue, SLICE("referral.addressee"), &addressee))
        return false;
    for (size_t i = 0; i < plan_slots(r->schema->plan); i++)
        if (categories_has(&addressee, plan_slot_at(r->schema->plan, i)->category))
            return build_text(&r->event, i, r->b->services[service].name, r->e);
    return bad(r, "no addressee in", r->schema->name);
}

static bool set_age(struct row *r, struct slice years)
{
    uint64_t n = 0;
    struct civil now = london_from_ms(r->at_ms);
    if (!slice_to_u64(years, &n) || n > 150)
        return bad(r, "no age", years);
    const char *day =
        arena_format(r->arena, "%04d-%02d-%02d", now.year - (int)n, now.month, now.day);
    return day ? set_field(r, SLICE("person.birth_date"), slice_text(day)) : err_memory(r->e);
}

static bool take_fact(struct row *r, struct slice word)
{
    struct slice args[2];
    size_t equals = slice_find(word, '=');
    struct slice name = split_word(word, args);
    if (slice_equal_text(name, "known"))
        return add_relationship(r, r->b->compiled->relationships.list[0], args[0]);
    if (slice_equal_text(name, "relationship"))
        return add_relationship(r, args[0], args[1]);
    if (slice_equal_text(name, "responsible"))
        return add_responsible(r, args[0], args[1]);
    if (slice_equal_text(name, "consent"))
        return add_consent(r, args[0], args[1]);
    if (slice_equal_text(name, "restricted"))
        return add_restriction(r, args[0]);
    if (slice_equal_text(name, "objection"))
        return add_objection(r);
    if (slice_equal_text(name, "addressed"))
        return set_addressee(r, args[0]);
    if (slice_equal_text(name, "age"))
        return set_age(r, args[0]);
    if (equals < word.n)
        return set_field(r, slice_head(word, equals), slice_from(word, equals + 1));
    return bad(r, "unknown word", word);
}

/* from() and at() come before the others: where the event comes from, and when it is decided. */
static bool take_setting(struct row *r, struct slice word, bool *is_setting)
{
    struct slice args[2];
    struct slice name = split_word(word, args);
    *is_setting = true;
    if (slice_equal_text(name, "from"))
        return service_or_to(r, args[0], &r->source);
    if (slice_equal_text(name, "at"))
        return london_day_start(args[0], &r->at_ms) || bad(r, "no day", args[0]);
    *is_setting = false;
    return true;
}

/* Unless the row says: the first service that shares this with the recipient, or with anybody. */
static int default_source(const struct row *r, int64_t kind)
{
    int found = r->to == 0 ? 1 : 0;
    for (size_t i = r->b->clause_count; i-- > 0;) {
        const struct clause *c = &r->b->clauses[i];
        if (!kinds_have(c->kinds, c->kind_count, (uint32_t)kind))
            continue;
        for (size_t s = r->b->service_count; s-- > 0;)
            if (services_have(&c->from, (unsigned)s) && (int)s != r->to &&
                (services_have(&c->to, (unsigned)r->to) || found <= 1))
                found = (int)s;
    }
    return found;
}

/* Unless the row says: when the last of the agreements has begun. */
static int64_t default_time(const struct bundle *b)
{
    int64_t at_ms = 0;
    for (size_t i = 0; i < b->agreement_count; i++)
        if (b->agreements[i].from_ms > at_ms)
            at_ms = b->agreements[i].from_ms;
    return at_ms + DAY_MS;
}

static bool read_event_name(struct row *r)
{
    struct slice name = r->words[2];
    size_t dot = slice_find(name, '.');
    r->schema = catalogue_named(r->b->catalogue, slice_head(name, dot));
    r->kind = slice_from(name, dot + 1);
    if (!r->schema || r->schema->internal || !schema_has_kind(r->schema, r->kind))
        return bad(r, "unknown event", name);
    r->to = bundle_service(r->b, r->words[3]);
    if (r->to < 0)
        return bad(r, "unknown service", r->words[3]);
    int schema = bundle_schema(r->b, r->schema->plan);
    r->source = default_source(r, bundle_kind(r->b, (size_t)schema, r->kind));
    r->at_ms = default_time(r->b);
    return true;
}

static bool fill_header(struct row *r)
{
    const struct header_slots *s = plan_header(r->schema->plan);
    const struct service *source = &r->b->services[r->source];
    struct slice agency = r->b->agencies[source->agency].name;
    struct build *b = &r->event;
    return build_text(b, (size_t)s->id, SLICE("000000000000000000000000000000ff"), r->e) &&
           build_text(b, (size_t)s->type, r->schema->name, r->e) &&
           build_text(b, (size_t)s->kind, r->kind, r->e) &&
           build_text(b, (size_t)s->action, SLICE("asserts"), r->e) &&
           build_long(b, (size_t)s->occurred, r->at_ms, r->e) &&
           build_text(b, (size_t)s->source_agency, agency, r->e) &&
           build_text(b, (size_t)s->source_service, slice_from(source->name, agency.n + 1), r->e) &&
           build_text(b, (size_t)s->environment, SLICE("live"), r->e) &&
           build_strings(b, (size_t)s->cleared, NULL, 0, r->e);
}

static bool make_case(struct row *r)
{
    if (!draft_init(&r->draft, r->arena, &person_unknown, r->e) ||
        !build_init(&r->event, r->schema->plan, r->arena, r->e))
        return false;
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 4; i < r->count; i++) {
            bool is_setting = false;
            if (!take_setting(r, r->words[i], &is_setting) ||
                (pass == 1 && !is_setting && !take_fact(r, r->words[i])))
                return false;
        }
    }
    return fill_header(r);
}

static bool judge_row(struct row *r, struct judged *out)
{
    struct judge_keys keys = { .recipients = { .set = true } };
    struct person facts;
    struct buf framed;
    struct judge_input in = {
        .bundle = r->b, .keys = &keys, .facts = &facts, .decided_ms = r->at_ms
    };
    draft_view(&r->draft, &facts);
    buf_init(&framed, FILE_BYTES_MAX);
    bool done = build_done(&r->event, &framed, r->e);
    struct slice body = arena_copy(r->arena, buf_slice(&framed));
    buf_release(&framed);
    in.framed = body; /* never sent: the frame does not matter */
    return done && plan_view(r->schema->plan, r->arena, body, &in.event, r->e) &&
           judge_event(&in, r->arena, out, r->e);
}

/* The decision for the recipient; without one no clause names it. */
static struct decision find_decision(const struct row *r, const struct judged *j)
{
    for (size_t i = 0; i < j->decision_count; i++)
        if (j->decisions[i].to.n == r->to && !j->decisions[i].caught_up)
            return j->decisions[i];
    return (struct decision){ .outcome = OUTCOME_WITHHOLD,
                              .reason = j->error ? j->error : reason_code(REASON_NO_CLAUSE) };
}

static bool compare_categories(struct row *r, const struct decision *d)
{
    struct slice rest = r->words[1];
    struct categories wanted = { { 0 } };
    bool exactly = slice_starts(rest, SLICE("="));
    for (rest = slice_from(rest, exactly); rest.n > 0;) {
        size_t comma = slice_find(rest, ',');
        struct categories one;
        if (!catalogue_categories(r->b->catalogue, slice_head(rest, comma), &one))
            return bad(r, "unknown or ambiguous category", slice_head(rest, comma));
        struct categories missing = one;
        categories_drop(&missing, &d->released);
        if (!categories_is_empty(&missing))
            return bad(r, "not released:", slice_head(rest, comma));
        categories_join(&wanted, &one);
        rest = slice_from(rest, comma + 1);
    }
    if (!exactly || categories_equal(&wanted, &d->released))
        return true;
    struct categories more = d->released;
    categories_drop(&more, &wanted);
    for (unsigned i = 0; i < catalogue_category_count(r->b->catalogue); i++)
        if (categories_has(&more, i))
            return bad(r,
                       "released beyond what is wanted:", catalogue_category(r->b->catalogue, i));
    return true;
}

static bool compare(struct row *r, const struct decision *d)
{
    if (!slice_equal_text(r->words[0], outcome_name(d->outcome)))
        return err_set(r->e, ERR_REJECT, "table.outcome", 0, "wanted %.*s, decided %s (%s)",
                       SHOWN(r->words[0]), outcome_name(d->outcome), d->reason);
    if (d->outcome == OUTCOME_DISCLOSE)
        return compare_categories(r, d);
    return slice_equal_text(r->words[1], d->reason) ||
           err_set(r->e, ERR_REJECT, "table.reason", 0, "wanted reason %.*s, decided %s",
                   SHOWN(r->words[1]), d->reason);
}

static bool run_row(struct row *r)
{
    struct judged j;
    if (r->count < 4)
        return err_set(r->e, ERR_REJECT, "table.row", 0, "a row is: want, event, to, facts");
    if (!read_event_name(r) || !make_case(r) || !judge_row(r, &j))
        return false;
    struct decision d = find_decision(r, &j);
    return compare(r, &d);
}

static void split_row(struct row *r, struct slice line)
{
    r->count = 0;
    for (line = slice_trim(slice_head(line, slice_find(line, '#')));
         line.n && r->count < WORDS_MAX;) {
        size_t n = 0;
        while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
            n++;
        r->words[r->count++] = slice_head(line, n);
        line = slice_trim(slice_from(line, n));
    }
}

bool table_run(const struct bundle *b, struct arena *scratch, const char *path, struct problems *p,
               struct table_result *out)
{
    struct slice text;
    struct err e = { 0 };
    *out = (struct table_result){ 0 };
    if (!tree_read_file(scratch, path, FILE_BYTES_MAX, &text, &e)) {
        problems_add(p, &e);
        return false;
    }
    for (uint32_t line = 1; text.n > 0; line++) {
        size_t end = slice_find(text, '\n');
        struct arena_mark mark = arena_mark(scratch);
        err_clear(&e);
        struct row r = { .b = b, .arena = scratch, .e = &e };
        split_row(&r, slice_head(text, end));
        text = slice_from(text, end + 1);
        if (r.count == 0)
            continue;
        out->rows++;
        if (!run_row(&r)) {
            out->failed++;
            (void)problems_say(p, e.code, path, line, 1, "%s", e.text);
        }
        arena_rewind(scratch, mark);
    }
    return true;
}
