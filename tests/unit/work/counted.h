/* counted.h - put before each source that is counted: what the library's own loops look at counts
 * too.
 *
 * The sources are compiled once more for these tests, with a call at each basic block (the
 * compiler's -fsanitize-coverage=trace-pc) and with these in the place of the functions whose loops
 * it cannot see. The product carries none of it. */
#ifndef CONCORDAT_TESTS_WORK_COUNTED_H
#define CONCORDAT_TESTS_WORK_COUNTED_H

#include <stdint.h>
#include <string.h>

extern _Thread_local uint64_t work_done; /* by this thread */

#define UNCOUNTED __attribute__((unused)) static inline

UNCOUNTED void *work_memchr(const void *p, int c, size_t n)
{
    const uint8_t *hit = memchr(p, c, n);
    work_done += hit ? (size_t)(hit - (const uint8_t *)p) + 1 : n;
    return (void *)(uintptr_t)hit;
}

UNCOUNTED void *work_memmem(const void *p, size_t n, const void *what, size_t m)
{
    const uint8_t *hit = memmem(p, n, what, m);
    work_done += hit ? (size_t)(hit - (const uint8_t *)p) + m : n;
    return (void *)(uintptr_t)hit;
}

UNCOUNTED int work_memcmp(const void *a, const void *b, size_t n)
{
    work_done += n;
    return memcmp(a, b, n);
}

UNCOUNTED void *work_memcpy(void *to, const void *from, size_t n)
{
    work_done += n;
    return memcpy(to, from, n);
}

UNCOUNTED void *work_memmove(void *to, const void *from, size_t n)
{
    work_done += n;
    return memmove(to, from, n);
}

UNCOUNTED void *work_memset(void *to, int c, size_t n)
{
    work_done += n;
    return memset(to, c, n);
}

UNCOUNTED size_t work_strlen(const char *s)
{
    size_t n = strlen(s);
    work_done += n;
    return n;
}

#define memchr work_memchr
#define memmem work_memmem
#define memcmp work_memcmp
#define memcpy work_memcpy
#define memmove work_memmove
#define memset work_memset
#define strlen work_strlen

#endif
