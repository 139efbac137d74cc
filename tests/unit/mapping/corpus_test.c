/* corpus_test.c - every HL7 v2 file of the corpus through the ADT mappings: mapped, not carried by
 * type, or refused as tests/corpus/adt.refused says with its reason. */
#include "helper.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#define CORPUS SOURCE_DIR "/../shared/corpus/"
#define REFUSED SOURCE_DIR "/tests/corpus/adt.refused"
#define FILES_MAX 600

static char *files[FILES_MAX];
static size_t file_count;

struct tally {
    size_t messages, mapped, not_carried, refused;
};

static bool ends(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcmp(path + n - m, end) == 0;
}

static int note_file(const char *path, const struct stat *st, int type)
{
    (void)st;
    bool hl7 = ends(path, ".hl7") || (ends(path, ".txt") && !ends(path, "blns.txt"));
    if (type == FTW_F && hl7 && !strstr(path, "/avro/") && !strstr(path, "/csv-spectrum/") &&
        file_count < FILES_MAX)
        files[file_count++] = arena_format(&hp.process, "%s", path);
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool find_files(const char *folder)
{
    file_count = 0;
    if (ftw(folder, note_file, 16) != 0) {
        printf("SKIPPED: ../shared/corpus is absent\n");
        return false;
    }
    qsort(files, file_count, sizeof files[0], compare_names);
    return true;
}

/* "FILE MESSAGE CODE OFFSET", as a line of the list begins. */
static void note_refusal(struct buf *lines, const char *path, size_t n)
{
    buf_format(lines, "%s %zu %s %zu\n", path + strlen(CORPUS), n, hp.e.code, hp.e.at);
}

static void take_message(const struct mapping *m, const struct head *head, struct slice one,
                         const char *path, struct tally *t, struct buf *refused)
{
    struct mapped out;
    struct doc *d = NULL;
    err_clear(&hp.e);
    t->messages++;
    if (!mapping_format(m)->parse(&hp.scratch, head, one, &d, &hp.e) ||
        !mapping_in(m, &hp.scratch, d, 1770000000000, &out, &hp.e)) {
        CU_ASSERT_EQUAL(hp.e.fate, ERR_REJECT);
        t->refused++;
        note_refusal(refused, path, t->messages);
        return;
    }
    t->mapped += out.outcome == MAPPED_EVENTS;
    t->not_carried += out.outcome == MAPPED_NOT_CARRIED;
    for (size_t i = 0; i < out.event_count; i++) {
        struct view v = helper_record(&out.events[i]);
        CU_ASSERT_TRUE(v.bytes.n > 0);
    }
}

static struct tally take_file(const struct mapping *m, const char *path, struct buf *refused)
{
    struct tally t = { 0 };
    struct slice unit, one;
    struct cut c = { .at = 0 };
    CU_ASSERT_TRUE_FATAL(tree_read_file(&hp.scratch, path, 1 << 24, &unit, &hp.e));
    while (mapping_format(m)->split(&hp.scratch, unit, &c, &one, &hp.e))
        take_message(m, c.head, one, path, &t, refused);
    if (hp.e.fate != ERR_NONE && t.refused == 0) {
        t.refused++;
        note_refusal(refused, path, 0);
    }
    err_clear(&hp.e);
    return t;
}

/* The first four words of each line of the list, without remarks. */
static struct slice wanted_refusals(void)
{
    struct buf lines;
    struct slice text = { NULL, 0 };
    CU_ASSERT_TRUE_FATAL(tree_read_file(&hp.scratch, REFUSED, 1 << 20, &text, &hp.e));
    buf_init(&lines, 1 << 20);
    for (size_t at = 0; at < text.n;) {
        size_t end = slice_find(slice_from(text, at), '\n');
        struct slice line = slice_of(text.p + at, end);
        if (line.n && line.p[0] != '#') {
            buf_put(&lines, slice_head(line, slice_find(line, '#')));
            while (lines.n && lines.p[lines.n - 1] == ' ')
                lines.n--;
            buf_byte(&lines, '\n');
        }
        at += end + 1;
    }
    struct slice out = arena_copy(&hp.scratch, buf_slice(&lines));
    buf_release(&lines);
    return out;
}

static void ends_each_file_one_way_or_another(void)
{
    struct buf refused;
    struct tally all = { 0 };
    if (!find_files(CORPUS))
        return;
    buf_init(&refused, 1 << 20);
    for (size_t i = 0; i < file_count; i++) {
        bool itk = strstr(files[i], "/nhsd-tie/") || strstr(files[i], "/simhospital/");
        helper_fresh();
        const struct mapping *m =
            helper_system(itk ? "nhs/itk-adt-2.4/in.yaml" : "nhs/adt-2.x/in.yaml");
        struct tally t = take_file(m, files[i], &refused);
        CU_ASSERT_TRUE(t.mapped + t.not_carried + t.refused > 0);
        all.mapped += t.mapped;
        all.not_carried += t.not_carried;
        all.refused += t.refused;
    }
    struct slice want = wanted_refusals();
    if (!slice_equal(want, buf_slice(&refused)))
        printf("\nrefused:\n%.*s", (int)refused.n, (const char *)refused.p);
    CU_ASSERT_TRUE(slice_equal(want, buf_slice(&refused)));
    printf("%zu files: %zu mapped, %zu not carried, %zu refused ", file_count, all.mapped,
           all.not_carried, all.refused);
    buf_release(&refused);
}

static void maps_every_message_of_simhospital(void)
{
    struct buf refused;
    if (!find_files(CORPUS "simhospital"))
        return;
    buf_init(&refused, 1 << 20);
    const struct mapping *m = helper_system("nhs/itk-adt-2.4/in.yaml");
    struct tally t = take_file(m, CORPUS "simhospital/messages.hl7", &refused);
    CU_ASSERT_EQUAL(t.messages, 511);
    CU_ASSERT_EQUAL(t.mapped + t.not_carried, 511);
    CU_ASSERT_TRUE(t.mapped > 100);
    buf_release(&refused);
}

static void maps_every_admission_of_the_trust(void)
{
    static const char *const names[] = { "03-ADT_A01_ADT_A01", "05-ADT_A04_ADT_A01",
                                         "06-ADT_A05_ADT_A05" };
    struct buf refused;
    if (!find_files(CORPUS "nhsd-tie/hl7"))
        return;
    buf_init(&refused, 1 << 20);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        helper_fresh();
        const struct mapping *m = helper_system("nhs/itk-adt-2.4/in.yaml");
        char *path = arena_format(&hp.scratch, CORPUS "nhsd-tie/hl7/%s.hl7", names[i]);
        CU_ASSERT_EQUAL(take_file(m, path, &refused).mapped, 1);
    }
    CU_ASSERT_EQUAL(refused.n, 0);
    buf_release(&refused);
}

