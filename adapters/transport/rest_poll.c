/* rest_poll.c - the options of the poll, its life, and what each answer means. */
#include "transport/rest_poll.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/wait.h"
#include "host/http_client.h"
#include "host/log.h"
#include "host/waker.h"
#include "transport/credentials.h"
#include "transport/rest_page.h"

#define KNOWN_MAX (REST_ETAG_MAX + 40)
#define SAID_MAX ((size_t)64 * 1024) /* of an answer that is no page */
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define AT(field) offsetof(struct rest_poll, field)

struct rest_poll {
    /* options */
    const char *url, *items, *next, *again, *accept;
    int64_t interval_ms, retry_ms, timeout_ms, unit_max, page_max, pages_max;
    struct secure secure;
    /* its life */
    struct waker wake;
    struct http_client *client;
    struct tls_settings tls;
    struct rest_page page;
    struct buf said;
    char host[256], accepts[160], key[REST_KEY_MAX + 1];
    struct rest_place place;        /* as committed last */
    _Atomic int64_t shown_until_ms; /* 0: none yet */
    int64_t asked_ms;               /* for a pause, by the partner, at the last call */
};

static const struct log_who who = { "transport", "rest_poll" };

static const struct cfg_option options[] = {
    { "url", CFG_TEXT, AT(url), NULL, "http or https address of the first page" },
    { "items", CFG_TEXT, AT(items), "",
      "where the list stands whose items are the units, as data.items, or . for the page itself; "
      "none: a page is one unit" },
    { "next", CFG_TEXT, AT(next), "",
      "where the address of the next page stands, as links.next or link[relation=next].url; none: "
      "in the header Link, by rel=next" },
    { "again", CFG_TEXT, AT(again), "first",
      "the page to begin with after the last one: first, or last where the list only grows" },
    { "interval", CFG_MS, AT(interval_ms), "1m",
      "how long after the last page the next is asked for" },
    { "retry", CFG_MS, AT(retry_ms), "10s",
      "how long after a failure a page that could not be fetched or stored is asked for again" },
    { "timeout", CFG_MS, AT(timeout_ms), "2m", "how long a page may take to come" },
    { "accept", CFG_TEXT, AT(accept), "application/json", "media types that are asked for" },
    { "unit_max", CFG_BYTES, AT(unit_max), "16MiB", "a page with a larger unit is not taken" },
    { "page_max", CFG_BYTES, AT(page_max), "1024MiB", "a larger page is not taken to its end" },
    { "pages_max", CFG_COUNT, AT(pages_max), "10000",
      "how many pages are fetched without a pause; then the next waits for interval" },
    SECURE_TLS(AT(secure)),
    SECURE_CREDENTIALS(AT(secure)),
    SECURE_CLEARTEXT(AT(secure)),
    { .type = CFG_END },
};

/* ---- options ---- */

static bool is_accept_line(const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return n <= 128;
}

/* Whether the list from which `next` is chosen is that of the items: then its items are units. */
static bool is_same_list(const struct json_way *items, const struct json_way *next)
{
    if (!items->is_set || !next->chooses || items->n != next->to_list)
        return false;
    for (size_t i = 0; i < items->n; i++)
        if (!slice_equal(items->names[i], next->names[i]))
            return false;
    return true;
}

static bool check_ways(const struct rest_poll *s, struct err *e)
{
    struct json_way items, next;
    bool are_good = json_way_read(s->items, &items) && json_way_read(s->next, &next);
    if (!are_good || strcmp(s->next, ".") == 0)
        return err_set(e, ERR_FATAL, "rest_poll.option", 0,
                       "'items' and 'next' must be names with dots between them, at most %d; in "
                       "'next' one may choose from its list, as link[relation=next].url",
                       JSON_WAY_NAMES);
    if (items.chooses)
        return err_set(e, ERR_FATAL, "rest_poll.option", 0,
                       "'items' must name a list as it is: nothing is chosen from it");
    return !is_same_list(&items, &next) ||
           err_set(e, ERR_FATAL, "rest_poll.option", 0,
                   "'next' must stand outside the list that 'items' names");
}

