/* tls_rig.h - made-up certificates, two ends over a socket pair, and `openssl` as the other
 * side. */
#ifndef CONCORDAT_TESTS_TLS_RIG_H
#define CONCORDAT_TESTS_TLS_RIG_H

#include <sys/types.h>

#include "host/tls.h"

/* One end of a connection; came: the last that came of it. */
struct tls_rig_end {
    struct tls_context *context;
    struct tls *tls;
    int fd;
    enum tls_came came;
    struct err e;
};

/* Once a suite: makes tests/fixtures/tls/make's files in a folder of its own. */
int tls_rig_make(void);
int tls_rig_remove(void);
/* "FOLDER/name"; NULL of NULL. Lives until the suite ends. */
const char *tls_rig_file(const char *name);
/* Copies one of those files over another, as whoever renews does: by rename. */
void tls_rig_put(const char *from, const char *to);

/* Fills in the paths of names ("server" for server.pem and server.key); ca by its name. */
struct tls_settings tls_rig_server(const char *cert, const char *ca, enum tls_client client);
struct tls_settings tls_rig_client(const char *cert, const char *ca, const char *name);

void tls_rig_begin(struct tls_rig_end *end, const struct tls_settings *s, int fd);
void tls_rig_end(struct tls_rig_end *end);
/* Two ends over a socket pair, shaken hands until neither goes on. */
void tls_rig_pair(struct tls_rig_end *server, struct tls_rig_end *client,
                  const struct tls_settings *of_server, const struct tls_settings *of_client);
/* The handshake of an end whose other side is another process. */
void tls_rig_shake(struct tls_rig_end *end);
/* Reads until that many bytes came, or it ends; what came, as text. */
const char *tls_rig_read(struct tls_rig_end *end, size_t n);
void tls_rig_write(struct tls_rig_end *end, const char *text);

/* `openssl` with arguments (NULL-terminated) in the folder of the files. */
struct tls_rig_other {
    pid_t pid;
    int in, out; /* its standard input; its output and errors */
    char said[16384];
};
void tls_rig_start(struct tls_rig_other *o, const char *const *arguments);
/* Until its output has that text; false: it ended without. */
bool tls_rig_says(struct tls_rig_other *o, const char *text);
/* An s_server that listens, and a connected socket to it. */
int tls_rig_s_server(struct tls_rig_other *o, const char *const *more);
/* An s_client that connects, and the socket that it came by. */
int tls_rig_s_client(struct tls_rig_other *o, const char *const *more);
void tls_rig_stop(struct tls_rig_other *o);

#endif
