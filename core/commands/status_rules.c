/* status_rules.c - prints bundles, parts and expiries as lines and as JSON. */
#include "commands/status_rules.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "host/shown.h"
#include "host/say.h"

/* A demo's first bundle has no time of its own. */
static const char *from_text(int64_t ms, char time[TIME_TEXT_MAX])
{
    if (ms == 0)
        return "the beginning";
    struct slice s = time_ms_to_iso(ms, time);
    time[s.n < TIME_TEXT_MAX ? s.n : TIME_TEXT_MAX - 1] = '\0';
    return time;
}

static bool goes_by(const struct part_state *p, const struct edition *g, bool taken)
{
    return hash_equal(p->state.hash, g->bundle->hash) &&
           slice_equal_text(p->state.outcome, "taken") == taken;
}

/* Prints the parts that have taken g, or that have not, on one line. False: there are none. */
static bool print_parts(const struct part_states *states, const struct edition *g, bool taken,
                        const char *what)
{
    size_t n = 0;
    for (const struct part_state *p = states->first; p; p = p->next)
        if (goes_by(p, g, taken))
            say("%s%s", n++ ? ", " : what, shown(p->state.part));
    if (n)
        say("\n");
    return n > 0;
}

void status_rules_text(const struct site *s, const struct figures *f,
                       const struct part_states *states)
{
    char time[TIME_TEXT_MAX], hash[17], text[EXPIRY_TEXT_MAX];
    const struct edition *newest = editions_newest(&s->rules), *now = f->rules;
    say("  rules    bundle %" PRIu64 " (%s) in force from %s%s\n", now->number,
        bundle_short_hash(now->bundle, hash), from_text(now->from_ms, time),
        s->places.demo ? ", unsigned: a demo" : "");
    (void)print_parts(states, now, true, "           gone by: ");
    if (print_parts(states, now, false, "           NOT gone by, for it needs a restart: "))
        say("           bundle %" PRIu64 " waits for a restart\n", now->number);
    for (const struct part_state *p = states->first; p; p = p->next)
        if (p->state.outcome.n && !hash_equal(p->state.hash, now->bundle->hash))
            say("           %s of %s goes by %" PRIu64 "\n", shown(p->state.part),
                shown(p->state.agency), p->state.number);
    for (const struct edition *g = newest; g != now; g = g->earlier)
        say("           bundle %" PRIu64 " (%s) follows, in force from %s\n", g->number,
            bundle_short_hash(g->bundle, hash), from_text(g->from_ms, time));
    if (s->waiting)
        say("           bundle %" PRIu64 " waits for a restart after %s\n", s->waiting->number,
            from_text(s->waiting->from_ms, time));
    for (size_t i = 0; i < f->end_count; i++) {
        if (!expiry_is_told(&f->ends[i]))
            continue;
        expiry_sentence(now->bundle, &f->ends[i], text);
        say("           %s\n", text);
    }
}

/* The texts come from other hosts, so they are escaped. */
static void put_part(const struct bundle_state *p, const char *before)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_format(&b, "%s{\"part\":", before);
    buf_json(&b, p->part);
    buf_text(&b, ",\"agency\":");
    buf_json(&b, p->agency);
    buf_format(&b, ",\"bundle\":%" PRIu64 ",\"outcome\":", p->number);
    buf_json(&b, p->outcome);
    buf_byte(&b, '}');
    say_lines(stdout, buf_slice(&b));
    buf_release(&b);
}

static void put_expiries(const struct figures *f)
{
    say(",\"expiries\":[");
    const char *before = "";
    for (size_t i = 0; i < f->end_count; i++) {
        const struct expiry *x = &f->ends[i];
        if (!expiry_is_told(x))
            continue;
        const struct agreement *g = &f->rules->bundle->agreements[x->agreement];
        say("%s{\"agreement\":\"%.*s\",\"version\":%d,\"days_left\":%" PRId64
            ",\"stage\":\"%s\",\"review_overdue\":%s}",
            before, (int)g->name.n, (const char *)g->name.p, g->version, x->days_left,
            expiry_stage_name(x->stage), x->review_overdue ? "true" : "false");
        before = ",";
    }
    say("]");
}

void status_rules_json(const struct site *s, const struct figures *f,
                       const struct part_states *states)
{
    char time[TIME_TEXT_MAX], hash[17];
    const struct edition *now = f->rules;
    say(",\"bundle\":{\"number\":%" PRIu64 ",\"hash\":\"%s\",\"from\":\"%s\",\"demo\":%s}",
        now->number, bundle_short_hash(now->bundle, hash), from_text(now->from_ms, time),
        s->places.demo ? "true" : "false");
    say(",\"parts\":[");
    for (const struct part_state *p = states->first; p; p = p->next)
        put_part(p->state.outcome.n ? &p->state : &p->refused, p == states->first ? "" : ",");
    say("]");
    put_expiries(f);
}
