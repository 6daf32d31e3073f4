// SPDX-License-Identifier: MIT
// Signals on channels: independent listeners that never hold up the sender, what a stop promises, ignore and reset, and
// that without a listener everything is as the system and the program want it: defaults, handlers of the program's own,
// what was inherited as ignored, the report of SIGQUIT. What ends a process is tried in a child.
#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static chan(int) listen_to(int sig, int cap)
{
    chan(int) c = chan_make(int, cap);
    go_signal_notify(c, sig);
    return c;
}

static void send_self(int sig)
{
    CHECK_EQ(kill(getpid(), sig), 0);
}

TEST(signal_comes_on_the_channel_that_asked_for_it)
{
    chan(int) c = chan_make(int, 2);
    go_signal_notify(c, SIGUSR1, SIGTERM);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(c), SIGUSR1);
    send_self(SIGTERM);
    CHECK_EQ(chan_recv(c), SIGTERM);
    go_signal_stop(c);
    chan_free(c);
}

TEST(signal_wakes_a_receiver_on_an_unbuffered_send_only_channel_that_waits)
{
    chan(int) c = chan_make(int);
    send_chan(int) out = c;
    test_one_processor(); // it sends when we wait
    go_signal_notify(out, SIGUSR1);
    go(send_self, SIGUSR1);
    CHECK_EQ(chan_recv(c), SIGUSR1);
    go_signal_stop(out);
    chan_free(c);
}

TEST(each_listener_gets_its_own_signals)
{
    chan(int) a = listen_to(SIGUSR1, 4), b = listen_to(SIGUSR1, 4), c = listen_to(SIGUSR2, 4);
    go_signal_notify(b, SIGUSR2);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(a), SIGUSR1);
    CHECK_EQ(chan_recv(b), SIGUSR1);
    send_self(SIGUSR2);
    CHECK_EQ(chan_recv(b), SIGUSR2);
    CHECK_EQ(chan_recv(c), SIGUSR2);
    CHECK_EQ(chan_len(a) + chan_len(b) + chan_len(c), 0);
    go_signal_stop(b);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(a), SIGUSR1);
    CHECK_EQ(chan_len(b), 0);
    go_signal_stop(a);
    go_signal_stop(c);
    chan_free(a);
    chan_free(b);
    chan_free(c);
}

TEST(full_channel_misses_the_signal_and_holds_up_nobody)
{
    chan(int) full = listen_to(SIGUSR1, 1), other = listen_to(SIGUSR1, 1);
    for (int i = 0; i < 3; i++) {
        send_self(SIGUSR1);
        CHECK_EQ(chan_recv(other), SIGUSR1);
    }
    CHECK_EQ(chan_len(full), 1);
    go_signal_stop(full);
    go_signal_stop(other);
    chan_free(full);
    chan_free(other);
}

TEST(no_signals_named_means_all)
{
    chan(int) c = chan_make(int, 1);
    int some[] = {SIGHUP, SIGUSR2, SIGTERM, SIGCHLD, SIGRTMIN, SIGRTMAX};
    go_signal_notify(c);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        send_self(some[i]);
        CHECK_EQ(chan_recv(c), some[i]);
    }
    go_signal_stop(c);
    chan_free(c);
}

TEST(what_cannot_be_caught_is_passed_over)
{
    chan(int) c = chan_make(int, 1);
    go_signal_notify(c, SIGKILL, SIGSTOP, 0, -1, 1000, SIGUSR1);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(c), SIGUSR1);
    go_signal_stop(c);
    chan_free(c);
}

TEST(notify_of_no_channel_panics)
{
    EXPECT_RUNTIME_PANIC("os/signal: Notify using nil channel",
                         go_signal_notify((chan(int))NULL, SIGUSR1));
    go_signal_stop((chan(int))NULL);
}

static void receive_one(void *c)
{
    CHECK_EQ(chan_recv((chan(int))c), SIGUSR1);
}

TEST(foreign_thread_receives_a_signal)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    test_thread *t = test_thread_start(receive_one, (void *)c);
    send_self(SIGUSR1);
    test_thread_join(t);
    go_signal_stop(c);
    chan_free(c);
}

static atomic_int taken;

static void send_each_when_the_last_is_taken(void *count)
{
    for (int i = 0; i < *(int *)count; i++) {
        usleep(1000);
        send_self(SIGUSR1);
        while (atomic_load(&taken) <= i)
            usleep(10);
    }
}

