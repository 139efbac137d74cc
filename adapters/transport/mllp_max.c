/* mllp_max.c - what a server may hold: the site's word, or what it is where the site does not
 * say. */
#include "transport/mllp_state.h"

#define CONNECTIONS_USUAL 1000
#define FRAMES_IN_BUFFERS 16
#define BUFFERS_LEAST ((int64_t)256 * 1024 * 1024)

int64_t mllp_connections_max(const struct mllp *s)
{
    if (s->connections_max > 0)
        return s->connections_max;
    return s->files > 0 && s->files < CONNECTIONS_USUAL ? (int64_t)s->files : CONNECTIONS_USUAL;
}

int64_t mllp_peer_connections_max(const struct mllp *s)
{
    int64_t half = (mllp_connections_max(s) + 1) / 2;
    return s->peer_connections_max > 0 ? s->peer_connections_max : half;
}

int64_t mllp_buffers_max(const struct mllp *s)
{
    int64_t most = s->frame_max * FRAMES_IN_BUFFERS;
    if (s->buffers_max > 0)
        return s->buffers_max;
    return most > BUFFERS_LEAST ? most : BUFFERS_LEAST;
}

int64_t mllp_peer_buffers_max(const struct mllp *s)
{
    return s->peer_buffers_max > 0 ? s->peer_buffers_max : mllp_buffers_max(s) / 4;
}
