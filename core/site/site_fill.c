/* site_fill.c - writes the check values of keys into region.yaml, where those who sign it see them;
 * all else of the file stays as it was written. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/temp_file.h"
#include "site/reading.h"

struct filling {
    struct arena *a;
    const char *folder, *region; /* of the site; the file */
    struct slice text;
    const char *said;
    struct err *e;
};

/* The byte of a text at that line and column, both from 1. */
static size_t byte_at(struct slice text, uint32_t line, uint32_t column)
{
    size_t at = 0;
    for (uint32_t n = 1; n < line; n++)
        at += slice_find(slice_from(text, at), '\n') + 1;
    return at + column - 1;
}

static bool insert_words(struct filling *f, size_t at, const char *words)
{
    const char *text = arena_format(f->a, "%.*s%s%.*s", (int)at, (const char *)f->text.p, words,
                                    (int)(f->text.n - at), (const char *)f->text.p + at);
    if (!text)
        return err_memory(f->e);
    f->text = slice_text(text);
    return true;
}

/* "KEY: VALUE" before the first member of a map, as that is written: {a: b}, or a line each. */
static bool insert_member(struct filling *f, const struct node *map, const char *key,
                          const char *value)
{
    const struct node *first = map->first;
    size_t at = byte_at(f->text, first->key_line, first->key_column);
    size_t before = at;
    while (before > 0 && f->text.p[before - 1] == ' ')
        before--;
    bool in_braces = before > 0 && f->text.p[before - 1] == '{';
    const char *words = NULL;
    if (in_braces)
        words = arena_format(f->a, "%s: %s, ", key, value);
    else
        words = arena_format(f->a, "%s: %s\n%*s", key, value, (int)first->key_column - 1, "");
    return words ? insert_words(f, at, words) : err_memory(f->e);
}

static bool insert_check(struct filling *f, const struct node *root, const struct named_key *k,
                         const char *value)
{
    static const char *const names[] = { "region", "recipients" };
    const struct node *agencies = strict_member(root, "agencies", NODE_MAP);
    if (k->of == KEY_OF_AGENCY) {
        const struct node *agency = node_get_slice(agencies, k->agency);
        return !agency || !agency->first || insert_member(f, agency, "key_check", value);
    }
    const struct node *checks = strict_member(root, "key_checks", NODE_MAP);
    if (checks && checks->first)
        return insert_member(f, checks, names[k->of], value);
    const char *words = arena_format(f->a, "key_checks: {%s: %s}\n", names[k->of], value);
    if (!words)
        return err_memory(f->e);
    if (!agencies)
        return true;
    size_t at = byte_at(f->text, agencies->key_line, agencies->key_column);
    return insert_words(f, at, words);
}

static const struct node *check_said(const struct node *root, const struct named_key *k)
{
    if (k->of == KEY_OF_AGENCY)
        return node_get(node_get_slice(node_get(root, "agencies"), k->agency), "key_check");
    return node_get(node_get(root, "key_checks"), k->of == KEY_OF_REGION ? "region" : "recipients");
}

/* What in region.yaml has that check value; NULL: nothing. */
static const struct node *find_check(const struct node *root, const char *value)
{
    const struct node *checks = strict_member(root, "key_checks", NODE_MAP);
    const struct node *agencies = strict_member(root, "agencies", NODE_MAP);
    for (const struct node *n = checks ? checks->first : NULL; n; n = n->next)
        if (slice_equal_text(n->text, value))
            return n;
    for (const struct node *n = agencies ? agencies->first : NULL; n; n = n->next) {
        const struct node *check = strict_member(n, "key_check", NODE_TEXT);
        if (check && slice_equal_text(check->text, value))
            return check;
    }
    return NULL;
}

/* Compares one key with its check value in region.yaml, or writes the value there. A key file that
 * is not here is passed over. */
static bool fill_key_check(struct filling *f, const struct named_key *k)
{
    const char *path = strict_path(f->a, f->folder, k->at->text);
    struct key key;
    struct node *root = NULL;
    char value[KEY_CHECK_CHARS + 1];
    if (!path)
        return err_memory(f->e);
    if (access(path, F_OK) != 0)
        return true;
    if (!key_read(path, &key, f->e))
        return false;
    if (!tree_yaml(f->a, f->text, f->region, &root, f->e))
        return false;
    key_check_value(&key, value);
    explicit_bzero(&key, sizeof key);
    const struct node *said = check_said(root, k);
    if (said)
        return slice_equal_text(said->text, value) ||
               err_set(f->e, ERR_REJECT, "site.key-differs", 0,
                       "cannot pack: the check value of '%s' is %s, and region.yaml:%u says %.*s",
                       path, value, said->line, SHOWN(said->text));
    const struct node *other = find_check(root, value);
    if (other)
        return err_set(f->e, ERR_REJECT, "site.key-shared", 0,
                       "cannot pack: '%s' is the key that region.yaml:%u has for another: each has "
                       "its own",
                       path, other->line);
    f->said = arena_format(f->a, "%sregion.yaml: %s is the check value of %.*s\n",
                           f->said ? f->said : "", value, SHOWN(k->at->text));
    return f->said ? insert_check(f, root, k, value) : err_memory(f->e);
}

static bool write_region(struct filling *f)
{
    const char *temp = arena_format(f->a, "%s.part", f->region);
    struct stat st;
    if (!temp)
        return err_memory(f->e);
    mode_t mode = stat(f->region, &st) == 0 ? st.st_mode & 0777 : 0644;
    int fd = temp_file_open(AT_FDCWD, temp, mode);
    bool good = fd >= 0;
    good = good && temp_file_write(fd, f->text);
    good = good && fsync(fd) == 0;
    good = good && rename(temp, f->region) == 0;
    int number = errno;
    if (fd >= 0)
        (void)close(fd);
    return good || err_errno(f->e, ERR_FATAL, "bundle.write", number, "cannot write", f->region);
}

bool site_fill_key_checks(struct arena *a, const char *path, const char **said, struct err *e)
{
    struct site_places at;
    struct node *root = NULL;
    struct named_key k;
    size_t next = 0;
    if (!site_open_file(a, path, &at, &root, e))
        return false;
    struct filling f = { .a = a,
                         .folder = at.folder,
                         .region = arena_format(a, "%s/region.yaml", at.region ? at.region : ""),
                         .e = e };
    if (!f.region)
        return err_memory(e);
    if (!tree_read_file(a, f.region, SOURCE_FILE_BYTES_MAX, &f.text, e))
        return false;
    while (site_next_key(root, &next, &k))
        if (!fill_key_check(&f, &k))
            return false;
    *said = f.said;
    return !f.said || write_region(&f);
}
