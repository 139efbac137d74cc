/* input.c - opens and checks what the router takes in. */
#include "step/input.h"

#include "bus/topics.h"
#include "record/wire.h"
#include "sharing/change/pack_order.h"

enum input_topic input_topic(const char *topic, struct slice *agency)
{
    static const struct {
        struct slice start;
        enum input_topic what;
    } families[] = {
        { SLICE_INIT("events."), INPUT_EVENTS },
        { SLICE_INIT("receipts."), INPUT_RECEIPTS },
        { SLICE_INIT("states."), INPUT_STATES },
    };
    struct slice name = slice_text(topic);
    *agency = slice_of(NULL, 0);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (slice_starts(name, families[i].start)) {
            *agency = slice_from(name, families[i].start.n);
            return families[i].what;
        }
    if (slice_equal_text(name, "states")) /* of the region's own parts */
        return INPUT_STATES;
    return slice_equal_text(name, TOPIC_CONTROL) ? INPUT_CONTROL : INPUT_OTHER;
}

bool input_open(const struct bundle *b, struct arena *a, struct slice framed, const char *internal,
                struct view *out, struct err *e)
{
    uint64_t fingerprint = 0;
    struct slice body;
    if (!wire_open(framed, &fingerprint, &body, e))
        return false;
    const struct schema *s = catalogue_fingerprint(b->catalogue, fingerprint);
    bool has_place = s != NULL;
    if (has_place && internal)
        has_place = s->internal && slice_equal_text(s->name, internal);
    else if (has_place)
        has_place = !s->internal;
    if (!has_place)
        return err_set(e, ERR_REJECT, "event.schema", 2,
                       "the record's schema is unknown, or has no place on this topic");
    return plan_view(s->plan, a, body, out, e);
}

/* Checks that the agency of the topic is the one that speaks, by one of its own services. */
static bool check_sender(const struct input_rules *r, const struct input_event *event,
                         struct slice agency, struct err *e)
{
    struct slice says = view_text(&event->view, (size_t)event->header->source_agency);
    struct slice service = view_text(&event->view, (size_t)event->header->source_service);
    size_t slash = slice_find(service, '/');
    bool is_its_own = slash == service.n || slice_equal(slice_head(service, slash), agency);
    if (bundle_agency(r->bundle, agency) >= 0 && slice_equal(says, agency) && is_its_own)
        return true;
    return err_set(e, ERR_REJECT, "event.agency", 0,
                   "the event names another agency than the one that its topic belongs to");
}

static bool find_feed(struct input_event *event, struct slice agency, struct arena *a,
                      struct err *e)
{
    const struct header_slots *h = event->header;
    struct slice feed = view_text(&event->view, (size_t)h->source_feed);
    if (slice_is_empty(feed) || view_is_null(&event->view, (size_t)h->feed_seq))
        return true;
    const char *name = arena_format(a, "%.*s/%.*s", (int)agency.n, (const char *)agency.p,
                                    (int)feed.n, (const char *)feed.p);
    if (!name)
        return err_memory(e);
    event->feed = slice_text(name);
    event->feed_seq = view_long(&event->view, (size_t)h->feed_seq);
    return true;
}

bool input_event(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                 struct input_event *out, struct err *e)
{
    struct slice agency;
    *out = (struct input_event){ .header = NULL };
    if (input_topic(in->topic, &agency) != INPUT_EVENTS)
        return err_set(e, ERR_REJECT, "event.topic", 0, "events have no place on this topic");
    if (!input_open(r->bundle, a, in->value, NULL, &out->view, e))
        return false;
    out->header = plan_header(out->view.plan);
    if (!out->header)
        return err_set(e, ERR_REJECT, "event.schema", 2, "the record has no header");
    out->has_sender = check_sender(r, out, agency, e);
    return out->has_sender && find_feed(out, agency, a, e);
}

/* The partition is chosen by the subject alone, so that one worker knows all about a person. */
static bool check_partition(const struct input_rules *r, const struct bus_record *in,
                            const struct subject_key *subject, const char *code, struct err *e)
{
    if (subject_partition(subject, r->bundle->partitions) == in->partition)
        return true;
    return err_set(e, ERR_REJECT, code, 0,
                   "cannot take a record from partition %d: not its subject's", in->partition);
}

/* Turns a pseudonym back with the key of the service that it was made for. The service must be the
 * sender's own agency's, else one agency could speak about the persons of another. */
