/* crypto_test.c - published vectors, threads, and key files. */
#include <CUnit/CUnit.h>
#include <pthread.h>

#include <openssl/evp.h>

#include "base/buf.h"
#include "host/crypto.h"
#include "scratch.h"

static struct scratch scratch;
static struct err e;
static struct buf hex;

static void fresh(void)
{
    scratch_make(&scratch);
    buf_init(&hex, 4096);
    err_clear(&e);
}

static void done(void)
{
    buf_release(&hex);
    scratch_remove(&scratch);
}

static bool is_hex(const uint8_t *p, size_t n, const char *want)
{
    buf_reset(&hex);
    buf_hex(&hex, slice_of(p, n));
    return slice_equal_text(buf_slice(&hex), want);
}

/* HMAC fills a short key with zeros, so a text of up to 32 bytes is such a key. */
static struct key key_of(const char *text)
{
    struct key k = { .set = true };
    memcpy(k.b, text, strlen(text));
    return k;
}

/* FIPS 180-2, appendix B. */
static void hashes_the_published_vectors(void)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };
    uint8_t out[HASH_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sha256(slice_text(rows[i].in), out);
        CU_ASSERT_TRUE(is_hex(out, sizeof out, rows[i].want));
    }
}

static void hashes_slices_as_one_run(void)
{
    const struct slice slices[] = { SLICE_INIT("a"), { NULL, 0 }, SLICE_INIT("bc") };
    uint8_t whole[HASH_BYTES], joined[HASH_BYTES];
    sha256(SLICE("abc"), whole);
    sha256_slices(slices, 3, joined);
    CU_ASSERT_EQUAL(memcmp(whole, joined, sizeof whole), 0);
    struct key k = key_of("key");
    hmac_sha256(&k, SLICE("abc"), whole);
    hmac_sha256_slices(&k, slices, 3, joined);
    CU_ASSERT_EQUAL(memcmp(whole, joined, sizeof whole), 0);
}

