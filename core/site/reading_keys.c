/* reading_keys.c - the keys of site.yaml: what it is read by is what the manual prints. */
#include "site/reading.h"

#include "site/site_manual.h"

static const char *const environments[] = { "live", "test", NULL };
static const char *const truths[] = { "true", "false", NULL };
static const char *const timeliness[] = { "realtime", "daily", "quarterly", NULL };

STRICT_TABLE(
    reading_keys_root, "",
    STRICT_MAY("region", STRICT_TEXT,
               "path of region.yaml, in the folder of all other rules; for a demo, and for a site "
               "where bundles are packed"),
    STRICT_MAY("agency", STRICT_TEXT,
               "the agency that owns the systems of this site; services below are then written "
               "without it"),
    STRICT_MAY("bundle", STRICT_TEXT,
               "path of the first signed bundle; a live site needs this and approvers"),
    STRICT_MAY("approvers", STRICT_TEXT,
               "path of the file of approvers: the first bundle is trusted by their signatures"),
    STRICT_MAY_BE("demo", truths,
                  "true: unsigned rules beside region.yaml are used, and nothing may be sent to "
                  "another machine"),
    STRICT_MUST_BE("environment", environments,
                   "whether this is the live site or a test; events of the other kind are refused"),
    STRICT_MUST("keys", STRICT_MAP, "paths of the site's key files (mode 0600)"),
    STRICT_MUST("bus", STRICT_ANY,
                "embedded:FILE or kafka://HOST:PORT,...; or a map of url, cleartext, anyone"),
    STRICT_MAY("topics", STRICT_MAP, "how topics on the bus are named"),
    STRICT_MAY_BE("router", truths,
                  "true: this site runs the router, which decides who gets what; exactly one site "
                  "of a region does"),
    STRICT_MAY("state", STRICT_TEXT,
               "folder of spools, databases and the socket (mode 0700); unless set, the folder "
               "state beside site.yaml"),
    STRICT_MAY("feeds", STRICT_MAP, "the feeds that take messages in, by name"),
    STRICT_MAY("deliveries", STRICT_MAP, "the deliveries that send records out, by name"),
    STRICT_MAY("admin", STRICT_MAP, "the listener for metrics and health"));

STRICT_TABLE(
    reading_keys_keys, "keys:",
    STRICT_MAY(
        "region", STRICT_TEXT,
        "the key that turns NHS numbers into subject keys; for agencies that may hold NHS numbers"),
    STRICT_MAY("agency", STRICT_TEXT, "the one agency's own key"),
    STRICT_MAY("agencies", STRICT_MAP, "the keys of several agencies, as NAME: FILE"),
    STRICT_MAY("recipients", STRICT_TEXT,
               "the router's key, which gives each recipient its own pseudonyms"));

STRICT_TABLE(reading_keys_topics, "topics:",
             STRICT_MAY("prefix", STRICT_NOTE,
                        "text put before the name of every topic; none unless set"));

STRICT_TABLE(
    reading_keys_feed, "feeds: NAME:",
    STRICT_MUST("service", STRICT_TEXT,
                "the service that sends: AGENCY/SERVICE, or SERVICE where the site has an agency"),
    STRICT_MAY("system", STRICT_NOTE, "name of the system, shown to recipients"),
    STRICT_MAY("contact", STRICT_MAP, "whom a recipient rings about what this feed says"),
    STRICT_MAY_BE("timeliness", timeliness, "how current the data is; realtime unless set"),
    STRICT_MUST("transport", STRICT_MAP, "how messages arrive: one transport with its options"),
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
    STRICT_MAY("on_error", STRICT_ANY,
               "what to do when the partner answers with an error: park, retry, or {retry: N}; "
               "{retry: 10} unless set"),
    STRICT_MAY("on_reject", STRICT_ANY,
               "what to do when the partner answers \"not now\": park, retry, or {retry: N}; retry "
               "unless set"));

STRICT_TABLE(reading_keys_approvers, "the file of approvers:",
             STRICT_MUST("approvers", STRICT_MAP, "as in region.yaml: NAME: {agency, role, key}"),
             STRICT_MAY("joined", STRICT_MAP,
                        "the same for the first approver of an agency that had none, as that "
                        "agency named them to this host"));

const struct strict_topic reading_topic = {
    "site", (const struct strict_table *const[]){ &reading_keys_root, &reading_keys_keys,
                                                  &reading_keys_topics, &reading_keys_feed,
                                                  &reading_keys_contact, &reading_keys_delivery,
                                                  &reading_keys_approvers, NULL }
};
