// SPDX-License-Identifier: MIT
// Names to addresses.
#ifndef GF_NET_LOOKUP_H
#define GF_NET_LOOKUP_H

#include "net/address.h"

enum { GF_MOST_ADDRESSES = 32 };

// The addresses of a host, AF_UNSPEC: of both families, best first, each with the port: how many, at most
// GF_MOST_ADDRESSES, or an error as of go_lookup_host. Literals and "localhost" ask nobody.
int gf_lookup(go_context *ctx, int family, const char *host, int port, go_addr *addresses);

// DNS servers instead of the system's, as c-ares writes them ("127.0.0.1:5353"). For tests, before the first lookup.
extern const char *gf_lookup_servers;

#endif
