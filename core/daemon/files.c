/* files.c - the limit of open files. */
#include "daemon/files.h"

#include <string.h>
#include <sys/resource.h>

#include "site/site_part.h"

/* the bus, router, monitor, admin, bundles, what is opened for a moment */
#define RESERVE 128
#define LEAST 24          /* of a listener whose site names no number */
#define RESERVE_A_PART 16 /* a database has up to five, a folder six */

void files_raise(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur == l.rlim_max)
        return;
    l.rlim_cur = l.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &l);
}

size_t files_reserve(size_t parts)
{
    return RESERVE + RESERVE_A_PART * parts;
}

static uint64_t files_max(void)
{
    struct rlimit l;
    return getrlimit(RLIMIT_NOFILE, &l) == 0 ? (uint64_t)l.rlim_max : UINT64_MAX;
}

/* How many connections the site names for the feed; 0: it names no number. */
static uint64_t connections_named(const struct site_feed *f)
{
    return f->transport->files ? f->transport->files(f->state) : 0;
}

static bool takes_what_there_is(const struct site_feed *f)
{
    return f->transport->may_open && connections_named(f) == 0;
}

/* Whether so many files and the reserve stay below the limit. False when a problem was added. */
static bool files_suffice(const struct site_feed *f, uint64_t wanted, size_t parts,
                          struct problems *p)
{
    const struct node *at = f->transport_at;
    uint64_t most = files_max(), reserve = files_reserve(parts);
    if (wanted == 0 || wanted + reserve <= most)
        return true;
    return problems_say(
        p, "run.files", at->file, at->line, at->column,
        "cannot open %llu files for connections ('connections_max' in sum) and %llu "
        "beside: the hard limit is %llu; raise it (ulimit -Hn, LimitNOFILE)",
        (unsigned long long)wanted, (unsigned long long)reserve, (unsigned long long)most);
}

bool files_fit(const struct site *s, char **only, struct problems *p)
{
    uint64_t sum = 0, sharers = 0;
    size_t parts = s->feed_count + s->delivery_count;
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct site_feed *f = &s->feeds[i];
        if (!site_part_is_wanted(only, "feed", f->name))
            continue;
        sum += connections_named(f);
        if (takes_what_there_is(f))
            sharers++;
        if (!files_suffice(f, sum + sharers * LEAST, parts, p))
            return false;
    }
    if (sharers == 0)
        return true;
    uint64_t share = (files_max() - files_reserve(parts) - sum) / sharers;
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct site_feed *f = &s->feeds[i];
        if (takes_what_there_is(f))
            f->transport->may_open(f->state, (size_t)share);
    }
    return true;
}

void files_check(const struct site *s, struct problems *p, struct problems *warnings)
{
    if (strncmp(s->bus_url, "embedded:", 9) == 0) {
        (void)files_fit(s, NULL, p);
        return;
    }
    bool good = true;
    for (size_t i = 0; i < s->feed_count; i++)
        if (!files_suffice(&s->feeds[i], connections_named(&s->feeds[i]), 1, p))
            good = false;
    if (good)
        (void)files_fit(s, NULL, warnings);
}
