// SPDX-License-Identifier: MIT
// Every keyword macro nested in every other, at the level that `gofer build` uses: compiles without a
// warning in both compilers, though their warnings about flow and unused values differ at each level.
// expect-pass
#include "nested.h"
