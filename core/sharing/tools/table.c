/* table.c - the rows of a decision table: make the case, have it judged, compare. */
#include "sharing/tools/table.h"

#include "host/tree.h"
#include "sharing/decide/decide.h"
#include "sharing/facts/person.h"
#include "sharing/judge/run.h"
#include "sharing/tools/row.h"

#define FILE_BYTES_MAX (1u << 20)
#define DAY_MS ((int64_t)86400000)
#define EVENT_ID "000000000000000000000000000000ff"

/* The first service, other than the recipient, that the clause takes events from; -1: none. */
static int first_source(const struct row *r, const struct clause *c)
{
    for (size_t s = 0; s < r->b->service_count; s++)
        if (services_have(&c->from, (unsigned)s) && (int)s != r->to)
            return (int)s;
    return -1;
}

static bool may_be_of(const struct row *r, const struct clause *c, uint32_t kind)
{
    bool is_from =
        r->source < 0 ? first_source(r, c) >= 0 : services_have(&c->from, (unsigned)r->source);
    return is_from && kinds_have(c->kinds, c->kind_count, kind);
}

/* Of the clauses that share such an event, with the recipient or with anybody: one of an agreement
 * that begins first, so that an agreement added for later moves no row that stands. NULL: none. */
static const struct clause *first_clause(const struct row *r, uint32_t kind, bool with_anybody)
{
    const struct clause *first = NULL;
    for (size_t i = 0; i < r->b->clause_count; i++) {
        const struct clause *c = &r->b->clauses[i];
        bool is_to = with_anybody || services_have(&c->to, (unsigned)r->to);
        if (is_to && may_be_of(r, c, kind) &&
            (!first ||
             r->b->agreements[c->agreement].from_ms < r->b->agreements[first->agreement].from_ms))
            first = c;
    }
    return first;
}

static int default_source(const struct row *r, uint32_t kind)
{
    const struct clause *c = first_clause(r, kind, false);
    if (!c)
        c = first_clause(r, kind, true);
    return c ? first_source(r, c) : r->to == 0 && r->b->service_count > 1;
}

/* The day after that agreement begins; where nothing is shared, after the first of all begins. */
static int64_t default_time(const struct row *r, uint32_t kind)
{
    const struct clause *c = first_clause(r, kind, false);
    if (c)
        return r->b->agreements[c->agreement].from_ms + DAY_MS;
    int64_t first_ms = r->b->agreement_count ? r->b->agreements[0].from_ms : 0;
    for (size_t i = 1; i < r->b->agreement_count; i++)
        if (r->b->agreements[i].from_ms < first_ms)
            first_ms = r->b->agreements[i].from_ms;
    return first_ms + DAY_MS;
}

/* Where the event comes from, and when it is decided, unless the row says. */
static void settle(struct row *r)
{
    int schema = bundle_schema(r->b, r->schema->plan);
    uint32_t kind = (uint32_t)bundle_kind(r->b, (size_t)schema, r->kind);
    if (r->source < 0)
        r->source = default_source(r, kind);
    if (r->at_ms == NEVER_MS)
        r->at_ms = default_time(r, kind);
}

static bool read_event_name(struct row *r)
{
    struct slice name = r->words.list[2];
    size_t dot = slice_find(name, '.');
    r->schema = catalogue_named(r->b->catalogue, slice_head(name, dot));
    r->kind = slice_from(name, dot + 1);
    const struct choices_at types = choices_of_types(r->b->catalogue);
    if (!r->schema || r->schema->internal)
        return row_unknown(r, "event type", slice_head(name, dot), &types);
    const struct choices_at kinds = choices_of_kinds(r->schema);
    if (!schema_has_kind(r->schema, r->kind))
        return row_unknown(r, "kind", r->kind, &kinds);
    r->to = bundle_service(r->b, r->words.list[3]);
    const struct choices_at services = choices_of_services(r->b);
    if (r->to < 0)
        return row_unknown(r, "service", r->words.list[3], &services);
    r->source = -1;
    r->at_ms = NEVER_MS;
    return true;
}

