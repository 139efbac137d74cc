/* transport_test.c - what every transport of the registry keeps, asked of each by its own other
 * side (others.c). */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "base/clock.h"
#include "host/log.h"
#include "others.h"
#include "registry.h"

#define SECOND_NS ((int64_t)1000000000)
#define ROUNDS 40

static struct rig r;
static const struct other *other;

/* Which it is, where something does not hold. */
static void say_which(bool good, const char *sentence)
{
    if (!good)
        fprintf(stderr, "\n    %s: %s\n", other ? other->name : "?", sentence);
    CU_ASSERT(good);
}

static void begin(const struct transport *t)
{
    other = other_of(t);
    rig_init(&r, t);
    log_set_level((enum log_level) - 1);
}

static void end(void)
{
    rig_done(&r);
    other->done();
}

/* Each that receives, open and running. */
static bool begin_to_receive(const struct transport *t)
{
    begin(t);
    if (!other->receive) {
        end();
        return false;
    }
    other->receive(&r);
    return true;
}

static void start(void)
{
    CU_ASSERT_FATAL(rig_open(&r));
    rig_start(&r);
}

static bool can_be_asked(const struct transport *t)
{
    const struct other *o = other_of(t);
    return o && !other_lacks(t, o);
}

static const struct transport *const *next_to_ask(const struct transport *const *t)
{
    while (*t && !can_be_asked(*t))
        t++;
    return t;
}

/* Each that has a row; of one that has none the first case says so. */
#define EACH(t)                                                                                    \
    for (const struct transport *const *t = next_to_ask(adapters.transports); *t;                  \
         t = next_to_ask(t + 1))

static size_t open_files(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static void say_row(const struct transport *t)
{
    static const char file[] = "tests/unit/conformance/others.c";
    const struct other *o = other_of(t);
    const char *lacks = o ? other_lacks(t, o) : NULL;
    if (!o)
        fprintf(stderr, "\n    %s has no row for the transport '%s': nothing is asked of it\n",
                file, t->name);
    if (lacks)
        fprintf(stderr, "\n    %s: the row of '%s' lacks '%s': nothing is asked of it\n", file,
                t->name, lacks);
    CU_ASSERT(o && !lacks);
}

static void has_an_other_side_here(void)
{
    for (const struct transport *const *t = adapters.transports; *t; t++) {
        say_row(*t);
        CU_ASSERT((*t)->options && (*t)->state_size && (*t)->open && (*t)->stop && (*t)->close &&
                  (*t)->stand);
    }
}

static void opens_and_closes_and_opens_again(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        size_t before = open_files();
        for (int i = 0; i < 3; i++) {
            say_which(rig_open(&r), "opens");
            (*t)->close(r.state);
        }
        r.is_open = false;
        say_which(open_files() == before, "leaves no file open");
        end();
    }
}

static void a_failed_open_leaves_nothing(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        other->spoil(&r);
        size_t before = open_files();
        for (int i = 0; i < 3; i++) {
            err_clear(&r.e);
            say_which(!rig_open(&r) && r.e.fate == ERR_FATAL, "does not open");
        }
        say_which(open_files() == before, "leaves no file open");
        end();
    }
}

static void hands_a_unit_up_as_it_came(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        start();
        rig_want(&r, "\"one unit\"");
        other->give(&r, "\"one unit\"");
        rig_await_wanted(&r, 1);
        rig_stop(&r);
        say_which(r.ran_well, "runs well");
        end();
    }
}

static void stops_within_a_second(bool busy)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        start();
        for (size_t i = 0; busy && i < other->peers; i++)
            other->begin(&r);
        int64_t begun_ns = clock_mono_ns();
        rig_stop(&r);
        say_which(clock_mono_ns() - begun_ns < SECOND_NS, "stops within a second");
        say_which(r.ran_well, "runs well");
        end();
    }
}

static void stops_within_a_second_when_nothing_comes(void)
{
    stops_within_a_second(false);
}

static void stops_within_a_second_in_the_middle_of_units(void)
{
    stops_within_a_second(true);
}

static void what_is_to_come_again_comes_again(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        r.fates[0] = ANSWER_LATER;
        rig_want(&r, "\"again\"");
        start();
        other->give(&r, "\"again\"");
        rig_await_wanted(&r, 1);
        if (!other->brings_again)
            other->give(&r, "\"again\"");
        rig_await_wanted(&r, 2);
        rig_stop(&r);
        end();
    }
}

