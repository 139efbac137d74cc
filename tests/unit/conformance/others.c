/* others.c - senders and partners by hand: plain sockets and files. */
#include "others.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/wait.h"
#include "others_sockets.h"

/* ---- mllp ---- */

static void mllp_receive(struct rig *r)
{
    rig_set(r, "listen", "127.0.0.1:0");
    r->reply = SLICE("an answer");
}

static void mllp_spoil(struct rig *r)
{
    rig_set(r, "listen", "192.0.2.1:1"); /* no address of this machine */
}

static void mllp_give(struct rig *r, const char *unit)
{
    int fd = connect_to(r);
    put_text(fd, "\x0b");
    put_text(fd, unit);
    put_text(fd, "\x1c\r");
    await_answer(fd, '\x1c');
}

static void mllp_hand(struct rig *r, const char *unit)
{
    int fd = connect_to(r);
    put_text(fd, "\x0b");
    put_text(fd, unit);
    put_text(fd, "\x1c\r");
    hold(fd);
}

static void mllp_begin(struct rig *r)
{
    int fd = connect_to(r);
    put_text(fd, "\x0b\"half");
    hold(fd);
}

static void mllp_absent(struct rig *r)
{
    rig_set(r, "connect", "127.0.0.1:1");
}

static void mllp_silent(struct rig *r)
{
    rig_set(r, "connect", listen_in_silence(""));
}

static void mllp_unreachable(struct rig *r)
{
    rig_set(r, "connect", be_unreachable(""));
    rig_set(r, "timeout", "60m");
}

/* ---- webhook ---- */

static void webhook_receive(struct rig *r)
{
    rig_set(r, "listen", "127.0.0.1:0");
}

static void webhook_spoil(struct rig *r)
{
    rig_set(r, "listen", "192.0.2.1:1");
}

static void put_head(int fd, size_t n)
{
    char head[200];
    snprintf(head, sizeof head,
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
             "Content-Length: %zu\r\n\r\n",
             n);
    put_text(fd, head);
}

static void webhook_give(struct rig *r, const char *unit)
{
    int fd = connect_to(r);
    put_head(fd, strlen(unit));
    put_text(fd, unit);
    await_answer(fd, -1);
}

static void webhook_hand(struct rig *r, const char *unit)
{
    int fd = connect_to(r);
    put_head(fd, strlen(unit));
    put_text(fd, unit);
    hold(fd);
}

static void webhook_begin(struct rig *r)
{
    int fd = connect_to(r);
    put_head(fd, 100);
    put_text(fd, "\"half");
    hold(fd);
}

/* ---- folder ---- */

static char folder[200];
static int files;

static void folder_receive(struct rig *r)
{
    snprintf(folder, sizeof folder, "%s", rig_path(r, "in"));
    (void)mkdir(folder, 0700);
    rig_set(r, "read", folder);
    rig_set(r, "settle", "0ms");
    rig_set(r, "retry", "1ms");
}

static void folder_spoil(struct rig *r)
{
    rig_write(r, "file", "none of folders");
    snprintf(folder, sizeof folder, "%s/in", rig_path(r, "file"));
}

