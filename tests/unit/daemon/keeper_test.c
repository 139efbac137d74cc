/* keeper_test.c - what parts say of the bundle they go by, on a bus that is away for a while. */
#include <CUnit/CUnit.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/wait.h"
#include "bus/backend.h"
#include "daemon/keeper.h"
#include "daemon/named_by_others.h"
#include "office.h"

/* Refuses the first publications, and counts all. */
struct refusing {
    struct bus bus;
    struct bus *real;
    pthread_mutex_t lock;
    pthread_cond_t tried;
    int refusals, tries;
    const struct err
        *failures; /* what reading answers once it has been opened, in order; then nothing fails */
    size_t failure_count, asked;
    bool dates;      /* what is read was dated by its sender */
    bool regrown;    /* from behind the first record on others stand than did */
    struct err lost; /* why the keeper could not follow any more */
};

struct failing_reader {
    struct bus_reader face;
    struct refusing *f;
    struct bus_reader *real;
    bool behind_first;
    struct bus_record list[10];
};

static bool publish(struct bus *b, const struct bus_record *r, size_t n, struct err *e)
{
    struct refusing *f = (struct refusing *)b;
    pthread_mutex_lock(&f->lock);
    bool refuses = f->tries < f->refusals;
    bool good = refuses ? err_set(e, ERR_RETRY, "bus.down", 0, "cannot publish: a test said so")
                        : bus_publish(f->real, r, n, e);
    f->tries++;
    pthread_cond_broadcast(&f->tried);
    pthread_mutex_unlock(&f->lock);
    return good;
}

