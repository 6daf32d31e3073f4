// SPDX-License-Identifier: MIT
// gofer help: the list of commands, or one command's text; both are printed from the table in main.c, so
// a new command appears here by its entry there.
#include "commands.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

static void list(void)
{
    puts("gofer: Go's concurrency for C\n\nusage: gofer COMMAND [ARGUMENTS]\n");
    for (size_t i = 0; i < gofer_command_count; i++)
        printf("    %-9s %s\n", gofer_commands[i].name, gofer_commands[i].summary);
    puts("\n'gofer help COMMAND' says more about one.");
}

int gofer_cmd_help(struct gofer_env *env, int argc, char **argv)
{
    (void)env;
    if (argc > 2)
        return report_usage("one command at a time");
    if (argc < 2) {
        list();
        return 0;
    }
    for (size_t i = 0; i < gofer_command_count; i++) {
        const struct command *c = &gofer_commands[i];
        if (strcmp(c->name, argv[1]) == 0) {
            printf("usage: gofer %s%s%s\n\n%s", c->name, *c->usage ? " " : "", c->usage, c->help);
            return 0;
        }
    }
    return report_usage("no command %s", argv[1]);
}