/* RFC 4231 cases 1 and 2, and the token of MESH. */
static void keys_the_published_vectors(void)
{
    static const char mesh[] =
        "X26ABC1:00000000-0000-4000-8000-000000000001:0:password:202601311200";
    static const struct {
        const char *key, *in, *want;
    } rows[] = {
        { "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
          "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { "Jefe", "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { "TestKey", mesh, "fe23706e11d7c839ffffa24c2d4c5e4ec22abd20257e29f97a191ffd2a7d8628" },
        { "Banana", mesh, "75d45865b71ca2e0ed86744eb9a8a84d2ec9884308471847cfb29848e83c8219" },
    };
    uint8_t out[HASH_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct key k = key_of(rows[i].key);
        hmac_sha256(&k, slice_text(rows[i].in), out);
        CU_ASSERT_TRUE(is_hex(out, sizeof out, rows[i].want));
    }
}

/* FIPS 197, appendix C.1. */
static void enciphers_a_block_and_back(void)
{
    struct key k = { .set = true };
    uint8_t in[16], out[16], back[16];
    for (uint8_t i = 0; i < 16; i++) {
        k.b[i] = i;
        in[i] = (uint8_t)(i * 17);
    }
    for (int round = 0; round < 3; round++) {
        aes128_block(&k, in, out);
        CU_ASSERT_TRUE(is_hex(out, 16, "69c4e0d86a7b0430d8cdb78070b4c55a"));
        aes128_block_back(&k, out, back);
        CU_ASSERT_EQUAL(memcmp(in, back, 16), 0);
    }
}

static void *hash_in_thread(void *p)
{
    struct key k = key_of("Jefe");
    hmac_sha256(&k, SLICE("what do ya want for nothing?"), p);
    return NULL;
}

static void works_in_several_threads(void)
{
    pthread_t threads[4];
    uint8_t out[4][HASH_BYTES];
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, hash_in_thread, out[i]), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_TRUE(is_hex(out[i], HASH_BYTES,
                              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
}

static void gives_different_random_bytes(void)
{
    uint8_t a[16], b[16];
    random_bytes(a, sizeof a);
    random_bytes(b, sizeof b);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
}

static void makes_a_key_file_once_and_reads_it(void)
{
    struct key k = { .set = false };
    struct stat st;
    CU_ASSERT_TRUE_FATAL(key_make(scratch_path(&scratch, "key"), &e));
    CU_ASSERT_EQUAL(stat(scratch.path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
    CU_ASSERT_TRUE(key_read(scratch.path, &k, &e));
    CU_ASSERT_TRUE(k.set);
    CU_ASSERT_FALSE(key_make(scratch.path, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.open");
    CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
}

static void refuses_key_files_that_are_not_safe(void)
{
    static const char bytes[] = "0123456789abcdef0123456789abcdefX";
    static const struct {
        const char *name;
        size_t n;
        mode_t mode;
        const char *code;
    } rows[] = {
        { "good", 32, 0400, NULL },         { "group", 32, 0640, "key.mode" },
        { "others", 32, 0604, "key.mode" }, { "short", 31, 0600, "key.size" },
        { "long", 33, 0600, "key.size" },   { "empty", 0, 0600, "key.size" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct key k = { .set = true };
        err_clear(&e);
        scratch_write(&scratch, rows[i].name, bytes, rows[i].n, rows[i].mode);
        CU_ASSERT_EQUAL(key_read(scratch.path, &k, &e), rows[i].code == NULL);
        CU_ASSERT_EQUAL(k.set, rows[i].code == NULL);
        if (rows[i].code)
            CU_ASSERT_STRING_EQUAL(e.code, rows[i].code);
    }
}

static void refuses_what_is_no_key_file(void)
{
    struct key k;
    CU_ASSERT_FALSE(key_read(scratch_path(&scratch, "absent"), &k, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.open");
    err_clear(&e);
    CU_ASSERT_FALSE(key_read(scratch.dir, &k, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.open");
}

/* RFC 8032 section 7.1, tests 1 and 2. */
static const struct {
    const char *secret, *public, *message, *signature;
} signatures[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46b"
      "d25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "r",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
      "1d8c"
      "387b2eaeb4302aeeb00d291612bb0c00" },
};

static void read_hex(const char *digits, uint8_t *out)
{
    for (size_t i = 0; digits[2 * i]; i++)
        out[i] = (uint8_t)(hex_digit((uint8_t)digits[2 * i]) << 4 |
                           hex_digit((uint8_t)digits[2 * i + 1]));
}

static void signs_the_published_vectors(void)
{
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        struct key secret = { .set = true };
        struct public_key wanted, public;
        uint8_t signature[SIGNATURE_BYTES], made[SIGNATURE_BYTES];
        read_hex(signatures[i].secret, secret.b);
        read_hex(signatures[i].public, wanted.b);
        read_hex(signatures[i].signature, signature);
        ed25519_public(&secret, &public);
        CU_ASSERT_EQUAL(memcmp(public.b, wanted.b, KEY_BYTES), 0);
        ed25519_sign(&secret, slice_text(signatures[i].message), made);
        CU_ASSERT_EQUAL(memcmp(made, signature, SIGNATURE_BYTES), 0);
        CU_ASSERT(ed25519_verify(&public, slice_text(signatures[i].message), made));
    }
}

static void verifies_nothing_that_was_changed(void)
{
    struct key secret = { .set = true }, other = { .b = { 1 }, .set = true };
    struct public_key public, stranger, broken = { { 2, 1 } };
    uint8_t signature[SIGNATURE_BYTES];
    ed25519_public(&secret, &public);
    ed25519_public(&other, &stranger);
    ed25519_sign(&secret, SLICE("text"), signature);
    CU_ASSERT(ed25519_verify(&public, SLICE("text"), signature));
    CU_ASSERT_FALSE(ed25519_verify(&public, SLICE("Text"), signature));
    CU_ASSERT_FALSE(ed25519_verify(&stranger, SLICE("text"), signature));
    CU_ASSERT_FALSE(ed25519_verify(&broken, SLICE("text"), signature));
    for (size_t i = 0; i < SIGNATURE_BYTES; i++) {
        signature[i] ^= 1;
        CU_ASSERT_FALSE(ed25519_verify(&public, SLICE("text"), signature));
        signature[i] ^= 1;
    }
}

/* The points of order 1, 2, 4 and 8, and in how else each can be written ("Taming the many EdDSAs",
 * table 1, and libsodium's ge25519_has_small_order). */
static const char *const small_orders[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};
#define SMALL_ORDERS (sizeof small_orders / sizeof small_orders[0])

static bool libcrypto_takes(const uint8_t key[KEY_BYTES], const uint8_t signature[SIGNATURE_BYTES],
                            const char *text)
{
    EVP_PKEY *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, KEY_BYTES);
    EVP_MD_CTX *check = EVP_MD_CTX_new();
    bool good = k && EVP_DigestVerifyInit(check, NULL, NULL, NULL, k) == 1 &&
                EVP_DigestVerify(check, signature, SIGNATURE_BYTES, (const uint8_t *)text,
                                 strlen(text)) == 1;
    EVP_MD_CTX_free(check);
    EVP_PKEY_free(k);
    return good;
}

/* R is the point itself, or the neutral one, and S nothing: of each key a good part of all texts is
 * signed. */
static int texts_signed_by_nobody(const struct public_key *k, bool by_libcrypto)
{
    int n = 0;
    for (int i = 0; i < 64; i++)
        for (int neutral = 0; neutral < 2; neutral++) {
            uint8_t signature[SIGNATURE_BYTES] = { 0 };
            char text[32];
            read_hex(neutral ? small_orders[0] : small_orders[i % 8], signature);
            snprintf(text, sizeof text, "text %d", i);
            n += by_libcrypto ? libcrypto_takes(k->b, signature, text)
                              : ed25519_verify(k, slice_text(text), signature);
        }
    return n;
}

static void a_key_of_small_order_signs_nothing(void)
{
    struct public_key k;
    for (size_t i = 0; i < SMALL_ORDERS; i++) {
        read_hex(small_orders[i], k.b);
        CU_ASSERT_TRUE(ed25519_is_weak(&k));
        CU_ASSERT_TRUE(texts_signed_by_nobody(&k, true) >
                       0); /* libcrypto alone does not keep us from it */
        CU_ASSERT_EQUAL(texts_signed_by_nobody(&k, false), 0);
    }
    for (int y = 2; y < 256; y++) { /* its neighbours are no such points, written either way */
        k = (struct public_key){ { (uint8_t)y } };
        CU_ASSERT_FALSE(ed25519_is_weak(&k));
        read_hex(small_orders[13], k.b);
        k.b[0] = (uint8_t)y;
        CU_ASSERT_EQUAL(ed25519_is_weak(&k), y >= 0xec && y <= 0xee);
    }
}

static CU_TestInfo cases[] = {
    { "signs the published vectors", signs_the_published_vectors },
    { "verifies nothing that was changed", verifies_nothing_that_was_changed },
    { "a key of small order signs nothing", a_key_of_small_order_signs_nothing },
    { "hashes the published vectors", hashes_the_published_vectors },
    { "hashes slices as one run", hashes_slices_as_one_run },
    { "keys the published vectors", keys_the_published_vectors },
    { "enciphers a block and back", enciphers_a_block_and_back },
    { "works in several threads", works_in_several_threads },
    { "gives different random bytes", gives_different_random_bytes },
    { "makes a key file once and reads it", makes_a_key_file_once_and_reads_it },
    { "refuses key files that are not safe", refuses_key_files_that_are_not_safe },
    { "refuses what is no key file", refuses_what_is_no_key_file },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_crypto = { "crypto", NULL, NULL, fresh, done, cases };
