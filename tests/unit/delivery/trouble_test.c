/* trouble_test.c - what becomes of what a partner does not take: tried again, parked, waited
 * for. */
#include "delivery/asides.h"
#include "desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

static const struct partner *p = &desk.partner;

static bool got(const int *want)
{
    size_t n = 0;
    while (want[n])
        n++;
    bool same = n == p->count;
    for (size_t i = 0; same && i < n; i++)
        same = strcmp(p->got[i].id, desk_id(want[i])) == 0;
    return same;
}
#define GOT(...) got((const int[]){ __VA_ARGS__, 0 })

#define HOUR_MS ((int64_t)3600000)

static void later(int64_t ms)
{
    desk.now_ms += ms;
    CU_ASSERT(desk_step());
}

static void say(int n, char who)
{
    desk_say(&(struct say){ .n = n, .who = who });
}

static void mood(enum mood m)
{
    desk.partner.mood = m;
}

static void what_is_refused_is_parked_and_holds_its_person_only(void)
{
    mood(MOOD_REFUSES);
    desk.partner.only = "Ann A";
    say(1, 'A');
    say(2, 'B');
    say(3, 'A');
    CU_ASSERT(desk_step());
    mood(MOOD_TAKES);
    later(ALARM_MS);
    CU_ASSERT(GOT(1, 2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "");
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.taken == 3 && c.accepted == 1 && c.refused == 0 && c.outstanding == 2);
    CU_ASSERT(c.parked == 1 && c.troubled == 0 && c.parked_since_ms == MAY_2026_MS);
    CU_ASSERT_STRING_EQUAL(c.code, "partner.refused");
    CU_ASSERT(delivery_is_alarming(&c, ALARM_MS, MAY_2026_MS));
    desk_reopen();
    later(ALARM_MS);
    CU_ASSERT(GOT(1, 2));
}

/* Nobody heard of it, so nobody has to hear that it is taken back. */
static void a_parked_one_is_cancelled_with_its_retraction(void)
{
    mood(MOOD_REFUSES);
    say(1, 'A');
    CU_ASSERT(desk_step());
    mood(MOOD_TAKES);
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    say(3, 'A');
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 3));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.cancelled");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "stopped delivery.cancelled");
    CU_ASSERT_EQUAL(desk_counts().parked, 0);
}

/* The first try may have arrived although the second was refused: who has it must hear of it. */
static void the_retraction_of_a_parked_one_that_may_have_arrived_goes(void)
{
    mood(MOOD_SILENT);
    say(1, 'A');
    CU_ASSERT(desk_step());
    mood(MOOD_REFUSES);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(desk_counts().parked, 1);
    mood(MOOD_TAKES);
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 1, 2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "refused delivery.cancelled");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "accepted");
}

/* One probe a time, whoever waits, and nothing is lost by it. */
static void the_sites_trouble_stops_all_and_loses_nothing(void)
{
    mood(MOOD_LOCKED);
    for (int i = 0; i < 5; i++)
        say(i + 1, (char)('A' + i));
    CU_ASSERT(desk_step() && desk_step());
    CU_ASSERT_EQUAL(p->asked, 1);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 2);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 2);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 3);
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.down_since_ms == MAY_2026_MS && c.down_by_site && c.outstanding == 5);
    CU_ASSERT_STRING_EQUAL(c.code, "partner.locked");
    CU_ASSERT(delivery_is_alarming(&c, ALARM_MS, desk.now_ms));
    mood(MOOD_TAKES);
    later(60 * RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 8);
    c = desk_counts();
    CU_ASSERT(c.accepted == 5 && c.refused == 0 && !c.down_since_ms && !c.troubled);
    CU_ASSERT_FALSE(delivery_is_alarming(&c, ALARM_MS, desk.now_ms));
}

/* One thing is mended, and the next is found: since when stays, why is told anew. */
static void another_reason_is_told_while_it_lasts(void)
{
    mood(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT(desk_step());
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.down_since_ms == MAY_2026_MS && !c.down_by_site);
    mood(MOOD_LOCKED);
    later(RETRY_MS);
    c = desk_counts();
    CU_ASSERT(c.down_since_ms == MAY_2026_MS && c.down_by_site);
    CU_ASSERT_STRING_EQUAL(c.code, "partner.locked");
    CU_ASSERT(delivery_is_alarming(&c, ALARM_MS, desk.now_ms));
    mood(MOOD_TAKES);
    later(60 * RETRY_MS);
    c = desk_counts();
    CU_ASSERT(c.accepted == 1 && c.down_since_ms == 0);
}

