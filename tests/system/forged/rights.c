/* rights.c - what an agency may say, from the words and facts.yaml; none of the engine's
 * checks is asked. */
#include "forged.h"

#include <CUnit/CUnit.h>

#include "bus/topics.h"
#include "host/tree.h"
#include "record/wire.h"

static struct node *facts;

void rights_load(void)
{
    struct node *file = NULL;
    CU_ASSERT_TRUE_FATAL(
        tree_yaml_file(&forged_arena, SOURCE_DIR "/deploy/example/facts.yaml", &file, &world.e));
    facts = node_get(file, "facts");
    CU_ASSERT_PTR_NOT_NULL_FATAL(facts);
}

/* Of {Type: [kinds]}. */
static bool names_kind(const struct node *on, struct slice type, struct slice kind)
{
    const struct node *kinds = node_get_slice(on, type);
    for (const struct node *k = kinds ? kinds->first : NULL; k; k = k->next)
        if (slice_equal(k->text, kind))
            return true;
    return false;
}

static bool names_role(const struct node *by, struct slice role)
{
    if (by && by->kind == NODE_TEXT) /* the service itself: any may be it */
        return true;
    for (const struct node *r = by ? by->first : NULL; r; r = r->next)
        if (slice_equal(r->text, role))
            return true;
    return false;
}

bool rights_make_known(struct slice type, struct slice kind, struct slice role)
{
    for (const struct node *line = facts->first; line; line = line->next) {
        const struct node *closed_by = node_get(line, "closed_by");
        if ((names_kind(node_get(line, "on"), type, kind) &&
             names_role(node_get(line, "by"), role)) ||
            (names_kind(closed_by, type, kind) && names_role(node_get(closed_by, "by"), role)))
            return true;
    }
    return false;
}

/* ---- one event ---- */

static struct slice text_at(const struct view *v, const char *path)
{
    return view_text_at(v, path);
}

static bool is_null_at(const struct view *v, const char *path)
{
    int slot = plan_slot(v->plan, slice_text(path));
    return slot < 0 || view_is_null(v, (size_t)slot);
}

/* A service of the region, of that agency; by its whole name or its own. */
static int service_of(struct slice name, const char *agency)
{
    const char *whole = arena_format(&world.arena, "%.*s", (int)name.n, (const char *)name.p);
    if (slice_find(name, '/') == name.n)
        whole = arena_format(&world.arena, "%s/%s", agency, whole);
    int n = bundle_service(world.bundle, slice_text(whole));
    return n >= 0 && world.bundle->services[n].agency ==
                         (uint16_t)bundle_agency(world.bundle, slice_text(agency))
               ? n
               : -1;
}

/* Whom it is about: by the key itself, or by a pseudonym of one of its own services. */
static bool find_subject(const struct view *v, const struct put *p, const char *agency,
                         struct subject_key *out)
{
    uint8_t reference[ID_BYTES];
    struct slice of = text_at(v, "subject.reference_of");
    struct key key;
    if (p->key.n != ID_BYTES)
        return false;
    memcpy(out->b, p->key.p, ID_BYTES);
    if (slice_is_empty(text_at(v, "subject.reference")))
        return true;
    if (!id_from_hex(text_at(v, "subject.reference"), reference) ||
        memcmp(reference, p->key.p, ID_BYTES) != 0 || slice_find(of, '/') == of.n ||
        service_of(of, agency) < 0)
        return false;
    judge_recipient_key(&world.keys, of, &key);
    aes128_block_back(&key, reference, out->b);
    return is_null_at(v, "subject.route") || view_long_at(v, "subject.route") == p->partition;
}

/* Whoever is not of the story has a number of their own, below zero. */
static int who_is(const struct subject_key *key)
{
    struct subject_key other;
    for (int i = 0; i <= EVERYBODY; i++) {
        world_key(person_name(i), &other);
        if (memcmp(key->b, other.b, ID_BYTES) == 0)
            return i;
    }
    return -1 - (key->b[0] << 16 | key->b[1] << 8 | key->b[2]);
}

static bool is_of(const struct known *k, const char *agency)
{
    size_t n = strlen(agency);
    return strncmp(k->source, agency, n) == 0 && k->source[n] == '/';
}

static const struct known *find(const struct knowns *list, int who, struct slice id)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct known *k = &list->list[i];
        uint8_t a[ID_BYTES], b[ID_BYTES];
        if (k->who == who && id_from_hex(id, a) && id_from_hex(slice_text(k->id), b) &&
            memcmp(a, b, ID_BYTES) == 0)
            return k;
    }
    return NULL;
}

static bool is_word(struct slice type)
{
    return slice_equal_text(type, "Consent") || slice_equal_text(type, "Restriction");
}

/* What it takes back or replaces is its own, of the same type, kind and episode; a word about
 * sharing of the same service. What is not on file waits; so does what names a retraction of its
 * own. */
static bool original_is_its_own(const struct view *v, const struct known *is, const char *agency,
                                const struct knowns *told)
{
    struct slice original = text_at(v, "header.original");
    if (slice_equal_text(text_at(v, "header.action"), "asserts") || slice_is_empty(original))
        return true;
    const struct known *k = find(told, is->who, original);
    if (!k)
        k = find(&story.told, is->who, original);
    if (!k || !is_of(k, agency))
        return !k;
    return k->takes_back ||
           (strcmp(k->type, is->type) == 0 && strcmp(k->kind, is->kind) == 0 &&
            strcmp(k->episode, is->episode) == 0 &&
            (!is_word(slice_text(is->type)) || strcmp(k->source, is->source) == 0));
}

