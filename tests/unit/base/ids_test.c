/* ids_test.c - NHS numbers, masks, hex, base32 and the two hashes. */
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"

static void accepts_nhs_numbers_that_pass_modulus_11(void)
{
    static const char *const good[] = {
        "9434765919",
        "9449310602",
        "9413946000",
        "9000000009",
        "9111231130",
        "4010232137",
        "9990000018",
        "9990000026",
        "9990000034",
        "9990000042",
        "999 000 0050",
        "999-000-0069",
        "9990000018\t",
        "9990000018.0",
        "999\xc2\xa0"
        "000\xe2\x80\x91"
        "0018",
        "9.990000018e9",
        "9.990000018E+09",
        " 9990000077 ",
    };
    struct nhs_number n;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CU_ASSERT_TRUE(nhs_number_parse(slice_text(good[i]), &n));
    CU_ASSERT_STRING_EQUAL(n.digit, "9990000077");
}

static void refuses_nhs_numbers_that_do_not(void)
{
    static const char *const bad[] = {
        "1234567890",
        "4857773456",
        "9990000019",
        "0000000000",
        "3333333333",
        "4444444444",
        "9999999999",
        "",
        "999000001",
        "99900000180",
        "999000001X",
        "999.000.0018",
        "999 000 001",
        "9990000018.1",
        "9990000018.",
        "9.99E+09",
        "999000001.8",
        "9.99000001e9",
        "9.990000018e8",
        "9.990000018e10",
        "9.990000018e9x",
        "99.90000018e8",
        "9.990000019e9",
        "-9990000018",
        "9990000018-",
        "- 9990000018",
        "\xe2\x88\x92"
        "9990000018",
    };
    struct nhs_number n = { .digit = "before" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_FALSE(nhs_number_parse(slice_text(bad[i]), &n));
    CU_ASSERT_STRING_EQUAL(n.digit, "before");
}

static void refuses_a_changed_digit_wherever_it_is(void)
{
    for (size_t at = 0; at < 10; at++) {
        char text[] = "9990000018";
        struct nhs_number n;
        text[at] = (char)(text[at] == '9' ? '8' : text[at] + 1);
        CU_ASSERT_FALSE(nhs_number_parse(slice_of(text, 10), &n));
    }
}

static void masks_all_but_three_digits(void)
{
    struct nhs_number n;
    char out[11];
    CU_ASSERT_TRUE_FATAL(nhs_number_parse(SLICE("9990000026"), &n));
    nhs_number_masked(&n, out);
    CU_ASSERT_STRING_EQUAL(out, "*******026");
}

static void masks_ids_of_partners(void)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "", "" },
        { "abc", "***" },
        { "abcd", "ab*d" },
        { "RX1-12345", "RX******5" },
        { "123456789012345", "12************5" },
        { "1234567890123456789", "12************9" },
        { "a\nbc\x1b", "a?**?" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[16];
        id_masked(slice_text(rows[i].in), out);
        CU_ASSERT_STRING_EQUAL(out, rows[i].want);
    }
}

static void partitions_by_the_first_eight_bytes(void)
{
    struct subject_key k = { { 0, 0, 0, 0, 0, 0, 1, 2, 0xff, 0xff } };
    CU_ASSERT_EQUAL(subject_partition(&k, 12), 258 % 12);
    CU_ASSERT_EQUAL(subject_partition(&k, 1), 0);
    memset(k.b, 0xff, 8);
    CU_ASSERT_EQUAL(subject_partition(&k, 7), (int)(UINT64_MAX % 7));
}

static void writes_hex_and_reads_it_back(void)
{
    uint8_t b[ID_BYTES], back[ID_BYTES] = { 0 };
    char text[ID_HEX];
    for (size_t i = 0; i < ID_BYTES; i++)
        b[i] = (uint8_t)(i * 17);
    id_hex(b, text);
    CU_ASSERT_STRING_EQUAL(text, "00112233445566778899aabbccddeeff");
    CU_ASSERT_TRUE(id_from_hex(slice_text(text), back));
    CU_ASSERT_EQUAL(memcmp(b, back, ID_BYTES), 0);
    CU_ASSERT_TRUE(id_from_hex(SLICE("00112233445566778899AABBCCDDEEFF"), back));
    CU_ASSERT_FALSE(id_from_hex(SLICE("00112233445566778899aabbccddeef"), back));
    CU_ASSERT_FALSE(id_from_hex(SLICE("00112233445566778899aabbccddeeffa"), back));
    CU_ASSERT_FALSE(id_from_hex(SLICE("0011223344556677_899aabbccddeeff"), back));
}

