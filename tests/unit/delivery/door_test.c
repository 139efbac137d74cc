/* door_test.c - the check just before a disclosure leaves, as a table. */
#include "delivery/door.h"

#include "desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

#define NOTHING "-"
#define ALL_LEFT "[Ann A][W7][AB1 2CD][]"

/* want: way and code; left: family, ward, postcode and notice of what would leave. */
/* clang-format off */
static const struct row {
    const char *name, *want, *left;
    struct tell tell;           /* the notice that stands; none at all: an empty one */
    struct say say;             /* zeros: disclosure 1 */
    bool maybe;
    int64_t now_ms;
    const struct bundle *bundle; /* NULL: the example's */
} rows[] = {
    { "nothing is known against it", "pass", ALL_LEFT, .tell = { 0 } },
    { "a category is withheld", "reduce", "[Ann A][-][AB1 2CD][]",
      .tell = { .withhold = { "stay.ward" } } },
    { "and the recipient is told", "reduce", "[Ann A][-][-][ask]",
      .tell = { .withhold = { "stay.ward", "location" }, .tell = "ask" } },
    { "a category stands for all below it", "reduce", "[Ann A][W7][-][]",
      .tell = { .withhold = { "location" } } },
    { "what no clause releases is removed and not told of", "reduce", "[Ann A][W7][-][]",
      .tell = { .withhold = { "location.address" }, .tell = "ask" } },
    { "told although the field is empty, as where it is not", "reduce", "[Ann A][-][AB1 2CD][ask]",
      .tell = { .withhold = { "stay.ward" }, .tell = "ask" }, .say = { .ward = NOTHING } },
    { "an unknown category withholds all that can be released", "stop delivery.nothing-left", NULL,
      .tell = { .withhold = { "no-such-thing" } } },
    { "whatever stands beside it", "stop delivery.nothing-left", NULL,
      .tell = { .withhold = { "no-such-thing", "stay.ward" } } },
    { "a field is withheld by its path", "reduce", "[Ann A][W7][-][]",
      .tell = { .withhold = { "person.postcode" } } },
    { "a list is a field too", "reduce", "[-][W7][AB1 2CD][]",
      .tell = { .withhold = { "person.names" } } },
    { "another field of its category stays", "pass", ALL_LEFT,
      .tell = { .withhold = { "person.address_lines" } } },
    { "a field of another type is known", "pass", ALL_LEFT,
      .tell = { .withhold = { "duty.start" } } },
    { "a category with an exception is withheld whole", "reduce", "[Ann A][W7][-][]",
      .tell = { .withhold = { "location.address except person.postcode" } } },
    { "a path that no type has withholds all", "stop delivery.nothing-left", NULL,
      .tell = { .withhold = { "stay.corridor" } } },
    { "its agreement is stopped", "stop delivery.stopped", NULL,
      .tell = { .stop = { "home-care", "hospital-discharge" } } },
    { "another agreement is stopped", "pass", ALL_LEFT, .tell = { .stop = { "home-care" } } },
    { "it is cancelled", "stop delivery.cancelled", NULL, .tell = { .cancelled = 1 } },
    { "another one is cancelled", "pass", ALL_LEFT, .tell = { .cancelled = 2 } },
    { "cancelled, but it may have arrived", "pass", ALL_LEFT,
      .tell = { .cancelled = 1 }, .maybe = true },
    { "withdrawn, though it may have arrived", "stop delivery.cancelled", NULL,
      .tell = { .cancelled = 1, .waiting = 1 }, .maybe = true },
    { "its agreement has ended", "stop delivery.agreement-ended", NULL, .tell = { 0 },
      .now_ms = IN_2040_MS },
    { "it may have arrived, and its agreement has ended", "stop delivery.agreement-ended", NULL,
      .tell = { 0 }, .maybe = true, .now_ms = IN_2040_MS },
    { "its agreement is unknown", "stop delivery.agreement-ended", NULL, .tell = { 0 },
      .say = { .agreement = "no-such-agreement" } },
    { "a retraction when the agreement has ended", "pass", "[-][-][-][]",
      .tell = { .stop = { "hospital-discharge" } },
      .say = { .n = 2, .action = "retracts", .original = 1 },
      .now_ms = IN_2040_MS },
    { "a retraction is told nothing", "pass", "[-][-][-][]",
      .tell = { .withhold = { "stay.ward" }, .tell = "ask" },
      .say = { .n = 2, .action = "retracts", .original = 1 } },
};
/* clang-format on */

