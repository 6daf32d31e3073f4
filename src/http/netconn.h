// SPDX-License-Identifier: MIT
// What the server needs of a connection beyond net.h: waiting without a buffer, trying without waiting, hearing that the
// peer has left, and giving back what was read too much.
#ifndef GF_HTTP_NETCONN_H
#define GF_HTTP_NETCONN_H

#include <gofer/net.h>

// Whether a layer (TLS) reads in the socket's place: the next two are for connections without one.
bool gf_netconn_is_layered(go_conn *c);
// Waits until a read makes sense: 0, and it is the caller's turn to read until gf_netconn_end_reading; or an error of the
// wait.
int gf_netconn_begin_reading(go_conn *c);
void gf_netconn_end_reading(go_conn *c);
// In that turn, reads what is there: bytes, 0 at the end, -EAGAIN if there is nothing. Heeds no deadline.
ssize_t gf_netconn_read_ready(go_conn *c, void *buf, size_t n);
// The same in a turn of its own.
ssize_t gf_netconn_try_read(go_conn *c, void *buf, size_t n);
// Waits until the peer has closed its side: 0. Something else than 0: the deadline came, the connection was closed here,
// or the peer has sent something that should be read first.
int gf_netconn_wait_hangup(go_conn *c);
// Whether there are bytes, the end, or an error, now.
bool gf_netconn_has_event(go_conn *c);
// Waits until something happens on a connection on which nothing should: bytes, the end, an error: 0. -EAGAIN does not come;
// -ETIMEDOUT and -ESHUTDOWN as ever.
int gf_netconn_wait_event(go_conn *c);
// Says something to who speaks no TLS, past the layer, after what it has said has been dropped: unread it would make the close
// a reset, which may overtake the text.
void gf_netconn_say_plainly(go_conn *c, const char *text);
// Makes these bytes the first that reading returns. 0, or -ENOMEM.
int gf_netconn_unread(go_conn *c, const void *p, size_t n);

#endif
