/* deliver_test.c - what a delivery sends, in which order, and what it says of it (laws 6, 8,
 * 10). */
#include "desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

static const struct partner *p = &desk.partner;

/* The ids that reached the partner, in order, are these numbers; ends with 0. */
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

static void later(int64_t ms)
{
    desk.now_ms += ms;
    CU_ASSERT(desk_step());
}

static void what_is_routed_is_sent_once_with_its_id(void)
{
    desk_say(&(struct say){ .n = 1, .who = 'A', .ward = "W7" });
    CU_ASSERT(desk_step() && desk_step());
    CU_ASSERT(GOT(1));
    CU_ASSERT_PTR_NOT_NULL(strstr(p->got[0].text, "\"ward\":\"W7\""));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "accepted");
    desk_say(&(struct say){ .n = 1, .who = 'A', .ward = "W7" });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1));
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.taken == 1 && c.accepted == 1 && c.duplicates == 1 && c.outstanding == 0);
}

static void a_receipt_stands_in_the_partition_of_its_subject(void)
{
    struct told told[4];
    static const char who[] = { 'A', 'B', 'C', 'D' };
    for (int i = 0; i < 4; i++)
        desk_say(&(struct say){ .n = i + 1, .who = who[i] });
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL_FATAL(desk_receipts(told, 4), 4);
    for (size_t i = 0; i < 4; i++) {
        CU_ASSERT(slice_equal_text(told[i].recipient, SERVICE));
        for (int n = 0; n < 4; n++)
            if (slice_equal_text(told[i].disclosure, desk_id(n + 1)))
                CU_ASSERT_EQUAL(told[i].partition, who[n] % 4);
    }
}

static void one_subject_in_trouble_holds_that_subject_only(void)
{
    desk.partner.mood = MOOD_SILENT;
    desk.partner.only = "Ann A";
    for (int i = 0; i < 6; i++)
        desk_say(&(struct say){ .n = i + 1, .who = i % 2 ? 'B' : 'A' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2, 4, 6));
    CU_ASSERT_EQUAL(desk_counts().outstanding, 3);
    desk.partner.mood = MOOD_TAKES;
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2, 4, 6));
    later(RETRY_MS);
    CU_ASSERT(GOT(1, 2, 4, 6, 1, 3, 5));
}

static void waits_longer_after_each_try(void)
{
    desk.partner.mood = MOOD_SILENT;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 2);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 2);
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 3);
    for (int i = 0; i < 20; i++)
        later(60 * RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 23);
    for (size_t i = 0; i < p->count; i++)
        CU_ASSERT_STRING_EQUAL(p->got[i].id, desk_id(1));
}

static void a_partner_that_is_away_is_left_in_peace(void)
{
    desk.partner.mood = MOOD_AWAY;
    for (int i = 0; i < 5; i++)
        desk_say(&(struct say){ .n = i + 1, .who = (char)('A' + i) });
    CU_ASSERT(desk_step() && desk_step());
    CU_ASSERT_EQUAL(p->asked, 1);
    desk.partner.mood = MOOD_TAKES;
    later(RETRY_MS - 1);
    CU_ASSERT_EQUAL(p->asked, 1);
    later(1);
    CU_ASSERT(GOT(1, 2, 3, 4, 5));
}

static void stop(void)
{
    delivery_stop(desk.delivery);
}

static void runs_until_it_is_stopped(void)
{
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'B' });
    desk.partner.stop_at = 2;
    desk.partner.stop = stop;
    CU_ASSERT(delivery_run(desk.delivery, &desk.e));
    CU_ASSERT(GOT(1, 2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "accepted");
}

/* Else a queue behind one that waits would keep the thread busy. */
static void only_the_head_of_a_subject_falls_due(void)
{
    struct store *s;
    int64_t due;
    desk.partner.mood = MOOD_SILENT;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'A' });
    CU_ASSERT(desk_step());
    delivery_close(&desk.delivery);
    CU_ASSERT_FATAL(store_open(desk_database(), &s, &desk.e));
    CU_ASSERT(store_next_due(s, &due, &desk.e));
    CU_ASSERT_EQUAL(due, desk.now_ms + RETRY_MS);
    store_close(&s);
}

static void what_the_mapping_leaves_out_is_stopped(void)
{
    desk_say(&(struct say){ .n = 1, .who = 'A', .type = "DischargePlan", .kind = "referred" });
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(p->asked, 0);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.not-delivered");
}

/* ---- law 6 ---- */

