/* bundles.c - reading, approving, packing and keeping bundles. */
#include "site/bundles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/temp_file.h"
#include "host/strict.h"
#include "sharing/change/pack_approve.h"
#include "sharing/load/bundle_load.h"

/* ---- reading and trusting ---- */

struct edition *bundles_read(struct arena *a, struct slice bytes, const char *label,
                             const struct catalogue *c, struct problems *p)
{
    struct pack *pack = ARENA_NEW(a, struct pack);
    struct edition *g = ARENA_NEW(a, struct edition);
    struct err e = { 0 };
    bool good = pack && g ? pack_read(a, bytes, pack, &e) : err_memory(&e);
    good = good && pack_has_schemas(pack, c, &e);
    if (!good && e.fate != ERR_REJECT) {
        problems_add(p, &e); /* nothing is wrong with the bundle */
        return NULL;
    }
    if (!good) {
        (void)problems_say(p, e.code, label, 0, 0, "%s", e.text);
        return NULL;
    }
    const struct bundle_source source = pack_source(pack, label);
    g->bundle = bundle_load_from(a, &source, c, p);
    if (!g->bundle)
        return NULL;
    if (!slice_equal(g->bundle->region, pack->region)) {
        (void)problems_say(p, "pack.region", label, 2, 1,
                           "the bundle is of another region than this site's region.yaml");
        return NULL;
    }
    g->number = pack->number;
    g->from_ms = pack->from_ms;
    g->pack = pack;
    return g;
}

static bool has_person(const struct bundle *b, struct slice agency, const struct named *like)
{
    const struct named *same = people_named(&b->people, like->name);
    if (!same || !slice_equal(b->agencies[same->agency].name, agency))
        return false;
    return same->roles == like->roles && same->until_ms == like->until_ms &&
           memcmp(same->key.b, like->key.b, KEY_BYTES) == 0;
}

/* Each person of `of` who is not the same in `in` (NULL: no bundle) is for their agency to say. */
static bool people_stand(const struct bundle *of, const struct bundle *in, bool is_next,
                         const struct speakers *s, const struct pack *p, struct err *e)
{
    for (size_t i = 0; i < of->people.count; i++) {
        const struct named *one = &of->people.list[i];
        char what[100];
        const struct spoken_of x = { what, one->name, of->agencies[one->agency].name,
                                     is_next ? one->line : 0 };
        (void)snprintf(what, sizeof what, "'%.*s' of its people", SHOWN(one->name));
        if (in && has_person(in, x.agency, one))
            continue;
        if (!pack_agency_speaks(s, &x, p, e))
            return false;
    }
    return true;
}

/* Where people are named, acts are signed; a region never goes back to typed names. */
static bool keeps_people(const struct bundle *before, const struct edition *next, struct err *e)
{
    bool named_before = before && before->people.count;
    if (named_before && !next->bundle->people.count)
        return err_set(e, ERR_REJECT, "bundle.people", 0,
                       "cannot take bundle %" PRIu64
                       ": it names no people, and the one before does: "
                       "a typed name would be enough again",
                       next->number);
    return true;
}

/* An agency decides who may act for it, as it decides who approves for it. before NULL: there is
 * none. */
static bool people_follow(const struct bundle *before, const struct speakers *s,
                          const struct edition *next, struct err *e)
{
    if (!people_stand(next->bundle, before, true, s, next->pack, e))
        return false;
    return !before || people_stand(before, next->bundle, false, s, next->pack, e);
}

/* An approver of an earlier bundle who is none any more: the host's file may have them still. */
static bool has_left(const struct edition *before, const struct approver *one)
{
    for (const struct edition *g = before; g; g = g->earlier)
        for (size_t i = 0; i < g->bundle->approvers.count; i++)
            if (memcmp(g->bundle->approvers.list[i].key.b, one->key.b, KEY_BYTES) == 0)
                return true;
    return false;
}

/* Whom agencies that before has no approver of have named to this host. */
static bool find_first(struct arena *a, const struct bundles_trust *t, const struct edition *before,
                       struct approvers *out, struct err *e)
{
    size_t n = t->joined ? t->joined->count : 0;
    struct approver *list = ARENA_ARRAY(a, n + 1, struct approver);
    if (!list)
        return err_memory(e);
    *out = (struct approvers){ .list = list };
    for (size_t i = 0; i < n; i++)
        if (!has_left(before, &t->joined->list[i]))
            list[out->count++] = t->joined->list[i];
    return true;
}

