// SPDX-License-Identifier: MIT
#include "support/pprof.h"

#include "support/test.h"

#include <stdio.h>
#include <sys/wait.h>

enum { NO_GO = 77 };

char *test_pprof(const char *option, const char *path)
{
    static char text[1 << 16];
    char command[512];
    snprintf(command, sizeof command,
             "command -v go >/dev/null || exit %d; go tool pprof %s %s 2>&1", NO_GO, option, path);
    FILE *f = popen(command, "r");
    CHECK(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    int status = pclose(f);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_GO)
        return NULL;
    CHECK_EQ(status, 0);
    return text;
}
