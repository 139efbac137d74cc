/* unnamed.c - see unnamed.h. */
#include "daemon/unnamed.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "delivery/delivery.h"
#include "host/log.h"
#include "intake/intake.h"

#define NAME_MAX_BYTES 200

static bool has_feed(const struct site *s, const char *name)
{
    for (size_t i = 0; i < s->feed_count; i++)
        if (strcmp(s->feeds[i].name, name) == 0)
            return true;
    return false;
}

static bool has_delivery(const struct site *s, const char *name)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (strcmp(s->deliveries[i].name, name) == 0)
            return true;
    return false;
}

/* "feed-pas-adt.db" with the prefix "feed-": "pas-adt". */
static bool cut_name(const char *file, const char *prefix, char name[NAME_MAX_BYTES])
{
    size_t n = strlen(file), before = strlen(prefix), after = strlen(".db");
    if (n <= before + after || n - before - after >= NAME_MAX_BYTES)
        return false;
    if (strncmp(file, prefix, before) != 0 || strcmp(file + n - after, ".db") != 0)
        return false;
    memcpy(name, file + before, n - before - after);
    name[n - before - after] = '\0';
    return true;
}

/* False: nothing in it is unfinished. */
static bool read_feed(struct unnamed *x)
{
    struct feed_counts n;
    struct err e = { .fate = ERR_NONE };
    if (!feed_counts_read(x->path, &n, &e))
        return true;
    x->waiting = n.waiting;
    x->aside = n.aside;
    return n.waiting + n.aside > 0;
}

static bool read_delivery(struct unnamed *x)
{
    struct delivery_counts n;
    struct err e = { .fate = ERR_NONE };
    if (!delivery_counts_read(x->path, &n, &e))
        return true;
    x->waiting = n.outstanding;
    x->aside = n.parked;
    return n.outstanding > 0;
}

static bool read_file(const struct site *s, const char *file, char name[NAME_MAX_BYTES],
                      struct unnamed *x)
{
    x->name = name;
    if (cut_name(file, "feed-", name)) {
        x->room = "feed";
        return !has_feed(s, name) && read_feed(x);
    }
    if (cut_name(file, "delivery-", name)) {
        x->room = "delivery";
        return !has_delivery(s, name) && read_delivery(x);
    }
    return false;
}

void unnamed_each(const struct site *s, void (*each)(void *ctx, const struct unnamed *x), void *ctx)
{
    char path[4096], name[NAME_MAX_BYTES];
    DIR *dir = opendir(s->state_folder);
    for (const struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        struct unnamed x = { .path = path };
        int n = snprintf(path, sizeof path, "%s/%s", s->state_folder, d->d_name);
        if (n > 0 && (size_t)n < sizeof path && read_file(s, d->d_name, name, &x))
            each(ctx, &x);
    }
    if (dir)
        closedir(dir);
}

const char *unnamed_text(const struct unnamed *x, char text[UNNAMED_TEXT_MAX])
{
    bool is_feed = strcmp(x->room, "feed") == 0;
    if (x->waiting + x->aside == 0)
        (void)snprintf(text, UNNAMED_TEXT_MAX,
                       "%s '%s', and its file in the state folder cannot be "
                       "read: nobody can tell whether something waits there",
                       x->room, x->name);
    else
        (void)snprintf(
            text, UNNAMED_TEXT_MAX,
            "%s '%s', and its file in the state folder still holds "
            "%" PRIu64 " that wait for the %s%s%" PRIu64 " %s: name it again until it is empty",
            x->room, x->name, x->waiting, is_feed ? "bus" : "partner",
            is_feed ? " and " : ", of them ", x->aside, is_feed ? "quarantined" : "parked");
    return text;
}

static void log_one(void *ctx, const struct unnamed *x)
{
    char text[UNNAMED_TEXT_MAX];
    (void)ctx;
    log_line(LOG_ERROR, NULL, "check.unnamed", "site.yaml names no %s", unnamed_text(x, text));
}

void unnamed_log(const struct site *s)
{
    unnamed_each(s, log_one, NULL);
}
