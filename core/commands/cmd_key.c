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

/* Prints the public half of an approver's key that an older program made: 32 bytes without a
 * passphrase. */
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

/* Makes a person's or approver's key under a passphrase. Where the file exists, it only prints that
 * key's public half. */
static int make_person(int argc, char **argv)
{
    struct word_option o[] = { { .name = "--passphrase-file", .most = 1 }, { .name = NULL } };
    struct words w;
    struct passphrase phrase;
    struct public_key public;
    struct err e = { 0 };
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    const char *path = w.plain[0];
    if (access(path, F_OK) == 0) {
        if (!person_key_public(path, &public)) {
            (void)err_set(&e, ERR_FATAL, "key.form", 0,
                          "cannot use key file '%s': it was not made by concordat key --person",
                          path);
            return cli_fail(CLI_CANNOT, &e);
        }
        print_key(&public);
        return CLI_DONE;
    }
    bool done = passphrase_from(words_one(o, "--passphrase-file"), &e);
    done = done && passphrase_new(&phrase, &e);
    done = done && person_key_make(path, passphrase_slice(&phrase), &public, &e);
    passphrase_wipe(&phrase);
    if (!done)
        return cli_fail(CLI_CANNOT, &e);
    print_key(&public);
    return CLI_DONE;
}

/* Prints the check value: read out, it tells two people that they have the same file. */
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

/* Makes an approver's key as a person's. Of an older file, whose key lies open, it prints the
 * public half. */
static int make_approver(int argc, char **argv)
{
    if (argc == 3 && key_file_kind(argv[2]) == KEY_FILE_RAW)
        return print_raw(argv[2]);
    return make_person(argc, argv);
}

/* Makes a site's key, and prints its check value. */
static int make_key(const char *path)
{
    struct err e = { 0 };
    if (!key_make(path, &e))
        return cli_fail(CLI_CANNOT, &e);
    return print_check(path);
}

int cmd_key(struct cli *c, int argc, char **argv)
{
    struct slice word = slice_text(argc > 1 ? argv[1] : NULL);
    (void)c;
    if (slice_equal_text(word, "--approver"))
        return make_approver(argc, argv);
    if (slice_equal_text(word, "--person"))
        return make_person(argc, argv);
    if (argc == 3 && slice_equal_text(word, "check"))
        return print_check(argv[2]);
    bool is_file = argc == 2 && word.n > 0 && word.p[0] != '-' && !slice_equal_text(word, "check");
    return is_file ? make_key(argv[1]) : CLI_USAGE;
}
