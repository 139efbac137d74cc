/* approvers.h - who may sign bundles and agreements, by name and key. */
#ifndef CONCORDAT_SHARING_RULES_APPROVERS_H
#define CONCORDAT_SHARING_RULES_APPROVERS_H

#include "base/slice.h"
#include "host/crypto.h"

struct approver {
    struct slice name, agency, role;
    struct public_key key;
    uint32_t line; /* of the file that names them */
};
struct approvers {
    const struct approver *list;
    size_t count;
};
const struct approver *approver_named(const struct approvers *by, struct slice name);

#endif
