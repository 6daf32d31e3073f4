// SPDX-License-Identifier: MIT
// Tests of programs that use gofer. A file of tests needs no main:
//
//     #include <gofer/test.h>
//
//     GO_TEST(sum_of_nothing_is_zero)
//     {
//         if (sum(NULL, 0) != 0)
//             go_test_errorf(t, "got %d", sum(NULL, 0));
//     }
//
// `gofer test FILES…` compiles it with what it tests and runs it. Each test is a goroutine of its own; `t` is its
// handle. After each, goroutines that it has left behind and that can never wake are reported, and fail it. A panic ends
// the whole run. The program's own options: -v, -run PATTERN, -count N, -timeout DURATION, -parallel N; its status is 0,
// 1 if a test failed, 2 after a panic or a time-out, which shows all goroutines.   Go: package testing
#ifndef GOFER_TEST_H
#define GOFER_TEST_H

#include <gofer.h>

GO_BEGIN_DECLS

typedef struct go_test go_test;

// Defines and registers a test. Inside, `t` is its go_test.
#define GO_TEST(name)                                                                              \
    static void go_test_body_##name(go_test *t);                                                   \
    static struct go_test_entry_ go_test_entry_##name = {#name, go_test_body_##name, 0};           \
    __attribute__((constructor)) static void go_test_register_##name(void)                         \
    {                                                                                              \
        go_test_register_(&go_test_entry_##name);                                                  \
    }                                                                                              \
    static void go_test_body_##name(__attribute__((unused)) go_test *t)

// Adds a line to the test's output, which is shown if it fails, or with -v.   Go: T.Logf
#define go_test_logf(t, ...) go_test_say_(t, __FILE__, __LINE__, GO_TEST_LOG_, __VA_ARGS__)
// The same, and the test has failed; it goes on.   Go: T.Errorf
#define go_test_errorf(t, ...) go_test_say_(t, __FILE__, __LINE__, GO_TEST_ERROR_, __VA_ARGS__)
// The same, and ends the calling goroutine, which must be the test's own, by go_exit.   Go: T.Fatalf, T.Skipf
#define go_test_fatalf(t, ...) go_test_say_(t, __FILE__, __LINE__, GO_TEST_FATAL_, __VA_ARGS__)
// The same, and the test counts as skipped.
#define go_test_skipf(t, ...) go_test_say_(t, __FILE__, __LINE__, GO_TEST_SKIP_, __VA_ARGS__)
// Marks the test as failed, without a word.   Go: T.Fail
GO_API void go_test_fail(go_test *t);
GO_API bool go_test_failed(const go_test *t);
// "TEST/SUBTEST"; valid as long as the test runs.   Go: T.Name
GO_API const char *go_test_name(const go_test *t);

// Runs f(subtest, arg) as a test inside this one, and waits for it, or until it calls go_test_parallel. Returns whether
// it has not failed by then.   Go: T.Run
GO_API bool go_test_run(go_test *t, const char *name, void (*f)(go_test *t, void *arg), void *arg);

// Lets the test run beside other parallel ones, once those of its level that are not parallel are over.
// Blocks: until then.   Go: T.Parallel
GO_API void go_test_parallel(go_test *t);

enum go_test_kind_ { GO_TEST_LOG_, GO_TEST_ERROR_, GO_TEST_FATAL_, GO_TEST_SKIP_ };
struct go_test_entry_ {
    const char *name;
    void (*body)(go_test *t);
    struct go_test_entry_ *next;
};
GO_API void go_test_register_(struct go_test_entry_ *entry);
GO_API void go_test_say_(go_test *t, const char *file, int line, enum go_test_kind_ kind,
                         const char *fmt, ...) __attribute__((format(printf, 5, 6)));
GO_API int go_test_main_(int argc, char **argv);

GO_END_DECLS

// The program's main, unless it has its own.
#ifndef GO_TEST_NO_MAIN
__attribute__((weak)) int main(int argc, char **argv)
{
    return go_test_main_(argc, argv);
}
#endif

#endif
