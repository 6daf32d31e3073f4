// SPDX-License-Identifier: MIT
// What the race detector is told of an operation, in the library that `gofer run -race` links (preset `race`). That
// library is not instrumented: neither its atomics nor its locks order anything in the detector's eyes, and its own
// fields are invisible. What orders the program's goroutines is only what is said here, operation by operation, as
// docs/memory-model.md has it. In every other build all of this is empty.
//
//   gf_race_release(p)    what the caller has done so far happens before …
//   gf_race_acquire(p)    … what follows here. Several releases add up.
//   gf_race_publish(mark) as a release that forgets the ones before: for a mark, a byte that serves nothing else
//   gf_race_observe(mark) the acquire for it
//   gf_race_read, _write  the caller's function, whose return address is `pc`, touches these bytes of the program's
//   gf_race_uses          it uses the object at p, as an atomic operation on its first 32 bits does: a race with a copy, an
//                         overwrite or a free. Of the size that the header's inline halves have, for the detector keeps
//                         four accesses to each eight bytes, and the program's own variable may be beside a lock
//   gf_race_enter, _exit  a frame for the detector's idea of the stack, around a call of the program's function
#ifndef GF_BASE_RACE_H
#define GF_BASE_RACE_H

#include "base/sanitize.h"

#include <stdbool.h>
#include <stddef.h>

#if GF_RACE

// The visibility of what the library's assembly names: here its own tests, too, see it from outside.
#define GF_INNER "default"

typedef struct {
    unsigned char byte;
} gf_race_mark;

void AnnotateIgnoreSyncBegin(const char *file, int line);
void AnnotateIgnoreSyncEnd(const char *file, int line);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);
void __tsan_read_range(void *p, unsigned long n);
void __tsan_write_range(void *p, unsigned long n);
void __tsan_atomic8_store(volatile unsigned char *p, unsigned char value, int order);
unsigned __tsan_atomic32_fetch_add(volatile unsigned *p, unsigned value, int order);

static inline void gf_race_acquire(const volatile void *p)
{
    __tsan_acquire((void *)p);
}

static inline void gf_race_release(const volatile void *p)
{
    __tsan_release((void *)p);
}

static inline void gf_race_publish(gf_race_mark *mark)
{
    __tsan_atomic8_store(&mark->byte, 0, __ATOMIC_RELEASE);
}

static inline void gf_race_observe(gf_race_mark *mark)
{
    __tsan_acquire(mark);
}

// From here to gf_race_speak nothing that the caller does orders anything: for locks of the library's own. It may park.
static inline void gf_race_quiet(void)
{
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
}

static inline void gf_race_speak(void)
{
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
}

static inline void gf_race_enter(void *pc)
{
    __tsan_func_entry(pc);
}

static inline void gf_race_exit(void)
{
    __tsan_func_exit();
}

// Within gf_race_enter.
static inline void gf_race_was_read(const void *p, size_t n)
{
    __tsan_read_range((void *)p, n);
}

static inline void gf_race_wrote(const void *p, size_t n)
{
    __tsan_write_range((void *)p, n);
}

// In the caller's own function, which the report then shows.
#define gf_race_read(p, n, pc)                                                                     \
    do {                                                                                           \
        __tsan_func_entry(pc);                                                                     \
        __tsan_read_range((void *)(p), (n));                                                       \
        __tsan_func_exit();                                                                        \
    } while (0)
#define gf_race_write(p, n, pc)                                                                    \
    do {                                                                                           \
        __tsan_func_entry(pc);                                                                     \
        __tsan_write_range((void *)(p), (n));                                                      \
        __tsan_func_exit();                                                                        \
    } while (0)

#define gf_race_uses(p, pc)                                                                        \
    do {                                                                                           \
        __tsan_func_entry(pc);                                                                     \
        __tsan_atomic32_fetch_add((volatile unsigned *)(p), 0, __ATOMIC_RELAXED);                  \
        __tsan_func_exit();                                                                        \
    } while (0)

// A thread's part in it: how deep it is muted, and the origin of the next goroutine that it starts (sched/race.h).
struct gf_race_of_m {
    unsigned muted;
    const void *origin;
};

#else

#define GF_INNER "hidden"

typedef struct {
} gf_race_mark;

struct gf_race_of_m {
};

// The instrumented library needs to be told some of it, too (preset `tsan`).
#define gf_race_acquire(p) gf_hb_acquire(p)
#define gf_race_release(p) gf_hb_release(p)
#define gf_race_publish(mark) ((void)(mark))
#define gf_race_observe(mark) ((void)(mark))
#define gf_race_quiet() ((void)0)
#define gf_race_speak() ((void)0)
#define gf_race_enter(pc) ((void)0)
#define gf_race_exit() ((void)0)
#define gf_race_was_read(p, n) ((void)(p), (void)(n))
#define gf_race_wrote(p, n) ((void)(p), (void)(n))
#define gf_race_read(p, n, pc) ((void)(p), (void)(n))
#define gf_race_write(p, n, pc) ((void)(p), (void)(n))
#define gf_race_uses(p, pc) ((void)(p), (void)(pc))

#endif

// Around a count of references that goes down: what the others did happens before what the last one does.
#define gf_race_last_of(count, dropped)                                                            \
    __extension__({                                                                                \
        gf_race_release(count);                                                                    \
        bool last_ = (dropped);                                                                    \
        if (last_)                                                                                 \
            gf_race_acquire(count);                                                                \
        last_;                                                                                     \
    })

#endif
