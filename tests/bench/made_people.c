/* made_people.c - people and events of a made region. */
#include <stdio.h>
#include <string.h>

#include "made_region.h"
#include "record/wire.h"
#include "sharing/rules/compiled.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DAY_MS ((int64_t)86400000)

static const char *const purposes[] = { "individual-care",  "housing-adaptation", "duty-to-refer",
                                        "planning-of-care", "home-safety",        "reablement" };

static uint16_t pick_service(const struct bundle *b, struct dice *d)
{
    return (uint16_t)dice_below(d, b->service_count);
}

static int64_t pick_day(struct dice *d)
{
    return MADE_DECIDED_MS - (int64_t)(1 + dice_below(d, 60)) * DAY_MS;
}

static struct event_id next_id(struct dice *d)
{
    struct event_id id = { { 0 } };
    for (size_t i = 0; i < ID_BYTES; i++)
        id.b[i] = (uint8_t)dice_below(d, 256);
    return id;
}

/* Who writes down what the person says. */
static struct slice recorder(const struct bundle *b)
{
    return b->services[0].name;
}

/* Each agency that claims the person means the same one. */
static bool make_births(const struct bundle *b, struct arena *a, struct person *out)
{
    struct birth_fact *list = ARENA_ARRAY(a, out->relationship_count + 1, struct birth_fact);
    if (!list)
        return false;
    for (size_t i = 0; i <= out->relationship_count; i++)
        list[i] = (struct birth_fact){ .agency = i > 0 ? out->relationships[i - 1].agency
                                                       : b->services[0].agency,
                                       .hash = SLICE("5f1d7a84db00d2fce00b31a7fc73224f"),
                                       .occurred_ms = MADE_DECIDED_MS - 90 * DAY_MS,
                                       .by = { { (uint8_t)(i + 1) } } };
    out->births = list;
    out->birth_count = out->relationship_count + 1;
    return true;
}

/* Three to six relationships, one in four closed. */
static bool make_relationships(const struct bundle *b, struct arena *a, struct dice *d,
                               struct person *out)
{
    static const char *const kinds[] = { "open-case", "care-package",       "package",
                                         "referral",  "discharge-planning", "tenancy",
                                         "inpatient" };
    size_t n = 3 + dice_below(d, 4);
    struct relationship *list = ARENA_ARRAY(a, n, struct relationship);
    for (size_t i = 0; list && i < n; i++)
        list[i] = (struct relationship){ .kind = slice_text(kinds[dice_below(d, COUNT(kinds))]),
                                         .with = pick_service(b, d),
                                         .opened_by = next_id(d),
                                         .opened_ms = pick_day(d),
                                         .is_open = !dice_percent(d, 25) };
    for (size_t i = 0; list && i < n; i++)
        list[i].agency = b->services[list[i].with].agency;
    out->relationships = list;
    out->relationship_count = n;
    return list != NULL;
}

static bool make_words(const struct bundle *b, struct arena *a, struct dice *d, struct person *out)
{
    static const char *const functions[] = { "adult-social-care", "homelessness" };
    size_t n = dice_below(d, 4);
    struct consent_fact *consents = ARENA_ARRAY(a, n + 1, struct consent_fact);
    struct objection_fact *objections = ARENA_ARRAY(a, 1, struct objection_fact);
    struct responsible_fact *responsible = ARENA_ARRAY(a, 2, struct responsible_fact);
    if (!consents || !objections || !responsible)
        return false;
    for (size_t i = 0; i < n; i++)
        consents[i] =
            (struct consent_fact){ .purpose = slice_text(purposes[dice_below(d, COUNT(purposes))]),
                                   .recipient = dice_percent(d, 40) ? -1 : pick_service(b, d),
                                   .granted = !dice_percent(d, 20),
                                   .occurred_ms = pick_day(d),
                                   .until_ms = NEVER_MS,
                                   .by = next_id(d),
                                   .source = recorder(b) };
    objections[0] =
        (struct objection_fact){ .recipient = dice_percent(d, 30) ? -1 : pick_service(b, d),
                                 .stands = true,
                                 .occurred_ms = pick_day(d),
                                 .by = next_id(d),
                                 .source = recorder(b) };
    for (size_t i = 0; i < 2; i++)
        responsible[i] = (struct responsible_fact){ .function = slice_text(functions[i]),
                                                    .service = pick_service(b, d),
                                                    .occurred_ms = pick_day(d),
                                                    .by = next_id(d),
                                                    .source = recorder(b) };
    out->consents = consents;
    out->consent_count = n;
    out->objections = objections;
    out->objection_count = dice_percent(d, 15);
    out->responsible = responsible;
    out->responsible_count = dice_below(d, 3);
    return true;
}

