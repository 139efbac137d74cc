/* tls_rig.c - see tls_rig.h. */
#include "tls_rig.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "host/log.h"
#include "scratch.h"

#define PATIENCE_MS 60000
#define ROUNDS 10000
#define ARGUMENTS_MAX 32

static struct scratch scratch;

int tls_rig_make(void)
{
    char command[600];
    scratch_make(&scratch);
    log_set_level(LOG_ERROR);
    signal(SIGPIPE, SIG_IGN);
    snprintf(command, sizeof command, "'%s/tests/fixtures/tls/make' '%s'", SOURCE_DIR, scratch.dir);
    return system(command);
}

int tls_rig_remove(void)
{
    scratch_remove(&scratch);
    return 0;
}

const char *tls_rig_file(const char *name)
{
    static char paths[64][128];
    if (!name)
        return NULL;
    for (size_t i = 0; i < 64; i++) {
        if (!*paths[i])
            snprintf(paths[i], sizeof paths[i], "%s/%s", scratch.dir, name);
        if (strcmp(paths[i] + strlen(scratch.dir) + 1, name) == 0)
            return paths[i];
    }
    abort();
}

void tls_rig_put(const char *from, const char *to)
{
    char text[65536];
    int in = open(tls_rig_file(from), O_RDONLY | O_CLOEXEC);
    ssize_t n = in < 0 ? -1 : read(in, text, sizeof text);
    if (n < 0)
        abort();
    close(in);
    scratch_write(&scratch, "aside", text, (size_t)n, 0600);
    if (rename(scratch_path(&scratch, "aside"), tls_rig_file(to)) != 0)
        abort();
}

static const char *with(const char *name, const char *ending)
{
    char file[64];
    if (!name)
        return NULL;
    snprintf(file, sizeof file, "%s%s", name, ending);
    return tls_rig_file(file);
}

struct tls_settings tls_rig_server(const char *cert, const char *ca, enum tls_client client)
{
    return (struct tls_settings){ .listens = true,
                                  .cert = with(cert, ".pem"),
                                  .key = with(cert, ".key"),
                                  .ca = with(ca, ".pem"),
                                  .client = client };
}

struct tls_settings tls_rig_client(const char *cert, const char *ca, const char *name)
{
    return (struct tls_settings){
        .cert = with(cert, ".pem"), .key = with(cert, ".key"), .ca = with(ca, ".pem"), .name = name
    };
}

void tls_rig_begin(struct tls_rig_end *end, const struct tls_settings *s, int fd)
{
    *end = (struct tls_rig_end){ .fd = fd, .came = TLS_WANT_READ };
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        abort();
    CU_ASSERT_FATAL(tls_open(s, &end->context, &end->e));
    CU_ASSERT_FATAL(tls_start(end->context, fd, &end->tls, &end->e));
}

void tls_rig_end(struct tls_rig_end *end)
{
    tls_free(&end->tls);
    tls_close(&end->context);
    if (end->fd >= 0)
        close(end->fd);
    end->fd = -1;
}

static bool goes_on(const struct tls_rig_end *end)
{
    return end->came == TLS_WANT_READ || end->came == TLS_WANT_WRITE;
}

void tls_rig_pair(struct tls_rig_end *server, struct tls_rig_end *client,
                  const struct tls_settings *of_server, const struct tls_settings *of_client)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        abort();
    tls_rig_begin(server, of_server, fds[0]);
    tls_rig_begin(client, of_client, fds[1]);
    for (int i = 0; i < ROUNDS && (goes_on(server) || goes_on(client)); i++) {
        if (goes_on(client))
            client->came = tls_handshake(client->tls, &client->e);
        if (goes_on(server))
            server->came = tls_handshake(server->tls, &server->e);
    }
}

static void await(struct tls_rig_end *end)
{
    struct pollfd p = { .fd = end->fd, .events = end->came == TLS_WANT_READ ? POLLIN : POLLOUT };
    if (poll(&p, 1, PATIENCE_MS) != 1)
        abort();
}

