// SPDX-License-Identifier: MIT
// Connections, straight-line: a call parks the goroutine until it is done. One goroutine may read while another writes;
// two that read, or write, take turns, call by call.
//
// Networks are "tcp", "udp", each also with 4 or 6 behind it, and "unix". Addresses are "host:port", the host in brackets
// if it is an IPv6 address; an empty host means all interfaces to listen on, and this machine to dial; "unix" takes a path,
// or '@' and an abstract name. A host may be a name where one dials; to listen it is an address or "localhost". The port is a
// number or the name of a service, as in "localhost:http"; none means 0.
//
// A function that returns a pointer returns NULL on failure and stores a negative errno in *err, 0 on success; err may be
// NULL. Broken connections give -EPIPE or -ECONNRESET and never SIGPIPE.
#ifndef GOFER_NET_H
#define GOFER_NET_H

#include <gofer/context.h>
#include <gofer/time.h>
#include <sys/socket.h>
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

// Connects. A name is looked up; if it has addresses of both families, the second one is tried too when the first has not
// answered within 300 ms, and the quicker one wins (RFC 8305). Several addresses of a family are tried one after another.
// Blocks until it is connected, has failed, or ctx has ended.
// Errors: the context's (-ECANCELED, -ETIMEDOUT); -EINVAL for an address that is none, -EPROTONOSUPPORT for an unknown
// network, those of go_lookup_host and connect(2).   Owns: the caller; end with go_conn_free.   Panics: for a NULL ctx.
// From: goroutine or foreign thread.   Go: Dialer.DialContext
GO_API go_conn *go_dial(go_context *ctx, const char *network, const char *address, int *err);

// The same within d, -ETIMEDOUT, at once if d is negative; 0 is no limit.   Go: net.DialTimeout
GO_API go_conn *go_dial_timeout(const char *network, const char *address, go_duration d, int *err);

// --- Names ---

// Looks a host's addresses up, in /etc/hosts and by DNS as /etc/resolv.conf says, IPv4 and IPv6, the best one first, and
// writes at most max of them as text. Any number of lookups run at a time. Blocks until the answer or the end of ctx.
// Returns: how many.   Errors: the context's; -ENOENT: there is no such host; -EINVAL: that is no name; -ETIMEDOUT,
// -ECONNREFUSED: no server answers; -EIO: one answers wrongly.   Go: Resolver.LookupHost
GO_API int go_lookup_host(go_context *ctx, const char *name, char addresses[][64], int max);

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

// Sends n bytes of a file from a place on, without copying them through this process where that is possible.
// Returns: how much; less than asked for at the end of the file, or if an error came after the beginning.
// Errors: as go_conn_write; those of sendfile(2) and read(2) for the file.   Go: TCPConn.ReadFrom
GO_API ssize_t go_conn_send_file(go_conn *c, int fd, off_t offset, size_t n);

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

// --- TLS ---

// A connection of these is a go_conn like any other. TLS 1.2 and 1.3. Texts are copied.
typedef struct go_tls_config {
    const char *server_name; // client: who the server must be; NULL: the host that is dialed
    const char *
        ca_file; // client: PEM file of trusted authorities, NULL: the system's; server: those that clients'
                 // certificates must come from, NULL: clients show none
    const char *
        cert_file; // PEM file of this end's certificate and what leads to its authority; servers need one
    const char *key_file;      // PEM file of its key
    const char *alpn;          // protocols, best first: "h2,http/1.1"
    bool insecure_skip_verify; // client: takes any certificate
} go_tls_config;

// Dials and shakes hands. The server's certificate is verified unless the configuration, which may be NULL, says otherwise.
// A session of an earlier connection there, with the same configuration and the same files, is resumed. Of the certificate
// only the alternative names count, not the subject.
// Errors: as go_dial; -EKEYREJECTED: the certificate is not to be trusted; -EPROTO: the peer speaks no TLS that fits;
// -ECONNRESET: it hung up; -EINVAL, -ENOENT: a file or a text of the configuration is wrong, or not there.
// Owns: the caller; end with go_conn_free.   Go: tls.DialWithDialer
GO_API go_conn *go_tls_dial(go_context *ctx, const char *network, const char *address,
                            const go_tls_config *config, int *err);

// Listens for TLS. go_accept does not wait for the handshake: the first read or write does that, or one of the questions
// below, with errors as go_tls_dial's; or -EPROTOTYPE: the client speaks HTTP without TLS.
// Errors: as go_listen; -EINVAL, -ENOENT as above.   Go: tls.Listen
GO_API go_listener *go_tls_listen(const char *network, const char *address,
                                  const go_tls_config *config, int *err);

// Reads the listener's files again: connections accepted from now on get the new certificate, others keep theirs; sessions
// can still be resumed.   Errors: as go_tls_listen, and then the old one stays; -EPROTO if it is no TLS listener;
// -ESHUTDOWN after a close.   From: goroutine or foreign thread.
GO_API int go_tls_reload(go_listener *l);

// Write what was agreed on: the protocol, and, on a server, the name that the client asked for; "" if there is none.
// Block until the handshake is done.   Errors: the handshake's; -EPROTO without TLS; -ENOSPC if it does not fit.
// Go: ConnectionState.NegotiatedProtocol, ServerName
GO_API int go_tls_alpn(go_conn *c, char *text, size_t n);
GO_API int go_tls_server_name(go_conn *c, char *text, size_t n);
// Returns whether an earlier session was resumed.   Go: ConnectionState.DidResume
GO_API bool go_tls_resumed(go_conn *c);

// --- Datagrams ---

// A socket address of any kind.
typedef struct go_addr {
    struct sockaddr_storage sa;
    socklen_t n;
} go_addr;

// Opens a socket for datagrams from anybody, on "udp", "udp4" or "udp6". It may send to broadcast addresses. A dialed one ("udp" with go_dial) has one peer and
// is read and written as any connection, a datagram a call.
// Errors: as go_listen.   Owns: the caller; end with go_conn_free.   Go: net.ListenPacket
GO_API go_conn *go_listen_packet(const char *network, const char *address, int *err);

// Receives a datagram, cut to n bytes, and where it came from (addr may be NULL). Blocks until there is one.
// Returns: its size as received.   Errors: as go_conn_read.   Go: PacketConn.ReadFrom
GO_API ssize_t go_conn_recv_from(go_conn *c, void *buf, size_t n, go_addr *addr);

// Sends a datagram.   Returns: n.   Errors: as go_conn_write, and -EMSGSIZE.   Go: PacketConn.WriteTo
GO_API ssize_t go_conn_send_to(go_conn *c, const void *buf, size_t n, const go_addr *addr);

// Write an address as text, and make one of text: "127.0.0.1:80", "[::1]:80", "/path".
// Errors: -ENOSPC if it does not fit in n bytes; -EINVAL, -ENOENT if the text is no address.   Go: Addr.String,
// netip.ParseAddrPort
GO_API int go_addr_text(const go_addr *addr, char *text, size_t n);
GO_API int go_addr_parse(const char *text, go_addr *addr);

GO_END_DECLS

#endif
