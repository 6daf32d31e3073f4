// SPDX-License-Identifier: MIT
// Stack switches for x86-64, System V ABI. The contract is in arch/arch.h.
//
// What a parked goroutine's stack pointer points to, lowest address first:
//     r15 r14 r13 r12 rbx rbp return-address
// Everything else is dead across a call. MXCSR and the x87 control word are kept for goroutines that asked for it
// (saving them costs 8 ns). The direction flag is clear at every call.
//
// The switch is reached by jumps from whoever parks (gf_park or gf_yield, then gf_switch) and returns by ret, to the caller of
// that one. Then the processor's stack of return predictions stays in step: the entry that the other goroutine's call left
// there is right for this one too, and so are those of the callers as far as both came the same way. Leaving by jmp, as an
// inlined switch must, leaves an entry behind at each switch, and every ret up to the program's code goes wrong: measured
// 131 against 93 ns for a round trip over two channels, 40 against 19 for a yield. For the same reason a goroutine's first
// frame is entered and left by jumps, and the next one after it continued by ret: 83 against 46 ns for one that is started
// and waited for.
//
// Offsets, asserted in sched/offsets.c.
#define G_SP        0
#define G_ON_CPU    24
#define G_ERRNO     28
#define G_STACK_TOP 40
#define G_FENV      120
#define M_ERRNO_AT  8

        .macro save_registers
        .irp register, rbp, rbx, r12, r13, r14, r15
        pushq %\register
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %\register, 0
        .endr
        .endm

        .text

// register   before            after               clobbered
// rdi        struct g *from
// rsi        struct g *to
// rdx        struct m *m
// rax                          m
// rcx                                              yes
// rbx rbp r12-r15 rsp  from's  to's
        .globl gf_arch_switch
        .hidden gf_arch_switch
        .type gf_arch_switch, @function
        .p2align 4
gf_arch_switch:
        .cfi_startproc
        save_registers
        movq M_ERRNO_AT(%rdx), %rax
        movq %rsp, G_SP(%rdi)
        movl (%rax), %ecx
        movl %ecx, G_ERRNO(%rdi)
        movl G_ERRNO(%rsi), %ecx
        movl %ecx, (%rax)
        movq G_SP(%rsi), %rsp
        // A plain store is a release on x86. From here on another thread may continue `from`.
        movb $0, G_ON_CPU(%rdi)
        popq %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r15
        popq %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r14
        popq %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r13
        popq %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r12
        popq %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        popq %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbp
        movq %rdx, %rax
        retq
        .cfi_endproc
        .size gf_arch_switch, .-gf_arch_switch

// register   before                        after               clobbered
// rdi        struct g *from
// rsi        struct g *to
// rdx        struct m *m
// rax rcx                                                      yes
// rbx rbp r12-r15 rsp  from's  0, and the top of to's stack
// Arrives by jmp: the entry of from's call stays with the return predictions, for the first ret by which a goroutine
// that ends goes on in another one. What the registers held is another goroutine's: the first frames save them, and a
// search for leaks would follow them.
        .globl gf_arch_switch_to_new
        .hidden gf_arch_switch_to_new
        .type gf_arch_switch_to_new, @function
        .p2align 4
gf_arch_switch_to_new:
        .cfi_startproc
        save_registers
        movq M_ERRNO_AT(%rdx), %rax
        movq %rsp, G_SP(%rdi)
        movl (%rax), %ecx
        movl %ecx, G_ERRNO(%rdi)
        movl $0, (%rax)
        movq G_STACK_TOP(%rsi), %rsp
        .cfi_undefined %rip
        // As in gf_arch_switch.
        movb $0, G_ON_CPU(%rdi)
        jmp .Lbegin
        .cfi_endproc
        .size gf_arch_switch_to_new, .-gf_arch_switch_to_new

// register   before                        clobbered
// rdi        top of the stack, 16-aligned  all
// The first frame finds a zero return address, at which unwinders stop, and the alignment of an ordinary call.
        .globl gf_arch_start
        .hidden gf_arch_start
        .type gf_arch_start, @function
        .p2align 4
