// SPDX-License-Identifier: MIT
// A listener as the files of net/ see it: a listening socket, and maybe a layer that connections get (TLS), by pointer,
// so that a program without it does not link it.
#ifndef GF_NET_LISTEN_H
#define GF_NET_LISTEN_H

#include "net/conn.h"

struct go_listener {
    struct gf_fd fd;
    const struct gf_network *network; // [const]
    char *path;                       // [const] of a unix socket, removed by the close; or NULL
    // [const] once it is handed out: puts the layer on an accepted connection, which it frees if that fails; or NULL.
    int (*wrap)(void *state, go_conn *c);
    void (*destroy)(void *state);
    void *state;
};

#endif
