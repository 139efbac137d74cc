/* http_crowd.h - the door's connections and their peers, for the files of the door alone.
 *
 * Each peer has a list of its own, of no use for longest first; who must go for another is the
 * first there that may. Owned by the door; its thread alone. */
#ifndef CONCORDAT_HOST_HTTP_CROWD_H
#define CONCORDAT_HOST_HTTP_CROWD_H

#include <pthread.h>

#include "host/http_conn.h"
#include "host/waker.h"

struct http_door {
    struct http_door_options o;
    struct peers peers;
    struct http_conn *all, *gone; /* gone: freed when no event can name them any more */
    pthread_t thread;
    int epoll;
    struct waker wake;
    bool is_listening, runs;
    int64_t now_ms, swept_ms, said_ms;
    size_t unsaid;
};

/* What the loop is to be told of fd; false: it cannot be. */
bool http_crowd_watch(const struct http_door *d, int op, int fd, uint32_t events, void *who);
/* Peers wait in the kernel's queue while we cannot take more. */
void http_crowd_listen(struct http_door *d, bool wanted);

/* Whether one more line may be written: strangers cannot fill the log. */
bool http_crowd_may_say(struct http_door *d);
void http_crowd_say(struct http_door *d, const struct sockaddr_storage *from, const struct tls *tls,
                    const char *code, const char *what);
/* With what it was refused, once. */
void http_crowd_say_answer(struct http_door *d, struct http_conn *c);
/* Who it is once its handshake is done, or why it failed. */
void http_crowd_say_tls(struct http_door *d, struct http_conn *c);

/* A place for one more of from; false: there is none, *who has its share. */
bool http_crowd_join(struct http_door *d, const struct sockaddr *from, struct peer **who);
/* Behind all others of its peer (c->who). */
void http_crowd_add(struct http_door *d, struct http_conn *c);
/* Closed; what is in it stays until it is buried, since events may still name it. */
void http_crowd_drop(struct http_door *d, struct http_conn *c);
void http_crowd_bury(struct http_door *d);
/* Files are out, here or elsewhere: another than `but` goes, as if the listener were full; false:
 * none may. */
bool http_crowd_make_file(struct http_door *d, const struct http_conn *but);
/* It is to hold so many bytes; false, and nothing changed: there is no room for more. */
bool http_crowd_hold(struct http_conn *c, size_t bytes);
/* It has done what a connection is for, and holds nothing any more. */
void http_crowd_answered(struct http_conn *c);

#endif
