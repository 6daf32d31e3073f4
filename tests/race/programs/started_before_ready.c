// SPDX-License-Identifier: MIT
// The object starts its goroutine first and fills in a field after that: the order of statements in Uber's study.
// Fixed: the go statement comes last.
#include "observe.h"

#include <gofer.h>

struct server {
    int limit;
    go_waitgroup wg;
};

static void serve(struct server *s)
{
    OBSERVE(s->limit);
}

int main(void)
{
    static struct server s;
#ifdef FIXED
    s.limit = 10;
    go_waitgroup_go(&s.wg, serve, &s);
#else
    go_waitgroup_go(&s.wg, serve, &s);
    s.limit = 10;
#endif
    go_waitgroup_wait(&s.wg);
    return 0;
}
