/* hl7v2.c - the HL7 v2 format, as the registry knows it. */
#include "format/hl7v2.h"

#include "format/hl7v2_doc.h"

static bool hl7v2_breaks_off(const struct doc *d)
{
    return d->breaks_off;
}

/* Table 0103: debugging, training. */
static const char *const tests[] = { "D", "T", NULL };

const struct format format_hl7v2 = {
    .name = "hl7v2",
    .manual = "HL7 version 2; a path is `PID-5.1.1`, `PID-3(2).1` (second repetition), "
              "`OBX(2)-5` (second segment), `PID-3[4=NHS].1` (the first repetition whose "
              "component 4 is that)",
    .environment = "MSH-11",
    .never_live = tests,
    .split = hl7v2_split,
    .parse = hl7v2_parse,
    .breaks_off = hl7v2_breaks_off,
    .compile = hl7v2_compile,
    .clears = true,
    .count = hl7v2_count,
    .find = hl7v2_find,
    .hides = hl7v2_hides,
    .place = hl7v2_place,
    .further = hl7v2_further,
    .leaves = hl7v2_leaves,
    .render = hl7v2_render,
    .reply = hl7v2_reply,
    .means = hl7v2_means,
};
