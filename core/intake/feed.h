/* feed.h - the inside of a feed, shared by the files of this room.
 *
 * lock guards spool, publisher and later; refused_ms is for any thread; all else belongs to the
 * transport's thread (take) or to the publisher's. A turn reads and maps before it takes the
 * lock. */
#ifndef CONCORDAT_INTAKE_FEED_H
#define CONCORDAT_INTAKE_FEED_H

#include <pthread.h>
#include <stdatomic.h>

#include "host/log.h"
#include "intake/event.h"
#include "intake/intake.h"
#include "intake/spool/doubts.h"
#include "intake/spool/quarantine.h"
#include "intake/spool/told_aside.h"
#include "intake/spool/words.h"
#include "intake/spool/snapshot.h"

#define TURN_MESSAGES 64
#define UNKNOWN_SAID_MAX 32
#define TYPE_LABEL_MAX 48 /* of a type or path that is counted */

/* How far a message came before anything was stored. */
enum reading {
    READ_MAPPED,     /* also: not carried */
    READ_UNREADABLE, /* cannot be parsed, or is refused for how it is written */
    READ_UNMAPPED,   /* parsed, cannot be mapped */
    READ_WRONG_ENVIRONMENT,
    READ_LATER /* nothing is wrong with it: memory */
};

/* What the messages of a unit share, with its hash and the hash of each message begun. */
struct shared {
    const struct head *head;
    struct sha256_begun begun;
    uint8_t hash[HASH_BYTES];
};

struct message {
    size_t arrival;              /* index in the turn */
    const struct shared *shared; /* NULL: it stands alone */
    struct slice raw;
    struct doc *doc; /* NULL when it could not be read; of one that is unreadable: what could all
                        the same */
    struct mapped mapped;
    enum reading reading;
    bool is_refused; /* unmapped, and so its whole unit */
    bool is_unkept;  /* nor is there room for it in the quarantine: it comes again */
    bool is_named;   /* its id tells it from whatever else has the same bytes */
    bool is_seen;    /* its bytes came before, and given was answered */
    struct seen given;
    int64_t turns; /* set aside by feed_asks_again: how often sides had changed */
    struct err why;
    uint8_t body[HASH_BYTES]; /* SHA-256 of the head's bytes and raw */
    struct dedup_key dedup;   /* of what was mapped */
};

/* One take(): messages are read and stored in runs of TURN_MESSAGES, all in one commit. The first
 * run may have been read before, arrival by arrival. */
struct turn {
    const struct arrival *in;
    struct answer *out;
    size_t arrivals;
    struct slice ahead[TURN_MESSAGES]; /* the arrivals whose messages were read before the take() */
    size_t ahead_count;
    bool is_ahead;   /* reading has begun before the take() */
    bool ahead_full; /* the other arrivals are read in the take() */
    struct message messages[TURN_MESSAGES];
    size_t count;
    bool open;    /* the lock is held, the transaction has begun */
    bool again;   /* it is of the quarantine: part of no snapshot */
    bool is_held; /* of this take() something is to come again: what follows moves no cursor */
    size_t known_failed; /* messages that this mapping has failed to read before */
    int64_t now_ms;
    struct err failed; /* why nothing of this turn can be kept */
};

struct publisher {
    pthread_t thread;
    pthread_cond_t wake, drained;
    bool running, stop;
    bool waits;              /* the bus is not there yet: it is not even asked */
    _Atomic int64_t away_ms; /* since when the bus is away; 0: it is there */
    int drains;              /* how many wait in feed_drain */
    int64_t last;            /* number of the last message committed that waits */
    int64_t sent, forgotten; /* the bus has all up to sent; up to forgotten they are deleted */
    bool *touched;           /* lanes that it got something in since that was noted; by partition */
    struct bus_end *ends;    /* as last noted; by partition */
    int64_t noted_ns,
        looked_ns;    /* when that was, and when the bus was last asked whether it has all */
    int64_t lost;     /* of its quarantine, as was said last */
    bool unheard;     /* of it nothing can be heard: said once */
    int64_t heard_ns; /* when others were last listened for */
    bool hears;       /* it is about to, for the first time: a turn waits for that */
    bool is_settled;  /* others were heard, and nothing waits for that (spool/doubts.h): until then
                         nothing is sent */
    bool lacks;       /* it does not: what it lacks is sent again before anything else */
    int64_t wake_at;  /* wake when last reaches this */
    _Atomic(const char *) trouble; /* why the bus refuses, a code: said once; NULL: it does not */
    struct bus_reader *links;
};

