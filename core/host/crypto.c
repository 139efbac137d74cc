/* crypto.c - hashes and ciphers of OpenSSL.
 *
 * SHA-256 is called by its own functions and HMAC written out over it (RFC 2104): a message needs
 * some ten short hashes, and EVP takes memory for each, which costs more than the hashing. Those
 * functions count as deprecated since 3.0, in favour of EVP; they are what its default provider
 * calls. AES goes through EVP, with contexts fetched once a thread. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "host/crypto.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/arena.h"
#include "host/guard.h"

struct contexts {
    EVP_CIPHER *aes;
    EVP_CIPHER_CTX *forth, *back;
};

static pthread_key_t contexts_key;
static pthread_once_t contexts_once = PTHREAD_ONCE_INIT;

static void free_contexts(void *p)
{
    struct contexts *c = p;
    EVP_CIPHER_CTX_free(c->forth);
    EVP_CIPHER_CTX_free(c->back);
    EVP_CIPHER_free(c->aes);
    mem_free(c);
}

static void make_contexts_key(void)
{
    int failed = pthread_key_create(&contexts_key, free_contexts);
    assert(!failed);
}

static struct contexts *new_contexts(void)
{
    struct contexts *c = mem_alloc(sizeof *c);
    assert(c);
    c->aes = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
    c->forth = EVP_CIPHER_CTX_new();
    c->back = EVP_CIPHER_CTX_new();
    assert(c->aes && c->forth && c->back);
    int good = EVP_EncryptInit_ex2(c->forth, c->aes, NULL, NULL, NULL) &&
               EVP_DecryptInit_ex2(c->back, c->aes, NULL, NULL, NULL) &&
               EVP_CIPHER_CTX_set_padding(c->forth, 0) && EVP_CIPHER_CTX_set_padding(c->back, 0);
    assert(good);
    pthread_setspecific(contexts_key, c);
    return c;
}

static struct contexts *thread_contexts(void)
{
    pthread_once(&contexts_once, make_contexts_key);
    struct contexts *c = pthread_getspecific(contexts_key);
    return c ? c : new_contexts();
}

void crypto_forget(void)
{
    pthread_once(&contexts_once, make_contexts_key);
    struct contexts *c = pthread_getspecific(contexts_key);
    if (c)
        free_contexts(c);
    pthread_setspecific(contexts_key, NULL);
}

/* The hash of an optional first block and the slices after it. */
static void digest_slices(struct slice block, const struct slice *slices, size_t n, uint8_t *out)
{
    SHA256_CTX hash;
    int good = SHA256_Init(&hash) && SHA256_Update(&hash, block.p, block.n);
    for (size_t i = 0; i < n; i++)
        good = good && SHA256_Update(&hash, slices[i].p, slices[i].n);
    good = good && SHA256_Final(out, &hash);
    assert(good);
    explicit_bzero(&hash, sizeof hash);
}

void sha256(struct slice s, uint8_t out[HASH_BYTES])
{
    digest_slices((struct slice){ NULL, 0 }, &s, 1, out);
}

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256_begun), "a hash that was begun");

void sha256_begin(struct slice s, struct sha256_begun *out)
{
    SHA256_CTX hash;
    int good = SHA256_Init(&hash) && SHA256_Update(&hash, s.p, s.n);
    assert(good);
    memcpy(out, &hash, sizeof hash);
}

void sha256_end(const struct sha256_begun *b, struct slice rest, uint8_t out[HASH_BYTES])
{
    SHA256_CTX hash;
    memcpy(&hash, b, sizeof hash);
    int good = SHA256_Update(&hash, rest.p, rest.n) && SHA256_Final(out, &hash);
    assert(good);
    explicit_bzero(&hash, sizeof hash);
}

void sha256_slices(const struct slice *slices, size_t n, uint8_t out[HASH_BYTES])
{
    digest_slices((struct slice){ NULL, 0 }, slices, n, out);
}

static void pad_key(const struct key *k, uint8_t with, uint8_t pad[SHA256_CBLOCK])
{
    assert(k->set);
    memset(pad, with, SHA256_CBLOCK);
    for (size_t i = 0; i < KEY_BYTES; i++)
        pad[i] ^= k->b[i];
}

void hmac_sha256_slices(const struct key *k, const struct slice *slices, size_t n,
                        uint8_t out[HASH_BYTES])
{
    uint8_t pad[SHA256_CBLOCK], inner[HASH_BYTES];
    pad_key(k, 0x36, pad);
    digest_slices(slice_of(pad, sizeof pad), slices, n, inner);
    pad_key(k, 0x5c, pad);
    struct slice second = { inner, sizeof inner };
    digest_slices(slice_of(pad, sizeof pad), &second, 1, out);
    explicit_bzero(pad, sizeof pad);
    explicit_bzero(inner, sizeof inner);
}

void hmac_sha256(const struct key *k, struct slice s, uint8_t out[HASH_BYTES])
{
    hmac_sha256_slices(k, &s, 1, out);
}

void aes128_block(const struct key *k, const uint8_t in[16], uint8_t out[16])
{
    EVP_CIPHER_CTX *aes = thread_contexts()->forth;
    int n = 0;
    assert(k->set);
    int good =
        EVP_EncryptInit_ex2(aes, NULL, k->b, NULL, NULL) && EVP_EncryptUpdate(aes, out, &n, in, 16);
    assert(good && n == 16);
}

void aes128_block_back(const struct key *k, const uint8_t in[16], uint8_t out[16])
{
    EVP_CIPHER_CTX *aes = thread_contexts()->back;
    int n = 0;
    assert(k->set);
    int good =
        EVP_DecryptInit_ex2(aes, NULL, k->b, NULL, NULL) && EVP_DecryptUpdate(aes, out, &n, in, 16);
    assert(good && n == 16);
}

