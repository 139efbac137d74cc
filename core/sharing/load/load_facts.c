/* load_facts.c - facts.yaml: which events change what is known of a person.
 *
 * One line has "on", "by" and any of: opens (with closed_by), responsible, grants, revokes,
 * objects, lifts_objection, restricts, lifts, links, dies. "by" names who may say it: roles, or
 * "the service itself" that the line is about; roles of a line that lifts are those that check.
 * closed_by has a "by" of its own. A value is "source" or "field PATH", and the path must exist in
 * every type of the line. Who is responsible may also be "unknown", or be found by "places": what
 * the field says, and the service it means. */
#include "sharing/load/load.h"

#define RESTRICTIONS_MAX 62

struct line {
    const struct node *node;
    const uint32_t *on;
    size_t on_count;
    bool *schemas;
    struct sayers by;
};

static void say_no_sayer(struct loader *l, const struct node *n)
{
    char list[90];
    const struct choices roles = { load_roles, sizeof *load_roles, LOAD_ROLES };
    (void)strict_say(&l->reader, n, "bundle.by",
                     "'%.*s' is no role, nor '" SAYER_ITSELF "': the roles are %s", SHOWN(n->text),
                     nearest_list(n->text, &roles, list, sizeof list));
}

static void add_sayer(struct loader *l, const struct node *m, struct sayers *out)
{
    const struct bundle *b = l->bundle;
    if (slice_equal_text(m->text, SAYER_ITSELF)) {
        out->itself = true;
        return;
    }
    if (!load_is_role(m->text))
        say_no_sayer(l, m);
    for (unsigned i = 0; i < b->service_count; i++)
        if (slice_equal(b->services[i].role, m->text))
            services_add(&out->services, i);
}

/* Who may say something. of: the line that needs it, for the place of a problem; how: its
 * grammar. */
static void load_sayers(struct loader *l, const struct node *n, const struct node *of,
                        const char *how, struct sayers *out)
{
    size_t count = n ? strict_count(n) : 0;
    struct slice *words = ARENA_ARRAY(l->reader.arena, count + 1, struct slice);
    *out = (struct sayers){ .words = words, .anybody = !n };
    if (!words) {
        (void)strict_memory(&l->reader);
        return;
    }
    if (!n && !l->source->is_settled)
        (void)strict_say(&l->reader, of, "bundle.by",
                         "'by' is missing, which names who may say this: %s", how);
    for (const struct node *m = strict_each(n, NULL); m; m = strict_each(n, m)) {
        if (m->kind != NODE_TEXT)
            continue;
        words[out->count++] = m->text;
        add_sayer(l, m, out);
    }
    if (n && !out->count)
        (void)strict_say(&l->reader, n, "bundle.by",
                         "'by' is empty: name the roles that may say this");
}

static struct fact_rule *add_fact_rule(struct loader *l, const struct line *line,
                                       enum fact_effect effect)
{
    struct bundle *b = l->bundle;
    struct fact_rule *grown =
        arena_grow(l->reader.arena, l->facts, &l->fact_room, b->fact_count, sizeof *grown);
    if (!grown) {
        (void)strict_memory(&l->reader);
        return NULL;
    }
    b->facts = l->facts = grown;
    struct fact_rule *r = &grown[b->fact_count++];
    *r = (struct fact_rule){ .effect = effect,
                             .line = line->node->line,
                             .by = line->by,
                             .on = line->on,
                             .on_count = line->on_count };
    return r;
}