/* Why the transport cannot fetch, as `status` reads it too. */
struct fetching {
    struct spool_fetch last; /* tries 0: it can */
    int64_t said_ns;         /* when it was last said in the log */
};

struct feed {
    struct feed_options o;
    struct log_who who;
    struct arena own;        /* as long as the feed: names */
    struct arena keep, work; /* answers of this turn; the run of messages being read */
    struct buf records, reply;
    struct origin origin;
    struct identity identity;
    const struct format *format;
    const struct schema *quarantine, *link, *unread;
    const struct schema *refused; /* NULL: the bundle was signed before there was one */
    const char *topic_events, *topic_quarantine, *topic_links;
    struct turn turn;
    pthread_mutex_t lock;
    struct spool spool;
    struct snapshot snapshot;
    struct quarantine quarantined; /* under lock, as spool */
    struct told_aside told;        /* likewise */
    struct words words;            /* likewise */
    bool says_plainly;             /* of the mapping: some word about sharing has no `changed` */
    const char *said_code;         /* of what was quarantined, and when: said once a minute */
    int64_t said_ms;
    bool no_room_said, words_said;
    int64_t watched_ms;     /* when the quarantine was looked at; the publisher's */
    pthread_mutex_t taking; /* held while a turn is read and stored: transport, or a named person */
    struct arena own_keep;  /* answers of what is taken again: nobody waits for them */
    struct publisher publisher;
    uint64_t later;                     /* answered AR, not yet counted on disk */
    uint64_t unknown[UNKNOWN_SAID_MAX]; /* types that no rule names, as they were said */
    size_t unknown_said;
    _Atomic bool stopping;
    struct fetching fetching;   /* the transport's thread */
    bool refusing;              /* the last turn could not be kept: said once */
    _Atomic int64_t refused_ms; /* when that was; 0: it could */
};

/* feed_take.c: the transport's way up. */
void feed_prepare(void *ctx, const struct arrival *one);
void feed_take(void *ctx, const struct arrival *in, struct answer *out, size_t n);
bool feed_go_on(void *ctx, struct slice cursor);

/* feed_fetch.c: whether the transport could fetch. open: what was so when the feed was closed. */
void feed_fetched(void *ctx, const struct err *why, int64_t again_ms);
MUST_CHECK bool feed_fetch_open(struct feed *f, struct err *e);

/* feed_keep.c: the transaction of the open turn.
 *
 * begin takes the lock, which is held while t->open. cursor stores where the transport goes on;
 * empty: where it was. keep commits, with the cursor behind what has passed, and holds the lock
 * still. nothing rolls back and lets go of the lock; later: how many arrivals are answered "later".
 * False: t->failed says why. */
MUST_CHECK bool feed_keep_begin(struct feed *f);
MUST_CHECK bool feed_keep_cursor(struct feed *f, struct slice cursor);
MUST_CHECK bool feed_keep(struct feed *f);
void feed_keep_nothing(struct feed *f, size_t later);

/* feed_take.c: takes rows of the quarantine again, in a turn of their own. begin takes `taking`.
 * retake takes row n again, and deletes it if it has ended as anything but quarantined. end commits
 * if good, else rolls back, and lets go of `taking`. */
MUST_CHECK bool feed_retake_begin(struct feed *f, struct err *e);
MUST_CHECK bool feed_retake(struct feed *f, int64_t n, struct err *e);
MUST_CHECK bool feed_retake_end(struct feed *f, bool good, struct err *e);
/* feed_asides.c: takes again the rows of which that was ordered while the feed did not run. */
MUST_CHECK bool feed_take_ordered(struct feed *f, struct err *e);
/* feed_watch.c: deletes rows that are too old, and logs what a person has to look at. The
 * publisher's thread, when idle. */
void feed_watch_quarantine(struct feed *f);

/* feed_take.c: asked before each part of long work. False: the program is about to end
 * (intake.stopping). */
MUST_CHECK bool feed_may_go_on(const struct feed *f, struct err *e);

/* feed_store.c: one message of a turn, within the open transaction. False (t->failed set): the
 * whole turn cannot be kept. So it is of all that ends a message. */
