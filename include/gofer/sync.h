// SPDX-License-Identifier: MIT
// Shared memory: mutexes, wait groups, once, conditions. Zero-initialised objects are ready to use (but for
// go_cond, which needs its mutex). They must not be copied once used.
//
// Freeing is safe as soon as the caller's own synchronisation says so: an unlock or a done does not touch
// its object once its effect can be seen, so a wait group may live on the waiter's stack, and a mutex may be
// freed by whoever holds it last.
#ifndef GOFER_SYNC_H
#define GOFER_SYNC_H

#include <gofer/go.h>
#include <gofer/map.h>
#include <gofer/panic.h>
#include <gofer/pool.h>
#include <gofer/time.h>

GO_BEGIN_DECLS

// --- Mutex ---

// A lock that parks goroutines instead of threads. It has no owner: another goroutine may unlock it. It does
// not nest. Whoever asks while it is free gets it, before those that wait; once one has waited a
// millisecond, the lock is handed on in order until the queue is short again.   Go: sync.Mutex
typedef struct go_mutex {
    uint32_t word; // 0: free; else see src/sync/mutex.c
} go_mutex;

// Locks m. Blocks until it is free.   From: goroutine or foreign thread.
// Memory: every earlier unlock happens before this returns.   Go: Mutex.Lock
GO_API_INLINE_ void go_mutex_lock(go_mutex *m);

// Locks m if it is free, without waiting; returns whether it did.   Go: Mutex.TryLock
GO_API_INLINE_ bool go_mutex_try_lock(go_mutex *m);

// Unlocks m.   Errors: fatal, "sync: unlock of unlocked mutex".   Go: Mutex.Unlock
GO_API_INLINE_ void go_mutex_unlock(go_mutex *m);

// --- Reader and writer lock ---

// A lock held by one writer or by any number of readers. A writer that waits keeps new readers out, so a
// goroutine must not lock for reading twice; an unlocking writer lets all readers in that wait already.
// Go: sync.RWMutex
typedef struct go_rwmutex {
    uint32_t word; // 0: free; else see src/sync/rwmutex.c, as for the others
    uint32_t leaving, admitted;
} go_rwmutex;

// Lock for writing and for reading. Block until that is possible.   From: goroutine or foreign thread.
// Memory: as Go's: the unlock that made it possible happens before these return.
GO_API void go_rwmutex_lock(go_rwmutex *rw);
GO_API_INLINE_ void go_rwmutex_rlock(go_rwmutex *rw);
// The same without waiting; return whether they locked.
GO_API bool go_rwmutex_try_lock(go_rwmutex *rw);
GO_API bool go_rwmutex_try_rlock(go_rwmutex *rw);
// Errors: fatal, "sync: Unlock of unlocked RWMutex", "sync: RUnlock of unlocked RWMutex".
GO_API void go_rwmutex_unlock(go_rwmutex *rw);
GO_API_INLINE_ void go_rwmutex_runlock(go_rwmutex *rw);

// --- Wait group ---

// Counts what is under way, and lets others wait until nothing is. May be used again once all waiters have
// returned.   Go: sync.WaitGroup
typedef struct go_waitgroup {
    uint64_t word; // see src/sync/waitgroup.c
} go_waitgroup;

// Adds n, which may be negative, to the count; at zero all waiters go on.
// Panics: "sync: negative WaitGroup counter".   Memory: happens before the waits that it lets go on return.
// Go: WaitGroup.Add
GO_API void go_waitgroup_add(go_waitgroup *wg, int n);

// Takes one off the count.   Panics, Memory: as go_waitgroup_add.   Go: WaitGroup.Done
GO_API void go_waitgroup_done(go_waitgroup *wg);

// Blocks until the count is zero.   From: goroutine or foreign thread.   Go: WaitGroup.Wait
GO_API void go_waitgroup_wait(go_waitgroup *wg);

// Adds one to the count and starts f(args…) in a goroutine, which takes it off again when f returns or
// go_exit ends it: go_waitgroup_go(wg, f, args…). A panic in f crashes the process before any waiter goes on.
// Go: WaitGroup.Go
#define go_waitgroup_go(wg, f, ...) GO_WAITGROUP_GO_(GO_UID, wg, f, ##__VA_ARGS__)

// --- Once ---

// Runs one function, once, whoever comes first.   Go: sync.Once
typedef struct go_once {
    uint32_t word; // see src/sync/once.c
} go_once;