gf_arch_start:
        .cfi_startproc
        .cfi_undefined %rip
        movq %rdi, %rsp
.Lbegin:
        xorl %ebp, %ebp
        xorl %ebx, %ebx
        xorl %r12d, %r12d
        xorl %r13d, %r13d
        xorl %r14d, %r14d
        xorl %r15d, %r15d
        pushq $0
        jmp gf_arch_first_frame
        .cfi_endproc
        .size gf_arch_start, .-gf_arch_start

// MXCSR and the x87 control word are exchanged through the goroutines' own words.
//
// register   before
// rdi        struct g *from
// rsi        struct g *to
        .globl gf_arch_exchange_fenv
        .hidden gf_arch_exchange_fenv
        .type gf_arch_exchange_fenv, @function
        .p2align 4
gf_arch_exchange_fenv:
        .cfi_startproc
        stmxcsr G_FENV(%rdi)
        fnstcw G_FENV+4(%rdi)
        ldmxcsr G_FENV(%rsi)
        fldcw G_FENV+4(%rsi)
        retq
        .cfi_endproc
        .size gf_arch_exchange_fenv, .-gf_arch_exchange_fenv

// register   before            clobbered
// rdi        struct g *to      all
// rsi        struct m *m
// By ret: whoever ends has come to its end by jumps from its first frame on, so what `to` returns to is predicted, if it
// was the one that was left for the first frame, or came the same way.
        .globl gf_arch_jump
        .hidden gf_arch_jump
        .type gf_arch_jump, @function
        .p2align 4
gf_arch_jump:
        .cfi_startproc
        .cfi_undefined %rip
        movq M_ERRNO_AT(%rsi), %rax
        movl G_ERRNO(%rdi), %ecx
        movl %ecx, (%rax)
        movq G_SP(%rdi), %rsp
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %rbx
        popq %rbp
        movq %rsi, %rax
        retq
        .cfi_endproc
        .size gf_arch_jump, .-gf_arch_jump

// register   before                        after
// rdi        top of the stack, 16-aligned
// rsi        void (*f)(void)
// rax                                      what to keep in g->sp
// f finds a zero return address, at which unwinders stop, and the alignment of an ordinary call.
        .globl gf_arch_prepare
        .hidden gf_arch_prepare
        .type gf_arch_prepare, @function
        .p2align 4
gf_arch_prepare:
        .cfi_startproc
        leaq -64(%rdi), %rax
        movq $0, -8(%rdi)
        movq %rsi, -16(%rdi)
        movq $0, -24(%rdi)
        movq $0, -32(%rdi)
        movq $0, -40(%rdi)
        movq $0, -48(%rdi)
        movq $0, -56(%rdi)
        movq $0, -64(%rdi)
        retq
        .cfi_endproc
        .size gf_arch_prepare, .-gf_arch_prepare

// register   before                             clobbered
// rdi        sp of a parked goroutine           as in any call
// rsi        void (*f)(void *)
// rdx        its argument
// While f runs, rbp is the goroutine's stack pointer and the frame reads as if gf_arch_switch had just saved its
// registers, so an unwinder goes on in the goroutine. rbx keeps the way back.
        .globl gf_arch_visit
        .hidden gf_arch_visit
        .type gf_arch_visit, @function
        .p2align 4
gf_arch_visit:
        .cfi_startproc
        pushq %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        .cfi_remember_state
        movq %rsp, %rbx
        movq %rdi, %rbp
        .cfi_def_cfa %rbp, 56
        .cfi_offset %rip, -8
        .cfi_offset %rbp, -16
        .cfi_offset %rbx, -24
        .cfi_offset %r12, -32
        .cfi_offset %r13, -40
        .cfi_offset %r14, -48
        .cfi_offset %r15, -56
        leaq -128(%rdi), %rsp
        andq $-16, %rsp
        movq %rdx, %rdi
        callq *%rsi
        movq %rbx, %rsp
        .cfi_restore_state
        popq %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        popq %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbp
        retq
        .cfi_endproc
        .size gf_arch_visit, .-gf_arch_visit

#include "arch/gdbscript.inc"

        .section .note.GNU-stack, "", @progbits
