// SPDX-License-Identifier: MIT
// Other programs: what one prints is read through a pipe, and one that takes too long is killed with its context.
#include <gofer.h>
#include <stdio.h>

static void print_output(void)
{
    char buf[64];
    char *argv[] = {"sh", "-c", "echo one; echo two >&2; exit 3", NULL};
    int err;
    go_command *c = go_command_start(
        go_context_background(), argv,
        (go_command_options){.out = GO_COMMAND_PIPE, .err = GO_COMMAND_MERGE}, &err);
    if (!c) {
        printf("cannot start: %s\n", go_strerror(err));
        return;
    }
    for (ssize_t n; (n = go_read(go_command_pipe(c, 1), buf, sizeof buf)) > 0;)
        fwrite(buf, 1, (size_t)n, stdout);
    printf("status %d\n", go_command_wait(c));
    go_command_free(c);
}

int main(void)
{
    print_output();
    go_context *ctx = go_context_with_timeout(go_context_background(), 50 * GO_MILLISECOND);
    int status = go_command_run(ctx, (char *[]){"sleep", "60", NULL}, (go_command_options){0});
    printf("sleep: %s\n", go_strerror(status));
    go_context_free(ctx);
    return 0;
}
