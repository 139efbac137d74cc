/* load_watch.c - the conditions of an in mapping taken together: which words they know of each
 * path, and which words differ by the letters' case alone. */
#include "mapping/inside.h"

/* What is common reads what it names, and tells of it what it cannot keep. */
static bool is_read(const struct mapping *m, int source)
{
    if (refs_name(&m->type, source) || refs_name(&m->id, source))
        return true;
    for (size_t i = 0; i < m->rule_count; i++)
        for (size_t j = 0; j < m->rules[i].setter_count; j++) {
            const struct field *f = m->rules[i].setters[j].field;
            if (f->memo >= 0 && (refs_name(&f->from, source) || refs_name(&f->within, source)))
                return true;
        }
    return false;
}

/* Whether any value there fits one of these, as it does where a condition asks for no word. */
static bool takes_any(const struct conditions *c, int source)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].ref.source == source && (c->list[i].test != IS_WORD || c->list[i].negated))
            return true;
    return false;
}

static bool fits_any(const struct mapping *m, int source)
{
    for (size_t i = 0; i < m->rule_count; i++)
        if (takes_any(&m->rules[i].on, source))
            return true;
    return takes_any(&m->not_carried, source);
}

static bool is_watched(const struct mapping *m, int source)
{
    for (size_t i = 0; i < m->watched_count; i++)
        if (m->watched[i].ref.source == source)
            return true;
    return false;
}

static size_t add_known_words(const struct conditions *c, int source, struct slice *words, size_t n)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct condition *one = &c->list[i];
        if (one->ref.source != source)
            continue;
        if (words && one->word_count)
            memcpy(words + n, one->words, one->word_count * sizeof *words);
        n += one->word_count;
    }
    return n;
}

/* words NULL: only counts them. */
static size_t collect_known(const struct mapping *m, int source, struct slice *words)
{
    size_t n = add_known_words(&m->not_carried, source, words, 0);
    for (size_t i = 0; i < m->rule_count; i++)
        n = add_known_words(&m->rules[i].on, source, words, n);
    return n;
}

static void watch_source(struct loader *l, const struct ref *ref)
{
    struct mapping *m = l->m;
    if (is_watched(m, ref->source) || is_read(m, ref->source) || fits_any(m, ref->source))
        return;
    size_t n = collect_known(m, ref->source, NULL);
    struct watch w = { .ref = *ref, .words = ARENA_ARRAY(l->reader.arena, n + 1, struct slice) };
    if (!w.words) {
        strict_memory(&l->reader);
        return;
    }
    w.word_count = collect_known(m, ref->source, w.words);
    m->watched[m->watched_count++] = w;
}

/* Whether c asks for that word in another case only. */
static bool differs_by_case(const struct condition *c, struct slice word)
{
    bool same = false, other = false;
    for (size_t i = 0; i < c->word_count; i++) {
        if (slice_equal(c->words[i], word))
            same = true;
        if (slice_equal_nocase(c->words[i], word))
            other = true;
    }
    return other && !same;
}

/* Refuses words of one path that differ by case alone: their author meant two things. It is no
 * such case when one of the two conditions has both spellings. */
static void compare_words(struct loader *l, const struct condition *a, const struct condition *b)
{
    if (a->ref.source != b->ref.source)
        return;
    for (size_t i = 0; i < a->word_count; i++) {
        bool shared = !differs_by_case(b, a->words[i]);
        for (size_t j = 0; !shared && j < b->word_count; j++) {
            bool alike = slice_equal_nocase(a->words[i], b->words[j]);
            shared = alike && !differs_by_case(a, b->words[j]);
        }
        if (!shared)
            strict_say_key(&l->reader, a->node, "map.case",
                           "'%.*s' is another rule's word but for capital letters, which do not "
                           "count: choose one spelling",
                           SHOWN(a->words[i]));
    }
}

static void compare_rules(struct loader *l, const struct rule *one, const struct rule *other)
{
    for (size_t i = 0; i < one->on.count; i++)
        for (size_t j = 0; j < other->on.count; j++)
            compare_words(l, &one->on.list[i], &other->on.list[j]);
}

/* The first that restricts, else the first: all have the common fields that find a person. */
static const struct rule *first_restricting(const struct mapping *m)
{
    for (size_t i = 0; i < m->rule_count; i++)
        if (rule_restricts(&m->rules[i]))
            return &m->rules[i];
    return m->rules;
}

