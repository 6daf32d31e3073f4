// SPDX-License-Identifier: MIT
// The job of job.h by gofer: a goroutine a connection. Reads and writes look as if they blocked; what parks is the goroutine,
// and the threads, one a processor, run those whose data has come.
#include "job.h"

#include <gofer.h>

static void serve(go_conn *c)
{
    struct job_peer p = {0};
    char out[JOB_ROOM];
    for (ssize_t n; (n = go_conn_read(c, p.in + p.have, sizeof p.in - p.have)) > 0;) {
        size_t bytes = job_answer(&p, (size_t)n, out);
        if (go_conn_write(c, out, bytes) != (ssize_t)bytes)
            break;
    }
    go_conn_free(c);
}

static int port_of(go_listener *l)
{
    char address[64];
    (void)go_listener_addr(l, address, sizeof address);
    return atoi(strrchr(address, ':') + 1);
}

int main(int argc, char **argv)
{
    struct job *j = job_start(argc, argv);
    go_waitgroup open = {0};
    go_listener *l = go_listen("tcp", "127.0.0.1:0", NULL);
    if (!l)
        job_fail("listen");
    job_open(j, port_of(l));
    for (long i = 0; i < j->connections; i++) {
        go_conn *c = go_accept(l, NULL);
        if (!c)
            job_fail("accept");
        go_waitgroup_go(&open, serve, c);
    }
    go_waitgroup_wait(&open);
    go_listener_free(l);
    return job_finish(j);
}
