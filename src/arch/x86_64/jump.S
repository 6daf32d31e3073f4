// SPDX-License-Identifier: MIT
// Non-local jumps for x86-64, System V ABI: what go_try sets and a caught panic takes. Independent of glibc's, whose
// fortified longjmp checks against the thread's own stack and whose plain one hides the registers. A buffer is
//     0  rbp      8  address      16  rsp      24  rbx      32  r12      40  r13      48  r14      56  r15
// of which the first three stand where both compilers' __builtin_setjmp puts them. So gcc's programs use that
// (gofer/detail/try.h says why), all others go_try_set_, and one gf_arch_longjmp serves both: after
// __builtin_setjmp the program counts on none of the other registers.
//
// Under -fcf-protection=return gcc's puts the pointer of the shadow stack third and the stack pointer fourth. There is no
// shadow stack, for objects with this code ask for none, so the third word is 0 then; it is never 0 otherwise.
//
// Neither saves MXCSR, the x87 control word (setjmp does, longjmp brings back the rounding of long ago) or the
// signal mask.
#define JUMP_RBP  0
#define JUMP_RIP  8
#define JUMP_RSP  16
#define JUMP_RBX  24
#define JUMP_R12  32
#define JUMP_R13  40
#define JUMP_R14  48
#define JUMP_R15  56

        .text

// register   before                  after                          clobbered
// rdi        the buffer
// rax                                0; at the second return the value
// rcx                                                               yes
        .globl go_try_set_
        .type go_try_set_, @function
        .p2align 4
go_try_set_:
        .cfi_startproc
        endbr64
        movq (%rsp), %rcx
        movq %rbp, JUMP_RBP(%rdi)
        leaq 8(%rsp), %rax
        movq %rcx, JUMP_RIP(%rdi)
        movq %rax, JUMP_RSP(%rdi)
        movq %rbx, JUMP_RBX(%rdi)
        movq %r12, JUMP_R12(%rdi)
        movq %r13, JUMP_R13(%rdi)
        movq %r14, JUMP_R14(%rdi)
        movq %r15, JUMP_R15(%rdi)
        xorl %eax, %eax
        retq
        .cfi_endproc
        .size go_try_set_, .-go_try_set_

// register          before                 after
// rdi               the buffer
// esi               what go_try_set_ returns
// rax                                      the value
// rbx rbp rsp r12-r15                      the buffer's
// The stack below the new stack pointer is dead; the sanitizers must have been told.
        .globl gf_arch_longjmp
        .hidden gf_arch_longjmp
        .type gf_arch_longjmp, @function
        .p2align 4
gf_arch_longjmp:
        .cfi_startproc
        endbr64
        movl %esi, %eax
        movq JUMP_RIP(%rdi), %rdx
        movq JUMP_RSP(%rdi), %rcx
        testq %rcx, %rcx
        cmovzq JUMP_RSP+8(%rdi), %rcx
        movq JUMP_RBX(%rdi), %rbx
        movq JUMP_R12(%rdi), %r12
        movq JUMP_R13(%rdi), %r13
        movq JUMP_R14(%rdi), %r14
        movq JUMP_R15(%rdi), %r15
        movq JUMP_RBP(%rdi), %rbp
        movq %rcx, %rsp
        // No endbr stands at the place where a setjmp returns to.
        notrack jmpq *%rdx
        .cfi_endproc
        .size gf_arch_longjmp, .-gf_arch_longjmp

        .section .note.GNU-stack, "", @progbits