/* A record of an event schema, in good form, as that agency's topic says; its kind and source
 * exist. One with a feed was taken from the story: said once more, it says nothing. */
static bool open_event(const struct put *p, const char *agency, struct view *v, int *service)
{
    uint64_t fingerprint = 0;
    struct slice body;
    struct err e = { .fate = ERR_NONE };
    uint8_t id[ID_BYTES];
    if (strcmp(p->topic, topic_events(&world.arena, slice_text(agency))) != 0 ||
        !wire_open(p->value, &fingerprint, &body, &e))
        return false;
    const struct schema *s = catalogue_fingerprint(world.catalogue, fingerprint);
    if (!s || s->internal || !plan_view(s->plan, &world.arena, body, v, &e))
        return false;
    *service = service_of(text_at(v, "header.source_service"), agency);
    return slice_equal(text_at(v, "header.type"), s->name) &&
           schema_has_kind(s, text_at(v, "header.kind")) &&
           slice_equal_text(text_at(v, "header.source_agency"), agency) && *service >= 0 &&
           slice_equal_text(text_at(v, "header.environment"), "test") &&
           is_null_at(v, "header.source_feed") && id_from_hex(text_at(v, "header.id"), id);
}

/* What it makes known, or takes back of what a service of its agency made known. */
static bool makes_known(const struct view *v, const struct known *is, const struct service *s)
{
    const struct slice type = slice_text(is->type), kind = slice_text(is->kind);
    if (!is_null_at(v, "header.birth_hash") || !is_null_at(v, "subject.reference") ||
        !is_null_at(v, "header.unknown_restriction") || rights_make_known(type, kind, s->role))
        return true;
    const struct agency *a = &world.bundle->agencies[s->agency];
    for (size_t i = 0; i < a->service_count; i++)
        if (!slice_equal_text(text_at(v, "header.action"), "asserts") &&
            rights_make_known(type, kind, world.bundle->services[a->first_service + i].role))
            return true;
    return false;
}

static void judge_event_of(struct put *p, const char *agency, struct knowns *told)
{
    struct view v;
    struct subject_key subject;
    int service = -1;
    if (!open_event(p, agency, &v, &service) || !find_subject(&v, p, agency, &subject) ||
        subject_partition(&subject, PARTITIONS) != p->partition)
        return;
    const struct service *s = &world.bundle->services[service];
    struct known is = { .who = who_is(&subject),
                        .id = kept_text(text_at(&v, "header.id")),
                        .source = kept_text(s->name),
                        .type = kept_text(text_at(&v, "header.type")),
                        .kind = kept_text(text_at(&v, "header.kind")),
                        .episode = kept_text(text_at(&v, "header.episode")),
                        .takes_back = slice_equal_text(text_at(&v, "header.action"), "retracts") };
    if (find(&story.told, is.who, slice_text(is.id)) || find(told, is.who, slice_text(is.id)) ||
        !original_is_its_own(&v, &is, agency, told))
        return;
    p->is_rightful = true;
    p->who = is.who;
    p->makes_known = makes_known(&v, &is, s);
    knowns_add(told, &is);
}

/* ---- receipts and states ---- */

static bool open_ours(const struct put *p, const char *schema, struct view *v)
{
    uint64_t fingerprint = 0;
    struct slice body;
    struct err e = { .fate = ERR_NONE };
    const struct schema *s = catalogue_named(world.catalogue, slice_text(schema));
    return wire_open(p->value, &fingerprint, &body, &e) &&
           fingerprint == plan_fingerprint(s->plan) &&
           plan_view(s->plan, &world.arena, body, v, &e);
}

/* Of one of its services, about somebody whom that service knows by that name. */
static bool is_its_receipt(const struct put *p, const char *agency)
{
    struct view v;
    struct key key;
    struct subject_key subject;
    if (strcmp(p->topic, topic_receipts(&world.arena, slice_text(agency))) != 0 ||
        p->key.n != ID_BYTES || !open_ours(p, "Receipt", &v))
        return false;
    struct slice of = text_at(&v, "recipient");
    if (slice_find(of, '/') == of.n || service_of(of, agency) < 0)
        return false;
    judge_recipient_key(&world.keys, of, &key);
    aes128_block_back(&key, p->key.p, subject.b);
    return subject_partition(&subject, PARTITIONS) == p->partition;
}

/* Of a part of its own. */
static bool is_its_state(const struct put *p, const char *agency)
{
    struct view v;
    return strcmp(p->topic, topic_states(&world.arena, slice_text(agency))) == 0 &&
           open_ours(p, "BundleState", &v) && slice_equal_text(text_at(&v, "agency"), agency);
}

void rights_judge(struct put *p, const char *agency, struct knowns *told)
{
    p->is_rightful = is_its_receipt(p, agency) || is_its_state(p, agency);
    if (!p->is_rightful)
        judge_event_of(p, agency, told);
}