static const struct field *unknown_of(const struct mapping *m)
{
    if (!m->teller)
        return NULL;
    for (size_t i = 0; i < m->teller->setter_count; i++) {
        const struct field *f = m->teller->setters[i].field;
        if (!slice_equal_text(f->path, "header.unknown_restriction"))
            continue;
        bool is_common = f->memo >= 0;
        bool is_plain = f->kind == FIELD_FROM && !f->table && f->as == AS_TEXT;
        if (is_common && is_plain)
            return f;
    }
    return NULL;
}

static void load_code_places(struct loader *l)
{
    struct mapping *m = l->m;
    size_t n = m->unknown ? m->unknown->from.count : 0;
    m->places = ARENA_ARRAY(l->reader.arena, n + 1, struct code_place);
    struct err e = { .fate = ERR_NONE };
    for (size_t i = 0; m->places && e.fate == ERR_NONE && i < n; i++) {
        const struct ref *ref = &m->unknown->from.list[i];
        struct code_place *p = &m->places[i];
        *p = (struct code_place){ .name = ref->text, .whole = ref->path };
        if (m->format->place &&
            !m->format->place(l->reader.arena, ref->path, &p->whole, &p->name, &e))
            m->places = NULL;
    }
    for (size_t i = 0; m->places && i < n * n; i++)
        m->places[i / n].most += slice_equal(m->places[i / n].name, m->places[i % n].name);
    if (!m->places)
        strict_memory(&l->reader);
}

/* header.unknown_restriction is looked for in every message, or in none: else nobody would see in
 * which. */
static void check_unknown(struct loader *l)
{
    const struct field *said = NULL;
    for (size_t i = 0; i < l->m->rule_count; i++)
        for (size_t j = 0; j < l->m->rules[i].setter_count; j++) {
            const struct field *f = l->m->rules[i].setters[j].field;
            if (f == l->m->unknown || f == said ||
                !slice_equal_text(f->path, "header.unknown_restriction"))
                continue;
            said = f;
            strict_say_key(&l->reader, f->node, "map.field",
                           "header.unknown_restriction must be set once, under common, by paths "
                           "alone: else unknown restrictions are not looked for in every message");
        }
}

static void add_restricting(struct mapping *m, const struct ref *ref)
{
    for (size_t i = 0; i < m->restricting_count; i++)
        if (m->restricting[i].source == ref->source)
            return;
    if (ref->source < 0)
        return;
    m->restricting_paths[m->restricting_count] = ref->path;
    m->restricting[m->restricting_count++] = *ref;
}

static void add_all(struct mapping *m, const struct refs *refs)
{
    for (size_t i = 0; i < refs->count; i++)
        add_restricting(m, &refs->list[i]);
}

static void load_restricting(struct loader *l)
{
    struct mapping *m = l->m;
    m->restricting = ARENA_ARRAY(l->reader.arena, m->source_count + 1, struct ref);
    m->restricting_paths = ARENA_ARRAY(l->reader.arena, m->source_count + 1, const struct path *);
    if (!m->restricting || !m->restricting_paths) {
        strict_memory(&l->reader);
        return;
    }
    if (m->unknown)
        add_all(m, &m->unknown->from);
    for (size_t i = 0; i < m->rule_count; i++) {
        const struct rule *rule = &m->rules[i];
        if (!rule_says_sharing(rule))
            continue;
        for (size_t j = 0; j < rule->on.count; j++)
            add_restricting(m, &rule->on.list[j].ref);
        for (size_t j = 0; j < rule->setter_count; j++)
            if (rule->setters[j].field->memo < 0)
                add_all(m, &rule->setters[j].field->from);
    }
}

void load_watched(struct loader *l)
{
    struct mapping *m = l->m;
    m->teller = m->rule_count ? first_restricting(m) : NULL;
    m->unknown = unknown_of(m);
    check_unknown(l);
    load_code_places(l);
    load_restricting(l);
    m->watched = ARENA_ARRAY(l->reader.arena, m->source_count + 1, struct watch);
    if (!m->watched) {
        strict_memory(&l->reader);
        return;
    }
    for (size_t i = 0; i < m->rule_count; i++) {
        for (size_t j = i + 1; j < m->rule_count; j++)
            compare_rules(l, &m->rules[i], &m->rules[j]);
        for (size_t j = 0; j < m->rules[i].on.count; j++)
            watch_source(l, &m->rules[i].on.list[j].ref);
    }
}
