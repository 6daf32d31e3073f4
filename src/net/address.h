// SPDX-License-Identifier: MIT
// Networks and addresses as text, and what the socket calls want. The public go_addr's layout is used throughout.
#ifndef GF_NET_ADDRESS_H
#define GF_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct gf_address {
    struct sockaddr_storage sa;
    socklen_t n;
};

// What a network's name says.
struct gf_network {
    const char *name;
    int type;   // SOCK_STREAM, SOCK_DGRAM
    int family; // AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC: either of the first two
};

// NULL: there is none of this name.
const struct gf_network *gf_network_named(const char *name);

// "host:port" taken apart. The host, without brackets and maybe empty, goes to host[]; -EINVAL if it is no such thing.
enum { GF_MOST_HOST = 256 };
int gf_address_split(const char *text, char host[GF_MOST_HOST], int *port);

// A literal IP address of the family, AF_UNSPEC: of any. -ENOENT: it is none, but maybe a name; -EAFNOSUPPORT: it is
// one of the other family.
int gf_address_from_literal(int family, const char *host, int port, struct gf_address *a);
// All interfaces, or this machine itself.
void gf_address_any(int family, int port, struct gf_address *a);
void gf_address_loopback(int family, int port, struct gf_address *a);
// A unix socket's: a path, or '@' and an abstract name. -EINVAL if it is too long or empty.
int gf_address_from_path(const char *path, struct gf_address *a);

// -ENOSPC if it does not fit.
int gf_address_to_text(const struct gf_address *a, char *text, size_t n);

#endif
