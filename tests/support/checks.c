// SPDX-License-Identifier: MIT
// The checks behind the CHECK macros, and what a test may ask about the build that it runs in. A check
// that holds costs nothing but its comparison: unlike libcheck's own assertions, which write a message to
// the runner each time, so these may stand in loops of a million rounds and in any goroutine.
#include "support/harness.h"

#include <dlfcn.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_check_eq(const char *file, int line, const char *what, intmax_t actual, intmax_t expected)
{
    if (actual != expected)
        test_fail(file, line, "%s is %jd, expected %jd", what, actual, expected);
}

void test_check_str(const char *file, int line, const char *what, const char *actual,
                    const char *expected)
{
    if (!actual || strcmp(actual, expected) != 0)
        test_fail(file, line, "%s is \"%s\", expected \"%s\"", what, actual ? actual : "(null)",
                  expected);
}

void test_check_contains(const char *file, int line, const char *what, const char *text,
                         const char *part)
{
    if (!text || !strstr(text, part))
        test_fail(file, line, "%s lacks \"%s\":\n%.1500s", what, part, text ? text : "(null)");
}

void test_check_lacks(const char *file, int line, const char *what, const char *text,
                      const char *part)
{
    if (!text || strstr(text, part))
        test_fail(file, line, "%s must not contain \"%s\":\n%.1500s", what, part,
                  text ? text : "(null)");
}

void test_check_match(const char *file, int line, const char *what, const char *text,
                      const char *regex)
{
    regex_t re;
    if (regcomp(&re, regex, REG_EXTENDED | REG_NOSUB) != 0)
        test_fail(file, line, "bad regular expression: %s", regex);
    bool matches = text && regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    if (!matches)
        test_fail(file, line, "%s does not match \"%s\":\n%.1500s", what, regex,
                  text ? text : "(null)");
}

// A sanitizer's runtime is linked into the program, or these stay null.
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));
// What -race links into the program, and nobody else.
extern void go_race_forget_(void *p, size_t bytes) __attribute__((weak));

bool test_under_asan(void)
{
    return __asan_init != NULL;
}

bool test_under_tsan(void)
{
    return __tsan_init != NULL;
}

bool test_under_race(void)
{
    return go_race_forget_ != NULL;
}

bool test_under_other_malloc(void)
{
    Dl_info of_malloc, of_libc;
    void *malloc_in_use = dlsym(RTLD_DEFAULT, "malloc"), *libc = dlsym(RTLD_DEFAULT, "fopen");
    return test_under_asan() || test_under_tsan() ||
           (dladdr(malloc_in_use, &of_malloc) && dladdr(libc, &of_libc) &&
            of_malloc.dli_fbase != of_libc.dli_fbase);
}

void test_needs_signals(void)
{
    if (test_under_tsan())
        test_skip("thread sanitizer delivers no signal to a loop");
}

// Tests end with goroutines parked, and what those hold is reachable from their stacks only, which the leak
// checker does not look at.
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

size_t test_rounds(size_t n)
{
    const char *text = getenv("GOFER_TEST_SCALE");
    double factor = text ? atof(text) : test_under_asan() ? 0.1 : test_under_tsan() ? 0.05 : 1;
    size_t scaled = (size_t)((double)n * factor);
    return scaled > 0 ? scaled : 1;
}

int test_slowdown(void)
{
    const char *text = getenv("GOFER_TEST_SLOWDOWN");
    int slowdown = text ? atoi(text) : 1;
    return slowdown > 0 ? slowdown : 1;
}

void test_setenv(const char *name, const char *value)
{
    if (setenv(name, value, 1) != 0)
        test_fail(__FILE__, __LINE__, "cannot set %s", name);
}

void test_add_debug(const char *key)
{
    char keys[512];
    const char *old = getenv("GOFER_DEBUG");
    snprintf(keys, sizeof keys, "%s%s%s", old ? old : "", old && *old ? "," : "", key);
    test_setenv("GOFER_DEBUG", keys);
}
