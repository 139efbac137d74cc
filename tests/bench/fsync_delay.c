/* fsync_delay.c - LD_PRELOAD: a slower disk. FSYNC_LASTS_US: every fsync and fdatasync takes that
 * long in all (or its own time, where that is longer); FSYNC_DELAY_US: that much longer than it
 * would. The real one is done in both cases. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static long microseconds(const char *name)
{
    const char *us = getenv(name);
    return us ? strtol(us, NULL, 10) : 0;
}

static void sleep_until(const struct timespec *end)
{
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 1L); /* a sleep else takes 50 us more than was asked for */
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, end, NULL);
    prctl(PR_SET_TIMERSLACK, (long)slack_ns); /* the program's own sleeps stay as they are */
}

static int delayed(const char *name, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    long lasts_us = microseconds("FSYNC_LASTS_US"), delay_us = microseconds("FSYNC_DELAY_US");
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    int result = real(fd);
    if (delay_us > 0)
        clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += (lasts_us + delay_us) * 1000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    sleep_until(&end);
    return result;
}

int fsync(int fd)
{
    return delayed("fsync", fd);
}

int fdatasync(int fd)
{
    return delayed("fdatasync", fd);
}
