/* states_test.c - what parts say of the bundle that they go by: the last word of each, of its own
 * agency. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "control/states.h"
#include "office.h"

#define HOSPITAL SLICE("wexbridge-hospital")
#define PART SLICE("feed:pas")

static struct office office;
static struct part_states states;
static struct err e;
static const uint8_t old[HASH_BYTES] = { 1 }, new[HASH_BYTES] = { 2 };

static void fresh(void)
{
    office_open(&office);
    states = (struct part_states){ .a = &office.arena };
    err_clear(&e);
}

static void done(void)
{
    office_close(&office);
}

/* On the topic of the hospital, whoever's word it says it is. */
static void say_of(struct slice agency, const char *outcome, const uint8_t hash[HASH_BYTES])
{
    struct bundle_state s = {
        .part = PART, .agency = agency, .outcome = slice_text(outcome), .number = hash[0]
    };
    struct buf framed;
    memcpy(s.hash, hash, HASH_BYTES);
    buf_init(&framed, 4096);
    CU_ASSERT_FATAL(states_encode(office.site->catalogue, &s, &framed, &e));
    CU_ASSERT_FATAL(states_publish(office.bus, HOSPITAL, buf_slice(&framed), &e));
    buf_release(&framed);
}

static const struct bundle_state *heard(struct slice agency, const uint8_t *hash)
{
    CU_ASSERT_FATAL(states_read(&states, office.bus, office.site->bundle, &e));
    return states_get(&states, agency, PART, hash);
}

static void the_last_word_of_a_part_counts(void)
{
    say_of(HOSPITAL, "taken", old);
    say_of(HOSPITAL, "taken", new);
    const struct bundle_state *s = heard(HOSPITAL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(s->number, 2);
    CU_ASSERT(hash_equal(s->hash, new));
}

static void a_refusal_changes_nothing_of_what_it_goes_by(void)
{
    say_of(HOSPITAL, "taken", old);
    say_of(HOSPITAL, "refused", new);
    const struct bundle_state *s = heard(HOSPITAL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT(slice_equal_text(s->outcome, "taken"));
    CU_ASSERT(slice_equal_text(states_get(&states, HOSPITAL, PART, new)->outcome, "refused"));
}

static void who_was_refused_and_then_taken_goes_by_it(void)
{
    say_of(HOSPITAL, "refused", new);
    say_of(HOSPITAL, "taken", new);
    const struct bundle_state *s = heard(HOSPITAL, new);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT(slice_equal_text(s->outcome, "taken"));
}

/* Else an agency could say that another's doors go by a bundle. */
static void a_word_for_another_agency_is_passed_over(void)
{
    say_of(SLICE("wexshire-council"), "taken", new);
    CU_ASSERT_PTR_NULL(heard(SLICE("wexshire-council"), NULL));
}

static void parts_are_sorted_whoever_spoke_first(void)
{
    static const char *const spoken[] = { "delivery:inbox", "router", "feed:pas", "delivery:adt",
                                          "feed:adt" };
    static const char *const sorted[] = { "feed:adt", "feed:pas", "router", "delivery:adt",
                                          "delivery:inbox" };
    size_t n = 0;
    for (size_t i = 0; i < 5; i++) {
        const struct bundle_state s = { .part = slice_text(spoken[i]), .agency = HOSPITAL };
        CU_ASSERT_FATAL(states_put(&states, &s));
    }
    const struct bundle_state other = { .part = PART, .agency = SLICE("a-council") };
    CU_ASSERT_FATAL(states_put(&states, &other));
    for (const struct part_state *p = states.first; p; p = p->next) {
        bool is_others = slice_equal(p->state.agency, other.agency);
        if (is_others)
            CU_ASSERT_FATAL(p->next && slice_equal(p->next->state.part, PART));
        if (!is_others)
            CU_ASSERT(slice_equal_text(p->state.part, sorted[n++]));
    }
    CU_ASSERT_EQUAL(n, 5);
}

static void what_is_no_order_is_another_thing(void)
{
    struct order_read read;
    orders_read(office.site->catalogue, &office.arena, SLICE("not framed"), &read);
    CU_ASSERT_EQUAL(read.kind, ORDER_OTHER);
}

static CU_TestInfo tests[] = {
    { "the last word of a part counts", the_last_word_of_a_part_counts },
    { "a refusal changes nothing of what it goes by",
      a_refusal_changes_nothing_of_what_it_goes_by },
    { "who was refused and then taken goes by it", who_was_refused_and_then_taken_goes_by_it },
    { "a word for another agency is passed over", a_word_for_another_agency_is_passed_over },
    { "parts are sorted, whoever spoke first", parts_are_sorted_whoever_spoke_first },
    { "what is no order is another thing", what_is_no_order_is_another_thing },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_states = { "states", office_install, office_uninstall, fresh, done, tests };