/* A field of the header that follows from the row: the event, from(), at(). */
static bool put_header_text(struct row *r, int slot, struct slice text)
{
    struct slice path = plan_slot_at(r->schema->plan, (size_t)slot)->path;
    if (build_is_set(&r->event, (size_t)slot))
        return row_bad(r, "the row itself decides this field, so leave it out:", path);
    return build_text(&r->event, (size_t)slot, text, r->e);
}

static bool fill_row_header(struct row *r)
{
    const struct header_slots *s = plan_header(r->schema->plan);
    const struct service *source = &r->b->services[r->source];
    struct slice agency = r->b->agencies[source->agency].name;
    struct slice service = slice_from(source->name, agency.n + 1);
    struct build *b = &r->event;
    const struct {
        int slot;
        struct slice text;
    } texts[] = {
        { s->id, SLICE(EVENT_ID) },
        { s->type, r->schema->name },
        { s->kind, r->kind },
        { s->action, SLICE("asserts") },
        { s->source_agency, agency },
        { s->source_service, service },
        { s->environment, SLICE("live") },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!put_header_text(r, texts[i].slot, texts[i].text))
            return false;
    if (!build_long(b, (size_t)s->occurred, r->at_ms, r->e))
        return false;
    return build_strings(b, (size_t)s->cleared, NULL, 0, r->e);
}

/* The event's bytes; never sent, so the frame does not matter. */
static bool finish_event(struct row *r, struct slice *body, struct view *v)
{
    struct buf bytes;
    buf_init(&bytes, FILE_BYTES_MAX);
    bool done = fill_row_header(r) && build_done(&r->event, &bytes, r->e);
    *body = arena_copy(r->arena, buf_slice(&bytes));
    buf_release(&bytes);
    if (!done)
        return false;
    if (!body->p)
        return err_memory(r->e);
    return plan_view(r->schema->plan, r->arena, *body, v, r->e);
}

/* A hold of this very event, for the human who has released it. */
static bool add_released_hold(struct row *r, struct slice framed, struct hold *out)
{
    struct hold *h = list_add(r->arena, &r->draft.holds);
    if (!h)
        return err_memory(r->e);
    *h = (struct hold){ .service = (uint16_t)r->to, .bytes = framed, .since_ms = r->at_ms };
    (void)id_from_hex(SLICE(EVENT_ID), h->event.b);
    *out = *h;
    return true;
}

static bool judge_row(struct row *r, struct judged *out)
{
    struct judge_keys keys = { .recipients = { .set = true } };
    struct person facts;
    struct hold hold;
    struct judge_input in = {
        .bundle = r->b, .keys = &keys, .facts = &facts, .decided_ms = r->at_ms
    };
    if (!finish_event(r, &in.framed, &in.event))
        return false;
    if (r->is_released && !add_released_hold(r, in.framed, &hold))
        return false;
    in.release = r->is_released ? &hold : NULL;
    draft_view(&r->draft, &facts);
    return judge_event(&in, r->arena, out, r->e);
}

/* The decision for the recipient; without one no clause names it. */
static struct decision find_row_decision(const struct row *r, const struct judged *j)
{
    for (size_t i = 0; i < j->decision_count; i++) {
        const struct decision *d = &j->decisions[i];
        if (d->to.n == r->to && !d->caught_up)
            return *d;
    }
    const char *why = j->error ? j->error : reason_code(REASON_NO_CLAUSE);
    return (struct decision){ .outcome = OUTCOME_WITHHOLD, .reason = why };
}

/* What prohibitions would take if a clause released all that the event has. */
static bool prohibit_all(struct row *r, struct decision *d, struct categories *taken)
{
    struct slice framed, tell = { 0 };
    struct view v;
    struct event ev;
    struct person facts;
    struct question q = { .bundle = r->b, .event = &ev, .facts = &facts, .arena = r->arena };
    draft_view(&r->draft, &facts);
    if (!finish_event(r, &framed, &v))
        return false;
    const char *refused = event_read(r->b, &v, framed, r->at_ms, &ev);
    if (refused)
        return err_set(r->e, ERR_REJECT, "table.word", 0,
                       "the rules cannot be applied to the event of this row: %s", refused);
    if (!decide_begin(&q, r->e))
        return false;
    *d = (struct decision){ .to = { (uint16_t)r->to }, .released = q.all };
    if (!decide_prohibit(&q, d, &tell, r->e))
        return false;
    *taken = q.all;
    categories_drop(taken, &d->released);
    return true;
}

