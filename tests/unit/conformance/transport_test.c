/* transport_test.c - what every transport of the registry keeps, asked of each by its own other side (others.c). */
#include <dirent.h>
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "host/log.h"
#include "others.h"
#include "registry.h"

#define SECOND_NS ((int64_t)1000000000)
#define PEERS 100
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

#define EACH(t) for (const struct transport *const *t = adapters.transports; *t; t++)

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

static void has_an_other_side_here(void)
{
    EACH(t)
    {
        bool there = other_of(*t) != NULL;
        if (!there)
            fprintf(stderr, "\n    tests/unit/conformance/others.c has no row for '%s'\n", (*t)->name);
        CU_ASSERT_FATAL(there);
        CU_ASSERT((*t)->run == NULL || other_of(*t)->receive != NULL);
        CU_ASSERT((*t)->send == NULL || other_of(*t)->absent != NULL);
        CU_ASSERT((*t)->options && (*t)->state_size && (*t)->open && (*t)->stop && (*t)->close && (*t)->stand);
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
        for (int i = 0; busy && i < ((*t)->where && strcmp((*t)->name, "folder") ? PEERS : 1); i++)
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
        say_which(r.moves == 0 || strncmp(r.cursor, (*t)->name, n) == 0, "its cursor begins with its name");
        say_which(strlen(r.cursor) <= CURSOR_MAX, "its cursor fits");
        end();
    }
}

static void where_nobody_is_nothing_is_taken(void)
{
    EACH(t)
    {
        struct buf answer;
        struct handing out;
        begin(*t);
        if (!(*t)->send) {
            end();
            continue;
        }
        other->absent(&r);
        CU_ASSERT_FATAL(rig_open(&r));
        if (rig_has(&r, "out"))
            (void)!remove(rig_path(&r, "out"));
        buf_init(&answer, 1000);
        struct outgoing m = { .bytes = SLICE("\"x\""), .id = SLICE("id1"), .name = SLICE("id1") };
        (*t)->send(r.state, &m, &answer, &out);
        say_which(out.fate != HANDING_TAKEN && !out.left && out.why.fate != ERR_NONE, "says that nothing left, and why");
        (*t)->stop(r.state);
        buf_release(&answer);
        end();
    }
}

static CU_TestInfo cases[] = {
    { "has an other side here", has_an_other_side_here },
    { "opens and closes, and opens again", opens_and_closes_and_opens_again },
    { "a failed open leaves nothing", a_failed_open_leaves_nothing },
    { "hands a unit up as it came", hands_a_unit_up_as_it_came },
    { "stops within a second when nothing comes", stops_within_a_second_when_nothing_comes },
    { "stops within a second in the middle of units", stops_within_a_second_in_the_middle_of_units },
    { "what is to come again comes again", what_is_to_come_again_comes_again },
    { "no unit over its limit is handed up whole", no_unit_over_its_limit_is_handed_up_whole },
    { "bytes that are nothing are no other unit's loss", bytes_that_are_nothing_are_no_other_units_loss },
    { "a cursor that is not its own is none", a_cursor_that_is_not_its_own_is_none },
    { "its cursor begins with its name and fits", its_cursor_begins_with_its_name_and_fits },
    { "where nobody is nothing is taken", where_nobody_is_nothing_is_taken },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_transport = { "transport", NULL, NULL, NULL, NULL, cases };
