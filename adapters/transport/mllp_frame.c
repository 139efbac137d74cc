/* mllp_frame.c - cutting frames. */
#include "transport/mllp_frame.h"

/* Passed over between frames without a word: ends of the last frame, keep-alive bytes. */
static bool is_filler(uint8_t c)
{
    return c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == 0;
}

/* Bytes before the first VT; *junk is how many of them were more than filler. */
static size_t skip_to_start(struct slice in, size_t *junk)
{
    size_t start = slice_find(in, MLLP_VT);
    for (size_t i = 0; i < start; i++)
        *junk += !is_filler(in.p[i]);
    return start;
}

enum frame mllp_frame(struct slice in, size_t seen, size_t payload_max, struct mllp_cut *out)
{
    *out = (struct mllp_cut){ .used = 0 };
    if (seen == 0)
        out->used = skip_to_start(in, &out->junk);
    struct slice frame = slice_from(in, out->used);
    if (frame.n == 0)
        return FRAME_MORE;
    size_t from = seen ? seen : 1;
    size_t end = from + slice_find(slice_from(frame, from), MLLP_FS);
    if (end > frame.n)
        end = frame.n;
    if (end - 1 > payload_max)
        return FRAME_BAD;
    if (end == frame.n) {
        out->seen = frame.n;
        return FRAME_MORE;
    }
    out->payload = slice_of(frame.p + 1, end - 1);
    out->used += end + 1;
    if (out->used < in.n && in.p[out->used] == '\r')
        out->used++;
    return FRAME_READY;
}
