// SPDX-License-Identifier: MIT
// What gofer sets on sockets without being asked, as Go does: over TCP small writes go at once, and a peer that has vanished
// is noticed; datagrams may go to everybody on the net.
#ifndef GF_NET_OPTIONS_H
#define GF_NET_OPTIONS_H

#include "net/address.h"

// The kernel cuts it to net.core.somaxconn.
enum { GF_LONGEST_BACKLOG = 65535 };

// TCP: no delay, and keep-alive after 15 s of silence, every 15 s, 9 times. UDP: broadcast. Failures do not matter.
void gf_set_options(int socket, const struct gf_network *network);

#endif