static bool turn_back(const struct input_rules *r, struct slice agency, struct slice service,
                      const uint8_t pseudonym[ID_BYTES], struct subject_key *out)
{
    int owner = bundle_agency(r->bundle, agency);
    int n = bundle_service(r->bundle, service);
    if (owner < 0 || n < 0)
        return false;
    if (r->bundle->services[n].agency != owner)
        return false;
    struct key key;
    judge_recipient_key(r->keys, service, &key);
    aes128_block_back(&key, pseudonym, out->b);
    explicit_bzero(&key, sizeof key);
    return true;
}

static bool find_subject(const struct input_rules *r, const struct bus_record *in,
                         struct input_event *event, struct err *e)
{
    const struct view *v = &event->view;
    const struct header_slots *h = event->header;
    struct slice reference = view_text(v, (size_t)h->reference), agency;
    if (in->key.n != ID_BYTES)
        return err_set(e, ERR_REJECT, "event.key", 0,
                       "the event's key on the bus is no subject key");
    if (slice_is_empty(reference)) {
        memcpy(event->subject.b, in->key.p, ID_BYTES);
        return true;
    }
    struct pseudonym pseudonym;
    (void)input_topic(in->topic, &agency);
    bool is_key =
        id_from_hex(reference, pseudonym.b) && memcmp(pseudonym.b, in->key.p, ID_BYTES) == 0;
    if (!is_key)
        return err_set(e, ERR_REJECT, "event.key", 0,
                       "the event's key on the bus is not the reference that it names");
    struct slice service = view_text(v, (size_t)h->reference_of);
    if (!turn_back(r, agency, service, pseudonym.b, &event->subject))
        return err_set(e, ERR_REJECT, "event.reference", 0,
                       "the event names its person by a reference that its sender was never given");
    if (view_is_null(v, (size_t)h->route))
        return true;
    if (view_long(v, (size_t)h->route) != in->partition)
        return err_set(e, ERR_REJECT, "event.partition", 0,
                       "the event lies in partition %d, and its route names another",
                       in->partition);
    return true;
}

bool input_event_check(const struct input_rules *r, const struct bus_record *in,
                       struct input_event *event, struct err *e)
{
    const struct view *v = &event->view;
    const struct header_slots *h = event->header;
    const char *taken = r->live ? "live" : "test";
    if (!slice_equal_text(view_text(v, (size_t)h->type), plan_name(v->plan)))
        return err_set(e, ERR_REJECT, "event.type", 0,
                       "the event's header names another type than its schema");
    if (!find_subject(r, in, event, e))
        return false;
    if (!check_partition(r, in, &event->subject, "event.partition", e))
        return false;
    if (slice_equal_text(view_text(v, (size_t)h->environment), taken))
        return true;
    return err_set(e, ERR_REJECT, "wrong-environment", 0,
                   "cannot take an event of the other environment than %s", taken);
}

bool input_receipt(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                   struct input_receipt *out, struct err *e)
{
    struct view v;
    struct slice agency;
    (void)input_topic(in->topic, &agency);
    *out = (struct input_receipt){ .subject = { { 0 } } };
    if (!input_open(r->bundle, a, in->value, "Receipt", &v, e))
        return false;
    out->disclosure = view_text_at(&v, "disclosure");
    out->recipient = view_text_at(&v, "recipient");
    out->outcome = view_text_at(&v, "outcome");
    out->code = view_text_at(&v, "code");
    if (in->key.n != ID_BYTES)
        return err_set(e, ERR_REJECT, "receipt.key", 0,
                       "the receipt's key on the bus is no reference");
    if (!turn_back(r, agency, out->recipient, in->key.p, &out->subject))
        return err_set(e, ERR_REJECT, "receipt.agency", 0,
                       "the receipt names a service of another agency than its topic's");
    size_t removed = (size_t)plan_slot(v.plan, SLICE("removed[]"));
    if (!view_strings(&v, removed, a, &out->removed, &out->removed_count, e))
        return false;
    return check_partition(r, in, &out->subject, "receipt.partition", e);
}

static bool is_of_schema(const struct input_rules *r, const struct bus_record *in,
                         struct slice name)
{
    uint64_t fingerprint = 0;
    struct slice body;
    struct err ignored = { .fate = ERR_NONE };
    const struct schema *s = catalogue_named(r->bundle->catalogue, name);
    bool is_framed = wire_open(in->value, &fingerprint, &body, &ignored);
    return s && is_framed && fingerprint == plan_fingerprint(s->plan);
}

bool input_is_unread(const struct input_rules *r, const struct bus_record *in)
{
    return is_of_schema(r, in, SLICE("Unread"));
}

bool input_is_refused(const struct input_rules *r, const struct bus_record *in)
{
    return is_of_schema(r, in, SLICE("Refused"));
}

