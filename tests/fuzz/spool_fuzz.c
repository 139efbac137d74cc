/* spool_fuzz.c - the blob of records that waits in a spool, read from hostile bytes: every entry
 * lies within the blob, and writing what was read gives the same bytes again. */
#include <assert.h>

#include "intake/spool/queued.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice all = slice_of(data, n);
    struct err e = { .fate = ERR_NONE };
    struct queued q;
    struct buf again;
    size_t at = 0;
    buf_init(&again, n + 1);
    while (queued_next(all, &at, &q, &e)) {
        assert(q.value.p >= data && q.value.p + q.value.n <= data + n);
        size_t begun = queued_begin(&again, &q);
        buf_put(&again, q.value);
        queued_end(&again, begun);
        assert(buf_ok(&again) && again.n == at &&
               slice_equal(buf_slice(&again), slice_head(all, at)));
    }
    assert((e.fate == ERR_NONE) == (at == n));
    buf_release(&again);
    return 0;
}
