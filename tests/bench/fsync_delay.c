/* fsync_delay.c - LD_PRELOAD: every fsync and fdatasync takes FSYNC_DELAY_US longer, as a slower disk's would. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static int delayed(const char *name, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *us = getenv("FSYNC_DELAY_US");
    struct timespec wait = { 0, us ? strtol(us, NULL, 10) * 1000 : 0 };
    int slack_ns = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 1L); /* a sleep else takes 50 us more than was asked for */
    clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
    prctl(PR_SET_TIMERSLACK, (long)slack_ns); /* the program's own sleeps stay as they are */
    return real(fd);
}

int fsync(int fd)
{
    return delayed("fsync", fd);
}

int fdatasync(int fd)
{
    return delayed("fdatasync", fd);
}
