// SPDX-License-Identifier: MIT
#ifndef TEST_PPROF_H
#define TEST_PPROF_H

// What `go tool pprof OPTION PATH` prints, which must succeed; NULL where go is not installed. Good until the next call.
char *test_pprof(const char *option, const char *path);

#endif
