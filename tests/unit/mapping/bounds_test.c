/* bounds_test.c - what bounds a yes, and cannot be read. */
#include <CUnit/CUnit.h>

#include <string.h>

#include "helper.h"

/* Whatever `else` says. A no whose bounds cannot be read is a no all the same, and a retraction
 * goes by what it retracts. */
static void what_bounds_a_yes_is_read_or_it_is_none(void)
{
    static const char yaml[] =
        "in: {format: json, id: id, type: type}\n"
        "common: {header.environment: {text: live}, header.occurred: {from: at, as: iso-time},\n"
        "  subject.local_id: who}\n"
        "events:\n"
        "  - {on: {type: '%s'}, emit: Consent.%s, action: %s, fields: {consent.purpose: {text: "
        "p},\n"
        "    consent.recipient: {from: to, table: {x: a/b}, else: %s},\n"
        "    consent.expires: {from: until, as: iso-time, else: %s}}}\n";
    static const struct {
        const char *kind, *action, *miss, *says;
        bool is_mapped;
    } rows[] = {
        { "granted", "asserts", "leave", "'to':'x','until':'2026-03-01'", true },
        { "granted", "asserts", "leave", "'to':'','until':null", true },
        { "granted", "asserts", "leave", "'to':'x','until':'1899-12-30'", false },
        { "granted", "asserts", "skip", "'to':'x','until':'soon'", false },
        { "granted", "replaces", "leave", "'to':'x','until':'soon'", false },
        { "granted", "asserts", "leave", "'to':'y'", false },
        { "granted", "asserts", "skip", "'to':'y'", false },
        { "granted", "retracts", "leave", "'to':'y','until':'soon'", true },
        { "objection_lifted", "asserts", "leave", "'to':'y'", false },
        { "revoked", "asserts", "leave", "'to':'y','until':'soon'", true },
        { "objection_recorded", "asserts", "skip", "'to':'y'", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mapped out = { .event_count = 0 };
        const struct mapping *m = helper_mapping(arena_format(
            &hp.scratch, yaml, "t", rows[i].kind, rows[i].action, rows[i].miss, rows[i].miss));
        char *message = arena_format(
            &hp.scratch, "{'id':'1','at':'2026-02-02','who':'A1','type':'t',%s}", rows[i].says);
        for (char *c = message; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        err_clear(&hp.e);
        CU_ASSERT_EQUAL(helper_in(m, slice_text(message), &out), rows[i].is_mapped);
        CU_ASSERT_EQUAL(strcmp(hp.e.code ? hp.e.code : "", "map.value") == 0, !rows[i].is_mapped);
    }
}

/* A bound that stands under common is read as one that the rule says itself. */
static void what_bounds_it_under_common_is_read_too(void)
{
    static const char yaml[] =
        "in: {format: json, id: id, type: type}\n"
        "common: {header.environment: {text: live}, subject.local_id: who,\n"
        "  header.occurred: {from: at, as: iso-time, else: leave},\n"
        "  consent.recipient: {from: to, table: {x: a/b}, else: leave},\n"
        "  consent.expires: {from: until, as: iso-time, else: leave}}\n"
        "events:\n"
        "  - {on: {type: t}, emit: Consent.%s, fields: {consent.purpose: {text: p}}}\n";
    static const struct {
        const char *kind, *says;
        bool is_mapped;
    } rows[] = {
        { "granted", "\"at\":\"2026-02-02\",\"to\":\"x\",\"until\":\"2026-03-01\"", true },
        { "granted", "\"at\":\"2026-02-02\",\"to\":\"x\",\"until\":\"soon\"", false },
        { "granted", "\"at\":\"2026-02-02\",\"to\":\"y\"", false },
        { "granted", "\"at\":\"1970-01-01T00:00:00\",\"to\":\"x\"", false },
        { "revoked", "\"at\":\"2026-02-02\",\"to\":\"y\",\"until\":\"soon\"", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mapped out = { .event_count = 0 };
        const struct mapping *m = helper_mapping(arena_format(&hp.scratch, yaml, rows[i].kind));
        const char *message = arena_format(
            &hp.scratch, "{\"id\":\"1\",\"who\":\"A1\",\"type\":\"t\",%s}", rows[i].says);
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        err_clear(&hp.e);
        CU_ASSERT_EQUAL(helper_in(m, slice_text(message), &out), rows[i].is_mapped);
    }
}

static CU_TestInfo cases[] = {
    { "what bounds it under common is read too", what_bounds_it_under_common_is_read_too },
    { "what bounds a yes is read or it is none", what_bounds_a_yes_is_read_or_it_is_none },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_bounds = { "bounds", helper_load, helper_end, helper_fresh, NULL, cases };
