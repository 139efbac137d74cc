/* load_keys.c - the keys of region.yaml and what lies beside it: what the files are read by is what
 * the manual prints. */
#include "sharing/load/load_keys.h"

#include "sharing/load/load.h"

/* ---- words ---- */

const char *const load_roles[] = { "acute-trust",
                                   "community-health",
                                   "gp",
                                   "care-transfer-hub",
                                   "adult-social-care",
                                   "safeguarding",
                                   "homelessness",
                                   "adaptations",
                                   "landlord",
                                   "care-provider",
                                   NULL };
const char *const load_offices[] = { "caldicott-guardian",      "senior-information-risk-owner",
                                     "data-protection-officer", "information-governance-lead",
                                     "registered-manager",      NULL };
static const char *const confidentialities[] = { "implied-consent", "explicit-consent",
                                                 "statutory-duty",  "court-order",
                                                 "s251-nhs-act",    "public-interest",
                                                 "best-interests",  NULL };
static const char *const articles[] = { "6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(d)",
                                        "6(1)(e)", "6(1)(f)", NULL };
static const char *const conditions[] = { "9(2)(a)", "9(2)(b)", "9(2)(c)", "9(2)(g)", "9(2)(h)",
                                          "9(2)(i)", "9(2)(j)", "none",    NULL };
static const char *const truths[] = { "true", "false", NULL };
static const char *const entitled[] = { "entitled", NULL };

/* ---- region.yaml ---- */

STRICT_TABLE(
    load_keys_region, "", STRICT_MUST("region", STRICT_TEXT, "the region's id"),
    STRICT_MUST("partitions", STRICT_TEXT,
                "number of partitions of the bus over which people are spread, 1 to 1024; it can "
                "never be changed"),
    STRICT_MUST("agencies", STRICT_MAP, "who belongs to it, by id"),
    STRICT_MAY("key_checks", STRICT_MAP, "check values of the region's keys (concordat key check)"),
    STRICT_MAY("approvers", STRICT_MAP, "who signs the next bundle, by id"),
    STRICT_MAY("people", STRICT_MAP, "who acts on what is held or set aside, by id"),
    STRICT_MAY("holds", STRICT_MAP,
               "REASON: TIME after which somebody is paged about a hold, as {unknown: 4 hours}; "
               "default for all other reasons"),
    STRICT_MAY("restricted_desk", STRICT_MAP,
               "whom recipients ask about somebody restricted, where their agency names nobody"));

STRICT_TABLE(load_keys_desk, "restricted_desk:",
             STRICT_MUST("team", STRICT_TEXT, "the desk to ring; never a source's own"),
             STRICT_MUST("phone", STRICT_TEXT, "its telephone number"));

STRICT_TABLE(load_keys_agency,
             "agencies: NAME:", STRICT_MAY("title", STRICT_TEXT, "its name as people know it"),
             STRICT_MAY("codes", STRICT_MAP, "what national registers call it"),
             STRICT_MAY_BE("nhs_number", entitled,
                           "entitled: the agency may hold NHS numbers, and has the region's key"),
             STRICT_MAY("feeds", STRICT_MAP,
                        "feeds whose NHS numbers are traced, by the feed's name"),
             STRICT_MAY("key_check", STRICT_TEXT, "check value of the agency's own key"),
             STRICT_MAY("restricted_desk", STRICT_MAP,
                        "whom its own staff ask about somebody restricted: it stands with the "
                        "notice in place of the source's contact"),
             STRICT_MUST("services", STRICT_MAP, "what of it sends or receives, by id"));

STRICT_TABLE(load_keys_codes, "agencies: NAME: codes:",
             STRICT_MAY("ods", STRICT_TEXT, "of the Organisation Data Service"),
             STRICT_MAY("cassr", STRICT_TEXT, "of a council with social services"),
             STRICT_MAY("gss", STRICT_TEXT, "of the Office for National Statistics"),
             STRICT_MAY("cqc", STRICT_TEXT, "of the Care Quality Commission"));

STRICT_TABLE(load_keys_service, "agencies: NAME: services: NAME:",
             STRICT_MUST_BE("role", load_roles, "what it is: clauses name roles"),
             STRICT_MAY("title", STRICT_TEXT, "its name as people know it"));

STRICT_TABLE(load_keys_traced_feed, "agencies: NAME: feeds: NAME:",
             STRICT_MUST("nhs_number", STRICT_MAP, "how its numbers come to be right"));
STRICT_TABLE(load_keys_traced, "agencies: NAME: feeds: NAME: nhs_number:",
             STRICT_MUST("traced", STRICT_TEXT,
                         "how they are traced, in words for those who sign"));

