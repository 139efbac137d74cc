/* mllp_frame.h - where a frame begins and ends: VT, payload, FS, CR. Pure, no sockets.
 *
 * Liberal in what the field has shown:
 *   - what stands before VT is junk: passed over, counted;
 *   - FS ends a frame whatever follows, so the answer never waits for a CR that does not come; CR,
 * LF, blanks and NUL between frames (also as keep-alive) are passed over without being junk;
 *   - VT within a payload is payload: the format refuses it, by the sender's own control id;
 *   - FS cannot stand in a payload. */
#ifndef CONCORDAT_TRANSPORT_MLLP_FRAME_H
#define CONCORDAT_TRANSPORT_MLLP_FRAME_H

#include "base/slice.h"

#define MLLP_VT 0x0b
#define MLLP_FS 0x1c

enum frame {
    FRAME_MORE,  /* no whole frame yet */
    FRAME_READY, /* payload is one */
    FRAME_BAD    /* over the limit: close the connection */
};

/* used: the bytes at the start of the input that need not be kept (READY: the whole frame; payload
 * still points into them). seen: how much of what remains was searched for FS in vain; give it back
 * next time, with more bytes behind. junk: dropped bytes that were more than blanks. */
struct mllp_cut {
    struct slice payload;
    size_t used, seen, junk;
};

/* Cuts the next frame off in, of which the first `seen` bytes are known from the last
 * FRAME_MORE. */
enum frame mllp_frame(struct slice in, size_t seen, size_t payload_max, struct mllp_cut *out);

#endif