/* Finds whom a record is about by its key. The key is the subject's own, or, where service is not
 * empty, the pseudonym that this service of the agency was given. */
static bool find_person(const struct input_rules *r, const struct bus_record *in,
                        struct slice agency, struct slice service, struct subject_key *out)
{
    if (in->key.n != ID_BYTES)
        return false;
    if (!slice_is_empty(service))
        return turn_back(r, agency, service, in->key.p, out);
    memcpy(out->b, in->key.p, ID_BYTES);
    return true;
}

/* An agency hands in refusals of its own events only, and as the router made them. */
bool input_refused(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                   struct input_refused *out, struct err *e)
{
    struct view v;
    struct slice agency;
    *out = (struct input_refused){ .subject = { { 0 } } };
    (void)input_topic(in->topic, &agency);
    if (!input_open(r->bundle, a, in->value, "Refused", &v, e))
        return false;
    if (!refused_read(r->keys, &v, in->value, &out->said))
        return err_set(e, ERR_REJECT, "refused.seal", 0,
                       "the refusal bears no seal of this router");
    if (!slice_equal(out->said.x.agency, agency))
        return err_set(e, ERR_REJECT, "refused.agency", 0,
                       "the refusal names another agency than the one that its topic belongs to");
    if (!find_person(r, in, agency, out->said.reference_of, &out->subject))
        return err_set(e, ERR_REJECT, "refused.key", 0,
                       "the refusal's key on the bus is none that its sender was given");
    return check_partition(r, in, &out->subject, "refused.partition", e);
}

#define SIGN_TEXT_MAX_BYTES 128 /* longer than a feed's name, a code and a number */

static bool is_short(const struct unread_message *x)
{
    return x->feed.n <= SIGN_TEXT_MAX_BYTES && x->code.n <= SIGN_TEXT_MAX_BYTES &&
           x->reference.n <= SIGN_TEXT_MAX_BYTES;
}

/* The id of a sign is made of feed, code and time. A feed gives no two of its signs of one code the
 * same time, and it gives a message the same time wherever the message lies and whomever it is said
 * of later (intake/feed_signs.c). */
static void identify_sign(const struct view *v, struct event_id *out)
{
    uint8_t hash[HASH_BYTES], when[8];
    uint64_t ms = (uint64_t)view_long_at(v, "when");
    for (size_t i = 0; i < sizeof when; i++)
        when[i] = (uint8_t)(ms >> (8 * i));
    const struct slice hashed[] = { SLICE("sign"), view_text_at(v, "feed"), SLICE(":"),
                                    view_text_at(v, "code"), slice_of(when, sizeof when) };
    sha256_slices(hashed, sizeof hashed / sizeof hashed[0], hash);
    memcpy(out->b, hash, ID_BYTES);
}

/* An agency hands in signs of its own feeds only. */
bool input_unread(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                  struct input_unread *out, struct err *e)
{
    struct view v;
    struct slice agency, service;
    *out = (struct input_unread){ .subject = { { 0 } } };
    (void)input_topic(in->topic, &agency);
    if (!input_open(r->bundle, a, in->value, "Unread", &v, e))
        return false;
    out->seen = (struct unread_message){ .agency = view_text_at(&v, "agency"),
                                         .feed = view_text_at(&v, "feed"),
                                         .code = view_text_at(&v, "code"),
                                         .reference = view_text_at(&v, "reference") };
    identify_sign(&v, &out->id);
    const char *source = arena_format(a, "%.*s/%.*s", SHOWN(agency), SHOWN(out->seen.feed));
    out->source = slice_text(source);
    if (!source)
        return err_memory(e);
    if (bundle_agency(r->bundle, agency) < 0 || !slice_equal(out->seen.agency, agency))
        return err_set(e, ERR_REJECT, "unread.agency", 0,
                       "the sign of an unread message names another agency than the one that its "
                       "topic belongs to");
    if (!is_short(&out->seen))
        return err_set(e, ERR_REJECT, "unread.text", 0,
                       "a text in the sign of an unread message is longer than %d bytes",
                       SIGN_TEXT_MAX_BYTES);
    service = view_text_at(&v, "reference_of");
    if (!find_person(r, in, agency, service, &out->subject))
        return err_set(e, ERR_REJECT, "unread.key", 0,
                       "the key of a sign of an unread message is none that its sender was given");
    return check_partition(r, in, &out->subject, "unread.partition", e);
}

/* Reads "unread:AGENCY/FEED:CODE". An act on all of these messages says no subject: then the key of
 * its record does. */
