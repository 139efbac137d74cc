/* secure_test.c - TLS, credentials, proxy and the two words: what is refused, where, and what is
 * only said. */
#include "site/site.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"

struct state {
    struct secure secure;
};

#define AT(field) offsetof(struct state, field)
static const struct cfg_option table[] = {
    SECURE_TLS(AT(secure)),       SECURE_CREDENTIALS(AT(secure)),
    SECURE_CLEARTEXT(AT(secure)), SECURE_ANYONE(AT(secure)),
    { .type = CFG_END },
};

static struct scratch scratch;
static struct arena arena;
static struct problems problems;
static struct state got;
static struct err e;

static int make(void)
{
    char command[600];
    scratch_make(&scratch);
    snprintf(command, sizeof command, "'%s/tests/fixtures/tls/make' '%s'", SOURCE_DIR, scratch.dir);
    return system(command);
}

static int remove_all(void)
{
    scratch_remove(&scratch);
    return 0;
}

static void fresh(void)
{
    arena_init(&arena, 1 << 20);
    problems = (struct problems){ .count = 0 };
    e = (struct err){ .fate = ERR_NONE };
}

static void done(void)
{
    problems_release(&problems);
    arena_release(&arena);
}

static void read_from(const char *yaml)
{
    struct node *map;
    got = (struct state){ .secure = { .proxy = NULL } };
    CU_ASSERT_FATAL(tree_yaml(&arena, slice_text(yaml), "t", &map, &e));
    CU_ASSERT(options_read(&arena, map, table, scratch.dir, &got, &problems));
}

enum kind { LISTENS, KNOWS, LOCAL, SENDS, SENDS_LOCAL, SENDS_HTTPS };

/* A transport of that kind, that speaks TLS where `tls` is given. */
static struct secure_stand stand(enum kind kind)
{
    return (struct secure_stand){ .secure = &got.secure,
                                  .address = "10.1.2.3:2575",
                                  .name = "10.1.2.3",
                                  .listens = kind <= LOCAL,
                                  .knows_whom = kind == KNOWS,
                                  .local = kind == LOCAL || kind == SENDS_LOCAL,
                                  .encrypted = kind == SENDS_HTTPS || got.secure.tls.at };
}

static bool is_good(enum kind kind, const char *yaml)
{
    e = (struct err){ .fate = ERR_NONE };
    read_from(yaml);
    struct secure_stand s = stand(kind);
    return secure_check(&s, &e);
}

struct turned_down {
    enum kind kind;
    const char *yaml, *code;
    uint32_t line;
    const char *words;
};

static void each_is_refused(const struct turned_down *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool good = is_good(all[i].kind, all[i].yaml);
        if (good || strcmp(e.code, all[i].code) != 0 || !strstr(e.text, all[i].words))
            fprintf(stderr, "\n%s: %s %s\n", all[i].yaml, good ? "good" : e.code, e.text);
        CU_ASSERT_FATAL(!good);
        CU_ASSERT_STRING_EQUAL(e.code, all[i].code);
        CU_ASSERT_EQUAL(e.fate, ERR_FATAL);
        CU_ASSERT_EQUAL(e.line, all[i].line);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, all[i].words));
    }
}

static void beyond_this_machine_both_words_are_wanted(void)
{
    static const struct turned_down all[] = {
        { LISTENS, "{}", "secure.cleartext", 0, "cannot listen at '10.1.2.3:2575' in the clear" },
        { KNOWS, "{}", "secure.cleartext", 0, "cleartext: {because:" },
        { SENDS, "{}", "secure.cleartext", 0, "cannot send to" },
        { LISTENS, "cleartext: {because: x}", "secure.anyone", 0, "anyone: {because:" },
        { LISTENS, "anyone: {because: x}", "secure.cleartext", 0, "" },
        { LISTENS, "tls: {cert: a, key: b}", "secure.anyone", 0, "" },
        { LISTENS, "tls: {cert: a, key: b, ca: c, client: optional}", "secure.anyone", 0, "" },
        { LISTENS, "anyone: {because: x}\ncleartext: {because: ' '}", "secure.word", 2,
          "'because' is empty" },
        { SENDS, "cleartext: {because: x}\nanyone: {because: y}", "secure.word", 2, "listener" },
    };
    each_is_refused(all, sizeof all / sizeof all[0]);
}