/* Whether each agency itself has said what next says of who approves and acts for it. */
static bool agencies_speak(struct arena *a, const struct bundles_trust *t,
                           const struct edition *before, const struct edition *next, struct err *e)
{
    const struct bundle *was = before ? before->bundle : NULL;
    struct approvers first;
    struct speakers s = { was ? &was->approvers : t->first_by, NULL };
    if (was && t->at_ms != BUNDLES_TAKEN) {
        if (!find_first(a, t, before, &first, e))
            return false;
        s.host = &first;
    }
    if (!pack_approvers_follow(&s, &next->bundle->approvers, next->pack, e))
        return false;
    return people_follow(was, &s, next, e);
}

/* A bundle that people who may extend have signed extends, and does nothing else. */
static bool extension_signed(const struct bundles_trust *t, const struct edition *before,
                             const struct edition *next, const struct edition *place, struct err *e)
{
    if (!pack_only_extends(place->pack, place->bundle, next->pack, next->bundle))
        return err_set(e, ERR_REJECT, "pack.extension", 0,
                       "cannot take bundle %" PRIu64 ": who may extend has signed it, and it does "
                       "more than extend",
                       next->number);
    return pack_extension_signed(next->pack, before->bundle, t->at_ms, e);
}

/* Signed by the approvers of the bundle before; one that only stops or extends by people who may
 * do that. */
static bool is_signed(const struct bundles_trust *t, const struct edition *before,
                      const struct edition *next, const struct edition *place, bool widens,
                      struct err *e)
{
    const struct approving by = { before ? &before->bundle->approvers : t->first_by,
                                  &next->bundle->approvers };
    if (!before || !place)
        return pack_approved(next->pack, &by, widens, e);
    bool is_stop = !widens && pack_only_stops(place->pack, next->pack);
    if (is_stop)
        return pack_stop_signed(next->pack, before->bundle, t->at_ms, e);
    if (pack_extension_tried(next->pack, before->bundle))
        return extension_signed(t, before, next, place, e);
    return pack_approved(next->pack, &by, widens, e);
}

/* One of form 1 that is kept, or the first: no agency was asked when it was taken. One that is
 * ordered is no better for its form. */
static bool is_settled_before(const struct bundles_trust *t, const struct edition *before,
                              const struct edition *next)
{
    return next->pack->form != PACK_FORM_SIGNED && (!before || t->at_ms == BUNDLES_TAKEN);
}

static bool bundle_approved(const struct bundles_trust *t, const struct edition *before,
                            const struct edition *next, const struct edition *place, struct err *e)
{
    struct arena a;
    const struct widening *w = NULL;
    const struct bundle *was = before ? before->bundle : NULL;
    if (t->demo)
        return true;
    if (!keeps_people(was, next, e))
        return false;
    arena_init(&a, SOURCE_BYTES_MAX * 8);
    const struct pack *was_packed = before ? before->pack : NULL;
    bool good = pack_widens(&a, next->bundle->catalogue, was_packed, next->pack, &w, e);
    bool widens = w != NULL;
    widens = widens || (was && pack_approvals_widen(was, next->bundle));
    if (good && widens && !next->pack->widens)
        good = err_set(e, ERR_REJECT, "pack.widens", 0,
                       "cannot take the bundle: it says that it does not widen, and it may");
    good = good && is_signed(t, before, next, place, widens, e);
    if (good && !is_settled_before(t, before, next))
        good = agencies_speak(&a, t, before, next, e);
    arena_release(&a);
    return good;
}

/* Whether the agreement or extension of that hash is in force by a bundle whose files said who
 * approves. */
static bool is_settled(const void *ctx, const uint8_t what[HASH_BYTES])
{
    const struct bundle *b = ctx;
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        if (g->approved && hash_equal(g->hash, what))
            return true;
        if (g->extension.n && hash_equal(g->extension_hash, what))
            return true;
    }
    return false;
}

static bool was_settled(const struct edition *before)
{
    return before && before->pack->form != PACK_FORM_SIGNED && before->pack->signature_count > 0;
}

bool bundles_are_new(const struct bundles_trust *t, const struct edition *g, struct err *e)
{
    if (t->demo || g->pack->form == PACK_FORM_SIGNED)
        return true;
    return err_set(e, ERR_REJECT, "pack.old", 0,
                   "cannot take bundle %" PRIu64 ": an older program made it, without approvals of "
                   "its agreements: pack it anew",
                   g->number);
}

