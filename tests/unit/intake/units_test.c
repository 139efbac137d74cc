/* units_test.c - several messages in one arrival: rows of a file, a batch; and stored HL7
 * answers. */
#include <CUnit/CUnit.h>

#include "record/wire.h"
#include "world.h"

static struct world w;

static void done(void)
{
    world_done(&w);
}

static void csv(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_CSV));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void hl7(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_HL7));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

#define HEAD "person,nhs,status,worker\r\n"

static void counts_each_row_and_answers_the_file(void)
{
    csv();
    CU_ASSERT_EQUAL(world_say(&w, HEAD "1,,,Ann\r\n2,,,Bob\r\n3,,,\r\n"), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken, 3);
    CU_ASSERT_EQUAL(c.published, 2);
    CU_ASSERT_EQUAL(c.not_carried, 1);
    CU_ASSERT_EQUAL(w.answer.reply.n, 0);
}

static void finds_an_extract_sent_again_unchanged(void)
{
    csv();
    world_say(&w, HEAD "1,,,Ann\r\n2,,,Bob\r\n");
    CU_ASSERT_EQUAL(world_say(&w, HEAD "1,,,Ann\r\n2,,,Bob\r\n"), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 2);
    CU_ASSERT_EQUAL(c.unchanged, 2);
    CU_ASSERT_EQUAL(c.duplicates, 0);
}

/* A row that goes back to what it said is news, and another event than the first time. */
static void tells_a_value_that_comes_back(void)
{
    struct world_event events[8];
    csv();
    world_say(&w, HEAD "1,,,Ann\r\n");
    world_say(&w, HEAD "1,,,Bob\r\n");
    world_say(&w, HEAD "1,,,Ann\r\n");
    CU_ASSERT_EQUAL(world_counts(&w).published, 3);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 8), 3);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &events[2], "caseload.worker"), "Ann");
    CU_ASSERT_STRING_NOT_EQUAL(world_text(&w, &events[0], "header.id"),
                               world_text(&w, &events[2], "header.id"));
}

static void sees_a_change_within_one_file(void)
{
    csv();
    world_say(&w, HEAD "1,,,Ann\r\n1,,,Ann\r\n1,,,Bob\r\n");
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 2);
    CU_ASSERT_EQUAL(c.unchanged, 1);
}

static void quarantines_a_row_and_takes_the_others(void)
{
    csv();
    CU_ASSERT_EQUAL(world_say(&w, HEAD "1,,,Ann\r\n,,,Bob\r\n3,,,Cid\r\n"), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 2);
    CU_ASSERT_EQUAL(c.quarantined, 1);
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "map.subject"), 1);
}

static void takes_more_rows_than_a_run_holds(void)
{
    static char text[200 * 1024];
    size_t n = (size_t)snprintf(text, sizeof text, HEAD);
    csv();
    for (int i = 0; i < 5000; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%d,,,Worker %d\r\n", i, i);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 5000);
    CU_ASSERT_EQUAL(c.events, 5000);
}

static void refuses_a_file_of_which_no_row_can_be_mapped(void)
{
    csv();
    CU_ASSERT_EQUAL(world_say(&w, "person,nhs,status,worker\r\nNULL,,,Ann\r\nNULL,,,Bob\r\n\r\n"),
                    ANSWER_REFUSED);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken, 2);
    CU_ASSERT_EQUAL(c.quarantined, 2);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "map.doubtful");
    CU_ASSERT_EQUAL(world_say(&w, "person,nhs,status,worker\r\nNULL,,,Ann\r\n2,,,Bob\r\n"),
                    ANSWER_KEPT);
}

static void is_content_with_a_file_that_has_no_rows(void)
{
    csv();
    CU_ASSERT_EQUAL(world_say(&w, HEAD), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).taken, 0);
}

#define HL7 "MSH|^~\\&|PAS|ZX9|HUB|ZX9|20260203143000||ADT^A01|%s|P|2.4\rPID|1||H1\rPV1|1|I|W4\r"