bool feed_store(struct feed *f, struct message *m);
/* feed_events.c: stores the events of a mapped message. Where the message has a code that no rule
 * knows, or fails for what it says, it is set aside. dedup NULL: the answer is not kept. */
bool feed_store_events(struct feed *f, struct message *m, const struct dedup_key *dedup);

/* feed_endings.c: the other endings.
 *
 * put_off answers "later" for a message with which nothing is wrong. That works only for a message
 * that is its whole arrival. For a row of a file the turn fails, so that the whole file comes
 * again. */
bool feed_put_off(struct feed *f, struct message *m);
/* A message that came before: its answer is given again. */
bool feed_store_duplicate(struct feed *f, struct message *m, const struct seen *seen);
/* Not carried by the mapping, unless it has a code that no rule knows. */
bool feed_store_not_carried(struct feed *f, struct message *m, const struct dedup_key *dedup);
/* Sets a message aside, for what m->why says. Without room it is answered "later". */
bool feed_store_quarantined(struct feed *f, struct message *m);
/* Sets a message aside for a code that no rule knows. The code is remembered only where the message
 * went to the quarantine now: as a duplicate, or without room, it was not told. */
bool feed_store_unknown(struct feed *f, struct message *m);
/* The last step of every message that is taken: answers it, and keeps the answer under its dedup
 * key. dedup NULL: the answer is not kept. */
bool feed_finish(struct feed *f, const struct message *m, const struct dedup_key *dedup,
                 enum reply_kind kind);
/* Logs that a message was set aside, or published with a code that no rule knows. A wrong mapping
 * would flood the log: only the first message of a minute and code is a warning, the others are for
 * debugging. */
void feed_say_aside(struct feed *f, const struct message *m, const char *ending);
/* A message that failed is known again by its body and the mapping: when the mapping has been
 * mended the same bytes are tried anew. */
void feed_dedup_of_failed(const struct feed *f, const struct message *m, struct dedup_key *out);
/* What its unit says once for all of its messages; empty: nothing. */
struct slice feed_head_of(const struct message *m);

/* feed_answer.c: answers arrival m->arrival; of a unit with several messages the worst outcome
 * counts. given lives until the next. False: no memory. */
MUST_CHECK bool feed_answer(struct feed *f, const struct message *m, enum reply_kind kind,
                            enum answer_fate fate, struct answer *given, struct err *e);
/* With what was made: of several messages in a unit the first answers, unless a later one ended
 * worse. */
MUST_CHECK bool feed_answer_with(struct feed *f, const struct message *m,
                                 const struct answer *given, struct err *e);

/* feed_compare.c: whether one event of a message is news. */
struct news {
    struct change change; /* of an event with `changed` */
    struct change local;  /* the same under the key of the local id; has_local */
    bool has_local;
    struct change older[CHANGED_ORDERS_MAX]; /* by the keys of `was`, where it says otherwise */
    size_t older_count;
    bool is_older;     /* it is remembered, and not yet under its own key */
    bool is_news;      /* it is emitted */
    bool waits;        /* until the bus was heard: it goes if it is none */
    bool is_learned;   /* change is to be remembered */
    bool is_repeat;    /* what is remembered says the same, and is believed */
    struct said *said; /* feed_said.c; NULL: that has nothing to tell of it */
};
/* The form in which a `changed` value is kept: the first bytes of its SHA-256. */
void feed_half_hash(struct slice s, uint8_t out[ID_BYTES]);
MUST_CHECK bool feed_compare(struct feed *f, const struct mapped_event *event, struct subject *s,
                             struct news *n, struct err *e);
/* Counts the change, and keeps it where it is learned. */
MUST_CHECK bool feed_learn_change(struct feed *f, const struct mapped_event *event,
                                  struct subject *s, struct news *n, struct err *e);
/* Compares n with an earlier event of the same message, which counts as seen: n is news only where
 * it restricts or says something else. revision: the one that the earlier event will have. */
void feed_compare_after(const struct mapped_event *event, const struct news *before,
                        int64_t revision, struct news *n);
/* Puts the condition that stands before a record that waits (spool/doubts.h). */
void feed_put_if(const struct feed *f, const struct mapped_event *event, const struct news *n,
                 struct buf *out);
