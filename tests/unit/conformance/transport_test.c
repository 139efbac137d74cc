/* transport_test.c - what every transport of the registry that receives keeps, asked of each by its
 * own other side (others.c). What sends: sender_test.c. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "ask.h"
#include "base/arena.h"
#include "base/clock.h"

#define ROUNDS 40

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

static void stops_within_a_second_while_its_partner_cannot_be_reached(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        if (!(*t)->send && other->unreachable) {
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

/* What listens is called by others, who notice that they cannot. */
static void says_at_each_try_whether_it_can_fetch(void)
{
    EACH(t)
    {
        if (!begin_to_receive(*t))
            continue;
        say_which((*t)->fetches || (*t)->where, "what receives and listens nowhere fetches");
        if ((*t)->fetches) {
            start();
            rig_await_fetched(&r, 1);
            say_which(r.fetch_tries == 0, "says no trouble before there is any");
            other->lose(&r);
            rig_await_in_vain(&r, 2);
            pthread_mutex_lock(&r.lock);
            size_t before = r.fetched;
            say_which(r.fetch_code[0] && r.fetch_text[0], "says why, a code and a sentence");
            say_which(r.fetch_again_ms > 0, "says when it tries again");
            pthread_mutex_unlock(&r.lock);
            other->regain(&r);
            rig_await_fetched(&r, before + 1);
            rig_stop(&r);
            say_which(r.ran_well, "runs well");
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
    { "says at each try whether it can fetch", says_at_each_try_whether_it_can_fetch },
    { "a cursor that is not its own is none", a_cursor_that_is_not_its_own_is_none },
    { "its cursor begins with its name and fits", its_cursor_begins_with_its_name_and_fits },
    { "stops within a second while its partner cannot be reached",
      stops_within_a_second_while_its_partner_cannot_be_reached },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_transport = { "transport", NULL, NULL, NULL, NULL, cases };
