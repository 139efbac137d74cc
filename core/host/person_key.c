/* person_key.c - makes and opens encrypted PKCS#8 files. */
#include "host/person_key.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "host/guard.h"

#define FILE_MAX 8192
#define FIRST_LINE "concordat person key, public half "
#define ENCRYPTED "-----BEGIN ENCRYPTED PRIVATE KEY-----"
#define PLAIN "-----BEGIN PRIVATE KEY-----"
/* OWASP's figure for PBKDF2 with HMAC-SHA-256: a guess costs some tenths of a second. */
#define ROUNDS 600000

/* ---- making ---- */

/* RFC 8410 section 7: the key is an octet string within one. It is put there, and taken from there,
 * by hand: OpenSSL's encoders and decoders leave copies of it in memory. */
#define INNER_BYTES (2 + KEY_BYTES)
static const uint8_t inner_head[] = { 4, KEY_BYTES };

static PKCS8_PRIV_KEY_INFO *wrap(const struct key *secret)
{
    PKCS8_PRIV_KEY_INFO *plain = PKCS8_PRIV_KEY_INFO_new();
    uint8_t *inner = plain ? OPENSSL_malloc(INNER_BYTES) : NULL;
    if (inner) {
        memcpy(inner, inner_head, sizeof inner_head);
        memcpy(inner + sizeof inner_head, secret->b, KEY_BYTES);
    }
    if (inner && PKCS8_pkey_set0(plain, OBJ_nid2obj(NID_ED25519), 0, V_ASN1_UNDEF, NULL, inner,
                                 INNER_BYTES) == 1)
        return plain;
    OPENSSL_clear_free(inner, INNER_BYTES);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return NULL;
}

static bool put_encrypted(BIO *out, const struct key *secret, struct slice passphrase)
{
    PKCS8_PRIV_KEY_INFO *plain = wrap(secret);
    X509_ALGOR *how =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), ROUNDS, NULL, 0, NULL, NID_hmacWithSHA256);
    X509_SIG *sealed =
        plain && how ? PKCS8_set0_pbe((const char *)passphrase.p, (int)passphrase.n, plain, how)
                     : NULL;
    bool good = sealed && PEM_write_bio_PKCS8(out, sealed) == 1;
    if (!sealed)
        X509_ALGOR_free(how); /* else it is the sealed one's */
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return good;
}

static bool write_new(const char *path, struct slice bytes, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "key.open", errno, "cannot make key file", path);
    bool good = write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && fsync(fd) == 0;
    int number = errno;
    good = close(fd) == 0 && good;
    if (good)
        return true;
    (void)unlink(path);
    return err_errno(e, ERR_FATAL, "key.open", number, "cannot write key file", path);
}

bool person_key_make(const char *path, struct slice passphrase, struct public_key *out,
                     struct err *e)
{
    struct key secret = { .set = true };
    char text[BASE64_LENGTH(KEY_BYTES)], *bytes = NULL;
    if (passphrase.n < PASSPHRASE_MIN || passphrase.n > PASSPHRASE_MAX)
        return err_set(
            e, ERR_FATAL, "key.passphrase", 0,
            "cannot make the key: the passphrase must have %d to %d characters; take several words",
            PASSPHRASE_MIN, PASSPHRASE_MAX);
    random_bytes(secret.b, KEY_BYTES);
    ed25519_public(&secret, out);
    base64_encode(slice_of(out->b, KEY_BYTES), text);
    BIO *memory = BIO_new(BIO_s_mem());
    bool good = memory && BIO_printf(memory, FIRST_LINE "%.*s\n", (int)sizeof text, text) > 0 &&
                put_encrypted(memory, &secret, passphrase);
    explicit_bzero(&secret, sizeof secret);
    long n = good ? BIO_get_mem_data(memory, &bytes) : 0;
    good = good ? write_new(path, slice_of(bytes, (size_t)n), e) : err_memory(e);
    BIO_free(memory);
    return good;
}

/* ---- reading ---- */

static bool read_bytes(const char *path, uint8_t room[FILE_MAX], struct slice *out, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool good = fstat(fd, st) == 0;
    ssize_t n = good && S_ISREG(st->st_mode) ? read(fd, room, FILE_MAX) : -1;
    if (good && !S_ISREG(st->st_mode))
        errno = EINVAL;
    (void)close(fd);
    *out = slice_of(room, n < 0 ? 0 : (size_t)n);
    return n >= 0;
}

