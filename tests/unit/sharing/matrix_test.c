/* matrix_test.c - the starter region of deploy/matrix: its tables hold, and the table of the
 * default release matrix (domain facts 7.5) has every cell with the sides that its letter asks
 * for. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "host/tree.h"
#include "sharing/tools/table.h"
#include "world.h"

#define MATRIX SOURCE_DIR "/deploy/matrix"
#define COLUMNS 6

static const char *const columns[COLUMNS] = { "NHS", "GP", "ASC", "PRV", "LHA", "LL" };

/* One letter a cell: Y shared, C with consent, S for safeguarding, - never, T told by telephone. */
static const char *const matrix[] = {
    "YYYYCC", /* name, date of birth */
    "YYYY--", /* NHS number */
    "Y-Y---", /* hospital's own number */
    "YYYYYY", /* address, UPRN */
    "YYYYCC", /* fact of admission */
    "YYYYC-", /* hospital, ward */
    "YYCY--", /* specialty, diagnosis, reason, alerts */
    "YYYYCC", /* expected date of discharge */
    "Y-YYC-", /* ready for discharge */
    "YYYYC-", /* pathway */
    "YYYY--", /* care package */
    "C-Y---", /* funding */
    "YYYY--", /* next of kin */
    "YYYYCC", /* communication and access needs */
    "--TT--", /* key safe */
    "YYYYYY", /* warning for staff */
    "CCY-Y-", /* homelessness */
    "--C-Y-", /* rent, arrears, eviction */
    "Y-Y-YY", /* hazards, repairs */
    "Y-Y-YY", /* adaptations */
    "SSYSSS", /* safeguarding concern */
    "YYYYYY", /* date of death */
    "YYYYCC", /* vulnerability without reason */
};
#define ROWS (sizeof matrix / sizeof matrix[0])

/* What the rows of one cell say: something is shared, something is not. */
struct cell {
    bool shared, with, without, kept;
};

static void open_matrix(void)
{
    (void)world_open(&world, MATRIX);
}

static void matrix_rows_hold(void)
{
    world_run_table(MATRIX "/tests/matrix.decisions", 200);
}

static void prohibition_rows_hold(void)
{
    world_run_table(MATRIX "/tests/prohibitions.decisions", 140);
}

static void clause_rows_hold(void)
{
    world_run_table(MATRIX "/tests/clauses.decisions", 30);
}

static int find_column(struct slice name)
{
    int n = 0;
    while (n < COLUMNS && !slice_equal_text(name, columns[n]))
        n++;
    return n;
}

static struct slice next_word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    struct slice word = slice_head(*rest, slice_find(*rest, ' '));
    *rest = slice_from(*rest, word.n);
    return word;
}

/* "... # 7.5 r05 LHA C with": the cell that a row is for, and what is said of it. -1: no such
 * row. */
static int read_mark(struct slice line, struct slice *letter, struct slice *more)
{
    size_t mark = 0;
    while (mark < line.n && !slice_starts(slice_from(line, mark), SLICE("# 7.5 r")))
        mark++;
    struct slice rest = slice_from(line, mark + strlen("# 7.5 r"));
    uint64_t row = 0;
    if (mark == 0 || mark == line.n || !slice_to_u64(next_word(&rest), &row) || row == 0 ||
        row > ROWS)
        return -1;
    int column = find_column(next_word(&rest));
    *letter = next_word(&rest);
    *more = slice_trim(rest);
    return column == COLUMNS ? -1 : (int)(row - 1) * COLUMNS + column;
}

/* "=a,b" or "a,-b": it says what is not shared. */
static bool says_what_is_kept(struct slice wanted)
{
    bool any = slice_starts(wanted, SLICE("="));
    for (size_t i = 1; i < wanted.n && wanted.p[i] != ' '; i++)
        any |= wanted.p[i] == '-' && wanted.p[i - 1] == ',';
    return any;
}

static void note_row(struct slice line, struct slice more, struct cell *c)
{
    bool discloses = slice_starts(line, SLICE("disclose "));
    c->shared |= discloses;
    c->kept |= !discloses || says_what_is_kept(slice_from(line, strlen("disclose ")));
    c->with |=
        discloses && slice_starts(more, SLICE("with")) && !slice_starts(more, SLICE("without"));
    c->without |= slice_starts(more, SLICE("without"));
}

/* Whether the rows of a cell show what its letter promises. */
static bool is_covered(char letter, const struct cell *c)
{
    if (letter == 'Y')
        return c->shared;
    if (letter == 'C' || letter == 'S')
        return c->with && c->without;
    return c->kept;
}

/* How many cells the text leaves open; marks that are wrong or out of order count too. */
static size_t count_gaps(struct slice text, bool say)
{
    struct cell cells[ROWS * COLUMNS] = { { 0 } };
    size_t gaps = 0;
    int last = 0;
    for (struct slice line; text.n > 0; text = slice_from(text, line.n + 1)) {
        struct slice letter = { 0 }, more = { 0 };
        line = slice_head(text, slice_find(text, '\n'));
        int n = read_mark(line, &letter, &more);
        if (n < 0)
            continue;
        gaps += n < last || letter.n != 1 || letter.p[0] != matrix[n / COLUMNS][n % COLUMNS];
        last = n;
        note_row(line, more, &cells[n]);
    }
    for (size_t n = 0; n < ROWS * COLUMNS; n++) {
        if (is_covered(matrix[n / COLUMNS][n % COLUMNS], &cells[n]))
            continue;
        gaps++;
        if (say)
            printf("no row shows r%02zu %s\n", n / COLUMNS + 1, columns[n % COLUMNS]);
    }
    return gaps;
}

static void every_cell_has_its_rows(void)
{
    struct slice text;
    CU_ASSERT_FATAL(
        tree_read_file(&world.arena, MATRIX "/tests/matrix.decisions", 1u << 20, &text, &world.e));
    CU_ASSERT_EQUAL(count_gaps(text, true), 0);
}

static void a_cell_without_its_rows_is_found(void)
{
    static const char one[] = "disclose name A.b c/d  # 7.5 r01 LHA C with\n";
    static const char both[] = "disclose name A.b c/d  # 7.5 r01 LHA C with\n"
                               "withhold no-consent A.b c/d  # 7.5 r01 LHA C without\n";
    static const char wrong[] = "disclose name A.b c/d  # 7.5 r01 NHS C with\n";
    CU_ASSERT_EQUAL(count_gaps((struct slice){ 0 }, false), ROWS * COLUMNS);
    CU_ASSERT_EQUAL(count_gaps(SLICE(one), false), ROWS * COLUMNS);
    CU_ASSERT_EQUAL(count_gaps(SLICE(both), false), ROWS * COLUMNS - 1);
    CU_ASSERT_EQUAL(count_gaps(SLICE(wrong), false), ROWS * COLUMNS);
}

static CU_TestInfo cases[] = {
    { "every row of the matrix holds", matrix_rows_hold },
    { "every row on the prohibitions holds", prohibition_rows_hold },
    { "every row on the clauses holds", clause_rows_hold },
    { "every cell of the matrix has its rows, in order", every_cell_has_its_rows },
    { "a cell without its rows is found", a_cell_without_its_rows_is_found },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_matrix = { "matrix", NULL, NULL, open_matrix, world_teardown, cases };
