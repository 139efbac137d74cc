/* fates_test.c - whose receipt counts for a disclosure. */
#include "commands/fates.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#define ONE "aaaaaaaaaaaaaaaaaaaa"
#define TWO "bbbbbbbbbbbbbbbbbbbb"
#define GRANTS "wexbridge-district/grants"
#define TEAM "wexshire-council/hospital-team"

static void it_is(const struct fates *f, const char *disclosure, const char *recipient,
                  const char *state)
{
    const struct fate x = fates_of(f, slice_text(disclosure), slice_text(recipient));
    CU_ASSERT(slice_equal_text(x.state, state));
    CU_ASSERT(slice_equal_text(x.disclosure, disclosure));
}

static void a_receipt_counts_for_its_own_recipient_alone(void)
{
    struct fate list[] = {
        { .disclosure = SLICE(ONE), .recipient = SLICE(TEAM), .state = SLICE("accepted") },
        { .disclosure = SLICE(ONE), .recipient = SLICE(GRANTS), .state = SLICE("refused") },
        { .disclosure = SLICE(TWO), .recipient = SLICE(GRANTS), .state = SLICE("accepted") },
    };
    const struct fates f = { .list = list, .count = 3 };
    it_is(&f, ONE, TEAM, "accepted");
    it_is(&f, ONE, GRANTS, "refused");
    it_is(&f, TWO, TEAM, "queued");
}

static void the_last_word_of_a_door_counts(void)
{
    struct fate list[] = {
        { .disclosure = SLICE(ONE), .recipient = SLICE(TEAM), .state = SLICE("skipped") },
        { .disclosure = SLICE(ONE), .state = SLICE("sent") },
        { .disclosure = SLICE(ONE), .recipient = SLICE(TEAM), .state = SLICE("reduced") },
        { .disclosure = SLICE(ONE), .recipient = SLICE(TEAM), .state = SLICE("accepted") },
        { .disclosure = SLICE(TWO), .state = SLICE("parked") },
        { .disclosure = SLICE(TWO), .recipient = SLICE(GRANTS), .state = SLICE("accepted") },
    };
    const struct fates f = { .list = list, .count = 6 };
    it_is(&f, ONE, TEAM, "accepted");
    it_is(&f, TWO, TEAM, "parked");
}

static void says(struct fate f, const char *sentence, const char *json)
{
    struct buf b;
    buf_init(&b, 1000);
    fates_sentence(&f, true, &b);
    CU_ASSERT(slice_equal_text(buf_slice(&b), sentence));
    buf_reset(&b);
    fates_json(&f, false, &b);
    buf_byte(&b, '\0');
    CU_ASSERT_PTR_NOT_NULL(strstr((const char *)b.p, json));
    buf_release(&b);
}

static void the_partners_codes_stand_beside_the_reason(void)
{
    says((struct fate){ .state = SLICE("parked"),
                        .code = SLICE("delivery.ae"),
                        .said = SLICE("AE 204") },
         "; SET ASIDE at the door until a person looks at it (delivery.ae, answered AE 204)",
         "\"code\":\"delivery.ae\",\"answered\":\"AE 204\"");
    says((struct fate){ .state = SLICE("sent"),
                        .code = SLICE("http_out.busy"),
                        .said = SLICE("503") },
         "; SENT, and not taken yet (http_out.busy, answered 503)", "\"answered\":\"503\"");
    says((struct fate){ .state = SLICE("sent"), .code = SLICE("http.timeout") },
         "; SENT, and no answer came yet (http.timeout)", "\"answered\":\"\"");
    says((struct fate){ .state = SLICE("queued") }, "; QUEUED, not received yet", "\"code\":\"\"");
}

/* ---- in words ---- */

#define AT ((int64_t)1772409600000)
#define AT_TEXT "2026-03-02T00:00:00.000Z"

