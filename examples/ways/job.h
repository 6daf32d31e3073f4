// SPDX-License-Identifier: MIT
// The job that pthreads.c, libuv.c and gofer.c do, each in its own way: a server on the loopback that many clients talk to at
// the same time. A client sends a number on a line and gets back the sum of all that it has sent so far, again and again;
// so the server keeps something for each connection, and lines come in whatever pieces TCP makes of them.
//
// What does not differ stands here: what is done with the bytes (job_answer), and the clients, one epoll loop in a process
// of its own, which is forked before the server has threads. job_start begins it, job_open tells it the server's port,
// job_finish waits for it and says what it took:
//
//     PROGRAM [CONNECTIONS [LINES]]     a result on standard output, measures on standard error
#ifndef GOFER_EXAMPLES_WAYS_JOB_H
#define GOFER_EXAMPLES_WAYS_JOB_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOB_ROOM = 256 }; // bytes of lines, and of answers, that a connection has room for

// In memory that the server and the clients share.
struct job {
    long connections, lines; // lines of each
    atomic_int port;         // 0: the server is not ready
    double seconds;          // from the first line to the last answer
    pid_t clients;           // the server's
    long kib_before;         // the server's memory, before it has a connection
};

static void job_fail(const char *what)
{
    perror(what);
    exit(1);
}

// --- The server's work ---

// What a connection is to the server.
struct job_peer {
    char in[JOB_ROOM];
    size_t have; // bytes of `in`
    long sum;
};

// Answers the whole lines in p->in, after n more bytes have come, into out; returns the bytes of the answers.
static size_t job_answer(struct job_peer *p, size_t n, char out[JOB_ROOM])
{
    size_t bytes = 0;
    char *end;
    p->have += n;
    while ((end = memchr(p->in, '\n', p->have)) && bytes < JOB_ROOM - 24) {
        p->sum += strtol(p->in, NULL, 10);
        bytes += (size_t)snprintf(out + bytes, JOB_ROOM - bytes, "%ld\n", p->sum);
        p->have -= (size_t)(end + 1 - p->in);
        memmove(p->in, end + 1, p->have);
    }
    return bytes;
}

// --- The clients ---

struct job_client {
    int fd;
    long sent, sum;
    char back[32];
    size_t have;
};

static void job_send_line(struct job_client *c)
{
    char line[32];
    int n = snprintf(line, sizeof line, "%ld\n", ++c->sent);
    c->sum += c->sent;
    if (send(c->fd, line, (size_t)n, 0) != n)
        job_fail("send");
}

// Takes what has come; returns whether it was the last answer.
static int job_take_answer(struct job_client *c, long lines)
{
    ssize_t n = recv(c->fd, c->back + c->have, sizeof c->back - c->have - 1, 0);
    if (n <= 0)
        job_fail("recv");
    c->have += (size_t)n;
    c->back[c->have] = '\0';
    if (!strchr(c->back, '\n'))
        return 0;
    if (strtol(c->back, NULL, 10) != c->sum) {
        fprintf(stderr, "a wrong answer: %s", c->back);
        exit(1);
    }
    c->have = 0;
    if (c->sent == lines)
        return 1;
    job_send_line(c);
    return 0;
}

static int job_connect(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        job_fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static double job_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void job_be_clients(struct job *j)
{
    enum { MOST_EVENTS = 256 };
    struct job_client *all = calloc((size_t)j->connections, sizeof *all);
    struct epoll_event events[MOST_EVENTS];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!all || epoll < 0)
        job_fail("clients");
    while (atomic_load(&j->port) == 0)
        usleep(1000);
    for (long i = 0; i < j->connections; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
        all[i].fd = job_connect(atomic_load(&j->port));
        epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &e);
    }
    double begin = job_now();
    for (long i = 0; i < j->connections; i++)
        job_send_line(&all[i]);
    for (long open = j->connections; open > 0;) {
        int n = epoll_wait(epoll, events, MOST_EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct job_client *c = events[i].data.ptr;
            if (job_take_answer(c, j->lines)) {
                epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
                open--;
            }
        }
    }
    j->seconds = job_now() - begin;
    exit(0); // closes all at once: until here the server has every connection
}

// --- Begin and end ---

static long job_kib(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%ld %ld", &pages, &resident) != 2)
        job_fail("statm");
    fclose(f);
    return resident * sysconf(_SC_PAGESIZE) / 1024;
}

static struct job *job_start(int argc, char **argv)
{
    struct rlimit files;
    struct job *j = mmap(NULL, sizeof *j, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                         0);
    if (j == MAP_FAILED)
        job_fail("mmap");
    j->connections = argc > 1 ? atol(argv[1]) : 64;
    j->lines = argc > 2 ? atol(argv[2]) : 100;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    pid_t pid = fork();
    if (pid < 0)
        job_fail("fork");
    if (pid == 0)
        job_be_clients(j);
    j->clients = pid;
    return j;
}

static void job_open(struct job *j, int port)
{
    j->kib_before = job_kib();
    atomic_store(&j->port, port);
}

// Returns the program's exit status.
static int job_finish(struct job *j)
{
    struct rusage used;
    int status = 1;
    double lines = (double)(j->connections * j->lines);
    if (waitpid(j->clients, &status, 0) != j->clients || status != 0)
        return 1;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    fprintf(stderr,
            "%.2f us a line, %.2f us of the server's processor time, %.1f KiB a connection\n",
            j->seconds * 1e6 / lines, cpu / lines,
            (double)(used.ru_maxrss - j->kib_before) / (double)j->connections);
    printf("%ld connections had %ld answers each\n", j->connections, j->lines);
    return 0;
}

#endif
