/* admin_ask_test.c - what a request to the daemon's socket comes to where no answer comes. */
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/admin_ask.h"
#include "scratch.h"

static struct scratch scratch;
static struct sockaddr_un address;
static struct err e;

static void fresh(void)
{
    scratch_make(&scratch);
    address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s/admin", scratch.dir);
    err_clear(&e);
}

static void done(void)
{
    scratch_remove(&scratch);
}

static int listen_there(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_FATAL(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                    listen(fd, 4) == 0);
    return fd;
}

/* Reads one request whole and hangs up. */
static void *hear_and_go(void *ctx)
{
    char in[2000];
    size_t n = 0;
    ssize_t came = 1;
    int fd = accept(*(const int *)ctx, NULL, NULL);
    while (came > 0 && !memmem(in, n, "\r\n\r\nthe act", 11)) {
        came = recv(fd, in + n, sizeof in - n, 0);
        n += came > 0 ? (size_t)came : 0;
    }
    close(fd);
    return NULL;
}

/* Done again by the caller it would be there twice. */
static void who_heard_and_did_not_answer_may_have_done_it(void)
{
    pthread_t thread;
    bool running = true;
    int64_t on = 0;
    int listener = listen_there();
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, hear_and_go, &listener) == 0);
    CU_ASSERT_FALSE(admin_ask_act(address.sun_path, SLICE("the act"), &running, &on, &e));
    pthread_join(thread, NULL);
    close(listener);
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    CU_ASSERT_STRING_EQUAL_FATAL(e.code ? e.code : "", "admin.silent");
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "audit list --acts"));
    CU_ASSERT_TRUE(running);
}

static void nobody_runs_where_a_socket_was_left_behind(void)
{
    bool running = true;
    int64_t on = 0;
    CU_ASSERT_TRUE(admin_ask_act(address.sun_path, SLICE("the act"), &running, &on, &e));
    CU_ASSERT_FALSE(running);
    close(listen_there());
    running = true;
    CU_ASSERT_TRUE(admin_ask_act(address.sun_path, SLICE("the act"), &running, &on, &e));
    CU_ASSERT_FALSE(running);
    CU_ASSERT_EQUAL(e.fate, ERR_NONE);
}

static CU_TestInfo cases[] = {
    { "who heard and did not answer may have done it",
      who_heard_and_did_not_answer_may_have_done_it },
    { "nobody runs where a socket was left behind", nobody_runs_where_a_socket_was_left_behind },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_admin_ask = { "admin_ask", NULL, NULL, fresh, done, cases };
