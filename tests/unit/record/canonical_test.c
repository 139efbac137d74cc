/* canonical_test.c - the rows that the Avro project publishes for its own implementations. */
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "base/ids.h"
#include "fixture.h"
#include "host/tree.h"

static const char rows_path[] = SOURCE_DIR "/../shared/corpus/avro/data/schema-tests.txt";

/* The rest of the first line, and what follows it. */
static struct slice take_line(struct slice *text)
{
    size_t n = slice_find(*text, '\n');
    struct slice line = slice_head(*text, n);
    *text = slice_from(*text, n + 1);
    return line;
}

/* "<<NAME value" or, over several lines, "<<NAME" ... "NAME". */
static bool take_value(struct slice *text, struct slice line, struct slice name, struct slice *out)
{
    if (!slice_starts(line, SLICE("<<")) || !slice_starts(slice_from(line, 2), name))
        return false;
    *out = slice_trim(slice_from(line, 2 + name.n));
    if (!slice_is_empty(*out))
        return true;
    const uint8_t *from = text->p;
    for (struct slice l = take_line(text); !slice_equal(l, name) && text->n; l = take_line(text))
        *out = slice_of(from, (size_t)(l.p + l.n - from));
    return true;
}

static bool canonical_is(struct slice input, struct slice wanted)
{
    buf_reset(&fx.out);
    err_clear(&fx.e);
    return schema_canonical(&fx.scratch, input, &fx.out, &fx.e) &&
           slice_equal(buf_slice(&fx.out), wanted);
}

static void agrees_with_every_published_row(void)
{
    struct slice text, input = { .n = 0 }, canonical, fingerprint;
    size_t rows = 0, prints = 0;
    if (!tree_read_file(&fx.scratch, rows_path, (size_t)1 << 20, &text, &fx.e)) {
        printf("SKIPPED: ../shared/corpus is absent\n");
        return;
    }
    while (text.n) {
        struct slice line = take_line(&text);
        if (take_value(&text, line, SLICE("INPUT"), &input))
            continue;
        if (take_value(&text, line, SLICE("canonical"), &canonical)) {
            rows++;
            CU_ASSERT(canonical_is(input, canonical));
        } else if (take_value(&text, line, SLICE("fingerprint"), &fingerprint)) {
            int64_t wanted = 0;
            prints++;
            CU_ASSERT(slice_to_i64(fingerprint, &wanted));
            CU_ASSERT_EQUAL(crc64_avro(buf_slice(&fx.out)), (uint64_t)wanted);
        }
    }
    CU_ASSERT(rows >= 30);
    CU_ASSERT(prints >= 20);
}

static void drops_what_does_not_matter_for_reading(void)
{
    CU_ASSERT(canonical_is(SLICE("{\"type\":\"fixed\",\"name\":\"k\",\"namespace\":\"a\","
                                 "\"doc\":\"d\",\"category\":\"never\",\"size\":\"016\"}"),
                           SLICE("{\"name\":\"a.k\",\"type\":\"fixed\",\"size\":16}")));
}

static void refuses_what_is_no_schema(void)
{
    static const char *const bad[] = { "",
                                       "7",
                                       "{}",
                                       "{\"type\":\"record\",\"name\":\"r\"}",
                                       "{\"type\":\"record\",\"fields\":[]}",
                                       "{\"type\":\"fixed\",\"name\":\"k\",\"size\":-2}",
                                       "{\"type\":\"enum\",\"name\":\"k\"}",
                                       "{\"type\":\"enum\",\"name\":\"k\",\"symbols\":[1]}",
                                       "{\"type\":\"array\"}",
                                       "[null]",
                                       "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{}]}" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fixture_fresh();
        CU_ASSERT_FALSE(schema_canonical(&fx.scratch, slice_text(bad[i]), &fx.out, &fx.e));
        CU_ASSERT_EQUAL(fx.e.fate, ERR_REJECT);
    }
}

static CU_TestInfo cases[] = {
    { "agrees with every published row", agrees_with_every_published_row },
    { "drops what does not matter for reading", drops_what_does_not_matter_for_reading },
    { "refuses what is no schema", refuses_what_is_no_schema },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_canonical = {
    "canonical", fixture_load, fixture_end, fixture_fresh, NULL, cases
};