static void a_restriction_stops_what_is_still_queued(void)
{
    struct told told[2];
    desk.partner.mood = MOOD_AWAY;
    desk_say(&(struct say){ .n = 1, .who = 'C', .ward = "hidden-ward", .postcode = "AB1 2CD" });
    CU_ASSERT(desk_step());
    desk_tell(&(struct tell){ .who = 'C',
                              .sequence = 1,
                              .tell = "restricted-ask-the-source",
                              .withhold = { "location", "stay.ward" } });
    desk.partner.mood = MOOD_TAKES;
    later(RETRY_MS);
    CU_ASSERT_FATAL(GOT(1));
    CU_ASSERT_PTR_NULL(strstr(p->got[0].text, "hidden-ward"));
    CU_ASSERT_PTR_NULL(strstr(p->got[0].text, "AB1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(p->got[0].text, "restricted-ask-the-source"));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "reduced");
    CU_ASSERT_EQUAL_FATAL(desk_receipts(told, 2), 1);
    CU_ASSERT_EQUAL(told[0].removed_count, 2);
}

static void nothing_leaves_while_restrictions_cannot_be_read(void)
{
    desk.broken = true;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT_FALSE(desk_step());
    CU_ASSERT_EQUAL(desk.e.fate, ERR_RETRY);
    CU_ASSERT_EQUAL(p->asked, 0);
    desk.broken = false;
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1));
}

static void an_unreadable_notice_holds_its_subject_until_another_comes(void)
{
    desk_put("restrictions", desk_key('A'), SLICE("not a notice"));
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'B' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(2));
    desk_tell(&(struct tell){ .who = 'A', .sequence = 2 });
    later(RETRY_MS);
    CU_ASSERT(GOT(2, 1));
}

/* As the version before wrote it (its form 1), with the event and the time of who said it. */
static void a_notice_of_another_form_holds_its_subject(void)
{
    static const uint8_t before[] = { 0xc3, 0x01, 0x4d, 0x49, 0x91, 0x38, 0x89,
                                      0x1d, 0x78, 0xd7, 0x02, 0x00, 0x00, 0x02 };
    desk_put("restrictions", desk_key('A'), slice_of(before, sizeof before));
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'B' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "");
}

/* The form before, that knew of nothing that waits: of it no new one need come. */
static void a_notice_of_the_form_before_counts(void)
{
    static const uint8_t form[] = { 0xc3, 0x01, 0x16, 0x5b, 0x22, 0xdd, 0x46, 0x55, 0x26, 0x03 };
    struct slice now = desk_notice(&(struct tell){ .who = 'A', .withhold = { "stay.ward" } });
    uint8_t *before = arena_alloc(&desk.arena, now.n);
    CU_ASSERT_PTR_NOT_NULL_FATAL(before);
    memcpy(before, now.p, now.n);
    memcpy(before, form, sizeof form);
    desk_put("restrictions", desk_key('A'), slice_of(before, now.n - 1));
    desk_say(&(struct say){ .n = 1, .who = 'A', .ward = "hidden-ward" });
    CU_ASSERT(desk_step());
    CU_ASSERT_FATAL(GOT(1));
    CU_ASSERT_PTR_NULL(strstr(p->got[0].text, "hidden-ward"));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "reduced");
}

static void what_is_in_doubt_waits_and_goes_when_it_is_not(void)
{
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .waiting = 1 });
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'B' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(2));
    later(RETRY_MS);
    CU_ASSERT(GOT(2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "");
    CU_ASSERT_EQUAL(desk_counts().outstanding, 1);
    desk_tell(&(struct tell){ .who = 'A', .sequence = 2 });
    later(3 * RETRY_MS);
    CU_ASSERT(GOT(2, 1));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "accepted");
}

static void what_waits_is_reduced_by_what_turns_out(void)
{
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .waiting = 1 });
    desk_say(&(struct say){ .n = 1, .who = 'A', .ward = "hidden-ward" });
    CU_ASSERT(desk_step());
    desk_tell(&(struct tell){ .who = 'A', .sequence = 2, .withhold = { "stay.ward" } });
    later(RETRY_MS);
    CU_ASSERT_FATAL(GOT(1));
    CU_ASSERT_PTR_NULL(strstr(p->got[0].text, "hidden-ward"));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "reduced");
}

static void what_waits_is_cancelled_with_its_retraction(void)
{
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .waiting = 1 });
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->asked, 0);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.cancelled");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "stopped delivery.cancelled");
}