STRICT_TABLE(load_keys_key_checks,
             "key_checks:", STRICT_MAY("region", STRICT_TEXT, "of the region's key"),
             STRICT_MAY("recipients", STRICT_TEXT, "of the router's key"));

STRICT_TABLE(load_keys_approver,
             "approvers: NAME:", STRICT_MUST("agency", STRICT_TEXT, "for which they sign"),
             STRICT_MUST_BE("role", load_offices, "the office that lets them"),
             STRICT_MUST("key", STRICT_TEXT, "public key in base64 (concordat key --approver)"));

STRICT_TABLE(load_keys_person, "people: NAME:",
             STRICT_MAY("title", STRICT_TEXT, "what they are, for whoever reads the audit"),
             STRICT_MUST("agency", STRICT_TEXT, "whose they are"),
             STRICT_MUST("roles", STRICT_TEXTS,
                         "what they may do: holds, stops, extends, operations, payload"),
             STRICT_MUST("key", STRICT_TEXT, "public key in base64 (concordat key --person)"),
             STRICT_MUST("until", STRICT_TEXT, "the last day, YYYY-MM-DD"));

static const struct strict_table *const region[] = { &load_keys_region,
                                                     &load_keys_agency,
                                                     &load_keys_codes,
                                                     &load_keys_service,
                                                     &load_keys_traced_feed,
                                                     &load_keys_traced,
                                                     &load_keys_key_checks,
                                                     &load_keys_approver,
                                                     &load_keys_person,
                                                     &load_keys_desk,
                                                     NULL };

/* ---- agreements/ ---- */

STRICT_TABLE(
    load_keys_agreement, "", STRICT_MUST("agreement", STRICT_TEXT, "its id"),
    STRICT_MUST("reference", STRICT_TEXT, "the parties' own filing number"),
    STRICT_MUST("version", STRICT_TEXT,
                "1 and up; a signed agreement is never changed, a new version replaces it"),
    STRICT_MUST("title", STRICT_TEXT, "what it is, in a line"),
    STRICT_MUST("parties", STRICT_LIST, "agencies, two at least; only their services share by it"),
    STRICT_MUST("purpose", STRICT_TEXT, "one id, for which consent is given or refused"),
    STRICT_MUST("basis", STRICT_MAP, "for every party, the law that lets it share"),
    STRICT_MUST_BE("confidentiality", confidentialities,
                   "what sets aside the duty of confidence, apart from the basis"),
    STRICT_MAY("duty", STRICT_TEXT,
               "the legal duty, where the basis or confidentiality relies on one"),
    STRICT_MUST("in_force", STRICT_MAP, "from when until when"),
    STRICT_MUST("controllers", STRICT_LIST, "parties that answer for the data"),
    STRICT_MUST("processor", STRICT_TEXT, "the agency that runs this for them"),
    STRICT_MUST("dpia", STRICT_TEXT, "number of the data protection impact assessment"),
    STRICT_MUST("privacy_notice", STRICT_TEXT, "https:// address of what people are told"),
    STRICT_MUST("retention_at_recipient", STRICT_TEXT, "how long recipients keep it"),
    STRICT_MUST("onward_sharing", STRICT_TEXT, "to whom recipients may pass it on"),
    STRICT_MUST("contacts", STRICT_MAP, "whom people and parties write to"),
    STRICT_MUST("on_termination", STRICT_TEXT, "what happens to the data when the agreement ends"),
    STRICT_MAY(
        "approved_by", STRICT_LIST,
        "who approved it, for the record; in force it is by signatures (concordat bundle sign)"),
    STRICT_MUST("clauses", STRICT_LIST, "what is shared; nothing else is"));

STRICT_TABLE(load_keys_basis,
             "basis: PARTY:", STRICT_MUST_BE("uk_gdpr", articles, "UK GDPR article 6"),
             STRICT_MUST_BE("special_category", conditions, "UK GDPR article 9(2)"),
             STRICT_MAY("schedule_1", STRICT_TEXT,
                        "condition of DPA 2018 Schedule 1, where article 9(2) needs one"));

STRICT_TABLE(load_keys_in_force,
             "in_force:", STRICT_MUST("from", STRICT_TEXT, "the first day, YYYY-MM-DD"),
             STRICT_MUST("until", STRICT_TEXT, "the last day; after it disclosures are held"),
             STRICT_MUST("review_by", STRICT_TEXT, "the day by which it must be reviewed"));

STRICT_TABLE(load_keys_contacts,
             "contacts:", STRICT_MUST("rights", STRICT_TEXT, "where people ask about their rights"),
             STRICT_MUST("breach", STRICT_TEXT, "where a breach is told"));

