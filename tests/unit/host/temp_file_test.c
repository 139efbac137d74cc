/* temp_file_test.c - what a killed process left half written, and what is being written now. */
#include <CUnit/CUnit.h>
#include <string.h>
#include <sys/wait.h>

#include "host/temp_file.h"
#include "scratch.h"

static struct scratch scratch;
static int folder;

static void fresh(void)
{
    scratch_make(&scratch);
    folder = open(scratch.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        abort();
}

static void done(void)
{
    (void)close(folder);
    scratch_remove(&scratch);
}

static bool is_ours(const void *ctx, const char *name)
{
    return strstr(name, ctx) != NULL;
}

static bool is_there(const char *name)
{
    return faccessat(folder, name, F_OK, 0) == 0;
}

static void what_a_dead_process_left_is_deleted_and_nothing_else(void)
{
    pid_t child = fork();
    if (child == 0) {
        int fd = temp_file_open(folder, "a.part", 0600);
        _exit(fd >= 0 && temp_file_write(fd, SLICE("half a reco")) ? 0 : 1);
    }
    int status = 1;
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CU_ASSERT_FATAL(is_there("a.part"));
    scratch_write(&scratch, "a.csv", "rows", 4, 0600);
    CU_ASSERT_EQUAL(temp_file_sweep(folder, is_ours, ".part"), 1);
    CU_ASSERT_FALSE(is_there("a.part"));
    CU_ASSERT(is_there("a.csv"));
}

static void what_is_being_written_stays(void)
{
    int fd = temp_file_open(folder, "a.part", 0600);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(temp_file_sweep(folder, is_ours, ".part"), 0);
    CU_ASSERT(is_there("a.part"));
    (void)close(fd);
    CU_ASSERT_EQUAL(temp_file_sweep(folder, is_ours, ".part"), 1);
}

static void a_temporary_file_begins_empty(void)
{
    struct stat st;
    scratch_write(&scratch, "a.part", "half a reco", 11, 0600);
    int fd = temp_file_open(folder, "a.part", 0600);
    CU_ASSERT_FATAL(fd >= 0 && temp_file_write(fd, SLICE("whole")));
    CU_ASSERT(fstat(fd, &st) == 0 && st.st_size == 5);
    (void)close(fd);
}

static void what_is_no_file_is_left_alone(void)
{
    CU_ASSERT_FATAL(mkdirat(folder, "d.part", 0700) == 0);
    CU_ASSERT_FATAL(symlinkat("/nowhere", folder, "l.part") == 0);
    CU_ASSERT_EQUAL(temp_file_sweep(folder, is_ours, ".part"), 0);
    CU_ASSERT(temp_file_open(folder, "l.part", 0600) < 0);
    (void)unlinkat(folder, "d.part", AT_REMOVEDIR);
    (void)unlinkat(folder, "l.part", 0);
}

static CU_TestInfo tests[] = {
    { "what a dead process left is deleted, and nothing else",
      what_a_dead_process_left_is_deleted_and_nothing_else },
    { "what is being written stays", what_is_being_written_stays },
    { "a temporary file begins empty", a_temporary_file_begins_empty },
    { "what is no file is left alone", what_is_no_file_is_left_alone },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_temp_file = { "temp_file", NULL, NULL, fresh, done, tests };
