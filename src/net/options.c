// SPDX-License-Identifier: MIT
// The options of TCP sockets, with Go's figures: TCP_NODELAY, and keep-alive probes from the fifteenth second of silence
// on. A socket that is not TCP refuses them, which does not matter.
#include "net/options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { KEEP_ALIVE_SECONDS = 15, KEEP_ALIVE_PROBES = 9 };

static void set(int socket, int level, int option, int value)
{
    setsockopt(socket, level, option, &value, sizeof value);
}

void gf_tcp_set_options(int socket)
{
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_SECONDS);
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_SECONDS);
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, KEEP_ALIVE_PROBES);
}
