// SPDX-License-Identifier: MIT
// What a TLS configuration comes to. A server's context belongs to its listener. A client's is kept, one for all equal
// configurations with equal files, since reading the system's certificates takes longer than a handshake; with it the last
// sessions, each under the name and address of its server, so that the next connection there resumes. A file that is
// replaced makes a new one.
//
// OpenSSL's own cleanup at the end of the process is left out: other goroutines may still be at work then.
#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static go_once library_once;

// Where OpenSSL's objects keep what goes with them: a server's context its ALPN, a client's SSL its ticket.
static int alpn_index, ticket_index;

static void free_with_owner(void *owner, void *data, CRYPTO_EX_DATA *all, int index, long l,
                            void *p)
{
    (void)owner, (void)all, (void)index, (void)l, (void)p;
    free(data);
}

// A client's session on its way from OpenSSL to where it is kept.
struct ticket {
    SSL_SESSION *fresh; // the latest that the server has sent, or NULL
    char key[];         // where it will be kept
};

static void free_ticket(void *owner, void *data, CRYPTO_EX_DATA *all, int index, long l, void *p)
{
    struct ticket *t = data;
    (void)owner, (void)all, (void)index, (void)l, (void)p;
    if (t)
        SSL_SESSION_free(t->fresh);
    free(t);
}

static void init_library(void)
{
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL);
    alpn_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_with_owner);
    ticket_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_ticket);
}

static SSL_CTX *new_context(const SSL_METHOD *m)
{
    go_once_do(&library_once, init_library);
    SSL_CTX *c = SSL_CTX_new(m);
    if (!c)
        return NULL;
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
    return c;
}

static int file_error(const char *file)
{
    return access(file, R_OK) < 0 ? -errno : -EINVAL;
}

static int use_certificate(SSL_CTX *c, const go_tls_config *config)
{
    if (!config->cert_file && !config->key_file)
        return 0;
    if (!config->cert_file || !config->key_file)
        return -EINVAL;
    if (SSL_CTX_use_certificate_chain_file(c, config->cert_file) != 1)
        return file_error(config->cert_file);
    if (SSL_CTX_use_PrivateKey_file(c, config->key_file, SSL_FILETYPE_PEM) != 1)
        return file_error(config->key_file);
    return SSL_CTX_check_private_key(c) == 1 ? 0 : -EINVAL;
}

static int use_authorities(SSL_CTX *c, const char *file)
{
    if (file)
        return SSL_CTX_load_verify_locations(c, file, NULL) == 1 ? 0 : file_error(file);
    return SSL_CTX_set_default_verify_paths(c) == 1 ? 0 : -EINVAL;
}

// "h2,http/1.1" as the wire has it: each name behind its length. The size, 0 for none, or -EINVAL.
enum { MOST_ALPN = 256 };

static int encode_alpn(const char *names, unsigned char wire[MOST_ALPN])
{
    size_t at = 0;
    while (names && *names) {
        size_t n = strcspn(names, ",");
        if (n == 0 || n > 255 || at + n + 1 > MOST_ALPN)
            return -EINVAL;
        wire[at] = (unsigned char)n;
        memcpy(wire + at + 1, names, n);
        at += n + 1;
        names += n + (names[n] == ',');
    }
    return (int)at;
}

// --- Servers ---

struct alpn {
    int size;
    unsigned char wire[MOST_ALPN];
};

// The first of the server's that the client knows too; if there is none the handshake fails, as in Go.
static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                       const unsigned char *in, unsigned in_size, void *arg)
{
    const struct alpn *mine = arg;
    (void)ssl;
    int found = SSL_select_next_proto((unsigned char **)out, out_size, mine->wire,
                                      (unsigned)mine->size, in, in_size);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int serve_alpn(SSL_CTX *c, const char *names)
{
    if (!names)
        return 0;
    struct alpn *a = malloc(sizeof *a);
    if (!a || SSL_CTX_set_ex_data(c, alpn_index, a) != 1) {
        free(a);
        return -ENOMEM;
    }
    a->size = encode_alpn(names, a->wire);
    SSL_CTX_set_alpn_select_cb(c, select_alpn, a);
    return a->size < 0 ? a->size : 0;
}

static int set_up_server(SSL_CTX *c, const go_tls_config *config)
{
    static const unsigned char id[] = "gofer";
    int error = config->cert_file ? use_certificate(c, config) : -EINVAL;
    // With authorities clients must show a certificate of theirs.
    if (!error && config->ca_file) {
        error = use_authorities(c, config->ca_file);
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    SSL_CTX_set_session_id_context(c, id, sizeof id - 1);
    return error ? error : serve_alpn(c, config->alpn);
}

int gf_tls_server_context(const go_tls_config *config, SSL_CTX **context)
{
    SSL_CTX *c = new_context(TLS_server_method());
    int error = c ? set_up_server(c, config) : -ENOMEM;
    ERR_clear_error();
    if (error)
        SSL_CTX_free(c);
    else
        *context = c;
    return error;
}

// --- Clients ---

enum { KEPT_SESSIONS = 64 };

struct session {
    char *key;
    SSL_SESSION *session;
};

struct gf_tls_client {
    struct gf_tls_client *next; // [const]
    char *config;               // [const] what it was made of
    SSL_CTX *context;           // [const]
    go_mutex lock;
    struct session sessions[KEPT_SESSIONS]; // [lock]
    unsigned turn;                          // [lock] the one to be given up next
};

static struct {
    go_mutex lock;
    struct gf_tls_client *first; // [lock]
} clients;

static struct session *find_session(struct gf_tls_client *k, const char *key)
{
    for (int i = 0; i < KEPT_SESSIONS; i++)
        if (k->sessions[i].key && strcmp(k->sessions[i].key, key) == 0)
            return &k->sessions[i];
    return NULL;
}

// Called by OpenSSL with a session of the server's, maybe several times a connection; returns whether it was kept. It must not
// park, for the list of errors that OpenSSL is about to look at is the thread's: so the session is put aside.
static int put_session_aside(SSL *ssl, SSL_SESSION *session)
{
    struct ticket *t = SSL_get_ex_data(ssl, ticket_index);
    SSL_SESSION_free(t->fresh);
    t->fresh = session;
    return 1;
}

static void keep_session(struct gf_tls_client *k, struct ticket *t)
{
    go_mutex_lock(&k->lock);
    struct session *s = find_session(k, t->key);
    if (!s) {
        s = &k->sessions[k->turn++ % KEPT_SESSIONS];
        free(s->key);
        s->key = strdup(t->key);
    }
    SSL_SESSION_free(s->session);
    s->session = t->fresh;
    t->fresh = NULL;
    go_mutex_unlock(&k->lock);
}

void gf_tls_client_keep_session(SSL *ssl)
{
    struct ticket *t = SSL_get_ex_data(ssl, ticket_index);
    if (t && t->fresh)
        keep_session(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)), t);
}

