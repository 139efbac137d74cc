/* load_agreement.c - one agreement file: parties, legal basis, time in force, approvals (ICO data
 * sharing code; domain.md 7.1, 7.6). Its clauses are load_clause.c's. */
#include "sharing/load.h"

#define SHOWN(s) (int)((s).n < 60 ? (s).n : 60), (const char *)(s).p

static const struct key_rule agreement_keys[] = {
    { "agreement", true, NODE_TEXT },
    { "reference", true, NODE_TEXT },
    { "version", true, NODE_TEXT },
    { "title", true, NODE_TEXT },
    { "parties", true, NODE_LIST },
    { "purpose", true, NODE_TEXT },
    { "basis", true, NODE_MAP },
    { "confidentiality", true, NODE_TEXT },
    { "duty", false, NODE_TEXT },
    { "in_force", true, NODE_MAP },
    { "controllers", true, NODE_LIST },
    { "processor", true, NODE_TEXT },
    { "dpia", true, NODE_TEXT },
    { "privacy_notice", true, NODE_TEXT },
    { "retention_at_recipient", true, NODE_TEXT },
    { "onward_sharing", true, NODE_TEXT },
    { "contacts", true, NODE_MAP },
    { "on_termination", true, NODE_TEXT },
    { "approved_by", false, NODE_LIST },
    { "clauses", true, NODE_LIST },
};

static const char *const confidentialities[] = { "implied-consent", "explicit-consent",
                                                 "statutory-duty",  "court-order",
                                                 "s251-nhs-act",    "public-interest",
                                                 "best-interests" };

/* An agency of the region; -1 with a problem. */
static int load_agency_name(struct loader *l, const struct node *n)
{
    int agency = n->kind == NODE_TEXT ? bundle_agency(l->bundle, n->text) : -1;
    if (agency < 0)
        (void)load_say(l, n, "bundle.agency", "unknown agency '%.*s'", SHOWN(n->text));
    return agency;
}

static void load_parties(struct loader *l, const struct node *list, bool *parties)
{
    size_t count = 0;
    for (const struct node *n = load_each(list, NULL); n; n = load_each(list, n), count++) {
        int agency = load_agency_name(l, n);
        if (agency < 0)
            continue;
        if (parties[agency])
            (void)load_say(l, n, "bundle.duplicate", "party '%.*s' stands twice", SHOWN(n->text));
        parties[agency] = true;
    }
    if (list && count < 2)
        (void)load_say(l, list, "bundle.parties", "an agreement has at least two parties");
}

/* DPA 2018 s.10(3): these conditions of Article 9(2) need one of Schedule 1 beside them. */
static bool needs_schedule_1(struct slice condition)
{
    static const char *const conditions[] = { "9(2)(b)", "9(2)(g)", "9(2)(h)", "9(2)(i)",
                                              "9(2)(j)" };
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        if (slice_equal_text(condition, conditions[i]))
            return true;
    return false;
}

static void load_party_basis(struct loader *l, const struct node *n)
{
    static const struct key_rule keys[] = { { "uk_gdpr", true, NODE_TEXT },
                                            { "special_category", true, NODE_TEXT },
                                            { "schedule_1", false, NODE_TEXT } };
    static const char *const articles[] = { "6(1)(a)", "6(1)(b)", "6(1)(c)",
                                            "6(1)(d)", "6(1)(e)", "6(1)(f)" };
    static const char *const conditions[] = { "9(2)(a)", "9(2)(b)", "9(2)(c)", "9(2)(g)",
                                              "9(2)(h)", "9(2)(i)", "9(2)(j)", "none" };
    LOAD_KEYS(l, n, "a party's basis", keys);
    (void)load_one_of(l, node_get(n, "uk_gdpr"), "lawful basis", articles, 6);
    (void)load_one_of(l, node_get(n, "special_category"), "special category condition", conditions,
                      8);
    struct slice condition = load_text(n, "special_category");
    if (needs_schedule_1(condition) && slice_is_empty(load_text(n, "schedule_1")))
        (void)load_say(l, n, "bundle.missing",
                       "%.*s needs its condition of Schedule 1: 'schedule_1'", SHOWN(condition));
}

static void load_basis(struct loader *l, const struct node *basis, const bool *parties)
{
    if (!basis || basis->kind != NODE_MAP)
        return;
    for (const struct node *n = basis->first; n; n = n->next) {
        int agency = bundle_agency(l->bundle, n->key);
        if (agency < 0 || !parties[agency])
            (void)load_say_key(l, n, "bundle.agency", "'%.*s' is no party", SHOWN(n->key));
        load_party_basis(l, n);
    }
    for (size_t i = 0; i < l->bundle->agency_count; i++)
        if (parties[i] && !node_get_slice(basis, l->bundle->agencies[i].name))
            (void)load_say(l, basis, "bundle.missing", "no basis for party '%.*s'",
                           SHOWN(l->bundle->agencies[i].name));
}

