/* bundle_people.c - compares the approvers and people of two bundles, and the first approver of
 * each agency with this host's own file. */
#include "commands/bundle_people.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "host/say.h"
#include "sharing/change/pack_approve.h"

#define LINE_BYTES 400

static bool same_key(const struct public_key *a, const struct public_key *b)
{
    return memcmp(a->b, b->b, KEY_BYTES) == 0;
}

/* ---- what changes ---- */

/* What one bundle says of an approver or person. key NULL: it does not name them. */
struct said {
    struct slice words;
    const struct public_key *key;
};

static void print_news(const char *what, struct slice name, const struct said *was,
                       const struct said *is, const char *more)
{
    const struct said *told = is->key ? is : was;
    const char *news = "CHANGED";
    if (!was->key)
        news = "NEW";
    else if (!is->key)
        news = "ENDED";
    else if (slice_equal(was->words, is->words) && same_key(was->key, is->key))
        return;
    else if (slice_equal(was->words, is->words))
        news = "ANOTHER KEY";
    say("  %s %.*s (%.*s): %s%s\n", what, SHOWN(name), (int)told->words.n,
        (const char *)told->words.p, news, more);
}

static struct said of_approver(const struct approver *one, char room[LINE_BYTES])
{
    if (!one)
        return (struct said){ .key = NULL };
    (void)snprintf(room, LINE_BYTES, "%.*s, %.*s", SHOWN(one->agency), SHOWN(one->role));
    return (struct said){ slice_text(room), &one->key };
}

static void print_approver(const struct bundle *before, const struct bundle *now, struct slice name)
{
    char rooms[2][LINE_BYTES];
    const struct approver *a = approver_named(&before->approvers, name);
    const struct approver *b = approver_named(&now->approvers, name);
    const struct said was = of_approver(a, rooms[0]);
    const struct said is = of_approver(b, rooms[1]);
    const char *more = "";
    if (b && !approvers_are_of(&before->approvers, b->agency))
        more = ", the first of its agency: it signs, and each host has its line";
    print_news("approver", name, &was, &is, more);
}

static struct said of_person(const struct bundle *b, const struct named *one, char room[LINE_BYTES])
{
    char time[TIME_TEXT_MAX];
    if (!one)
        return (struct said){ .key = NULL };
    struct slice agency = b->agencies[one->agency].name;
    struct slice last = time_ms_to_iso(one->until_ms, time);
    char roles[LINE_BYTES / 2] = "";
    size_t used = 0;
    for (enum people_role r = 0; r < ROLE_COUNT && used < sizeof roles; r++)
        if (people_person_may(one, r))
            used +=
                (size_t)snprintf(roles + used, sizeof roles - used, ", %s", people_role_name(r));
    (void)snprintf(room, LINE_BYTES, "%.*s%s, before %.*s", SHOWN(agency), roles, SHOWN(last));
    return (struct said){ slice_text(room), &one->key };
}

static void print_person(const struct bundle *before, const struct bundle *now, struct slice name)
{
    char rooms[2][LINE_BYTES];
    const struct said was = of_person(before, people_named(&before->people, name), rooms[0]);
    const struct said is = of_person(now, people_named(&now->people, name), rooms[1]);
    print_news("person", name, &was, &is, "");
}

void bundle_print_people(const struct bundle *before, const struct bundle *now)
{
    for (size_t i = 0; i < now->approvers.count; i++)
        print_approver(before, now, now->approvers.list[i].name);
    for (size_t i = 0; i < before->approvers.count; i++)
        if (!approver_named(&now->approvers, before->approvers.list[i].name))
            print_approver(before, now, before->approvers.list[i].name);
    for (size_t i = 0; i < now->people.count; i++)
        print_person(before, now, now->people.list[i].name);
    for (size_t i = 0; i < before->people.count; i++)
        if (!people_named(&now->people, before->people.list[i].name))
            print_person(before, now, before->people.list[i].name);
}

/* ---- who was first ---- */

static bool has_approver_like(const struct approvers *by, const struct approver *like)
{
    for (size_t i = 0; i < by->count; i++) {
        bool is_agency = slice_equal(by->list[i].agency, like->agency);
        if (is_agency && same_key(&by->list[i].key, &like->key))
            return true;
    }
    return false;
}

static bool is_told_here(const struct site *s, const struct approver *one)
{
    return has_approver_like(&s->by.first, one) || has_approver_like(&s->by.joined, one);
}

/* An approver of that agency in g: one whom this host was told of, if there is one. NULL: none. */
static const struct approver *approver_of(const struct site *s, const struct edition *g,
                                          struct slice agency)
{
    const struct approver *found = NULL;
    for (size_t i = 0; i < g->bundle->approvers.count; i++) {
        const struct approver *one = &g->bundle->approvers.list[i];
        if (slice_equal(one->agency, agency) && (!found || is_told_here(s, one)))
            found = one;
    }
    return found;
}

static void look_at_agency(const struct site *s, struct slice agency, struct problems *warnings)
{
    const struct edition *in = NULL;
    const struct approver *first = NULL;
    for (const struct edition *g = s->last; g; g = g->earlier) {
        const struct approver *one = approver_of(s, g, agency);
        if (!one)
            continue;
        first = one;
        in = g;
    }
    if (first && !is_told_here(s, first))
        (void)problems_say(
            warnings, "check.first", "region.yaml", first->line, 1,
            "'%.*s' approves for '%.*s' by bundle %" PRIu64 " alone, and nobody named them "
            "to this host: ask '%.*s', and write them into its file of approvers, joined:",
            SHOWN(first->name), SHOWN(agency), in->number, SHOWN(agency));
    for (size_t i = 0; !first && i < s->bundle->people.count; i++) {
        const struct named *one = &s->bundle->people.list[i];
        if (slice_equal(s->bundle->agencies[one->agency].name, agency))
            (void)problems_say(warnings, "check.first", "region.yaml", one->line, 1,
                               "'%.*s' may act for '%.*s' by this bundle, and no approver of that "
                               "agency has signed for it",
                               SHOWN(one->name), SHOWN(agency));
    }
}

static bool has_feed(const struct site *s, struct slice agency)
{
    for (size_t i = 0; i < s->feed_count; i++)
        if (slice_equal(s->feeds[i].agency, agency))
            return true;
    return false;
}

void bundle_look_at_people(const struct site *s, struct problems *warnings)
{
    if (s->places.demo)
        return;
    for (size_t i = 0; i < s->bundle->agency_count; i++) {
        struct slice agency = s->bundle->agencies[i].name;
        if (s->has_router || has_feed(s, agency))
            look_at_agency(s, agency, warnings);
    }
}

/* ---- whose key it is ---- */

void bundle_look_at_keys(const struct bundle *b, struct problems *warnings)
{
    for (size_t i = 0; i < b->approvers.count; i++) {
        const struct approver *a = &b->approvers.list[i];
        for (size_t j = 0; j < b->people.count; j++) {
            const struct named *one = &b->people.list[j];
            if (same_key(&a->key, &one->key))
                (void)problems_say(
                    warnings, "check.one-key", "region.yaml", one->line, 1,
                    "'%.*s' acts with the key by which '%.*s' approves, so who holds it can be "
                    "either: make another key for one of them",
                    SHOWN(one->name), SHOWN(a->name));
        }
    }
}