static const char *shown(const struct view *v, const char *path)
{
    struct slice text = view_text_at(v, path);
    return arena_format(&desk.arena, "%.*s", (int)text.n, text.n ? (const char *)text.p : "");
}

static const char *family_of(const struct view *v)
{
    size_t slot = (size_t)plan_slot(v->plan, SLICE("person.names[]")), n = 0;
    const struct view *names;
    if (view_is_null(v, slot) || !view_items(v, slot, &desk.arena, &names, &n, &desk.e) || !n)
        return "-";
    return shown(&names[0], "family");
}

static const char *or_dash(const struct view *v, const char *path)
{
    int slot = plan_slot(v->plan, slice_text(path));
    return view_is_null(v, (size_t)slot) ? "-" : shown(v, path);
}

static bool check(const struct row *row, struct door_verdict *out)
{
    struct say say = row->say;
    struct tell tell = row->tell;
    struct buf work;
    say.who = tell.who = 'A';
    say.n = say.n ? say.n : 1;
    say.ward = !say.ward ? "W7" : strcmp(say.ward, NOTHING) == 0 ? NULL : say.ward;
    say.postcode = "AB1 2CD";
    struct door_input in = {
        .bundle = row->bundle ? row->bundle : desk.bundle,
        .framed = desk_record(&say),
        .maybe = row->maybe,
        .notice = desk_notice(&tell),
        .to = { (uint16_t)bundle_service(desk.bundle, SLICE(SERVICE)) },
        .now_ms = row->now_ms ? row->now_ms : MAY_2026_MS,
    };
    buf_init(&work, 1 << 16);
    bool good = door_check(&in, &desk.arena, &work, out, &desk.e);
    buf_release(&work);
    return good;
}

static const char *verdict_of(const struct door_verdict *v)
{
    static const char *const ways[] = { "pass", "reduce", "stop" };
    return v->code ? arena_format(&desk.arena, "%s %s", ways[v->way], v->code) : ways[v->way];
}

static void every_row_gets_its_verdict(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct door_verdict v;
        CU_ASSERT_FATAL(check(&rows[i], &v));
        const char *got = verdict_of(&v);
        const char *left = arena_format(
            &desk.arena, "[%s][%s][%s][%s]", family_of(&v.view), or_dash(&v.view, "stay.ward"),
            or_dash(&v.view, "person.postcode"), shown(&v.view, "header.notice"));
        bool good =
            strcmp(got, rows[i].want) == 0 && (!rows[i].left || strcmp(left, rows[i].left) == 0);
        if (!good)
            fprintf(stderr, "%s: got %s %s\n", rows[i].name, got, left);
        CU_ASSERT(good);
    }
}

/* Version 3 is the disclosure's; NEW begins later than now. */
enum state { NONE, GOOD, ENDED, STOPPED, NEW, DRAFT };

static struct agreement version(int number, enum state s)
{
    struct agreement g = { .name = SLICE_INIT("hospital-discharge"),
                           .version = s == NONE ? 0 : number,
                           .approved = s != NONE && s != DRAFT,
                           .from_ms = s == NEW ? MAY_2026_MS + 1 : 1,
                           .until_ms = s == ENDED ? MAY_2026_MS : IN_2040_MS,
                           .stopped_ms = s == STOPPED ? MAY_2026_MS : NEVER_MS };
    return g;
}