static const struct slice taken_out[] = { SLICE_INIT("stay.ward"), SLICE_INIT("stay.site") };
static const struct row {
    struct fate fate;
    bool hide;
    const char *words, *json;
} rows[] = {
    { { .state = SLICE_INIT("queued") },
      false,
      "; QUEUED, not received yet",
      "\"queued\",\"code\":\"\",\"answered\":\"\",\"at\":\"\",\"removed\":[]" },
    { { .state = SLICE_INIT("sent") },
      false,
      "; SENT, and no answer came yet",
      "\"sent\",\"code\":\"\",\"answered\":\"\",\"at\":\"\",\"removed\":[]" },
    { { .state = SLICE_INIT("parked") },
      false,
      "; SET ASIDE at the door until a person looks at it",
      "\"parked\",\"code\":\"\",\"answered\":\"\",\"at\":\"\",\"removed\":[]" },
    { { .state = SLICE_INIT("accepted"), .at_ms = AT, .is_whole = true },
      false,
      "; accepted " AT_TEXT,
      "\"accepted\",\"code\":\"\",\"answered\":\"\",\"at\":\"" AT_TEXT "\",\"removed\":[]" },
    { { .state = SLICE_INIT("refused"),
        .code = SLICE_INIT("delivery.schema"),
        .at_ms = AT,
        .is_whole = true },
      false,
      "; REFUSED by its recipient (delivery.schema) " AT_TEXT,
      "\"refused\",\"code\":\"delivery.schema\",\"answered\":\"\",\"at\":\"" AT_TEXT
      "\",\"removed\":[]" },
    { { .state = SLICE_INIT("stopped"),
        .code = SLICE_INIT("delivery.cancelled"),
        .at_ms = AT,
        .is_whole = true },
      false,
      "; STOPPED at the door (delivery.cancelled) " AT_TEXT,
      "\"stopped\",\"code\":\"delivery.cancelled\",\"answered\":\"\",\"at\":\"" AT_TEXT
      "\",\"removed\":[]" },
    { { .state = SLICE_INIT("not-deliverable"),
        .code = SLICE_INIT("delivery.not-delivered"),
        .at_ms = AT,
        .is_whole = true },
      false,
      "; NOT DELIVERED, its delivery has no mapping of that kind, " AT_TEXT,
      "\"not-deliverable\",\"code\":\"delivery.not-delivered\",\"answered\":\"\",\"at\":\"" AT_TEXT
      "\",\"removed\":[]" },
    { { .state = SLICE_INIT("reduced"),
        .at_ms = AT,
        .removed = taken_out,
        .removed_count = 2,
        .is_whole = true },
      false,
      "; REDUCED at the door, which took out stay.ward, stay.site; accepted " AT_TEXT,
      "\"reduced\",\"code\":\"\",\"answered\":\"\",\"at\":\"" AT_TEXT
      "\",\"removed\":[\"stay.ward\",\"stay.site\"]" },
    { { .state = SLICE_INIT("reduced"),
        .at_ms = AT,
        .removed = taken_out,
        .removed_count = 2,
        .is_whole = true },
      true,
      "; REDUCED at the door, which took out what is shown with --protected; accepted " AT_TEXT,
      "\"reduced\",\"code\":\"\",\"answered\":\"\",\"at\":\"" AT_TEXT "\",\"removed\":null" },
    { { .state = SLICE_INIT("skipped"),
        .by = SLICE_INIT("Pia Operator"),
        .at_ms = AT,
        .is_whole = true },
      false,
      "; PASSED OVER, as its delivery had not read it when it aged out, by the skip of Pia "
      "Operator " AT_TEXT,
      "\"skipped\",\"code\":\"\",\"answered\":\"\",\"at\":\"" AT_TEXT
      "\",\"by\":\"Pia Operator\",\"removed\":[]" },
    { { .state = SLICE_INIT("skipped"), .by = SLICE_INIT("Pia Operator"), .at_ms = AT },
      false,
      "; PASSED OVER, as its delivery had not read it when it aged out, by the skip of Pia "
      "Operator " AT_TEXT ", unless it waits where its delivery runs",
      "\"skipped\",\"code\":\"\",\"answered\":\"\",\"at\":\"" AT_TEXT
      "\",\"by\":\"Pia Operator\",\"removed\":[]" },
    { { .state = SLICE_INIT("reduced"), .at_ms = AT },
      false,
      "; REDUCED at the door, which took out something; accepted " AT_TEXT,
      "\"reduced\",\"code\":\"\",\"answered\":\"\",\"at\":\"" AT_TEXT "\",\"removed\":null" },
};

static void each_state_has_its_words(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf words, json;
        char want[400];
        buf_init(&words, 1000);
        buf_init(&json, 1000);
        fates_sentence(&rows[i].fate, rows[i].hide, &words);
        fates_json(&rows[i].fate, rows[i].hide, &json);
        (void)snprintf(want, sizeof want, ",\"delivery\":{\"state\":%s}", rows[i].json);
        CU_ASSERT(slice_equal_text(buf_slice(&words), rows[i].words));
        CU_ASSERT(slice_equal_text(buf_slice(&json), want));
        if (!slice_equal_text(buf_slice(&words), rows[i].words) ||
            !slice_equal_text(buf_slice(&json), want))
            printf("row %zu: %.*s, %.*s\n", i, SHOWN(buf_slice(&words)), SHOWN(buf_slice(&json)));
        buf_release(&words);
        buf_release(&json);
    }
}

static CU_TestInfo cases[] = {
    { "a receipt counts for its own recipient alone",
      a_receipt_counts_for_its_own_recipient_alone },
    { "the last word of a door counts", the_last_word_of_a_door_counts },
    { "the partner's codes stand beside the reason", the_partners_codes_stand_beside_the_reason },
    { "each state has its words", each_state_has_its_words },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_fates = { "fates", NULL, NULL, NULL, NULL, cases };
