/* act_fuzz.c - any bytes as an act of a person: refused, or one text of it, and plain to read. */
#include "must.h"
#include "sharing/acts/act.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = { .fate = ERR_NONE };
    uint8_t hash[HASH_BYTES];
    struct act x;
    struct buf again;
    if (!act_read(slice_of(data, size), &x, &e)) {
        must(e.code != NULL && e.text[0], "refused without code or words");
        return 0;
    }
    buf_init(&again, ACT_BYTES_MAX);
    act_put_file(&x, &again);
    must(slice_equal(buf_slice(&again), slice_of(data, size)), "two texts for one act");
    must(act_is_plain(x.reason) && act_is_plain(x.on), "hidden characters in what is signed");
    must(act_hash(&x, hash, &e), "no hash");
    buf_release(&again);
    return 0;
}
