/* load_basis.c - by what law each party of an agreement may share: UK GDPR article 6, the condition
 * of article 9(2), and the condition of DPA 2018 Schedule 1 that some of those need.
 * The basis in confidentiality stands apart from these. */
#include "sharing/load/load.h"

/* DPA 2018 s.10(3) and (5): which conditions of Schedule 1 (by paragraph) belong to which of
 * 9(2). */
static const struct {
    const char *word;
    const char *condition;
} schedule_1[] = {
    { "employment-and-social-protection", "9(2)(b)" },  /* 1 */
    { "health-or-social-care", "9(2)(h)" },             /* 2 */
    { "public-health", "9(2)(i)" },                     /* 3 */
    { "research", "9(2)(j)" },                          /* 4 */
    { "statutory-and-government-purposes", "9(2)(g)" }, /* 6 */
    { "equality-of-opportunity", "9(2)(g)" },           /* 8 */
    { "preventing-unlawful-acts", "9(2)(g)" },          /* 10 */
    { "protecting-the-public", "9(2)(g)" },             /* 11 */
    { "regulatory-requirements", "9(2)(g)" },           /* 12 */
    { "counselling", "9(2)(g)" },                       /* 17 */
    { "safeguarding", "9(2)(g)" },                      /* 18 */
    { "economic-well-being", "9(2)(g)" },               /* 19 */
};
#define SCHEDULE_1_COUNT (sizeof schedule_1 / sizeof schedule_1[0])

static bool needs_schedule_1(struct slice condition)
{
    for (size_t i = 0; i < SCHEDULE_1_COUNT; i++)
        if (slice_equal_text(condition, schedule_1[i].condition))
            return true;
    return false;
}

static struct slice schedule_1_at(const void *of, size_t i)
{
    return slice_equal_text(*(const struct slice *)of, schedule_1[i].condition)
               ? slice_text(schedule_1[i].word)
               : SLICE("");
}

/* The conditions of Schedule 1 that go with one of 9(2). Returns out. */
static const char *schedule_1_near(struct slice word, struct slice condition, char out[90])
{
    const struct choices_at choices = { &condition, schedule_1_at, SCHEDULE_1_COUNT };
    return nearest_list_at(word, &choices, out, 90);
}

static void check_schedule_1(struct loader *l, const struct node *n, const struct party *p)
{
    const struct node *word = node_get(n, "schedule_1");
    bool is_known = false;
    char near[90];
    if (slice_is_empty(p->schedule_1)) {
        if (needs_schedule_1(p->special_category))
            (void)strict_say(
                &l->reader, n, "bundle.missing",
                "the key 'schedule_1' is missing: %.*s needs a condition of Schedule 1",
                SHOWN(p->special_category));
        return;
    }
    for (size_t i = 0; i < SCHEDULE_1_COUNT; i++) {
        if (!slice_equal_text(p->schedule_1, schedule_1[i].word))
            continue;
        is_known = true;
        if (slice_equal_text(p->special_category, schedule_1[i].condition))
            return;
    }
    if (is_known)
        (void)strict_say(&l->reader, word, "bundle.basis",
                         "'%.*s' does not go with %.*s: it has %s", SHOWN(p->schedule_1),
                         SHOWN(p->special_category),
                         schedule_1_near(p->schedule_1, p->special_category, near));
    else
        (void)strict_say(&l->reader, word, "bundle.word",
                         "unknown condition of Schedule 1 '%.*s': it has %s", SHOWN(p->schedule_1),
                         schedule_1_near(p->schedule_1, p->special_category, near));
}

static void load_party_basis(struct loader *l, const struct node *n, struct party *p)
{
    strict_keys(&l->reader, n, &load_keys_basis);
    p->uk_gdpr = strict_text(n, "uk_gdpr");
    p->special_category = strict_text(n, "special_category");
    p->schedule_1 = strict_text(n, "schedule_1");
    check_schedule_1(l, n, p);
}

static struct party *find_party(struct party *parties, size_t count, int agency)
{
    for (size_t i = 0; i < count; i++)
        if (parties[i].agency == agency)
            return &parties[i];
    return NULL;
}

static void load_bases(struct loader *l, const struct node *basis, struct party *parties,
                       const struct agreement *g)
{
    for (const struct node *n = basis ? basis->first : NULL; n; n = n->next) {
        struct party spare = { 0 };
        char near[LOAD_LIST_BYTES];
        struct party *p = find_party(parties, g->party_count, bundle_agency(l->bundle, n->key));
        if (!p)
            (void)strict_say_key(&l->reader, n, "bundle.agency",
                                 "'%.*s' is no party of this agreement: it has %s", SHOWN(n->key),
                                 load_parties_near(l, g, n->key, near));
        load_party_basis(l, n, p ? p : &spare);
    }
    for (size_t i = 0; basis && i < g->party_count; i++)
        if (!node_get_slice(basis, l->bundle->agencies[parties[i].agency].name))
            (void)strict_say(&l->reader, basis, "bundle.missing",
                             "the party '%.*s' has no legal basis: name it under 'basis'",
                             SHOWN(l->bundle->agencies[parties[i].agency].name));
}

/* Whoever shares by a legal duty must name it. */
static void check_duty(struct loader *l, const struct node *root, const struct agreement *g)
{
    static const char *const by_law[] = { "statutory-duty", "court-order", "s251-nhs-act" };
    bool needs_duty =
        slice_is_one_of_texts(g->confidentiality, by_law, sizeof by_law / sizeof by_law[0]);
    for (size_t i = 0; i < g->party_count; i++)
        needs_duty |= slice_equal_text(g->parties[i].uk_gdpr, "6(1)(c)");
    if (needs_duty && slice_is_empty(g->duty))
        (void)strict_say(&l->reader, root, "bundle.missing",
                         "the key 'duty' is missing: a basis of legal duty must name the duty");
}

void load_basis(struct loader *l, const struct node *root, struct party *parties,
                struct agreement *g)
{
    g->confidentiality = strict_text(root, "confidentiality");
    g->duty = strict_text(root, "duty");
    load_bases(l, strict_member(root, "basis", NODE_MAP), parties, g);
    check_duty(l, root, g);
}
