// SPDX-License-Identifier: MIT
// DNS by c-ares. Each lookup has a channel of its own, so that any number run at a time without a lock. c-ares tells which
// sockets it waits for; these go into an epoll descriptor, on which the goroutine waits, for the library itself never
// blocks. The end of the context writes to an eventfd that is in there too.
#include "net/lookup.h"

#include <ares.h>
#include <errno.h>
#include <gofer/io.h>
#include <gofer/sync.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

const char *gf_lookup_servers;

enum { MOST_EVENTS = 16 };

struct lookup {
    ares_channel channel;
    int epoll, interrupter;
    int error; // of the system, besides the outcome
    int port;
    bool done;
    int count; // or a negative errno
    go_addr *addresses;
};

// --- What c-ares says ---

static int error_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return 0;
    case ARES_ENODATA:
    case ARES_ENOTFOUND:
        return -ENOENT;
    case ARES_EBADNAME:
    case ARES_EFORMERR:
        return -EINVAL;
    case ARES_ETIMEOUT:
        return -ETIMEDOUT;
    case ARES_ECONNREFUSED:
        return -ECONNREFUSED;
    case ARES_ENOMEM:
        return -ENOMEM;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
        return -ECANCELED;
    default:
        return -EIO;
    }
}

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    struct lookup *l = arg;
    (void)timeouts;
    l->done = true;
    l->count = error_of(status);
    for (struct ares_addrinfo_node *n = info ? info->nodes : NULL;
         n && l->count >= 0 && l->count < GF_MOST_ADDRESSES; n = n->ai_next) {
        go_addr *a = &l->addresses[l->count++];
        memcpy(&a->sa, n->ai_addr, n->ai_addrlen);
        a->n = n->ai_addrlen;
        gf_address_set_port(a, l->port);
    }
    ares_freeaddrinfo(info);
}

// Reading, writing, or, with neither, no more.
static void on_socket(void *arg, ares_socket_t s, int readable, int writable)
{
    struct lookup *l = arg;
    struct epoll_event e = {.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u),
                            .data.fd = s};
    int done = !e.events ? epoll_ctl(l->epoll, EPOLL_CTL_DEL, s, NULL)
                         : epoll_ctl(l->epoll, EPOLL_CTL_MOD, s, &e);
    if (done < 0 && errno == ENOENT && e.events)
        done = epoll_ctl(l->epoll, EPOLL_CTL_ADD, s, &e);
    if (done < 0 && e.events)
        l->error = -errno;
}

// --- Waiting ---

// -ECANCELED once the context has ended.
static int hand_over(struct lookup *l)
{
    struct epoll_event e[MOST_EVENTS];
    int n = epoll_wait(l->epoll, e, MOST_EVENTS, 0);
    if (n == 0) // time for another try
        ares_process_fd(l->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    for (int i = 0; i < n; i++) {
        int s = e[i].data.fd;
        if (s == l->interrupter)
            return -ECANCELED;
        ares_process_fd(l->channel, e[i].events & ~EPOLLOUT ? s : ARES_SOCKET_BAD,
                        e[i].events & EPOLLOUT ? s : ARES_SOCKET_BAD);
    }
    return 0;
}

static int drive(struct lookup *l)
{
    int error = 0;
    while (!l->done && !error && !(error = l->error)) {
        struct timeval room, *t = ares_timeout(l->channel, NULL, &room);
        int ready = go_fd_wait(l->epoll, POLLIN,
                               t ? t->tv_sec * GO_SECOND + t->tv_usec * GO_MICROSECOND : -1);
        error = ready < 0 && ready != -ETIMEDOUT ? ready : hand_over(l);
    }
    return error;
}

// --- A lookup ---

static void interrupt(int interrupter, go_waitgroup *running)
{
    uint64_t one = 1;
    (void)!write(interrupter, &one, sizeof one);
    go_waitgroup_done(running);
}

static int open_channel(struct lookup *l)
{
    struct ares_options options = {.sock_state_cb = on_socket, .sock_state_cb_data = l};
    int status = ares_init_options(&l->channel, &options, ARES_OPT_SOCK_STATE_CB);
    if (status == ARES_SUCCESS && gf_lookup_servers)
        status = ares_set_servers_ports_csv(l->channel, gf_lookup_servers);
    return error_of(status);
}

static void ask(struct lookup *l, go_context *ctx, int family, const char *host)
{
    struct ares_addrinfo_hints hints = {.ai_family = family};
    go_waitgroup running = {0};
    go_waitgroup_add(&running, 1);
    go_after_stop *guard = go_context_after_func(ctx, interrupt, l->interrupter, &running);
    ares_getaddrinfo(l->channel, host, NULL, &hints, on_answer, l);
    int error = drive(l);
    if (!go_after_stop_call(guard))
        go_waitgroup_wait(&running);
    go_after_stop_free(guard);
    // Answers what is still open, with an error.
    ares_destroy(l->channel);
    if (error)
        l->count = error == -ECANCELED ? go_context_err(ctx) : error;
}

static int look_up(go_context *ctx, int family, const char *host, int port, go_addr *addresses)
{
    struct lookup l = {.addresses = addresses, .port = port};
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.interrupter = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = l.interrupter};
    if (l.epoll < 0 || l.interrupter < 0 ||
        epoll_ctl(l.epoll, EPOLL_CTL_ADD, l.interrupter, &e) < 0)
        l.count = -errno;
    else if ((l.count = open_channel(&l)) == 0)
        ask(&l, ctx, family, host);
    if (l.interrupter >= 0)
        go_close(l.interrupter);
    if (l.epoll >= 0)
        go_close(l.epoll);
    return l.count;
}

static go_once once;
static int init_error;

static void init_library(void)
{
    init_error = error_of(ares_library_init(ARES_LIB_INIT_ALL));
}

static int this_machine(int family, int port, go_addr *a)
{
    int n = 0;
    if (family != AF_INET6)
        gf_address_loopback(AF_INET, port, &a[n++]);
    if (family != AF_INET)
        gf_address_loopback(AF_INET6, port, &a[n++]);
    return n;
}

int gf_lookup(go_context *ctx, int family, const char *host, int port, go_addr *addresses)
{
    int error = go_context_err(ctx);
    if (error)
        return error;
    if (!*host || strcmp(host, "localhost") == 0)
        return this_machine(family, port, addresses);
    error = gf_address_from_literal(family, host, port, addresses);
    if (error != -ENOENT)
        return error ? error : 1;
    go_once_do(&once, init_library);
    return init_error ? init_error : look_up(ctx, family, host, port, addresses);
}

int go_lookup_host(go_context *ctx, const char *name, char addresses[][64], int max)
{
    go_addr found[GF_MOST_ADDRESSES];
    if (!*name)
        return -ENOENT;
    int n = gf_lookup(ctx, AF_UNSPEC, name, 0, found);
    for (int i = 0; i < n && i < max; i++)
        gf_address_host(&found[i], addresses[i]);
    return n < max ? n : max;
}
