// SPDX-License-Identifier: MIT
// An echo server in a program whose other goroutines never pause. The client is another process, which asks, waits for
// the answer, and asks again a millisecond later; a sample is the time from a question to its answer. It asks for so many
// milliseconds, not so many times, since an answer may take as long as the hogs' time slices.
#include "tail.h"
#include "tcp.h"

enum { MESSAGE = 64, PAUSE_US = 1000 };

// ---- The client ----

static int64_t ask(int s)
{
    char message[MESSAGE] = {0};
    int64_t start = bench_now();
    bench_check(send(s, message, MESSAGE, 0) == MESSAGE, "cannot send");
    bench_check(recv(s, message, MESSAGE, MSG_WAITALL) == MESSAGE, "not echoed");
    return bench_now() - start;
}

static void be_client(int port, long ms)
{
    long n = 0;
    int64_t *samples = calloc((size_t)ms, sizeof *samples);
    int s = bench_dial(port);
    for (int64_t end = bench_now() + ms * GO_MILLISECOND; n < ms && bench_now() < end;) {
        samples[n++] = ask(s);
        usleep(PAUSE_US);
    }
    bench_report_tail(samples, n);
    free(samples);
    fflush(stdout);
    _exit(0);
}

// Before there is a runtime, which must not be forked. The client's figures are the program's.
static pid_t start_client(long ms, int *port, int *begin)
{
    int fds[2], reserved = bench_listen_anywhere(port);
    char word;
    close(reserved);
    bench_check(pipe(fds) == 0, "no pipe");
    pid_t pid = fork();
    if (pid == 0) {
        bench_check(read(fds[0], &word, 1) == 1, "no server");
        be_client(*port, ms);
    }
    bench_check(pid > 0, "cannot fork");
    close(fds[0]);
    *begin = fds[1];
    return pid;
}

// ---- The server ----

static void echo(go_conn *c)
{
    char buf[MESSAGE];
    for (ssize_t n; (n = go_conn_read(c, buf, sizeof buf)) > 0;)
        bench_check(go_conn_write(c, buf, (size_t)n) == n, "cannot echo");
    go_conn_free(c);
}

int main(int argc, char **argv)
{
    long ms = bench_arg(argc, argv, 1), hogs = bench_arg(argc, argv, 2);
    int port, begin;
    pid_t client = start_client(ms, &port, &begin);
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    go_listener *l = go_listen("tcp", address, NULL);
    bench_start_hogs(hogs);
    bench_check(l && write(begin, "", 1) == 1, "cannot listen");
    echo(go_accept(l, NULL));
    bench_await(client);
    return 0;
}