/* It was not taken: what is taken back meanwhile never leaves. */
static void the_sites_trouble_is_no_arrival(void)
{
    mood(MOOD_LOCKED);
    say(1, 'A');
    CU_ASSERT(desk_step());
    size_t before = p->count;
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    mood(MOOD_TAKES);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->count, before);
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "stopped delivery.cancelled");
}

static void a_pause_is_kept_by_the_whole_delivery_within_its_bound(void)
{
    mood(MOOD_LATER);
    desk.partner.after_ms = 30 * RETRY_MS;
    for (int i = 0; i < 4; i++)
        say(i + 1, (char)('A' + i));
    CU_ASSERT(desk_step());
    later(29 * RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 1);
    desk.partner.after_ms = 100000 * (int64_t)RETRY_MS;
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 2);
    mood(MOOD_TAKES);
    desk.partner.after_ms = 0;
    later(599 * RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 2);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(desk_counts().accepted, 4);
}

static void an_alarm_stays_until_it_is_over(void)
{
    mood(MOOD_SILENT);
    desk.partner.only = "Ann A";
    say(1, 'A');
    say(2, 'B');
    CU_ASSERT(desk_step());
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.troubled == 1 && c.troubled_since_ms == MAY_2026_MS && !c.down_since_ms);
    CU_ASSERT_FALSE(delivery_is_alarming(&c, ALARM_MS, desk.now_ms));
    later(ALARM_MS);
    c = desk_counts();
    CU_ASSERT(delivery_is_alarming(&c, ALARM_MS, desk.now_ms) && c.tries == 2);
    desk_reopen();
    mood(MOOD_TAKES);
    later(60 * RETRY_MS);
    c = desk_counts();
    CU_ASSERT(c.accepted == 2 && !c.troubled);
    CU_ASSERT_FALSE(delivery_is_alarming(&c, ALARM_MS, desk.now_ms));
}

/* ---- what our own mapping cannot render ---- */

static void say_of(int n, char who, const char *ward)
{
    desk_say(&(struct say){ .n = n, .who = who, .ward = ward });
}

static void go_by(const struct mapping *m)
{
    desk.mapping = m;
    desk_reopen();
    later(ALARM_MS);
}

static bool note_one(void *ctx, const struct aside *a)
{
    char *text = ctx;
    size_t n = strlen(text);
    snprintf(text + n, 600 - n, "%.*s %.*s%s%.*s; ", (int)a->id.n, (const char *)a->id.p,
             (int)a->state.n, (const char *)a->state.p, a->said.n ? " " : "", (int)a->said.n,
             (const char *)a->said.p);
    if (a->until)
        snprintf(text + strlen(text) - 2, 600 - strlen(text), " %s; ", a->until);
    return true;
}

static const char *listed(void)
{
    static char text[600];
    text[0] = '\0';
    CU_ASSERT(delivery_asides_each(desk_database(), SLICE(""), note_one, text, &desk.e));
    return text;
}

/* The first of A has a ward that the narrow mapping does not know, and the second waits behind
 * it. */
static void meet_what_is_not_rendered(void)
{
    go_by(desk.mapping_narrow);
    say_of(1, 'A', "east");
    say_of(2, 'A', "north");
    say_of(3, 'B', "south");
    CU_ASSERT(desk_step());
}

static void what_cannot_be_rendered_is_parked_told_and_not_ended(void)
{
    meet_what_is_not_rendered();
    int64_t since_ms = desk.now_ms;
    CU_ASSERT(GOT(3));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "");
    go_by(desk.mapping_narrow); /* the same mapping comes to the same */
    CU_ASSERT(GOT(3));
    CU_ASSERT_EQUAL(p->asked, 1);
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.taken == 3 && c.accepted == 1 && c.refused == 0 && c.stopped == 0);
    CU_ASSERT(c.outstanding == 2 && c.parked == 1 && c.parked_since_ms == since_ms);
    CU_ASSERT_STRING_EQUAL(c.code, "map.value");
    CU_ASSERT(delivery_is_alarming(&c, ALARM_MS, desk.now_ms));
}

