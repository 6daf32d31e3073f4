// SPDX-License-Identifier: MIT
// Every keyword macro nested in every other, as the sanitizer builds compile it: without a warning in
// both compilers, which look at initialisation in another way once instrumentation is added.
// expect-pass
// flags: -fsanitize=address,undefined -O1
#include "nested.h"
