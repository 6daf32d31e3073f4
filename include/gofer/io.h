// SPDX-License-Identifier: MIT
// Input and output on descriptors that park the goroutine and never the thread. Any descriptor will do, whoever made it
// and whatever its mode is, which stays as it is: gofer never sets O_NONBLOCK on a descriptor that it shares with others.
//
// All return 0, or a count, or a negative errno. errno itself may change.
#ifndef GOFER_IO_H
#define GOFER_IO_H

#include <gofer/time.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/types.h>

GO_BEGIN_DECLS

// Reads what is there, n bytes at most. Blocks while there is nothing.
// Returns: how much, 0 at the end.   Errors: those of read(2); -ESHUTDOWN after a go_close.
// From: goroutine or foreign thread.   Go: File.Read
GO_API ssize_t go_read(int fd, void *buf, size_t n);

// Writes all n bytes. Blocks while there is no room. Writers of one descriptor take turns.
// Returns: n, or less if an error came after the beginning, which the next call tells.   Errors: those of write(2);
// -EPIPE if nobody reads any more, without SIGPIPE, except on descriptors 1 and 2, where the signal comes as with write(2);
// -ESHUTDOWN after a go_close.   From: goroutine or foreign thread.   Go: File.Write
GO_API ssize_t go_write(int fd, const void *buf, size_t n);

// Waits until one of these poll(2) events (POLLIN, POLLOUT, POLLPRI…) has come, for d at most, for ever if d is negative:
// the door for other event libraries and for libraries that wait themselves. Any number of goroutines may wait for one
// descriptor.
// Returns: the events that are so, which may include POLLERR and POLLHUP.   Errors: -ETIMEDOUT; -EBADF; -ESHUTDOWN after a
// go_close.   From: goroutine or foreign thread.
GO_API int go_fd_wait(int fd, int events, go_duration d);

// Makes a pipe, fds[0] to read from and fds[1] to write to, closed on exec.
// Errors: those of pipe2(2).   Owns: the caller; end with go_close.   Go: os.Pipe
GO_API int go_pipe(int fds[2]);

// Closes the descriptor. Whoever blocks in a call of this header on it returns -ESHUTDOWN; the number is free once the
// last of them has returned.   Errors: those of close(2); -ESHUTDOWN if it is being closed already.   Go: File.Close
GO_API int go_close(int fd);

// --- Files ---
//
// POSIX's arguments and results, with a negative errno. What is in memory is served at once; otherwise the thread blocks,
// one of at most 128, and others get the processor meanwhile.   From, of all: goroutine or foreign thread.

// Opens a file, closed on exec.   Owns: the caller; end with go_close.   Go: os.OpenFile
GO_API int go_open(const char *path, int flags, mode_t mode);

// Reads at a place; fewer than n bytes only at the end of the file.   Go: File.ReadAt
GO_API ssize_t go_pread(int fd, void *buf, size_t n, off_t offset);

// Writes all n bytes at a place; fewer only if an error came after the beginning.   Go: File.WriteAt
GO_API ssize_t go_pwrite(int fd, const void *buf, size_t n, off_t offset);

// Waits until the file's content is on the disk.   Go: File.Sync
GO_API int go_fsync(int fd);

// Tells about the file that the path leads to.   Go: os.Stat
GO_API int go_stat(const char *path, struct stat *st);

// Calls f(name, arg) for each entry of a directory but "." and "..", in no order, until it returns false. f may do
// anything, panic too.   Returns: 0.   Errors: those of opendir(3) and readdir(3).   Go: os.ReadDir
GO_API int go_readdir(const char *path, bool (*f)(const char *name, void *arg), void *arg);

GO_END_DECLS

#endif
