/* person_keys.c - looks for people's secret keys in the folder of a site that has a router: whoever
 * runs the router must not be able to sign for those who decide about it. */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <sys/stat.h>

#include "host/person_key.h"
#include "site/site.h"

#define FILE_MAX 8192
#define DEEPEST_OPEN 16

/* nftw has no context: a command looks at one site. */
static struct {
    const struct people *people;
    struct arena *arena;
    struct problems *problems;
} looking;

static bool is_a_persons(const char *path, struct public_key *of)
{
    if (person_key_public(path, of))
        return true;
    if (!key_file_public(path, of))
        return false;
    for (size_t i = 0; i < looking.people->count; i++)
        if (memcmp(looking.people->list[i].key.b, of->b, KEY_BYTES) == 0)
            return true;
    return false;
}

static const struct named *whose(const struct public_key *key)
{
    for (size_t i = 0; i < looking.people->count; i++)
        if (memcmp(looking.people->list[i].key.b, key->b, KEY_BYTES) == 0)
            return &looking.people->list[i];
    return NULL;
}

static int look(const char *path, const struct stat *st, int type, struct FTW *at)
{
    struct public_key key;
    (void)at;
    if (type != FTW_F || !S_ISREG(st->st_mode) || st->st_size > FILE_MAX ||
        !is_a_persons(path, &key))
        return 0;
    const struct named *who = whose(&key);
    const char *file = arena_text(looking.arena, slice_text(path));
    problems_say(looking.problems, "site.person-key", file ? file : "", 0, 0,
                 "the secret key of a person%s%.*s%s lies in the folder of a site with a router: it "
                 "belongs with that person alone",
                 who ? ", '" : "", who ? (int)who->name.n : 0,
                 who ? (const char *)who->name.p : "", who ? "'," : "");
    return 0;
}

void site_find_person_keys(const struct site *s, struct arena *a, struct problems *p)
{
    if (!s->has_router)
        return;
    looking.people = &s->bundle->people;
    looking.arena = a;
    looking.problems = p;
    (void)nftw(s->folder, look, DEEPEST_OPEN, FTW_PHYS);
}
