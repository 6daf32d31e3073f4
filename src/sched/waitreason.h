// SPDX-License-Identifier: MIT
// Why a goroutine is parked, with Go's words, and whether such a wait can be part of a deadlock. One X-macro, so
// that names and texts cannot drift apart.
#ifndef GF_SCHED_WAITREASON_H
#define GF_SCHED_WAITREASON_H

#define GF_WAIT_REASONS(X)                                                                         \
    X(NONE, "")                                                                                    \
    X(CHAN_SEND, "chan send")                                                                      \
    X(CHAN_RECEIVE, "chan receive")                                                                \
    X(CHAN_SEND_NIL, "chan send (nil chan)")                                                       \
    X(CHAN_RECEIVE_NIL, "chan receive (nil chan)")                                                 \
    X(SELECT, "select")                                                                            \
    X(SELECT_NO_CASES, "select (no cases)")                                                        \
    X(SLEEP, "sleep")                                                                              \
    X(MUTEX_LOCK, "sync.Mutex.Lock")                                                               \
    X(RWMUTEX_RLOCK, "sync.RWMutex.RLock")                                                         \
    X(RWMUTEX_LOCK, "sync.RWMutex.Lock")                                                           \
    X(WAITGROUP_WAIT, "sync.WaitGroup.Wait")                                                       \
    X(COND_WAIT, "sync.Cond.Wait")                                                                 \
    X(ONCE_DO, "sync.Once.Do")                                                                     \
    X(SEMACQUIRE, "semacquire")                                                                    \
    X(IO_WAIT, "IO wait")                                                                          \
    X(FINISHED, "finished")

enum gf_wait {
#define GF_WAIT_ENUM(name, text) GF_WAIT_##name,
    GF_WAIT_REASONS(GF_WAIT_ENUM)
#undef GF_WAIT_ENUM
};

const char *gf_wait_text(enum gf_wait reason);

#endif
