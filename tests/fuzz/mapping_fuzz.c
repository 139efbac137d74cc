/* mapping_fuzz.c - by the first byte: any bytes as a mapping file (m), or as a message through the
 * mappings of adapters/systems (h, j, c), in and out again: nothing crashes, each ends mapped or
 * refused. */
#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format/csv.h"
#include "format/hl7v2.h"
#include "format/json.h"
#include "mapping/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SYSTEMS SOURCE_DIR "/adapters/systems/"

static const struct format *const formats[] = { &format_hl7v2, &format_csv, &format_json, NULL };
static const struct transport *const transports[] = { NULL };
static const struct registry adapters = { formats, transports };

static struct loaded {
    struct arena arena;
    const struct catalogue *schemas;
    const struct mapping *hl7, *json, *csv, *out;
} loaded;

static const struct mapping *load(const char *path, struct problems *p)
{
    const struct mapping *m = mapping_load(&loaded.arena, path, &adapters, loaded.schemas, p);
    assert(m);
    return m;
}

static void load_all(void)
{
    struct problems p = { 0 };
    arena_init(&loaded.arena, (size_t)64 << 20);
    loaded.schemas = catalogue_load(&loaded.arena, SOURCE_DIR "/schemas", &p);
    assert(loaded.schemas);
    loaded.hl7 = load(SYSTEMS "nhs/itk-adt-2.4/in.yaml", &p);
    loaded.json = load(SYSTEMS "nhs/transfer-hub-json/in.yaml", &p);
    loaded.csv = load(SYSTEMS "social-care/case-extract-csv/in.yaml", &p);
    loaded.out = load(SYSTEMS "nhs/mdm-t02/out.yaml", &p);
    problems_release(&p);
}

static void set(struct build *b, const char *path, const char *text)
{
    struct err e = { .fate = ERR_NONE };
    int slot = plan_slot(b->plan, slice_text(path));
    if (!build_is_set(b, (size_t)slot)) {
        bool ok = build_text(b, (size_t)slot, slice_text(text), &e);
        assert(ok || e.fate == ERR_RETRY);
    }
}

/* What was mapped is a whole record, and can be written for a partner. */
static void send_on(struct arena *a, const struct mapped_event *event)
{
    struct err e = { .fate = ERR_NONE };
    struct build b = event->build;
    struct mapping_own own = { SLICE("P1"), 0 };
    struct buf body, out;
    struct view v;
    struct node *tree = NULL;
    bool fits = false;
    set(&b, "header.id", "x");
    set(&b, "header.source_agency", "x");
    set(&b, "header.source_service", "x");
    set(&b, "header.environment", "live");
    buf_init(&body, 1 << 20);
    buf_init(&out, 1 << 20);
    if (build_done(&b, &body, &e)) {
        bool whole = plan_view(event->schema->plan, a, buf_slice(&body), &v, &e);
        assert(whole || e.fate == ERR_RETRY);
        if (whole && mapping_out(loaded.out, a, &v, &own, &tree, &fits, &e) && fits) {
            bool rendered = mapping_format(loaded.out)
                                ->render(tree, mapping_options(loaded.out), SLICE("x"), &out, &e);
            (void)rendered;
        }
    }
    buf_release(&out);
    buf_release(&body);
}

static void lost(void *ctx, const struct leaf *l)
{
    size_t *count = ctx;
    *count += l->length;
}

static void take_message(struct arena *a, const struct mapping *m, struct slice one)
{
    struct err e = { .fate = ERR_NONE };
    struct doc *d = NULL;
    struct mapped mapped;
    size_t count = 0;
    if (!mapping_format(m)->parse(a, NULL, one, &d, &e))
        return;
    mapping_loss(m, a, d, lost, &count);
    if (!mapping_in(m, a, d, 0, &mapped, &e)) {
        assert(e.fate == ERR_REJECT || e.fate == ERR_RETRY);
        return;
    }
    for (size_t i = 0; i < mapped.event_count; i++)
        send_on(a, &mapped.events[i]);
}

static void take_mapping(struct arena *a, struct slice text)
{
    struct problems p = { 0 };
    char path[64];
    int fd = memfd_create("mapping", 0);
    assert(fd >= 0);
    if (write(fd, text.p, text.n) == (ssize_t)text.n) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        const struct mapping *m = mapping_load(a, path, &adapters, loaded.schemas, &p);
        assert(m || problems_any(&p));
    }
    close(fd);
    problems_release(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    if (!loaded.schemas)
        load_all();
    if (size < 2 || size > 65536)
        return 0;
    struct slice rest = slice_of(data + 1, size - 1);
    arena_init(&a, (size_t)64 << 20);
    if (data[0] == 'm')
        take_mapping(&a, rest);
    else
        take_message(&a,
                     data[0] == 'h'   ? loaded.hl7
                     : data[0] == 'j' ? loaded.json
                                      : loaded.csv,
                     rest);
    arena_release(&a);
    return 0;
}