static void maps_or_does_not_carry_every_message_of_the_hub(void)
{
    struct buf refused;
    size_t mapped = 0;
    if (!find_files(CORPUS "dhcw-hub"))
        return;
    buf_init(&refused, 1 << 20);
    for (size_t i = 0; i < file_count; i++) {
        helper_fresh();
        mapped += take_file(helper_system("nhs/adt-2.x/in.yaml"), files[i], &refused).mapped;
    }
    CU_ASSERT_EQUAL(file_count, 24);
    CU_ASSERT_EQUAL(mapped, 2); /* A04, A08; all others are A28, A31, A40 */
    /* 11-...: its MSH-2 has three marks */
    CU_ASSERT_PTR_NOT_NULL(strstr(arena_text(&hp.scratch, buf_slice(&refused)), "dhcw-hub/11-"));
    buf_release(&refused);
}

static CU_TestInfo cases[] = {
    { "ends each file one way or another", ends_each_file_one_way_or_another },
    { "maps every message of simhospital", maps_every_message_of_simhospital },
    { "maps every admission of the trust", maps_every_admission_of_the_trust },
    { "maps or does not carry every message of the hub",
      maps_or_does_not_carry_every_message_of_the_hub },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_corpus = { "corpus", helper_load, helper_end, helper_fresh, NULL, cases };