static int new_file(struct rig *r, const char *ending)
{
    char name[40];
    snprintf(name, sizeof name, "in/%d%s", files, ending);
    int fd = open(rig_path(r, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        abort();
    return fd;
}

static void folder_pelt(struct rig *r, struct slice bytes)
{
    char from[220], to[40];
    int fd = new_file(r, ".tmp");
    if (write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n || close(fd) != 0)
        abort();
    snprintf(from, sizeof from, "%s/%d.tmp", folder, files);
    snprintf(to, sizeof to, "in/%d.json", files++);
    if (rename(from, rig_path(r, to)) != 0)
        abort();
}

static void folder_give(struct rig *r, const char *unit)
{
    folder_pelt(r, slice_text(unit));
}

static void folder_begin(struct rig *r)
{
    int fd = new_file(r, ".json");
    files++;
    if (write(fd, "\"half", 5) != 5)
        abort();
    hold(fd);
}

static void folder_move(struct rig *r, const char *from, const char *to)
{
    char old[220];
    snprintf(old, sizeof old, "%s", rig_path(r, from));
    if (rename(old, rig_path(r, to)) != 0)
        abort();
}

static void folder_lose(struct rig *r)
{
    folder_move(r, "in", "away");
}

static void folder_regain(struct rig *r)
{
    folder_move(r, "away", "in");
}

static void folder_absent(struct rig *r)
{
    static char out[200];
    snprintf(out, sizeof out, "%s", rig_path(r, "out"));
    (void)mkdir(out, 0700);
    rig_set(r, "write", out);
}

/* ---- rest_poll: a server whose page is all that was given, and asked for without end ---- */

static struct {
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t news;
    char items[4000], raw[2000];
    size_t raw_bytes, served;
    bool hangs, refuses, runs;
    char url[64];
} pages = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void serve_page(int fd)
{
    char head[4000] = "", page[6000];
    size_t n = 0;
    while (n < sizeof head - 1 && !strstr(head, "\r\n\r\n") && recv(fd, head + n, 1, 0) == 1)
        n++;
    pthread_mutex_lock(&pages.lock);
    bool hangs = pages.hangs;
    if (pages.raw_bytes) {
        put(fd, pages.raw, pages.raw_bytes);
        pages.raw_bytes = 0;
    } else if (pages.refuses) {
        put_text(fd, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    } else {
        snprintf(page, sizeof page,
                 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n[%s]",
                 strlen(pages.items) + 2 + (hangs ? 100 : 0), pages.items);
        put(fd, page, strlen(page) - (hangs ? 1 : 0));
    }
    pages.served++;
    pthread_cond_broadcast(&pages.news);
    pthread_mutex_unlock(&pages.lock);
    if (hangs)
        await_answer(fd, -1);
    else
        close(fd);
}

static void *serve(void *ctx)
{
    (void)ctx;
    for (int fd; (fd = accept(pages.fd, NULL, NULL)) >= 0;)
        serve_page(fd);
    return NULL;
}

static void rest_receive(struct rig *r)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    wait_init(&pages.news);
    pages.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(pages.fd, (struct sockaddr *)&at, n) || listen(pages.fd, 8) ||
        getsockname(pages.fd, (struct sockaddr *)&at, &n) ||
        pthread_create(&pages.thread, NULL, serve, NULL))
        abort();
    pages.runs = true;
    pages.hangs = pages.refuses = false;
    pages.raw_bytes = pages.served = 0;
    pages.items[0] = '\0';
    snprintf(pages.url, sizeof pages.url, "http://127.0.0.1:%u/", (unsigned)ntohs(at.sin_port));
    rig_set(r, "url", pages.url);
    rig_set(r, "items", ".");
    rig_set(r, "interval", "2ms");
    rig_set(r, "retry", "2ms");
}

static void rest_spoil(struct rig *r)
{
    rig_set(r, "credentials.bearer_file", "/not/there");
}

static void rest_unreachable(struct rig *r)
{
    rig_set(r, "url", be_unreachable("http://"));
    rig_set(r, "timeout", "60m");
}

/* Until so many more were served; under the lock. */
static void await_pages(size_t more)
{
    size_t wanted = pages.served + more;
    int64_t end_ns = wait_end_ns(PATIENCE_S * 1000);
    while (pages.served < wanted && wait_until(&pages.news, &pages.lock, end_ns))
        continue;
    if (pages.served < wanted) {
        fprintf(stderr, "\n    rest_poll: no page was asked for within %d seconds\n", PATIENCE_S);
        CU_FAIL("no page was asked for");
    }
}

/* Once more than is under way. */
static void await_page(void)
{
    await_pages(2);
}

static void rest_give(struct rig *r, const char *unit)
{
    (void)r;
    pthread_mutex_lock(&pages.lock);
    snprintf(pages.items, sizeof pages.items, "%s", unit);
    await_page();
    pthread_mutex_unlock(&pages.lock);
}

static void rest_hand(struct rig *r, const char *unit)
{
    (void)r;
    pthread_mutex_lock(&pages.lock);
    snprintf(pages.items, sizeof pages.items, "%s", unit);
    pthread_mutex_unlock(&pages.lock);
}

static void rest_begin(struct rig *r)
{
    (void)r;
    pthread_mutex_lock(&pages.lock);
    pages.hangs = true;
    await_pages(1);
    pthread_mutex_unlock(&pages.lock);
}

static void set_refuses(bool refuses)
{
    pthread_mutex_lock(&pages.lock);
    pages.refuses = refuses;
    pthread_mutex_unlock(&pages.lock);
}

static void rest_lose(struct rig *r)
{
    (void)r;
    set_refuses(true);
}

static void rest_regain(struct rig *r)
{
    (void)r;
    set_refuses(false);
}

static void rest_pelt(struct rig *r, struct slice bytes)
{
    (void)r;
    pthread_mutex_lock(&pages.lock);
    memcpy(pages.raw, bytes.p, bytes.n);
    pages.raw_bytes = bytes.n;
    await_page();
    pthread_mutex_unlock(&pages.lock);
}

static void rest_done(void)
{
    let_go();
    if (!pages.runs)
        return;
    pages.runs = false;
    shutdown(pages.fd, SHUT_RDWR);
    pthread_join(pages.thread, NULL);
    pthread_cond_destroy(&pages.news);
    close(pages.fd);
}

/* ---- http_out ---- */

static void http_absent(struct rig *r)
{
    rig_set(r, "url", "http://127.0.0.1:1/");
}

static void http_silent(struct rig *r)
{
    rig_set(r, "url", listen_in_silence("http://"));
}

static void http_unreachable(struct rig *r)
{
    rig_set(r, "url", be_unreachable("http://"));
    rig_set(r, "timeout", "60m");
}

/* What a row lacks cannot be asked of it, and why is said there. */
static const struct other others[] = {
    { .name = "mllp",
      .receive = mllp_receive,
      .spoil = mllp_spoil,
      .give = mllp_give,
      .hand = mllp_hand,
      .begin = mllp_begin,
      .pelt = pelt_socket,
      .limit = "frame_max",
      .peers = PEERS,
      .brings_again = false, /* its sender does: so no place is kept that kill -9 could lose */
      .unreachable = mllp_unreachable,
      .absent = mllp_absent,
      .silent = mllp_silent,
      .done = let_go },
    { .name = "folder",
      .receive = folder_receive,
      .spoil = folder_spoil,
      .give = folder_give,
      .hand = folder_give,
      .begin = folder_begin,
      .pelt = folder_pelt,
      .limit = "size_max",
      .peers = PEERS,
      .brings_again = true,
      .lose = folder_lose,
      .regain = folder_regain,
      .absent = folder_absent,
      .silent = NULL, /* a file is there, or it is not */
      .writes_files = true,
      .done = let_go },
    { .name = "webhook",
      .receive = webhook_receive,
      .spoil = webhook_spoil,
      .give = webhook_give,
      .hand = webhook_hand,
      .begin = webhook_begin,
      .pelt = pelt_socket,
      .limit = "body_max",
      .peers = PEERS,
      .brings_again = false, /* as mllp */
      .done = let_go },
    { .name = "rest_poll",
      .receive = rest_receive,
      .spoil = rest_spoil,
      .give = rest_give,
      .hand = rest_hand,
      .begin = rest_begin,
      .pelt = rest_pelt,
      .limit = "unit_max",
      .peers = 1, /* it asks one partner for one page */
      .brings_again = true,
      .lose = rest_lose,
      .regain = rest_regain,
      .unreachable = rest_unreachable,
      .done = rest_done },
    { .name = "http_out",
      .unreachable = http_unreachable,
      .absent = http_absent,
      .silent = http_silent,
      .done = let_go },
};

const struct other *other_of(const struct transport *t)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i].name, t->name) == 0)
            return &others[i];
    return NULL;
}

const char *other_lacks(const struct transport *t, const struct other *o)
{
    const struct {
        const char *name;
        bool there;
    } wanted[] = {
        { "receive", !t->run || o->receive }, { "spoil", !t->run || o->spoil },
        { "give", !t->run || o->give },       { "hand", !t->run || o->hand },
        { "begin", !t->run || o->begin },     { "pelt", !t->run || o->pelt },
        { "lose", !t->fetches || o->lose },   { "regain", !t->fetches || o->regain },
        { "limit", !t->run || o->limit },     { "peers", !t->run || o->peers },
        { "absent", !t->send || o->absent },  { "done", o->done },
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!wanted[i].there)
            return wanted[i].name;
    return NULL;
}
