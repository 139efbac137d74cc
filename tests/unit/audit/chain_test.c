/* chain_test.c - the note beside the committed position, and the hash that links entries. */
#include <CUnit/CUnit.h>

#include "audit/audit.h"

static struct buf b;
static struct err e;

static void fresh(void)
{
    err_clear(&e);
    buf_init(&b, 4096);
}

static void done(void)
{
    buf_release(&b);
}

static void an_empty_note_is_the_start(void)
{
    static const struct audit_chain start;
    struct audit_chain c = { .next = 7 };
    CU_ASSERT_TRUE(audit_note_read(SLICE(""), &c, &e));
    CU_ASSERT_EQUAL(memcmp(&c, &start, sizeof c), 0);
}

static void a_note_comes_back_as_it_was_written(void)
{
    struct audit_chain c = { .next = 12, .decided_ms = 1790000000123 }, again;
    for (int i = 0; i < HASH_BYTES; i++)
        c.head[i] = (uint8_t)(i * 9);
    audit_note_write(&c, &b);
    CU_ASSERT_TRUE_FATAL(audit_note_read(buf_slice(&b), &again, &e));
    CU_ASSERT_EQUAL(again.next, 12);
    CU_ASSERT_EQUAL(again.decided_ms, 1790000000123);
    CU_ASSERT_EQUAL(memcmp(again.head, c.head, HASH_BYTES), 0);
}

static void later_words_in_a_note_are_passed_over(void)
{
    struct audit_chain c = { .next = 3 }, again;
    buf_text(&b, "owner=router-1 ");
    audit_note_write(&c, &b);
    buf_text(&b, " tree=abc");
    CU_ASSERT_TRUE_FATAL(audit_note_read(buf_slice(&b), &again, &e));
    CU_ASSERT_EQUAL(again.next, 3);
}

static void a_broken_note_stops_the_router(void)
{
    static const char *const notes[] = {
        "seq=1", "head=00", "seq=x head=00", "seq=-1 head=", "junk", "seq=1 head=zz at=1", " "
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct audit_chain c;
        err_clear(&e);
        CU_ASSERT_FALSE(audit_note_read(slice_text(notes[i]), &c, &e));
        CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
        CU_ASSERT_STRING_EQUAL(e.code, "audit.chain");
    }
}

static void the_head_is_the_hash_that_the_header_describes(void)
{
    struct audit_chain c = { .next = 5 };
    uint8_t bytes[1 + 8 + HASH_BYTES + 5] = { [8] = 5 }, wanted[HASH_BYTES];
    memcpy(bytes + sizeof bytes - 5, "entry", 5);
    sha256(slice_of(bytes, sizeof bytes), wanted);
    audit_chain_add(&c, SLICE("entry"), 17);
    CU_ASSERT_EQUAL(memcmp(c.head, wanted, HASH_BYTES), 0);
    CU_ASSERT_EQUAL(c.next, 6);
    CU_ASSERT_EQUAL(c.decided_ms, 17);
}

static void the_decision_time_never_goes_back(void)
{
    struct audit_chain c = { .decided_ms = 100 };
    audit_chain_add(&c, SLICE("x"), 40);
    CU_ASSERT_EQUAL(c.decided_ms, 100);
}

static CU_TestInfo cases[] = {
    { "an empty note is the start", an_empty_note_is_the_start },
    { "a note comes back as it was written", a_note_comes_back_as_it_was_written },
    { "later words in a note are passed over", later_words_in_a_note_are_passed_over },
    { "a broken note stops the router", a_broken_note_stops_the_router },
    { "the head is the hash that the header describes",
      the_head_is_the_hash_that_the_header_describes },
    { "the decision time never goes back", the_decision_time_never_goes_back },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_chain = { "chain", NULL, NULL, fresh, done, cases };
