/* submit.c - orders a bundle on the bus, and waits until each part says whether it takes it. */
#include "commands/submit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "commands/bundle_sign.h"
#include "commands/write_new.h"
#include "control/admin_ask.h"
#include "control/states.h"
#include "host/guard.h"
#include "host/say.h"
#include "host/shown.h"
#include "site/site_part.h"

#define CONFIRM_MS 30000
#define LOOK_NS 20000000

/* ---- waiting ---- */

struct waiting {
    const struct site *site;
    const struct edition *g;
    struct arena arena;
    struct bus *bus;
    struct states_from from;
    struct part_states states, said; /* said: those printed */
    size_t missing;
    bool refused;
};

static void print_part(const struct bundle_state *s)
{
    say("  %s%s%s ", shown(s->part), s->agency.n ? " of " : "", shown(s->agency));
}

static void print_state(const struct bundle_state *s)
{
    const char *words = "REFUSES it";
    if (slice_equal_text(s->outcome, "taken"))
        words = "goes by it";
    else if (slice_equal_text(s->outcome, "restart"))
        words = "keeps it, and takes it up when it starts again";
    print_part(s);
    say("%s%s%s\n", words, s->code.n ? ": " : "", shown(s->code));
    fflush(stdout);
}

/* Prints what a part says of the bundle, once. Counts it as missing while it says nothing. */
static void look_at_part(struct waiting *w, struct slice agency, struct slice part)
{
    const struct bundle_state *s = states_get(&w->states, agency, part, w->g->bundle->hash);
    if (!s || !hash_equal(s->hash, w->g->bundle->hash)) {
        w->missing++;
        return;
    }
    if (slice_equal_text(s->outcome, "refused"))
        w->refused = true;
    if (states_get(&w->said, agency, part, NULL))
        return;
    print_state(s);
    (void)!states_put(&w->said, s);
}

/* Looks at the site's own parts, and at every other part that has ever said anything. */
static bool look_for_states(struct waiting *w, struct err *e)
{
    struct site_part p;
    size_t at = 0;
    bool good = states_more(&w->from, &w->states, e);
    w->missing = 0;
    while (good && site_part_next(w->site, &w->arena, &at, &p))
        if (!states_get(&w->states, p.agency, p.part, NULL))
            w->missing++;
    for (const struct part_state *s = w->states.first; good && s; s = s->next)
        look_at_part(w, s->state.agency, s->state.part);
    return good;
}

static bool begin_to_wait(struct waiting *w, struct err *e)
{
    arena_init(&w->arena, (size_t)64 << 20);
    w->states.a = &w->arena;
    w->said.a = &w->arena;
    w->bus = cli_bus(w->site, true);
    if (!w->bus)
        return err_set(e, ERR_RETRY, "bus.down", 0, "cannot open the bus");
    return states_open(&w->from, w->bus, w->g->bundle, e);
}

static void print_missing(const struct waiting *w)
{
    struct arena a;
    struct site_part p;
    size_t at = 0;
    arena_init(&a, 1 << 20);
    while (site_part_next(w->site, &a, &at, &p)) {
        const struct bundle_state never = { .part = p.part, .agency = p.agency };
        if (states_get(&w->states, p.agency, p.part, NULL))
            continue;
        print_part(&never);
        say("has not confirmed\n");
    }
    for (const struct part_state *s = w->states.first; s; s = s->next) {
        if (states_get(&w->said, s->state.agency, s->state.part, NULL))
            continue;
        print_part(&s->state);
        say("has not confirmed: it goes by bundle %" PRIu64 "\n", s->state.number);
    }
    arena_release(&a);
}

static int wait_for_parts(const struct site *s, const struct edition *g)
{
    struct waiting w = { .site = s, .g = g, .missing = 1 };
    struct err e = { 0 };
    int64_t end = clock_mono_ns() + (int64_t)CONFIRM_MS * 1000000;
    const struct timespec pause = { 0, LOOK_NS };
    int code = CLI_NO;
    bool is_read = begin_to_wait(&w, &e);
    is_read = is_read && look_for_states(&w, &e);
    while (is_read && w.missing && !w.refused && clock_mono_ns() < end) {
        (void)nanosleep(&pause, NULL);
        is_read = look_for_states(&w, &e);
    }
    if (!is_read) {
        code = cli_fail(CLI_CANNOT, &e);
    } else if (w.missing) {
        print_missing(&w);
    } else if (!w.refused) {
        say("confirmed by all parts\n");
        code = CLI_DONE;
    }
    states_close(&w.from);
    if (w.bus)
        bus_close(&w.bus);
    arena_release(&w.arena);
    return code;
}

/* ---- ordering ---- */

/* Orders the bundle where no daemon runs. It publishes the order, and keeps the bundle for the next
 * start if it is good by the bus's clock: every other host judges it by that clock too. */
