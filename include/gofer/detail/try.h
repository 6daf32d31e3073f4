// SPDX-License-Identifier: MIT
// What defer, go_try and go_catch are made of: records in the frames of the program, linked into lists of the
// goroutine, and the cleanup attribute, by which the compiler takes them off again on every ordinary road out of
// the block. A panic takes the other road: it runs the list itself and jumps.
//
// gcc runs a cleanup also for a variable whose declaration a goto or a case label has jumped over, on garbage; so a
// cleanup acts only if its record is the innermost of the list. A program's own longjmp leaves records behind that no
// cleanup took off. They lie below the stack pointer and are dropped when that is noticed; the check word tells
// whether such a record is still what it was.
#ifndef GOFER_DETAIL_TRY_H
#define GOFER_DETAIL_TRY_H

#include <gofer/detail/bind.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GO_TRY_BY_SETJMP
#endif
#endif
#if defined(__SANITIZE_THREAD__) || (defined(GF_RACE) && GF_RACE)
#define GO_TRY_BY_SETJMP
#endif

#ifdef GO_TRY_BY_SETJMP
#include <setjmp.h>
#endif

GO_BEGIN_DECLS

// A deferred call. The bound call follows, at the next multiple of 16.
struct go_defer_ {
    struct go_defer_ *next; // the one registered before
    uintptr_t check;        // GO_RECORD_CHECK of the address and the link
};

// Tells a record or mark from a stack that has been overwritten.
#define GO_RECORD_CHECK(record, link)                                                              \
    ((uintptr_t)(record) ^ (uintptr_t)(link) ^ (uintptr_t)UINT64_C(0x60fe2dead60fe2d5))

// Where the head of the list is in the runtime's record of a goroutine, to which the first word of a thread's leads. Asserted
// in panic/offsets.c.
enum { GO_DEFERS_AT = 128 };

// Reads this thread's record, afresh at each use: a goroutine that parks may wake on another thread, and compilers keep the
// address of a thread-local variable.
#define GO_LOAD_SELF(var)                                                                          \
    __asm__ volatile("movq go_self_m_@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0" : "=r"(var))
#define GO_LOAD_SP(var) __asm__ volatile("movq %%rsp, %0" : "=r"(var))

// A go_try: where to go on, and what of the goroutine's lists belongs to blocks further out.
struct go_try_ {
    struct go_try_ *outer;
    uintptr_t check; // as a deferred call's
    struct go_defer_ *defers;
    void *panics; // the newest panic in flight when the try began
    void *caught; // the panic that the catch block has; NULL in the try block
#ifdef GO_TRY_BY_SETJMP
    jmp_buf jump;
#else
    void *jump[8]; // known to arch/*/jump.S
#endif
};

