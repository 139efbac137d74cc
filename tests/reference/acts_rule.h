/* acts_rule.h - what people may do about what is held, by the words of the rules alone; for acts.c.
 *
 * One person's events for two services; the person may be known under two keys, which one local id
 * joins. What people say of one key goes for that; their refusals, and that they take them back,
 * for both, once feeds have carried them over (rule_carry). For a1/s1 a stay is held when nobody
 * says whether they are fit; for a2/s2 while one agency's yes stands beside another's no. Nothing
 * of the engine is used here. */
#ifndef CONCORDAT_TESTS_REFERENCE_ACTS_RULE_H
#define CONCORDAT_TESTS_REFERENCE_ACTS_RULE_H

#include "acts.h"

#define RULE_EVENTS_MAX 24
#define RULE_REFUSALS_MAX 512
#define RULE_SIGNERS_MAX 3
#define RULE_NOBODY (-1)

enum rule_state { RULE_NOT_ASKED, RULE_SENT, RULE_HELD, RULE_KEPT };
enum rule_word {
    WORD_RELEASE,
    WORD_REFUSE,
    WORD_REFUSE_EPISODE,
    WORD_YES,
    WORD_NO,
    WORD_REOPEN,
    WORD_COUNT
};
/* What becomes of an act. */
enum rule_end {
    END_DONE,
    END_FIRST,
    END_SAME,
    END_GONE,
    END_NOTHING,
    END_NOT_REFUSED,
    END_OWN_AGENCY,
    END_AGAIN,
    END_INVALID
};

struct rule_hold {
    enum rule_state state;
    bool reopened;       /* a person's release alone ends it */
    int first;           /* whoever said so first, where two must */
    enum rule_word said; /* and what they said */
};
struct rule_event {
    int key;      /* under which of the person's it is */
    int episode;  /* 0: none */
    int fit;      /* 0 nobody says, 1 yes, 2 no */
    int original; /* what it corrects; RULE_NOBODY: nothing */
    int64_t occurred_ms;
    bool replaced;
    bool is_old; /* two later ones of its episode came: only that it was is kept */
    struct rule_hold to[ACTS_TO];
};
/* Under each key by itself. */
struct rule_known {
    bool stands, over; /* over: taken back; neither: nobody has said it there */
    int order;         /* when it was first said there */
    int first;         /* whoever took it back first, where two must */
    int by;            /* who took it back, and whether two of them did */
    bool by_two;
};
struct rule_refusal {
    int act;                    /* of one act, those of an episode are one no */
    int key, to, root, episode; /* of the event; episode 0: of it and its corrections only */
    struct rule_known under[ACTS_KEYS];
};
/* On its way to the other key. */
struct rule_said {
    int refusal, by;
    bool stands, by_two;
};
enum rule_objection { RULE_NONE, RULE_STANDS, RULE_DISPUTED };
struct rule {
    const struct acts_person *people;
    struct rule_event events[RULE_EVENTS_MAX];
    int count;
    struct rule_refusal refusals[RULE_REFUSALS_MAX];
    int refusal_count;
    int acts, orders;
    bool restricted[ACTS_KEYS];
    enum rule_objection objection[ACTS_KEYS]; /* to a2/s2 */
    bool is_linked;                           /* a local id leads from one key to the other */
    struct rule_said said[RULE_REFUSALS_MAX];
    int said_count;
    struct rule_said heard[ACTS_SAID_MAX];
    int heard_count;
};

struct rule_act {
    enum rule_word word;
    int key, event, to; /* event beyond the count: of nobody's */
    int signers[RULE_SIGNERS_MAX], count;
    bool is_forged; /* a signature that is not of its name */
    bool is_twice;  /* one person's signature stands there twice */
    bool is_old;    /* made eight days ago */
    bool was_done;  /* it was taken before */
};

/* What is told: all but replaced, is_old and to. */
void rule_tell(struct rule *r, const struct rule_event *ev);
enum rule_end rule_take(struct rule *r, const struct rule_act *x);
/* What was said since goes over, and what follows from that, until nothing is new. */
void rule_carry(struct rule *r);
/* All that ever was, once more. */
void rule_carry_again(struct rule *r);
bool rule_is_refused(const struct rule *r, int event, int to);

#endif
