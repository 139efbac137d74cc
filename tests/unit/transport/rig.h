/* rig.h - a transport set up from its own option table, run in a thread, with an intake that
 * notes.
 *
 * Each wait has an end, half a minute away: what does not come until then fails the case with a
 * sentence, and a thread that does not end ends the suite with one. */
#ifndef TEST_TRANSPORT_RIG_H
#define TEST_TRANSPORT_RIG_H

#include <pthread.h>
#include <string.h>

#include "../host/scratch.h"
#include "contract/transport.h"

struct rig {
    const struct transport *t;
    void *state;
    pthread_t thread;
    bool is_open, runs, ran_well;
    struct err e;
    struct scratch scratch;
    pthread_mutex_t lock;
    pthread_cond_t taken;
    /* what the intake answers: fates in turn, the last one for ever */
    enum answer_fate fates[4];
    struct slice reply;
    const struct err *why; /* of what is not kept */
    bool shut;             /* what is handed up waits until it is not */
    bool waits;            /* something does, or did */
    bool dies;             /* this process is killed by what is handed up */
    /* where it goes on: what run() is given, then what was kept last; both alone are counted */
    char cursor[CURSOR_MAX + 1];
    size_t moves;
    /* what it last said of fetching, and how often it said so; code empty: it can */
    char fetch_code[64], fetch_text[200];
    int64_t fetch_again_ms;
    size_t fetch_tries, fetched;
    /* a unit that is looked out for, and how often it came */
    char wanted[512];
    size_t wanted_came;
    /* what it has seen */
    size_t arrivals;
    char names[256], bytes[256]; /* of all, each followed by a blank */
};

/* State allocated, options at their fallbacks, a folder made. */
void rig_init(struct rig *r, const struct transport *t);
void rig_done(struct rig *r);
/* key: an option, or "group.option". */
void rig_set(struct rig *r, const char *key, const char *value);
/* NULL-terminated; borrowed. */
void rig_set_list(struct rig *r, const char *key, const char **values);
bool rig_open(struct rig *r);
/* What notes; run() of rig_start has the same, with the cursor. */
struct intake rig_intake(struct rig *r);
void rig_start(struct rig *r);
/* Until the intake has had so many arrivals. */
void rig_await(struct rig *r, size_t arrivals);
/* From now on that unit is counted. */
void rig_want(struct rig *r, const char *unit);
size_t rig_wanted(struct rig *r);
void rig_await_wanted(struct rig *r, size_t times);
/* Until it has said so often that it cannot fetch; and that it can. */
void rig_await_in_vain(struct rig *r, size_t tries);
void rig_await_fetched(struct rig *r, size_t times);
void rig_stop(struct rig *r);
/* Until that thread, which has the rig, has ended. what: for a sentence, "run() to return". */
void rig_join(struct rig *r, pthread_t thread, const char *what);
/* Until something waits at the intake that is shut. */
void rig_await_waiting(struct rig *r);
/* Opens it. */
void rig_let_in(struct rig *r);

/* Files below the rig's folder. */
void rig_write(struct rig *r, const char *name, const char *text);
/* "" when it is not there; valid until the next call. */
const char *rig_read(struct rig *r, const char *name);
bool rig_has(struct rig *r, const char *name);
const char *rig_path(struct rig *r, const char *name);

#endif
