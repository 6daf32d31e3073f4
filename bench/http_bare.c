// SPDX-License-Identifier: MIT
// The least that a server can do under the load of http_hello: a loop over level-triggered epoll, one a processor, that
// takes whatever comes for a request, without a look, and sends an answer that was written beforehand, of the size of
// http_hello's. What is left is the kernel's: the network stack, and three system calls of which one is shared.
#define _GNU_SOURCE // accept4
#include "http_load.h"
#include "tcp.h"

#include <pthread.h>
#include <sys/epoll.h>

enum { BUFFER = 4096, MOST_EVENTS = 128, MOST_LOOPS = 64 };

static const char answer[] = "HTTP/1.1 200 OK\r\n"
                             "Date: Mon, 30 Nov 2026 12:00:00 GMT\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "Content-Length: 14\r\n\r\n"
                             "Hello, World!\n";

static int epolls[MOST_LOOPS], loops;

static void watch(int epoll, int s)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = s};
    bench_check(epoll_ctl(epoll, EPOLL_CTL_ADD, s, &e) == 0, "cannot watch");
}

static void reply(int s)
{
    char buf[BUFFER];
    if (read(s, buf, sizeof(buf)) <= 0)
        close(s);
    else
        bench_check(write(s, answer, sizeof(answer) - 1) == sizeof(answer) - 1, "cannot answer");
}

static void *loop(void *epoll)
{
    struct epoll_event e[MOST_EVENTS];
    for (;;) {
        int n = epoll_wait(*(int *)epoll, e, MOST_EVENTS, -1);
        for (int i = 0; i < n; i++)
            reply(e[i].data.fd);
    }
    return NULL;
}

// Deals connections to the loops in turn, so that all have the same share.
static void *deal(void *listener)
{
    for (int turn = 0;; turn = (turn + 1) % loops) {
        int s = accept4(*(int *)listener, NULL, NULL, SOCK_NONBLOCK);
        bench_check(s >= 0, "cannot accept");
        watch(epolls[turn], s);
    }
    return NULL;
}

static void start(void *(*f)(void *), void *arg)
{
    pthread_t thread;
    bench_check(pthread_create(&thread, NULL, f, arg) == 0, "no thread");
    pthread_detach(thread);
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(void)
{
    char address[32];
    int port, listener = bench_listen_anywhere(&port);
    loops = go_maxprocs(0) < MOST_LOOPS ? go_maxprocs(0) : MOST_LOOPS;
    for (int i = 0; i < loops; i++) {
        epolls[i] = epoll_create1(0);
        start(loop, &epolls[i]);
    }
    start(deal, &listener);
    snprintf(address, sizeof(address), "127.0.0.1:%d", port);
    double before = cpu_seconds();
    struct load load = load_run(address);
    load_report(load, cpu_seconds() - before);
    return 0;
}
