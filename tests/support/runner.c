// SPDX-License-Identifier: MIT
// The main function of every test program, on libcheck in fork mode. Each test is forked from this
// process, which never calls gofer: the child gets one thread, an untouched runtime and a timeout, and a
// failed check in any of its goroutines or threads ends that child alone. Exits with 0 if all passed, 77 if
// every test that ran was skipped, else 1.
//
//     PROGRAM [-run TEXT] [-count N] [-list] [-v]
//
// libcheck knows a test by a function of one integer. All tests share one such function here; the integer
// is the test's number, so that registering a test takes nothing but a constructor.
#include "support/harness.h"

#include <check.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct test *first, **tail = &first;
static struct test *running;   // in a test's process: that test
static atomic_int *skip_count; // shared with the tests' processes

void test_register(struct test *t)
{
    *tail = t;
    tail = &t->next;
}

static struct test *nth_test(int n)
{
    struct test *t = first;
    while (n-- > 0)
        t = t->next;
    return t;
}

// The runner's own handlers, which a test inherits, are none of the test's program.
static void forget_handlers(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

static void run_test(int n)
{
    running = nth_test(n);
    forget_handlers();
    running->body();
    fflush(NULL);
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ck_abort_msg("%s:%d: %s", file, line, text);
    _exit(1);
}

void test_skip(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    printf("skipped %s: ", running->name);
    vprintf(fmt, args);
    printf("\n");
    va_end(args);
    fflush(NULL);
    atomic_fetch_add(skip_count, 1);
    _exit(running->status);
}

struct options {
    const char *filter;
    int count;
    bool list;
    enum print_output verbosity;
};

static void usage(const char *program)
{
    fprintf(stderr, "usage: %s [-run TEXT] [-count N] [-list] [-v]\n", program);
    exit(64);
}

static struct options parse_options(int argc, char **argv)
{
    struct options o = {.filter = "", .count = 1, .verbosity = CK_NORMAL};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-run") && i + 1 < argc)
            o.filter = argv[++i];
        else if (!strcmp(argv[i], "-count") && i + 1 < argc)
            o.count = atoi(argv[++i]);
        else if (!strcmp(argv[i], "-list"))
            o.list = true;
        else if (!strcmp(argv[i], "-v"))
            o.verbosity = CK_VERBOSE;
        else
            usage(argv[0]);
    }
    return o;
}

// libcheck multiplies the seconds by CK_TIMEOUT_MULTIPLIER itself, which ctest sets for slow builds.
static void add_test(Suite *suite, const struct test *t, int number, int count)
{
    TTest *entry = calloc(1, sizeof *entry);
    TCase *group = tcase_create(t->name);
    *entry = (TTest){.name = t->name, .fn = run_test, .file = t->file, .line = t->line};
    tcase_set_timeout(group, t->seconds);
    for (int i = 0; i < count; i++)
        tcase_add_loop_exit_test(group, entry, t->status, number, number + 1);
    suite_add_tcase(suite, group);
}

static Suite *build_suite(const struct options *o)
{
    Suite *suite = suite_create("gofer");
    int number = 0;
    for (const struct test *t = first; t; t = t->next, number++) {
        if (!strstr(t->name, o->filter))
            continue;
        if (o->list)
            printf("%s\n", t->name);
        else
            add_test(suite, t, number, o->count);
    }
    return suite;
}

int main(int argc, char **argv)
{
    struct options o = parse_options(argc, argv);
    skip_count = mmap(NULL, sizeof *skip_count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                      -1, 0);
    SRunner *runner = srunner_create(build_suite(&o));
    if (o.list)
        return 0;
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, o.verbosity);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    if (run == 0)
        fprintf(stderr, "%s: no test's name contains \"%s\"\n", argv[0], o.filter);
    if (failed || run == 0)
        return 1;
    return atomic_load(skip_count) == run ? 77 : 0;
}
