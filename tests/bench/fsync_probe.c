/* fsync_probe.c - the device's own fsync: 300 appends of 4 KiB, each with fdatasync; prints "p50_us
 * N". */
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TRIES 300

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static char block[4096];
    int64_t took[TRIES];
    int fd = argc == 2 ? open(argv[1], O_CREAT | O_WRONLY | O_TRUNC, 0600) : -1;
    if (fd < 0)
        return 2;
    for (int i = 0; i < TRIES; i++) {
        int64_t start = clock_mono_ns();
        if (write(fd, block, sizeof block) != sizeof block || fdatasync(fd) != 0)
            return 1;
        took[i] = clock_mono_ns() - start;
    }
    unlink(argv[1]);
    qsort(took, TRIES, sizeof *took, by_value);
    printf("p50_us %lld\n", (long long)took[TRIES / 2] / 1000);
    return 0;
}
