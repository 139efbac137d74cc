/* base64_test.c - the vectors of RFC 4648 section 10, and what is refused. */
#include <CUnit/CUnit.h>

#include "base/base64.h"

static const struct {
    const char *bytes, *text;
} vectors[] = {
    { "f", "Zg==" },        { "fo", "Zm8=" },        { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
};

static void the_vectors_of_the_rfc_hold_both_ways(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char text[16] = { 0 };
        uint8_t bytes[16] = { 0 };
        size_t n = strlen(vectors[i].bytes);
        base64_encode(slice_text(vectors[i].bytes), text);
        CU_ASSERT_STRING_EQUAL(text, vectors[i].text);
        CU_ASSERT(base64_decode(slice_text(vectors[i].text), bytes, n));
        CU_ASSERT_EQUAL(memcmp(bytes, vectors[i].bytes, n), 0);
    }
}

static void every_byte_comes_back(void)
{
    uint8_t bytes[256], back[256];
    char text[BASE64_LENGTH(256)];
    for (size_t i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    base64_encode(slice_of(bytes, 256), text);
    CU_ASSERT(base64_decode(slice_of(text, sizeof text), back, 256));
    CU_ASSERT_EQUAL(memcmp(bytes, back, 256), 0);
}

static void whatever_else_is_refused(void)
{
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        { "Zg=", 1 },  { "Zg", 1 },   { "Zh==", 1 },     { "Zm9=", 2 },   { "Zm9v", 2 },
        { "Zg==", 2 }, { "Z===", 1 }, { "====", 1 },     { "Zm 9", 3 },   { "Zm-_", 3 },
        { "Zg=a", 1 }, { "", 1 },     { "Zg==Zg==", 4 }, { "Zm9v\n", 3 },
    };
    uint8_t out[8];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_FALSE(base64_decode(slice_text(rows[i].text), out, rows[i].n));
}

static CU_TestInfo tests[] = {
    { "the vectors of the RFC hold both ways", the_vectors_of_the_rfc_hold_both_ways },
    { "every byte comes back", every_byte_comes_back },
    { "whatever else is refused", whatever_else_is_refused },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_base64 = { .pName = "base64", .pTests = tests };