static void load_value(struct loader *l, const struct node *n, const struct line *line,
                       bool may_be_source, struct fact_value *out)
{
    const struct catalogue *c = l->bundle->catalogue;
    if (!n || n->kind != NODE_TEXT)
        return;
    if (may_be_source && slice_equal_text(n->text, "source")) {
        out->from = FACT_SOURCE;
        return;
    }
    if (!slice_starts(n->text, SLICE("field "))) {
        (void)strict_say(&l->reader, n, "bundle.value", "a value is written %sfield PATH",
                         may_be_source ? "source, or " : "");
        return;
    }
    struct slice path = slice_trim(slice_from(n->text, 6));
    int16_t *slots = ARENA_ARRAY(l->reader.arena, catalogue_count(c), int16_t);
    if (!slots) {
        (void)strict_memory(&l->reader);
        return;
    }
    for (size_t i = 0; i < catalogue_count(c); i++) {
        slots[i] = -1;
        if (!line->schemas[i])
            continue;
        const struct plan *p = catalogue_at(c, i)->plan;
        slots[i] = (int16_t)plan_slot(p, path);
        bool is_text = slots[i] >= 0 && plan_slot_at(p, (size_t)slots[i])->type == SLOT_STRING;
        if (!is_text)
            (void)strict_say(&l->reader, n, "bundle.field",
                             "the type '%.*s' has no text field '%.*s'",
                             SHOWN(catalogue_at(c, i)->name), SHOWN(path));
    }
    *out = (struct fact_value){ .from = FACT_FIELD, .slots = slots };
}

/* places: {RCB55: wexshire-council/s42-inbox}; a text that is not listed leaves it unknown. */
static void load_fact_places(struct loader *l, const struct node *n, struct fact_value *out)
{
    struct fact_place *places = ARENA_ARRAY(l->reader.arena, n->count + 1, struct fact_place);
    size_t count = 0;
    const struct choices_at services = choices_of_services(l->bundle);
    if (!places) {
        (void)strict_memory(&l->reader);
        return;
    }
    if (out->from != FACT_FIELD)
        (void)strict_say_key(&l->reader, n, "bundle.value",
                             "'places' needs 'service: field PATH' beside it");
    for (const struct node *m = n->first; m; m = m->next) {
        int service = m->kind == NODE_TEXT ? bundle_service(l->bundle, m->text) : -1;
        if (service < 0)
            (void)strict_unknown(&l->reader, m, "bundle.service", "service", m->text, &services);
        places[count++] = (struct fact_place){ m->key, service };
    }
    out->places = places;
    out->place_count = count;
}

/* Whether the line names that kind, or another way for its episode to end. */
static bool is_closing(const struct loader *l, const struct fact_rule *r, size_t schema,
                       struct slice kind)
{
    const struct schema *s = catalogue_at(l->bundle->catalogue, schema);
    for (size_t i = 0; i < s->kind_count; i++) {
        int64_t named = bundle_kind(l->bundle, schema, s->kinds[i]);
        if (named >= 0 && kinds_have(r->closed_by, r->closed_by_count, (uint32_t)named) &&
            schema_is_alike(s, s->kinds[i], kind))
            return true;
    }
    return false;
}

/* Adds each kind that is another way for an episode to end than one that the line names: a line
 * written before a schema knew that way would leave the episode open by it. */
static bool add_ways_to_end(struct loader *l, struct fact_rule *r)
{
    const struct catalogue *c = l->bundle->catalogue;
    uint32_t *all = ARENA_ARRAY(l->reader.arena, l->compiled->kind_count + 1, uint32_t);
    size_t n = 0;
    if (!all)
        return strict_memory(&l->reader);
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct schema *s = catalogue_at(c, i);
        for (size_t k = 0; k < s->kind_count; k++)
            if (is_closing(l, r, i, s->kinds[k]))
                all[n++] = (uint32_t)bundle_kind(l->bundle, i, s->kinds[k]);
    }
    r->closed_by = all;
    r->closed_by_count = n;
    return true;
}

/* {Type: [kind, ...], by: [role, ...]} */
static void load_closing(struct loader *l, const struct node *n, struct fact_rule *r)
{
    load_sayers(l, node_get(n, "by"), n, "closed_by: {TYPE: [KIND], by: [ROLE, ...]}", &r->closers);
    if (load_kinds(l, n, &r->closed_by, &r->closed_by_count, NULL))
        (void)add_ways_to_end(l, r);
}

static void load_opens(struct loader *l, const struct node *n, const struct line *line,
                       enum fact_effect effect)
{
    struct fact_rule *r = add_fact_rule(l, line, effect);
    if (!r)
        return;
    strict_keys(&l->reader, n, &load_keys_opens);
    r->word = strict_text(n, "relationship");
    if (node_get(n, "relationship") && !load_is_id(r->word))
        (void)strict_say(&l->reader, n, "bundle.id", "'%.*s' is no id", SHOWN(r->word));
    load_value(l, node_get(n, "with"), line, true, &r->who);
    const struct node *closing = strict_member(line->node, "closed_by", NODE_MAP);
    if (closing)
        load_closing(l, closing, r);
}

