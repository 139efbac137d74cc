/* pack.c - reads and writes the packed form of a bundle. */
#include "sharing/change/pack.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/clock.h"

#define NAME_MAX_BYTES 200
#define ID_MAX_BYTES 64
#define HEX_HASH (2 * HASH_BYTES)

struct reader {
    struct arena *a;
    struct slice rest; /* not read yet */
    size_t line;       /* number of the line that was read last, from 1 */
    struct err *e;
};

/* Says what is wrong with the line that was read last. */
static bool refuse_line(struct reader *r, const char *why)
{
    return err_set(r->e, ERR_REJECT, "pack.form", r->line, "cannot read the bundle: line %zu: %s",
                   r->line, why);
}

/* The next line without its end. With a key, the line must begin with "KEY ", which is taken off.
 */
static bool read_line(struct reader *r, const char *key, struct slice *out)
{
    size_t n = slice_find(r->rest, '\n');
    r->line++;
    if (n == r->rest.n)
        return refuse_line(r, "it ends too early");
    *out = slice_head(r->rest, n);
    r->rest = slice_from(r->rest, n + 1);
    if (!key)
        return true;
    size_t k = strlen(key);
    bool has_key = slice_starts(*out, slice_text(key)) && out->n > k && out->p[k] == ' ';
    if (!has_key)
        return err_set(r->e, ERR_REJECT, "pack.form", r->line,
                       "cannot read the bundle: line %zu: want '%s'", r->line, key);
    *out = slice_from(*out, k + 1);
    return true;
}

/* A number is written in one way: without a leading zero. */
static bool read_number(struct slice text, uint64_t *out)
{
    if (!slice_to_u64(text, out))
        return false;
    return text.n == 1 || text.p[0] != '0';
}

/* -1: no small hexadecimal digit. A hash is written in one way: with small letters. */
static int small_hex_digit(uint8_t c)
{
    bool is_capital = c >= 'A' && c <= 'F';
    return is_capital ? -1 : hex_digit(c);
}

static bool read_hash(struct slice text, uint8_t out[HASH_BYTES])
{
    if (text.n != HEX_HASH)
        return false;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        int high = small_hex_digit(text.p[2 * i]);
        int low = small_hex_digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)((high << 4) | low);
    }
    return true;
}

/* A time is written in one way, with milliseconds and Z. */
static bool read_time(struct slice text, int64_t *out)
{
    struct moment m;
    char again[TIME_TEXT_MAX];
    if (!time_from_iso(text, &m))
        return false;
    *out = m.ms;
    return slice_equal(time_ms_to_iso(m.ms, again), text);
}

/* The ids of regions and of approvers: small letters, digits and hyphens. */
static bool is_id(struct slice s)
{
    if (s.n == 0 || s.n > ID_MAX_BYTES)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool is_letter = s.p[i] >= 'a' && s.p[i] <= 'z';
        bool is_digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (!is_letter && !is_digit && s.p[i] != '-')
            return false;
    }
    return true;
}

/* Whether a line and a terminal show the name as it is. */
static bool is_printable(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
            return false;
    return true;
}

/* Names between slashes, none of which is empty or begins with a dot: so the path is never absolute
 * and never leads upwards. */
static bool is_file_name(struct slice s)
{
    if (s.n > NAME_MAX_BYTES || !is_printable(s))
        return false;
    for (;;) {
        size_t slash = slice_find(s, '/');
        if (slash == 0 || s.p[0] == '.')
            return false;
        if (slash == s.n)
            return true;
        s = slice_from(s, slash + 1);
    }
}

/* Whether a bundle reads a file of that name. Any other file is refused: it would have no effect,
 * and still be shown to the people who sign. */
static bool is_of_bundle(const char *name)
{
    static const struct slice internal = SLICE_INIT("schemas/internal/");
    static const struct slice schemas = SLICE_INIT("schemas/");
    struct slice rest = slice_text(name);
    if (!slice_starts(rest, schemas))
        return source_is_file(name);
    bool is_internal = slice_starts(rest, internal);
    rest = slice_from(rest, is_internal ? internal.n : schemas.n);
    bool is_nested = slice_find(rest, '/') < rest.n;
    return !is_nested && slice_ends(rest, SLICE(".avsc"));
}

