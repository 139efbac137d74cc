/* bus_name.c - the names of topics and workers. */
#include <string.h>

#include "bus/backend.h"

#define NAME_MAX_BYTES 200 /* Kafka's own limit is 249, prefix included */

bool bus_name_is_one(const char *name)
{
    static const char *const allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strlen(name);
    return n > 0 && n <= NAME_MAX_BYTES && strspn(name, allowed) == n;
}

size_t bus_name_group_length(const char *id)
{
    const char *dash = strrchr(id, '-');
    if (!dash || dash == id)
        return strlen(id);
    size_t digits = strspn(dash + 1, "0123456789");
    bool is_numbered = digits > 0 && dash[1 + digits] == '\0';
    return is_numbered ? (size_t)(dash - id) : strlen(id);
}
