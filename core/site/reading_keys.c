/* reading_keys.c - the keys of site.yaml: what it is read by is what the manual prints. */
#include "site/reading.h"

#include "site/site_manual.h"

static const char *const environments[] = { "live", "test", NULL };
static const char *const truths[] = { "true", "false", NULL };
static const char *const timeliness[] = { "realtime", "daily", "quarterly", NULL };

STRICT_TABLE(
    reading_keys_root, "",
    STRICT_MAY(
        "region", STRICT_TEXT,
        "path of region.yaml, beside which all other rules lie; of a demo, and of whoever packs "
        "bundles"),
    STRICT_MAY("agency", STRICT_TEXT,
               "the agency whose systems these are: services below are then named without it"),
    STRICT_MAY("bundle", STRICT_TEXT,
               "path of the first signed bundle; with approvers, all that a live site needs"),
    STRICT_MAY("approvers", STRICT_TEXT,
               "path of a file with the approvers whose signatures the first bundle is trusted by"),
    STRICT_MAY_BE(
        "demo", truths,
        "true: the rules are the unsigned files beside region.yaml, and nothing may reach "
        "another machine"),
    STRICT_MUST_BE("environment", environments,
                   "what this is; events of the other environment are refused"),
    STRICT_MUST("keys", STRICT_MAP, "paths of the key files that it needs (mode 0600)"),
    STRICT_MUST("bus", STRICT_ANY,
                "embedded:FILE or kafka://HOST:PORT,...; or a map of url, cleartext, anyone"),
    STRICT_MAY("topics", STRICT_MAP, "how the bus's topics are named"),
    STRICT_MAY_BE("router", truths,
                  "true: this site decides who gets what; one site of a region does"),
    STRICT_MAY(
        "state", STRICT_TEXT,
        "folder of spools, databases and the socket (mode 0700); else state, beside site.yaml"),
    STRICT_MAY("feeds", STRICT_MAP, "what takes messages in, by name"),
    STRICT_MAY("deliveries", STRICT_MAP, "what sends records out, by name"),
    STRICT_MAY("admin", STRICT_MAP, "the listener for metrics and health"));

STRICT_TABLE(
    reading_keys_keys, "keys:",
    STRICT_MAY(
        "region", STRICT_TEXT,
        "the key that NHS numbers become subject keys by; where an agency is entitled to them"),
    STRICT_MAY("agency", STRICT_TEXT, "the one agency's own key"),
    STRICT_MAY("agencies", STRICT_MAP, "the same of several agencies: NAME: FILE"),
    STRICT_MAY("recipients", STRICT_TEXT,
               "the router's key, by which each recipient gets pseudonyms of its own"));

STRICT_TABLE(reading_keys_topics, "topics:",
             STRICT_MAY("prefix", STRICT_NOTE,
                        "stands before the name of every topic; none unless set"));

STRICT_TABLE(
    reading_keys_feed, "feeds: NAME:",
    STRICT_MUST("service", STRICT_TEXT,
                "the service that speaks: AGENCY/SERVICE, or SERVICE where the site has an agency"),
    STRICT_MAY("system", STRICT_NOTE, "what the system is called, for whoever reads what it said"),
    STRICT_MAY("contact", STRICT_MAP, "whom a recipient rings about what it said"),
    STRICT_MAY_BE("timeliness", timeliness, "how fresh what it says is; realtime unless set"),
    STRICT_MUST("transport", STRICT_MAP, "how messages come: one transport with its options"),
    STRICT_MUST("mapping", STRICT_TEXT,
                "path of an in: mapping, in the site or in the program's data"),
    STRICT_MAY("spool_max", STRICT_ANY, NULL), STRICT_MAY("stale_after", STRICT_ANY, NULL),
    STRICT_MAY("quarantine_max", STRICT_ANY, NULL), STRICT_MAY("quarantine_age", STRICT_ANY, NULL),
    STRICT_MAY("words_max", STRICT_ANY, NULL), STRICT_MAY("keep", STRICT_ANY, NULL));

STRICT_TABLE(reading_keys_contact,
             "feeds: NAME: contact:", STRICT_MAY("team", STRICT_NOTE, "who is asked"),
             STRICT_MAY("phone", STRICT_NOTE, "the number"));

STRICT_TABLE(
    reading_keys_delivery, "deliveries: NAME:",
    STRICT_MUST("for", STRICT_TEXT,
                "the service that gets the records, written as a feed's; one delivery a service"),
    STRICT_MUST("transport", STRICT_MAP, "how records go: one transport with its options"),
    STRICT_MUST("mapping", STRICT_TEXT,
                "path of an out: mapping, in the site or in the program's data"),
    STRICT_MAY("retry", STRICT_ANY, NULL), STRICT_MAY("retry_max", STRICT_ANY, NULL),
    STRICT_MAY("retry_after_max", STRICT_ANY, NULL), STRICT_MAY("alarm_after", STRICT_ANY, NULL),
    STRICT_MAY(
        "on_error", STRICT_ANY,
        "when the partner answers that it cannot: park, retry, or {retry: N}; {retry: 10} unless "
        "set"),
    STRICT_MAY("on_reject", STRICT_ANY,
               "when the partner answers not now: park, retry, or {retry: N}; retry unless set"));

STRICT_TABLE(reading_keys_approvers, "the file of approvers:",
             STRICT_MUST("approvers", STRICT_MAP, "as in region.yaml: NAME: {agency, role, key}"),
             STRICT_MAY("joined", STRICT_MAP,
                        "likewise, of an agency that had no approver before: the first, as that "
                        "agency named them to this host"));

const struct strict_topic reading_topic = {
    "site", (const struct strict_table *const[]){ &reading_keys_root, &reading_keys_keys,
                                                  &reading_keys_topics, &reading_keys_feed,
                                                  &reading_keys_contact, &reading_keys_delivery,
                                                  &reading_keys_approvers, NULL }
};
