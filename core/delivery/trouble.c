/* trouble.c - disclosures that were not delivered: when they are tried again, when they are
 * parked, and what an operator is told.
 *
 * Trouble is logged when it begins, when it lasts, when its reason changes and when it is over;
 * each try in between is logged for debugging only. The first parked disclosure is logged; status
 * and metrics count all. */
#include "delivery/inside.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

/* Whether the trouble concerns every message: then one at a time tries whether it is over. */
static bool is_wide(const struct handing *h)
{
    return h->fate == HANDING_NOT_SENT || h->fate == HANDING_SITE;
}

static int64_t trouble_wait_ms(const struct delivery *d, int64_t tries)
{
    int64_t wait = d->o.retry_ms;
    for (int64_t i = 0; i < tries && wait < d->o.retry_max_ms; i++)
        wait *= 2;
    return wait < d->o.retry_max_ms ? wait : d->o.retry_max_ms;
}

/* How many tries the partner may answer so; 0: any number. */
static int64_t most_tries(const struct delivery *d, enum answer_means means)
{
    switch (means) {
    case ANSWER_ERROR:
        return d->o.tries_on_error;
    case ANSWER_REJECT:
        return d->o.tries_on_reject;
    default:
        return 0;
    }
}

/* After so many AE or AR it is parked; any other refusal parks it at once. */
static bool is_parked(const struct delivery *d, const struct queued *q, const struct sent *s)
{
    if (s->park)
        return true;
    int64_t most = most_tries(d, s->means);
    return most > 0 && q->errors + 1 >= most;
}

/* ---- what is told ---- */

static void say_down(struct delivery *d, const struct sent *s, int64_t now_ms)
{
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(now_ms, time);
    bool acts = s->handing.fate == HANDING_SITE; /* it does not pass by itself */
    log_line(acts ? LOG_ERROR : LOG_WARN, &d->who, s->why.code, "down since %.*s: %s", SHOWN(since),
             s->why.text);
}

static bool go_down(struct delivery *d, const struct sent *s, int64_t now_ms, struct err *e)
{
    d->down_tries++;
    bool is_told = d->down_since_ms && d->down_code && strcmp(d->down_code, s->why.code) == 0;
    if (is_told)
        return true;
    if (!d->down_since_ms)
        d->down_since_ms = now_ms;
    d->down_code = s->why.code;
    say_down(d, s, d->down_since_ms);
    return store_down(d->store, d->down_since_ms, s->why.code, s->handing.fate == HANDING_SITE, e);
}

static bool come_up(struct delivery *d, int64_t now_ms, struct err *e)
{
    if (!d->down_since_ms)
        return true;
    log_line(LOG_INFO, &d->who, "delivery.up", "up again after %" PRId64 " seconds",
             (now_ms - d->down_since_ms) / 1000);
    d->down_since_ms = d->down_tries = 0;
    return store_down(d->store, 0, "", false, e);
}

/* That a partner is away is known by trying alone: when nothing is left to try it is not said any
 * more. */
static bool forget_down(struct delivery *d, struct err *e)
{
    bool tries = false;
    if (!d->down_since_ms)
        return true;
    if (!store_has_to_try(d->store, &tries, e))
        return false;
    if (tries)
        return true;
    log_line(LOG_INFO, &d->who, "delivery.untried",
             "not tried any more after %" PRId64 " seconds down: nothing is left to send",
             (delivery_now_ms(d) - d->down_since_ms) / 1000);
    d->down_since_ms = d->down_tries = 0;
    return store_down(d->store, 0, "", false, e);
}

/* Whether it lasts too long. */
static void look_for_alarm(struct delivery *d, const struct store_troubled *t, const char *code,
                           int64_t now_ms)
{
    if (d->alarmed || !t->waiting || now_ms - t->since_ms < d->o.alarm_after_ms)
        return;
    char time[TIME_TEXT_MAX];
    struct slice since = time_ms_to_iso(t->since_ms, time);
    d->alarmed = true;
    log_line(LOG_WARN, &d->who, "delivery.alarm",
             "not delivered since %.*s: %" PRId64 " wait, tried %" PRId64
             " times, last %s; it goes on trying: "
             "concordat deliveries SITE list",
             SHOWN(since), t->waiting, t->tries, code);
}

bool trouble_review(struct delivery *d, struct err *e)
{
    struct store_troubled t;
    if (!forget_down(d, e))
        return false;
    if (!d->in_trouble && !d->alarmed && !d->parked_said)
        return true;
    if (!store_troubled(d->store, &t, e))
        return false;
    if (t.parked == 0)
        d->parked_said = false;
    if (t.waiting)
        return true;
    if (d->in_trouble || d->alarmed)
        log_line(LOG_INFO, &d->who, "delivery.over", "nothing waits for another try any more");
    d->in_trouble = d->alarmed = false;
    return true;
}

/* ---- what is done ---- */

/* A disclosure that our mapping could not render is tried again by itself with another mapping;
 * one that the partner refused is not. */
static const char *what_ends_it(const struct sent *s)
{
    return s->unrendered ? "it starts with another mapping, or a named person gives it up "
                           "(concordat deliveries SITE drop)"
                         : "a named person sends it again or gives it up "
                           "(concordat deliveries SITE again|drop)";
}

