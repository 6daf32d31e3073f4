// SPDX-License-Identifier: MIT
// Bound calls for x86-64, System V ABI: the stubs that gofer/detail/bind.h calls in the place of f, with f's own
// type, and the replay. A stub saves where the ABI has put the arguments; the replay puts them there again.
//
// A stub cannot know what it was called as, so it saves what its kind may have: go_capture_words the six integer
// registers, go_capture_full also the eight vector registers and as many bytes of stack as the request says, an upper
// bound of the arguments there. What lies behind them is the frame of the caller, which is larger than that, since
// the record itself stands in it. The result registers are whatever they are, for the caller drops the result; but
// who calls a function that returns a long double pops it from the x87 stack, so the stub pushes one.
//
// A stub of the _then kind keeps the record in its own frame and hands it on while it is still there. It is copied at
// once, by 16 bytes at a time; a processor forwards such a load from one store, not from two of 8 bytes, for which the
// copy would wait until they are in the cache (4 ns). So the frequent one stores 16 bytes at a time, too.
//
// Stubs touch neither the static chain's register before it is read, nor any register that a callee must keep.
//
// struct go_call, asserted in panic/offsets.c:
//     0  function      8  flags      12  bytes of stack arguments      16  rdi rsi rdx rcx r8 r9
//     64  xmm0 to xmm7, 16 bytes each, if CALL_FULL       192  stack arguments
#define CALL_FN      0
#define CALL_FLAGS   8
#define CALL_STACK   12
#define CALL_REG     16
#define CALL_VECTOR  64
#define CALL_ARGS    192
#define CALL_FULL    1
#define CALL_X87     2
#define CALL_ONCE    4
// struct go_capture_req, asserted there too.
#define REQ_CALL     0
#define REQ_FN       8
#define REQ_FLAGS    16
#define REQ_STACK    20
// struct go_capture_then, too.
#define THEN_FN      0
#define THEN_FLAGS   8
#define THEN_STACK   12
#define THEN_THEN    16
#define THEN_ARG     24

        .text

// The arguments in registers, into a record and out of it.
        .macro words_into call
        movq %rdi, CALL_REG(\call)
        movq %rsi, CALL_REG+8(\call)
        movq %rdx, CALL_REG+16(\call)
        movq %rcx, CALL_REG+24(\call)
        movq %r8, CALL_REG+32(\call)
        movq %r9, CALL_REG+40(\call)
        .endm
        .macro words_from call
        movq CALL_REG(\call), %rdi
        movq CALL_REG+8(\call), %rsi
        movq CALL_REG+16(\call), %rdx
        movq CALL_REG+24(\call), %rcx
        movq CALL_REG+32(\call), %r8
        movq CALL_REG+40(\call), %r9
        .endm
        .macro vectors_into call
        movups %xmm0, CALL_VECTOR(\call)
        movups %xmm1, CALL_VECTOR+16(\call)
        movups %xmm2, CALL_VECTOR+32(\call)
        movups %xmm3, CALL_VECTOR+48(\call)
        movups %xmm4, CALL_VECTOR+64(\call)
        movups %xmm5, CALL_VECTOR+80(\call)
        movups %xmm6, CALL_VECTOR+96(\call)
        movups %xmm7, CALL_VECTOR+112(\call)
        .endm
        .macro vectors_from call
        movups CALL_VECTOR(\call), %xmm0
        movups CALL_VECTOR+16(\call), %xmm1
        movups CALL_VECTOR+32(\call), %xmm2
        movups CALL_VECTOR+48(\call), %xmm3
        movups CALL_VECTOR+64(\call), %xmm4
        movups CALL_VECTOR+80(\call), %xmm5
        movups CALL_VECTOR+96(\call), %xmm6
        movups CALL_VECTOR+112(\call), %xmm7
        .endm

// register            before                                 after    clobbered
// r10                 struct go_capture_req *
// rdi rsi rdx rcx r8 r9   arguments of f
// rax r11                                                             yes
        .globl go_capture_words
        .type go_capture_words, @function
        .p2align 4
go_capture_words:
        .cfi_startproc
        endbr64
        movq REQ_CALL(%r10), %rax
        movq REQ_FN(%r10), %r11
        words_into %rax
        movq %r11, CALL_FN(%rax)
        // Words have no flags and no stack arguments: one store for both.
        movq $0, CALL_FLAGS(%rax)
        retq
        .cfi_endproc
        .size go_capture_words, .-go_capture_words

