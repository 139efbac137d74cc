/* site_keys.c - the key files that a site names: read once, and compared with what region.yaml says
 * of them, so that a file that was copied wrongly is noticed before anything is taken in under
 * it. */
#include <unistd.h>

#include "host/guard.h"
#include "site/reading.h"

struct read_key {
    struct read_key *next;
    const struct node *at;
    const struct key *key; /* NULL: it cannot be used, which has been told */
};

const struct key_check *key_check_of(const struct bundle *b, enum key_of of, struct slice agency)
{
    if (of == KEY_OF_REGION)
        return &b->region_key;
    if (of != KEY_OF_AGENCY)
        return &b->recipients_key;
    int number = bundle_agency(b, agency);
    return number < 0 ? NULL : &b->agencies[number].key;
}

/* "region.yaml", whichever folder or bundle it is of. */
static const char *short_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

void reading_note(struct reading *r, const struct node *at, const char *code, const char *text)
{
    struct site_note *one = ARENA_NEW(r->reader.arena, struct site_note);
    if (!one) {
        (void)strict_memory(&r->reader);
        return;
    }
    *one = (struct site_note){ r->site->notes, at, code, text };
    r->site->notes = one;
}

/* Whether it is the key that region.yaml speaks of. */
static bool is_the_one(struct reading *r, const struct node *n, enum key_of of, struct slice agency,
                       const struct key *key)
{
    const struct bundle *b = r->site->bundle;
    const struct key_check *check = b ? key_check_of(b, of, agency) : NULL;
    char value[KEY_CHECK_CHARS + 1];
    if (!check)
        return true;
    if (!check->value.n) {
        if (!r->site->places.demo)
            reading_note(r, n, "site.key-unchecked",
                         "region.yaml has no check value of this key, so nothing notices a wrong "
                         "file: concordat bundle pack fills it in");
        return true;
    }
    key_check_value(key, value);
    if (slice_equal_text(check->value, value))
        return true;
    return strict_say(&r->reader, n, "site.key-differs",
                      "this key's check value is %s, and %s:%u says %.*s: it is another key", value,
                      short_name(check->file), check->line, SHOWN(check->value));
}

static const struct key *read_key_file(struct reading *r, const struct node *n, enum key_of of,
                                       struct slice agency)
{
    struct key *key = ARENA_NEW(r->reader.arena, struct key);
    const char *path = strict_path(r->reader.arena, r->site->folder, n->text);
    struct err e = { 0 };
    if (!key || !path || r->keys_mode == SITE_KEYS_NAMED)
        return key;
    if (r->keys_mode == SITE_KEYS_LOOKED_AT && r->site->places.demo && access(path, F_OK) != 0) {
        reading_note(r, n, "site.key-absent",
                     "there is no such key file yet: concordat key makes one");
        return key;
    }
    guard_keep(key, sizeof *key);
    if (key_read(path, key, &e))
        return is_the_one(r, n, of, agency, key) ? key : NULL;
    (void)strict_say(&r->reader, n, e.code, "%s", e.text);
    return NULL;
}

/* Under one key two agencies' local ids are the same people. */
static void note_shared(struct reading *r, const struct node *n, const struct key *key)
{
    for (const struct read_key *k = r->keys_read; k && key && key->set; k = k->next) {
        if (!k->key || memcmp(k->key->b, key->b, KEY_BYTES) != 0)
            continue;
        reading_note(r, n, "site.key-shared",
                     "this key is that of another line too, so people are mixed up: each has its "
                     "own, made by concordat key");
        return;
    }
}

const struct key *reading_key(struct reading *r, const struct node *n, enum key_of of,
                              struct slice agency)
{
    for (const struct read_key *k = r->keys_read; k; k = k->next)
        if (k->at == n)
            return k->key;
    struct read_key *one = ARENA_NEW(r->reader.arena, struct read_key);
    const struct key *key = read_key_file(r, n, of, agency);
    if (!one) {
        (void)strict_memory(&r->reader);
        return NULL;
    }
    note_shared(r, n, key);
    *one = (struct read_key){ r->keys_read, n, key };
    r->keys_read = one;
    return key;
}

bool site_next_key(const struct node *root, size_t *at, struct named_key *out)
{
    static const char *const own[] = { "region", "recipients", "agency" };
    const struct node *keys = strict_member(root, "keys", NODE_MAP);
    const struct node *agencies = strict_member(keys, "agencies", NODE_MAP);
    for (; *at < 3 + (agencies ? agencies->count : 0); ++*at) {
        const struct node *n = NULL;
        *out = (struct named_key){ .of = *at < 3 ? (enum key_of) * at : KEY_OF_AGENCY };
        if (*at < 3) {
            n = strict_member(keys, own[*at], NODE_TEXT);
            out->agency = strict_text(root, "agency");
        } else {
            n = agencies->first;
            for (size_t i = 3; n && i < *at; i++)
                n = n->next;
            out->agency = n ? n->key : (struct slice){ 0 };
        }
        out->at = n;
        if (n && n->kind == NODE_TEXT) {
            ++*at;
            return true;
        }
    }
    return false;
}

/* ---- while it runs ---- */

/* Compares a key with a check value that the bundle before did not have. */
static bool key_fits(const struct key *key, const struct key_check *was,
                     const struct key_check *now, const char *whose, struct err *e)
{
    char value[KEY_CHECK_CHARS + 1];
    bool is_here = key && key->set;
    bool is_new = now && now->value.n && !(was && was->value.n);
    if (!is_here || !is_new)
        return true;
    key_check_value(key, value);
    if (slice_equal_text(now->value, value))
        return true;
    return err_set(
        e, ERR_REJECT, "site.key-differs", 0,
        "cannot go by the bundle: the %s key here has the check value %s, and %s:%u says "
        "%.*s",
        whose, value, short_name(now->file), now->line, SHOWN(now->value));
}

bool site_keys_fit(const struct site *s, const struct bundle *before, const struct bundle *b,
                   struct err *e)
{
    bool good = key_fits(&s->router_keys.recipients, &before->recipients_key, &b->recipients_key,
                         "recipients", e);
    for (size_t i = 0; good && i < s->feed_count; i++) {
        const struct site_feed *f = &s->feeds[i];
        const struct key_check *was = key_check_of(before, KEY_OF_AGENCY, f->agency);
        const struct key_check *now = key_check_of(b, KEY_OF_AGENCY, f->agency);
        good = key_fits(f->region_key, &before->region_key, &b->region_key, "region", e);
        good = good && key_fits(f->agency_key, was, now, "agency's", e);
    }
    return good;
}
