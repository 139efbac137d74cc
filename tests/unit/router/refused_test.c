/* refused_test.c - what was refused of a person while they were known by a local id alone is
 * refused under each key that the id leads to; this file stands in for the feeds that carry it. */
#include <CUnit/CUnit.h>

#include "acting.h"
#include "record/wire.h"

#define LINKS "links.hosp"
#define EVENTS "events.hosp"

static const char id[] = ACTING_ID;
static const char second_id[] = "0000019f0000000000000000000000bb";
static const char third_id[] = "0000019f0000000000000000000000cc";

/* Who a local id is, as the hospital's feeds know: "ada" by its own key, "nora" by her number, with
 * another local id beside it. */
static const struct {
    const char *local_id, *who;
} leads[] = {
    { "H1", "ada" }, { "H1", "nora" }, { "H2", "nora" }, { "H2", "nora-h2" }, { "H3", "nora-h3" },
};

/* ---- the feeds ---- */

static int64_t carried; /* how far links.hosp was read */

static struct view open_refused(struct slice framed)
{
    struct view v;
    const struct schema *s = catalogue_named(world.catalogue, SLICE("Refused"));
    CU_ASSERT_TRUE_FATAL(
        plan_view(s->plan, &world.arena, slice_from(framed, WIRE_HEADER_BYTES), &v, &world.e));
    return v;
}

static bool is_refused_record(struct slice framed)
{
    uint64_t fingerprint = 0;
    struct slice body;
    struct err ignored = { .fate = ERR_NONE };
    return wire_open(framed, &fingerprint, &body, &ignored) &&
           fingerprint ==
               plan_fingerprint(catalogue_named(world.catalogue, SLICE("Refused"))->plan);
}

static void publish_for(const char *topic, const char *who, struct slice framed)
{
    struct subject_key key;
    world_key(who, &key);
    world_publish(topic, world_partition(who), slice_of(key.b, ID_BYTES), framed);
}

/* What came since: to whom its local id leads. True when there was any. */
static bool carry_new(void)
{
    struct bus_reader *reader = NULL;
    struct slice list[64];
    size_t count = 0, n = 0;
    bool end = false;
    CU_ASSERT_TRUE_FATAL(bus_reader_open(world.bus, LINKS, 0, 0, &reader, &world.e));
    while (!end) {
        const struct bus_record *r = NULL;
        CU_ASSERT_TRUE_FATAL(bus_reader_next(reader, 0, &r, &n, &end, &world.e));
        for (size_t i = 0; i < n; i++)
            if (r[i].offset >= carried) {
                carried = r[i].offset + 1;
                if (is_refused_record(r[i].value))
                    list[count++] = arena_copy(&world.arena, r[i].value);
            }
    }
    bus_reader_close(&reader);
    for (size_t i = 0; i < count; i++) {
        const struct view v = open_refused(list[i]);
        for (size_t j = 0; j < sizeof leads / sizeof leads[0]; j++)
            if (slice_equal_text(view_text_at(&v, "local_id"), leads[j].local_id))
                publish_for(EVENTS, leads[j].who, list[i]);
    }
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    return count > 0;
}

/* Until nobody says anything new: it ends. */
static void carry(void)
{
    int rounds = 0;
    while (carry_new())
        CU_ASSERT_FATAL(++rounds < 8);
}

/* ---- what is said ---- */