/* The intake's own disk is full: the sender hears of it, or nobody does, and then there is room. */
static void what_finds_a_full_disk_comes_again_until_there_is_room(void)
{
    static const struct err full = {
        ERR_RETRY, "spool.full", 0, NULL, 0, 0, "cannot keep it: no space"
    };
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        for (size_t i = 0; i < 3; i++)
            r.fates[i] = ANSWER_LATER;
        r.why = &full;
        rig_want(&r, "\"again\"");
        start();
        other->give(&r, "\"again\"");
        for (size_t i = 0; i < 3 && !other->brings_again; i++)
            other->give(&r, "\"again\"");
        rig_await_wanted(&r, 4);
        rig_stop(&r);
        say_which(r.ran_well, "runs well");
        end();
    }
}

static void stops_within_a_second_while_its_disk_is_full(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        for (size_t i = 0; i < sizeof r.fates / sizeof r.fates[0]; i++)
            r.fates[i] = ANSWER_LATER;
        if (other->brings_again)
            rig_set(&r, "retry", "60m");
        rig_want(&r, "\"full\"");
        start();
        other->hand(&r, "\"full\"");
        rig_await_wanted(&r, 1);
        int64_t begun_ns = clock_mono_ns();
        rig_stop(&r);
        say_which(clock_mono_ns() - begun_ns < SECOND_NS, "stops within a second");
        say_which(r.ran_well, "runs well");
        end();
    }
}

static void *stop_it(void *ctx)
{
    r.t->stop(r.state);
    return ctx;
}

/* stop() waits for nobody; run() for what the intake has under way. */
static void stop_does_not_wait_for_a_slow_intake(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        pthread_t stopper;
        r.shut = true;
        rig_want(&r, "\"slow\"");
        start();
        other->hand(&r, "\"slow\"");
        rig_await_waiting(&r);
        int64_t begun_ns = clock_mono_ns();
        CU_ASSERT_FATAL(pthread_create(&stopper, NULL, stop_it, NULL) == 0);
        rig_join(&r, stopper, "stop() to return while the intake is slow");
        say_which(clock_mono_ns() - begun_ns < SECOND_NS, "stop() returns within a second");
        begun_ns = clock_mono_ns();
        rig_stop(&r);
        say_which(clock_mono_ns() - begun_ns < SECOND_NS, "stops within a second");
        say_which(rig_wanted(&r) == 1, "what was under way has its answer");
        say_which(r.ran_well, "runs well");
        end();
    }
}

static void peers_in_the_middle_of_units_are_no_other_peers_loss(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        start();
        for (size_t i = 0; other->peers > 1 && i < other->peers; i++)
            other->begin(&r);
        rig_want(&r, "\"whole\"");
        other->give(&r, "\"whole\"");
        rig_await_wanted(&r, 1);
        rig_stop(&r);
        end();
    }
}

/* A process that is killed by what it was handed, before it has answered; never returns. */
static void die_of_a_unit(void)
{
    r.dies = true;
    (void)alarm(60); /* a signal that is not the one looked for */
    if (rig_open(&r)) {
        rig_start(&r);
        pthread_join(r.thread, NULL);
    }
    _exit(3);
}

static void what_a_killed_process_had_not_kept_comes_again(void)
{
    EACH(t)
    {
        int status = 0;
        if (!begin_to_receive(*t))
            continue;
        if (other->brings_again) {
            other->hand(&r, "\"kept by nobody\"");
            fflush(NULL);
            pid_t child = fork();
            if (child == 0)
                die_of_a_unit();
            CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
            say_which(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
                      "is killed in the middle");
            rig_want(&r, "\"kept by nobody\"");
            start();
            rig_await_wanted(&r, 1);
            rig_stop(&r);
            say_which(r.ran_well, "runs well");
        }
        end();
    }
}

/* Started again, in a state of its own, with the cursor that was kept last. */
static void goes_on_where_it_was(void)
{
    static const char *const units[] = { "\"first\"", "\"second\"", "\"third\"" };
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        void *as_set = mem_alloc((*t)->state_size);
        CU_ASSERT_FATAL(as_set != NULL);
        memcpy(as_set, r.state, (*t)->state_size);
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            memcpy(r.state, as_set, (*t)->state_size);
            start();
            rig_want(&r, units[i]);
            other->give(&r, units[i]);
            rig_await_wanted(&r, 1);
            rig_stop(&r);
            say_which(r.ran_well, "runs well");
            (*t)->close(r.state);
            r.is_open = false;
        }
        mem_free(as_set);
        end();
    }
}