/* Sets what the record's id is made of beside its ordinal. is_named: of its message. */
void feed_place(const struct feed *f, const struct mapped_event *event, const struct news *n,
                bool is_named, struct place *p);
/* Whether an earlier reading of this very message has published it all the same: as what is kept so
 * is named, by the message alone. Of what a memory tells the same bytes said anew are another
 * message. */
MUST_CHECK bool feed_is_told(struct feed *f, const struct occasion *o, const struct place *p,
                             const struct subject_key *key, bool *told, struct err *e);
void feed_told_id(const struct occasion *o, const struct place *p, struct event_id *id);

/* feed_said.c: words about sharing without a time, of messages without an id. is_named: whether a
 * message has one, by which it is known when it is sent again; a row of a file has none, whatever
 * the mapping names as its id. may_say_anew: whether a mapped message whose bytes came before may
 * be more than that message sent again. */
bool feed_is_named(const struct feed *f, struct slice message_id);
bool feed_may_say_anew(const struct feed *f, const struct message *m);
/* Decides whether the event is news where no other memory does (feed_is_own_word), and sets
 * n->said. After feed_compare. */
MUST_CHECK bool feed_weigh_said(struct feed *f, const struct message *m,
                                const struct mapped_event *event, int ordinal, struct subject *s,
                                struct news *n, struct err *e);
bool feed_is_own_word(const struct news *n);
/* Whether a person is asked before that word is told: it allows, and repeats what came before
 * something was said against it. */
bool feed_asks_again(const struct feed *f, struct message *m, const struct mapped_event *event,
                     const struct news *n);
/* feed_place, of a word of its own. */
void feed_place_said(const struct feed *f, const struct mapped_event *event, const struct news *n,
                     struct place *p);
/* Once the records of a message are queued: notes of each word which side it takes, then of each
 * that it was told. */
MUST_CHECK bool feed_note_side(struct feed *f, const struct news *n, struct err *e);
MUST_CHECK bool feed_note_said(struct feed *f, const struct news *n, struct err *e);

/* feed_restrict.c: what a message that is quarantined restricts all the same, behind its notice in
 * f->records: events, counted as events of the bus and nowhere in the sums of messages, and the
 * sign that something of it could not be read. False: the turn cannot be kept. */
MUST_CHECK bool feed_restrict(struct feed *f, struct message *m, struct err *e);
/* The same of one that is to come again, since there is no room for it: what it restricts is said
 * now, and not again when it comes. Where anything is said that is a message taken, with that for
 * its end. */
MUST_CHECK bool feed_restrict_unkept(struct feed *f, struct message *m, struct err *e);

/* feed_unknown.c. Whether a mapped message restricts by a code that nobody knows, and is the first
 * of its person to do so there; then m->why says so. Where it has records they are published, and
 * feed_sign_unknown is for whatever comes next: whether anybody gets them, and is held, nobody
 * knows here. False: the turn cannot be kept. */
MUST_CHECK bool feed_is_unknown_news(struct feed *f, struct message *m, bool *news, struct err *e);
MUST_CHECK bool feed_sign_unknown(struct feed *f, const struct message *m, struct err *e);
/* Of each message that is kept: what stands where such codes may stand is no news any more, and
 * what stood there and does not is. */
MUST_CHECK bool feed_note_codes(struct feed *f, const struct message *m, struct err *e);

/* feed_signs.c: the sign that something of a message that is being quarantined could not be read,
 * behind its notice; with a local id it is remembered, to be carried over. */
MUST_CHECK bool feed_sign(struct feed *f, const struct message *m, struct slice local_id,
                          struct subject *s, struct err *e);
/* Forgets that signs of messages which are not kept were told under the subject's key and that of
 * its local id: something about sharing was read, which ended them or says anew how things stand.
 * So the same message holds its person anew. */
MUST_CHECK bool feed_forget_signs(struct feed *f, struct slice local_id, struct subject *s,
                                  struct err *e);
/* Signs and words about that local id (link_key) which were published under other keys only, for
 * this one: before what follows under it. *any: there were some, and the caller says
 * feed_carry_signs in the same commit. */
MUST_CHECK bool feed_queue_signs(struct feed *f, struct arena *a, const uint8_t local[ID_BYTES],
                                 const struct subject *s, struct buf *out, bool *any,
                                 struct err *e);