static void load_responsible(struct loader *l, const struct node *n, const struct line *line,
                             enum fact_effect effect)
{
    struct fact_rule *r = add_fact_rule(l, line, effect);
    if (!r)
        return;
    strict_keys(&l->reader, n, &load_keys_responsible);
    r->word = strict_text(n, "function");
    if (slice_equal_text(strict_text(n, "service"), "unknown"))
        r->who.from = FACT_UNKNOWN;
    else
        load_value(l, node_get(n, "service"), line, true, &r->who);
    const struct node *places = strict_member(n, "places", NODE_MAP);
    if (places)
        load_fact_places(l, places, &r->who);
}

static void load_consent(struct loader *l, const struct node *n, const struct line *line,
                         enum fact_effect effect)
{
    struct fact_rule *r = add_fact_rule(l, line, effect);
    if (!r)
        return;
    strict_keys(&l->reader, n, &load_keys_consent);
    load_value(l, node_get(n, "scope"), line, false, &r->what);
    load_value(l, node_get(n, "to"), line, false, &r->who);
    load_value(l, node_get(n, "until"), line, false, &r->until);
    load_value(l, node_get(n, "capacity"), line, false, &r->capacity);
    load_value(l, node_get(n, "basis"), line, false, &r->basis);
    load_value(l, node_get(n, "recorder"), line, false, &r->recorder);
}

static void load_objection(struct loader *l, const struct node *n, const struct line *line,
                           enum fact_effect effect)
{
    struct fact_rule *r = add_fact_rule(l, line, effect);
    if (!r)
        return;
    strict_keys(&l->reader, n, &load_keys_objection);
    load_value(l, node_get(n, "to"), line, false, &r->who);
}

static void load_text_field(struct loader *l, const struct node *n, const struct line *line,
                            enum fact_effect effect)
{
    struct fact_rule *r = add_fact_rule(l, line, effect);
    if (r)
        load_value(l, n, line, false, &r->what);
}

static void load_effects(struct loader *l, const struct node *n, const struct line *line)
{
    static const struct {
        const char *key;
        enum fact_effect effect;
        void (*load)(struct loader *l, const struct node *n, const struct line *line,
                     enum fact_effect effect);
    } effects[] = {
        { "opens", FACT_OPENS, load_opens },
        { "responsible", FACT_RESPONSIBLE, load_responsible },
        { "grants", FACT_GRANTS, load_consent },
        { "revokes", FACT_REVOKES, load_consent },
        { "objects", FACT_OBJECTS, load_objection },
        { "lifts_objection", FACT_LIFTS_OBJECTION, load_objection },
        { "restricts", FACT_RESTRICTS, load_text_field },
        { "lifts", FACT_LIFTS, load_text_field },
        { "links", FACT_LINKS, load_text_field },
        { "dies", FACT_DIES, load_text_field },
    };
    const struct node *closed_by = node_get(n, "closed_by");
    if (closed_by && !node_get(n, "opens"))
        (void)strict_say_key(&l->reader, closed_by, "bundle.key",
                             "'closed_by' does nothing without 'opens'");
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
        const struct node *effect = node_get(n, effects[i].key);
        if (effect)
            effects[i].load(l, effect, line, effects[i].effect);
    }
}

/* Of a line about the source, every source is the service itself: that would let anybody say it. */
static void check_itself(struct loader *l, const struct node *n, size_t first)
{
    for (size_t i = first; i < l->bundle->fact_count; i++) {
        const struct fact_rule *r = &l->bundle->facts[i];
        if (r->by.itself && r->who.from != FACT_FIELD && r->effect != FACT_LIFTS)
            (void)strict_say(&l->reader, node_get(n, "by"), "bundle.by",
                             "'" SAYER_ITSELF
                             "' does not fit, since no field of this line names the service: "
                             "name roles");
    }
}

