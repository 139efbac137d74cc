/* cmd_key.c - concordat key [--approver | --person | check] FILE. */
#include "commands/cli.h"

#include "base/base64.h"
#include "commands/passphrase.h"
#include "commands/words.h"
#include "host/say.h"
#include "host/person_key.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_key(const struct public_key *key)
{
    char text[BASE64_LENGTH(KEY_BYTES)];
    base64_encode(slice_of(key->b, sizeof key->b), text);
    say("%.*s\n", (int)sizeof text, text);
}

/* Of an approver's key as older programs made it: 32 bytes that lie open. */
static int print_raw(const char *path)
{
    struct key secret;
    struct public_key public;
    struct err e = { 0 };
    if (!key_read(path, &secret, &e))
        return cli_fail(CLI_CANNOT, &e);
    ed25519_public(&secret, &public);
    explicit_bzero(&secret, sizeof secret);
    print_key(&public);
    return CLI_DONE;
}

/* A person's or approver's key under a passphrase; of one that is there its public half alone. */
static int make_person(int argc, char **argv)
{
    struct word_option o[] = { { .name = "--passphrase-file", .most = 1 }, { .name = NULL } };
    struct words w;
    struct passphrase phrase;
    struct public_key public;
    struct err e = { 0 };
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    bool good = access(w.plain[0], F_OK) == 0
                    ? person_key_public(w.plain[0], &public) ||
                          err_set(&e, ERR_FATAL, "key.form", 0,
                                  "cannot use key file '%s': it is no key that concordat key "
                                  "--person makes",
                                  w.plain[0])
                    : passphrase_from(words_one(o, "--passphrase-file"), &e) &&
                          passphrase_new(&phrase, &e) &&
                          person_key_make(w.plain[0], passphrase_slice(&phrase), &public, &e);
    passphrase_wipe(&phrase);
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    print_key(&public);
    return CLI_DONE;
}

/* Read out, it tells two people that they have the same file. */
static int print_check(const char *path)
{
    struct key key;
    struct err e = { 0 };
    char value[KEY_CHECK_CHARS + 1];
    if (!key_read(path, &key, &e))
        return cli_fail(CLI_CANNOT, &e);
    key_check_value(&key, value);
    explicit_bzero(&key, sizeof key);
    say("%s\n", value);
    return CLI_DONE;
}

int cmd_key(struct cli *c, int argc, char **argv)
{
    struct err e = { 0 };
    (void)c;
    if (argc == 3 && strcmp(argv[1], "--approver") == 0 && key_file_kind(argv[2]) == KEY_FILE_RAW)
        return print_raw(argv[2]);
    if (argc > 1 && (strcmp(argv[1], "--person") == 0 || strcmp(argv[1], "--approver") == 0))
        return make_person(argc, argv);
    if (argc == 3 && strcmp(argv[1], "check") == 0)
        return print_check(argv[2]);
    if (argc != 2)
        return CLI_USAGE;
    return key_make(argv[1], &e) ? print_check(argv[1]) : cli_fail(CLI_CANNOT, &e);
}
