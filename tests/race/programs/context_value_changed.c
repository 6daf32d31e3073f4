// SPDX-License-Identifier: MIT
// A struct travels as a context's value to the request's goroutines, and one of them changes it. Fixed: values are
// not changed; the goroutine has a copy.
#include "observe.h"

#include <gofer.h>

struct session {
    int user, hits;
};

static const char session_key;

static void handle(go_context *ctx)
{
    struct session *s = go_context_value(ctx, &session_key);
#ifdef FIXED
    struct session own = *s;
    s = &own;
#endif
    s->hits++;
    OBSERVE(s->hits);
}

int main(void)
{
    struct session s = {1, 0};
    go_waitgroup wg = {0};
    go_context *ctx = go_context_with_value(go_context_background(), &session_key, &s);
    go_waitgroup_go(&wg, handle, ctx);
    go_waitgroup_go(&wg, handle, ctx);
    go_waitgroup_wait(&wg);
    go_context_free(ctx);
    return 0;
}
