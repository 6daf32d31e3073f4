// SPDX-License-Identifier: MIT
// An echo server under connections that each send a message, wait for it to come back, and send the next. The clients are
// another process, so what is counted is the server's own: the CPU time a message takes it, system calls included, and
// beside it that of the least a server can do, a loop over level-triggered epoll, on the same messages.
#define _GNU_SOURCE // accept4
#include "tcp.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum { MESSAGE = 64, BUFFER = 4096, MOST_EVENTS = 128 };

struct job {
    long connections, messages; // in all
};

static double cpu_ns(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return 1e9 * (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e3 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

// --- The clients ---

static void send_message(int s)
{
    static const char message[MESSAGE];
    bench_check(send(s, message, MESSAGE, 0) == MESSAGE, "cannot send");
}

static void watch(int epoll, int s)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = s};
    bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, s, &e) == 0, "cannot watch");
}

// Dials, converses and hangs up, in a process of its own that has not started the runtime.
static void be_clients(int port, struct job job)
{
    struct epoll_event e[MOST_EVENTS];
    char buf[BUFFER];
    int epoll = epoll_create1(0), *all = calloc((size_t)job.connections, sizeof *all);
    long left = job.messages, open = job.connections;
    for (long i = 0; i < job.connections; i++)
        watch(epoll, all[i] = bench_dial(port));
    // All are there before the first word, so that no accept is counted among the messages.
    usleep(100000);
    for (long i = 0; i < job.connections; i++, left--)
        send_message(all[i]);
    while (open > 0) {
        int n = epoll_wait(epoll, e, MOST_EVENTS, -1);
        for (int i = 0; i < n; i++) {
            bench_check(recv(e[i].data.fd, buf, sizeof buf, 0) == MESSAGE, "not echoed");
            if (left-- > 0) {
                send_message(e[i].data.fd);
            } else {
                close(e[i].data.fd);
                open--;
            }
        }
    }
    _exit(0);
}

// The clients' process is made before there is a runtime, which must not be forked; it waits for a word to begin.
static pid_t start_clients(int port, struct job job, int *begin)
{
    int fds[2];
    char word;
    bench_check(pipe(fds) == 0, "no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        bench_check(read(fds[0], &word, 1) == 1, "no server");
        be_clients(port, job);
    }
    bench_check(pid > 0, "cannot fork");
    close(fds[0]);
    *begin = fds[1];
    return pid;
}

// --- The bare loop ---

static void loop(int listener, long connections)
{
    struct epoll_event e[MOST_EVENTS];
    char buf[BUFFER];
    int epoll = epoll_create1(0);
    for (long i = 0; i < connections; i++)
        watch(epoll, accept4(listener, NULL, NULL, SOCK_NONBLOCK));
    while (connections > 0) {
        int n = epoll_wait(epoll, e, MOST_EVENTS, -1);
        for (int i = 0; i < n; i++) {
            ssize_t got = read(e[i].data.fd, buf, sizeof buf);
            if (got > 0) {
                bench_check(write(e[i].data.fd, buf, (size_t)got) == got, "cannot echo");
            } else {
                close(e[i].data.fd);
                connections--;
            }
        }
    }
    close(epoll);
}

// CPU nanoseconds a message. In a process of its own, as the other server has one.
static double measure_loop(struct job job)
{
    int port, fds[2], begin, listener = bench_listen_anywhere(&port);
    double ns = 0;
    bench_check(pipe(fds) == 0, "no pipe");
    pid_t server = fork();
    if (server == 0) {
        pid_t clients = start_clients(port, job, &begin);
        bench_check(write(begin, "", 1) == 1, "the clients failed");
        ns = cpu_ns();
        loop(listener, job.connections);
        ns = (cpu_ns() - ns) / (double)job.messages;
        bench_await(clients);
        _exit(write(fds[1], &ns, sizeof ns) != sizeof ns);
    }
    bench_check(read(fds[0], &ns, sizeof ns) == sizeof ns, "the loop failed");
    waitpid(server, NULL, 0);
    close(listener);
    return ns;
}

// --- gofer ---

static void echo(go_conn *c, go_waitgroup *open)
{
    char buf[BUFFER];
    for (ssize_t n; (n = go_conn_read(c, buf, sizeof buf)) > 0;)
        bench_check(go_conn_write(c, buf, (size_t)n) == n, "cannot echo");
    go_conn_free(c);
    go_waitgroup_done(open);
}

static void serve(go_listener *l, long connections)
{
    go_waitgroup open = {0};
    for (long i = 0; i < connections; i++) {
        go_waitgroup_add(&open, 1);
        go(echo, go_accept(l, NULL), &open);
    }
    go_waitgroup_wait(&open);
}

int main(int argc, char **argv)
{
    struct job job = {bench_arg(argc, argv, 1), bench_arg(argc, argv, 2)};
    double bare = measure_loop(job);
    int port, begin, reserved = bench_listen_anywhere(&port);
    char address[32];
    close(reserved);
    pid_t clients = start_clients(port, job, &begin);
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    go_listener *l = go_listen("tcp", address, NULL);
    bench_check(l && write(begin, "", 1) == 1, "cannot listen");
    int64_t start = bench_now();
    double cpu = cpu_ns();
    serve(l, job.connections);
    cpu = (cpu_ns() - cpu) / (double)job.messages;
    bench_report("ns", bench_per_op(start, job.messages));
    bench_report("cpu", cpu);
    bench_report("bare", bare);
    bench_report("over_bare", cpu / bare);
    bench_await(clients);
    return 0;
}
