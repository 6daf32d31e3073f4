// SPDX-License-Identifier: MIT
// Profiles, in the format that `go tool pprof` opens, or as text:
//
//     goroutine      where every goroutine is now
//     goroutineleak  those that can never wake
//     threadcreate   how many threads there are; without stacks, for it is the scheduler that makes them, whoever gave
//                    it cause, so a stack would name nothing of the program's (Go's have been empty for years)
//     cpu            where threads spend their time; collected between start and stop
//     block          where goroutines wait, and for how long; likewise
//     mutex          where mutexes are unlocked for which others have waited, and for how long; likewise
//
// A goroutine's name becomes the label "goroutine" of its samples.
#ifndef GOFER_PROFILE_H
#define GOFER_PROFILE_H

#include <gofer/go.h>

GO_BEGIN_DECLS

// Begins to collect a profile: "cpu", "block" or "mutex". What was collected before is dropped.
// rate: for cpu, samples a second of CPU time, at most 1000, 0 means 100; for block, one sample for so many nanoseconds
// of waiting, for mutex, one for so many unlocks, 0 and 1 mean all.
// Errors: -EINVAL, no such profile, or one that needs no start; -EBUSY, it is being collected; -ENOMEM.
// Go: pprof.StartCPUProfile, runtime.SetBlockProfileRate, SetMutexProfileFraction
GO_API int go_profile_start(const char *name, int64_t rate);

// Ends collecting; what has been collected stays until the next start.
// Errors: -EINVAL; -ESRCH, it was not being collected.   Go: pprof.StopCPUProfile
GO_API int go_profile_stop(const char *name);

// Writes a profile to a descriptor. debug 0: a protobuf for `go tool pprof`; 1: text, equal stacks together; 2: for
// goroutine and goroutineleak, each goroutine as a crash shows it.
// Blocks: until written; goroutine and goroutineleak stop all threads for some milliseconds.
// Errors: -EINVAL; -EBUSY, the threads could not be stopped; -ENOMEM; what write(2) says.   Go: pprof.Lookup(name).WriteTo
GO_API int go_profile_write(const char *name, int fd, int debug);

// The same, as bytes that the caller frees; *n is how many. NULL with *error set.
GO_API char *go_profile_bytes(const char *name, int debug, size_t *n, int *error);

GO_END_DECLS

#endif
