/* load_agreement.c - one agreement file: parties, legal basis, time in force, approvals (ICO data
 * sharing code; domain.md 7.1, 7.6). Its clauses are load_clause.c's. */
#include "sharing/load.h"

static const struct strict_key agreement_keys[] = {
    { "agreement", true, STRICT_TEXT },
    { "reference", true, STRICT_TEXT },
    { "version", true, STRICT_TEXT },
    { "title", true, STRICT_TEXT },
    { "parties", true, STRICT_LIST },
    { "purpose", true, STRICT_TEXT },
    { "basis", true, STRICT_MAP },
    { "confidentiality", true, STRICT_TEXT },
    { "duty", false, STRICT_TEXT },
    { "in_force", true, STRICT_MAP },
    { "controllers", true, STRICT_LIST },
    { "processor", true, STRICT_TEXT },
    { "dpia", true, STRICT_TEXT },
    { "privacy_notice", true, STRICT_TEXT },
    { "retention_at_recipient", true, STRICT_TEXT },
    { "onward_sharing", true, STRICT_TEXT },
    { "contacts", true, STRICT_MAP },
    { "on_termination", true, STRICT_TEXT },
    { "approved_by", false, STRICT_LIST },
    { "clauses", true, STRICT_LIST },
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
        (void)strict_say(&l->reader, n, "bundle.agency", "unknown agency '%.*s'", SHOWN(n->text));
    return agency;
}

static void load_parties(struct loader *l, const struct node *list, bool *parties)
{
    size_t count = 0;
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n), count++) {
        int agency = load_agency_name(l, n);
        if (agency < 0)
            continue;
        if (parties[agency])
            (void)strict_say(&l->reader, n, "bundle.duplicate", "party '%.*s' stands twice",
                             SHOWN(n->text));
        parties[agency] = true;
    }
    if (list && count < 2)
        (void)strict_say(&l->reader, list, "bundle.parties",
                         "an agreement has at least two parties");
}

/* DPA 2018 s.10(3): these conditions of Article 9(2) need one of Schedule 1 beside them. */
static bool needs_schedule_1(struct slice condition)
{
    static const char *const conditions[] = { "9(2)(b)", "9(2)(g)", "9(2)(h)", "9(2)(i)",
                                              "9(2)(j)" };
    return slice_is_one_of_texts(condition, conditions, sizeof conditions / sizeof conditions[0]);
}

static void load_party_basis(struct loader *l, const struct node *n)
{
    static const struct strict_key keys[] = { { "uk_gdpr", true, STRICT_TEXT },
                                              { "special_category", true, STRICT_TEXT },
                                              { "schedule_1", false, STRICT_TEXT } };
    static const char *const articles[] = { "6(1)(a)", "6(1)(b)", "6(1)(c)",
                                            "6(1)(d)", "6(1)(e)", "6(1)(f)" };
    static const char *const conditions[] = { "9(2)(a)", "9(2)(b)", "9(2)(c)", "9(2)(g)",
                                              "9(2)(h)", "9(2)(i)", "9(2)(j)", "none" };
    STRICT_KEYS(&l->reader, n, keys);
    (void)strict_one_of(&l->reader, node_get(n, "uk_gdpr"), articles, 6);
    (void)strict_one_of(&l->reader, node_get(n, "special_category"), conditions, 8);
    struct slice condition = strict_text(n, "special_category");
    if (needs_schedule_1(condition) && slice_is_empty(strict_text(n, "schedule_1")))
        (void)strict_say(&l->reader, n, "bundle.missing",
                         "%.*s needs its condition of Schedule 1: 'schedule_1'", SHOWN(condition));
}

static void load_basis(struct loader *l, const struct node *basis, const bool *parties)
{
    if (!basis)
        return;
    for (const struct node *n = basis->first; n; n = n->next) {
        int agency = bundle_agency(l->bundle, n->key);
        if (agency < 0 || !parties[agency])
            (void)strict_say_key(&l->reader, n, "bundle.agency", "'%.*s' is no party",
                                 SHOWN(n->key));
        load_party_basis(l, n);
    }
    for (size_t i = 0; i < l->bundle->agency_count; i++)
        if (parties[i] && !node_get_slice(basis, l->bundle->agencies[i].name))
            (void)strict_say(&l->reader, basis, "bundle.missing", "no basis for party '%.*s'",
                             SHOWN(l->bundle->agencies[i].name));
}

