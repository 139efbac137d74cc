/* decide_reload.c - two arenas: one holds the bundle that is decided by, the next is loaded into
 * the other. The loader gives an arena up only when the decider has said that it uses the newer
 * one. */
#include "decide_reload.h"
#include "sharing/load/bundle_load.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct reload {
    pthread_t thread;
    const char *folder;
    const struct catalogue *catalogue;
    struct arena arenas[2];
    _Atomic(const struct bundle *) newest, used;
    _Atomic bool stop;
    size_t switches;
};

static const struct bundle *load(struct reload *r, struct arena *a)
{
    struct problems p = { 0 };
    const struct bundle *b = bundle_load(a, r->folder, r->catalogue, &p);
    problems_release(&p);
    return b;
}

static void *run(void *argument)
{
    struct reload *r = argument;
    for (size_t n = 1; !atomic_load(&r->stop); n++) {
        struct arena *a = &r->arenas[n % 2];
        arena_reset(a);
        const struct bundle *b = load(r, a);
        if (!b)
            break;
        atomic_store(&r->newest, b);
        r->switches++;
        while (atomic_load(&r->used) != b && !atomic_load(&r->stop))
            sched_yield();
    }
    return NULL;
}

struct reload *reload_start(const char *folder, const struct catalogue *c)
{
    struct reload *r = mem_alloc(sizeof *r);
    if (!r)
        return NULL;
    r->folder = folder;
    r->catalogue = c;
    for (int i = 0; i < 2; i++)
        arena_init(&r->arenas[i], (size_t)1 << 30);
    const struct bundle *b = load(r, &r->arenas[0]);
    atomic_store(&r->newest, b);
    if (b && pthread_create(&r->thread, NULL, run, r) == 0)
        return r;
    arena_release(&r->arenas[0]);
    mem_free(r);
    return NULL;
}

const struct bundle *reload_now(struct reload *r)
{
    const struct bundle *b = atomic_load(&r->newest);
    atomic_store(&r->used, b);
    return b;
}

size_t reload_stop(struct reload *r)
{
    size_t switches;
    atomic_store(&r->stop, true);
    (void)pthread_join(r->thread, NULL);
    switches = r->switches;
    for (int i = 0; i < 2; i++)
        arena_release(&r->arenas[i]);
    mem_free(r);
    return switches;
}