static void sends_the_first_acknowledgement_byte_for_byte(void)
{
    char text[200], first[400];
    snprintf(text, sizeof text, HL7, "000017");
    hl7();
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
    size_t n = w.answer.reply.n;
    CU_ASSERT_FATAL(n > 0 && n < sizeof first);
    memcpy(first, w.answer.reply.p, n);
    world_set_ms(world_now_ms() + 3600 * 1000);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
    CU_ASSERT(slice_equal(w.answer.reply, slice_of(first, n)));
    CU_ASSERT_PTR_NOT_NULL(memmem(first, n, "MSA|AA|000017", 13));
    CU_ASSERT(slice_equal_text(w.answer.id, "000017"));
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 1);
}

/* Senders that were wired before anybody asked for MSH-11 go on; the record is of the site's
 * environment. */
static void takes_a_message_that_does_not_say_whether_it_is_live(void)
{
    static const char *const ends[] = { "|\"\"|2.4\r", "||2.4\r", "\r" };
    char text[200];
    hl7();
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(text, sizeof text,
                 "MSH|^~\\&|PAS|ZX9|HUB|ZX9|20260203143000||ADT^A01|E%zu%sPID|1||H1\rPV1|1|I|W4\r",
                 i, ends[i]);
        CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
    }
    CU_ASSERT_EQUAL(world_counts(&w).refused_environment, 0);
    CU_ASSERT_EQUAL(world_counts(&w).taken, 3);
}

static void answers_garbage_with_an_error_and_keeps_it(void)
{
    hl7();
    CU_ASSERT_EQUAL(world_say(&w, "this is no HL7"), ANSWER_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(memmem(w.answer.reply.p, w.answer.reply.n, "MSA|AE", 6));
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 1);
}

static bool acknowledged(const char *what)
{
    return w.answer.reply.n && memmem(w.answer.reply.p, w.answer.reply.n, what, strlen(what));
}

#define NOTE                                                                                       \
    HL7 "NTE|1||a\x0b"                                                                             \
        "b\rZU8|%s\r"

static void say_note(const char *id, const char *code)
{
    char text[300], msa[40];
    snprintf(text, sizeof text, NOTE, id, code);
    snprintf(msa, sizeof msa, "MSA|AE|%s|cannot take VT", id);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_REFUSED);
    CU_ASSERT(acknowledged(msa));
}

/* Refused it is, but a no that can be read of it counts, once; one that cannot holds its person's
 * events. */
static void refuses_vt_within_a_message_and_keeps_what_it_restricts(void)
{
    struct world_event events[4];
    hl7();
    say_note("N1", "1");
    say_note("N1", "1");
    say_note("N2", "0");
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.taken == 3 && c.quarantined == 2 && c.duplicates == 1 && c.published == 0);
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "hl7v2.vt"), 2);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 1);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &events[0], "header.kind"), "raised");
    CU_ASSERT_EQUAL(world_signs(&w, events, 4), 0);
    say_note("N3", "0\x0b"
                   "1");
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 3);
    CU_ASSERT_EQUAL(world_events(&w, events, 4), 1);
    CU_ASSERT_EQUAL_FATAL(world_signs(&w, events, 4), 1);
    CU_ASSERT(slice_equal_text(view_text_at(&events[0].v, "code"), "hl7v2.vt"));
}

static void refuses_fs_within_a_message_likewise(void)
{
    struct world_event events[4];
    char text[400];
    hl7();
    snprintf(text, sizeof text, HL7 "ZU8|1\rNTE|1||a\x1c\rPV1|1|I|W5\r", "N4");
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_REFUSED);
    CU_ASSERT(acknowledged("MSA|AE|N4|cannot take FS"));
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.taken == 1 && c.quarantined == 1 && c.published == 0);
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "hl7v2.fs"), 1);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 1);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &events[0], "header.kind"), "raised");
}

/* Where another message begins nobody can tell what else this one said: its person's events wait.
 * The other's person is nobody's to restrict by it. */
