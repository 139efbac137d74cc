/* way_back.c - lists and shows what was set aside, and submits a named person's act on it. */
#include "commands/way_back.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "control/acts_publish.h"
#include "control/admin_ask.h"
#include "control/way_back_read.h"
#include "host/say.h"

static const struct way_back_room *const rooms[] = { &way_back_deliveries, &way_back_quarantine };
#define ROOM_COUNT (sizeof rooms / sizeof rooms[0])

struct parts_of {
    const struct way_back_room *room;
    const struct site *site;
};

static struct slice part_name_at(const void *of, size_t i)
{
    const struct parts_of *parts = of;
    return slice_text(parts->room->name(parts->site, i));
}

static bool say_no_name(const struct way_back_room *r, const struct site *s, struct slice name,
                        struct err *e)
{
    char list[110];
    const struct parts_of parts = { r, s };
    const struct choices_at choices = { &parts, part_name_at, r->count(s) };
    return err_set(e, ERR_REJECT, "way_back.name", 0, "cannot find '%.*s': the site has %s",
                   SHOWN(name), nearest_list_at(name, &choices, list, sizeof list));
}

static bool ask_for_name(const struct way_back_room *r, const struct site *s, struct err *e)
{
    char list[110];
    const struct parts_of parts = { r, s };
    const struct choices_at choices = { &parts, part_name_at, r->count(s) };
    return err_set(e, ERR_REJECT, "way_back.name", 0,
                   "the site has several: choose with --name one of %s",
                   nearest_list_at(slice_of(NULL, 0), &choices, list, sizeof list));
}

/* ---- acting ---- */

static const struct way_back_room *room_named(struct slice name)
{
    for (size_t i = 0; i < ROOM_COUNT; i++)
        if (slice_equal_text(name, rooms[i]->word))
            return rooms[i];
    return NULL;
}

/* Hands the act to the process of its part; when that has not recorded it, to the process of the
 * site. *recorded: one of them has. *done: on how many it acted; -1: it did nothing. */
static bool hand_over_act(const struct site *s, const struct act *x,
                          const struct way_back_act *back, bool *recorded, int64_t *done,
                          struct err *e)
{
    struct arena a;
    struct buf file;
    *done = -1;
    arena_init(&a, 1 << 16);
    buf_init(&file, ACT_BYTES_MAX);
    act_put_file(x, &file);
    const char *own = way_back_socket(&a, s, back->room, back->name);
    bool is_asked = buf_done(&file, e);
    if (is_asked && !own)
        is_asked = err_memory(e);
    if (is_asked)
        is_asked = admin_ask_act(own, buf_slice(&file), recorded, done, e);
    if (is_asked && !*recorded)
        is_asked = admin_ask_act(s->admin_socket, buf_slice(&file), recorded, done, e);
    buf_release(&file);
    arena_release(&a);
    return is_asked;
}

/* Acts on the part's file itself. Fails while a process has that file open. */
static bool act_alone(const struct site *s, const struct way_back_act *back, int64_t *done,
                      struct err *e)
{
    const struct way_back_room *r = room_named(slice_text(back->room));
    uint64_t n = 0;
    for (size_t i = 0; i < r->count(s); i++) {
        if (!slice_equal_text(back->name, r->name(s, i)))
            continue;
        bool has_file = access(r->file(s, i), W_OK) == 0;
        if (has_file && !r->alone(s, i, &back->what, &n, e))
            return false;
        *done = (int64_t)n;
        return true;
    }
    return say_no_name(r, s, back->name, e);
}