static bool make_restriction(struct arena *a, struct dice *d, struct person *out)
{
    struct restriction_fact *list = ARENA_ARRAY(a, 1, struct restriction_fact);
    if (!list)
        return false;
    list[0] = (struct restriction_fact){
        .kind = SLICE("location"), .stands = true, .occurred_ms = pick_day(d), .by = next_id(d)
    };
    out->restrictions = list;
    out->restriction_count = dice_percent(d, 10);
    return true;
}

static struct slice episode_name(struct arena *a, struct dice *d)
{
    return slice_text(arena_format(a, "EP-%zu", dice_below(d, 12)));
}

/* What happened to the person before: three to ten events of some episodes. */
static bool make_episodes(const struct bundle *b, struct arena *a, struct dice *d,
                          struct person *out)
{
    static const char *const kinds[] = { "admitted", "moved", "discharged", "leave_started" };
    size_t n = 3 + dice_below(d, 8);
    struct episode_event *list = ARENA_ARRAY(a, n, struct episode_event);
    for (size_t i = 0; list && i < n; i++) {
        list[i] = (struct episode_event){ .agency = b->services[pick_service(b, d)].agency,
                                          .episode = episode_name(a, d),
                                          .type = SLICE("HospitalStay"),
                                          .kind = slice_text(kinds[dice_below(d, COUNT(kinds))]),
                                          .id = next_id(d),
                                          .occurred_ms = pick_day(d) };
        list[i].closed = slice_equal_text(list[i].kind, "discharged");
        list[i].closed_ms = list[i].closed ? list[i].occurred_ms : 0;
    }
    out->events = list;
    out->event_count = n;
    return list != NULL;
}

bool made_person(const struct bundle *b, struct arena *a, struct dice *d, struct person *out,
                 struct err *e)
{
    *out = (struct person){ .verified = true };
    return (make_relationships(b, a, d, out) && make_words(b, a, d, out) &&
            make_restriction(a, d, out) && make_episodes(b, a, d, out) && make_births(b, a, out)) ||
           err_memory(e);
}

/* ---- events ---- */

struct field {
    const char *path, *text;
};

/* Sets the fields that this type of event has. */
static bool set(struct build *b, const struct field *fields, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        int slot = plan_slot(b->plan, slice_text(fields[i].path));
        if (slot >= 0 && !build_text(b, (size_t)slot, slice_text(fields[i].text), e))
            return false;
    }
    return true;
}

/* One of the services of a role. */
static const struct service *pick_source(const struct bundle *b, struct dice *d, const char *role)
{
    for (;;) {
        const struct service *s = &b->services[pick_service(b, d)];
        if (slice_equal_text(s->role, role))
            return s;
    }
}

static const char *of(struct arena *a, struct slice s)
{
    const char *text = arena_text(a, s);
    return text ? text : "";
}