static void the_version_that_counts_lets_it_through_unless_its_own_is_stopped(void)
{
    static const struct {
        enum state second, third, fourth;
        const char *want;
    } cases[] = {
        { NONE, GOOD, NONE, "pass" },    { GOOD, ENDED, NONE, "stop" },
        { GOOD, STOPPED, NONE, "stop" }, { NONE, STOPPED, GOOD, "stop" },
        { NONE, ENDED, GOOD, "pass" },   { NONE, GOOD, STOPPED, "stop" },
        { NONE, GOOD, NEW, "pass" },     { NONE, GOOD, DRAFT, "pass" },
        { STOPPED, GOOD, NONE, "pass" }, { NONE, NONE, NONE, "stop" },
    };
    for (size_t n = 0; n < 2 * (sizeof cases / sizeof cases[0]);
         n++) { /* in either order of theirs */
        const size_t i = n / 2, first = n % 2 ? 2 : 0;
        struct agreement list[3] = { [1] = version(3, cases[i].third) };
        list[first] = version(2, cases[i].second);
        list[2 - first] = version(4, cases[i].fourth);
        struct bundle b = *desk.bundle;
        struct door_verdict v;
        b.agreements = list;
        b.agreement_count = 3;
        const struct row row = { .bundle = &b };
        CU_ASSERT_FATAL(check(&row, &v));
        CU_ASSERT(strncmp(verdict_of(&v), cases[i].want, 4) == 0);
    }
}

static const struct slice *cleared_of(const struct view *v, size_t *n)
{
    const struct slice *paths = NULL;
    size_t slot = (size_t)plan_header(v->plan)->cleared;
    CU_ASSERT(view_strings(v, slot, &desk.arena, &paths, n, &desk.e));
    return paths;
}

static void a_cleared_field_that_is_withheld_is_not_named(void)
{
    struct row row = { .say = { .n = 1, .cleared = { "person.address_lines", "stay.method" } },
                       .tell = { .withhold = { "location" } } };
    row.say.cleared[2] = "stay.corridor"; /* which nobody here knows */
    struct door_verdict v;
    size_t n = 0;
    CU_ASSERT_FATAL(check(&row, &v));
    CU_ASSERT_EQUAL(v.way, DOOR_REDUCE);
    const struct slice *paths = cleared_of(&v.view, &n);
    CU_ASSERT_EQUAL_FATAL(n, 1);
    CU_ASSERT(slice_equal_text(paths[0], "stay.method"));
}

static void a_list_that_was_cleared_and_may_be_shown_stays_named(void)
{
    struct row row = { .say = { .n = 1, .cleared = { "person.names" } },
                       .tell = { .withhold = { "stay.ward" } } };
    struct door_verdict v;
    size_t n = 0;
    CU_ASSERT_FATAL(check(&row, &v));
    const struct slice *paths = cleared_of(&v.view, &n);
    CU_ASSERT_FATAL(n == 1);
    CU_ASSERT(slice_equal_text(paths[0], "person.names"));
}

/* Law 7: what leaves is the same bytes whatever the withheld fields held. */
static void what_was_withheld_leaves_no_trace(void)
{
    struct row full = { .say = { .n = 1, .ward = "W7" },
                        .tell = { .withhold = { "stay.ward" }, .tell = "ask" } };
    struct row other = full, none = full;
    struct door_verdict a, b, c;
    other.say.ward = "a ward with a much longer name";
    none.say.ward = NOTHING;
    none.say.cleared[0] = "stay.ward";
    CU_ASSERT_FATAL(check(&full, &a) && check(&other, &b) && check(&none, &c));
    CU_ASSERT(slice_equal(a.framed, b.framed) && slice_equal(a.framed, c.framed));
}

