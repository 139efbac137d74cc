/* acts.c - makes, shows, signs and hands in what a person decides. */
#include "cli/acts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/unread.h"
#include "audit/walk.h"
#include "base/clock.h"
#include "bus/topics.h"
#include "cli/passphrase.h"
#include "cli/submit.h"
#include "cli/way_back.h"
#include "cli/say.h"
#include "host/part.h"
#include "record/wire.h"

#define PERSON_ACT_VERSION 1

struct act acts_make(const struct site *s, const char *word, const char *on, const char *reason)
{
    return (struct act){ .region = s->bundle->region,
                         .word = slice_text(word),
                         .on = slice_text(on),
                         .reason = slice_text(reason),
                         .at_ms = clock_wall_ms() };
}

/* ---- showing ---- */

static const char *sentence(struct slice word)
{
    static const struct {
        const char *word, *says;
    } list[] = {
        { "release", "let this held event go to its recipient" },
        { "refuse", "end this hold: its recipient never gets the event" },
        { "refuse-episode", "end this hold, and let nothing of that episode go to its recipient" },
        { "reopen", "take back that this was refused to its recipient" },
        { "settle-yes", "end a conflict by a yes: what rests on it may be shared" },
        { "settle-no", "end a conflict by a no: what rests on it is not shared" },
        { "looked", "somebody has looked at what could not be read, and it restricts nothing more" },
        { "skip", "go on past records that are gone for good" },
        { "again", "send or take in again what waits or was set aside" },
        { "drop", "give up for good what waits or was set aside" },
        { "payload", "read what is in it about people" },
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (slice_equal_text(word, list[i].word))
            return list[i].says;
    return "do this";
}

void acts_print(const struct act *x)
{
    struct buf text;
    buf_init(&text, ACT_BYTES_MAX);
    act_put_text(x, &text);
    say("to sign this is to say: %s, for the reason given\n\n", sentence(x->word));
    say_lines(stdout, buf_slice(&text));
    say("\n");
    buf_release(&text);
    fflush(stdout);
}

/* ---- files ---- */

bool acts_read_file(struct cli *c, const char *path, struct act *out, struct err *e)
{
    struct slice bytes;
    return tree_read_file(&c->arena, path, ACT_BYTES_MAX, &bytes, e) && act_read(bytes, out, e);
}

static bool replace(const char *path, struct slice bytes, struct err *e)
{
    char part[4096];
    int n = snprintf(part, sizeof part, "%s.part", path);
    int fd = n > 0 && (size_t)n < sizeof part ? part_open(AT_FDCWD, part, 0644) : -1;
    bool good = fd >= 0 && part_write(fd, bytes) && fsync(fd) == 0 && rename(part, path) == 0;
    int number = errno;
    if (fd >= 0 && !good)
        (void)unlink(part);
    if (fd >= 0)
        (void)close(fd);
    return good || err_errno(e, ERR_FATAL, "act.write", number, "cannot write", path);
}

bool acts_write_file(const char *path, const struct act *x, bool anew, struct err *e)
{
    struct buf bytes;
    buf_init(&bytes, ACT_BYTES_MAX);
    act_put_file(x, &bytes);
    bool good = buf_done(&bytes, e) && (anew ? submit_write(path, buf_slice(&bytes), e)
                                             : replace(path, buf_slice(&bytes), e));
    buf_release(&bytes);
    return good;
}

/* ---- giving one's word ---- */

/* Where nobody can sign: what was typed is believed, and said to be. */
static bool give_typed(const char *by, const char *key, struct act *x, struct err *e)
{
    if (key)
        return err_set(e, ERR_REJECT, "act.person", 0,
                       "cannot sign: region.yaml names no people, so nobody would know the key");
    x->typed = slice_text(by);
    say_to(stderr, "nothing is signed here: the region names no people, so the name that was typed "
                    "is believed\n");
    return act_check(x, e);
}

static bool give_signed(const struct site *s, const char *by, const char *key,
                        const char *passphrases, struct act *x, struct err *e)
{
    struct key secret = { .set = false };
    int64_t now_ms = clock_wall_ms();
    if (!act_check(x, e) || !act_person(s->bundle, x->word, slice_text(by), now_ms, e))
        return false;
    acts_print(x);
    bool good = passphrases_from(passphrases, e) && signing_key_read(key, &secret, e) &&
                act_sign(x, s->bundle, slice_text(by), &secret, now_ms, e);
    explicit_bzero(&secret, sizeof secret);
    return good;
}

static enum acts_given write_out(const char *path, const struct act *x)
{
    struct err e = { 0 };
    if (!acts_write_file(path, x, true, &e)) {
        cli_fail(CLI_CANNOT, &e);
        return ACTS_FAILED;
    }
    say("written to %s, signed by %zu: concordat act sign it, then concordat act submit it "
        "within %d days\n",
        path, x->signature_count, (int)(ACT_AGE_MAX_MS / 86400000));
    return ACTS_WRITTEN;
}

enum acts_given acts_give(struct cli *c, const struct site *s, const char *by,
                          const struct word_option *options, struct act *x)
{
    const char *key = words_one(options, "--key"), *out = words_one(options, "-o");
    struct err e = { 0 };
    bool good;
    (void)c;
    if (s->bundle->people.count == 0)
        good = give_typed(by, key, x, &e);
    else if (key)
        good = give_signed(s, by, key, words_one(options, "--passphrase-file"), x, &e);
    else
        good = out ? act_check(x, &e)
                   : err_set(&e, ERR_REJECT, "act.unsigned", 0,
                             "cannot do it unsigned: --key KEYFILE signs it here, -o FILE writes it "
                             "for others to sign");
    if (!good) {
        cli_fail(CLI_NO, &e);
        return ACTS_FAILED;
    }
    return out ? write_out(out, x) : ACTS_GIVEN;
}

/* ---- handing in ---- */

/* at_ms NULL: when the bus took it is not asked. */
static bool publish_to(struct bus *b, const struct schema *s, int partitions, const struct act *x,
                       const struct subject_key *subject, int64_t *at_ms, struct err *e)
{
    struct buf file, value;
    buf_init(&file, ACT_BYTES_MAX);
    buf_init(&value, ACT_BYTES_MAX + 64);
    act_put_file(x, &file);
    wire_put_header(&value, plan_fingerprint(s->plan));
    avro_put_long(&value, PERSON_ACT_VERSION);
    avro_put_text(&value, buf_slice(&file));
    const struct bus_record r = {
        .topic = TOPIC_CONTROL,
        .partition = subject_partition(subject, partitions),
        .value = buf_slice(&value),
        .key = slice_of(subject->b, ID_BYTES),
    };
    bool good = buf_done(&file, e) && buf_done(&value, e) &&
                (at_ms ? bus_publish_at(b, &r, at_ms, e) : bus_publish(b, &r, 1, e));
    buf_release(&file);
    buf_release(&value);
    return good;
}

static bool is_for_many(const struct act *x)
{
    static const struct subject_key none;
    return slice_equal_text(x->word, "looked") && memcmp(x->subject.b, none.b, ID_BYTES) == 0;
}

/* A word on a whole list goes to each of its people: those who wait by now. */
static bool publish_to_many(struct bus *b, const struct catalogue *c, const struct schema *s,
                            int partitions, const struct act *x, struct err *e)
{
    struct unread_list l = { .first = NULL };
    char name[240];
    bool good = audit_each(b, c, partitions, unread_take, &l, e) && (!l.lost || err_memory(e));
    for (const struct unread_person *p = l.first; good && p; p = p->next) {
        struct subject_key subject;
        memcpy(subject.b, p->subject, ID_BYTES);
        snprintf(name, sizeof name, "unread:%s:%s", p->source, p->code);
        if (slice_equal_text(x->on, name))
            good = publish_to(b, s, partitions, x, &subject, NULL, e);
    }
    unread_release(&l);
    return good;
}

/* It is done where it is handed in. */
static bool publish_and_judge(struct bus *b, const struct schema *schema, const struct site *s,
                              const struct act *x, struct err *e)
{
    struct act_signers by;
    int64_t at_ms = 0;
    return publish_to(b, schema, s->bundle->partitions, x, &x->subject, &at_ms, e) &&
           act_verify(x, editions_at(editions_newest(&s->rules), at_ms)->bundle, at_ms, &by, e);
}

bool acts_publish(struct bus *b, const struct site *s, const struct act *x, struct err *e)
{
    const struct schema *schema = catalogue_named(s->catalogue, SLICE("PersonAct"));
    int partitions = s->bundle->partitions;
    enum people_role role;
    if (!schema)
        return err_set(e, ERR_FATAL, "cli.schema", 0, "cannot write the act: no schema 'PersonAct'");
    if (is_for_many(x))
        return publish_to_many(b, s->catalogue, schema, partitions, x, e);
    return act_role(x->word, &role) && role != ROLE_HOLDS
               ? publish_and_judge(b, schema, s, x, e)
               : publish_to(b, schema, partitions, x, &x->subject, NULL, e);
}

/* ---- used once ---- */

static bool is_same(const struct act *x, const uint8_t hash[HASH_BYTES])
{
    uint8_t its[HASH_BYTES];
    struct err ignored = { .fate = ERR_NONE };
    return act_hash(x, its, &ignored) && memcmp(its, hash, HASH_BYTES) == 0;
}

/* What nobody signed is no use of it. */
static bool is_use(const struct site *s, struct arena *a, const struct bus_record *r,
                   const uint8_t hash[HASH_BYTES])
{
    const struct schema *schema = catalogue_named(s->catalogue, SLICE("PersonAct"));
    struct err ignored = { .fate = ERR_NONE };
    uint64_t fingerprint = 0;
    struct act_signers by;
    struct slice body;
    struct view v;
    struct act x;
    arena_reset(a);
    return schema && wire_open(r->value, &fingerprint, &body, &ignored) &&
           fingerprint == plan_fingerprint(schema->plan) &&
           plan_view(schema->plan, a, body, &v, &ignored) &&
           act_read(view_text_at(&v, "act"), &x, &ignored) && is_same(&x, hash) &&
           act_verify(&x, s->bundle, r->accepted_ms, &by, &ignored);
}

bool acts_unused(const struct site *s, const struct act *x, struct err *e)
{
    struct bus *b = cli_bus(s, true);
    uint8_t hash[HASH_BYTES];
    const struct bus_record *r = NULL;
    struct walk w = { .reader = NULL };
    struct arena a;
    bool used = false;
    if (!b)
        return err_set(e, ERR_RETRY, "bus.down", 0, "cannot ask the bus whether it was used before");
    arena_init(&a, (size_t)16 << 20);
    int partition = subject_partition(&x->subject, s->bundle->partitions);
    bool good = act_hash(x, hash, e) && walk_open(&w, b, TOPIC_CONTROL, partition, 0, e);
    while (good && !used && (good = walk_next(&w, &r, e)) && r)
        used = is_use(s, &a, r, hash);
    walk_close(&w);
    arena_release(&a);
    bus_close(&b);
    return good && (!used || err_set(e, ERR_REJECT, "act.again", 0,
                                     "cannot do it: that very act was handed in before"));
}

static bool publish_alone(const struct site *s, const struct act *x, struct err *e)
{
    struct bus *b = cli_bus(s, false);
    if (!b)
        return err_set(e, ERR_RETRY, "bus.down", 0, "cannot open the bus");
    bool good = acts_publish(b, s, x, e);
    bus_close(&b);
    return good;
}

int acts_submit(const struct site *s, const struct act *x)
{
    struct way_back_act ignored;
    struct err is_back = { 0 };
    if (way_back_read(x, &ignored, &is_back) || is_back.fate != ERR_NONE)
        return way_back_submit(s, x);
    struct act_signers by;
    struct buf file;
    struct err e = { 0 };
    bool running = false;
    int64_t done;
    if (!act_verify(x, s->bundle, clock_wall_ms(), &by, &e))
        return cli_fail(CLI_NO, &e);
    buf_init(&file, ACT_BYTES_MAX);
    act_put_file(x, &file);
    bool good = buf_done(&file, &e) && admin_ask_act(s->admin_socket, buf_slice(&file), &running, &done, &e);
    buf_release(&file);
    good = good && (running || publish_alone(s, x, &e));
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    say("%.*s recorded%s\n", SHOWN(x->word),
        running ? "" : "; the router will see it when it runs");
    return CLI_DONE;
}