STRICT_TABLE(load_keys_approval,
             "approved_by: of each:", STRICT_MUST("agency", STRICT_TEXT, "a party"),
             STRICT_MUST("role", STRICT_TEXT, "the office, as of approvers in region.yaml"),
             STRICT_MUST("on", STRICT_TEXT, "the day, YYYY-MM-DD, not after it came in force"),
             STRICT_MAY("name", STRICT_TEXT, "who it was"));

STRICT_TABLE(load_keys_clause,
             "clauses: of each:", STRICT_MUST("id", STRICT_TEXT, "its id, once in the agreement"),
             STRICT_MUST("share", STRICT_MAP, "TYPE: [KIND, ...] of the schemas"),
             STRICT_MUST("from", STRICT_TEXTS, "roles or services of the parties that send it"),
             STRICT_MUST("to", STRICT_TEXTS, "roles or services of the parties that receive it"),
             STRICT_MAY("when", STRICT_TEXT,
                        "a condition; unknown holds it for a person to decide"),
             STRICT_MUST("release", STRICT_LIST,
                         "categories, and fields by their path; nothing else of the record goes"),
             STRICT_MAY("lasting", STRICT_TEXT,
                        "KIND + N days: the clause goes on for this long after such an event"),
             STRICT_MAY("because", STRICT_TEXT, "why, for whoever signs"),
             STRICT_MAY("death_not_told", STRICT_TEXT,
                        "why who hears of a stay never hears that it ended by death"),
             STRICT_MAY("oblige", STRICT_MAP,
                        "what of the release is sent only in a reduced form"));

STRICT_TABLE(load_keys_oblige, "clauses: of each: oblige:",
             STRICT_MAY("year", STRICT_LIST, "categories of which only the year is sent"),
             STRICT_MAY("date", STRICT_LIST, "categories of which only the day is sent"),
             STRICT_MAY("flag", STRICT_LIST,
                        "categories of which only \"there is something\" is sent"),
             STRICT_MAY("alias", STRICT_LIST,
                        "categories that are sent only under the names of aliases.yaml"));

static const struct strict_table *const agreement[] = { &load_keys_agreement, &load_keys_basis,
                                                        &load_keys_in_force,  &load_keys_contacts,
                                                        &load_keys_approval,  &load_keys_clause,
                                                        &load_keys_oblige,    NULL };

/* ---- prohibitions/, aliases.yaml ---- */

STRICT_TABLE(load_keys_prohibitions, "",
             STRICT_MUST("prohibitions", STRICT_LIST,
                         "what is withheld, whatever a clause releases"));

STRICT_TABLE(
    load_keys_prohibition,
    "prohibitions: of each:", STRICT_MUST("id", STRICT_TEXT, "its id, once in the region"),
    STRICT_MUST("withhold", STRICT_LIST, "categories, and fields by their path"),
    STRICT_MAY("to", STRICT_TEXTS, "roles or services from whom it is kept; all unless set"),
    STRICT_MAY("when", STRICT_TEXT, "a condition; unknown counts as true: the data is withheld"),
    STRICT_MAY("share", STRICT_MAP,
               "TYPE: [KIND, ...] that the prohibition is for; all unless set"),
    STRICT_MAY("tell", STRICT_TEXT, "what the recipient is told in place of what is missing"),
    STRICT_MUST("source", STRICT_TEXT, "the law that it comes from"),
    STRICT_MAY("from", STRICT_TEXTS, "roles or services whose events it is for; all unless set"),
    STRICT_MAY_BE("protected", truths,
                  "true: the fact that this prohibition acted is itself a secret"),
    STRICT_MAY("reason", STRICT_TEXT,
               "with protected: a protected reason (concordat manual reasons)"));

STRICT_TABLE(
    load_keys_aliases, "",
    STRICT_MUST("aliases", STRICT_MAP,
                "CATEGORY: {NAME: ALIAS}; a name that is not here does not go by an alias"));

static const struct strict_table *const prohibitions[] = { &load_keys_prohibitions,
                                                           &load_keys_prohibition, NULL };
static const struct strict_table *const aliases[] = { &load_keys_aliases, NULL };

/* ---- facts.yaml ---- */

STRICT_TABLE(load_keys_facts, "",
             STRICT_MUST("facts", STRICT_LIST,
                         "lines: when such an event happens, the rest of the line becomes true"));

