// SPDX-License-Identifier: MIT
// The fallback for symbols: names from symbol tables alone, as static programs and reports of broken processes
// get them. White-box: it looks up addresses of this program, of a library and of nothing.
#include "debug/elfsym.h"
#include "support/harness.h"

#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int some_static_function(int n)
{
    return n * 7 + (int)strlen(getenv("HOME") ? "a" : "bc");
}

TEST(static_function_is_named_with_offset_and_size)
{
    struct gf_elf_name name;
    volatile int result = some_static_function(3);
    (void)result;
    CHECK(gf_elf_find((uintptr_t)some_static_function + 2, &name));
    CHECK_CONTAINS(name.function, "some_static_function");
    CHECK_EQ(name.offset, 2);
    CHECK(name.size > 2);
}

TEST(file_of_a_function_is_named)
{
    struct gf_elf_name name;
    CHECK(gf_elf_find((uintptr_t)some_static_function, &name));
    CHECK_CONTAINS(name.module, "test_debug_elfsym");
    CHECK(name.module_offset > 0);
}

TEST(function_of_a_library_is_named)
{
    struct gf_elf_name name;
    CHECK(gf_elf_find((uintptr_t)qsort, &name));
    CHECK_CONTAINS(name.function, "qsort");
}

TEST(address_of_no_function_has_no_name)
{
    struct gf_elf_name name;
    char *memory = malloc(100);
    CHECK(!gf_elf_find((uintptr_t)memory, &name) || name.function[0] == '\0');
    CHECK(!gf_elf_find(8, &name));
    free(memory);
}
