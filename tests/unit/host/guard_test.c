/* guard_test.c - keys are gone from memory when their holder is, and nobody else gets at them. */
#include "host/guard.h"

#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "host/crypto.h"
#include "host/person_key.h"
#include "scratch.h"

static struct scratch scratch;

static void fresh(void)
{
    scratch_make(&scratch);
}

static void done(void)
{
    scratch_remove(&scratch);
}

/* ---- what is in the memory of this process ---- */

#define PART 16 /* bytes of a key that must not be found: AES takes as many */
#define CHUNK 65536
#define MASK 0x5a /* the searched text is kept so, or it would find itself */

static size_t count_in(int memory, uintptr_t from, uintptr_t to, const uint8_t masked[PART])
{
    static uint8_t room[CHUNK + PART];
    uint8_t text[PART];
    size_t found = 0;
    for (size_t i = 0; i < PART; i++)
        text[i] = masked[i] ^ MASK;
    for (; from < to; from += CHUNK) {
        size_t n = to - from < CHUNK + PART - 1 ? to - from : CHUNK + PART - 1;
        ssize_t got = pread(memory, room, n, (off_t)from);
        for (const uint8_t *p = room;
             got >= PART && (p = memmem(p, (size_t)(room + got - p), text, PART)); p++)
            found += p != text;
    }
    explicit_bzero(room, sizeof room);
    explicit_bzero(text, sizeof text);
    return found;
}

/* In what is written to, but for the stack that looks. */
static size_t count(const uint8_t masked[PART])
{
    unsigned long from, to;
    char mode[8], line[512], *eof;
    size_t found = 0;
    int memory = open("/proc/self/mem", O_RDONLY);
    FILE *maps = fopen("/proc/self/maps", "re");
    CU_ASSERT_FATAL(memory >= 0 && maps);
    while ((eof = fgets(line, sizeof line, maps)))
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && strncmp(mode, "rw", 2) == 0 &&
            !strstr(line, "[stack]") && to - from < (1UL << 30))
            found += count_in(memory, from, to, masked);
    fclose(maps);
    close(memory);
    return found;
}

static void mask(const uint8_t *text, uint8_t masked[PART])
{
    for (size_t i = 0; i < PART; i++)
        masked[i] = text[i] ^ MASK;
}

/* The search is worth something: a key that is there is found. */
static void a_key_that_is_there_is_found(void)
{
    uint8_t masked[PART], *key = mem_alloc(PART);
    random_bytes(key, PART);
    mask(key, masked);
    CU_ASSERT_EQUAL(count(masked), 1);
    explicit_bzero(key, PART);
    CU_ASSERT_EQUAL(count(masked), 0);
    mem_free(key);
}

/* Of a site: read into the arena, used for hashes, pseudonyms and a signature, then closed. */
static void a_key_is_gone_when_its_arena_is(void)
{
    struct arena a;
    struct err e = { .fate = ERR_NONE };
    uint8_t masked[PART], out[SIGNATURE_BYTES], plain[16] = { 0 };
    arena_init(&a, 1 << 20);
    a.is_secret = true;
    struct key *key = ARENA_NEW(&a, struct key);
    guard_keep(key, sizeof *key);
    CU_ASSERT_FATAL(key_make(scratch_path(&scratch, "key"), &e));
    CU_ASSERT_FATAL(key_read(scratch_path(&scratch, "key"), key, &e));
    mask(key->b, masked);
    hmac_sha256(key, SLICE("text"), out);
    aes128_block(key, plain, out);
    aes128_block_back(key, plain, out);
    ed25519_sign(key, SLICE("text"), out);
    CU_ASSERT(count(masked) >= 1);
    arena_release(&a);
    crypto_forget();
    CU_ASSERT_EQUAL(count(masked), 0);
}

