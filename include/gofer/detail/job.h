// SPDX-License-Identifier: MIT
// Bound calls whose result counts: jobs return an int, 0 or a negative errno, and another type is refused where the
// call stands.
#ifndef GOFER_DETAIL_JOB_H
#define GOFER_DETAIL_JOB_H

#include <gofer/detail/bind.h>

// An expression without effect that does not compile unless f(args…) returns int.
#define GO_CHECK_JOB(f, ...)                                                                       \
    ((void)sizeof(struct {                                                                         \
        int none;                                                                                  \
        _Static_assert(GO_RESULT_IS(f, int, ##__VA_ARGS__),                                        \
                       "gofer: the function must return int, 0 or a negative errno");              \
    }))

#endif
