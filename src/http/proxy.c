// SPDX-License-Identifier: MIT
// Which proxy: as Go's ProxyFromEnvironment has it. HTTP_PROXY and HTTPS_PROXY, or the same in small letters, name the
// proxies; NO_PROXY lists hosts that are spoken to directly: a domain means the hosts below it too, with a dot in front
// only these; an address, or a net in CIDR's notation; each may have a port; "*" is all. This machine is never spoken to
// through a proxy. In a CGI program HTTP_PROXY may be a client's "Proxy" header, so it is not looked at there.
#include "http/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// --- Configuration ---

static const char *from_environment(const char *name, const char *small)
{
    const char *value = getenv(name);
    value = value && *value ? value : getenv(small);
    return value ? value : "";
}

static void read_proxy(struct gf_arena *a, const char *text, struct gf_proxy *proxy)
{
    *proxy = (struct gf_proxy){.named = *text != '\0'};
    if (!proxy->named)
        return;
    if (!strstr(text, "://"))
        text = gf_arena_printf(a, "http://%s", text);
    proxy->usable = gf_url_parse(a, text, &proxy->url) && !proxy->url.tls;
}

void gf_proxies_init(struct gf_proxies *p, const char *chosen)
{
    gf_arena_init(&p->arena, p->room, sizeof(p->room));
    bool is_cgi = getenv("REQUEST_METHOD") != NULL;
    const char *plain = chosen   ? chosen
                        : is_cgi ? ""
                                 : from_environment("HTTP_PROXY", "http_proxy");
    const char *exceptions = from_environment("NO_PROXY", "no_proxy");
    read_proxy(&p->arena, plain, &p->http);
    read_proxy(&p->arena, chosen ? chosen : from_environment("HTTPS_PROXY", "https_proxy"),
               &p->https);
    p->for_all = chosen != NULL;
    p->exceptions = gf_arena_text(&p->arena, exceptions, strlen(exceptions));
}

void gf_proxies_free(struct gf_proxies *p)
{
    gf_arena_reset(&p->arena);
}

// --- Exceptions ---

// An IP address of either family, an IPv4 one as it stands inside IPv6's.
struct ip {
    unsigned char bytes[16];
};

static bool read_ip(struct gf_span s, struct ip *ip)
{
    char text[64];
    if (s.n >= sizeof(text))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    memcpy(ip->bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    return inet_pton(AF_INET, text, ip->bytes + 12) == 1 ||
           inet_pton(AF_INET6, text, ip->bytes) == 1;
}

static bool is_ip4(const struct ip *ip)
{
    return memcmp(ip->bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
}

static bool is_this_machine(struct gf_span name)
{
    struct ip ip;
    if (gf_text_is(name, "localhost"))
        return true;
    return read_ip(name, &ip) &&
           (is_ip4(&ip) ? ip.bytes[12] == 127
                        : memcmp(ip.bytes, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16) == 0);
}

static bool same_bits(const struct ip *a, const struct ip *b, int64_t bits)
{
    size_t whole = (size_t)bits / 8, rest = (size_t)bits % 8;
    if (memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

// "10.0.0.0/8"
static bool net_has(struct gf_span net, const char *slash, struct gf_span name)
{
    struct ip from, ip;
    size_t n = (size_t)(slash - net.p);
    int64_t bits = gf_text_number(gf_span(slash + 1, net.n - n - 1));
    if (bits < 0 || !read_ip(gf_span(net.p, n), &from) || !read_ip(name, &ip))
        return false;
    bits += is_ip4(&from) ? 96 : 0;
    return bits <= 128 && is_ip4(&from) == is_ip4(&ip) && same_bits(&from, &ip, bits);
}

// A name, which means those below it too; with a dot, or a star and a dot, in front only these.
static bool domain_has(struct gf_span domain, struct gf_span name)
{
    if (domain.n > 1 && domain.p[0] == '*' && domain.p[1] == '.')
        domain = gf_span(domain.p + 1, domain.n - 1);
    if (domain.n && domain.p[0] != '.' && gf_text_same(domain, name))
        return true;
    bool dotted = domain.n && domain.p[0] == '.';
    if (domain.n == 0 || name.n < domain.n + !dotted)
        return false;
    struct gf_span end = gf_span(name.p + name.n - domain.n, domain.n);
    return gf_text_same(end, domain) && (dotted || end.p[-1] == '.');
}

// Cuts ":port" off; brackets too. An IPv6 address without brackets has no port.
static struct gf_span cut_port(struct gf_span *host)
{
    struct gf_span whole = *host;
    const char *colon = memrchr(whole.p, ':', whole.n), *first = memchr(whole.p, ':', whole.n);
    bool bracketed = whole.n && whole.p[0] == '[';
    if (!colon || (!bracketed && colon != first))
        return gf_span(NULL, 0);
    if (bracketed) {
        const char *close = memchr(whole.p, ']', whole.n);
        *host = close ? gf_span(whole.p + 1, (size_t)(close - whole.p - 1)) : whole;
        if (!close || colon < close)
            return gf_span(NULL, 0);
    } else {
        host->n = (size_t)(colon - whole.p);
    }
    return gf_span(colon + 1, whole.n - (size_t)(colon + 1 - whole.p));
}

static bool exception_has(struct gf_span e, struct gf_span name, struct gf_span port)
{
    struct ip mine, ip;
    const char *slash = e.n ? memchr(e.p, '/', e.n) : NULL;
    if (e.n == 1 && *e.p == '*')
        return true;
    if (slash)
        return net_has(e, slash, name);
    struct gf_span its_port = e.n ? cut_port(&e) : gf_span(NULL, 0);
    if (its_port.n && !gf_text_same(its_port, port))
        return false;
    if (read_ip(e, &mine))
        return read_ip(name, &ip) && same_bits(&mine, &ip, 128);
    return domain_has(e, name);
}

static bool is_exception(const char *exceptions, const struct gf_url *url)
{
    const char *port = strrchr(url->address, ':') + 1;
    struct gf_span name = gf_span(url->name, strcspn(url->name, "%")), e;
    struct gf_span rest = gf_span(exceptions, strlen(exceptions));
    if (is_this_machine(name))
        return true;
    while (gf_text_next(&rest, ',', &e))
        if (exception_has(e, name, gf_span(port, strlen(port))))
            return true;
    return false;
}

int gf_proxies_find(const struct gf_proxies *p, const struct gf_url *url,
                    const struct gf_url **proxy)
{
    const struct gf_proxy *mine = url->tls ? &p->https : &p->http;
    *proxy = NULL;
    if (!mine->named || (!p->for_all && is_exception(p->exceptions, url)))
        return 0;
    *proxy = &mine->url;
    return mine->usable ? 0 : -EPROTONOSUPPORT;
}