/* ---- rows and files ---- */

/* Whether a clause releases something that no other of the decision does, or does plain. */
static bool adds(const struct bundle *b, const struct decision *d, size_t n)
{
    struct categories own = b->clauses[d->clauses[n]].release;
    struct categories plain = b->clauses[d->clauses[n]].plain;
    for (size_t i = 0; i < d->clause_count; i++) {
        if (i == n)
            continue;
        categories_drop(&own, &b->clauses[d->clauses[i]].release);
        categories_drop(&plain, &b->clauses[d->clauses[i]].plain);
    }
    categories_join(&own, &plain);
    categories_keep(&own, &d->released);
    return !categories_is_empty(&own);
}

/* Whether a prohibition takes something that no other does, of what would be released. */
static bool takes(const struct bundle *b, const struct decision *d, size_t n,
                  const struct categories *would)
{
    struct categories own = b->prohibitions[d->prohibitions[n]].withhold;
    categories_keep(&own, would);
    for (size_t i = 0; i < d->prohibition_count; i++)
        if (i != n)
            categories_drop(&own, &b->prohibitions[d->prohibitions[i]].withhold);
    return !categories_is_empty(&own);
}

/* Only what the row would turn out otherwise without. would: what prohibitions were asked about. */
static void note_seen(const struct bundle *b, const struct decision *d,
                      const struct categories *would, struct table_seen *seen)
{
    if (!seen || d->outcome == OUTCOME_HOLD)
        return;
    for (size_t i = 0; i < d->clause_count; i++)
        seen->clauses[d->clauses[i]] |= adds(b, d, i);
    for (size_t i = 0; i < d->prohibition_count; i++)
        seen->prohibitions[d->prohibitions[i]] |= takes(b, d, i, would);
}

/* What the clauses of a decision release of the event. */
static struct categories released_by(const struct row *r, const struct decision *d)
{
    struct categories any = { { 0 } }, has;
    for (size_t i = 0; i < d->clause_count; i++)
        categories_join(&any, &r->b->clauses[d->clauses[i]].release);
    bundle_portions_of(r->b, (size_t)bundle_schema(r->b, r->schema->plan), &has);
    categories_keep(&any, &has);
    return any;
}

/* The facts and the event of the row. */
static bool make_case(struct row *r)
{
    if (r->words.count < 4)
        return err_set(r->e, ERR_REJECT, "table.row", 0,
                       "a row has at least four words: outcome, categories or reason, event, "
                       "recipient; then facts");
    if (!read_event_name(r) || !draft_init(&r->draft, r->arena, &person_unknown, r->e) ||
        !build_init(&r->event, r->schema->plan, r->arena, r->e) || !row_take_settings(r))
        return false;
    settle(r);
    return row_take_facts(r);
}

/* What prohibitions take, of all that such an event has. */
static bool run_prohibitions(struct row *r, struct table_seen *seen)
{
    struct categories taken, all;
    struct decision d;
    if (!prohibit_all(r, &d, &taken) || !row_compare_taken(r, &taken))
        return false;
    bundle_portions_of(r->b, (size_t)bundle_schema(r->b, r->schema->plan), &all);
    note_seen(r->b, &d, &all, seen);
    return true;
}

static bool run_row(struct row *r, struct table_seen *seen)
{
    struct judged j;
    if (!make_case(r) || !row_check_want(r))
        return false;
    if (row_is_of_prohibitions(r))
        return run_prohibitions(r, seen);
    if (!judge_row(r, &j))
        return false;
    struct decision d = find_row_decision(r, &j);
    struct categories would = released_by(r, &d);
    if (!row_compare(r, &d))
        return false;
    note_seen(r->b, &d, &would, seen);
    return true;
}

/* The length of the word that line starts with: to a blank that no quotes hold. */
static size_t word_length(struct slice line)
{
    bool quoted = false;
    size_t n = 0;
    for (; n < line.n; n++) {
        bool is_blank = line.p[n] == ' ' || line.p[n] == '\t';
        if (is_blank && !quoted)
            break;
        if (line.p[n] == '"')
            quoted = !quoted;
    }
    return n;
}