/* Checks the approvals of next, agreement by agreement. */
static bool approvals_are_good(const struct bundles_trust *t, const struct edition *before,
                               const struct edition *next, struct err *e)
{
    const struct approvals_base base = { .before = before ? before->pack : NULL,
                                         .by = before ? &before->bundle->approvers : t->first_by,
                                         .own = &next->bundle->approvers,
                                         .settled = was_settled(before) ? is_settled : NULL,
                                         .was = before ? before->bundle : NULL,
                                         .now = next->bundle,
                                         .at_ms = t->at_ms,
                                         .ctx = before ? before->bundle : NULL };
    if (t->demo)
        return true;
    bool was_new = before && before->pack->form == PACK_FORM_SIGNED;
    if (was_new && !bundles_are_new(t, next, e))
        return false;
    return pack_approvals_follow(&base, next->pack, e);
}

/* The edition whose place next takes: from `before` backwards, the last that begins no later than
 * next. Later ones never come into force, so that a planned bundle does not delay a stop. */
static const struct edition *whose_place(const struct edition *before, const struct edition *next)
{
    while (before && before->from_ms > next->from_ms)
        before = before->earlier;
    return before;
}

bool bundles_follows(const struct bundles_trust *t, const struct edition *before,
                     const struct edition *next, struct err *e)
{
    const struct edition *place = whose_place(before, next);
    if (before && !slice_equal(next->bundle->region, before->bundle->region))
        return err_set(e, ERR_REJECT, "bundle.region", 0,
                       "cannot take bundle %" PRIu64 ": it is of another region", next->number);
    if (before && next->number <= before->number)
        return err_set(e, ERR_REJECT, "bundle.number", 0,
                       "cannot take bundle %" PRIu64 ": bundle %" PRIu64 " is there already",
                       next->number, before->number);
    bool follows = !before || (next->pack->has_previous &&
                               hash_equal(next->pack->previous, before->bundle->hash));
    if (!follows)
        return err_set(e, ERR_REJECT, "bundle.previous", 0,
                       "cannot take bundle %" PRIu64 ": it was made to follow another bundle than "
                       "%" PRIu64 ", which is the last",
                       next->number, before->number);
    if (before && !place)
        return err_set(e, ERR_REJECT, "bundle.from", 0,
                       "cannot take bundle %" PRIu64 ": it would begin before all that it follows",
                       next->number);
    if (!bundle_approved(t, before, next, place, e))
        return false;
    if (place != before && !bundle_approved(t, place, next, place, e))
        return false;
    return approvals_are_good(t, before, next, e);
}

/* ---- keeping ---- */

static int by_bundle_number(const void *x, const void *y)
{
    const struct kept_bundle *a = x, *b = y;
    return (a->number > b->number) - (a->number < b->number);
}

bool bundles_list(struct arena *a, const char *folder, const struct kept_bundle **out, size_t *n,
                  struct err *e)
{
    struct kept_bundle *list = NULL;
    size_t room = 0, count = 0;
    bool good = true;
    DIR *dir = opendir(folder);
    if (!dir && errno != ENOENT)
        return err_errno(e, ERR_FATAL, "bundle.list", errno, "cannot read the folder", folder);
    for (struct dirent *d = dir ? readdir(dir) : NULL; d && good; d = readdir(dir)) {
        struct slice name = slice_text(d->d_name);
        uint64_t number = 0;
        if (!slice_ends(name, SLICE(".bundle")) ||
            !slice_to_u64(slice_head(name, name.n - 7), &number))
            continue;
        struct kept_bundle *grown = arena_grow(a, list, &room, count, sizeof *grown);
        const char *path = arena_format(a, "%s/%s", folder, d->d_name);
        good = (grown && path) || err_memory(e);
        if (!good)
            break;
        list = grown;
        list[count++] = (struct kept_bundle){ number, path };
    }
    if (dir)
        (void)closedir(dir);
    if (count)
        qsort(list, count, sizeof *list, by_bundle_number);
    *out = list;
    *n = count;
    return good;
}

bool bundles_read_pack(struct arena *a, const char *path, struct pack *out, struct slice *bytes,
                       struct err *e)
{
    return tree_read_file(a, path, SOURCE_BYTES_MAX, bytes, e) && pack_read(a, *bytes, out, e);
}

