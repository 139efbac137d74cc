/* pack_fuzz.c - any bytes as a packed bundle: refused, or written again byte for byte; then as the
 * bundle of a region. */
#include <stdio.h>
#include <stdlib.h>

#include "sharing/rules/bundle.h"
#include "sharing/acts/signature.h"
#include "sharing/change/pack_widens.h"
#include "sharing/load/bundle_load.h"

#define SCRATCH_MAX ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena process, scratch;
static const struct catalogue *catalogue;

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static void check_again(const struct pack *p)
{
    struct buf out;
    struct err e = { .fate = ERR_NONE };
    buf_init(&out, SOURCE_BYTES_MAX);
    must(pack_write(p, &out, &e), "read, and cannot be written");
    must(slice_equal(buf_slice(&out), p->canonical), "two texts for one bundle");
    for (size_t i = 0; i < p->signature_count && p->form != PACK_FORM_SIGNED; i++)
        signature_put(p->signatures[i].name, p->signatures[i].bytes, &out);
    must(p->form == PACK_FORM_SIGNED || slice_equal(buf_slice(&out), p->file),
         "two texts for one signature");
    for (size_t i = 0; i < p->approvals.count; i++) {
        const struct signed_approval *a = &p->approvals.list[i];
        buf_reset(&out);
        signed_approval_put(a, &out);
        must(out.n == a->line.n + 1 && slice_equal(slice_head(buf_slice(&out), a->line.n), a->line),
             "two texts for one approval");
        bool good = true;
        must(a->inherited || (signed_approval_good(p->region, a, &good, &e) && !good),
             "an approval that nobody signed");
    }
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems problems = { .count = 0 };
    struct err e = { .fate = ERR_NONE };
    struct pack p;
    if (!catalogue) {
        arena_init(&process, SCRATCH_MAX);
        arena_init(&scratch, SCRATCH_MAX);
        catalogue = catalogue_load(&process, SOURCE_DIR "/schemas", &problems);
        must(catalogue != NULL, "the schemas do not load");
    }
    arena_reset(&scratch);
    if (!pack_read(&scratch, slice_of(data, size), &p, &e)) {
        must(e.code != NULL && e.text[0], "refused without code or words");
        return 0;
    }
    check_again(&p);
    const struct bundle_source source = pack_source(&p, "pack");
    const struct bundle *b = bundle_load_from(&scratch, &source, catalogue, &problems);
    must(b != NULL || problems.count > 0 || problems.lost, "refused without a problem");
    const struct widening *w = NULL;
    if (b && pack_widens(&scratch, catalogue, &p, &p, &w, &e))
        must(w == NULL, "wider than itself");
    problems_release(&problems);
    return 0;
}
