/* credentials.c - the header that shows who calls. */
#include "transport/credentials.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "transport/token.h"

static bool put_basic(const char *file, const struct token *token, char out[CREDENTIALS_LINE_MAX],
                      struct err *e)
{
    char text[BASE64_LENGTH(TOKEN_MAX) + 1] = "";
    struct slice pair = slice_text(token->text);
    if (slice_find(pair, ':') == pair.n)
        return err_set(e, ERR_FATAL, "token.size", 0, "cannot use '%s': want user:password", file);
    base64_encode(pair, text);
    (void)snprintf(out, CREDENTIALS_LINE_MAX, "Authorization: Basic %s", text);
    explicit_bzero(text, sizeof text);
    return true;
}

bool credentials_line(const struct secure_credentials *c, char out[CREDENTIALS_LINE_MAX],
                      struct err *e)
{
    struct token token;
    const char *file = cfg_is_set(c->basic_file)   ? c->basic_file
                       : cfg_is_set(c->value_file) ? c->value_file
                                                   : c->bearer_file;
    bool good = token_read(file, &token, e);
    *out = '\0';
    if (good && file == c->basic_file && *token.text)
        good = put_basic(file, &token, out, e);
    else if (good && *token.text)
        (void)snprintf(out, CREDENTIALS_LINE_MAX, "%s: %s%s",
                       cfg_is_set(c->header) ? c->header : "Authorization",
                       cfg_is_set(c->header) ? "" : "Bearer ", token.text);
    explicit_bzero(&token, sizeof token);
    return good;
}

bool credentials_is_shortage(const struct err *why)
{
    static const struct slice ours[] = { SLICE_INIT("tls.cert"), SLICE_INIT("tls.key"),
                                         SLICE_INIT("tls.ca") };
    struct slice code = slice_text(why->code ? why->code : "");
    return why->fate == ERR_RETRY && (slice_starts(code, SLICE("token.")) ||
                                      slice_is_one_of(code, ours, sizeof ours / sizeof ours[0]));
}
