// SPDX-License-Identifier: MIT
// The URLs that a client can call: absolute, http or https. And references, resolved against one, as in Location.
#ifndef GF_HTTP_URL_H
#define GF_HTTP_URL_H

#include "http/text.h"

struct gf_url {
    bool tls;         // https
    const char *host; // as in Host: with a port if it is not the usual one, without a zone
    const char
        *name; // the host alone, without brackets; an IPv6 address may have a zone behind '%'
    const char *address; // "host:port" to dial
    const char *target;  // path and query, escaped; begins with a slash
    const char *user;    // "user:password", decoded; NULL: none
};

// Takes a URL apart; texts lie in the arena. False if it is none that a client can call.
bool gf_url_parse(struct gf_arena *a, const char *text, struct gf_url *url);
// Whether a reference has a scheme: then it means the same on each page.
bool gf_url_is_absolute(const char *reference);
// The absolute URL that a reference means on a page.
const char *gf_url_resolve(struct gf_arena *a, const struct gf_url *base, const char *reference);

#endif
