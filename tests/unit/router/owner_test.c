/* owner_test.c - nobody speaks for another: whoever knows an event's id, and puts the very bytes on
 * its own topic, takes back, replaces and reuses nothing of anybody else's (law 12). */
#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "record/wire.h"
#include "sharing/acts/act.h"
#include "world.h"

#define RAISED "0190000000000000000000000000a001"
#define FORGED "0190000000000000000000000000b002"
#define POSTCODE "WX1 1AA"

static struct pseudonym pseudonym_of(const char *service)
{
    struct subject_key key;
    struct pseudonym p;
    world_key("ada", &key);
    struct recipient_id to = { (uint16_t)bundle_service(world.bundle, slice_text(service)) };
    judge_pseudonym(&world.keys, world.bundle, to, &key, &p);
    return p;
}

static void run(void)
{
    CU_ASSERT_TRUE_FATAL(world_run());
}

static void raise_by(const char *source, const char *event_id)
{
    world_say(&(struct say){ .who = "ada",
                             .source = source,
                             .type = "Restriction",
                             .kind = "raised",
                             .id = event_id,
                             .set = (const char *[]){ "restriction.kind", "location", NULL } });
    run();
}

/* An admission with an address, and whether that came out at the other end. */
static bool address_goes(void)
{
    struct slice last = { NULL, 0 };
    static int stays;
    stays++;
    world_say(&(struct say){ .who = "ada",
                             .episode = arena_format(&world.arena, "v%d", stays),
                             .id = arena_format(&world.arena, "%032x", 0xad0000 + stays),
                             .set = (const char *[]){ "person.postcode", POSTCODE, NULL } });
    run();
    CU_ASSERT_FATAL(world_count("disclosures.council.social", &last) > 0);
    return memmem(last.p, last.n, POSTCODE, strlen(POSTCODE)) != NULL;
}

static size_t refused_as_not_yours(void)
{
    size_t n = 0;
    const struct audit_read *r;
    world_read();
    for (size_t i = 0; (r = world_entry("refused", i)); i++)
        n += slice_equal_text(r->note, "event.not-yours");
    return n;
}

/* Every field but these null, a pseudonym and a route as its notices say. */
static void forge_as_recipient(const char *action, const char *type, const char *kind)
{
    const struct pseudonym p = pseudonym_of("district/grants");
    world_say(&(struct say){
        .who = "ada",
        .source = "district/grants",
        .type = type,
        .kind = kind,
        .id = FORGED,
        .reference = &p,
        .reference_of = "district/grants",
        .set = (const char *[]){ "header.action", action, "header.original", RAISED, NULL } });
    run();
}

static void the_recipient_cannot_take_back_a_restriction(void)
{
    static const char *const actions[] = { "retracts", "replaces" };
    for (size_t i = 0; i < 2; i++) {
        struct slice before = { NULL, 0 }, after = { NULL, 0 };
        world_known("ada");
        CU_ASSERT(address_goes());
        raise_by("hosp/hub", RAISED);
        CU_ASSERT_FALSE(address_goes());
        size_t notices = world_count("restrictions.council.social", NULL);
        size_t facts = world_count("facts", &before);
        forge_as_recipient(actions[i], "Restriction", "raised");
        CU_ASSERT_EQUAL(refused_as_not_yours(), 1);
        CU_ASSERT_EQUAL(world_count("facts", &after), facts);
        CU_ASSERT_EQUAL(world_count("restrictions.council.social", NULL), notices);
        CU_ASSERT_FALSE(address_goes());
        world_agree();
        world_done();
        world_fresh();
    }
}

static void another_agency_cannot_by_the_subject_key(void)
{
    world_known("ada");
    raise_by("hosp/hub", RAISED);
    world_say(&(struct say){
        .who = "ada",
        .source = "council/social",
        .type = "Restriction",
        .kind = "raised",
        .id = FORGED,
        .set = (const char *[]){ "header.action", "retracts", "header.original", RAISED, NULL } });
    run();
    CU_ASSERT_EQUAL(refused_as_not_yours(), 1);
    CU_ASSERT_FALSE(address_goes());
    world_agree();
}

static void nor_another_service_of_the_same_agency(void)
{
    world_known("ada");
    raise_by("hosp/hub", RAISED);
    world_say(&(struct say){
        .who = "ada",
        .source = "hosp/wards",
        .type = "Restriction",
        .kind = "raised",
        .id = FORGED,
        .set = (const char *[]){ "header.action", "retracts", "header.original", RAISED, NULL } });
    run();
    CU_ASSERT_EQUAL(refused_as_not_yours(), 1);
    CU_ASSERT_FALSE(address_goes());
}