static void no_unit_over_its_limit_is_handed_up_whole(void)
{
    char large[400];
    snprintf(large, sizeof large, "\"%0300d\"", 0);
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        rig_set(&r, other->limit, "100");
        start();
        rig_want(&r, large);
        other->give(&r, large);
        say_which(rig_wanted(&r) == 0, "takes nothing over its limit");
        rig_want(&r, "\"small\"");
        other->give(&r, "\"small\"");
        rig_await_wanted(&r, 1);
        rig_stop(&r);
        end();
    }
}

/* The same bytes each time. */
static struct slice any_bytes(uint64_t *seed)
{
    static uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        bytes[i] = (uint8_t)(*seed >> 32);
    }
    return slice_of(bytes, 1 + *seed % sizeof bytes);
}

static void bytes_that_are_nothing_are_no_other_units_loss(void)
{
    EACH(t)
    {
        uint64_t seed = 20261201;
        if (!begin_to_receive(*t))
            continue;
        start();
        for (int i = 0; i < ROUNDS; i++)
            other->pelt(&r, any_bytes(&seed));
        rig_want(&r, "\"good\"");
        other->give(&r, "\"good\"");
        rig_await_wanted(&r, 1);
        rig_stop(&r);
        say_which(r.ran_well, "runs well");
        end();
    }
}

static void a_cursor_that_is_not_its_own_is_none(void)
{
    static const char *const cursors[] = { "x", "another 1\n\n\n\n\n", "\xff\xfe\n" };
    EACH(t)
    {
        for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
            if (!begin_to_receive(*t))
                break;
            snprintf(r.cursor, sizeof r.cursor, "%s", cursors[i]);
            start();
            rig_want(&r, "\"first\"");
            other->give(&r, "\"first\"");
            rig_await_wanted(&r, 1);
            rig_stop(&r);
            end();
        }
    }
}

static void its_cursor_begins_with_its_name_and_fits(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        start();
        rig_want(&r, "\"one\"");
        other->give(&r, "\"one\"");
        rig_await_wanted(&r, 1);
        rig_stop(&r);
        size_t n = strlen((*t)->name);
        say_which(r.moves == 0 || strncmp(r.cursor, (*t)->name, n) == 0,
                  "its cursor begins with its name");
        say_which(strlen(r.cursor) <= CURSOR_MAX, "its cursor fits");
        end();
    }
}

static struct handing sent; /* what came of the one message */

static void send_it(void)
{
    struct buf answer;
    struct outgoing m = { .bytes = SLICE("\"x\""), .id = SLICE("id1"), .name = SLICE("id1") };
    buf_init(&answer, 1000);
    r.t->send(r.state, &m, &answer, &sent);
    buf_release(&answer);
}

static struct handing send_one(void)
{
    send_it();
    r.t->stop(r.state);
    return sent;
}

static void *send_in_thread(void *ctx)
{
    send_it();
    return ctx;
}

static void where_nobody_is_nothing_is_taken(void)
{
    EACH(t)
    {
        begin(*t);
        if ((*t)->send) {
            other->absent(&r);
            CU_ASSERT_FATAL(rig_open(&r));
            if (rig_has(&r, "out"))
                (void)!remove(rig_path(&r, "out"));
            struct handing out = send_one();
            say_which(out.fate != HANDING_TAKEN && !out.left && out.why.fate != ERR_NONE,
                      "says that nothing left, and why");
        }
        end();
    }
}

static void what_a_silent_partner_was_sent_may_have_arrived(void)
{
    EACH(t)
    {
        begin(*t);
        if ((*t)->send && other->silent) {
            other->silent(&r);
            rig_set(&r, "timeout", "50ms");
            CU_ASSERT_FATAL(rig_open(&r));
            int64_t begun_ns = clock_mono_ns();
            struct handing out = send_one();
            say_which(clock_mono_ns() - begun_ns < 10 * SECOND_NS, "gives up in its time");
            say_which(out.fate == HANDING_UNKNOWN && out.left, "says that it may have arrived");
            say_which(out.why.code && !strstr(out.why.text, "\"x\""), "and why, without payload");
        }
        end();
    }
}

/* In the middle of one message, once the partner is called or has heard of it. */
static void stop_in_the_middle_of_sending(bool (*is_in_the_middle)(void))
{
    pthread_t sender;
    CU_ASSERT_FATAL(rig_open(&r));
    CU_ASSERT_FATAL(pthread_create(&sender, NULL, send_in_thread, NULL) == 0);
    say_which(is_in_the_middle(), "calls its partner");
    int64_t begun_ns = clock_mono_ns();
    r.t->stop(r.state);
    rig_join(&r, sender, "send() to return after stop()");
    say_which(clock_mono_ns() - begun_ns < SECOND_NS, "stops within a second");
    say_which(sent.fate != HANDING_TAKEN && sent.fate != HANDING_REFUSED && sent.why.code,
              "says that it is to go again, and why");
}

