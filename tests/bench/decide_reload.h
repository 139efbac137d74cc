/* decide_reload.h - a bundle loaded again and again beside a thread that decides. */
#ifndef CONCORDAT_BENCH_DECIDE_RELOAD_H
#define CONCORDAT_BENCH_DECIDE_RELOAD_H

#include "sharing/rules/bundle.h"

struct reload;
/* Begins to load folder over and over in a thread of its own. NULL: it cannot. */
struct reload *reload_start(const char *folder, const struct catalogue *c);
/* The bundle now in force; the one got before may be gone. */
const struct bundle *reload_now(struct reload *r);
/* Ends the thread; how often a bundle was switched. */
size_t reload_stop(struct reload *r);

#endif
