// SPDX-License-Identifier: MIT
// Addresses: text to socket address and back, Go's forms. An IPv4 peer of a listener for both families arrives as an IPv6
// address with IPv4 inside, and is shown as IPv4.
#include "net/address.h"

#include "net/service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const struct gf_network networks[] = {
    {"tcp", SOCK_STREAM, AF_UNSPEC}, {"tcp4", SOCK_STREAM, AF_INET},
    {"tcp6", SOCK_STREAM, AF_INET6}, {"udp", SOCK_DGRAM, AF_UNSPEC},
    {"udp4", SOCK_DGRAM, AF_INET},   {"udp6", SOCK_DGRAM, AF_INET6},
    {"unix", SOCK_STREAM, AF_UNIX},
};

const struct gf_network *gf_network_named(const char *name)
{
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        if (strcmp(networks[i].name, name) == 0)
            return &networks[i];
    return NULL;
}

// --- From text ---

int gf_address_split(int type, const char *text, char host[GF_MOST_HOST], int *port)
{
    const char *colon = strrchr(text, ':'), *end = colon;
    if (!colon)
        return -EINVAL;
    if (*text == '[') {
        text++;
        if (end == text || *--end != ']')
            return -EINVAL;
    }
    size_t n = (size_t)(end - text);
    // What has more colons must stand in brackets.
    if (n >= GF_MOST_HOST || (end == colon && memchr(text, ':', n)))
        return -EINVAL;
    memcpy(host, text, n);
    host[n] = '\0';
    int number = type ? gf_service_port(type, colon + 1) : gf_service_number(colon + 1);
    if (number < 0)
        return number;
    *port = number;
    return 0;
}

_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
               "the port stands at the same place in both");

void gf_address_set_port(go_addr *a, int port)
{
    ((struct sockaddr_in *)&a->sa)->sin_port = htons((uint16_t)port);
}

static void set_ip4(go_addr *a, struct in_addr ip, int port)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&a->sa;
    *in = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = ip};
    a->n = sizeof *in;
}

static void set_ip6(go_addr *a, struct in6_addr ip, uint32_t scope, int port)
{
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)&a->sa;
    *in = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                .sin6_port = htons((uint16_t)port),
                                .sin6_addr = ip,
                                .sin6_scope_id = scope};
    a->n = sizeof *in;
}

// "fe80::1%eth0" or "fe80::1%2"; 0 without a zone, or with one that is not known.
static uint32_t take_zone(char *host)
{
    char *zone = strchr(host, '%');
    if (!zone)
        return 0;
    *zone++ = '\0';
    uint32_t index = if_nametoindex(zone);
    return index ? index : (uint32_t)strtoul(zone, NULL, 10);
}

int gf_address_from_literal(int family, const char *host, int port, go_addr *a)
{
    struct in_addr ip4;
    struct in6_addr ip6;
    char text[GF_MOST_HOST];
    snprintf(text, sizeof text, "%s", host);
    if (inet_pton(AF_INET, text, &ip4) == 1) {
        if (family == AF_INET6)
            return -EAFNOSUPPORT;
        set_ip4(a, ip4, port);
        return 0;
    }
    uint32_t scope = take_zone(text);
    if (inet_pton(AF_INET6, text, &ip6) != 1)
        return -ENOENT;
    if (family == AF_INET)
        return -EAFNOSUPPORT;
    set_ip6(a, ip6, scope, port);
    return 0;
}

void gf_address_any(int family, int port, go_addr *a)
{
    if (family == AF_INET)
        set_ip4(a, (struct in_addr){htonl(INADDR_ANY)}, port);
    else
        set_ip6(a, in6addr_any, 0, port);
}

void gf_address_loopback(int family, int port, go_addr *a)
{
    if (family == AF_INET)
        set_ip4(a, (struct in_addr){htonl(INADDR_LOOPBACK)}, port);
    else
        set_ip6(a, in6addr_loopback, 0, port);
}

int gf_address_from_path(const char *path, go_addr *a)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&a->sa;
    size_t n = strlen(path);
    bool abstract = path[0] == '@';
    if (n == 0 || n + !abstract > sizeof un->sun_path)
        return -EINVAL;
    *un = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(un->sun_path, path, n);
    if (abstract)
        un->sun_path[0] = '\0';
    // An abstract name ends with its length, a path with its NUL.
    a->n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (abstract ? 0 : 1));
    return 0;
}

int go_addr_parse(const char *text, go_addr *a)
{
    char host[GF_MOST_HOST];
    int port;
    if (*text == '/' || *text == '@')
        return gf_address_from_path(text, a);
    int error = gf_address_split(0, text, host, &port);
    return error ? error : gf_address_from_literal(AF_UNSPEC, host, port, a);
}

// --- To text ---

static bool is_ip4_inside(const struct sockaddr_in6 *in)
{
    return IN6_IS_ADDR_V4MAPPED(&in->sin6_addr);
}

static void put_ip6(const struct sockaddr_in6 *in, char text[64])
{
    char ip[INET6_ADDRSTRLEN], zone[IF_NAMESIZE];
    if (is_ip4_inside(in)) {
        inet_ntop(AF_INET, &in->sin6_addr.s6_addr[12], text, 64);
        return;
    }
    inet_ntop(AF_INET6, &in->sin6_addr, ip, sizeof ip);
    if (!in->sin6_scope_id)
        snprintf(text, 64, "%s", ip);
    else if (if_indextoname(in->sin6_scope_id, zone))
        snprintf(text, 64, "%s%%%s", ip, zone);
    else
        snprintf(text, 64, "%s%%%u", ip, in->sin6_scope_id);
}

void gf_address_host(const go_addr *a, char text[64])
{
    if (a->sa.ss_family == AF_INET6)
        put_ip6((const struct sockaddr_in6 *)&a->sa, text);
    else
        inet_ntop(AF_INET, &((const struct sockaddr_in *)&a->sa)->sin_addr, text, 64);
}

static int put_path(const struct sockaddr_un *un, socklen_t bytes, char *text, size_t n)
{
    size_t used = bytes - offsetof(struct sockaddr_un, sun_path);
    if (bytes <= offsetof(struct sockaddr_un, sun_path))
        return snprintf(text, n, "@"); // the end that has no name
    if (un->sun_path[0] == '\0')
        return snprintf(text, n, "@%.*s", (int)used - 1, un->sun_path + 1);
    return snprintf(text, n, "%.*s", (int)used, un->sun_path);
}

int go_addr_text(const go_addr *a, char *text, size_t n)
{
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->sa;
    char host[64];
    int length;
    switch (a->sa.ss_family) {
    case AF_INET:
    case AF_INET6:
        gf_address_host(a, host);
        // The port stands at the same place in both.
        length = snprintf(text, n,
                          a->sa.ss_family == AF_INET6 && !is_ip4_inside(in6) ? "[%s]:%d" : "%s:%d",
                          host, ntohs(in6->sin6_port));
        break;
    case AF_UNIX:
        length = put_path((const struct sockaddr_un *)&a->sa, a->n, text, n);
        break;
    default:
        return -EAFNOSUPPORT;
    }
    return (size_t)length < n ? 0 : -ENOSPC;
}