// Declares the record in the enclosing block, binds the call and links it. It begins with a statement, for a label
// may stand before it, and that declares the type which the declaration needs: under an `if` without braces the
// type's scope would be the statement alone, so that mistake does not compile. The arguments stand in the block itself, in
// no braces of their own, so that a compound literal among them lives as long as the block.
#define GO_DEFER_(id, ...) GO_DEFER__(id, __VA_ARGS__)
#define GO_DEFER__(id, f, ...)                                                                     \
    (void)sizeof(struct GO_CAT(go_defer_, id) {                                                    \
        struct go_defer_ link;                                                                     \
        GO_CALL_ROOM(f, ##__VA_ARGS__) room;                                                       \
    });                                                                                            \
    struct GO_CAT(go_defer_, id) GO_CAT(go_deferred_, id)                                          \
        __attribute__((cleanup(GO_CAT(go_defer_leave, GO_ARGC(__VA_ARGS__)))));                    \
    GO_BIND_REQUEST(id, &GO_CAT(go_deferred_, id).room.call, f, ##__VA_ARGS__);                    \
    __builtin_choose_expr(GO_IS_PLAIN(f, ##__VA_ARGS__),                                           \
                          GO_BIND_WORDS(GO_CAT(go_req_, id), ##__VA_ARGS__),                       \
                          GO_BIND_CAPTURE(id, f, ##__VA_ARGS__));                                  \
    go_defer_link_(&GO_CAT(go_deferred_, id).link)

GO_API void go_defer_push_(struct go_defer_ *d);
GO_API void go_defer_run_(void *record);

// Where the calling goroutine keeps its innermost record; NULL: ask the runtime, for the thread has never called it, or
// thread sanitizer would see one goroutine's list after another's in the same place.
GO_INLINE_ struct go_defer_ **go_defers_(void)
{
#ifdef GO_TRY_BY_SETJMP
    return NULL;
#else
    void **m;
    GO_LOAD_SELF(m);
    return m ? (struct go_defer_ **)(void *)((char *)*m + GO_DEFERS_AT) : NULL;
#endif
}

// As go_defer_push_, in line where no longjmp has left a record behind: the list's head is in no dead part of the stack, and
// is not this very record. No access of the program crosses the asm, for it may fault, and a panic has to find the record.
GO_INLINE_ void go_defer_link_(struct go_defer_ *d)
{
    struct go_defer_ **head = go_defers_();
    uintptr_t sp;
    GO_LOAD_SP(sp);
    // Less one, so that NULL is above all.
    if (__builtin_expect(!head || (uintptr_t)*head - 1 < sp - 1 || *head == d, 0)) {
        go_defer_push_(d);
        return;
    }
    d->next = *head;
    d->check = GO_RECORD_CHECK(d, d->next);
    *head = d;
    __asm__ volatile("" ::: "memory");
}

// As go_defer_run_, but for the call itself, in line where the record is the innermost and its arguments are words. NULL:
// there is nothing left to call.
GO_INLINE_ const struct go_call *go_defer_take_off_(struct go_defer_ *d)
{
    const struct go_call *call = (const struct go_call *)(d + 1);
    struct go_defer_ **head;
    __asm__ volatile("" ::: "memory");
    head = go_defers_();
    if (__builtin_expect(!head || *head != d || call->flags || !call->fn, 0)) {
        go_defer_run_(d);
        return NULL;
    }
    *head = d->next;
    d->check = 0;
    return call;
}

// What leaves the block, by the number of arguments. The function's own type is not known here; as one with more arguments
// to come it is called as any of the kind expects to be.
#define GO_DEFER_LEAVE(n, parameters, words)                                                       \
    GO_INLINE_ void go_defer_leave##n(void *record)                                                \
    {                                                                                              \
        const struct go_call *call = go_defer_take_off_((struct go_defer_ *)record);               \
        if (call)                                                                                  \
            (__extension__(void(*) parameters) call->fn) words;                                    \
    }
GO_DEFER_LEAVE(0, (void), ())
GO_DEFER_LEAVE(1, (uint64_t, ...), (call->reg[0]))
GO_DEFER_LEAVE(2, (uint64_t, uint64_t, ...), (call->reg[0], call->reg[1]))
GO_DEFER_LEAVE(3, (uint64_t, uint64_t, uint64_t, ...), (call->reg[0], call->reg[1], call->reg[2]))
GO_DEFER_LEAVE(4, (uint64_t, uint64_t, uint64_t, uint64_t, ...),
               (call->reg[0], call->reg[1], call->reg[2], call->reg[3]))
GO_DEFER_LEAVE(5, (uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, ...),
               (call->reg[0], call->reg[1], call->reg[2], call->reg[3], call->reg[4]))
GO_DEFER_LEAVE(6, (uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, ...),
               (call->reg[0], call->reg[1], call->reg[2], call->reg[3], call->reg[4], call->reg[5]))
#define go_defer_leave7 go_defer_run_
#define go_defer_leave8 go_defer_run_

// One statement: the `switch` keeps compilers from asking for braces when it stands under an `if`, and the `for`, whose
// body is done once, is what break and continue leave. The condition is set by the first half of its declaration.
#define GO_TRY_(id) GO_TRY__(id)
#define GO_TRY__(id)                                                                               \
    switch (0)                                                                                     \
    case 0:                                                                                        \
    default:                                                                                       \
        for (struct go_try_ GO_CAT(go_try_, id) __attribute__((cleanup(go_try_leave_))),           \
             *GO_CAT(go_once_, id) = go_try_enter_(&GO_CAT(go_try_, id));                          \
             GO_CAT(go_once_, id); GO_CAT(go_once_, id) = NULL)                                    \
            if (GO_TRY_SET(GO_CAT(go_try_, id).jump) == 0 && GO_TRY_IS_SET)
#define GO_CATCH_(p) else for (const struct go_panic_info *p = go_try_caught_(); p; p = NULL)

// Returns 0, and once more, not 0, when a panic is caught. gcc's __builtin_setjmp keeps no variable in a register
// across it, so that it needs no volatile there, and gives no false warnings (-Wclobbered), of which any other
// function that returns twice has many; clang's is no better than a call. Thread sanitizer follows the program's
// stack and must see the jump: it knows setjmp.
#if defined(GO_TRY_BY_SETJMP)
#define GO_TRY_SET(jump) _setjmp(jump)
#elif defined(__GNUC__) && !defined(__clang__)
#define GO_TRY_SET(jump) __builtin_setjmp(jump)
#else
#define GO_TRY_SET(jump) go_try_set_(jump)
GO_API int go_try_set_(void **jump) __attribute__((returns_twice));
#endif

// gcc writes the buffer of its __builtin_setjmp in line and would mix that with the loads and divisions of the try block,
// which may fault: then the jump would find half a buffer. No instruction crosses this asm.
#define GO_TRY_IS_SET                                                                              \
    __extension__({                                                                                \
        __asm__ volatile("" ::: "memory");                                                         \
        true;                                                                                      \
    })

GO_API struct go_try_ *go_try_enter_(struct go_try_ *t);
GO_API void go_try_leave_(struct go_try_ *t);
GO_API const struct go_panic_info *go_try_caught_(void);

#define GO_PROTECT_(id, ...) GO_PROTECT__(id, __VA_ARGS__)
#define GO_PROTECT__(id, f, ...)                                                                   \
    __extension__({                                                                                \
        GO_CALL_ROOM(f, ##__VA_ARGS__) GO_CAT(go_room_, id);                                       \
        GO_BIND(id, &GO_CAT(go_room_, id).call, f, ##__VA_ARGS__);                                 \
        go_protect_(&GO_CAT(go_room_, id).call);                                                   \
    })
GO_API struct go_panic_info *go_protect_(const struct go_call *call);

#define GO_SAFE_(id, ...) GO_SAFE__(id, __VA_ARGS__)
#define GO_SAFE__(id, f, ...) GO_BIND_THEN(id, go_safe_, NULL, f, ##__VA_ARGS__)
GO_API void go_safe_(const struct go_call *call, const void *none, void *pc);

GO_END_DECLS

#endif