void tls_rig_shake(struct tls_rig_end *end)
{
    while ((end->came = tls_handshake(end->tls, &end->e), goes_on(end)))
        await(end);
}

const char *tls_rig_read(struct tls_rig_end *end, size_t n)
{
    static char text[4096];
    size_t have = 0, more = 0;
    end->came = TLS_DONE;
    while (have < n && (end->came == TLS_DONE || goes_on(end))) {
        end->came = tls_read(end->tls, text + have, sizeof text - 1 - have, &more, &end->e);
        have += more;
        if (goes_on(end))
            await(end);
    }
    text[have] = '\0';
    return text;
}

void tls_rig_write(struct tls_rig_end *end, const char *text)
{
    size_t n = strlen(text), done = 0;
    end->came = TLS_DONE;
    while (n > 0 && (end->came == TLS_DONE || goes_on(end))) {
        end->came = tls_write(end->tls, text, n, &done, &end->e);
        text += done;
        n -= done;
        if (goes_on(end))
            await(end);
    }
}

/* ---- openssl ---- */

static void become(int in, int out, const char *const *arguments)
{
    char *words[ARGUMENTS_MAX + 2] = { (char *)(uintptr_t) "openssl" };
    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i]; i++)
        words[i + 1] = (char *)(uintptr_t)arguments[i];
    if (chdir(scratch.dir) == 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0)
        execvp("openssl", words);
    _exit(127);
}

void tls_rig_start(struct tls_rig_other *o, const char *const *arguments)
{
    int in[2], out[2];
    *o = (struct tls_rig_other){ .pid = -1 };
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        abort();
    o->pid = fork();
    if (o->pid == 0)
        become(in[0], out[1], arguments);
    close(in[0]);
    close(out[1]);
    o->in = in[1];
    o->out = out[0];
}

/* More of its output; false: there is no more. */
static bool hear(struct tls_rig_other *o)
{
    struct pollfd p = { .fd = o->out, .events = POLLIN };
    size_t have = strlen(o->said), room = sizeof o->said - 1 - have;
    ssize_t n = room > 0 && poll(&p, 1, PATIENCE_MS) == 1 ? read(o->out, o->said + have, room) : -1;
    for (ssize_t i = 0; i < n; i++, have++)
        if (!o->said[have])
            o->said[have] = '?';
    return n > 0;
}

bool tls_rig_says(struct tls_rig_other *o, const char *text)
{
    while (!strstr(o->said, text))
        if (!hear(o))
            return false;
    return true;
}

/* list: the first arguments, then more, then the end. */
static void join(const char *list[ARGUMENTS_MAX], const char *const *more)
{
    size_t n = 0;
    while (list[n])
        n++;
    for (; *more && n < ARGUMENTS_MAX - 1; more++)
        list[n++] = *more;
    list[n] = NULL;
}

int tls_rig_s_server(struct tls_rig_other *o, const char *const *more)
{
    const char *list[ARGUMENTS_MAX] = { "s_server", "-accept", "127.0.0.1:0", NULL };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    join(list, more);
    tls_rig_start(o, list);
    CU_ASSERT_FATAL(tls_rig_says(o, "ACCEPT 127.0.0.1:"));
    while (!strchr(strstr(o->said, "ACCEPT"), '\n') && hear(o))
        continue;
    const char *port = strstr(o->said, "ACCEPT 127.0.0.1:") + strlen("ACCEPT 127.0.0.1:");
    to.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        abort();
    return fd;
}

int tls_rig_s_client(struct tls_rig_other *o, const char *const *more)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    char where[32];
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)&at, &n) != 0)
        abort();
    snprintf(where, sizeof where, "127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    const char *list[ARGUMENTS_MAX] = { "s_client", "-connect", where, NULL };
    join(list, more);
    tls_rig_start(o, list);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
    return fd;
}

void tls_rig_stop(struct tls_rig_other *o)
{
    int status;
    if (o->pid <= 0)
        return;
    kill(o->pid, SIGKILL);
    (void)waitpid(o->pid, &status, 0);
    close(o->in);
    close(o->out);
    o->pid = -1;
}