/* Another process may have put it there before us: then it must be the same. */
static bool is_kept_already(const char *path, const struct edition *g, struct err *e)
{
    struct arena a;
    struct pack kept;
    struct slice bytes;
    arena_init(&a, SOURCE_BYTES_MAX * 2);
    bool good = bundles_read_pack(&a, path, &kept, &bytes, e);
    if (good && !hash_equal(kept.hash, g->bundle->hash))
        good = err_set(e, ERR_REJECT, "bundle.number", 0,
                       "cannot keep bundle %" PRIu64 ": '%s' is another one", g->number, path);
    arena_release(&a);
    return good;
}

/* Written aside, synced, then linked to its name, which must not be there yet. */
static bool put_file(const char *temp, const char *path, struct slice bytes, bool *exists,
                     struct err *e)
{
    int fd = temp_file_open(AT_FDCWD, temp, 0600);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "bundle.keep", errno, "cannot make", temp);
    bool good = temp_file_write(fd, bytes) && fsync(fd) == 0;
    int number = errno;
    if (good && link(temp, path) != 0) {
        number = errno;
        *exists = number == EEXIST;
        good = *exists;
    }
    (void)unlink(temp);
    (void)close(fd); /* synced before */
    return good || err_errno(e, ERR_FATAL, "bundle.keep", number, "cannot write", path);
}

/* Its names are on disk too. */
static bool sync_folder(const char *folder, struct err *e)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good)
        (void)err_errno(e, ERR_FATAL, "bundle.keep", errno, "cannot sync the folder", folder);
    if (fd >= 0)
        (void)close(fd);
    return good;
}

/* ".NUMBER.PROCESS", as bundles_keep names them. */
static bool is_temp_bundle(const void *ctx, const char *name)
{
    struct slice text = slice_text(name);
    uint64_t number = 0, process = 0;
    (void)ctx;
    if (text.n == 0 || text.p[0] != '.')
        return false;
    struct slice rest = slice_from(text, 1);
    size_t dot = slice_find(rest, '.');
    return slice_to_u64(slice_head(rest, dot), &number) &&
           slice_to_u64(slice_from(rest, dot + 1), &process);
}

void bundles_tidy(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)temp_file_sweep(fd, is_temp_bundle, NULL);
    (void)close(fd);
}

bool bundles_keep(const char *folder, const struct edition *g, struct err *e)
{
    struct arena a;
    bool exists = false;
    arena_init(&a, 1 << 16);
    const char *path = arena_format(&a, "%s/%06" PRIu64 ".bundle", folder, g->number);
    const char *temp = arena_format(&a, "%s/.%06" PRIu64 ".%d", folder, g->number, (int)getpid());
    bool good = (path && temp) || err_memory(e);
    if (good && mkdir(folder, 0700) != 0 && errno != EEXIST)
        good = err_errno(e, ERR_FATAL, "bundle.keep", errno, "cannot make", folder);
    good = good && put_file(temp, path, g->pack->file, &exists, e);
    good = good && sync_folder(folder, e);
    if (good && exists)
        good = is_kept_already(path, g, e);
    arena_release(&a);
    return good;
}

/* ---- packing ---- */

static bool read_region_name(struct arena *a, const struct pack *p, struct slice *out,
                             struct err *e)
{
    const struct pack_file *f = pack_file_named(p, "region.yaml");
    struct node *root = NULL;
    if (!f)
        return err_set(e, ERR_REJECT, "pack.region", 0, "cannot pack without a region.yaml");
    if (!tree_yaml(a, f->bytes, "region.yaml", &root, e))
        return false;
    *out = strict_text(root, "region");
    return out->n > 0 ||
           err_set(e, ERR_REJECT, "pack.region", 0, "cannot pack: region.yaml names no region");
}

/* The bundle of a pack's files; NULL when they do not load, which is told elsewhere. */
static const struct bundle *load_for_looking(struct arena *a, const struct pack *p,
                                             const struct catalogue *c)
{
    const struct bundle_source source = pack_source(p, "the bundle");
    struct problems ignored = { .count = 0 };
    const struct bundle *b = c ? bundle_load_from(a, &source, c, &ignored) : NULL;
    problems_release(&ignored);
    return b;
}

static bool is_still_meant(const struct bundle *after, const uint8_t what[HASH_BYTES])
{
    for (size_t i = 0; i < after->agreement_count; i++)
        if (hash_equal(after->agreements[i].hash, what) ||
            hash_equal(after->agreements[i].extension_hash, what))
            return true;
    return false;
}

