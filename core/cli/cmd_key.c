/* cmd_key.c - concordat key [--approver] FILE. */
#include "cli/cli.h"

#include "base/base64.h"
#include "host/crypto.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What region.yaml names: the other half of an approver's key. */
static int print_public(const char *path)
{
    struct key secret;
    struct public_key public;
    char text[BASE64_LENGTH(KEY_BYTES)];
    struct err e = { 0 };
    if (access(path, F_OK) != 0 && !key_make(path, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (!key_read(path, &secret, &e))
        return cli_fail(CLI_CANNOT, &e);
    ed25519_public(&secret, &public);
    explicit_bzero(&secret, sizeof secret);
    base64_encode(slice_of(public.b, sizeof public.b), text);
    printf("%.*s\n", (int)sizeof text, text);
    return CLI_DONE;
}

int cmd_key(struct cli *c, int argc, char **argv)
{
    struct err e = { 0 };
    (void)c;
    if (argc == 3 && strcmp(argv[1], "--approver") == 0)
        return print_public(argv[2]);
    if (argc != 2)
        return CLI_USAGE;
    return key_make(argv[1], &e) ? CLI_DONE : cli_fail(CLI_CANNOT, &e);
}
