/* feed_take.c - a turn: read every message (pure), store them in one commit, then answer.
 *
 * Reading an arrival depends on nothing but its bytes, so that it may come before the turn is
 * closed. A turn that cannot be kept leaves nothing behind, and every arrival of it is answered
 * "later": the partner keeps the message, so nothing is lost. */
#include "intake/feed.h"

#include <string.h>

/* A long file is read in runs; what was read of one run ends before the next begins. */
#define WORK_BYTES_FULL ((size_t)4 * 1024 * 1024)

static struct slice environment_of(const struct feed *f)
{
    return f->origin.environment;
}

static void hash_body(struct message *m)
{
    if (m->shared)
        sha256_end(&m->shared->begun, m->raw, m->body);
    else
        sha256(m->raw, m->body);
}

static bool is_of_other(const struct feed *f, const struct message *m)
{
    struct slice said = m->mapped.environment;
    return !slice_is_empty(said) && !slice_equal(said, environment_of(f));
}

static enum reading refuse_other(struct err *e)
{
    err_set(e, ERR_REJECT, "map.environment", 0,
            "the message is a test and this site is live, or the other way round");
    return READ_WRONG_ENVIRONMENT;
}

/* Parses and maps a message, and compares its environment with the site's. */
static enum reading read_message(struct feed *f, struct message *m)
{
    struct err *e = &m->why;
    hash_body(m);
    const struct head *head = m->shared ? m->shared->head : NULL;
    if (!f->format->parse(&f->work, head, m->raw, &m->doc, e))
        return e->fate == ERR_REJECT ? READ_UNREADABLE : READ_LATER;

    if (mapping_in(f->o.mapping, &f->work, m->doc, f->turn.now_ms, &m->mapped, e)) {
        dedup_key_of(m->mapped.message_id, m->body, &m->dedup);
        m->is_named = feed_is_named(f, m->mapped.message_id);
        return is_of_other(f, m) ? refuse_other(e) : READ_MAPPED;
    }
    if (e->fate != ERR_REJECT)
        return READ_LATER;
    if (strcmp(e->code, "map.environment") == 0)
        return READ_WRONG_ENVIRONMENT;
    if (strcmp(e->code, "map.restriction") == 0 && is_of_other(f, m))
        return refuse_other(e);
    return READ_UNMAPPED;
}

/* Stores the messages read since the last run, and begins a new run. False: the turn has failed. */
static bool store_run(struct feed *f)
{
    struct turn *t = &f->turn;
    if (t->count == 0)
        return true;
    if (!t->open && !feed_keep_begin(f))
        return false;
    for (size_t i = 0; i < t->count; i++) {
        if (i + 1 < t->count)
            recall_expect(&f->spool.recall, t->messages[i + 1].dedup.key);
        if (!feed_store(f, &t->messages[i]))
            return false;
    }
    t->count = 0;
    arena_reset(&f->work);
    return true;
}

static bool is_run_full(const struct feed *f)
{
    return f->turn.count == TURN_MESSAGES || f->work.used_bytes > WORK_BYTES_FULL;
}

bool feed_may_go_on(const struct feed *f, struct err *e)
{
    return !atomic_load(&f->stopping) ||
           err_set(e, ERR_RETRY, "intake.stopping", 0,
                   "the program is stopping: the sender is asked to come again");
}

/* Stores a full run, so that one more message can be read. False: the turn has failed; or the run
 * is full and the take() has not begun, and nothing is stored before that. */
static bool make_room(struct feed *f)
{
    if (!is_run_full(f))
        return true;
    const bool has_begun = f->turn.in != NULL;
    return has_begun && feed_may_go_on(f, &f->turn.failed) && store_run(f);
}

static struct message *add_message(struct feed *f, size_t arrival, const struct shared *shared,
                                   struct slice raw)
{
    struct message *m = &f->turn.messages[f->turn.count++];
    *m = (struct message){ .arrival = arrival, .shared = shared, .raw = raw };
    return m;
}