static void a_persons_key_and_passphrase_are_gone(void)
{
    static uint8_t phrase[40];
    struct key secret;
    struct public_key public;
    struct err e = { .fate = ERR_NONE };
    uint8_t key_masked[PART], phrase_masked[PART];
    random_bytes(phrase, sizeof phrase);
    for (size_t i = 0; i < sizeof phrase; i++)
        phrase[i] = (uint8_t)('a' + phrase[i] % 26);
    mask(phrase, phrase_masked);
    struct slice words = slice_of(phrase, sizeof phrase);
    CU_ASSERT_FATAL(person_key_make(scratch_path(&scratch, "key"), words, &public, &e));
    CU_ASSERT_FATAL(person_key_read(scratch_path(&scratch, "key"), words, &secret, &e));
    mask(secret.b, key_masked);
    ed25519_public(&secret, &public);
    explicit_bzero(&secret, sizeof secret);
    explicit_bzero(phrase, sizeof phrase);
    CU_ASSERT_EQUAL(count(key_masked), 0);
    CU_ASSERT_EQUAL(count(phrase_masked), 0);
}

/* ---- the process and its folders ---- */

static void a_guarded_process_leaves_no_core(void)
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit core = { 1, 1 };
        guard_process();
        getrlimit(RLIMIT_CORE, &core);
#if defined(__SANITIZE_ADDRESS__)
        bool dumpable = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
        bool dumpable = false;
#else
        bool dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
#endif
#else
        bool dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
#endif
        _exit(dumpable || core.rlim_cur || core.rlim_max);
    }
    int code = -1;
    CU_ASSERT(child > 0 && waitpid(child, &code, 0) == child && code == 0);
}

static void a_folder_that_others_may_look_into_is_refused(void)
{
    static const struct {
        mode_t mode;
        bool good;
    } rows[] = { { 0700, true },  { 0500, true },  { 0755, false }, { 0750, false },
                 { 0770, false }, { 0777, false }, { 0701, false }, { 01777, false } };
    struct err e = { .fate = ERR_NONE };
    char path[512], chmod_it[540];
    struct stat st;
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, "state"));
    snprintf(chmod_it, sizeof chmod_it, "chmod 700 %s", path);
    CU_ASSERT(guard_folder(path, "run.state", &e));
    CU_ASSERT(stat(path, &st) == 0 && (st.st_mode & 07777) == 0700);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        err_clear(&e);
        chmod(path, rows[i].mode);
        CU_ASSERT_EQUAL(guard_folder(path, "run.state", &e), rows[i].good);
        CU_ASSERT(rows[i].good || (e.fate == ERR_FATAL && strstr(e.text, chmod_it)));
    }
    chmod(path, 0700);
    rmdir(path);
}

static void a_key_that_others_may_replace_is_refused(void)
{
    struct err e = { .fate = ERR_NONE };
    struct key key;
    CU_ASSERT_FATAL(key_make(scratch_path(&scratch, "key"), &e));
    chmod(scratch.dir, 0770);
    CU_ASSERT_FALSE(key_read(scratch_path(&scratch, "key"), &key, &e));
    CU_ASSERT(e.fate == ERR_FATAL && strcmp(e.code, "key.folder") == 0 &&
              strstr(e.text, "chmod go-w"));
    chmod(scratch.dir, 0755);
    err_clear(&e);
    CU_ASSERT(key_read(scratch_path(&scratch, "key"), &key, &e));
}

static CU_TestInfo cases[] = {
    { "a key that others may replace is refused", a_key_that_others_may_replace_is_refused },
    { "a key that is there is found", a_key_that_is_there_is_found },
    { "a key is gone when its arena is", a_key_is_gone_when_its_arena_is },
    { "a person's key and passphrase are gone", a_persons_key_and_passphrase_are_gone },
    { "a guarded process leaves no core", a_guarded_process_leaves_no_core },
    { "a folder that others may look into is refused",
      a_folder_that_others_may_look_into_is_refused },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_guard = { "guard", NULL, NULL, fresh, done, cases };