static void stops_within_a_second_in_the_middle_of_a_slow_answer(void)
{
    EACH(t)
    {
        begin(*t);
        if ((*t)->send && other->silent) {
            other->silent(&r);
            rig_set(&r, "timeout", "60m");
            stop_in_the_middle_of_sending(silent_has_heard);
            say_which(sent.left, "says that it may have arrived");
        }
        end();
    }
}

static void stops_within_a_second_while_its_partner_cannot_be_reached(void)
{
    EACH(t)
    {
        begin(*t);
        if (other->unreachable && (*t)->send) {
            other->unreachable(&r);
            stop_in_the_middle_of_sending(unreachable_is_called);
            say_which(!sent.left, "says that nothing left");
        } else if (other->unreachable) {
            other->receive(&r);
            other->unreachable(&r);
            start();
            say_which(unreachable_is_called(), "calls its partner");
            int64_t begun_ns = clock_mono_ns();
            rig_stop(&r);
            say_which(clock_mono_ns() - begun_ns < SECOND_NS, "stops within a second");
        }
        end();
    }
}

/* To the partner, who passes over what begins with a dot. */
static bool shows_a_file(void)
{
    bool shows = false;
    DIR *d = opendir(rig_path(&r, "out"));
    for (const struct dirent *one; d && (one = readdir(d));)
        shows = shows || one->d_name[0] != '.';
    if (d)
        closedir(d);
    return shows;
}

/* In a process of its own, which can write no byte to a file. 0: as it should be. */
static int send_to_a_full_disk(void)
{
    const struct rlimit none = { 0, 0 };
    other->absent(&r); /* the folder is there */
    if (!rig_open(&r) || signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &none))
        return 2;
    struct handing out = send_one();
    return out.fate != HANDING_TAKEN && out.why.code && !shows_a_file() ? 0 : 1;
}

static void with_a_full_disk_nothing_is_taken(void)
{
    EACH(t)
    {
        int status = -1;
        begin(*t);
        if ((*t)->send && other->writes_files) {
            fflush(NULL);
            pid_t child = fork();
            if (child == 0)
                _exit(send_to_a_full_disk());
            CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
            say_which(status == 0, "says that it is not taken, and why, and shows no half");
        }
        end();
    }
}

static CU_TestInfo cases[] = {
    { "has an other side here", has_an_other_side_here },
    { "opens and closes, and opens again", opens_and_closes_and_opens_again },
    { "a failed open leaves nothing", a_failed_open_leaves_nothing },
    { "hands a unit up as it came", hands_a_unit_up_as_it_came },
    { "stops within a second when nothing comes", stops_within_a_second_when_nothing_comes },
    { "stops within a second in the middle of units",
      stops_within_a_second_in_the_middle_of_units },
    { "what is to come again comes again", what_is_to_come_again_comes_again },
    { "what finds a full disk comes again until there is room",
      what_finds_a_full_disk_comes_again_until_there_is_room },
    { "stops within a second while its disk is full",
      stops_within_a_second_while_its_disk_is_full },
    { "stop does not wait for a slow intake", stop_does_not_wait_for_a_slow_intake },
    { "100 peers in the middle of units are no other peer's loss",
      peers_in_the_middle_of_units_are_no_other_peers_loss },
    { "what a killed process had not kept comes again",
      what_a_killed_process_had_not_kept_comes_again },
    { "goes on where it was", goes_on_where_it_was },
    { "no unit over its limit is handed up whole", no_unit_over_its_limit_is_handed_up_whole },
    { "bytes that are nothing are no other unit's loss",
      bytes_that_are_nothing_are_no_other_units_loss },
    { "a cursor that is not its own is none", a_cursor_that_is_not_its_own_is_none },
    { "its cursor begins with its name and fits", its_cursor_begins_with_its_name_and_fits },
    { "where nobody is nothing is taken", where_nobody_is_nothing_is_taken },
    { "what a silent partner was sent may have arrived",
      what_a_silent_partner_was_sent_may_have_arrived },
    { "stops within a second in the middle of a slow answer",
      stops_within_a_second_in_the_middle_of_a_slow_answer },
    { "stops within a second while its partner cannot be reached",
      stops_within_a_second_while_its_partner_cannot_be_reached },
    { "with a full disk nothing is taken", with_a_full_disk_nothing_is_taken },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_transport = { "transport", NULL, NULL, NULL, NULL, cases };
