/* reading_secure.c - how feeds and deliveries stand to the world: what is refused, and what is only
 * said. */
#include <inttypes.h>

#include "base/clock.h"
#include "site/reading.h"

static void note_needless(struct reading *r, const struct secure_stand *s,
                          const struct secure_word *w, const char *text)
{
    if (secure_is_needless(s, w))
        reading_note(r, w->at, "secure.needless", text);
}

void reading_days(struct reading *r, const struct node *at, int64_t until_ms, const char *how)
{
    int64_t days = until_ms == TLS_NO_END ? INT64_MAX : tls_days(until_ms, clock_wall_ms());
    if (days < 0)
        reading_note(
            r, at, "secure.days",
            arena_format(r->reader.arena,
                         "its certificate has ended, and whoever looks at it refuses it; %s", how));
    else if (days < TLS_WARN_DAYS)
        reading_note(r, at, "secure.days",
                     arena_format(r->reader.arena, "its certificate ends in %" PRId64 " days; %s",
                                  days, how));
}

/* Adds the problem at its own place, or at the transport's when it has none. */
static bool tell_stand(struct reading *r, const struct node *n, const struct err *e)
{
    if (!e->file)
        return strict_say(&r->reader, n, e->code, "%s", e->text);
    problems_add(r->reader.problems, e);
    return false;
}

bool reading_stand_of(struct reading *r, const struct node *n, struct slice what,
                      const struct secure_stand *s)
{
    struct err e = { .fate = ERR_NONE };
    int64_t until_ms = TLS_NO_END;
    if (r->site->places.demo && !s->local)
        return reading_not_local(r, n, what);
    if (!secure_check(s, &e))
        return tell_stand(r, n, &e);
    if (r->keys_mode != SITE_KEYS_NAMED && !secure_try(s, &until_ms, &e))
        return tell_stand(r, n, &e);
    if (!s->secure)
        return true;
    note_needless(r, s, &s->secure->cleartext,
                  "'cleartext' does nothing here, since the connection uses TLS or stays on this "
                  "machine: leave it out");
    note_needless(r, s, &s->secure->anyone,
                  "'anyone' does nothing here, since senders are known, or are on this machine: "
                  "leave it out");
    reading_days(r, s->secure->tls.at, until_ms, "new files are taken without a restart");
    return true;
}

bool reading_stand(struct reading *r, const struct node *n, const struct transport *t,
                   bool receives, const void *state)
{
    struct secure_stand s = { .secure = NULL };
    struct err e = { .fate = ERR_NONE };
    if (t->stand)
        t->stand(state, receives, &s);
    if (!reading_stand_of(r, n, n->key, &s))
        return false;
    if (r->keys_mode == SITE_KEYS_NAMED || !t->try || t->try(state, &e))
        return true;
    return tell_stand(r, n, &e);
}
