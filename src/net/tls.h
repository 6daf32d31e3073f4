// SPDX-License-Identifier: MIT
// What the files of TLS share. Three things: contexts (OpenSSL's SSL_CTX: certificates, trust, ALPN) made from a
// configuration; sessions that a client keeps, to resume; and the layer on a connection.
#ifndef GF_NET_TLS_H
#define GF_NET_TLS_H

#include "net/listen.h"

#include <openssl/ssl.h>

// --- tlscontext.c ---

// Makes a context, for the caller to free: 0, or -ENOMEM, -ENOENT (a file is not there), -EINVAL (what is in it is
// of no use, or the configuration contradicts itself).
int gf_tls_server_context(const go_tls_config *config, SSL_CTX **context);

// A client's context, one for all equal configurations, which lives for ever.
struct gf_tls_client;
int gf_tls_client(const go_tls_config *config, struct gf_tls_client **client);
// A TLS client for a server of this name (an IP address too), which will offer to resume the session kept under `key`, and
// keep the next one there. NULL: no memory.
SSL *gf_tls_client_new(struct gf_tls_client *client, const char *name, const char *key);
// Keeps the session that the last call of OpenSSL has brought, if any. Outside of such a call, since it may park.
void gf_tls_client_keep_session(SSL *ssl);

// --- tls.c ---

// Puts the layer onto a connection that nobody uses yet; `ssl` is taken over. -ENOMEM, and both are as before.
int gf_tls_attach(go_conn *c, SSL *ssl);
// Shakes hands now: 0, or an error of the connection, -EKEYREJECTED, -EPROTO.
int gf_tls_handshake(go_conn *c);

#endif
