// SPDX-License-Identifier: MIT
// Names of ports, as Go's net knows them: a few are built in, so that a machine without /etc/services knows these as well,
// the others are looked up in that file whenever one is asked for, which is rare. The C library's own function is not used,
// since it loads libraries, which a static program cannot.
#include "net/service.h"

#include "io/blocking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const char FILE_NAME[] = "/etc/services", BLANKS[] = " \t\r\n";

static const struct service {
    const char *name;
    int port; // TCP's
} known[] = {
    {"domain", 53}, {"ftp", 21},    {"ftps", 990},  {"gopher", 70},       {"http", 80},
    {"https", 443}, {"imap2", 143}, {"imap3", 220}, {"imaps", 993},       {"pop3", 110},
    {"pop3s", 995}, {"smtp", 25},   {"ssh", 22},    {"submissions", 465}, {"telnet", 23},
};

int gf_service_number(const char *text)
{
    char *end;
    if (*text < '0' || *text > '9')
        return -EINVAL;
    long n = strtol(text, &end, 10);
    return *end || n > 65535 ? -EINVAL : (int)n;
}

// A line "name port/protocol alias …": the port if it is this one's, or -EINVAL.
static int port_of_line(char *line, const char *protocol, const char *name)
{
    char *rest = line;
    line[strcspn(line, "#")] = '\0';
    const char *first = strtok_r(rest, BLANKS, &rest);
    char *port = strtok_r(NULL, BLANKS, &rest), *slash = port ? strchr(port, '/') : NULL;
    if (!slash || strcmp(slash + 1, protocol) != 0)
        return -EINVAL;
    *slash = '\0';
    for (const char *word = first; word; word = strtok_r(NULL, BLANKS, &rest))
        if (strcasecmp(word, name) == 0)
            return gf_service_number(port);
    return -EINVAL;
}

static int port_of_file(const char *protocol, const char *name)
{
    char line[1024];
    int port = -EINVAL;
    FILE *f = fopen(FILE_NAME, "re");
    if (!f)
        return -EINVAL;
    while (port < 0 && fgets(line, sizeof line, f))
        port = port_of_line(line, protocol, name);
    fclose(f);
    return port;
}

int gf_service_port(int type, const char *text)
{
    if (!*text)
        return 0;
    if (*text >= '0' && *text <= '9')
        return gf_service_number(text);
    for (size_t i = 0; type == SOCK_STREAM && i < sizeof known / sizeof *known; i++)
        if (strcasecmp(known[i].name, text) == 0)
            return known[i].port;
    return gf_blocking_call(port_of_file(type == SOCK_STREAM ? "tcp" : "udp", text));
}
