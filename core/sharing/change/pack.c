/* pack.c - reads and writes the packed form of a bundle. */
#include "sharing/change/pack.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/clock.h"

#define NAME_MAX_BYTES 200
#define HEX_HASH (2 * HASH_BYTES)

struct reader {
    struct arena *a;
    struct slice rest; /* not read yet */
    size_t line;
    struct err *e;
};

static bool refuse(struct reader *r, const char *why)
{
    return err_set(r->e, ERR_REJECT, "pack.form", r->line, "cannot read the bundle: line %zu: %s",
                   r->line, why);
}

/* The next line without its end; "KEY " is taken off when a key is given. */
static bool read_line(struct reader *r, const char *key, struct slice *out)
{
    size_t n = slice_find(r->rest, '\n');
    r->line++;
    if (n == r->rest.n)
        return refuse(r, "it ends too early");
    *out = slice_head(r->rest, n);
    r->rest = slice_from(r->rest, n + 1);
    if (!key)
        return true;
    size_t k = strlen(key);
    if (!slice_starts(*out, slice_text(key)) || out->n < k + 1 || out->p[k] != ' ')
        return err_set(r->e, ERR_REJECT, "pack.form", r->line,
                       "cannot read the bundle: line %zu: want '%s'", r->line, key);
    *out = slice_from(*out, k + 1);
    return true;
}

/* A number as it is always written: no leading zero. */
static bool read_number(struct slice text, uint64_t *out)
{
    return slice_to_u64(text, out) && (text.n == 1 || text.p[0] != '0');
}

static bool read_hash(struct slice text, uint8_t out[HASH_BYTES])
{
    if (text.n != HEX_HASH)
        return false;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0 || (text.p[2 * i] >= 'A' && text.p[2 * i] <= 'F') ||
            (text.p[2 * i + 1] >= 'A' && text.p[2 * i + 1] <= 'F'))
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool read_time(struct slice text, int64_t *out)
{
    struct moment m;
    char again[TIME_TEXT_MAX];
    if (!time_from_iso(text, &m))
        return false;
    *out = m.ms;
    return slice_equal(time_ms_to_iso(m.ms, again), text);
}

/* Small letters, digits and hyphens: ids of the region and of approvers. */
static bool is_id(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
            return false;
    return s.n > 0 && s.n <= 64;
}

/* Never absolute, never upwards, nothing that a line or a terminal could misread. */
static bool is_file_name(struct slice s)
{
    if (s.n == 0 || s.n > NAME_MAX_BYTES || s.p[0] == '/' || s.p[s.n - 1] == '/')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool starts = i == 0 || s.p[i - 1] == '/';
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || (starts && (s.p[i] == '.' || s.p[i] == '/')))
            return false;
    }
    return true;
}

/* A file that nobody reads could still be shown to those who sign: there are none. */
static bool belongs(const char *name)
{
    struct slice rest = slice_text(name);
    if (!slice_starts(rest, SLICE("schemas/")))
        return source_is_file(name);
    rest = slice_from(rest, slice_starts(rest, SLICE("schemas/internal/")) ? 17 : 8);
    return slice_find(rest, '/') == rest.n && slice_ends(rest, SLICE(".avsc"));
}

static bool read_name(struct reader *r, struct pack *p)
{
    struct slice s;
    if (!read_line(r, "concordat-bundle", &s))
        return false;
    p->form = slice_equal_text(s, "1") ? PACK_FORM_DEMO : PACK_FORM_SIGNED;
    if (p->form == PACK_FORM_SIGNED && !slice_equal_text(s, "2"))
        return refuse(r, "a form that this program does not know");
    if (!read_line(r, "region", &p->region) || !read_line(r, "number", &s))
        return false;
    if (!is_id(p->region) || !read_number(s, &p->number) || p->number == 0)
        return refuse(r, "no region or number");
    return true;
}

/* When it is in force, what it says it does, and which it follows. */
static bool read_place(struct reader *r, struct pack *p)
{
    struct slice s;
    if (!read_line(r, "from", &s))
        return false;
    if (!read_time(s, &p->from_ms))
        return refuse(r, "no time, as 2026-12-01T00:00:00.000Z");
    if (!read_line(r, "widens", &s))
        return false;
    p->widens = slice_equal_text(s, "yes");
    if (!p->widens && !slice_equal_text(s, "no"))
        return refuse(r, "want yes or no");
    if (!read_line(r, "previous", &s))
        return false;
    p->has_previous = !slice_equal_text(s, "none");
    return !p->has_previous || read_hash(s, p->previous) || refuse(r, "no hash");
}

