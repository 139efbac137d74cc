/* rig.c - see rig.h. */
#include "rig.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "base/wait.h"
#include "host/log.h"

#define PATIENCE_MS 30000 /* of a machine that is busy; what never comes is a failure */

static int64_t number(const char *text)
{
    static const struct {
        const char *unit;
        int64_t factor;
    } units[] = {
        { "", 1 },        { "ms", 1 },     { "s", 1000 },          { "m", 60000 },
        { "h", 3600000 }, { "KiB", 1024 }, { "MiB", 1024 * 1024 },
    };
    char *end = NULL;
    int64_t value = strtoll(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].unit) == 0)
            return value * units[i].factor;
    abort();
}

static void set(char *at, const struct cfg_option *o, const char *value)
{
    at += o->at;
    int64_t n;
    switch (o->type) {
    case CFG_TEXT:
    case CFG_PATH:
        memcpy(at, &value, sizeof value);
        break;
    case CFG_MS:
    case CFG_BYTES:
    case CFG_COUNT:
        n = number(value);
        memcpy(at, &n, sizeof n);
        break;
    case CFG_LIST: /* none */
        break;
    default:
        abort();
    }
}

/* A group that is given has all its options. */
static void set_in_group(char *group, const struct cfg_option *o, const char *key,
                         const char *value)
{
    static const struct node somewhere = { .kind = NODE_MAP, .file = "rig" };
    const struct node *at = &somewhere, *was;
    memcpy(&was, group, sizeof was);
    memcpy(group, &at, sizeof at);
    for (const struct cfg_option *in = secure_group(o->type); in->type != CFG_END; in++)
        if (strcmp(in->key, key) == 0)
            set(group, in, value);
        else if (!was && in->fallback)
            set(group, in, in->fallback);
}

void rig_set(struct rig *r, const char *key, const char *value)
{
    for (const struct cfg_option *o = r->t->options; o->type != CFG_END; o++)
        if (strcmp(o->key, key) == 0) {
            set(r->state, o, value);
            return;
        } else if (strncmp(o->key, key, strlen(o->key)) == 0 && key[strlen(o->key)] == '.') {
            set_in_group((char *)r->state + o->at, o, key + strlen(o->key) + 1, value);
            return;
        }
    abort();
}

void rig_set_list(struct rig *r, const char *key, const char **values)
{
    for (const struct cfg_option *o = r->t->options; o->type != CFG_END; o++)
        if (strcmp(o->key, key) == 0) {
            memcpy((char *)r->state + o->at, &values, sizeof values);
            return;
        }
    abort();
}

void rig_init(struct rig *r, const struct transport *t)
{
    *r = (struct rig){ .t = t };
    pthread_mutex_init(&r->lock, NULL);
    wait_init(&r->taken);
    log_set_level(LOG_ERROR);
    r->state = mem_alloc(t->state_size);
    scratch_make(&r->scratch);
    if (!r->state)
        abort();
    for (const struct cfg_option *o = t->options; o->type != CFG_END; o++)
        if (o->fallback)
            set(r->state, o, o->fallback);
}

void rig_done(struct rig *r)
{
    rig_stop(r);
    if (r->is_open)
        r->t->close(r->state);
    mem_free(r->state);
    scratch_remove(&r->scratch);
    pthread_cond_destroy(&r->taken);
    pthread_mutex_destroy(&r->lock);
}

bool rig_open(struct rig *r)
{
    r->is_open = r->t->open(r->state, &r->e);
    return r->is_open;
}

static void add(char *to, size_t room, struct slice s)
{
    size_t n = strlen(to);
    snprintf(to + n, room - n, "%.*s ", (int)s.n, (const char *)s.p);
}

static void keep_cursor(struct rig *r, struct slice cursor)
{
    snprintf(r->cursor, sizeof r->cursor, "%.*s", (int)cursor.n, (const char *)cursor.p);
    r->moves++;
}

static bool go_on(void *ctx, struct slice cursor)
{
    struct rig *r = ctx;
    pthread_mutex_lock(&r->lock);
    keep_cursor(r, cursor);
    pthread_cond_broadcast(&r->taken);
    pthread_mutex_unlock(&r->lock);
    return true;
}

/* Under its lock. */
static void pass_door(struct rig *r)
{
    if (r->dies)
        (void)raise(SIGKILL);
    while (r->shut) {
        r->waits = true;
        pthread_cond_broadcast(&r->taken);
        pthread_cond_wait(&r->taken, &r->lock);
    }
}

static void take(void *ctx, const struct arrival *in, struct answer *out, size_t n)
{
    struct rig *r = ctx;
    pthread_mutex_lock(&r->lock);
    pass_door(r);
    for (size_t i = 0; i < n; i++) {
        size_t turn = r->arrivals < 3 ? r->arrivals : 3;
        add(r->names, sizeof r->names, in[i].name);
        add(r->bytes, sizeof r->bytes, in[i].bytes);
        out[i] = (struct answer){ .fate = r->fates[turn],
                                  .reply = r->reply,
                                  .why = r->fates[turn] == ANSWER_KEPT ? NULL : r->why };
        r->arrivals++;
        r->wanted_came += slice_equal_text(in[i].bytes, r->wanted);
    }
    for (size_t i = answers_passed(out, n); i > 0; i--)
        if (in[i - 1].cursor.n > 0) {
            keep_cursor(r, in[i - 1].cursor);
            break;
        }
    pthread_cond_broadcast(&r->taken);
    pthread_mutex_unlock(&r->lock);
}

