// SPDX-License-Identifier: MIT
// What gofer sets on TCP sockets without being asked, as Go does: small writes go at once, and a peer that has vanished
// is noticed.
#ifndef GF_NET_OPTIONS_H
#define GF_NET_OPTIONS_H

// The kernel cuts it to net.core.somaxconn.
enum { GF_LONGEST_BACKLOG = 65535 };

// No delay, and keep-alive after 15 s of silence, every 15 s, 9 times. Failures do not matter.
void gf_tcp_set_options(int socket);

#endif
