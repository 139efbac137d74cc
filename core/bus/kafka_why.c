/* kafka_why.c - picks the reason why no connection comes about from the library's log and
 * callbacks. */
#include "bus/kafka_why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/log.h"
#include "host/tls.h"

/* How long a reason is believed: the library tries to connect again each second. */
#define FRESH_NS ((int64_t)10 * 1000000000)
#define AGAIN_NS ((int64_t)60 * 1000000000) /* after which a code is said again */
#define NO_ALERT (-1)
#define VERDICT_NONE 0
/* RFC 8446 6: the alerts from the first to the second of these are about a certificate. */
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

/* Whether the code is to be said now, which is once a minute. The last place of `said` serves all
 * codes that find no other. Lock held. */
static bool is_to_be_said(struct kafka_why *w, const char *code, int64_t now_ns)
{
    size_t i = 0;
    while (i < KAFKA_WHY_CODES - 1 && w->said[i].code && strcmp(w->said[i].code, code) != 0)
        i++;
    bool was_said = w->said[i].code && strcmp(w->said[i].code, code) == 0;
    if (was_said && now_ns - w->said[i].ns < AGAIN_NS)
        return false;
    w->said[i].code = code;
    w->said[i].ns = now_ns;
    return true;
}

static void note_reason(struct kafka_why *w, const struct err *why)
{
    static const struct log_who who = { "bus", "kafka" };
    int64_t now_ns = clock_mono_ns();
    pthread_mutex_lock(&w->lock);
    w->last = *why;
    w->last_ns = now_ns;
    bool says = is_to_be_said(w, why->code, now_ns);
    pthread_mutex_unlock(&w->lock);
    if (says)
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
        note_reason(w, &e);
}

/* The alert of a line such as "... SSL alert number 42 (after 3ms in state APIVERSION_QUERY)".
 * Where we show no certificate, an alert about ours means that one is wanted. */
static int alert_in(const struct kafka_why *w, const char *text)
{
    static const char words[] = "SSL alert number ";
    const char *at = strstr(text, words);
    if (!at)
        return NO_ALERT;
    int alert = (int)strtol(at + strlen(words), NULL, 10);
    bool of_certificate = alert >= ALERT_BAD_CERTIFICATE && alert <= ALERT_CERTIFICATE_UNKNOWN;
    return of_certificate && !w->shows ? ALERT_CERTIFICATE_REQUIRED : alert;
}

/* Whether the broker has refused our login. Its words go into e without the "(after ..)" that the
 * library adds. Words with "Local:" are the library's own: the connection broke meanwhile. */
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
    bool has_reason = login_in(text, &e);
    bool is_verdict = strstr(text, "certificate verify failed"); /* kafka_why_verdict tells more */
    if (!has_reason && !is_verdict)
        has_reason = tls_explain(&told, &e);
    if (has_reason)
        note_reason(w, &e);
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
