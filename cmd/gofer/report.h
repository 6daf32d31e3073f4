// SPDX-License-Identifier: MIT
// What the command says when something is wrong: one line on standard error, "gofer COMMAND: …".
#ifndef GOFER_CMD_REPORT_H
#define GOFER_CMD_REPORT_H

// Exit statuses: 1 when the work failed, 2 when the command line was wrong.
enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

// Names the command that all later lines speak for.
void report_for(const char *command);
// Prints the line and returns EXIT_FAILED, to be returned by the caller.
int report_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
// The same for a wrong command line, with a hint at the help; returns EXIT_USAGE.
int report_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
// Prints the line and ends the program.
void report_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
