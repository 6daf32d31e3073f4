// SPDX-License-Identifier: MIT
// GOFER_DEBUG, in the manner of GODEBUG: keys separated by commas, with or without a number. The keys are listed in
// docs/hacking.md; unknown ones are ignored, so that one setting may serve programs of several versions.
#include "sched/start.h"

#include <stdlib.h>
#include <string.h>

long gf_debug_key(const char *key)
{
    const char *at = getenv("GOFER_DEBUG");
    size_t n = strlen(key);
    while (at && *at) {
        const char *end = strchrnul(at, ',');
        if (strncmp(at, key, n) == 0) {
            if (at + n == end)
                return 1;
            if (at[n] == '=')
                return strtol(at + n + 1, NULL, 10);
        }
        at = *end ? end + 1 : NULL;
    }
    return -1;
}
