/* crypto_test.c - published vectors, threads, and key files. */
#include <CUnit/CUnit.h>
#include <pthread.h>

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
    static const struct { const char *in, *want; } rows[] = {
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

static void hashes_parts_as_one_run(void)
{
    const struct slice parts[] = { SLICE_INIT("a"), { NULL, 0 }, SLICE_INIT("bc") };
    uint8_t whole[HASH_BYTES], joined[HASH_BYTES];
    sha256(SLICE("abc"), whole);
    sha256_parts(parts, 3, joined);
    CU_ASSERT_EQUAL(memcmp(whole, joined, sizeof whole), 0);
    struct key k = key_of("key");
    hmac_sha256(&k, SLICE("abc"), whole);
    hmac_sha256_parts(&k, parts, 3, joined);
    CU_ASSERT_EQUAL(memcmp(whole, joined, sizeof whole), 0);
}

/* RFC 4231 cases 1 and 2, and the token of MESH. */
static void keys_the_published_vectors(void)
{
    static const char mesh[] =
        "X26ABC1:00000000-0000-4000-8000-000000000001:0:password:202601311200";
    static const struct { const char *key, *in, *want; } rows[] = {
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
    static const struct { const char *name; size_t n; mode_t mode; const char *code; } rows[] = {
        { "good", 32, 0400, NULL },        { "group", 32, 0640, "key.mode" },
        { "others", 32, 0604, "key.mode" }, { "short", 31, 0600, "key.size" },
        { "long", 33, 0600, "key.size" },  { "empty", 0, 0600, "key.size" },
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

static CU_TestInfo cases[] = {
    { "hashes the published vectors", hashes_the_published_vectors },
    { "hashes parts as one run", hashes_parts_as_one_run },
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
