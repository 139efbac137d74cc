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

/* Reads one line, without its end. It takes byte by byte, so that the lines behind stay for the
 * next calls. False: the line is too long, or cannot be read. */
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
    while (out->n > 0 && out->b[out->n - 1] == '\r')
        out->n--;
    return out->n <= PASSPHRASE_MAX;
}

static int phrase_file = -1; /* where passphrases are read, a line each; -1: at the terminal */

bool passphrase_from(const char *file, struct err *e)
{
    if (!file)
        return true;
    phrase_file = open(file, O_RDONLY | O_CLOEXEC);
    if (phrase_file >= 0)
        return true;
    return err_errno(e, ERR_FATAL, "key.passphrase", errno, "cannot read the passphrase from",
                     file);
}

static bool read_next_of_file(struct passphrase *out, struct err *e)
{
    bool is_read = read_phrase_line(phrase_file, out);
    if (is_read && out->n > 0)
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
    /* The prompt comes once the terminal echoes nothing and what was typed before is thrown away.
     */
    bool is_read = tcsetattr(fd, TCSAFLUSH, &silent) == 0;
    is_read = is_read && dprintf(fd, "%s: ", shown_text(prompt)) > 0;
    is_read = is_read && read_phrase_line(fd, out);
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    (void)dprintf(fd, "\n");
    if (!is_read)
        return err_set(e, ERR_FATAL, "key.passphrase", 0,
                       "cannot read the passphrase at the terminal");
    return true;
}

bool passphrase_ask(const char *prompt, struct passphrase *out, struct err *e)
{
    if (phrase_file >= 0)
        return read_next_of_file(out, e);
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(e, ERR_FATAL, "key.passphrase", 0,
                       "cannot ask for a passphrase: there is no terminal; a script gives "
                       "--passphrase-file FILE");
    bool is_read = ask_at_terminal(fd, prompt, out, e);
    (void)close(fd);
    return is_read;
}

bool passphrase_new(struct passphrase *out, struct err *e)
{
    struct passphrase again;
    if (phrase_file >= 0)
        return read_next_of_file(out, e);
    if (!passphrase_ask("new passphrase, several words", out, e))
        return false;
    bool is_read = passphrase_ask("the same again", &again, e);
    bool is_same = is_read && slice_equal(passphrase_slice(out), passphrase_slice(&again));
    passphrase_wipe(&again);
    if (is_read && !is_same)
        return err_set(e, ERR_FATAL, "key.passphrase", 0,
                       "cannot make the key: the two passphrases differ");
    return is_same;
}

bool passphrase_open_key(const char *path, struct key *out, struct err *e)
{
    struct passphrase phrase;
    char prompt[512];
    if (key_file_kind(path) != KEY_FILE_ENCRYPTED)
        return key_read(path, out, e);
    (void)snprintf(prompt, sizeof prompt, "passphrase of %s", path);
    bool is_open = passphrase_ask(prompt, &phrase, e);
    is_open = is_open && person_key_read(path, passphrase_slice(&phrase), out, e);
    passphrase_wipe(&phrase);
    return is_open;
}