/* Of one that it has; what follows keeps its order. */
static void a_retraction_passes_what_waits(void)
{
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'A' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2));
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .waiting = 3 });
    desk_say(&(struct say){ .n = 3, .who = 'A' });
    desk_say(&(struct say){ .n = 4, .who = 'A' });
    desk_say(&(struct say){ .n = 5, .who = 'A', .action = "retracts", .original = 1 });
    desk_say(&(struct say){ .n = 6, .who = 'A', .action = "retracts", .original = 4 });
    desk_say(&(struct say){ .n = 8, .who = 'A', .action = "replaces", .original = 2 });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2, 5));
    desk_say(&(struct say){ .n = 7, .who = 'A', .action = "retracts", .original = 2 });
    CU_ASSERT(desk_step()); /* at once, also when it comes later */
    CU_ASSERT(GOT(1, 2, 5, 7));
    desk_tell(&(struct tell){ .who = 'A', .sequence = 2 });
    later(RETRY_MS);
    CU_ASSERT(GOT(1, 2, 5, 7, 3, 8));
    CU_ASSERT_STRING_EQUAL(desk_outcome(4), "stopped delivery.cancelled");
    CU_ASSERT_STRING_EQUAL(desk_outcome(6), "stopped delivery.cancelled");
}

static void a_retraction_passes_no_other_trouble(void)
{
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk.partner.mood = MOOD_SILENT;
    desk_say(&(struct say){ .n = 2, .who = 'A' });
    desk_say(&(struct say){ .n = 3, .who = 'A', .action = "retracts", .original = 1 });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2));
    desk.partner.mood = MOOD_TAKES;
    later(RETRY_MS);
    CU_ASSERT(GOT(1, 2, 2, 3));
}

static void one_that_waited_and_is_withdrawn_goes_no_more_though_it_may_have_arrived(void)
{
    desk.partner.mood = MOOD_SILENT;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1));
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .waiting = 1, .cancelled = 1 });
    desk.partner.mood = MOOD_TAKES;
    later(RETRY_MS);
    CU_ASSERT(GOT(1));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.cancelled");
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2));
}

static void the_latest_notice_counts(void)
{
    static const struct {
        int64_t sequence;
        const char *withhold, *want;
    } rows[] = {
        { 2, NULL, "accepted" },
        { 1, "stay.ward", "accepted" }, /* an earlier one that came late */
        { 3, "stay.ward", "reduced" },
        { 4, NULL, "accepted" },
    };
    for (int i = 0; i < 4; i++) {
        desk_tell(&(struct tell){
            .who = 'A', .sequence = rows[i].sequence, .withhold = { rows[i].withhold } });
        desk_say(&(struct say){ .n = i + 1, .who = 'A', .ward = "W7" });
        CU_ASSERT(desk_step());
        CU_ASSERT_STRING_EQUAL(desk_outcome(i + 1), rows[i].want);
    }
}

static void an_agreement_that_ends_stops_what_is_queued(void)
{
    desk.partner.mood = MOOD_AWAY;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk.partner.mood = MOOD_TAKES;
    desk.now_ms = IN_2040_MS;
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(p->count, 0);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.agreement-ended");
}

/* ---- law 10 ---- */

static void one_not_yet_sent_is_cancelled_with_its_retraction(void)
{
    desk.partner.mood = MOOD_AWAY;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    CU_ASSERT(desk_step());
    desk.partner.mood = MOOD_TAKES;
    later(RETRY_MS);
    CU_ASSERT_EQUAL(p->count, 0);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.cancelled");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "stopped delivery.cancelled");
}

static void one_cancelled_by_a_notice_takes_its_later_retraction_along(void)
{
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .cancelled = 1 });
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(p->asked, 0);
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "stopped delivery.cancelled");
}

static void one_that_may_have_arrived_goes_and_so_does_its_retraction(void)
{
    desk.partner.mood = MOOD_SILENT;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .cancelled = 1 });
    desk.partner.mood = MOOD_TAKES;
    later(RETRY_MS);
    CU_ASSERT(GOT(1, 1, 2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "accepted");
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "accepted");
}

static void a_retraction_follows_even_when_the_second_try_was_stopped(void)
{
    desk.partner.mood = MOOD_SILENT;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .stop = { "hospital-discharge" } });
    desk.partner.mood = MOOD_TAKES;
    later(RETRY_MS);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.stopped");
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2));
}

static void a_retraction_follows_when_the_agreement_has_ended(void)
{
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk.now_ms = IN_2040_MS;
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 2));
}