/* "HEX SIZE NAME" */
static bool read_file(struct reader *r, const char *before, struct pack_file *out)
{
    struct slice s, name;
    uint64_t size = 0;
    if (!read_line(r, NULL, &s))
        return false;
    struct slice rest = slice_from(s, HEX_HASH + 1);
    size_t space = slice_find(rest, ' ');
    name = slice_from(rest, space + 1);
    if (s.n <= HEX_HASH || s.p[HEX_HASH] != ' ' || !read_hash(slice_head(s, HEX_HASH), out->hash) ||
        !read_number(slice_head(rest, space), &size) || size > SOURCE_BYTES_MAX ||
        !is_file_name(name))
        return refuse(r, "want the hash, size and name of a file");
    out->name = arena_text(r->a, name);
    out->bytes = slice_of(NULL, (size_t)size);
    if (!out->name)
        return err_memory(r->e);
    if (!belongs(out->name))
        return refuse(r, "a file that belongs to no bundle");
    return !before || strcmp(before, out->name) < 0 || refuse(r, "the files are not in order");
}

static bool read_files(struct reader *r, struct pack *p)
{
    struct slice s;
    uint64_t n = 0;
    if (!read_line(r, "files", &s))
        return false;
    if (!read_number(s, &n) || n > 2 * SOURCE_FILES_MAX)
        return refuse(r, "too many files");
    struct pack_file *files = ARENA_ARRAY(r->a, (size_t)n + 1, struct pack_file);
    if (!files)
        return err_memory(r->e);
    for (size_t i = 0; i < n; i++)
        if (!read_file(r, i ? files[i - 1].name : NULL, &files[i]))
            return false;
    if (!read_line(r, NULL, &s))
        return false;
    if (s.n > 0)
        return refuse(r, "want an empty line");
    p->files = files;
    p->file_count = (size_t)n;
    for (size_t i = 0; i < n; i++) {
        uint8_t hash[HASH_BYTES];
        if (r->rest.n < files[i].bytes.n)
            return refuse(r, "it ends within a file");
        files[i].bytes = slice_head(r->rest, files[i].bytes.n);
        r->rest = slice_from(r->rest, files[i].bytes.n);
        sha256(files[i].bytes, hash);
        if (!hash_equal(hash, files[i].hash))
            return err_set(r->e, ERR_REJECT, "pack.hash", 0,
                           "cannot read the bundle: '%s' is not what its hash says", files[i].name);
    }
    return true;
}

static bool read_signature(struct reader *r, const struct pack *p, struct pack_signature *out)
{
    struct slice s;
    if (!read_line(r, "signature", &s))
        return false;
    if (p->signature_count == PACK_SIGNATURES_MAX)
        return refuse(r, "too many signatures");
    size_t space = slice_find(s, ' ');
    out->name = slice_head(s, space);
    if (!is_id(out->name) || !base64_decode(slice_from(s, space + 1), out->bytes, SIGNATURE_BYTES))
        return refuse(r, "want a name and a signature");
    for (size_t i = 0; i < p->signature_count; i++)
        if (slice_equal(p->signatures[i].name, out->name))
            return refuse(r, "that name has signed already");
    return true;
}

/* The next word of a line, which one blank ends. */
static struct slice next_word(struct slice *rest)
{
    size_t n = slice_find(*rest, ' ');
    struct slice word = slice_head(*rest, n);
    *rest = slice_from(*rest, n < rest->n ? n + 1 : n);
    return word;
}

static bool read_who(struct slice s, struct signed_approval *out)
{
    out->name = next_word(&s);
    out->agency = next_word(&s);
    out->role = next_word(&s);
    return is_id(out->name) && is_id(out->agency) && is_id(out->role) &&
           base64_decode(next_word(&s), out->key.b, KEY_BYTES) &&
           read_time(next_word(&s), &out->at_ms) && read_hash(next_word(&s), out->bundle) &&
           base64_decode(s, out->bytes, SIGNATURE_BYTES);
}

