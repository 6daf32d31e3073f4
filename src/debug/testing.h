// SPDX-License-Identifier: MIT
// A test of a user's program while it runs, and the options of the run.
#ifndef GF_DEBUG_TESTING_H
#define GF_DEBUG_TESTING_H

#define GO_TEST_NO_MAIN
#include <gofer/test.h>

struct go_test {
    char *name;
    struct go_test *parent; // NULL: the root, which stands for the whole run
    void (*body)(go_test *t);
    void (*sub)(go_test *t, void *arg); // of a subtest, instead of body
    void *arg;
    int64_t start;            // monotonic
    uint32_t races;           // reported before it began
    chan(int) settled;        // one element: it is over, or has become parallel
    chan(go_unit) over;       // closed when it is over
    chan(go_unit) barrier;    // closed when its parallel subtests may go on
    go_mutex mutex;           // protects all below
    struct go_test *parallel; // its parallel subtests, newest first
    struct go_test *next;     // in its parent's list
    char *said;
    size_t said_size;
    bool failed, skipped, is_parallel;
};

struct gf_test_options {
    bool verbose;
    const char *pattern; // NULL: all
    long count, parallel;
    int64_t timeout; // 0: none
};

// False after having said what is wrong.
bool gf_test_parse(struct gf_test_options *o, int argc, char **argv);
// Whether a test's name, "A/B", is chosen by the pattern, "P/Q", part by part.
bool gf_test_is_chosen(const struct gf_test_options *o, const char *name);

#endif