// Calls f(args…) if no call with this object has done so, and returns when that one is over; a function that
// panics or exits counts as done: go_once_do(once, f, args…). The arguments are evaluated only as long as f
// has not finished. f must not use the same object: that blocks for ever.
// Memory: f's return happens before every return of this.   Go: Once.Do
#define go_once_do(once, f, ...) GO_ONCE_DO_(GO_UID, once, f, ##__VA_ARGS__)

// A value that is computed at its first use.   Go: sync.OnceValue
typedef struct go_once_value {
    uint32_t word;
    void *value;          // what f returned
    go_panic_info *panic; // or the panic that ended it
} go_once_value;

// Returns what f(args…), which gives a void *, returned to the first caller; if it panicked, every call panics
// alike, the first one from where f did: go_once_get(once, f, args…). NULL if go_exit ended it.
// Arguments and blocking as go_once_do.   Go: sync.OnceValue's function
#define go_once_get(once, f, ...) GO_ONCE_GET_(GO_UID, once, f, ##__VA_ARGS__)

// --- Condition ---

// A place to wait for a change of what a mutex guards.   Go: sync.Cond
typedef struct go_cond {
    go_mutex *mutex;
    const struct go_cond *self; // copies are detected by this
    uint32_t waiters;
} go_cond;

// Makes c a condition on what m guards.   Go: sync.NewCond
GO_API void go_cond_init(go_cond *c, go_mutex *m);

// Unlocks the mutex, blocks until woken, and locks the mutex again. The caller holds the mutex, and looks
// again at what it waits for: another may have been quicker.   Panics: "sync.Cond is copied".
// From: goroutine or foreign thread.   Go: Cond.Wait
GO_API void go_cond_wait(go_cond *c);

// The same for d at most; returns false if the time ran out.
GO_API bool go_cond_wait_timeout(go_cond *c, go_duration d);

// Wakes the one that has waited longest, or all that wait now; nobody if nobody waits: it is not remembered.
// The caller may hold the mutex or not.   Panics: "sync.Cond is copied".   Go: Cond.Signal, Cond.Broadcast
GO_API void go_cond_signal(go_cond *c);
GO_API void go_cond_broadcast(go_cond *c);

// What the macros and the short paths are made of.

