/* site_person_keys.c - looks for secret keys of people and of approvers in the folder of a site that has a
 * router: whoever runs the router must not be able to sign for those who decide about it, nor the
 * agreements that it goes by. A key under a passphrase is somebody's in any case; one that lies open is
 * told by whose public key it is. */
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
    const struct approvers *approvers[2]; /* of the bundle in force, and of the first */
    struct arena *arena;
    struct problems *problems;
} looking;

struct owner {
    const char *what;
    struct slice name; /* empty: nobody known */
};

static bool is_of_person(const struct public_key *key, struct owner *out)
{
    *out = (struct owner){ .what = "a person" };
    for (size_t i = 0; i < looking.people->count; i++)
        if (memcmp(looking.people->list[i].key.b, key->b, KEY_BYTES) == 0)
            out->name = looking.people->list[i].name;
    return out->name.n > 0;
}

static bool is_of_approver(const struct public_key *key, struct owner *out)
{
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < looking.approvers[k]->count; i++) {
            const struct approver *one = &looking.approvers[k]->list[i];
            if (memcmp(one->key.b, key->b, KEY_BYTES) == 0) {
                *out = (struct owner){ "an approver", one->name };
                return true;
            }
        }
    return false;
}

static bool is_somebodys(const char *path, struct owner *out)
{
    struct public_key key;
    bool locked = person_key_public(path, &key);
    return (locked || key_file_public(path, &key)) &&
           (is_of_approver(&key, out) || is_of_person(&key, out) || locked);
}

static int look(const char *path, const struct stat *st, int type, struct FTW *at)
{
    struct owner of;
    (void)at;
    if (type != FTW_F || !S_ISREG(st->st_mode) || st->st_size > FILE_MAX || !is_somebodys(path, &of))
        return 0;
    const char *file = arena_text(looking.arena, slice_text(path));
    problems_say(looking.problems, "site.person-key", file ? file : "", 0, 0,
                 "the secret key of %s%s%.*s%s lies in the folder of a site with a router: it belongs "
                 "with that person alone: move it there; if others could read it, make a new one",
                 of.what, of.name.n ? ", '" : "", SHOWN(of.name), of.name.n ? "'," : "");
    return 0;
}

void site_find_person_keys(const struct site *s, struct arena *a, struct problems *p)
{
    if (!s->has_router)
        return;
    looking.people = &s->bundle->people;
    looking.approvers[0] = &s->bundle->approvers;
    looking.approvers[1] = &s->first_by;
    looking.arena = a;
    looking.problems = p;
    (void)nftw(s->folder, look, DEEPEST_OPEN, FTW_PHYS);
}