static bool open_reader(struct bus *b, const char *topic, int partition, int64_t from,
                        struct bus_reader **out, struct err *e)
{
    struct failing_reader *r = mem_alloc(sizeof *r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    *r = (struct failing_reader){ .face.ops = b->ops,
                                  .f = (struct refusing *)b,
                                  .behind_first = from > 0 };
    *out = &r->face;
    return bus_reader_open(r->f->real, topic, partition, from, &r->real, e);
}

static bool reader_next(struct bus_reader *face, int wait_ms, const struct bus_record **out,
                        size_t *n, bool *end, struct err *e)
{
    struct failing_reader *r = (struct failing_reader *)face;
    struct refusing *f = r->f;
    pthread_mutex_lock(&f->lock);
    bool fails = f->asked < f->failure_count;
    if (fails)
        *e = f->failures[f->asked++];
    pthread_mutex_unlock(&f->lock);
    if (fails || !bus_reader_next(r->real, wait_ms, out, n, end, e))
        return false;
    CU_ASSERT_FATAL(*n <= sizeof r->list / sizeof r->list[0]);
    for (size_t i = 0; i < *n; i++) {
        r->list[i] = (*out)[i];
        r->list[i].sender_dated = f->dates;
        r->list[i].accepted_ms += f->regrown && r->behind_first;
    }
    *out = r->list;
    return true;
}

static bool end_of(struct bus *b, const char *topic, int partition, struct bus_end *out,
                   struct err *e)
{
    return bus_end(((struct refusing *)b)->real, topic, partition, out, e);
}

static void reader_close(struct bus_reader *face)
{
    struct failing_reader *r = (struct failing_reader *)face;
    bus_reader_close(&r->real);
    mem_free(r);
}

static bool list(struct bus *b, struct arena *a, const struct bus_topic **out, size_t *n,
                 struct err *e)
{
    return bus_list(((struct refusing *)b)->real, a, out, n, e);
}

static const struct bus_ops ops = { .publish = publish,
                                    .reader_open = open_reader,
                                    .reader_next = reader_next,
                                    .reader_close = reader_close,
                                    .end = end_of,
                                    .list = list };

static struct office office;
static struct refusing bus;
static struct keeper *keeper;

static void fresh(void)
{
    office_open(&office);
    bus = (struct refusing){ .bus = { .ops = &ops }, .real = office.bus };
    pthread_mutex_init(&bus.lock, NULL);
    wait_init(&bus.tried);
}

static void done(void)
{
    keeper_close(&keeper);
    pthread_cond_destroy(&bus.tried);
    pthread_mutex_destroy(&bus.lock);
    office_close(&office);
}

static uint64_t gone_over(const void *part)
{
    return *(const uint64_t *)part;
}

static void watch(const char *room, const uint64_t *generation)
{
    struct err e = { .fate = ERR_NONE };
    const struct keeper_part p = { .room = room,
                                   .agency = SLICE("wexbridge-hospital"),
                                   .generation = gone_over,
                                   .part = generation };
    CU_ASSERT_FATAL(keeper_watch(keeper, &p, &e));
}

static void open_keeper(void)
{
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FATAL(keeper_open(office.site, &bus.bus, &keeper, &e));
}

static void on_lost(void *ctx, const struct err *why)
{
    struct refusing *f = ctx;
    pthread_mutex_lock(&f->lock);
    f->lost = *why;
    pthread_cond_broadcast(&f->tried);
    pthread_mutex_unlock(&f->lock);
}

/* Runs it until it has tried so often. */
static void run_until(int tries)
{
    struct err e = { .fate = ERR_NONE };
    int64_t end_ns = wait_end_ns(60000);
    CU_ASSERT_FATAL(keeper_start(keeper, on_lost, &bus, &e));
    pthread_mutex_lock(&bus.lock);
    while (bus.tries < tries && wait_until(&bus.tried, &bus.lock, end_ns))
        ;
    CU_ASSERT_EQUAL(bus.tries, tries);
    pthread_mutex_unlock(&bus.lock);
    keeper_stop(keeper);
}

/* How often that part has said so, on its agency's topic, of that bundle. */
static size_t said_of(const char *part, const char *outcome, const uint8_t hash[HASH_BYTES])
{
    struct err e = { .fate = ERR_NONE };
    struct bus_reader *reader = NULL;
    size_t count = 0;
    CU_ASSERT_FATAL(
        bus_reader_open(office.bus, "states.wexbridge-hospital", ORDERS_PARTITION, 0, &reader, &e));
    for (bool end = false; !end;) {
        const struct bus_record *r = NULL;
        size_t n = 0;
        CU_ASSERT_FATAL(bus_reader_next(reader, 0, &r, &n, &end, &e));
        for (size_t i = 0; i < n; i++) {
            struct order_read read;
            orders_read(office.site->catalogue, &office.arena, r[i].value, &read);
            count += read.kind == ORDER_STATE && slice_equal_text(read.state.part, part) &&
                     slice_equal_text(read.state.outcome, outcome) &&
                     hash_equal(read.state.hash, hash);
        }
    }
    bus_reader_close(&reader);
    return count;
}

/* How often it has said that it goes by the bundle in force. */
static size_t said(const char *part)
{
    return said_of(part, "taken", editions_newest(&office.site->rules)->bundle->hash);
}

static const uint64_t newest = 1, none = 0;

static void what_a_part_goes_by_is_said_until_it_is_out(void)
{
    bus.refusals = 3;
    open_keeper();
    watch("router", &newest);
    run_until(4);
    CU_ASSERT_EQUAL(said("router"), 1);
}

static void one_that_could_not_be_said_keeps_back_no_other(void)
{
    bus.refusals = 1;
    open_keeper();
    watch("router", &newest);
    watch("inbox", &newest);
    run_until(3);
    CU_ASSERT_EQUAL(said("router"), 1);
    CU_ASSERT_EQUAL(said("inbox"), 1);
}

static void a_part_that_has_not_gone_over_says_nothing(void)
{
    open_keeper();
    watch("router", &newest);
    watch("inbox", &none);
    run_until(1);
    CU_ASSERT_EQUAL(said("router"), 1);
    CU_ASSERT_EQUAL(said("inbox"), 0);
}

static void what_was_said_before_a_restart_is_not_said_again(void)
{
    open_keeper();
    watch("router", &newest);
    run_until(1);
    keeper_close(&keeper);
    open_keeper();
    watch("inbox", &newest); /* the last to be watched is the first to be asked */
    watch("router", &newest);
    run_until(2);
    CU_ASSERT_EQUAL(said("router"), 1);
    CU_ASSERT_EQUAL(said("inbox"), 1);
}

/* An order of another bundle than it brings: it is read, and changes nothing. */
static void put_order(uint64_t number)
{
    struct bundle_order o = { .number = number, .file = office.site->last->pack->file };
    struct err e = { .fate = ERR_NONE };
    struct buf framed;
    int64_t at_ms = 0;
    memset(o.hash, 7, HASH_BYTES);
    buf_init(&framed, BUS_RECORD_MAX_BYTES);
    CU_ASSERT_FATAL(orders_encode(office.site->catalogue, &o, &framed, &e));
    CU_ASSERT_FATAL(orders_publish(office.bus, buf_slice(&framed), &at_ms, &e));
    buf_release(&framed);
}

/* The order of one that may follow the last. */
static void put_follower(struct pack *out)
{
    const struct edition *last = office.site->last;
    struct pack p = *last->pack;
    struct err e = { .fate = ERR_NONE };
    struct buf bytes;
    int64_t at_ms = 0;
    p.number = last->number + 1;
    p.from_ms = clock_wall_ms();
    p.has_previous = true;
    memcpy(p.previous, last->bundle->hash, HASH_BYTES);
    buf_init(&bytes, BUS_RECORD_MAX_BYTES);
    CU_ASSERT_FATAL(pack_write(&p, &bytes, &e));
    CU_ASSERT_FATAL(
        pack_read(&office.arena, arena_copy(&office.arena, buf_slice(&bytes)), out, &e));
    struct bundle_order o = { .number = out->number, .file = out->file };
    memcpy(o.hash, out->hash, HASH_BYTES);
    buf_reset(&bytes);
    CU_ASSERT_FATAL(orders_encode(office.site->catalogue, &o, &bytes, &e));
    CU_ASSERT_FATAL(orders_publish(office.bus, buf_slice(&bytes), &at_ms, &e));
    buf_release(&bytes);
}

/* Somebody whose last day is over could date it back. */
static void an_order_that_its_sender_dated_is_refused_and_taken_once_the_bus_dates_it(void)
{
    struct pack next;
    open_keeper();
    watch("router", &newest);
    put_follower(&next);
    bus.dates = true;
    run_until(2);
    CU_ASSERT_EQUAL(said_of("router", "refused", next.hash), 1);
    CU_ASSERT_EQUAL(said("router"), 1);
    CU_ASSERT_EQUAL(office.site->last->number, next.number - 1);
    keeper_close(&keeper);
    open_keeper(); /* nor is it when it is read at a start */
    CU_ASSERT_EQUAL(office.site->last->number, next.number - 1);
    keeper_close(&keeper);
    bus.dates = false;
    open_keeper();
    CU_ASSERT_EQUAL(office.site->last->number, next.number);
}

/* Whoever refused it by the name that it gives itself would deny the real one. */
static void an_order_of_another_bundle_is_answered_by_nobody(void)
{
    uint8_t named[HASH_BYTES];
    memset(named, 7, HASH_BYTES);
    open_keeper();
    watch("router", &newest);
    put_order(2);
    run_until(1);
    CU_ASSERT_EQUAL(said("router"), 1);
    CU_ASSERT_EQUAL(said_of("router", "refused", named), 0);
}

static void orders_that_cannot_be_followed_any_more_are_told_and_a_bus_that_is_away_is_not(void)
{
    static const struct err failures[] = {
        { .fate = ERR_RETRY, .code = "bus.down" },
        { .fate = ERR_FATAL, .code = "bus.position" },
    };
    struct err e = { .fate = ERR_NONE };
    int64_t end_ns = wait_end_ns(60000);
    open_keeper();
    bus.failures = failures;
    bus.failure_count = 2;
    CU_ASSERT_FATAL(keeper_start(keeper, on_lost, &bus, &e));
    pthread_mutex_lock(&bus.lock);
    while (!bus.lost.code && wait_until(&bus.tried, &bus.lock, end_ns))
        ;
    CU_ASSERT_PTR_NOT_NULL_FATAL(bus.lost.code);
    CU_ASSERT_STRING_EQUAL(bus.lost.code, "bus.position");
    CU_ASSERT_EQUAL(bus.asked, 2);
    pthread_mutex_unlock(&bus.lock);
    keeper_stop(keeper);
}

/* Made anew with as many records as were read, or more: what comes next shows it. */
static void orders_behind_a_topic_that_was_made_anew_are_not_followed_and_it_is_told(void)
{
    struct err e = { .fate = ERR_NONE };
    int64_t end_ns = wait_end_ns(60000);
    put_order(2);
    put_order(3);
    open_keeper();
    bus.regrown = true;
    put_order(4);
    CU_ASSERT_FATAL(keeper_start(keeper, on_lost, &bus, &e));
    pthread_mutex_lock(&bus.lock);
    while (!bus.lost.code && wait_until(&bus.tried, &bus.lock, end_ns))
        ;
    CU_ASSERT_PTR_NOT_NULL_FATAL(bus.lost.code);
    CU_ASSERT_STRING_EQUAL(bus.lost.code, "bus.position");
    CU_ASSERT_PTR_NOT_NULL(strstr(bus.lost.text, "at 2: it was made anew"));
    pthread_mutex_unlock(&bus.lock);
    keeper_stop(keeper);
}

static void put_state(const char *part, const char *outcome, uint8_t bundle, struct part_states *l)
{
    struct bundle_state s = { .part = slice_text(part),
                              .agency = SLICE("brightcare"),
                              .outcome = slice_text(outcome),
                              .number = bundle };
    memset(s.hash, bundle, HASH_BYTES);
    CU_ASSERT_TRUE_FATAL(states_put(l, &s));
}

static void a_refusal_is_not_what_a_part_goes_by(void)
{
    uint8_t first[HASH_BYTES], second[HASH_BYTES];
    struct part_states l = { .a = &office.arena };
    memset(first, 1, HASH_BYTES);
    memset(second, 2, HASH_BYTES);
    put_state("inbox", "taken", 1, &l);
    put_state("inbox", "refused", 2, &l);
    CU_ASSERT_EQUAL(states_get(&l, SLICE("brightcare"), SLICE("inbox"), NULL)->number, 1);
    CU_ASSERT_EQUAL(states_get(&l, SLICE("brightcare"), SLICE("inbox"), first)->number, 1);
    CU_ASSERT_TRUE(slice_equal_text(
        states_get(&l, SLICE("brightcare"), SLICE("inbox"), second)->outcome, "refused"));
    CU_ASSERT_PTR_NULL(states_get(&l, SLICE("elsewhere"), SLICE("inbox"), NULL));
}

/* The site's last bundle, but nobody approves for anybody in it. */
static struct edition last;
static struct bundle bare;

static void forget_approvers(void)
{
    last = *office.site->last;
    bare = *last.bundle;
    bare.approvers.count = bare.people.count = 0;
    last.bundle = &bare;
    office.site->last = &last;
    office.site->has_router = false;
}

/* As part "router" of an agency, in 1970. */
static void say(const char *agency, const uint8_t hash[HASH_BYTES])
{
    struct bundle_state s = { .part = SLICE("router"),
                              .agency = slice_text(agency),
                              .outcome = SLICE("taken"),
                              .number = 2 };
    struct err e = { .fate = ERR_NONE };
    struct buf framed;
    memcpy(s.hash, hash, HASH_BYTES);
    buf_init(&framed, BUS_RECORD_MAX_BYTES);
    CU_ASSERT_FATAL(states_encode(office.site->catalogue, &s, &framed, &e));
    CU_ASSERT_FATAL(states_publish(office.bus, s.agency, buf_slice(&framed), &e));
    buf_release(&framed);
}

/* What is on the bus ages: whoever starts later must know it too. */
static void what_was_said_long_ago_is_said_again(void)
{
    say("wexbridge-hospital", office.site->last->bundle->hash);
    open_keeper();
    watch("router", &newest);
    run_until(1);
    CU_ASSERT_EQUAL(said("router"), 2);
}

static bool stands(struct named_by_others *n, const char *agency)
{
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FATAL(named_look(n, office.site, office.bus, true, &e));
    bool stands = named_stands(n, slice_text(agency), &e);
    CU_ASSERT(!stands || strcmp(e.code, "pack.first") == 0);
    return stands;
}

static void nothing_is_published_while_the_router_goes_by_what_others_said_of_an_agency(void)
{
    uint8_t refused[HASH_BYTES];
    struct named_by_others n = { .a = &office.arena };
    const struct bundle *naming = office.site->last->bundle;
    memset(refused, 7, HASH_BYTES);
    forget_approvers();
    CU_ASSERT_FATAL(named_note(&n, office.site, naming));
    CU_ASSERT_FALSE(stands(&n, "wexbridge-hospital")); /* nobody goes by it */
    say("", naming->hash);                             /* of before */
    CU_ASSERT_FALSE(stands(&n, "wexbridge-hospital"));
    say("", refused);
    CU_ASSERT(stands(&n, "wexbridge-hospital"));
    CU_ASSERT_FALSE(stands(&n, "wexshire-council")); /* which has no feed here */
    named_took(&n, &bare);                           /* nor is it that nobody is named in */
    CU_ASSERT(stands(&n, "wexbridge-hospital"));
    named_took(&n, naming);
    CU_ASSERT_FALSE(stands(&n, "wexbridge-hospital"));
    office.site->has_router = true; /* which has refused it here, too */
    CU_ASSERT_FATAL(named_note(&n, office.site, naming));
    CU_ASSERT_FALSE(stands(&n, "wexbridge-hospital"));
    named_close(&n);
}

static void an_agency_that_speaks_for_itself_is_not_held(void)
{
    struct named_by_others n = { .a = &office.arena };
    office.site->has_router = false;
    CU_ASSERT_FATAL(named_note(&n, office.site, office.site->last->bundle));
    CU_ASSERT_PTR_NULL(n.first);
}

static CU_TestInfo cases[] = {
    { "what a part goes by is said until it is out", what_a_part_goes_by_is_said_until_it_is_out },
    { "one that could not be said keeps back no other",
      one_that_could_not_be_said_keeps_back_no_other },
    { "a part that has not gone over says nothing", a_part_that_has_not_gone_over_says_nothing },
    { "what was said before a restart is not said again",
      what_was_said_before_a_restart_is_not_said_again },
    { "what was said long ago is said again", what_was_said_long_ago_is_said_again },
    { "an order of another bundle is answered by nobody",
      an_order_of_another_bundle_is_answered_by_nobody },
    { "orders that cannot be followed any more are told, and a bus that is away is not",
      orders_that_cannot_be_followed_any_more_are_told_and_a_bus_that_is_away_is_not },
    { "an order that its sender dated is refused, and taken once the bus dates it",
      an_order_that_its_sender_dated_is_refused_and_taken_once_the_bus_dates_it },
    { "orders behind a topic that was made anew are not followed, and it is told",
      orders_behind_a_topic_that_was_made_anew_are_not_followed_and_it_is_told },
    { "nothing is published while the router goes by what others said of an agency",
      nothing_is_published_while_the_router_goes_by_what_others_said_of_an_agency },
    { "an agency that speaks for itself is not held",
      an_agency_that_speaks_for_itself_is_not_held },
    { "a refusal is not what a part goes by", a_refusal_is_not_what_a_part_goes_by },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_keeper = { "keeper", office_install, office_uninstall, fresh, done, cases };