static void what_is_safe_or_said_is_good(void)
{
    CU_ASSERT(is_good(LOCAL, "{}"));
    CU_ASSERT(is_good(SENDS_LOCAL, "{}"));
    CU_ASSERT(is_good(SENDS_HTTPS, "{}"));
    CU_ASSERT(is_good(LISTENS, "cleartext: {because: x}\nanyone: {because: y}"));
    CU_ASSERT(is_good(KNOWS, "cleartext: {because: x}"));
    CU_ASSERT(is_good(KNOWS, "tls: {cert: a, key: b}"));
    CU_ASSERT(is_good(LISTENS, "tls: {cert: a, key: b, ca: c, client: required}"));
    CU_ASSERT(is_good(LISTENS, "tls: {cert: a, key: b}\nanyone: {because: y}"));
    CU_ASSERT(is_good(SENDS, "tls: {}"));
    struct secure_stand nowhere = { .secure = NULL };
    CU_ASSERT(secure_check(&nowhere, &e));
}

static void options_that_do_not_go_together_are_refused_where_they_stand(void)
{
    static const struct turned_down all[] = {
        { LISTENS, "tls:\n  ca: c", "secure.tls", 2, "'cert' and 'key' are missing" },
        { SENDS, "tls:\n  ca: c\n  key: k", "secure.tls", 3, "'cert' and 'key' go together" },
        { KNOWS, "tls: {cert: a, key: b,\n  client: always}", "secure.tls", 2, "required or" },
        { KNOWS, "tls: {cert: a, key: b,\n  client: required}", "secure.tls", 2,
          "'ca' is missing" },
        { KNOWS, "tls: {cert: a, key: b,\n  ca: c}", "secure.tls", 2,
          "without 'client: required'" },
        { KNOWS, "tls: {cert: a, key: b,\n  min: 1.1}", "secure.tls", 2, "1.2 or 1.3" },
        { KNOWS, "tls: {cert: a, key: b,\n  name: x}", "secure.tls", 2, "for who connects" },
        { SENDS, "tls: {\n  client: required}", "secure.tls", 2, "for a listener" },
        { SENDS_HTTPS, "credentials:\n  oauth2: x", "secure.credentials", 2, "not built yet" },
        { SENDS_HTTPS, "credentials: {\n header: X-Key}", "secure.credentials", 2, "value_file" },
        { SENDS_HTTPS, "credentials: {\n value_file: f}", "secure.credentials", 2, "header" },
        { SENDS_HTTPS, "credentials: {\n header: 'a b', value_file: f}", "secure.credentials", 2,
          "no header's name" },
        { SENDS_HTTPS, "credentials: {bearer_file: a, basic_file: b}", "secure.credentials", 1,
          "want one of" },
        { SENDS_HTTPS, "credentials: {}", "secure.credentials", 1, "want one of" },
        { SENDS_HTTPS, "proxy: 'https://p:1'", "secure.proxy", 0, "http://host:port" },
        { SENDS_HTTPS, "proxy: 'http://me:word@p:1'", "secure.proxy", 0, "without a user" },
    };
    each_is_refused(all, sizeof all / sizeof all[0]);
    CU_ASSERT(is_good(SENDS_HTTPS, "credentials: {header: X-Key, value_file: f}\n"
                                   "proxy: 'http://p.example:3128'"));
    CU_ASSERT_STRING_EQUAL(got.secure.credentials.header, "X-Key");
}

static void unknown_and_missing_options_of_a_group_are_told(void)
{
    static const char *const all[] = { "tls: {certificate: a}", "tls: yes", "cleartext: {}",
                                       "anyone: no", "credentials: {password: x}" };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct node *map;
        CU_ASSERT_FATAL(tree_yaml(&arena, slice_text(all[i]), "t", &map, &e));
        CU_ASSERT_FALSE(options_read(&arena, map, table, "/", &got, &problems));
        CU_ASSERT_EQUAL(problems.count, i + 1);
    }
}