STRICT_TABLE(
    load_keys_fact,
    "facts: of each:", STRICT_MUST("on", STRICT_MAP, "TYPE: [KIND, ...] of the schemas"),
    STRICT_MAY("opens", STRICT_MAP, "a relationship of a service with the person begins"),
    STRICT_MAY("closed_by", STRICT_MAP,
               "TYPE: [KIND, ...] that end what opens began, and by: who may say so"),
    STRICT_MAY("responsible", STRICT_MAP, "a service answers for the person in a function"),
    STRICT_MAY("grants", STRICT_MAP, "the person consents"),
    STRICT_MAY("revokes", STRICT_MAP, "a consent is taken back"),
    STRICT_MAY("objects", STRICT_MAP, "the person objects"),
    STRICT_MAY("lifts_objection", STRICT_MAP, "an objection is taken back"),
    STRICT_MAY("restricts", STRICT_TEXT, "field PATH: the kind of restriction that begins"),
    STRICT_MAY("lifts", STRICT_TEXT, "field PATH: the kind of restriction that ends"),
    STRICT_MAY("links", STRICT_TEXT, "field PATH: what the agency itself calls the person"),
    STRICT_MAY("dies", STRICT_TEXT, "field PATH: whether the death is formal"),
    STRICT_MAY(
        "by", STRICT_TEXTS,
        "roles that may say so, or the service itself; events of others make nothing known"));

STRICT_TABLE(load_keys_opens, "facts: of each: opens:",
             STRICT_MUST("relationship", STRICT_TEXT, "an id that conditions ask for"),
             STRICT_MUST("with", STRICT_TEXT, "source, or field PATH: the service"));
STRICT_TABLE(load_keys_responsible, "facts: of each: responsible:",
             STRICT_MUST("function", STRICT_TEXT, "what for: a word that conditions ask for"),
             STRICT_MUST("service", STRICT_TEXT, "source, field PATH, or unknown"),
             STRICT_MAY("places", STRICT_MAP, "WHAT THE FIELD SAYS: the service that it means"));
STRICT_TABLE(load_keys_consent, "facts: of each: grants: or revokes:",
             STRICT_MUST("scope", STRICT_TEXT, "field PATH: the purpose"),
             STRICT_MUST("to", STRICT_TEXT, "field PATH: to whom"),
             STRICT_MAY("until", STRICT_TEXT, "field PATH: its end"),
             STRICT_MAY("capacity", STRICT_TEXT, "field PATH: whether the person could decide"),
             STRICT_MAY("basis", STRICT_TEXT, "field PATH: by what right it was given"),
             STRICT_MAY("recorder", STRICT_TEXT, "field PATH: who recorded it"));
STRICT_TABLE(load_keys_objection, "facts: of each: objects: or lifts_objection:",
             STRICT_MUST("to", STRICT_TEXT, "field PATH: to whose getting anything"));

static const struct strict_table *const facts[] = { &load_keys_facts,
                                                    &load_keys_fact,
                                                    &load_keys_opens,
                                                    &load_keys_responsible,
                                                    &load_keys_consent,
                                                    &load_keys_objection,
                                                    NULL };

/* ---- what is ordered of agreements that stand ---- */

STRICT_TABLE(load_keys_extension,
             "of an extension (concordat extend):", STRICT_MUST("agreement", STRICT_TEXT, "its id"),
             STRICT_MUST("version", STRICT_TEXT, "its version"),
             STRICT_MUST("until", STRICT_TEXT, "the new last day, at most 30 days later"),
             STRICT_MUST("reason", STRICT_TEXT, "why"),
             STRICT_MUST("approved_by", STRICT_LIST, "two people of parties"));
STRICT_TABLE(load_keys_extender, "of an extension: approved_by: of each:",
             STRICT_MUST("agency", STRICT_TEXT, "a party"),
             STRICT_MUST("role", STRICT_TEXT, "extends, or an approver's office"),
             STRICT_MUST("name", STRICT_TEXT, "who it is"),
             STRICT_MUST("on", STRICT_TEXT, "the day, YYYY-MM-DD"));
STRICT_TABLE(load_keys_stop,
             "of a stop (concordat stop):", STRICT_MUST("agreement", STRICT_TEXT, "its id"),
             STRICT_MUST("version", STRICT_TEXT, "its version, or all"),
             STRICT_MUST("from", STRICT_TEXT, "the moment, as 2026-11-22T10:00:00Z"),
             STRICT_MUST("by", STRICT_TEXT, "who stops it"),
             STRICT_MUST("reason", STRICT_TEXT, "why"));

static const struct strict_table *const orders[] = { &load_keys_extension, &load_keys_extender,
                                                     &load_keys_stop, NULL };

const struct strict_topic load_topics[] = {
    { "region", region },   { "agreement", agreement }, { "prohibitions", prohibitions },
    { "aliases", aliases }, { "facts", facts },         { "orders", orders },
    { NULL, NULL }
};