static int set_up_client(struct gf_tls_client *k, const go_tls_config *config)
{
    unsigned char wire[MOST_ALPN];
    SSL_CTX *c = k->context;
    int size = encode_alpn(config->alpn, wire), error = use_certificate(c, config);
    if (size < 0)
        return size;
    if (size > 0 && SSL_CTX_set_alpn_protos(c, wire, (unsigned)size) != 0)
        return -ENOMEM;
    if (!error && !config->insecure_skip_verify) {
        error = use_authorities(c, config->ca_file);
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    }
    SSL_CTX_set_app_data(c, k);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c, put_session_aside);
    return error;
}

static void free_client(struct gf_tls_client *k)
{
    if (!k)
        return;
    SSL_CTX_free(k->context);
    free(k->config);
    free(k);
}

// What tells a file from one that has replaced it, or that it was before it was written anew.
enum { VERSION_SIZE = 96 };

static const char *version_of(const char *file, char text[VERSION_SIZE])
{
    struct stat s;
    *text = '\0';
    if (file && stat(file, &s) == 0)
        snprintf(text, VERSION_SIZE, "%ju %jd %jd.%09ld", (uintmax_t)s.st_ino, (intmax_t)s.st_size,
                 (intmax_t)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
    return text;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static char *describe(const go_tls_config *c)
{
    char *text = NULL, ca[VERSION_SIZE], cert[VERSION_SIZE], key[VERSION_SIZE];
    int n = asprintf(&text, "%s %s\n%s %s\n%s %s\n%s\n%d", or_empty(c->ca_file),
                     version_of(c->ca_file, ca), or_empty(c->cert_file),
                     version_of(c->cert_file, cert), or_empty(c->key_file),
                     version_of(c->key_file, key), or_empty(c->alpn), c->insecure_skip_verify);
    return n < 0 ? NULL : text;
}

static int make_client(const go_tls_config *config, char *text, struct gf_tls_client **client)
{
    struct gf_tls_client *k = calloc(1, sizeof *k);
    int error = -ENOMEM;
    if (k && (k->context = new_context(TLS_client_method())))
        error = set_up_client(k, config);
    ERR_clear_error();
    if (error) {
        free_client(k);
        return error;
    }
    k->config = text;
    k->next = clients.first;
    *client = clients.first = k;
    return 0;
}

int gf_tls_client(const go_tls_config *config, struct gf_tls_client **client)
{
    char *text = describe(config);
    if (!text)
        return -ENOMEM;
    int error = 0;
    go_mutex_lock(&clients.lock);
    struct gf_tls_client *k = clients.first;
    while (k && strcmp(k->config, text) != 0)
        k = k->next;
    if (!k)
        error = make_client(config, text, &k);
    go_mutex_unlock(&clients.lock);
    if (error || k->config != text)
        free(text);
    if (!error)
        *client = k;
    return error;
}

// --- One connection's ---

static bool is_ip(const char *name)
{
    unsigned char ip[16];
    return inet_pton(AF_INET, name, ip) == 1 || inet_pton(AF_INET6, name, ip) == 1;
}

// The certificate must be for this name; the server is told which one is meant, unless it is an address. As in Go only the
// alternative names count, not the subject, and a star stands for a whole label.
static bool expect_name(SSL *ssl, const char *name)
{
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_ip(name))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    return SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_set1_host(ssl, name) == 1;
}

static void offer_session(struct gf_tls_client *k, SSL *ssl, const char *key)
{
    go_mutex_lock(&k->lock);
    struct session *s = find_session(k, key);
    if (s && s->session)
        SSL_set_session(ssl, s->session);
    go_mutex_unlock(&k->lock);
}

static struct ticket *new_ticket(const char *key)
{
    size_t n = strlen(key) + 1;
    struct ticket *t = malloc(sizeof *t + n);
    if (t) {
        t->fresh = NULL;
        memcpy(t->key, key, n);
    }
    return t;
}

SSL *gf_tls_client_new(struct gf_tls_client *k, const char *name, const char *key)
{
    SSL *ssl = SSL_new(k->context);
    struct ticket *ticket = new_ticket(key);
    if (!ssl || !ticket || !expect_name(ssl, name) ||
        SSL_set_ex_data(ssl, ticket_index, ticket) != 1) {
        free(ticket);
        SSL_free(ssl);
        return NULL;
    }
    offer_session(k, ssl, key);
    SSL_set_connect_state(ssl);
    return ssl;
}
