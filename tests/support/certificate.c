// SPDX-License-Identifier: MIT
// See certificate.h. A certificate that signs itself is an authority of its own, so a client that trusts the file trusts
// the server that shows it. Elliptic curves, since making such a key takes no time.
#include "support/certificate.h"

#include "support/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[64];

const char *test_in_dir(const char *name)
{
    static char paths[8][128];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

void test_make_certificate(const char *name, const char *names)
{
    char command[1024];
    if (!*dir) {
        strcpy(dir, "/tmp/gofer-tls-XXXXXX");
        CHECK(mkdtemp(dir));
    }
    snprintf(
        command, sizeof command,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=test -addext subjectAltName=%s -keyout %s/%s.key -out %s/%s.pem 2>/dev/null",
        names, dir, name, dir, name);
    if (system(command) != 0)
        test_skip("no openssl command here");
}

void test_remove_dir(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    CHECK(system(command) == 0);
}
