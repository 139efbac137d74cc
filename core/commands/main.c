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
    "decide as if every party had approved all agreements; nothing is "                            \
    "changed"

static const struct command commands[] = {
    { "run SITE [--only WHAT]... [--admin HOST:PORT]",
      "run the site, or only WHAT: feed:NAME, router or delivery:NAME; HOST:PORT answers for "
      "metrics and health",
      cmd_run },
    { "check SITE",
      "print every problem of a configuration as file:line:column; exit 1 when there is one",
      cmd_check },
    { "map MAPPING FILE...",
      "turn native files into shared records and print them as JSON, with what was not carried",
      cmd_map },
    { "map MAPPING --quarantined SITE ID",
      "the same for a message in the quarantine, its values masked", cmd_map },
    { "test SITE [FILE]... [--coverage-min N]",
      "run decision tables: print rows that are decided otherwise, and clauses that no row tests",
      cmd_tables },
    { "test SITE [FILE]... --as-approved", AS_APPROVED, cmd_tables },
    { "explain SITE|FILE [AGREEMENT] [--annex]",
      "print the agreements in force, or those of a bundle file, in plain sentences for those who "
      "sign; --annex: as a Markdown table",
      cmd_explain },
    { "explain --draft FOLDER [AGREEMENT] [--annex]",
      "the same for draft files that are not in force yet, and whose signatures each still lacks",
      cmd_explain },
    { "why SITE EVENT-ID [SERVICE] [--protected]",
      "say who got an event and who did not, and why; --protected: also show what is otherwise "
      "hidden",
      cmd_why },
    { "why SITE TYPE.KIND SERVICE|all [FACT]...",
      "the same for an imagined event; facts are written as in decision tables", cmd_why },
    { "why SITE TYPE.KIND ... --as-approved", AS_APPROVED, cmd_why },
    { "audit verify SITE",
      "check the audit's chain and sequence, and that every disclosure has its record", cmd_audit },
    { "audit replay SITE", "decide the recorded events again and compare", cmd_audit },
    { "audit list SITE [--protected]",
      "print every decision as a line of JSON: ids, codes and categories, never payload",
      cmd_audit },
    { "audit list SITE --acts", "print what named people did, and why, as a line of JSON each",
      cmd_audit },
    { "effect SITE --candidate DIR [--protected]",
      "what another bundle would newly share or stop sharing, tried on the recorded events; drafts "
      "count as approved",
      cmd_effect },
    { "held SITE list", "list what waits for a named person, the oldest first, with its deadline",
      cmd_held },
    { "held SITE list --refused", "list what named people refused and nobody has reopened",
      cmd_held },
    { "held SITE show HOLD", "show one hold: what, for whom, why, since when", cmd_held },
    { "held SITE release HOLD PERSON REASON [--key KEYFILE] [-o FILE]",
      "disclose it to its recipient; the act is signed with KEYFILE, or written to FILE to be "
      "signed elsewhere",
      cmd_held },
    { "held SITE refuse HOLD PERSON REASON [--episode] [--key KEYFILE] [-o FILE]",
      "never disclose it, nor its corrections; --episode: nor what follows in its episode",
      cmd_held },
    { "held SITE reopen HOLD PERSON REASON [--key KEYFILE] [-o FILE]",
      "take a refusal back: the disclosure is held again; this needs as many people as releasing "
      "it",
      cmd_held },
    { "held SITE settle HOLD yes|no PERSON REASON [--key KEYFILE] [-o FILE]",
      "settle a conflict between one agency's yes and another's no, for every hold that rests on "
      "it",
      cmd_held },
    { "held SITE looked UNREAD PERSON REASON [--key KEYFILE] [-o FILE]",
      "say that somebody has looked at an unreadable message: events of the people in it no longer "
      "wait",
      cmd_held },
    { "deliveries SITE list",
      "list what has not been delivered: parked, being tried again, or waiting behind such",
      cmd_deliveries },
    { "deliveries SITE show ID", "show one of them, masked, with what the partner answered",
      cmd_deliveries },
    { "deliveries SITE show ID --payload --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "the same unmasked: an act of reading, which goes on record", cmd_deliveries },
    { "deliveries SITE again --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "send it again, after all checks; an act, signed as with held", cmd_deliveries },
    { "deliveries SITE drop --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "drop it: it is never sent", cmd_deliveries },
    { "deliveries SITE again|drop --name DELIVERY [--code CODE] [--since TIME] [--until TIME] ...",
      "all with this code, or of this time; --all: everything in trouble", cmd_deliveries },
    { "quarantine SITE list", "list messages that could not be read or mapped", cmd_quarantine },
    { "quarantine SITE show ID", "show one of them: why, where, and its fields masked",
      cmd_quarantine },
    { "quarantine SITE show ID --payload --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "the same unmasked: an act of reading, which goes on record", cmd_quarantine },
    { "quarantine SITE again --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "take it in again with the present mapping", cmd_quarantine },
    { "quarantine SITE drop --id ID... --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "drop it for good", cmd_quarantine },
    { "quarantine SITE again|drop --name FEED [--code CODE] [--since TIME] [--until TIME] ...",
      "all with this code, or of this time; --all: everything of the feed", cmd_quarantine },
    { "skip SITE router|delivery:NAME --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "let a stopped part go on past records that the bus deleted unread; the audit says how many",
      cmd_skip },
    { "skip SITE TOPIC/PARTITION --by PERSON --reason TEXT [--key KEYFILE] [-o FILE]",
      "let the router decide an event there although it cannot tell whether it was decided before",
      cmd_skip },
    { "skip SITE router|delivery:NAME --list",
      "name each lane of which records are gone unread, and let nothing go on", cmd_skip },
    { "skip SITE --act FILE", "the same, with an act that enough people have signed", cmd_skip },
    { "act show FILE", "show what an act says, and who signed it", cmd_act },
    { "act sign FILE --by NAME --key KEYFILE [--region SITE]",
      "add a person's signature to an act, away from the site or at it", cmd_act },
    { "act submit SITE FILE", "hand in an act that enough people have signed, and carry it out",
      cmd_act },
    { "status SITE [--json | --vanished | --claims]",
      "show feeds, events and deliveries, each with its balance", cmd_status },
    { "bundle pack SITE [--from TIME] -o FILE",
      "put region.yaml and everything beside it into one file, to be signed", cmd_bundle },
    { "bundle sign FILE --key KEYFILE --name NAME [--since FILE|SITE] [--approvers FILE]",
      "show what will be signed, then add an approver's signature to the bundle and to each "
      "agreement of their agency",
      cmd_bundle },
    { "bundle show FILE [--since FILE|SITE]",
      "show what is in it, who signed, which signatures each agreement lacks, and what is new "
      "since another bundle",
      cmd_bundle },
    { "bundle verify FILE --approvers FILE | --since FILE|SITE",
      "yes or no: whether enough of those approvers, or of those of the bundle before, signed it",
      cmd_bundle },
    { "bundle load SITE FILE", "hand it to all parts, and wait until each has answered",
      cmd_bundle },
    { "bundle rollback SITE --to N [--by NAME --key KEYFILE]... [-o FILE]",
      "make a new bundle with an older bundle's contents", cmd_bundle },
    { "stop SITE AGREEMENT --by NAME --reason TEXT [--key KEYFILE]... [--version N] [-o FILE]",
      "stop all sharing under an agreement from now on, by one person who may; waits for the "
      "answers of routers and deliveries",
      cmd_stop },
    { "extend SITE AGREEMENT --until DAY --by NAME --by NAME --reason TEXT [--key KEYFILE]... [-o "
      "FILE]",
      "extend an agreement past its end, by at most 30 days; needs two people of two agencies with "
      "the role extends",
      cmd_extend },
    { "manual [TOPIC|CODE]", "what can be written in files and typed; what an error code means",
      cmd_manual },
    { "manual --all", "all topics, one after the other", cmd_manual },
    { "manual --completion bash|zsh",
      "print a script that completes commands and options in that shell", cmd_manual },
    { "schemas [NAME]", "list the shared schemas with their fingerprints, or print one in full",
      cmd_schemas },
    { "schemas NAME --table",
      "its fields as a table for people: path, type, category, meaning, words", cmd_schemas },
    { "key FILE", "make a new key file that only its owner can read, and print its check value",
      cmd_key },
    { "key check FILE", "print the check value of a key file, for region.yaml", cmd_key },
    { "key --person FILE [--passphrase-file FILE]",
      "make a person's key under a passphrase, for signing acts, and print its public key",
      cmd_key },
    { "key --approver FILE [--passphrase-file FILE]",
      "the same for signing bundles; of a key file that exists, print the public key", cmd_key },
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
