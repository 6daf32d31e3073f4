// SPDX-License-Identifier: MIT
// A connection as the files of net/ and the rooms above see it: a socket, and maybe a layer on top (TLS) that reads and
// writes in its place. The layer is reached by pointer, so that a program without it does not link it.
#ifndef GF_NET_CONN_H
#define GF_NET_CONN_H

#include "io/fd.h"
#include "net/address.h"

#include <gofer/net.h>

// What a layer does instead of the socket. All as the public functions; `state` is the layer's own.
struct gf_layer {
    ssize_t (*read)(void *state, void *buf, size_t n);
    ssize_t (*write)(void *state, const void *buf, size_t n);
    int (*close_write)(void *state);
    // Before the socket closes, by the one whose close counts: says goodbye, without waiting.
    void (*close)(void *state);
    void (*destroy)(void *state);
};

struct go_conn {
    struct gf_fd fd;
    const struct gf_layer *layer; // [const] once the connection is handed out; NULL: none
    void *state;
    bool drains; // [const] a short read means that nothing is left: TCP
};

// A connection of a connected, non-blocking socket, which is taken over and closed on failure.
go_conn *gf_conn_new(int socket, const struct gf_network *network, int *err);

// A socket of the network, non-blocking, closed on exec, with gofer's options (net/options.h); negative errno.
int gf_socket(const struct gf_network *network, int family);

// What goes over the socket itself, below a layer.
ssize_t gf_conn_read_socket(go_conn *c, void *buf, size_t n);
ssize_t gf_conn_write_socket(go_conn *c, const void *buf, size_t n);

// Puts TLS on a connection to a server, of which nobody else makes use yet, and shakes hands as a client: errors as of
// go_tls_dial.
int gf_conn_secure(go_context *ctx, go_conn *c, const char *address, const go_tls_config *config);

// One attempt, in the caller's turn: -EAGAIN if the kernel has nothing, or no room, which is remembered for gf_fd_wait.
ssize_t gf_conn_try_read_socket(go_conn *c, void *buf, size_t n);
ssize_t gf_conn_try_send(go_conn *c, const struct msghdr *message);

// Sends what the message says once there is room, or a part of it; the turn for writing is the caller's.
ssize_t gf_conn_send_message(go_conn *c, const struct msghdr *message);

// One end's address as text: by getsockname or getpeername.
typedef int gf_name_call(int socket, struct sockaddr *sa, socklen_t *n);
int gf_socket_address(struct gf_fd *f, gf_name_call *call, char *text, size_t n);

// The monotonic moment that a public deadline means; GF_NEVER for the zero one.
int64_t gf_deadline_of(go_time t);

// Stores an outcome for the caller, who may not want it.
static inline void gf_set_error(int *err, int value)
{
    if (err)
        *err = value;
}

#endif
