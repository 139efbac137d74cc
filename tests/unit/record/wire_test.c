/* wire_test.c - the frame around a body. */
#include <CUnit/CUnit.h>

#include "fixture.h"
#include "record/wire.h"

static void writes_the_fingerprint_little_endian(void)
{
    wire_put_header(&fx.out, 0x0102030405060708u);
    CU_ASSERT(slice_equal(buf_slice(&fx.out), BYTES("\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01")));
}

static void opens_what_it_wrote(void)
{
    uint64_t fingerprint = 0;
    struct slice body;
    wire_put_header(&fx.out, 0xfedcba9876543210u);
    buf_text(&fx.out, "body");
    CU_ASSERT_FATAL(wire_open(buf_slice(&fx.out), &fingerprint, &body, &fx.e));
    CU_ASSERT_EQUAL(fingerprint, 0xfedcba9876543210u);
    CU_ASSERT(slice_equal_text(body, "body"));
}

static void refuses_a_frame_shorter_than_its_header(void)
{
    uint64_t fingerprint = 0;
    struct slice body;
    CU_ASSERT_FALSE(
        wire_open(BYTES("\xc3\x01\x08\x07\x06\x05\x04\x03\x02"), &fingerprint, &body, &fx.e));
    CU_ASSERT_STRING_EQUAL(fx.e.code, "wire.short");
}

static void refuses_another_framing(void)
{
    uint64_t fingerprint = 0;
    struct slice body;
    CU_ASSERT_FALSE(wire_open(BYTES("\0\0\0\0\x07some body"), &fingerprint, &body, &fx.e));
    CU_ASSERT_STRING_EQUAL(fx.e.code, "wire.magic");
}

static CU_TestInfo cases[] = {
    { "writes the fingerprint little-endian", writes_the_fingerprint_little_endian },
    { "opens what it wrote", opens_what_it_wrote },
    { "refuses a frame shorter than its header", refuses_a_frame_shorter_than_its_header },
    { "refuses another framing", refuses_another_framing },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_wire = { "wire", fixture_load, fixture_end, fixture_fresh, NULL, cases };
