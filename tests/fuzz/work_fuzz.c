/* work_fuzz.c - a format, and any bytes before, between and behind others that stand there again
 * and again: four times the bytes are no more than some four times the work. So long units are
 * seen, which a fuzzer does not make by itself. */
#include <assert.h>

#include "base/buf.h"
#include "work.h"

#define SMALL_BYTES ((size_t)8 * 1024)
#define TIMES 4
#define RATIO_MAX 5.5   /* a quadratic one has 16 */
#define LITTLE_WORK 100 /* a byte: as the costliest byte of a text is read */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct shape {
    enum work_format format;
    struct slice before, unit, after;
};

static uint64_t measure(const struct shape *s, size_t times, size_t *bytes)
{
    struct buf b;
    buf_init(&b, (size_t)4 << 20);
    buf_put(&b, s->before);
    for (size_t i = 0; i < times; i++)
        buf_put(&b, s->unit);
    buf_put(&b, s->after);
    assert(buf_ok(&b));
    *bytes = b.n;
    uint64_t work = work_of(s->format, buf_slice(&b));
    buf_release(&b);
    return work;
}

static void load(void)
{
    static bool loaded;
    if (!loaded)
        work_load();
    loaded = true;
}

/* Format, length of what stands before, of the unit, then these; the rest stands behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load();
    if (size < 4 || size > 1024)
        return 0;
    struct slice rest = slice_of(data + 3, size - 3);
    struct shape s = { .format = (enum work_format)(data[0] % WORK_FORMATS) };
    s.before = slice_head(rest, data[1]);
    rest = slice_from(rest, s.before.n);
    s.unit = slice_head(rest, data[2] + (size_t)1);
    s.after = slice_from(rest, s.unit.n);
    if (!s.unit.n)
        return 0;
    size_t times =
        (SMALL_BYTES / s.unit.n + 2) & ~(size_t)1; /* as many quotes open as are closed */
    size_t small = 0, large = 0;
    uint64_t few = measure(&s, times, &small), many = measure(&s, TIMES * times, &large);
    assert(many <= LITTLE_WORK * large || (double)many <= RATIO_MAX * (double)few);
    return 0;
}
