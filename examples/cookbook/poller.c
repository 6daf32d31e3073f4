// SPDX-License-Identifier: MIT
// Question: how can thousands of connections be served without thousands of threads?
// Answer:   a goroutine a connection, written as if it blocked. Reads and writes park it in the poller, which is one epoll
//           set; a thread runs only those whose data has come.
// Watch:    each connection takes a descriptor, here two, for both ends are in this process: raise the limit (ulimit -n).
//           This program takes 10,000 connections, or as many as it may have.
#include <gofer.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>

static void echo(int fd)
{
    char byte;
    while (go_read(fd, &byte, 1) == 1 && go_write(fd, &byte, 1) == 1) {}
    go_close(fd);
}

static int allowed_connections(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t room = (limit.rlim_cur - 100) / 2;
    return room < 10000 ? (int)room : 10000;
}

static bool is_answered(int fd, char byte)
{
    char answer = 0;
    return go_write(fd, &byte, 1) == 1 && go_read(fd, &answer, 1) == 1 && answer == byte;
}

int main(void)
{
    static int clients[10000];
    int n = allowed_connections(), answered = 0;
    for (int i = 0; i < n; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) {
            perror("socketpair");
            return 1;
        }
        clients[i] = ends[0];
        go(echo, ends[1]);
    }
    for (int i = 0; i < n; i++)
        answered += is_answered(clients[i], (char)i);
    fprintf(stderr, "%d connections\n", n);
    printf("all connections answered: %s\n", answered == n ? "yes" : "no");
    for (int i = 0; i < n; i++)
        go_close(clients[i]);
    while (go_num_goroutine() > 1)
        go_yield();
    printf("all goroutines have ended\n");
    return 0;
}
