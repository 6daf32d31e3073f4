// SPDX-License-Identifier: MIT
// Binding: from an address's text to a socket that has it. What connections want of their sockets (no delay, keep-alive) a
// listener has too: accepted ones inherit it, so an accept is one system call.
#include "net/bind.h"

#include "net/conn.h"
#include "net/options.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static int set_options(int s, const go_addr *a, const struct gf_network *network,
                       go_listen_options options)
{
    int on = 1, only6 = network->family == AF_INET6;
    bool stream = network->type == SOCK_STREAM;
    if (a->sa.ss_family == AF_UNIX)
        return 0;
    // Of two datagram sockets that reuse an address the later one would take all.
    if ((stream && setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) ||
        (options.reuse_port && setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) ||
        (a->sa.ss_family == AF_INET6 &&
         setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof only6) < 0))
        return -errno;
    return 0;
}

static int start_listening(int s, int backlog)
{
    return listen(s, backlog > 0 ? backlog : GF_LONGEST_BACKLOG) < 0 ? -errno : 0;
}

static int open_at(const struct gf_network *network, const go_addr *a, go_listen_options options)
{
    int s = gf_socket(network, a->sa.ss_family);
    if (s < 0)
        return s;
    int error = set_options(s, a, network, options);
    if (!error && bind(s, (const struct sockaddr *)&a->sa, a->n) < 0)
        error = -errno;
    if (!error && network->type == SOCK_STREAM)
        error = start_listening(s, options.backlog);
    if (error) {
        close(s);
        return error;
    }
    return s;
}

// All interfaces: IPv6 and IPv4 in one socket, or, where there is no IPv6, IPv4.
static int open_any(const struct gf_network *network, int port, go_listen_options options)
{
    go_addr a;
    int s = -EAFNOSUPPORT;
    if (network->family != AF_INET) {
        gf_address_any(AF_INET6, port, &a);
        s = open_at(network, &a, options);
    }
    if ((s == -EAFNOSUPPORT || s == -EADDRNOTAVAIL) && network->family != AF_INET6) {
        gf_address_any(AF_INET, port, &a);
        s = open_at(network, &a, options);
    }
    return s;
}

int gf_bind(const struct gf_network *network, const char *address, go_listen_options options)
{
    go_addr a;
    char host[GF_MOST_HOST];
    int port, error;
    if (network->family == AF_UNIX) {
        error = gf_address_from_path(address, &a);
        return error ? error : open_at(network, &a, options);
    }
    error = gf_address_split(network->type, address, host, &port);
    if (error)
        return error;
    if (!*host)
        return open_any(network, port, options);
    if (strcmp(host, "localhost") == 0)
        gf_address_loopback(network->family == AF_INET6 ? AF_INET6 : AF_INET, port, &a);
    else if ((error = gf_address_from_literal(network->family, host, port, &a)))
        return error;
    return open_at(network, &a, options);
}
