// SPDX-License-Identifier: MIT
// Running what may crash or hang while a report is being written: a program that dies has a broken heap, held
// locks and overwritten stacks, and its report must come out none the less.
#ifndef GF_DEBUG_SHIELD_H
#define GF_DEBUG_SHIELD_H

#include <stdbool.h>
#include <stddef.h>

// Calls f(arg) on another stack, of which these are the bounds.
void gf_call_on_stack(char *stack, size_t bytes, void (*f)(void *arg), void *arg);

// From here on, until gf_shield_end, the calling thread is the one whose faults are caught. Once in the life of
// a process.
void gf_shield_begin(void);
// Signals come to a stack of the shield's own from here on. The caller has left the thread's signal stack.
void gf_shield_use_own_stack(void);
// The caller may be on its signal stack again.
void gf_shield_end(void);

// Calls f(arg). False if it was cut off, by a fault, an abort or because it took too long: then what it left
// behind is in no known state, and locks that it took are held for ever. May be nested; the innermost is cut off.
bool gf_shield_run(void (*f)(void *arg), void *arg);

#endif
