// SPDX-License-Identifier: MIT
// What stress tests of shared structures have in common: many users at once, in goroutines and in foreign threads, while
// the number of processors changes all the time and goroutines are preempted in the middle of everything, and numbers that
// are random and yet each user's own.
#ifndef GOFER_TESTS_DISTURBED_H
#define GOFER_TESTS_DISTURBED_H

#include <stdint.h>

// The two of the users that are foreign threads.
enum { TEST_THREADS = 2 };

// Runs f(me, rounds) in n goroutines, numbered from 0, and in two foreign threads, n and n + 1, disturbed, until all have
// returned. Time slices are short if it is called before anything of gofer's.
void test_run_disturbed(void (*f)(long me, long rounds), long n, long rounds);

// Asks for time slices of 100 microseconds. Before anything of gofer's.
void test_short_slices(void);

// The next of a row of numbers below `below`, which the seed stands for.
uint32_t test_random(uint32_t *seed, uint32_t below);

#endif
