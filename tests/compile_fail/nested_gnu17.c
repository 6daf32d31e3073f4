// SPDX-License-Identifier: MIT
// Every keyword macro nested in every other, in a later standard and lightly optimised: compiles without
// a warning in both compilers, for gofer asks for GNU C11 at least and not at most.
// expect-pass
// flags: -std=gnu17 -O1
#include "nested.h"
