/* walks.c - a trace of calls: which function each thread enters, in order.
 *
 * Linked into the program whose files of the walks are compiled with -finstrument-functions.
 * Entries go to the file that WALKS_TRACE names, which is mapped and shared, so that they outlive
 * the process: a thread's number and a function's address, 4 bytes each, little-endian as the
 * machine is. The program is not moved in memory (-no-pie), so an address is a symbol's value.
 * Threads: any. What does not fit is dropped. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ENTRIES_MAX ((size_t)4 * 1024 * 1024)

struct entry {
    uint32_t thread, function;
};

void __cyg_profile_func_enter(void *function, void *from);
void __cyg_profile_func_exit(void *function, void *from);

static struct entry *entries;
static _Atomic size_t next_entry;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("WALKS_TRACE");
    int fd = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        return;
    if (ftruncate(fd, (off_t)(ENTRIES_MAX * sizeof *entries)) == 0) {
        void *at =
            mmap(NULL, ENTRIES_MAX * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        entries = at == MAP_FAILED ? NULL : at;
    }
    close(fd);
}

void __cyg_profile_func_enter(void *function, void *from)
{
    (void)from;
    if (!entries)
        return;
    size_t i = atomic_fetch_add_explicit(&next_entry, 1, memory_order_relaxed);
    if (i < ENTRIES_MAX)
        entries[i] = (struct entry){ (uint32_t)gettid(), (uint32_t)(uintptr_t)function };
}

void __cyg_profile_func_exit(void *function, void *from)
{
    (void)function;
    (void)from;
}
