// SPDX-License-Identifier: MIT
// TLS on a connection. OpenSSL reads and writes the socket through a BIO that never waits: when the kernel has nothing, the
// call ends with "want read", the goroutine waits in the poller, as below any other read, and calls again. So a reader
// that waits holds no lock of OpenSSL's object, and a writer goes its way meanwhile.
//
// An SSL object is not made for two threads: `lock` is held around each call of it, never while waiting. Turns are those of
// the socket (io/fd.h); who needs both takes the reader's first. The handshake is done by whoever reads or writes first and
// takes both; afterwards a writer needs the writer's only, and a reader, rarely, both: an answer to the peer's change of
// keys, when the socket is full.
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

struct tls {
    go_conn *conn;
    go_mutex lock;
    SSL *ssl;                 // [lock]
    int io_error;             // [lock] what the socket said during the present call
    _Atomic(bool) handshaken; // release by who has done it, acquire by others
    _Atomic(int) error;       // it is broken for good; relaxed, a hint
};

// --- The socket as OpenSSL sees it ---

static int bio_result(BIO *bio, ssize_t n, int retry)
{
    struct tls *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (n == -EAGAIN)
        BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
    else if (n <= 0)
        t->io_error = n < 0 ? (int)n : -ECONNRESET; // an end without the peer's goodbye
    return n < 0 ? -1 : (int)n;
}

static int bio_read(BIO *bio, char *buf, int n)
{
    struct tls *t = BIO_get_data(bio);
    return bio_result(bio, gf_conn_try_read_socket(t->conn, buf, (size_t)n), BIO_FLAGS_READ);
}

static int bio_write(BIO *bio, const char *buf, int n)
{
    struct tls *t = BIO_get_data(bio);
    struct iovec v = {(void *)buf, (size_t)n};
    struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1};
    return bio_result(bio, gf_conn_try_send(t->conn, &message), BIO_FLAGS_WRITE);
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *method;
static go_once method_once;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gofer");
    if (!method || !BIO_meth_set_read(method, bio_read) || !BIO_meth_set_write(method, bio_write) ||
        !BIO_meth_set_ctrl(method, bio_control))
        gf_fatal("out of memory (TLS)");
}

// --- One call of OpenSSL ---

enum what { HANDSHAKE, READ, WRITE, SHUTDOWN };

static int perform(struct tls *t, enum what what, void *buf, size_t n, size_t *done)
{
    switch (what) {
    case HANDSHAKE:
        return SSL_do_handshake(t->ssl);
    case READ:
        return SSL_read_ex(t->ssl, buf, n, done);
    case WRITE:
        return SSL_write_ex(t->ssl, buf, n, done);
    case SHUTDOWN:
        return SSL_shutdown(t->ssl);
    }
    return 0;
}

// OpenSSL tells a request of HTTP from other nonsense.
static int protocol_error(void)
{
    return ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST ? -EPROTOTYPE : -EPROTO;
}

static ssize_t failure(struct tls *t)
{
    int error = t->io_error ? t->io_error : protocol_error();
    // OpenSSL looks at certificates even if nobody wants to know.
    bool verifies = SSL_get_verify_mode(t->ssl) != SSL_VERIFY_NONE;
    if (!t->io_error && verifies && SSL_get_verify_result(t->ssl) != X509_V_OK)
        error = -EKEYREJECTED;
    gf_store_relaxed(&t->error, error);
    return error;
}

// How much, or 0 at the end, or a negative errno: -EAGAIN with the direction to wait for.
static ssize_t attempt(struct tls *t, enum what what, void *buf, size_t n,
                       enum gf_direction *direction)
{
    size_t done = 0;
    ssize_t result;
    int error = gf_load_relaxed(&t->error); // relaxed: set by a call under the lock, taken next
    if (error)
        return error;
    go_mutex_lock(&t->lock);
    // The list of errors is the thread's: nothing may park between here and the question, not in callbacks either.
    ERR_clear_error();
    t->io_error = 0;
    int ok = perform(t, what, buf, n, &done);
    int reason = SSL_get_error(t->ssl, ok);
    *direction = reason == SSL_ERROR_WANT_WRITE ? GF_WRITING : GF_READING;
    if (ok > 0)
        result = (ssize_t)done;
    else if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE)
        result = -EAGAIN;
    else if (reason == SSL_ERROR_ZERO_RETURN || what == SHUTDOWN)
        result = 0;
    else
        result = failure(t);
    gf_tls_client_keep_session(t->ssl);
    go_mutex_unlock(&t->lock);
    return result;
}

// --- The handshake ---

static int handshake_in_turn(struct tls *t)
{
    enum gf_direction direction;
    ssize_t result;
    // Relaxed: it was done under the turns that we have.
    if (gf_load_relaxed(&t->handshaken))
        return 0;
    while ((result = attempt(t, HANDSHAKE, NULL, 0, &direction)) == -EAGAIN) {
        int error = gf_fd_wait(&t->conn->fd, direction);
        if (error)
            return error;
    }
    if (result == 0)
        gf_store_release(&t->handshaken, true); // pairs with the acquire in handshake
    return (int)result;
}

static int handshake(struct tls *t)
{
    struct gf_fd *f = &t->conn->fd;
    if (gf_load_acquire(&t->handshaken)) // pairs with the release above
        return 0;
    int error = gf_fd_begin(f, GF_READING);
    if (error)
        return error;
    error = gf_fd_begin(f, GF_WRITING);
    if (!error) {
        error = handshake_in_turn(t);
        gf_fd_end(f, GF_WRITING);
    }
    gf_fd_end(f, GF_READING);
    return error;
}

