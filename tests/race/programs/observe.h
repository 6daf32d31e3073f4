// SPDX-License-Identifier: MIT
// What the programs of this directory share: a use of a value that the compiler cannot leave out, and with it the read
// of the variable that may race. It has no effect and orders nothing.
#ifndef RACE_OBSERVE_H
#define RACE_OBSERVE_H

#define OBSERVE(value) __asm__ volatile("" : : "r"(value))

#endif