/* What there was when they were queued: rows of the quarantine, words. */
struct said_upto {
    int64_t rows, words;
};
/* So they were. Neither is counted. */
MUST_CHECK bool feed_carry_signs(struct feed *f, const uint8_t local[ID_BYTES],
                                 const struct subject *s, const struct said_upto *upto,
                                 struct err *e);
/* feed_refused.c: whether a record of links.<agency>, or of the words, is of internal/Refused. */
bool feed_is_refusal(const struct feed *f, struct slice framed);
/* One off the bus: kept among the words of its local id, so that it goes before whatever comes of
 * that under a new key; and under those that the id leads to now it is said at once. The
 * publisher's thread. put: one of the words, queued for that key. */
MUST_CHECK bool feed_take_refusal(struct feed *f, struct arena *a, const struct bus_record *r,
                                  struct err *e);
void feed_put_refusal(struct slice record, const struct subject *s, struct buf *out);
/* feed_notice.c: a notice of quarantine, queued; and one off the bus: false when it is none of this
 * feed's that can be read. */
struct notice_of {
    const char *code;
    int64_t place, n, at_ms;
};
void feed_put_notice(const struct feed *f, const struct notice_of *x, struct buf *out);
bool feed_read_notice(const struct feed *f, struct arena *a, struct slice framed,
                      struct notice *out);
/* feed_bus.c: puts queued records on the bus, past the spool. */
MUST_CHECK bool feed_publish(struct feed *f, struct arena *a, struct slice queued, struct err *e);
/* Remembers an event that was queued, where it is a word about sharing and names a local id. */
MUST_CHECK bool feed_remember_word(struct feed *f, const struct mapped_event *event,
                                   const struct build *b, struct subject *s, struct slice queued,
                                   struct err *e);
/* At the end of each message: what is remembered has its share, or the message comes again. */
MUST_CHECK bool feed_fit_words(struct feed *f, struct err *e);
/* feed.c: what was counted of the database, after a rollback. */
void feed_forget(struct feed *f);

/* feed_tally.c: what was read of a message and is in none of its records, by the mapping's own
 * paths; the type of one that is not carried, said once where no rule names it. */
MUST_CHECK bool feed_tally_misses(struct feed *f, const struct mapped *m, struct err *e);
MUST_CHECK bool feed_tally_type(struct feed *f, const struct mapped *m, struct err *e);

/* feed_vanished.c: notes the rows of a snapshot; compares it when its unit is stored; says once
 * that the next is overdue. False: the turn cannot be kept. */
bool feed_note_rows(struct feed *f, const struct message *m);
bool feed_end_snapshot(struct feed *f);
void feed_watch_snapshot(struct feed *f);

/* Begins a transaction, with what waits to be counted. Lock held. */
MUST_CHECK bool feed_begin(struct feed *f, struct err *e);
/* Commits; later is counted. Lock held. */
MUST_CHECK bool feed_commit(struct feed *f, struct err *e);

/* publisher.c. start: before any take(). committed: lock held, after each commit. */
MUST_CHECK bool publisher_start(struct feed *f, struct err *e);
void publisher_committed(struct feed *f);
void publisher_stop(struct feed *f);

/* publisher_republish.c: what the bus has, and whether it has it still. The publisher's thread.
 * Notes on disk what was sent, with the ends of the lanes it went to; lets go what is old. */
MUST_CHECK bool publisher_note(struct feed *f, struct arena *a, struct err *e);
/* Goes back to what the bus lacks. */
MUST_CHECK bool publisher_look(struct feed *f, struct err *e);

/* publisher_hear.c: reads what other spools have said for this feed since it was last asked. False
 * with no error: the program is about to end. */
MUST_CHECK bool publisher_hear(struct feed *f, struct arena *a, struct err *e);
/* Tells or drops what waited for that. */
MUST_CHECK bool publisher_settle(struct feed *f, struct err *e);
/* The bus is away: nothing more is sent before others were heard. Lock held. */
void publisher_doubt(struct feed *f);

/* publisher_ends.c: tells what has gone from the quarantine. */
MUST_CHECK bool publisher_tell_ends(struct feed *f, struct arena *a, struct err *e);

/* publisher_bus.c: what the publisher does once and when idle. */
MUST_CHECK bool publisher_schemas(struct feed *f, struct arena *a, struct err *e);
MUST_CHECK bool publisher_links(struct feed *f, struct arena *a, struct err *e);

#endif