static bool check_numbers(const struct rest_poll *s, struct err *e)
{
    if (s->interval_ms <= 0 || s->retry_ms <= 0 || s->pages_max <= 0)
        return err_set(e, ERR_FATAL, "rest_poll.option", 0,
                       "'interval', 'retry' and 'pages_max' must be over 0");
    if (s->timeout_ms <= 0 || s->timeout_ms > INT_MAX)
        return err_set(e, ERR_FATAL, "rest_poll.option", 0,
                       "'timeout' must be over 0 and under 24 days");
    if (s->unit_max <= 0 || s->unit_max > (int64_t)1024 * 1024 * 1024 || s->page_max < s->unit_max)
        return err_set(e, ERR_FATAL, "rest_poll.option", 0,
                       "'unit_max' must be over 0 and at most 1024MiB, 'page_max' at least that");
    return true;
}

static bool poll_check(const void *state, bool receives, struct err *e)
{
    const struct rest_poll *s = state;
    const char *fault = http_at_fault(s->url);
    (void)receives; /* it only receives */
    if (!fault && (strlen(s->url) > HTTP_AT_MAX || strpbrk(s->url, " \t\r\n#")))
        fault = "'url' must be at most 2048 bytes, without blanks and without #";
    if (fault)
        return err_set(e, ERR_FATAL, "rest_poll.option", 0, "%s", fault);
    if (!check_ways(s, e))
        return false;
    if (strcmp(s->again, "first") != 0 && strcmp(s->again, "last") != 0)
        return err_set(e, ERR_FATAL, "rest_poll.option", 0, "'again' must be first or last");
    if (!is_accept_line(s->accept))
        return err_set(e, ERR_FATAL, "rest_poll.option", 0, "'accept' must be one short line");
    return check_numbers(s, e);
}

static bool poll_try(const void *state, struct err *e)
{
    const struct rest_poll *s = state;
    char credentials[CREDENTIALS_LINE_MAX];
    bool good = credentials_line(&s->secure.credentials, credentials, e);
    explicit_bzero(credentials, sizeof credentials);
    return good;
}

static void poll_stand(const void *state, bool receives, struct secure_stand *out)
{
    const struct rest_poll *s = state;
    const char *proxy = s->secure.proxy;
    (void)receives;
    out->secure = &s->secure;
    out->address = s->url;
    out->name = s->host;
    out->encrypted = http_at_is_encrypted(slice_text(s->url));
    out->local = address_is_local(http_at_authority(slice_text(s->url))) &&
                 (!cfg_is_set(proxy) || address_is_local(slice_from(slice_text(proxy), 7)));
}

/* ---- its life ---- */

static void poll_close(void *state)
{
    struct rest_poll *s = state;
    http_client_close(&s->client);
    waker_close(&s->wake);
    rest_page_release(&s->page);
    buf_release(&s->said);
}

static bool poll_begin(struct rest_poll *s, struct err *e)
{
    struct secure_stand stand = { .secure = NULL };
    int64_t until_ms;
    const char *const of[] = { s->url, s->items, s->next, s->again };
    http_at_host(slice_text(s->url), s->host);
    poll_stand(s, true, &stand);
    if (!secure_try(&stand, &until_ms, e))
        return false;
    s->tls = secure_settings(&stand);
    rest_place_key(of, sizeof of / sizeof of[0], s->key);
    (void)snprintf(s->accepts, sizeof s->accepts, "Accept: %s", s->accept);
    return waker_open(&s->wake, e) && http_client_open(&s->client, e);
}

static bool poll_open(void *state, struct err *e)
{
    struct rest_poll *s = state;
    if (!poll_check(s, true, e) || !poll_try(s, e))
        return false;
    s->client = NULL;
    buf_init(&s->said, SAID_MAX);
    bool good = rest_page_init(&s->page, s->items, s->next, (size_t)s->unit_max); /* as checked */
    good = good && poll_begin(s, e);
    if (!good)
        poll_close(s);
    return good;
}

/* The call first: whoever waits for nothing may be about to make one. */
static void poll_stop(void *state)
{
    struct rest_poll *s = state;
    waker_wake(&s->wake);
    http_client_stop(s->client);
}

