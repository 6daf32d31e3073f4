// SPDX-License-Identifier: MIT
// Sockets of clients that are processes of their own, without the runtime.
#ifndef GOFER_BENCH_TCP_H
#define GOFER_BENCH_TCP_H

#include "bench.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

static inline void bench_allow_many_descriptors(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static inline int bench_dial(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    bench_check(s >= 0 && connect(s, (struct sockaddr *)&a, sizeof a) == 0, "cannot connect");
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return s;
}

static inline int bench_listen_anywhere(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bench_check(bind(s, (struct sockaddr *)&a, sizeof a) == 0 && listen(s, 1024) == 0,
                "cannot listen");
    getsockname(s, (struct sockaddr *)&a, &n);
    *port = ntohs(a.sin_port);
    return s;
}

static inline void bench_await(pid_t clients)
{
    int status;
    bench_check(waitpid(clients, &status, 0) == clients && status == 0, "the clients failed");
}

#endif