/* It is not for a human alone: the next mapping takes it too. What waits is told with it. */
static void what_ends_a_parked_one_is_told(void)
{
    go_by(desk.mapping_narrow);
    say_of(1, 'A', "east");
    say_of(2, 'A', "north");
    mood(MOOD_REFUSES);
    say_of(3, 'B', "south");
    say_of(4, 'C', "south");
    CU_ASSERT(desk_step());
    char want[400];
    snprintf(want, sizeof want,
             "%s parked until it starts with another mapping, or drop; %s behind "
             "another; %s parked until again or drop; %s parked until again or drop; ",
             desk_id(1), desk_id(2), desk_id(3), desk_id(4));
    CU_ASSERT_STRING_EQUAL(listed(), want);
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.parked == 3 && c.unrendered == 1 && c.behind == 1);
}

static void it_goes_with_the_next_mapping_and_in_order(void)
{
    meet_what_is_not_rendered();
    go_by(desk.mapping_json);
    CU_ASSERT(GOT(3, 1, 2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "accepted");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "accepted");
    CU_ASSERT_EQUAL(desk_counts().parked, 0);
    CU_ASSERT_EQUAL(desk_counts().outstanding, 0);
}

/* A mapping that is as bad takes it no further, and the next is tried all the same. */
static void a_mapping_that_cannot_either_parks_it_again(void)
{
    desk.mapping = desk.mapping_narrow;
    desk_reopen();
    say_of(1, 'A', "east");
    CU_ASSERT(desk_step());
    go_by(desk.mapping_hl7);
    CU_ASSERT_EQUAL(desk_counts().accepted, 1);
    say_of(2, 'A', "east");
    go_by(desk.mapping_narrow);
    CU_ASSERT_EQUAL(desk_counts().parked, 1);
    go_by(desk.mapping_json);
    CU_ASSERT(GOT(1, 2));
}

/* Another mapping changes nothing about what the partner has looked at and refused. */
static void what_a_partner_refused_waits_whatever_the_mapping(void)
{
    mood(MOOD_REFUSES);
    go_by(desk.mapping_narrow);
    say_of(1, 'A', "east");
    say_of(2, 'B', "north");
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(2));
    go_by(desk.mapping_json);
    CU_ASSERT(GOT(2, 1));
    mood(MOOD_TAKES);
    go_by(desk.mapping_hl7);
    CU_ASSERT(GOT(2, 1));
    CU_ASSERT_EQUAL(desk_counts().parked, 2);
    CU_ASSERT_STRING_EQUAL(desk_counts().code, "partner.refused");
}

/* ---- AE and AR ---- */

#define ACK(msa) "MSH|^~\\&|B|B|A|A|1||ACK|ACK|P|2.4\r" msa "\r"

static void ae_is_tried_as_often_as_asked_then_parked(void)
{
    char says[200];
    desk.mapping = desk.mapping_hl7;
    desk.tries_on_error = 3;
    desk_reopen();
    snprintf(says, sizeof says, ACK("MSA|AE|%s|Database is down"), desk_id(1));
    desk.partner.says = says;
    say(1, 'A');
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(desk_counts().parked, 0);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(desk_counts().parked, 0);
    later(2 * RETRY_MS);
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.parked == 1 && p->asked == 3);
    CU_ASSERT_STRING_EQUAL(c.code, "hl7v2.refused");
    later(ALARM_MS);
    CU_ASSERT_EQUAL(p->asked, 3);
}

static void ar_is_tried_until_it_is_over(void)
{
    char says[200];
    desk.mapping = desk.mapping_hl7;
    desk.tries_on_error = 1;
    desk_reopen();
    snprintf(says, sizeof says, ACK("MSA|AR|%s"), desk_id(1));
    desk.partner.says = says;
    say(1, 'A');
    CU_ASSERT(desk_step());
    for (int i = 0; i < 20; i++)
        later(60 * RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 21);
    snprintf(says, sizeof says, ACK("MSA|AA|%s"), desk_id(1));
    later(60 * RETRY_MS);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "accepted");
}

/* ---- a named person's word ---- */

static uint64_t take_back(const struct way_back *w)
{
    uint64_t done = 0;
    delivery_close(&desk.delivery);
    CU_ASSERT(delivery_take_back_alone(desk_database(), w, &done, &desk.e));
    desk_reopen();
    CU_ASSERT(desk_step());
    return done;
}

