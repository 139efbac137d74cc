/* sender_test.c - what every transport of the registry that sends keeps, asked of each by its own
 * other side (others.c). */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "ask.h"
#include "base/clock.h"

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
        if ((*t)->send && other->unreachable) {
            other->unreachable(&r);
            stop_in_the_middle_of_sending(unreachable_is_called);
            say_which(!sent.left, "says that nothing left");
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
CU_SuiteInfo suite_sender = { "sender", NULL, NULL, NULL, NULL, cases };
