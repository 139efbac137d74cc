/* acts.c - makes, shows, signs and submits acts. */
#include "commands/acts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "commands/passphrase.h"
#include "commands/write_new.h"
#include "control/acts_publish.h"
#include "control/admin_ask.h"
#include "host/temp_file.h"
#include "host/say.h"

struct act acts_make(const struct site *s, const char *verb, const char *on, const char *reason)
{
    return (struct act){ .region = s->bundle->region,
                         .verb = slice_text(verb),
                         .on = slice_text(on),
                         .reason = slice_text(reason),
                         .at_ms = clock_wall_ms() };
}

/* ---- showing ---- */

static const char *act_sentence(struct slice verb)
{
    static const struct {
        const char *verb, *says;
    } list[] = {
        { "release", "let this held event go to its recipient" },
        { "refuse", "end this hold: its recipient never gets the event" },
        { "refuse-episode", "end this hold, and let nothing of that episode go to its recipient" },
        { "reopen", "take back that this was refused to its recipient" },
        { "settle-yes", "end a conflict by a yes: what rests on it may be shared" },
        { "settle-no", "end a conflict by a no: what rests on it is not shared" },
        { "looked",
          "somebody has looked at what could not be read, and it restricts nobody any more" },
        { "skip", "go on past records that are gone for good" },
        { "again", "send or take in again what waits or was set aside" },
        { "drop", "give up for good what waits or was set aside" },
        { "payload", "read what is in it about people" },
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (slice_equal_text(verb, list[i].verb))
            return list[i].says;
    return "do this";
}

void acts_print(const struct act *x)
{
    struct buf text;
    buf_init(&text, ACT_BYTES_MAX);
    act_put_text(x, &text);
    say("to sign this is to say: %s, for the reason given\n\n", act_sentence(x->verb));
    say_lines(stdout, buf_slice(&text));
    say("\n");
    buf_release(&text);
    fflush(stdout);
}

/* ---- files ---- */

bool acts_read_file(struct cli *c, const char *path, struct act *out, struct err *e)
{
    struct slice bytes;
    if (!tree_read_file(&c->arena, path, ACT_BYTES_MAX, &bytes, e))
        return false;
    return act_read(bytes, out, e);
}

static bool replace_file(const char *path, struct slice bytes, struct err *e)
{
    char temp[4096];
    int n = snprintf(temp, sizeof temp, "%s.part", path);
    bool is_cut_off = n < 0 || (size_t)n >= sizeof temp;
    int fd = is_cut_off ? -1 : temp_file_open(AT_FDCWD, temp, 0644);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "act.write", errno, "cannot write", path);
    bool done = temp_file_write(fd, bytes);
    done = done && fsync(fd) == 0;
    done = done && rename(temp, path) == 0;
    int number = errno;
    if (!done)
        (void)unlink(temp);
    (void)close(fd);
    if (done)
        return true;
    return err_errno(e, ERR_FATAL, "act.write", number, "cannot write", path);
}

bool acts_write_file(const char *path, const struct act *x, bool anew, struct err *e)
{
    struct buf bytes;
    buf_init(&bytes, ACT_BYTES_MAX);
    act_put_file(x, &bytes);
    bool done = buf_done(&bytes, e);
    if (done && anew)
        done = write_new(path, buf_slice(&bytes), e);
    else if (done)
        done = replace_file(path, buf_slice(&bytes), e);
    buf_release(&bytes);
    return done;
}

/* ---- typed or signed ---- */

/* In a region without people the typed name is believed. It says so. */
static bool give_typed(const char *by, const char *key, struct act *x, struct err *e)
{
    if (key)
        return err_set(e, ERR_REJECT, "act.person", 0,
                       "region.yaml names no people, so nobody would know whose key this is: give "
                       "the command without --key");
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
    if (!act_check(x, e))
        return false;
    if (!act_person(s->bundle, x->verb, slice_text(by), now_ms, e))
        return false;
    acts_print(x);
    bool done = passphrase_from(passphrases, e);
    done = done && passphrase_open_key(key, &secret, e);
    done = done && act_sign(x, s->bundle, slice_text(by), &secret, now_ms, e);
    explicit_bzero(&secret, sizeof secret);
    return done;
}

static enum acts_given write_for_others(const char *path, const struct act *x)
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
    bool is_given;
    (void)c;
    if (s->bundle->people.count == 0)
        is_given = give_typed(by, key, x, &e);
    else if (key)
        is_given = give_signed(s, by, key, words_one(options, "--passphrase-file"), x, &e);
    else if (out)
        is_given = act_check(x, &e);
    else
        is_given = err_set(&e, ERR_REJECT, "act.unsigned", 0,
                           "the act needs a signature: sign it here with --key KEYFILE, or write "
                           "it with -o FILE for others to sign");
    if (!is_given) {
        cli_fail(CLI_NO, &e);
        return ACTS_FAILED;
    }
    return out ? write_for_others(out, x) : ACTS_GIVEN;
}

/* ---- submitting ---- */

bool acts_publish_alone(const struct site *s, const struct act *x, struct err *e)
{
    struct bus *b = cli_bus(s, false);
    if (!b)
        return err_set(
            e, ERR_RETRY, "bus.down", 0,
            "the act was not sent, as the bus cannot be opened; the line before says why");
    bool good = acts_publish(b, s, x, e);
    bus_close(&b);
    return good;
}

int acts_submit(const struct site *s, const struct act *x)
{
    struct act_signers by;
    struct buf file;
    struct err e = { 0 };
    bool running = false;
    int64_t done;
    if (!act_verify(x, s->bundle, clock_wall_ms(), &by, &e))
        return cli_fail(CLI_NO, &e);
    buf_init(&file, ACT_BYTES_MAX);
    act_put_file(x, &file);
    bool is_asked = buf_done(&file, &e);
    is_asked = is_asked && admin_ask_act(s->admin_socket, buf_slice(&file), &running, &done, &e);
    buf_release(&file);
    if (!is_asked)
        return cli_fail(CLI_CANNOT, &e);
    if (!running && !acts_publish_alone(s, x, &e))
        return cli_fail(CLI_CANNOT, &e);
    say("%.*s recorded%s\n", SHOWN(x->verb),
        running ? "" : "; the router will see it when it runs");
    return CLI_DONE;
}
