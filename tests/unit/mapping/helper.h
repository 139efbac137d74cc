/* helper.h - what the suites of this room share: schemas, mappings written on the spot,
 * messages. */
#ifndef CONCORDAT_TESTS_MAPPING_HELPER_H
#define CONCORDAT_TESTS_MAPPING_HELPER_H

#include "mapping/mapping.h"

struct helper {
    struct arena process, scratch; /* scratch is reset before each test */
    const struct catalogue *schemas;
    struct registry adapters; /* formats only */
    struct problems p;
    struct err e;
    char folder[64];
};
extern struct helper hp;

/* CUnit's hooks: suite set-up (0 = good), suite end, test start. */
int helper_load(void);
int helper_end(void);
void helper_fresh(void);

/* Writes a file (a table) into the suite's own folder. */
void helper_file(const char *name, const char *text);
/* Writes and loads a mapping; NULL when it has problems (hp.p). */
const struct mapping *helper_mapping(const char *yaml);
/* Loads a mapping of adapters/systems; asserts that it is good. */
const struct mapping *helper_system(const char *name);
/* Whether a problem of this code stands at this line. */
bool helper_has_problem(const char *code, uint32_t line);

/* Maps one message; asserts that it parses. false: hp.e says why. */
bool helper_in(const struct mapping *m, struct slice message, struct mapped *out);
/* The event as a finished record, as if intake and the router had filled in theirs. */
struct view helper_record(const struct mapped_event *event);
struct slice helper_text(const struct mapped_event *event, const char *path);
#define HELPER_IS(event, path, want)                                                               \
    CU_ASSERT_TRUE(slice_equal_text(helper_text((event), (path)), (want)))
/* A record rendered by an out mapping; empty when no rule fits or it fails (hp.e). */
struct slice helper_out(const struct mapping *m, const struct mapped_event *event);

#endif
