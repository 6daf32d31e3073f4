// SPDX-License-Identifier: MIT
// What a goroutine weighs that waits for a word on a connection: its stack, its connection, and its place in the poller.
// The other ends are a process of their own, which says nothing.
#include "tcp.h"

// Made before there is a runtime, which must not be forked. Dials when told the port, and hangs up when that pipe closes.
static pid_t start_clients(long n, int *begin)
{
    int fds[2], port;
    bench_check(pipe(fds) == 0, "no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[1]);
        bench_check(read(fds[0], &port, sizeof port) == sizeof port, "no server");
        for (long i = 0; i < n; i++)
            bench_dial(port);
        _exit(read(fds[0], &port, 1) != 0);
    }
    bench_check(pid > 0, "cannot fork");
    close(fds[0]);
    *begin = fds[1];
    return pid;
}

static void listen_to(go_conn *c, go_waitgroup *open)
{
    char buf[64];
    bench_check(go_conn_read(c, buf, sizeof buf) <= 0, "nothing was to be said");
    go_conn_free(c);
    go_waitgroup_done(open);
}

static int port_of(go_listener *l)
{
    char address[64];
    (void)go_listener_addr(l, address, sizeof address);
    return atoi(strrchr(address, ':') + 1);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1);
    int begin, port;
    bench_allow_many_descriptors();
    pid_t clients = start_clients(n, &begin);
    go_listener *l = go_listen("tcp", "127.0.0.1:0", NULL);
    bench_check(l != NULL, "cannot listen");
    port = port_of(l);
    double before = bench_resident_bytes();
    bench_check(write(begin, &port, sizeof port) == sizeof port, "the clients failed");
    go_waitgroup open = {0};
    for (long i = 0; i < n; i++) {
        go_waitgroup_add(&open, 1);
        go(listen_to, go_accept(l, NULL), &open);
    }
    go_sleep(50 * GO_MILLISECOND); // the last ones are still on their way to the poller
    bench_report("memory", (bench_resident_bytes() - before) / (double)n);
    close(begin);
    go_waitgroup_wait(&open);
    bench_await(clients);
    return 0;
}
