// SPDX-License-Identifier: MIT
// What a test file includes: the harness, gofer, and the ways to wait for a state. No test sleeps to let
// something happen: it waits until it can see that it has, or it makes the order certain.
#ifndef GOFER_TESTS_TEST_H
#define GOFER_TESTS_TEST_H

#include "support/harness.h"

#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A span of time after which waiting has failed: generous, for it only limits a hang.
struct deadline {
    int64_t at;
    unsigned turns;
};
struct deadline test_deadline(void);
// Yields to the other goroutines; false once the deadline has passed.
bool test_wait_more(struct deadline *d);

// Yields until the condition holds; fails the test if it never does.
#define WAIT_UNTIL(condition)                                                                      \
    do {                                                                                           \
        struct deadline deadline_ = test_deadline();                                               \
        while (!(condition))                                                                       \
            if (!test_wait_more(&deadline_))                                                       \
                FAIL("never came true: %s", #condition);                                           \
    } while (0)

// Leaves one processor, so that what is runnable runs in an order that a test can rely on.
void test_one_processor(void);

// On one processor: lets every other goroutine run until it is parked or has ended.
void test_settle(void);
// How many goroutines are parked on this object, of so many bytes.
int test_count_waiters(const void *object, size_t size);
// Opens the poller, whose descriptors then stay: for tests that count those that are open, or use them up.
void test_open_poller(void);

// Serves echoes to all who connect, until the listener is closed.
void test_echo_all(go_listener *l);
// Serves one connection so, and frees it.
void test_echo(go_conn *c);

// Runs f(arg) in a foreign thread and returns it; joining it parks this goroutine's thread, so other
// goroutines are given the processor meanwhile.
typedef struct test_thread test_thread;
test_thread *test_thread_start(void (*f)(void *arg), void *arg);
void test_thread_join(test_thread *t);

// Runs the statements and checks that they panic with exactly this message.
#define EXPECT_PANIC(text, ...) TEST_EXPECT_PANIC_(text, false, #__VA_ARGS__, __VA_ARGS__)
// The same for a panic of the runtime, which go_panic_info tells from the program's own.
#define EXPECT_RUNTIME_PANIC(text, ...) TEST_EXPECT_PANIC_(text, true, #__VA_ARGS__, __VA_ARGS__)
#define TEST_EXPECT_PANIC_(text, by_runtime, source, ...)                                          \
    do {                                                                                           \
        volatile bool caught_ = false;                                                             \
        go_try {                                                                                   \
            __VA_ARGS__;                                                                           \
        }                                                                                          \
        go_catch(panic_) {                                                                         \
            caught_ = true;                                                                        \
            CHECK_STR(panic_->message, text);                                                      \
            CHECK(!(by_runtime) || panic_->runtime_error);                                         \
        }                                                                                          \
        if (!caught_)                                                                              \
            FAIL("did not panic with \"%s\": %s", text, source);                                   \
    } while (0)

#endif