static enum key_file kind_of(struct slice bytes)
{
    if (bytes.n == KEY_BYTES)
        return KEY_FILE_RAW;
    if (memmem(bytes.p, bytes.n, ENCRYPTED, sizeof ENCRYPTED - 1))
        return KEY_FILE_ENCRYPTED;
    return memmem(bytes.p, bytes.n, PLAIN, sizeof PLAIN - 1) ? KEY_FILE_PLAIN : KEY_FILE_NONE;
}

enum key_file key_file_kind(const char *path)
{
    uint8_t room[FILE_MAX];
    struct slice bytes;
    struct stat st;
    enum key_file kind = read_bytes(path, room, &bytes, &st) ? kind_of(bytes) : KEY_FILE_NONE;
    explicit_bzero(room, sizeof room);
    return kind;
}

bool person_key_public(const char *path, struct public_key *out)
{
    uint8_t room[FILE_MAX];
    struct slice bytes;
    struct stat st;
    return read_bytes(path, room, &bytes, &st) && slice_starts(bytes, SLICE(FIRST_LINE)) &&
           base64_decode(
               slice_head(slice_from(bytes, sizeof FIRST_LINE - 1), BASE64_LENGTH(KEY_BYTES)),
               out->b, KEY_BYTES);
}

static bool take_ed25519(const PKCS8_PRIV_KEY_INFO *plain, struct key *out)
{
    const ASN1_OBJECT *what;
    const uint8_t *der;
    int n;
    out->set = PKCS8_pkey_get0(&what, &der, &n, NULL, plain) == 1 &&
               OBJ_obj2nid(what) == NID_ED25519 && n == INNER_BYTES &&
               memcmp(der, inner_head, sizeof inner_head) == 0;
    if (out->set)
        memcpy(out->b, der + sizeof inner_head, KEY_BYTES);
    return out->set;
}

static bool open_key(const char *path, struct slice bytes, struct slice passphrase, struct key *out,
                     struct err *e)
{
    BIO *memory = BIO_new_mem_buf(bytes.p, (int)bytes.n);
    X509_SIG *sealed = memory ? PEM_read_bio_PKCS8(memory, NULL, NULL, NULL) : NULL;
    PKCS8_PRIV_KEY_INFO *plain =
        sealed ? PKCS8_decrypt(sealed, (const char *)passphrase.p, (int)passphrase.n) : NULL;
    bool opened = plain != NULL, good = opened && take_ed25519(plain, out);
    BIO_free(memory);
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(plain);
    if (!opened)
        return err_set(e, ERR_FATAL, "key.passphrase", 0,
                       "cannot open key file '%s': this is not its passphrase", path);
    return good || err_set(e, ERR_FATAL, "key.form", 0,
                           "cannot use key file '%s': it is no Ed25519 key", path);
}

bool person_key_read(const char *path, struct slice passphrase, struct key *out, struct err *e)
{
    uint8_t room[FILE_MAX];
    struct slice bytes;
    struct stat st;
    out->set = false;
    if (!guard_place_of(path, e))
        return false;
    if (!read_bytes(path, room, &bytes, &st))
        return err_errno(e, ERR_FATAL, "key.open", errno, "cannot open key file", path);
    enum key_file kind = kind_of(bytes);
    if (kind != KEY_FILE_ENCRYPTED)
        explicit_bzero(room, sizeof room);
    if (st.st_mode & 077)
        return err_set(e, ERR_FATAL, "key.mode", 0,
                       "cannot use key file '%s': others may read it (mode %04o, not 0600)", path,
                       (unsigned)st.st_mode & 07777);
    if (kind != KEY_FILE_ENCRYPTED)
        return err_set(e, ERR_FATAL, kind == KEY_FILE_PLAIN ? "key.plain" : "key.form", 0,
                       "cannot use key file '%s': %s", path,
                       kind == KEY_FILE_PLAIN
                           ? "it lies there without a passphrase; openssl pkcs8 -topk8 gives it one"
                           : "it is no key that concordat key --person makes");
    return open_key(path, bytes, passphrase, out, e);
}