/* Where the comment begins, or the end. */
static size_t comment_at(struct slice line)
{
    bool quoted = false;
    size_t n = 0;
    for (; n < line.n && (quoted || line.p[n] != '#'); n++)
        quoted ^= line.p[n] == '"';
    return n;
}

static bool split_row(struct slice line, struct row_words *out, struct err *e)
{
    out->count = 0;
    for (line = slice_trim(slice_head(line, comment_at(line))); line.n;) {
        size_t n = word_length(line);
        if (out->count == ROW_WORDS_MAX)
            return err_set(e, ERR_REJECT, "table.row", 0, "a row has at most %d words",
                           ROW_WORDS_MAX);
        out->list[out->count++] = slice_head(line, n);
        line = slice_trim(slice_from(line, n));
    }
    return true;
}

/* One line: nothing, facts for the rows below, or a row. */
static bool run_line(struct row *r, struct slice line, struct row_words *given,
                     struct table_seen *seen, struct table_result *out)
{
    if (!split_row(line, &r->words, r->e))
        return false;
    if (r->words.count == 0)
        return true;
    if (slice_equal_text(r->words.list[0], "given")) {
        *given = r->words;
        given->list[0] = given->list[--given->count]; /* in no order */
        return true;
    }
    out->rows++;
    return run_row(r, seen);
}

/* Where in the file: at the word that is wrong, which may stand in a `given` above, or at the
 * row. */
static void add_problem(struct problems *p, const char *path, struct slice whole, uint32_t row,
                        const struct row *r)
{
    uint32_t line = row, column = 1;
    if (r->at && r->at >= whole.p && r->at < whole.p + whole.n) {
        line = 1;
        for (const uint8_t *c = whole.p; c < r->at; c++) {
            column = *c == '\n' ? 1 : column + 1;
            line += *c == '\n';
        }
    }
    (void)problems_say(p, r->e->code, path, line, column, "%s", r->e->text);
}

bool table_run(const struct bundle *b, struct arena *scratch, const char *path,
               struct table_seen *seen, struct problems *p, struct table_result *out)
{
    struct slice text;
    struct err e = { 0 };
    struct row_words given = { .count = 0 };
    *out = (struct table_result){ 0 };
    if (!tree_read_file(scratch, path, FILE_BYTES_MAX, &text, &e)) {
        problems_add(p, &e);
        return false;
    }
    if (slice_starts(text, SLICE("\xef\xbb\xbf"))) /* some editors begin UTF-8 so */
        text = slice_from(text, 3);
    const struct slice whole = text;
    for (uint32_t line = 1; text.n > 0; line++) {
        size_t end = slice_find(text, '\n');
        struct arena_saved saved = arena_save(scratch);
        err_clear(&e);
        struct row r = { .b = b, .arena = scratch, .given = &given, .e = &e };
        if (!run_line(&r, slice_head(text, end), &given, seen, out)) {
            out->failed++;
            add_problem(p, path, whole, line, &r);
        }
        text = slice_from(text, end + 1);
        arena_rewind(scratch, saved);
    }
    return true;
}

bool table_ask(const struct bundle *b, struct arena *a, const struct slice *words, size_t n,
               struct table_answer *out, struct err *e)
{
    const struct row_words none = { .count = 0 };
    struct row *r = ARENA_NEW(a, struct row);
    struct judged j;
    if (!r)
        return err_memory(e);
    *r = (struct row){ .b = b, .arena = a, .given = &none, .e = e };
    if (n + 2 > ROW_WORDS_MAX)
        return err_set(e, ERR_REJECT, "table.row", 0, "an example has at most %d words",
                       ROW_WORDS_MAX - 2);
    r->words.count = n + 2; /* what is wanted stands first in a row */
    for (size_t i = 0; i < n; i++)
        r->words.list[i + 2] = words[i];
    if (!make_case(r) || !judge_row(r, &j))
        return false;
    *out = (struct table_answer){ find_row_decision(r, &j), (uint16_t)r->source, r->at_ms };
    return true;
}
