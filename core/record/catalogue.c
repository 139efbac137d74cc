/* catalogue.c - loading all schemas, and finding them again. */
#include "record/catalogue.h"

#include <stddef.h>

#include "host/crypto.h"
#include "record/avro_c.h"
#include "record/compile.h"
#include "record/schema_rules.h"

#define SCHEMA_TEXT_MAX ((size_t)4 * 1024 * 1024)

struct catalogue {
    struct schema *list;
    size_t count;
    struct category_set categories;
    uint8_t hash[HASH_BYTES];
};

/* Where each pinned slot is found. */
#define PIN(field)                                                                                 \
    {                                                                                              \
        "header." #field, offsetof(struct header_slots, field)                                     \
    }
static const struct {
    const char *path;
    size_t at;
} pins[] = {
    PIN(id),
    PIN(type),
    PIN(kind),
    PIN(action),
    PIN(occurred),
    PIN(occurred_precision),
    PIN(observed),
    PIN(source_agency),
    PIN(source_service),
    PIN(source_feed),
    PIN(source_message_id),
    PIN(feed_seq),
    PIN(mapping),
    PIN(episode),
    PIN(environment),
    PIN(contact_team),
    PIN(contact_phone),
    PIN(timeliness),
    PIN(urgency),
    PIN(identity_confidence),
    { "header.cleared[]", offsetof(struct header_slots, cleared) },
    PIN(original),
    PIN(agreement),
    PIN(agreement_version),
    PIN(clause),
    PIN(notice),
    PIN(birth_hash),
    PIN(unknown_restriction),
    { "subject.nhs_number", offsetof(struct header_slots, nhs_number) },
    { "subject.nhs_number_status", offsetof(struct header_slots, nhs_number_status) },
    { "subject.local_id", offsetof(struct header_slots, local_id) },
    { "subject.case_reference", offsetof(struct header_slots, case_reference) },
    { "subject.reference", offsetof(struct header_slots, reference) },
    { "subject.reference_of", offsetof(struct header_slots, reference_of) },
    { "subject.route", offsetof(struct header_slots, route) },
    { "person.birth_date", offsetof(struct header_slots, birth_date) },
};

static bool pin_header(struct arena *a, const struct node *root, struct plan *plan,
                       struct problems *p)
{
    struct header_slots *h = ARENA_NEW(a, struct header_slots);
    bool good = h != NULL;
    for (size_t i = 0; h && i < sizeof pins / sizeof pins[0]; i++) {
        int slot = plan_slot(plan, slice_text(pins[i].path));
        if (slot < 0)
            good = schema_problem(p, root, "schema.header", "the schema of an event lacks '%s'",
                                  pins[i].path);
        memcpy((uint8_t *)h + pins[i].at, &slot, sizeof slot);
    }
    plan->header = h;
    return h ? good : schema_no_memory(p);
}

/* *bits: a bit for each kind that the attribute lists, none without it. *stray: a word that is no
 * kind, else empty. */
static bool read_kind_bits(struct arena *a, const struct node *root, const char *attribute,
                           const struct schema *s, uint64_t *bits, struct slice *stray,
                           struct problems *p)
{
    const struct slice *words = NULL;
    size_t n = 0;
    *stray = (struct slice){ .n = 0 };
    if (!node_get(root, attribute))
        return true;
    if (!schema_words(a, root, attribute, &words, &n, p))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t kind = 0;
        while (kind < s->kind_count && !slice_equal(s->kinds[kind], words[i]))
            kind++;
        if (kind == s->kind_count)
            *stray = words[i];
        else
            *bits |= (uint64_t)1 << kind;
    }
    return true;
}

/* The kinds that count even when the rest of their message cannot be read, and the ways for an
 * episode to end. */
static bool set_schema_bits(struct arena *a, const struct node *root, struct schema *s,
                            struct problems *p)
{
    struct slice stray;
    if (!read_kind_bits(a, root, "restricts", s, &s->restricts, &stray, p))
        return false;
    if (stray.n)
        return schema_problem(p, root, "schema.restricts",
                              "'restricts' names '%.*s', which is no kind of this event",
                              SHOWN(stray));
    if (!read_kind_bits(a, root, "ends", s, &s->ends, &stray, p))
        return false;
    if (stray.n)
        return schema_problem(p, root, "schema.ends",
                              "'ends' names '%.*s', which is no kind of this event", SHOWN(stray));
    return true;
}

/* The kinds of this schema are what its header.kind may say. */
static bool set_schema_kinds(struct arena *a, const struct node *root, struct schema *s,
                             struct plan *plan, struct problems *p)
{
    const struct node *disclosed = node_get(root, "disclosed");
    s->disclosable = disclosed && disclosed->truth;
    if (!pin_header(a, root, plan, p))
        return false;
    if (!schema_words(a, root, "kinds", &s->kinds, &s->kind_count, p))
        return false;
    if (!set_schema_bits(a, root, s, p))
        return false;
    struct slot *kind = &plan->slots[plan->header->kind];
    kind->vocabulary = s->kinds;
    kind->vocabulary_count = s->kind_count;
    return true;
}

