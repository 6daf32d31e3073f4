// SPDX-License-Identifier: MIT
// For rooms above that start goroutines of their own under a wait group.
#ifndef GF_SYNC_WAITGROUP_H
#define GF_SYNC_WAITGROUP_H

#include <gofer/sync.h>

// To be deferred first by such a goroutine: counts down after a return and after go_exit. A panic that comes this far
// is caught by nobody: the process ends with it, and no waiter may go on before, so then nothing is done.
void gf_waitgroup_finish(go_waitgroup *wg);

#endif
