/* mllp_frame.h - where a frame begins and ends: VT, payload, FS, CR. Pure, no sockets.
 *
 * Liberal in what the field has shown:
 *   - what stands before VT is junk: passed over, counted;
 *   - FS ends a frame when a line end or a VT follows. Some senders send FS alone, or pad. So FS
 * with nothing but blanks behind it ends a frame too, once no more comes;
 *   - CR, LF, blanks and NUL between frames (also as keep-alive) are passed over without being
 * junk;
 *   - VT and FS within a payload are payload: the format refuses them, by the sender's own control
 * id. An FS is within when more of the message stands behind it: bytes at once; or, behind a line
 * end, bytes that another FS ends before the next VT. Bytes behind a line end without such an FS
 * are junk behind the frame, once no more comes. */
#ifndef CONCORDAT_TRANSPORT_MLLP_FRAME_H
#define CONCORDAT_TRANSPORT_MLLP_FRAME_H

#include "base/slice.h"

#define MLLP_VT 0x0b
#define MLLP_FS 0x1c

/* How long an FS waits for what may follow it: as long as TCP takes to send a lost packet again
 * (RFC 6298 as Linux has it: 200 ms and the way there and back). */
#define MLLP_END_MS 300

enum frame {
    FRAME_MORE,  /* no whole frame yet */
    FRAME_MAYBE, /* it may have ended: a frame if no more comes */
    FRAME_READY, /* payload is one */
    FRAME_BAD    /* over the limit: close the connection */
};

/* Of a frame under way: how much of it was looked at, the FS that may end it (0: none), and whether
 * more than fillers was seen behind that. Zeroed before the first frame; kept here. */
struct mllp_seen {
    size_t n, fs;
    bool trails;
};

/* used: the bytes at the start of the input that need not be kept (READY: the whole frame; payload
 * still points into them). junk: dropped bytes that were more than blanks. */
struct mllp_cut {
    struct slice payload;
    size_t used, junk;
};

/* Cuts the next frame off in, of which *seen is known from the last MORE or MAYBE. is_all: no more
 * comes, or not soon. Looks at each byte once. */
enum frame mllp_frame(struct slice in, struct mllp_seen *seen, bool is_all, size_t payload_max,
                      struct mllp_cut *out);

#endif
