/* manual_topics.c - what `concordat manual` can be asked. */
#include "commands/manual.h"

const struct manual_topic manual_topics[] = {
    { "site", "site.yaml: one host's feeds, deliveries, keys, bus", manual_site },
    { "region", "region.yaml: agencies, services, approvers, people", manual_region },
    { "agreement", "agreements/*.yaml: clauses, and by what law", manual_agreement },
    { "prohibitions", "prohibitions/*.yaml: what is kept back whatever a clause says",
      manual_prohibitions },
    { "aliases", "aliases.yaml: names under which places may travel", manual_aliases },
    { "facts", "facts.yaml: which events make what known of a person", manual_facts },
    { "orders", "extensions and stops of agreements", manual_orders },
    { "conditions", "when: grammar and functions", manual_conditions },
    { "mapping", "in.yaml and out.yaml: messages to records and back", manual_mapping },
    { "transports", "how messages come and go, with all options", manual_transports },
    { "formats", "what messages are written in", manual_formats },
    { "commands", "what can be typed, and exit codes", manual_commands },
    { "reasons", "why a recipient got an event or did not", manual_reasons },
    { "metrics", "what /metrics says", manual_metrics },
    { "codes", "codes in [] behind a sentence, and in the log: what happened, what to do",
      manual_codes },
    { "sentences", "each sentence of an error, a problem, a line of the log, by its code",
      manual_sentences },
    { NULL, NULL, NULL },
};
