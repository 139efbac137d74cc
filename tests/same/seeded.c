/* seeded.c - preloaded into a program under test: its wall clock and its random bytes are the
 * test's.
 *
 * SEEDED_CLOCK is a file of eight bytes, the milliseconds since 1970 that CLOCK_REALTIME stands at
 * until the test writes others; SEEDED_SEED begins the bytes of RAND_bytes, one stream a process.
 * The monotonic clock, and with it every wait, goes on as ever. Each of the two is asked for in one
 * place of the product (base/clock.c, host/crypto.c), so that nothing of it needs a switch for
 * this. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static uint64_t state;

/* splitmix64: good enough to be different each time. */
static uint64_t next(void)
{
    if (state == 0)
        state = strtoull(getenv("SEEDED_SEED"), NULL, 10) | 1;
    state += 0x9e3779b97f4a7c15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int RAND_bytes(unsigned char *out, int n);
int RAND_bytes(unsigned char *out, int n)
{
    pthread_mutex_lock(&turn);
    for (int i = 0; i < n; i++)
        out[i] = (unsigned char)(next() >> 32);
    pthread_mutex_unlock(&turn);
    return 1;
}

static const volatile int64_t *now_ms(void)
{
    static const volatile int64_t *shown;
    pthread_mutex_lock(&turn);
    if (!shown) {
        int fd = open(getenv("SEEDED_CLOCK"), O_RDONLY | O_CLOEXEC);
        void *at = mmap(NULL, sizeof *shown, PROT_READ, MAP_SHARED, fd, 0);
        if (fd < 0 || at == MAP_FAILED)
            abort();
        close(fd);
        shown = at;
    }
    pthread_mutex_unlock(&turn);
    return shown;
}

int clock_gettime(clockid_t which, struct timespec *out)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    if (which != CLOCK_REALTIME)
        return real(which, out);
    int64_t ms = *now_ms();
    *out = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    return 0;
}
