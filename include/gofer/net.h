// SPDX-License-Identifier: MIT
// Connections, straight-line: a call parks the goroutine until it is done. One goroutine may read while another writes;
// two that read, or write, take turns, call by call.
//
// Networks are "tcp", "tcp4", "tcp6" and "unix". Addresses are "host:port", the host in brackets if it is IPv6; an empty
// host means all interfaces to listen on, and this machine to dial; "unix" takes a path, or '@' and an abstract name.
//
// A function that returns a pointer returns NULL on failure and stores a negative errno in *err, 0 on success; err may be
// NULL. Broken connections give -EPIPE or -ECONNRESET and never SIGPIPE.
#ifndef GOFER_NET_H
#define GOFER_NET_H

#include <gofer/time.h>
#include <sys/types.h>
#include <sys/uio.h>

GO_BEGIN_DECLS

typedef struct go_conn go_conn;
typedef struct go_listener go_listener;

// --- Listening ---

typedef struct go_listen_options {
    int backlog; // connections that may wait to be accepted; 0: as many as the system allows
    bool
        reuse_port; // several listeners share the port, and the kernel spreads connections over them
} go_listen_options;

// Listens. Port 0 takes a free one: see go_listener_addr. A listener on all interfaces takes IPv4 and IPv6 with "tcp".
// Errors: -EINVAL for an address that is none, -EPROTONOSUPPORT for an unknown network, those of bind(2) and listen(2).
// Owns: the caller; end with go_listener_free.   Go: net.Listen, net.ListenConfig
GO_API go_listener *go_listen(const char *network, const char *address, int *err);
GO_API go_listener *go_listen_with(const char *network, const char *address,
                                   go_listen_options options, int *err);

// Takes the next connection. Blocks until there is one. When the process or the system has no descriptor left it waits for
// one to become free: the connection stays in the queue and is not lost. Several goroutines may accept; they take turns.
// Errors: -ESHUTDOWN after a close.   Owns: the caller; end with go_conn_free.   From: goroutine or foreign thread.
// Go: Listener.Accept
GO_API go_conn *go_accept(go_listener *l, int *err);

// Writes the listener's address as text, for example "127.0.0.1:8080" or "[::]:80".
// Errors: -ENOSPC if it does not fit in n bytes; -ESHUTDOWN after a close.   Go: Listener.Addr
GO_API int go_listener_addr(go_listener *l, char *text, size_t n);

// Stops listening: go_accept gives -ESHUTDOWN, now and later. Connections that have been accepted stay.
// Errors: -ESHUTDOWN the second time.   Go: Listener.Close
GO_API int go_listener_close(go_listener *l);

// Closes it, if need be, and ends it; who still blocks in go_accept returns first. NULL is allowed.
GO_API void go_listener_free(go_listener *l);

// --- Dialing ---

// Connects, within d; for as long as it takes if d is negative.
// Errors: -ETIMEDOUT; -EINVAL for an address that is none, -EPROTONOSUPPORT for an unknown network; those of
// connect(2).   Owns: the caller; end with go_conn_free.   From: goroutine or foreign thread.   Go: net.DialTimeout
GO_API go_conn *go_dial_timeout(const char *network, const char *address, go_duration d, int *err);

// --- Connections ---

// Reads what is there, n bytes at most. Blocks while there is nothing; not at all if n is 0.
// Returns: how much, 0 at the end.   Errors: -ETIMEDOUT once the deadline has passed, even if data is there; -ESHUTDOWN
// after a close; -ECONNRESET and other errors of the connection.   From: goroutine or foreign thread.   Go: Conn.Read
GO_API ssize_t go_conn_read(go_conn *c, void *buf, size_t n);

// Write all. Block while there is no room.
// Return: how much; less than asked for only if an error came after the beginning, which the next call tells.
// Errors: as go_conn_read; -EPIPE if the peer takes no more.   Go: Conn.Write, net.Buffers.WriteTo
GO_API ssize_t go_conn_write(go_conn *c, const void *buf, size_t n);
GO_API ssize_t go_conn_writev(go_conn *c, const struct iovec *v, int count);

// Closes the connection: whoever blocks on it, and every later call, gets -ESHUTDOWN. The descriptor goes when the last
// of them has left.   Errors: -ESHUTDOWN the second time.   Go: Conn.Close
GO_API int go_conn_close(go_conn *c);

// Ends the writing half: the peer reads the rest and then the end; reading goes on.
// Errors: -ESHUTDOWN after a close, -ENOTCONN if the connection is gone.   Go: TCPConn.CloseWrite
GO_API int go_conn_close_write(go_conn *c);

// Closes it, if need be, and ends it; who still blocks on it returns first. NULL is allowed.
GO_API void go_conn_free(go_conn *c);

// Set the moment from which reads, writes, or both fail with -ETIMEDOUT, those under way too; the zero go_time means
// none. It stands until it is set anew.   Errors: -ESHUTDOWN after a close.   From: any thread.   Go: Conn.SetDeadline
GO_API int go_conn_set_deadline(go_conn *c, go_time t);
GO_API int go_conn_set_read_deadline(go_conn *c, go_time t);
GO_API int go_conn_set_write_deadline(go_conn *c, go_time t);

// Write this end's or the other end's address as text.   Errors: -ENOSPC if it does not fit in n bytes; -ESHUTDOWN after a
// close; -ENOTCONN if the connection is gone.   Go: Conn.LocalAddr, Conn.RemoteAddr
GO_API int go_conn_local_addr(go_conn *c, char *text, size_t n);
GO_API int go_conn_remote_addr(go_conn *c, char *text, size_t n);

GO_END_DECLS

#endif
