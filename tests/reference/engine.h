/* engine.h - the compiled engine asked the same question: the case's words as its structs. */
#ifndef CONCORDAT_TESTS_REFERENCE_ENGINE_H
#define CONCORDAT_TESTS_REFERENCE_ENGINE_H

#include "reference.h"
#include "sharing/judge/judge.h"
#include "sharing/load/source.h"

/* Files in memory as a source; borrows. */
struct bundle_source ref_source(const struct ref_files *files);
/* NULL: it was refused; the problems are printed when told to. */
const struct bundle *ref_load(struct arena *a, const struct ref_case *c, uint64_t shuffle,
                              bool tell);

void ref_person(struct arena *a, const struct ref_case *c, struct person *out);
/* Framed as on the bus. False: a field was refused. */
bool ref_record(struct arena *a, const struct ref_case *c, struct slice *framed, struct view *out,
                struct err *e);

/* Judges the case; release: the recipient whose hold a human has released, -1 none. */
struct ref_question {
    const struct bundle *bundle;
    struct judge_keys keys;
    struct judge_input in;
    struct person person;
    struct hold hold;
};
bool ref_ask(struct arena *a, const struct ref_case *c, const struct bundle *b, int release,
             struct ref_question *q, struct judged *out, struct err *e);
/* Only the deciding part of judging. */
bool ref_decide_case(struct arena *a, const struct ref_case *c, const struct bundle *b,
                     struct ref_question *q, struct judged *out, struct err *e);

#endif