static void say(const char *who, const char *local_id, const char *kind, const char *episode,
                const char *event)
{
    const char *set[] = { "subject.local_id", local_id, "header.identity_confidence",
                          strcmp(who, "nora") == 0 ? "verified" : "local", NULL };
    world_say(
        &(struct say){ .who = who, .kind = kind, .episode = episode, .id = event, .set = set });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void correct(const char *who, const char *event, const char *original)
{
    const char *set[] = { "subject.local_id", "H1", "header.action", "replaces", "header.original",
                          original,           NULL };
    world_say(&(struct say){ .who = who, .kind = "ready_for_discharge", .id = event, .set = set });
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static void act_of(const char *who, const char *word, const char *event, const char *by)
{
    struct buf file;
    struct act x = acting_make(word, event, SOCIAL);
    world_key(who, &x.subject);
    acting_sign(&x, by);
    buf_init(&file, ACT_BYTES_MAX);
    act_put_file(&x, &file);
    acting_put(buf_slice(&file), world_partition(who));
    buf_release(&file);
}

static void fresh(void)
{
    world_fresh();
    carried = 0;
}

/* Held while only the local id is known, and refused with its episode. */
static void refuse_episode_of_ada(void)
{
    say("ada", "H1", "ready_for_discharge", "v1", id);
    act_of("ada", "refuse-episode", id, "njeri");
    carry();
}

/* The last decision on that event for council/social; NULL: there is none. */
static const struct audit_decision *decided(const char *event, const struct audit_read **entry)
{
    const struct audit_decision *last = NULL;
    for (size_t i = 0; i < world.entry_count; i++)
        for (size_t j = 0; j < world.entries[i].r.decision_count; j++) {
            const struct audit_decision *d = &world.entries[i].r.decisions[j];
            if (!slice_equal_text(d->event_id, event) || !slice_equal_text(d->recipient, SOCIAL))
                continue;
            last = d;
            *entry = &world.entries[i].r;
        }
    return last;
}

static bool is_decided(const char *event, const char *reason)
{
    const struct audit_read *r = NULL;
    const struct audit_decision *d = decided(event, &r);
    return d && slice_equal_text(d->reason, reason);
}

/* ---- the tests ---- */

static void of_a_refused_episode_nothing_goes_under_the_number(void)
{
    const struct audit_read *r = NULL;
    world_known("nora");
    refuse_episode_of_ada();
    say("nora", "H1", "admitted", "v1", second_id);
    CU_ASSERT_TRUE(is_decided(second_id, "hold-refused"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(decided(second_id, &r));
    CU_ASSERT_TRUE(slice_starts(r->note, SLICE("refused from council/social by njeri at ")));
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, ACTING_ID ":" SOCIAL, 47));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_restart();
    say("nora", "H1", "discharged", "v1", NULL);
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    say("nora", "H1", "admitted", "v2", third_id);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void refused_by_the_number_it_is_refused_under_the_local_id(void)
{
    world_known("ada");
    say("nora", "H1", "ready_for_discharge", "v1", id);
    act_of("nora", "refuse-episode", id, "njeri");
    carry();
    say("ada", "H1", "admitted", "v1", second_id);
    CU_ASSERT_TRUE(is_decided(second_id, "hold-refused"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

static void a_correction_under_the_other_key_is_refused(void)
{
    say("ada", "H1", "ready_for_discharge", NULL, id);
    act_of("ada", "refuse", id, "njeri");
    carry();
    correct("nora", second_id, id);
    CU_ASSERT_TRUE(is_decided(second_id, "hold-refused"));
    carry();
    correct("ada", third_id, second_id); /* which was a correction elsewhere */
    CU_ASSERT_TRUE(is_decided(third_id, "hold-refused"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

/* Two ids of hers in the hospital, one of them linked only later. */
static void it_goes_along_a_chain_of_links(void)
{
    world_known("nora-h2");
    world_known("nora-h3");
    say("nora", "H2", "discharged", "v0", NULL);
    refuse_episode_of_ada();
    say("nora-h2", "H2", "admitted", "v1", second_id);
    CU_ASSERT_TRUE(is_decided(second_id, "hold-refused"));
    say("nora", "H3", "discharged", "v0", NULL);
    carry();
    say("nora-h3", "H3", "admitted", "v1", third_id);
    CU_ASSERT_TRUE(is_decided(third_id, "hold-refused"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

static void what_waited_under_the_other_key_ends_as_refused(void)
{
    say("nora", "H1", "ready_for_discharge", "v1", second_id);
    CU_ASSERT_TRUE(is_decided(second_id, "unknown"));
    refuse_episode_of_ada();
    CU_ASSERT_TRUE(is_decided(second_id, "hold-refused"));
    act_of("nora", "release", second_id, "omar");
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    act_of("nora", "reopen", second_id, "omar");
    carry();
    CU_ASSERT_TRUE(is_decided(second_id, "unknown"));
    CU_ASSERT_TRUE(is_decided(id, "unknown"));
    act_of("nora", "release", second_id, "omar");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void reopened_where_it_was_refused_it_is_open_everywhere(void)
{
    world_known("nora");
    refuse_episode_of_ada();
    say("nora", "H1", "admitted", "v1", second_id);
    act_of("ada", "reopen", id, "omar");
    say("nora", "H1", "moved", "v1", NULL);
    carry();
    CU_ASSERT_TRUE(is_decided(id, "unknown"));
    CU_ASSERT_TRUE(is_decided(second_id, "reopened"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    act_of("nora", "release", second_id, "omar");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    say("nora", "H1", "discharged", "v1", NULL);
    CU_ASSERT_EQUAL(acting_delivered(), 2);
    act_of("ada", "refuse-episode", id, "njeri"); /* another no, which the old yes does not lift */
    carry();
    say("nora", "H1", "admitted", "v1", third_id);
    CU_ASSERT_TRUE(is_decided(third_id, "hold-refused"));
    world_agree();
}

static void named_by_what_was_kept_back_it_is_reopened_everywhere(void)
{
    world_known("nora");
    refuse_episode_of_ada();
    say("nora", "H1", "admitted", "v1", second_id);
    act_of("nora", "reopen", second_id, "njeri");
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    act_of("nora", "reopen", second_id, "omar");
    CU_ASSERT_TRUE(is_decided(second_id, "reopened"));
    CU_ASSERT_TRUE(is_decided(id, "hold-refused"));
    carry();
    CU_ASSERT_TRUE(is_decided(id, "unknown"));
    act_of("ada", "release", id, "omar");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

/* She is restricted where it was refused, and not where it is named. */
static void where_two_must_take_it_back_one_from_elsewhere_is_the_first(void)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    world_known("nora");
    say("ada", "H1", "ready_for_discharge", "v1", id);
    world_say(&(struct say){ .who = "ada", .type = "Restriction", .kind = "raised", .set = kind });
    act_of("ada", "refuse-episode", id, "njeri");
    carry();
    say("nora", "H1", "admitted", "v1", second_id);
    act_of("nora", "reopen", second_id, "omar");
    carry();
    CU_ASSERT_TRUE(is_decided(id, "hold-refused"));
    act_of("ada", "reopen", id, "omar");
    CU_ASSERT_TRUE(is_decided(id, "hold-refused"));
    act_of("ada", "reopen", id, "rosa");
    CU_ASSERT_TRUE(is_decided(id, "unknown"));
    world_agree();
}

/* Two have said so where it was refused: that is enough wherever it is carried from there. */
static void what_two_took_back_is_open_along_a_chain_where_two_must(void)
{
    static const char *const kind[] = { "restriction.kind", "location", NULL };
    world_known("nora-h2");
    say("nora", "H2", "discharged", "v0", NULL);
    say("ada", "H1", "ready_for_discharge", "v1", id);
    world_say(&(struct say){ .who = "ada", .type = "Restriction", .kind = "raised", .set = kind });
    world_say(
        &(struct say){ .who = "nora-h2", .type = "Restriction", .kind = "raised", .set = kind });
    act_of("ada", "refuse-episode", id, "njeri");
    carry();
    act_of("ada", "reopen", id, "omar");
    carry();
    act_of("ada", "reopen", id, "rosa");
    carry();
    say("nora-h2", "H2", "admitted", "v1", second_id);
    CU_ASSERT_FALSE(is_decided(second_id, "hold-refused"));
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void said_again_it_changes_nothing(void)
{
    refuse_episode_of_ada();
    size_t links = world_count(LINKS, NULL), acts = 0, more = 0;
    while (world_entry("hold-act", acts))
        acts++;
    carried = 0;
    CU_ASSERT_TRUE(carry_new());
    while (world_entry("hold-act", more))
        more++;
    CU_ASSERT_EQUAL(world_count(LINKS, NULL), links);
    CU_ASSERT_EQUAL(more, acts);
    CU_ASSERT_PTR_NOT_NULL(world_entry("duplicate", 0));
    world_agree();
}

/* Once taken back it stays so: one who carries the old no later is told so by what comes behind
 * it. */
static void what_was_taken_back_ends_as_taken_back_whatever_comes_late(void)
{
    world_known("nora");
    refuse_episode_of_ada();
    act_of("ada", "reopen", id, "omar");
    carry();
    carried = 0;
    carry();
    say("nora", "H1", "admitted", "v1", second_id);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

/* The first or last that links.hosp has of H1. */
static struct slice said_of_h1(bool last)
{
    struct bus_reader *reader = NULL;
    struct slice found = { .n = 0 };
    size_t n = 0;
    bool end = false;
    CU_ASSERT_TRUE_FATAL(bus_reader_open(world.bus, LINKS, 0, 0, &reader, &world.e));
    while (!end) {
        const struct bus_record *r = NULL;
        CU_ASSERT_TRUE_FATAL(bus_reader_next(reader, 0, &r, &n, &end, &world.e));
        for (size_t i = 0; i < n; i++)
            if (is_refused_record(r[i].value) && (last || !found.n))
                found = arena_copy(&world.arena, r[i].value);
    }
    bus_reader_close(&reader);
    CU_ASSERT_FATAL(found.n > 0);
    return found;
}

static void bring(const char *who, struct slice record)
{
    publish_for(EVENTS, who, record);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
}

static bool is_taken_back(struct slice record)
{
    const struct view v = open_refused(record);
    return view_text_at(&v, "reopened_by").n > 0;
}

/* An old feed, or one that lies; whoever it tells of it hears at once that it was taken back. */
static void taken_back_nobody_says_it_again(void)
{
    world_known("nora");
    refuse_episode_of_ada();
    struct slice no = said_of_h1(false);
    act_of("ada", "reopen", id, "omar");
    carry();
    const int64_t upto = carried;
    bring("ada", no);
    bring("nora", no);
    CU_ASSERT_TRUE(is_taken_back(said_of_h1(true)));
    CU_ASSERT_TRUE(carry_new());
    CU_ASSERT_EQUAL(carried, upto + 2);
    CU_ASSERT_FALSE(carry_new());
    world_restart();
    bring("nora", no);
    say("nora", "H1", "admitted", "v1", second_id);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

/* nora hears of the later one first, and is told of the earlier, no and yes, by a feed that
 * lies. */
static void the_old_yes_lifts_no_later_no(void)
{
    world_known("nora");
    say("ada", "H1", "ready_for_discharge", "v1", id);
    act_of("ada", "refuse-episode", id, "njeri");
    struct slice no = said_of_h1(false);
    act_of("ada", "reopen", id, "omar");
    struct slice yes = said_of_h1(true);
    CU_ASSERT_TRUE_FATAL(is_taken_back(yes) && !is_taken_back(no));
    act_of("ada", "refuse-episode", id, "njeri");
    bring("nora", said_of_h1(true));
    bring("nora", no);
    bring("nora", yes);
    bring("ada", no);
    bring("ada", yes);
    carry();
    say("nora", "H1", "admitted", "v1", second_id);
    CU_ASSERT_TRUE(is_decided(second_id, "hold-refused"));
    say("ada", "H1", "admitted", "v1", third_id);
    CU_ASSERT_TRUE(is_decided(third_id, "hold-refused"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

static void who_hears_of_the_yes_first_is_not_refused(void)
{
    world_known("nora");
    say("ada", "H1", "ready_for_discharge", "v1", id);
    act_of("ada", "refuse-episode", id, "njeri");
    struct slice no = said_of_h1(false);
    act_of("ada", "reopen", id, "omar");
    bring("nora", said_of_h1(true));
    bring("nora", no);
    say("nora", "H1", "admitted", "v1", second_id);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

/* Of what waited elsewhere too, in whatever order the feeds bring it. */
static void what_waited_elsewhere_is_opened_with_it(void)
{
    say("nora", "H1", "ready_for_discharge", "v1", second_id);
    say("ada", "H1", "ready_for_discharge", "v1", id);
    act_of("ada", "refuse-episode", id, "njeri");
    CU_ASSERT_TRUE_FATAL(carry_new()); /* ada has not heard of what nora's wait led to */
    act_of("ada", "reopen", id, "omar");
    carry();
    CU_ASSERT_TRUE(is_decided(second_id, "unknown"));
    CU_ASSERT_TRUE(is_decided(id, "unknown"));
    act_of("nora", "release", second_id, "omar");
    act_of("ada", "release", id, "omar");
    CU_ASSERT_EQUAL(acting_delivered(), 2);
    world_agree();
}

/* ---- who may ---- */

static void nobody_makes_one_or_takes_one_back(void)
{
    world_known("nora");
    refuse_episode_of_ada();
    struct slice good = said_of_h1(true);
    for (size_t i = WIRE_HEADER_BYTES + 1; i < good.n; i++) {
        uint8_t *bad = arena_raw(&world.arena, good.n);
        memcpy(bad, good.p, good.n);
        bad[i] ^= 1;
        publish_for(EVENTS, "nora", slice_of(bad, good.n));
    }
    publish_for("events.council", "nora", good);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_TRUE(acting_refused("refused.agency"));
    size_t refused = 0, sealed = 0;
    for (; world_entry("refused", refused); refused++)
        sealed += slice_equal_text(world_entry("refused", refused)->note, "refused.seal");
    CU_ASSERT_EQUAL(refused, good.n - WIRE_HEADER_BYTES);
    CU_ASSERT(sealed > refused / 2); /* all others cannot be read at all */
    say("nora", "H1", "admitted", "v1", second_id);
    CU_ASSERT_TRUE(is_decided(second_id, "hold-refused"));
    world_agree();
}

static CU_TestInfo cases[] = {
    { "of a refused episode nothing goes under the number",
      of_a_refused_episode_nothing_goes_under_the_number },
    { "refused by the number it is refused under the local id",
      refused_by_the_number_it_is_refused_under_the_local_id },
    { "a correction under the other key is refused", a_correction_under_the_other_key_is_refused },
    { "it goes along a chain of links", it_goes_along_a_chain_of_links },
    { "what waited under the other key ends as refused",
      what_waited_under_the_other_key_ends_as_refused },
    { "reopened where it was refused it is open everywhere",
      reopened_where_it_was_refused_it_is_open_everywhere },
    { "named by what was kept back it is reopened everywhere",
      named_by_what_was_kept_back_it_is_reopened_everywhere },
    { "where two must take it back one from elsewhere is the first",
      where_two_must_take_it_back_one_from_elsewhere_is_the_first },
    { "what two took back is open along a chain where two must",
      what_two_took_back_is_open_along_a_chain_where_two_must },
    { "said again it changes nothing", said_again_it_changes_nothing },
    { "what was taken back ends as taken back, whatever comes late",
      what_was_taken_back_ends_as_taken_back_whatever_comes_late },
    { "taken back, nobody says it again", taken_back_nobody_says_it_again },
    { "the old yes lifts no later no", the_old_yes_lifts_no_later_no },
    { "who hears of the yes first is not refused", who_hears_of_the_yes_first_is_not_refused },
    { "what waited elsewhere is opened with it", what_waited_elsewhere_is_opened_with_it },
    { "law 12: nobody makes one, or takes one back", nobody_makes_one_or_takes_one_back },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_refused = { "refused", acting_load, world_unload, fresh, world_done, cases };
