/* embedded_test.c - the conformance suite over the embedded bus. What is its own:
 * embedded_own_test.c. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conformance.h"

static char folder[64], url[128];

static void remove_file(const char *ending)
{
    char path[128];
    snprintf(path, sizeof path, "%s/bus.db%s", folder, ending);
    unlink(path);
}

static int make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/concordat-bus-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(url, sizeof url, "embedded:%s/bus.db", folder);
    conformance_use(url);
    return 0;
}

static int remove_folder(void)
{
    remove_file("");
    remove_file("-wal");
    remove_file("-shm");
    remove_file(".lock");
    return rmdir(folder) == 0 ? 0 : 1;
}

CU_SuiteInfo suite_embedded = { "embedded",         make_folder,           remove_folder,
                                conformance_set_up, conformance_tear_down, conformance_cases };
