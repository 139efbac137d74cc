/* kafka_ask.h - questions that the library answers only by blocking, and a wait for them that a
 * stop ends.
 *
 * Where a topic ends, which topics there are, what was committed: librdkafka blocks until it knows,
 * and 2.0.2 may do so for ever. So a thread of the asker puts the question; who wants to know waits
 * for a time, or less once everybody is to hurry. An answer that comes after that is nobody's.
 * Threads: any. It has as many of its own as questions were ever open at once; they end with it. */
#ifndef CONCORDAT_BUS_KAFKA_ASK_H
#define CONCORDAT_BUS_KAFKA_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KAFKA_HURRY_MS 1000 /* how long a question has once everybody hurries */

struct kafka_asker;

/* NULL without memory. */
struct kafka_asker *kafka_asker_new(void);
/* One whose thread the library does not give back lasts as long as the process. */
void kafka_asker_release(struct kafka_asker *a);
/* From now on. */
void kafka_asker_hurry(struct kafka_asker *a);
bool kafka_asker_hurries(struct kafka_asker *a);
/* When something ends that began at start_ns and may last until end_ns (clock_mono_ns): hurried,
 * grace_ms at most. */
int64_t kafka_asker_end(struct kafka_asker *a, int64_t start_ns, int64_t end_ns, int grace_ms);

struct kafka_question {
    size_t bytes; /* of what it is about and its answer: copied to the thread and, answered, back */
    void (*put)(void *of); /* blocks; on the asker's thread */
    /* frees what it holds, where nobody has the answer; NULL: it holds nothing */
    void (*drop)(void *of);
    int *open; /* how many are with the library, those that nobody waits for too; under its lock */
};
/* False: no answer in time; what `of` holds is no longer the caller's. */
bool kafka_ask(struct kafka_asker *a, const struct kafka_question *q, void *of, int wait_ms);
/* Whether *open comes to 0 within wait_ms: what the questions are about may go. */
bool kafka_asker_settles(struct kafka_asker *a, const int *open, int wait_ms);

#endif
