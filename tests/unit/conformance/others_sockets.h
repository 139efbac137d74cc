/* others_sockets.h - plain sockets for senders and partners by hand. No wait is without an end. */
#ifndef TEST_CONFORMANCE_OTHERS_SOCKETS_H
#define TEST_CONFORMANCE_OTHERS_SOCKETS_H

#include "others.h"

#define PATIENCE_S 30

/* A connection or file that stays open until let_go(). */
void hold(int fd);
void let_go(void);

int connect_to(struct rig *r);
void put(int fd, const void *p, size_t n);
void put_text(int fd, const char *text);
/* Until the other side hangs up, or `last` has come. */
void await_answer(int fd, int last);
void pelt_socket(struct rig *r, struct slice bytes);

/* A partner's address, with `form` before it, until the next: one who takes and says nothing; one
 * who is never reached. */
const char *listen_in_silence(const char *form);
const char *be_unreachable(const char *form);

#endif
