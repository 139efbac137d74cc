/* facts_consent.c - a yes of one agency beside a no of another, and how it ends. */
#include "sharing/facts/facts_query.h"

/* In this order of strength among words of one moment. */
enum said { SAID_NOTHING, SAID_YES, SAID_VOID, SAID_NO };

/* One word on a question. */
struct word {
    enum said says;
    bool never_held; /* a yes that was none from the start */
    int64_t at_ms;
    const struct slice *source; /* who said it */
    const struct event_id *by;
};

static bool is_same_speaker(const struct slice *a, const struct slice *b)
{
    return slice_equal(*a, *b) || slice_equal(source_agency(*a), source_agency(*b));
}

/* ---- consents ---- */

/* A word without a purpose counts only when it takes consent away. */
static inline bool is_about(const struct consent_fact *f, struct slice purpose, uint16_t who)
{
    if (f->recipient >= 0 && f->recipient != who)
        return false;
    if (slice_equal(f->purpose, purpose))
        return true;
    return slice_is_empty(f->purpose) && !f->granted;
}

/* Mental Capacity Act 2005: a person with capacity decides for themselves; for a person without it
 * others decide in their best interests. Neither stands in for the other.
 *
 *   capacity         explicit, or nobody said   best-interests
 *   has-capacity     holds                      does not
 *   lacks-capacity   does not                   holds
 *   nobody said      holds                      holds */
static bool may_be_relied_on(const struct consent_fact *f)
{
    bool is_decided = slice_equal_text(f->basis, "best-interests");
    return !slice_equal_text(f->capacity, is_decided ? "has-capacity" : "lacks-capacity");
}

/* It could not be relied on, or had ended before it was said. */
static bool never_held(const struct consent_fact *f)
{
    return !may_be_relied_on(f) || f->until_ms <= f->occurred_ms;
}

static inline enum said consent_says(const struct consent_fact *f,
                                     const struct sharing_question *ask, int64_t at_ms)
{
    if (!is_about(f, ask->purpose, ask->who))
        return SAID_NOTHING;
    if (!f->granted)
        return SAID_NO;
    bool holds = may_be_relied_on(f) && at_ms < f->until_ms;
    return holds ? SAID_YES : SAID_VOID;
}

bool facts_consent_was_asked(const struct person *p, struct slice purpose, uint16_t who)
{
    for (size_t i = 0; i < p->consent_count; i++)
        if (is_about(&p->consents[i], purpose, who))
            return true;
    return false;
}

/* ---- any words ---- */

/* An objection that stands is a no, one that is lifted a yes. */
static inline enum said objection_says(const struct objection_fact *f,
                                       const struct sharing_question *ask)
{
    if (f->recipient >= 0 && f->recipient != ask->who)
        return SAID_NOTHING;
    return f->stands ? SAID_NO : SAID_YES;
}

static size_t count_words(const struct person *p, const struct sharing_question *ask)
{
    return ask->is_objection ? p->objection_count : p->consent_count;
}

/* Reads the n-th word. False: it is not on that question. */
static inline bool word_on(const struct person *p, const struct sharing_question *ask,
                           int64_t at_ms, size_t n, struct word *w)
{
    if (ask->is_objection) {
        const struct objection_fact *f = &p->objections[n];
        *w = (struct word){ objection_says(f, ask), false, f->occurred_ms, &f->source, &f->by };
    } else {
        const struct consent_fact *f = &p->consents[n];
        *w =
            (struct word){ consent_says(f, ask, at_ms), false, f->occurred_ms, &f->source, &f->by };
        w->never_held = w->says == SAID_VOID && never_held(f);
    }
    return w->says != SAID_NOTHING;
}

bool facts_settles(const struct settlement *s, const struct sharing_question *ask)
{
    return s->is_objection == ask->is_objection && s->recipient == ask->who &&
           slice_equal(s->purpose, ask->purpose);
}

/* Nobody lets something go to their own agency alone. */
static bool counts_for(const struct settlement *s, const struct sharing_question *ask)
{
    return slice_is_empty(s->agency) || !slice_equal(s->agency, ask->for_agency);
}

static bool is_overruled(const struct person *p, const struct sharing_question *ask,
                         const struct event_id *by)
{
    for (size_t i = 0; i < p->settlement_count; i++) {
        struct slice ids = p->settlements[i].overruled;
        if (!facts_settles(&p->settlements[i], ask) || !counts_for(&p->settlements[i], ask))
            continue;
        for (size_t at = 0; at + ID_BYTES <= ids.n; at += ID_BYTES)
            if (memcmp(ids.p + at, by->b, ID_BYTES) == 0)
                return true;
    }
    return false;
}

/* Whether an agency has a word before the n-th: it was asked already. */
static bool has_earlier(const struct person *p, const struct sharing_question *ask, int64_t at_ms,
                        size_t n, const struct slice *source)
{
    struct word w;
    for (size_t i = 0; i < n; i++)
        if (word_on(p, ask, at_ms, i, &w) && is_same_speaker(w.source, source))
            return true;
    return false;
}

static int64_t last_moment(const struct person *p, const struct sharing_question *ask,
                           int64_t at_ms, const struct slice *source)
{
    struct word w;
    int64_t last_ms = INT64_MIN;
    for (size_t i = 0; i < count_words(p, ask); i++) {
        if (!word_on(p, ask, at_ms, i, &w) || w.at_ms <= last_ms)
            continue;
        if (is_same_speaker(w.source, source))
            last_ms = w.at_ms;
    }
    return last_ms;
}

