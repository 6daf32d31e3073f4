// SPDX-License-Identifier: MIT
// With GO_NO_KEYWORDS defined the short words are not taken from the program: using one of them
// then is a mistake like any other unknown name.
// expect: (implicit declaration|chan|expected)
// flags: -DGO_NO_KEYWORDS -Werror=implicit-function-declaration
#include <gofer.h>

void f(void);

void f(void)
{
    chan(int) c = 0;
    (void)c;
}