// register            before                                 after    clobbered
// r10                 struct go_capture_req *
// rdi rsi rdx rcx r8 r9   arguments of f
// xmm0-xmm7           arguments of f                                  xmm0
// 8(%rsp) and up      arguments of f
// rax rcx r11                                                         yes
// st0                                                        0 if CALL_X87
        .globl go_capture_full
        .type go_capture_full, @function
        .p2align 4
go_capture_full:
        .cfi_startproc
        endbr64
        movq REQ_CALL(%r10), %rax
        movq REQ_FN(%r10), %r11
        words_into %rax
        movq %r11, CALL_FN(%rax)
        movl REQ_FLAGS(%r10), %r11d
        movl REQ_STACK(%r10), %ecx
        movl %r11d, CALL_FLAGS(%rax)
        movl %ecx, CALL_STACK(%rax)
        // A function of words that returns a long double has no room behind the record.
        testl $CALL_FULL, %r11d
        jz .Lcapture_x87
        vectors_into %rax
        // A multiple of 16 bytes, from the last to the first.
        testl %ecx, %ecx
        jz .Lcapture_x87
.Lcapture_stack:
        movups -8(%rsp,%rcx), %xmm0
        movups %xmm0, CALL_ARGS-16(%rax,%rcx)
        subl $16, %ecx
        jnz .Lcapture_stack
.Lcapture_x87:
        testl $CALL_X87, %r11d
        jz .Lcapture_done
        fldz
.Lcapture_done:
        retq
        .cfi_endproc
        .size go_capture_full, .-go_capture_full

// register            before                                 after    clobbered
// r10                 struct go_capture_then *
// rdi rsi rdx rcx r8 r9   arguments of f
// all that a call may clobber                                         yes
        .globl go_capture_words_then
        .type go_capture_words_then, @function
        .p2align 4
go_capture_words_then:
        .cfi_startproc
        endbr64
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        subq $CALL_VECTOR, %rsp
        // No flags and no stack arguments: what follows the function is zero.
        movq THEN_FN(%r10), %xmm0
        movups %xmm0, CALL_FN(%rsp)
        movq %rdi, %xmm0
        movq %rsi, %xmm1
        punpcklqdq %xmm1, %xmm0
        movups %xmm0, CALL_REG(%rsp)
        movq %rdx, %xmm0
        movq %rcx, %xmm1
        punpcklqdq %xmm1, %xmm0
        movups %xmm0, CALL_REG+16(%rsp)
        movq %r8, %xmm0
        movq %r9, %xmm1
        punpcklqdq %xmm1, %xmm0
        movups %xmm0, CALL_REG+32(%rsp)
        movq %rsp, %rdi
        movq THEN_ARG(%r10), %rsi
        movq 8(%rbp), %rdx
        callq *THEN_THEN(%r10)
        leaveq
        .cfi_def_cfa %rsp, 8
        .cfi_restore %rbp
        retq
        .cfi_endproc
        .size go_capture_words_then, .-go_capture_words_then

// register            before                                 after    clobbered
// r10                 struct go_capture_then *
// rdi rsi rdx rcx r8 r9 xmm0-xmm7 8(%rsp) and up   arguments of f
// all that a call may clobber                                         yes
// st0                                                        0 if CALL_X87
// Stack arguments are copied from the highest address down, as in gf_arch_replay.
        .globl go_capture_full_then
        .type go_capture_full_then, @function
        .p2align 4
go_capture_full_then:
        .cfi_startproc
        endbr64
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq %rbx
        .cfi_offset %rbx, -24
        subq $8, %rsp
        movl THEN_FLAGS(%r10), %ebx
        movl THEN_STACK(%r10), %eax
        movl %eax, %r11d
        testl %eax, %eax
        jz .Lthen_record
.Lthen_stack:
        movups (%rbp,%rax), %xmm8
        subq $16, %rsp
        movups %xmm8, (%rsp)
        subl $16, %eax
        jnz .Lthen_stack
.Lthen_record:
        // The stack arguments stand behind the rest of the record.
        subq $CALL_ARGS, %rsp
        vectors_into %rsp
        movq THEN_FN(%r10), %rax
        words_into %rsp
        movq %rax, CALL_FN(%rsp)
        movl %ebx, CALL_FLAGS(%rsp)
        movl %r11d, CALL_STACK(%rsp)
        movq %rsp, %rdi
        movq THEN_ARG(%r10), %rsi
        movq 8(%rbp), %rdx
        callq *THEN_THEN(%r10)
        testl $CALL_X87, %ebx
        jz .Lthen_done
        fldz