/* RFC 4648 section 10, in lower case: "foobar" is MZXW6YTBOI. */
static void writes_disclosure_ids_as_base32(void)
{
    const uint8_t hash[32] = { 'f', 'o', 'o', 'b', 'a', 'r', 'f', 'o', 'o', 'b', 0xff, 0xff, 0xff };
    struct disclosure_id id, back;
    disclosure_id_from(hash, &id);
    CU_ASSERT_EQUAL(strncmp(id.text, "mzxw6ytb", 8), 0);
    CU_ASSERT_EQUAL(strlen(id.text), 20);
    CU_ASSERT_TRUE(disclosure_id_parse(slice_text(id.text), &back));
    CU_ASSERT_STRING_EQUAL(id.text, back.text);
    CU_ASSERT_FALSE(disclosure_id_parse(SLICE("MZXW6YTBMZXW6YTBMZXW"), &back));
    CU_ASSERT_FALSE(disclosure_id_parse(SLICE("mzxw6ytb1zxw6ytbmzxw"), &back));
    CU_ASSERT_FALSE(disclosure_id_parse(SLICE("mzxw6ytbmzxw6ytbmzx"), &back));
    CU_ASSERT_FALSE(disclosure_id_parse(SLICE("mzxw6ytbmzxw6ytbmzx\0"), &back));
}

static void hashes_differently_what_differs(void)
{
    CU_ASSERT_NOT_EQUAL(hash_bytes(SLICE("")), hash_bytes(SLICE("\0")));
    CU_ASSERT_NOT_EQUAL(hash_bytes(SLICE("abcdefgh")), hash_bytes(SLICE("abcdefgi")));
    CU_ASSERT_NOT_EQUAL(hash_bytes(SLICE("abcdefgh1")), hash_bytes(SLICE("abcdefgh2")));
    CU_ASSERT_EQUAL(hash_bytes(SLICE("abcdefgh1")), hash_bytes(SLICE("abcdefgh1")));
    CU_ASSERT_EQUAL(hash_bytes((struct slice){ NULL, 0 }), hash_bytes(SLICE("")));
}

/* Fingerprints of canonical forms, as the Avro project publishes them. */
static void fingerprints_as_avro_does(void)
{
    static const struct {
        const char *schema;
        int64_t want;
    } rows[] = {
        { "\"null\"", 7195948357588979594 },
        { "\"boolean\"", -6970731678124411036 },
        { "\"int\"", 8247732601305521295 },
    };
    CU_ASSERT_EQUAL(crc64_avro(SLICE("")), 0xc15d213aa4d7a795u);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL((int64_t)crc64_avro(slice_text(rows[i].schema)), rows[i].want);
}

/* The same from the project's own file: rows of <<canonical and <<fingerprint. */
static void fingerprints_the_corpus_of_avro(void)
{
    FILE *file = fopen(SOURCE_DIR "/../shared/corpus/avro/data/schema-tests.txt", "r");
    if (!file) {
        printf("SKIPPED: ../shared/corpus is absent\n");
        return;
    }
    char line[4096], canonical[4096] = "";
    int rows = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "<<canonical ", 12) == 0) {
            memcpy(canonical, line + 12, strlen(line + 12) + 1);
        } else if (strncmp(line, "<<fingerprint ", 14) == 0) {
            int64_t want = strtoll(line + 14, NULL, 10);
            CU_ASSERT_EQUAL((int64_t)crc64_avro(slice_text(canonical)), want);
            rows++;
        }
    }
    fclose(file);
    CU_ASSERT_TRUE(rows > 5);
}

static CU_TestInfo cases[] = {
    { "accepts NHS numbers that pass modulus 11", accepts_nhs_numbers_that_pass_modulus_11 },
    { "refuses NHS numbers that do not", refuses_nhs_numbers_that_do_not },
    { "refuses a changed digit wherever it is", refuses_a_changed_digit_wherever_it_is },
    { "masks all but three digits", masks_all_but_three_digits },
    { "masks ids of partners", masks_ids_of_partners },
    { "partitions by the first eight bytes", partitions_by_the_first_eight_bytes },
    { "writes hex and reads it back", writes_hex_and_reads_it_back },
    { "writes disclosure ids as base32", writes_disclosure_ids_as_base32 },
    { "hashes differently what differs", hashes_differently_what_differs },
    { "fingerprints as Avro does", fingerprints_as_avro_does },
    { "fingerprints the corpus of Avro", fingerprints_the_corpus_of_avro },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_ids = { "ids", NULL, NULL, NULL, NULL, cases };
