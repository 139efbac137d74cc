/* replay.h - judges the recorded events again (law 5). */
#ifndef CONCORDAT_REPLAY_REPLAY_H
#define CONCORDAT_REPLAY_REPLAY_H

#include "audit/audit.h"

/* Law 5: judges the recorded events again from nothing with the same bundle and compares every
 * decision, hash and fact hash with the audit. keys: the router's. Findings as above. */
MUST_CHECK bool replay_audit(struct bus *b, const struct bundle *bundle,
                             const struct judge_keys *keys,
                             void (*finding)(void *ctx, const char *sentence), void *ctx,
                             struct audit_report *out, struct err *e);
/* The same where bundles came and went: each entry is judged again by the bundle whose hash it
 * carries. find gives it, or NULL; then `bundle` is taken, and that is a finding. */
struct replay_bundles {
    const struct bundle *(*find)(void *ctx, const uint8_t hash[HASH_BYTES]);
    void *ctx;
    bool demo; /* unsigned orders are good there */
};
MUST_CHECK bool replay_audit_by(struct bus *b, const struct bundle *bundle,
                                const struct replay_bundles *bundles, const struct judge_keys *keys,
                                void (*finding)(void *ctx, const char *sentence), void *ctx,
                                struct audit_report *out, struct err *e);

#endif