static void add_read(struct feed *f, size_t arrival, const struct shared *shared, struct slice raw)
{
    struct message *m = add_message(f, arrival, shared, raw);
    m->reading = read_message(f, m);
}

static struct message *add_broken(struct feed *f, size_t arrival, const struct shared *shared,
                                  struct slice raw, const struct err *why)
{
    struct message *m = add_message(f, arrival, shared, raw);
    hash_body(m);
    m->why = *why;
    m->reading = why->fate == ERR_REJECT ? READ_UNREADABLE : READ_LATER;
    return m;
}

/* Parses the rest of a unit that could not be taken apart: what can be read of it may restrict
 * somebody. Only for formats that read a message as far as it goes (breaks_off). */
static void read_rest(struct feed *f, struct message *m)
{
    struct err e = { .fate = ERR_NONE };
    if (!f->format->breaks_off || m->reading == READ_LATER)
        return;
    if (f->format->parse(&f->work, NULL, m->raw, &m->doc, &e)) {
        m->doc = NULL; /* it is refused as a unit, not for what this reads */
    } else if (e.fate != ERR_REJECT) {
        m->why = e;
        m->reading = READ_LATER;
    }
}

/* Whether the unit that the last message was cut from can be read by this mapping at all. Where a
 * file lacks a column nothing of it is taken: what is not there would read as "nothing was said".
 * The whole unit is then the one message that cannot be read. */
static bool is_readable_unit(struct feed *f, struct slice unit)
{
    struct message *m = &f->turn.messages[f->turn.count - 1];
    struct err e = { .fate = ERR_NONE };
    if (!m->doc || mapping_can_read(f->o.mapping, &f->work, m->doc, &e))
        return true;
    m->shared = NULL;
    m->raw = unit;
    m->why = e;
    m->reading = e.fate == ERR_REJECT ? READ_UNREADABLE : READ_LATER;
    m->doc = NULL;
    hash_body(m);
    return false;
}

/* A file of which nothing could be mapped is refused as a whole, so that whoever sent it learns of
 * it; a format that answers has told its sender already. */
static void judge_unit(struct feed *f, size_t messages, size_t unmapped)
{
    struct message *m = f->turn.count ? &f->turn.messages[f->turn.count - 1] : NULL;
    if (m && messages > 0 && messages == unmapped && !f->format->reply)
        m->is_refused = true;
}

/* What the messages of a unit share, made once; NULL with *e set when memory ran out. */
static const struct shared *share_head(struct feed *f, const struct head *head, struct err *e)
{
    struct shared *s = ARENA_NEW(&f->keep, struct shared);
    if (!s) {
        err_memory(e);
        return NULL;
    }
    s->head = head;
    sha256(head->bytes, s->hash);
    sha256_begin(head->bytes, &s->begun);
    return s;
}

/* Reads the messages that split() cuts off a unit. Room is made before each, since what is read of
 * it lives as long as its run. Where split() fails, the rest of the unit is one message that cannot
 * be read. False: the turn has failed. */
static bool read_cut(struct feed *f, size_t arrival, struct slice came, struct slice unit)
{
    struct slice one;
    struct err broken = { .fate = ERR_NONE };
    struct cut c = { .at = 0 };
    const struct shared *shared = NULL;
    size_t messages = 0, unmapped = 0;
    while (f->format->split(&f->keep, unit, &c, &one, &broken)) {
        if (c.head && !shared) {
            shared = share_head(f, c.head, &broken);
            if (!shared)
                break;
        }
        add_read(f, arrival, shared, one);
        messages++;
        if (messages == 1 && !is_readable_unit(f, came))
            return true;
        unmapped += f->turn.messages[f->turn.count - 1].reading == READ_UNMAPPED;
        if (slice_is_blank(slice_from(unit, c.at)))
            judge_unit(f, messages, unmapped);
        if (!make_room(f))
            return false;
    }
    if (broken.fate != ERR_NONE) {
        const struct slice rest = c.at < unit.n ? slice_from(unit, c.at) : unit;
        struct message *m = add_broken(f, arrival, shared, rest, &broken);
        read_rest(f, m);
    } else if (messages == 0 && f->format->reply) {
        /* A file with a header only is well; an empty HL7 frame is not. */
        add_read(f, arrival, NULL, unit);
    }
    return true;
}

