/* load_agreement.c - one agreement file: parties, time in force, approvals, and what else the ICO
 * data sharing code wants said. The legal basis is load_basis.c's, the clauses are
 * load_clause.c's. */
#include "sharing/load/load.h"

/* An agency of the region; -1 with a problem. */
static int load_agency_name(struct loader *l, const struct node *n)
{
    int agency = n->kind == NODE_TEXT ? bundle_agency(l->bundle, n->text) : -1;
    const struct choices_at agencies = choices_of_agencies(l->bundle);
    if (agency < 0)
        (void)strict_unknown(&l->reader, n, "bundle.agency", "agency", n->text, &agencies);
    return agency;
}

/* An agency that is a party; -1 with a problem. */
static int load_party_name(struct loader *l, const struct node *n, const struct agreement *g)
{
    char list[LOAD_LIST_BYTES];
    int agency = load_agency_name(l, n);
    if (agency < 0 || agreement_has_party(g, agency))
        return agency;
    (void)strict_say(&l->reader, n, "bundle.agency",
                     "'%.*s' is no party of this agreement: it has %s", SHOWN(n->text),
                     load_parties_near(l, g, n->text, list));
    return -1;
}

/* is_party: by agency. Gives the parties of g; NULL: memory is out, which is told here. */
static struct party *load_parties(struct loader *l, const struct node *list, bool *is_party,
                                  struct agreement *g)
{
    struct party *parties = ARENA_ARRAY(l->reader.arena, strict_count(list) + 1, struct party);
    if (!parties) {
        (void)strict_memory(&l->reader);
        return NULL;
    }
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n)) {
        int agency = load_agency_name(l, n);
        if (agency < 0)
            continue;
        if (is_party[agency])
            (void)strict_say(&l->reader, n, "bundle.duplicate", "party '%.*s' stands twice",
                             SHOWN(n->text));
        else
            parties[g->party_count++].agency = (uint16_t)agency;
        is_party[agency] = true;
    }
    if (list && strict_count(list) < 2)
        (void)strict_say(&l->reader, list, "bundle.parties",
                         "the agreement has fewer than two parties");
    g->parties = parties;
    return parties;
}

static void load_in_force(struct loader *l, const struct node *n, struct agreement *g)
{
    int64_t start = 0, end = 0;
    strict_keys(&l->reader, n, &load_keys_in_force);
    bool begins = load_day(l, node_get(n, "from"), &start, &end);
    g->from_ms = begins ? start : INT64_MIN;
    bool ends = load_day(l, node_get(n, "until"), &start, &end);
    g->signed_until_ms = ends ? end : NEVER_MS;
    g->until_ms = g->signed_until_ms;
    bool is_reviewed = load_day(l, node_get(n, "review_by"), &start, &end);
    g->review_ms = is_reviewed ? end : INT64_MIN;
    if (g->until_ms <= g->from_ms)
        (void)strict_say(&l->reader, node_get(n, "until"), "bundle.day",
                         "the agreement ends before it begins: 'until' must be after 'from'");
    else if (g->review_ms > g->until_ms)
        (void)strict_say(
            &l->reader, node_get(n, "review_by"), "bundle.day",
            "the agreement's review is after its end: 'review_by' must not be after 'until'");
}

static void load_approval(struct loader *l, const struct node *n, struct agreement *g,
                          struct approval *out)
{
    int64_t start = 0, end = 0;
    strict_keys(&l->reader, n, &load_keys_approval);
    if (!l->source->is_settled)
        (void)load_approver_role(&l->reader, node_get(n, "role"));
    const struct node *name = node_get(n, "agency"), *on = node_get(n, "on");
    int agency = name ? load_party_name(l, name, g) : -1;
    bool is_dated = load_day(l, on, &start, &end);
    if (is_dated && g->from_ms != INT64_MIN && start > g->from_ms)
        (void)strict_say(&l->reader, on, "bundle.day",
                         "an approval is dated after the agreement comes into force: set 'from' "
                         "later, or correct the date");
    if (!is_dated || agency < 0)
        return;
    for (size_t i = 0; i < g->approval_count; i++)
        if (g->approvals[i].agency == agency)
            (void)strict_say(&l->reader, name, "bundle.duplicate",
                             "the agency '%.*s' stands twice among those who approve",
                             SHOWN(name->text));
    *out = (struct approval){ (uint16_t)agency, strict_text(n, "role"), start,
                              strict_text(n, "name") };
    g->approval_count++;
}

/* The approvals that the file states itself. A party may be missing: that is no problem of the
 * file. In a signed bundle they do not count (load_signed.c). */