/* ---- what cannot be read; links; references ---- */

static void what_cannot_be_read_is_refused_and_does_not_stay(void)
{
    struct slice whole = desk_record(&(struct say){ .n = 2, .who = 'A' });
    struct say other = { .n = 3, .who = 'B' };
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_put("disclosures", desk_key('A'), slice_head(whole, whole.n - 1));
    desk_put("disclosures", desk_key('A'), SLICE("not a record"));
    desk_put("disclosures", desk_key('A'), desk_record(&other));
    desk_say(&(struct say){ .n = 4, .who = 'A' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(1, 4));
    CU_ASSERT_EQUAL(strncmp(desk_outcome(2), "refused avro.", 13), 0);
    CU_ASSERT_STRING_EQUAL(desk_outcome(3), "refused delivery.key");
    struct delivery_counts c = desk_counts();
    CU_ASSERT(c.taken == 5 && c.accepted == 2 && c.refused == 3 && c.outstanding == 0);
}

/* By another one the partner finds nobody: a soft hyphen and a tab do not leave. */
static void an_own_id_that_cannot_leave_as_it_is_waits_for_a_person(void)
{
    static const char *const ids[] = { "K00\xc2\xad"
                                       "17",
                                       "K00\t17" };
    for (int i = 0; i < 2; i++) {
        char who = (char)('A' + i);
        desk_link(who, SERVICE, ids[i]);
        desk_say(&(struct say){ .n = i + 1, .who = who });
    }
    desk_link('C', SERVICE, "K\xc3\xb6 17");
    desk_say(&(struct say){ .n = 3, .who = 'C' });
    CU_ASSERT(desk_step());
    CU_ASSERT(GOT(3));
    CU_ASSERT_PTR_NOT_NULL(strstr(p->got[0].text, "K\xc3\xb6 17"));
    CU_ASSERT_EQUAL(desk_counts().parked, 2);
}

static void the_agencys_own_id_comes_from_its_links(void)
{
    desk_link('A', SERVICE, "P-100");
    desk_link('A', "wexshire-council/s42-inbox", "P-200");
    desk_put("links", desk_key('A'), SLICE("not a link"));
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'B' });
    CU_ASSERT(desk_step());
    CU_ASSERT_FATAL(GOT(1, 2));
    CU_ASSERT_PTR_NOT_NULL(strstr(p->got[0].text, "\"person\":\"P-100\""));
    CU_ASSERT_PTR_NULL(strstr(p->got[1].text, "person"));
}

static void a_disclosure_id_that_is_quoted_back_is_known(void)
{
    struct disclosure_id id;
    struct case_reference found;
    bool yes = false;
    desk_say(&(struct say){ .n = 1, .who = 'C' });
    CU_ASSERT(desk_step());
    CU_ASSERT_FATAL(disclosure_id_parse(slice_text(desk_id(1)), &id));
    CU_ASSERT(delivery_find_reference(desk_database(), &id, &found, &yes, &desk.e) && yes);
    CU_ASSERT_EQUAL(memcmp(found.reference.b, desk_key('C').p, ID_BYTES), 0);
    CU_ASSERT_EQUAL(found.route, 'C' % 4);
    CU_ASSERT_FATAL(disclosure_id_parse(slice_text(desk_id(2)), &id));
    CU_ASSERT(delivery_find_reference(desk_database(), &id, &found, &yes, &desk.e) && !yes);
    CU_ASSERT(delivery_find_reference("/no/such/file", &id, &found, &yes, &desk.e) && !yes);
}

/* What is shown of whom to ring, by a disclosure of its own each time; the receipt knows nothing of
 * it. */