static bool read_unit(struct feed *f, size_t arrival, const struct arrival *in)
{
    struct slice came = in->bytes, unit = came;
    struct err broken = { .fate = ERR_NONE };
    if (!make_room(f))
        return false;
    if (in->broken) {
        add_broken(f, arrival, NULL, came, in->broken);
        return true;
    }
    if (f->format->open &&
        !f->format->open(&f->keep, mapping_options(f->o.mapping), came, &unit, &broken)) {
        add_broken(f, arrival, NULL, came, &broken);
        return true;
    }
    if (f->format->split)
        return read_cut(f, arrival, came, unit);
    add_read(f, arrival, NULL, unit);
    return true;
}

/* A unit of a snapshot is compared as a whole, in the transaction that stores its last rows. */
static bool end_unit(struct feed *f)
{
    if (!f->snapshot.on)
        return true;
    if (!store_run(f))
        return false;
    if (!f->turn.open && !feed_keep_begin(f))
        return false;
    return feed_end_snapshot(f);
}

/* Nothing was kept: every arrival is to come again. */
static void answer_later(struct feed *f)
{
    struct turn *t = &f->turn;
    for (size_t i = 0; i < t->arrivals; i++) {
        struct message m = { .arrival = i, .raw = t->in[i].bytes, .why = t->failed };
        struct err ignored = { .fate = ERR_NONE };
        struct answer given;
        arena_reset(&f->work);
        if (!f->format->parse(&f->work, NULL, m.raw, &m.doc, &ignored))
            m.doc = NULL;
        t->out[i] = (struct answer){ .fate = ANSWER_KEPT };
        err_clear(&ignored);
        if (!feed_answer(f, &m, REPLY_REJECT, ANSWER_LATER, &given, &ignored))
            t->out[i] = (struct answer){ .fate = ANSWER_LATER };
    }
}

/* Whether a turn failed for one of its messages. An error of the database or the spool concerns
 * every message, and so does the end of the program. */
static bool is_of_one(const struct err *e)
{
    struct slice code = slice_text(e->code);
    return !slice_starts(code, SLICE("db.")) && !slice_starts(code, SLICE("spool.")) &&
           !slice_equal_text(code, "intake.stopping");
}

/* Answers "later" to every arrival of a turn that has failed, and says why in the log, once. */
static void give_up_turn(struct feed *f)
{
    struct turn *t = &f->turn;
    const bool concerns_all = !is_of_one(&t->failed);
    const bool is_words_full = strcmp(t->failed.code, WORDS_FULL) == 0;
    const bool is_said = (concerns_all && f->refusing) || (is_words_full && f->words_said);
    if (!is_said)
        log_err(LOG_ERROR, &f->who, &t->failed);
    f->words_said = f->words_said || is_words_full;
    if (concerns_all) {
        f->refusing = true;
        atomic_store(&f->refused_ms, t->now_ms);
    }
    t->is_held = true;
    answer_later(f);
}

/* Begins a turn; the answers given so far stay in the arena. */
static void begin_turn(struct feed *f)
{
    struct turn *t = &f->turn;
    arena_reset(&f->work);
    t->in = NULL;
    t->count = t->ahead_count = 0;
    t->open = t->is_ahead = t->ahead_full = t->again = false;
    t->now_ms = f->o.now_ms();
    t->failed = (struct err){ .fate = ERR_NONE };
}

static void open_turn(struct feed *f)
{
    arena_reset(&f->keep);
    begin_turn(f);
}

/* Reads an arrival before its take(). An arrival that does not fit in the first run as a whole is
 * left to the take(). So is a snapshot, which is stored as soon as it is read. */
