// SPDX-License-Identifier: MIT
// A fork without an exec. The child has the one thread that forked and a copy of everything else: locks that nobody will
// unlock, goroutines whose threads are gone. So the child may do what a child of a program with threads may do, until it
// execs or exits; a call into gofer there is fatal, at once, rather than a hang one day. The thread forgets its M in the
// child, so that its next entry takes the road of the first one, which asks here: no other entry pays for it.
#include "sched/internal.h"

#include "base/hooks.h"

#include <pthread.h>

GO_API extern _Thread_local struct m *go_self_m_ __attribute__((tls_model("initial-exec")));

static bool forked; // [owner] the child's only thread

static void in_child(void)
{
    forked = true;
    go_self_m_ = NULL;
}

void gf_fork_init(void)
{
    pthread_atfork(NULL, NULL, in_child);
}

void gf_fork_check(void)
{
    if (!forked)
        return;
    gf_report_begin();
    gf_print("fatal error: a process forked from one with goroutines calls gofer before an exec\n");
    gf_report_end();
}