void random_bytes(uint8_t *out, size_t n)
{
    while (n > 0) {
        int some = n > INT_MAX ? INT_MAX : (int)n;
        int good = RAND_bytes(out, some);
        assert(good == 1);
        out += some;
        n -= (size_t)some;
    }
}

static bool read_key(int fd, const char *path, struct key *out, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_errno(e, ERR_FATAL, "key.open", errno, "cannot look at the key file", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_FATAL, "key.open", 0, "cannot use '%s' as a key: no regular file",
                       path);
    if (st.st_mode & 077)
        return err_set(e, ERR_FATAL, "key.mode", 0,
                       "cannot use key file '%s': others may read it (mode %04o, not 0600)", path,
                       (unsigned)st.st_mode & 07777);
    uint8_t room[KEY_BYTES + 1];
    ssize_t n = read(fd, room, sizeof room);
    if (n == KEY_BYTES) {
        memcpy(out->b, room, KEY_BYTES);
        out->set = true;
    }
    explicit_bzero(room, sizeof room);
    if (n != KEY_BYTES)
        return err_set(e, ERR_FATAL, "key.size", 0, "cannot use key file '%s': not %d bytes", path,
                       KEY_BYTES);
    return true;
}

bool key_read(const char *path, struct key *out, struct err *e)
{
    out->set = false;
    if (!guard_place_of(path, e))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "key.open", errno, "cannot open key file", path);
    bool good = read_key(fd, path, out, e);
    close(fd);
    return good;
}

bool key_make(const char *path, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_errno(e, ERR_FATAL, "key.open", errno, "cannot make key file", path);
    uint8_t fresh[KEY_BYTES];
    random_bytes(fresh, sizeof fresh);
    bool good = write(fd, fresh, sizeof fresh) == (ssize_t)sizeof fresh && fsync(fd) == 0;
    int number = errno;
    explicit_bzero(fresh, sizeof fresh);
    good = close(fd) == 0 && good;
    if (good)
        return true;
    unlink(path);
    return err_errno(e, ERR_FATAL, "key.open", number, "cannot write key file", path);
}

void key_check_value(const struct key *k, char out[KEY_CHECK_CHARS + 1])
{
    static const char text[] = "concordat key check value 1"; /* hashed with its NUL */
    uint8_t hash[HASH_BYTES];
    char hex[16];
    hmac_sha256(k, slice_of(text, sizeof text), hash);
    slice_to_hex(slice_of(hash, 8), hex);
    for (size_t i = 0, n = 0; n < sizeof hex; n++) {
        if (n && n % 4 == 0)
            out[i++] = '-';
        out[i++] = hex[n];
    }
    out[KEY_CHECK_CHARS] = 0;
}

static EVP_PKEY *secret_key(const struct key *k)
{
    assert(k->set);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->b, KEY_BYTES);
    assert(key);
    return key;
}

void ed25519_public(const struct key *secret, struct public_key *out)
{
    EVP_PKEY *key = secret_key(secret);
    size_t n = sizeof out->b;
    int good = EVP_PKEY_get_raw_public_key(key, out->b, &n);
    assert(good == 1 && n == sizeof out->b);
    EVP_PKEY_free(key);
}

void ed25519_sign(const struct key *secret, struct slice what, uint8_t out[SIGNATURE_BYTES])
{
    EVP_PKEY *key = secret_key(secret);
    EVP_MD_CTX *sign = EVP_MD_CTX_new();
    size_t n = SIGNATURE_BYTES;
    assert(sign);
    int good = EVP_DigestSignInit(sign, NULL, NULL, NULL, key) == 1 &&
               EVP_DigestSign(sign, out, &n, what.p, what.n) == 1;
    assert(good && n == SIGNATURE_BYTES);
    EVP_MD_CTX_free(sign);
    EVP_PKEY_free(key);
}

/* The points whose order divides 8, by their y in each way of writing it that libcrypto takes; the
 * sign of x, the highest bit, is either. 2 to 18 could be written twice too, and are no such
 * points. */
static const uint8_t weak_points[][KEY_BYTES] = {
    { 0 },
    { 1 },
    { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
      0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
      0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
    { 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
      0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
      0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
#define P_AND(low)                                                                                 \
    {                                                                                              \
        low, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,  \
            255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 127                   \
    }
    P_AND(0xec), /* p - 1 */
    P_AND(0xed), /* p, which is 0 */
    P_AND(0xee), /* p + 1, which is 1 */
};

bool ed25519_is_weak(const struct public_key *k)
{
    struct public_key y = *k;
    bool weak = false;
    y.b[KEY_BYTES - 1] &= 127;
    for (size_t i = 0; i < sizeof weak_points / sizeof weak_points[0]; i++)
        weak |= memcmp(y.b, weak_points[i], KEY_BYTES) == 0;
    return weak;
}

bool ed25519_verify(const struct public_key *k, struct slice what,
                    const uint8_t signature[SIGNATURE_BYTES])
{
    if (ed25519_is_weak(k))
        return false;
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->b, KEY_BYTES);
    EVP_MD_CTX *check = EVP_MD_CTX_new();
    assert(key && check); /* as above: without memory no signature is called false */
    int begun = EVP_DigestVerifyInit(check, NULL, NULL, NULL, key);
    assert(begun == 1);
    bool good = EVP_DigestVerify(check, signature, SIGNATURE_BYTES, what.p, what.n) == 1;
    EVP_MD_CTX_free(check);
    EVP_PKEY_free(key);
    return good;
}