int way_back_submit(const struct site *s, const struct act *x)
{
    struct way_back_act back;
    struct act_signers by;
    struct err e = { .fate = ERR_NONE };
    bool recorded = false;
    int64_t done = -1;
    if (!way_back_read(x, &back, &e))
        return cli_fail(CLI_NO, &e);
    if (!act_verify(x, s->bundle, clock_wall_ms(), &by, &e))
        return cli_fail(CLI_NO, &e);
    if (!hand_over_act(s, x, &back, &recorded, &done, &e))
        return cli_fail(CLI_CANNOT, &e);
    bool is_done_now = done >= 0;
    if (!recorded && !acts_publish_alone(s, x, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (!is_done_now && !act_alone(s, &back, &done, &e))
        return cli_fail(CLI_CANNOT, &e);
    say("%.*s recorded, on %" PRId64 " of %.*s%s\n", SHOWN(x->verb), done, SHOWN(back.name),
        is_done_now ? "" : "; it takes effect when that part runs");
    return done > 0 ? CLI_DONE : CLI_NO;
}

/* ---- finding ---- */

struct finding {
    struct slice id;
    bool found;
};

static bool note_found(void *ctx, const struct aside *a)
{
    struct finding *f = ctx;
    f->found = slice_equal(f->id, a->id);
    return !f->found;
}

/* Finds the part that set it aside. Fails with way_back.id when none did. */
static bool find_part(const struct way_back_room *r, const struct site *s, struct slice id,
                      size_t *part, struct err *e)
{
    for (*part = 0; *part < r->count(s); ++*part) {
        struct finding f = { .id = id };
        if (access(r->file(s, *part), R_OK) != 0)
            continue;
        if (!r->each(s, *part, id, note_found, &f, e))
            return false;
        if (f.found)
            return true;
    }
    return err_set(e, ERR_REJECT, "way_back.id", 0,
                   "cannot find '%.*s' among what was set aside: see concordat %s SITE list",
                   SHOWN(id), r->word);
}

/* ---- list and show ---- */

struct listing {
    const char *name, *said;
    size_t count;
};

static bool print_aside(void *ctx, const struct aside *a)
{
    struct listing *l = ctx;
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(a->at_ms, time);
    say("%.*s  %s  %.*s", SHOWN(a->id), l->name, SHOWN(a->state));
    if (a->at_ms)
        say(" since %.*s, %.*s", SHOWN(since), SHOWN(a->code));
    if (a->tries)
        say(", tried %" PRId64 " times", a->tries);
    if (a->said.n)
        say(", %s %.*s", l->said, SHOWN(a->said));
    if (a->until)
        say(", %s", a->until);
    say("\n");
    l->count++;
    return true;
}

static int list_asides(const struct way_back_room *r, const struct site *s)
{
    struct err e = { .fate = ERR_NONE };
    size_t count = 0;
    for (size_t i = 0; i < r->count(s); i++) {
        struct listing l = { .name = r->name(s, i), .said = r->said };
        if (access(r->file(s, i), R_OK) != 0)
            continue;
        if (!r->each(s, i, slice_of(NULL, 0), print_aside, &l, &e))
            return cli_fail(CLI_CANNOT, &e);
        count += l.count;
    }
    if (count == 0)
        say_to(stderr, "nothing is set aside\n");
    return CLI_DONE;
}

struct showing {
    struct cli *c;
    const struct site *s;
    const struct way_back_room *r;
    size_t part;
    bool plain, good;
    struct err *e;
};

static bool print_whole(void *ctx, const struct aside *a)
{
    struct showing *w = ctx;
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(a->at_ms, time);
    struct slice words = way_back_masked(&w->c->arena, a->words, w->plain);
    say("%s %.*s of %s\nstate      %.*s\n", w->r->what, SHOWN(a->id), w->r->name(w->s, w->part),
        SHOWN(a->state));
    if (a->until)
        say("waits      %s\n", a->until);
    if (a->at_ms)
        say("since      %.*s\nwhy        %.*s: %.*s\n", SHOWN(since), SHOWN(a->code),
            (int)a->sentence.n, (const char *)a->sentence.p);
    if (a->said.n)
        say("%-9s  %.*s\n", w->r->said, SHOWN(a->said));
    if (words.n)
        say("in words   %.*s\n", (int)words.n, (const char *)words.p);
    w->good = w->r->show(w->c, w->s, w->part, a, w->plain, w->e);
    return false;
}

static int print_found(struct cli *c, const struct way_back_room *r, const struct site *s,
                       size_t part, struct slice id, bool plain)
{
    struct err e = { .fate = ERR_NONE };
    struct showing w = { .c = c, .s = s, .r = r, .part = part, .plain = plain, .e = &e };
    bool good = r->each(s, part, id, print_whole, &w, &e) && w.good;
    return good ? CLI_DONE : cli_fail(CLI_CANNOT, &e);
}

/* Finds what an act of reading is on: "quarantine pas-adt ids pas-adt:7" names one id, which that
 * part must have set aside. */
static bool find_to_read(const struct site *s, const struct act *x, const struct way_back_room **r,
                         size_t *part, struct slice *id, struct err *e)
{
    struct selection one;
    struct slice room, of;
    bool is_read = way_back_on_read(x->on, &room, &of, &one);
    *r = room_named(room);
    if (!*r || !is_read || one.id_count != 1)
        return err_set(e, ERR_REJECT, "way_back.form", 0,
                       "the act must name one message or disclosure by its id: each reading needs "
                       "an act of its own");
    *id = one.ids[0];
    if (!find_part(*r, s, *id, part, e))
        return false;
    if (!slice_equal_text(of, (*r)->name(s, *part)))
        return err_set(e, ERR_REJECT, "way_back.name", 0,
                       "the act names '%.*s', which has not set this aside: make the act anew for "
                       "the part that has",
                       SHOWN(of));
    return true;
}

static bool ask_uses(bool (*asked)(struct bus *b, const struct site *s, const struct act *x,
                                   struct err *e),
                     const struct site *s, const struct act *x, struct err *e)
{
    struct bus *b = cli_bus(s, true);
    if (!b)
        return err_set(e, ERR_RETRY, "bus.down", 0,
                       "the bus cannot be opened to see whether this act was used before; the line "
                       "before says why");
    bool good = asked(b, s, x, e);
    bus_close(&b);
    return good;
}

static int fail_by_fate(const struct err *e)
{
    return cli_fail(e->fate == ERR_RETRY ? CLI_CANNOT : CLI_NO, e);
}

/* Records the person's act of reading before it shows anything. It asks the bus twice: before, so
 * that an act that was used long ago leaves no second record; after, because another host may have
 * used the same act meanwhile. */
int way_back_submit_reading(struct cli *c, const struct site *s, const struct act *x)
{
    const struct way_back_room *r = NULL;
    struct err e = { .fate = ERR_NONE };
    struct slice id;
    size_t part = 0;
    if (!find_to_read(s, x, &r, &part, &id, &e))
        return fail_by_fate(&e);
    if (!ask_uses(acts_unused, s, x, &e))
        return fail_by_fate(&e);
    int code = acts_submit(s, x);
    if (code != CLI_DONE)
        return code;
    if (!ask_uses(acts_used_once, s, x, &e))
        return fail_by_fate(&e);
    return print_found(c, r, s, part, id, true);
}

/* Makes, signs and submits an act on what was chosen of one part. o[0] names the person, o[1] gives
 * the reason. */
static int act_by_person(struct cli *c, const struct way_back_room *r, const struct site *s,
                         size_t part, const char *word, const struct selection *which,
                         const struct word_option *o)
{
    const char *on = way_back_on(&c->arena, r->word, r->name(s, part), which);
    struct act x = acts_make(s, word, on, o[1].values[0]);
    enum acts_given given = acts_give(c, s, o[0].values[0], o, &x);
    if (given == ACTS_WRITTEN)
        return CLI_DONE;
    if (given == ACTS_FAILED)
        return CLI_NO;
    if (slice_equal_text(x.verb, "payload"))
        return way_back_submit_reading(c, s, &x);
    return way_back_submit(s, &x);
}

static int show_aside(struct cli *c, const struct way_back_room *r, const struct site *s, int argc,
                      char **argv, bool plain)
{
    struct word_option o[] = { { .name = "--by", .most = 1 },
                               { .name = "--reason", .most = 1 },
                               ACTS_OPTIONS,
                               { .name = NULL } };
    struct words w;
    struct err e = { .fate = ERR_NONE };
    size_t part = 0;
    if (!words_read(argc, argv, 3, 1, o, &w))
        return CLI_USAGE;
    bool has_person = o[0].count && o[1].count;
    if (plain && !has_person)
        return CLI_USAGE;
    struct slice id = slice_text(w.plain[0]);
    if (!find_part(r, s, id, &part, &e))
        return cli_fail(CLI_NO, &e);
    if (!plain)
        return print_found(c, r, s, part, id, false);
    const struct selection one = { .ids = { id }, .id_count = 1 };
    return act_by_person(c, r, s, part, "payload", &one, o);
}

/* ---- again and drop ---- */

#define BACK_OPTIONS                                                                               \
    { .name = "--by", .most = 1 }, { .name = "--reason", .most = 1 },                              \
        { .name = "--name", .most = 1 }, { .name = "--code", .most = 1 },                          \
        { .name = "--since", .most = 1 }, { .name = "--until", .most = 1 },                        \
    {                                                                                              \
        .name = "--id", .most = SELECTION_IDS_MAX                                                  \
    }

static bool option_time(const struct word_option *o, const char *name, int64_t *out)
{
    struct moment m;
    const char *text = words_one(o, name);
    if (!text)
        return true;
    if (!time_from_iso(slice_text(text), &m))
        return false;
    *out = m.ms;
    return true;
}

/* Selects by ids, or by code and time, or by --all. False: a mixture of these, or none, or a time
 * that cannot be read. */
static bool select_by(const struct word_option *o, const struct word_option *ids, bool all,
                      struct selection *out)
{
    *out = (struct selection){ .until_ms = clock_wall_ms() + 1 };
    bool by_code_or_time =
        words_one(o, "--code") || words_one(o, "--since") || words_one(o, "--until");
    for (size_t i = 0; i < ids->count; i++)
        out->ids[out->id_count++] = slice_text(ids->values[i]);
    if (ids->count > 0)
        return !by_code_or_time && !all;
    if (by_code_or_time == all)
        return false; /* neither, or both */
    out->code = slice_text(words_one(o, "--code"));
    return option_time(o, "--since", &out->since_ms) && option_time(o, "--until", &out->until_ms);
}

/* Finds the part that the ids or --name choose. A site with one part needs neither. */
static bool find_chosen_part(const struct way_back_room *r, const struct site *s, const char *name,
                             const struct selection *which, size_t *part, struct err *e)
{
    if (which->id_count)
        return find_part(r, s, which->ids[0], part, e);
    for (*part = 0; name && *part < r->count(s); ++*part)
        if (strcmp(r->name(s, *part), name) == 0)
            return true;
    *part = 0;
    if (name)
        return say_no_name(r, s, slice_text(name), e);
    if (r->count(s) == 1)
        return true;
    return ask_for_name(r, s, e);
}

static int act_on_asides(struct cli *c, const struct way_back_room *r, const struct site *s,
                         int argc, char **argv, bool all)
{
    struct word_option o[] = { BACK_OPTIONS, ACTS_OPTIONS, { .name = NULL } };
    struct words none;
    struct selection which;
    struct err e = { .fate = ERR_NONE };
    size_t part = 0;
    if (!words_read(argc, argv, 3, 0, o, &none) || !o[0].count || !o[1].count)
        return CLI_USAGE;
    if (!select_by(o, &o[6], all, &which))
        return CLI_USAGE;
    if (!find_chosen_part(r, s, words_one(o, "--name"), &which, &part, &e))
        return cli_fail(CLI_NO, &e);
    return act_by_person(c, r, s, part, argv[2], &which, o);
}

enum back_verb { BACK_LIST, BACK_SHOW, BACK_ACT, BACK_UNKNOWN };

static enum back_verb read_verb(int argc, char **argv)
{
    struct slice verb = slice_text(argc > 2 ? argv[2] : NULL);
    if (slice_equal_text(verb, "list"))
        return argc == 3 ? BACK_LIST : BACK_UNKNOWN;
    if (slice_equal_text(verb, "show"))
        return BACK_SHOW;
    if (slice_equal_text(verb, "again") || slice_equal_text(verb, "drop"))
        return BACK_ACT;
    return BACK_UNKNOWN;
}

int way_back_command(struct cli *c, const struct way_back_room *r, int argc, char **argv)
{
    bool plain = words_flag(&argc, argv, "--payload");
    bool all = words_flag(&argc, argv, "--all");
    enum back_verb verb = read_verb(argc, argv);
    if (verb == BACK_UNKNOWN)
        return CLI_USAGE;
    if (plain && verb != BACK_SHOW)
        return CLI_USAGE;
    if (all && verb != BACK_ACT)
        return CLI_USAGE;
    const struct site *s = cli_site(c, argv[1], false);
    if (!s)
        return CLI_CANNOT;
    if (verb == BACK_LIST)
        return list_asides(r, s);
    if (verb == BACK_SHOW)
        return show_aside(c, r, s, argc, argv, plain);
    return act_on_asides(c, r, s, argc, argv, all);
}
