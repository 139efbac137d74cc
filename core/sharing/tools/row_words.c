/* row_words.c - turns the words of a decision table's row into facts and fields of its event. */
#include "base/clock.h"
#include "sharing/tools/row.h"

#define DAY_MS ((int64_t)86400000)
#define LIST_MAX 16
#define EPISODE SLICE("table")

bool row_bad(struct row *r, const char *what, struct slice word)
{
    r->at = word.p;
    return err_set(r->e, ERR_REJECT, "table.word", 0, "%s '%.*s'", what, SHOWN(word));
}

bool row_unknown(struct row *r, const char *what, struct slice word,
                 const struct choices_at *choices)
{
    char list[110];
    r->at = word.p;
    return err_set(r->e, ERR_REJECT, "table.word", 0, "unknown %s '%.*s': it has %s", what,
                   SHOWN(word), nearest_list_at(word, choices, list, sizeof list));
}

/* Whether the rules know the word. Says which ones they know when they do not. */
static bool is_of_words(struct row *r, const char *what, const struct words *words,
                        struct slice word)
{
    const struct choices_at choices = words_choices(words);
    if (words_have(words, word))
        return true;
    return row_unknown(r, what, word, &choices);
}

/* A word "name(a,b,c)". Arguments that it lacks are empty. */
struct word {
    struct slice whole, name, args[3];
};

static struct word split_word(struct slice text)
{
    struct word w = { .whole = text, .name = text };
    size_t open = slice_find(text, '(');
    if (open == text.n || text.p[text.n - 1] != ')')
        return w;
    struct slice rest = slice_of(text.p + open + 1, text.n - open - 2);
    for (size_t i = 0; i < 3; i++) {
        size_t comma = i < 2 ? slice_find(rest, ',') : rest.n;
        w.args[i] = slice_head(rest, comma);
        rest = slice_from(rest, comma + 1);
    }
    w.name = slice_head(text, open);
    return w;
}

/* The service of that name; the row's recipient when name is empty. */
static bool service_or_to(struct row *r, struct slice name, int *out)
{
    const struct choices_at services = choices_of_services(r->b);
    *out = slice_is_empty(name) ? r->to : bundle_service(r->b, name);
    if (*out >= 0)
        return true;
    return row_unknown(r, "service", name, &services);
}

static bool add_relationship(struct row *r, struct slice kind, struct slice who)
{
    int with;
    if (!is_of_words(r, "relationship", &r->b->compiled->relationships, kind))
        return false;
    struct relationship *x = list_add(r->arena, &r->draft.relationships);
    if (!x)
        return err_memory(r->e);
    x->kind = kind;
    x->is_open = true;
    /* A row says what is so and not who claims it. The event itself is of another episode. */
    x->agency = r->b->services[r->source].agency;
    x->episode = SLICE("as the row says");
    if (!service_or_to(r, who, &with))
        return false;
    x->with = (uint16_t)with;
    return true;
}

static bool take_known(struct row *r, const struct word *w)
{
    const struct words *kinds = &r->b->compiled->relationships;
    if (kinds->count == 0)
        return row_bad(r, "facts.yaml opens no relationship, so nothing can be said by", w->whole);
    return add_relationship(r, kinds->list[0], w->args[0]);
}

static bool take_relationship(struct row *r, const struct word *w)
{
    return add_relationship(r, w->args[0], w->args[1]);
}

static bool take_responsible(struct row *r, const struct word *w)
{
    if (!is_of_words(r, "function", &r->b->compiled->functions, w->args[0]))
        return false;
    struct responsible_fact *x = list_add(r->arena, &r->draft.responsible);
    if (!x)
        return err_memory(r->e);
    x->function = w->args[0];
    x->source = r->b->services[r->source].name;
    return service_or_to(r, w->args[1], &x->service);
}