TEST(signals_come_to_threads_that_sleep)
{
    int count = 30;
    chan(int) c = listen_to(SIGUSR1, 1);
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all,
                    &old); // so that the sender, who never sleeps for long, gets none
    test_thread *t = test_thread_start(send_each_when_the_last_is_taken, &count);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    for (int i = 0; i < count; i++) {
        chan_recv(c);
        atomic_fetch_add(&taken, 1);
    }
    test_thread_join(t);
    go_signal_stop(c);
    chan_free(c);
}

// --- What ends a process ---

// How a child ends that runs f(arg), with no output: an exit status, or minus the signal that killed it. `steer` sends
// it what it wants.
struct child {
    pid_t pid;
    int from; // a byte comes when the child says ready()
};

static int to_parent;

static void ready(void)
{
    CHECK_EQ(write(to_parent, "", 1), 1);
}

static struct child start(void (*f)(void))
{
    int pipes[2];
    test_needs_signals();
    CHECK_EQ(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 2);
        to_parent = pipes[1];
        f();
        _exit(99);
    }
    close(pipes[1]);
    return (struct child){pid, pipes[0]};
}

static void await_ready(struct child c)
{
    char byte;
    CHECK_EQ(read(c.from, &byte, 1), 1);
}

static int ending(struct child c)
{
    int status;
    CHECK_EQ(waitpid(c.pid, &status, 0), c.pid);
    close(c.from);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int ending_after(void (*f)(void), int sig)
{
    struct child c = start(f);
    await_ready(c);
    kill(c.pid, sig);
    return ending(c);
}

static void sleep_ready(void)
{
    go_yield();
    ready();
    go_sleep(GO_MINUTE);
}

TEST(default_of_the_system_stands_without_a_listener)
{
    CHECK_EQ(ending_after(sleep_ready, SIGUSR1), -SIGUSR1);
    CHECK_EQ(ending_after(sleep_ready, SIGINT), -SIGINT);
    CHECK_EQ(ending_after(sleep_ready, SIGHUP), -SIGHUP);
    CHECK_EQ(ending_after(sleep_ready, SIGRTMIN), -SIGRTMIN);
}

static void listen_and_stop(void)
{
    chan(int) c = chan_make(int, 1);
    go_signal_notify(c, SIGINT, SIGUSR1, SIGQUIT);
    go_signal_stop(c);
    sleep_ready();
}

TEST(default_stands_again_after_a_stop)
{
    CHECK_EQ(ending_after(listen_and_stop, SIGUSR1), -SIGUSR1);
    CHECK_EQ(ending_after(listen_and_stop, SIGINT), -SIGINT);
}

TEST(sigquit_without_a_listener_reports_and_exits_with_2)
{
    CHECK_EQ(ending_after(sleep_ready, SIGQUIT), 2);
    CHECK_EQ(ending_after(listen_and_stop, SIGQUIT), 2);
}

TEST(sigquit_with_a_listener_is_a_value)
{
    chan(int) c = listen_to(SIGQUIT, 1);
    send_self(SIGQUIT);
    CHECK_EQ(chan_recv(c), SIGQUIT);
    go_signal_stop(c);
    chan_free(c);
}

// --- The program's own handlers ---

static atomic_int handled, handled_more;

static void on_usr1(int sig)
{
    atomic_fetch_add(&handled, sig == SIGUSR1);
}

static void on_usr1_info(int sig, siginfo_t *info, void *context)
{
    (void)context;
    atomic_fetch_add(&handled_more, sig == SIGUSR1 && info->si_pid == getpid());
}

static void handle_usr1(int flags)
{
    struct sigaction a = {.sa_flags = flags};
    if (flags & SA_SIGINFO)
        a.sa_sigaction = on_usr1_info;
    else
        a.sa_handler = on_usr1;
    CHECK_EQ(sigaction(SIGUSR1, &a, NULL), 0);
}

TEST(handler_of_the_program_is_called_beside_the_listener_and_stands_after_the_stop)
{
    handle_usr1(0);
    chan(int) c = listen_to(SIGUSR1, 1);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(c), SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 1);
    go_signal_stop(c);
    send_self(SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 2);
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

TEST(handler_with_information_gets_it)
{
    handle_usr1(SA_SIGINFO);
    chan(int) c = listen_to(SIGUSR1, 1);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(c), SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled_more) == 1);
    go_signal_stop(c);
    chan_free(c);
}