static bool read_looking(const struct bus_record *in, struct input_act *out)
{
    static const struct subject_key none;
    struct slice start = SLICE("unread:");
    struct slice rest = slice_from(out->hold, start.n);
    size_t colon = slice_find(rest, ':');
    if (!slice_starts(out->hold, start) || colon == rest.n)
        return false;
    if (!out->document)
        return false;
    out->source = slice_head(rest, colon);
    out->code = slice_from(rest, colon + 1);
    out->is_for_many = memcmp(out->subject.b, none.b, ID_BYTES) == 0;
    if (out->is_for_many && in->key.n == ID_BYTES)
        memcpy(out->subject.b, in->key.p, ID_BYTES);
    return out->source.n > 0 && out->code.n > 0;
}

/* Reads "eventidhex:AGENCY/SERVICE". */
static bool read_hold(const struct bundle *b, struct input_act *out)
{
    size_t colon = slice_find(out->hold, ':');
    int service = bundle_service(b, slice_from(out->hold, colon + 1));
    if (service < 0)
        return false;
    out->to.n = (uint16_t)service;
    return id_from_hex(slice_head(out->hold, colon), out->event.b);
}

/* Reads what one typed name decided, in the form of older programs. It counts only in a region that
 * names nobody. */
static bool read_hold_act(const struct input_rules *r, const struct view *v, struct input_act *out,
                          struct err *e)
{
    struct slice subject = view_text_at(v, "subject");
    out->verb = view_text_at(v, "act");
    out->hold = view_text_at(v, "hold");
    out->person = view_text_at(v, "person");
    out->reason = view_text_at(v, "reason");
    out->is_on_hold = true;
    memcpy(out->subject.b, subject.p, ID_BYTES);
    if (r->bundle->people.count)
        return err_set(e, ERR_REJECT, "act.unsigned", 0,
                       "nobody has signed this act, and region.yaml names the people who must: "
                       "sign it with concordat act sign");
    if (!slice_equal_text(out->verb, "release") && !slice_equal_text(out->verb, "refuse"))
        return err_set(e, ERR_REJECT, "act.word", 0,
                       "this act is neither a release nor a refusal, and no other may be written "
                       "in this form");
    if (slice_is_empty(out->person) || slice_is_empty(out->reason))
        return err_set(
            e, ERR_REJECT, "act.person", 0,
            "the act lacks a person's name or a reason: give --by PERSON and --reason TEXT");
    return true;
}

static bool join_names(const struct act_signers *by, struct arena *a, struct slice *out)
{
    const char *text = "";
    for (size_t i = 0; i < by->count && text; i++) {
        struct slice name = by->list[i]->name;
        const char *between = i > 0 ? " and " : "";
        text = arena_format(a, "%s%s%.*s", text, between, (int)name.n, (const char *)name.p);
    }
    *out = slice_text(text);
    return text != NULL;
}

static bool read_document(const struct input_rules *r, const struct view *v, struct arena *a,
                          int64_t now_ms, struct input_act *out, struct err *e)
{
    struct act *x = ARENA_NEW(a, struct act);
    enum people_role role = ROLE_HOLDS;
    if (!x)
        return err_memory(e);
    if (!act_read(view_text_at(v, "act"), x, e))
        return false;
    if (!act_verify(x, r->bundle, now_ms, &out->by, e))
        return false;
    out->document = x;
    out->verb = x->verb;
    out->hold = x->on;
    out->reason = x->reason;
    out->subject = x->subject;
    out->is_on_hold = act_role(x->verb, &role) && role == ROLE_HOLDS;
    out->person = x->typed;
    if (out->by.count == 0)
        return true;
    return join_names(&out->by, a, &out->person) || err_memory(e);
}

static bool open_act(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                     int64_t now_ms, struct input_act *out, struct err *e)
{
    struct view v;
    struct err other = { .fate = ERR_NONE };
    if (input_open(r->bundle, a, in->value, "PersonAct", &v, &other))
        return read_document(r, &v, a, now_ms, out, e);
    if (strcmp(other.code, "event.schema") != 0) {
        *e = other;
        return false;
    }
    if (!input_open(r->bundle, a, in->value, "HoldAct", &v, e))
        return false;
    return read_hold_act(r, &v, out, e);
}

