/* unnamed.c - see unnamed.h. */
#include "daemon/unnamed.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "delivery/delivery.h"
#include "host/log.h"
#include "intake/intake.h"
#include "site/site_part.h"

static bool has_feed(const struct site *s, struct slice name)
{
    for (size_t i = 0; i < s->feed_count; i++)
        if (slice_equal_text(name, s->feeds[i].name))
            return true;
    return false;
}

static bool has_delivery(const struct site *s, struct slice name)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (slice_equal_text(name, s->deliveries[i].name))
            return true;
    return false;
}

/* False: nothing in it is unfinished. */
static bool count_feed(struct unnamed *x)
{
    struct feed_counts n;
    struct err e = { .fate = ERR_NONE };
    if (!feed_counts_read(x->path, &n, &e))
        return true;
    x->waiting = n.waiting;
    x->aside = n.aside;
    return n.waiting + n.aside > 0;
}

static bool count_delivery(struct unnamed *x)
{
    struct delivery_counts n;
    struct err e = { .fate = ERR_NONE };
    if (!delivery_counts_read(x->path, &n, &e))
        return true;
    x->waiting = n.outstanding;
    x->aside = n.parked;
    return n.outstanding > 0;
}

static bool is_feed(const struct unnamed *x)
{
    return strcmp(x->room, "feed") == 0;
}

/* Whether site.yaml lacks the part, and its file holds something unfinished or cannot be read. */
static bool is_left_behind(const struct site *s, struct unnamed *x)
{
    if (is_feed(x))
        return !has_feed(s, x->name) && count_feed(x);
    return !has_delivery(s, x->name) && count_delivery(x);
}

void unnamed_each(const struct site *s, void (*each)(void *ctx, const struct unnamed *x), void *ctx)
{
    char path[4096];
    DIR *dir = opendir(s->state_folder);
    while (dir) {
        const struct dirent *d = readdir(dir);
        if (!d)
            break;
        struct unnamed x = { .path = path };
        if (!site_part_of_file(slice_text(d->d_name), &x.room, &x.name))
            continue;
        int n = snprintf(path, sizeof path, "%s/%s", s->state_folder, d->d_name);
        bool is_cut_off = n < 0 || (size_t)n >= sizeof path;
        if (!is_cut_off && is_left_behind(s, &x))
            each(ctx, &x);
    }
    if (dir)
        (void)closedir(dir);
}

const char *unnamed_text(const struct unnamed *x, char text[UNNAMED_TEXT_MAX])
{
    const char *whom = "partner", *between = ", of them ", *how = "parked";
    if (is_feed(x)) {
        whom = "bus";
        between = " and ";
        how = "quarantined";
    }
    if (x->waiting + x->aside == 0)
        (void)snprintf(text, UNNAMED_TEXT_MAX,
                       "%s '%.*s', and its file in the state folder cannot be "
                       "read: nobody can tell whether something waits there",
                       x->room, (int)x->name.n, (const char *)x->name.p);
    else
        (void)snprintf(text, UNNAMED_TEXT_MAX,
                       "%s '%.*s', and its file in the state folder still holds "
                       "%" PRIu64 " that wait for the %s%s%" PRIu64
                       " %s: name it again until it is empty",
                       x->room, (int)x->name.n, (const char *)x->name.p, x->waiting, whom, between,
                       x->aside, how);
    return text;
}

static void log_unnamed(void *ctx, const struct unnamed *x)
{
    char text[UNNAMED_TEXT_MAX];
    (void)ctx;
    log_line(LOG_ERROR, NULL, "check.unnamed", "site.yaml names no %s", unnamed_text(x, text));
}

void unnamed_log(const struct site *s)
{
    unnamed_each(s, log_unnamed, NULL);
}