static void load_in_force(struct loader *l, const struct node *n, struct agreement *g)
{
    static const struct strict_key keys[] = { { "from", true, STRICT_TEXT },
                                              { "until", true, STRICT_TEXT },
                                              { "review_by", true, STRICT_TEXT } };
    int64_t start = 0, end = 0;
    STRICT_KEYS(&l->reader, n, keys);
    if (load_day(l, node_get(n, "from"), &start, &end))
        g->from_ms = start;
    if (load_day(l, node_get(n, "until"), &start, &end))
        g->until_ms = end;
    (void)load_day(l, node_get(n, "review_by"), &start, &end);
    if (g->until_ms && g->until_ms <= g->from_ms)
        (void)strict_say(&l->reader, node_get(n, "until"), "bundle.day",
                         "it ends before it begins");
}

/* Active when each party has approved; a party that is missing is no problem of the file. */
static bool load_approvals(struct loader *l, const struct node *list, const bool *parties)
{
    static const struct strict_key keys[] = { { "agency", true, STRICT_TEXT },
                                              { "role", true, STRICT_TEXT },
                                              { "on", true, STRICT_TEXT } };
    bool *approved = ARENA_ARRAY(l->reader.arena, l->bundle->agency_count + 1, bool);
    int64_t start, end;
    if (!approved)
        return strict_memory(&l->reader);
    for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
        STRICT_KEYS(&l->reader, n, keys);
        const struct node *name = node_get(n, "agency");
        int agency = name ? load_agency_name(l, name) : -1;
        if (agency >= 0 && !parties[agency])
            (void)strict_say(&l->reader, name, "bundle.agency", "'%.*s' is no party",
                             SHOWN(name->text));
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
    static const struct strict_key keys[] = { { "rights", true, STRICT_TEXT },
                                              { "breach", true, STRICT_TEXT } };
    const struct node *controllers = node_get(root, "controllers");
    const struct node *processor = node_get(root, "processor");
    for (const struct node *n = strict_each(controllers, NULL); n; n = strict_each(controllers, n))
        (void)load_agency_name(l, n);
    if (controllers && controllers->count == 0)
        (void)strict_say(&l->reader, controllers, "bundle.missing", "no controller is named");
    if (processor)
        (void)load_agency_name(l, processor);
    STRICT_KEYS(&l->reader, node_get(root, "contacts"), keys);
}

/* What is said once of the whole agreement. */
static void load_terms(struct loader *l, const struct node *root, const bool *parties,
                       struct agreement *g)
{
    const struct node *name = node_get(root, "agreement"), *version = node_get(root, "version");
    uint64_t number = 0;
    g->name = strict_text(root, "agreement");
    g->reference = strict_text(root, "reference");
    g->title = strict_text(root, "title");
    g->purpose = strict_text(root, "purpose");
    g->confidentiality = strict_text(root, "confidentiality");
    g->file = root->file;
    g->line = name ? name->key_line : root->line;
    if (name && !load_is_id(g->name))
        (void)strict_say(&l->reader, name, "bundle.id", "'%.*s' is no id", SHOWN(g->name));
    if (node_get(root, "purpose") && !load_is_id(g->purpose))
        (void)strict_say(&l->reader, node_get(root, "purpose"), "bundle.id", "'%.*s' is no id",
                         SHOWN(g->purpose));
    if (strict_number(&l->reader, version, 1, 1000000, &number))
        g->version = (int)number;
    (void)strict_one_of(&l->reader, node_get(root, "confidentiality"), confidentialities,
                        sizeof confidentialities / sizeof confidentialities[0]);
    load_basis(l, strict_member(root, "basis", NODE_MAP), parties);
    load_in_force(l, node_get(root, "in_force"), g);
    load_people(l, root);
    g->approved = load_approvals(l, strict_member(root, "approved_by", NODE_LIST), parties);
}

void load_agreement(struct loader *l, const struct node *root)
{
    struct bundle *b = l->bundle;
    bool *parties = ARENA_ARRAY(l->reader.arena, b->agency_count + 1, bool);
    struct agreement *grown = arena_grow(l->reader.arena, l->agreements, &l->agreement_room,
                                         b->agreement_count, sizeof *grown);
    if (!parties || !grown) {
        (void)strict_memory(&l->reader);
        return;
    }
    b->agreements = l->agreements = grown;
    struct agreement *g = &grown[b->agreement_count];
    STRICT_KEYS(&l->reader, root, agreement_keys);
    load_parties(l, node_get(root, "parties"), parties);
    load_terms(l, root, parties, g);
    for (size_t i = 0; i < b->agreement_count; i++)
        if (slice_equal(b->agreements[i].name, g->name) && b->agreements[i].version == g->version)
            (void)strict_say(&l->reader, root, "bundle.duplicate",
                             "agreement '%.*s' version %d is also in '%s'", SHOWN(g->name),
                             g->version, b->agreements[i].file);
    load_clauses(l, strict_member(root, "clauses", NODE_LIST), (uint16_t)b->agreement_count++,
                 parties);
}
