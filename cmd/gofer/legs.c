// SPDX-License-Identifier: MIT
// The legs of the test suite, quick ones first, and among them the one that finds most in the least time.
// The first runs everything; what concerns the tree and not the build (label tree: layers, format, symbols,
// what must not compile, the command) is left out of the others. The quick tier has to end within fifteen
// minutes on two processors; everything else is for `gofer test -all`: assertions in both compilers, both
// address sanitizers, link-time optimisation, static programs, a goroutine moved to another thread at every
// park (a compiler that keeps a thread-local's address shows itself then, most of all under link-time
// optimisation and with another malloc), guards without MADV_GUARD_INSTALL, one, two and too many Ps, all
// of the planted races, and the stress tests again and again.
#include "legs.h"

#define NO_TREE "-LE", "tree"
#define STRESS "-L", "stress"
// The torture of preemption, and what an idle program costs, for minutes instead of seconds.
#define TORTURE "-R", "^(stress/preempt|sched/idle$)"
#define LONG "GOFER_TEST_SCALE=8"
// A park costs a wake-up between threads then, some fifty times what it does otherwise.
#define MIGRATE "GOFER_DEBUG=migrate=1 GOFER_TEST_SCALE=0.05"

const struct leg legs[] = {
    {"dev", NULL, NULL, NULL, 0, true},
    {"asan", NULL, NO_TREE, 0, true},
    {"tsan", NULL, NO_TREE, 0, true},
    {"clang", NULL, NO_TREE, 0, true},
    {"debug", NULL, NO_TREE, 0, false},
    {"clang-debug", NULL, NO_TREE, 0, false},
    {"clang-asan", NULL, NO_TREE, 0, false},
    {"lto", NULL, NO_TREE, 0, false},
    {"clang-lto", NULL, NO_TREE, 0, false},
    {"static", NULL, NO_TREE, 0, false},
    {"dev", MIGRATE, NO_TREE, 0, false},
    {"static", MIGRATE, NO_TREE, 0, false},
    {"lto", MIGRATE, NO_TREE, 0, false},
    {"clang-lto", MIGRATE, NO_TREE, 0, false},
    {"dev", MIGRATE " LD_PRELOAD=libjemalloc.so.2", NO_TREE, 0, false},
    // A million rounds of what is freed while its peer returns.
    {"asan", "GOFER_TEST_SCALE=1", "-R", "^stress/free$", 0, false},
    {"dev", "GOFER_DEBUG=noguardinstall", NO_TREE, 0, false},
    {"dev", "GOFER_MAXPROCS=1", NO_TREE, 0, false},
    {"dev", "GOFER_MAXPROCS=2", NO_TREE, 0, false},
    {"dev", "GOFER_MAXPROCS=8", NO_TREE, 0, false},
    {"race", NULL, NO_TREE, 0, false},
    {"dev", "RACE_SET=all", "-R", "^race/", 0, false},
    {"dev", LONG, TORTURE, 0, false},
    {"dev", LONG " LD_PRELOAD=libjemalloc.so.2", TORTURE, 0, false},
    {"dev", LONG " LD_PRELOAD=libmimalloc.so.2", TORTURE, 0, false},
    {"static", LONG, TORTURE, 0, false},
    {"lto", LONG, TORTURE, 0, false},
    {"clang-lto", LONG, TORTURE, 0, false},
    {"dev", "GOFER_MAXPROCS=1", STRESS, 10, false},
    {"dev", "GOFER_MAXPROCS=2", STRESS, 10, false},
    {"dev", "GOFER_MAXPROCS=8", STRESS, 10, false},
};
const size_t leg_count = sizeof(legs) / sizeof(legs[0]);
