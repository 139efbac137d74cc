/* hl7v2_help.h - what the HL7 v2 suites share: one arena, messages and paths as texts. */
#ifndef CONCORDAT_TESTS_HL7V2_HELP_H
#define CONCORDAT_TESTS_HL7V2_HELP_H

#include <stdio.h>

#include <CUnit/CUnit.h>

#include "format/hl7v2.h"

#define HEAD "MSH|^~\\&|PAS|ZX9|ROUTE|ROUTE|20260131120000||ADT^A01^ADT_A01|MSG00001|P|2.4"

static const struct format_options no_options;

struct hl7v2_test {
    struct arena a;
    struct err e;
};

static inline void hl7v2_test_start(struct hl7v2_test *t)
{
    arena_init(&t->a, (size_t)256 * 1024 * 1024);
    t->e = (struct err){ .fate = ERR_NONE };
}

/* A copy of exactly its size, so that a read past the end is seen. */
static inline struct doc *hl7v2_test_parse(struct hl7v2_test *t, struct slice text)
{
    struct doc *d = NULL;
    uint8_t *exact = mem_alloc(text.n);
    if (text.n)
        memcpy(exact, text.p, text.n);
    struct slice kept = arena_copy(&t->a, text);
    bool read = format_hl7v2.parse(&t->a, NULL, slice_of(exact, text.n), &d, &t->e);
    mem_free(exact);
    if (!read)
        return NULL;
    return format_hl7v2.parse(&t->a, NULL, kept, &d, &t->e) ? d : NULL;
}

static inline struct path *hl7v2_test_path(struct hl7v2_test *t, const char *text)
{
    struct path *p = NULL;
    return format_hl7v2.compile(&t->a, slice_text(text), &p, &t->e) ? p : NULL;
}

/* base NULL: none. */
static inline struct found hl7v2_test_find(struct hl7v2_test *t, const struct doc *d,
                                           const char *path, const char *base, size_t nth)
{
    struct path *p = hl7v2_test_path(t, path), *b = base ? hl7v2_test_path(t, base) : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return format_hl7v2.find(&t->a, d, p, b, nth);
}

static inline bool hl7v2_test_is(struct found f, const char *wanted)
{
    bool good = f.how == FOUND_PRESENT && slice_equal_text(f.value, wanted);
    if (!good)
        fprintf(stderr, "\n    wanted '%s', found %d '%.*s'\n", wanted, (int)f.how, (int)f.value.n,
                f.value.p ? (const char *)f.value.p : "");
    return good;
}

#endif
