/* secret_keys_test.c - a secret key is found in every form that openssl or ssh-keygen gives it. */
#include <CUnit/CUnit.h>

#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "host/person_key.h"
#include "host/secret_keys.h"
#include "scratch.h"

static struct scratch scratch;
static struct err e;
static struct public_key mine;
static EVP_PKEY *key;
static BIO *out;

static void fresh(void)
{
    struct key secret = { .set = true };
    scratch_make(&scratch);
    memset(secret.b, 7, KEY_BYTES);
    ed25519_public(&secret, &mine);
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret.b, KEY_BYTES);
    out = BIO_new(BIO_s_mem());
    CU_ASSERT_FATAL(key && out);
}

static void done(void)
{
    EVP_PKEY_free(key);
    BIO_free(out);
    scratch_remove(&scratch);
}

static const char *path(void)
{
    return scratch_path(&scratch, "file");
}

struct found {
    unsigned mine, others, locked;
};

static bool count(void *ctx, const struct public_key *of)
{
    struct found *f = ctx;
    f->locked += !of;
    f->mine += of && memcmp(of->b, mine.b, KEY_BYTES) == 0;
    f->others += of && memcmp(of->b, mine.b, KEY_BYTES) != 0;
    return false;
}

/* What is found in what was written. */
static struct found search(void)
{
    struct found f = { 0, 0, 0 };
    char *bytes = NULL;
    long n = BIO_get_mem_data(out, &bytes);
    scratch_write(&scratch, "file", bytes, (size_t)n, 0600);
    CU_ASSERT_FALSE(secret_keys_find(path(), count, &f));
    (void)BIO_reset(out);
    return f;
}

static void is(unsigned of_mine, unsigned of_others, unsigned locked)
{
    struct found f = search();
    CU_ASSERT_EQUAL(f.mine, of_mine);
    CU_ASSERT_EQUAL(f.others, of_others);
    CU_ASSERT_EQUAL(f.locked, locked);
}

static char phrase[] = "correct horse battery";
#define PHRASE phrase, (int)sizeof phrase - 1

static void what_lies_open_is_told_by_its_public_half(void)
{
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    is(1, 0, 0);
    CU_ASSERT_EQUAL(i2d_PKCS8PrivateKey_bio(out, key, NULL, NULL, 0, NULL, NULL), 1);
    is(1, 0, 0);
    uint8_t raw[KEY_BYTES];
    memset(raw, 7, sizeof raw);
    BIO_write(out, raw, sizeof raw);
    is(1, 0, 0);
}

/* RFC 8410 section 10.3: with attributes and the public key, which is another version of the
 * form. */
static void the_later_version_of_the_form_is_read(void)
{
    static const char pem[] = "-----BEGIN PRIVATE KEY-----\r\n"
                              "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\r\n"
                              "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\r\n"
                              "Z9w7lshQhqowtrbLDFw4rXAxZuE=\r\n"
                              "-----END PRIVATE KEY-----\r\n";
    static const uint8_t public[] = { 0x19, 0xbf, 0x44, 0x09, 0x69, 0x84, 0xcd, 0xfe,
                                      0x85, 0x41, 0xba, 0xc1, 0x67, 0xdc, 0x3b, 0x96,
                                      0xc8, 0x50, 0x86, 0xaa, 0x30, 0xb6, 0xb6, 0xcb,
                                      0x0c, 0x5c, 0x38, 0xad, 0x70, 0x31, 0x66, 0xe1 };
    memcpy(mine.b, public, KEY_BYTES);
    BIO_write(out, pem, sizeof pem - 1);
    is(1, 0, 0);
}

static void a_passphrase_is_told_in_each_form(void)
{
    static const int old[] = { NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                               NID_pbe_WithSHA1And128BitRC4 };
    const EVP_CIPHER *const ciphers[] = { EVP_aes_256_cbc(), EVP_aes_128_cbc(),
                                          EVP_des_ede3_cbc() };
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, key, ciphers[i], PHRASE, NULL, NULL), 1);
        is(0, 0, 1);
        CU_ASSERT_EQUAL(i2d_PKCS8PrivateKey_bio(out, key, ciphers[i], PHRASE, NULL, NULL), 1);
        is(0, 0, 1);
    }
    for (size_t i = 0; i < 2; i++) {
        if (PEM_write_bio_PKCS8PrivateKey_nid(out, key, old[i], PHRASE, NULL, NULL) == 1)
            is(0, 0, 1); /* else a library without that cipher */
        (void)BIO_reset(out);
    }
    static const char heads[] =
        "-----BEGIN ED25519 PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        "DEK-Info: AES-128-CBC,0102030405060708090A0B0C0D0E0F10\n\nAAAAAAAAAAAA\n"
        "-----END ED25519 PRIVATE KEY-----\n";
    BIO_write(out, heads, sizeof heads - 1);
    is(0, 0, 1);
}

static void what_concordat_makes_says_whose_it_is(void)
{
    struct found f = { 0, 0, 0 };
    CU_ASSERT_FATAL(person_key_make(path(), SLICE("correct horse battery"), &mine, &e));
    CU_ASSERT_FALSE(secret_keys_find(path(), count, &f));
    CU_ASSERT(f.mine == 1 && f.others == 0 && f.locked == 1);
}

