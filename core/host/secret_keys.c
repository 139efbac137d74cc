/* secret_keys.c - see secret_keys.h. The key is found in its DER by hand: OpenSSL's decoders leave
 * copies. */
#include "host/secret_keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "host/person_key.h"

#define BLOCKS_MAX 64 /* of one file */

struct search {
    secret_keys_each *each;
    void *ctx;
};

static bool search_tell(const struct search *s, const struct public_key *of)
{
    return s->each(s->ctx, of);
}

static bool tell_secret(const struct search *s, const uint8_t secret[KEY_BYTES])
{
    struct key key = { .set = true };
    struct public_key of;
    memcpy(key.b, secret, KEY_BYTES);
    ed25519_public(&key, &of);
    explicit_bzero(&key, sizeof key);
    return search_tell(s, &of);
}

/* Finds `first`, and `then` behind it. Gives the 32 bytes that follow; NULL where one of all that
 * is missing. */
static const uint8_t *bytes_behind(struct slice in, struct slice first, struct slice then)
{
    const uint8_t *at = memmem(in.p, in.n, first.p, first.n);
    if (!at)
        return NULL;
    struct slice rest = slice_from(in, (size_t)(at - in.p) + first.n);
    at = memmem(rest.p, rest.n, then.p, then.n);
    if (!at)
        return NULL;
    rest = slice_from(rest, (size_t)(at - rest.p) + then.n);
    return rest.n >= KEY_BYTES ? rest.p : NULL;
}

/* RFC 8410: id-Ed25519, and further on the key as an octet string within one, in every version of
 * PKCS#8. */
static bool look_at_der(const struct search *s, struct slice der)
{
    static const uint8_t id[] = { 6, 3, 0x2b, 0x65, 0x70 },
                         head[] = { 4, 2 + KEY_BYTES, 4, KEY_BYTES };
    const uint8_t *secret = bytes_behind(der, slice_of(id, sizeof id), slice_of(head, sizeof head));
    return secret && tell_secret(s, secret);
}

/* The public half stands open, under a passphrase too. */
static bool look_at_openssh(const struct search *s, struct slice bytes)
{
    static const uint8_t kind[] = "\0\0\0\x0bssh-ed25519", length[] = { 0, 0, 0, KEY_BYTES };
    struct public_key of;
    const uint8_t *at =
        bytes_behind(bytes, slice_of(kind, sizeof kind - 1), slice_of(length, sizeof length));
    if (!at)
        return false;
    memcpy(of.b, at, KEY_BYTES);
    return search_tell(s, &of);
}

/* EncryptedPrivateKeyInfo: an algorithm that takes a passphrase, and bytes. */
static bool is_sealed_der(struct slice bytes)
{
    const uint8_t *p = bytes.p;
    const X509_ALGOR *how = NULL;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)bytes.n);
    if (sealed)
        X509_SIG_get0(sealed, &how, NULL);
    bool is =
        how && EVP_PBE_find(EVP_PBE_TYPE_OUTER, OBJ_obj2nid(how->algorithm), NULL, NULL, NULL) == 1;
    X509_SIG_free(sealed);
    return is;
}

/* ---- blocks of text ---- */

/* Forms that keys of other kinds alone have. */
static bool is_other_kind(struct slice label)
{
    static const char *const others[] = { "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" };
    return slice_is_one_of_texts(label, others, 3);
}

static bool look_at_block(const struct search *s, struct slice label, const char *header,
                          struct slice bytes)
{
    if (!slice_ends(label, SLICE("PRIVATE KEY")) || is_other_kind(label))
        return false;
    if (slice_equal_text(label, "OPENSSH PRIVATE KEY"))
        return look_at_openssh(s, bytes);
    if (slice_equal_text(label, "ENCRYPTED PRIVATE KEY") || strstr(header, "ENCRYPTED"))
        return search_tell(s, NULL);
    return look_at_der(s, bytes);
}

/* Looks at the next block. False at the end, and where there is none. A broken block is passed
 * over. */
static bool next_block(const struct search *s, BIO *in, bool *ended)
{
    char *label = NULL, *header = NULL;
    unsigned char *bytes = NULL;
    long n = 0;
    int found = PEM_read_bio_ex(in, &label, &header, &bytes, &n, PEM_FLAG_SECURE);
    if (found != 1)
        return ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
    *ended = look_at_block(s, slice_text(label), header, slice_of(bytes, (size_t)n));
    OPENSSL_secure_clear_free(bytes, (size_t)n);
    OPENSSL_secure_free(header);
    OPENSSL_secure_free(label);
    return !*ended;
}

static bool look_at_blocks(const struct search *s, struct slice text)
{
    bool ended = false;
    BIO *in = BIO_new_mem_buf(text.p, (int)text.n);
    bool more = in != NULL;
    for (int i = 0; more && i < BLOCKS_MAX; i++)
        more = next_block(s, in, &ended);
    BIO_free(in);
    ERR_clear_error();
    return ended;
}

/* ---- the file ---- */

static bool look_at_content(const struct search *s, const char *path, struct slice bytes)
{
    struct public_key of;
    if (bytes.n == KEY_BYTES)
        return tell_secret(s, bytes.p);
    if (person_key_public(path, &of) && search_tell(s, &of))
        return true;
    if (memmem(bytes.p, bytes.n, "PRIVATE KEY", 11))
        return look_at_blocks(s, bytes);
    return look_at_der(s, bytes) || (is_sealed_der(bytes) && search_tell(s, NULL));
}

/* How large the file is; 0: none that could be a key. */
static size_t key_file_bytes(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return 0;
    bool fits = st.st_size >= KEY_BYTES && st.st_size <= SECRET_KEYS_FILE_MAX;
    return fits ? (size_t)st.st_size : 0;
}

bool secret_keys_find(const char *path, secret_keys_each *each, void *ctx)
{
    const struct search s = { each, ctx };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    size_t room = key_file_bytes(fd);
    uint8_t *bytes = room > 0 ? mem_alloc(room) : NULL;
    ssize_t n = bytes ? read(fd, bytes, room) : -1;
    (void)close(fd);
    bool ended = n >= 0 && look_at_content(&s, path, slice_of(bytes, (size_t)n));
    if (bytes)
        explicit_bzero(bytes, room);
    mem_free(bytes);
    return ended;
}
