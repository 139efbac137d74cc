/* token.c - reading and comparing bearer tokens. */
#include "transport/token.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/crypto.h"
#include "host/guard.h"

static bool read_open_token(int fd, const char *path, struct token *out, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(e, ERR_FATAL, "token.open", 0,
                       "cannot read token file '%s': no regular file", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return err_set(e, ERR_FATAL, "token.mode", 0,
                       "cannot use token file '%s': others may read it; its mode must be 0600",
                       path);
    ssize_t n = read(fd, out->text, TOKEN_MAX);
    if (n < 0)
        return err_errno(e, ERR_FATAL, "token.open", errno, "cannot read token file", path);
    struct slice text = slice_trim(slice_of(out->text, (size_t)n));
    memmove(out->text, text.p, text.n);
    out->text[text.n] = '\0';
    if (st.st_size > TOKEN_MAX || text.n == 0)
        return err_set(e, ERR_FATAL, "token.size", 0,
                       "cannot use token file '%s': 1 to %d characters", path, TOKEN_MAX);
    for (size_t i = 0; i < text.n; i++)
        if (out->text[i] <= 0x20 || out->text[i] >= 0x7f)
            return err_set(e, ERR_FATAL, "token.size", i,
                           "cannot use token file '%s': one line of printable characters is wanted",
                           path);
    return true;
}

bool token_read(const char *path, struct token *out, struct err *e)
{
    *out = (struct token){ "" };
    if (!path || !*path)
        return true;
    if (!guard_place_of(path, e))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "token.open", errno, "cannot open token file", path);
    bool good = read_open_token(fd, path, out, e);
    close(fd);
    return good;
}

/* Both are hashed first, so that neither length nor position of a difference shows in the time. */
static bool is_same_secret(struct slice a, struct slice b)
{
    uint8_t ha[HASH_BYTES], hb[HASH_BYTES], different = 0;
    sha256(a, ha);
    sha256(b, hb);
    for (size_t i = 0; i < HASH_BYTES; i++)
        different |= ha[i] ^ hb[i];
    return different == 0;
}

bool token_matches(const struct token *t, struct slice header)
{
    if (!*t->text)
        return true;
    struct slice scheme = SLICE("Bearer ");
    bool bearer = slice_equal_nocase(slice_head(header, scheme.n), scheme);
    struct slice given = bearer ? slice_trim(slice_from(header, scheme.n)) : slice_of(NULL, 0);
    return is_same_secret(given, slice_text(t->text)) && bearer;
}