/* The first bytes of a key file of OpenSSH, in which the public key stands open. */
static void a_key_of_openssh_tells_whose_it_is(void)
{
    static const char *const ciphers[] = { "\0\0\0\x04none\0\0\0\x04none\0\0\0\0",
                                           "\0\0\0\x0a"
                                           "aes256-ctr\0\0\0\x06"
                                           "bcrypt\0\0\0\0" };
    static const int lengths[] = { 20, 28 };
    for (int i = 0; i < 2; i++) {
        BIO *bytes = BIO_new(BIO_s_mem());
        char *data = NULL;
        BIO_write(bytes, "openssh-key-v1\0", 15);
        BIO_write(bytes, ciphers[i], lengths[i]);
        BIO_write(bytes, "\0\0\0\1\0\0\0\x33\0\0\0\x0bssh-ed25519\0\0\0\x20", 27);
        BIO_write(bytes, mine.b, KEY_BYTES);
        long n = BIO_get_mem_data(bytes, &data);
        CU_ASSERT(PEM_write_bio(out, "OPENSSH PRIVATE KEY", "", (const uint8_t *)data, n) > 0);
        is(1, 0, 0);
        BIO_free(bytes);
    }
}

static void each_key_of_a_file_is_told(void)
{
    BIO_puts(
        out,
        "What stands before it counts for nothing.\n-----BEGIN CERTIFICATE-----\nAAAA\n"
        "-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n*\n-----END PRIVATE KEY-----\n");
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), PHRASE, NULL, NULL),
                    1);
    memset(mine.b, 0, KEY_BYTES);
    is(0, 1, 1);
}

static void what_is_no_such_key_is_none(void)
{
    EVP_PKEY *rsa = EVP_RSA_gen(2048), *curve = EVP_EC_gen("P-256");
    CU_ASSERT_FATAL(rsa && curve);
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, rsa, NULL, NULL, 0, NULL, NULL), 1);
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, curve, NULL, NULL, 0, NULL, NULL), 1);
    CU_ASSERT_EQUAL(PEM_write_bio_PrivateKey_traditional(out, rsa, EVP_aes_256_cbc(),
                                                         (uint8_t *)PHRASE, NULL, NULL),
                    1);
    CU_ASSERT_EQUAL(PEM_write_bio_PrivateKey_traditional(out, curve, EVP_aes_256_cbc(),
                                                         (uint8_t *)PHRASE, NULL, NULL),
                    1);
    CU_ASSERT_EQUAL(PEM_write_bio_PUBKEY(out, key), 1);
    is(0, 0, 0);
    CU_ASSERT_EQUAL(i2d_PUBKEY_bio(out, key), 1);
    is(0, 0, 0);
    BIO_puts(out, "0123456789 are bytes of no key at all, and more of them");
    is(0, 0, 0);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(curve);
}

/* A hash that was signed has the form of a sealed key, and another algorithm. */
static void a_hash_of_its_form_is_none(void)
{
    static const uint8_t sha256_of[] = { 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48,     1,
                                         0x65, 3,    4,    2,    1, 5, 0,    4,    KEY_BYTES };
    static const uint8_t hash[KEY_BYTES] = { 1 };
    BIO_write(out, sha256_of, sizeof sha256_of);
    BIO_write(out, hash, sizeof hash);
    is(0, 0, 0);
}

static void a_key_that_is_cut_off_is_none(void)
{
    char *bytes = NULL;
    CU_ASSERT_EQUAL(i2d_PKCS8PrivateKey_bio(out, key, NULL, NULL, 0, NULL, NULL), 1);
    long n = BIO_get_mem_data(out, &bytes);
    struct found f = { 0, 0, 0 };
    scratch_write(&scratch, "file", bytes, (size_t)n - 1, 0600);
    CU_ASSERT_FALSE(secret_keys_find(path(), count, &f));
    CU_ASSERT_EQUAL(f.mine + f.others + f.locked, 0);
}

static void a_file_is_looked_at_up_to_a_size(void)
{
    static char before[SECRET_KEYS_FILE_MAX];
    char *bytes = NULL;
    memset(before, '\n', sizeof before);
    for (unsigned more = 0; more < 2; more++) {
        CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
        size_t n = (size_t)BIO_get_mem_data(out, &bytes);
        char text[256];
        CU_ASSERT_FATAL(n <= sizeof text);
        memcpy(text, bytes, n);
        (void)BIO_reset(out);
        BIO_write(out, before, (int)(SECRET_KEYS_FILE_MAX - n + more));
        BIO_write(out, text, (int)n);
        is(!more, 0, 0);
    }
}

/* What can be reached from a folder lies there. */
static void a_link_leads_to_the_key(void)
{
    struct found f = { 0, 0, 0 };
    CU_ASSERT_EQUAL(PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    is(1, 0, 0);
    CU_ASSERT_EQUAL_FATAL(symlink("file", scratch_path(&scratch, "link")), 0);
    CU_ASSERT_FALSE(secret_keys_find(scratch_path(&scratch, "link"), count, &f));
    CU_ASSERT_EQUAL(f.mine, 1);
}

static CU_TestInfo cases[] = {
    { "what lies open is told by its public half", what_lies_open_is_told_by_its_public_half },
    { "the later version of the form is read", the_later_version_of_the_form_is_read },
    { "a passphrase is told in each form", a_passphrase_is_told_in_each_form },
    { "what concordat makes says whose it is", what_concordat_makes_says_whose_it_is },
    { "a key of OpenSSH tells whose it is", a_key_of_openssh_tells_whose_it_is },
    { "each key of a file is told", each_key_of_a_file_is_told },
    { "what is no such key is none", what_is_no_such_key_is_none },
    { "a hash of its form is none", a_hash_of_its_form_is_none },
    { "a key that is cut off is none", a_key_that_is_cut_off_is_none },
    { "a file is looked at up to a size", a_file_is_looked_at_up_to_a_size },
    { "a link leads to the key", a_link_leads_to_the_key },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_secret_keys = { "secret_keys", NULL, NULL, fresh, done, cases };