static int64_t poll_shown_until_ms(const void *state)
{
    const struct rest_poll *s = state;
    int64_t until_ms = s->shown_until_ms;
    return until_ms ? until_ms : TLS_NO_END;
}

/* ---- one call ---- */

static bool ask_for_page(struct rest_poll *s, struct intake up, int *status, struct err *e)
{
    char credentials[CREDENTIALS_LINE_MAX], etag[KNOWN_MAX], since[KNOWN_MAX];
    const char *headers[5] = { s->accepts };
    size_t n = 1;
    s->asked_ms = 0;
    if (!credentials_line(&s->secure.credentials, credentials, e))
        return false;
    (void)snprintf(etag, sizeof etag, "If-None-Match: %s", s->place.etag);
    (void)snprintf(since, sizeof since, "If-Modified-Since: %s", s->place.modified);
    if (*s->place.etag)
        headers[n++] = etag;
    if (*s->place.modified)
        headers[n++] = since;
    if (*credentials)
        headers[n++] = credentials;
    const struct http_sink sink = { .put = rest_page_put, .ctx = &s->page, .max = s->page_max };
    struct http_call c = { .method = "GET",
                           .url = s->place.url,
                           .headers = headers,
                           .timeout_ms = (long)s->timeout_ms,
                           .tls = &s->tls,
                           .proxy = s->secure.proxy,
                           .sink = &sink };
    rest_page_begin(&s->page, up, slice_text(s->host));
    bool came = http_client_do(s->client, &c, status, &s->said, e);
    explicit_bzero(credentials, sizeof credentials);
    const struct http_heard heard = http_client_heard(s->client);
    s->shown_until_ms = heard.until_ms;
    s->asked_ms = heard.retry_after_ms < DAY_MS ? heard.retry_after_ms : DAY_MS;
    if (!came && s->page.why.fate != ERR_NONE)
        *e = s->page.why;
    return came;
}

/* RFC 9110 section 15: a fault of the server's, or one for now, passes. All others are of what we
 * ask for: an error of the site. */
static bool refuse_status(int status, struct err *e)
{
    static const int passing[] = { 408, 423, 425, 429 };
    bool passes = status >= 500;
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        passes = passes || status == passing[i];
    if (passes)
        return err_set(e, ERR_RETRY, "rest_poll.busy", 0, "no page: the partner answered %d",
                       status);
    return err_set(e, ERR_FATAL, "rest_poll.site", 0,
                   "the partner answered %d: mend the address, the credentials or what it asks for",
                   status);
}

/* ---- where to go on ---- */

static bool refuse_next(struct err *e)
{
    return err_set(e, ERR_REJECT, "rest_poll.page", 0,
                   "the next page is of another origin, or what stands there is no address");
}

/* The target of the first Link header that has a next one; "" when none has. */
static bool next_of_header(const struct rest_poll *s, struct slice *next, struct err *e)
{
    *next = slice_of(NULL, 0);
    if (http_client_heard(s->client).headers_cut)
        return err_set(e, ERR_REJECT, "rest_poll.page", 0,
                       "the page has more than 16 KiB of headers");
    for (size_t i = 0;; i++) {
        struct slice header = http_client_header_nth(s->client, "Link", i);
        if (!header.p)
            return true;
        enum link_found found = http_at_link(header, next);
        if (found == LINK_NEXT)
            return true;
        *next = slice_of(NULL, 0);
        if (found == LINK_BROKEN)
            return err_set(e, ERR_REJECT, "rest_poll.page", 0,
                           "the page has a Link that cannot be read");
    }
}

/* Says what is asked for behind this page. ETag and Last-Modified count only where the page was all
 * there was: of several pages the first may be as it was and another not. */
