// SPDX-License-Identifier: MIT
// What a catch block is handed is const: changing the panic of a catch block through the pointer
// must be refused by the compiler.
// expect: (read-only|const-qualified)
#include <gofer.h>

void f(void);

void f(void)
{
    go_try {}
    go_catch(p) {
        p->runtime_error = false;
    }
}
