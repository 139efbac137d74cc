/* approvers.c - finds an approver by name. */
#include "sharing/rules/approvers.h"

const struct approver *approver_named(const struct approvers *by, struct slice name)
{
    for (size_t i = 0; i < by->count; i++)
        if (slice_equal(by->list[i].name, name))
            return &by->list[i];
    return NULL;
}
