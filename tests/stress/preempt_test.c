// SPDX-License-Identifier: MIT
// Preemption every 100 microseconds over what it must not disturb: malloc, stdio, errno, the program's own
// thread-local counters, pthread mutexes, longjmp, the program's own signal handlers and interval timers, callbacks out
// of qsort. Preemption blocks the thread, so all of this must come out exact, and nothing may get stuck. Runs a
// second for each by default; GOFER_TEST_SCALE=60 makes minutes of it.
#include "support/test.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { WORKERS = 8 };

static atomic_bool stop;
static atomic_int finished;

// Runs f in more goroutines than there are processors, each in a loop until the time is over.
static void torture(void (*f)(int))
{
    test_add_debug("preempt=100");
    go_maxprocs(2);
    for (int i = 0; i < WORKERS; i++)
        go(f, i);
    go_sleep((go_duration)test_rounds(1000) * GO_MILLISECOND);
    WAIT_UNTIL(go_stats().preemptions > 0);
    atomic_store(&stop, true);
    WAIT_UNTIL(atomic_load(&finished) == WORKERS);
}

static bool goes_on(void)
{
    return !atomic_load_explicit(&stop, memory_order_relaxed);
}

static void use_malloc(int id)
{
    enum { KEPT = 64 };
    unsigned char *kept[KEPT] = {NULL};
    for (unsigned i = 0; goes_on(); i++) {
        unsigned char **at = &kept[i % KEPT];
        size_t size = 16 + (i * 37 + (unsigned)id) % 3000;
        for (int k = 0; *at && k < 16; k++)
            CHECK_EQ((*at)[k], id + 1);
        free(*at);
        *at = malloc(size);
        CHECK(*at != NULL);
        memset(*at, id + 1, size);
    }
    for (int i = 0; i < KEPT; i++)
        free(kept[i]);
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(preempted_malloc_keeps_its_heap, 600)
{
    torture(use_malloc);
}

static void use_stdio(int id)
{
    FILE *f = tmpfile();
    CHECK(f != NULL);
    for (long i = 0; goes_on(); i++) {
        char text[64], back[64];
        rewind(f);
        CHECK(fprintf(f, "%d:%ld:%.3f\n", id, i, (double)i / 8) > 0);
        snprintf(text, sizeof text, "%d:%ld:%.3f\n", id, i, (double)i / 8);
        rewind(f);
        CHECK(fgets(back, sizeof back, f) != NULL);
        CHECK_STR(back, text);
    }
    fclose(f);
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(preempted_stdio_reads_what_it_wrote, 600)
{
    torture(use_stdio);
}

static void use_errno(int id)
{
    while (goes_on()) {
        errno = id + 1;
        for (volatile int k = 0; k < 1000; k++)
            ;
        CHECK_EQ(errno, id + 1);
    }
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(preempted_goroutine_keeps_its_errno, 600)
{
    torture(use_errno);
}

// Each goroutine adds to the counter of the thread it is on. Other goroutines run on other threads meanwhile, never
// between the load and the store of this one, so no update may be lost.
static _Thread_local volatile long *thread_count;
static long counts[4096];
static atomic_int threads;
static atomic_long expected;

__attribute__((noinline)) static volatile long *my_count(void)
{
    if (!thread_count)
        thread_count = &counts[atomic_fetch_add(&threads, 1)];
    return thread_count;
}

static void use_thread_locals(int id)
{
    (void)id;
    long n = 0;
    volatile long *at = my_count();
    for (; goes_on(); n++)
        *at = *at + 1;
    atomic_fetch_add(&expected, n);
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(preempted_counters_of_threads_are_exact, 600)
{
    torture(use_thread_locals);
    long sum = 0;
    for (int i = 0; i < atomic_load(&threads); i++)
        sum += counts[i];
    CHECK_EQ(sum, atomic_load(&expected));
}

static pthread_mutex_t shared_mutex = PTHREAD_MUTEX_INITIALIZER;
static long under_mutex;

static void use_pthread_mutex(int id)
{
    (void)id;
    long n = 0;
    for (; goes_on(); n++) {
        pthread_mutex_lock(&shared_mutex);
        under_mutex++;
        pthread_mutex_unlock(&shared_mutex);
    }
    atomic_fetch_add(&expected, n);
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(holder_of_a_pthread_mutex_may_be_preempted, 600)
{
    torture(use_pthread_mutex);
    CHECK_EQ(under_mutex, atomic_load(&expected));
}

static void jump_back(jmp_buf *to, volatile int *depth)
{
    volatile char room[512];
    room[0] = (char)*depth;
    if (--*depth == 0)
        longjmp(*to, room[0] ? 7 : 8);
    if (*depth > 0)
        jump_back(to, depth);
}

static void use_longjmp(int id)
{
    (void)id;
    while (goes_on()) {
        jmp_buf here;
        volatile int depth = 10;
        int code = setjmp(here);
        if (code == 0)
            jump_back(&here, &depth);
        CHECK_EQ(code, 7);
    }
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(preempted_longjmp_lands, 600)
{
    torture(use_longjmp);
}

static atomic_long ticks;

static void on_tick(int sig)
{
    (void)sig;
    atomic_fetch_add(&ticks, 1);
}

static void compute(int id)
{
    while (goes_on()) {
        volatile double x = id;
        for (int k = 0; k < 1000; k++)
            x = x + 0.5;
        CHECK_EQ((int)x, id + 500);
    }
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(preemption_and_the_programs_own_interval_timer_get_along, 600)
{
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct itimerval every = {{0, 500}, {0, 500}}, never = {0};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
    torture(compute);
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(atomic_load(&ticks) > 0);
}

static _Atomic(pid_t) thread_of[WORKERS];

static void note_signal(int sig)
{
    (void)sig;
}

static void rain_signals(void *arg)
{
    (void)arg;
    while (goes_on()) {
        for (int i = 0; i < WORKERS; i++)
            if (atomic_load(&thread_of[i]))
                tgkill(getpid(), atomic_load(&thread_of[i]), SIGUSR2);
        usleep(20);
    }
}

static void look_at_the_mask(int id)
{
    while (goes_on()) {
        sigset_t blocked;
        atomic_store(&thread_of[id], gettid());
        CHECK(pthread_sigmask(SIG_BLOCK, NULL, &blocked) == 0);
        CHECK(!sigismember(&blocked, SIGUSR2) && !sigismember(&blocked, SIGSEGV));
    }
    atomic_store(&thread_of[id], 0);
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(signals_that_come_together_with_preemption_leave_no_thread_masked, 600)
{
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
    test_thread *rain = test_thread_start(rain_signals, NULL);
    torture(look_at_the_mask);
    test_thread_join(rain);
}

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return x < y ? -1 : x > y;
}

static void use_qsort(int id)
{
    enum { N = 500 };
    unsigned seed = (unsigned)id + 1;
    while (goes_on()) {
        int v[N];
        for (int i = 0; i < N; i++)
            v[i] = (int)(seed = seed * 1103515245 + 12345) / 65536;
        qsort(v, N, sizeof v[0], compare);
        for (int i = 1; i < N; i++)
            CHECK(v[i - 1] <= v[i]);
    }
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(preempted_callbacks_of_qsort_sort, 600)
{
    torture(use_qsort);
}

// Half of them are in the dynamic linker all the time, under its lock, which starting a thread takes too; the others sleep
// in the kernel, all at once, so that more threads are needed than there are, and superfluous ones end soon after.
static void use_dynamic_linker(int id)
{
    while (goes_on()) {
        if (id % 2) {
            usleep(5000 * (unsigned)id);
            continue;
        }
        void *library = dlopen("libbz2.so.1.0", RTLD_NOW | RTLD_LOCAL);
        CHECK(library && dlsym(library, "BZ2_bzlibVersion"));
        CHECK_EQ(dlclose(library), 0);
    }
    atomic_fetch_add(&finished, 1);
}

TEST_LONG(threads_start_while_holders_of_the_linkers_lock_are_preempted, 600)
{
    void *library = dlopen("libbz2.so.1.0", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        test_skip("no library to load");
    dlclose(library);
    test_add_debug("threadlife=1");
    torture(use_dynamic_linker);
}
