/* when_words.h - a condition as words that people can sign.
 *
 * From the compiled tree, so that what is read is what is decided. Pure; any thread. */
#ifndef CONCORDAT_SHARING_TOOLS_WHEN_WORDS_H
#define CONCORDAT_SHARING_TOOLS_WHEN_WORDS_H

#include "base/buf.h"
#include "sharing/rules/when.h"

/* "the person is known to the recipient and ..."; w NULL: "always". */
void when_words(const struct bundle *b, const struct when *w, struct buf *out);

#endif