static bool set_schema_text(struct arena *a, const struct composed *c, struct schema *s,
                            struct plan *plan, struct problems *p)
{
    struct buf text, canonical;
    struct err e = { .fate = ERR_NONE };
    buf_init(&text, SCHEMA_TEXT_MAX);
    buf_init(&canonical, SCHEMA_TEXT_MAX);
    node_to_json(c->root, &text);
    s->text = buf_ok(&text) ? arena_copy(a, buf_slice(&text)) : (struct slice){ .p = NULL };
    bool good = s->text.p ? avro_c_check(s->text, &e) : err_memory(&e);
    good = good && schema_canonical(a, s->text, &canonical, &e);
    if (good)
        plan->fingerprint = crc64_avro(buf_slice(&canonical));
    else
        schema_problem(p, c->root, e.code, "%s", e.text);
    buf_release(&text);
    buf_release(&canonical);
    return good;
}

static bool check_fingerprint(const struct catalogue *c, const struct node *root, uint64_t value,
                              struct problems *p)
{
    if (!catalogue_fingerprint(c, value))
        return true;
    return schema_problem(p, root, "schema.fingerprint", "another schema has this fingerprint");
}

static bool is_schema(const struct schema_file *f)
{
    const struct node *fields = node_get(f->root, "fields");
    bool header = fields && slice_equal_text(schema_attribute(fields->first, "name"), "header");
    return f->root && (f->internal || header || node_get(f->root, "kinds"));
}

/* An event is a record with kinds; in internal/ each file is a schema; all others are types that
 * they use. */
static void load_schema(struct arena *a, const struct schema_files *files,
                        const struct schema_file *f, struct catalogue *out, struct problems *p)
{
    struct composed *c = ARENA_NEW(a, struct composed);
    if (!c) {
        schema_no_memory(p);
        return;
    }
    if (!compose(a, files, f, c, p))
        return;
    if (!f->internal)
        schema_rules_event(c->root, p);
    struct plan *plan = compile(a, c, f->internal, &out->categories, p);
    struct schema s = { .name = f->name, .plan = plan, .internal = f->internal };
    if (!plan)
        return;
    if (!f->internal && !set_schema_kinds(a, c->root, &s, plan, p))
        return;
    if (!set_schema_text(a, c, &s, plan, p))
        return;
    if (!check_fingerprint(out, c->root, plan->fingerprint, p))
        return;
    out->list[out->count++] = s;
}

static bool hash_files(struct arena *a, const struct schema_files *files, struct catalogue *c)
{
    struct slice *texts = ARENA_ARRAY(a, files->count, struct slice);
    if (!texts)
        return false;
    for (size_t i = 0; i < files->count; i++)
        texts[i] = files->list[i].text;
    sha256_slices(texts, files->count, c->hash);
    return true;
}

const struct catalogue *catalogue_load(struct arena *a, const char *folder, struct problems *p)
{
    size_t before = p->count;
    struct schema_files files;
    struct catalogue *c = ARENA_NEW(a, struct catalogue);
    bool good = schema_files_read(a, folder, &files, p);
    if (c)
        c->list = ARENA_ARRAY(a, files.count, struct schema);
    if (!c || !c->list || !hash_files(a, &files, c)) {
        schema_no_memory(p);
        return NULL;
    }
    category_set_init(&c->categories);
    for (size_t i = 0; i < files.count; i++)
        if (is_schema(&files.list[i]))
            load_schema(a, &files, &files.list[i], c, p);
    bool has_problems = p->count > before || p->lost;
    return good && !has_problems ? c : NULL;
}

size_t catalogue_count(const struct catalogue *c)
{
    return c->count;
}

const struct schema *catalogue_at(const struct catalogue *c, size_t n)
{
    return n < c->count ? &c->list[n] : NULL;
}

const struct schema *catalogue_named(const struct catalogue *c, struct slice name)
{
    for (size_t i = 0; i < c->count; i++)
        if (slice_equal(c->list[i].name, name))
            return &c->list[i];
    return NULL;
}

const struct schema *catalogue_fingerprint(const struct catalogue *c, uint64_t fingerprint)
{
    for (size_t i = 0; i < c->count; i++)
        if (plan_fingerprint(c->list[i].plan) == fingerprint)
            return &c->list[i];
    return NULL;
}

size_t catalogue_category_count(const struct catalogue *c)
{
    return c->categories.count;
}

struct slice catalogue_category(const struct catalogue *c, unsigned n)
{
    return n < c->categories.count ? c->categories.names[n] : (struct slice){ .n = 0 };
}

bool catalogue_categories(const struct catalogue *c, struct slice name, struct categories *out)
{
    return category_set_find(&c->categories, name, out);
}

#define FIELD "field "

bool catalogue_field(struct slice name, struct slice *path)
{
    bool is_said = slice_starts(name, SLICE(FIELD));
    *path = plan_bare(is_said ? slice_trim(slice_from(name, strlen(FIELD))) : name);
    return is_said;
}

struct slice catalogue_field_name(const struct catalogue *c, struct arena *a, struct slice path)
{
    struct categories same;
    if (!catalogue_categories(c, path, &same))
        return path;
    const char *text = arena_format(a, FIELD "%.*s", (int)path.n, (const char *)path.p);
    return text ? slice_text(text) : (struct slice){ 0 };
}

unsigned catalogue_always(const struct catalogue *c)
{
    (void)c;
    return CATEGORY_ALWAYS;
}

unsigned catalogue_never(const struct catalogue *c)
{
    (void)c;
    return CATEGORY_NEVER;
}

const uint8_t *catalogue_hash(const struct catalogue *c)
{
    return c->hash;
}
