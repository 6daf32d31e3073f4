// SPDX-License-Identifier: MIT
// One request of a call: what go_http_do was asked for, as the redirects so far have left it; its head as bytes; and the
// sending of its body, beside which the answer is read.
#ifndef GF_HTTP_CALL_H
#define GF_HTTP_CALL_H

#include "http/reply.h"

struct gf_attempt {
    struct go_http_reply *reply;
    const go_http_call *call;
    const char *method;
    struct gf_url url;
    const char *referer; // the page that pointed here; NULL: none, or none to be told
    const char *origin;  // the host that was meant at first
    bool
        with_body; // false as well once a redirect has dropped it, with the headers that describe it
    bool dropped_body, redirected;
    bool own_host; // the caller's Host is sent
    bool trusted;  // the caller's credentials are sent
};

// --- compose.c ---

// Whether the method and the headers are such as may be sent.
bool gf_call_is_valid(const go_http_call *call);
// The value of a header that the caller wants to send; NULL if there is none.
const char *gf_call_header(const go_http_call *call, const char *name);
// The head of the request, in the reply's arena.
struct iovec gf_compose(const struct gf_attempt *a, const go_http_client_options *o);

// --- sender.c ---

// Sends the request. A short body goes along at once, a longer one, or one that waits for "100 Continue", by a sender that
// the reply gets, and that runs until gf_sender_end.   0, or the connection's error.
int gf_send_request(struct gf_attempt *a, const go_http_client_options *o);

#endif