static void load_line(struct loader *l, const struct node *n)
{
    size_t before = l->bundle->fact_count;
    struct line line = { .node = n };
    line.schemas = ARENA_ARRAY(l->reader.arena, catalogue_count(l->bundle->catalogue), bool);
    if (!line.schemas) {
        (void)strict_memory(&l->reader);
        return;
    }
    strict_keys(&l->reader, n, &load_keys_fact);
    if (!load_kinds(l, node_get(n, "on"), &line.on, &line.on_count, line.schemas))
        return;
    load_sayers(l, node_get(n, "by"), n, "by: [ROLE, ...], or by: " SAYER_ITSELF, &line.by);
    load_effects(l, n, &line);
    if (l->bundle->fact_count == before)
        (void)strict_say(&l->reader, n, "bundle.missing",
                         "this line of facts.yaml changes nothing: it needs opens, restricts, "
                         "consents or another effect");
    check_itself(l, n, before);
}

static void add_word(struct words *w, struct slice *list, struct slice word)
{
    w->list = list;
    if (!slice_is_empty(word) && !words_have(w, word))
        list[w->count++] = word;
}

/* Vocabulary of the field that a rule takes its kind of restriction from. */
static void add_vocabulary(const struct loader *l, const struct fact_rule *r, struct slice *list)
{
    const struct catalogue *c = l->bundle->catalogue;
    for (size_t i = 0; r->what.slots && i < catalogue_count(c); i++) {
        if (r->what.slots[i] < 0)
            continue;
        const struct slot *s = plan_slot_at(catalogue_at(c, i)->plan, (size_t)r->what.slots[i]);
        for (size_t v = 0;
             v < s->vocabulary_count && l->compiled->restrictions.count < RESTRICTIONS_MAX; v++)
            add_word(&l->compiled->restrictions, list, s->vocabulary[v]);
    }
}

/* Beside "the service itself" the lines that lift may name roles: those check whether somebody must
 * be hidden. Where none does, whoever says a word has, also who has left the region. */
static void collect_checkers(struct loader *l)
{
    struct compiled *c = l->compiled;
    c->anybody_checks = true;
    for (size_t i = 0; i < l->bundle->fact_count; i++) {
        const struct fact_rule *r = &l->bundle->facts[i];
        if (r->effect != FACT_LIFTS || r->by.count <= r->by.itself)
            continue;
        c->anybody_checks = false;
        for (size_t w = 0; w < SERVICES_WORDS; w++)
            c->checkers.bits[w] |= r->by.services.bits[w];
    }
}

/* The words that conditions may use. */
static void collect_words(struct loader *l)
{
    size_t n = l->bundle->fact_count + 1;
    struct slice *relationships = ARENA_ARRAY(l->reader.arena, n, struct slice);
    struct slice *functions = ARENA_ARRAY(l->reader.arena, n, struct slice);
    struct slice *restrictions = ARENA_ARRAY(l->reader.arena, RESTRICTIONS_MAX + 2, struct slice);
    if (!relationships || !functions || !restrictions) {
        (void)strict_memory(&l->reader);
        return;
    }
    for (size_t i = 0; i < l->bundle->fact_count; i++) {
        const struct fact_rule *r = &l->bundle->facts[i];
        if (r->effect == FACT_OPENS)
            add_word(&l->compiled->relationships, relationships, r->word);
        else if (r->effect == FACT_RESPONSIBLE)
            add_word(&l->compiled->functions, functions, r->word);
        else if (r->effect == FACT_RESTRICTS)
            add_vocabulary(l, r, restrictions);
        else if (r->effect == FACT_DIES)
            add_word(&l->compiled->restrictions, restrictions, SLICE(WORDS_DECEASED));
    }
    if (words_have(&l->compiled->restrictions, SLICE("location")))
        add_word(&l->compiled->restrictions, restrictions, SLICE(WORDS_UNCHECKED));
}

void load_facts(struct loader *l, const struct node *root)
{
    strict_keys(&l->reader, root, &load_keys_facts);
    const struct node *list = strict_member(root, "facts", NODE_LIST);
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        load_line(l, n);
    collect_words(l);
    collect_checkers(l);
}