static void prepare_arrival(struct feed *f, const struct arrival *one)
{
    struct turn *t = &f->turn;
    if (!t->is_ahead)
        open_turn(f);
    t->is_ahead = true;
    if (t->ahead_full || f->snapshot.on)
        return;
    struct arena_saved before = arena_save(&f->work);
    size_t count = t->count;
    if (!is_run_full(f) && read_unit(f, t->ahead_count, one)) {
        t->ahead[t->ahead_count++] = one->bytes;
        t->ahead_full = t->ahead_count == TURN_MESSAGES;
        return;
    }
    arena_rewind(&f->work, before);
    t->count = count;
    t->ahead_full = true;
}

void feed_prepare(void *ctx, const struct arrival *one)
{
    struct feed *f = ctx;
    pthread_mutex_lock(&f->taking);
    prepare_arrival(f, one);
    pthread_mutex_unlock(&f->taking);
}

/* Whether the first arrivals of this take() are those that were prepared, the same bytes in
 * memory. */
static bool begins_as_prepared(const struct turn *t, const struct arrival *in, size_t n)
{
    if (!t->is_ahead || t->ahead_count > n)
        return false;
    for (size_t i = 0; i < t->ahead_count; i++) {
        const struct slice prepared = t->ahead[i], came = in[i].bytes;
        if (prepared.p != came.p || prepared.n != came.n)
            return false;
    }
    return true;
}

/* Asks the edition in force now whether the feed's NHS numbers count as verified. */
static void look_up_traced(struct feed *f)
{
    if (!f->o.rules)
        return;
    const struct edition *now = editions_at(editions_newest(f->o.rules), f->o.now_ms());
    f->identity.traced = bundle_feed_is_traced(now->bundle, f->o.agency, slice_text(f->o.name));
}

/* All of it in one commit; false: nothing of it is stored, and nothing answered. */
static bool take_all(struct feed *f, const struct arrival *in, struct answer *out, size_t n)
{
    struct turn *t = &f->turn;
    t->in = in;
    t->out = out;
    t->arrivals = n;
    bool good = true;
    struct arena_saved before = arena_save(&f->keep);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct answer){ .fate = ANSWER_KEPT };
    for (size_t i = t->ahead_count; good && i < n; i++) {
        f->snapshot.begun = false;
        good = read_unit(f, i, &in[i]) && end_unit(f);
    }
    t->is_ahead = false;
    good = good && store_run(f) && feed_keep(f);
    if (!good) {
        feed_keep_nothing(f, n == 1 || !is_of_one(&t->failed) ? n : 0);
        arena_rewind(&f->keep, before);
    } else if (t->open) {
        pthread_mutex_unlock(&f->lock);
        t->open = false;
    }
    return good;
}

static void say_kept_again(struct feed *f)
{
    if (f->refusing)
        log_line(LOG_INFO, &f->who, "intake.keeps", "the feed can store messages again");
    f->refusing = false;
    atomic_store(&f->refused_ms, 0);
}

/* Takes a turn. One that fails for one message is taken in two halves, in order, so that the other
 * messages are kept. */
static void take_halves(struct feed *f, const struct arrival *in, struct answer *out, size_t n)
{
    if (take_all(f, in, out, n)) {
        say_kept_again(f);
        return;
    }
    if (n <= 1 || !is_of_one(&f->turn.failed)) {
        give_up_turn(f);
        return;
    }
    begin_turn(f);
    take_halves(f, in, out, n / 2);
    begin_turn(f);
    take_halves(f, in + n / 2, out + n / 2, n - n / 2);
}

static void take(struct feed *f, const struct arrival *in, struct answer *out, size_t n)
{
    if (!begins_as_prepared(&f->turn, in, n))
        open_turn(f);
    look_up_traced(f);
    f->turn.is_held = false;
    take_halves(f, in, out, n);
}

void feed_take(void *ctx, const struct arrival *in, struct answer *out, size_t n)
{
    struct feed *f = ctx;
    pthread_mutex_lock(&f->taking);
    take(f, in, out, n);
    pthread_mutex_unlock(&f->taking);
}

