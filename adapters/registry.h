/* registry.h - the one list of adapters that exist. Only commands/main.c and tests include it. */
#ifndef CONCORDAT_REGISTRY_H
#define CONCORDAT_REGISTRY_H

#include "contract/registry.h"

extern const struct registry adapters;

#endif
