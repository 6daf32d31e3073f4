// SPDX-License-Identifier: MIT
// Other programs: started, waited for, and killed with their context. Waiting parks the goroutine; no SIGCHLD handler is
// involved, and a signal never reaches a process that has got the number of one that ended.
#ifndef GOFER_EXEC_H
#define GOFER_EXEC_H

#include <gofer/context.h>

GO_BEGIN_DECLS

// What a command's descriptors may be, other than the number of one.
enum {
    GO_COMMAND_INHERIT = 0, // this process's own, the default
    GO_COMMAND_NULL = -1,   // /dev/null
    GO_COMMAND_PIPE = -2,   // a pipe, whose other end is go_command_pipe's
    GO_COMMAND_MERGE = -3   // for .err: where .out goes
};

typedef struct go_command_options {
    const char *dir;  // where it runs; NULL: here
    char *const *env; // "NAME=value", up to a NULL; NULL: this process's
    int in, out, err; // a descriptor, which stays the caller's, or one of the above
} go_command_options;

typedef struct go_command go_command;

// Starts argv[0], looked for in PATH, with the arguments up to a NULL, and returns its exit status once it has ended.
// Blocks until then; when ctx ends it is killed.
// Returns: the status, or 128 and the signal that ended it.   Errors: the context's, if that ended it; those of
// go_command_start.   From: goroutine or foreign thread.   Go: exec.CommandContext, Cmd.Run
GO_API int go_command_run(go_context *ctx, char *const argv[], go_command_options options);

// Starts it only. Descriptors other than 0, 1 and 2 go along unless they are closed on exec, as all of gofer's are. No
// signal is blocked in it, and those that this process ignores are ignored.
// Errors: -ENOENT: there is no such program; -EACCES, -EINVAL and other errors of posix_spawn(3) and pipe(2).
// Owns: the caller; end with go_command_free.   Go: Cmd.Start
GO_API go_command *go_command_start(go_context *ctx, char *const argv[], go_command_options options,
                                    int *err);

// Returns this end of the pipe that was asked for as descriptor which (0, 1 or 2) of the command, or -EINVAL.
// Owns: the command, until go_command_free; close it earlier with go_command_close_pipe.
GO_API int go_command_pipe(go_command *c, int which);
// Closes it: the command reads the end.   Errors: -EINVAL: there is none.
GO_API int go_command_close_pipe(go_command *c, int which);

// Blocks until it has ended.   Returns, Errors: as go_command_run; the same each time.   Go: Cmd.Wait
GO_API int go_command_wait(go_command *c);

// Sends it a signal.   Errors: -ESRCH if it has ended, -EINVAL for a signal that is none.   Go: Process.Signal
GO_API int go_command_kill(go_command *c, int sig);

// Kills it, if it still runs, waits for its end, and ends the record. NULL is allowed.
GO_API void go_command_free(go_command *c);

GO_END_DECLS

#endif
