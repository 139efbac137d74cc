/* work.c - reading a unit with everything counted. */
#include "work.h"

#include <assert.h>
#include <stdio.h>

#include "format/csv.h"
#include "format/hl7v2.h"
#include "format/json.h"
#include "mapping/mapping.h"

#define ARENA_MAX ((size_t)1 << 30)

_Thread_local uint64_t work_done;

void __wrap___sanitizer_cov_trace_pc(void);
void __wrap___sanitizer_cov_trace_pc(void)
{
    work_done++;
}

static struct {
    struct arena process, unit, message;
    const struct mapping *mappings[WORK_FORMATS];
} held;

void work_load(void)
{
    static const struct format *const formats[] = { &format_hl7v2, &format_csv, &format_json,
                                                    NULL };
    static const struct transport *const transports[] = { NULL };
    static const char *const names[] = { "hl7v2", "csv", "json" };
    const struct registry adapters = { formats, transports };
    struct problems p = { 0 };
    char text[400];
    arena_init(&held.process, (size_t)64 << 20);
    arena_init(&held.unit, ARENA_MAX);
    arena_init(&held.message, ARENA_MAX);
    const struct catalogue *schemas = catalogue_load(&held.process, SOURCE_DIR "/schemas", &p);
    for (int i = 0; schemas && i < WORK_FORMATS; i++) {
        const char *path =
            arena_format(&held.process, SOURCE_DIR "/tests/unit/work/%s.yaml", names[i]);
        held.mappings[i] = mapping_load(&held.process, path, &adapters, schemas, &p);
    }
    for (size_t i = 0; i < p.count; i++)
        fprintf(stderr, "%s\n", err_print(&p.list[i], text, sizeof text));
    assert(schemas && p.count == 0);
    problems_release(&p);
    static const char line[] = "MSH|^~\\&|P|Z|R|R|20260203||ADT^A01|C1|P|2.4\rPID|1||||A^B";
    uint64_t work = work_of(WORK_HL7V2, slice_text(line));
    assert(work > sizeof line); /* or nothing is counted */
}

void work_release(void)
{
    arena_release(&held.process);
    arena_release(&held.unit);
    arena_release(&held.message);
}

static void ignore(void *ctx, const struct leaf *l)
{
    (void)ctx;
    (void)l;
}

static void read_one(const struct mapping *m, const struct head *head, struct slice one)
{
    struct err e = { .fate = ERR_NONE };
    struct doc *d = NULL;
    struct mapped out;
    struct mapped_restrictions restricts;
    arena_reset(&held.message);
    if (mapping_format(m)->parse(&held.message, head, one, &d, &e)) {
        (void)!mapping_in(m, &held.message, d, 0, &out, &e);
        err_clear(&e);
        (void)!mapping_in_restrictions(m, &held.message, d, 0, &restricts, &e);
        mapping_loss(m, &held.message, d, ignore, NULL);
    }
    assert(e.fate != ERR_RETRY);
}

uint64_t work_of(enum work_format f, struct slice unit)
{
    const struct mapping *m = held.mappings[f];
    const struct format *format = mapping_format(m);
    struct err e = { .fate = ERR_NONE };
    struct cut c = { .at = 0 };
    struct slice one;
    arena_reset(&held.unit);
    work_done = 0;
    if (format->open && !format->open(&held.unit, mapping_options(m), unit, &unit, &e))
        return work_done;
    while (format->split(&held.unit, unit, &c, &one, &e)) {
        read_one(m, c.head, one);
        (void)slice_is_blank(slice_from(unit, c.at));
    }
    return work_done;
}