static bool add_consent(struct row *r, const struct word *w, bool granted)
{
    if (!is_of_words(r, "purpose", &r->b->compiled->purposes, w->args[0]))
        return false;
    struct consent_fact *x = list_add(r->arena, &r->draft.consents);
    if (!x)
        return err_memory(r->e);
    x->purpose = w->args[0];
    x->granted = granted;
    x->until_ms = NEVER_MS;
    if (slice_equal_text(w->args[2], "best-interests"))
        x->basis = w->args[2];
    else if (slice_equal_text(w->args[2], "lacks-capacity"))
        x->capacity = w->args[2];
    else if (w->args[2].n)
        return row_bad(r,
                       "the third word of consent() is best-interests or lacks-capacity, and not",
                       w->args[2]);
    return service_or_to(r, w->args[1], &x->recipient);
}

static bool take_consent(struct row *r, const struct word *w)
{
    return add_consent(r, w, true);
}

static bool take_revoked(struct row *r, const struct word *w)
{
    return add_consent(r, w, false);
}

/* The first service whose word on restrictions counts as checked: a row's restrictions are said by
 * it. Empty: there is none. */
static struct slice name_a_checker(const struct bundle *b)
{
    for (unsigned n = 0; n < b->service_count; n++) {
        bool checks = b->compiled->anybody_checks || services_have(&b->compiled->checkers, n);
        if (checks)
            return b->services[n].name;
    }
    return (struct slice){ .n = 0 };
}

static bool add_restriction(struct row *r, struct slice kind, bool stands)
{
    if (!is_of_words(r, "restriction", &r->b->compiled->restrictions, kind))
        return false;
    struct restriction_fact *x = list_add(r->arena, &r->draft.restrictions);
    if (!x)
        return err_memory(r->e);
    x->kind = kind;
    x->stands = stands;
    x->source = name_a_checker(r->b);
    return true;
}

static bool take_restricted(struct row *r, const struct word *w)
{
    return add_restriction(r, w->args[0], true);
}

static bool take_lifted(struct row *r, const struct word *w)
{
    return add_restriction(r, w->args[0], false);
}

static bool take_objection(struct row *r, const struct word *w)
{
    struct objection_fact *x = list_add(r->arena, &r->draft.objections);
    if (!x)
        return err_memory(r->e);
    x->stands = true;
    return service_or_to(r, w->args[0], &x->recipient);
}

static bool set_list(struct row *r, size_t slot, struct slice value)
{
    struct slice texts[LIST_MAX];
    size_t n = 0;
    struct slice all = value;
    for (; value.n; n++) {
        if (n == LIST_MAX)
            return row_bad(r, "a list may have at most 16 values, and this has more:", all);
        size_t bar = slice_find(value, '|');
        texts[n] = slice_head(value, bar);
        value = slice_from(value, bar + 1);
    }
    return build_strings(&r->event, slot, texts, n, r->e);
}

/* Reads a time, or a day: the moment at which it begins in London. */
static bool read_time(struct row *r, struct slice text, int64_t *ms)
{
    struct moment m;
    if (london_day_start(text, ms))
        return true;
    if (!time_from_iso(text, &m) || m.precision < TIME_MINUTE)
        return row_bad(r, "a day (2026-11-22) or a time (2026-11-22T10:00:00Z) is wanted, and not",
                       text);
    *ms = m.ms;
    return true;
}

static bool set_time(struct row *r, size_t slot, struct slice value)
{
    int64_t ms = 0;
    return read_time(r, value, &ms) && build_long(&r->event, slot, ms, r->e);
}

struct slice row_unquoted(struct slice word)
{
    bool is_quoted = word.n >= 2 && word.p[0] == '"' && word.p[word.n - 1] == '"';
    return is_quoted ? slice_of(word.p + 1, word.n - 2) : word;
}

