// SPDX-License-Identifier: MIT
// The context argument of the patterns, where NULL is allowed and never ends.
#ifndef GF_X_UNTIL_H
#define GF_X_UNTIL_H

#include <gofer/context.h>

static inline GO_RECV_CHAN(go_unit) gf_x_done(go_context *ctx)
{
    return ctx ? go_context_done(ctx) : NULL;
}

static inline int gf_x_err(go_context *ctx)
{
    return ctx ? go_context_err(ctx) : 0;
}

#endif
