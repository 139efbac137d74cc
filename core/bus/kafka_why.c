/* kafka_why.c - picks from what the Kafka client says why it cannot connect. */
#include "bus/kafka_why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/log.h"
#include "host/tls.h"

#define FRESH_NS ((int64_t)10 * 1000000000) /* a client tries again each second */
#define AGAIN_NS ((int64_t)60 * 1000000000)
#define NO_ALERT (-1)
#define VERDICT_NONE 0
/* RFC 8446 6: from the first to the last they are of a certificate. */
#define ALERT_BAD_CERTIFICATE 42
#define ALERT_CERTIFICATE_UNKNOWN 46
#define ALERT_CERTIFICATE_REQUIRED 116

struct kafka_why *kafka_why_new(bool shows)
{
    struct kafka_why *w = mem_alloc(sizeof *w);
    if (!w)
        return NULL;
    *w = (struct kafka_why){ .shows = shows };
    pthread_mutex_init(&w->lock, NULL);
    return w;
}

void kafka_why_keep(struct kafka_why *w)
{
    pthread_mutex_lock(&w->lock);
    w->kept = true;
    pthread_mutex_unlock(&w->lock);
}

void kafka_why_release(struct kafka_why *w)
{
    if (!w || w->kept)
        return;
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

/* Lock held. Whether it is to be said now: each code once a minute. */
static bool is_news(struct kafka_why *w, const char *code, int64_t now_ns)
{
    size_t i = 0;
    while (i < KAFKA_WHY_CODES - 1 && w->said[i].code && strcmp(w->said[i].code, code) != 0)
        i++;
    bool same = w->said[i].code && strcmp(w->said[i].code, code) == 0;
    if (same && now_ns - w->said[i].ns < AGAIN_NS)
        return false;
    w->said[i].code = code;
    w->said[i].ns = now_ns;
    return true;
}

static void note(struct kafka_why *w, const struct err *why)
{
    static const struct log_who who = { "bus", "kafka" };
    int64_t now_ns = clock_mono_ns();
    pthread_mutex_lock(&w->lock);
    w->last = *why;
    w->last_ns = now_ns;
    bool news = is_news(w, why->code, now_ns);
    pthread_mutex_unlock(&w->lock);
    if (news)
        log_err(LOG_WARN, &who, why);
}

void kafka_why_verdict(struct kafka_why *w, const char *broker, int verdict)
{
    char host[100];
    struct err e = { .fate = ERR_NONE };
    const char *colon = strrchr(broker, ':');
    snprintf(host, sizeof host, "%.*s", (int)(colon ? colon - broker : 90), broker);
    const struct tls_told told = {
        .verdict = verdict, .alert = NO_ALERT, .reason = "", .name = host
    };
    if (verdict != VERDICT_NONE && tls_explain(&told, &e))
        note(w, &e);
}

/* "... SSL alert number 42 (after 3ms in state APIVERSION_QUERY)" */
static int alert_in(const struct kafka_why *w, const char *text)
{
    static const char words[] = "SSL alert number ";
    const char *at = strstr(text, words);
    int alert = at ? (int)strtol(at + strlen(words), NULL, 10) : NO_ALERT;
    bool of_certificate = alert >= ALERT_BAD_CERTIFICATE && alert <= ALERT_CERTIFICATE_UNKNOWN;
    return of_certificate && !w->shows ? ALERT_CERTIFICATE_REQUIRED : alert;
}

/* What the broker said of our login, without what the client adds: "(after ..)". That the
 * connection broke meanwhile is no word of the broker's. */
static bool login_in(const char *text, struct err *e)
{
    const char *at = strstr(text, "SASL ");
    if (!at || !strstr(at, "fail") || strstr(at, "Local: "))
        return false;
    (void)err_set(e, ERR_RETRY, "bus.login", 0, "the brokers do not take our login: %.*s",
                  (int)strcspn(at, "("), at);
    return true;
}

void kafka_why_line(struct kafka_why *w, const char *text)
{
    struct err e = { .fate = ERR_NONE };
    const struct tls_told told = { .alert = alert_in(w, text), .reason = text };
    bool verdict = strstr(text, "certificate verify failed"); /* on_certificate has said which */
    if (login_in(text, &e) || (!verdict && tls_explain(&told, &e)))
        note(w, &e);
}

const char *kafka_why_now(struct kafka_why *w, char *out, size_t room)
{
    pthread_mutex_lock(&w->lock);
    bool fresh = w->last_ns && clock_mono_ns() - w->last_ns < FRESH_NS;
    if (fresh)
        snprintf(out, room, "%s", w->last.text);
    pthread_mutex_unlock(&w->lock);
    return fresh ? out : NULL;
}
