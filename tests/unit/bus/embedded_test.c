/* embedded_test.c - the conformance suite over the embedded bus. What is its own:
 * embedded_own_test.c. */
#include "../host/scratch.h"
#include "conformance.h"

static struct scratch scratch;
static char url[sizeof scratch.path + 16];

static int make_folder(void)
{
    scratch_make(&scratch);
    snprintf(url, sizeof url, "embedded:%s", scratch_path(&scratch, "bus.db"));
    conformance_use(url);
    return 0;
}

static int remove_folder(void)
{
    scratch_remove(&scratch);
    return 0;
}

CU_SuiteInfo suite_embedded = { "embedded",         make_folder,           remove_folder,
                                conformance_set_up, conformance_tear_down, conformance_cases };
