/* passphrase.c - asks for a passphrase. */
#include "commands/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "host/shown.h"

void passphrase_wipe(struct passphrase *p)
{
    explicit_bzero(p, sizeof *p);
}

/* One line, without its end. */
static bool read_phrase_line(int fd, struct passphrase *out)
{
    ssize_t n = 0;
    out->n = 0;
    while (out->n < sizeof out->b) {
        n = read(fd, out->b + out->n, 1);
        if (n != 1 || out->b[out->n] == '\n')
            break;
        out->n++;
    }
    if (n < 0)
        return false;
    while (out->n && out->b[out->n - 1] == '\r')
        out->n--;
    return out->n <= PASSPHRASE_MAX;
}

static int lines = -1; /* the file they come from; -1: the terminal */

bool passphrase_from(const char *file, struct err *e)
{
    if (!file)
        return true;
    lines = open(file, O_RDONLY | O_CLOEXEC);
    if (lines >= 0)
        return true;
    return err_errno(e, ERR_FATAL, "key.passphrase", errno, "cannot read the passphrase from",
                     file);
}

static bool next_of_file(struct passphrase *out, struct err *e)
{
    if (read_phrase_line(lines, out) && out->n > 0)
        return true;
    return err_set(
        e, ERR_FATAL, "key.passphrase", 0,
        "cannot use the passphrases of the file: want a line of at most %d bytes for each "
        "key",
        PASSPHRASE_MAX);
}

static bool ask_at_terminal(int fd, const char *prompt, struct passphrase *out, struct err *e)
{
    struct termios before, silent;
    if (tcgetattr(fd, &before) != 0)
        return err_errno(e, ERR_FATAL, "key.passphrase", errno, "cannot ask for a passphrase at",
                         "/dev/tty");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    /* Asked once nothing is shown any more, and what was typed before is gone. */
    bool good = tcsetattr(fd, TCSAFLUSH, &silent) == 0 &&
                dprintf(fd, "%s: ", shown_text(prompt)) > 0 && read_phrase_line(fd, out);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    (void)dprintf(fd, "\n");
    return good ||
           err_set(e, ERR_FATAL, "key.passphrase", 0, "cannot read the passphrase at the terminal");
}

static int terminal(struct err *e)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        err_set(e, ERR_FATAL, "key.passphrase", 0,
                "cannot ask for a passphrase: there is no terminal; a script gives "
                "--passphrase-file FILE");
    return fd;
}

bool passphrase_ask(const char *prompt, struct passphrase *out, struct err *e)
{
    if (lines >= 0)
        return next_of_file(out, e);
    int fd = terminal(e);
    bool good = fd >= 0 && ask_at_terminal(fd, prompt, out, e);
    if (fd >= 0)
        (void)close(fd);
    return good;
}

bool passphrase_new(struct passphrase *out, struct err *e)
{
    struct passphrase again;
    if (lines >= 0)
        return next_of_file(out, e);
    bool good = passphrase_ask("new passphrase, several words", out, e) &&
                passphrase_ask("the same again", &again, e);
    bool same = good && slice_equal(passphrase_slice(out), passphrase_slice(&again));
    passphrase_wipe(&again);
    return same || (good && err_set(e, ERR_FATAL, "key.passphrase", 0,
                                    "cannot make the key: the two are not the same"));
}

bool passphrase_open_key(const char *path, struct key *out, struct err *e)
{
    struct passphrase phrase;
    char prompt[512];
    if (key_file_kind(path) != KEY_FILE_ENCRYPTED)
        return key_read(path, out, e);
    (void)snprintf(prompt, sizeof prompt, "passphrase of %s", path);
    bool good = passphrase_ask(prompt, &phrase, e) &&
                person_key_read(path, passphrase_slice(&phrase), out, e);
    passphrase_wipe(&phrase);
    return good;
}
