/* rig.h - a bus on librdkafka's own mock of two brokers, with topics "in" and "out" of one
 * partition. The brokers last for a suite; each test has topics of its own.
 *
 * The mock answers a request with an error when one was pushed for it: one a request, in order. */
#ifndef TEST_KAFKA_MOCK_RIG_H
#define TEST_KAFKA_MOCK_RIG_H

#include <CUnit/CUnit.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "bus/bus.h"

#define PATIENCE_MS 20000

/* Requests by the protocol's numbers. */
enum request {
    PRODUCE = 0,
    FETCH = 1,
    LIST_OFFSETS = 2,
    METADATA = 3,
    OFFSET_FETCH = 9,
    FIND_COORDINATOR = 10,
    INIT_PRODUCER_ID = 22,
    ADD_PARTITIONS = 24,
    ADD_OFFSETS = 25,
    END_TRANSACTION = 26,
    SEND_POSITIONS = 28
};

struct rig {
    rd_kafka_mock_cluster_t *cluster;
    struct bus *bus;
    struct bus_worker *worker;
    struct arena a;
    struct err e;
};
extern struct rig rig;

/* The suites' set-up and tear-down, and those of a test. */
int rig_open(void);
int rig_close(void);
void rig_fresh(void);
void rig_done(void);

/* The next such request fails so; why[] ends with NO_ERROR. */
void rig_fail(enum request request, const rd_kafka_resp_err_t *why);
#define FAIL(request, ...)                                                                         \
    rig_fail(request, (const rd_kafka_resp_err_t[]){ __VA_ARGS__, RD_KAFKA_RESP_ERR_NO_ERROR })
#define WHY(name) RD_KAFKA_RESP_ERR_##name

/* What is asked about the topic is answered so. */
void rig_spoil(const char *topic, rd_kafka_resp_err_t why);
void rig_move_leader(const char *topic, int broker);
/* Each answer comes so much later. */
void rig_slow(int ms);
void rig_away(bool away);
/* kind: "group" or "transaction". */
void rig_move_coordinator(const char *kind, const char *of, int broker);

/* Prints e when not good. */
bool rig_must(bool good);
bool rig_publish(const char *value);
/* The texts of all records of a topic, each with a blank behind it; in the rig's arena. */
const char *rig_read(const char *topic);
/* A worker "router-0" that fetches "in". */
bool rig_join(void);
/* The values of the next n records that it fetches. */
const char *rig_fetch(int n);
/* "value" into out, and in is done up to next. */
bool rig_commit(const char *value, int64_t next);
/* Whether the last failure has that fate and code. */
bool rig_failed(enum err_fate fate, const char *code);

#endif
