/* kafka_ask.h - puts questions to librdkafka on threads of its own, so that a stop ends the wait
 * for the answer.
 *
 * librdkafka answers some questions only by blocking: where a topic ends, which topics there are,
 * what was committed. 2.0.2 may block for ever. So a thread of the asker puts the question, and the
 * caller waits for a bounded time, which a stop makes shorter. An answer that comes later is
 * dropped. Threads: any. The asker has as many threads as questions were ever open at once; they
 * end with it.
 */
#ifndef CONCORDAT_BUS_KAFKA_ASK_H
#define CONCORDAT_BUS_KAFKA_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KAFKA_HURRY_MS 1000 /* how long a question may take once a stop was asked for */

struct kafka_asker;

/* NULL without memory. */
struct kafka_asker *kafka_asker_new(void);
/* Waits up to a second for its threads to end. If the library still blocks one, the asker lasts
 * until that thread comes back. Takes NULL. */
void kafka_asker_release(struct kafka_asker *a);
/* A stop was asked for: from now on every wait is short. */
void kafka_asker_hurry(struct kafka_asker *a);
bool kafka_asker_hurries(struct kafka_asker *a);
/* When a wait ends that began at start_ns and may last until end_ns (clock_mono_ns). After a stop
 * was asked for it lasts grace_ms at most, from its beginning or from the stop. */
int64_t kafka_asker_end(struct kafka_asker *a, int64_t start_ns, int64_t end_ns, int grace_ms);

struct kafka_question {
    size_t bytes;           /* size of `of`: what the question is about, and room for its answer */
    void (*put)(void *of);  /* puts the question; blocks; called on a thread of the asker */
    void (*drop)(void *of); /* frees what `of` holds, where no caller takes it; NULL: nothing */
    int *open; /* counts the questions that are with the library, abandoned ones too; under the
                * asker's lock */
};
/* Copies `of`, puts the question, and waits at most wait_ms. True: the answer has been copied back
 * into `of`. False: there was no answer in time, and what `of` holds is no longer the caller's. */
bool kafka_ask(struct kafka_asker *a, const struct kafka_question *q, void *of, int wait_ms);
/* Whether *open comes to 0 within wait_ms. Then what the questions were about may be freed. */
bool kafka_asker_settles(struct kafka_asker *a, const int *open, int wait_ms);

#endif
