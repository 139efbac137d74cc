/* hl7v2_corpus_test.c - every HL7 v2 file of the corpus: read, or refused as
 * tests/corpus/hl7v2.refused says, line by line: path, code, offset in the file, reason; between
 * tabs. */
#include <ftw.h>
#include <stdlib.h>

#include "hl7v2_help.h"

#define CORPUS SOURCE_DIR "/../shared/corpus/"
#define REFUSED SOURCE_DIR "/tests/corpus/hl7v2.refused"

static const char *const folders[] = { "cosyte-hl7", "dhcw-hub",       "hapi-hl7v2",
                                       "hl7apy",     "linuxforhealth", "ms-fhir-converter",
                                       "nhsd-tie",   "oie-mirth",      "simhospital",
                                       "uclh-emap" };

static struct hl7v2_test t;
static struct arena all;     /* what outlives a file */
static struct slice refused; /* the committed list */
static struct {
    size_t files, read, refused, unexpected, listed, lost_leaves;
} sum;

static void fresh(void)
{
    hl7v2_test_start(&t);
    arena_init(&all, (size_t)64 * 1024 * 1024);
}

static void done(void)
{
    arena_release(&t.a);
    arena_release(&all);
}

static struct slice read_file(struct arena *a, const char *path)
{
    struct buf b;
    buf_init(&b, (size_t)64 * 1024 * 1024);
    FILE *f = fopen(path, "rb");
    for (size_t n = 1; f && n > 0;) {
        uint8_t *to = buf_reserve(&b, 65536);
        n = fread(to, 1, 65536, f);
        b.n += n;
    }
    if (f)
        fclose(f);
    struct slice s = arena_copy(a, buf_slice(&b));
    buf_release(&b);
    return s;
}

static bool is_corpus_there(void)
{
    FILE *f = fopen(CORPUS "README.md", "rb");
    if (f)
        fclose(f);
    else
        printf("SKIPPED: ../shared/corpus is absent\n");
    return f != NULL;
}

/* True when the list has a line that begins so. */
static bool is_listed(struct slice line)
{
    for (struct slice rest = refused; rest.n > 0;
         rest = slice_from(rest, slice_find(rest, '\n') + 1))
        if (slice_starts(rest, line))
            return true;
    return false;
}

static void count_refused(const char *path, size_t start, const struct err *e)
{
    const char *line = arena_format(&t.a, "%s\t%s\t%zu\t", path, e->code, start + e->at);
    sum.refused++;
    if (is_listed(slice_text(line)))
        return;
    sum.unexpected++;
    printf("\n    not listed: %s%s\n", line, e->text);
}

/* The path that leaves() gives must lead back to the same bytes. */
struct walk {
    const struct doc *d;
    struct arena *a;
};

static void look_up(void *ctx, const struct leaf *l)
{
    const struct walk *w = ctx;
    struct path *p = NULL;
    struct err e = { .fate = ERR_NONE };
    struct found f = { .how = FOUND_ABSENT };
    if (format_hl7v2.compile(w->a, l->path, &p, &e))
        f = format_hl7v2.find(w->a, w->d, p, NULL, 0);
    bool same = f.how != FOUND_ABSENT && f.at == l->at && f.length == l->length;
    if (!same)
        printf("\n    lost leaf: %.*s at %u\n", (int)l->path.n, (const char *)l->path.p, l->at);
    sum.lost_leaves += !same || !slice_is_utf8(f.value);
}

static void take_file(const char *path, struct slice unit)
{
    struct cut c = { .at = 0 };
    struct slice one;
    struct err e = { .fate = ERR_NONE };
    while (format_hl7v2.split(&t.a, unit, &c, &one, &e)) {
        struct doc *d = NULL;
        if (!format_hl7v2.parse(&t.a, NULL, one, &d, &e)) {
            count_refused(path, (size_t)(one.p - unit.p), &e);
            err_clear(&e);
            continue;
        }
        sum.read++;
        format_hl7v2.leaves(&t.a, d, look_up, &(struct walk){ d, &t.a });
    }
    if (e.fate != ERR_NONE)
        count_refused(path, 0, &e);
}

static bool is_message_file(const char *path)
{
    static const char *const ends[] = { ".hl7", ".ndhl7", ".txt" };
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (n > strlen(ends[i]) && strcmp(path + n - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type != FTW_F || !is_message_file(path))
        return 0;
    sum.files++;
    take_file(path + strlen(CORPUS), read_file(&t.a, path));
    arena_reset(&t.a);
    return 0;
}

static size_t lines_of(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static void reads_or_refuses_every_file_as_listed(void)
{
    if (!is_corpus_there())
        return;
    memset(&sum, 0, sizeof sum);
    refused = read_file(&all, REFUSED);
    sum.listed = lines_of(refused);
    printf("\n");
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        size_t files = sum.files, read = sum.read, no = sum.refused;
        const char *path = arena_format(&all, "%s%s", CORPUS, folders[i]);
        CU_ASSERT_EQUAL(nftw(path, visit, 16, FTW_PHYS), 0);
        printf("    %-18s %4zu files %5zu messages read %3zu refused\n", folders[i],
               sum.files - files, sum.read - read, sum.refused - no);
    }
    CU_ASSERT_EQUAL(sum.unexpected, 0);
    CU_ASSERT_EQUAL(sum.refused, sum.listed);
    CU_ASSERT_EQUAL(sum.lost_leaves, 0);
}

static void reads_all_of_simhospital(void)
{
    if (!is_corpus_there())
        return;
    memset(&sum, 0, sizeof sum);
    take_file("simhospital/messages.hl7", read_file(&t.a, CORPUS "simhospital/messages.hl7"));
    CU_ASSERT_EQUAL(sum.read, 511);
    CU_ASSERT_EQUAL(sum.refused + sum.lost_leaves, 0);
}

static CU_TestInfo cases[] = {
    { "reads or refuses every file as listed", reads_or_refuses_every_file_as_listed },
    { "reads all of simhospital", reads_all_of_simhospital },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hl7v2_corpus = { "hl7v2_corpus", NULL, NULL, fresh, done, cases };
