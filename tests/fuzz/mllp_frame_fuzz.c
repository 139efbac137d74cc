/* mllp_frame_fuzz.c - any bytes as a stream of frames: cut at once or byte by byte, the frames are
 * the same, nothing is read past the end, and every byte is accounted for. */
#include <assert.h>

#include "base/arena.h"
#include "transport/mllp_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAYLOAD_MAX 200

struct sum {
    uint64_t hash;
    size_t frames, junk;
    bool bad;
};

static void add(struct sum *s, const struct mllp_cut *cut)
{
    s->frames++;
    for (size_t i = 0; i < cut->payload.n; i++)
        s->hash = s->hash * 31 + cut->payload.p[i];
    s->hash = s->hash * 31 + 257;
}

static struct sum cut_all(struct slice in, size_t step)
{
    struct sum s = { .hash = 0 };
    size_t at = 0;
    struct mllp_seen seen = { .n = 0 };
    for (size_t end = 0; end < in.n && !s.bad;) {
        end = end + step < in.n ? end + step : in.n;
        enum frame f = FRAME_READY;
        while (f == FRAME_READY) {
            struct mllp_cut cut;
            f = mllp_frame(slice_of(in.p + at, end - at), &seen, end == in.n, PAYLOAD_MAX, &cut);
            assert(cut.used <= end - at && seen.n <= end - at - cut.used && seen.fs <= seen.n);
            if (f == FRAME_READY)
                add(&s, &cut);
            at += cut.used;
            s.junk += cut.junk;
            s.bad = f == FRAME_BAD;
        }
    }
    assert(at <= in.n && s.junk <= in.n);
    return s;
}

/* Whether another FS comes before the next VT behind an FS with a line end: where a piece ends with
 * those two they are the end, and else not. */
static bool is_unsure(struct slice in)
{
    for (size_t i = 1; i < in.n; i++) {
        bool ends = in.p[i - 1] == MLLP_FS && (in.p[i] == '\r' || in.p[i] == '\n');
        struct slice behind = slice_from(in, i);
        behind = slice_head(behind, slice_find(behind, MLLP_VT));
        if (ends && slice_find(behind, MLLP_FS) < behind.n)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_of(data, size);
    struct sum whole = cut_all(in, size ? size : 1), bytes = cut_all(in, 1), three = cut_all(in, 3);
    if (is_unsure(in))
        return 0;
    assert(whole.frames == bytes.frames && whole.hash == bytes.hash && whole.bad == bytes.bad);
    assert(whole.frames == three.frames && whole.hash == three.hash && whole.bad == three.bad);
    assert(whole.bad || (whole.junk == bytes.junk && whole.junk == three.junk));
    return 0;
}
