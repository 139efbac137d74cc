/* mllp_frame_test.c - cutting frames, with every deviation the field has shown. */
#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "transport/mllp_frame.h"

#include <stdio.h>

/* What came of one input: payloads in < >, junk counts in ( ), "!" when it is bad, "..." for
 * more. */
struct seen {
    char text[400];
    size_t n, junk;
};

static void note(struct seen *s, const char *before, struct slice payload, const char *after)
{
    int n = snprintf(s->text + s->n, sizeof s->text - s->n, "%s%.*s%s", before, (int)payload.n,
                     payload.n ? (const char *)payload.p : "", after);
    s->n += n > 0 ? (size_t)n : 0;
}

/* Feeds the input in pieces, as a connection would: the first one, then those of `step` bytes. No
 * more comes behind the last. */
static void feed(struct slice in, size_t first, size_t step, size_t max, struct seen *s)
{
    struct mllp_seen under_way = { .n = 0 };
    size_t at = 0, end = first < in.n ? first : in.n;
    enum frame f = FRAME_READY;
    *s = (struct seen){ .n = 0 };
    while (f != FRAME_BAD) {
        struct mllp_cut cut;
        f = mllp_frame(slice_of(in.p + at, end - at), &under_way, end == in.n, max, &cut);
        if (f == FRAME_READY)
            note(s, "<", cut.payload, ">");
        if (f == FRAME_BAD)
            note(s, "", (struct slice){ NULL, 0 }, "!");
        at += cut.used;
        s->junk += cut.junk;
        if (f == FRAME_READY || f == FRAME_BAD)
            continue;
        if (end == in.n)
            break;
        end = end + step < in.n ? end + step : in.n;
    }
    if (at < in.n)
        note(s, "", (struct slice){ NULL, 0 }, "...");
}

static bool cuts_at(struct slice in, size_t first, size_t step, const char *wanted, size_t junk)
{
    struct seen s;
    uint8_t *exact = mem_alloc(in.n);
    memcpy(exact, in.p, in.n);
    feed(slice_of(exact, in.n), first, step, 100, &s);
    mem_free(exact);
    if (strcmp(s.text, wanted) == 0 && s.junk == junk)
        return true;
    fprintf(stderr, "\n    %zu, then %zu: wanted %s (%zu), got %s (%zu)\n", first, step, wanted,
            junk, s.text, s.junk);
    return false;
}

/* Whole, in steps of every length, in two pieces however it is split. */
static bool cuts(struct slice in, const char *wanted, size_t junk)
{
    bool good = true;
    for (size_t n = 1; n <= in.n; n++) {
        good = cuts_at(in, n, n, wanted, junk) && good;
        good = cuts_at(in, n, in.n, wanted, junk) && good;
    }
    return good;
}

#define VT "\x0b"
#define FS "\x1c"

static void cuts_frames_however_they_are_split(void)
{
    CU_ASSERT(cuts(SLICE(VT "one" FS "\r"), "<one>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" FS "\r" VT "two" FS "\r" VT "thr"), "<one><two>...", 0));
    CU_ASSERT(cuts(SLICE(VT "MSH|1\rPID|\r" FS "\r"), "<MSH|1\rPID|\r>", 0));
}

static void tolerates_what_follows_the_end(void)
{
    CU_ASSERT(cuts(SLICE(VT "one" FS "\n" VT "two" FS "\r\n"), "<one><two>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" FS VT "two" FS), "<one><two>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" FS "\rjunk" VT "two" FS "\r"), "<one><two>", 4));
    CU_ASSERT(cuts(SLICE(VT "one" FS " \0\t" VT "two" FS "  "), "<one><two>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" FS " \r" VT "two" FS " \n"), "<one><two>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" FS "\r\n \0" VT "two" FS "\n\r"), "<one><two>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" FS FS "\r" VT "two" FS "\r"), "<one\x1c><two>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" FS "\rjunk"), "<one>", 4));
}

/* Cut at the first of them, a message would be taken for its head alone. */
static void keeps_an_end_byte_within_the_text(void)
{
    CU_ASSERT(cuts(SLICE(VT "on" FS "e" FS "\r" VT "two" FS "\r"),
                   "<on\x1c"
                   "e><two>",
                   0));
    CU_ASSERT(cuts(SLICE(VT FS "one" FS "\r"), "<\x1cone>", 0));
    CU_ASSERT(cuts(SLICE(VT "on" FS " e" FS "\r"), "<on\x1c e>", 0));
    CU_ASSERT(cuts(SLICE(VT "on" FS FS "e" FS FS),
                   "<on\x1c\x1c"
                   "e\x1c>",
                   0));
    CU_ASSERT(cuts(SLICE(VT "on" FS "e" VT "two" FS "\r"),
                   "<on\x1c"
                   "e\x0btwo>",
                   0));
    CU_ASSERT(cuts(SLICE(VT "on" FS "e"), "...", 0));
}

