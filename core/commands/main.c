/* main.c - concordat: the table of commands. */
#include "commands/cli.h"

#include "base/nearest.h"
#include "daemon/files.h"
#include "host/say.h"
#include "host/crypto.h"
#include "host/guard.h"

#include "registry.h"

#include <stdio.h>
#include <string.h>

#define AS_APPROVED                                                                                \
    "judge agreements that still lack approvals as if every party had given it; nothing is "       \
    "changed"

static const struct command commands[] = {
    { "run SITE [--only WHAT]... [--admin HOST:PORT]",
      "run the site; WHAT is feed:NAME, router or delivery:NAME; metrics and health at HOST:PORT",
      cmd_run },
    { "check SITE",
      "say every problem of a configuration as file:line:column; exit 1 when there is one",
      cmd_check },
    { "map MAPPING FILE...", "native files to shared records as JSON, with what was not carried",
      cmd_map },
    { "map MAPPING --quarantined SITE ID",
      "the same of a message that was set aside, its values masked", cmd_map },
    { "test SITE [FILE]... [--coverage-min N]",
      "decision tables: rows that turn out otherwise, clauses that no row shows", cmd_tables },
    { "test SITE [FILE]... --as-approved", AS_APPROVED, cmd_tables },
    { "explain SITE|FILE [AGREEMENT] [--annex]",
      "the agreements in force, or those of a bundle's file, in plain sentences for those who "
      "sign; or "
      "as a Markdown table",
      cmd_explain },
    { "explain --draft FOLDER [AGREEMENT] [--annex]",
      "the same of files that are in force nowhere yet, and whose signature each will lack",
      cmd_explain },
    { "why SITE EVENT-ID [SERVICE] [--protected]",
      "who got an event or not, and why, a sentence a recipient; --protected: what else is hidden",
      cmd_why },
    { "why SITE TYPE.KIND SERVICE|all [FACT]...",
      "the same of a supposed event; facts as in decision tables", cmd_why },
    { "why SITE TYPE.KIND ... --as-approved", AS_APPROVED, cmd_why },
    { "audit verify SITE", "chain, sequence, and no disclosure without its record", cmd_audit },
    { "audit replay SITE", "judge the recorded events again and compare", cmd_audit },
    { "audit list SITE [--protected]",
      "every decision as a line of JSON: ids, codes and categories, never payload", cmd_audit },
    { "audit list SITE --acts", "what named persons did, and why, a line of JSON each", cmd_audit },
    { "effect SITE --candidate DIR [--protected]",
      "what another bundle would newly share or stop, over the recorded events, its drafts as if "
      "approved",
      cmd_effect },
    { "held SITE list", "what waits for a named person, the oldest first, and until when",
      cmd_held },
    { "held SITE list --refused", "what named people refused, and nobody has reopened", cmd_held },
    { "held SITE show HOLD", "one hold: what, for whom, why, since when", cmd_held },
    { "held SITE release HOLD PERSON REASON [--key KEYFILE] [-o FILE]",
      "let it go to its recipient; the act is signed, or written to FILE to be signed", cmd_held },
    { "held SITE refuse HOLD PERSON REASON [--episode] [--key KEYFILE] [-o FILE]",
      "end it undisclosed, it and its corrections, with --episode all that follows in it; this "
      "lasts",
      cmd_held },
    { "held SITE reopen HOLD PERSON REASON [--key KEYFILE] [-o FILE]",
      "take a refusal back: it is held again; as many must say so as must release it", cmd_held },
    { "held SITE settle HOLD yes|no PERSON REASON [--key KEYFILE] [-o FILE]",
      "end a conflict of one agency's yes with another's no, for all that rests on it", cmd_held },
    { "held SITE looked UNREAD PERSON REASON [--key KEYFILE] [-o FILE]",
      "say that a message that could not be read was looked at: its person's events wait no more; "
      "of a "
      "list: of all its people",
      cmd_held },
    { "deliveries SITE list", "what has not gone: parked, tried again, or behind such",
      cmd_deliveries },
    { "deliveries SITE show ID", "one of them, masked, with what the partner answered",
      cmd_deliveries },
    { "deliveries SITE show ID --payload --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "the same as it is: an act of reading, on record", cmd_deliveries },
    { "deliveries SITE again --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "send it again, through the door; an act, signed as with held", cmd_deliveries },
    { "deliveries SITE drop --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "give it up: it never goes", cmd_deliveries },
    { "deliveries SITE again|drop --name DELIVERY [--code CODE] [--since TIME] [--until TIME] ...",
      "those of a code or time; --all: all that is in trouble", cmd_deliveries },
    { "quarantine SITE list", "messages that could not be read or mapped", cmd_quarantine },
    { "quarantine SITE show ID", "one of them: why, where, and its fields masked", cmd_quarantine },
    { "quarantine SITE show ID --payload --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "the same as it came: an act of reading, on record", cmd_quarantine },
    { "quarantine SITE again --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "take it in again, by the mapping as it is now", cmd_quarantine },
    { "quarantine SITE drop --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "give it up for good", cmd_quarantine },
    { "quarantine SITE again|drop --name FEED [--code CODE] [--since TIME] [--until TIME] ...",
      "those of a code or time; --all: all of the feed", cmd_quarantine },
    { "skip SITE router|delivery:NAME --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "a part that stopped goes on past records that aged out unread; the audit tells how many",
      cmd_skip },
    { "skip SITE TOPIC/PARTITION --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "a router that cannot tell whether an event there was decided before decides it", cmd_skip },
    { "skip SITE --act FILE", "the same by an act that enough have signed", cmd_skip },
    { "act show FILE", "what an act says, and who signed it", cmd_act },
    { "act sign FILE --by NAME --key KEYFILE [--region SITE]",
      "add a person's signature, away from the site or at it", cmd_act },
    { "act submit SITE FILE", "hand in an act that enough have signed, and do what it says",
      cmd_act },
    { "status SITE [--json | --vanished | --claims]",
      "feeds, events and deliveries with the balance of each", cmd_status },
    { "bundle pack SITE [--from TIME] -o FILE",
      "region.yaml and all beside it as one file, to be signed", cmd_bundle },
    { "bundle sign FILE --key KEYFILE --name NAME [--since FILE|SITE] [--approvers FILE]",
      "show what is signed, and add an approver's signature: of the bundle, and of each agreement "
      "that their agency is a party of",
      cmd_bundle },
    { "bundle show FILE [--since FILE|SITE]",
      "what is in it, who signed, which signature each agreement lacks, what is new since another",
      cmd_bundle },
    { "bundle verify FILE --approvers FILE | --since FILE|SITE",
      "yes or no: whether those approvers, or those of the bundle before, signed it, and enough of "
      "them",
      cmd_bundle },
    { "bundle load SITE FILE", "hand it to all parts, and wait for the word of each", cmd_bundle },
    { "bundle rollback SITE --to N [--by NAME --key KEYFILE]... [-o FILE]",
      "an older bundle's content as a new one", cmd_bundle },
    { "stop SITE AGREEMENT --by NAME --reason TEXT [--key KEYFILE]... [--version N] [-o FILE]",
      "share nothing more under it, from now, by one person who may; waits for routers and doors",
      cmd_stop },
    { "extend SITE AGREEMENT --until DAY --by NAME --by NAME --reason TEXT [--key KEYFILE]... [-o "
      "FILE]",
      "go on after its end, at most 30 days, by two people of two agencies with the role extends",
      cmd_extend },
    { "manual [TOPIC|CODE]",
      "what can be written and typed, printed from the tables that it is checked with",
      cmd_manual },
    { "manual --all", "all topics, one behind the other", cmd_manual },
    { "manual --completion bash|zsh", "a script that completes commands and options in that shell",
      cmd_manual },
    { "schemas [NAME]", "the shared schemas with their fingerprints, or one as composed",
      cmd_schemas },
    { "schemas NAME --table", "its fields for people: path, type, category, meaning, words",
      cmd_schemas },
    { "key FILE",
      "make a new key file of 32 random bytes, readable by its owner alone; prints its check value",
      cmd_key },
    { "key check FILE", "the check value of a key file, as region.yaml has it", cmd_key },
    { "key --person FILE [--passphrase-file FILE]",
      "a person's key under a passphrase, to sign acts with: prints its public key", cmd_key },
    { "key --approver FILE [--passphrase-file FILE]",
      "the same to sign bundles with: prints its public key, also of one that is there", cmd_key },
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_help(FILE *to, const char *word)
{
    say_to(to, "usage:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t n = strcspn(commands[i].pattern, " ");
        if (!word || (strlen(word) == n && strncmp(word, commands[i].pattern, n) == 0))
            say_to(to, "  concordat %-40s %s\n", commands[i].pattern, commands[i].help);
    }
    if (!word)
        say_to(to, "\nSITE is the folder of a site.yaml. Exit: 0 done, 1 no, 2 usage, 3 cannot.\n");
}

static const struct command *find_command(const char *word)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t n = strcspn(commands[i].pattern, " ");
        if (strlen(word) == n && strncmp(word, commands[i].pattern, n) == 0)
            return &commands[i];
    }
    return NULL;
}

static void say_unknown(const char *word)
{
    char names[COMMAND_COUNT][20], list[400];
    const char *rows[COMMAND_COUNT];
    struct choices choices = { rows, sizeof rows[0], 0 };
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        struct slice name = command_word(&commands[i]);
        if (choices.n && slice_equal_text(name, rows[choices.n - 1]))
            continue;
        (void)snprintf(names[choices.n], sizeof names[0], "%.*s", SHOWN(name));
        rows[choices.n] = names[choices.n];
        choices.n++;
    }
    say_to(stderr, "concordat: no command '%s'; it has: %s (concordat help)\n", word,
           nearest_list(slice_text(word), &choices, list, sizeof list));
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int main(int argc, char **argv)
{
    struct cli c = { .adapters = &adapters, .commands = commands, .command_count = COMMAND_COUNT };
    if (argc < 2) {
        print_help(stderr, NULL);
        return CLI_USAGE;
    }
    if (is_help(argv[1]) || strcmp(argv[1], "help") == 0) {
        print_help(stdout, argc > 2 ? argv[2] : NULL);
        return CLI_DONE;
    }
    const struct command *command = find_command(argv[1]);
    if (!command) {
        say_unknown(argv[1]);
        return CLI_USAGE;
    }
    if (is_help(argv[argc - 1])) {
        print_help(stdout, argv[1]);
        return CLI_DONE;
    }
    files_raise();
    guard_process();
    arena_init(&c.arena, (size_t)256 << 20);
    c.arena.is_secret = true; /* keys, tokens */
    int code = command->run(&c, argc - 1, argv + 1);
    if (code == CLI_USAGE)
        print_help(stderr, argv[1]);
    arena_release(&c.arena);
    crypto_forget();
    return code;
}