static void load_approvals(struct loader *l, const struct node *list, struct agreement *g)
{
    struct approval *approvals =
        ARENA_ARRAY(l->reader.arena, strict_count(list) + 1, struct approval);
    if (!approvals) {
        (void)strict_memory(&l->reader);
        return;
    }
    g->approvals = approvals;
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n))
        load_approval(l, n, g, &approvals[g->approval_count]);
    g->approved = g->approval_count == g->party_count;
}

static void load_controllers(struct loader *l, const struct node *list, struct agreement *g)
{
    uint16_t *controllers = ARENA_ARRAY(l->reader.arena, strict_count(list) + 1, uint16_t);
    if (!controllers) {
        (void)strict_memory(&l->reader);
        return;
    }
    g->controllers = controllers;
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n)) {
        int agency = load_party_name(l, n, g);
        if (agency >= 0)
            controllers[g->controller_count++] = (uint16_t)agency;
    }
    if (list && strict_count(list) == 0)
        (void)strict_say(&l->reader, list, "bundle.missing",
                         "the agreement names no controller among its parties");
}

static void load_controllers_and_contacts(struct loader *l, const struct node *root,
                                          struct agreement *g)
{
    const struct node *processor = node_get(root, "processor");
    const struct node *contacts = strict_member(root, "contacts", NODE_MAP);
    int agency = processor ? load_agency_name(l, processor) : -1;
    g->processor = agency < 0 ? 0 : (uint16_t)agency;
    load_controllers(l, node_get(root, "controllers"), g);
    strict_keys(&l->reader, contacts, &load_keys_contacts);
    g->contact_rights = strict_text(contacts, "rights");
    g->contact_breach = strict_text(contacts, "breach");
}

static bool is_https(struct slice url)
{
    if (!slice_starts(url, SLICE("https://")))
        return false;
    struct slice host = slice_from(url, strlen("https://"));
    bool has_blank = slice_find(url, ' ') < url.n;
    return !has_blank && host.n > 0 && host.p[0] != '/';
}

/* What the people concerned are told, and what becomes of what was shared. */
static void load_duties(struct loader *l, const struct node *root, struct agreement *g)
{
    const struct node *notice = node_get(root, "privacy_notice");
    g->dpia = strict_text(root, "dpia");
    g->privacy_notice = strict_text(root, "privacy_notice");
    g->retention = strict_text(root, "retention_at_recipient");
    g->onward = strict_text(root, "onward_sharing");
    g->on_termination = strict_text(root, "on_termination");
    if (g->privacy_notice.n && !is_https(g->privacy_notice))
        (void)strict_say(&l->reader, notice, "bundle.address",
                         "'privacy_notice' must be an address that begins with https://");
}

/* What it is called. */
static void load_name(struct loader *l, const struct node *root, struct agreement *g)
{
    const struct node *name = node_get(root, "agreement");
    uint64_t number = 0;
    g->name = load_id(l, root, "agreement");
    g->reference = strict_text(root, "reference");
    g->title = strict_text(root, "title");
    g->purpose = load_id(l, root, "purpose");
    g->file = root->file;
    g->line = name ? name->key_line : root->line;
    if (strict_number(&l->reader, node_get(root, "version"), 1, 1000000, &number))
        g->version = (int)number;
}

static void check_unique(struct loader *l, const struct node *root, const struct agreement *g)
{
    const struct agreement *other = bundle_agreement(l->bundle, g->name, g->version);
    if (other)
        (void)strict_say(&l->reader, root, "bundle.duplicate",
                         "agreement '%.*s' version %d is also in '%s'", SHOWN(g->name), g->version,
                         other->file);
}

void load_agreement(struct loader *l, const struct node *root)
{
    struct bundle *b = l->bundle;
    bool *is_party = ARENA_ARRAY(l->reader.arena, b->agency_count + 1, bool);
    struct agreement *grown = arena_grow(l->reader.arena, l->agreements, &l->agreement_room,
                                         b->agreement_count, sizeof *grown);
    if (!is_party || !grown) {
        (void)strict_memory(&l->reader);
        return;
    }
    b->agreements = l->agreements = grown;
    struct agreement *g = &grown[b->agreement_count];
    *g = (struct agreement){ .stopped_ms = NEVER_MS, .superseded_ms = NEVER_MS };
    strict_keys(&l->reader, root, &load_keys_agreement);
    load_name(l, root, g);
    struct party *parties = load_parties(l, strict_member(root, "parties", NODE_LIST), is_party, g);
    if (!parties)
        return;
    load_basis(l, root, parties, g);
    load_in_force(l, node_get(root, "in_force"), g);
    load_controllers_and_contacts(l, root, g);
    load_duties(l, root, g);
    load_approvals(l, strict_member(root, "approved_by", NODE_LIST), g);
    check_unique(l, root, g);
    size_t number = b->agreement_count++;
    load_clauses(l, strict_member(root, "clauses", NODE_LIST), (uint16_t)number, is_party);
    load_signed_agreement(l, number);
}
