/* folder_old.c - what was taken long ago is deleted from done/, where the site says so.
 *
 * A file is as old as its move into done/ (its ctime). What was refused stays: a person has to
 * look. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/log.h"
#include "transport/folder_state.h"

#define LOOK_NS ((int64_t)3600 * 1000000000)
#define AT_ONCE 1000 /* the others when it looks again */
#define NS_PER_MS 1000000

static const struct log_who who = { "transport", "folder" };

static bool is_old(const struct folder *s, const char *name, int64_t now_ms)
{
    struct stat st;
    if (fstatat(s->done, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return false;
    int64_t moved_ms = (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / NS_PER_MS;
    return now_ms - moved_ms > s->done_age_ms;
}

size_t folder_let_go(struct folder *s, int64_t now_ms)
{
    int fd = openat(s->done, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    size_t gone = 0;
    if (!d) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    for (const struct dirent *entry = readdir(d); entry && gone < AT_ONCE; entry = readdir(d)) {
        bool goes = is_old(s, entry->d_name, now_ms);
        if (goes && unlinkat(s->done, entry->d_name, 0) == 0)
            gone++;
    }
    closedir(d);
    if (gone > 0)
        log_line(LOG_INFO, &who, "folder.old",
                 "%zu files that were taken more than %" PRId64 " hours ago are deleted from done/",
                 gone, s->done_age_ms / 3600000);
    return gone;
}

void folder_let_old_go(struct folder *s)
{
    int64_t now_ns = clock_mono_ns();
    if (s->done_age_ms == 0 || (s->let_go_ns && now_ns - s->let_go_ns < LOOK_NS))
        return;
    s->let_go_ns = folder_let_go(s, clock_wall_ms()) == AT_ONCE ? 0 : now_ns;
}
