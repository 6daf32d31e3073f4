// SPDX-License-Identifier: MIT
// Sending requests: see call.h and sender.h. A body goes by blocks that are copied from where the caller has it, so that
// this memory is in use only under the lock, and can be replaced by a copy when the call returns while a server that
// answered early has not taken everything. A caller's function is called by the sender; when it fails, the connection is
// closed, for the reader of the answer would wait for ever. When the connection fails, it is not: an answer may have come
// before, and may say why.
#include "http/sender.h"

#include "base/assert.h"
#include "http/call.h"

#include <gofer/chan.h>
#include <gofer/go.h>
#include <gofer/net.h>
#include <gofer/select.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A body up to SHORT finds room in any socket's empty buffer.
enum { SHORT = 16 << 10, BLOCK = 32 << 10 };

static const go_duration CONTINUE_TIMEOUT = 1 * GO_SECOND, FINISH_TIMEOUT = 50 * GO_MILLISECOND;

struct gf_sender {
    struct gf_client_conn *conn;                          // [const]
    ssize_t (*read_body)(void *arg, void *buf, size_t n); // [const] NULL: the body is in memory
    void *body_arg;                                       // [const]
    bool chunked, expects;                                // [const]
    bool owns_conn;                                       // [owner] the reply's goroutine
    go_mutex lock;
    const char *rest;      // [lock] of a body in memory
    size_t left;           // [lock] not sent yet, if the length is known
    char *copy;            // [lock] that rest points into, or NULL
    int err;               // [lock]
    GO_CHAN(bool) verdict; // has room for one
    GO_CHAN(go_unit) done; // closed when it sends no more
    char block[BLOCK];
};

// --- The goroutine ---

static bool may_begin(struct gf_sender *s)
{
    bool begin = true;
    GO_SELECT
    {
        GO_CASE_RECV(s->verdict, &begin)
        {
        }
        GO_CASE_TIMEOUT(CONTINUE_TIMEOUT)
        {
        }
    }
    return begin;
}

// The next bytes of the body, in the block: 0 at the end.
static ssize_t next_block(struct gf_sender *s)
{
    go_mutex_lock(&s->lock);
    size_t left = s->left;
    size_t n = s->chunked || left > BLOCK ? BLOCK : left;
    if (!s->read_body && n) {
        memcpy(s->block, s->rest, n);
        s->rest += n;
        s->left -= n;
    }
    go_mutex_unlock(&s->lock);
    if (!s->read_body || n == 0)
        return (ssize_t)n;
    ssize_t got = s->read_body(s->body_arg, s->block, BLOCK);
    if (got <= 0 || s->chunked)
        return got == 0 && !s->chunked ? -EMSGSIZE : got;
    // What is beyond the length that was promised is left out.
    n = (size_t)got < n ? (size_t)got : n;
    go_mutex_lock(&s->lock);
    s->left -= n;
    go_mutex_unlock(&s->lock);
    return (ssize_t)n;
}

static ssize_t write_block(struct gf_sender *s, size_t n)
{
    struct gf_stream *to = &s->conn->stream;
    char size[24];
    struct iovec parts[3] = {{size, 0}, {s->block, n}, {(void *)"\r\n", 2}};
    if (!s->chunked)
        return to->writev(to, parts + 1, 1);
    parts[0].iov_len = (size_t)snprintf(size, sizeof(size), "%zx\r\n", n);
    return to->writev(to, parts, 3);
}

static int send_body(struct gf_sender *s)
{
    struct gf_stream *to = &s->conn->stream;
    ssize_t n, put;
    while ((n = next_block(s)) > 0)
        if ((put = write_block(s, (size_t)n)) < 0)
            return (int)put;
    if (n < 0)
        go_conn_close(s->conn->net);
    if (n < 0 || !s->chunked)
        return (int)n;
    struct iovec end = {(void *)"0\r\n\r\n", 5};
    put = to->writev(to, &end, 1);
    return put < 0 ? (int)put : 0;
}

static void run(struct gf_sender *s)
{
    int err = !s->expects || may_begin(s) ? send_body(s) : -ECANCELED;
    go_mutex_lock(&s->lock);
    s->err = err;
    go_mutex_unlock(&s->lock);
    go_chan_close(s->done);
}

// --- The reply's side ---

void gf_sender_tell(struct gf_sender *s, bool begin)
{
    if (s)
        (void)go_chan_try_send(s->verdict, begin);
}

void gf_sender_let_go(struct gf_sender *s)
{
    if (!s || s->read_body)
        return;
    go_mutex_lock(&s->lock);
    if (s->left) {
        s->copy = malloc(s->left);
        if (!s->copy)
            gf_fatal("http: out of memory");
        s->rest = memcpy(s->copy, s->rest, s->left);
    }
    go_mutex_unlock(&s->lock);
}

bool gf_sender_has_finished(struct gf_sender *s)
{
    bool finished = true;
    if (!s)
        return true;
    GO_SELECT
    {
        GO_CASE_RECV(s->done)
        {
        }
        GO_CASE_TIMEOUT(FINISH_TIMEOUT)
        {
            finished = false;
        }
    }
    return finished && !gf_sender_error(s);
}

int gf_sender_error(struct gf_sender *s)
{
    if (!s)
        return 0;
    go_mutex_lock(&s->lock);
    int err = s->err;
    go_mutex_unlock(&s->lock);
    return err;
}

void gf_sender_leave(struct gf_sender *s, struct gf_client_conn *c)
{
    go_conn_close(c->net);
    s->owns_conn = true;
    gf_sender_tell(s, false);
}

void gf_sender_end(struct gf_sender *s)
{
    if (!s)
        return;
    (void)go_chan_recv(s->done);
    if (s->owns_conn)
        gf_client_conn_free(s->conn);
    go_chan_free(s->done);
    go_chan_free(s->verdict);
    free(s->copy);
    free(s);
}

// --- Beginning ---

static void start(struct gf_attempt *a, bool expects)
{
    const go_http_call *c = a->call;
    struct gf_sender *s = malloc(sizeof(*s));
    if (!s)
        gf_fatal("http: out of memory");
    memset(s, 0, offsetof(struct gf_sender, block));
    s->conn = a->reply->conn;
    s->read_body = c->read_body;
    s->body_arg = c->body_arg;
    s->chunked = c->read_body && !c->body_size;
    s->expects = expects;
    s->rest = c->body;
    s->left = c->body_size;
    s->verdict = GO_CHAN_MAKE(bool, 1);
    s->done = GO_CHAN_MAKE(go_unit);
    a->reply->sender = s;
    GO_SPAWN(run, s);
}

int gf_send_request(struct gf_attempt *a, const go_http_client_options *o)
{
    const go_http_call *c = a->call;
    struct gf_stream *to = &a->reply->conn->stream;
    const char *expect = gf_call_header(c, "expect");
    bool expects = expect && strcasecmp(expect, "100-continue") == 0;
    bool beside = a->with_body && (c->read_body || c->body_size > SHORT || expects);
    struct iovec parts[2] = {gf_compose(a, o), {(void *)c->body, c->body_size}};
    ssize_t put = to->writev(to, parts, a->with_body && !beside ? 2 : 1);
    if (put < 0)
        return (int)put;
    if (beside)
        start(a, expects);
    return 0;
}