static bool go_on(struct feed *f, struct slice cursor)
{
    open_turn(f);
    f->turn.arrivals = 0;
    bool kept = feed_keep_cursor(f, cursor) && feed_keep(f);
    if (!kept) {
        feed_keep_nothing(f, 0);
        give_up_turn(f);
    } else if (f->turn.open) {
        pthread_mutex_unlock(&f->lock);
        f->turn.open = false;
    }
    if (kept)
        say_kept_again(f);
    return kept;
}

bool feed_go_on(void *ctx, struct slice cursor)
{
    struct feed *f = ctx;
    pthread_mutex_lock(&f->taking);
    bool kept = go_on(f, cursor);
    pthread_mutex_unlock(&f->taking);
    return kept;
}

/* ---- what is of the quarantine ---- */

/* The transport may still send the answers of the last take(). So the answers of this turn go to
 * another arena. */
static void swap_keep(struct feed *f)
{
    struct arena other = f->own_keep;
    f->own_keep = f->keep;
    f->keep = other;
}

bool feed_retake_begin(struct feed *f, struct err *e)
{
    pthread_mutex_lock(&f->taking);
    swap_keep(f);
    open_turn(f);
    look_up_traced(f);
    f->turn.again = true;
    if (feed_keep_begin(f))
        return true;
    *e = f->turn.failed;
    (void)!feed_retake_end(f, false, &f->turn.failed);
    return false;
}

/* A row that was set aside anew stands for the old row: it gets its age. */
static bool inherit_age(struct feed *f, uint64_t after, int64_t at_ms, bool answered)
{
    for (uint64_t n = after + 1; n <= f->spool.turn.counts.taken; n++)
        if (!quarantine_inherit(&f->quarantined, (int64_t)n, at_ms, answered, &f->turn.failed))
            return false;
    return true;
}

/* Whether a row that was taken again has ended. It has not where the same mapping fails again,
 * where it is to come again, or where it is of the other environment. */
static bool has_ended(const struct feed *f, const struct feed_counts *before)
{
    const struct feed_counts *now = &f->spool.turn.counts;
    return now->taken > before->taken && f->turn.known_failed == 0 &&
           now->refused_later == before->refused_later &&
           now->refused_environment == before->refused_environment;
}

/* Takes one row again: a message, or a whole unit that could not be taken apart. */
static bool retake_row(struct feed *f, int64_t n)
{
    struct turn *t = &f->turn;
    struct arrival in = { .name = { .n = 0 } };
    struct answer out = { .fate = ANSWER_KEPT };
    int64_t at_ms = 0;
    bool answered = false;
    arena_reset(&f->keep);
    f->spool.head = NULL; /* another may come to lie where it was */
    if (!quarantine_get(&f->quarantined, n, &f->keep, &in.bytes, &at_ms, &answered, &t->failed))
        return false;
    t->in = &in;
    t->out = &out;
    t->arrivals = 1;
    t->known_failed = 0;
    const struct feed_counts before = f->spool.turn.counts;
    bool good =
        read_unit(f, 0, &in) && store_run(f) && inherit_age(f, before.taken, at_ms, answered);
    t->in = NULL;
    if (good && has_ended(f, &before))
        good = quarantine_delete(&f->quarantined, n, &t->failed);
    return good;
}

bool feed_retake(struct feed *f, int64_t n, struct err *e)
{
    if (retake_row(f, n))
        return true;
    *e = f->turn.failed;
    return false;
}

bool feed_retake_end(struct feed *f, bool good, struct err *e)
{
    struct turn *t = &f->turn;
    if (good && !feed_keep(f)) {
        *e = t->failed;
        good = false;
    } else if (!good && t->open) {
        spool_rollback(&f->spool);
        feed_forget(f);
    }
    if (t->open)
        pthread_mutex_unlock(&f->lock);
    t->open = t->again = false;
    t->in = NULL;
    swap_keep(f);
    pthread_mutex_unlock(&f->taking);
    return good;
}
