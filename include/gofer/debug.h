// SPDX-License-Identifier: MIT
// Looking into a running program: goroutines that can never wake.
#ifndef GOFER_DEBUG_H
#define GOFER_DEBUG_H

#include <gofer/go.h>

GO_BEGIN_DECLS

// Looks for goroutines that can never wake, because nothing that can still run reaches the channel, lock, condition or
// wait group that each waits for, and writes a report on each to standard error: where it waits, for what and since
// when, and where it was created. All threads stop meanwhile; calls of theirs that the kernel does not restart after a
// signal (nanosleep, poll) end early. With GOFER_DEBUG=leak=1 the search tells every allocation from the others;
// without, it is conservative and may find fewer, which the report says. It never reports one that can still wake,
// unless the program hides its pointers.
// Blocks: until all threads have been stopped, some milliseconds.   Returns how many there are.
// Errors: -EBUSY, some thread could not be stopped, or no descriptor is left to read /proc with: nothing is known.   From: goroutine or foreign thread.
// Go: the goroutineleak profile
GO_API int go_leak_report(void);

GO_END_DECLS

#endif
