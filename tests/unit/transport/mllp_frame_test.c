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

/* Feeds the input in pieces of `step` bytes, as a connection would. */
static void feed(struct slice in, size_t step, size_t max, struct seen *s)
{
    size_t at = 0, searched = 0;
    *s = (struct seen){ .n = 0 };
    for (size_t end = step < in.n ? step : in.n;; end = end + step < in.n ? end + step : in.n) {
        struct mllp_cut cut;
        enum frame f;
        while ((f = mllp_frame(slice_of(in.p + at, end - at), searched, max, &cut)) ==
               FRAME_READY) {
            note(s, "<", cut.payload, ">");
            at += cut.used;
            searched = 0;
            s->junk += cut.junk;
        }
        at += cut.used;
        searched = cut.seen;
        s->junk += cut.junk;
        if (f == FRAME_BAD)
            note(s, "", (struct slice){ NULL, 0 }, "!");
        if (f == FRAME_BAD || end == in.n)
            break;
    }
    if (at < in.n)
        note(s, "", (struct slice){ NULL, 0 }, "...");
}

static bool cuts(struct slice in, const char *wanted, size_t junk)
{
    bool good = true;
    for (size_t step = 1; step <= in.n; step++) {
        struct seen s;
        uint8_t *exact = mem_alloc(in.n);
        memcpy(exact, in.p, in.n);
        feed(slice_of(exact, in.n), step, 100, &s);
        mem_free(exact);
        if (strcmp(s.text, wanted) == 0 && s.junk == junk)
            continue;
        fprintf(stderr, "\n    step %zu: wanted %s (%zu), got %s (%zu)\n", step, wanted, junk,
                s.text, s.junk);
        good = false;
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
    CU_ASSERT(cuts(SLICE(VT "one" FS FS "\r" VT "two" FS "\r"), "<one><two>", 1));
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
    feed(slice_of(big, 102), 102, 100, &s);
    CU_ASSERT_STRING_EQUAL(s.text, "!...");
    big[101] = MLLP_FS;
    feed(slice_of(big, 102), 102, 100, &s);
    CU_ASSERT_EQUAL(s.text[0], '<');
    CU_ASSERT_EQUAL(s.n, 102);
    big[101] = 'x';
    big[102] = MLLP_FS;
    feed(slice_of(big, 103), 103, 100, &s);
    CU_ASSERT_STRING_EQUAL(s.text, "!...");
}

static CU_TestInfo cases[] = {
    { "cuts frames however they are split", cuts_frames_however_they_are_split },
    { "tolerates what follows the end", tolerates_what_follows_the_end },
    { "drops what stands before the start", drops_what_stands_before_the_start },
    { "gives an empty frame as it is", gives_an_empty_frame_as_it_is },
    { "keeps a start byte within the text", keeps_a_start_byte_within_the_text },
    { "never begins anew within a frame", never_begins_anew_within_a_frame },
    { "refuses a frame over the limit", refuses_a_frame_over_the_limit },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_mllp_frame = { "mllp_frame", NULL, NULL, NULL, NULL, cases };