static void its_own_service_takes_it_back(void)
{
    world_known("ada");
    raise_by("hosp/hub", RAISED);
    CU_ASSERT_FALSE(address_goes());
    world_say(&(struct say){
        .who = "ada",
        .source = "hosp/hub",
        .type = "Restriction",
        .kind = "raised",
        .id = FORGED,
        .set = (const char *[]){ "header.action", "retracts", "header.original", RAISED, NULL } });
    run();
    CU_ASSERT_EQUAL(refused_as_not_yours(), 0);
    CU_ASSERT(address_goes());
    world_agree();
}

/* A Restriction record that takes back a Consent, a Consent of another service, an event of another
 * episode, a stay. */
static void an_original_is_of_the_same_type_kind_and_episode(void)
{
    static const struct {
        struct say original, takes_back;
    } rows[] = {
        { { .type = "Consent", .kind = "revoked", .source = "hosp/hub" },
          { .type = "Restriction", .kind = "raised", .source = "district/grants" } },
        { { .type = "Consent", .kind = "revoked", .source = "hosp/hub" },
          { .type = "Restriction", .kind = "raised", .source = "hosp/hub" } },
        { { .type = "Consent", .kind = "revoked", .source = "hosp/hub" },
          { .type = "Consent", .kind = "granted", .source = "hosp/hub" } },
        { { .type = "Consent", .kind = "revoked", .source = "hosp/hub" },
          { .type = "Consent", .kind = "revoked", .source = "hosp/wards" } },
        { { .type = "Consent", .kind = "granted", .source = "hosp/hub" },
          { .type = "Consent", .kind = "granted", .source = "hosp/wards" } },
        { { .kind = "admitted", .episode = "v1" }, { .kind = "admitted", .episode = "v2" } },
        { { .kind = "admitted", .episode = "v1" }, { .kind = "discharged", .episode = "v1" } },
        { { .kind = "admitted", .episode = "v1" },
          { .kind = "admitted", .episode = "v1", .source = "council/social" } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int replaces = 0; replaces < 2; replaces++) {
            struct say original = rows[i].original, s = rows[i].takes_back;
            original.who = s.who = "ada";
            original.id = RAISED;
            s.id = FORGED;
            const char *set[] = { "header.action", replaces ? "replaces" : "retracts",
                                  "header.original", RAISED, NULL };
            s.set = set;
            world_say(&original);
            run();
            size_t facts = world_count("facts", NULL);
            world_say(&s);
            run();
            CU_ASSERT_EQUAL(refused_as_not_yours(), 1);
            CU_ASSERT_EQUAL(world_count("facts", NULL), facts);
            world_agree();
            world_done();
            world_fresh();
        }
}

static bool says(const struct audit_read *r, const char *text)
{
    return r && memmem(r->note.p, r->note.n, text, strlen(text));
}

/* Whoever guesses an id beforehand gains nothing: it is looked at when the original comes. */
static void what_waits_is_judged_when_its_original_comes(void)
{
    static const char *const actions[] = { "retracts", "replaces" };
    for (size_t i = 0; i < 2; i++) {
        world_known("ada");
        forge_as_recipient(actions[i], "Restriction", "raised");
        CU_ASSERT_EQUAL(refused_as_not_yours(), 0);
        raise_by("hosp/hub", RAISED);
        CU_ASSERT_FALSE(address_goes());
        world_read();
        bool is_told = false;
        for (size_t n = 0; n < world.entry_count; n++)
            is_told |= says(&world.entries[n].r, "event.not-yours: " FORGED " of district/grants");
        CU_ASSERT(is_told);
        world_agree();
        world_restart();
        CU_ASSERT_FALSE(address_goes());
        world_agree();
        world_done();
        world_fresh();
    }
}

static void a_used_id_is_its_users(void)
{
    world_say(&(struct say){ .who = "ada", .id = RAISED, .episode = "v1" });
    run();
    world_say(&(struct say){ .who = "ada",
                             .source = "council/social",
                             .type = "Caseload",
                             .kind = "declared",
                             .id = RAISED });
    run();
    CU_ASSERT_EQUAL(refused_as_not_yours(), 1);
    world_say(&(struct say){ .who = "ada", .id = RAISED, .episode = "v1" });
    run();
    CU_ASSERT_EQUAL(refused_as_not_yours(), 1);
    CU_ASSERT_PTR_NOT_NULL(world_entry("duplicate", 0));
    world_agree();
}

/* What one agency floods pushes out nothing that another said. */
static void a_flood_pushes_out_nobody_elses(void)
{
    const char *set[] = { "header.action", "retracts", "header.original", RAISED, NULL };
    world_known("ada");
    world_say(&(struct say){ .who = "ada",
                             .source = "hosp/hub",
                             .type = "Restriction",
                             .kind = "raised",
                             .set = set,
                             .id = "0190000000000000000000000000c003" });
    for (int i = 0; i < 40; i++) {
        set[3] = arena_format(&world.arena, "%032x", 0x7000 + i);
        world_say(&(struct say){ .who = "ada",
                                 .source = "council/social",
                                 .type = "Restriction",
                                 .kind = "raised",
                                 .set = set,
                                 .id = arena_format(&world.arena, "%032x", 0xbd0000 + i) });
    }
    run();
    raise_by("hosp/hub", RAISED); /* its retraction still waits for it */
    CU_ASSERT(address_goes());
    CU_ASSERT_EQUAL(refused_as_not_yours(), 0);
    world_agree();
}

/* ---- who may say what: by: of region/facts.yaml ---- */

static size_t shared(void)
{
    world_admit("ada", "v1");
    run();
    return world_count("disclosures.council.social", NULL);
}

static void what_a_role_may_not_say_is_not_known(void)
{
    world_say(&(struct say){ .who = "ada",
                             .source = "hosp/wards",
                             .type = "Caseload",
                             .kind = "declared",
                             .id = RAISED,
                             .set = (const char *[]){ "header.episode", "c1", NULL } });
    run();
    CU_ASSERT(slice_equal_text(world_last("ada")->note,
                               "facts.not-allowed: facts.yaml:2 opens open-case"));
    world_known("ada");
    CU_ASSERT(slice_is_empty(world_last("ada")->note));
    CU_ASSERT_EQUAL(shared(), 1);
    world_agree();
}

/* The hub may not say that the stay of the wards is over. */
static void what_a_role_may_not_end_goes_on(void)
{
    world_known("ada");
    CU_ASSERT_EQUAL(shared(), 1);
    world_say(&(struct say){
        .who = "ada", .source = "hosp/hub", .kind = "discharged", .id = FORGED, .episode = "v1" });
    run();
    CU_ASSERT(says(world_last("ada"), "facts.not-allowed: facts.yaml:4 closes inpatient"));
    world_say(&(struct say){ .who = "ada", .kind = "discharged", .id = RAISED, .episode = "v1" });
    run();
    CU_ASSERT(slice_is_empty(world_last("ada")->note));
    world_agree();
}

static void the_service_itself_says_it(void)
{
    static const char *const to[] = { "referral.to", "council/social", NULL };
    world_say(&(struct say){ .who = "ada",
                             .source = "hosp/hub",
                             .type = "DischargePlan",
                             .kind = "referred",
                             .id = RAISED,
                             .set = to });
    run();
    CU_ASSERT(says(world_last("ada"), "facts.not-allowed: facts.yaml:6 opens referral"));
    CU_ASSERT_EQUAL(shared(), 0);
    world_say(&(struct say){ .who = "ada",
                             .source = "council/social",
                             .type = "DischargePlan",
                             .kind = "referred",
                             .id = FORGED,
                             .set = to });
    run();
    CU_ASSERT(slice_is_empty(world_last("ada")->note));
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1); /* caught up */
    world_agree();
}

