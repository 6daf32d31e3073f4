// SPDX-License-Identifier: MIT
// TLS's two ends: dialing, which shakes hands at once, within the context; and listening, where the handshake is left to
// whoever reads first, so that a slow client holds up nobody's accept. A listener's certificates are read anew on demand:
// connections from then on get the new ones, and resume with the old tickets' keys.
#include "net/tls.h"

#include <errno.h>
#include <gofer/sync.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

// --- Dialing ---

static const go_time EXPIRED = {.wall = 1, .monotonic = 1};

static void interrupt(go_conn *c, go_waitgroup *running)
{
    go_conn_set_deadline(c, EXPIRED);
    go_waitgroup_done(running);
}

static int shake_hands(go_context *ctx, go_conn *c)
{
    go_waitgroup running = {0};
    go_waitgroup_add(&running, 1);
    go_after_stop *guard = go_context_after_func(ctx, interrupt, c, &running);
    int error = gf_tls_handshake(c);
    if (!go_after_stop_call(guard))
        go_waitgroup_wait(&running);
    go_after_stop_free(guard);
    int ended = go_context_err(ctx);
    return ended ? ended : error;
}

// A name as certificates have it: without the dot of the root, or the zone of an address. To OpenSSL a dot in front would
// mean any host below.
static int canonicalize(char name[GF_MOST_HOST])
{
    size_t n = strcspn(name, "%");
    if (n > 1 && name[n - 1] == '.')
        n--;
    name[n] = '\0';
    return n == 0 || *name == '.' ? -EINVAL : 0;
}

// Who the server must be: as configured, or the host that was dialed.
static int name_of(const go_tls_config *config, const char *address, char name[GF_MOST_HOST])
{
    int port, error = 0;
    const char *wanted = config->server_name;
    if (!wanted || !*wanted)
        error = gf_address_split(SOCK_STREAM, address, name, &port);
    else if (snprintf(name, GF_MOST_HOST, "%s", wanted) >= GF_MOST_HOST)
        error = -EINVAL;
    if (error)
        return error;
    if (!*name)
        strcpy(name, "localhost");
    return canonicalize(name);
}

int gf_conn_secure(go_context *ctx, go_conn *c, const char *address, const go_tls_config *config)
{
    static const go_tls_config defaults;
    struct gf_tls_client *client;
    char name[GF_MOST_HOST], key[2 * GF_MOST_HOST + 1];
    config = config ? config : &defaults;
    int error = name_of(config, address, name);
    if (error || (error = gf_tls_client(config, &client)))
        return error;
    snprintf(key, sizeof key, "%s %.*s", name, GF_MOST_HOST, address);
    SSL *ssl = gf_tls_client_new(client, name, key);
    error = ssl ? gf_tls_attach(c, ssl) : -ENOMEM;
    if (error)
        SSL_free(ssl);
    return error ? error : shake_hands(ctx, c);
}

go_conn *go_tls_dial(go_context *ctx, const char *network, const char *address,
                     const go_tls_config *config, int *err)
{
    go_conn *c = go_dial(ctx, network, address, err);
    if (!c)
        return NULL;
    int error = gf_conn_secure(ctx, c, address, config);
    gf_set_error(err, error);
    if (error) {
        go_conn_free(c);
        return NULL;
    }
    return c;
}

// --- Listening ---

struct server {
    go_tls_config config; // [const] with texts of its own
    go_mutex lock;
    SSL_CTX *context; // [lock]
};

static void destroy(void *state)
{
    struct server *s = state;
    SSL_CTX_free(s->context);
    free((char *)s->config.ca_file);
    free((char *)s->config.cert_file);
    free((char *)s->config.key_file);
    free((char *)s->config.alpn);
    free(s);
}

static int wrap(void *state, go_conn *c)
{
    struct server *s = state;
    go_mutex_lock(&s->lock);
    SSL *ssl = SSL_new(s->context);
    go_mutex_unlock(&s->lock);
    if (ssl)
        SSL_set_accept_state(ssl);
    int error = ssl ? gf_tls_attach(c, ssl) : -ENOMEM;
    if (error) {
        SSL_free(ssl);
        go_conn_free(c);
    }
    return error;
}

static bool copy_text(const char **to, const char *from)
{
    *to = from ? strdup(from) : NULL;
    return *to || !from;
}

static int server_of(const go_tls_config *config, struct server **out)
{
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    int error = -ENOMEM;
    if (copy_text(&s->config.ca_file, config->ca_file) &&
        copy_text(&s->config.cert_file, config->cert_file) &&
        copy_text(&s->config.key_file, config->key_file) &&
        copy_text(&s->config.alpn, config->alpn))
        error = gf_tls_server_context(&s->config, &s->context);
    if (error)
        destroy(s);
    else
        *out = s;
    return error;
}

go_listener *go_tls_listen(const char *network, const char *address, const go_tls_config *config,
                           int *err)
{
    struct server *s;
    int error = config ? server_of(config, &s) : -EINVAL;
    if (error) {
        gf_set_error(err, error);
        return NULL;
    }
    go_listener *l = go_listen(network, address, err);
    if (!l) {
        destroy(s);
        return NULL;
    }
    l->state = s;
    l->wrap = wrap;
    l->destroy = destroy;
    return l;
}

// What tickets are sealed with.
enum { TICKET_KEYS = 80 };

int go_tls_reload(go_listener *l)
{
    SSL_CTX *fresh;
    unsigned char keys[TICKET_KEYS];
    if (l->wrap != wrap)
        return -EPROTO;
    int error = gf_fd_enter(&l->fd);
    if (error)
        return error;
    struct server *s = l->state;
    error = gf_tls_server_context(&s->config, &fresh);
    if (!error) {
        go_mutex_lock(&s->lock);
        if (SSL_CTX_get_tlsext_ticket_keys(s->context, keys, sizeof keys) == 1)
            SSL_CTX_set_tlsext_ticket_keys(fresh, keys, sizeof keys);
        SSL_CTX *old = s->context;
        s->context = fresh;
        go_mutex_unlock(&s->lock);
        SSL_CTX_free(old);
        OPENSSL_cleanse(keys, sizeof keys);
    }
    gf_fd_leave(&l->fd);
    return error;
}
