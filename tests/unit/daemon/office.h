/* office.h - a demo site of one feed and one delivery in a folder of its own, with its bus: what a
 * part of the daemon needs to run without the daemon. */
#ifndef CONCORDAT_TESTS_OFFICE_H
#define CONCORDAT_TESTS_OFFICE_H

#include "bus/bus.h"
#include "scratch.h"
#include "site/site.h"

struct office {
    struct scratch scratch;
    struct arena arena;
    struct site *site;
    struct bus *bus;
};

/* Suites: what an installation would hold. */
int office_install(void);
int office_uninstall(void);

void office_open(struct office *o);
void office_close(struct office *o);

#endif
