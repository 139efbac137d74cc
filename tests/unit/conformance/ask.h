/* ask.h - one transport of the registry after the other, beside its other side (others.h): what the
 * suites of transports share. */
#ifndef TEST_CONFORMANCE_ASK_H
#define TEST_CONFORMANCE_ASK_H

#include "others.h"
#include "registry.h"

#define SECOND_NS ((int64_t)1000000000)

extern struct rig r;
extern const struct other *other;

/* Says which it is, where something does not hold. */
void say_which(bool good, const char *sentence);
void begin(const struct transport *t);
void end(void);

/* That one, or the first behind it that can be asked: it has a row, and the row lacks nothing. */
const struct transport *const *next_to_ask(const struct transport *const *t);
/* Of one that cannot be asked the first case of the suite of transports says so. */
#define EACH(t)                                                                                    \
    for (const struct transport *const *t = next_to_ask(adapters.transports); *t;                  \
         t = next_to_ask(t + 1))

#endif
