// SPDX-License-Identifier: MIT
// Networks and addresses as text, and what the socket calls want.
#ifndef GF_NET_ADDRESS_H
#define GF_NET_ADDRESS_H

#include <gofer/net.h>

// What a network's name says.
struct gf_network {
    const char *name;
    int type;   // SOCK_STREAM, SOCK_DGRAM
    int family; // AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC: either of the first two
};

// NULL: there is none of this name.
const struct gf_network *gf_network_named(const char *name);

// "host:port" taken apart. The host, without brackets and maybe empty, goes to host[]; the port may be left out (0) or be the
// name of a service on sockets of the type, but has to be a number if that is 0. -EINVAL if it is no such thing.
enum { GF_MOST_HOST = 256 };
int gf_address_split(int type, const char *text, char host[GF_MOST_HOST], int *port);

// A literal IP address of the family, AF_UNSPEC: of any. -ENOENT: it is none, but maybe a name; -EAFNOSUPPORT: it is
// one of the other family.
int gf_address_from_literal(int family, const char *host, int port, go_addr *a);
// All interfaces, or this machine itself.
void gf_address_any(int family, int port, go_addr *a);
void gf_address_loopback(int family, int port, go_addr *a);
// A unix socket's: a path, or '@' and an abstract name. -EINVAL if it is too long or empty.
int gf_address_from_path(const char *path, go_addr *a);

void gf_address_set_port(go_addr *a, int port);
// The IP address alone, without port and brackets.
void gf_address_host(const go_addr *a, char text[64]);

#endif