bool input_act(const struct input_rules *r, const struct bus_record *in, struct arena *a,
               int64_t now_ms, struct input_act *out, struct err *e)
{
    bool is_found = true;
    *out = (struct input_act){ .is_release = false };
    if (!open_act(r, in, a, now_ms, out, e))
        return false;
    out->is_release = slice_equal_text(out->verb, "release");
    out->is_reopening = slice_equal_text(out->verb, "reopen");
    out->is_settling = slice_starts(out->verb, SLICE("settle-"));
    out->is_for_episode = slice_equal_text(out->verb, "refuse-episode");
    out->is_looking = slice_equal_text(out->verb, "looked");
    if (out->is_looking)
        is_found = read_looking(in, out);
    else if (out->is_on_hold)
        is_found = read_hold(r->bundle, out);
    if (!is_found)
        return err_set(
            e, ERR_REJECT, "act.hold", 0,
            "the act names nothing that can be held: copy the id from concordat held SITE list");
    return check_partition(r, in, &out->subject, "act.partition", e);
}

static bool note_order(struct arena *a, const struct view *v, struct input_bundle *out)
{
    char hash[2 * HASH_BYTES];
    struct slice by = view_text_at(v, "by");
    slice_to_hex(slice_head(view_text_at(v, "hash"), HASH_BYTES), hash);
    const char *note =
        arena_format(a, "order %lld %.*s by %.*s", (long long)view_long_at(v, "number"),
                     (int)sizeof hash, hash, (int)by.n, (const char *)by.p);
    out->note = slice_text(note);
    return note != NULL;
}

static bool note_state(struct arena *a, const struct view *v, struct input_bundle *out)
{
    char hash[2 * HASH_BYTES];
    struct slice part = view_text_at(v, "part"), agency = view_text_at(v, "agency");
    struct slice outcome = view_text_at(v, "outcome"), code = view_text_at(v, "code");
    const char *between = code.n > 0 ? " " : "";
    slice_to_hex(slice_head(view_text_at(v, "hash"), HASH_BYTES), hash);
    const char *note =
        arena_format(a, "%.*s of %.*s %.*s %lld %.*s%s%.*s", (int)part.n, (const char *)part.p,
                     (int)agency.n, (const char *)agency.p, (int)outcome.n, (const char *)outcome.p,
                     (long long)view_long_at(v, "number"), (int)sizeof hash, hash, between,
                     (int)code.n, (const char *)code.p);
    out->note = slice_text(note);
    return note != NULL;
}

/* Judges the order's signatures at the record's own time, as each part's host does
 * (daemon/keeper.c): the router alone knows the time of the decision before it. */
static bool check_order(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                        const struct view *v, struct err *e)
{
    struct pack p;
    if (!pack_read(a, view_text_at(v, "file"), &p, e))
        return false;
    if (p.number != (uint64_t)view_long_at(v, "number") ||
        !slice_equal(view_text_at(v, "hash"), slice_of(p.hash, HASH_BYTES)))
        return err_set(e, ERR_REJECT, "order.forged", 0,
                       "the order brings another bundle than the one that it names");
    if (r->demo)
        return true;
    return pack_order_signed(&p, r->bundle, in->accepted_ms, e);
}

/* Checks that a part is spoken for on the topic of its own agency. Parts of older programs spoke on
 * control, in regions that named nobody. */
static bool check_state(const struct input_rules *r, const struct bus_record *in,
                        const struct view *v, struct err *e)
{
    struct slice agency;
    enum input_topic topic = input_topic(in->topic, &agency);
    if (topic == INPUT_CONTROL && r->bundle->people.count == 0)
        return true;
    if (topic == INPUT_STATES && slice_equal(view_text_at(v, "agency"), agency))
        return true;
    return err_set(
        e, ERR_REJECT, "state.agency", 0,
        "the report about a part names another agency than the one that its topic belongs to");
}

bool input_bundle(const struct input_rules *r, const struct bus_record *in, struct arena *a,
                  struct input_bundle *out, struct err *e)
{
    uint64_t fingerprint = 0;
    struct slice body, ignored;
    struct view v;
    *out = (struct input_bundle){ .schema = SLICE_INIT("") };
    if (!wire_open(in->value, &fingerprint, &body, e))
        return false;
    const struct schema *s = catalogue_fingerprint(r->bundle->catalogue, fingerprint);
    bool is_order = s && slice_equal_text(s->name, "BundleOrder");
    bool is_state = s && slice_equal_text(s->name, "BundleState");
    if (!is_order && !is_state)
        return true;
    if (!plan_view(s->plan, a, body, &v, e))
        return false;
    if (is_order && input_topic(in->topic, &ignored) != INPUT_CONTROL)
        return err_set(e, ERR_REJECT, "event.topic", 0, "orders have no place on this topic");
    bool good = is_order ? check_order(r, in, a, &v, e) : check_state(r, in, &v, e);
    if (!good)
        return false;
    out->schema = s->name;
    good = is_order ? note_order(a, &v, out) : note_state(a, &v, out);
    return good || err_memory(e);
}