#define GO_WAITGROUP_GO_(id, wg, f, ...) GO_WAITGROUP_GO__(id, wg, f, ##__VA_ARGS__)
#define GO_WAITGROUP_GO__(id, wg, f, ...)                                                          \
    go_waitgroup_go_((wg), GO_BIND_KEEP(id, f, ##__VA_ARGS__), GO_ARGC(__VA_ARGS__))

#define GO_ONCE_DO_(id, once, f, ...) GO_ONCE_DO__(id, once, f, ##__VA_ARGS__)
#define GO_ONCE_DO__(id, once, f, ...)                                                             \
    __extension__({                                                                                \
        go_once *GO_CAT(go_once_, id) = (once);                                                    \
        if (__builtin_expect(!go_once_is_done_(&GO_CAT(go_once_, id)->word), 0)) {                 \
            GO_CALL_ROOM(f, ##__VA_ARGS__) GO_CAT(go_room_, id);                                   \
            GO_BIND(id, &GO_CAT(go_room_, id).call, f, ##__VA_ARGS__);                             \
            go_once_do_(GO_CAT(go_once_, id), &GO_CAT(go_room_, id).call);                         \
        }                                                                                          \
    })

#define GO_ONCE_GET_(id, once, f, ...) GO_ONCE_GET__(id, once, f, ##__VA_ARGS__)
#define GO_ONCE_GET__(id, once, f, ...)                                                            \
    __extension__({                                                                                \
        _Static_assert(GO_RESULT_IS(f, void *, ##__VA_ARGS__),                                     \
                       "gofer: the function of go_once_get must return void *");                   \
        go_once_value *GO_CAT(go_once_, id) = (once);                                              \
        if (__builtin_expect(!go_once_is_done_(&GO_CAT(go_once_, id)->word), 0)) {                 \
            GO_CALL_ROOM(f, ##__VA_ARGS__) GO_CAT(go_room_, id);                                   \
            GO_BIND(id, &GO_CAT(go_room_, id).call, f, ##__VA_ARGS__);                             \
            go_once_get_(GO_CAT(go_once_, id), &GO_CAT(go_room_, id).call);                        \
        }                                                                                          \
        go_once_result_(GO_CAT(go_once_, id));                                                     \
    })

enum { GO_MUTEX_LOCKED = 1, GO_ONCE_DONE = 1 };
// A reader in the word of a lock; in words below the limit there are readers alone.
enum { GO_RWMUTEX_READER = 1, GO_RWMUTEX_LIMIT = 1 << 30 };

// What the short paths expect: a free mutex, and a locked one. Values that no mutex has send every call down the long
// paths: so locks are watched (GOFER_DEBUG=locks) at no cost to who does not.
struct go_mutex_words_ {
    uint32_t free, locked;
};
GO_API extern struct go_mutex_words_ go_mutex_words_;

// The same for readers, whose short paths would change any word: they are closed.
GO_API extern bool go_rwmutex_watched_;

GO_API void go_mutex_lock_slow_(go_mutex *m);
GO_API bool go_mutex_try_lock_slow_(go_mutex *m);
GO_API void go_mutex_unlock_slow_(go_mutex *m);
GO_API void go_rwmutex_rlock_slow_(go_rwmutex *rw);
GO_API void go_rwmutex_runlock_slow_(go_rwmutex *rw, uint32_t before);
GO_API void go_waitgroup_go_(go_waitgroup *wg, struct go_kept_call kept, int args);
GO_API void go_once_do_(go_once *once, const struct go_call *call);
GO_API void go_once_get_(go_once_value *once, const struct go_call *call);
GO_API void go_once_panic_(go_once_value *once);

// The short paths of the mutex stand here: an uncontended lock is one locked instruction and no call.
// The compare-and-swap of the unlock is its last access to the mutex.
inline bool go_mutex_try_lock(go_mutex *m)
{
    uint32_t free = go_mutex_words_.free;
    return __atomic_compare_exchange_n(&m->word, &free, GO_MUTEX_LOCKED, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED) ||
           (__builtin_expect(go_mutex_words_.free != 0, 0) && go_mutex_try_lock_slow_(m));
}

inline void go_mutex_lock(go_mutex *m)
{
    uint32_t free = go_mutex_words_.free;
    if (__builtin_expect(!__atomic_compare_exchange_n(&m->word, &free, GO_MUTEX_LOCKED, false,
                                                      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED),
                         0)) {
        go_mutex_lock_slow_(m);
        GO_KEEP_FRAME; // a trace shows who waits
    }
}

inline void go_mutex_unlock(go_mutex *m)
{
    uint32_t locked = go_mutex_words_.locked;
    if (__builtin_expect(!__atomic_compare_exchange_n(&m->word, &locked, 0, false, __ATOMIC_RELEASE,
                                                      __ATOMIC_RELAXED),
                         0)) {
        go_mutex_unlock_slow_(m);
        GO_KEEP_FRAME; // a profile shows who unlocks
    }
}

// Those of readers: one locked addition, whatever the word was, and then a look at that. If no writer is there, the
// subtraction is the last access to the lock.
inline void go_rwmutex_rlock(go_rwmutex *rw)
{
    if (__builtin_expect(!go_rwmutex_watched_, 1)) {
        uint32_t before = __atomic_fetch_add(&rw->word, GO_RWMUTEX_READER, __ATOMIC_ACQUIRE);
        if (__builtin_expect(before < GO_RWMUTEX_LIMIT, 1))
            return;
    }
    go_rwmutex_rlock_slow_(rw);
    GO_KEEP_FRAME; // a trace shows who waits
}

inline void go_rwmutex_runlock(go_rwmutex *rw)
{
    uint32_t before = 0;
    if (__builtin_expect(!go_rwmutex_watched_, 1)) {
        before = __atomic_fetch_sub(&rw->word, GO_RWMUTEX_READER, __ATOMIC_RELEASE);
        // Without readers, which is a mistake, the difference is the greatest number.
        if (__builtin_expect(before - GO_RWMUTEX_READER < GO_RWMUTEX_LIMIT, 1))
            return;
    }
    go_rwmutex_runlock_slow_(rw, before);
    GO_KEEP_FRAME; // a profile shows who unlocks
}

static inline bool go_once_is_done_(const uint32_t *word)
{
    // Acquire: pairs with the release store of who ran the function.
    return __atomic_load_n(word, __ATOMIC_ACQUIRE) == GO_ONCE_DONE;
}

static inline void *go_once_result_(go_once_value *once)
{
    if (__builtin_expect(once->panic != NULL, 0))
        go_once_panic_(once);
    return once->value;
}

GO_END_DECLS

#endif
