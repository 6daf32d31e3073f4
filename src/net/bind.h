// SPDX-License-Identifier: MIT
// Sockets bound to a local address, for listeners and datagrams.
#ifndef GF_NET_BIND_H
#define GF_NET_BIND_H

#include "net/address.h"

// A non-blocking socket of the network bound to the address, "host:port" or a path, options set, and listening if it is of
// the kind that does; or a negative errno.
int gf_bind(const struct gf_network *network, const char *address, go_listen_options options);

#endif