static bool go_behind(struct rest_poll *s, struct rest_place *p, bool *ends, struct err *e)
{
    char told[HTTP_AT_MAX + 1];
    struct slice next;
    if (!rest_page_whole(&s->page, told, e))
        return false;
    next = slice_text(told);
    if (!cfg_is_set(s->next) && !next_of_header(s, &next, e))
        return false;
    *ends = next.n == 0;
    if (!*ends) {
        rest_place_start(p, "");
        return http_at_next(slice_text(s->place.url), next, p->url) || refuse_next(e);
    }
    bool is_first = strcmp(s->place.url, s->url) == 0, last = strcmp(s->again, "last") == 0;
    rest_place_start(p, last ? s->place.url : s->url);
    if (last || is_first)
        rest_place_know(p, http_client_header(s->client, "ETag"),
                        http_client_header(s->client, "Last-Modified"));
    return true;
}

/* The last turn of the page, with where to go on. */
static bool finish_page(struct rest_poll *s, bool *ends, struct err *e)
{
    char text[CURSOR_MAX];
    struct rest_place p;
    if (http_client_header(s->client, "Content-Encoding").n > 0)
        return err_set(e, ERR_REJECT, "rest_poll.page", 0,
                       "the page is compressed, which nobody has asked for");
    if (!go_behind(s, &p, ends, e))
        return false;
    bool moves = !rest_place_equal(&p, &s->place) || s->page.count > 0;
    struct slice cursor = moves ? rest_place_write(&p, s->key, text) : slice_of(NULL, 0);
    if (!rest_page_end(&s->page, cursor, e))
        return false;
    s->place = p;
    return true;
}

/* One page. *ends: there is no other to ask for now. */
static bool take_page(struct rest_poll *s, struct intake up, bool *ends, struct err *e)
{
    int status = 0;
    *ends = true;
    if (!ask_for_page(s, up, &status, e))
        return false;
    if (status == 304 && (*s->place.etag || *s->place.modified))
        return true;
    if (status != 200 && status != 204)
        return refuse_status(status, e);
    if (status == 204)
        return true;
    return finish_page(s, ends, e);
}

/* ---- the loop ---- */

/* The pause that the partner asks for, or the site's. A fault of the site is asked about no more
 * often than pages that come. */
static int64_t pause_after(const struct rest_poll *s, const struct err *e)
{
    int64_t ms = s->retry_ms;
    if (e->fate != ERR_RETRY && ms < s->interval_ms)
        ms = s->interval_ms;
    return s->asked_ms > ms ? s->asked_ms : ms;
}

/* Pages until there is no other. How long to wait then. */
static int64_t take_round(struct rest_poll *s, struct intake up)
{
    bool ends = false;
    for (int64_t n = 0; n < s->pages_max && !ends && !waker_is_awake(&s->wake); n++) {
        struct err e = { .fate = ERR_NONE };
        if (!take_page(s, up, &ends, &e)) {
            int64_t pause_ms = pause_after(s, &e);
            if (!waker_is_awake(&s->wake))
                intake_fetched(&up, &e, pause_ms);
            return pause_ms;
        }
        intake_fetched(&up, NULL, 0);
    }
    if (!ends && !waker_is_awake(&s->wake))
        log_line(LOG_WARN, &who, "rest_poll.many",
                 "there is a page behind the last of 'pages_max': it waits for 'interval'");
    return s->interval_ms;
}

static bool poll_run(void *state, struct intake up, struct err *e)
{
    struct rest_poll *s = state;
    (void)e;
    rest_place_start(&s->place, s->url);
    if (up.cursor.n > 0 && !rest_place_read(up.cursor, s->key, s->url, &s->place))
        log_line(LOG_INFO, &who, "rest_poll.anew",
                 "begins with the first page: its options are others than they were");
    int64_t pause_ms;
    do
        pause_ms = take_round(s, up);
    while (waker_wait(&s->wake, -1, 0, wait_end_ns(pause_ms)) == WAITED_END);
    return true;
}

const struct transport transport_rest_poll = {
    .name = "rest_poll",
    .options = options,
    .fetches = true,
    .state_size = sizeof(struct rest_poll),
    .check = poll_check,
    .try = poll_try,
    .open = poll_open,
    .run = poll_run,
    .stop = poll_stop,
    .close = poll_close,
    .stand = poll_stand,
    .shown_until_ms = poll_shown_until_ms,
};