/* The form, the region and the number. */
static bool read_title(struct reader *r, struct pack *p)
{
    struct slice s;
    if (!read_line(r, "concordat-bundle", &s))
        return false;
    if (slice_equal_text(s, "1"))
        p->form = PACK_FORM_DEMO;
    else if (slice_equal_text(s, "2"))
        p->form = PACK_FORM_SIGNED;
    else
        return refuse_line(r, "a form that this program does not know");
    if (!read_line(r, "region", &p->region))
        return false;
    if (!read_line(r, "number", &s))
        return false;
    bool has_number = read_number(s, &p->number) && p->number > 0;
    if (!has_number || !is_id(p->region))
        return refuse_line(r, "no region or number");
    return true;
}

/* From when the bundle is in force, whether it says that it widens, and which bundle it follows. */
static bool read_terms(struct reader *r, struct pack *p)
{
    struct slice s;
    if (!read_line(r, "from", &s))
        return false;
    if (!read_time(s, &p->from_ms))
        return refuse_line(r, "no time, as 2026-12-01T00:00:00.000Z");
    if (!read_line(r, "widens", &s))
        return false;
    p->widens = slice_equal_text(s, "yes");
    if (!p->widens && !slice_equal_text(s, "no"))
        return refuse_line(r, "want yes or no");
    if (!read_line(r, "previous", &s))
        return false;
    p->has_previous = !slice_equal_text(s, "none");
    return !p->has_previous || read_hash(s, p->previous) || refuse_line(r, "no hash");
}

/* The next word of a line, up to a blank or the end. The blank is taken off with it. */
static struct slice next_word(struct slice *rest)
{
    size_t n = slice_find(*rest, ' ');
    struct slice word = slice_head(*rest, n);
    bool has_blank = n < rest->n;
    *rest = slice_from(*rest, has_blank ? n + 1 : n);
    return word;
}

/* "HEX SIZE NAME"; each of them is refused when it is missing. */
static bool read_file_line(struct slice line, struct pack_file *out, struct slice *name)
{
    uint64_t size = 0;
    if (!read_hash(next_word(&line), out->hash))
        return false;
    if (!read_number(next_word(&line), &size) || size > SOURCE_BYTES_MAX)
        return false;
    out->bytes = slice_of(NULL, (size_t)size);
    *name = line;
    return is_file_name(*name);
}

/* Reads a line of the list of files. before: the name in the line before; NULL: it is the first. */
static bool read_file(struct reader *r, const char *before, struct pack_file *out)
{
    struct slice line, name;
    if (!read_line(r, NULL, &line))
        return false;
    if (!read_file_line(line, out, &name))
        return refuse_line(r, "want the hash, size and name of a file");
    out->name = arena_text(r->a, name);
    if (!out->name)
        return err_memory(r->e);
    if (!is_of_bundle(out->name))
        return refuse_line(r, "a file that belongs to no bundle");
    bool is_in_order = !before || strcmp(before, out->name) < 0;
    return is_in_order || refuse_line(r, "the files are not in order");
}

/* Reads the list of files and the empty line behind it. */
static bool read_file_list(struct reader *r, struct pack *p, struct pack_file **out)
{
    struct slice s;
    uint64_t n = 0;
    if (!read_line(r, "files", &s))
        return false;
    if (!read_number(s, &n) || n > 2 * SOURCE_FILES_MAX)
        return refuse_line(r, "too many files");
    struct pack_file *files = ARENA_ARRAY(r->a, (size_t)n + 1, struct pack_file);
    if (!files)
        return err_memory(r->e);
    for (size_t i = 0; i < n; i++)
        if (!read_file(r, i ? files[i - 1].name : NULL, &files[i]))
            return false;
    if (!read_line(r, NULL, &s))
        return false;
    if (s.n > 0)
        return refuse_line(r, "want an empty line");
    p->files = files;
    p->file_count = (size_t)n;
    *out = files;
    return true;
}

