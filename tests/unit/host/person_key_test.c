/* person_key_test.c - a person's key under a passphrase. */
#include <CUnit/CUnit.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "host/person_key.h"
#include "scratch.h"

#define PHRASE SLICE("correct horse battery")

static struct scratch scratch;
static struct err e;
static char path[512];

static void fresh(void)
{
    scratch_make(&scratch);
    e = (struct err){ .fate = ERR_NONE };
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, "key"));
}

static void done(void)
{
    scratch_remove(&scratch);
}

static void opens_by_its_passphrase_alone(void)
{
    struct public_key said, made, told;
    struct key secret;
    struct stat st;
    CU_ASSERT_FATAL(person_key_make(path, PHRASE, &made, &e));
    CU_ASSERT(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    CU_ASSERT_EQUAL(key_file_kind(path), KEY_FILE_ENCRYPTED);
    CU_ASSERT_FATAL(person_key_read(path, PHRASE, &secret, &e));
    ed25519_public(&secret, &said);
    CU_ASSERT_EQUAL(memcmp(&said, &made, sizeof made), 0);
    CU_ASSERT(person_key_public(path, &told) && memcmp(&told, &made, sizeof made) == 0);
    CU_ASSERT_FALSE(person_key_read(path, SLICE("correct horse batterx"), &secret, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.passphrase");
    CU_ASSERT_FALSE(secret.set);
}

static void openssl_reads_it(void)
{
    struct public_key made;
    uint8_t raw[KEY_BYTES];
    size_t n = sizeof raw;
    CU_ASSERT_FATAL(person_key_make(path, PHRASE, &made, &e));
    FILE *f = fopen(path, "r");
    char phrase[] = "correct horse battery";
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, phrase);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT(EVP_PKEY_get_raw_public_key(key, raw, &n) == 1 && memcmp(raw, made.b, n) == 0);
    EVP_PKEY_free(key);
    fclose(f);
}

static void refuses_what_is_no_key_of_a_person(void)
{
    struct public_key made;
    struct key secret;
    CU_ASSERT_FALSE(person_key_make(path, SLICE("short"), &made, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.passphrase");
    err_clear(&e);
    CU_ASSERT_FATAL(person_key_make(path, PHRASE, &made, &e));
    CU_ASSERT_FALSE(person_key_make(path, PHRASE, &made, &e)); /* never over one that is there */
    CU_ASSERT_STRING_EQUAL(e.code, "key.open");
    err_clear(&e);
    CU_ASSERT(chmod(path, 0640) == 0);
    CU_ASSERT_FALSE(person_key_read(path, PHRASE, &secret, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.mode");
    err_clear(&e);
    scratch_write(&scratch, "key", "hello", 5, 0600);
    CU_ASSERT_FALSE(person_key_read(path, PHRASE, &secret, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.form");
}

static void one_that_lies_open_is_refused(void)
{
    static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n"
                              "-----END PRIVATE KEY-----\n";
    struct key secret;
    scratch_write(&scratch, "key", pem, sizeof pem - 1, 0600);
    CU_ASSERT_FALSE(person_key_read(path, PHRASE, &secret, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "key.plain");
}

static CU_TestInfo cases[] = {
    { "opens by its passphrase alone", opens_by_its_passphrase_alone },
    { "openssl reads it", openssl_reads_it },
    { "refuses what is no key of a person", refuses_what_is_no_key_of_a_person },
    { "one that lies open is refused", one_that_lies_open_is_refused },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_person_key = { "person_key", NULL, NULL, fresh, done, cases };