.Lthen_done:
        movq -8(%rbp), %rbx
        leaveq
        .cfi_def_cfa %rsp, 8
        .cfi_restore %rbx
        .cfi_restore %rbp
        retq
        .cfi_endproc
        .size go_capture_full_then, .-go_capture_full_then

// register            before                                 after    clobbered
// rdi                 const struct go_call *
// rax rcx rdx rsi rdi r8-r11 xmm0-xmm15 st0-st7                       as in any call
// The record may be gone once f has begun: all of it is loaded before. With CALL_ONCE its registers are cleared then:
// it lies in a frame that lives as long as the goroutine, and a search for leaks takes for reachable what it finds there.
// Stack arguments are written from the highest address down, so that a large struct touches the stack's pages in order and
// never jumps its guard.
        .globl gf_arch_replay
        .hidden gf_arch_replay
        .type gf_arch_replay, @function
        .p2align 4
gf_arch_replay:
        .cfi_startproc
        endbr64
        pushq %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq %rbx
        .cfi_offset %rbx, -24
        subq $8, %rsp
        movq %rdi, %r10
        movl CALL_FLAGS(%rdi), %ebx
        movq CALL_FN(%rdi), %r11
        // The number of vector registers in use, for variadic functions.
        xorl %eax, %eax
        testl $CALL_FULL, %ebx
        jnz .Lreplay_full
.Lreplay_words:
        words_from %r10
        testl $CALL_ONCE, %ebx
        jnz .Lreplay_forget
.Lreplay_call:
        callq *%r11
        testl $CALL_X87, %ebx
        jnz .Lreplay_x87
.Lreplay_done:
        movq -8(%rbp), %rbx
        leaveq
        .cfi_remember_state
        .cfi_restore %rbx
        .cfi_restore %rbp
        .cfi_def_cfa %rsp, 8
        retq
        .cfi_restore_state
.Lreplay_x87:
        fstp %st(0)
        jmp .Lreplay_done
.Lreplay_forget:
        movq $0, CALL_REG(%r10)
        movq $0, CALL_REG+8(%r10)
        movq $0, CALL_REG+16(%r10)
        movq $0, CALL_REG+24(%r10)
        movq $0, CALL_REG+32(%r10)
        movq $0, CALL_REG+40(%r10)
        jmp .Lreplay_call
.Lreplay_full:
        movl CALL_STACK(%r10), %ecx
        testl %ecx, %ecx
        jz .Lreplay_vectors
.Lreplay_stack:
        movups CALL_ARGS-16(%r10,%rcx), %xmm0
        subq $16, %rsp
        movups %xmm0, (%rsp)
        subl $16, %ecx
        jnz .Lreplay_stack
.Lreplay_vectors:
        vectors_from %r10
        movl $8, %eax
        jmp .Lreplay_words
        .cfi_endproc
        .size gf_arch_replay, .-gf_arch_replay

// The first frame of a goroutine, reached by a jump, at the top of its stack, where a zero return address stands. It
// has the room for the bound call's record, and calls f as gf_arch_replay would: one frame instead of three to come back
// through. And it ends by a jump, for which see gf_arch_jump.
        .globl gf_arch_first_frame
        .hidden gf_arch_first_frame
        .type gf_arch_first_frame, @function
        .p2align 4
gf_arch_first_frame:
        .cfi_startproc
        subq $CALL_VECTOR+8, %rsp
        .cfi_def_cfa_offset CALL_VECTOR+16
        movq %rsp, %rdi
        callq gf_first_frame_begins
        testb %al, %al
        jz .Lfirst_frame_ends
        movq CALL_FN(%rsp), %r11
        words_from %rsp
        // As with CALL_ONCE.
        pxor %xmm0, %xmm0
        movups %xmm0, CALL_REG(%rsp)
        movups %xmm0, CALL_REG+16(%rsp)
        movups %xmm0, CALL_REG+32(%rsp)
        xorl %eax, %eax
        callq *%r11
.Lfirst_frame_ends:
        addq $CALL_VECTOR+8, %rsp
        .cfi_def_cfa_offset 8
        jmp gf_first_frame_ends
        .cfi_endproc
        .size gf_arch_first_frame, .-gf_arch_first_frame

        .section .note.GNU-stack, "", @progbits