static bool set_field(struct row *r, struct slice path, struct slice value)
{
    int slot = plan_field(r->schema->plan, path);
    const struct choices_at fields = choices_of_fields(r->schema->plan);
    if (slot < 0)
        return row_unknown(r, "field", path, &fields);
    value = row_unquoted(value);
    const struct slot *s = plan_slot_at(r->schema->plan, (size_t)slot);
    if (s->is_time_ms)
        return set_time(r, (size_t)slot, value);
    if (s->type != SLOT_ARRAY)
        return build_text(&r->event, (size_t)slot, value, r->e);
    return s->item ? row_bad(r, "a row cannot fill a list of records, such as", path)
                   : set_list(r, (size_t)slot, value);
}

/* Fills the first field of the type that names an addressee. */
static bool take_addressed(struct row *r, const struct word *w)
{
    struct categories addressee;
    int service;
    if (!service_or_to(r, w->args[0], &service))
        return false;
    if (!catalogue_categories(r->b->catalogue, SLICE("referral.addressee"), &addressee))
        return false;
    for (size_t i = 0; i < plan_slots(r->schema->plan); i++)
        if (categories_has(&addressee, plan_slot_at(r->schema->plan, i)->category))
            return build_text(&r->event, i, r->b->services[service].name, r->e);
    return row_bad(r, "addressed() needs a field that names an addressee, and there is none in",
                   r->schema->name);
}

static bool take_age(struct row *r, const struct word *w)
{
    uint64_t n = 0;
    struct civil now = london_from_ms(r->at_ms);
    if (!slice_to_u64(w->args[0], &n) || n > 150)
        return row_bad(r, "age() takes years from 0 to 150, and not", w->args[0]);
    bool is_leap_day = now.month == 2 && now.day == 29; /* the year of birth may have none */
    int day = is_leap_day ? 28 : now.day;
    int year = now.year - (int)n;
    const char *born = arena_format(r->arena, "%04d-%02d-%02d", year, now.month, day);
    if (!born)
        return err_memory(r->e);
    return set_field(r, SLICE("person.birth_date"), slice_text(born));
}

/* ended(KIND,DAYS): the event's episode ended with that kind, so many days before the decision. */
static bool take_ended(struct row *r, const struct word *w)
{
    uint64_t days = 0;
    const struct choices_at kinds = choices_of_kinds(r->schema);
    if (!schema_has_kind(r->schema, w->args[0]))
        return row_unknown(r, "kind", w->args[0], &kinds);
    if (!slice_to_u64(w->args[1], &days) || days > 36600)
        return row_bad(r, "ended() takes days from 0 to 36600 as its second word, and not",
                       w->args[1]);
    struct episode_event *x = list_add(r->arena, &r->draft.events);
    if (!x)
        return err_memory(r->e);
    *x = (struct episode_event){ .agency = r->b->services[r->source].agency,
                                 .episode = EPISODE,
                                 .type = r->schema->name,
                                 .kind = w->args[0],
                                 .closed = true,
                                 .closed_ms = r->at_ms - (int64_t)days * DAY_MS };
    x->occurred_ms = x->closed_ms;
    x->decided_ms = x->closed_ms;
    x->id.b[0] = 1;
    return set_field(r, SLICE("header.episode"), EPISODE);
}

/* The first kind of the row's type that begins an episode on whose end some clause depends; the
 * row's own kind when there is none. */
static struct slice opening_kind(const struct row *r)
{
    const struct compiled *k = r->b->compiled;
    size_t type = (size_t)bundle_schema(r->b, r->schema->plan);
    for (size_t i = 1; i < k->end_count; i++) {
        for (size_t n = 0; n < r->schema->kind_count; n++) {
            int64_t kind = bundle_kind(r->b, type, r->schema->kinds[n]);
            if (k->ends[i].begun_by[kind])
                return r->schema->kinds[n];
        }
    }
    return r->kind;
}

