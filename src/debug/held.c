// SPDX-License-Identifier: MIT
// The functions stand before libc's for the program and for its libraries; libc's own calls do not come by here, so a
// condition variable that unlocks its mutex for the time of a wait changes nothing, as it should not.
#include "debug/held.h"

#include "base/sanitize.h"

#if GF_DEBUG && !GF_ASAN && !GF_FIBERS

#include "base/atomic.h"
#include "base/hooks.h"
#include "debug/goroutine.h"
#include "debug/symbols.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

static _Thread_local int held;

// ---- Counting ----

static void *next_function(_Atomic(void *) *known, const char *name)
{
    void *f = gf_load_relaxed(known); // relaxed: whoever looks finds the same
    if (!f) {
        f = dlsym(RTLD_NEXT, name);
        gf_store_relaxed(known, f);
    }
    return f;
}

// Calls libc's function of the name; when it has done what it says, the thread holds `change` locks more.
#define COUNTED(change, name, parameters, ...)                                                     \
    __attribute__((visibility("default"))) int name parameters                                     \
    {                                                                                              \
        static _Atomic(void *) known;                                                              \
        int(*next) parameters = next_function(&known, #name);                                      \
        int error = next(__VA_ARGS__);                                                             \
        if (error == 0 || error == EOWNERDEAD)                                                     \
            held += (change);                                                                      \
        return error;                                                                              \
    }

COUNTED(1, pthread_mutex_lock, (pthread_mutex_t * lock), lock)
COUNTED(1, pthread_mutex_trylock, (pthread_mutex_t * lock), lock)
COUNTED(1, pthread_mutex_timedlock, (pthread_mutex_t * lock, const struct timespec *t), lock, t)
COUNTED(-1, pthread_mutex_unlock, (pthread_mutex_t * lock), lock)
COUNTED(1, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), lock)
COUNTED(1, pthread_rwlock_tryrdlock, (pthread_rwlock_t * lock), lock)
COUNTED(1, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), lock)
COUNTED(1, pthread_rwlock_trywrlock, (pthread_rwlock_t * lock), lock)
COUNTED(-1, pthread_rwlock_unlock, (pthread_rwlock_t * lock), lock)
COUNTED(1, pthread_spin_lock, (pthread_spinlock_t * lock), lock)
COUNTED(1, pthread_spin_trylock, (pthread_spinlock_t * lock), lock)
COUNTED(-1, pthread_spin_unlock, (pthread_spinlock_t * lock), lock)

// ---- Telling ----

struct report {
    struct gf_trace trace;
    struct gf_view view;
};

static void put_report(void *arg)
{
    char buffer[2048];
    const struct report *r = arg;
    struct gf_text text = {.at = buffer, .room = sizeof buffer};
    gf_text_put(&text,
                "gofer: a goroutine parks while it holds a pthread lock: it may wake on another "
                "thread, which cannot unlock it\n\n");
    gf_goroutine_write(&text, &r->view, r->view.state, &r->trace, 0, gf_symbols_find);
    gf_text_put(&text, "\n");
    gf_text_flush(&text);
}

// Inside the runtime, maybe under the lock of what the goroutine parks at: nothing here parks.
static void look(const struct g *g)
{
    struct report r = {.trace = {.count = 0}};
    if (held <= 0 || !gf_view_read(g, &r.view))
        return;
    int saved = errno;
    gf_unwind_here(&r.trace);
    gf_symbols_run(put_report, &r);
    errno = saved;
}

void gf_held_init(void)
{
    gf_hooks.parks = look;
}

#else

void gf_held_init(void)
{
}

#endif