TEST(handler_that_the_program_installs_later_is_not_taken_away_by_a_stop)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    handle_usr1(0);
    go_signal_stop(c);
    send_self(SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 1);
    chan_free(c);
}

TEST(handler_installed_between_two_notifies_is_called_beside_and_stands_after_the_stop)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    handle_usr1(0);
    go_signal_notify(c, SIGUSR1);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(c), SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 1);
    go_signal_stop(c);
    send_self(SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 2);
    chan_free(c);
}

TEST(handler_that_the_program_installs_before_an_ignore_comes_back_with_a_reset)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    handle_usr1(0);
    go_signal_ignore(SIGUSR1);
    send_self(SIGUSR1);
    CHECK(go_signal_ignored(SIGUSR1));
    go_signal_reset(SIGUSR1);
    send_self(SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 1);
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

// As system(3) does with SIGINT and SIGQUIT.
static void stop_while_somebody_keeps_the_handler(chan(int) c)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, kept;
    CHECK_EQ(sigaction(SIGUSR1, &ignore, &kept), 0);
    go_signal_stop(c);
    CHECK_EQ(sigaction(SIGUSR1, &kept, NULL), 0);
}

static void be_killed_in_spite_of_a_kept_handler(void)
{
    stop_while_somebody_keeps_the_handler(listen_to(SIGUSR1, 1));
    sleep_ready();
}

TEST(signal_whose_handler_is_put_back_after_the_stop_has_its_former_effect)
{
    CHECK_EQ(ending_after(be_killed_in_spite_of_a_kept_handler, SIGUSR1), -SIGUSR1);
    handle_usr1(0);
    chan(int) c = listen_to(SIGUSR1, 1);
    stop_while_somebody_keeps_the_handler(c);
    send_self(SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 1);
    go_signal_notify(c, SIGUSR1);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(c), SIGUSR1);
    WAIT_UNTIL(atomic_load(&handled) == 2);
    go_signal_stop(c);
    chan_free(c);
}

// --- Ignoring ---

TEST(inherited_ignored_is_kept_until_somebody_listens_and_comes_back)
{
    signal(SIGHUP, SIG_IGN);
    go_yield();
    CHECK(go_signal_ignored(SIGHUP));
    send_self(SIGHUP);
    chan(int) c = listen_to(SIGHUP, 1);
    CHECK(!go_signal_ignored(SIGHUP));
    send_self(SIGHUP);
    CHECK_EQ(chan_recv(c), SIGHUP);
    go_signal_stop(c);
    CHECK(go_signal_ignored(SIGHUP));
    send_self(SIGHUP);
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

TEST(ignore_takes_the_signal_from_all_listeners)
{
    chan(int) a = listen_to(SIGUSR1, 1), b = listen_to(SIGUSR1, 1);
    go_signal_notify(b, SIGUSR2);
    CHECK(!go_signal_ignored(SIGUSR1));
    go_signal_ignore(SIGUSR1);
    CHECK(go_signal_ignored(SIGUSR1));
    send_self(SIGUSR1);
    send_self(SIGUSR2);
    CHECK_EQ(chan_recv(b), SIGUSR2);
    CHECK_EQ(chan_len(a) + chan_len(b), 0);
    go_signal_notify(a, SIGUSR1);
    send_self(SIGUSR1);
    CHECK_EQ(chan_recv(a), SIGUSR1);
    go_signal_stop(a);
    go_signal_stop(b);
    chan_free(a);
    chan_free(b);
}

static void ignore_and_reset(void)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    go_signal_ignore(SIGUSR1, SIGTERM);
    send_self(SIGUSR1);
    go_signal_reset(SIGUSR1);
    CHECK(go_signal_ignored(SIGTERM));
    CHECK(!go_signal_ignored(SIGUSR1));
    sleep_ready();
    chan_free(c);
}

TEST(reset_gives_the_signal_its_default_again)
{
    CHECK_EQ(ending_after(ignore_and_reset, SIGUSR1), -SIGUSR1);
}

static void listen_and_reset_all(void)
{
    listen_to(SIGUSR1, 1);
    listen_to(SIGTERM, 1);
    go_signal_reset();
    sleep_ready();
}

TEST(reset_without_names_undoes_all_registrations)
{
    CHECK_EQ(ending_after(listen_and_reset_all, SIGUSR1), -SIGUSR1);
    CHECK_EQ(ending_after(listen_and_reset_all, SIGTERM), -SIGTERM);
}

