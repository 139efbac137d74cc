/* charset.h - how bytes stand for characters: by what a text begins with, by the name a message
 * gives, and as UTF-8, by tables of our own.
 *
 * windows-1252 stands also for ISO 8859-1, as the WHATWG Encoding Standard has it: what claims to
 * be Latin-1 is nearly always this. Its five unassigned bytes become the C1 controls of the same
 * number. What is no character in its set becomes U+FFFD. Threads: no state. */
#ifndef CONCORDAT_BASE_CHARSET_H
#define CONCORDAT_BASE_CHARSET_H

#include "base/arena.h"

/* ASCII with bytes past 0x7f is read as windows-1252. UNREAD: known by name (JIS, GB 18030, BIG-5
 * and the like), whose second bytes may look like a format's own separators. */
enum charset_kind {
    CHARSET_UTF8,
    CHARSET_ASCII,
    CHARSET_LATIN1,
    CHARSET_8859_2,
    CHARSET_8859_3,
    CHARSET_8859_4,
    CHARSET_8859_5,
    CHARSET_8859_6,
    CHARSET_8859_7,
    CHARSET_8859_8,
    CHARSET_8859_9,
    CHARSET_8859_15,
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_UTF32LE,
    CHARSET_UTF32BE,
    CHARSET_UNREAD,
    CHARSET_UNKNOWN
};

/* By a name of HL7 table 0211 or of IANA; letters' case, blanks and hyphens do not count. */
enum charset_kind charset_named(struct slice name);
/* For a sentence: "UTF-16". */
const char *charset_name(enum charset_kind kind);

/* What a whole text is by its first bytes: UTF-16 or UTF-32 by their byte order marks, or by NUL
 * bytes where a text begins with a character of ASCII; all else may be UTF-8. */
enum charset_kind charset_begins(struct slice s);

/* Text as UTF-8, living in a, without the byte order mark of UTF-16 or UTF-32; s itself for kinds
 * that have no table here. .p is NULL when a is full. */
struct slice charset_to_utf8(struct arena *a, enum charset_kind kind, struct slice s);

/* s itself where it is well-formed UTF-8, else s taken as windows-1252. For sources that do not
 * say, or whose word is not to be trusted. .p is NULL when a is full. */
struct slice charset_guess(struct arena *a, struct slice s);

/* UTF-8 as it is compared: every run of blanks (slice_blank_length) as one blank, none at the ends,
 * nothing of what does not show. s itself where it is so already; .p is NULL when a is full. */
struct slice text_plain(struct arena *a, struct slice s);

#endif