/* readmitted: another episode of the same agency and type was opened at the moment of decision. */
static bool take_readmitted(struct row *r, const struct word *w)
{
    const struct words *kinds = &r->b->compiled->relationships;
    uint16_t agency = r->b->services[r->source].agency;
    struct relationship *x = list_add(r->arena, &r->draft.relationships);
    struct episode_event *by = list_add(r->arena, &r->draft.events);
    if (!x || !by)
        return err_memory(r->e);
    if (kinds->count == 0)
        return row_bad(r, "facts.yaml opens no relationship, so nothing can be said by", w->whole);
    *by = (struct episode_event){ .agency = agency,
                                  .episode = SLICE("table-again"),
                                  .type = r->schema->name,
                                  .kind = opening_kind(r),
                                  .occurred_ms = r->at_ms,
                                  .decided_ms = r->at_ms };
    by->id.b[0] = 2;
    *x = (struct relationship){ .kind = kinds->list[0],
                                .with = (uint16_t)r->source,
                                .episode = by->episode,
                                .opened_by = by->id,
                                .opened_ms = r->at_ms,
                                .is_open = true,
                                .agency = agency };
    return set_field(r, SLICE("header.episode"), EPISODE);
}

/* died: the death is registered. died(reported): somebody says so. */
static bool take_died(struct row *r, const struct word *w)
{
    bool is_reported = slice_equal_text(w->args[0], "reported");
    struct death_fact *x = list_add(r->arena, &r->draft.deaths);
    if (!x)
        return err_memory(r->e);
    x->is_formal = !is_reported;
    if (is_reported || slice_is_empty(w->args[0]))
        return true;
    return row_bad(r, "died() takes 'reported' or nothing, and not", w->args[0]);
}

static bool take_released(struct row *r, const struct word *w)
{
    (void)w;
    r->is_released = true;
    return true;
}

/* from() and at() are settings: where the event comes from, and when it is decided. They are taken
 * before the facts, which rest on them. */
static bool take_from(struct row *r, const struct word *w)
{
    return service_or_to(r, w->args[0], &r->source);
}

static bool take_at(struct row *r, const struct word *w)
{
    return read_time(r, w->args[0], &r->at_ms);
}

static const struct {
    const char *name;
    bool is_setting;
    bool (*take)(struct row *r, const struct word *w);
} table_words[] = {
    { "from", true, take_from },
    { "at", true, take_at },
    { "known", false, take_known },
    { "relationship", false, take_relationship },
    { "responsible", false, take_responsible },
    { "consent", false, take_consent },
    { "revoked", false, take_revoked },
    { "restricted", false, take_restricted },
    { "lifted", false, take_lifted },
    { "objection", false, take_objection },
    { "addressed", false, take_addressed },
    { "age", false, take_age },
    { "ended", false, take_ended },
    { "readmitted", false, take_readmitted },
    { "died", false, take_died },
    { "released", false, take_released },
};

static struct slice table_word_at(const void *of, size_t i)
{
    (void)of;
    return slice_text(table_words[i].name);
}

/* Takes one word in its round: first the settings, then the facts and fields. */
static bool take_word(struct row *r, struct slice text, bool settings)
{
    const size_t count = sizeof table_words / sizeof table_words[0];
    struct word w = split_word(text);
    size_t equals = slice_find(text, '=');
    for (size_t i = 0; i < count; i++) {
        if (!slice_equal_text(w.name, table_words[i].name))
            continue;
        bool is_other_round = table_words[i].is_setting != settings;
        return is_other_round || table_words[i].take(r, &w);
    }
    if (settings)
        return true;
    if (equals < text.n)
        return set_field(r, slice_head(text, equals), slice_from(text, equals + 1));
    const struct choices_at words = { NULL, table_word_at, count };
    return row_unknown(r, "word", text, &words);
}

static bool take_words(struct row *r, bool settings)
{
    for (size_t i = 0; i < r->given->count; i++)
        if (!take_word(r, r->given->list[i], settings))
            return false;
    for (size_t i = 4; i < r->words.count; i++)
        if (!take_word(r, r->words.list[i], settings))
            return false;
    return true;
}

bool row_take_settings(struct row *r)
{
    return take_words(r, true);
}

bool row_take_facts(struct row *r)
{
    return take_words(r, false);
}
