/* load_order.c - what is ordered about an agreement that stands: extensions/ carry it past its end
 * for a short while, stops/ end it at once. Loaded after the agreements. */
#include "base/clock.h"
#include "sharing/load/load.h"

#define EXTENSION_DAYS_MAX 30
#define DAY_MS ((int64_t)86400000)
#define HOUR_MS ((int64_t)3600000)

/* The agreement that an order is about: one version of it, or every one ("all"). */
struct target {
    struct slice name;
    int version; /* 0: all */
};

static bool load_target(struct loader *l, const struct node *root, bool may_be_all,
                        struct target *out)
{
    const struct node *name = node_get(root, "agreement"), *version = node_get(root, "version");
    uint64_t number = 0;
    *out = (struct target){ .name = strict_text(root, "agreement") };
    if (!name || !version)
        return false;
    if (may_be_all && slice_equal_text(version->text, "all"))
        number = 0;
    else if (!strict_number(&l->reader, version, 1, 1000000, &number))
        return false;
    out->version = (int)number;
    for (size_t i = 0; i < l->bundle->agreement_count; i++) {
        bool is_version = number == 0 || l->agreements[i].version == out->version;
        if (is_version && slice_equal(l->agreements[i].name, out->name))
            return true;
    }
    char list[110];
    const struct choices_at agreements = choices_of_agreements(l->bundle);
    return strict_say(&l->reader, name, "bundle.agreement",
                      "there is no agreement '%.*s' of that version: it has %s", SHOWN(out->name),
                      nearest_list_at(out->name, &agreements, list, sizeof list));
}

static struct agreement *find_target(struct loader *l, const struct target *t)
{
    for (size_t i = 0; i < l->bundle->agreement_count; i++)
        if (slice_equal(l->agreements[i].name, t->name) && l->agreements[i].version == t->version)
            return &l->agreements[i];
    return NULL;
}

/* ---- extensions ---- */

/* The role of those who extend as people of region.yaml, and hold no office. */
static bool is_person_role(const struct node *role)
{
    return role && slice_equal_text(role->text, people_role_name(ROLE_EXTENDS));
}

/* At least two people, of parties of the agreement. */
static void read_extenders(struct loader *l, const struct node *list, const struct agreement *g)
{
    struct slice first = { 0 };
    bool are_two = false;
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n)) {
        const struct node *agency = node_get(n, "agency");
        struct slice name = strict_text(n, "name");
        int64_t start = 0, end = 0;
        char near[LOAD_LIST_BYTES];
        strict_keys(&l->reader, n, &load_keys_extender);
        if (!l->source->is_settled && !is_person_role(node_get(n, "role")))
            (void)load_approver_role(&l->reader, node_get(n, "role"));
        (void)load_day(l, node_get(n, "on"), &start, &end);
        if (agency && !agreement_has_party(g, bundle_agency(l->bundle, agency->text)))
            (void)strict_say(&l->reader, agency, "bundle.agency",
                             "'%.*s' is no party of this agreement: it has %s", SHOWN(agency->text),
                             load_parties_near(l, g, agency->text, near));
        if (slice_is_empty(first))
            first = name;
        else
            are_two |= !slice_equal(first, name);
    }
    if (list && !are_two)
        (void)strict_say(&l->reader, list, "bundle.approvers",
                         "an extension needs two people who approve it");
}

/* The last millisecond it may be extended to. By the calendar, because the clocks may change
 * between. */
static int64_t extension_limit(const struct agreement *g)
{
    struct civil day = london_from_ms(g->signed_until_ms + EXTENSION_DAYS_MAX * DAY_MS + HOUR_MS);
    bool doubtful = false;
    day.hour = day.minute = day.second = day.ms = 0;
    return london_to_ms(&day, &doubtful);
}

void load_extension(struct loader *l, const struct node *root)
{
    const struct node *until = node_get(root, "until");
    struct target target;
    int64_t start = 0, end = 0;
    strict_keys(&l->reader, root, &load_keys_extension);
    bool is_dated = load_day(l, until, &start, &end);
    if (!load_target(l, root, false, &target))
        return;
    struct agreement *g = find_target(l, &target);
    read_extenders(l, strict_member(root, "approved_by", NODE_LIST), g);
    if (g->extension.n || g->extension_waits) {
        (void)strict_say(
            &l->reader, root, "bundle.duplicate",
            "this version of the agreement is extended already, and that can be done once");
        return;
    }
    if (is_dated && end <= g->signed_until_ms)
        (void)strict_say(
            &l->reader, until, "bundle.day",
            "the extension does not end after the agreement: its 'until' must be later");
    else if (is_dated && end > extension_limit(g))
        (void)strict_say(
            &l->reader, until, "bundle.day",
            "the extension is longer than %d days: make a new version of the agreement instead",
            EXTENSION_DAYS_MAX);
    g->asked = strict_text(root, "reason");
    g->asked_until = strict_text(root, "until");
    if (!load_signed_extension(l, g))
        return;
    g->until_ms = end;
    g->extension = g->asked;
}

/* ---- stops ---- */

/* A moment to the minute at least, in UTC or with its offset, so that nobody has to guess it. */
static bool load_time(struct loader *l, const struct node *n, int64_t *out)
{
    struct moment m = { .ms = 0 };
    if (!n || n->kind != NODE_TEXT)
        return false;
    bool is_read = time_from_iso(n->text, &m);
    if (!is_read || m.precision < TIME_MINUTE || !m.has_offset)
        return strict_say(&l->reader, n, "bundle.time",
                          "'%.*s' is no time: want 2026-11-22T10:00:00Z", SHOWN(n->text));
    *out = m.ms;
    return true;
}

void load_stop(struct loader *l, const struct node *root)
{
    struct target target;
    int64_t from_ms = 0;
    strict_keys(&l->reader, root, &load_keys_stop);
    bool is_timed = load_time(l, node_get(root, "from"), &from_ms);
    if (!load_target(l, root, true, &target) || !is_timed)
        return;
    for (size_t i = 0; i < l->bundle->agreement_count; i++) {
        struct agreement *g = &l->agreements[i];
        bool is_meant = slice_equal(g->name, target.name) &&
                        (target.version == 0 || g->version == target.version);
        if (!is_meant || g->stopped_ms <= from_ms)
            continue;
        g->stopped_ms = from_ms;
        g->stop = strict_text(root, "reason");
    }
}

/* ---- what follows ---- */

void load_succession(struct loader *l)
{
    agreements_succeed(l->agreements, l->bundle->agreement_count);
}