TEST(reset_gives_a_signal_that_was_inherited_as_ignored_none)
{
    signal(SIGUSR1, SIG_IGN);
    chan(int) c = listen_to(SIGUSR1, 1);
    go_signal_reset(SIGUSR1);
    CHECK(go_signal_ignored(SIGUSR1));
    send_self(SIGUSR1);
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

// --- Stop ---

static atomic_bool flooding;

static void flood(void *none)
{
    (void)none;
    while (atomic_load(&flooding))
        kill(getpid(), SIGUSR1);
}

TEST(channel_may_be_closed_and_freed_after_stop_while_signals_pour_in)
{
    signal(SIGUSR1, SIG_IGN); // its effect once nobody listens any more
    chan(int) keep = listen_to(SIGUSR1, 1);
    atomic_store(&flooding, true);
    test_thread *t = test_thread_start(flood, NULL);
    for (size_t i = 0; i < test_rounds(300); i++) {
        chan(int) c = listen_to(SIGUSR1, 1);
        chan_recv(c);
        go_signal_stop(c);
        chan_close(c);
        chan_range(sig, c)
            CHECK_EQ(sig, SIGUSR1);
        chan_free(c);
    }
    atomic_store(&flooding, false);
    test_thread_join(t);
    go_signal_stop(keep);
    chan_free(keep);
}

// Exits with 0 if the signal has been delivered, dies of it if it had its default effect, and says 1 if it was lost.
static void stop_in_a_race(void)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    ready();
    for (int i = getpid() % 50; i > 0; i--)
        go_yield();
    go_signal_stop(c);
    if (chan_try_recv(c, NULL) == GO_OK)
        _exit(0);
    go_sleep(20 * GO_SECOND);
    _exit(1);
}

TEST(signal_that_races_with_stop_is_delivered_or_has_its_default_effect)
{
    for (size_t i = 0; i < 60; i++) {
        int e = ending_after(stop_in_a_race, SIGUSR1);
        CHECK(e == 0 || e == -SIGUSR1);
    }
}

// --- What stays the runtime's ---

TEST(fault_is_a_panic_although_somebody_listens_and_one_that_was_sent_is_a_value)
{
    if (test_under_asan() || test_under_tsan())
        return; // theirs is a handler of the program's
    chan(int) c = listen_to(SIGSEGV, 1);
    int *volatile nowhere = NULL;
    EXPECT_RUNTIME_PANIC("runtime error: invalid memory address or nil pointer dereference",
                         *nowhere = 1);
    CHECK_EQ(chan_len(c), 0);
    send_self(SIGSEGV);
    CHECK_EQ(chan_recv(c), SIGSEGV);
    go_signal_stop(c);
    EXPECT_RUNTIME_PANIC("runtime error: invalid memory address or nil pointer dereference",
                         *nowhere = 1);
    chan_free(c);
}

static void spin(atomic_bool *end)
{
    while (!atomic_load_explicit(end, memory_order_relaxed)) {}
}

static void send_to_parent(int sig)
{
    if (fork() == 0) {
        kill(getppid(), sig);
        _exit(0);
    }
    wait(NULL);
}

TEST(sigurg_from_outside_is_a_value_and_preemption_goes_on)
{
    atomic_bool end = false;
    go_maxprocs(1);
    chan(int) c = listen_to(SIGURG, 1);
    go(spin, &end);
    go_yield(); // comes back by preemption only
    CHECK_EQ(chan_len(c), 0);
    go_yield();
    send_to_parent(SIGURG);
    CHECK_EQ(chan_recv(c), SIGURG);
    atomic_store(&end, true);
    go_signal_stop(c);
    chan_free(c);
}

// --- Deadlock ---

static void send_soon(void)
{
    if (fork() == 0) {
        usleep(20000);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
}

TEST(program_that_listens_is_not_deadlocked)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    send_soon();
    CHECK_EQ(chan_recv(c), SIGUSR1);
    go_signal_stop(c);
    chan_free(c);
}

static void stop_and_block(void)
{
    chan(int) c = listen_to(SIGUSR1, 1);
    go_signal_stop(c);
    chan_recv(c);
}

TEST(program_that_has_stopped_listening_may_be_deadlocked)
{
    EXPECT_FATAL(stop_and_block, "fatal error: all goroutines are asleep - deadlock!");
}
