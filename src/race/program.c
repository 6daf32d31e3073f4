// SPDX-License-Identifier: MIT
// The race detector's part that is linked into the program itself, beside thread sanitizer's runtime, whose hooks it
// fills: what is to be left alone, what happens with a report, and what at the end. Reports are not thread
// sanitizer's: OnReport takes them, hands them to the library (debug/race.c) to be printed in Go's layout, and says that
// they are dealt with. The exit status is 66 if the program would have ended with 0, as in Go.
//
// The library is not instrumented, and what it calls in libc is nobody's business: thread sanitizer's wrappers leave calls
// from it alone ("called_from_lib"), and so from the libraries that it stands on. That is why it is a shared object.
#include "base/racereport.h"
#include "race/options.h"
#include "race/program_code.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define HOOK __attribute__((visibility("default"), used))

// Thread sanitizer's hooks are C++ functions, replaced by their linkers' names.
HOOK bool on_report(const void *report,
                    bool suppressed) __asm__("_ZN6__tsan8OnReportEPKNS_10ReportDescEb");
HOOK bool on_finalize(bool failed) __asm__("_ZN6__tsan10OnFinalizeEb");
HOOK const char *__tsan_default_suppressions(void);

int __tsan_get_report_data(const void *report, const char **description, int *count,
                           int *stack_count, int *mop_count, int *loc_count, int *mutex_count,
                           int *thread_count, int *unique_tid_count, void **sleep_trace,
                           unsigned long trace_size);
int __tsan_get_report_mop(const void *report, unsigned long i, int *tid, void **addr, int *size,
                          int *write, int *atomic, void **trace, unsigned long trace_size);
int __tsan_get_report_loc(const void *report, unsigned long i, const char **type, void **addr,
                          unsigned long *start, unsigned long *size, int *tid, int *fd,
                          int *suppressable, void **trace, unsigned long trace_size);
int __tsan_get_report_thread(const void *report, unsigned long i, int *tid, int *os_id,
                             int *running, const char **name, int *parent, void **trace,
                             unsigned long trace_size);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);

// --- What is left alone ---

const char *__tsan_default_suppressions(void)
{
    return "called_from_lib:libgofer.so\n"
           "called_from_lib:libdw.so\n"
           "called_from_lib:libelf.so\n"
           "called_from_lib:libcares.so\n"
           "called_from_lib:libssl.so\n"
           "called_from_lib:libcrypto.so\n";
}

// --- Reports ---

static int found; // races; written under thread sanitizer's lock for reports

// What lies in a thread's own storage belongs to whoever runs on the thread; errno is there.
static bool is_thread_local(const void *report, int count)
{
    for (int i = 0; i < count; i++) {
        const char *type = NULL;
        void *address, *trace[1];
        unsigned long start, size;
        int tid, fd, suppressable;
        __tsan_get_report_loc(report, (unsigned long)i, &type, &address, &start, &size, &tid, &fd,
                              &suppressable, trace, 1);
        if (type && strcmp(type, "tls") == 0)
            return true;
    }
    return false;
}

static void read_accesses(const void *report, struct gf_race_report *r)
{
    for (int i = 0; i < r->access_count; i++) {
        struct gf_race_access *a = &r->access[i];
        int size, writes = 0, atomic;
        void *address = NULL;
        __tsan_get_report_mop(report, (unsigned long)i, &a->thread, &address, &size, &writes,
                              &atomic, (void **)a->stack, GF_RACE_FRAMES);
        a->address = (uintptr_t)address;
        a->writes = writes;
    }
}

static void read_threads(const void *report, struct gf_race_report *r)
{
    for (int i = 0; i < r->thread_count; i++) {
        struct gf_race_thread *t = &r->thread[i];
        int os_id, runs = 0, parent;
        const char *name = NULL;
        __tsan_get_report_thread(report, (unsigned long)i, &t->number, &os_id, &runs, &name,
                                 &parent, (void **)t->created, GF_RACE_FRAMES);
        snprintf(t->name, sizeof t->name, "%s", name ? name : "");
        t->runs = runs;
    }
}

static int open_log(void)
{
    char path[300];
    if (!gf_race_options.log_path[0] || strcmp(gf_race_options.log_path, "stderr") == 0)
        return STDERR_FILENO;
    if (strcmp(gf_race_options.log_path, "stdout") == 0)
        return STDOUT_FILENO;
    snprintf(path, sizeof path, "%s.%d", gf_race_options.log_path, (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return fd < 0 ? STDERR_FILENO : fd;
}

static int log_file(void)
{
    static int fd = -1;
    if (fd < 0)
        fd = open_log();
    return fd;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static void take_report(const void *report, bool suppressed)
{
    static struct gf_race_report r;
    const char *description;
    int count, stacks, accesses = 0, locations = 0, mutexes, threads = 0, tids;
    void *sleep_trace[1];
    memset(&r, 0, sizeof r);
    __tsan_get_report_data(report, &description, &count, &stacks, &accesses, &locations, &mutexes,
                           &threads, &tids, sleep_trace, 1);
    if (suppressed || accesses == 0 || is_thread_local(report, locations))
        return;
    r.access_count = least(accesses, GF_RACE_ACCESSES);
    r.thread_count = least(threads, GF_RACE_THREADS);
    read_accesses(report, &r);
    read_threads(report, &r);
    found++;
    go_race_print_(&r, &(struct gf_race_output){log_file(), gf_race_options.strip_path_prefix});
    if (gf_race_options.halt_on_error)
        _exit((int)gf_race_options.exitcode);
}

bool on_report(const void *report, bool suppressed)
{
    gf_race_enters_detector(1);
    take_report(report, suppressed);
    gf_race_enters_detector(-1);
    return true;
}

// --- The end ---

static int exit_status;

static void note_exit_status(int status, void *none)
{
    (void)none;
    exit_status = status;
}

__attribute__((constructor)) static void watch_exit(void)
{
    on_exit(note_exit_status, NULL);
}

// Goroutines that are left may race yet.
static void linger(void)
{
    long ms = gf_race_options.atexit_sleep_ms;
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    if (ms > 0 && go_race_leaves_goroutines_())
        nanosleep(&left, NULL);
}

// Runs after all handlers of atexit and destructors.
bool on_finalize(bool failed)
{
    (void)failed;
    if (exit_status == 0)
        linger();
    go_race_drain_();
    fflush(NULL);
    if (found > 0 && exit_status == 0)
        dprintf(log_file(), "Found %d data race(s)\n", found);
    return found > 0 && exit_status == 0;
}

// --- Forgetting ---

// Thread sanitizer forgets the past of memory that is unmapped before the kernel is asked to do it, and the kernel refuses
// an address that is not a page's. It forgets whole pages, so the last one is taken whole: nothing but the stack's
// colouring lies behind a stack there.
void go_race_forget_(void *p, size_t bytes)
{
    enum { PAGE = 4096 };
    uintptr_t end = ((uintptr_t)p + bytes + PAGE - 1) / PAGE * PAGE;
    munmap((char *)p + 1, end - (uintptr_t)p - 1);
    __asm__ volatile(""); // no jump: the call has to come from here, not from the library
}