/* Takes the bytes of the files that the list names, which follow each other. */
static bool read_file_bytes(struct reader *r, struct pack_file *files, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t hash[HASH_BYTES];
        if (r->rest.n < files[i].bytes.n)
            return refuse_line(r, "it ends within a file");
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
        return refuse_line(r, "too many signatures");
    out->name = next_word(&s);
    if (!is_id(out->name) || !base64_decode(s, out->bytes, SIGNATURE_BYTES))
        return refuse_line(r, "want a name and a signature");
    for (size_t i = 0; i < p->signature_count; i++)
        if (slice_equal(p->signatures[i].name, out->name))
            return refuse_line(r, "that name has signed already");
    return true;
}

/* "NAME AGENCY ROLE KEY TIME BUNDLE BASE64" */
static bool read_who(struct slice s, struct signed_approval *out)
{
    out->name = next_word(&s);
    out->agency = next_word(&s);
    out->role = next_word(&s);
    if (!is_id(out->name) || !is_id(out->agency) || !is_id(out->role))
        return false;
    if (!base64_decode(next_word(&s), out->key.b, KEY_BYTES))
        return false;
    if (!read_time(next_word(&s), &out->at_ms))
        return false;
    if (!read_hash(next_word(&s), out->bundle))
        return false;
    return base64_decode(s, out->bytes, SIGNATURE_BYTES);
}

/* "FILE HASH", of an inherited approval, else "FILE HASH" and who approves. */
static bool read_approved(struct slice s, struct signed_approval *out)
{
    out->file = next_word(&s);
    if (!is_file_name(out->file) || !read_hash(next_word(&s), out->what))
        return false;
    return out->inherited ? s.n == 0 : read_who(s, out);
}

static bool read_approval(struct reader *r, const struct pack *p, struct signed_approval *out)
{
    struct slice line = slice_head(r->rest, slice_find(r->rest, '\n')), s;
    bool inherited = slice_starts(line, SLICE("inherited "));
    *out = (struct signed_approval){ .line = line, .inherited = inherited };
    if (!read_line(r, inherited ? "inherited" : "approval", &s))
        return false;
    if (!read_approved(s, out))
        return refuse_line(r, "want the file, its hash, and who approves it");
    for (size_t i = 0; i < p->approvals.count; i++)
        if (slice_equal(p->approvals.list[i].line, line))
            return refuse_line(r, "that approval stands twice");
    return true;
}

static size_t count_lines(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

/* The lines behind the canonical part: signatures and, of form 2, approvals. */
static bool read_signatures(struct reader *r, struct pack *p)
{
    bool has_approvals = p->form == PACK_FORM_SIGNED;
    size_t room = has_approvals ? count_lines(r->rest) : 0;
    if (room > PACK_APPROVALS_MAX)
        return refuse_line(r, "too many approvals");
    struct pack_signature *list = ARENA_ARRAY(r->a, PACK_SIGNATURES_MAX, struct pack_signature);
    struct signed_approval *approvals = ARENA_ARRAY(r->a, room + 1, struct signed_approval);
    if (!list || !approvals)
        return err_memory(r->e);
    p->signatures = list;
    p->approvals.list = approvals;
    while (r->rest.n > 0) {
        bool is_approval = room > 0 && !slice_starts(r->rest, SLICE("signature "));
        if (is_approval) {
            if (!read_approval(r, p, &approvals[p->approvals.count]))
                return false;
            p->approvals.count++;
        } else {
            if (!read_signature(r, p, &list[p->signature_count]))
                return false;
            p->signature_count++;
        }
    }
    return true;
}

bool pack_read(struct arena *a, struct slice bytes, struct pack *out, struct err *e)
{
    struct reader r = { .a = a, .rest = bytes, .e = e };
    *out = (struct pack){ .number = 0 };
    if (bytes.n > SOURCE_BYTES_MAX)
        return err_set(e, ERR_REJECT, "pack.size", 0, "cannot read a bundle of %zu bytes", bytes.n);
    struct pack_file *files = NULL;
    if (!read_title(&r, out) || !read_terms(&r, out))
        return false;
    if (!read_file_list(&r, out, &files) || !read_file_bytes(&r, files, out->file_count))
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