static void who_is_told_to_ask_is_told_whom_to_ask(void)
{
    static const char desk_shown[] =
        "\"ring\":\"Wexshire safeguarding desk\",\"phone\":\"01632 960191\"";
    static const struct {
        struct say say;
        const char *withhold, *tell, *outcome, *ring;
    } rows[] = {
        { { .notice = "ask" }, NULL, NULL, "accepted", desk_shown },
        { { .notice = NULL }, NULL, NULL, "accepted", NULL },
        { { .notice = "ask", .contact = "Ward W7" },
          NULL,
          NULL,
          "accepted",
          "\"ring\":\"Ward W7\"" },
        { { .contact = "Ward W7" }, NULL, NULL, "accepted", "\"ring\":\"Ward W7\"" },
        /* what was queued before the person was restricted */
        { { .contact = "Ward W7" }, "source.contact", "ask", "reduced", desk_shown },
        { { .contact = "Ward W7" }, "source.contact", NULL, "reduced", NULL },
        { { .n = 2, .notice = "ask", .contact = "Ward W7" },
          "source.contact",
          "ask",
          "reduced",
          desk_shown },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct say say = rows[i].say;
        say.n = (int)i + 1;
        say.who = (char)('A' + i);
        if (rows[i].withhold)
            desk_tell(&(struct tell){ .who = say.who,
                                      .sequence = 1,
                                      .withhold = { rows[i].withhold },
                                      .tell = rows[i].tell });
        desk_say(&say);
        CU_ASSERT(desk_step());
        CU_ASSERT_EQUAL_FATAL(p->count, i + 1);
        CU_ASSERT_STRING_EQUAL(desk_outcome(say.n), rows[i].outcome);
        const char *ring = rows[i].ring ? rows[i].ring : "\"action\"";
        CU_ASSERT_PTR_NOT_NULL(strstr(p->got[i].text, ring));
        CU_ASSERT(rows[i].ring || !strstr(p->got[i].text, "\"ring\""));
    }
}

static CU_TestInfo cases[] = {
    { "who is told to ask is told whom to ask", who_is_told_to_ask_is_told_whom_to_ask },
    { "what is routed is sent once with its id", what_is_routed_is_sent_once_with_its_id },
    { "a receipt stands in the partition of its subject",
      a_receipt_stands_in_the_partition_of_its_subject },
    { "one subject in trouble holds that subject only",
      one_subject_in_trouble_holds_that_subject_only },
    { "waits longer after each try", waits_longer_after_each_try },
    { "a partner that is away is left in peace", a_partner_that_is_away_is_left_in_peace },
    { "runs until it is stopped", runs_until_it_is_stopped },
    { "only the head of a subject falls due", only_the_head_of_a_subject_falls_due },
    { "what the mapping leaves out is stopped", what_the_mapping_leaves_out_is_stopped },
    { "a restriction stops what is still queued", a_restriction_stops_what_is_still_queued },
    { "nothing leaves while restrictions cannot be read",
      nothing_leaves_while_restrictions_cannot_be_read },
    { "an unreadable notice holds its subject until another comes",
      an_unreadable_notice_holds_its_subject_until_another_comes },
    { "a notice of another form holds its subject", a_notice_of_another_form_holds_its_subject },
    { "a notice of the form before counts", a_notice_of_the_form_before_counts },
    { "what is in doubt waits, and goes when it is not",
      what_is_in_doubt_waits_and_goes_when_it_is_not },
    { "what waits is reduced by what turns out", what_waits_is_reduced_by_what_turns_out },
    { "what waits is cancelled with its retraction", what_waits_is_cancelled_with_its_retraction },
    { "law 10: a retraction passes what waits", a_retraction_passes_what_waits },
    { "law 8: a retraction passes no other trouble", a_retraction_passes_no_other_trouble },
    { "one that waited and is withdrawn goes no more, though it may have arrived",
      one_that_waited_and_is_withdrawn_goes_no_more_though_it_may_have_arrived },
    { "the latest notice counts", the_latest_notice_counts },
    { "an agreement that ends stops what is queued", an_agreement_that_ends_stops_what_is_queued },
    { "one not yet sent is cancelled with its retraction",
      one_not_yet_sent_is_cancelled_with_its_retraction },
    { "one cancelled by a notice takes its later retraction along",
      one_cancelled_by_a_notice_takes_its_later_retraction_along },
    { "one that may have arrived goes, and so does its retraction",
      one_that_may_have_arrived_goes_and_so_does_its_retraction },
    { "a retraction follows even when the second try was stopped",
      a_retraction_follows_even_when_the_second_try_was_stopped },
    { "a retraction follows when the agreement has ended",
      a_retraction_follows_when_the_agreement_has_ended },
    { "what cannot be read is refused and does not stay",
      what_cannot_be_read_is_refused_and_does_not_stay },
    { "an own id that cannot leave as it is waits for a person",
      an_own_id_that_cannot_leave_as_it_is_waits_for_a_person },
    { "the agency's own id comes from its links", the_agencys_own_id_comes_from_its_links },
    { "a disclosure id that is quoted back is known",
      a_disclosure_id_that_is_quoted_back_is_known },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_deliver = { "deliver", desk_load, desk_unload, desk_fresh, desk_done, cases };
