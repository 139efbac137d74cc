/* handing.h - what came of handing a message to a partner: the closed list by which a delivery
 * acts.
 *
 * A transport says how far the message came, a format what the partner's answer says. Only what
 * proves that no byte left is "not sent": a name that cannot be resolved, a connection or a
 * handshake that fails. After that nothing is known until an answer has been read; by TLS 1.3 the
 * refusal of our certificate comes then. */
#ifndef CONCORDAT_CONTRACT_HANDING_H
#define CONCORDAT_CONTRACT_HANDING_H

#include "base/err.h"
#include "base/slice.h"

enum handing_fate {
    HANDING_TAKEN,    /* the partner has it */
    HANDING_NOT_SENT, /* no byte left: the partner cannot be reached, by no message */
    HANDING_UNKNOWN,  /* it may have arrived; no answer that could be read came */
    HANDING_LATER,    /* not now: the same again, with the same id */
    HANDING_SITE, /* the site's own trouble (credentials, address, TLS): true of every message until
                     mended */
    HANDING_REFUSED /* this message will not be taken */
};

#define SAID_CODES_MAX 64
#define SAID_WORDS_MAX 200
/* What a partner says of a message. codes: its codes, of letters, digits, '.', '-', '_', blank
 * between
 * ("AE 207"): for everybody. words: its own sentences, UTF-8, in which payload may stand: never for
 * a log. */
struct partner_said {
    char codes[SAID_CODES_MAX], words[SAID_WORDS_MAX];
};

/* left: it may have arrived, whatever was answered; meaningless once taken. after_ms: the partner
 * asked for that long a pause, of everything that goes to it; 0: it did not. why: unless taken; its
 * fate means nothing here, its text never holds payload. */
struct handing {
    enum handing_fate fate;
    bool left;
    int64_t after_ms;
    struct partner_said said;
    struct err why;
};

/* What the partner's answer means. */
enum answer_means {
    ANSWER_YES,       /* it has the message */
    ANSWER_ERROR,     /* it could not process it: AE */
    ANSWER_REJECT,    /* it did not look at it, or cannot now: AR */
    ANSWER_ELSE,      /* it answers another message, or is not the last word on this one */
    ANSWER_UNREADABLE /* none that can be understood */
};

#endif
