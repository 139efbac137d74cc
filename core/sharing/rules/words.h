/* words.h - a list of words that rules may use, and whether it has one. Pure. */
#ifndef CONCORDAT_SHARING_RULES_WORDS_H
#define CONCORDAT_SHARING_RULES_WORDS_H

#include "base/nearest.h"

struct words {
    const struct slice *list;
    size_t count;
};
/* Two words besides the kinds of restriction. location-unchecked: nobody has ever said whether the
 * location is restricted. deceased: the person has died (unknown while that is not registered). */
#define WORDS_UNCHECKED "location-unchecked"
#define WORDS_DECEASED "deceased"

bool words_have(const struct words *w, struct slice word);
/* For a message about an unknown one. */
struct choices_at words_choices(const struct words *w);

#endif
