/* act_test.c - what named people sign: who may, with whom, once, and what a forger gets. */
#include <CUnit/CUnit.h>

#include "acting.h"
#include "base/clock.h"
#include "record/wire.h"
#include "step/acts.h"

static const char id[] = ACTING_ID;
static const char other_id[] = "0000019f0000000000000000000000bb";

/* ---- the tests ---- */

static void one_signature_of_another_agency_releases(void)
{
    acting_hold();
    acting_release("omar");
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_TRUE(slice_equal_text(r->note, "release 0000019f0000000000000000000000aa:"
                                             "council/social by omar: rang the ward"));
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void the_recipients_own_people_do_not_release_alone(void)
{
    acting_hold();
    acting_release("njeri");
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    struct act both = acting_make("release", id, SOCIAL);
    acting_sign(&both, "njeri");
    acting_sign(&both, "karl");
    acting_submit(&both);
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    struct act joint = acting_make("release", id, SOCIAL);
    acting_sign(&joint, "njeri");
    acting_sign(&joint, "rosa");
    acting_submit(&joint);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void anybody_named_may_refuse(void)
{
    acting_hold();
    struct act x = acting_make("refuse", id, SOCIAL);
    acting_sign(&x, "njeri");
    acting_submit(&x);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_EQUAL_FATAL(r->decision_count, 1);
    CU_ASSERT_TRUE(slice_equal_text(r->decisions[0].reason, "hold-refused"));
    world_agree();
}

static void a_restricted_person_needs_two_people(void)
{
    acting_hold_restricted();
    acting_release("omar");
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    acting_release("omar");
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    const struct audit_read *r = world_entry("hold-act", 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, "the same person", 15));
    acting_release("rosa");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void two_of_the_recipients_agency_are_not_enough(void)
{
    acting_hold_restricted();
    acting_release("njeri");
    acting_release("karl");
    CU_ASSERT_TRUE(acting_refused("act.own-agency"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    acting_release("omar");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void two_sign_one_act(void)
{
    acting_hold_restricted();
    struct act x = acting_make("release", id, SOCIAL);
    acting_sign(&x, "karl");
    acting_sign(&x, "omar");
    acting_submit(&x);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_PTR_NOT_NULL(memmem(r->note.p, r->note.n, "by karl and omar:", 17));
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void an_unknown_code_of_the_sender_needs_two_people(void)
{
    static const char *const code[] = { "header.unknown_restriction", "7", NULL };
    world_known("ada");
    world_say(
        &(struct say){ .who = "ada", .kind = "admitted", .episode = "v1", .id = id, .set = code });
    CU_ASSERT_TRUE_FATAL(world_run());
    acting_release("omar");
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    acting_release("rosa");
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

static void one_who_signed_first_and_has_left_does_not_count(void)
{
    acting_hold_restricted();
    acting_release("omar");
    struct act old = acting_make("release", id, SOCIAL);
    acting_sign(&old, "vera");
    acting_submit(&old);
    CU_ASSERT_TRUE(acting_refused("act.person"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

/* Whose time is over from now on. */
static void end_time_of(const char *name)
{
    struct named *who =
        (struct named *)(uintptr_t)people_named(&world.bundle->people, slice_text(name));
    who->until_ms = clock_wall_ms() + 1; /* after what they have signed */
    while (clock_wall_ms() < who->until_ms) {
    }
}

/* The second word comes when the first one's time is over: it is the first, and a third is
 * wanted. */
static void one_whose_time_has_ended_since_is_no_first_of_two(void)
{
    for (int reopens = 0; reopens < 2; reopens++) {
        const char *word = reopens ? "reopen" : "release";
        const struct people *all = &world.bundle->people;
        const int64_t until_ms = people_named(all, SLICE("omar"))->until_ms;
        world_done();
        world_fresh();
        acting_hold_restricted();
        if (reopens)
            acting_say("refuse", id, "njeri", NULL);
        acting_say(word, id, "omar", NULL);
        end_time_of("omar");
        acting_say(word, id, "rosa", NULL);
        CU_ASSERT_FALSE(acting_held_again());
        CU_ASSERT_EQUAL(acting_delivered(), 0);
        world_restart();
        acting_say(word, id, "karl", NULL);
        CU_ASSERT_EQUAL(acting_held_again(), reopens);
        CU_ASSERT_EQUAL(acting_delivered(), !reopens);
        world_agree();
        ((struct named *)(uintptr_t)people_named(all, SLICE("omar")))->until_ms = until_ms;
    }
}

/* So many others, made then. */
static bool taken_beside(size_t others, int64_t at_ms, int64_t now_ms)
{
    struct memory m = { 0 };
    struct buf marks, after;
    uint8_t key[ID_BYTES], hash[HASH_BYTES] = { 1 };
    struct act x = acting_make("release", id, SOCIAL);
    buf_init(&marks, 1 << 20);
    buf_init(&after, 1 << 20);
    wire_put_header(&marks,
                    plan_fingerprint(catalogue_named(world.catalogue, SLICE("ActMarks"))->plan));
    avro_put_long(&marks, 1);
    avro_put_long(&marks, (int64_t)others);
    for (size_t i = 0; i < others; i++) {
        memcpy(hash + 8, &i, sizeof i);
        avro_put_text(&marks, slice_of(hash, HASH_BYTES));
        avro_put_long(&marks, at_ms);
    }
    avro_put_long(&marks, 0);
    acts_key(key);
    CU_ASSERT_TRUE_FATAL(memory_restore(&m, key, buf_slice(&marks), &world.e));
    bool taken = acts_take(world.bundle, &m, &world.arena, &x, now_ms, &after, &world.e);
    CU_ASSERT(taken || strcmp(world.e.code, "act.many") == 0);
    err_clear(&world.e);
    memory_release(&m);
    buf_release(&marks);
    buf_release(&after);
    return taken;
}

/* What is not kept could be done again: so no more are taken than are kept, of those that are young
 * enough. */
static void more_acts_than_are_kept_are_not_taken(void)
{
    const int64_t now_ms = clock_wall_ms(), oldest_ms = now_ms - ACT_AGE_MAX_MS;
    CU_ASSERT_TRUE(taken_beside(ACTS_KEPT_MAX - 1, now_ms, now_ms));
    CU_ASSERT_FALSE(taken_beside(ACTS_KEPT_MAX, now_ms, now_ms));
    CU_ASSERT_FALSE(taken_beside(ACTS_KEPT_MAX, oldest_ms + 1, now_ms));
    CU_ASSERT_TRUE(taken_beside(ACTS_KEPT_MAX, oldest_ms, now_ms));
}

static void an_act_is_done_once(void)
{
    acting_hold_restricted();
    struct act x = acting_make("release", id, SOCIAL);
    acting_sign(&x, "omar");
    acting_submit(&x);
    world_restart();
    acting_submit(&x);
    CU_ASSERT_TRUE(acting_refused("act.again"));
    acting_sign(&x, "rosa"); /* the same act, whoever has signed it since */
    acting_submit(&x);
    CU_ASSERT_TRUE(acting_refused("act.again"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

/* Whatever the act is: as nothing came of it, it may be handed in again once it fits. */
static void what_was_refused_is_not_used_up(void)
{
    acting_hold();
    struct act x = acting_make("release", id, SOCIAL);
    struct act lane = acting_make("skip", id, SOCIAL);
    lane.on = SLICE("lane events.hosp 0 at 99");
    acting_sign(&x, "njeri");
    acting_sign(&lane, "pia");
    for (int again = 0; again < 2; again++) {
        acting_submit(&x);
        CU_ASSERT_TRUE(acting_refused("act.own-agency"));
        acting_submit(&lane);
        CU_ASSERT_TRUE(acting_refused("act.lane"));
    }
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    acting_sign(&x, "omar");
    acting_submit(&x);
    CU_ASSERT_EQUAL(acting_delivered(), 1);
    world_agree();
}

/* Each is refused with that code, and nothing follows from it. */
static void what_is_not_signed_as_it_stands_is_refused(void)
{
    static const char *const codes[] = { "act.unsigned",  "act.signature", "act.signature",
                                         "act.signature", "act.signature", "act.signature",
                                         "act.person",    "act.person",    "act.role",
                                         "act.time",      "act.time",      "act.region",
                                         "act.signature" };
    acting_hold();
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct act x = acting_make("release", i == 1 ? other_id : id, SOCIAL);
        x.at_ms -= i == 9 ? ACT_AGE_MAX_MS + HOUR : i == 10 ? -2 * HOUR : 0;
        if (i == 11)
            x.region = SLICE("elsewhere");
        if (i > 0)
            acting_sign(&x, i == 6 ? "nobody" : i == 7 ? "vera" : i == 8 ? "pia" : "omar");
        if (i == 1) /* of another hold */
            x.on = slice_text(arena_format(&world.arena, "%s:" SOCIAL, id));
        if (i == 2)
            x.reason = SLICE("another");
        if (i == 3)
            x.signatures[0].person = SLICE("rosa");
        if (i == 4)
            x.signatures[0].bytes[7] ^= 1;
        if (i == 12) /* of another person */
            world_key("cara", &x.subject);
        if (i == 5) { /* twice the same, which is not two people */
            x.signatures[1] = x.signatures[0];
            x.signature_count = 2;
        }
        acting_submit(&x);
        if (!acting_refused(codes[i]))
            fprintf(stderr, "    row %zu\n", i);
        CU_ASSERT_TRUE(acting_refused(codes[i]));
        CU_ASSERT_EQUAL(acting_delivered(), 0);
    }
    world_agree();
}

static void a_typed_name_is_nothing_where_people_are_named(void)
{
    acting_hold();
    struct act x = acting_make("release", id, SOCIAL);
    x.typed = SLICE("omar");
    acting_submit(&x);
    CU_ASSERT_TRUE(acting_refused("act.unsigned"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    world_agree();
}

static void bytes_that_are_no_act_are_refused(void)
{
    struct act x = acting_make("release", id, SOCIAL);
    struct buf file;
    acting_hold();
    acting_sign(&x, "omar");
    buf_init(&file, 1 << 16);
    act_put_file(&x, &file);
    for (size_t i = 0; i < 3; i++) {
        char *text = arena_text(&world.arena, buf_slice(&file));
        struct slice bytes = slice_text(text);
        if (i == 0)
            bytes.n--;
        else if (i == 1)
            text[7] = '\0';
        else
            memcpy(strstr(text, "recipient council/social"), "recipient council/others", 24);
        acting_put(bytes, world_partition("ada"));
        CU_ASSERT_TRUE(acting_refused("act.form"));
    }
    acting_put(buf_slice(&file), (world_partition("ada") + 1) % PARTITIONS);
    CU_ASSERT_TRUE(acting_refused("act.partition"));
    CU_ASSERT_EQUAL(acting_delivered(), 0);
    buf_release(&file);
    world_agree();
}

static void what_is_no_hold_is_put_on_record(void)
{
    struct act x = acting_make("skip", id, SOCIAL);
    x.on = SLICE("router events.hosp 0: 12 to 40");
    memset(&x.subject, 0, sizeof x.subject);
    acting_sign(&x, "pia");
    struct buf file;
    buf_init(&file, 1 << 16);
    act_put_file(&x, &file);
    acting_put(buf_slice(&file), 0);
    const struct audit_read *r = world_entry("hold-act", 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_TRUE(
        slice_equal_text(r->note, "skip router events.hosp 0: 12 to 40 by pia: rang the ward"));
    acting_put(buf_slice(&file), 0);
    CU_ASSERT_TRUE(acting_refused("act.again"));
    buf_release(&file);
    world_agree();
}

static CU_TestInfo cases[] = {
    { "one signature of another agency releases", one_signature_of_another_agency_releases },
    { "the recipient's own people do not release alone",
      the_recipients_own_people_do_not_release_alone },
    { "anybody named may refuse", anybody_named_may_refuse },
    { "a restricted person needs two people", a_restricted_person_needs_two_people },
    { "two of the recipient's agency are not enough", two_of_the_recipients_agency_are_not_enough },
    { "two sign one act", two_sign_one_act },
    { "an unknown code of the sender needs two people",
      an_unknown_code_of_the_sender_needs_two_people },
    { "one who signed first and has left does not count",
      one_who_signed_first_and_has_left_does_not_count },
    { "one whose time has ended since is no first of two",
      one_whose_time_has_ended_since_is_no_first_of_two },
    { "more acts than are kept are not taken", more_acts_than_are_kept_are_not_taken },
    { "an act is done once", an_act_is_done_once },
    { "what was refused is not used up", what_was_refused_is_not_used_up },
    { "what is not signed as it stands is refused", what_is_not_signed_as_it_stands_is_refused },
    { "a typed name is nothing where people are named",
      a_typed_name_is_nothing_where_people_are_named },
    { "bytes that are no act are refused", bytes_that_are_no_act_are_refused },
    { "what is no hold is put on record", what_is_no_hold_is_put_on_record },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_act = { "act", acting_load, world_unload, world_fresh, world_done, cases };
