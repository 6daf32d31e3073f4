// SPDX-License-Identifier: MIT
// The landing of a fault for x86-64: where a goroutine goes on after its SIGSEGV, SIGBUS or SIGFPE once the handler
// has rewritten the interrupted context (arch/x86_64/context.h). To the program it is as if the faulting instruction
// had called a function; nothing ever returns to it.
//
// The frame reads as a signal frame, so that an unwinder takes the address above it for the faulting instruction's own
// and not for one behind a call. All registers but those below are still the interrupted ones, so the unwinding tables
// of the faulting function hold. The stack pointer is below that function's red zone and aligned.

        .text

// register   before                                            after
// rsp        -> 0: pc of the fault   8: rsp at the fault   16 and up: the handler's own
// rdi        = rsp, the argument
// rsi        void (*f)(void *), which must not return
// rip        here, by sigreturn
        .globl gf_arch_fault_land
        .hidden gf_arch_fault_land
        .type gf_arch_fault_land, @function
        .p2align 4
gf_arch_fault_land:
        .cfi_startproc
        .cfi_signal_frame
        // CFA = *(rsp + 8): DW_CFA_def_cfa_expression, 3 bytes, DW_OP_breg7 8, DW_OP_deref
        .cfi_escape 0x0f, 0x03, 0x77, 0x08, 0x06
        // rip is at rsp + 0: DW_CFA_expression, register 16, 2 bytes, DW_OP_breg7 0
        .cfi_escape 0x10, 0x10, 0x02, 0x77, 0x00
        cld
        callq *%rsi
        ud2
        .cfi_endproc
        .size gf_arch_fault_land, .-gf_arch_fault_land

        .section .note.GNU-stack, "", @progbits
