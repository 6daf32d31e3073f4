// SPDX-License-Identifier: MIT
// gofer version: one line in the form of `go version`, for bug reports and scripts. The number is the
// project's in CMakeLists.txt, the same that pkg-config and find_package give.
#include "commands.h"
#include "config.h"
#include "report.h"

#include <stdio.h>

int gofer_cmd_version(struct gofer_env *env, int argc, char **argv)
{
    (void)env;
    if (argc > 1)
        return report_usage("unexpected argument %s", argv[1]);
    puts("gofer version " CONFIG_VERSION " " CONFIG_SYSTEM);
    return 0;
}
