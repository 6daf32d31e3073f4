// SPDX-License-Identifier: MIT
// The half of the test support that does not know gofer: registering tests, checks, skipping, scaling,
// and running a function in a process of its own. The runner and the parents of such processes include
// only this, for a process that has started the runtime must not fork.
#ifndef GOFER_TESTS_HARNESS_H
#define GOFER_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One test. It runs in a process of its own, forked from a runner that never touches gofer.
struct test {
    const char *name;
    const char *file;
    int line;
    void (*body)(void);
    int status;  // what the process must exit with
    int seconds; // how long it may take, before the runner's slowdown for sanitizers
    struct test *next;
};

void test_register(struct test *t);

// TEST(name) { … } defines and registers a test; its name is the sentence that it checks.
#define TEST(name) TEST_CASE(name, 0, 30)
// The process must end with this exit status.
#define TEST_EXIT(name, status) TEST_CASE(name, status, 30)
// A test that may take longer than a unit test should.
#define TEST_LONG(name, seconds) TEST_CASE(name, 0, seconds)
#define TEST_CASE(id, code, limit)                                                                 \
    static void test_##id(void);                                                                   \
    static struct test test_entry_##id = {.name = #id,                                             \
                                          .file = __FILE__,                                        \
                                          .line = __LINE__,                                        \
                                          .body = test_##id,                                       \
                                          .status = (code),                                        \
                                          .seconds = (limit)};                                     \
    __attribute__((constructor)) static void test_register_##id(void)                              \
    {                                                                                              \
        test_register(&test_entry_##id);                                                           \
    }                                                                                              \
    static void test_##id(void)

// Ends the test's process with a failure, from any goroutine or thread of it.
_Noreturn void test_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
// Ends the test's process without a verdict: something that it needs is missing here.
_Noreturn void test_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            FAIL("not true: %s", #condition);                                                      \
    } while (0)
#define CHECK_EQ(actual, expected)                                                                 \
    test_check_eq(__FILE__, __LINE__, #actual, (intmax_t)(actual), (intmax_t)(expected))
#define CHECK_STR(actual, expected)                                                                \
    test_check_str(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_CONTAINS(text, part) test_check_contains(__FILE__, __LINE__, #text, (text), (part))
#define CHECK_LACKS(text, part) test_check_lacks(__FILE__, __LINE__, #text, (text), (part))
// An extended regular expression anywhere in the text.
#define CHECK_MATCH(text, regex) test_check_match(__FILE__, __LINE__, #text, (text), (regex))

void test_check_eq(const char *file, int line, const char *what, intmax_t actual,
                   intmax_t expected);
void test_check_str(const char *file, int line, const char *what, const char *actual,
                    const char *expected);
void test_check_contains(const char *file, int line, const char *what, const char *text,
                         const char *part);
void test_check_lacks(const char *file, int line, const char *what, const char *text,
                      const char *part);
void test_check_match(const char *file, int line, const char *what, const char *text,
                      const char *regex);

// How a child process ended and what it wrote.
struct outcome {
    int status; // its exit status, or 128 + the signal that ended it
    char *out;
    char *err;
};

// Runs body in a child process as main would be run: its return ends the process with status 0. The
// calling process must not have started the runtime.
struct outcome test_run_child(void (*body)(void));

// The same with a child that goes on: once it has written on standard error what matches the regular expression, it is
// killed.
struct outcome test_watch_child(void (*body)(void), const char *regex);

// Runs a child, and checks that it died with status 2 and said this.
struct outcome test_expect_fatal(const char *file, int line, void (*body)(void), const char *text);
#define EXPECT_FATAL(body, text) test_expect_fatal(__FILE__, __LINE__, body, text)

// Sets an environment variable of the runtime, before it starts. GOFER_DEBUG's keys are added to those
// that are already there.
void test_setenv(const char *name, const char *value);
void test_add_debug(const char *key);

// Whether this program runs under a sanitizer, told by its symbols.
bool test_under_asan(void);
bool test_under_tsan(void);
bool test_under_race(void);
// Whether malloc is another one than glibc's: a sanitizer's, or one that was preloaded.
bool test_under_other_malloc(void);
// Skips the test where no signal reaches a thread that computes: thread sanitizer keeps signals until the next call that it
// knows. So nothing is preempted there, and no thread is stopped.
void test_needs_signals(void);

// n rounds of a loop, fewer under sanitizers; GOFER_TEST_SCALE=factor overrides the factor. At least 1.
size_t test_rounds(size_t n);

// How often slower than a release build this one may be: GOFER_TEST_SLOWDOWN, 1 by default.
int test_slowdown(void);

#endif