static void a_word_that_changes_nothing_is_known(void)
{
    static const struct {
        enum kind kind;
        const char *tls;
        bool cleartext, anyone;
    } all[] = {
        { LISTENS, "", false, false },
        { LOCAL, "", true, true },
        { KNOWS, "", false, true },
        { LISTENS, "tls: {cert: a, key: b}\n", true, false },
        { LISTENS, "tls: {cert: a, key: b, ca: c, client: required}\n", true, true },
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        CU_ASSERT(
            is_good(all[i].kind, arena_format(&arena, "%s%s", all[i].tls,
                                              "cleartext: {because: x}\nanyone: {because: y}")));
        struct secure_stand s = stand(all[i].kind);
        CU_ASSERT_EQUAL(secure_is_needless(&s, &got.secure.cleartext), all[i].cleartext);
        CU_ASSERT_EQUAL(secure_is_needless(&s, &got.secure.anyone), all[i].anyone);
    }
    CU_ASSERT(is_good(LOCAL, "{}"));
    struct secure_stand s = stand(LOCAL);
    CU_ASSERT_FALSE(secure_is_needless(&s, &got.secure.anyone));
}

static void files_are_refused_at_their_option(void)
{
    static const struct turned_down all[] = {
        { KNOWS, "tls:\n  cert: server.pem\n  key: client.key", "tls.key", 3, "not the key of" },
        { KNOWS, "tls:\n  cert: early.pem\n  key: early.key", "tls.cert", 2, "not yet valid" },
        { KNOWS, "tls:\n  key: server.key\n  cert: none.pem", "tls.cert", 3, "cannot open" },
        { SENDS, "tls:\n  name: x\n  ca: server.key", "tls.ca", 3, "no certificate in it" },
    };
    int64_t until_ms = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        CU_ASSERT(is_good(all[i].kind, all[i].yaml));
        struct secure_stand s = stand(all[i].kind);
        CU_ASSERT_FALSE(secure_try(&s, &until_ms, &e));
        CU_ASSERT_STRING_EQUAL(e.code, all[i].code);
        CU_ASSERT_EQUAL(e.line, all[i].line);
        CU_ASSERT_STRING_EQUAL(e.file, "t");
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, all[i].words));
    }
}

static void what_is_given_opens_a_context_and_what_is_not_none(void)
{
    struct tls_context *context = NULL;
    CU_ASSERT(
        is_good(KNOWS, "tls: {cert: server.pem, key: server.key, ca: ca.pem, client: required}"));
    struct secure_stand s = stand(KNOWS);
    CU_ASSERT_EQUAL(secure_settings(&s).client, TLS_CLIENT_REQUIRED);
    CU_ASSERT(secure_open(&s, &context, &e));
    CU_ASSERT_PTR_NOT_NULL(context);
    tls_close(&context);
    CU_ASSERT(is_good(LOCAL, "{}"));
    s = stand(LOCAL);
    CU_ASSERT(secure_open(&s, &context, &e));
    CU_ASSERT_PTR_NULL(context);
    CU_ASSERT(is_good(SENDS, "tls: {ca: ca.pem}"));
    s = stand(SENDS);
    CU_ASSERT_STRING_EQUAL(secure_settings(&s).name, "10.1.2.3");
    CU_ASSERT(is_good(SENDS, "tls: {ca: ca.pem, name: board.example, min: 1.3}"));
    CU_ASSERT_STRING_EQUAL(secure_settings(&s).name, "board.example");
    CU_ASSERT(secure_settings(&s).only_1_3);
}

static CU_TestInfo cases[] = {
    { "beyond this machine both words are wanted", beyond_this_machine_both_words_are_wanted },
    { "what is safe or said is good", what_is_safe_or_said_is_good },
    { "options that do not go together are refused where they stand",
      options_that_do_not_go_together_are_refused_where_they_stand },
    { "unknown and missing options of a group are told",
      unknown_and_missing_options_of_a_group_are_told },
    { "a word that changes nothing is known", a_word_that_changes_nothing_is_known },
    { "files are refused at their option", files_are_refused_at_their_option },
    { "what is given opens a context, and what is not none",
      what_is_given_opens_a_context_and_what_is_not_none },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_secure = { "secure", make, remove_all, fresh, done, cases };