/* What words say at the last moment of any of them: the strongest that is not overruled. */
struct last_word {
    int64_t at_ms;
    enum said says;
};

static struct last_word no_last_word(void)
{
    return (struct last_word){ .at_ms = INT64_MIN, .says = SAID_NOTHING };
}

static void last_word_add(struct last_word *last, const struct person *p,
                          const struct sharing_question *ask, const struct word *w)
{
    if (w->at_ms > last->at_ms)
        *last = (struct last_word){ .at_ms = w->at_ms, .says = SAID_NOTHING };
    bool is_stronger = w->at_ms == last->at_ms && w->says > last->says;
    if (is_stronger && !is_overruled(p, ask, w->by))
        last->says = w->says;
}

/* A yes that never held takes no no back: whether one is the agency's last word beside such. */
static bool has_no_behind(const struct person *p, const struct sharing_question *ask, int64_t at_ms,
                          const struct slice *source)
{
    struct word w;
    struct last_word last = no_last_word();
    for (size_t i = 0, n = count_words(p, ask); i < n; i++) {
        if (!word_on(p, ask, at_ms, i, &w) || w.never_held)
            continue;
        if (is_same_speaker(w.source, source))
            last_word_add(&last, p, ask, &w);
    }
    return last.says == SAID_NO;
}

/* What an agency says last, of what is not overruled. */
static struct last_word last_said(const struct person *p, const struct sharing_question *ask,
                                  int64_t at_ms, const struct slice *source)
{
    struct word w;
    struct last_word last = no_last_word();
    for (size_t i = 0, n = count_words(p, ask); i < n; i++) {
        bool is_theirs = word_on(p, ask, at_ms, i, &w) && is_same_speaker(w.source, source);
        if (is_theirs)
            last_word_add(&last, p, ask, &w);
    }
    if (last.says == SAID_VOID && has_no_behind(p, ask, at_ms, source))
        last.says = SAID_NO;
    return last;
}

/* The last moment at which any agency's last word is a yes, a yes that does not hold, or a no. */
struct lasts {
    int64_t ms[SAID_NO + 1];
};

static struct lasts no_lasts(void)
{
    struct lasts all;
    for (size_t i = 0; i <= SAID_NO; i++)
        all.ms[i] = INT64_MIN;
    return all;
}

static struct lasts find_each(const struct person *p, const struct sharing_question *ask,
                              int64_t at_ms)
{
    struct lasts all = no_lasts();
    struct word w;
    for (size_t i = 0; i < count_words(p, ask); i++) {
        if (!word_on(p, ask, at_ms, i, &w) || has_earlier(p, ask, at_ms, i, w.source))
            continue;
        struct last_word last = last_said(p, ask, at_ms, w.source);
        if (last.at_ms > all.ms[last.says])
            all.ms[last.says] = last.at_ms;
    }
    return all;
}

/* The same in one pass. False: the words are of several agencies. */
static bool find_of_one(const struct person *p, const struct sharing_question *ask, int64_t at_ms,
                        struct lasts *all)
{
    const struct slice *source = NULL;
    struct last_word last = no_last_word();
    struct word w;
    *all = no_lasts();
    for (size_t i = 0, n = count_words(p, ask); i < n; i++) {
        if (!word_on(p, ask, at_ms, i, &w))
            continue;
        if (source && !is_same_speaker(w.source, source))
            return false;
        source = w.source;
        last_word_add(&last, p, ask, &w);
    }
    if (last.says == SAID_VOID && has_no_behind(p, ask, at_ms, source))
        last.says = SAID_NO;
    all->ms[last.says] = last.at_ms;
    return true;
}

/* More than one agency hardly ever speaks of consent: one pass is tried first. */
static struct lasts find_lasts(const struct person *p, const struct sharing_question *ask,
                               int64_t at_ms)
{
    struct lasts all;
    return find_of_one(p, ask, at_ms, &all) ? all : find_each(p, ask, at_ms);
}

static enum truth may_be_shared(const struct lasts *all)
{
    int64_t yes_ms = all->ms[SAID_YES];
    if (yes_ms == INT64_MIN || yes_ms <= all->ms[SAID_NO] || yes_ms <= all->ms[SAID_VOID])
        return TRUTH_FALSE;
    return all->ms[SAID_NO] == INT64_MIN ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

enum truth facts_consent(const struct person *p, const struct sharing_question *ask, int64_t at_ms)
{
    struct lasts all = find_lasts(p, ask, at_ms);
    return may_be_shared(&all);
}

enum truth facts_objection(const struct person *p, const struct sharing_question *ask)
{
    struct lasts all = find_lasts(p, ask, 0);
    if (all.ms[SAID_NO] == INT64_MIN)
        return TRUTH_FALSE;
    return may_be_shared(&all) == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : TRUTH_TRUE;
}

struct slice facts_words(const struct person *p, const struct sharing_question *ask, bool yes,
                         int64_t at_ms, struct arena *a)
{
    enum said says = yes ? SAID_YES : SAID_NO;
    struct word w;
    size_t n = 0, count = count_words(p, ask);
    uint8_t *ids = arena_alloc(a, (count + 1) * ID_BYTES);
    for (size_t i = 0; ids && i < count; i++) {
        if (!word_on(p, ask, at_ms, i, &w) || w.says != says)
            continue;
        bool is_last = w.at_ms == last_moment(p, ask, at_ms, w.source);
        if (!is_last || is_overruled(p, ask, w.by))
            continue;
        memcpy(ids + n, w.by->b, ID_BYTES);
        n += ID_BYTES;
    }
    return slice_of(ids, n);
}
