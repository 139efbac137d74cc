/* intake_test.c - a unit taken by a feed, and what was set aside taken again: four times the
 * messages are at most some four times the work. SQLite's own is not counted. */
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>

#include "intake/asides.h"
#include "work.h"
#include "world.h"

#define FEW 500
#define TIMES 4
#define RATIO_MAX 4.6

/* before, a message again and again ('#' is its number), after; "\n" behind it as often as there
 * are messages. */
struct shape {
    enum world_format format;
    const char *before, *message, *after;
    bool blanks;
};

#define JSON_GOOD                                                                                  \
    "{\"id\":\"m#\",\"type\":\"admitted\",\"environment\":\"live\",\"visit\":\"V#\",\"local\":"    \
    "\"H#\"}"
#define JSON_BAD                                                                                   \
    "{\"id\":\"m#\",\"type\":\"admitted\",\"environment\":\"live\",\"visit\":\"V#\",\"local\":"    \
    "\"H#\",\"to\":\"x\"}"
#define HL7_GOOD "MSH|^~\\&|P|Z|R|R|20260203||ADT^A01|C#|P|2.4\rPID|1||H#\rPV1|1|I|W\r"

static const struct shape shapes[] = {
    { WORLD_CSV, "person,nhs,status,worker\n", "P#,,,w\n", "", false },
    { WORLD_CSV, "person,nhs,status,worker\n", "P#,,,w\n", "", true },
    { WORLD_CSV, "person,nhs,status,worker\n", "P#,,,w,x\n", "", false },
    { WORLD_CSV, "person,nhs,status,worker\n", "P#,,,w,x\n", "", true },
    { WORLD_CSV, "person,nhs,status,worker\n", "P#,\n", "\"", false },
    { WORLD_JSON, "[", JSON_GOOD ",", JSON_GOOD "]", false },
    { WORLD_JSON, "", JSON_GOOD "\n", "", true },
    { WORLD_JSON, "", JSON_BAD "\n", "", false },
    { WORLD_JSON, "[", "{#},", "{}]", false },
    { WORLD_HL7, "", HL7_GOOD, "", false },
    { WORLD_HL7, "", "MSH|^~\\&|P|Z|R|R|20260203||ADT^A01|C#|X|2.4\r", "", true },
    { WORLD_HL7, "", "MSH|^~\\&|P|Z|R|R|20260203||ADT^A01|C#\rX\r", "", false },
};

static struct world w;

static void put_message(struct buf *b, const char *text, size_t number)
{
    for (; *text; text++)
        if (*text == '#')
            buf_format(b, "%07zu", number);
        else
            buf_byte(b, (uint8_t)*text);
}

struct work {
    uint64_t taken, again;
};

static struct work measure(const struct shape *s, size_t messages)
{
    struct work work;
    struct buf unit;
    struct way_back all = { .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    CU_ASSERT_FATAL(world_init(&w, s->format));
    w.options.without_bus = true;
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    buf_init(&unit, (size_t)8 << 20);
    buf_text(&unit, s->before);
    for (size_t i = 0; i < messages; i++)
        put_message(&unit, s->message, i);
    put_message(&unit, s->after, messages);
    for (size_t i = 0; s->blanks && i < messages * 20; i++)
        buf_byte(&unit, '\n');
    buf_byte(&unit, 0);
    CU_ASSERT_FATAL(buf_ok(&unit));
    work_done = 0;
    (void)world_say(&w, (const char *)unit.p);
    work.taken = work_done;
    CU_ASSERT(w.answer.fate != ANSWER_LATER);
    work_done = 0;
    CU_ASSERT(feed_take_back(w.feed, &all, &n, &w.e));
    work.again = work_done;
    buf_release(&unit);
    world_done(&w);
    return work;
}

static void check(const struct shape *s, const char *what, uint64_t few, uint64_t many)
{
    bool good = (double)many <= RATIO_MAX * (double)few || many < FEW * 100;
    CU_ASSERT(good);
    if (!good)
        printf("\n    %s '%.40s': %" PRIu64 " for %d, %" PRIu64 " for four times as many ", what,
               s->message, few, FEW, many);
}

static void work_is_in_proportion_to_messages(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct work few = measure(&shapes[i], FEW), many = measure(&shapes[i], TIMES * FEW);
        check(&shapes[i], "taken", few.taken, many.taken);
        check(&shapes[i], "taken again", few.again, many.again);
    }
}

static CU_TestInfo cases[] = {
    { "work is in proportion to messages", work_is_in_proportion_to_messages },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_intake = { "intake", NULL, NULL, NULL, NULL, cases };
