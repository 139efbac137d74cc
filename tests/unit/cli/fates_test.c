/* fates_test.c - whose receipt counts for a disclosure. */
#include "cli/fates.h"

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

static CU_TestInfo cases[] = {
    { "a receipt counts for its own recipient alone",
      a_receipt_counts_for_its_own_recipient_alone },
    { "the last word of a door counts", the_last_word_of_a_door_counts },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_fates = { "fates", NULL, NULL, NULL, NULL, cases };