static void a_notice_is_not_told_of_twice(void)
{
    struct row row = { .say = { .n = 1 }, .tell = { .withhold = { "stay.ward" }, .tell = "ask" } };
    struct door_verdict once, twice;
    struct buf work;
    CU_ASSERT_FATAL(check(&row, &once));
    row.tell.who = 'A';
    struct door_input in = { .bundle = desk.bundle,
                             .framed = once.framed,
                             .now_ms = MAY_2026_MS,
                             .notice = desk_notice(&row.tell),
                             .to = { (uint16_t)bundle_service(desk.bundle, SLICE(SERVICE)) } };
    buf_init(&work, 1 << 16);
    CU_ASSERT(door_check(&in, &desk.arena, &work, &twice, &desk.e));
    CU_ASSERT_EQUAL(twice.way, DOOR_PASS);
    buf_release(&work);
}

static void says_which_categories_held_something(void)
{
    struct row row = { .say = { .n = 1 }, .tell = { .withhold = { "stay.ward", "stay.site" } } };
    struct door_verdict v;
    CU_ASSERT_FATAL(check(&row, &v));
    CU_ASSERT_EQUAL_FATAL(v.removed_count, 1);
    CU_ASSERT(slice_equal_text(v.removed[0], "stay.ward"));
}

static void says_which_fields_held_something_where_not_all_is_withheld(void)
{
    static const struct row rows_of[] = {
        { .tell = { .withhold = { "person.postcode", "stay.ward" } } },
        { .tell = { .withhold = { "person.postcode", "person.address_lines", "stay.ward" } } },
    };
    static const char *const wanted[] = { "person.postcode", "location.address" };
    for (size_t i = 0; i < 2; i++) {
        struct door_verdict v;
        CU_ASSERT_FATAL(check(&rows_of[i], &v));
        CU_ASSERT_EQUAL_FATAL(v.removed_count, 2);
        CU_ASSERT(slice_equal_text(v.removed[0], wanted[i]) ||
                  slice_equal_text(v.removed[1], wanted[i]));
        CU_ASSERT(slice_equal_text(v.removed[0], "stay.ward") ||
                  slice_equal_text(v.removed[1], "stay.ward"));
    }
}

static void a_notice_that_cannot_be_read_lets_nothing_out(void)
{
    struct row row = { .say = { .n = 1, .who = 'A' } };
    struct door_verdict v;
    struct buf work;
    struct slice broken = desk_notice(&(struct tell){ .who = 'A', .withhold = { "location" } });
    struct door_input in = { .bundle = desk.bundle,
                             .framed = desk_record(&row.say),
                             .now_ms = MAY_2026_MS,
                             .notice = slice_head(broken, broken.n - 1) };
    buf_init(&work, 1 << 16);
    CU_ASSERT_FALSE(door_check(&in, &desk.arena, &work, &v, &desk.e));
    CU_ASSERT_EQUAL(desk.e.fate, ERR_RETRY);
    CU_ASSERT_STRING_EQUAL(desk.e.code, "delivery.notice");
    buf_release(&work);
}

static CU_TestInfo cases[] = {
    { "every row of the table gets its verdict", every_row_gets_its_verdict },
    { "the version that counts lets it through, unless its own is stopped",
      the_version_that_counts_lets_it_through_unless_its_own_is_stopped },
    { "a cleared field that is withheld is not named",
      a_cleared_field_that_is_withheld_is_not_named },
    { "a list that was cleared and may be shown stays named",
      a_list_that_was_cleared_and_may_be_shown_stays_named },
    { "what was withheld leaves no trace", what_was_withheld_leaves_no_trace },
    { "a notice is not told of twice", a_notice_is_not_told_of_twice },
    { "says which categories held something", says_which_categories_held_something },
    { "says which fields held something where not all is withheld",
      says_which_fields_held_something_where_not_all_is_withheld },
    { "a notice that cannot be read lets nothing out",
      a_notice_that_cannot_be_read_lets_nothing_out },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_door = { "door", desk_load, desk_unload, desk_fresh, desk_done, cases };
