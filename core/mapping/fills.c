/* fills.c - what a mapping in can say at all: for `check`, which holds agreements against it. */
#include <string.h>

#include "mapping/inside.h"

size_t mapping_rule_count(const struct mapping *m)
{
    return m->is_in ? m->rule_count : 0;
}

const struct schema *mapping_rule(const struct mapping *m, size_t n, struct slice *kind)
{
    const struct rule *rule = &m->rules[n];
    *kind = rule->kind;
    return slice_equal_text(rule->action, "retracts") ? NULL : rule->schema;
}

void mapping_rule_fills(const struct mapping *m, size_t n, bool *slots)
{
    const struct rule *rule = &m->rules[n];
    for (size_t i = 0; i < rule->setter_count; i++) {
        slots[rule->setters[i].slot] = true;
        if (rule->setters[i].companion >= 0)
            slots[rule->setters[i].companion] = true;
    }
}
