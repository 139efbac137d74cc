/* kafka_why_test.c - what is picked from what the Kafka client says. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "bus/kafka_why.h"

#define EXPIRED 10       /* X509_V_ERR_CERT_HAS_EXPIRED */
#define OTHER_ADDRESS 64 /* X509_V_ERR_IP_ADDRESS_MISMATCH */
#define ALERT                                                                                      \
    "ssl://10.1.2.3:9093/1: Receive failed: error:0A000%s (after 3ms in state APIVERSION_QUERY)"

static struct kafka_why *why;
static char out[KAFKA_WHY_MAX];

static void fresh(void)
{
    why = kafka_why_new(true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(why);
}

static void gone(void)
{
    kafka_why_release(why);
}

static bool says(const char *words)
{
    const char *now = kafka_why_now(why, out, sizeof out);
    return words ? now && strstr(now, words) : !now;
}

static void a_verdict_is_put_into_words(void)
{
    kafka_why_verdict(why, "10.1.2.3:9093", 0);
    CU_ASSERT(says(NULL));
    kafka_why_verdict(why, "10.1.2.3:9093", EXPIRED);
    CU_ASSERT(says("has expired"));
    kafka_why_verdict(why, "10.1.2.3:9093", OTHER_ADDRESS);
    CU_ASSERT(says("of another name than '10.1.2.3'"));
}

static void what_the_brokers_refuse_is_told(void)
{
    char line[200];
    snprintf(line, sizeof line, ALERT,
             "416:SSL routines::sslv3 alert certificate unknown: SSL alert number 46");
    kafka_why_line(why, line);
    CU_ASSERT(says("refused our certificate"));
    kafka_why_line(why, "k:1/1: SASL authentication error: Authentication failed: Invalid username "
                        "or password (after 1ms)");
    CU_ASSERT(says("our login: SASL authentication error: Authentication failed: Invalid username "
                   "or password"));
    CU_ASSERT_FALSE(says("after"));
}

/* Java's word for none at all is "bad certificate". */
static void without_a_certificate_of_ours_one_is_wanted(void)
{
    char line[200];
    snprintf(line, sizeof line, ALERT,
             "412:SSL routines::sslv3 alert bad certificate: SSL alert number 42");
    kafka_why_line(why, line);
    CU_ASSERT(says("refused our certificate"));
    gone();
    why = kafka_why_new(false);
    CU_ASSERT_PTR_NOT_NULL_FATAL(why);
    kafka_why_line(why, line);
    CU_ASSERT(says("wants a certificate of ours"));
}

static void a_broker_that_speaks_no_tls_is_told(void)
{
    kafka_why_line(why, "k:1/1: SSL handshake failed: error:0A00010B:SSL routines::wrong version "
                        "number (after 1ms)");
    CU_ASSERT(says("speaks no TLS"));
}

static void what_is_of_neither_tells_nothing(void)
{
    static const char *const lines[] = {
        "k:1/1: Connect to ipv4#10.1.2.3:9093 failed: Connection refused (after 0ms in state "
        "CONNECT)",
        "k:1/1: Receive failed: error:0A000126:SSL routines::unexpected eof while reading (after "
        "1936ms in state UP)",
        "k:1/1: SASL PLAIN mechanism handshake failed: Local: Broker transport failure: broker's "
        "supported mechanisms: ",
        "k:1/1: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: "
        "broker certificate could",
        "TXNERR: Fatal transaction error: Failed to end transaction: Local: This instance has been "
        "fenced",
        "ERROR: Fatal error: Broker: Producer attempted to produce with an old epoch",
        "2/2 brokers are down",
        ""
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        kafka_why_line(why, lines[i]);
        CU_ASSERT(says(NULL));
    }
}

static CU_TestInfo cases[] = {
    { "a verdict is put into words", a_verdict_is_put_into_words },
    { "what the brokers refuse is told", what_the_brokers_refuse_is_told },
    { "without a certificate of ours, one is wanted", without_a_certificate_of_ours_one_is_wanted },
    { "a broker that speaks no TLS is told", a_broker_that_speaks_no_tls_is_told },
    { "what is of neither tells nothing", what_is_of_neither_tells_nothing },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_kafka_why = { "kafka_why", NULL, NULL, fresh, gone, cases };
