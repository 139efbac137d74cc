/* fates_test.c - whose receipt counts for a disclosure. */
#include "cli/fates.h"

#include <string.h>

#include <CUnit/CUnit.h>

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
        { .disclosure = SLICE(ONE), .state = SLICE("sent") },
        { .disclosure = SLICE(ONE), .recipient = SLICE(TEAM), .state = SLICE("reduced") },
        { .disclosure = SLICE(ONE), .recipient = SLICE(TEAM), .state = SLICE("accepted") },
        { .disclosure = SLICE(TWO), .state = SLICE("parked") },
        { .disclosure = SLICE(TWO), .recipient = SLICE(GRANTS), .state = SLICE("accepted") },
    };
    const struct fates f = { .list = list, .count = 5 };
    it_is(&f, ONE, TEAM, "accepted");
    it_is(&f, TWO, TEAM, "parked");
}

static void says(struct fate f, const char *sentence, const char *json)
{
    struct buf b;
    buf_init(&b, 1000);
    fate_sentence(&f, true, &b);
    CU_ASSERT(slice_equal_text(buf_slice(&b), sentence));
    buf_reset(&b);
    fate_json(&f, false, &b);
    buf_byte(&b, '\0');
    CU_ASSERT_PTR_NOT_NULL(strstr((const char *)b.p, json));
    buf_release(&b);
}

static void the_partners_codes_stand_beside_the_reason(void)
{
    says((struct fate){ .state = SLICE("parked"), .code = SLICE("delivery.ae"), .said = SLICE("AE 204") },
         "; SET ASIDE at the door until a person looks at it (delivery.ae, answered AE 204)",
         "\"code\":\"delivery.ae\",\"answered\":\"AE 204\"");
    says((struct fate){ .state = SLICE("sent"), .code = SLICE("http_out.busy"), .said = SLICE("503") },
         "; SENT, and not taken yet (http_out.busy, answered 503)", "\"answered\":\"503\"");
    says((struct fate){ .state = SLICE("sent"), .code = SLICE("http.timeout") },
         "; SENT, and no answer came yet (http.timeout)", "\"answered\":\"\"");
    says((struct fate){ .state = SLICE("queued") }, "; QUEUED, not received yet", "\"code\":\"\"");
}

static CU_TestInfo cases[] = {
    { "a receipt counts for its own recipient alone",
      a_receipt_counts_for_its_own_recipient_alone },
    { "the last word of a door counts", the_last_word_of_a_door_counts },
    { "the partner's codes stand beside the reason", the_partners_codes_stand_beside_the_reason },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_fates = { "fates", NULL, NULL, NULL, NULL, cases };
