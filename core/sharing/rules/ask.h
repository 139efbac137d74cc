/* ask.h - conditions of a bundle, each once: equal ones are one, also inside others. */
#ifndef CONCORDAT_SHARING_RULES_ASK_H
#define CONCORDAT_SHARING_RULES_ASK_H

#include "sharing/rules/when.h"

#define ASK_ALWAYS UINT32_MAX /* no condition */
enum ask_op { ASK_TERM, ASK_NOT, ASK_AND, ASK_OR };
struct ask {
    enum ask_op op;
    bool is_same;                 /* for every recipient */
    const struct when_node *term; /* ASK_TERM: anything but ! && || */
    const uint32_t *args;         /* else: asks that stand before this one */
    uint32_t count;
};

#endif
