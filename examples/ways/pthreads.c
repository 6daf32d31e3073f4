// SPDX-License-Identifier: MIT
// The job of job.h by threads: one a connection, which blocks in its reads. The system schedules them. What main waits for
// at the end is a counter under a mutex, with a condition.
#include "job.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_closed = PTHREAD_COND_INITIALIZER;
static long open_connections; // under the mutex

static int write_all(int fd, const char *at, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(fd, at, bytes);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            at += n;
            bytes -= (size_t)n;
        }
    }
    return 0;
}

static void *serve(void *arg)
{
    int fd = (int)(intptr_t)arg;
    struct job_peer p = {0};
    char out[JOB_ROOM];
    for (ssize_t n; (n = read(fd, p.in + p.have, sizeof p.in - p.have)) > 0;)
        if (write_all(fd, out, job_answer(&p, (size_t)n, out)) < 0)
            break;
    close(fd);
    pthread_mutex_lock(&mutex);
    if (--open_connections == 0)
        pthread_cond_signal(&all_closed);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void start_thread(int fd)
{
    pthread_t thread;
    pthread_mutex_lock(&mutex);
    open_connections++;
    pthread_mutex_unlock(&mutex);
    errno = pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd);
    if (errno)
        job_fail("pthread_create");
    pthread_detach(thread);
}

static void wait_for_all(void)
{
    pthread_mutex_lock(&mutex);
    while (open_connections > 0)
        pthread_cond_wait(&all_closed, &mutex);
    pthread_mutex_unlock(&mutex);
}

static int listen_somewhere(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 4096) < 0)
        job_fail("listen");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    getsockname(fd, (struct sockaddr *)&a, &n);
    *port = ntohs(a.sin_port);
    return fd;
}

int main(int argc, char **argv)
{
    struct job *j = job_start(argc, argv);
    int port, listener = listen_somewhere(&port);
    job_open(j, port);
    for (long i = 0; i < j->connections; i++) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            job_fail("accept");
        start_thread(fd);
    }
    wait_for_all();
    close(listener);
    return job_finish(j);
}