static void a_parked_one_goes_again_through_the_door_and_in_order(void)
{
    char want[400];
    mood(MOOD_REFUSES);
    desk_say(&(struct say){ .n = 1, .who = 'A', .ward = "hidden-ward" });
    say(2, 'A');
    say(3, 'B');
    CU_ASSERT(desk_step());
    snprintf(want, sizeof want,
             "%s parked until again or drop; %s behind another; "
             "%s parked until again or drop; ",
             desk_id(1), desk_id(2), desk_id(3));
    CU_ASSERT_STRING_EQUAL(listed(), want);
    desk_tell(&(struct tell){ .who = 'A',
                              .sequence = 1,
                              .tell = "restricted-ask-the-source",
                              .withhold = { "stay.ward" } });
    mood(MOOD_TAKES);
    struct way_back one = { .which = { .ids = { slice_text(desk_id(1)) }, .id_count = 1 } };
    CU_ASSERT_EQUAL(take_back(&one), 1);
    CU_ASSERT(GOT(1, 3, 1, 2));
    CU_ASSERT_PTR_NULL(strstr(p->got[2].text, "hidden-ward"));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "reduced");
    CU_ASSERT_STRING_EQUAL(desk_outcome(3), "");
    one.which.ids[0] = slice_text(desk_id(1));
    CU_ASSERT_EQUAL(take_back(&one), 0);
}

static void they_are_selected_by_code_and_time(void)
{
    mood(MOOD_REFUSES);
    say(1, 'A');
    CU_ASSERT(desk_step());
    desk.now_ms += 1000;
    say(2, 'B');
    CU_ASSERT(desk_step());
    mood(MOOD_TAKES);
    struct way_back w = { .which = { .code = SLICE("other.code"), .until_ms = INT64_MAX } };
    CU_ASSERT_EQUAL(take_back(&w), 0);
    w.which.code = SLICE("partner.refused");
    w.which.since_ms = MAY_2026_MS + 1000;
    CU_ASSERT_EQUAL(take_back(&w), 1);
    CU_ASSERT(GOT(1, 2, 2));
    w = (struct way_back){ .which = { .until_ms = MAY_2026_MS + 1 } };
    CU_ASSERT_EQUAL(take_back(&w), 1);
    CU_ASSERT(GOT(1, 2, 2, 1));
}

static void what_is_dropped_never_goes_and_the_next_does(void)
{
    mood(MOOD_REFUSES);
    say(1, 'A');
    say(2, 'A');
    CU_ASSERT(desk_step());
    mood(MOOD_TAKES);
    const struct way_back w = { .drop = true,
                                .which = { .ids = { slice_text(desk_id(1)) }, .id_count = 1 } };
    CU_ASSERT_EQUAL(take_back(&w), 1);
    CU_ASSERT(GOT(1, 2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.dropped");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "accepted");
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.stopped == 1 && c.parked == 0 && c.outstanding == 0);
}

/* One that waits can be dropped too; it ends when it is its turn, and is never sent. */
static void one_behind_another_can_be_dropped(void)
{
    mood(MOOD_REFUSES);
    say(1, 'A');
    say(2, 'A');
    say(3, 'A');
    CU_ASSERT(desk_step());
    mood(MOOD_TAKES);
    struct way_back w = { .drop = true,
                          .which = { .ids = { slice_text(desk_id(2)) }, .id_count = 1 } };
    CU_ASSERT_EQUAL(take_back(&w), 1);
    CU_ASSERT(GOT(1));
    w = (struct way_back){ .which = { .ids = { slice_text(desk_id(1)) }, .id_count = 1 } };
    CU_ASSERT_EQUAL(take_back(&w), 1);
    CU_ASSERT(GOT(1, 1, 3));
}

/* The first of A is refused in words; whether for good is what tries_on_error says. */
static void is_told_no(char says[200])
{
    desk.mapping = desk.mapping_hl7;
    desk_reopen();
    snprintf(says, 200, ACK("MSA|AE|%s|No such Ada\rERR|||204^x"), desk_id(1));
    desk.partner.says = says;
    say(1, 'A');
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(p->asked, 1);
}

static void what_the_partner_said_is_listed(void)
{
    char says[200], want[200];
    desk.tries_on_error = 1;
    is_told_no(says);
    snprintf(want, sizeof want, "%s parked AE 204 until again or drop; ", desk_id(1));
    CU_ASSERT_STRING_EQUAL(listed(), want);
}

/* By an hour, while it waits a second: nothing waits an hour. */
static void a_clock_set_back_makes_nothing_wait_longer(void)
{
    mood(MOOD_LOCKED);
    say(1, 'A');
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(p->asked, 1);
    later(-HOUR_MS);
    CU_ASSERT_EQUAL(p->asked, 1);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 2);
}

