/* mllp_frame.c - cutting frames. */
#include "transport/mllp_frame.h"

static bool is_line_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

/* Whether it is passed over between frames without a word: the end of the last frame, or a byte
 * that keeps the connection alive. */
static bool is_filler(uint8_t c)
{
    return is_line_end(c) || c == ' ' || c == '\t' || c == 0;
}

/* How many bytes stand before the first VT. Those that are more than filler are added to *junk. */
static size_t skip_to_start(struct slice in, size_t *junk)
{
    size_t start = slice_find(in, MLLP_VT);
    for (size_t i = 0; i < start; i++)
        if (!is_filler(in.p[i]))
            ++*junk;
    return start;
}

static bool ends_a_line(struct slice frame, size_t fs)
{
    return fs + 1 < frame.n && is_line_end(frame.p[fs + 1]);
}

/* Takes the byte at s->n for the FS that may end the frame. */
static void begin_end(struct mllp_seen *s)
{
    s->fs = s->n;
    s->n++;
    s->trails = false;
}

static void look_for_end(struct slice frame, struct mllp_seen *s)
{
    s->n += slice_find(slice_from(frame, s->n), MLLP_FS);
    if (s->n < frame.n)
        begin_end(s);
}

/* Looks at what stands behind the FS that may end the frame. True: it has ended the frame. Where
 * the message goes on behind it, another FS may end the frame, or none so far. */
static bool look_behind(struct slice frame, struct mllp_seen *s)
{
    while (s->n < frame.n && frame.p[s->n] != MLLP_VT) {
        uint8_t c = frame.p[s->n];
        bool is_more = c != MLLP_FS && !is_filler(c);
        if (is_more && !ends_a_line(frame, s->fs)) {
            s->fs = 0;
            return false;
        }
        if (c == MLLP_FS) {
            begin_end(s);
        } else {
            s->trails = s->trails || is_more;
            s->n++;
        }
    }
    return s->n < frame.n;
}

static enum frame frame_ready(struct slice in, struct slice frame, struct mllp_seen *s,
                              struct mllp_cut *out)
{
    out->payload = slice_of(frame.p + 1, s->fs - 1);
    out->used += s->fs + 1;
    if (out->used < in.n && in.p[out->used] == '\r')
        out->used++;
    *s = (struct mllp_seen){ .n = 0 };
    return FRAME_READY;
}

/* Looks at what is new of a frame. True: the FS that may end the frame has ended it. */
static bool look_at_new(struct slice frame, struct mllp_seen *s)
{
    bool has_ended = false;
    s->n = s->n ? s->n : 1;
    while (!has_ended && s->n < frame.n) {
        if (s->fs)
            has_ended = look_behind(frame, s);
        else
            look_for_end(frame, s);
    }
    return has_ended;
}

enum frame mllp_frame(struct slice in, struct mllp_seen *s, bool is_all, size_t payload_max,
                      struct mllp_cut *out)
{
    const size_t last_fs = payload_max + 1;
    *out = (struct mllp_cut){ .used = 0 };
    if (s->n == 0)
        out->used = skip_to_start(in, &out->junk);
    struct slice frame = slice_head(slice_from(in, out->used), last_fs + 2);
    if (frame.n == 0)
        return FRAME_MORE;
    bool has_ended = look_at_new(frame, s);
    if (!s->fs)
        return s->n > last_fs ? FRAME_BAD : FRAME_MORE;
    if (s->fs > last_fs)
        return FRAME_BAD;
    bool is_over = s->n > last_fs + 1;
    bool ends_alone = !s->trails && ends_a_line(frame, s->fs);
    if (has_ended || is_over || ends_alone || is_all)
        return frame_ready(in, frame, s, out);
    return FRAME_MAYBE;
}
