// SPDX-License-Identifier: MIT
// The job of job.h by libuv: one thread and one loop, which calls back when a connection has come, when bytes have come, when
// bytes have gone and when a handle is closed. What a connection needs from one call to the next lives on the heap, and so
// does each answer, until it is sent.
//
// gofer: link libuv
#include "job.h"

#include <uv.h>

struct connection {
    uv_tcp_t tcp; // first, so that a handle is its connection
    struct job_peer peer;
};

struct answer {
    uv_write_t request; // first, as above
    char out[JOB_ROOM];
};

struct server {
    uv_tcp_t listener; // first, as above
    long left;         // connections that have not been closed
};

static void check(int err, const char *what)
{
    if (err < 0) {
        fprintf(stderr, "%s: %s\n", what, uv_strerror(err));
        exit(1);
    }
}

static void *allocate(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p)
        job_fail("calloc");
    return p;
}

static void on_close(uv_handle_t *h)
{
    struct server *s = h->data;
    free(h);
    if (--s->left == 0)
        uv_close((uv_handle_t *)&s->listener, NULL); // the loop has nothing more to wait for
}

static void on_written(uv_write_t *request, int status)
{
    if (status < 0)
        fprintf(stderr, "write: %s\n", uv_strerror(status));
    free(request);
}

static void on_room(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    struct job_peer *p = &((struct connection *)h)->peer;
    (void)suggested;
    *buf = uv_buf_init(p->in + p->have, (unsigned)(sizeof p->in - p->have));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_close);
        return;
    }
    struct answer *a = allocate(sizeof *a);
    size_t bytes = job_answer(&((struct connection *)stream)->peer, (size_t)n, a->out);
    uv_buf_t out = uv_buf_init(a->out, (unsigned)bytes);
    check(uv_write(&a->request, stream, &out, 1, on_written), "write");
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct connection *c = allocate(sizeof *c);
    check(status, "listen");
    check(uv_tcp_init(listener->loop, &c->tcp), "tcp");
    c->tcp.data = listener;
    check(uv_accept(listener, (uv_stream_t *)&c->tcp), "accept");
    uv_tcp_nodelay(&c->tcp, 1);
    check(uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read), "read");
}

static int port_of(const uv_tcp_t *listener)
{
    struct sockaddr_in a;
    int n = sizeof a;
    check(uv_tcp_getsockname(listener, (struct sockaddr *)&a, &n), "getsockname");
    return ntohs(a.sin_port);
}

int main(int argc, char **argv)
{
    struct job *j = job_start(argc, argv);
    struct server s = {.left = j->connections};
    struct sockaddr_in a;
    uv_loop_t *loop = uv_default_loop();
    uv_ip4_addr("127.0.0.1", 0, &a);
    check(uv_tcp_init(loop, &s.listener), "tcp");
    check(uv_tcp_bind(&s.listener, (const struct sockaddr *)&a, 0), "bind");
    check(uv_listen((uv_stream_t *)&s.listener, 4096, on_connection), "listen");
    job_open(j, port_of(&s.listener));
    uv_run(loop, UV_RUN_DEFAULT);
    uv_loop_close(loop);
    return job_finish(j);
}