static void nor_one_set_back_while_it_was_closed(void)
{
    mood(MOOD_LOCKED);
    say(1, 'A');
    CU_ASSERT(desk_step());
    desk.now_ms -= HOUR_MS;
    desk_reopen();
    mood(MOOD_TAKES);
    later(600 * RETRY_MS);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "accepted");
}

static bool note_waiting(void *ctx, const struct delivery_waiting *w)
{
    snprintf(ctx, 200, "%s%.*s %.*s", w->parked ? "parked " : "", SHOWN(w->code), SHOWN(w->said));
    return true;
}

/* The queue as `why` asks it, and the receipt of one that was given up: the audit keeps it. */
static void what_the_partner_said_is_told_while_it_waits_and_after(void)
{
    char says[200], waiting[200] = "";
    desk.tries_on_error = 1;
    is_told_no(says);
    CU_ASSERT(delivery_each_waiting(desk_database(), note_waiting, waiting, &desk.e));
    CU_ASSERT_STRING_EQUAL(waiting, "parked hl7v2.refused AE 204");
    const struct way_back w = { .drop = true,
                                .which = { .ids = { slice_text(desk_id(1)) }, .id_count = 1 } };
    CU_ASSERT_EQUAL(take_back(&w), 1);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.dropped AE 204");
}

static void what_our_door_ends_does_not_say_what_the_partner_said_before(void)
{
    char says[200];
    is_told_no(says);
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .stop = { "hospital-discharge" } });
    later(RETRY_MS);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.stopped");
}

static void what_the_partner_would_not_take_says_so_when_it_is_cancelled(void)
{
    char says[200];
    desk.tries_on_error = 1;
    is_told_no(says);
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    later(RETRY_MS);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "refused delivery.cancelled AE 204");
}

static CU_TestInfo cases[] = {
    { "what our door ends does not say what the partner said before",
      what_our_door_ends_does_not_say_what_the_partner_said_before },
    { "what the partner would not take says so when it is cancelled",
      what_the_partner_would_not_take_says_so_when_it_is_cancelled },
    { "another reason is told while it lasts", another_reason_is_told_while_it_lasts },
    { "a clock set back makes nothing wait longer", a_clock_set_back_makes_nothing_wait_longer },
    { "nor one set back while it was closed", nor_one_set_back_while_it_was_closed },
    { "what is refused is parked, and holds its person only",
      what_is_refused_is_parked_and_holds_its_person_only },
    { "a parked one is cancelled with its retraction",
      a_parked_one_is_cancelled_with_its_retraction },
    { "the retraction of a parked one that may have arrived goes",
      the_retraction_of_a_parked_one_that_may_have_arrived_goes },
    { "the site's trouble stops all and loses nothing",
      the_sites_trouble_stops_all_and_loses_nothing },
    { "the site's trouble is no arrival", the_sites_trouble_is_no_arrival },
    { "a pause is kept by the whole delivery, within its bound",
      a_pause_is_kept_by_the_whole_delivery_within_its_bound },
    { "an alarm stays until it is over", an_alarm_stays_until_it_is_over },
    { "what cannot be rendered is parked, told and not ended",
      what_cannot_be_rendered_is_parked_told_and_not_ended },
    { "it goes with the next mapping, and in order", it_goes_with_the_next_mapping_and_in_order },
    { "a mapping that cannot either parks it again", a_mapping_that_cannot_either_parks_it_again },
    { "what a partner refused waits, whatever the mapping",
      what_a_partner_refused_waits_whatever_the_mapping },
    { "what ends a parked one is told", what_ends_a_parked_one_is_told },
    { "AE is tried as often as asked, then parked", ae_is_tried_as_often_as_asked_then_parked },
    { "AR is tried until it is over", ar_is_tried_until_it_is_over },
    { "a parked one goes again, through the door and in order",
      a_parked_one_goes_again_through_the_door_and_in_order },
    { "they are selected by code and time", they_are_selected_by_code_and_time },
    { "what is dropped never goes, and the next does",
      what_is_dropped_never_goes_and_the_next_does },
    { "one behind another can be dropped", one_behind_another_can_be_dropped },
    { "what the partner said is listed", what_the_partner_said_is_listed },
    { "what the partner said is told while it waits, and after",
      what_the_partner_said_is_told_while_it_waits_and_after },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_trouble = { "trouble", desk_load, desk_unload, desk_fresh, desk_done, cases };