static void holds_whom_a_message_with_another_in_it_is_about(void)
{
    struct world_event events[4];
    char text[400];
    hl7();
    snprintf(text, sizeof text, HL7 "ZU8|1\rNTE|1||x\x0b" HL7 "ZU8|1\r", "O1", "I1");
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_REFUSED);
    CU_ASSERT(acknowledged("MSA|AE|O1|") && !acknowledged("I1"));
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 1);
    CU_ASSERT_EQUAL(world_events(&w, events, 4), 1);
    CU_ASSERT_EQUAL(world_signs(&w, events, 4), 0);
    snprintf(text, sizeof text, HL7 "NTE|1||x\x0b" HL7 "ZU8|1\r", "O2", "I2");
    char *inner = strstr(strstr(text, "I2"), "H1");
    memcpy(inner, "H9", 2);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 2);
    CU_ASSERT_EQUAL_FATAL(world_signs(&w, events, 4), 1);
    struct slice sign = arena_copy(&w.a, events[0].key);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 1);
    CU_ASSERT(slice_equal(sign, events[0].key));
}

/* The second change is no first sight, though both are of one row. */
static void counts_two_changes_of_one_row_as_two(void)
{
    struct world_event events[4];
    CU_ASSERT_FATAL(world_init(&w, WORLD_PAIR));
    CU_ASSERT_FATAL(world_open_feed(&w));
    world_say(&w, "person,first,second\r\n1,Ann,Bob\r\n");
    CU_ASSERT_EQUAL(world_counts(&w).events, 1);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 4), 1);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &events[0], "caseload.worker"), "Bob");
}

/* A batch has one answer: its first message's, unless a later one ended worse. */
static void answers_a_batch_by_its_first_message_or_the_worst(void)
{
    char text[600];
    hl7();
    int n =
        snprintf(text, sizeof text, "BHS|^~\\&|PAS|ZX9\r" HL7 HL7 HL7 "BTS|3\r", "B1", "B2", "B3");
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).published, 3);
    CU_ASSERT(acknowledged("MSA|AA|B1") && !acknowledged("|B2") && !acknowledged("|B3"));
    n = snprintf(text, sizeof text, "BHS|^~\\&|PAS|ZX9\r" HL7 "MSH|junk\r" HL7 "BTS|3\r", "B4",
                 "B5");
    CU_ASSERT(n > 0);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_REFUSED);
    CU_ASSERT(acknowledged("MSA|AE") && !acknowledged("MSA|AA"));
}

static CU_TestInfo cases[] = {
    { "counts two changes of one row as two", counts_two_changes_of_one_row_as_two },
    { "answers a batch by its first message or the worst",
      answers_a_batch_by_its_first_message_or_the_worst },
    { "counts each row and answers the file", counts_each_row_and_answers_the_file },
    { "finds an extract sent again unchanged", finds_an_extract_sent_again_unchanged },
    { "tells a value that comes back", tells_a_value_that_comes_back },
    { "sees a change within one file", sees_a_change_within_one_file },
    { "quarantines a row and takes the others", quarantines_a_row_and_takes_the_others },
    { "takes more rows than a run holds", takes_more_rows_than_a_run_holds },
    { "refuses a file of which no row can be mapped",
      refuses_a_file_of_which_no_row_can_be_mapped },
    { "is content with a file that has no rows", is_content_with_a_file_that_has_no_rows },
    { "sends the first acknowledgement byte for byte",
      sends_the_first_acknowledgement_byte_for_byte },
    { "takes a message that does not say whether it is live",
      takes_a_message_that_does_not_say_whether_it_is_live },
    { "answers garbage with an error and keeps it", answers_garbage_with_an_error_and_keeps_it },
    { "holds whom a message with another in it is about",
      holds_whom_a_message_with_another_in_it_is_about },
    { "refuses VT within a message, and keeps what it restricts",
      refuses_vt_within_a_message_and_keeps_what_it_restricts },
    { "refuses FS within a message likewise", refuses_fs_within_a_message_likewise },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_units = { "units", NULL, NULL, NULL, done, cases };
