// SPDX-License-Identifier: MIT
// The options of sockets, with Go's figures: TCP_NODELAY, and keep-alive probes from the fifteenth second of silence on;
// SO_BROADCAST for datagrams, without which the kernel sends none to a broadcast address.
#include "net/options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { KEEP_ALIVE_SECONDS = 15, KEEP_ALIVE_PROBES = 9 };

static void set(int socket, int level, int option, int value)
{
    setsockopt(socket, level, option, &value, sizeof value);
}

static void set_tcp(int socket)
{
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_SECONDS);
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_SECONDS);
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, KEEP_ALIVE_PROBES);
}

void gf_set_options(int socket, const struct gf_network *network)
{
    if (network->family == AF_UNIX)
        return;
    if (network->type == SOCK_STREAM)
        set_tcp(socket);
    else
        set(socket, SOL_SOCKET, SO_BROADCAST, 1);
}