static bool park_row(struct delivery *d, const struct queued *q, const struct sent *s,
                     const struct store_trouble *t, struct err *e)
{
    log_line(d->parked_said ? LOG_INFO : LOG_WARN, &d->who, t->code,
             "disclosure %.*s parked until %s: %s%s%s", SHOWN(q->id), what_ends_it(s), s->why.text,
             *t->said->codes ? ", answered " : "", t->said->codes);
    d->parked_said = true;
    return store_park(d->store, t, e) && trouble_review(d, e);
}

static void log_try(const struct delivery *d, const struct sent *s, enum log_level level)
{
    if (*s->handing.said.codes)
        log_line(level, &d->who, s->why.code, "%s, answered %s", s->why.text,
                 s->handing.said.codes);
    else
        log_err(level, &d->who, &s->why);
}

static bool let_pass(struct delivery *d, const struct queued *q, const struct store_trouble *t,
                     struct err *e)
{
    if (strcmp(t->code, STORE_DOUBT) != 0)
        return true;
    return store_let_pass(d->store, q->subject, e);
}

static bool try_again(struct delivery *d, const struct queued *q, const struct sent *s,
                      const struct store_trouble *t, struct err *e)
{
    int64_t after = s->handing.after_ms; /* the partner's Retry-After, or 0 */
    bool wide = s->handed && is_wide(&s->handing);
    if (after > d->o.retry_after_max_ms)
        after = d->o.retry_after_max_ms;
    if (wide && !go_down(d, s, t->at_ms, e))
        return false;
    int64_t wait = trouble_wait_ms(d, wide ? d->down_tries - 1 : q->tries);
    if (wait < after)
        wait = after;
    int64_t due = t->at_ms + wait;
    bool asks_for_quiet = s->handed && after > 0;
    if (wide || asks_for_quiet)
        d->quiet_until_ms = due;
    bool said = wide || d->in_trouble;
    d->in_trouble = true;
    log_try(d, s, said ? LOG_DEBUG : LOG_WARN);
    struct store_troubled all;
    if (!store_again(d->store, t, due, e))
        return false;
    if (!let_pass(d, q, t, e))
        return false;
    if (!store_troubled(d->store, &all, e))
        return false;
    look_for_alarm(d, &all, t->code, t->at_ms);
    return true;
}

bool trouble_take(struct delivery *d, const struct queued *q, const struct sent *s, struct err *e)
{
    bool left = s->handed && s->handing.left;
    struct store_trouble t = {
        .seq = q->seq,
        .at_ms = delivery_now_ms(d),
        .code = s->why.code,
        .sentence = s->why.text,
        .said = &s->handing.said,
        .maybe = q->maybe || left,
        .answered = s->means == ANSWER_ERROR || s->means == ANSWER_REJECT,
    };
    if (s->unrendered)
        t.mapping = slice_of(mapping_hash(d->o.mapping), HASH_BYTES);
    bool reached_partner = s->handed && !is_wide(&s->handing);
    if (reached_partner && !come_up(d, t.at_ms, e))
        return false;
    return is_parked(d, q, s) ? park_row(d, q, s, &t, e) : try_again(d, q, s, &t, e);
}

bool trouble_over(struct delivery *d, const struct queued *q, bool handed, struct err *e)
{
    if (handed && !come_up(d, delivery_now_ms(d), e))
        return false;
    bool was_well = q->tries == 0 && !d->down_since_ms;
    return was_well || trouble_review(d, e);
}

bool trouble_clock(struct delivery *d, struct err *e)
{
    int64_t now_ms = delivery_now_ms(d), back_ms = d->clock_ms - now_ms;
    d->clock_ms = now_ms;
    if (back_ms <= 0)
        return true;
    d->quiet_until_ms -= back_ms;
    return store_sooner(d->store, back_ms, INT64_MAX, e);
}

/* Shortens waits that were written by a clock ahead of this one. */
static bool wait_no_longer(struct delivery *d, struct err *e)
{
    int64_t most = d->o.retry_max_ms;
    if (most < d->o.retry_after_max_ms)
        most = d->o.retry_after_max_ms;
    d->clock_ms = delivery_now_ms(d);
    return store_sooner(d->store, 0, d->clock_ms + most, e);
}

bool trouble_begin(struct delivery *d, struct err *e)
{
    struct store_troubled t;
    int64_t n = 0;
    struct slice mapping = slice_of(mapping_hash(d->o.mapping), HASH_BYTES);
    if (!store_unpark_rendered(d->store, mapping, &n, e))
        return false;
    if (!store_troubled(d->store, &t, e))
        return false;
    if (!store_down_since(d->store, &d->down_since_ms, e))
        return false;
    if (!forget_down(d, e) || !wait_no_longer(d, e))
        return false;
    if (n)
        log_line(LOG_INFO, &d->who, "delivery.mapping",
                 "%" PRId64 " that the mapping before could not render are tried again", n);
    d->in_trouble = t.waiting > 0;
    d->parked_said = t.parked > 0;
    return true;
}