static bool order_alone(const struct site *s, const struct edition *g, struct slice framed,
                        struct err *e)
{
    if (!guard_folder(s->state_folder, "run.state", e))
        return false;
    struct bus *b = cli_bus(s, false);
    if (!b)
        return err_set(e, ERR_RETRY, "bus.down", 0, "cannot open the bus");
    const struct bus_topic control = { TOPIC_CONTROL, s->bundle->partitions, false };
    struct bundles_trust trust = site_trust(s, 0);
    bool done = bus_topics(b, &control, 1, e);
    done = done && orders_publish(b, framed, &trust.at_ms, e);
    done = done && bundles_follows(&trust, s->last, g, e);
    done = done && site_keep_bundles(s, e);
    done = done && bundles_keep(s->places.bundles, g, e);
    bus_close(&b);
    return done;
}

static bool give_order(const struct site *s, const struct edition *g, struct slice file,
                       const char *by, bool *running, struct err *e)
{
    struct buf framed;
    struct bundle_order o = { .number = g->number,
                              .from_ms = g->from_ms,
                              .at_ms = clock_wall_ms(),
                              .by = slice_text(by),
                              .file = file };
    memcpy(o.hash, g->bundle->hash, HASH_BYTES);
    buf_init(&framed, BUS_RECORD_MAX_BYTES * 2);
    bool is_embedded = strncmp(s->bus_url, "embedded:", 9) == 0;
    bool good = orders_encode(s->catalogue, &o, &framed, e);
    good = good && admin_ask_order(s, buf_slice(&framed), running, e);
    if (good && !*running)
        good = order_alone(s, g, buf_slice(&framed), e);
    *running = *running || !is_embedded;
    buf_release(&framed);
    return good;
}

/* Reads, checks and compiles a bundle. NULL: what is wrong with it has been printed. */
static struct edition *read_edition(struct cli *c, const struct site *s, struct slice file)
{
    struct problems p = { 0 };
    struct edition *g = bundles_read(&c->arena, file, "the bundle", s->catalogue, &p);
    if (!g)
        cli_print_problems(&p);
    problems_release(&p);
    return g;
}

/* Orders g, which is what file holds, and waits where something runs. g may follow the last. */
static int submit_edition(const struct site *s, const struct edition *g, struct slice file,
                          const char *by)
{
    struct err e = { 0 };
    bool running = false;
    char time[TIME_TEXT_MAX], hash[17] = { 0 };
    if (!give_order(s, g, file, by, &running, &e))
        return cli_fail(CLI_CANNOT, &e);
    slice_to_hex(slice_of(g->bundle->hash, 8), hash);
    struct slice from = time_ms_to_iso(g->from_ms, time);
    say("bundle %" PRIu64 " (%s) is ordered, in force from %.*s%s\n", g->number, hash, SHOWN(from),
        running ? "" : "; nothing runs here: it is kept for the next start");
    fflush(stdout);
    return running ? wait_for_parts(s, g) : CLI_DONE;
}

int submit_bundle(struct cli *c, struct site *s, struct slice file, const char *by)
{
    const struct bundles_trust trust = site_trust(s, clock_wall_ms());
    struct err e = { 0 };
    struct edition *g = read_edition(c, s, file);
    if (!g)
        return CLI_NO;
    if (!bundles_follows(&trust, s->last, g, &e) || !bundles_are_new(&trust, g, &e))
        return cli_fail(CLI_NO, &e);
    return submit_edition(s, g, file, by);
}

/* ---- making one ---- */

static void print_widenings(const struct widening *w)
{
    for (; w; w = w->next)
        say("  may widen: %s\n", w->what);
}

/* The files that are changed: those of a demo's folder as it is now, else of the bundle in force.
 */
static bool base_files(struct cli *c, const struct site *s, struct pack *out, struct err *e)
{
    if (!s->places.demo) {
        *out = *editions_at(s->last, clock_wall_ms())->pack;
        return true;
    }
    const struct bundle_source source = source_folder(s->places.region);
    return pack_collect(&c->arena, &source, s->places.schemas, out, e);
}

/* The base's files and the added one, by name. added->name NULL: none is. Returns how many. */
static size_t join_files(const struct pack *base, const struct pack_file *added,
                         struct pack_file *out)
{
    size_t before = 0, n = 0;
    while (before < base->file_count && added->name &&
           strcmp(base->files[before].name, added->name) < 0)
        before++;
    for (size_t i = 0; i < before; i++)
        out[n++] = base->files[i];
    if (added->name) {
        out[n] = *added;
        sha256(out[n].bytes, out[n].hash);
        n++;
    }
    for (size_t i = before; i < base->file_count; i++)
        out[n++] = base->files[i];
    return n;
}

