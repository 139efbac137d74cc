/* conformance_fixture.h - the bus under test, and sentences to build tests from. A sentence that
 * cannot be said fails its test. */
#ifndef CONCORDAT_TESTS_CONFORMANCE_FIXTURE_H
#define CONCORDAT_TESTS_CONFORMANCE_FIXTURE_H

#include <CUnit/CUnit.h>

#include "base/buf.h"
#include "bus/backend.h"
#include "conformance.h"

#define PATIENCE_MS 30000
#define TOPICS 5

struct bus_fixture {
    const char *url;
    char prefix[40];
    int tests;
    struct bus *b;
    struct bus_worker *w;
    struct arena a;
    struct buf text; /* values read, each followed by a blank */
    struct err e;
};
extern struct bus_fixture f;
extern const struct bus_topic topics[TOPICS];

/* Prints the error when not ok; returns ok. */
bool must(bool ok);
void open_bus(void);
void reopen_bus(void);

struct bus_record record(const char *topic, int partition, const char *key, const char *value);
void publish(const char *topic, int partition, const char *key, const char *value);
/* n records "0".."n-1" into partition 0. */
void publish_numbers(const char *topic, int n);
/* "0 1 2 " for 3. */
const char *numbers(int n);
/* All values of a partition from an offset to its end. */
const char *read_values(const char *topic, int partition, int64_t from);

void join_as(const char *id);
/* Fetches until wanted records are in; their values in order. */
const char *fetch_values(int wanted);
struct bus_position position(const char *topic, int64_t next, const char *note);
/* One output "value" into out/0 and in/0 done up to next. */
bool commit_one(const char *value, int64_t next);
int64_t committed(const char *topic, const char **note);

#endif
