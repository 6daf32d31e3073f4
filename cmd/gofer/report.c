// SPDX-License-Identifier: MIT
// Error lines of the command. Each is composed whole and written by one call, so that it is not torn by
// what compilers, started at the same time, write to the same standard error.
#include "report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char *speaker = "";

void report_for(const char *command)
{
    speaker = command;
}

static void print(bool hint, const char *fmt, va_list args)
{
    char line[4096];
    vsnprintf(line, sizeof(line), fmt, args);
    const char *space = *speaker ? " " : "";
    if (hint)
        fprintf(stderr, "gofer%s%s: %s; see 'gofer help%s%s'\n", space, speaker, line, space,
                speaker);
    else
        fprintf(stderr, "gofer%s%s: %s\n", space, speaker, line);
}

int report_error(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    print(false, fmt, args);
    va_end(args);
    return EXIT_FAILED;
}

int report_usage(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    print(true, fmt, args);
    va_end(args);
    return EXIT_USAGE;
}

void report_fatal(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    print(false, fmt, args);
    va_end(args);
    exit(EXIT_FAILED);
}
