/* mllp_warn.c - lines about connections, no more than people can read. */
#include "host/log.h"
#include "host/peers.h"
#include "transport/mllp_state.h"

#define SAY_NS ((int64_t)60 * 1000000000)
#define SAID_MAX 60

void mllp_warn(struct mllp *s, struct peer *peer, int64_t now_ns, const char *code,
               const char *sender, const char *what)
{
    const struct log_who who = { "mllp", s->where };
    if (s->said_ns == 0 || now_ns - s->said_ns >= SAY_NS) {
        if (s->unsaid > 0)
            log_line(LOG_WARN, &who, "mllp.more", "%llu more lines like these were not written",
                     (unsigned long long)s->unsaid);
        s->said_ns = now_ns;
        s->said = s->unsaid = 0;
    }
    bool was_told_of_peer = peer && peer->said_ns && now_ns - peer->said_ns < SAY_NS;
    if (was_told_of_peer || s->said >= SAID_MAX) {
        s->unsaid++;
        return;
    }
    s->said++;
    if (peer)
        peer->said_ns = now_ns;
    log_line(LOG_WARN, &who, code, *sender ? "peer %s %s" : "%s%s", sender, what);
}
