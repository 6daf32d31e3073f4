// SPDX-License-Identifier: MIT
// Every keyword macro nested in every other, fully optimised: compiles without a warning in both
// compilers, though their warnings about flow and unused values differ at each level.
// expect-pass
// flags: -O3
#include "nested.h"