static bool change_files(struct cli *c, const struct site *s, const struct change *change,
                         const struct bundles_draft *d, struct slice *bytes, struct err *e)
{
    const struct widening *w = NULL;
    struct pack base = { .files = change->files, .file_count = change->file_count };
    if (!change->files && !base_files(c, s, &base, e))
        return false;
    struct pack_file *files = ARENA_ARRAY(&c->arena, base.file_count + 1, struct pack_file);
    if (!files)
        return err_memory(e);
    size_t n = join_files(&base, &change->add, files);
    if (!bundles_pack_files(&c->arena, files, n, d, bytes, &w, e))
        return false;
    print_widenings(w);
    return true;
}

/* Writes the added file into a demo's folder, beside region.yaml: a demo's rules are its folder. */
static bool put_beside(struct cli *c, const struct site *s, const struct pack_file *f,
                       struct err *e)
{
    const char *path = arena_format(&c->arena, "%s/%s", s->places.region, f->name);
    if (!path)
        return err_memory(e);
    size_t cut = strlen(s->places.region) + 1 + strcspn(f->name, "/");
    const char *folder = arena_text(&c->arena, slice_of(path, cut));
    if (!folder)
        return err_memory(e);
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return err_errno(e, ERR_FATAL, "bundle.write", errno, "cannot make", folder);
    return write_new(path, f->bytes, e);
}

/* Prints the bundles that were to begin later. The change takes their place. */
static void print_put_off(const struct site *s, int64_t from_ms)
{
    char time[TIME_TEXT_MAX];
    for (const struct edition *g = s->last; g && g->from_ms > from_ms; g = g->earlier) {
        struct slice from = time_ms_to_iso(g->from_ms, time);
        say("bundle %" PRIu64 ", which was to begin at %.*s, is put off: pack and load it again, "
            "with this change in it\n",
            g->number, SHOWN(from));
    }
}

static int keep_unfinished(const struct change *change, struct slice bytes, const struct err *why)
{
    struct err e = { 0 };
    cli_fail(CLI_NO, why);
    if (!change->out)
        return CLI_NO;
    if (!write_new(change->out, bytes, &e))
        return cli_fail(CLI_CANNOT, &e);
    say("written to %s: concordat bundle sign it, then concordat bundle load it\n", change->out);
    return CLI_NO;
}

/* Writes the bundle unsigned: it goes from signer to signer, and the last one loads it. */
static int write_unsigned(const struct change *change, struct slice bytes)
{
    struct err e = { 0 };
    if (!write_new(change->out, bytes, &e))
        return cli_fail(CLI_CANNOT, &e);
    say("written to %s, signed by nobody: to sign it is to say: %s\n"
        "concordat bundle sign it where the keys are, then concordat bundle load it\n",
        change->out, change->says);
    return CLI_DONE;
}

static bool sign_all(struct cli *c, const struct site *s, const struct change *change,
                     const struct bundle *b, struct slice *bytes, struct err *e)
{
    bool good = true;
    say("to sign this is to say: %s\n", change->says);
    fflush(stdout);
    for (size_t i = 0; good && i < change->key_count; i++) {
        const struct signing one = { change->by[i], change->keys[i], &s->last->bundle->approvers,
                                     change->what };
        good = submit_sign(&c->arena, *bytes, b, &one, bytes, e);
    }
    return good;
}

/* Prints the agreements that the change leaves without the approvals that they need. */
static void print_drafts(const struct site *s, const struct edition *g)
{
    const struct bundle *b = g->bundle;
    for (size_t i = 0; !s->places.demo && i < b->agreement_count; i++)
        if (!b->agreements[i].approved || b->agreements[i].extension_waits)
            bundle_print_agreement(b, &b->agreements[i], "");
}

int submit_change(struct cli *c, struct site *s, const struct change *change)
{
    const struct bundles_draft d = { .from_ms = clock_wall_ms(),
                                     .before = s->last->pack,
                                     .schemas = s->places.schemas,
                                     .catalogue = s->catalogue,
                                     .is_signed = !s->places.demo,
                                     .is_for_all = change->what == SIGN_AGREEMENTS };
    const struct bundles_trust trust = site_trust(s, clock_wall_ms());
    struct slice bytes = { 0 };
    struct err e = { 0 };
    if (!change_files(c, s, change, &d, &bytes, &e))
        return cli_fail(CLI_CANNOT, &e);
    struct edition *g = read_edition(c, s, bytes);
    if (!g)
        return CLI_NO;
    if (change->key_count) {
        if (!sign_all(c, s, change, g->bundle, &bytes, &e))
            return cli_fail(CLI_NO, &e);
        g = read_edition(c, s, bytes);
        if (!g)
            return CLI_NO;
    }
    print_drafts(s, g);
    if (change->out && !change->key_count && !trust.demo)
        return write_unsigned(change, bytes);
    if (!bundles_follows(&trust, s->last, g, &e))
        return keep_unfinished(change, bytes, &e);
    if (trust.demo && change->add.name && !put_beside(c, s, &change->add, &e))
        return cli_fail(CLI_CANNOT, &e);
    print_put_off(s, d.from_ms);
    return submit_edition(s, g, bytes, change->by_count ? change->by[0] : "");
}