int gf_tls_handshake(go_conn *c)
{
    return handshake(c->state);
}

// --- Reading and writing ---

// The reader's turn is the caller's.
static int wait_as_reader(struct tls *t, enum gf_direction direction)
{
    struct gf_fd *f = &t->conn->fd;
    if (direction == GF_READING)
        return gf_fd_wait(f, GF_READING);
    int error = gf_fd_begin(f, GF_WRITING);
    if (error)
        return error;
    error = gf_fd_wait(f, GF_WRITING);
    gf_fd_end(f, GF_WRITING);
    return error;
}

static ssize_t tls_read(void *state, void *buf, size_t n)
{
    struct tls *t = state;
    enum gf_direction direction;
    ssize_t got = handshake(t);
    if (got < 0 || (got = gf_fd_begin(&t->conn->fd, GF_READING)) < 0)
        return got;
    while ((got = attempt(t, READ, buf, n, &direction)) == -EAGAIN) {
        int error = wait_as_reader(t, direction);
        if (error) {
            got = error;
            break;
        }
    }
    gf_fd_end(&t->conn->fd, GF_READING);
    return got;
}

// The writer's turn is the caller's.
static ssize_t write_record(struct tls *t, const void *buf, size_t n)
{
    enum gf_direction direction;
    ssize_t put;
    while ((put = attempt(t, WRITE, (void *)buf, n, &direction)) == -EAGAIN) {
        // Only a peer that wants to negotiate anew makes a writer read, which is not allowed.
        int error = direction == GF_WRITING ? gf_fd_wait(&t->conn->fd, GF_WRITING) : -EPROTO;
        if (error)
            return error;
    }
    return put;
}

static ssize_t tls_write(void *state, const void *buf, size_t n)
{
    struct tls *t = state;
    size_t done = 0;
    ssize_t put = handshake(t);
    if (put < 0 || (put = gf_fd_begin(&t->conn->fd, GF_WRITING)) < 0)
        return put;
    while (done < n && (put = write_record(t, (const char *)buf + done, n - done)) > 0)
        done += (size_t)put;
    gf_fd_end(&t->conn->fd, GF_WRITING);
    return done > 0 ? (ssize_t)done : put;
}

// --- Ending ---

static int tls_close_write(void *state)
{
    struct tls *t = state;
    enum gf_direction direction;
    int error = handshake(t);
    if (error || (error = gf_fd_begin(&t->conn->fd, GF_WRITING)))
        return error;
    attempt(t, SHUTDOWN, NULL, 0, &direction);
    gf_fd_end(&t->conn->fd, GF_WRITING);
    return 0;
}

// Says goodbye if that is possible now.
static void tls_close(void *state)
{
    struct tls *t = state;
    enum gf_direction direction;
    if (!gf_load_acquire(&t->handshaken) || gf_fd_enter(&t->conn->fd)) // pairs with handshake
        return;
    attempt(t, SHUTDOWN, NULL, 0, &direction);
    gf_fd_leave(&t->conn->fd);
}

static void tls_destroy(void *state)
{
    struct tls *t = state;
    SSL_free(t->ssl);
    free(t);
}

static const struct gf_layer layer = {tls_read, tls_write, tls_close_write, tls_close, tls_destroy};

int gf_tls_attach(go_conn *c, SSL *ssl)
{
    go_once_do(&method_once, make_method);
    struct tls *t = calloc(1, sizeof *t);
    BIO *bio = t ? BIO_new(method) : NULL;
    if (!bio) {
        free(t);
        return -ENOMEM;
    }
    t->conn = c;
    t->ssl = ssl;
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    c->state = t;
    c->layer = &layer;
    return 0;
}

// --- What was agreed on ---

static struct tls *tls_of(go_conn *c)
{
    return c->layer == &layer ? c->state : NULL;
}

int go_tls_alpn(go_conn *c, char *text, size_t n)
{
    struct tls *t = tls_of(c);
    const unsigned char *protocol;
    unsigned length;
    int error = t ? handshake(t) : -EPROTO;
    if (error)
        return error;
    go_mutex_lock(&t->lock);
    SSL_get0_alpn_selected(t->ssl, &protocol, &length);
    bool fits = length < n;
    if (fits) {
        memcpy(text, protocol ? (const char *)protocol : "", length);
        text[length] = '\0';
    }
    go_mutex_unlock(&t->lock);
    return fits ? 0 : -ENOSPC;
}

int go_tls_server_name(go_conn *c, char *text, size_t n)
{
    struct tls *t = tls_of(c);
    int error = t ? handshake(t) : -EPROTO;
    if (error)
        return error;
    go_mutex_lock(&t->lock);
    const char *name = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);
    bool fits = (size_t)snprintf(text, n, "%s", name ? name : "") < n;
    go_mutex_unlock(&t->lock);
    return fits ? 0 : -ENOSPC;
}

bool go_tls_resumed(go_conn *c)
{
    struct tls *t = tls_of(c);
    if (!t || handshake(t))
        return false;
    go_mutex_lock(&t->lock);
    bool resumed = SSL_session_reused(t->ssl);
    go_mutex_unlock(&t->lock);
    return resumed;
}