static void load_in_force(struct loader *l, const struct node *n, struct agreement *g)
{
    static const struct key_rule keys[] = { { "from", true, NODE_TEXT },
                                            { "until", true, NODE_TEXT },
                                            { "review_by", true, NODE_TEXT } };
    int64_t start = 0, end = 0;
    LOAD_KEYS(l, n, "'in_force'", keys);
    if (load_day(l, node_get(n, "from"), &start, &end))
        g->from_ms = start;
    if (load_day(l, node_get(n, "until"), &start, &end))
        g->until_ms = end;
    (void)load_day(l, node_get(n, "review_by"), &start, &end);
    if (g->until_ms && g->until_ms <= g->from_ms)
        (void)load_say(l, node_get(n, "until"), "bundle.day", "it ends before it begins");
}

/* Active when each party has approved; a party that is missing is no problem of the file. */
static bool load_approvals(struct loader *l, const struct node *list, const bool *parties)
{
    static const struct key_rule keys[] = { { "agency", true, NODE_TEXT },
                                            { "role", true, NODE_TEXT },
                                            { "on", true, NODE_TEXT } };
    bool *approved = ARENA_ARRAY(l->arena, l->bundle->agency_count + 1, bool);
    int64_t start, end;
    if (!approved)
        return load_memory(l);
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next) {
        LOAD_KEYS(l, n, "an approval", keys);
        const struct node *name = node_get(n, "agency");
        int agency = name ? load_agency_name(l, name) : -1;
        if (agency >= 0 && !parties[agency])
            (void)load_say(l, name, "bundle.agency", "'%.*s' is no party", SHOWN(name->text));
        if (load_day(l, node_get(n, "on"), &start, &end) && agency >= 0)
            approved[agency] = true;
    }
    for (size_t i = 0; i < l->bundle->agency_count; i++)
        if (parties[i] && !approved[i])
            return false;
    return true;
}

static void load_people(struct loader *l, const struct node *root)
{
    static const struct key_rule keys[] = { { "rights", true, NODE_TEXT },
                                            { "breach", true, NODE_TEXT } };
    const struct node *controllers = node_get(root, "controllers");
    const struct node *processor = node_get(root, "processor");
    for (const struct node *n = load_each(controllers, NULL); n; n = load_each(controllers, n))
        (void)load_agency_name(l, n);
    if (controllers && controllers->count == 0)
        (void)load_say(l, controllers, "bundle.missing", "no controller is named");
    if (processor)
        (void)load_agency_name(l, processor);
    LOAD_KEYS(l, node_get(root, "contacts"), "'contacts'", keys);
}

/* What is said once of the whole agreement. */
static void load_terms(struct loader *l, const struct node *root, const bool *parties,
                       struct agreement *g)
{
    const struct node *name = node_get(root, "agreement"), *version = node_get(root, "version");
    uint64_t number = 0;
    g->name = load_text(root, "agreement");
    g->reference = load_text(root, "reference");
    g->title = load_text(root, "title");
    g->purpose = load_text(root, "purpose");
    g->confidentiality = load_text(root, "confidentiality");
    g->file = root->file;
    g->line = name ? name->key_line : root->line;
    if (name && !load_is_id(g->name))
        (void)load_say(l, name, "bundle.id", "'%.*s' is no id", SHOWN(g->name));
    if (node_get(root, "purpose") && !load_is_id(g->purpose))
        (void)load_say(l, node_get(root, "purpose"), "bundle.id", "'%.*s' is no id",
                       SHOWN(g->purpose));
    if (version && (!slice_to_u64(version->text, &number) || number == 0 || number > 1000000))
        (void)load_say(l, version, "bundle.number", "'version' is a number from 1 on");
    g->version = (int)number;
    (void)load_one_of(l, node_get(root, "confidentiality"), "confidentiality basis",
                      confidentialities, sizeof confidentialities / sizeof confidentialities[0]);
    load_basis(l, node_get(root, "basis"), parties);
    load_in_force(l, node_get(root, "in_force"), g);
    load_people(l, root);
    g->approved = load_approvals(l, node_get(root, "approved_by"), parties);
}

void load_agreement(struct loader *l, const struct node *root)
{
    struct bundle *b = l->bundle;
    bool *parties = ARENA_ARRAY(l->arena, b->agency_count + 1, bool);
    struct agreement *grown =
        load_grow(l, l->agreements, b->agreement_count, &l->agreement_room, sizeof *grown);
    if (!parties || !grown) {
        (void)load_memory(l);
        return;
    }
    b->agreements = l->agreements = grown;
    struct agreement *g = &grown[b->agreement_count];
    LOAD_KEYS(l, root, "an agreement", agreement_keys);
    load_parties(l, node_get(root, "parties"), parties);
    load_terms(l, root, parties, g);
    for (size_t i = 0; i < b->agreement_count; i++)
        if (slice_equal(b->agreements[i].name, g->name) && b->agreements[i].version == g->version)
            (void)load_say(l, root, "bundle.duplicate",
                           "agreement '%.*s' version %d is also in '%s'", SHOWN(g->name),
                           g->version, b->agreements[i].file);
    load_clauses(l, node_get(root, "clauses"), (uint16_t)b->agreement_count++, parties);
}
