/* kinds.h - a list of numbers of event types and kinds. */
#ifndef CONCORDAT_SHARING_RULES_KINDS_H
#define CONCORDAT_SHARING_RULES_KINDS_H

#include "base/slice.h"

bool kinds_have(const uint32_t *kinds, size_t n, uint32_t kind);

#endif