static bool set_header(const struct bundle *b, struct arena *a, struct dice *d, struct build *build,
                       const struct schema *s, const struct service *source, struct err *e)
{
    static const char *const urgencies[] = { "routine", "urgent", "emergency" };
    const struct header_slots *h = plan_header(s->plan);
    struct slice agency = b->agencies[source->agency].name;
    struct event_id id = next_id(d);
    char hex[ID_HEX];
    id_hex(id.b, hex);
    const struct field fields[] = {
        { "header.id", hex },
        { "header.type", of(a, s->name) },
        { "header.kind", of(a, s->kinds[dice_below(d, s->kind_count)]) },
        { "header.action", "asserts" },
        { "header.source_agency", of(a, agency) },
        { "header.source_service", of(a, slice_from(source->name, agency.n + 1)) },
        { "header.episode", of(a, episode_name(a, d)) },
        { "header.environment", "live" },
        { "header.urgency", urgencies[dice_below(d, 3)] },
        { "header.identity_confidence", "verified" },
        { "header.contact_team", "Discharge desk" },
        { "header.contact_phone", "01632 960999" },
        { "header.timeliness", dice_percent(d, 80) ? "realtime" : "daily" },
    };
    return set(build, fields, COUNT(fields), e) &&
           build_long(build, (size_t)h->occurred, MADE_DECIDED_MS - DAY_MS, e) &&
           build_strings(build, (size_t)h->cleared, NULL, 0, e);
}

static bool set_body(const struct bundle *b, struct arena *a, struct dice *d, struct build *build,
                     struct err *e)
{
    static const char *const born[] = { "1941-11-01", "1936-02-17", "2009-05-05", "1988",
                                        "2007-12-24" };
    const char *ward = arena_format(a, "W%zu Stroke unit", 10 + dice_below(d, 20));
    const char *site = arena_format(a, "site-%zu", 16 + dice_below(d, 10));
    const struct field fields[] = {
        { "referral.to", of(a, b->services[pick_service(b, d)].name) },
        { "person.birth_date", born[dice_below(d, COUNT(born))] },
        { "subject.nhs_number", "9990000026" },
        { "subject.local_id", "H0000001" },
        { "person.postcode", "WX1 2AB" },
        { "stay.ward", ward ? ward : "" },
        { "stay.site", site ? site : "" },
        { "stay.class", "inpatient" },
        { "stay.expected_discharge", "2026-07-05" },
        { "referral.pathway", "P1" },
        { "service.kind", "home care" },
        { "service.hours_per_week", "14" },
        { "case.number", "HC-1" },
        { "duty.kind", "relief" },
    };
    return set(build, fields, COUNT(fields), e);
}

bool made_event(const struct bundle *b, struct arena *a, struct dice *d, struct judge_input *in,
                struct err *e)
{
    static const struct {
        const char *type, *from;
    } said[] = { { "HospitalStay", "acute-trust" },        { "HospitalStay", "acute-trust" },
                 { "HospitalStay", "acute-trust" },        { "HospitalStay", "acute-trust" },
                 { "DischargePlan", "care-transfer-hub" }, { "DischargePlan", "care-transfer-hub" },
                 { "SocialCare", "adult-social-care" },    { "SocialCare", "adult-social-care" },
                 { "HousingCase", "adaptations" },         { "Homelessness", "homelessness" } };
    size_t which = dice_below(d, COUNT(said));
    const struct schema *s = catalogue_named(b->catalogue, slice_text(said[which].type));
    struct build build;
    struct buf out;
    if (!s || !build_init(&build, s->plan, a, e) ||
        !set_header(b, a, d, &build, s, pick_source(b, d, said[which].from), e) ||
        !set_body(b, a, d, &build, e))
        return false;
    buf_init(&out, 1u << 20);
    wire_put_header(&out, plan_fingerprint(s->plan));
    bool good = build_done(&build, &out, e);
    in->framed = arena_copy(a, buf_slice(&out));
    buf_release(&out);
    in->bundle = b;
    in->decided_ms = MADE_DECIDED_MS;
    return good && plan_view(s->plan, a, slice_from(in->framed, WIRE_HEADER_BYTES), &in->event, e);
}
