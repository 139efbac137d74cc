/* site_person_keys.c - looks for secret keys of people and of approvers in the folder of a site
 * that has a router, and in its state's: whoever runs the router must not be able to sign for those
 * who decide about it, nor the agreements that it goes by. A key under a passphrase is somebody's
 * in any case, but the one that the site itself shows the bus; one that lies open is told by whose
 * public key it is. Links are followed: what can be reached from there lies there. */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <sys/stat.h>

#include "host/secret_keys.h"
#include "site/site.h"

#define DEEPEST_OPEN 16

/* nftw has no context: a command looks at one site. */
static struct {
    const struct people *people;
    const struct approvers *approvers[3]; /* of the bundle in force, of the first, of who joined */
    struct stat of_bus; /* the file of its key for the bus; all zeros: none under a passphrase */
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
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < looking.approvers[k]->count; i++) {
            const struct approver *one = &looking.approvers[k]->list[i];
            if (memcmp(one->key.b, key->b, KEY_BYTES) == 0) {
                *out = (struct owner){ "an approver", one->name };
                return true;
            }
        }
    return false;
}

static bool is_somebodys(void *ctx, const struct public_key *key)
{
    struct owner *out = ctx;
    *out = (struct owner){ .what = "a person" };
    return !key || is_of_approver(key, out) || is_of_person(key, out);
}

static bool is_of_bus(const struct stat *st)
{
    return st->st_ino == looking.of_bus.st_ino && st->st_dev == looking.of_bus.st_dev;
}

static int look_at_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
    struct owner of;
    (void)at;
    if (type != FTW_F || !S_ISREG(st->st_mode) || is_of_bus(st) ||
        !secret_keys_find(path, is_somebodys, &of))
        return 0;
    const char *file = arena_text(looking.arena, slice_text(path));
    problems_say(
        looking.problems, "site.person-key", file ? file : "", 0, 0,
        "the secret key of %s%s%.*s%s lies in the folder of a site with a router: it belongs "
        "with that person alone: move it there; if others could read it, make a new one",
        of.what, of.name.n ? ", '" : "", SHOWN(of.name), of.name.n ? "'," : "");
    return 0;
}

static bool is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && (path[n] == '/' || !path[n]);
}

void site_find_person_keys(const struct site *s, struct arena *a, struct problems *p)
{
    const struct tls_settings *bus = &s->bus_tls;
    if (!s->has_router)
        return;
    looking.people = &s->bundle->people;
    looking.approvers[0] = &s->bundle->approvers;
    looking.approvers[1] = &s->by.first;
    looking.approvers[2] = &s->by.joined;
    looking.arena = a;
    looking.problems = p;
    if (!bus->key || !bus->passphrase || stat(bus->key, &looking.of_bus) != 0)
        looking.of_bus = (struct stat){ 0 };
    (void)nftw(s->folder, look_at_file, DEEPEST_OPEN, 0);
    if (!is_below(s->state_folder, s->folder))
        (void)nftw(s->state_folder, look_at_file, DEEPEST_OPEN, 0);
}