static void fetched(void *ctx, const struct err *why, int64_t again_ms)
{
    struct rig *r = ctx;
    pthread_mutex_lock(&r->lock);
    snprintf(r->fetch_code, sizeof r->fetch_code, "%s", why ? why->code : "");
    snprintf(r->fetch_text, sizeof r->fetch_text, "%s", why ? why->text : "");
    r->fetch_again_ms = again_ms;
    r->fetch_tries += why != NULL;
    r->fetched += why == NULL;
    pthread_cond_broadcast(&r->taken);
    pthread_mutex_unlock(&r->lock);
}

struct intake rig_intake(struct rig *r)
{
    return (struct intake){ .take = take, .ctx = r, .go_on = go_on, .fetched = fetched };
}

static void *run(void *ctx)
{
    struct rig *r = ctx;
    char cursor[CURSOR_MAX + 1];
    memcpy(cursor, r->cursor, sizeof cursor);
    struct intake up = rig_intake(r);
    up.cursor = slice_text(cursor);
    r->ran_well = r->t->run(r->state, up, &r->e);
    return NULL;
}

void rig_start(struct rig *r)
{
    r->runs = pthread_create(&r->thread, NULL, run, r) == 0;
}

/* Under its lock: what the case waited for did not come. It goes on, and what it asks next fails
 * by itself. */
static void say_in_vain(const struct rig *r, const char *what)
{
    fprintf(stderr, "\n    %s: waited %d seconds in vain %s\n", r->t->name, PATIENCE_MS / 1000,
            what);
    CU_FAIL("waited in vain");
}

void rig_await(struct rig *r, size_t arrivals)
{
    int64_t end_ns = wait_end_ns(PATIENCE_MS);
    pthread_mutex_lock(&r->lock);
    while (r->arrivals < arrivals && wait_until(&r->taken, &r->lock, end_ns))
        continue;
    if (r->arrivals < arrivals)
        say_in_vain(r, "for what it was to hand up");
    pthread_mutex_unlock(&r->lock);
}

void rig_want(struct rig *r, const char *unit)
{
    pthread_mutex_lock(&r->lock);
    snprintf(r->wanted, sizeof r->wanted, "%s", unit);
    r->wanted_came = 0;
    pthread_mutex_unlock(&r->lock);
}

size_t rig_wanted(struct rig *r)
{
    pthread_mutex_lock(&r->lock);
    size_t came = r->wanted_came;
    pthread_mutex_unlock(&r->lock);
    return came;
}

void rig_await_wanted(struct rig *r, size_t times)
{
    char what[sizeof r->wanted + 80];
    int64_t end_ns = wait_end_ns(PATIENCE_MS);
    pthread_mutex_lock(&r->lock);
    while (r->wanted_came < times && wait_until(&r->taken, &r->lock, end_ns))
        continue;
    snprintf(what, sizeof what, "for the unit %.60s, which is to come %zu times", r->wanted, times);
    if (r->wanted_came < times)
        say_in_vain(r, what);
    pthread_mutex_unlock(&r->lock);
}

void rig_await_waiting(struct rig *r)
{
    int64_t end_ns = wait_end_ns(PATIENCE_MS);
    pthread_mutex_lock(&r->lock);
    while (!r->waits && wait_until(&r->taken, &r->lock, end_ns))
        continue;
    if (!r->waits)
        say_in_vain(r, "for something to wait at the intake");
    pthread_mutex_unlock(&r->lock);
}

void rig_await_in_vain(struct rig *r, size_t tries)
{
    int64_t end_ns = wait_end_ns(PATIENCE_MS);
    pthread_mutex_lock(&r->lock);
    while (r->fetch_tries < tries && wait_until(&r->taken, &r->lock, end_ns))
        continue;
    if (r->fetch_tries < tries)
        say_in_vain(r, "for its word that it cannot fetch");
    pthread_mutex_unlock(&r->lock);
}

void rig_await_fetched(struct rig *r, size_t times)
{
    int64_t end_ns = wait_end_ns(PATIENCE_MS);
    pthread_mutex_lock(&r->lock);
    while (r->fetched < times && wait_until(&r->taken, &r->lock, end_ns))
        continue;
    if (r->fetched < times)
        say_in_vain(r, "for its word that it has fetched");
    pthread_mutex_unlock(&r->lock);
}

void rig_let_in(struct rig *r)
{
    pthread_mutex_lock(&r->lock);
    r->shut = false;
    pthread_cond_broadcast(&r->taken);
    pthread_mutex_unlock(&r->lock);
}

void rig_join(struct rig *r, pthread_t thread, const char *what)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += PATIENCE_MS / 1000;
#ifdef __SANITIZE_THREAD__ /* gcc 12's sees no thread end in a join by a clock */
    bool has_ended = pthread_join(thread, NULL) == 0;
#else
    bool has_ended = pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &end) == 0;
#endif
    if (has_ended)
        return;
    fprintf(stderr, "\n    %s: waited %d seconds in vain for %s: the suite ends here\n", r->t->name,
            PATIENCE_MS / 1000, what);
    _exit(1); /* the thread has the rig */
}

void rig_stop(struct rig *r)
{
    if (!r->runs)
        return;
    rig_let_in(r);
    r->t->stop(r->state);
    rig_join(r, r->thread, "run() to return after stop()");
    r->runs = false;
}

const char *rig_path(struct rig *r, const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", r->scratch.dir, name);
    return path;
}

void rig_write(struct rig *r, const char *name, const char *text)
{
    int fd = open(rig_path(r, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) != 0)
        abort();
}

const char *rig_read(struct rig *r, const char *name)
{
    static char text[1000];
    int fd = open(rig_path(r, name), O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

bool rig_has(struct rig *r, const char *name)
{
    return access(rig_path(r, name), F_OK) == 0;
}
