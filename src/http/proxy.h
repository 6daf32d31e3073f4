// SPDX-License-Identifier: MIT
// Proxies of the client: which of them a call goes through, and the way through one to a server that speaks TLS.
#ifndef GF_HTTP_PROXY_H
#define GF_HTTP_PROXY_H

#include "http/url.h"

#include <gofer/context.h>
#include <gofer/net.h>

struct gf_proxy {
    bool named, usable; // there is one; it is one that this client can speak to
    struct gf_url url;
};

// What was configured when the client was made. [const] afterwards.
struct gf_proxies {
    struct gf_proxy http, https; // for calls to such URLs
    bool for_all;                // no host is an exception
    const char *exceptions;      // NO_PROXY; "" if there are none
    struct gf_arena arena;
    _Alignas(16) char room[512];
};

// `chosen`: one for all calls, "" for none, NULL for what the environment says.
void gf_proxies_init(struct gf_proxies *p, const char *chosen);
void gf_proxies_free(struct gf_proxies *p);

// The proxy that a call to the URL goes through, NULL for none.   0, or -EPROTONOSUPPORT: it cannot be used.
int gf_proxies_find(const struct gf_proxies *p, const struct gf_url *url,
                    const struct gf_url **proxy);

// Has the proxy at the other end of a connection connect it to the URL's place (CONNECT).
// 0, or -EACCES: it wants credentials; -ECONNREFUSED: it refuses; -EBADMSG, and errors of the connection.
int gf_proxy_connect(go_context *ctx, go_conn *net, const struct gf_url *proxy,
                     const struct gf_url *url);

#endif