/* Where an FS is followed by what follows an end, only what is in hand can tell. */
static void looks_behind_a_line_end_for_the_rest_of_the_message(void)
{
    const struct slice in = SLICE(VT "on" FS "\re" FS "\r" VT "two" FS "\r");
    for (size_t n = 1; n <= in.n; n++) {
        bool tells = n != 5; /* just behind FS, CR */
        CU_ASSERT(cuts_at(in, n, in.n, tells ? "<on\x1c\re><two>" : "<on><two>", tells ? 0 : 2));
    }
    CU_ASSERT(cuts_at(SLICE(VT "on" FS "\n\r e" FS), 20, 1, "<on\x1c\n\r e>", 0));
    CU_ASSERT(cuts_at(SLICE(VT "o" FS "\rn" FS "\re" FS "\r" VT "two" FS), 20, 1,
                      "<o\x1c\rn\x1c\re><two>", 0));
}

static void waits_where_no_more_may_come(void)
{
    static const struct {
        const char *text;
        enum frame f;
    } table[] = {
        { VT "one", FRAME_MORE },
        { VT "one" FS, FRAME_MAYBE },
        { VT "one" FS " ", FRAME_MAYBE },
        { VT "one" FS FS, FRAME_MAYBE },
        { VT "one" FS "x", FRAME_MORE },
        { VT "one" FS "\rx", FRAME_MAYBE },
        { VT "one" FS "\r", FRAME_READY },
        { VT "one" FS "\n ", FRAME_READY },
        { VT "one" FS VT, FRAME_READY },
        { VT "one" FS "\rx" VT, FRAME_READY },
        { VT "one" FS "x" FS, FRAME_MAYBE },
        { "one" FS, FRAME_MORE },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct mllp_seen under_way = { .n = 0 };
        struct mllp_cut cut;
        CU_ASSERT_EQUAL(mllp_frame(slice_text(table[i].text), &under_way, false, 100, &cut),
                        table[i].f);
    }
}

static void drops_what_stands_before_the_start(void)
{
    CU_ASSERT(cuts(SLICE("junk" VT "one" FS "\r"), "<one>", 4));
    CU_ASSERT(cuts(SLICE(" \r\n\t\0\0" VT "one" FS "\r"), "<one>", 0));
    CU_ASSERT(cuts(SLICE("MSH|^~\\&|no start at all\r"), "", 21));
    CU_ASSERT(cuts(SLICE("MSH|no start" FS "\r"), "", 12));
}

static void gives_an_empty_frame_as_it_is(void)
{
    CU_ASSERT(cuts(SLICE(VT FS "\r" VT "one" FS "\r"), "<><one>", 0));
}

static void keeps_a_start_byte_within_the_text(void)
{
    CU_ASSERT(cuts(SLICE(VT "one" VT "two" FS "\r"), "<one\x0btwo>", 0));
    CU_ASSERT(cuts(SLICE(VT "one" VT FS "\r"), "<one\x0b>", 0));
    CU_ASSERT(cuts(SLICE(VT VT "one" FS "\r"), "<\x0bone>", 0));
}

/* Cut at the second start, the first message would be lost and a text could speak for its
 * sender. */
static void never_begins_anew_within_a_frame(void)
{
    CU_ASSERT(cuts(SLICE(VT "MSH|1" VT "MSH|2" FS "\r"), "<MSH|1\x0bMSH|2>", 0));
    CU_ASSERT(cuts(SLICE(VT "MSH|1" VT "BHS|2" VT "x" FS "\r"),
                   "<MSH|1\x0b"
                   "BHS|2\x0bx>",
                   0));
    CU_ASSERT(cuts(SLICE(VT VT "MSH|2" FS "\r"), "<\x0bMSH|2>", 0));
}

static void refuses_a_frame_over_the_limit(void)
{
    struct seen s;
    uint8_t big[103] = { MLLP_VT };
    memset(big + 1, 'x', 102);
    feed(slice_of(big, 102), 102, 1, 100, &s);
    CU_ASSERT_STRING_EQUAL(s.text, "!...");
    big[101] = MLLP_FS;
    feed(slice_of(big, 102), 102, 1, 100, &s);
    CU_ASSERT_EQUAL(s.text[0], '<');
    CU_ASSERT_EQUAL(s.n, 102);
    feed(slice_of(big, 103), 102, 1, 100, &s); /* an FS within, and more */
    CU_ASSERT_STRING_EQUAL(s.text, "!...");
    big[101] = 'x';
    big[102] = MLLP_FS;
    feed(slice_of(big, 103), 103, 1, 100, &s);
    CU_ASSERT_STRING_EQUAL(s.text, "!...");
}

static CU_TestInfo cases[] = {
    { "cuts frames however they are split", cuts_frames_however_they_are_split },
    { "tolerates what follows the end", tolerates_what_follows_the_end },
    { "keeps an end byte within the text", keeps_an_end_byte_within_the_text },
    { "looks behind a line end for the rest of the message",
      looks_behind_a_line_end_for_the_rest_of_the_message },
    { "waits where no more may come", waits_where_no_more_may_come },
    { "drops what stands before the start", drops_what_stands_before_the_start },
    { "gives an empty frame as it is", gives_an_empty_frame_as_it_is },
    { "keeps a start byte within the text", keeps_a_start_byte_within_the_text },
    { "never begins anew within a frame", never_begins_anew_within_a_frame },
    { "refuses a frame over the limit", refuses_a_frame_over_the_limit },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_frame = { "mllp_frame", NULL, NULL, NULL, NULL, cases };