static bool read_approval(struct reader *r, const struct pack *p, struct signed_approval *out)
{
    struct slice line = slice_head(r->rest, slice_find(r->rest, '\n')), s;
    bool inherited = slice_starts(line, SLICE("inherited "));
    *out = (struct signed_approval){ .line = line, .inherited = inherited };
    if (!read_line(r, inherited ? "inherited" : "approval", &s))
        return false;
    out->file = next_word(&s);
    if (!is_file_name(out->file) || !read_hash(next_word(&s), out->what) ||
        (inherited ? s.n > 0 : !read_who(s, out)))
        return refuse(r, "want the file, its hash, and who approves it");
    for (size_t i = 0; i < p->approvals.count; i++)
        if (slice_equal(p->approvals.list[i].line, line))
            return refuse(r, "that approval stands twice");
    return true;
}

static size_t count_lines(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

/* What stands after the canonical text. */
static bool read_signatures(struct reader *r, struct pack *p)
{
    size_t lines = count_lines(r->rest);
    size_t room = p->form == PACK_FORM_SIGNED ? lines : 0;
    if (room > PACK_APPROVALS_MAX)
        return refuse(r, "too many approvals");
    struct pack_signature *list = ARENA_ARRAY(r->a, PACK_SIGNATURES_MAX, struct pack_signature);
    struct signed_approval *approvals = ARENA_ARRAY(r->a, room + 1, struct signed_approval);
    if (!list || !approvals)
        return err_memory(r->e);
    p->signatures = list;
    p->approvals.list = approvals;
    while (r->rest.n > 0) {
        bool is_signature = !room || slice_starts(r->rest, SLICE("signature "));
        if (is_signature ? !read_signature(r, p, &list[p->signature_count])
                         : !read_approval(r, p, &approvals[p->approvals.count]))
            return false;
        p->signature_count += is_signature;
        p->approvals.count += !is_signature;
    }
    return true;
}

bool pack_read(struct arena *a, struct slice bytes, struct pack *out, struct err *e)
{
    struct reader r = { .a = a, .rest = bytes, .e = e };
    *out = (struct pack){ .number = 0 };
    if (bytes.n > SOURCE_BYTES_MAX)
        return err_set(e, ERR_REJECT, "pack.size", 0, "cannot read a bundle of %zu bytes", bytes.n);
    if (!read_name(&r, out) || !read_place(&r, out) || !read_files(&r, out))
        return false;
    out->file = bytes;
    out->canonical = slice_head(bytes, bytes.n - r.rest.n);
    sha256(out->canonical, out->signed_hash);
    sha256(out->form == PACK_FORM_SIGNED ? bytes : out->canonical, out->hash);
    return read_signatures(&r, out);
}

static void put_hash(struct buf *out, const uint8_t hash[HASH_BYTES])
{
    buf_hex(out, slice_of(hash, HASH_BYTES));
}

bool pack_write(const struct pack *p, struct buf *out, struct err *e)
{
    char time[TIME_TEXT_MAX];
    struct slice from = time_ms_to_iso(p->from_ms, time);
    buf_format(out, "concordat-bundle %d\nregion %.*s\nnumber %" PRIu64 "\nfrom %.*s\nwidens %s\n",
               p->form == PACK_FORM_SIGNED ? 2 : 1, (int)p->region.n, (const char *)p->region.p,
               p->number, (int)from.n, (const char *)from.p, p->widens ? "yes" : "no");
    buf_text(out, "previous ");
    if (p->has_previous)
        put_hash(out, p->previous);
    else
        buf_text(out, "none");
    buf_format(out, "\nfiles %zu\n", p->file_count);
    for (size_t i = 0; i < p->file_count; i++) {
        const struct pack_file *f = &p->files[i];
        if (!is_file_name(slice_text(f->name)))
            return err_set(e, ERR_REJECT, "pack.name", 0,
                           "cannot pack a file of this name: want letters, digits and hyphens");
        put_hash(out, f->hash);
        buf_format(out, " %zu %s\n", f->bytes.n, f->name);
    }
    buf_byte(out, '\n');
    for (size_t i = 0; i < p->file_count; i++)
        buf_put(out, p->files[i].bytes);
    return buf_done(out, e);
}
