/* helper.c - what the suites of this room share. */
#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "format/csv.h"
#include "format/hl7v2.h"
#include "format/json.h"

struct helper hp;

static const struct format *const formats[] = { &format_hl7v2, &format_csv, &format_json, NULL };
static const struct transport *const transports[] = { NULL };

int helper_load(void)
{
    char message[400];
    arena_init(&hp.process, (size_t)64 << 20);
    arena_init(&hp.scratch, (size_t)256 << 20);
    hp.adapters = (struct registry){ formats, transports };
    hp.schemas = catalogue_load(&hp.process, SOURCE_DIR "/schemas", &hp.p);
    for (size_t i = 0; i < hp.p.count; i++)
        printf("%s\n", err_print(&hp.p.list[i], message, sizeof message));
    snprintf(hp.folder, sizeof hp.folder, "/tmp/concordat-mapping-XXXXXX");
    return hp.schemas && mkdtemp(hp.folder) ? 0 : 1;
}

static void remove_file(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", hp.folder, name);
    unlink(path);
}

int helper_end(void)
{
    remove_file("mapping.yaml");
    remove_file("table.csv");
    rmdir(hp.folder);
    problems_release(&hp.p);
    hp.p = (struct problems){ 0 };
    arena_release(&hp.scratch);
    arena_release(&hp.process);
    return 0;
}

void helper_fresh(void)
{
    arena_reset(&hp.scratch);
    err_clear(&hp.e);
    problems_release(&hp.p);
    hp.p = (struct problems){ 0 };
}

void helper_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", hp.folder, name);
    FILE *f = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}

const struct mapping *helper_mapping(const char *yaml)
{
    helper_file("mapping.yaml", yaml);
    char *path = arena_format(&hp.scratch, "%s/mapping.yaml", hp.folder);
    return mapping_load(&hp.scratch, path, &hp.adapters, hp.schemas, &hp.p);
}

const struct mapping *helper_system(const char *name)
{
    char message[400];
    char *path = arena_format(&hp.scratch, SOURCE_DIR "/adapters/systems/%s", name);
    const struct mapping *m = mapping_load(&hp.scratch, path, &hp.adapters, hp.schemas, &hp.p);
    for (size_t i = 0; i < hp.p.count; i++)
        printf("%s\n", err_print(&hp.p.list[i], message, sizeof message));
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

bool helper_has_problem(const char *code, uint32_t line)
{
    for (size_t i = 0; i < hp.p.count; i++)
        if (strcmp(hp.p.list[i].code, code) == 0 && hp.p.list[i].line == line)
            return true;
    return false;
}

bool helper_in(const struct mapping *m, struct slice message, struct mapped *out)
{
    struct doc *d = NULL;
    CU_ASSERT_TRUE_FATAL(mapping_format(m)->parse(&hp.scratch, NULL, message, &d, &hp.e));
    return mapping_in(m, &hp.scratch, d, 1770000000000, out, &hp.e);
}

static void set(struct build *b, const char *path, const char *text)
{
    int slot = plan_slot(b->plan, slice_text(path));
    CU_ASSERT_TRUE_FATAL(slot >= 0);
    if (!build_is_set(b, (size_t)slot))
        CU_ASSERT_TRUE_FATAL(build_text(b, (size_t)slot, slice_text(text), &hp.e));
}

struct view helper_record(const struct mapped_event *event)
{
    struct build b = event->build;
    struct view v = { .plan = NULL };
    struct buf out;
    set(&b, "header.id", "aaaabbbbccccddddeeee");
    set(&b, "header.source_agency", "source-agency");
    set(&b, "header.source_service", "source-service");
    set(&b, "header.environment", "live");
    set(&b, "header.agreement", "example-agreement");
    set(&b, "header.agreement_version", "3");
    set(&b, "header.clause", "example-clause");
    buf_init(&out, 1 << 20);
    CU_ASSERT_TRUE_FATAL(build_done(&b, &out, &hp.e));
    struct slice bytes = arena_copy(&hp.scratch, buf_slice(&out));
    buf_release(&out);
    CU_ASSERT_TRUE_FATAL(plan_view(event->schema->plan, &hp.scratch, bytes, &v, &hp.e));
    return v;
}

struct slice helper_text(const struct mapped_event *event, const char *path)
{
    int slot = plan_slot(event->schema->plan, slice_text(path));
    CU_ASSERT_TRUE_FATAL(slot >= 0);
    return build_get_text(&event->build, (size_t)slot);
}

struct slice helper_out(const struct mapping *m, const struct mapped_event *event)
{
    struct view v = helper_record(event);
    struct mapping_own own = { SLICE("P00123"), 1770000000000 };
    struct node *tree = NULL;
    bool fits = false;
    struct buf out;
    struct slice rendered = { NULL, 0 };
    if (!mapping_out(m, &hp.scratch, &v, &own, &tree, &fits, &hp.e) || !fits)
        return rendered;
    buf_init(&out, 1 << 20);
    if (mapping_format(m)->render(tree, mapping_options(m), SLICE("aaaabbbbccccddddeeee"), &out,
                                  &hp.e))
        rendered = arena_copy(&hp.scratch, buf_slice(&out));
    buf_release(&out);
    return rendered;
}