static bool holds_bytes(struct slice in, const void *wanted, size_t n)
{
    return memmem(in.p, in.n, wanted, n) != NULL;
}

static void a_notice_tells_no_event_and_no_time_of_its_source(void)
{
    struct slice notice = { NULL, 0 };
    world_known("ada");
    CU_ASSERT(address_goes());
    raise_by("hosp/hub", RAISED);
    CU_ASSERT_FATAL(world_count("restrictions.council.social", &notice) > 0);
    CU_ASSERT_FALSE(holds_bytes(notice, RAISED, 12)); /* its first 6 bytes are its time */
    CU_ASSERT_FALSE(holds_bytes(notice, &RAISED[12], 20));
}

static CU_TestInfo cases[] = {
    { "the recipient cannot take back a restriction by its own record",
      the_recipient_cannot_take_back_a_restriction },
    { "another agency cannot take it back by the subject key",
      another_agency_cannot_by_the_subject_key },
    { "nor can another service of the same agency", nor_another_service_of_the_same_agency },
    { "its own service takes it back", its_own_service_takes_it_back },
    { "an original is of the same type, kind and episode",
      an_original_is_of_the_same_type_kind_and_episode },
    { "what waits is judged when its original comes",
      what_waits_is_judged_when_its_original_comes },
    { "a used id is its user's", a_used_id_is_its_users },
    { "a flood pushes out nobody else's", a_flood_pushes_out_nobody_elses },
    { "what a role may not say is not known", what_a_role_may_not_say_is_not_known },
    { "what a role may not end goes on", what_a_role_may_not_end_goes_on },
    { "the service itself says it", the_service_itself_says_it },
    { "a notice tells no event and no time of its source",
      a_notice_tells_no_event_and_no_time_of_its_source },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_owner = { "owner", world_load, world_unload, world_fresh, world_done, cases };