static bool inherit_approval(struct signed_approval *out, const char *file,
                             const uint8_t what[HASH_BYTES])
{
    *out = (struct signed_approval){ .inherited = true, .file = slice_text(file) };
    memcpy(out->what, what, HASH_BYTES);
    return true;
}

/* Takes over the approvals of agreements that have not changed since the bundle before. */
static bool carry_approvals(struct arena *a, struct pack *p, const struct bundles_draft *d,
                            struct err *e)
{
    const struct bundle *after = load_for_looking(a, p, d->catalogue);
    const struct bundle *before = d->before ? load_for_looking(a, d->before, d->catalogue) : NULL;
    if (!after || !before)
        return true;
    size_t room = d->before->approvals.count + 2 * before->agreement_count, n = 0;
    struct signed_approval *list = ARENA_ARRAY(a, room + 1, struct signed_approval);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < d->before->approvals.count; i++)
        if (is_still_meant(after, d->before->approvals.list[i].what))
            list[n++] = d->before->approvals.list[i];
    const struct edition was = { .bundle = before, .pack = d->before };
    for (size_t i = 0; was_settled(&was) && i < before->agreement_count; i++) {
        const struct agreement *g = &before->agreements[i];
        if (g->approved && is_still_meant(after, g->hash))
            n += inherit_approval(&list[n], pack_name_of(g->file), g->hash);
        if (g->extension.n && is_still_meant(after, g->extension_hash))
            n += inherit_approval(&list[n], pack_name_of(g->file), g->extension_hash);
    }
    p->approvals = (struct signed_approvals){ list, n };
    return true;
}

static bool add_widening(struct arena *a, const struct widening **list, const char *what,
                         struct err *e)
{
    struct widening *w = ARENA_NEW(a, struct widening);
    if (!w || !what)
        return err_memory(e);
    w->what = what;
    w->next = *list;
    *list = w;
    return true;
}

/* Adds agreements that come into force by approvals still to be given. */
static bool add_drafts(struct arena *a, const struct pack *p, const struct bundles_draft *d,
                       const struct widening **list, struct err *e)
{
    if (!d->is_for_all || !d->before)
        return true;
    const struct bundle *b = load_for_looking(a, p, d->catalogue);
    for (size_t i = 0; b && i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        if (g->approved && !g->extension_waits)
            continue;
        const char *what =
            arena_format(a, "%s: comes into force once it is signed", pack_name_of(g->file));
        if (!add_widening(a, list, what, e))
            return false;
    }
    return true;
}

bool bundles_pack_files(struct arena *a, const struct pack_file *files, size_t n,
                        const struct bundles_draft *d, struct slice *bytes,
                        const struct widening **widenings, struct err *e)
{
    struct pack p = { .files = files, .file_count = n, .from_ms = d->from_ms, .region = d->region };
    struct buf out;
    p.form = d->is_signed ? PACK_FORM_SIGNED : PACK_FORM_DEMO;
    p.number = d->before ? d->before->number + 1 : 1;
    p.has_previous = d->before != NULL;
    if (d->before)
        memcpy(p.previous, d->before->hash, HASH_BYTES);
    if (!p.region.n && !read_region_name(a, &p, &p.region, e))
        return false;
    if (!pack_widens(a, d->catalogue, d->before, &p, widenings, e))
        return false;
    if (d->is_signed) {
        if (!carry_approvals(a, &p, d, e))
            return false;
        if (!add_drafts(a, &p, d, widenings, e))
            return false;
    }
    p.widens = *widenings != NULL;
    buf_init(&out, SOURCE_BYTES_MAX);
    bool good = pack_write(&p, &out, e);
    for (size_t i = 0; i < p.approvals.count; i++)
        signed_approval_put(&p.approvals.list[i], &out);
    good = good && buf_done(&out, e);
    *bytes = good ? arena_copy(a, buf_slice(&out)) : slice_of(NULL, 0);
    buf_release(&out);
    return good && (bytes->p || err_memory(e));
}

bool bundles_pack(struct arena *a, const struct bundle_source *s, const struct bundles_draft *d,
                  struct slice *bytes, const struct widening **widenings, struct err *e)
{
    struct pack collected = { .number = 0 };
    return pack_collect(a, s, d->schemas, &collected, e) &&
           bundles_pack_files(a, collected.files, collected.file_count, d, bytes, widenings, e);
}
