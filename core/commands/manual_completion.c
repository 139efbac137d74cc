/* manual_completion.c - scripts that complete commands, options and topics. */
#include "commands/manual.h"

#include <ctype.h>
#include <string.h>

#define LITERALS_MAX 64

/* Whether a word of a pattern is typed as it stands: small letters, or an option. Capitals stand
 * for arguments. */
static bool is_literal(struct slice word)
{
    for (size_t i = 0; i < word.n; i++) {
        bool is_typed = islower(word.p[i]) || word.p[i] == '-';
        if (!is_typed)
            return false;
    }
    return word.n > 0;
}

/* Takes the next word off a pattern that is typed as it stands; alternatives ("again|drop") come
 * one by one. False at the end. */
static bool next_literal(struct slice *rest, struct slice *word)
{
    while (rest->n > 0) {
        size_t skip = 0;
        while (skip < rest->n && strchr(" |[].", rest->p[skip]))
            skip++;
        *rest = slice_from(*rest, skip);
        size_t n = 0;
        while (n < rest->n && !strchr(" |[]", rest->p[n]))
            n++;
        *word = slice_head(*rest, n);
        *rest = slice_from(*rest, n);
        if (is_literal(*word))
            return true;
    }
    return false;
}

static bool is_listed(const struct slice *list, size_t n, struct slice word)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(list[i], word))
            return true;
    return false;
}

/* Puts what may follow a command's first word, each once. */
static void put_literals(const struct cli *c, struct slice command, struct buf *out)
{
    struct slice list[LITERALS_MAX], word;
    size_t n = 0;
    for (size_t i = 0; i < c->command_count; i++) {
        const struct command *one = &c->commands[i];
        if (!slice_equal(command_word(one), command))
            continue;
        struct slice rest = slice_from(slice_text(one->pattern), command.n);
        while (n < LITERALS_MAX && next_literal(&rest, &word))
            if (!is_listed(list, n, word))
                list[n++] = word;
    }
    for (size_t i = 0; i < n; i++)
        buf_format(out, "%s%.*s", i > 0 ? " " : "", SHOWN(list[i]));
}

static void put_cases(const struct cli *c, struct buf *out)
{
    for (size_t i = 0; i < c->command_count; i++) {
        struct slice word = command_word(&c->commands[i]);
        if (!manual_is_first(c, i))
            continue;
        buf_format(out, "    %.*s) choices='", SHOWN(word));
        put_literals(c, word, out);
        buf_text(out, "' ;;\n");
    }
}

static void put_commands(const struct cli *c, struct buf *out)
{
    buf_text(out, "help");
    for (size_t i = 0; i < c->command_count; i++)
        if (manual_is_first(c, i))
            buf_format(out, " %.*s", SHOWN(command_word(&c->commands[i])));
}

static void put_topics(struct buf *out)
{
    buf_text(out, "    manual) choices=\"$choices");
    for (const struct manual_topic *t = manual_topics; t->name; t++)
        buf_format(out, " %s", t->name);
    buf_text(out, "\" ;;\n");
}

static void put_bash(const struct cli *c, struct buf *out)
{
    buf_text(out, "# bash completion of concordat: concordat manual --completion bash\n"
                  "_concordat() {\n  local choices= at=${COMP_WORDS[COMP_CWORD]}\n"
                  "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W '");
    put_commands(c, out);
    buf_text(out, "' -- \"$at\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n");
    put_cases(c, out);
    buf_text(out, "  esac\n  case ${COMP_WORDS[1]} in\n");
    put_topics(out);
    buf_text(
        out,
        "  esac\n  COMPREPLY=($(compgen -W \"$choices\" -- \"$at\") $(compgen -f -- \"$at\"))\n"
        "}\ncomplete -o filenames -F _concordat concordat\n");
}

static void put_zsh(const struct cli *c, struct buf *out)
{
    buf_text(out, "#compdef concordat\n"
                  "# zsh completion of concordat: concordat manual --completion zsh\n"
                  "_concordat() {\n  local of=${words[2]} choices\n"
                  "  if (( CURRENT == 2 )); then\n    compadd -- ");
    put_commands(c, out);
    buf_text(out, "\n    return\n  fi\n  case $of in\n");
    put_cases(c, out);
    buf_text(out, "  esac\n  case $of in\n");
    put_topics(out);
    buf_text(out, "  esac\n  compadd -- ${=choices}\n  _files\n}\n"
                  "if [ \"$funcstack[1]\" = _concordat ]; then _concordat \"$@\"; "
                  "else compdef _concordat concordat; fi\n");
}

bool manual_completion(const struct cli *c, const char *shell, struct buf *out)
{
    if (strcmp(shell, "bash") == 0)
        put_bash(c, out);
    else if (strcmp(shell, "zsh") == 0)
        put_zsh(c, out);
    else
        return false;
    return true;
}
