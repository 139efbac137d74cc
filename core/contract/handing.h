/* handing.h - what came of handing a message to a partner: the closed list by which a delivery
 * acts.
 *
 * The transport says how far the message came. The format says what the partner's answer means.
 * "Not sent" needs proof that no byte left: the name cannot be resolved, or the connection or the
 * handshake fails. After that nothing is known until an answer has been read. With TLS 1.3 a
 * partner refuses our certificate only then. */
#ifndef CONCORDAT_CONTRACT_HANDING_H
#define CONCORDAT_CONTRACT_HANDING_H

#include "base/err.h"
#include "base/slice.h"

enum handing_fate {
    HANDING_TAKEN,    /* the partner has it */
    HANDING_NOT_SENT, /* no byte left: the partner cannot be reached, by any message */
    HANDING_UNKNOWN,  /* it may have arrived; no answer that could be read came */
    HANDING_LATER,    /* not now: the same message is to be sent again, with the same id */
    HANDING_SITE,     /* a fault of the site (credentials, address, TLS), which stops every message
                         until     it is mended */
    HANDING_REFUSED   /* this message will not be taken */
};

#define SAID_CODES_MAX 64
#define SAID_WORDS_MAX 200
/* What a partner says of a message. codes: its codes, with blanks between ("AE 207"), of letters,
 * digits, '.', '-' and '_'; everybody may see them. words: its own sentences, in UTF-8; they may
 * have payload, so no log gets them. */
struct partner_said {
    char codes[SAID_CODES_MAX], words[SAID_WORDS_MAX];
};

struct handing {
    enum handing_fate fate;
    bool left; /* the message may have arrived, whatever was answered; of no meaning once taken */
    int64_t after_ms; /* how long the partner wants no message at all; 0: it has not said */
    struct partner_said said;
    struct err why; /* unless taken; without payload; its own fate has no meaning here */
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
